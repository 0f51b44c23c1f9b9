//! SQLite over sqlx.

use std::time::Duration;

use migrate_core::dialect::{self, Spec};
use migrate_core::session::{DbError, Fault, IntoDriver, Kind, Value};
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Decode, Executor, Row, TypeInfo, ValueRef, raw_sql};

use crate::connection::ConnectionDriver;
use crate::engine::{Engine, Failed, Sqlx};
use crate::options::OptionsDriver;
use crate::session::SqlxSession;

/// A session on SQLite.
pub type SqliteSession<'c> = SqlxSession<'c, Sqlite>;

impl Engine for Sqlite {
    const SPEC: &'static Spec = &dialect::SQLITE;
    const ENDS_AT_NUL: bool = true;

    async fn execute(connection: &mut SqliteConnection, sql: &str) -> Result<(), Failed> {
        connection.execute(raw_sql(AssertSqlSafe(sql))).await?;
        Ok(())
    }

    async fn rows(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<SqliteRow>, sqlx::Error> {
        connection.fetch_all(raw_sql(AssertSqlSafe(sql))).await
    }

    /// The storage class of the value decides, not the column's declared type, and nothing is converted: a
    /// history table that somebody filled by hand with `'1'` must not read like one with `1`.
    fn value(row: &SqliteRow, index: usize, kind: Kind) -> Result<Value, BoxDynError> {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok(Value::Null);
        }
        let class = value.type_info().name().to_owned();
        match (kind, class.as_str()) {
            (Kind::Int, "INTEGER") => Ok(Value::Int(Decode::<Sqlite>::decode(value)?)),
            (Kind::Text, "TEXT") => Ok(Value::Text(Decode::<Sqlite>::decode(value)?)),
            (Kind::Int, _) => Err(format!("expected INTEGER, found {class}").into()),
            (Kind::Text, _) => Err(format!("expected TEXT, found {class}").into()),
        }
    }

    fn server(error: &dyn DatabaseError) -> DbError {
        let code = error.code().unwrap_or_default().into_owned();
        // The disk failed: whether a COMMIT got through before that is not known.
        let fault = if primary(&code) == Some(IOERR) { Fault::Connection } else { Fault::Server };
        DbError::new(fault, error.message()).with_code(code)
    }

    /// Everything but a lock that somebody holds and a disk that fails.
    fn lasting(code: &str) -> bool {
        !matches!(primary(code), Some(BUSY | LOCKED | IOERR))
    }

    fn way_out(code: &str, options: &SqliteConnectOptions) -> Option<&'static str> {
        if primary(code) != Some(CANTOPEN) {
            return None;
        }
        let file = options.get_filename();
        let no_folder =
            file.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
        Some(if no_folder {
            "its folder does not exist; create that first"
        } else if file.is_dir() {
            "it is a folder; name a file in it"
        } else if file.exists() {
            "see the permissions of the file and its folder"
        } else {
            "a missing file is created with `?mode=rwc` in the URL or `.create_if_missing(true)`, in a folder that can be written to"
        })
    }

    fn place(options: &SqliteConnectOptions) -> String {
        format!("SQLite file `{}`", options.get_filename().display())
    }

    /// The options do not tell (their flag is private, and the file name `file:x?mode=memory` tells in its own
    /// way), so SQLite is asked. A temporary database on disk has no file name either, and the same trouble.
    async fn in_memory(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
        let rows = match Self::rows(connection, "PRAGMA database_list").await {
            Ok(rows) => rows,
            // Another connection changes the schema in the cache that this one shares, and until it has ended
            // nothing can be prepared here. So this database does not end with this connection.
            Err(error) if is_locked(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        for row in &rows {
            let name = Self::value(row, 1, Kind::Text).map_err(sqlx::Error::Decode)?;
            if name == Value::Text("main".to_owned()) {
                let file = Self::value(row, 2, Kind::Text).map_err(sqlx::Error::Decode)?;
                return Ok(matches!(file, Value::Null) || file == Value::Text(String::new()));
            }
        }
        Ok(false)
    }

    /// Two connections that both get the write lock have two databases. Nothing is written for that.
    async fn shared(options: &SqliteConnectOptions) -> Result<bool, sqlx::Error> {
        match both_lock(&options.clone().busy_timeout(Duration::ZERO)).await {
            Ok(()) => Ok(false),
            Err(error) if is_locked(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const IOERR: u32 = 10;
const CANTOPEN: u32 = 14;

/// The primary result code, which is the low byte of the extended one.
fn primary(code: &str) -> Option<u32> {
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

/// Somebody else holds a lock.
fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref().and_then(primary), Some(BUSY | LOCKED))
}

/// Takes the write lock on two new connections at once. Waits until both are closed, however that went: a
/// connection that is only dropped keeps its lock until its thread has noticed.
async fn both_lock(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut first = options.connect().await?;
    let locked = match Sqlite::execute(&mut first, "BEGIN IMMEDIATE").await.map_err(|failed| failed.error) {
        Ok(()) => locks(options).await,
        Err(error) => Err(error),
    };
    first.close().await?;
    locked
}

async fn locks(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut second = options.connect().await?;
    let locked = Sqlite::execute(&mut second, "BEGIN IMMEDIATE").await.map_err(|failed| failed.error);
    second.close().await?;
    locked
}

impl IntoDriver<Sqlx> for SqliteConnectOptions {
    type Driver = OptionsDriver<Sqlite>;

    fn into_driver(self) -> Result<OptionsDriver<Sqlite>, DbError> {
        Ok(OptionsDriver::new(&self))
    }
}

impl IntoDriver<Sqlx> for &SqliteConnectOptions {
    type Driver = OptionsDriver<Sqlite>;

    fn into_driver(self) -> Result<OptionsDriver<Sqlite>, DbError> {
        Ok(OptionsDriver::new(self))
    }
}

impl<'c> IntoDriver<Sqlx> for &'c mut SqliteConnection {
    type Driver = ConnectionDriver<'c, Sqlite>;

    fn into_driver(self) -> Result<ConnectionDriver<'c, Sqlite>, DbError> {
        Ok(ConnectionDriver::new(self))
    }
}
