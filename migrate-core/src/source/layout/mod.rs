//! From paths to migrations: which files belong together, in which order, and which do not belong here. It
//! sees paths alone, never contents.

mod name;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::name::Role;
use self::name::{Layout, Shape, shape};
use crate::diagnostic::{Diagnostic, Place};
use crate::version::{Version, VersionError};

/// The files of one migration, as indexes into the list of paths.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) version: Version,
    pub(crate) name: &'a str,
    pub(crate) up: usize,
    pub(crate) down: Option<usize>,
    pub(crate) metadata: Option<usize>,
}

/// What the paths say.
#[derive(Debug, Default)]
pub(crate) struct Arranged<'a> {
    /// The migrations in the order in which they are applied. Incomplete when there are errors.
    pub(crate) groups: Vec<Group<'a>>,
    /// The part of every path in a migration, in the order of the paths; `None` for a path that is not one.
    pub(crate) roles: Vec<Option<Role>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Finds the migrations in a list of paths, which is sorted. `shown` turns a path into the one that messages
/// show; `ignore` is the list that is in force, which the help extends.
pub(crate) fn arrange<'a>(
    paths: &[&'a str],
    shown: &dyn Fn(&str) -> String,
    ignore: &[String],
) -> Arranged<'a> {
    let shapes: Vec<Shape<'a>> = paths.iter().map(|path| shape(path)).collect();
    let mut arranged = Arranged {
        roles: shapes
            .iter()
            .map(|shape| if let Shape::File { role, .. } = shape { Some(*role) } else { None })
            .collect(),
        ..Arranged::default()
    };
    misfits(&shapes, shown, ignore, &mut arranged.diagnostics);
    if let Some(mix) = mix(paths, &shapes, shown) {
        arranged.diagnostics.push(mix);
        return arranged;
    }
    let collided = collisions(&shapes, shown, &mut arranged.diagnostics);
    let mut versions: BTreeMap<&Version, Vec<usize>> = BTreeMap::new();
    for (index, shape) in shapes.iter().enumerate() {
        if let Shape::File { version, .. } = shape {
            versions.entry(version).or_default().push(index);
        }
    }
    for (version, indexes) in versions {
        group(version, &indexes, &shapes, &collided, shown, &mut arranged);
    }
    arranged
}

/// Files that are no migration that is read.
fn misfits(
    shapes: &[Shape<'_>],
    shown: &dyn Fn(&str) -> String,
    ignore: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) {
    // A folder is reported once, not with each of its files.
    let migration_folders: BTreeSet<&str> = shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::File { layout: Layout::Folders, unit, .. } | Shape::BadVersion { unit, .. } => Some(*unit),
            _ => None,
        })
        .collect();
    let stray_unit = |unit: &'_ str| -> String {
        match unit.split_once('/') {
            Some((folder, _)) if !migration_folders.contains(folder) => folder.to_owned(),
            _ => unit.to_owned(),
        }
    };
    let strays: BTreeSet<String> = shapes
        .iter()
        .filter_map(|shape| if let Shape::Stray { unit } = shape { Some(stray_unit(unit)) } else { None })
        .collect();
    let all = ignore_argument(ignore, strays.iter().map(String::as_str));
    let mut seen = BTreeSet::new();
    for shape in shapes {
        let diagnostic = match shape {
            Shape::File { .. } => continue,
            Shape::BadVersion { unit, .. } | Shape::BadName { unit, .. } | Shape::NotYet { unit, .. }
                if !seen.insert((*unit).to_owned()) =>
            {
                continue;
            }
            Shape::BadVersion { unit, version, error } => {
                let path = shown(unit);
                let message = match error {
                    VersionError::Empty if version.is_empty() => format!("{path} has no version"),
                    VersionError::Empty => format!("`{version}`, the version of {path}, has an empty part"),
                    VersionError::NotNumeric => {
                        format!("`{version}`, the version of {path}, is not a decimal number")
                    }
                    VersionError::TooLong => format!("the version of {path} is longer than 100 digits"),
                };
                Diagnostic::error("bad-version", message)
                    .at(Place::file(path))
                    .help("begin the name with a decimal version, as in 0001_users.sql")
                    .help(format!("or leave it out with {}", ignore_argument(ignore, [*unit])))
            }
            Shape::BadName { unit, expected } => {
                let path = shown(unit);
                Diagnostic::error("bad-name", format!("the name of {path} is not complete"))
                    .at(Place::file(path))
                    .help(format!("expected {expected}"))
                    .help(format!("or leave it out with {}", ignore_argument(ignore, [*unit])))
            }
            Shape::NotYet { unit, what, help } => {
                let path = shown(unit);
                Diagnostic::error("layout-not-read-yet", format!("{path}: {what} are not read yet"))
                    .at(Place::file(path))
                    .help(*help)
                    .help(format!("or leave it out with {}", ignore_argument(ignore, [*unit])))
            }
            Shape::Stray { unit } => {
                let unit = stray_unit(unit);
                if !seen.insert(unit.clone()) {
                    continue;
                }
                let path = shown(&unit);
                Diagnostic::error("stray-file", format!("{path} is not a migration"))
                    .at(Place::file(path))
                    .help(format!("if it belongs here, leave it out with the argument {all}"))
            }
        };
        diagnostics.push(diagnostic);
    }
}

/// The argument that ignores what is ignored already and `more`.
fn ignore_argument<'b>(ignore: &'b [String], more: impl IntoIterator<Item = &'b str>) -> String {
    let entries: Vec<String> =
        ignore.iter().map(String::as_str).chain(more).map(|entry| format!("{entry:?}")).collect();
    format!("ignore = [{}]", entries.join(", "))
}

/// One file of each layout, when there is more than one.
fn mix(paths: &[&str], shapes: &[Shape<'_>], shown: &dyn Fn(&str) -> String) -> Option<Diagnostic> {
    let mut layouts: BTreeMap<Layout, &str> = BTreeMap::new();
    for (path, shape) in paths.iter().zip(shapes) {
        if let Shape::File { layout, .. } = shape {
            layouts.entry(*layout).or_insert(path);
        }
    }
    let mut layouts = layouts.into_iter();
    let (first, first_path) = layouts.next()?;
    let (second, second_path) = layouts.next()?;
    let (first_path, second_path) = (shown(first_path), shown(second_path));
    let message = format!("{first_path} and {second_path} follow different layouts");
    let mut diagnostic = Diagnostic::error("mixed-layouts", message)
        .at(Place::file(second_path))
        .help("rename the files so that all follow one layout, since their order would not be defined")
        .help(format!("the first has the layout of {}", first.describe()))
        .help(format!("the second has the layout of {}", second.describe()))
        .related("the first is here", Place::file(first_path));
    for (layout, path) in layouts {
        diagnostic = diagnostic
            .related(format!("another has the layout of {}", layout.describe()), Place::file(shown(path)));
    }
    Some(diagnostic)
}

/// Names that are one file on a disk that does not tell upper and lower case apart. Gives those names.
fn collisions<'a>(
    shapes: &[Shape<'a>],
    shown: &dyn Fn(&str) -> String,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeSet<&'a str> {
    let mut names: BTreeMap<String, BTreeSet<&'a str>> = BTreeMap::new();
    for shape in shapes {
        if let Shape::File { unit, .. } = shape {
            names.entry(unit.to_lowercase()).or_default().insert(unit);
        }
    }
    let mut collided = BTreeSet::new();
    for units in names.into_values().filter(|units| units.len() > 1) {
        let mut shown_units = units.iter().map(|unit| shown(unit));
        if let (Some(first), Some(second)) = (shown_units.next(), shown_units.next()) {
            let message = format!("{first} and {second} differ in upper and lower case alone");
            diagnostics.push(
                Diagnostic::error("case-collision", message)
                    .at(Place::file(second))
                    .help("rename one: the disks of macOS and Windows would keep one of the two")
                    .related("the first is here", Place::file(first)),
            );
        }
        collided.extend(units);
    }
    collided
}

/// Makes one migration of the files that have one version.
fn group<'a>(
    version: &Version,
    indexes: &[usize],
    shapes: &[Shape<'a>],
    collided: &BTreeSet<&'a str>,
    shown: &dyn Fn(&str) -> String,
    arranged: &mut Arranged<'a>,
) {
    let with = |wanted: Role| {
        indexes.iter().copied().filter_map(move |index| match &shapes[index] {
            Shape::File { role, name, unit, .. } if *role == wanted => Some((index, *name, *unit)),
            _ => None,
        })
    };
    let (mut ups, mut downs) = (with(Role::Up), with(Role::Down));
    let (up, down, metadata) = (ups.next(), downs.next(), with(Role::Metadata).next());
    // In the diesel layout the unit is the folder: an up and a down in two folders are two migrations.
    let folders: Vec<&str> = {
        let folder = |shape: &Shape<'a>| match shape {
            Shape::File { layout: Layout::Folders, unit, .. } => Some(*unit),
            _ => None,
        };
        let mut folders: Vec<&str> = indexes.iter().filter_map(|&index| folder(&shapes[index])).collect();
        folders.dedup();
        folders
    };
    let duplicates: Vec<(&str, &str)> = if let [first, others @ ..] = folders.as_slice() {
        others.iter().map(|other| (*first, *other)).collect()
    } else if let Some((_, _, first)) = up {
        let more: Vec<_> = ups.map(|(_, _, other)| (first, other)).collect();
        let first_down = down.map_or("", |(_, _, unit)| unit);
        if more.is_empty() { downs.map(|(_, _, other)| (first_down, other)).collect() } else { more }
    } else {
        Vec::new()
    };
    let mut complete = duplicates.is_empty();
    for (first, second) in duplicates {
        if collided.contains(first) && collided.contains(second) {
            continue;
        }
        let message = format!("migrations {first} and {second} have the same version {version}");
        let (first, second) = (shown(first), shown(second));
        arranged.diagnostics.push(
            Diagnostic::error("duplicate-version", message)
                .at(Place::file(second))
                .help("give the one that is not applied anywhere yet a higher version")
                .related("the first is here", Place::file(first)),
        );
    }
    if complete && up.is_none() {
        complete = false;
        let unit = down.or(metadata).map_or("", |(_, _, unit)| unit);
        let path = shown(unit);
        let (message, help) = match (folders.is_empty(), down.is_some()) {
            (true, _) => {
                (format!("{path} undoes a migration that does not exist"), unit.replace(".down.", ".up."))
            }
            (false, true) => (format!("{path} has a down.sql and no up.sql"), format!("{unit}/up.sql")),
            (false, false) => (format!("{path} has a metadata.toml and no up.sql"), format!("{unit}/up.sql")),
        };
        arranged.diagnostics.push(
            Diagnostic::error("down-without-up", message)
                .at(Place::file(path))
                .help(format!("add {}, or delete it", shown(&help))),
        );
    }
    if let (true, Some((up, name, _))) = (complete, up) {
        arranged.groups.push(Group {
            version: version.clone(),
            name,
            up,
            down: down.map(|(index, _, _)| index),
            metadata: metadata.map(|(index, _, _)| index),
        });
    }
}
