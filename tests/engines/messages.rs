//! Whole messages beside this file, in `golden/<case>.<engine>.txt`. With `UPDATE_GOLDEN=1` the tests write
//! them.

use std::path::Path;
use std::str::FromStr as _;

use migrate::{Dialect, Error, ErrorKind, Migrations, Migrator, migrate};
use sqlx::postgres::PgConnectOptions;

use crate::files::{Files, SHOP};
use crate::place::{Place, on_every_engine};

on_every_engine!(
    a_statement_that_fails_is_shown_with_its_place,
    an_error_of_syntax_names_its_statement_not_the_first,
    a_text_that_ends_too_early_is_shown_at_its_last_statement,
    a_place_behind_many_bytes_is_counted_in_characters,
    a_place_in_a_body_between_begin_and_commit_is_that_of_the_file,
    a_row_that_exists_already_is_shown_with_the_servers_detail,
    a_statement_outside_a_transaction_says_what_is_in_force,
    a_statement_in_doubt_says_how_to_go_on_and_that_works,
    a_failing_book_is_not_blamed_on_the_script,
    a_script_that_ends_its_own_transaction_is_not_run,
    a_missing_database_says_what_creates_it,
);

fn engine(place: &Place) -> &'static str {
    match place {
        Place::Postgres(_) => "postgres",
        Place::MariaDb(_) => "mariadb",
        Place::Sqlite(_) => "sqlite",
    }
}

/// Compares the message with the file of this case, without what differs from run to run.
fn golden(place: &Place, case: &str, error: &Error, history: &Migrations) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/engines/golden/{case}.{}.txt", engine(place)));
    let mut text = error.to_string();
    if let Some(first) = history.iter().next()
        && let Some((folder, _)) = first.up().path().rsplit_once('/')
    {
        text = text.replace(folder, "migrations");
    }
    match place {
        Place::Sqlite(_) => text = text.replace(&place.file().display().to_string(), "FILE"),
        _ => {
            let database = place.database();
            let socket = database.socket();
            text = text.replace(database.name(), "DATABASE").replace(&socket.display().to_string(), "SOCKET");
            if let Some(folder) = socket.parent() {
                text = text.replace(&folder.display().to_string(), "FOLDER");
            }
            text = text.replace(&format!("port {}", database.port()), "port PORT");
        }
    }
    let text = without_times(&text) + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("the folder can be written to");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} (UPDATE_GOLDEN=1 writes it)", path.display());
}

/// `started at 2026-01-02 03:04:05.678+00` without the time.
fn without_times(text: &str) -> String {
    let Some((before, rest)) = text.split_once("was started at ") else { return text.to_owned() };
    let end = rest.find(" and its end").unwrap_or(0);
    format!("{before}was started at TIME{}", &rest[end..])
}

async fn failed(place: &Place, files: &Files) -> (Error, Migrations) {
    let history = files.unchecked_history();
    match migrate(place.url(), &history).await {
        Ok(report) => panic!("this should fail, but: {report}"),
        Err(error) => (error, history),
    }
}

fn with(place: &Place, name: &str, text: &str) -> Files {
    Files::new(place.dialect(), &[SHOP[0], SHOP[1], (name, text)])
}

async fn a_statement_that_fails_is_shown_with_its_place(place: Place) {
    let files = with(
        &place,
        "3_x.sql",
        "INSERT INTO customers VALUES (2, 'b');\n\n  INSERT INTO nowhere\n  VALUES (1);\n",
    );
    let (error, history) = failed(&place, &files).await;
    golden(&place, "a-statement-that-fails", &error, &history);
}

async fn an_error_of_syntax_names_its_statement_not_the_first(place: Place) {
    let text = "INSERT INTO customers VALUES (2, 'b');\nINSERT INTO customers VALUES (3, 'c');\nINSRT INTO customers VALUES (4, 'd');\n";
    let files = with(&place, "3_x.sql", text);
    let (error, history) = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(3), total: 3, .. }), "{error}");
    golden(&place, "an-error-of-syntax", &error, &history);
}

async fn a_text_that_ends_too_early_is_shown_at_its_last_statement(place: Place) {
    let files =
        with(&place, "3_x.sql", "INSERT INTO customers VALUES (2, 'b');\nINSERT INTO customers VALUES (3,\n");
    let (error, history) = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(2), total: 2, .. }), "{error}");
    golden(&place, "a-text-that-ends-too-early", &error, &history);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "1");
}

async fn a_place_behind_many_bytes_is_counted_in_characters(place: Place) {
    let files = with(
        &place,
        "3_x.sql",
        "-- Größe, 測試, 🦀\nINSERT INTO customers VALUES (2, '測試🦀'); INSERT INTO nowhere VALUES ('é');\n",
    );
    let (error, history) = failed(&place, &files).await;
    golden(&place, "a-place-behind-many-bytes", &error, &history);
}

async fn a_place_in_a_body_between_begin_and_commit_is_that_of_the_file(place: Place) {
    let files = with(
        &place,
        "3_x.sql",
        "-- é\nBEGIN;\nINSERT INTO customers VALUES (2, 'b');\n\tINSERT INTO nowhere VALUES (1);\nCOMMIT;\n",
    );
    let (error, history) = failed(&place, &files).await;
    golden(&place, "a-place-in-a-lifted-body", &error, &history);
}

async fn a_row_that_exists_already_is_shown_with_the_servers_detail(place: Place) {
    let files = with(
        &place,
        "3_x.sql",
        "INSERT INTO customers VALUES (2, 'b');\nINSERT INTO customers VALUES (1, 'a');\n",
    );
    let (error, history) = failed(&place, &files).await;
    golden(&place, "a-row-that-exists", &error, &history);
}

async fn a_statement_outside_a_transaction_says_what_is_in_force(place: Place) {
    let text = "-- migrate(no-transaction)\nCREATE TABLE a (id INTEGER);\nCREATE TABLE b (id INTEGER);\nCREATE TABLE a (id INTEGER);\n";
    let (error, history) = failed(&place, &with(&place, "3_x.sql", text)).await;
    golden(&place, "outside-a-transaction", &error, &history);
}

async fn a_statement_in_doubt_says_how_to_go_on_and_that_works(place: Place) {
    let text = "-- migrate(no-transaction)\nCREATE TABLE a (id INTEGER);\nINSERT INTO missing VALUES (1);\nINSERT INTO a VALUES (1);\n";
    let files = with(&place, "3_x.sql", text);
    failed(&place, &files).await;
    // As after a crash while the second statement ran.
    place.ask("UPDATE migrate_history SET state = 'running', statements_intent = 2 WHERE version = '3'");
    let (error, history) = failed(&place, &files).await;
    let ErrorKind::InDoubt { statement: 2, in_force, not_in_force, .. } = error.kind() else {
        panic!("{error}")
    };
    let shown = error.to_string();
    assert!(shown.contains(&**in_force) && shown.contains(&**not_in_force), "{shown}");
    golden(&place, "in-doubt", &error, &history);
    // Whoever says that it is not in force gets it run again.
    place.ask(not_in_force);
    let (error, _) = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(2), .. }), "{error}");
    place.ask("UPDATE migrate_history SET state = 'running', statements_intent = 2 WHERE version = '3'");
    place.ask(in_force);
    let report = migrate(place.url(), &history).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.steps.iter().map(|step| step.statements).collect::<Vec<_>>(), [1]);
    assert_eq!(place.ask("SELECT count(*) FROM a"), "1");
}

async fn a_failing_book_is_not_blamed_on_the_script(place: Place) {
    let files = Files::new(place.dialect(), &SHOP[..2]);
    migrate(place.url(), &files.history()).await.unwrap_or_else(|error| panic!("{error}"));
    place.ask("DROP TABLE migrate_journal");
    files.write("3_x.sql", "INSERT INTO customers VALUES (2, 'b');");
    let (error, history) = failed(&place, &files).await;
    assert!(matches!(error.kind(), ErrorKind::Bookkeeping { .. }), "{error}");
    golden(&place, "a-failing-book", &error, &history);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "1");
}

async fn a_script_that_ends_its_own_transaction_is_not_run(place: Place) {
    // On MariaDB such a file runs outside of a transaction, statement by statement.
    if !place.transactional_ddl() {
        return;
    }
    for (name, end) in [("commit", "COMMIT"), ("rollback", "ROLLBACK"), ("end", "end transaction")] {
        let text = format!(
            "INSERT INTO customers VALUES (2, 'b');\n/* now */ {end};\nINSERT INTO nowhere VALUES (1);\n"
        );
        let (error, history) = failed(&place, &with(&place, "3_x.sql", &text)).await;
        assert!(matches!(error.kind(), ErrorKind::TransactionControl { .. }), "{error}");
        if name == "commit" {
            golden(&place, "a-script-that-commits", &error, &history);
        }
        assert_eq!(place.ask("SELECT count(*) FROM customers"), "1");
        assert_eq!(place.ask("SELECT count(*) FROM migrate_history"), "2");
    }
    let allowed = "SAVEPOINT s;\nINSERT INTO customers VALUES (2, 'b');\nROLLBACK TO s;\nRELEASE s;\n";
    let report = migrate(place.url(), &with(&place, "3_x.sql", allowed).history()).await;
    assert_eq!(report.unwrap_or_else(|error| panic!("{error}")).steps.len(), 1);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "1");
}

#[tokio::test]
async fn the_way_out_of_doubt_is_a_command_whatever_the_names_are() {
    let Some(place) = Place::new(Dialect::Postgres, "doubt_in_a_schema") else { return };
    let text = "-- migrate(no-transaction)\nCREATE TABLE a (id INTEGER);\nINSERT INTO missing VALUES (1);\n";
    let history = Files::new(Dialect::Postgres, &[("1_x.sql", text)]).named("o'clock").history();
    let run = || Migrator::new(place.url()).history(&history).schema("sch\"ema").run();
    run().await.unwrap_err();
    place.ask("UPDATE \"sch\"\"ema\".migrate_history SET state = 'running', statements_intent = 2");
    let error = run().await.unwrap_err();
    let ErrorKind::InDoubt { in_force, .. } = error.kind() else { panic!("{error}") };
    place.ask(in_force);
    assert_eq!(run().await.unwrap_or_else(|error| panic!("{error}")).steps.len(), 1);
}

#[tokio::test]
async fn a_role_without_privileges_is_told_which_it_needs() {
    let Some(place) = Place::new(Dialect::Postgres, "privileges") else { return };
    let files = Files::new(Dialect::Postgres, &SHOP[..2]);
    migrate(place.url(), &files.history()).await.unwrap_or_else(|error| panic!("{error}"));
    // Roles belong to the server, which other tests use: the role goes by the name of the database.
    let role = place.database().name().to_owned();
    place.ask(&format!("CREATE ROLE {role}"));
    let files = Files::new(Dialect::Postgres, &SHOP);
    let history = files.history();
    let options = PgConnectOptions::from_str(&place.url()).unwrap().options([("role", role.as_str())]);
    let run = || migrate(&options, &history);
    let error = run().await.unwrap_err().to_string();
    assert!(error.contains("this role needs SELECT on migrate_history and migrate_head"), "{error}");
    place.ask(&format!("GRANT SELECT ON migrate_history, migrate_head TO {role}"));
    let error = run().await.unwrap_err().to_string();
    assert!(error.contains("needs SELECT, INSERT, UPDATE and DELETE on migrate_history"), "{error}");
    place.ask(&format!("DROP OWNED BY {role}"));
    place.ask(&format!("DROP ROLE {role}"));
}

#[tokio::test]
async fn a_connection_without_a_database_says_where_its_name_goes() {
    let Some(place) = Place::new(Dialect::MariaDb, "no_database") else { return };
    let history = Files::new(Dialect::MariaDb, &SHOP).history();
    let url = place.url().replace(place.database().name(), "");
    let error = migrate(url, &history).await.unwrap_err().to_string();
    assert!(error.contains("mysql://user@host/name"), "{error}");
}

#[tokio::test]
async fn a_run_that_ended_between_our_tables_is_gone_on_with() {
    let Some(place) = Place::new(Dialect::MariaDb, "tables") else { return };
    let history = Files::new(Dialect::MariaDb, &SHOP).history();
    let tables = ["migrate_journal", "migrate_history", "migrate_head"];
    for there in 0..=tables.len() {
        migrate(place.url(), &history).await.unwrap_or_else(|error| panic!("{error}"));
        // As after a crash before the next table was created, in the order in which they are.
        for table in &tables[there..] {
            place.ask(&format!("DROP TABLE {table}"));
        }
        for table in &tables[..there] {
            place.ask(&format!("DELETE FROM {table}"));
        }
        place.ask("DROP TABLE IF EXISTS orders, customers");
    }
    assert_eq!(migrate(place.url(), &history).await.unwrap_or_else(|error| panic!("{error}")).steps.len(), 3);
}

async fn a_missing_database_says_what_creates_it(place: Place) {
    let history = Files::new(place.dialect(), &SHOP).history();
    let url = match &place {
        Place::Sqlite(_) => format!("sqlite://{}", place.file().display()),
        _ => place.url().replace(place.database().name(), &format!("{}_missing", place.database().name())),
    };
    let error = migrate(url, &history).await.unwrap_err();
    let way_out = match place.dialect() {
        Dialect::Sqlite => "mode=rwc",
        _ => "CREATE DATABASE",
    };
    assert!(error.to_string().contains(way_out), "{error}");
    golden(&place, "a-missing-database", &error, &history);
}

#[tokio::test]
async fn an_error_in_the_body_of_a_function_points_into_it() {
    let Some(place) = Place::new(Dialect::Postgres, "function_body") else { return };
    let text = "-- é\nCREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$\n  SELECT 'ü';\n  SELECT missing_column FROM customers\n$$;\n";
    let (error, history) = failed(&place, &with(&place, "3_x.sql", text)).await;
    golden(&place, "in-a-function-body", &error, &history);
    let plpgsql =
        "CREATE TABLE t (id INTEGER);\nDO $$\nBEGIN\n  PERFORM missing_column FROM customers;\nEND\n$$;\n";
    let (error, history) = failed(&place, &with(&place, "3_x.sql", plpgsql)).await;
    assert!(matches!(error.kind(), ErrorKind::Script { statement: Some(2), .. }), "{error}");
    golden(&place, "in-a-do-block", &error, &history);
    let deferred = "ALTER TABLE orders ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED;\nINSERT INTO orders VALUES (9, 1);\n";
    let (error, history) = failed(&place, &with(&place, "3_x.sql", deferred)).await;
    assert!(matches!(error.kind(), ErrorKind::Script { statement: None, .. }), "{error}");
    golden(&place, "at-the-commit", &error, &history);
}
