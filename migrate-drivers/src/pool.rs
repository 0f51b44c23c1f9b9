//! The driver of a pool: the boot's read on a pooled connection, the work on one that no pool knows.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use migrate_core::dialect::Spec;
use migrate_core::session::{DbError, Driver, Fault, IntoDriver};
use sqlx::{Database, Pool};

use crate::engine::{Engine, Sqlx};
use crate::session::SqlxSession;
use crate::{error, options, runtime};

/// Opens sessions on the database of a pool.
pub struct PoolDriver<DB: Database> {
    pool: Pool<DB>,
    /// An idle connection was lent without the message that tests it. If that one turns out to be dead, the
    /// others of the pool may be too, so every later one is tested.
    lent_untested: AtomicBool,
}

impl<DB: Engine> PoolDriver<DB> {
    async fn acquire(&self) -> Result<SqlxSession<'static, DB>, DbError> {
        if !self.lent_untested.swap(true, Ordering::Relaxed)
            && let Some(connection) = self.pool.try_acquire()
        {
            return Ok(SqlxSession::pooled(connection));
        }
        match self.pool.acquire().await {
            Ok(connection) => Ok(SqlxSession::pooled(connection)),
            Err(error) => Err(self.not_acquired(error)),
        }
    }

    /// sqlx waits for a server that refuses connections and for an `after_connect` that fails as it waits for
    /// a busy pool, and then only says that the time is over.
    fn not_acquired(&self, error: sqlx::Error) -> DbError {
        let options = self.pool.connect_options();
        if !matches!(error, sqlx::Error::PoolTimedOut) {
            return error::connecting::<DB>(error, &options);
        }
        let place = DB::place(&options);
        let pool = self.pool.options();
        DbError::new(
            Fault::Connection,
            format!(
                "the pool gave no connection to {place} within {:?} ({} of at most {} are open): \
                 if the server runs and `after_connect` succeeds, then all are in use; \
                 give one back before migrating, or raise `max_connections` or `acquire_timeout`",
                pool.get_acquire_timeout(),
                self.pool.size(),
                pool.get_max_connections(),
            ),
        )
    }

    /// Refuses a pool whose connections are databases of their own: migrating one of them would be a false
    /// success for the others. `acquired` is one of them.
    async fn one_database(
        &self,
        mut acquired: SqlxSession<'static, DB>,
    ) -> Result<SqlxSession<'static, DB>, DbError> {
        if self.pool.options().get_max_connections() > 1 && acquired.in_memory().await? {
            let options = options::silent::<DB>(&self.pool.connect_options());
            if !DB::shared(&options).await.map_err(error::running::<DB>)? {
                return Err(DbError::new(
                    Fault::Config,
                    "each connection of this pool opens an in-memory database of its own, so only one of them would be migrated; \
                     use the URL `sqlite::memory:`, whose connections share one database, or `max_connections(1)`",
                ));
            }
        }
        Ok(acquired)
    }
}

impl<DB: Engine> Driver for PoolDriver<DB> {
    type Session = SqlxSession<'static, DB>;

    fn spec(&self) -> &'static Spec {
        DB::SPEC
    }

    async fn lend(&self) -> Result<Self::Session, DbError> {
        let acquired = self.acquire().await?;
        self.one_database(acquired).await
    }

    async fn connect(&self) -> Result<Option<Self::Session>, DbError> {
        options::connect::<DB>(&self.pool.connect_options()).await
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

impl<DB: Database> fmt::Debug for PoolDriver<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolDriver").field("database", &DB::NAME).finish_non_exhaustive()
    }
}

impl<DB: Engine> IntoDriver<Sqlx> for Pool<DB> {
    type Driver = PoolDriver<DB>;

    fn into_driver(self) -> Result<PoolDriver<DB>, DbError> {
        Ok(PoolDriver { pool: self, lent_untested: AtomicBool::new(false) })
    }
}

impl<DB: Engine> IntoDriver<Sqlx> for &Pool<DB> {
    type Driver = PoolDriver<DB>;

    fn into_driver(self) -> Result<PoolDriver<DB>, DbError> {
        self.clone().into_driver()
    }
}
