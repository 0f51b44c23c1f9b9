//! `migrate.lock`: a committed file beside the migrations that says what they were. It makes two branches which
//! each add a migration conflict in git, and an edit of a migration that is applied somewhere an error of
//! the build. This knows how the file is written and compared; it does not know where it is.
//!
//! The first line has the hash of all migrations and changes with each of them; one line per migration has
//! the hash of the history up to it:
//!
//! ```text
//! migrate.lock v1 v1:…
//! 1 users v1:…
//! 2 orders v1:…
//! ```
//!
//! The hash is the history's fingerprint, as the database keeps it, so a comment or white space may change, and
//! so may a down: it is no part of what databases have applied, and one that turns out to be wrong must be
//! repaired.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::checksum::{self, Checksum};
use crate::diagnostic::{Diagnostic, Place, excerpt};
use crate::migrations::{Entry, Migrations};

/// The name of the file, in the folder of the migrations.
pub const NAME: &str = "migrate.lock";

/// The environment variable that is set to `1` to write the file anew.
pub const UPDATE: &str = "UPDATE_MIGRATE_LOCK";

/// The first words of the file, before the hash of all.
const HEADER: &str = "migrate.lock v1";

/// The file for a history.
#[must_use]
pub fn render(migrations: &Migrations) -> String {
    let mut out = format!("{HEADER} {}\n", migrations.fingerprint());
    let mut hash = checksum::start();
    for entry in migrations.data().entries.iter() {
        hash = next(hash, entry);
        let _ = match &*entry.name {
            "" => writeln!(out, "{} {hash}", entry.version),
            name => writeln!(out, "{} {name} {hash}", entry.version),
        };
    }
    out
}

/// What is different in the `text` of a lock file, which messages call `path`.
pub(crate) fn compare(path: &str, text: &str, entries: &[Entry]) -> Vec<Diagnostic> {
    let locked = match read(path, text) {
        Ok(locked) => locked,
        Err(diagnostic) => return vec![*diagnostic],
    };
    let place = |line: &Line<'_>| excerpt(path, text, line.start, line.start + line.text.len());
    let mut found = Vec::new();
    let positions: BTreeMap<&str, usize> =
        entries.iter().enumerate().map(|(index, entry)| (&*entry.version, index)).collect();
    let mut before = checksum::start().to_string();
    let mut last: Option<(&Line<'_>, usize)> = None;
    for line in &locked.lines {
        let hash_before = std::mem::replace(&mut before, line.hash.to_owned());
        let Some(&index) = positions.get(line.version) else {
            let message = format!("{} is in {NAME}, and there is no such migration", line.called());
            found.push(
                Diagnostic::error("lock-removed", message)
                    .at(place(line))
                    .help("a migration that is applied somewhere must stay; restore its file")
                    .help(format!("if it is applied nowhere, {}", way_out())),
            );
            continue;
        };
        let entry = &entries[index];
        if let Some((previous, at)) = last
            && index <= at
        {
            let message = format!("{} stands behind {} in {NAME}", line.called(), previous.called());
            found.push(
                Diagnostic::error("lock-reordered", message)
                    .at(place(line))
                    .help("migrations are applied in the order of their versions")
                    .help(format!(
                        "if databases were made in this order, give it a higher version; else {}",
                        way_out()
                    )),
            );
        }
        last = Some((line, index));
        // Each line is compared with the one before it, so that one edit is not an edit of all that follow.
        let unchanged =
            parse(&hash_before).is_some_and(|before| next(before, entry).to_string() == line.hash);
        if !unchanged {
            let message = format!("{} was edited since {NAME} was written", entry.up.path);
            found.push(
                Diagnostic::error("lock-edited", message)
                    .at(Place::file(&*entry.up.path))
                    .help("a migration that is applied somewhere must not change: restore it, and write a new one")
                    .help(format!("if it is applied nowhere, or {NAME} was merged by hand, {}", way_out()))
                    .related("it was locked here", place(line)),
            );
        } else if line.name != entry.name {
            let message = format!("{} was renamed since {NAME} was written", entry.up.path);
            found.push(
                Diagnostic::error("lock-renamed", message)
                    .at(Place::file(&*entry.up.path))
                    .help(way_out())
                    .related("it had this name", place(line)),
            );
        }
    }
    let listed: BTreeSet<&str> = locked.lines.iter().map(|line| line.version).collect();
    let highest = locked.lines.iter().filter_map(|line| positions.get(line.version)).max();
    for (index, entry) in entries.iter().enumerate() {
        if listed.contains(&*entry.version) {
            continue;
        }
        let diagnostic = Diagnostic::error("lock-added", format!("{} is not in {NAME}", entry.up.path))
            .at(Place::file(&*entry.up.path));
        found.push(match highest.filter(|&&highest| index < highest) {
            Some(&highest) => diagnostic
                .help(format!(
                    "it comes before {}, which is there already and may be applied; give it a higher version",
                    entries[highest].up.path
                ))
                .help(format!("then {}", way_out())),
            None => diagnostic.help(way_out()),
        });
    }
    if found.is_empty()
        && locked.hash
            != locked.lines.last().map_or(checksum::start().to_string(), |line| line.hash.to_owned())
    {
        let message = format!("the first line of {NAME} does not belong to the others");
        let end = text.find('\n').unwrap_or(text.len());
        found
            .push(Diagnostic::error("lock-damaged", message).at(excerpt(path, text, 0, end)).help(way_out()));
    }
    found
}

/// The number of migrations at the beginning of `entries` that are as the `text` of a lock file says.
pub(crate) fn vouched(text: &str, entries: &[Entry]) -> usize {
    let Ok(locked) = read("", text) else { return 0 };
    let mut hash = checksum::start();
    locked
        .lines
        .iter()
        .zip(entries)
        .take_while(|(line, entry)| {
            hash = next(hash, entry);
            hash.to_string() == line.hash
        })
        .count()
}

fn next(before: Checksum, entry: &Entry) -> Checksum {
    checksum::next(before, (&entry.version, entry.up.token_checksum, entry.up.transactional))
}

fn way_out() -> String {
    format!("write {NAME} with `{UPDATE}=1 cargo test`, by a test that calls `migrate::testing::assert_lock`")
}

/// A hash as it is written.
fn parse(text: &str) -> Option<Checksum> {
    let digits = text.strip_prefix("v1:").filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Checksum::from_bytes(bytes))
}

/// A lock file, as it is written.
struct Locked<'t> {
    hash: &'t str,
    lines: Vec<Line<'t>>,
}

/// The line of one migration.
struct Line<'t> {
    start: usize,
    text: &'t str,
    version: &'t str,
    name: &'t str,
    hash: &'t str,
}

impl Line<'_> {
    fn called(&self) -> String {
        match self.name {
            "" => format!("migration {}", self.version),
            name => format!("migration {} ({name})", self.version),
        }
    }
}

fn read<'t>(path: &str, text: &'t str) -> Result<Locked<'t>, Box<Diagnostic>> {
    let refused = |start: usize, line: &str, message: String| {
        let help =
            if line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>") {
                format!(
                    "two branches added migrations: see that their versions are in the right order, then {}",
                    way_out()
                )
            } else {
                way_out()
            };
        let place = excerpt(path, text, start, start + line.len());
        Box::new(Diagnostic::error("lock-damaged", message).at(place).help(help))
    };
    let mut start = 0;
    let mut hash = None;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let line = line.trim_end();
        if hash.is_none() {
            let found = line
                .strip_prefix(HEADER)
                .and_then(|rest| rest.strip_prefix(' '))
                .filter(|hash| parse(hash).is_some());
            hash = found;
            if found.is_none() {
                let newer = line.strip_prefix("migrate.lock v").is_some_and(|rest| !rest.starts_with("1 "));
                let message = if newer {
                    format!("{path} was written by another release of migrate-rs, which this one cannot read")
                } else {
                    format!("{path} does not begin with `{HEADER}` and a hash")
                };
                return Err(refused(at, line, message));
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let parts = line.split_once(' ').and_then(|(version, rest)| {
            let (name, hash) = rest.rsplit_once(' ').unwrap_or(("", rest));
            parse(hash).map(|_| Line { start: at, text: line, version, name, hash })
        });
        let Some(parts) = parts else {
            let message = format!("this line of {NAME} is not a version, a name and a hash");
            return Err(refused(at, line, message));
        };
        lines.push(parts);
    }
    match hash {
        Some(hash) => Ok(Locked { hash, lines }),
        None => Err(refused(0, "", format!("{path} is empty"))),
    }
}
