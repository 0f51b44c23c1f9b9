//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate_core::check::Options;
use migrate_core::{Dialect, Migrations};

fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("MIGRATE_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        // Not `eprintln!`, which is shown for failed tests alone.
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_CORPUS names no folder of real histories");
    }
    corpus
}

fn load(path: &Path, options: Options) -> Migrations {
    Migrations::from_dir(path, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// PostgreSQL refuses two downs: CREATE INDEX CONCURRENTLY stands in a transaction, and one drops as a constraint
/// what its up has created as an index.
fn crates_io() -> Options {
    Options::new(Dialect::Postgres)
        .ignore(["data_oauth_github.sql"])
        .allow("2024-04-12-144536/down", "not-in-transaction")
        .allow("2024-10-25-112826/down", "unknown-constraint")
}

/// The versions as the names of the files and folders have them, in the given order.
fn names(path: &Path, ending: &str) -> Vec<String> {
    let names =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending)).collect()
}

#[test]
fn crates_io_is_read_in_the_order_that_diesel_computes() {
    let Some(corpus) = corpus() else { return };
    let path = corpus.join("crates-io/migrations");
    let migrations = load(&path, crates_io());
    assert_eq!(migrations.len(), 285);
    let mut expected: Vec<String> = names(&path, "")
        .into_iter()
        .filter_map(|name| {
            Some(name.strip_suffix(".sql").is_none().then(|| name.split('_').next())??.replace('-', ""))
        })
        .collect();
    expected.sort();
    let versions: Vec<&str> = migrations.iter().map(|migration| migration.version()).collect();
    assert_eq!(versions, expected);
    assert_eq!(migrations.iter().filter(|migration| !migration.up().transactional()).count(), 7);
    assert_eq!(migrations.iter().filter(|migration| migration.down().is_none()).count(), 9);
}

#[test]
fn atuin_is_read_in_numeric_order() {
    let Some(corpus) = corpus() else { return };
    let sets = [
        ("atuin-ai/migrations", Dialect::Sqlite, 3),
        ("atuin-client/meta-migrations", Dialect::Sqlite, 1),
        ("atuin-client/migrations", Dialect::Sqlite, 12),
        ("atuin-client/record-migrations", Dialect::Sqlite, 3),
        ("atuin-kv/migrations", Dialect::Sqlite, 1),
        ("atuin-scripts/migrations", Dialect::Sqlite, 2),
        ("atuin-server-postgres/migrations", Dialect::Postgres, 20),
        ("atuin-server-sqlite/migrations", Dialect::Sqlite, 7),
    ];
    for (set, dialect, count) in sets {
        let migrations = load(&corpus.join("atuin").join(set), Options::new(dialect));
        assert_eq!(migrations.len(), count, "{set}");
        let versions: Vec<u64> =
            migrations.iter().map(|migration| migration.version().parse().unwrap()).collect();
        assert!(versions.is_sorted(), "{set}");
    }
}

#[test]
fn authelia_is_read_with_its_empty_files_and_its_foreign_key_pairs() {
    let Some(corpus) = corpus() else { return };
    let mut pairs = 0;
    for (set, dialect) in
        [("mysql", Dialect::MySql), ("postgres", Dialect::Postgres), ("sqlite", Dialect::Sqlite)]
    {
        let path = corpus.join("authelia/migrations").join(set);
        // PostgreSQL refuses this down: an index of the renamed table has the name still.
        let options = match dialect {
            Dialect::Postgres => Options::new(dialect).allow("2/down", "duplicate-index"),
            _ => Options::new(dialect),
        };
        let migrations = load(&path, options.allow_empty(true));
        let ups = names(&path, ".up.sql").len();
        assert_eq!(migrations.len(), ups, "{set}");
        assert_eq!(ups, 26, "{set}");
        let versions: Vec<u64> =
            migrations.iter().map(|migration| migration.version().parse().unwrap()).collect();
        assert_eq!(versions, (1..=26).collect::<Vec<_>>(), "{set}");
        let scripts = migrations.iter().flat_map(|migration| [Some(migration.up()), migration.down()]);
        pairs += scripts.flatten().filter(|script| script.data().foreign_keys_off).count();
    }
    assert_eq!(pairs, 9);
    let path = corpus.join("authelia/migrations");
    let error = Migrations::from_dir(path, Dialect::Sqlite).unwrap_err();
    assert!(error.diagnostics().iter().all(|d| d.code() == "layout-not-read-yet"), "{error}");
}
