//! The words in which effects are told.

use std::borrow::Cow;
use std::fmt;

use crate::ast::Object;
use crate::catalog::Key;
use crate::dialect::Dialect;

/// Whether something happens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// It does not.
    #[default]
    No,
    /// It does.
    Yes,
    /// The statement and the catalog do not decide it; on what it depends.
    Depends(Cow<'static, str>),
}

/// A table lock of Postgres, the weakest first. Each conflicts with `AccessExclusive`, and writers
/// (`RowExclusive`) wait for everything from `Share` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the manual, and the order says the rest")]
pub enum Level {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

/// What a statement does to a table or materialized view that was there before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEffect {
    /// The table.
    pub table: Key,
    /// Postgres: the strongest lock that is taken on it.
    pub lock: Option<Level>,
    /// Whether all its rows are read while the lock is held.
    pub scans: Answer,
    /// Whether it is written anew.
    pub rewrites: Answer,
}

/// How a DDL statement of MySQL or MariaDB is carried out at best, as `ALGORITHM` says it; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the manual")]
pub enum Algorithm {
    Instant,
    /// MySQL has no word for it, and says `INPLACE`.
    NoCopy,
    Inplace,
    Copy,
}

/// What others can do to the table meanwhile, as `LOCK` says it; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concurrency {
    /// Read and write.
    None,
    /// Read.
    Shared,
    /// Nothing.
    Exclusive,
}

/// The best pair that a server of MySQL or MariaDB accepts for a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Online {
    /// How.
    pub algorithm: Algorithm,
    /// What others can do meanwhile.
    pub lock: Concurrency,
    /// What the catalog does not know and what could make it worse.
    pub unless: Option<Cow<'static, str>>,
}

/// What a statement has to do with a transaction around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InTransaction {
    /// It can run in one.
    #[default]
    Allowed,
    /// The server refuses it there; the words of the statement that are why.
    Refused(Cow<'static, str>),
    /// The server may refuse it there; when it does.
    Depends(Cow<'static, str>),
    /// It begins or ends one.
    Controls,
    /// The server accepts it there and does nothing; what it is.
    Useless(Cow<'static, str>),
}

/// What a change means for a binary that was built before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It has nothing to do with what a binary sees: data, indexes, statistics, comments.
    #[default]
    Neutral,
    /// It adds something, or allows more: an older binary goes on as before.
    Expand,
    /// It takes away, or forbids, something that an older binary may use.
    Contract,
}

/// Why a change has its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The class of this alone.
    pub class: Class,
    /// What changed.
    pub object: Key,
    /// In one line.
    pub text: String,
}

/// SQLite: a table whose foreign key refers to one that is dropped. While foreign keys are on, the dropped table's
/// rows are deleted first, with all that ON DELETE says of the rows that refer to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// The table that refers.
    pub table: Key,
    /// What becomes of its rows: `CASCADE`, `SET NULL`…, where written.
    pub on_delete: Option<String>,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// It is new.
    Creates,
    /// It is another.
    Changes,
    /// It is gone.
    Drops,
}

/// An object that a statement creates, changes or drops, also where the statement does not name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// What happens to it.
    pub act: Act,
    /// What it is.
    pub object: Object,
    /// The schema that it is in; empty for what is in none.
    pub schema: String,
    /// Of a column, index, constraint, trigger or policy: the table it is of.
    pub table: Option<String>,
    /// Its name; empty where it has none.
    pub name: String,
}

/// The versions of servers that are meant, as major and minor number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    oldest: (u32, u32),
    newest: (u32, u32),
}

impl Answer {
    /// Whether it may happen.
    #[must_use]
    pub fn possible(&self) -> bool {
        *self != Answer::No
    }

    /// The worse of two.
    #[must_use]
    pub fn or(self, other: Answer) -> Answer {
        match (&self, &other) {
            (Answer::Yes, _) | (_, Answer::No) => self,
            (_, Answer::Yes) | (Answer::No, _) => other,
            (Answer::Depends(_), Answer::Depends(_)) => self,
        }
    }

    pub(super) fn depends(text: impl Into<Cow<'static, str>>) -> Answer {
        Answer::Depends(text.into())
    }
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Answer::Yes } else { Answer::No }
    }
}

impl fmt::Display for Level {
    /// As the manual and `LOCK TABLE` write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::AccessShare => "ACCESS SHARE",
            Level::RowShare => "ROW SHARE",
            Level::RowExclusive => "ROW EXCLUSIVE",
            Level::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Level::Share => "SHARE",
            Level::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Level::Exclusive => "EXCLUSIVE",
            Level::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Neutral => "neutral",
            Class::Expand => "expand",
            Class::Contract => "contract",
        })
    }
}

impl Versions {
    /// From `oldest` to `newest`, both included.
    #[must_use]
    pub const fn new(oldest: (u32, u32), newest: (u32, u32)) -> Self {
        Versions { oldest, newest }
    }

    /// All versions of a dialect that are supported.
    #[must_use]
    pub const fn supported(dialect: Dialect) -> Self {
        let oldest = match dialect {
            Dialect::Postgres => (13, 0),
            Dialect::MySql => (8, 0),
            Dialect::MariaDb => (10, 4),
            Dialect::Sqlite => (3, 35),
        };
        Versions { oldest, newest: (u32::MAX, 0) }
    }

    /// Whether something that is so from a version on is so in all of them.
    pub(super) fn since(self, version: (u32, u32)) -> Answer {
        if self.oldest >= version {
            Answer::Yes
        } else if self.newest < version {
            Answer::No
        } else {
            Answer::Depends(format!("version {}.{} of the server", version.0, version.1).into())
        }
    }
}
