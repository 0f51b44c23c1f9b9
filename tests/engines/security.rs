//! Who may do what: roles as the documentation sets them up, encryption, and names that somebody else has taken.

use migrate::{Dialect, ErrorKind, Migrator, migrate};
use migrate_test_support::POSTGRES;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::files::{Files, SHOP};
use crate::place::Place;

/// The blocks of SQL under a heading of the documentation of roles, for a database of this name.
fn documented(heading: &str, name: &str) -> Vec<String> {
    let text = include_str!("../../src/roles.md");
    let part = text.split("\n## ").find(|part| part.starts_with(heading)).expect("it is documented");
    let blocks = part.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks
        .map(|block| block.replace("shop_", &format!("{name}_")).replace("shop.", &format!("{name}.")))
        .collect()
}

fn with_more(files: &Files) {
    files.write("0004_more.sql", "INSERT INTO customers VALUES (9, 'i@example.org');");
}

#[tokio::test]
async fn the_roles_of_the_documentation_migrate_and_boot_on_postgres_and_no_more() {
    let Some(place) = Place::new(Dialect::Postgres, "roles") else { return };
    let name = place.database().name().to_owned();
    let [before, after] = documented("PostgreSQL", &name).try_into().expect("two blocks");
    place.ask(&before);
    let files = Files::new(Dialect::Postgres, &SHOP);
    let options = |user: &str| -> PgConnectOptions {
        place.url().parse::<PgConnectOptions>().unwrap().username(&format!("{name}_{user}"))
    };
    let owner = format!("{name}_owner");
    let job = |files: &Files| {
        let history = files.history();
        async move { Migrator::new(&options("migrator")).history(&history).set_role(owner).run().await }
    };
    job.clone()(&files).await.unwrap_or_else(|error| panic!("{error}"));
    place.ask(&after);
    let owners = "SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(place.ask(owners), format!("{name}_owner"));

    // The application reads, and works with its rows.
    assert!(migrate(&options("app"), &files.history()).await.unwrap().is_empty());
    let as_app = |sql: &str| place.run(&format!("SET ROLE {name}_app; {sql}"));
    as_app("INSERT INTO customers VALUES (7, 'g@example.org'); DELETE FROM customers WHERE id = 7").unwrap();
    for sql in [
        "DELETE FROM migrate_history",
        "UPDATE migrate_head SET position = 0",
        "CREATE TABLE mine (id INTEGER)",
        "DROP TABLE customers",
    ] {
        let error = as_app(sql).unwrap_err();
        assert!(error.contains("permission denied") || error.contains("must be owner"), "{sql}: {error}");
    }
    // It cannot migrate, and says what it lacks.
    with_more(&files);
    let error = migrate(&options("app"), &files.history()).await.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history"), "3");
    assert_eq!(job(&files).await.unwrap().steps.len(), 1);
    // One by one: together they are more than the server can take (it looks twice for the same default).
    for role in ["app", "migrator", "owner"] {
        place.ask(&format!("DROP OWNED BY {name}_{role}; DROP ROLE {name}_{role}"));
    }
}

#[tokio::test]
async fn the_roles_of_the_documentation_migrate_and_boot_on_mariadb_and_no_more() {
    let Some(place) = Place::new(Dialect::MariaDb, "roles") else { return };
    let name = place.database().name().to_owned();
    let [before, after] = documented("MySQL and MariaDB", &name).try_into().expect("two blocks");
    place.ask(&before);
    let files = Files::new(Dialect::MariaDb, &SHOP);
    let options = |user: &str, password: &str| -> MySqlConnectOptions {
        let options: MySqlConnectOptions = place.url().parse().unwrap();
        options.username(&format!("{name}_{user}")).password(password)
    };
    migrate(&options("migrator", "change me"), &files.history())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    place.ask(&after);
    let app = options("app", "change me too");
    assert!(migrate(&app, &files.history()).await.unwrap().is_empty());
    with_more(&files);
    let error = migrate(&app, &files.history()).await.unwrap_err();
    assert!(error.to_string().contains("denied"), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history"), "3");
    assert_eq!(place.ask("SELECT count(*) FROM customers"), "2");
    let migrator = options("migrator", "change me");
    assert_eq!(migrate(&migrator, &files.history()).await.unwrap().steps.len(), 1);
    place.ask(&format!("DROP USER {name}_migrator, {name}_app"));
}

#[tokio::test]
async fn functions_and_tables_of_another_schema_in_front_of_the_path_change_nothing() {
    let Some(place) = Place::new(Dialect::Postgres, "shadow") else { return };
    // Anybody who may create in a schema of the path can do this (CVE-2018-1058).
    place.ask(
        "CREATE SCHEMA evil; CREATE TABLE evil.stolen (what text);
         CREATE FUNCTION evil.steal(what text) RETURNS void LANGUAGE sql AS $$ INSERT INTO evil.stolen VALUES (what) $$;
         CREATE FUNCTION evil.current_database() RETURNS name LANGUAGE sql AS $$ SELECT evil.steal('current_database'); SELECT 'evil'::name $$;
         CREATE FUNCTION evil.version() RETURNS text LANGUAGE sql AS $$ SELECT evil.steal('version'); SELECT 'CockroachDB' $$;
         CREATE FUNCTION evil.pg_try_advisory_lock(bigint) RETURNS bool LANGUAGE sql AS $$ SELECT evil.steal('lock'); SELECT true $$;
         CREATE FUNCTION evil.pg_advisory_unlock(bigint) RETURNS bool LANGUAGE sql AS $$ SELECT evil.steal('unlock'); SELECT true $$;
         CREATE FUNCTION evil.pg_backend_pid() RETURNS int LANGUAGE sql AS $$ SELECT evil.steal('pid'); SELECT 1 $$;
         CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT evil.steal('set_config'); SELECT $2 $$;
         CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT evil.steal('clock'); SELECT 'epoch'::timestamptz $$;
         CREATE FUNCTION evil.substr(text, int, int) RETURNS text LANGUAGE sql AS $$ SELECT evil.steal('substr'); SELECT '' $$;
         CREATE VIEW evil.pg_class AS SELECT 1 AS oid; CREATE VIEW evil.pg_locks AS SELECT 1 AS pid;",
    );
    let name = place.database().name().to_owned();
    place.ask(&format!("ALTER DATABASE {name} SET search_path = public, evil, pg_catalog"));
    let files = Files::new(Dialect::Postgres, &SHOP);
    assert_eq!(migrate(place.url(), &files.history()).await.unwrap().steps.len(), 3);
    assert!(migrate(place.url(), &files.history()).await.unwrap().is_empty());
    files.write(
        "0004_more.sql",
        "-- migrate(no-transaction)\nINSERT INTO customers VALUES (9, 'i'); SELECT 1;",
    );
    assert_eq!(migrate(place.url(), &files.history()).await.unwrap().steps.len(), 1);
    assert_eq!(place.ask("SELECT count(*) FROM evil.stolen"), "0");
    // The trap works: it is the library that does not step into it.
    assert_eq!(place.ask("SELECT evil.current_database()"), "evil");
    assert_eq!(place.ask("SELECT count(*) FROM evil.stolen"), "1");
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_when_it_is_required() {
    for dialect in [Dialect::Postgres, Dialect::MariaDb] {
        let Some(place) = Place::new(dialect, "plain") else { continue };
        let history = Files::new(dialect, &SHOP).history();
        let boot = async |url: String| Migrator::new(url).history(&history).require_tls().run().await;
        let error = boot(place.database().tcp_url()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotEncrypted), "{error}");
        assert!(!place.has_table("customers") && !place.has_table("migrate_head"));
        // A socket does not leave the machine.
        assert_eq!(boot(place.url()).await.unwrap().steps.len(), 3);
        let error = boot(place.database().tcp_url()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotEncrypted), "{error}");
    }
    let place = Place::new(Dialect::Sqlite, "plain").unwrap();
    let history = Files::new(Dialect::Sqlite, &SHOP).history();
    let error = Migrator::new(place.url()).history(&history).require_tls().run().await.unwrap_err();
    assert!(error.to_string().contains("leave out .require_tls()"), "{error}");
}

#[tokio::test]
async fn an_encrypted_connection_is_taken_for_one() {
    let Some(server) = POSTGRES.private(&[]) else { return };
    let database = server.database("tls");
    // The server makes its own certificate, so that the key belongs to the user that it runs as.
    database.ask(
        "CREATE TEMPORARY TABLE nothing (line text); \
         COPY nothing FROM PROGRAM 'openssl req -new -x509 -nodes -days 2 -subj /CN=localhost -keyout server.key -out server.crt 2>/dev/null && chmod 600 server.key'",
    );
    database.ask("ALTER SYSTEM SET ssl = on");
    database.ask("SELECT pg_reload_conf()");
    let history = Files::new(Dialect::Postgres, &SHOP).history();
    let options: PgConnectOptions = database.tcp_url().parse().unwrap();
    let options = options.ssl_mode(sqlx::postgres::PgSslMode::Require);
    // The server reads its settings again in its own time.
    let mut connected = sqlx::ConnectOptions::connect(&options).await;
    for _ in 0..100 {
        if connected.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        connected = sqlx::ConnectOptions::connect(&options).await;
    }
    connected.unwrap();
    let report = Migrator::new(&options).history(&history).require_tls().run().await;
    assert_eq!(report.unwrap_or_else(|error| panic!("{error}")).steps.len(), 3);
}
