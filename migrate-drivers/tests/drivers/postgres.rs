//! PostgreSQL.

use std::time::Duration;

use migrate_core::session::{Driver, Fault, IntoDriver, Kind, Session, Value};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::conduct::{an_error_in_each_position, exercise, keeps_the_secret, sendable, spawned};
use crate::server;

fn options() -> Option<PgConnectOptions> {
    server::postgres().map(|url| url.parse().unwrap())
}

#[tokio::test]
async fn every_origin_makes_a_driver_that_works() {
    let Some(options) = options() else { return };
    let pool = PgPool::connect_lazy_with(options.clone());
    spawned(pool.clone(), "a").await;
    spawned((&pool).into_driver().unwrap(), "b").await;
    spawned(options.clone(), "c").await;
    spawned((&options).into_driver().unwrap(), "d").await;
    spawned(server::postgres().unwrap(), "e").await;
    let mut connection = options.connect().await.unwrap();
    sendable(async { exercise((&mut connection).into_driver()?, "f").await }).await.unwrap();
    connection.ping().await.expect("it is still the caller's");
    let task = tokio::spawn(async move {
        let mut acquired = pool.acquire().await.unwrap();
        exercise((&mut acquired).into_driver()?, "g").await?;
        exercise((&mut *acquired).into_driver()?, "h").await
    });
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_error_shows_in_each_position_of_a_message_with_all_that_the_server_said() {
    let Some(options) = options() else { return };
    let mut session = options.into_driver().unwrap().lend().await.unwrap();
    an_error_in_each_position(&mut session, &["SELECT 1", "SELECT 2", "SELECT 3"], "SELECT nothing").await;
    // A deferred constraint fails at the COMMIT, after every statement has succeeded.
    session.execute("CREATE TABLE deferred (n INT UNIQUE DEFERRABLE INITIALLY DEFERRED)").await.unwrap();
    let error = session
        .execute("BEGIN; INSERT INTO deferred VALUES (1); INSERT INTO deferred VALUES (1); COMMIT")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("23505"));
    assert_eq!(error.detail(), Some("Key (n)=(1) already exists."));

    let error = session.execute("SELECT 'ä';\nSELECT length(1)").await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Server, Some("42883")));
    assert_eq!(error.position(), Some(20), "in characters");
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_an_error() {
    let Some(options) = options() else { return };
    let mut session = options.into_driver().unwrap().lend().await.unwrap();
    for (sql, kind, expected) in [
        ("SELECT 'x'", Kind::Int, None),
        ("SELECT 1.5", Kind::Int, None),
        ("SELECT 9223372036854775808", Kind::Int, None),
        ("SELECT 9223372036854775807", Kind::Int, Some(Value::Int(i64::MAX))),
        ("SELECT -9223372036854775808", Kind::Int, Some(Value::Int(i64::MIN))),
        ("SELECT NULL::bigint", Kind::Int, Some(Value::Null)),
        ("SELECT true", Kind::Int, None),
        ("SELECT true", Kind::Text, Some(Value::Text("t".to_owned()))),
        ("SELECT 'ä€😀'", Kind::Text, Some(Value::Text("ä€😀".to_owned()))),
        ("SELECT 1, 2", Kind::Int, None),
    ] {
        let answer = session.query(sql, &[kind]).await;
        match expected {
            Some(value) => assert_eq!(answer.unwrap(), [[value]], "{sql}"),
            None => assert_eq!(answer.unwrap_err().fault(), Fault::Decode, "{sql}"),
        }
    }
    // The answer is sent in the encoding that the client asks for, and here that is not UTF-8.
    let rows = session
        .query(
            "SET client_encoding = 'LATIN1'; SELECT 'x' || chr(228); SET client_encoding = 'UTF8'",
            &[Kind::Text],
        )
        .await;
    assert_eq!(rows.unwrap_err().fault(), Fault::Decode);
    let error = session.execute("SELECT 1\0; SELECT nothing").await.unwrap_err();
    assert_eq!(error.fault(), Fault::Config);
    session.execute("SELECT 1").await.expect("the session goes on");
}

#[tokio::test]
async fn a_session_that_the_server_ends_has_an_unknown_outcome() {
    let Some(options) = options() else { return };
    let driver = options.into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    let error = session.execute("SELECT pg_terminate_backend(pg_backend_pid())").await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Connection, Some("57P01")), "{error}");
    assert_eq!(session.execute("SELECT 1").await.unwrap_err().fault(), Fault::Connection);
    session.discard().await;

    let mut session = driver.lend().await.unwrap();
    session.execute("CREATE TABLE copied (n INT)").await.unwrap();
    let error = session.execute("COPY copied FROM STDIN").await.unwrap_err();
    assert_eq!(error.fault(), Fault::Connection, "the server waits for data that never comes: {error}");
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_dropped_future_is_never_answered_with_its_own_error_later() {
    let Some(options) = options() else { return };
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    session.execute("CREATE TABLE dropped (n INT)").await.unwrap();
    let message = "BEGIN; INSERT INTO dropped VALUES (1); SELECT pg_sleep(0.3); SELECT nothing; COMMIT";
    let late = tokio::time::timeout(Duration::from_millis(100), session.execute(message)).await;
    assert!(late.is_err(), "the statement is still running");
    assert_eq!(session.execute("SELECT 1").await.unwrap_err().fault(), Fault::Connection);
    drop(session);

    let mut session = driver.lend().await.unwrap();
    let rows = session.query("SELECT count(*) FROM dropped", &[Kind::Int]).await.unwrap();
    assert_eq!(rows, [[Value::Int(0)]]);
    session.execute("DROP TABLE dropped").await.expect("the abandoned backend rolls back and lets go");
}

#[tokio::test]
async fn only_closing_gives_a_pooled_connection_back() {
    let Some(options) = options() else { return };
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut pids = Vec::new();
    for round in 0..4 {
        let mut session = driver.lend().await.unwrap();
        pids.push(session.query("SELECT pg_backend_pid()", &[Kind::Int]).await.unwrap());
        match round {
            0 => session.close().await.unwrap(),
            1 => session.discard().await,
            2 => {
                session.execute("BEGIN").await.unwrap();
                drop(session);
            }
            _ => drop(session),
        }
    }
    assert_eq!(pids[0], pids[1], "closed: the same connection again");
    assert_ne!(pids[1], pids[2], "discarded: another one");
    assert_ne!(pids[2], pids[3], "dropped: another one");
}

#[tokio::test]
async fn dead_idle_connections_cost_one_failure_only() {
    let Some(options) = options() else { return };
    let pool = PgPoolOptions::new()
        .min_connections(3)
        .max_connections(3)
        .connect_with(options.clone())
        .await
        .unwrap();
    let mut killer = options.connect().await.unwrap();
    let mut connections = Vec::new();
    for _ in 0..3 {
        connections.push(pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        let pid: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut **connection).await.unwrap();
        sqlx::query("SELECT $1").bind(pid).execute(&mut **connection).await.unwrap();
    }
    let mut pids = Vec::new();
    for mut connection in connections {
        let pid: i32 =
            sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *connection).await.unwrap();
        pids.push(pid);
    }
    while pool.num_idle() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for pid in pids {
        sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&mut killer).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let driver = (&pool).into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    let error = session.execute("SELECT 1").await.unwrap_err();
    assert_eq!(error.fault(), Fault::Connection, "{error}");
    session.discard().await;
    let mut session = driver.lend().await.unwrap();
    session.execute("SELECT 1").await.expect("the second is tested");
}

#[tokio::test]
async fn what_refuses_a_connection_is_named_with_the_way_out() {
    let Some(options) = options() else { return };
    let error = options.clone().database("no_such").into_driver().unwrap().lend().await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Config, Some("3D000")));
    assert!(error.message().contains("createdb"), "{error}");

    let secret = "canary-s3cr3t";
    let wrong = options.clone().username("guest").password(secret);
    let error = (&wrong).into_driver().unwrap().lend().await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Config, Some("28P01")));
    keeps_the_secret(&error, secret);
    let error = PgPool::connect_lazy_with(wrong.clone()).into_driver().unwrap().lend().await.unwrap_err();
    keeps_the_secret(&error, secret);
    assert!(!format!("{:?}", wrong.clone().into_driver().unwrap()).contains(secret));
    assert!(!format!("{:?}", PgPool::connect_lazy_with(wrong).into_driver().unwrap()).contains(secret));

    let right = options.username("guest").password("secret");
    right.into_driver().unwrap().lend().await.expect("the same user with its password");
}
