//! The sessions and drivers against real databases: SQLite always, PostgreSQL and MariaDB on private servers.
//! One binary, so that each server starts once.
#![cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]

mod conduct;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;
mod url;

// Nothing of it is named here, and a crate that is not named brings no implementations.
use migrate_drivers as _;
