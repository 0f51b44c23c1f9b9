//! PostgreSQL over sqlx.

use std::future::poll_fn;

use migrate_core::dialect::{self, Spec};
use migrate_core::session::{DbError, Fault, IntoDriver, Kind, Value};
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::postgres::{
    PgConnectOptions, PgConnection, PgDatabaseError, PgErrorPosition, PgRow, PgSeverity, Postgres,
};
use sqlx::{AssertSqlSafe, Executor, Row, ValueRef, raw_sql};

use crate::connection::ConnectionDriver;
use crate::engine::{Engine, Failed, Sqlx};
use crate::options::OptionsDriver;
use crate::session::SqlxSession;

/// A session on PostgreSQL.
pub type PgSession<'c> = SqlxSession<'c, Postgres>;

impl Engine for Postgres {
    const SPEC: &'static Spec = &dialect::POSTGRES;
    const ENDS_AT_NUL: bool = true;

    /// Counts, because an error without a position is otherwise the error of no statement in particular.
    async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), Failed> {
        let mut completed = 0;
        let mut results = connection.fetch_many(raw_sql(AssertSqlSafe(sql)));
        loop {
            match poll_fn(|context| results.as_mut().poll_next(context)).await {
                None => return Ok(()),
                Some(Ok(result)) => completed += u32::from(result.is_left()),
                Some(Err(error)) => return Err(Failed { error, completed: Some(completed) }),
            }
        }
    }

    async fn rows(connection: &mut PgConnection, sql: &str) -> Result<Vec<PgRow>, sqlx::Error> {
        connection.fetch_all(raw_sql(AssertSqlSafe(sql))).await
    }

    /// The simple protocol sends every value as text, whatever its type, so its text decides.
    fn value(row: &PgRow, index: usize, kind: Kind) -> Result<Value, BoxDynError> {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok(Value::Null);
        }
        let text = value.as_str()?;
        Ok(match kind {
            Kind::Int => Value::Int(text.parse()?),
            Kind::Text => Value::Text(text.to_owned()),
        })
    }

    fn server(error: &dyn DatabaseError) -> DbError {
        let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else {
            return DbError::new(Fault::Server, error.message());
        };
        let ended = matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic);
        let fault = if ended || unknown_outcome(error.code()) { Fault::Connection } else { Fault::Server };
        let position = match error.position() {
            Some(PgErrorPosition::Original(position)) => u32::try_from(position).ok(),
            // A place in a query that a function made: not in the message that was sent.
            Some(PgErrorPosition::Internal { .. }) | None => None,
        };
        DbError::new(fault, error.message())
            .with_code(error.code())
            .with_detail(error.detail().map(str::to_owned))
            .with_hint(error.hint().map(str::to_owned))
            .with_position(position)
    }

    /// Invalid authorization (class 28), no such database, no permission to connect to it.
    fn lasting(code: &str) -> bool {
        matches!(code, "28000" | "28P01" | "3D000" | "42501")
    }

    fn way_out(code: &str, _: &PgConnectOptions) -> Option<&'static str> {
        (code == "3D000").then_some("create it first, with `CREATE DATABASE …` or `createdb`")
    }

    fn place(options: &PgConnectOptions) -> String {
        match options.get_socket() {
            Some(socket) => format!("PostgreSQL at {} (port {})", socket.display(), options.get_port()),
            None => format!("PostgreSQL at {}:{}", options.get_host(), options.get_port()),
        }
    }
}

/// Class 08 (connection exception), 40003 (statement completion unknown), 57P01–57P05 (the server shuts down,
/// crashed, starts, dropped the database, or ended an idle session). Poolers send some of these as a plain
/// error and hang up, so the severity alone does not tell.
fn unknown_outcome(code: &str) -> bool {
    matches!(code, "40003" | "57P01" | "57P02" | "57P03" | "57P04" | "57P05") || code.get(..2) == Some("08")
}

impl IntoDriver<Sqlx> for PgConnectOptions {
    type Driver = OptionsDriver<Postgres>;

    fn into_driver(self) -> Result<OptionsDriver<Postgres>, DbError> {
        Ok(OptionsDriver::new(&self))
    }
}

impl IntoDriver<Sqlx> for &PgConnectOptions {
    type Driver = OptionsDriver<Postgres>;

    fn into_driver(self) -> Result<OptionsDriver<Postgres>, DbError> {
        Ok(OptionsDriver::new(self))
    }
}

impl<'c> IntoDriver<Sqlx> for &'c mut PgConnection {
    type Driver = ConnectionDriver<'c, Postgres>;

    fn into_driver(self) -> Result<ConnectionDriver<'c, Postgres>, DbError> {
        Ok(ConnectionDriver::new(self))
    }
}
