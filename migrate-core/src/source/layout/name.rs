//! What one path says: which layout it belongs to, which version and direction it has. It looks at one path
//! alone; [`arrange`](super::arrange) sees them together.

use crate::version::{Version, VersionError};

/// The layouts that are read. One history has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    /// `<v>_<name>.sql`, `<v>_<name>.up.sql`, `<v>_<name>.down.sql`.
    Plain,
    /// `<v>_<name>/up.sql`, `down.sql`, `metadata.toml`.
    Folders,
    /// `V<v>__<name>.sql`.
    Flyway,
    /// `V<v>.<name>.up.sql`, `V<v>.<name>.down.sql`.
    Dotted,
}

impl Layout {
    /// As it is written in a message.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Layout::Plain => "sqlx and golang-migrate, `<version>_<name>.sql`",
            Layout::Folders => "diesel, `<version>_<name>/up.sql`",
            Layout::Flyway => "Flyway and refinery, `V<version>__<name>.sql`",
            Layout::Dotted => "`V<version>.<name>.up.sql`",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Up,
    Down,
    /// diesel's `metadata.toml`.
    Metadata,
}

/// What a path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'a> {
    /// A file of a migration. `unit` is what carries the version: the file, or its folder.
    File { layout: Layout, role: Role, version: Version, name: &'a str, unit: &'a str },
    /// Meant as a migration, but its version cannot be read.
    BadVersion { unit: &'a str, version: &'a str, error: VersionError },
    /// Meant as a migration, but its name is not of the layout; says what it should be.
    BadName { unit: &'a str, expected: &'static str },
    /// Of a layout that is not read yet; says which, and the way out.
    NotYet { unit: &'a str, what: &'static str, help: &'static str },
    /// Nothing that belongs to migrations, or a folder of such.
    Stray { unit: &'a str },
}

/// Folders and infixes by which projects tell their databases apart.
const DIALECTS: [&str; 6] = ["postgres", "postgresql", "mysql", "mariadb", "sqlite", "sqlite3"];

/// The layouts that are not read yet: what they are called, and what to do until then.
const DIALECT_FOLDERS: (&str, &str) = (
    "sub-folders for several dialects",
    "name the folder of one dialect in `migrations!`, once for each dialect",
);
const DIALECT_INFIXES: (&str, &str) = (
    "file names for several dialects",
    "put the files of each dialect into a folder of their own, without the infix",
);
const REPEATABLE: (&str, &str) = (
    "Flyway's repeatable migrations (`R__…`)",
    "give it a version: each change of it is a migration of its own",
);
const UNDO: (&str, &str) = (
    "Flyway's undo migrations (`U…`)",
    "name the files V<version>.<name>.up.sql and V<version>.<name>.down.sql",
);
const BASELINE: (&str, &str) = ("Flyway's baseline migrations (`B…`)", "keep the versioned migrations alone");

/// Reads one path.
pub(crate) fn shape(path: &str) -> Shape<'_> {
    match path.split_once('/') {
        Some((folder, file)) => in_folder(path, folder, file),
        None => match path.strip_suffix(".sql") {
            Some(stem) => sql(path, stem),
            None => Shape::Stray { unit: path },
        },
    }
}

fn not_yet<'a>(unit: &'a str, (what, help): (&'static str, &'static str)) -> Shape<'a> {
    Shape::NotYet { unit, what, help }
}

fn in_folder<'a>(path: &'a str, folder: &'a str, file: &'a str) -> Shape<'a> {
    if DIALECTS.contains(&folder) {
        return not_yet(folder, DIALECT_FOLDERS);
    }
    let role = match file {
        "up.sql" => Role::Up,
        "down.sql" => Role::Down,
        "metadata.toml" => Role::Metadata,
        _ => return Shape::Stray { unit: path },
    };
    let (version, name) = folder.split_once('_').unwrap_or((folder, ""));
    match Version::diesel(version) {
        Ok(version) => Shape::File { layout: Layout::Folders, role, version, name, unit: folder },
        Err(error) => Shape::BadVersion { unit: folder, version, error },
    }
}

fn sql<'a>(path: &'a str, stem: &'a str) -> Shape<'a> {
    let (stem, role) = match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
        (Some(stem), _) => (stem, Some(Role::Up)),
        (_, Some(stem)) => (stem, Some(Role::Down)),
        (None, None) => (stem, None),
    };
    if let Some(rest) = versioned(stem, 'V') {
        return match role {
            Some(role) => dotted(path, rest, role),
            None => flyway(path, rest),
        };
    }
    if stem.contains("__") {
        if stem.starts_with("R__") {
            return not_yet(path, REPEATABLE);
        }
        if versioned(stem, 'U').is_some() {
            return not_yet(path, UNDO);
        }
        if versioned(stem, 'B').is_some() {
            return not_yet(path, BASELINE);
        }
    }
    plain(path, stem, role.unwrap_or(Role::Up))
}

/// What follows `letter` in a name whose next character begins a version, or the separator after a missing
/// version.
fn versioned(stem: &str, letter: char) -> Option<&str> {
    stem.strip_prefix(letter)
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '_' || c == '.'))
}

fn plain<'a>(path: &'a str, stem: &'a str, role: Role) -> Shape<'a> {
    if !stem.starts_with(|c: char| c.is_ascii_digit() || c == '_') {
        return Shape::Stray { unit: path };
    }
    let Some((version, name)) = stem.split_once('_') else {
        return match Version::numeric(stem) {
            Ok(_) => {
                Shape::BadName { unit: path, expected: "a name after the version, as in 0001_users.sql" }
            }
            Err(error) => Shape::BadVersion { unit: path, version: stem, error },
        };
    };
    if name.rsplit_once('.').is_some_and(|(_, infix)| DIALECTS.contains(&infix)) {
        return not_yet(path, DIALECT_INFIXES);
    }
    file(Layout::Plain, path, role, version, name, Version::numeric(version))
}

fn flyway<'a>(path: &'a str, rest: &'a str) -> Shape<'a> {
    match rest.split_once("__") {
        Some((version, name)) => {
            file(Layout::Flyway, path, Role::Up, version, name, Version::flyway(version))
        }
        None => {
            Shape::BadName { unit: path, expected: "two underscores after the version, as in V1__users.sql" }
        }
    }
}

fn dotted<'a>(path: &'a str, rest: &'a str, role: Role) -> Shape<'a> {
    let flyway = rest.split_once("__").is_some_and(|(version, _)| Version::flyway(version).is_ok());
    match rest.rsplit_once('.') {
        Some((version, name)) if !flyway => {
            file(Layout::Dotted, path, role, version, name, Version::numeric(version))
        }
        _ => Shape::BadName { unit: path, expected: "V1__users.sql or V1.users.up.sql" },
    }
}

fn file<'a>(
    layout: Layout,
    path: &'a str,
    role: Role,
    text: &'a str,
    name: &'a str,
    version: Result<Version, VersionError>,
) -> Shape<'a> {
    match version {
        Ok(version) => Shape::File { layout, role, version, name, unit: path },
        Err(error) => Shape::BadVersion { unit: path, version: text, error },
    }
}
