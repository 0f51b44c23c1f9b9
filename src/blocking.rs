//! For programs without an async runtime: one of their own, for the time of one call.

use migrate_core::session::IntoDriver;
use migrate_core::{Error, Migrations, Report, migrate};

/// [`migrate`](fn@migrate) for programs without an async runtime: blocks until the database is current.
///
/// Call it from a thread that runs no async code. `target` is best a database URL or connect options: a pool
/// belongs to the runtime that made it.
///
/// ```no_run
/// use migrate::{Migrations, migrate_blocking, migrations};
///
/// static MIGRATIONS: Migrations = migrations!("examples/quickstart/migrations", dialect = sqlite);
///
/// fn main() -> Result<(), migrate::Error> {
///     let report = migrate_blocking("sqlite://shop.db?mode=rwc", &MIGRATIONS)?;
///     println!("{report}");
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// See [`Migrator::run`](crate::Migrator::run); and [`ErrorKind::Config`](crate::ErrorKind::Config) when the
/// system gives no resources for a runtime.
pub fn migrate_blocking<Origin, T: IntoDriver<Origin>>(
    target: T,
    migrations: &Migrations,
) -> Result<Report, Error> {
    migrate_drivers::block_on(migrate(target, migrations))
        .map_err(|error| migrate_core::ErrorKind::Config(format!("cannot migrate here: {error}")))?
}
