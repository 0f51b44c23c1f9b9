//! The driver of a connection that the caller keeps: it is lent once, and there is no second.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use migrate_core::dialect::Spec;
use migrate_core::session::{DbError, Driver, Fault, IntoDriver};
use sqlx::Database;
use sqlx::pool::PoolConnection;

use crate::engine::{Engine, Sqlx};
use crate::runtime;
use crate::session::SqlxSession;

/// Lends the caller's connection.
pub struct ConnectionDriver<'c, DB: Database> {
    connection: Mutex<Option<&'c mut DB::Connection>>,
}

impl<'c, DB: Database> ConnectionDriver<'c, DB> {
    pub(crate) fn new(connection: &'c mut DB::Connection) -> Self {
        ConnectionDriver { connection: Mutex::new(Some(connection)) }
    }
}

impl<'c, DB: Engine> Driver for ConnectionDriver<'c, DB> {
    type Session = SqlxSession<'c, DB>;

    fn spec(&self) -> &'static Spec {
        DB::SPEC
    }

    async fn lend(&self) -> Result<Self::Session, DbError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        match connection {
            Some(connection) => Ok(SqlxSession::borrowed(connection)),
            None => Err(DbError::new(
                Fault::Config,
                "the connection that was passed was lent before, and there is no second; pass a pool or connect options",
            )),
        }
    }

    async fn connect(&self) -> Result<Option<Self::Session>, DbError> {
        Ok(None)
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

impl<DB: Database> fmt::Debug for ConnectionDriver<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionDriver").field("database", &DB::NAME).finish_non_exhaustive()
    }
}

impl<'c, DB: Engine> IntoDriver<Sqlx> for &'c mut PoolConnection<DB> {
    type Driver = ConnectionDriver<'c, DB>;

    fn into_driver(self) -> Result<ConnectionDriver<'c, DB>, DbError> {
        Ok(ConnectionDriver::new(&mut **self))
    }
}
