//! The seam between the logic and a database. A driver is asked to *execute*, never to *migrate*.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::dialect::Spec;

/// The type in which a column of a [`Session::query`] is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A signed integer of up to 64 bits.
    Int,
    /// Text.
    Text,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// An integer, for [`Kind::Int`].
    Int(i64),
    /// Text, for [`Kind::Text`].
    Text(String),
}

/// One open, exclusively owned connection. It can run SQL; it knows nothing about migrations.
pub trait Session: Send {
    /// Sends `sql` as one message of the simple protocol and waits until every statement in it has ended.
    /// `sql` may hold many statements; no parameters are bound, no statement is prepared by name.
    ///
    /// # Errors
    ///
    /// The first statement that fails. Statements after it did not run, and each database has its own rule
    /// on whether those before it are undone.
    fn execute(&mut self, sql: &str) -> impl Future<Output = Result<(), DbError>> + Send;

    /// Like [`execute`](Self::execute), and gives the rows of all statements that return rows, in order.
    /// Each such statement must have exactly the given columns.
    ///
    /// # Errors
    ///
    /// As `execute`; a value that is not of the asked kind is [`Fault::Decode`], never a panic.
    fn query(
        &mut self,
        sql: &str,
        columns: &[Kind],
    ) -> impl Future<Output = Result<Vec<Vec<Value>>, DbError>> + Send;

    /// Whether the caller's side has opened a transaction on this connection, where the library that the
    /// driver uses keeps count. A lent connection may be in the middle of one.
    fn in_transaction(&self) -> bool {
        false
    }

    /// Ends the session: a connection of our own is closed, a lent one goes back to where it came from.
    ///
    /// # Errors
    ///
    /// The connection was broken already. The server has ended the session then, or will.
    fn close(self) -> impl Future<Output = Result<(), DbError>> + Send;

    /// Closes the connection even when it was lent by a pool, which then opens another when it needs one.
    /// For a connection whose state can no longer be trusted.
    fn discard(self) -> impl Future<Output = ()> + Send;
}

/// Opens sessions on one database.
pub trait Driver: Send + Sync {
    /// The session this driver opens.
    type Session: Session;

    /// The database's side of things: which statements, which quoting, which lock.
    fn spec(&self) -> &'static Spec;

    /// Lends a session for the one read at boot: a pooled connection where there is a pool, without the
    /// extra message that tests it, since the read is that test.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, the caller's connection was lent before, or what would be lent is not
    /// the only database that this driver opens (a pool of separate in-memory databases of SQLite): migrating
    /// it would be a false success for the others.
    fn lend(&self) -> impl Future<Output = Result<Self::Session, DbError>> + Send;

    /// Opens a fresh connection that no pool has seen or will see, with statement logging off. `None` where
    /// a second connection would be another database (SQLite in memory), or cannot be had (the caller gave a
    /// connection): the lent session does everything then.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    fn connect(&self) -> impl Future<Output = Result<Option<Self::Session>, DbError>> + Send;

    /// Waits, on the runtime that the driver's connections use.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Time since some fixed moment in the past, for deadlines. Never goes back.
    fn now(&self) -> Duration;

    /// Some random bits, so that instances that started together do not poll together.
    fn jitter(&self) -> u64;
}

/// Something that a driver can be made from: a pool, connect options, a URL, a connection.
///
/// `Origin` is a marker that lets a driver crate implement this trait for the types of its database
/// library; it is never named by users.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something that migrate can open a session on",
    label = "expected a pool, connect options, a URL or `&mut` connection of sqlx 0.9, or a `Driver`",
    note = "enable the feature of your database (`postgres`, `mysql` or `sqlite`); users of another sqlx version pass the database URL"
)]
pub trait IntoDriver<Origin> {
    /// The driver.
    type Driver: Driver;

    /// Makes the driver. Opens no connection.
    ///
    /// # Errors
    ///
    /// A URL that cannot be read, or names a database whose feature is off.
    fn into_driver(self) -> Result<Self::Driver, DbError>;
}

/// The `Origin` of a [`Driver`] itself.
#[derive(Debug)]
pub enum Direct {}

impl<D: Driver> IntoDriver<Direct> for D {
    type Driver = D;

    fn into_driver(self) -> Result<D, DbError> {
        Ok(self)
    }
}

/// What kind of thing went wrong in a driver. Decides what is known about the statement that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The server refused: the statement did not take effect, and the connection is usable.
    Server,
    /// The connection broke or could not be made: whether the statement took effect is not known.
    Connection,
    /// A value that came back is not of the asked kind.
    Decode,
    /// The request could not be made at all: a bad URL, a missing feature or file.
    Config,
}

/// An error of a [`Session`] or [`Driver`]. Holds no password and no row data of the user's tables beyond
/// what the server put into its message.
pub struct DbError {
    fault: Fault,
    code: Option<String>,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<u32>,
    completed: Option<u32>,
}

impl DbError {
    /// A new error. `message` is the server's or the transport's own text.
    #[must_use]
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        DbError {
            fault,
            code: None,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            completed: None,
        }
    }

    /// Adds the SQLSTATE (Postgres), the error number (MySQL) or the extended result code (SQLite).
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds the server's detail.
    #[must_use]
    pub fn with_detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }

    /// Adds the server's hint.
    #[must_use]
    pub fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// Adds the place of the error in the message that was sent, in characters from 1.
    #[must_use]
    pub fn with_position(mut self, position: Option<u32>) -> Self {
        self.position = position;
        self
    }

    /// Adds how many statements of the message had ended well before this one failed.
    #[must_use]
    pub fn with_completed(mut self, completed: Option<u32>) -> Self {
        self.completed = completed;
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// The SQLSTATE (Postgres), the error number (MySQL) or the extended result code (SQLite).
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The server's or the transport's text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The server's detail. May hold values from the rows concerned.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The server's hint.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The place of the error in the message that was sent, in characters from 1.
    #[must_use]
    pub fn position(&self) -> Option<u32> {
        self.position
    }

    /// How many statements of the message had ended well before this one failed, where the driver counts.
    #[must_use]
    pub fn completed(&self) -> Option<u32> {
        self.completed
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbError")
            .field("fault", &self.fault)
            .field("code", &self.code)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DbError {}
