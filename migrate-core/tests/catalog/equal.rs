//! What a replay leads to is what the server has when its own client has run the same files. Real histories are
//! not part of this repository: `MIGRATE_CORPUS` names the folder that holds them.

use std::io::Write as _;
use std::path::Path;

use migrate_core::catalog::{diff, replay};
use migrate_core::check::Options;
use migrate_core::{Dialect, Migrations};

use crate::corpus::corpus;
use crate::place::Place;
use crate::server::{self, Source, Tally};

/// Runs the ups with the client and replays them.
fn compared(path: &Path, dialect: Dialect) -> Option<Tally> {
    let options = Options::new(dialect).ignore(["data_oauth_github.sql"]).allow_empty(true);
    let migrations =
        Migrations::from_dir(path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let place = Place::new(dialect)?;
    for migration in migrations.iter() {
        let (text, transactional) = (migration.up().text(), migration.up().transactional());
        let script = match dialect {
            // The new line ends a comment in the last line.
            Dialect::Postgres if transactional => format!("BEGIN;\n{text}\n;COMMIT;\n"),
            Dialect::Postgres => text.to_owned(),
            // A function that the application brings along.
            Dialect::Sqlite => format!("PRAGMA foreign_keys = ON;\n{}", text.replace("BIN2B64(", "HEX(")),
            // The client would end a routine at its first semicolon.
            _ => format!("DELIMITER $end$\n{text}\n$end$\n"),
        };
        place.run(&script).unwrap_or_else(|error| panic!("{}: {error}", migration.up().path()));
    }
    let ask = |query: &str| place.run(query);
    let server = server::catalog(&Source { dialect, ask: &ask });
    let replayed = replay(dialect, [&migrations]).catalog;
    let tally = Tally::of(&server, &replayed);
    let mut err = std::io::stderr();
    let _ = writeln!(err, "{} on {dialect}:\n{tally}", path.display());
    for difference in diff(&server, &replayed) {
        let _ = writeln!(err, "  {difference}");
    }
    Some(tally)
}

/// Every set by itself keeps the bounds.
fn equal(sets: &[(&str, Dialect)]) {
    let Some(corpus) = corpus() else { return };
    for (set, dialect) in sets {
        if let Some(tally) = compared(&corpus.join(set), *dialect) {
            assert_eq!(tally.too_low(), [""; 0], "{set} on {dialect}:\n{tally}");
        }
    }
}

#[test]
fn the_catalog_of_crates_io_is_that_of_the_server() {
    equal(&[("crates-io/migrations", Dialect::Postgres)]);
}

#[test]
fn the_catalogs_of_atuin_are_those_of_the_servers() {
    equal(&[
        ("atuin/atuin-server-postgres/migrations", Dialect::Postgres),
        ("atuin/atuin-server-sqlite/migrations", Dialect::Sqlite),
        ("atuin/atuin-ai/migrations", Dialect::Sqlite),
        ("atuin/atuin-client/meta-migrations", Dialect::Sqlite),
        ("atuin/atuin-client/migrations", Dialect::Sqlite),
        ("atuin/atuin-client/record-migrations", Dialect::Sqlite),
        ("atuin/atuin-kv/migrations", Dialect::Sqlite),
        ("atuin/atuin-scripts/migrations", Dialect::Sqlite),
    ]);
}

#[test]
fn the_catalog_of_authelia_is_that_of_postgres() {
    equal(&[("authelia/migrations/postgres", Dialect::Postgres)]);
}

#[test]
fn the_catalog_of_authelia_is_that_of_mariadb() {
    equal(&[("authelia/migrations/mysql", Dialect::MariaDb)]);
}

#[test]
fn the_catalog_of_authelia_is_that_of_sqlite() {
    equal(&[("authelia/migrations/sqlite", Dialect::Sqlite)]);
}
