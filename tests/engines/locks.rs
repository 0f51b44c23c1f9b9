//! The lock of a run: who else holds it, who loses it, and what stays behind when a run does not end well.

use std::time::Duration;

use migrate::{ErrorKind, Migrator, migrate};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{MySqlPool, PgPool, SqlitePool};

use crate::files::{Files, SHOP};
use crate::place::{Place, on_every_engine};
use crate::recorded::recorded;

on_every_engine!(
    a_lock_that_somebody_holds_ends_the_wait_with_an_error_that_names_him,
    a_boot_with_nothing_to_do_does_not_wait_for_the_lock,
    a_caller_that_panics_leaves_nothing_behind,
    a_failed_migration_leaves_a_pool_that_works,
);

mod on_postgres {
    crate::place::tests!(
        Postgres,
        the_lock_is_tried_from_a_second_connection,
        a_script_that_releases_the_lock_stops_the_run
    );
}

mod on_mariadb {
    crate::place::tests!(
        MariaDb,
        the_lock_is_tried_from_a_second_connection,
        a_script_that_releases_the_lock_stops_the_run
    );
}

fn shop(place: &Place) -> Files {
    Files::new(place.dialect(), &SHOP)
}

/// The lock's key as SQL has it, taken from what a run says.
async fn key(place: &Place) -> String {
    let (driver, messages) = recorded(place.url());
    migrate(driver, &shop(place).history()).await.unwrap();
    let taken = messages
        .all()
        .into_iter()
        .find(|sql| sql.contains("try_advisory_lock(") || sql.contains("GET_LOCK("));
    let taken = taken.expect("a run takes the lock");
    let (_, key) = taken.split_once("LOCK(").or_else(|| taken.split_once("lock(")).unwrap();
    key.split([',', ')']).next().unwrap().to_owned()
}

async fn a_lock_that_somebody_holds_ends_the_wait_with_an_error_that_names_him(place: Place) {
    let files = shop(&place);
    // The key is that of the database and the schema: with it the database is as a first run leaves it.
    let (mut holder, wanted) = match &place {
        Place::Postgres(database) => {
            let key = key(&place).await;
            let mut shell = database.shell();
            shell.run(&format!("SET application_name = 'somebody whose name is as long as the server lets one be'; SELECT pg_advisory_lock({key})")).unwrap();
            (
                Some(shell),
                vec![
                    "process ".to_owned(),
                    "user postgres".to_owned(),
                    "application somebody".to_owned(),
                    "SELECT pg_terminate_backend(".to_owned(),
                ],
            )
        }
        Place::MariaDb(database) => {
            let key = key(&place).await;
            let mut shell = database.shell();
            let connection = shell.run(&format!("DO GET_LOCK({key}, 5); SELECT CONNECTION_ID()")).unwrap();
            (Some(shell), vec![format!("connection {} ", connection.trim()), "user root".to_owned()])
        }
        Place::Sqlite(_) => (None, vec!["for another instance to finish".to_owned()]),
    };
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    let history = files.history();
    let run = || Migrator::new(place.url()).history(&history).lock_wait(Duration::from_millis(300)).run();
    let blocked = match &place {
        Place::Sqlite(_) => {
            migrate(place.url(), &shop(&place).history()).await.unwrap();
            let writer = migrate_test_support::process::start(held_by_sqlite3(&place));
            while !held(&place).exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // sqlx alone waits 5 s for the lock.
            let options: SqliteConnectOptions = place.url().parse().unwrap();
            let options = options.busy_timeout(Duration::from_millis(50));
            // The connection's own wait counts, also when it is the only one.
            let once = Migrator::new(&options).history(&history).lock_wait(Duration::ZERO).run().await;
            let once = once.unwrap_err();
            let ErrorKind::LockTimeout { waited, .. } = once.kind() else { panic!("{once}") };
            assert!(!waited.is_zero(), "{once}");
            let blocked =
                Migrator::new(&options).history(&history).lock_wait(Duration::from_millis(300)).run().await;
            std::fs::remove_file(held(&place)).unwrap();
            assert!(writer.wait().status.success());
            blocked
        }
        _ => run().await,
    };
    let error = blocked.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LockTimeout { .. }), "{error}");
    for word in wanted {
        assert!(error.to_string().contains(&word), "{word}: {error}");
    }
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");

    holder.take();
    assert_eq!(Migrator::new(place.url()).history(&history).run().await.unwrap().steps.len(), 1);
    assert_eq!(place.held(), (0, 0));
}

/// Another process that holds the write lock of the file until that of [`held`] is gone.
fn held_by_sqlite3(place: &Place) -> std::process::Command {
    let (file, held) = (place.file(), held(place));
    let held = held.display();
    let script = format!("BEGIN IMMEDIATE;\n.shell touch {held}; while [ -e {held} ]; do sleep 0.05; done\n");
    let commands = file.with_extension("commands");
    std::fs::write(&commands, script).unwrap();
    let mut command = std::process::Command::new("sqlite3");
    command.arg("-bail").arg(&file).arg(format!(".read {}", commands.display()));
    command
}

fn held(place: &Place) -> std::path::PathBuf {
    place.file().with_extension("held")
}

async fn a_boot_with_nothing_to_do_does_not_wait_for_the_lock(place: Place) {
    let history = shop(&place).history();
    let (driver, messages) = recorded(place.url());
    migrate(driver, &history).await.unwrap();
    let key = messages.all().into_iter().find(|sql| sql.contains("lock(") || sql.contains("LOCK("));
    let mut holder = match &place {
        Place::Sqlite(_) => None,
        _ => Some(place.database().shell()),
    };
    if let (Some(holder), Some(key)) = (&mut holder, key) {
        holder.run(&key).unwrap();
    }
    assert!(
        Migrator::new(place.url())
            .history(&history)
            .lock_wait(Duration::ZERO)
            .run()
            .await
            .unwrap()
            .is_empty()
    );
}

async fn the_lock_is_tried_from_a_second_connection(place: Place) {
    let (driver, messages) = recorded(place.url());
    let report = migrate(driver, &shop(&place).history()).await.unwrap();
    let taken = |sql: &&String| sql.contains("try_advisory_lock(") || sql.contains("GET_LOCK(");
    assert_eq!(messages.all().iter().filter(taken).count(), 2);
    assert!(report.notices.is_empty(), "{report}");
}

async fn a_script_that_releases_the_lock_stops_the_run(place: Place) {
    let (direct, release) = match place.transactional_ddl() {
        true => ("INSERT INTO customers VALUES (3, 'c');", "SELECT pg_advisory_unlock_all();"),
        false => ("INSERT INTO customers VALUES (3, 'c');", "DO RELEASE_ALL_LOCKS();"),
    };
    let files = shop(&place);
    files.write("0003_release.sql", release);
    files.write("0004_more.sql", direct);
    files.remove("0003_rows.sql");
    let error = migrate(place.url(), &files.history()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::LockLost { path, .. } if path.ends_with("0004_more.sql")),
        "{error}"
    );
    assert_eq!(error.report().steps.len(), 3);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "1");
    assert_eq!(place.held(), (0, 0));
    // The next start goes on after it.
    assert_eq!(migrate(place.url(), &files.history()).await.unwrap().steps.len(), 1);

    // Before a file that cannot run in a transaction as well.
    files.write("0005_release.sql", release);
    files.write("0006_outside.sql", format!("-- migrate(no-transaction)\n{}", direct.replace('3', "4")));
    let error = migrate(place.url(), &files.history()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::LockLost { path, .. } if path.ends_with("0006_outside.sql")),
        "{error}"
    );
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn a_caller_that_panics_leaves_nothing_behind(place: Place) {
    let files = shop(&place);
    migrate(place.url(), &files.history()).await.unwrap();
    // Each is all or nothing, on MariaDB too.
    for number in 4..=40 {
        let text = format!("INSERT INTO customers VALUES ({number}, 'more');");
        files.write(&format!("{number:04}_more.sql"), text);
    }
    for delay_ms in [5, 15, 30] {
        let (history, url) = (files.history(), place.url());
        let panicked = tokio::spawn(async move {
            let migrating = migrate(url, &history);
            let panic = async {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                panic!("the caller's own trouble");
            };
            tokio::join!(migrating, panic).0
        });
        assert!(panicked.await.unwrap_err().is_panic());
    }
    // The server needs a moment to notice; the next boot waits for that.
    migrate(place.url(), &files.history()).await.unwrap();
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "39");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history WHERE state = 'applied'"), "40");
    assert_eq!(place.held(), (0, 0));
}

async fn a_failed_migration_leaves_a_pool_that_works(place: Place) {
    let files = shop(&place);
    files.write("0003_rows.sql", "INSERT INTO customers VALUES (2, 'b'); INSERT INTO nowhere VALUES (1);");
    let bad = files.history();
    files.write("0003_rows.sql", SHOP[2].1);
    let good = files.history();
    // One connection: a connection that is not given back is missed at once.
    macro_rules! on {
        ($pool:expr) => {{
            let pool = $pool;
            for lent in [false, true] {
                let migrator = || Migrator::new(&pool).history(&bad);
                let error =
                    if lent { migrator().use_connection().run().await } else { migrator().run().await };
                let error = error.unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Script { .. }), "{error}");
                assert_eq!(place.held(), (0, 0), "on a connection of the pool: {lent}");
                assert_eq!(
                    sqlx::query_scalar::<_, i64>("SELECT count(*) FROM customers")
                        .fetch_one(&pool)
                        .await
                        .unwrap(),
                    1
                );
            }
            assert_eq!(
                Migrator::new(&pool).history(&good).use_connection().run().await.unwrap().steps.len(),
                1
            );
            assert_eq!(place.held(), (0, 0));
            assert_eq!(
                sqlx::query_scalar::<_, i64>("SELECT count(*) FROM customers")
                    .fetch_one(&pool)
                    .await
                    .unwrap(),
                2
            );
            assert!(migrate(&pool, &good).await.unwrap().is_empty());
        }};
    }
    let url = place.url();
    match &place {
        Place::Postgres(_) => {
            on!(sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(&url).await.unwrap()
                as PgPool)
        }
        Place::MariaDb(_) => {
            on!(sqlx::mysql::MySqlPoolOptions::new().max_connections(1).connect(&url).await.unwrap()
                as MySqlPool)
        }
        Place::Sqlite(_) => {
            on!(sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect(&url).await.unwrap()
                as SqlitePool)
        }
    }
}
