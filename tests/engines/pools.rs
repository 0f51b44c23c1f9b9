//! Pools whose `after_connect` changes the session, and schemas for our own tables.

use migrate::{ErrorKind, Migrator, migrate};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgPool};

use crate::files::{Files, SHOP};
use crate::place::Place;

mod on_postgres {
    crate::place::tests!(
        Postgres,
        a_pool_that_sets_a_role_is_refused_with_three_ways_out,
        a_pool_that_sets_the_search_path_is_refused_with_three_ways_out,
        a_chosen_schema_is_made_and_holds_our_tables_alone
    );
}

mod on_mariadb {
    crate::place::tests!(
        MariaDb,
        a_pool_that_uses_another_database_is_refused_with_ways_out,
        a_chosen_database_holds_our_tables_alone
    );
}

fn shop(place: &Place) -> Files {
    Files::new(place.dialect(), &SHOP)
}

/// A pool each of whose connections runs `sql` first.
async fn pool(place: &Place, sql: String) -> PgPool {
    let options = PgPoolOptions::new().max_connections(3).after_connect(move |connection, _| {
        let sql = sqlx::AssertSqlSafe(sql.clone());
        Box::pin(async move { connection.execute(sqlx::raw_sql(sql)).await.map(|_| ()) })
    });
    options.connect(&place.url()).await.unwrap()
}

async fn a_pool_that_sets_a_role_is_refused_with_three_ways_out(place: Place) {
    let role = format!("{}_owner", place.database().name());
    place.ask(&format!("CREATE ROLE {role}; GRANT CREATE ON SCHEMA public TO {role}"));
    let pool = pool(&place, format!("SET ROLE {role}")).await;
    let files = shop(&place);
    let history = files.history();
    let error = migrate(&pool, &history).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SessionDiffers { what: "user", .. }), "{error}");
    let text = error.to_string();
    for word in [&*format!("{role:?}"), "\"postgres\"", ".on_connect(", ".set_role(", ".use_connection()"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!place.has_table("migrate_history"));

    let set = format!("SET ROLE {role}");
    let report = Migrator::new(&pool).history(&history).target("1").on_connect(&*set).run().await.unwrap();
    assert_eq!(report.steps.len(), 1);
    let report = Migrator::new(&pool).history(&history).target("2").set_role(&*role).run().await.unwrap();
    assert_eq!(report.steps.len(), 1);
    let report = Migrator::new(&pool).history(&history).use_connection().run().await.unwrap();
    assert_eq!(report.steps.len(), 1);
    let owners =
        "SELECT string_agg(DISTINCT tableowner, ' '), count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(place.ask(owners), format!("{role}|5"));
    assert_eq!(place.ask("SELECT string_agg(DISTINCT actor, ' ') FROM migrate_history"), role);
    assert!(migrate(&pool, &history).await.unwrap().is_empty());
    assert_eq!(place.held(), (0, 0));
    pool.close().await;
    place.ask(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

async fn a_pool_that_sets_the_search_path_is_refused_with_three_ways_out(place: Place) {
    place.ask("CREATE SCHEMA tenant");
    let pool = pool(&place, "SET search_path = tenant".to_owned()).await;
    let files = shop(&place);
    let history = files.history();
    let error = migrate(&pool, &history).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SessionDiffers { what: "schema", .. }), "{error}");
    assert_eq!(place.ask("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'tenant')"), "0");

    let set = "SET search_path = tenant";
    Migrator::new(&pool).history(&history).target("1").on_connect(set).run().await.unwrap();
    Migrator::new(&pool).history(&history).use_connection().run().await.unwrap();
    assert_eq!(place.ask("SELECT count(*) FROM tenant.orders"), "1");
    assert_eq!(place.ask("SELECT string_agg(DISTINCT schemaname, ' '), count(*) FROM pg_tables WHERE schemaname IN ('public', 'tenant')"), "tenant|5");
    assert!(migrate(&pool, &history).await.unwrap().is_empty());

    // Without that pool the same database looks empty, which is where another tenant's tables would go.
    assert_eq!(migrate(place.url(), &history).await.unwrap().steps.len(), 3);
}

async fn a_chosen_schema_is_made_and_holds_our_tables_alone(place: Place) {
    let files = shop(&place);
    files.write("0004_path.sql", "CREATE TABLE path AS SELECT current_setting('search_path') AS path;");
    let history = files.history();
    let run = || Migrator::new(place.url()).history(&history).schema("our \"books").run();
    assert_eq!(run().await.unwrap().steps.len(), 4);
    assert!(run().await.unwrap().is_empty());
    assert_eq!(place.ask("SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'our \"books'"), "migrate_head migrate_history migrate_journal");
    assert_eq!(
        place.ask(
            "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'"
        ),
        "customers orders path"
    );
    assert_eq!(place.ask("SELECT path FROM path"), "\"$user\", public");
}

async fn a_pool_that_uses_another_database_is_refused_with_ways_out(place: Place) {
    let other = migrate_test_support::mariadb().unwrap().database("other");
    let using = format!("USE {}", other.name());
    let sql = using.clone();
    let options = sqlx::mysql::MySqlPoolOptions::new().after_connect(move |connection, _| {
        let sql = sqlx::AssertSqlSafe(sql.clone());
        Box::pin(async move { connection.execute(sqlx::raw_sql(sql)).await.map(|_| ()) })
    });
    let pool = options.connect(&place.url()).await.unwrap();
    let history = shop(&place).history();
    let error = migrate(&pool, &history).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SessionDiffers { what: "database", .. }), "{error}");
    Migrator::new(&pool).history(&history).target("1").on_connect(&*using).run().await.unwrap();
    Migrator::new(&pool).history(&history).use_connection().run().await.unwrap();
    assert_eq!(other.ask("SELECT count(*) FROM orders"), "1");
    assert!(migrate(&pool, &history).await.unwrap().is_empty());
    assert!(!place.has_table("customers") && !place.has_table("migrate_history"));
    pool.close().await;
}

async fn a_chosen_database_holds_our_tables_alone(place: Place) {
    let books = migrate_test_support::mariadb().unwrap().database("books");
    let history = shop(&place).history();
    let run = || Migrator::new(place.url()).history(&history).schema(books.name()).run();
    assert_eq!(run().await.unwrap().steps.len(), 3);
    assert!(run().await.unwrap().is_empty());
    assert_eq!(
        books.ask("SHOW TABLES").lines().collect::<Vec<_>>(),
        ["migrate_head", "migrate_history", "migrate_journal"]
    );
    assert_eq!(place.ask("SHOW TABLES").lines().collect::<Vec<_>>(), ["customers", "orders"]);
}
