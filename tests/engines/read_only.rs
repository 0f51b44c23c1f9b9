//! Something is pending and the target only lets itself be read.

use std::fs;

use migrate::{Error, ErrorKind, migrate};
use migrate_test_support::{MARIADB, POSTGRES};

use crate::files::{Files, SHOP};
use crate::place::Place;

mod on_sqlite {
    crate::place::tests!(Sqlite, a_file_that_is_only_read_names_what_is_pending);
}

mod on_postgres {
    crate::place::tests!(Postgres, a_database_that_only_reads_is_written_to_by_migrations_all_the_same);
}

fn shop(place: &Place) -> Files {
    Files::new(place.dialect(), &SHOP)
}

fn says_what_is_pending(error: &Error) {
    assert!(
        matches!(error.kind(), ErrorKind::ReadOnly { versions, .. } if versions == &["app/4", "app/5"]),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.starts_with("2 migrations are pending, but this server is read-only"), "{text}");
    assert!(text.contains("app/4, app/5") && text.contains("nothing was run"), "{text}");
}

fn two_more(files: &Files) {
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    files.write("0005_more.sql", "INSERT INTO customers VALUES (4, 'd@example.org');");
}

async fn a_file_that_is_only_read_names_what_is_pending(place: Place) {
    let files = shop(&place);
    migrate(place.url(), &files.history()).await.unwrap();
    let url = place.url().replace("mode=rwc", "mode=ro");
    two_more(&files);
    says_what_is_pending(&migrate(url.as_str(), &files.history()).await.unwrap_err());
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

/// `default_transaction_read_only` guards against the application's mistakes, and is a default only.
async fn a_database_that_only_reads_is_written_to_by_migrations_all_the_same(place: Place) {
    place.ask(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", place.database().name()));
    assert_eq!(migrate(place.url(), &shop(&place).history()).await.unwrap().steps.len(), 3);
    assert!(migrate(place.url(), &shop(&place).history()).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mariadb_that_is_read_only_names_what_is_pending() {
    let Some(server) = MARIADB.private(&[]) else { return };
    let place = Place::MariaDb(server.database("read_only"));
    let files = shop(&place);
    migrate(place.url(), &files.history()).await.unwrap();
    let user = "CREATE USER app@localhost; GRANT ALL ON *.* TO app@localhost; REVOKE SUPER, READ_ONLY ADMIN ON *.* FROM app@localhost";
    place.ask(&format!("{user}; SET GLOBAL read_only = 1"));
    let url = place.url().replace("root@", "app@");
    assert!(migrate(url.as_str(), &files.history()).await.unwrap().is_empty());
    two_more(&files);
    says_what_is_pending(&migrate(url.as_str(), &files.history()).await.unwrap_err());
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
    place.ask("SET GLOBAL read_only = 0");
    assert_eq!(migrate(url.as_str(), &files.history()).await.unwrap().steps.len(), 2);
}

/// A server that only replays is one, whether or not another sends it anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hot_standby_names_what_is_pending() {
    let Some(server) = POSTGRES.private(&[]) else { return };
    let place = Place::Postgres(server.database("standby"));
    let files = shop(&place);
    migrate(place.url(), &files.history()).await.unwrap();
    let signal = server.folder().join("data/standby.signal");
    fs::write(&signal, "").unwrap();
    server.crash();
    server.restart();
    assert_eq!(place.ask("SELECT pg_is_in_recovery()"), "t");
    assert!(migrate(place.url(), &files.history()).await.unwrap().is_empty());
    two_more(&files);
    says_what_is_pending(&migrate(place.url(), &files.history()).await.unwrap_err());

    fs::remove_file(&signal).unwrap();
    server.crash();
    server.restart();
    assert_eq!(migrate(place.url(), &files.history()).await.unwrap().steps.len(), 2);
}
