//! The driver of a URL: which database it is, is known when the program runs. Never repeats a URL, because a
//! password may stand in any part of one that is misspelt.

use std::time::Duration;

use migrate_core::dialect::Spec;
use migrate_core::session::{DbError, Driver, Fault, IntoDriver, Kind, Session, Value};

use crate::engine::Sqlx;
use crate::options::OptionsDriver;
use crate::runtime;
use crate::session::SqlxSession;

/// Opens sessions on the database of a URL.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyDriver {
    /// `postgres://` or `postgresql://`.
    #[cfg(feature = "postgres")]
    Postgres(OptionsDriver<sqlx::Postgres>),
    /// `mysql://` or `mariadb://`.
    #[cfg(feature = "mysql")]
    MySql(OptionsDriver<sqlx::MySql>),
    /// `sqlite:`.
    #[cfg(feature = "sqlite")]
    Sqlite(OptionsDriver<sqlx::Sqlite>),
}

/// A session on the database of a URL.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnySession {
    /// On PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(SqlxSession<'static, sqlx::Postgres>),
    /// On MySQL or MariaDB.
    #[cfg(feature = "mysql")]
    MySql(SqlxSession<'static, sqlx::MySql>),
    /// On SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(SqlxSession<'static, sqlx::Sqlite>),
}

/// Does the same for whichever database it is.
macro_rules! each {
    ($any:ident, $value:expr, $inner:ident => $result:expr) => {
        match $value {
            #[cfg(feature = "postgres")]
            $any::Postgres($inner) => $result,
            #[cfg(feature = "mysql")]
            $any::MySql($inner) => $result,
            #[cfg(feature = "sqlite")]
            $any::Sqlite($inner) => $result,
        }
    };
}

impl Driver for AnyDriver {
    type Session = AnySession;

    fn spec(&self) -> &'static Spec {
        each!(AnyDriver, self, driver => driver.spec())
    }

    async fn lend(&self) -> Result<AnySession, DbError> {
        match self {
            #[cfg(feature = "postgres")]
            AnyDriver::Postgres(driver) => driver.lend().await.map(AnySession::Postgres),
            #[cfg(feature = "mysql")]
            AnyDriver::MySql(driver) => driver.lend().await.map(AnySession::MySql),
            #[cfg(feature = "sqlite")]
            AnyDriver::Sqlite(driver) => driver.lend().await.map(AnySession::Sqlite),
        }
    }

    async fn connect(&self) -> Result<Option<AnySession>, DbError> {
        match self {
            #[cfg(feature = "postgres")]
            AnyDriver::Postgres(driver) => Ok(driver.connect().await?.map(AnySession::Postgres)),
            #[cfg(feature = "mysql")]
            AnyDriver::MySql(driver) => Ok(driver.connect().await?.map(AnySession::MySql)),
            #[cfg(feature = "sqlite")]
            AnyDriver::Sqlite(driver) => Ok(driver.connect().await?.map(AnySession::Sqlite)),
        }
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

impl Session for AnySession {
    async fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        each!(AnySession, self, session => session.execute(sql).await)
    }

    async fn query(&mut self, sql: &str, columns: &[Kind]) -> Result<Vec<Vec<Value>>, DbError> {
        each!(AnySession, self, session => session.query(sql, columns).await)
    }

    fn in_transaction(&self) -> bool {
        each!(AnySession, self, session => session.in_transaction())
    }

    async fn close(self) -> Result<(), DbError> {
        each!(AnySession, self, session => session.close().await)
    }

    async fn discard(self) {
        each!(AnySession, self, session => session.discard().await)
    }
}

impl IntoDriver<Sqlx> for &str {
    type Driver = AnyDriver;

    fn into_driver(self) -> Result<AnyDriver, DbError> {
        let (scheme, rest) = self.split_once(':').unwrap_or(("", self));
        match scheme {
            "postgres" | "postgresql" => postgres(self),
            "mysql" | "mariadb" => mysql(self),
            "sqlite" => sqlite(self, rest),
            // A word before `://` is a scheme and can be shown; anything else may be a password.
            _ if rest.starts_with("//") && !scheme.is_empty() && scheme.bytes().all(is_scheme_byte) => {
                Err(config(format!("the database URL begins with `{scheme}:`; {KNOWN}")))
            }
            _ => Err(config(format!("the database URL has no scheme; {KNOWN}"))),
        }
    }
}

impl IntoDriver<Sqlx> for String {
    type Driver = AnyDriver;

    fn into_driver(self) -> Result<AnyDriver, DbError> {
        self.as_str().into_driver()
    }
}

impl IntoDriver<Sqlx> for &String {
    type Driver = AnyDriver;

    fn into_driver(self) -> Result<AnyDriver, DbError> {
        self.as_str().into_driver()
    }
}

const KNOWN: &str = "known are `postgres://`, `postgresql://`, `mysql://`, `mariadb://` and `sqlite:`";

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Result<AnyDriver, DbError> {
    let options = url.parse::<sqlx::postgres::PgConnectOptions>().map_err(unreadable)?;
    Ok(AnyDriver::Postgres(OptionsDriver::new(&options)))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<AnyDriver, DbError> {
    Err(feature_is_off("PostgreSQL", "postgres"))
}

#[cfg(feature = "mysql")]
fn mysql(url: &str) -> Result<AnyDriver, DbError> {
    let options = url.parse::<sqlx::mysql::MySqlConnectOptions>().map_err(unreadable)?;
    Ok(AnyDriver::MySql(OptionsDriver::new(&options)))
}

#[cfg(not(feature = "mysql"))]
fn mysql(_: &str) -> Result<AnyDriver, DbError> {
    Err(feature_is_off("MySQL or MariaDB", "mysql"))
}

#[cfg(feature = "sqlite")]
fn sqlite(url: &str, rest: &str) -> Result<AnyDriver, DbError> {
    // Each reading of this URL is a database of its own, so nobody could ever see the migrated one.
    if rest.trim_start_matches("//").split('?').next() == Some(":memory:") {
        return Err(config(
            "the in-memory database of a URL ends with the connection that migrates it; \
             pass the pool or the connection that the program goes on to use"
                .to_owned(),
        ));
    }
    let options = url.parse::<sqlx::sqlite::SqliteConnectOptions>().map_err(unreadable)?;
    Ok(AnyDriver::Sqlite(OptionsDriver::new(&options)))
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &str, _: &str) -> Result<AnyDriver, DbError> {
    Err(feature_is_off("SQLite", "sqlite"))
}

#[cfg(not(all(feature = "postgres", feature = "mysql", feature = "sqlite")))]
fn feature_is_off(database: &str, feature: &str) -> DbError {
    config(format!(
        "the URL is one of {database}, but the feature `{feature}` of migrate-rs is off; enable it"
    ))
}

fn config(message: String) -> DbError {
    DbError::new(Fault::Config, message)
}

/// Says what is wrong with a URL. sqlx quotes the value that it did not understand; in a URL whose password
/// holds a `?`, that value is the end of the password, so whatever is quoted is left out.
fn unreadable(error: sqlx::Error) -> DbError {
    let sqlx::Error::Configuration(reason) = error else {
        return config("the database URL cannot be read".to_owned());
    };
    let reason = reason.to_string();
    let reason = match (reason.find('"'), reason.rfind('"')) {
        (Some(first), Some(last)) => format!("{}…{}", &reason[..=first], &reason[last..]),
        _ => reason,
    };
    config(format!(
        "the database URL cannot be read: {reason}; characters such as `/`, `?`, `#` and `@` in a password are written as `%2F`, `%3F`, `%23` and `%40`"
    ))
}
