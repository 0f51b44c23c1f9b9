//! The driver of connect options: every session is a connection of its own.

use std::fmt;
use std::time::Duration;

use migrate_core::dialect::Spec;
use migrate_core::session::{DbError, Driver, Fault, Session};
use sqlx::{ConnectOptions, Connection, Database};

use crate::engine::{Engine, Options};
use crate::session::SqlxSession;
use crate::{error, runtime};

/// Opens sessions with connect options.
pub struct OptionsDriver<DB: Database> {
    options: <DB::Connection as Connection>::Options,
}

impl<DB: Engine> OptionsDriver<DB> {
    /// A driver that connects as `options` say, but logs no statement: a migration is not the application's
    /// query, and may be megabytes long.
    pub(crate) fn new(options: &Options<DB>) -> Self {
        OptionsDriver { options: silent::<DB>(options) }
    }
}

/// The same options without statement logging.
pub(crate) fn silent<DB: Engine>(options: &Options<DB>) -> Options<DB> {
    options.clone().disable_statement_logging()
}

/// Opens a connection of our own, without statement logging. `None` where the database is in memory: a
/// connection of its own might be a database of its own, and where it is not, SQLite locks it by tables and
/// does not wait for them.
pub(crate) async fn connect<DB: Engine>(
    options: &Options<DB>,
) -> Result<Option<SqlxSession<'static, DB>>, DbError> {
    let mut session = open(&silent::<DB>(options)).await?;
    if session.in_memory().await? {
        session.close().await?;
        return Ok(None);
    }
    Ok(Some(session))
}

async fn open<DB: Engine>(options: &Options<DB>) -> Result<SqlxSession<'static, DB>, DbError> {
    match options.connect().await {
        Ok(connection) => Ok(SqlxSession::own(connection)),
        Err(error) => Err(error::connecting::<DB>(error, options)),
    }
}

impl<DB: Engine> Driver for OptionsDriver<DB> {
    type Session = SqlxSession<'static, DB>;

    fn spec(&self) -> &'static Spec {
        DB::SPEC
    }

    async fn lend(&self) -> Result<Self::Session, DbError> {
        let mut session = open(&self.options).await?;
        // Also where connections share it: it ends with the last one, and all of these are ours.
        if session.in_memory().await? {
            return Err(DbError::new(
                Fault::Config,
                "this in-memory database ends with the connection that migrates it; \
                 pass the pool or the connection that the program goes on to use",
            ));
        }
        Ok(session)
    }

    async fn connect(&self) -> Result<Option<Self::Session>, DbError> {
        connect(&self.options).await
    }

    async fn sleep(&self, duration: Duration) {
        runtime::sleep(duration).await;
    }

    fn now(&self) -> Duration {
        runtime::now()
    }

    fn jitter(&self) -> u64 {
        runtime::jitter()
    }
}

impl<DB: Database> fmt::Debug for OptionsDriver<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptionsDriver").field("database", &DB::NAME).finish_non_exhaustive()
    }
}
