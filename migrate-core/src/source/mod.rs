//! Where migration files come from: what a file is here, which names are skipped, and the sources. It does
//! not look into a file; [`check`](mod@crate::check) does.

#[cfg(feature = "include_dir")]
mod embedded;
pub mod folder;
pub(crate) mod layout;
pub(crate) mod metadata;
mod stale;

use std::borrow::Cow;
use std::fmt;

pub use stale::{Stale, stale};

use crate::diagnostic::Diagnostic;
use crate::lock_file;

/// The largest file that is read, in bytes. A larger one is data that was put beside the migrations, and
/// reading it would stall every build.
pub const MAX_FILE_LEN: u64 = 16 * 1024 * 1024;

/// One file of a source.
#[derive(Clone, Debug)]
pub struct File {
    /// Path relative to the folder that holds the migrations, with `/`.
    pub path: String,
    /// What is in it, or why it was not read.
    pub content: Content,
}

/// What a source found at a path.
#[derive(Clone, Debug)]
pub enum Content {
    /// The bytes of a file.
    Bytes(Cow<'static, [u8]>),
    /// A file that was not read, and why. It stays in the list, so that the file that belongs with it is not
    /// reported as alone.
    Refused(Refusal),
    /// A file or folder that the `ignore` list names. It stays in the list, so that an entry that names
    /// nothing is noticed.
    Ignored,
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A FIFO, a device or a socket: opening it could wait for ever.
    NotRegular,
    /// A symbolic link whose target is outside the crate or the folder, so that a packaged crate would not
    /// have it.
    Leaves {
        /// Where the link leads.
        target: String,
    },
    /// Larger than [`MAX_FILE_LEN`].
    TooLarge {
        /// Its size in bytes.
        len: u64,
    },
    /// The system refused to read it.
    Unreadable {
        /// The system's message.
        reason: String,
    },
    /// A folder where the layouts know none.
    TooDeep,
    /// Its name is not Unicode.
    NameNotUnicode,
}

/// The files of a source have problems: all of them, not the first alone.
#[derive(Clone)]
pub struct SourceError {
    diagnostics: Vec<Diagnostic>,
}

impl SourceError {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        SourceError { diagnostics }
    }

    /// What is wrong, in the order of the files.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&diagnostic.render())?;
        }
        Ok(())
    }
}

impl fmt::Debug for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `main` returning this error prints it with `Debug`, and a reader wants the rendering then.
        write!(f, "{} problems in the migration files\n{self}", self.diagnostics.len())
    }
}

impl std::error::Error for SourceError {}

/// Whether a path, whose last component is `name`, is never read: hidden files, editors' backups, and what
/// other tools and people keep beside their migrations. A lock file is read where it belongs.
pub(crate) fn always_ignored(path: &str, name: &str) -> bool {
    name.starts_with('.')
        || name.ends_with('~')
        || name.starts_with("README")
        || name.starts_with("LICENSE")
        || (name == lock_file::NAME && path != lock_file::NAME)
        || matches!(name, "atlas.sum" | "mod.rs")
}

/// The entry of the `ignore` list that names `path`: by its whole path in the folder, by its file name, or
/// by the folder it is in.
pub(crate) fn ignored_by<'a>(path: &str, ignore: &'a [String]) -> Option<&'a str> {
    ignore.iter().map(String::as_str).find(|entry| {
        let entry = entry.trim_end_matches('/');
        !entry.is_empty()
            && (path == entry
                || path.rsplit('/').next() == Some(entry)
                || path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/')))
    })
}
