//! MySQL and MariaDB over sqlx.

use migrate_core::dialect::{self, Spec};
use migrate_core::session::{DbError, Fault, IntoDriver, Kind, Value};
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::mysql::{MySql, MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow};
use sqlx::{AssertSqlSafe, Decode, Executor, Row, ValueRef, raw_sql};

use crate::connection::ConnectionDriver;
use crate::engine::{Engine, Failed, Sqlx};
use crate::options::OptionsDriver;
use crate::session::SqlxSession;

/// A session on MySQL or MariaDB.
pub type MySqlSession<'c> = SqlxSession<'c, MySql>;

impl Engine for MySql {
    const SPEC: &'static Spec = &dialect::MYSQL;
    // COM_QUERY carries its length; what a NUL means is up to the server.
    const ENDS_AT_NUL: bool = false;

    async fn execute(connection: &mut MySqlConnection, sql: &str) -> Result<(), Failed> {
        connection.execute(raw_sql(AssertSqlSafe(sql))).await?;
        Ok(())
    }

    async fn rows(connection: &mut MySqlConnection, sql: &str) -> Result<Vec<MySqlRow>, sqlx::Error> {
        connection.fetch_all(raw_sql(AssertSqlSafe(sql))).await
    }

    /// COM_QUERY sends every value as text, whatever its type, so its text decides. The column's type is no
    /// help: functions answer with binary collations and decimals where one expects text and integers.
    fn value(row: &MySqlRow, index: usize, kind: Kind) -> Result<Value, BoxDynError> {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok(Value::Null);
        }
        let text = <&str as Decode<'_, MySql>>::decode(value)?;
        Ok(match kind {
            Kind::Int => Value::Int(text.parse()?),
            Kind::Text => Value::Text(text.to_owned()),
        })
    }

    fn server(error: &dyn DatabaseError) -> DbError {
        let Some(error) = error.try_downcast_ref::<MySqlDatabaseError>() else {
            return DbError::new(Fault::Server, error.message());
        };
        let fault = if ends_session(error.number()) { Fault::Connection } else { Fault::Server };
        DbError::new(fault, error.message()).with_code(error.number().to_string())
    }

    /// Access denied (to the database, for the user, without a password), no such database, this host may not
    /// connect, an authentication plugin that cannot work.
    fn lasting(code: &str) -> bool {
        matches!(code, "1044" | "1045" | "1049" | "1130" | "1251" | "1524" | "1698")
    }

    fn way_out(code: &str, _: &MySqlConnectOptions) -> Option<&'static str> {
        (code == "1049").then_some("create it first, with `CREATE DATABASE …`")
    }

    fn place(options: &MySqlConnectOptions) -> String {
        match options.get_socket() {
            Some(socket) => format!("MySQL at {}", socket.display()),
            None => format!("MySQL at {}:{}", options.get_host(), options.get_port()),
        }
    }
}

/// The server hangs up after these. 1053, 1077–1080: shutdown. 1152, 1184, 1927, 3169: aborted or killed.
/// 1153: a packet above `max_allowed_packet`. 1156–1161: the wire broke. 4031: idle for too long. 2006, 2013:
/// numbers of the client library, which ProxySQL sends for the server behind it.
fn ends_session(number: u16) -> bool {
    matches!(
        number,
        1053 | 1077..=1080 | 1152 | 1153 | 1156..=1161 | 1184 | 1927 | 2006 | 2013 | 3169 | 4031
    )
}

impl IntoDriver<Sqlx> for MySqlConnectOptions {
    type Driver = OptionsDriver<MySql>;

    fn into_driver(self) -> Result<OptionsDriver<MySql>, DbError> {
        Ok(OptionsDriver::new(&self))
    }
}

impl IntoDriver<Sqlx> for &MySqlConnectOptions {
    type Driver = OptionsDriver<MySql>;

    fn into_driver(self) -> Result<OptionsDriver<MySql>, DbError> {
        Ok(OptionsDriver::new(self))
    }
}

impl<'c> IntoDriver<Sqlx> for &'c mut MySqlConnection {
    type Driver = ConnectionDriver<'c, MySql>;

    fn into_driver(self) -> Result<ConnectionDriver<'c, MySql>, DbError> {
        Ok(ConnectionDriver::new(self))
    }
}
