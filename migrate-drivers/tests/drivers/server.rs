//! One database of this binary on each private server.

use std::sync::OnceLock;

use migrate_test_support::Database;

/// The URL of a database on a private PostgreSQL server, where one is installed. The user `guest` needs the
/// password `secret`.
#[cfg(feature = "postgres")]
pub(crate) fn postgres() -> Option<String> {
    static DATABASE: OnceLock<Option<Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| Some(migrate_test_support::postgres()?.database("drivers")))
        .as_ref()
        .map(Database::tcp_url)
}

/// The URL of a database on a private MariaDB server, where one is installed.
#[cfg(feature = "mysql")]
pub(crate) fn mariadb() -> Option<String> {
    static DATABASE: OnceLock<Option<Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| Some(migrate_test_support::mariadb()?.database("drivers")))
        .as_ref()
        .map(Database::tcp_url)
}
