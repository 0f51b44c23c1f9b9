//! Many instances that start at the same moment, each a process of its own as in a deployment.

use std::process::Command;
use std::time::Instant;

use migrate::{Dialect, Migrations, SourceOptions, migrate};
use migrate_test_support::POSTGRES;
use migrate_test_support::process::{Outcome, at_once};
use sqlx::{MySqlPool, PgPool};

use crate::files::Files;
use crate::place::Place;

mod on_mariadb {
    crate::place::tests!(MariaDb, fifty_processes_apply_a_hundred_migrations_once);
}

mod on_sqlite {
    crate::place::tests!(Sqlite, fifty_processes_apply_a_hundred_migrations_once);
}

mod on_postgres {
    crate::place::tests!(Postgres, an_index_is_built_concurrently_while_three_instances_wait);
}

/// In the environment of a process that is one of the many: the database URL, and the folder of its files.
const URL: &str = "MIGRATE_TEST_INSTANCE_URL";
const FOLDER: &str = "MIGRATE_TEST_INSTANCE_FOLDER";

/// What one of the many does: boots as an application does, with a pool. Started as a test by
/// [`processes`]; without the variables there is nothing to do.
#[tokio::test(flavor = "current_thread")]
async fn one_of_many() {
    let (Ok(url), Some(folder)) = (std::env::var(URL), std::env::var_os(FOLDER)) else { return };
    let dialect = match url.split(':').next() {
        Some("postgres") => Dialect::Postgres,
        Some("mysql") => Dialect::MariaDb,
        _ => Dialect::Sqlite,
    };
    let options = SourceOptions::new(dialect).name("app").release("1.0.0");
    let history = Migrations::from_dir(folder, options).unwrap();
    let report = match dialect {
        Dialect::Postgres => migrate(&PgPool::connect(&url).await.unwrap(), &history).await,
        Dialect::MariaDb => migrate(&MySqlPool::connect(&url).await.unwrap(), &history).await,
        _ => migrate(&sqlx::SqlitePool::connect(&url).await.unwrap(), &history).await,
    };
    match report {
        Ok(report) => println!("\napplied={}", report.steps.len()),
        Err(error) => panic!("{error}"),
    }
}

/// Starts `count` processes at once, and gives how many migrations each has applied.
fn processes(count: usize, url: &str, files: &Files) -> Vec<usize> {
    let program = std::env::current_exe().unwrap();
    let begun = Instant::now();
    let outcomes = at_once((0..count).map(|_| {
        let mut command = Command::new(&program);
        command
            .args(["--exact", "instances::one_of_many", "--nocapture"])
            .env(URL, url)
            .env(FOLDER, files.folder());
        command
    }));
    println!("{count} processes: {:.2} s", begun.elapsed().as_secs_f64());
    outcomes.iter().map(applied).collect()
}

fn applied(outcome: &Outcome) -> usize {
    assert!(outcome.status.success(), "{}{}", outcome.stdout, outcome.stderr);
    let applied = outcome.stdout.lines().find_map(|line| line.strip_prefix("applied="));
    applied.and_then(|applied| applied.parse().ok()).unwrap_or_else(|| panic!("{}", outcome.stdout))
}

/// Each file's effect is a row that can be there twice.
fn hundred(dialect: Dialect) -> Files {
    let files = Files::new(
        dialect,
        &[("001_ran.sql", "CREATE TABLE ran (migration INTEGER NOT NULL);\nINSERT INTO ran VALUES (1);")],
    );
    for number in 2..=100 {
        let text = format!("CREATE TABLE t{number} (id INTEGER);\nINSERT INTO ran VALUES ({number});");
        files.write(&format!("{number:03}_t.sql"), text);
    }
    files
}

async fn herd(place: &Place) {
    let files = hundred(place.dialect());
    let applied = processes(50, &place.url(), &files);
    assert_eq!(applied.len(), 50);
    assert_eq!(applied.iter().sum::<usize>(), 100, "{applied:?}");
    assert_eq!(place.ask("SELECT count(*) FROM ran"), "100");
    assert_eq!(place.ask("SELECT count(DISTINCT migration) FROM ran"), "100");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history WHERE state = 'applied'"), "100");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_journal WHERE event = 'failed'"), "0");
    assert_eq!(place.held(), (0, 0));
    let nothing = processes(50, &place.url(), &files);
    assert_eq!(nothing, [0; 50]);
}

/// On a server with as many connections as it has unless somebody says otherwise: two for each instance are
/// more than it has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_processes_apply_a_hundred_migrations_once_on_a_server_with_a_hundred_connections() {
    let Some(server) = POSTGRES.private(&[("max_connections", "100")]) else { return };
    herd(&Place::Postgres(server.database("herd"))).await;
}

async fn fifty_processes_apply_a_hundred_migrations_once(place: Place) {
    herd(&place).await;
}

/// Runs futures at the same time, on tasks of this thread's own.
pub(crate) async fn joined<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        match outputs.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

async fn an_index_is_built_concurrently_while_three_instances_wait(place: Place) {
    let files = Files::new(
        place.dialect(),
        &[("1_t.sql", "CREATE TABLE t (id INTEGER); INSERT INTO t SELECT * FROM generate_series(1, 1000);")],
    );
    migrate(place.url(), &files.history()).await.unwrap();
    files.write("2_index.sql", "-- migrate(no-transaction)\nCREATE INDEX CONCURRENTLY t_by_id ON t (id);");
    files.write("3_more.sql", "INSERT INTO t VALUES (0);");
    // The build waits for every transaction that is older than it.
    let mut blocker = place.database().shell();
    blocker.run("BEGIN; INSERT INTO t VALUES (-1)").unwrap();
    let history = files.history();
    let url = place.url();
    let all = joined((0..4).map(|_| migrate(url.as_str(), &history)).collect());
    let waiting = async {
        // Until one builds and the others have had time to queue up for the lock.
        let building = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX%'";
        while place.ask(building) == "0" {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert_eq!(place.ask(building), "1");
        blocker.run("COMMIT").unwrap();
    };
    let (outcomes, ()) = tokio::join!(all, waiting);
    let applied: Vec<usize> = outcomes.into_iter().map(|outcome| outcome.unwrap().steps.len()).collect();
    assert_eq!(applied.iter().sum::<usize>(), 2, "{applied:?}");
    assert_eq!(place.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_by_id'::regclass"), "t");
    assert_eq!(place.ask("SELECT count(*) FROM t"), "1002");
    assert_eq!(place.held(), (0, 0));
}
