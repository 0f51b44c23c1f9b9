//! A `&mut` connection of the caller: it works on it, and the caller gets it back as it was.

use migrate::{ErrorKind, Existing, Migrator, migrate};
use sqlx::{Connection, MySqlConnection, PgConnection, SqliteConnection, raw_sql};

use crate::files::{Files, SHOP};
use crate::place::{Place, on_every_engine};

on_every_engine!(
    a_callers_connection_is_migrated_and_given_back_as_it_was,
    a_transaction_of_the_caller_is_refused_and_left_alone,
    a_boot_with_nothing_to_do_may_be_in_a_transaction_of_the_caller,
    a_failure_on_a_callers_connection_leaves_it_usable,
);

/// The same code with the connection of each engine.
macro_rules! each {
    ($place:expr, $connection:ident => $body:expr) => {{
        let place: &Place = $place;
        match place {
            Place::Postgres(_) => {
                let mut $connection = PgConnection::connect(&place.url()).await.unwrap();
                $body
            }
            Place::MariaDb(_) => {
                let mut $connection = MySqlConnection::connect(&place.url()).await.unwrap();
                $body
            }
            Place::Sqlite(_) => {
                let mut $connection = SqliteConnection::connect(&place.url()).await.unwrap();
                $body
            }
        }
    }};
}

fn shop(place: &Place) -> Files {
    Files::new(place.dialect(), &SHOP)
}

/// What the caller has set, and the query that tells all settings.
fn settings(place: &Place) -> (&'static str, &'static str) {
    match place {
        Place::Postgres(_) => (
            "CREATE SCHEMA mine; CREATE ROLE {role}; GRANT ALL ON SCHEMA mine, public TO {role}; SET search_path = mine, public; \
             SET statement_timeout = '77s'; SET application_name = 'caller'; SET lock_timeout = '3s'; SET TIME ZONE 'Asia/Tokyo'; \
             SET default_transaction_isolation = 'serializable'; SET bytea_output = 'escape'; SET ROLE {role}",
            "SELECT string_agg(name || '=' || setting, ';' ORDER BY name) || ';' || current_user || ';' || session_user FROM pg_settings",
        ),
        Place::MariaDb(_) => (
            "SET SESSION sql_mode = 'TRADITIONAL,PIPES_AS_CONCAT'; SET SESSION time_zone = '+05:00'; SET SESSION foreign_key_checks = 0; \
             SET SESSION unique_checks = 0; SET SESSION wait_timeout = 1234; SET SESSION lock_wait_timeout = 99; SET NAMES utf8mb4 COLLATE utf8mb4_bin",
            "SELECT GROUP_CONCAT(CONCAT(variable_name, '=', variable_value) ORDER BY variable_name SEPARATOR ';') \
             FROM information_schema.session_variables WHERE variable_name NOT IN \
             ('timestamp', 'last_insert_id', 'insert_id', 'identity', 'pseudo_thread_id', 'rand_seed1', 'rand_seed2', 'warning_count', 'error_count', \
             'last_gtid', 'gtid_binlog_pos', 'gtid_current_pos') AND variable_name NOT LIKE 'debug%' AND variable_name NOT LIKE 'innodb%'",
        ),
        Place::Sqlite(_) => (
            "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON; PRAGMA legacy_alter_table = ON; PRAGMA busy_timeout = 1234; PRAGMA synchronous = 1",
            "SELECT (SELECT foreign_keys FROM pragma_foreign_keys) || ';' || (SELECT recursive_triggers FROM pragma_recursive_triggers) || ';' || \
             (SELECT legacy_alter_table FROM pragma_legacy_alter_table) || ';' || (SELECT timeout FROM pragma_busy_timeout) || ';' || \
             (SELECT synchronous FROM pragma_synchronous)",
        ),
    }
}

async fn a_callers_connection_is_migrated_and_given_back_as_it_was(place: Place) {
    let (set, ask) = settings(&place);
    let role = match &place {
        Place::Postgres(database) => format!("{}_caller", database.name()),
        _ => String::new(),
    };
    let set = set.replace("{role}", &role);
    let files = shop(&place);
    // Scripts that change the session themselves.
    files.write(
        "0004_session.sql",
        match &place {
            Place::Postgres(_) => "SET search_path = public; SET bytea_output = 'hex'; RESET ROLE; SELECT 1;",
            Place::MariaDb(_) => "SET SESSION sql_mode = ''; SET SESSION time_zone = '+00:00'; SET SESSION lock_wait_timeout = 7; SELECT 1;",
            Place::Sqlite(_) => "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = OFF; SELECT 1;",
        },
    );
    files.write("0005_last.sql", "INSERT INTO customers VALUES (5, 'e');");
    let history = files.history();
    each!(&place, connection => {
        raw_sql(sqlx::AssertSqlSafe(set)).execute(&mut connection).await.unwrap();
        let before: String = sqlx::query_scalar(ask).fetch_one(&mut connection).await.unwrap();
        let report = migrate(&mut connection, &history).await.unwrap();
        assert_eq!(report.steps.len(), 5);
        assert_eq!(place.held(), (0, 0));
        let after: String = sqlx::query_scalar(ask).fetch_one(&mut connection).await.unwrap();
        let changed: Vec<_> = before.split(';').zip(after.split(';')).filter(|(before, after)| before != after).collect();
        assert_eq!(changed, [], "{}", place.url());
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM customers").fetch_one(&mut connection).await.unwrap();
        assert_eq!(rows, 3);
        assert!(migrate(&mut connection, &history).await.unwrap().is_empty());
        connection.close().await.unwrap();
    });
    if let Place::Postgres(_) = &place {
        assert_eq!(
            place.ask(
                "SELECT DISTINCT schemaname || ' ' || tableowner FROM pg_tables WHERE schemaname = 'mine'"
            ),
            format!("mine {role}")
        );
        place.ask(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    }
}

/// With a BEGIN of the caller's own and with that of sqlx, on an empty database and with something pending.
async fn a_transaction_of_the_caller_is_refused_and_left_alone(place: Place) {
    place.ask("CREATE TABLE kept (id INTEGER)");
    let files = shop(&place);
    let mut kept = 0;
    for tables in [false, true] {
        if tables {
            Migrator::new(place.url())
                .history(&files.history())
                .existing(Existing::Allow)
                .run()
                .await
                .unwrap();
            files.write("0004_more.sql", "INSERT INTO customers VALUES (3, 'c@example.org');");
        }
        let history = files.history();
        each!(&place, connection => {
            raw_sql("BEGIN").execute(&mut connection).await.unwrap();
            raw_sql("INSERT INTO kept VALUES (1)").execute(&mut connection).await.unwrap();
            let error = migrate(&mut connection, &history).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InTransaction), "{error}");
            raw_sql("COMMIT").execute(&mut connection).await.unwrap();

            let mut transaction = connection.begin().await.unwrap();
            raw_sql("INSERT INTO kept VALUES (2)").execute(&mut *transaction).await.unwrap();
            let error = migrate(&mut *transaction, &history).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InTransaction), "{error}");
            raw_sql("INSERT INTO kept VALUES (3)").execute(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
            connection.close().await.unwrap();
        });
        kept += 3;
        assert_eq!(place.ask("SELECT count(*) FROM kept"), kept.to_string());
        assert_eq!(place.has_table("migrate_history"), tables);
        assert_eq!(place.held(), (0, 0));
    }
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn a_boot_with_nothing_to_do_may_be_in_a_transaction_of_the_caller(place: Place) {
    let history = shop(&place).history();
    migrate(place.url(), &history).await.unwrap();
    each!(&place, connection => {
        raw_sql("BEGIN").execute(&mut connection).await.unwrap();
        raw_sql("INSERT INTO customers VALUES (7, 'g')").execute(&mut connection).await.unwrap();
        assert!(migrate(&mut connection, &history).await.unwrap().is_empty());
        raw_sql("ROLLBACK").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

async fn a_failure_on_a_callers_connection_leaves_it_usable(place: Place) {
    let files = shop(&place);
    files.write("0003_rows.sql", "INSERT INTO customers VALUES (2, 'b'); INSERT INTO nowhere VALUES (1);");
    let bad = files.history();
    files.write("0003_rows.sql", SHOP[2].1);
    let good = files.history();
    each!(&place, connection => {
        let error = migrate(&mut connection, &bad).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Script { .. }), "{error}");
        assert_eq!(place.held(), (0, 0));
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM customers").fetch_one(&mut connection).await.unwrap();
        assert_eq!(rows, 1);
        assert_eq!(migrate(&mut connection, &good).await.unwrap().steps.len(), 1);
        assert_eq!(place.held(), (0, 0));
        connection.close().await.unwrap();
    });
}
