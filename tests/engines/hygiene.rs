//! Scripts that change the session: the books are right all the same, and the next script starts clean.

use migrate::migrate;

use crate::files::Files;
use crate::place::Place;

mod on_postgres {
    crate::place::tests!(
        Postgres,
        a_search_path_ends_with_its_script,
        a_role_ends_with_its_script,
        settings_that_hurt_the_bookkeeping_end_with_their_script,
        a_time_limit_of_a_script_is_none_for_the_books
    );
}

mod on_mariadb {
    crate::place::tests!(
        MariaDb,
        what_a_script_sets_on_mariadb_ends_with_it,
        another_default_database_ends_with_its_script
    );
}

mod on_sqlite {
    crate::place::tests!(Sqlite, a_pragma_ends_with_its_script);
}

/// Each disturbing file is followed by one that notes what it found.
async fn disturbed(place: &Place, note: &str, disturbing: &[&str]) -> Vec<String> {
    let files = Files::new(place.dialect(), &[("001_clean.sql", &note.replace("{table}", "found_001"))]);
    for (index, text) in disturbing.iter().enumerate() {
        files.write(&format!("{:03}_disturb.sql", index * 2 + 2), text);
        let table = format!("found_{:03}", index * 2 + 3);
        files.write(&format!("{:03}_look.sql", index * 2 + 3), note.replace("{table}", &table));
    }
    let history = files.unchecked_history();
    let report = migrate(place.url(), &history).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.steps.len(), history.len());
    assert!(migrate(place.url(), &history).await.unwrap().is_empty());
    assert_eq!(
        place.ask("SELECT count(*) FROM migrate_history WHERE state = 'applied'"),
        history.len().to_string()
    );
    assert_eq!(place.held(), (0, 0));
    (0..=disturbing.len())
        .map(|index| place.ask(&format!("SELECT found FROM found_{:03}", index * 2 + 1)))
        .collect()
}

/// All are as the first, before which nothing was disturbed.
fn all_clean(found: &[String], disturbing: &[&str]) {
    for (index, text) in disturbing.iter().enumerate() {
        assert_eq!(found[index + 1], found[0], "after {text}");
    }
}

async fn a_search_path_ends_with_its_script(place: Place) {
    let disturbing = [
        "CREATE SCHEMA other; SET search_path = other; CREATE TABLE t (id INTEGER);",
        // As pg_dump begins.
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.dumped (id INTEGER);",
        "SET search_path = nowhere; SELECT 1;",
        "-- migrate(no-transaction)\nSET search_path = other; CREATE TABLE u (id INTEGER);",
        // Our tables' names, where an unqualified name would find them.
        "CREATE TABLE other.migrate_history (id INTEGER); CREATE TABLE other.migrate_head (id INTEGER); SET search_path = other, public;",
    ];
    let found = disturbed(
        &place,
        "CREATE TABLE {table} AS SELECT current_setting('search_path') || ' ' || current_schema() AS found;",
        &disturbing,
    )
    .await;
    all_clean(&found, &disturbing);
    assert_eq!(place.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'other'"), "4");
}

async fn a_role_ends_with_its_script(place: Place) {
    let role = format!("{}_other", place.database().name());
    place.ask(&format!("CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}"));
    let disturbing = [
        format!("SET ROLE {role}; CREATE TABLE a (id INTEGER);"),
        format!("SET SESSION AUTHORIZATION {role}; CREATE TABLE b (id INTEGER);"),
        format!("-- migrate(no-transaction)\nSET ROLE {role}; CREATE TABLE c (id INTEGER);"),
        format!("-- migrate(no-transaction)\nSET SESSION AUTHORIZATION {role}; CREATE TABLE d (id INTEGER);"),
    ];
    let disturbing: Vec<&str> = disturbing.iter().map(String::as_str).collect();
    let found = disturbed(
        &place,
        "CREATE TABLE {table} AS SELECT current_user || ' ' || session_user AS found;",
        &disturbing,
    )
    .await;
    all_clean(&found, &disturbing);
    assert_eq!(
        place.ask(&format!(
            "SELECT string_agg(tablename, '' ORDER BY tablename) FROM pg_tables WHERE tableowner = '{role}'"
        )),
        "abcd"
    );
    place.ask(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

async fn settings_that_hurt_the_bookkeeping_end_with_their_script(place: Place) {
    let disturbing = [
        "SET standard_conforming_strings = off; SELECT 1;",
        "SET statement_timeout = 50;",
        "SET default_transaction_read_only = on; SELECT 1;",
        "-- migrate(no-transaction)\nSET default_transaction_read_only = on; SELECT 1; SET default_transaction_isolation = serializable;",
        "SET default_transaction_isolation = serializable; SELECT 1;",
        "SET session_replication_role = replica; SELECT 1;",
        "SET DateStyle = 'German'; SET TIME ZONE 'Asia/Tokyo'; SET client_encoding = 'LATIN1'; SELECT 1;",
        "SET check_function_bodies = false; SET row_security = off; SET xmloption = content; SET default_table_access_method = heap;",
        "CREATE TEMPORARY TABLE migrate_history (id INTEGER); CREATE TEMPORARY TABLE migrate_head (id INTEGER);",
        "PREPARE p AS SELECT 1; LISTEN l; DECLARE c CURSOR WITH HOLD FOR SELECT 1;",
        "SET LOCAL lock_timeout = '1s'; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT 1;",
    ];
    let note = "CREATE TABLE {table} AS SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) \
                || (SELECT count(*) FROM pg_prepared_statements) || (SELECT count(*) FROM pg_cursors) \
                || (SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS found \
                FROM pg_settings WHERE source = 'session' AND name NOT IN ('application_name', 'transaction_isolation', 'transaction_read_only');";
    let found = disturbed(&place, note, &disturbing).await;
    all_clean(&found, &disturbing);
}

async fn a_time_limit_of_a_script_is_none_for_the_books(place: Place) {
    let files = Files::new(place.dialect(), &[("1_first.sql", "CREATE TABLE t (id INTEGER);")]);
    migrate(place.url(), &files.history()).await.unwrap();
    // Each change of the books takes longer than the scripts allow for their own statements.
    place.ask(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$; \
         CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON migrate_history FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    files.write("2_limit.sql", "SET statement_timeout = 100; INSERT INTO t VALUES (2);");
    files.write("3_local.sql", "SET LOCAL statement_timeout = 100; INSERT INTO t VALUES (3);");
    files.write(
        "4_journal.sql",
        "-- migrate(no-transaction)\nSET statement_timeout = 100; INSERT INTO t VALUES (4); INSERT INTO t VALUES (5);",
    );
    files.write("5_last.sql", "INSERT INTO t VALUES (6);");
    migrate(place.url(), &files.history()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(place.ask("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"), "2 3 4 5 6");
    assert_eq!(place.ask("SELECT count(*) FROM migrate_history WHERE state = 'applied'"), "5");
}

async fn what_a_script_sets_on_mariadb_ends_with_it(place: Place) {
    let disturbing = [
        "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; INSERT INTO found_001 VALUES ('x'); DELETE FROM found_001 WHERE found = 'x';",
        "SET foreign_key_checks = 0; SET unique_checks = 0; SELECT 1;",
        "SET SESSION time_zone = '+09:00'; SELECT 1;",
        "SET autocommit = 0; SELECT 1;",
        "SET NAMES latin1; SELECT 1;",
        "SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 1; SELECT 1;",
        "SET SESSION sql_safe_updates = 1; SELECT 1;",
        "-- migrate(no-transaction)\nSET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; SELECT 1; SELECT 2;",
        "CREATE TABLE half (id INTEGER); START TRANSACTION; INSERT INTO half VALUES (1);",
    ];
    let note = "CREATE TABLE {table} (found TEXT) DEFAULT CHARACTER SET utf8mb4 AS SELECT CONCAT_WS(' ', @@SESSION.sql_mode, @@SESSION.time_zone, @@SESSION.autocommit, \
                @@SESSION.foreign_key_checks, @@SESSION.unique_checks, @@SESSION.lock_wait_timeout, @@SESSION.innodb_lock_wait_timeout, \
                @@SESSION.sql_safe_updates, @@SESSION.character_set_client, @@SESSION.collation_connection, @@in_transaction) AS found;";
    let found = disturbed(&place, note, &disturbing).await;
    all_clean(&found, &disturbing);
    assert_eq!(place.ask("SELECT count(*) FROM half"), "1");
}

async fn another_default_database_ends_with_its_script(place: Place) {
    let other = migrate_test_support::mariadb().unwrap().database("other");
    let disturbing = [format!("USE {}; CREATE TABLE there (id INTEGER);", other.name())];
    let disturbing: Vec<&str> = disturbing.iter().map(String::as_str).collect();
    let found = disturbed(&place, "CREATE TABLE {table} AS SELECT DATABASE() AS found;", &disturbing).await;
    all_clean(&found, &disturbing);
    assert_eq!(other.ask("SHOW TABLES"), "there");
}

async fn a_pragma_ends_with_its_script(place: Place) {
    let disturbing = [
        // Inside a transaction the first of these does nothing.
        "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON; SELECT 1;",
        "-- migrate(no-transaction)\nPRAGMA foreign_keys = OFF; SELECT 1;",
        "-- migrate(no-transaction)\nPRAGMA legacy_alter_table = ON; PRAGMA ignore_check_constraints = ON; SELECT 1;",
        "PRAGMA writable_schema = ON; SELECT 1;",
        "-- migrate(no-transaction)\nATTACH ':memory:' AS aside; CREATE TABLE aside.migrate_history (id INTEGER); SELECT 1;",
        "CREATE TEMPORARY TABLE migrate_head (id INTEGER);",
    ];
    let note = "CREATE TABLE {table} AS SELECT (SELECT foreign_keys FROM pragma_foreign_keys) || (SELECT recursive_triggers FROM pragma_recursive_triggers) \
                || (SELECT legacy_alter_table FROM pragma_legacy_alter_table) || (SELECT ignore_check_constraints FROM pragma_ignore_check_constraints) AS found;";
    let found = disturbed(&place, note, &disturbing).await;
    assert_eq!(found[0], "1000");
    all_clean(&found, &disturbing);
}
