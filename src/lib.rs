//! Database migrations that the compiler checks and the boot applies, exactly once.
//!
//! 1. [`migrations!`] reads the migration files when the program is compiled, checks them, and embeds them.
//!    What is wrong with them is a compile error that names `file:line:column`.
//! 2. [`migrate`](fn@migrate) at boot makes the database current, exactly once however many instances start
//!    together, and costs one read when there is nothing to do.
//! 3. What a crash leaves behind is either nothing, or a state that the next boot finishes or explains.
//!
//! ```no_run
//! use migrate::{Migrations, migrate, migrations};
//! # use sqlx::SqlitePool;
//!
//! static MIGRATIONS: Migrations = migrations!("examples/quickstart/migrations", dialect = sqlite);
//!
//! # async fn boot() -> Result<(), Box<dyn std::error::Error>> {
//! let pool = SqlitePool::connect("sqlite://shop.db?mode=rwc").await?;
//! let report = migrate(&pool, &MIGRATIONS).await?;
//! println!("{report}");
//! # Ok(())
//! # }
//! ```
//!
//! # Targets
//!
//! [`migrate`](fn@migrate) and [`Migrator::new`] take a pool, connect options or a `&mut` connection of sqlx 0.9, or a
//! database URL; the URL also serves users of another version of sqlx and, with [`migrate_blocking`], programs
//! without an async runtime. The features `postgres`, `mysql` (MariaDB too) and `sqlite` say which databases.
//!
//! # Spelling
//!
//! With the feature of Postgres or SQLite comes a full grammar of it, by which [`migrations!`] checks the
//! statements while the program is compiled: a misspelled one is a compile error with its place. The grammars
//! are no part of the program. `driver-postgres` and `driver-sqlite` are the databases without them,
//! `spelling-postgres` and `spelling-sqlite` the grammars alone, for library crates.
//!
//! # What a run does
//!
//! One read on a pooled connection: no lock, no write, no DDL. When it says that all is applied, that is all.
//! Otherwise a fresh connection that no pool has seen takes the database's lock, reads again, and applies what
//! is pending: on Postgres and SQLite each migration in one transaction together with its history row; a file
//! with `-- migrate(no-transaction)`, and DDL on MySQL and MariaDB, statement by statement, each recorded before
//! and after. Closing that connection is what ends the lock.
//!
//! The history is kept in three tables: `migrate_history` has a row per migration, `migrate_head` one per
//! history, and `migrate_journal` what was attempted.
//!
//! # Rebuilding when a file is added
//!
//! An edited file is noticed by itself. cargo does not see a *new* file, so a package with migrations has
//! a `build.rs` of one line, `fn main() { println!("cargo:rerun-if-changed=migrations"); }`.
//!
//! A debug build that boots while its folder has files which are not embedded fails and says so, instead of
//! blaming the database.
//!
//! # Library crates
//!
//! A crate that brings its own tables depends on this one without a database feature, exports its history as a
//! `static`, and the application adds it: `Migrator::new(&pool).history(&jobs::MIGRATIONS).history(&MIGRATIONS)`.

#[doc(hidden)]
pub mod __private;
#[cfg(any(feature = "driver-postgres", feature = "driver-mysql", feature = "driver-sqlite"))]
mod blocking;

#[cfg(any(feature = "driver-postgres", feature = "driver-mysql", feature = "driver-sqlite"))]
pub use blocking::migrate_blocking;
#[doc = include_str!("roles.md")]
pub mod roles {}
pub mod testing;

pub use migrate_core::check::Options as SourceOptions;
pub use migrate_core::checksum::Checksum;
pub use migrate_core::diagnostic::{Diagnostic, Severity};
/// The seam that a driver for another database library implements.
pub use migrate_core::session as driver;
pub use migrate_core::source::{SourceError, Stale};
pub use migrate_core::{
    Dialect, Error, ErrorKind, Existing, Migration, Migrations, Migrator, Notice, OtherTool, OutOfOrder,
    Phase, Plan, PlannedStep, Report, RowProblem, Script, State, Status, Step, migrate,
};

/// Reads, checks and embeds the migration files of a folder, as a constant of type [`Migrations`].
///
/// ```
/// use migrate::{Migrations, migrations};
///
/// static MIGRATIONS: Migrations = migrations!("examples/quickstart/migrations", dialect = sqlite);
/// assert_eq!(MIGRATIONS.len(), 3);
/// ```
///
/// The folder is relative to the `Cargo.toml` of the crate; without it, it is `migrations`. What is wrong with
/// the files is a compile error that names the place and says what to write instead.
///
/// # Arguments
///
/// * `dialect = postgres`, `mysql`, `mariadb` or `sqlite`: what the files are written in. The only argument
///   that must be there.
/// * `ignore = ["seed.sql", "scripts"]`: files and folders beside the migrations that are none.
/// * `allow(empty)`: an up may hold no statement. One file alone says `-- migrate(empty)` instead.
/// * `allow("7/down", syntax-error, "reason")`: a finding in one file that is accepted. The file is named by its
///   version, `"7"` or with `/down`; it is for files that are published and cannot be edited, any other says
///   `-- migrate(allow(syntax-error, "reason"))` itself.
/// * `name = "…"`: the name of the history, when it is not that of the crate. Applied migrations are kept
///   under it, so it must not change later.
///
/// * `server = ">=13, <=18"`: the versions of the server that the files are meant for. A statement that one of them
///   does not know is an error then, with what to write instead; without it such a statement is a note, and the
///   versions that this library supports are meant: PostgreSQL `>=13`, MySQL `>=8.0`, MariaDB `>=10.5`, SQLite
///   `>=3.35`. `<=18` has every 18.x in it, and `"15"` is 15.x alone. A run on another version says so in its
///   [`Report`].
///
/// # Layouts
///
/// The names of the files say which layout they follow; one history has one layout.
///
/// | layout | files | order |
/// |---|---|---|
/// | sqlx, golang-migrate | `<version>_<name>.sql`, or `.up.sql` and `.down.sql` | by number |
/// | diesel | `<version>_<name>/up.sql`, `down.sql`, `metadata.toml` | as text without dashes, as diesel does |
/// | Flyway, refinery | `V<version>__<name>.sql` | by number, component by component |
/// | authelia | `V<version>.<name>.up.sql`, `.down.sql` | by number |
///
/// Names that begin with `.` or end in `~`, `README*`, `LICENSE*`, `migrate.lock`, `atlas.sum` and `mod.rs` are
/// skipped.
#[macro_export]
macro_rules! migrations {
    ($($arguments:tt)*) => {
        $crate::__private::migrations! { [$crate] $($arguments)* }
    };
}
