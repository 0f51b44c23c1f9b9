//! A password is in no message and no log, however it got here, and neither is a migration's SQL in a log.

use std::error::Error as StdError;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use migrate::{Dialect, Migrations, Migrator, migrate};
use sqlx::{ConnectOptions, Connection, Executor};
use tracing_subscriber::fmt::MakeWriter;

use crate::files::Files;
use crate::place::Place;

/// No message has a reason to hold this.
const CANARY: &str = "Canary7Secret";

/// Marks the SQL of these tests' migrations.
const MARK: &str = "marked_by_secrets";

/// Everything that is logged in this process, from the most detailed level up.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Logs {
    type Writer = Logs;

    fn make_writer(&'w self) -> Logs {
        self.clone()
    }
}

impl Logs {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// Collects from the first call on.
fn logs() -> &'static Logs {
    static LOGS: LazyLock<Logs> = LazyLock::new(|| {
        let logs = Logs::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(logs.clone())
            .init();
        logs
    });
    &LOGS
}

/// An error in every way in which it can be printed, with its sources.
fn printed(error: &dyn StdError) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&format!("{error}\n{error:#}\n{error:?}\n{error:#?}\n"));
        next = error.source();
    }
    text
}

fn no_canary(text: &str) {
    assert!(!text.contains(CANARY), "{text}");
}

/// `user:password@…` of a place, at a port.
fn url(place: &Place, user: &str, port: u16) -> String {
    let database = place.database();
    format!("{}://{user}:{CANARY}@127.0.0.1:{port}/{}", database.scheme(), database.name())
}

fn marked(dialect: Dialect) -> Migrations {
    let text = format!("CREATE TABLE marked (word TEXT);\nINSERT INTO marked VALUES ('{MARK}');\n");
    let statements = format!("-- migrate(no-transaction)\nINSERT INTO marked VALUES ('{MARK} too');\n");
    Files::new(dialect, &[("1_a.sql", &text), ("2_b.sql", &statements)]).history()
}

async fn a_password_is_in_no_message(dialect: Dialect, user: &str, name: &str) {
    let Some(place) = Place::new(dialect, name) else { return };
    logs();
    let port = place.database().port();
    let history = marked(dialect);
    let good = url(&place, user, port);
    let migrator = Migrator::new(&*good).history(&history).on_connect(format!("SELECT '{CANARY}'"));
    no_canary(&format!("{migrator:?}\n{migrator:#?}"));
    let report = migrator.run().await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.steps.len(), 2);
    no_canary(&format!("{report}\n{report:?}\n{report:#?}"));

    // A password that the server refuses; a port where nobody listens; a statement that fails.
    let refused = migrate(url(&place, "guest", port), &history).await.unwrap_err();
    let unreachable = migrate(url(&place, user, 1), &history).await.unwrap_err();
    let files = Files::new(dialect, &[("1_a.sql", "INSERT INTO nowhere VALUES (1);")]).named("other");
    let failing = migrate(&*good, &files.history()).await.unwrap_err();
    for error in [&refused, &unreachable, &failing] {
        no_canary(&printed(error));
    }
    assert!(refused.to_string().contains("127.0.0.1"), "{refused}");
    no_canary(&logs().text());
}

#[tokio::test]
async fn a_password_of_postgres_is_in_no_message_and_no_log() {
    a_password_is_in_no_message(Dialect::Postgres, "postgres", "password").await;
}

#[tokio::test]
async fn a_password_of_mariadb_is_in_no_message_and_no_log() {
    let Some(place) = Place::new(Dialect::MariaDb, "password_user") else { return };
    let user = format!("canary_{}", std::process::id());
    place
        .ask(&format!("CREATE USER '{user}'@'%' IDENTIFIED BY '{CANARY}'; GRANT ALL ON *.* TO '{user}'@'%'"));
    let tested = tokio::spawn({
        let user = user.clone();
        async move { a_password_is_in_no_message(Dialect::MariaDb, &user, "password").await }
    });
    let result = tested.await;
    place.ask(&format!("DROP USER '{user}'@'%'"));
    result.unwrap();
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_not_repeated() {
    logs();
    let history = marked(Dialect::Postgres);
    for url in [
        format!("postgres://u:{CANARY}@host:port/db"),
        format!("postgres://u:{CANARY}@host:99999/db"),
        format!("postgres://u:p?{CANARY}@127.0.0.1:1/db"),
        format!("postgres://u:p#{CANARY}@127.0.0.1:1/db"),
        format!("postgres://u:p/{CANARY}@127.0.0.1:1/db"),
        format!("postgres://u:p@127.0.0.1:1/db?sslmode={CANARY}"),
        format!("postgres://u:p@127.0.0.1:1/db?ssl-key={CANARY}&password={CANARY}"),
        format!("mysql://u:{CANARY}@[bad/db"),
        format!("oracle://u:{CANARY}@host/db"),
        format!("u:{CANARY}@host/db"),
        CANARY.to_owned(),
    ] {
        let migrator = Migrator::new(&*url).history(&history);
        no_canary(&format!("{migrator:?}\n{migrator:#?}"));
        let error = migrator.run().await.unwrap_err();
        no_canary(&printed(&error));
    }
    no_canary(&logs().text());
}

/// Waits are logged as warnings when they are slow, so slowness begins at nothing here.
const SLOW: Duration = Duration::ZERO;

#[tokio::test]
async fn the_sql_of_a_migration_is_in_no_log() {
    logs();
    let control = "SELECT 'the control of the test of the logs'";
    if let Some(place) = Place::new(Dialect::Postgres, "logs") {
        let options: sqlx::postgres::PgConnectOptions = place.url().parse().unwrap();
        let options = options.log_slow_statements(log_level(), SLOW);
        let mut connection = options.connect().await.unwrap();
        connection.execute(control).await.unwrap();
        connection.close().await.unwrap();
        migrate(&options, &marked(Dialect::Postgres)).await.unwrap();
        let pool = sqlx::PgPool::connect_with(options).await.unwrap();
        place.ask("DELETE FROM migrate_head; DELETE FROM migrate_history; DROP TABLE marked");
        assert_eq!(migrate(&pool, &marked(Dialect::Postgres)).await.unwrap().steps.len(), 2);
    }
    if let Some(place) = Place::new(Dialect::MariaDb, "logs") {
        let options: sqlx::mysql::MySqlConnectOptions = place.url().parse().unwrap();
        let options = options.log_slow_statements(log_level(), SLOW);
        let pool = sqlx::MySqlPool::connect_with(options).await.unwrap();
        assert_eq!(migrate(&pool, &marked(Dialect::MariaDb)).await.unwrap().steps.len(), 2);
    }
    let place = Place::new(Dialect::Sqlite, "logs").unwrap();
    let options: sqlx::sqlite::SqliteConnectOptions = place.url().parse().unwrap();
    let options = options.log_slow_statements(log_level(), SLOW);
    let mut connection = options.connect().await.unwrap();
    connection.execute(control).await.unwrap();
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    assert_eq!(migrate(&pool, &marked(Dialect::Sqlite)).await.unwrap().steps.len(), 2);
    let logs = logs().text();
    // What an application does itself is logged, so these logs do hold what is logged.
    assert!(logs.contains("the control of the test of the logs"), "{}", logs.len());
    assert!(!logs.contains(MARK), "{}", logs.lines().find(|line| line.contains(MARK)).unwrap_or_default());
}

fn log_level() -> log::LevelFilter {
    log::LevelFilter::Warn
}
