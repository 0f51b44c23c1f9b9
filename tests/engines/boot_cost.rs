//! What a run costs on the wire, and on how little it works when nothing is pending.

use std::time::Duration;

use migrate::{Dialect, Migrator, migrate};
use migrate_test_support::Pooler;
use migrate_test_support::wire::Proxy;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, MySqlPool, PgConnection, PgPool};

use crate::files::{Files, SHOP};
use crate::place::{Place, on_every_engine};
use crate::recorded::recorded;

on_every_engine!(
    a_boot_with_nothing_to_do_is_one_select_for_10_and_for_5000_migrations,
    a_second_history_adds_no_message_to_a_boot_with_nothing_to_do,
);

mod on_postgres {
    crate::place::tests!(
        Postgres,
        nothing_to_do_is_one_message_between_taking_and_returning_a_pooled_connection,
        a_migration_in_a_transaction_costs_two_round_trips_and_one_commit,
        nothing_to_do_needs_no_privilege_but_to_read,
        nothing_to_do_works_in_a_read_only_transaction,
        nothing_to_do_works_through_a_transaction_pooler
    );
}

mod on_mariadb {
    crate::place::tests!(
        MariaDb,
        nothing_to_do_is_one_com_query_of_a_pooled_connection,
        nothing_to_do_needs_only_select_on_the_history
    );
}

mod on_sqlite {
    crate::place::tests!(
        Sqlite,
        a_migration_in_a_transaction_costs_one_commit,
        nothing_to_do_works_on_a_file_that_is_only_read
    );
}

/// `count` files that insert a row each, after one that makes the table.
fn many(dialect: Dialect, count: usize) -> Files {
    let files = Files::new(dialect, &[("00001_t.sql", "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);")]);
    for number in 2..=count {
        files.write(&format!("{number:05}_row.sql"), format!("INSERT INTO t VALUES ({number});"));
    }
    files
}

/// Waits for what happens by itself.
async fn until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn a_boot_with_nothing_to_do_is_one_select_for_10_and_for_5000_migrations(place: Place) {
    let mut said = Vec::new();
    for count in [10, 5_000] {
        let files = many(place.dialect(), count);
        let history = files.history();
        // The second time, only the new ones are pending. What a power cut would leave is no matter here.
        let migrator = Migrator::new(place.url()).history(&history);
        let migrator = match place.dialect() {
            Dialect::Sqlite => migrator.on_connect("PRAGMA synchronous = OFF"),
            _ => migrator,
        };
        migrator.run().await.unwrap();
        let (driver, messages) = recorded(place.url());
        let report = migrate(driver, &history).await.unwrap();
        assert!(report.is_empty());
        said.push(messages.all());
    }
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history"), "5000");
    assert_eq!(said[0].len(), 1, "{said:?}");
    assert!(said[0][0].starts_with("SELECT"), "{said:?}");
    // Word for word the same: the size of the message does not grow either.
    assert_eq!(said[0], said[1]);
}

async fn a_second_history_adds_no_message_to_a_boot_with_nothing_to_do(place: Place) {
    let one = Files::new(place.dialect(), &SHOP).history();
    let jobs = Files::new(place.dialect(), &[("1_jobs.sql", "CREATE TABLE jobs (id INTEGER);")])
        .named("jobs")
        .history();
    Migrator::new(place.url()).history(&jobs).history(&one).run().await.unwrap();
    let (driver, messages) = recorded(place.url());
    Migrator::new(driver).history(&jobs).history(&one).run().await.unwrap();
    assert_eq!(messages.all().len(), 1);
}

async fn nothing_to_do_is_one_message_between_taking_and_returning_a_pooled_connection(place: Place) {
    let history = Files::new(place.dialect(), &SHOP).history();
    migrate(place.url(), &history).await.unwrap();
    let proxy = Proxy::before(place.database());
    let pool = PgPool::connect(&proxy.url(place.database())).await.unwrap();
    proxy.clear();
    migrate(&pool, &history).await.unwrap();
    until(|| pool.num_idle() == 1).await;
    // Sync is the message by which sqlx tests a connection that comes back to its pool.
    assert_eq!(proxy.kinds(), ["Query", "Sync"]);
    assert_eq!(proxy.connections(), 1);
}

async fn nothing_to_do_is_one_com_query_of_a_pooled_connection(place: Place) {
    let history = Files::new(place.dialect(), &SHOP).history();
    migrate(place.url(), &history).await.unwrap();
    let proxy = Proxy::before(place.database());
    let pool = MySqlPool::connect(&proxy.url(place.database())).await.unwrap();
    proxy.clear();
    migrate(&pool, &history).await.unwrap();
    until(|| pool.num_idle() == 1).await;
    // The ping is sqlx's test of a connection that comes back to its pool.
    assert_eq!(proxy.kinds(), ["COM_QUERY", "COM_PING"]);
    assert_eq!(proxy.connections(), 1);
}

async fn a_migration_in_a_transaction_costs_two_round_trips_and_one_commit(place: Place) {
    let mut costs = Vec::new();
    let mut applied = 0;
    // The first run also makes the tables and is not counted.
    for pending in [1, 3, 4, 12] {
        applied += pending;
        let history = many(place.dialect(), applied).history();
        let proxy = Proxy::before(place.database());
        let report = migrate(proxy.url(place.database()).as_str(), &history).await.unwrap();
        assert_eq!(report.steps.len(), pending);
        let commits = proxy.messages().iter().filter(|message| message.text.ends_with("COMMIT")).count();
        costs.push((proxy.round_trips(), commits));
    }
    assert_eq!(costs[2].0 - costs[1].0, 2, "{costs:?}");
    assert_eq!(costs[3].0 - costs[2].0, 16, "{costs:?}");
    assert_eq!((costs[1].1, costs[2].1, costs[3].1), (3, 4, 12));
}

async fn a_migration_in_a_transaction_costs_one_commit(place: Place) {
    let mut applied = 0;
    for pending in [1, 3, 4] {
        applied += pending;
        let history = many(place.dialect(), applied).history();
        let (driver, messages) = recorded(place.url());
        migrate(driver, &history).await.unwrap();
        let commits = messages.all().iter().filter(|sql| sql.ends_with("COMMIT")).count();
        // The first run makes the tables, in a transaction of their own.
        assert_eq!(commits, pending + usize::from(applied == 1));
    }
}

/// A role of this database alone, which may log in and nothing else.
fn role(place: &Place, suffix: &str) -> String {
    let role = format!("{}_{suffix}", place.database().name());
    place.ask(&format!("CREATE ROLE {role} LOGIN"));
    role
}

fn options(place: &Place) -> PgConnectOptions {
    place.url().parse().unwrap()
}

async fn nothing_to_do_needs_no_privilege_but_to_read(place: Place) {
    let files = Files::new(place.dialect(), &SHOP);
    migrate(place.url(), &files.history()).await.unwrap();
    let reader = role(&place, "reader");
    place.ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    place.ask(&format!("GRANT SELECT ON migrate_head, migrate_history TO {reader}"));
    let as_reader = options(&place).username(&reader);
    assert!(migrate(&as_reader, &files.history()).await.unwrap().is_empty());
    let read_only = as_reader.clone().options([("default_transaction_read_only", "on")]);
    assert!(migrate(&read_only, &files.history()).await.unwrap().is_empty());

    // With something pending, what is missing is said.
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    let error = migrate(&as_reader, &files.history()).await.unwrap_err();
    assert!(error.to_string().contains("permission denied for table migrate_history"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history"), "3");
    place.ask(&format!("DROP OWNED BY {reader}; DROP ROLE {reader}"));
}

async fn nothing_to_do_works_in_a_read_only_transaction(place: Place) {
    let history = Files::new(place.dialect(), &SHOP).history();
    migrate(place.url(), &history).await.unwrap();
    let mut connection = PgConnection::connect(&place.url()).await.unwrap();
    sqlx::raw_sql("BEGIN READ ONLY").execute(&mut connection).await.unwrap();
    assert!(migrate(&mut connection, &history).await.unwrap().is_empty());
    let open: bool =
        sqlx::query_scalar("SELECT now() < statement_timestamp()").fetch_one(&mut connection).await.unwrap();
    assert!(open);
    sqlx::raw_sql("COMMIT").execute(&mut connection).await.unwrap();
}

async fn nothing_to_do_works_through_a_transaction_pooler(place: Place) {
    let files = Files::new(place.dialect(), &SHOP);
    let Some(pooler) = Pooler::pgbouncer(place.database(), "transaction", 4) else { return };
    let url = pooler.url(place.database());
    // The pooler gives each message another connection, so that no session lock can be held there.
    let report = migrate(url.as_str(), &files.history()).await.unwrap();
    assert_eq!(report.steps.len(), 3);
    assert!(migrate(url.as_str(), &files.history()).await.unwrap().is_empty());
    let pool = PgPool::connect(&url).await.unwrap();
    assert!(migrate(&pool, &files.history()).await.unwrap().is_empty());

    // All instances at once, each migration once.
    for number in 4..=20 {
        files.write(
            &format!("{number:04}_more.sql"),
            format!("INSERT INTO customers VALUES ({number}, 'more');"),
        );
    }
    let history = files.history();
    let all: Vec<_> = (0..8).map(|_| migrate(url.as_str(), &history)).collect();
    let mut applied = 0;
    for outcome in crate::instances::joined(all).await {
        applied += outcome.unwrap().steps.len();
    }
    assert_eq!(applied, 17);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "19");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_journal WHERE event = 'applied'"), "20");

    pool.close().await;
}

async fn nothing_to_do_needs_only_select_on_the_history(place: Place) {
    let files = Files::new(place.dialect(), &SHOP);
    migrate(place.url(), &files.history()).await.unwrap();
    let (database, user) = (place.database().name(), "reader");
    let user = format!("{user}_{:x}", std::process::id());
    place.ask(&format!(
        "CREATE USER {user}@'localhost'; GRANT SELECT ON {database}.migrate_head TO {user}@'localhost'; \
         GRANT SELECT ON {database}.migrate_history TO {user}@'localhost'"
    ));
    let options: MySqlConnectOptions = place.url().parse().unwrap();
    let options = options.username(&user);
    let outcome = migrate(&options, &files.history()).await;
    files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
    let refused = migrate(&options, &files.history()).await;
    place.ask(&format!("DROP USER {user}@'localhost'"));
    assert!(outcome.unwrap().is_empty());
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("denied"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn nothing_to_do_works_on_a_file_that_is_only_read(place: Place) {
    let history = Files::new(place.dialect(), &SHOP).history();
    migrate(place.url(), &history).await.unwrap();
    let url = place.url().replace("mode=rwc", "mode=ro");
    assert!(migrate(url.as_str(), &history).await.unwrap().is_empty());
}
