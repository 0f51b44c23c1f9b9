//! Private database servers, a counting proxy and process helpers for the tests of this workspace.
//!
//! ```no_run
//! // `None` when no server is installed: one loud line has been printed, and with `CI` set it is a panic.
//! let Some(server) = migrate_test_support::postgres() else { return };
//! let database = server.database("boot"); // empty, unique, dropped at the end
//! assert_eq!(database.ask("select 1"), "1");
//! let _options = database.url(); // as sqlx reads it
//! ```
//!
//! It knows the servers only through their own command-line clients, so that what it reports about a
//! database does not depend on the driver under test. It knows nothing about migrations.

mod account;
mod database;
mod installation;
mod keeper;
mod mariadb;
mod pooler;
mod postgres;
pub mod process;
mod product;
mod server;
mod shell;
pub mod wire;

pub use database::{Database, Held};
pub use mariadb::{MARIADB, mariadb};
pub use pooler::Pooler;
pub use postgres::{POSTGRES, postgres};
pub use product::Product;
pub use server::Server;
pub use shell::Shell;
