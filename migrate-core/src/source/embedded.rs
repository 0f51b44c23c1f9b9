//! Migration files that the `include_dir` crate embedded: a run-time source like a folder.

use std::borrow::Cow;

use include_dir::{Dir, DirEntry};

use super::{Content, File, Refusal, SourceError, always_ignored, ignored_by};
use crate::check::{Options, check};
use crate::migrations::Migrations;

impl Migrations {
    /// Reads migration files that `include_dir!` embedded. They go through the same checks as with
    /// `migrations!`, and equal files give an equal [`fingerprint`](Migrations::fingerprint).
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the files, each with its place.
    ///
    /// # Examples
    ///
    /// ```
    /// use include_dir::{Dir, DirEntry, File};
    /// use migrate_core::{Dialect, Migrations, check::Options};
    ///
    /// // In a program: `static DIR: Dir = include_dir!("$CARGO_MANIFEST_DIR/migrations");`
    /// static DIR: Dir<'_> =
    ///     Dir::new("", &[DirEntry::File(File::new("1_users.sql", b"CREATE TABLE users (id INTEGER);"))]);
    ///
    /// let migrations = Migrations::from_include_dir(&DIR, Options::new(Dialect::Sqlite).name("app"))?;
    /// assert_eq!(migrations.len(), 1);
    /// # Ok::<(), migrate_core::source::SourceError>(())
    /// ```
    pub fn from_include_dir(
        dir: &'static Dir<'static>,
        options: impl Into<Options>,
    ) -> Result<Self, SourceError> {
        let options = options.into();
        let mut files = Vec::new();
        collect(dir, true, options.ignored(), &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        check(&files, &options).into_result()
    }
}

fn collect(dir: &'static Dir<'static>, top: bool, ignore: &[String], files: &mut Vec<File>) {
    for entry in dir.entries() {
        // Paths of include_dir are relative to the embedded folder already.
        let path = entry.path().to_string_lossy();
        let path = if std::path::MAIN_SEPARATOR == '/' { path } else { path.replace('\\', "/").into() };
        if always_ignored(&path, path.rsplit('/').next().unwrap_or_default()) {
            continue;
        }
        let content = match entry {
            _ if ignored_by(&path, ignore).is_some() => Content::Ignored,
            DirEntry::File(file) => Content::Bytes(Cow::Borrowed(file.contents())),
            DirEntry::Dir(dir) if top => {
                collect(dir, false, ignore, files);
                continue;
            }
            DirEntry::Dir(_) => Content::Refused(Refusal::TooDeep),
        };
        files.push(File { path: path.into_owned(), content });
    }
}
