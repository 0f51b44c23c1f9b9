//! MariaDB: the best pair of ALGORITHM and LOCK that the server accepts, and what commits by itself.

use std::fmt::Write as _;

use migrate_core::Dialect;
use migrate_core::effect::{Algorithm, Concurrency};
use migrate_test_support::Database;

use crate::sample::{catalog, effect, samples};

const SCHEMA: &str = include_str!("mariadb/schema.sql");
const ONLINE: &str = include_str!("mariadb/online.txt");
const COMMITS: &str = include_str!("mariadb/commits.txt");

const PAIRS: [(Algorithm, &str); 4] = [
    (Algorithm::Instant, "INSTANT"),
    (Algorithm::NoCopy, "NOCOPY"),
    (Algorithm::Inplace, "INPLACE"),
    (Algorithm::Copy, "COPY"),
];
const LOCKS: [(Concurrency, &str); 3] =
    [(Concurrency::None, "NONE"), (Concurrency::Shared, "SHARED"), (Concurrency::Exclusive, "EXCLUSIVE")];

/// The statement with every pair, the best first: the first that does not fail is the best.
fn best(database: &Database, statement: &str) -> Result<(Algorithm, Concurrency), String> {
    let mut last = String::new();
    for (algorithm, a) in PAIRS {
        for (lock, l) in LOCKS {
            let between = if statement.to_ascii_uppercase().starts_with("ALTER") { "," } else { "" };
            let asked = format!("{statement}{between} ALGORITHM={a}{between} LOCK={l}");
            match database.run(&asked) {
                Ok(_) => return Ok((algorithm, lock)),
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

/// Puts the schema back where it was.
fn anew(database: &Database) {
    let tables = database.ask("select concat('drop table if exists `', table_name, '`;') from information_schema.tables where table_schema = database()");
    database.ask(&format!("set foreign_key_checks = 0;\n{tables}\nset foreign_key_checks = 1;\n{SCHEMA}"));
}

#[test]
fn the_best_algorithm_and_lock_are_what_the_server_accepts() {
    let Some(server) = migrate_test_support::mariadb() else { return };
    let database = server.database("effect");
    let before = catalog(SCHEMA, Dialect::MariaDb);
    let mut wrong = String::new();
    for sample in samples(ONLINE) {
        anew(&database);
        let told = effect(&sample.statement, &before).online;
        match (best(&database, &sample.statement), &told) {
            (Ok((algorithm, lock)), Some(online))
                if online.unless.is_some() || (online.algorithm, online.lock) == (algorithm, lock) => {}
            (answer, told) => {
                let _ = writeln!(
                    wrong,
                    "line {}: {}\n    told {told:?}, the server: {answer:?}",
                    sample.line, sample.statement
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_statement_commits_by_itself_when_the_row_before_it_outlives_a_rollback() {
    let Some(server) = migrate_test_support::mariadb() else { return };
    let database = server.database("effect");
    let mut wrong = String::new();
    for sample in samples(COMMITS) {
        anew(&database);
        let before = catalog(&format!("{SCHEMA};{};", sample.before), Dialect::MariaDb);
        let told = effect(&sample.statement, &before).commits;
        let script = format!(
            "{};\nset autocommit = 0;\ninsert into witness values (1);\n{};\nrollback;\nselect count(*) from witness;\n",
            sample.before, sample.statement
        );
        match database.run(&script) {
            Ok(answer) => {
                let committed = answer.trim_end().ends_with('1');
                if committed != told {
                    let _ = writeln!(
                        wrong,
                        "line {}: {}\n    told {told}, the server: {committed}",
                        sample.line, sample.statement
                    );
                }
            }
            Err(error) => {
                let _ = writeln!(wrong, "line {}: {}\n    refused: {error}", sample.line, sample.statement);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
