//! How statements are spelled: full grammars, one thin adapter for each dialect that has one. An adapter says
//! where its grammar refuses a statement and nothing else; what that means is decided by the checks.

mod depth;
#[cfg(all(test, feature = "spelling-postgres", feature = "spelling-sqlite"))]
mod mutants;
mod mysql;
#[cfg(feature = "spelling-postgres")]
mod postgres;
#[cfg(feature = "spelling-sqlite")]
mod sqlite;

use std::panic;
use std::thread;

use migrate_core::Dialect;
use migrate_core::check::{Checked, Options, SpellingError, check};
use migrate_core::source::File;

/// Grammars go down into themselves for each parenthesis and operator of a statement, and the compiler's own
/// threads have no room for that. The deepest statement that they are given takes a quarter of it; what is not
/// used costs nothing.
pub(crate) const STACK: usize = 128 << 20;

/// Checks the files, with the spelling of their statements where there is a grammar for the dialect.
pub(crate) fn checked(files: &[File], options: &Options) -> Checked {
    if grammar(options.dialect()).is_none() {
        return check(files, options);
    }
    let spelled = options.clone().spelling(errors);
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("migrations".to_owned()).stack_size(STACK);
        let checking = thread.spawn_scoped(scope, || check(files, &spelled)).ok();
        // A system that does not give the memory, or a defect in the checks: the files are checked without.
        checking.and_then(|checking| checking.join().ok()).unwrap_or_else(|| check(files, options))
    })
}

/// The grammar of a dialect, or what takes its place.
fn grammar(dialect: Dialect) -> Option<fn(&str) -> Vec<SpellingError>> {
    match dialect {
        #[cfg(feature = "spelling-postgres")]
        Dialect::Postgres => Some(postgres::errors),
        #[cfg(feature = "spelling-sqlite")]
        Dialect::Sqlite => Some(sqlite::errors),
        Dialect::MySql => Some(mysql::mysql),
        Dialect::MariaDb => Some(mysql::mariadb),
        #[allow(unreachable_patterns)]
        _ => None,
    }
}

/// What the grammar of the dialect refuses in one statement.
pub(crate) fn errors(dialect: Dialect, statement: &str) -> Vec<SpellingError> {
    match grammar(dialect) {
        // A defect in a grammar refuses nobody's file.
        Some(grammar) if depth::bound(statement, dialect) <= depth::LIMIT => {
            panic::catch_unwind(|| grammar(statement)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
