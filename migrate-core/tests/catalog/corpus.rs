//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. Servers accepted all of their ups, so an error in one of them is a mistake of the catalog.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate_core::catalog::{Replayed, replay};
use migrate_core::check::Options;
use migrate_core::diagnostic::Severity;
use migrate_core::{Dialect, Migrations};

pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("MIGRATE_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        // Not `eprintln!`, which is shown for failed tests alone.
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_CORPUS names no folder of real histories");
    }
    corpus
}

/// Replays a history whose downs may hold the errors in `refused`, which the server refuses as well. Gives the number of statements and those that taint.
fn replayed(path: &Path, options: Options, refused: &[(&str, &str)]) -> Replayed {
    let options = refused.iter().fold(options, |options, (script, code)| options.allow(*script, *code));
    let migrations = Migrations::from_dir(path, options.published(true))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut replayed = replay(migrations.dialect(), [&migrations]);
    let errors: Vec<String> =
        replayed.errors().filter(|error| is_of_up(&migrations, error)).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}:\n{}", path.display(), errors.join("\n\n"));
    for found in replayed.diagnostics.iter().filter(|found| found.severity() < Severity::Error) {
        let _ = writeln!(std::io::stderr(), "{found}\n");
    }
    let ups: Vec<&str> = migrations.iter().map(|migration| migration.up().path()).collect();
    replayed.tainting.retain(|(path, _)| ups.contains(&path.as_str()));
    replayed.confined.retain(|(path, _)| ups.contains(&path.as_str()));
    replayed.statements = migrations.iter().map(|migration| migration.up().statements().len()).sum();
    replayed
}

fn is_of_up(migrations: &Migrations, error: &migrate_core::diagnostic::Diagnostic) -> bool {
    let path = error.place().map(migrate_core::diagnostic::Place::path);
    migrations.iter().any(|migration| Some(migration.up().path()) == path)
}

fn at_most(replayed: &[Replayed], per_mille: usize) {
    let statements: usize = replayed.iter().map(|it| it.statements).sum();
    let mut list = String::new();
    for (path, line) in replayed.iter().flat_map(|it| &it.tainting) {
        let _ = writeln!(list, "  {path}: {line}");
    }
    let tainting = list.lines().count();
    for (path, line) in replayed.iter().flat_map(|it| &it.confined) {
        let _ = writeln!(std::io::stderr(), "confined: {path}: {line}");
    }
    let _ = writeln!(std::io::stderr(), "{tainting} of {statements} statements taint:\n{list}");
    assert!(
        tainting * 1000 <= statements * per_mille,
        "{tainting} of {statements} statements taint:\n{list}"
    );
}

#[test]
fn the_ups_of_crates_io_replay_without_an_error() {
    let Some(corpus) = corpus() else { return };
    let options = Options::new(Dialect::Postgres).ignore(["data_oauth_github.sql"]);
    at_most(
        &[replayed(
            &corpus.join("crates-io/migrations"),
            options,
            &[("2024-10-25-112826/down", "unknown-constraint")],
        )],
        5,
    );
}

#[test]
fn the_ups_of_atuin_replay_without_an_error() {
    let Some(corpus) = corpus() else { return };
    let sets = [
        ("atuin-ai/migrations", Dialect::Sqlite),
        ("atuin-client/meta-migrations", Dialect::Sqlite),
        ("atuin-client/migrations", Dialect::Sqlite),
        ("atuin-client/record-migrations", Dialect::Sqlite),
        ("atuin-kv/migrations", Dialect::Sqlite),
        ("atuin-scripts/migrations", Dialect::Sqlite),
        ("atuin-server-postgres/migrations", Dialect::Postgres),
        ("atuin-server-sqlite/migrations", Dialect::Sqlite),
    ];
    let replayed: Vec<Replayed> = sets
        .map(|(set, dialect)| replayed(&corpus.join("atuin").join(set), Options::new(dialect), &[]))
        .into_iter()
        .collect();
    at_most(&replayed, 5);
}

#[test]
fn the_ups_of_authelia_replay_without_an_error() {
    let Some(corpus) = corpus() else { return };
    let path = corpus.join("authelia/migrations");
    for (set, dialect, per_mille) in [
        ("mysql", Dialect::MySql, 20),
        ("mysql", Dialect::MariaDb, 20),
        ("postgres", Dialect::Postgres, 5),
        ("sqlite", Dialect::Sqlite, 5),
    ] {
        let refused: &[_] = if set == "postgres" { &[("2/down", "duplicate-index")] } else { &[] };
        at_most(&[replayed(&path.join(set), Options::new(dialect).allow_empty(true), refused)], per_mille);
    }
}
