//! What a replay leads to is what the server has when its own client has run the same files. Real histories are
//! not part of this repository: `MIGRATE_CORPUS` names the folder that holds them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate_core::catalog::{Catalog, apply, diff, replay};
use migrate_core::check::Options;
use migrate_core::diagnostic::Severity;
use migrate_core::syntax::split;
use migrate_core::{Dialect, Migrations, reader};

use crate::corpus::corpus;
use crate::place::Place;
use crate::server::{self, Source, Tally};

/// Runs the ups with the client and replays them.
fn compared(path: &Path, dialect: Dialect) -> Option<Tally> {
    // What is wrong with their downs is no matter here.
    let options = Options::new(dialect).ignore(["data_oauth_github.sql"]).allow_empty(true).published(true);
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

/// Schemas in one file each, which are not part of this repository either: `MIGRATE_SAMPLES` names their folder.
/// The percentages are printed. They have no bounds, but what the server accepts is no error.
#[test]
fn a_schema_in_one_file_replays_without_an_error() {
    let mut err = std::io::stderr();
    let Some(samples) = std::env::var_os("MIGRATE_SAMPLES").map(PathBuf::from) else {
        let _ = writeln!(err, "SKIPPED: MIGRATE_SAMPLES names no folder of schemas");
        return;
    };
    let mut wrong = String::new();
    for (files, dialect) in SAMPLES {
        let Some(mut place) = Place::new(*dialect) else { continue };
        let mut replayed = Catalog::new(*dialect);
        let (mut errors, mut count) = (0, 0);
        for file in *files {
            let text: String = std::fs::read_to_string(samples.join(file))
                .unwrap()
                .lines()
                .filter(|line| !line.contains("OWNER TO"))
                .filter(|line| !ELSEWHERE.iter().any(|command| line.starts_with(command)))
                .map(|line| format!("{line}\n"))
                .collect();
            let text = text.replace("sakila.", "");
            let mut accepted = true;
            if let Err(error) = place.run(&text) {
                let _ = writeln!(err, "{file}: {}", error.lines().last().unwrap_or(""));
                accepted = false;
                // Rows that need data from elsewhere are left out, and the rest is as it is.
                if *dialect == Dialect::Postgres {
                    place = Place::new(*dialect).unwrap();
                    let _ = place.run(&format!("\\set ON_ERROR_STOP off\n{text}"));
                }
            }
            for statement in split(&text, *dialect).statements {
                let read = reader::read(&text, statement.span, *dialect);
                for finding in apply(&mut replayed, &read, &text, file) {
                    if finding.severity == Severity::Error && accepted {
                        errors += 1;
                        let _ = writeln!(wrong, "{}", finding.diagnostic(file, |_| Some(&text)));
                    }
                }
                count += 1;
            }
        }
        let ask = |query: &str| place.run(query);
        let server = server::catalog(&Source { dialect: *dialect, ask: &ask });
        let tally = Tally::of(&server, &replayed);
        let _ = writeln!(err, "{files:?} on {dialect}, {count} statements, {errors} errors:\n{tally}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The data in other files is not there, and the database is not chosen by the file.
const ELSEWHERE: &[&str] =
    &["\\copy", "USE ", "DROP SCHEMA IF EXISTS sakila", "CREATE SCHEMA sakila", "CREATE DATABASE"];

const SAMPLES: &[(&[&str], Dialect)] = &[
    (&["pagila/pagila-v3.1.0-schema.sql"], Dialect::Postgres),
    (&["chinook/ChinookDatabase_DataSources_Chinook_Sqlite.sql"], Dialect::Sqlite),
    (&["northwind/northwind.sql"], Dialect::Postgres),
    (&["sakila-jooq/mysql-sakila-db_mysql-sakila-schema.sql"], Dialect::MariaDb),
    (&["sakila-jooq/postgres-sakila-db_postgres-sakila-schema.sql"], Dialect::Postgres),
    (&["sakila-jooq/sqlite-sakila-db_sqlite-sakila-schema.sql"], Dialect::Sqlite),
    (&["sakila-mysql/sakila_sakila-mv-schema.sql"], Dialect::MariaDb),
    (&["adventureworks/install.sql"], Dialect::Postgres),
    (
        &[
            "synapse/synapse_storage_schema_common_full_schemas_72_full.sql.postgres",
            "synapse/synapse_storage_schema_main_full_schemas_72_full.sql.postgres",
            "synapse/synapse_storage_schema_state_full_schemas_72_full.sql.postgres",
        ],
        Dialect::Postgres,
    ),
    (
        &[
            "synapse/synapse_storage_schema_common_full_schemas_72_full.sql.sqlite",
            "synapse/synapse_storage_schema_main_full_schemas_72_full.sql.sqlite",
            "synapse/synapse_storage_schema_state_full_schemas_72_full.sql.sqlite",
        ],
        Dialect::Sqlite,
    ),
    (&["kitchen-sink-postgres.sql"], Dialect::Postgres),
    (&["kitchen-sink-mariadb.sql"], Dialect::MariaDb),
    (&["kitchen-sink-sqlite.sql"], Dialect::Sqlite),
];

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
