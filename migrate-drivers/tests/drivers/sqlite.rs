//! SQLite.

use std::time::Duration;

use migrate_core::session::{Driver, Fault, IntoDriver, Kind, Session, Value};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::conduct::{an_error_in_each_position, exercise, sendable, spawned};

fn file(dir: &tempfile::TempDir) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(dir.path().join("db.sqlite"))
        .create_if_missing(true)
        .busy_timeout(Duration::ZERO)
}

#[tokio::test]
async fn every_origin_makes_a_driver_that_works() {
    let dir = tempfile::tempdir().unwrap();
    let pool = SqlitePool::connect_lazy_with(file(&dir));
    spawned(pool.clone(), "a").await;
    spawned((&pool).into_driver().unwrap(), "b").await;
    spawned(file(&dir), "c").await;
    spawned((&file(&dir)).into_driver().unwrap(), "d").await;
    spawned(format!("sqlite://{}", dir.path().join("db.sqlite").display()), "e").await;
    let mut connection = file(&dir).connect().await.unwrap();
    sendable(async { exercise((&mut connection).into_driver()?, "f").await }).await.unwrap();
    let mut acquired = pool.acquire().await.unwrap();
    sendable(async { exercise((&mut acquired).into_driver()?, "g").await }).await.unwrap();
    sendable(async { exercise((&mut *acquired).into_driver()?, "h").await }).await.unwrap();
}

#[tokio::test]
async fn a_task_may_own_the_connection_that_it_lends() {
    let task = tokio::spawn(async {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        exercise((&mut connection).into_driver()?, "a").await
    });
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_error_shows_in_each_position_of_a_message() {
    let dir = tempfile::tempdir().unwrap();
    let mut session = file(&dir).into_driver().unwrap().lend().await.unwrap();
    an_error_in_each_position(&mut session, &["SELECT 1", "SELECT 2", "SELECT 3"], "SELECT nothing").await;
    session.execute("CREATE TABLE t (n UNIQUE); INSERT INTO t VALUES (1)").await.unwrap();
    let error = session
        .execute("INSERT INTO t VALUES (2); INSERT INTO t VALUES (1); INSERT INTO t VALUES (3)")
        .await
        .unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Server, Some("2067")), "the extended code: {error}");
    let rows = session.query("SELECT count(*) FROM t", &[Kind::Int]).await.unwrap();
    assert_eq!(rows, [[Value::Int(2)]], "the first took effect, the third did not run");
}

#[tokio::test]
async fn a_value_of_another_kind_is_an_error_and_never_converted() {
    let dir = tempfile::tempdir().unwrap();
    let mut session = file(&dir).into_driver().unwrap().lend().await.unwrap();
    for (sql, kind, expected) in [
        ("SELECT 1", Kind::Text, None),
        ("SELECT '1'", Kind::Int, None),
        ("SELECT 1.0", Kind::Int, None),
        ("SELECT x'31'", Kind::Int, None),
        ("SELECT x'31'", Kind::Text, None),
        ("SELECT CAST(x'ff' AS TEXT)", Kind::Text, None),
        ("SELECT 9223372036854775808", Kind::Int, None),
        ("SELECT 9223372036854775807", Kind::Int, Some(Value::Int(i64::MAX))),
        ("SELECT -9223372036854775808", Kind::Int, Some(Value::Int(i64::MIN))),
        ("SELECT NULL", Kind::Int, Some(Value::Null)),
        ("SELECT NULL", Kind::Text, Some(Value::Null)),
        ("SELECT ''", Kind::Text, Some(Value::Text(String::new()))),
        ("SELECT CAST(x'610062' AS TEXT)", Kind::Text, Some(Value::Text("a\0b".to_owned()))),
        ("SELECT 'ä€😀'", Kind::Text, Some(Value::Text("ä€😀".to_owned()))),
        ("SELECT 1, 2", Kind::Int, None),
    ] {
        let answer = session.query(sql, &[kind]).await;
        match expected {
            Some(value) => assert_eq!(answer.unwrap(), [[value]], "{sql}"),
            None => assert_eq!(answer.unwrap_err().fault(), Fault::Decode, "{sql}"),
        }
    }
    assert_eq!(session.query("-- nothing\n", &[Kind::Int]).await.unwrap(), Vec::<Vec<Value>>::new());
    session
        .execute("PRAGMA encoding = 'UTF-16'; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('ä€')")
        .await
        .unwrap();
    let rows = session.query("SELECT x FROM t", &[Kind::Text]).await.unwrap();
    assert_eq!(rows, [[Value::Text("ä€".to_owned())]], "a UTF-16 database");
}

#[tokio::test]
async fn a_nul_byte_is_refused_before_sqlx_loops_over_it() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let driver = (&mut connection).into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    let error = session.execute("SELECT 1; \0 SELECT nothing").await.unwrap_err();
    assert_eq!(error.fault(), Fault::Config);
    session.execute("SELECT 1").await.expect("the session goes on");
}

#[tokio::test]
async fn closing_gives_a_pooled_connection_back_and_discarding_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file(&dir)).await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    session.execute("CREATE TEMP TABLE mine (n)").await.unwrap();
    session.close().await.unwrap();

    let mut session = driver.lend().await.unwrap();
    session.execute("SELECT * FROM mine").await.expect("the same connection");
    session.discard().await;

    let mut session = driver.lend().await.unwrap();
    session.execute("SELECT * FROM mine").await.expect_err("another connection");
    session.execute("CREATE TEMP TABLE mine (n)").await.unwrap();
    drop(session);

    let mut session = driver.lend().await.unwrap();
    session.execute("SELECT * FROM mine").await.expect_err("a session that was just dropped is not reused");
}

/// Long enough to be interrupted, short enough to be waited for.
const SLOW: &str =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1500000) SELECT max(n) FROM c";

#[tokio::test]
async fn a_dropped_future_leaves_a_session_that_refuses_more_and_rolls_back() {
    let dir = tempfile::tempdir().unwrap();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file(&dir)).await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    session.execute("CREATE TABLE t (n)").await.unwrap();
    let message =
        format!("BEGIN IMMEDIATE; INSERT INTO t VALUES (1); {SLOW}; INSERT INTO t VALUES (2); COMMIT");
    let late = tokio::time::timeout(Duration::from_millis(60), session.execute(&message)).await;
    assert!(late.is_err(), "the statement is still running");
    let error = session.execute("SELECT 1").await.unwrap_err();
    assert_eq!(error.fault(), Fault::Connection);
    session.close().await.expect("it has nothing to say");

    // The pool opens another connection, and the abandoned one rolls back when its statement has ended.
    let mut session = driver.lend().await.unwrap();
    let mut tries = 0;
    while let Err(error) = session.execute("INSERT INTO t VALUES (3)").await {
        assert_eq!(error.code(), Some("5"), "{error}");
        tries += 1;
        assert!(tries < 500, "the lock was never released");
        driver.sleep(Duration::from_millis(20)).await;
    }
    let rows = session.query("SELECT n FROM t", &[Kind::Int]).await.unwrap();
    assert_eq!(rows, [[Value::Int(3)]]);
}

#[tokio::test]
async fn a_connection_of_our_own_that_is_dropped_in_the_middle_rolls_back() {
    let dir = tempfile::tempdir().unwrap();
    let driver = file(&dir).into_driver().unwrap();
    let mut session = driver.connect().await.unwrap().expect("a file has more than one connection");
    session.execute("CREATE TABLE t (n)").await.unwrap();
    let message = format!("BEGIN IMMEDIATE; INSERT INTO t VALUES (1); {SLOW}; COMMIT");
    let late = tokio::time::timeout(Duration::from_millis(60), session.execute(&message)).await;
    assert!(late.is_err(), "the statement is still running");
    drop(session);
    let mut session = driver.lend().await.unwrap();
    let mut tries = 0;
    while session.execute("BEGIN IMMEDIATE").await.is_err() {
        tries += 1;
        assert!(tries < 500, "the lock was never released");
        driver.sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(session.query("SELECT count(*) FROM t", &[Kind::Int]).await.unwrap(), [[Value::Int(0)]]);
}

#[tokio::test]
async fn a_memory_database_has_no_second_connection() {
    let pool = SqlitePool::connect("sqlite::memory:").await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut lent = driver.lend().await.unwrap();
    assert!(driver.connect().await.unwrap().is_none());
    lent.execute("CREATE TABLE t (n)").await.unwrap();
    lent.close().await.unwrap();
    let mut connections = Vec::new();
    for _ in 0..5 {
        let mut connection = pool.acquire().await.unwrap();
        sqlx::query("SELECT * FROM t").execute(&mut *connection).await.expect("all see one database");
        connections.push(connection);
    }
    spawned(SqlitePool::connect("sqlite::memory:").await.unwrap(), "a").await;
}

#[tokio::test]
async fn a_pool_of_separate_memory_databases_is_refused_unless_it_has_one_connection() {
    let separate = [
        ("new()", SqliteConnectOptions::new()),
        ("in_memory", SqliteConnectOptions::new().in_memory(true)),
        ("private", "sqlite::memory:?cache=private".parse().unwrap()),
        // These two are meant to be shared, but SQLite shares nothing that has no name.
        ("shared without a name", SqliteConnectOptions::new().in_memory(true).shared_cache(true)),
        ("url without a name", "sqlite://?mode=memory".parse().unwrap()),
        ("a file name in memory", SqliteConnectOptions::new().filename("x1").in_memory(true)),
        ("uri", SqliteConnectOptions::new().filename("file:x2?mode=memory")),
        ("uri :memory:", SqliteConnectOptions::new().filename("file::memory:")),
        ("temporary", SqliteConnectOptions::new().filename("")),
        ("memdb", SqliteConnectOptions::new().filename("file:x3?vfs=memdb")),
    ];
    for (name, options) in separate {
        let pool = SqlitePoolOptions::new().max_connections(3).connect_with(options.clone()).await.unwrap();
        let error = (&pool).into_driver().unwrap().lend().await.expect_err(name);
        assert_eq!(error.fault(), Fault::Config, "{name}");
        assert!(error.message().contains("max_connections(1)"), "{name}: {error}");

        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.unwrap();
        let driver = (&pool).into_driver().unwrap();
        let lent = driver.lend().await.expect(name);
        assert!(driver.connect().await.unwrap().is_none(), "{name}");
        lent.close().await.unwrap();

        let error = options.into_driver().unwrap().lend().await.expect_err(name);
        assert_eq!(error.fault(), Fault::Config, "{name}: a database that ends with its only connection");
    }
}

#[tokio::test]
async fn a_pool_of_connections_to_one_memory_database_is_welcome() {
    let shared: [(&str, SqliteConnectOptions); 5] = [
        ("url", "sqlite::memory:".parse().unwrap()),
        ("url with a name", "sqlite://file:y1?mode=memory&cache=shared".parse().unwrap()),
        ("builder", SqliteConnectOptions::new().filename("file:y4").in_memory(true).shared_cache(true)),
        ("uri", SqliteConnectOptions::new().filename("file:y2?mode=memory&cache=shared")),
        ("memdb", SqliteConnectOptions::new().filename("file:/y3?vfs=memdb")),
    ];
    for (name, options) in shared {
        // By itself it would end with the connection that migrates it, whoever can share it until then.
        let error = options.clone().into_driver().unwrap().lend().await.expect_err(name);
        assert!(error.message().contains("pass the pool"), "{name}: {error}");

        let pool = SqlitePoolOptions::new().max_connections(3).connect_with(options).await.unwrap();
        let driver = (&pool).into_driver().unwrap();
        let lent = driver.lend().await.expect(name);
        assert!(driver.connect().await.unwrap().is_none(), "{name}");
        lent.close().await.unwrap();

        // A writer at work, in rows or in the schema, does not make them separate.
        let two = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
        drop(two);
        for work in ["CREATE TABLE t (n)", "INSERT INTO t VALUES (1)"] {
            while pool.num_idle() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let mut writer = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
            sqlx::query(work).execute(&mut *writer).await.unwrap();
            let lent = (&pool).into_driver().unwrap().lend().await;
            lent.unwrap_or_else(|error| panic!("{name}: {work}: {error}")).close().await.unwrap();
            writer.commit().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_missing_file_names_the_option_that_creates_it() {
    let dir = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(dir.path().join("missing.sqlite"));
    let error = options.clone().into_driver().unwrap().lend().await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Config, Some("14")));
    let text = error.to_string();
    for part in ["missing.sqlite", "?mode=rwc", ".create_if_missing(true)"] {
        assert!(text.contains(part), "{text}");
    }
    let pool = SqlitePool::connect_lazy_with(options);
    let error = pool.into_driver().unwrap().lend().await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Config, Some("14")));
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_told_from_a_missing_one() {
    let dir = tempfile::tempdir().unwrap();
    let error = async |path: &str| {
        let options = SqliteConnectOptions::new().filename(dir.path().join(path)).create_if_missing(true);
        options.into_driver().unwrap().lend().await.unwrap_err().to_string()
    };
    let text = error("nowhere/shop.db").await;
    assert!(text.contains("its folder does not exist") && !text.contains("mode=rwc"), "{text}");
    let text = error("").await;
    assert!(text.contains("it is a folder") && !text.contains("mode=rwc"), "{text}");
}

#[tokio::test]
async fn a_pool_that_is_exhausted_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_millis(50))
        .connect_with(file(&dir))
        .await
        .unwrap();
    let held = pool.acquire().await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let error = driver.lend().await.unwrap_err();
    assert_eq!(error.fault(), Fault::Connection);
    assert!(error.message().contains("1 of at most 1 are open"), "{error}");
    assert!(error.message().contains("acquire_timeout"), "{error}");
    drop(held);
    pool.close().await;
    assert_eq!(driver.lend().await.unwrap_err().fault(), Fault::Connection);
}

#[tokio::test]
async fn a_borrowed_connection_is_lent_once() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let driver = (&mut connection).into_driver().unwrap();
    let session = driver.lend().await.unwrap();
    assert_eq!(driver.lend().await.unwrap_err().fault(), Fault::Config);
    assert!(driver.connect().await.unwrap().is_none());
    session.discard().await;
    connection.ping().await.expect("it is still the caller's");
}
