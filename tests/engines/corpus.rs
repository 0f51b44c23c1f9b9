//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. What a boot makes of them is what the same files make when the database's own program runs
//! them one by one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate::{Dialect, Migration, Migrations, Migrator, SourceOptions, migrate};

use crate::place::Place;

fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("MIGRATE_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        // Not `eprintln!`, which is shown for failed tests alone.
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_CORPUS names no folder of real histories");
    }
    corpus
}

/// The folder, or a copy in which functions that the application brings to SQLite itself are replaced by one that
/// is there.
fn runnable(folder: PathBuf) -> (PathBuf, Option<tempfile::TempDir>) {
    if !folder.ends_with("authelia/migrations/sqlite") {
        return (folder, None);
    }
    let copy = tempfile::tempdir().expect("a temporary folder");
    let mut replaced = 0;
    for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.expect("it can be listed");
        let text = std::fs::read_to_string(entry.path()).expect("it can be read");
        replaced += text.matches("BIN2B64(").count();
        std::fs::write(copy.path().join(entry.file_name()), text.replace("BIN2B64(", "HEX("))
            .expect("it can be written");
    }
    assert!(replaced > 0, "no copy is needed");
    (copy.path().to_owned(), Some(copy))
}

/// The same as with `migrations!`, which another test shows.
fn read(folder: &Path, dialect: Dialect) -> Migrations {
    let options = SourceOptions::new(dialect).ignore(["data_oauth_github.sql"]).allow_empty(true);
    // Downs that PostgreSQL refuses: one drops as a constraint what its up has created as an index, one creates
    // indexes concurrently in its transaction, one creates indexes that the table which it has renamed has still.
    let options = match (dialect, folder.ends_with("crates-io/migrations")) {
        (Dialect::Postgres, true) => options
            .allow("2024-04-12-144536/down", "not-in-transaction")
            .allow("2024-10-25-112826/down", "unknown-constraint"),
        (Dialect::Postgres, false) if folder.ends_with("authelia/migrations/postgres") => {
            options.allow("2/down", "duplicate-index")
        }
        _ => options,
    };
    Migrations::from_dir(folder, options).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// Runs one file as it lies on the disk with the database's own program.
fn feed(place: &Place, folder: &Path, migration: Migration<'_>) {
    let path = migration.up().path();
    let file = folder.join(path.strip_prefix(&format!("{}/", folder.display())).unwrap_or(path));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let script = match place {
        // What `psql -1` does. The new line ends a comment in the last line.
        Place::Postgres(_) if migration.up().transactional() => format!("BEGIN;\n{text}\n;COMMIT;\n"),
        Place::Postgres(_) => text,
        // The whole file as one message, which the server splits: the program would end a routine at its
        // first semicolon.
        Place::MariaDb(_) => format!("DELIMITER $end$\n{text}\n$end$\n"),
        // The program's default is off, while connections of sqlx have them on.
        Place::Sqlite(_) => format!("PRAGMA foreign_keys = ON;\n{text}"),
    };
    if let Err(error) = place.run(&script) {
        panic!("{}: {error}", file.display());
    }
}

/// Migrates one set in a place of its own, feeds it to another, and compares the two.
async fn is_what_the_files_say(set: &str, dialect: Dialect, count: usize) {
    let Some(corpus) = corpus() else { return };
    let (folder, _copy) = runnable(corpus.join(set));
    let history = read(&folder, dialect);
    assert_eq!(history.len(), count, "{set}");
    let Some(ours) = Place::new(dialect, "corpus_ours") else { return };
    let Some(theirs) = Place::new(dialect, "corpus_theirs") else { return };

    let report = migrate(ours.url(), &history).await.unwrap_or_else(|error| panic!("{set}: {error}"));
    assert_eq!(report.steps.len(), count, "{set}");
    assert!(report.notices.is_empty(), "{set}: {report}");
    for migration in history.iter() {
        feed(&theirs, &folder, migration);
    }

    let (made, expected) = (ours.dump(), theirs.dump());
    assert!(expected.contains("CREATE "), "{set}: there should be something to compare: {expected}");
    if made != expected {
        let different = made.lines().zip(expected.lines()).find(|(a, b)| a != b);
        panic!(
            "{set}: {} and {} lines, first different: {different:#?}",
            made.lines().count(),
            expected.lines().count()
        );
    }

    let again = migrate(ours.url(), &history).await.unwrap_or_else(|error| panic!("{set}: {error}"));
    assert!(again.is_empty() && again.notices.is_empty(), "{set}: {again}");
    let checked = Migrator::new(ours.url()).history(&history).check().await;
    assert!(checked.unwrap_or_else(|error| panic!("{set}: {error}")).is_empty(), "{set}");
    assert_eq!(ours.held(), (0, 0), "{set}");
    assert_eq!(ours.dump(), expected, "{set}: the second boot changed something");
}

macro_rules! sets {
    ($($test:ident: $set:literal, $dialect:ident, $count:literal;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                is_what_the_files_say($set, Dialect::$dialect, $count).await;
            }
        )*
    };
}

sets! {
    crates_io_leaves_what_psql_leaves: "crates-io/migrations", Postgres, 285;
    the_server_of_atuin_leaves_what_psql_leaves: "atuin/atuin-server-postgres/migrations", Postgres, 20;
    the_server_of_atuin_leaves_what_sqlite3_leaves: "atuin/atuin-server-sqlite/migrations", Sqlite, 7;
    the_client_of_atuin_leaves_what_sqlite3_leaves: "atuin/atuin-client/migrations", Sqlite, 12;
    the_records_of_atuin_leave_what_sqlite3_leaves: "atuin/atuin-client/record-migrations", Sqlite, 3;
    the_meta_store_of_atuin_leaves_what_sqlite3_leaves: "atuin/atuin-client/meta-migrations", Sqlite, 1;
    the_sessions_of_atuin_leave_what_sqlite3_leaves: "atuin/atuin-ai/migrations", Sqlite, 3;
    the_key_values_of_atuin_leave_what_sqlite3_leaves: "atuin/atuin-kv/migrations", Sqlite, 1;
    the_scripts_of_atuin_leave_what_sqlite3_leaves: "atuin/atuin-scripts/migrations", Sqlite, 2;
    authelia_leaves_what_psql_leaves: "authelia/migrations/postgres", Postgres, 26;
    authelia_leaves_what_mariadb_leaves: "authelia/migrations/mysql", MySql, 26;
    authelia_leaves_what_sqlite3_leaves: "authelia/migrations/sqlite", Sqlite, 26;
}
