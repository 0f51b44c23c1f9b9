//! Databases that sqlx, refinery and diesel have made with the same files: a boot of ours reads, refuses, and
//! leaves them as they are.

use std::fs;
use std::path::Path;

use diesel::Connection as _;
use diesel_migrations::MigrationHarness as _;
use migrate::{Dialect, ErrorKind, Migrations, Migrator, migrate};
use migrate_test_support::Database;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use tempfile::TempDir;

const TABLES: [&str; 2] = [
    "CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(100) NOT NULL);\nINSERT INTO customers VALUES (1, 'a@example.org');\n",
    "CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id));\n",
];

/// A folder with [`TABLES`] under the given names.
fn files(names: [&str; 2]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in names.iter().zip(TABLES) {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("it is in the folder"))
            .expect("the folder can be written to");
        fs::write(file, text).expect("the folder can be written to");
    }
    folder
}

/// Boots against the database, and looks, with the peer's own files: it is refused, for the reason that is
/// expected.
async fn refused(url: &str, dialect: Dialect, files: &Path, tool: &str, table: &str) {
    let history = Migrations::from_dir(files, dialect).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(history.len(), 2);
    let errors = [
        migrate(url, &history).await.map(|report| report.to_string()),
        Migrator::new(url).history(&history).plan().await.map(|plan| format!("{plan:?}")),
        Migrator::new(url).history(&history).check().await.map(|notices| format!("{notices:?}")),
    ];
    for outcome in errors {
        let error = outcome.expect_err("this database belongs to another tool");
        let text = error.to_string();
        match error.kind() {
            ErrorKind::Foreign { history, objects, tool: Some(found), .. } => {
                assert_eq!(
                    (&**history, found.name, &*found.table, found.rows),
                    ("app", tool, table, Some(2)),
                    "{text}"
                );
                let names: Vec<_> = objects
                    .iter()
                    .filter_map(|object| object.split_once('.'))
                    .map(|(_, name)| name)
                    .collect();
                assert_eq!(names, ["customers", "orders"], "{text}");
            }
            _ => panic!("{text}"),
        }
        let schema = table.split('.').next().expect("the table is qualified");
        let first = format!(
            "this database has {schema}.customers, {schema}.orders, which history app creates, and that history is empty"
        );
        let second = format!("  = this database was migrated by {tool}: {table} has 2 rows");
        assert_eq!(text.lines().take(2).collect::<Vec<_>>(), [first, second]);
        assert!(text.contains("nothing was run, and nothing was written"), "{text}");
        assert!(text.contains(".existing(Existing::Allow)"), "{text}");
    }
}

/// Every file of a folder with its bytes: the database, and what lies beside it.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed"))
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                fs::read(entry.path()).expect("it can be read"),
            )
        })
        .collect();
    all.sort();
    assert!(all.iter().any(|(_, bytes)| !bytes.is_empty()), "there should be a database");
    all
}

/// Schema, rows and sequences, our own tables too if there were any.
fn dump(database: &Database) -> String {
    let dump = database.dump(&[]);
    assert!(dump.contains("a@example.org"), "{dump}");
    dump
}

#[tokio::test]
async fn a_history_of_other_tables_joins_a_database_that_sqlx_migrates() {
    let theirs = files(["20260101000000_customers.sql", "20260102000000_orders.sql"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("app.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.expect("it is made");
    let peer = sqlx::migrate::Migrator::new(theirs.path()).await.expect("sqlx reads them");
    peer.run(&pool).await.expect("sqlx applies them");
    pool.close().await;

    let ours = tempfile::tempdir().expect("a temporary folder");
    fs::write(ours.path().join("1_jobs.sql"), "CREATE TABLE jobs (id INTEGER);").expect("it can be written");
    let history =
        Migrations::from_dir(ours.path(), Dialect::Sqlite).unwrap_or_else(|error| panic!("{error}"));
    let report = migrate(&format!("sqlite://{}", file.display()), &history).await;
    assert_eq!(report.unwrap_or_else(|error| panic!("{error}")).steps.len(), 1);
}

#[tokio::test]
async fn a_sqlite_file_made_by_sqlx_is_refused_and_keeps_every_byte() {
    let files = files(["20260101000000_customers.sql", "20260102000000_orders.sql"]);
    for mode in [SqliteJournalMode::Delete, SqliteJournalMode::Wal] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("app.db");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true).journal_mode(mode);
        let pool = SqlitePool::connect_with(options).await.expect("it is made");
        let peer = sqlx::migrate::Migrator::new(files.path()).await.expect("sqlx reads them");
        peer.run(&pool).await.expect("sqlx applies them");
        pool.close().await;

        let before = bytes(folder.path());
        let url = format!("sqlite://{}", file.display());
        refused(&url, Dialect::Sqlite, files.path(), "sqlx", "main._sqlx_migrations").await;
        assert!(before == bytes(folder.path()), "the files differ ({mode:?})");
    }
}

#[tokio::test]
async fn a_postgres_database_made_by_sqlx_is_refused_and_stays_the_same() {
    let Some(server) = migrate_test_support::postgres() else { return };
    let database = server.database("made_by_sqlx");
    let files = files(["1_customers.up.sql", "2_orders.up.sql"]);
    let pool = sqlx::PgPool::connect(&database.url()).await.expect("the server runs");
    let peer = sqlx::migrate::Migrator::new(files.path()).await.expect("sqlx reads them");
    peer.run(&pool).await.expect("sqlx applies them");
    pool.close().await;

    let before = dump(&database);
    refused(&database.url(), Dialect::Postgres, files.path(), "sqlx", "public._sqlx_migrations").await;
    assert_eq!(before, dump(&database));
}

#[tokio::test]
async fn a_postgres_database_made_by_refinery_is_refused_and_stays_the_same() {
    let Some(server) = migrate_test_support::postgres() else { return };
    let database = server.database("made_by_refinery");
    let names = ["V1__customers.sql", "V2__orders.sql"];
    let files = files(names);
    let (mut client, connection) =
        tokio_postgres::connect(&database.tcp_url(), tokio_postgres::NoTls).await.expect("the server runs");
    let connection = tokio::spawn(connection);
    let migrations: Vec<refinery::Migration> = names
        .iter()
        .zip(TABLES)
        .map(|(name, text)| {
            refinery::Migration::unapplied(name.trim_end_matches(".sql"), text).expect("refinery reads it")
        })
        .collect();
    refinery::Runner::new(&migrations).run_async(&mut client).await.expect("refinery applies them");
    drop(client);
    connection.await.expect("no panic").expect("it ends well");

    let before = dump(&database);
    refused(&database.url(), Dialect::Postgres, files.path(), "refinery", "public.refinery_schema_history")
        .await;
    assert_eq!(before, dump(&database));
}

#[tokio::test]
async fn a_sqlite_file_made_by_diesel_is_refused_and_keeps_every_byte() {
    let files = files(["2026-01-01-000000_customers/up.sql", "2026-01-02-000000_orders/up.sql"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("app.db").display().to_string();
    let mut connection = diesel::SqliteConnection::establish(&file).expect("it is made");
    let peer = diesel_migrations::FileBasedMigrations::from_path(files.path()).expect("diesel reads them");
    assert_eq!(connection.run_pending_migrations(peer).expect("diesel applies them").len(), 2);
    drop(connection);

    let before = bytes(folder.path());
    let url = format!("sqlite://{file}?mode=rwc");
    refused(&url, Dialect::Sqlite, files.path(), "diesel", "main.__diesel_schema_migrations").await;
    assert!(before == bytes(folder.path()), "the files differ");
}
