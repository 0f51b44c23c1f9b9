//! Whether a debug build still has the files of its folder. cargo does not see a *new* file, so a binary can
//! be older than its folder, and blaming the database for that would be wrong.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use super::folder;
use crate::migrations::Migrations;

/// The folder of migrations has changed since this binary was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stale {
    /// The folder.
    pub folder: String,
    /// Files in the folder that are not embedded.
    pub added: Vec<String>,
    /// Embedded files that are not in the folder any more.
    pub removed: Vec<String>,
    /// The folder relative to its crate, as the build script names it.
    pub watch: String,
}

/// Compares the files that a debug build embedded with its folder. `None` when they are the same, in release
/// builds, and where the folder does not exist: a binary that was copied elsewhere is not stale.
#[must_use]
pub fn stale(migrations: &Migrations) -> Option<Stale> {
    let data = migrations.data();
    if data.folder.is_empty() {
        return None;
    }
    let ignore: Vec<String> = data.ignore.iter().map(|entry| entry.to_string()).collect();
    let found: BTreeSet<String> = folder::list(Path::new(&*data.folder), &ignore).ok()?.into_iter().collect();
    let embedded: BTreeSet<String> = data.files.iter().map(|file| file.to_string()).collect();
    let added: Vec<String> = found.difference(&embedded).cloned().collect();
    let removed: Vec<String> = embedded.difference(&found).cloned().collect();
    if added.is_empty() && removed.is_empty() {
        return None;
    }
    Some(Stale { folder: data.folder.to_string(), added, removed, watch: watched(migrations) })
}

/// The folder as the paths of scripts begin; `migrations` where none tells.
fn watched(migrations: &Migrations) -> String {
    let data = migrations.data();
    let up = data.entries.first().map(|entry| &*entry.up.path).unwrap_or_default();
    let file = data.files.iter().find(|file| up.ends_with(&***file));
    let folder = file.and_then(|file| up.strip_suffix(&**file)).unwrap_or_default().trim_end_matches('/');
    if folder.is_empty() { "migrations".to_owned() } else { folder.to_owned() }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this binary is stale: ")?;
        if !self.added.is_empty() {
            names(f, &self.added)?;
            write!(f, " in {}", self.folder)?;
            f.write_str(if self.added.len() == 1 { " is not embedded" } else { " are not embedded" })?;
        }
        if !self.removed.is_empty() {
            if !self.added.is_empty() {
                f.write_str(", and ")?;
            }
            names(f, &self.removed)?;
            f.write_str(if self.removed.len() == 1 {
                " is embedded but gone"
            } else {
                " are embedded but gone"
            })?;
        }
        write!(
            f,
            "; build again, with a build.rs of `fn main() {{ println!(\"cargo:rerun-if-changed={}\"); }}`, without which \
             cargo does not see a new file",
            self.watch
        )
    }
}

/// A count and the first names.
fn names(f: &mut fmt::Formatter<'_>, names: &[String]) -> fmt::Result {
    const SHOWN: usize = 5;
    let (count, files) = (names.len(), if names.len() == 1 { "file" } else { "files" });
    let listed = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if count > SHOWN { ", …" } else { "" };
    write!(f, "{count} {files} ({listed}{more})")
}
