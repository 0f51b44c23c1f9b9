//! The blocking call, and that every public future can be sent to another thread.

use migrate::{Error, Migrations, Migrator, Report, migrate, migrate_blocking};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{MySqlConnection, MySqlPool, PgConnection, PgPool, SqliteConnection, SqlitePool};

use crate::files::{Files, SHOP};
use crate::place::Place;

fn sqlite() -> (Place, Migrations) {
    let place = Place::new(migrate::Dialect::Sqlite, "blocking").expect("SQLite is compiled in");
    (place, Files::new(migrate::Dialect::Sqlite, &SHOP).history())
}

#[test]
fn the_blocking_call_needs_no_runtime() {
    let (place, history) = sqlite();
    assert_eq!(migrate_blocking(place.url(), &history).unwrap().steps.len(), 3);
    assert!(migrate_blocking(place.url(), &history).unwrap().is_empty());
}

#[tokio::test]
async fn the_blocking_call_inside_a_runtime_is_an_error_that_names_the_other_call() {
    let (place, history) = sqlite();
    let error = migrate_blocking(place.url(), &history).unwrap_err();
    assert!(matches!(error.kind(), migrate::ErrorKind::Config(_)), "{error}");
    assert!(error.to_string().contains("migrate("), "{error}");
    assert!(!place.file().exists());
}

fn sent<T: Send>(_: T) {}

/// Compiles only when the futures are `Send`.
macro_rules! all_can_be_sent {
    ($history:ident, $($target:expr),* $(,)?) => {
        $(
            sent(migrate($target, $history));
            sent(Migrator::new($target).history($history).run());
            sent(Migrator::new($target).history($history).plan());
            sent(Migrator::new($target).history($history).check());
            sent(Migrator::new($target).history($history).status());
        )*
    };
}

fn pools(history: &Migrations, postgres: &PgPool, mysql: &MySqlPool, sqlite: &SqlitePool) {
    all_can_be_sent!(history, postgres, mysql, sqlite);
}

fn connections(
    history: &Migrations,
    postgres: &mut PgConnection,
    mysql: &mut MySqlConnection,
    sqlite: &mut SqliteConnection,
) {
    all_can_be_sent!(history, &mut *postgres, &mut *mysql, &mut *sqlite);
}

fn options(
    history: &Migrations,
    postgres: &PgConnectOptions,
    mysql: &MySqlConnectOptions,
    sqlite: &SqliteConnectOptions,
) {
    all_can_be_sent!(history, postgres, mysql, sqlite);
}

fn urls(history: &Migrations, url: &str) {
    all_can_be_sent!(history, url, url.to_owned());
}

#[test]
fn every_future_and_result_can_be_sent() {
    // Nothing is called: that it compiles is the test.
    let _ = (pools, connections, options, urls);
    sent(None::<Error>);
    sent(None::<Report>);
}
