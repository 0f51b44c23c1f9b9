//! What the three databases of sqlx do differently on the wire. Knows messages, values and error numbers;
//! knows neither where a connection came from nor what it is used for.

use std::future::Future;

use migrate_core::dialect::Spec;
use migrate_core::session::{DbError, Kind, Value};
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::{Connection, Database};

/// The `Origin` of everything that comes from sqlx 0.9 (see [`IntoDriver`](migrate_core::session::IntoDriver)).
#[derive(Debug)]
pub enum Sqlx {}

/// The connect options of a database.
pub(crate) type Options<DB> = <<DB as Database>::Connection as Connection>::Options;

/// An error, and how many statements of the message had ended well before it, where that is counted.
#[derive(Debug)]
pub struct Failed {
    pub(crate) error: sqlx::Error,
    pub(crate) completed: Option<u32>,
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Failed { error, completed: None }
    }
}

/// One database of sqlx. The functions that execute are written per database, where every type is concrete,
/// because a bound like `for<'c> &'c mut DB::Connection: Executor<'c>` does not survive in a `Send` future.
///
/// Public because it bounds public types; sealed because its module is not.
pub trait Engine: Database {
    /// The dialect.
    const SPEC: &'static Spec;

    /// Whether a NUL byte ends the text of a message. PostgreSQL answers such a message with a connection
    /// exception, and sqlx-sqlite prepares the empty text before the byte again and again, for ever.
    const ENDS_AT_NUL: bool;

    /// Sends `sql` over the simple protocol and drains every result, so that no later error is missed.
    fn execute(
        connection: &mut Self::Connection,
        sql: &str,
    ) -> impl Future<Output = Result<(), Failed>> + Send;

    /// Like [`execute`](Self::execute), and keeps the rows.
    fn rows(
        connection: &mut Self::Connection,
        sql: &str,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// Reads one value of a row. `index` is within the row.
    fn value(row: &Self::Row, index: usize, kind: Kind) -> Result<Value, BoxDynError>;

    /// An error that the server sent, with all it says. Its fault tells whether the session goes on.
    fn server(error: &dyn DatabaseError) -> DbError;

    /// Whether a connection that is refused with this code will be refused until somebody changes something.
    fn lasting(code: &str) -> bool;

    /// The way out of an error with this code while connecting with `options`, where there is one to name.
    fn way_out(code: &str, options: &Options<Self>) -> Option<&'static str>;

    /// Where these options lead to, for messages: never a password, nor a part of the URL that may be one.
    fn place(options: &Options<Self>) -> String;

    /// Whether the database of this connection has no file, so that it can end with its connections.
    fn in_memory(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<bool, sqlx::Error>> + Send {
        let _ = connection;
        async { Ok(false) }
    }

    /// Whether two connections with these options see one database. Asked only of a database in memory.
    fn shared(options: &Options<Self>) -> impl Future<Output = Result<bool, sqlx::Error>> + Send {
        let _ = options;
        async { Ok(true) }
    }
}
