//! Where the servers differ, as far as the running half can notice.

use migrate_core::dialect::{MARIADB, POSTGRES, SQLITE, Spec};
use migrate_core::session::Value;

/// A kind of server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Engine {
    /// A message is a transaction of its own unless it is in one; an error ends the transaction.
    #[default]
    Postgres,
    /// Each statement is a transaction of its own unless it is in one; DDL commits the one that it is in. An error
    /// undoes its statement alone.
    MariaDb,
    /// The same, but DDL is like any other statement, and there is one writer at a time.
    Sqlite,
}

/// The codes of errors that the model gives.
pub(crate) struct ErrorCodes {
    /// A failure that a test asked for, and that means nothing to the library.
    pub(crate) asked_for: &'static str,
    pub(crate) unique: &'static str,
    pub(crate) missing_table: &'static str,
    /// The server has no free connection.
    pub(crate) full: &'static str,
    /// A wait has taken too long.
    pub(crate) busy: &'static str,
}

impl Engine {
    pub(crate) fn spec(self) -> &'static Spec {
        match self {
            Engine::Postgres => &POSTGRES,
            Engine::MariaDb => &MARIADB,
            Engine::Sqlite => &SQLITE,
        }
    }

    pub(crate) fn codes(self) -> ErrorCodes {
        let code = |asked_for, unique, missing_table, full, busy| ErrorCodes {
            asked_for,
            unique,
            missing_table,
            full,
            busy,
        };
        match self {
            Engine::Postgres => code("XX000", "23505", "42P01", "53300", "55P03"),
            Engine::MariaDb => code("1105", "1062", "1146", "1040", "1205"),
            Engine::Sqlite => code("10", "1555", "1", "14", "5"),
        }
    }

    /// Schema, user and database.
    pub(super) fn place(self) -> [Value; 3] {
        let place = match self {
            Engine::Postgres => ["public", "owner", "shop"],
            Engine::MariaDb => ["shop", "owner", "shop"],
            Engine::Sqlite => ["main", "", "main"],
        };
        place.map(|name| Value::Text(name.to_owned()))
    }

    /// What it says that it is.
    pub(super) fn name(self) -> &'static str {
        match self {
            Engine::Postgres => "PostgreSQL 15.18, modelled",
            Engine::MariaDb => "10.11.14-MariaDB modelled",
            Engine::Sqlite => "3.40.1",
        }
    }
}
