//! A connection that the caller gives: it comes back as it was, also after an error.

use migrate::{Dialect, Migrator, migrate};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, Row};

use crate::files::{Files, SHOP};
use crate::place::Place;

async fn text(connection: &mut PgConnection, query: &'static str) -> String {
    connection.fetch_one(query).await.unwrap().get(0)
}

#[tokio::test]
async fn a_lent_connection_gets_its_role_and_settings_back() {
    let Some(place) = Place::new(Dialect::Postgres, "lent_role") else { return };
    let role = format!("{}_role", place.database().name());
    place.ask(&format!("CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}"));
    let history = Files::new(Dialect::Postgres, &SHOP).history();
    let broken = Files::new(Dialect::Postgres, &[SHOP[0], SHOP[1], SHOP[2], ("0004_x.sql", "SELECT 1 / 0;")])
        .history();
    let mut connection = PgConnection::connect(&place.url()).await.unwrap();
    connection.execute("SET statement_timeout = '77s'").await.unwrap();
    for (fails, history, role) in
        [(false, &history, &*role), (true, &broken, &*role), (true, &broken, "nobody_has_this_role")]
    {
        let result = Migrator::new(&mut connection).history(history).set_role(role).run().await;
        assert_eq!(result.is_err(), fails, "{result:?}");
        assert_eq!(text(&mut connection, "SELECT current_user::text").await, "postgres");
        assert_eq!(text(&mut connection, "SHOW statement_timeout").await, "77s");
        assert_eq!(text(&mut connection, "SHOW idle_in_transaction_session_timeout").await, "0");
        assert_eq!(text(&mut connection, "SHOW client_connection_check_interval").await, "0");
    }
    assert_eq!(place.ask("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'"), role);
    connection.close().await.unwrap();
    place.ask(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[tokio::test]
async fn foreign_keys_are_on_again_after_a_rebuild_that_failed() {
    let place = Place::new(Dialect::Sqlite, "foreign_keys").unwrap();
    let rebuild = "PRAGMA foreign_keys = OFF;\nINSERT INTO nowhere VALUES (1);\nPRAGMA foreign_keys = ON;\n";
    let files = Files::new(Dialect::Sqlite, &[SHOP[0], SHOP[1], SHOP[2], ("0004_x.sql", rebuild)]);
    let options: SqliteConnectOptions = place.url().parse().unwrap();
    let mut connection = options.foreign_keys(true).connect().await.unwrap();
    let on = async |connection: &mut sqlx::SqliteConnection| -> i64 {
        connection.fetch_one("PRAGMA foreign_keys").await.unwrap().get(0)
    };
    let error = migrate(&mut connection, &files.history()).await.unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert_eq!(on(&mut connection).await, 1);
    // The statement corrected, and a script after it that relies on them.
    files.write(
        "0004_x.sql",
        rebuild.replace("INSERT INTO nowhere VALUES (1)", "CREATE TABLE x (id INTEGER)"),
    );
    files.write("0005_y.sql", "DELETE FROM customers WHERE id = 2;");
    let error = migrate(&mut connection, &files.history()).await.unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
    assert_eq!(on(&mut connection).await, 1);
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
}

#[tokio::test]
async fn a_caller_in_a_transaction_keeps_it() {
    let place = Place::new(Dialect::Sqlite, "transaction").unwrap();
    let history = Files::new(Dialect::Sqlite, &SHOP).history();
    let mut connection = sqlx::SqliteConnection::connect(&place.url()).await.unwrap();
    connection.execute("BEGIN; CREATE TABLE mine (id INTEGER)").await.unwrap();
    let error = migrate(&mut connection, &history).await.unwrap_err();
    assert!(matches!(error.kind(), migrate::ErrorKind::InTransaction), "{error}");
    connection.execute("COMMIT").await.unwrap();
    assert!(place.has_table("mine") && !place.has_table("migrate_history"));
}
