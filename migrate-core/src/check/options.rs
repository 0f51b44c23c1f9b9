//! How files are to be read: what no file says itself.

use super::spelling::Spelling;
use crate::dialect::Dialect;
#[cfg(doc)]
use crate::interval::Interval;

/// How migration files are read by [`check`](super::check) and the run-time sources.
///
/// # Examples
///
/// ```
/// use migrate_core::{Dialect, check::Options};
///
/// let options = Options::new(Dialect::Postgres)
///     .name("app")
///     .release("1.2.3")
///     .ignore(["data_oauth_github.sql"])
///     .allow_empty(true);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(super) dialect: Dialect,
    pub(super) name: String,
    pub(super) release: String,
    pub(super) folder: String,
    pub(super) ignore: Vec<String>,
    pub(super) allow_empty: bool,
    pub(super) allow: Vec<(String, String)>,
    pub(super) published: bool,
    pub(super) spelling: Option<Spelling>,
    pub(super) lock_file: bool,
    pub(super) server: Option<String>,
}

impl Options {
    /// Options for files in `dialect`: the history `app` of release `0.0.0`, with no file ignored.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Options {
            dialect,
            name: "app".to_owned(),
            release: "0.0.0".to_owned(),
            folder: String::new(),
            ignore: Vec::new(),
            allow_empty: false,
            allow: Vec::new(),
            published: false,
            spelling: None,
            lock_file: true,
            server: None,
        }
    }

    /// The name of the history. Applied migrations are kept under it, so it must not change later.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The release (semver) of the program or crate that owns the history.
    #[must_use]
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.release = release.into();
        self
    }

    /// Files and folders that are no migrations: by name, or by path in the folder of migrations.
    #[must_use]
    pub fn ignore(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ignore.extend(names.into_iter().map(Into::into));
        self
    }

    /// Whether an up may hold no statement. Without it such a file says `-- migrate(empty)`, because a file
    /// that somebody forgot to fill looks the same.
    #[must_use]
    pub fn allow_empty(mut self, allowed: bool) -> Self {
        self.allow_empty = allowed;
        self
    }

    /// Accepts the findings with this code in one file, which is named by its version, with `/down` behind it for
    /// what undoes a migration. For files that are published and cannot be edited any more; any other says
    /// `-- migrate(allow(code, "reason"))` itself. What is accepted and not found is a warning.
    #[must_use]
    pub fn allow(mut self, script: impl Into<String>, code: impl Into<String>) -> Self {
        self.allow.push((script.into(), code.into()));
        self
    }

    /// The folder as messages name it, in front of the path of every file.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<String>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Whether the files belong to a published package, whose user cannot edit them: errors alone are
    /// reported then.
    #[must_use]
    pub fn published(mut self, published: bool) -> Self {
        self.published = published;
        self
    }

    /// The grammar that checks how statements are spelled. Without one, a misspelled statement is found when
    /// the database refuses it. Files of a published package are not checked with it, since a new grammar
    /// would break the build of whoever uses them.
    #[must_use]
    pub fn spelling(mut self, grammar: Spelling) -> Self {
        self.spelling = Some(grammar);
        self
    }

    /// Whether a `migrate.lock` beside the files is compared with them, as it is unless this says otherwise:
    /// whoever is about to write the file anew does not want to be told that it is old.
    #[must_use]
    pub fn lock_file(mut self, compared: bool) -> Self {
        self.lock_file = compared;
        self
    }

    /// The server versions that the files are meant for, as `>=13, <=18`; see [`Interval`]. A statement that one of
    /// them does not know is an error then. Without it the versions that this library supports are meant, and such
    /// a statement is a note.
    #[must_use]
    pub fn server(mut self, versions: impl Into<String>) -> Self {
        self.server = Some(versions.into());
        self
    }

    /// The dialect of the files.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The names given to [`ignore`](Self::ignore).
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignore
    }

    /// A path as messages show it.
    pub(super) fn shown(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }
}

impl From<Dialect> for Options {
    fn from(dialect: Dialect) -> Self {
        Options::new(dialect)
    }
}
