//! One connection of sqlx, wherever it came from. Knows when it may go back to its pool.

use std::fmt;

use migrate_core::session::{DbError, Fault, Kind, Session, Value};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, Database, Row};

use crate::engine::Engine;
use crate::error;

/// An open connection: our own, one of a pool, or the caller's.
pub struct SqlxSession<'c, DB: Database> {
    held: Held<'c, DB>,
    /// A message was sent and its answer was not read to the end, because the future was dropped or the
    /// connection broke. What comes next on the wire would answer the wrong question: sqlx reports the error
    /// of an abandoned message as that of the one after it.
    unfinished: bool,
}

enum Held<'c, DB: Database> {
    Own(DB::Connection),
    Pooled(Pooled<DB>),
    Borrowed(&'c mut DB::Connection),
}

/// A connection that returns to its pool only when somebody said so. A future that is dropped and a panic say
/// nothing: the pool's own test on return would pass with a transaction open or a role set.
struct Pooled<DB: Database> {
    connection: PoolConnection<DB>,
    give_back: bool,
}

impl<DB: Database> Drop for Pooled<DB> {
    fn drop(&mut self) {
        if !self.give_back {
            self.connection.close_on_drop();
        }
    }
}

impl<DB: Database> SqlxSession<'static, DB> {
    /// A connection of our own, that no pool knows.
    pub(crate) fn own(connection: DB::Connection) -> Self {
        SqlxSession { held: Held::Own(connection), unfinished: false }
    }

    /// A connection of a pool.
    pub(crate) fn pooled(connection: PoolConnection<DB>) -> Self {
        SqlxSession { held: Held::Pooled(Pooled { connection, give_back: false }), unfinished: false }
    }
}

impl<'c, DB: Database> SqlxSession<'c, DB> {
    /// The caller's connection.
    pub(crate) fn borrowed(connection: &'c mut DB::Connection) -> Self {
        SqlxSession { held: Held::Borrowed(connection), unfinished: false }
    }
}

impl<DB: Engine> SqlxSession<'_, DB> {
    /// The connection, for a message that is about to be sent.
    fn start(&mut self, sql: &str) -> Result<&mut DB::Connection, DbError> {
        if DB::ENDS_AT_NUL && sql.contains('\0') {
            return Err(DbError::new(
                Fault::Config,
                "the SQL holds a NUL byte, which would end it there; remove the byte",
            ));
        }
        if self.unfinished {
            return Err(DbError::new(
                Fault::Connection,
                "an earlier statement on this connection was abandoned or broke off, so its answers can no longer be told apart",
            ));
        }
        self.unfinished = true;
        Ok(match &mut self.held {
            Held::Own(connection) => connection,
            Held::Pooled(pooled) => &mut pooled.connection,
            Held::Borrowed(connection) => connection,
        })
    }

    /// Whether the database is in memory. Asks only where that can be.
    pub(crate) async fn in_memory(&mut self) -> Result<bool, DbError> {
        let connection = self.start("")?;
        let answer = DB::in_memory(connection).await;
        self.end(answer)
    }

    /// Takes the answer to that message.
    fn end<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, DbError> {
        let answer = answer.map_err(error::running::<DB>);
        self.unfinished = matches!(&answer, Err(error) if error.fault() == Fault::Connection);
        answer
    }
}

impl<DB: Engine> Session for SqlxSession<'_, DB> {
    async fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        let connection = self.start(sql)?;
        let answer = DB::execute(connection, sql).await;
        let completed = answer.as_ref().err().and_then(|failed| failed.completed);
        self.end(answer.map_err(|failed| failed.error)).map_err(|error| error.with_completed(completed))
    }

    fn in_transaction(&self) -> bool {
        let connection = match &self.held {
            Held::Own(connection) => connection,
            Held::Pooled(pooled) => &pooled.connection,
            Held::Borrowed(connection) => connection,
        };
        connection.is_in_transaction()
    }

    fn is_callers(&self) -> bool {
        matches!(self.held, Held::Borrowed(_))
    }

    async fn query(&mut self, sql: &str, columns: &[Kind]) -> Result<Vec<Vec<Value>>, DbError> {
        let connection = self.start(sql)?;
        let answer = DB::rows(connection, sql).await;
        // All rows are here before the first is read: an error of a later statement goes before a value that
        // cannot be read.
        let rows = self.end(answer)?;
        rows.iter().map(|row| read::<DB>(row, columns)).collect()
    }

    async fn close(self) -> Result<(), DbError> {
        match self.held {
            Held::Own(connection) => end::<DB>(connection, self.unfinished).await,
            Held::Pooled(mut pooled) => {
                pooled.give_back = !self.unfinished;
                Ok(())
            }
            Held::Borrowed(_) => Ok(()),
        }
    }

    async fn discard(self) {
        match self.held {
            Held::Own(connection) => {
                // It is gone either way, and the caller has an error of its own to report.
                let _ = end::<DB>(connection, self.unfinished).await;
            }
            // Its destructor closes it, and the pool keeps its place until then.
            Held::Pooled(pooled) => drop(pooled),
            Held::Borrowed(_) => {}
        }
    }
}

/// Ends a connection of our own: politely, which on SQLite also waits until its locks are gone, unless a
/// statement is still running, since politeness would wait for that.
async fn end<DB: Engine>(connection: DB::Connection, unfinished: bool) -> Result<(), DbError> {
    let ended = if unfinished { connection.close_hard().await } else { connection.close().await };
    ended.map_err(error::running::<DB>)
}

/// Reads a row that must have exactly these columns.
fn read<DB: Engine>(row: &DB::Row, columns: &[Kind]) -> Result<Vec<Value>, DbError> {
    if row.len() != columns.len() {
        return Err(DbError::new(
            Fault::Decode,
            format!("a row has {} columns instead of {}", row.len(), columns.len()),
        ));
    }
    columns
        .iter()
        .enumerate()
        .map(|(index, &kind)| {
            DB::value(row, index, kind).map_err(|error| {
                DbError::new(Fault::Decode, format!("column {} cannot be read: {error}", index + 1))
            })
        })
        .collect()
}

impl<DB: Database> fmt::Debug for SqlxSession<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = match &self.held {
            Held::Own(_) => "own",
            Held::Pooled(_) => "pooled",
            Held::Borrowed(_) => "borrowed",
        };
        f.debug_struct("SqlxSession")
            .field("database", &DB::NAME)
            .field("held", &held)
            .field("unfinished", &self.unfinished)
            .finish_non_exhaustive()
    }
}
