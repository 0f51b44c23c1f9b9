//! A history as a value: the ordered migrations that one crate owns, embedded by `migrations!` or read from
//! a folder at run time. It knows texts, spans, flags and checksums; it does not know how they were found.

use std::borrow::Cow;
use std::fmt;

use crate::checksum::Checksum;
use crate::dialect::Dialect;
pub use crate::syntax::directive::Phase;

/// The ordered migrations that one crate owns. Made by `migrations!` as a constant of the binary, or by
/// [`Migrations::from_dir`] at run time.
#[derive(Clone)]
pub struct Migrations {
    data: Data,
}

/// The parts of a [`Migrations`]. Public to the macro only.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Data {
    /// Name of the history: the owning crate's name.
    pub name: Cow<'static, str>,
    /// Release of the owning crate, semver.
    pub release: Cow<'static, str>,
    pub dialect: Dialect,
    /// The server versions that it is meant for, as text.
    pub server: Cow<'static, str>,
    pub entries: Cow<'static, [Entry]>,
    /// Over (version, kind, token checksum of the up, transactional) in file order.
    pub fingerprint: Checksum,
    /// The same over the checksums of the canonical texts.
    pub text_fingerprint: Checksum,
    /// The objects that the ups create at any time, see [`crate::created`].
    pub created: Cow<'static, str>,
    /// Debug builds only: the folder that was read and the files that were found in it, so that the boot can
    /// say that a file was added or removed since. Empty otherwise.
    pub folder: Cow<'static, str>,
    pub files: Cow<'static, [Cow<'static, str>]>,
    /// The `ignore` list that the files were read with.
    pub ignore: Cow<'static, [Cow<'static, str>]>,
}

/// One migration. Public to the macro only.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Entry {
    /// Canonical text of the version.
    pub version: Cow<'static, str>,
    pub name: Cow<'static, str>,
    pub up: ScriptData,
    /// Kept without a statement as well: its comment is the reason why the migration is irreversible.
    pub down: Option<ScriptData>,
    /// What the file says, else what its effects are for older binaries.
    pub phase: Phase,
}

/// One file. Public to the macro only.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct ScriptData {
    /// Path as shown in messages, relative to the crate that owns it, with `/`.
    pub path: Cow<'static, str>,
    /// The canonical text: no BOM, LF.
    pub text: Cow<'static, str>,
    /// Byte spans of the statements that run, in order, without their terminator.
    pub statements: Cow<'static, [Span]>,
    /// Byte span of what runs when the file is sent whole: the text without a lifted BEGIN … COMMIT or
    /// PRAGMA foreign_keys pair.
    pub body: Span,
    pub transactional: bool,
    /// SQLite: foreign keys are switched off around the transaction.
    pub foreign_keys_off: bool,
    /// Of the canonical text.
    pub text_checksum: Checksum,
    /// Of the tokens.
    pub token_checksum: Checksum,
}

/// A range of bytes in a text.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// A span from `start` to before `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The bytes of `text` that this covers; empty when it does not fit `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

impl Migrations {
    /// For the macro and the run-time sources.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(data: Data) -> Self {
        Migrations { data }
    }

    /// What the replay has found, which is a constant of the binary, too. `phases` are those of the migrations in
    /// order.
    pub(crate) fn with_found(mut self, created: String, phases: impl IntoIterator<Item = Phase>) -> Self {
        for (entry, phase) in self.data.entries.to_mut().iter_mut().zip(phases) {
            entry.phase = phase;
        }
        self.data.created = Cow::Owned(created);
        self
    }

    /// Name of the history, which is the name of the crate that owns it unless the macro was told another.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.data.name
    }

    /// Release (semver) of the crate that owns the history.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.data.release
    }

    /// The dialect that the files are written in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.data.dialect
    }

    /// The server versions that it is meant for: what was declared, or what this library supports.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.data.server
    }

    /// The migrations in the order in which they are applied.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Migration<'_>> + DoubleEndedIterator + Clone {
        self.data.entries.iter().map(|entry| Migration { entry })
    }

    /// The migration at `index` in the order in which they are applied.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Migration<'_>> {
        self.data.entries.get(index).map(|entry| Migration { entry })
    }

    /// Number of migrations.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.entries.len()
    }

    /// Whether there is no migration.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.entries.is_empty()
    }

    /// The newest migration that takes away something that an older binary may use: a binary that is older than
    /// it must not run on a database where it is applied.
    #[must_use]
    pub fn floor(&self) -> Option<Migration<'_>> {
        self.iter().rfind(|migration| migration.phase() == Phase::Contract)
    }

    /// Hash over version, kind, token checksum and transactionality of all migrations: equal when the files
    /// mean the same.
    #[must_use]
    pub fn fingerprint(&self) -> Checksum {
        self.data.fingerprint
    }

    /// Hash over the canonical texts: differs also after an edit of a comment.
    #[must_use]
    pub fn text_fingerprint(&self) -> Checksum {
        self.data.text_fingerprint
    }

    #[doc(hidden)]
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }
}

impl fmt::Debug for Migrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrations")
            .field("name", &self.data.name)
            .field("release", &self.data.release)
            .field("dialect", &self.data.dialect)
            .field("len", &self.data.entries.len())
            .field("fingerprint", &self.data.fingerprint)
            .finish_non_exhaustive()
    }
}

/// One migration of a history.
#[derive(Clone, Copy, Debug)]
pub struct Migration<'a> {
    entry: &'a Entry,
}

impl<'a> Migration<'a> {
    /// The version, as canonical text.
    #[must_use]
    pub fn version(self) -> &'a str {
        &self.entry.version
    }

    /// The name: what follows the version in the file's name.
    #[must_use]
    pub fn name(self) -> &'a str {
        &self.entry.name
    }

    /// What it is for a binary that was built before it: as the file says with `-- migrate(phase = …)`, else as its
    /// statements are. One that takes away what an older binary may use is in the phase of contraction.
    #[must_use]
    pub fn phase(self) -> Phase {
        self.entry.phase
    }

    /// What applies it.
    #[must_use]
    pub fn up(self) -> Script<'a> {
        Script { data: &self.entry.up }
    }

    /// What undoes it; `None` when it is irreversible: there is no down, or one without a statement.
    #[must_use]
    pub fn down(self) -> Option<Script<'a>> {
        self.entry.down.as_ref().filter(|data| !data.statements.is_empty()).map(|data| Script { data })
    }
}

/// One direction of a migration: a file.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    data: &'a ScriptData,
}

impl<'a> Script<'a> {
    /// Path of the file, relative to the crate that owns it.
    #[must_use]
    pub fn path(self) -> &'a str {
        &self.data.path
    }

    /// The whole text: without a byte order mark, with LF line ends.
    #[must_use]
    pub fn text(self) -> &'a str {
        &self.data.text
    }

    /// The text that runs when the file is sent whole.
    #[must_use]
    pub fn body(self) -> &'a str {
        self.data.body.of(&self.data.text)
    }

    /// The statements that run, in order.
    pub fn statements(self) -> impl ExactSizeIterator<Item = &'a str> + DoubleEndedIterator + Clone {
        self.data.statements.iter().map(move |span| span.of(&self.data.text))
    }

    /// Whether it runs in a transaction.
    #[must_use]
    pub fn transactional(self) -> bool {
        self.data.transactional
    }

    #[doc(hidden)]
    #[must_use]
    pub fn data(self) -> &'a ScriptData {
        self.data
    }
}
