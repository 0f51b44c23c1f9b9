//! Sessions and drivers of sqlx 0.9 for `migrate-rs`: PostgreSQL, MySQL and MariaDB, SQLite, each behind the
//! feature of its name. Transport only: this crate executes and reads; what is sent, and why, is decided in
//! `migrate-core`.
//!
//! Users do not name this crate: what they pass to `migrate` (a pool, connect options, a `&mut` connection, a
//! URL) becomes a driver through [`IntoDriver`](migrate_core::session::IntoDriver), whose marker here is
//! [`Sqlx`].

#[cfg(all(
    any(feature = "postgres", feature = "mysql", feature = "sqlite"),
    not(any(feature = "runtime-tokio", feature = "runtime-smol"))
))]
compile_error!(
    "a database feature of migrate-rs needs an async runtime: enable `runtime-tokio` (the default) or `runtime-smol`"
);

#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod connection;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod engine;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod error;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod options;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod runtime;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
mod url;

#[cfg(feature = "mysql")]
pub use self::mysql::MySqlSession;
#[cfg(feature = "postgres")]
pub use self::postgres::PgSession;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteSession;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
pub use self::{
    connection::ConnectionDriver,
    engine::Sqlx,
    options::OptionsDriver,
    pool::PoolDriver,
    session::SqlxSession,
    url::{AnyDriver, AnySession},
};

/// Runs a future to its end on a runtime of its own, for programs that have none.
///
/// # Errors
///
/// A sentence: this thread runs async code already, or the system gives no resources.
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
pub fn block_on<F: Future>(future: F) -> Result<F::Output, String> {
    runtime::block_on(future)
}
