//! Database migrations that the compiler checks and the boot applies, exactly once.
//!
//! [`migrations!`] reads the migration files when the program is compiled, checks them, and embeds them.
//!
//! # Rebuilding when a file is added
//!
//! An edited file is noticed by itself. cargo does not see a *new* file, so a package with migrations has
//! a `build.rs` of one line, `fn main() { println!("cargo:rerun-if-changed=migrations"); }`.
//!
//! A debug build that runs without a file which was added since says that it is stale.

#[doc(hidden)]
pub mod __private;

pub use migrate_core::{Dialect, Migrations};

/// Reads, checks and embeds the migration files of a folder, as a constant of type [`Migrations`].
///
/// ```ignore
/// use migrate::{Migrations, migrations};
///
/// static MIGRATIONS: Migrations = migrations!("migrations", dialect = postgres);
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
/// * `name = "…"`: the name of the history, when it is not that of the crate. Applied migrations are kept
///   under it, so it must not change later.
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
