//! MySQL and MariaDB, on MariaDB.

use std::time::Duration;

use migrate_core::session::{Driver, Fault, IntoDriver, Kind, Session, Value};
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::conduct::{an_error_in_each_position, exercise, keeps_the_secret, sendable, spawned};
use crate::server;

fn options() -> Option<MySqlConnectOptions> {
    server::mariadb().map(|url| url.parse().unwrap())
}

#[tokio::test]
async fn every_origin_makes_a_driver_that_works() {
    let Some(options) = options() else { return };
    let pool = MySqlPool::connect_lazy_with(options.clone());
    spawned(pool.clone(), "a").await;
    spawned((&pool).into_driver().unwrap(), "b").await;
    spawned(options.clone(), "c").await;
    spawned((&options).into_driver().unwrap(), "d").await;
    spawned(server::mariadb().unwrap(), "e").await;
    spawned(server::mariadb().unwrap().replacen("mysql", "mariadb", 1), "e2").await;
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
async fn an_error_shows_in_each_position_of_a_message() {
    let Some(options) = options() else { return };
    let mut session = options.into_driver().unwrap().lend().await.unwrap();
    an_error_in_each_position(&mut session, &["SELECT 1", "SELECT 2", "SELECT 3"], "SELECT nothing").await;
    session.execute("CREATE TABLE places (n INT)").await.unwrap();
    let error = session
        .execute("INSERT INTO places VALUES (1); SELECT * FROM places; INSERT INTO missing VALUES (1); INSERT INTO places VALUES (2)")
        .await
        .unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Server, Some("1146")), "{error}");
    let rows = session.query("SELECT n FROM places", &[Kind::Int]).await.unwrap();
    assert_eq!(rows, [[Value::Int(1)]], "the first took effect, the last did not run");
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_an_error() {
    let Some(options) = options() else { return };
    let mut session = options.into_driver().unwrap().lend().await.unwrap();
    for (sql, kind, expected) in [
        ("SELECT 'x'", Kind::Int, None),
        ("SELECT 1.5", Kind::Int, None),
        ("SELECT CAST(18446744073709551615 AS UNSIGNED)", Kind::Int, None),
        ("SELECT CAST(9223372036854775807 AS UNSIGNED)", Kind::Int, Some(Value::Int(i64::MAX))),
        ("SELECT -9223372036854775808", Kind::Int, Some(Value::Int(i64::MIN))),
        ("SELECT NULL", Kind::Int, Some(Value::Null)),
        ("SELECT x'ff'", Kind::Text, None),
        ("SELECT LEFT(DATABASE(), 9)", Kind::Text, Some(Value::Text("t_drivers".to_owned()))),
        ("SELECT GET_LOCK('a', 0)", Kind::Int, Some(Value::Int(1))),
        ("SELECT SUM(2)", Kind::Int, Some(Value::Int(2))),
        ("SELECT 'ä€😀'", Kind::Text, Some(Value::Text("ä€😀".to_owned()))),
        ("SELECT CAST('0000-00-00' AS DATE)", Kind::Int, None),
        ("SELECT 1, 2", Kind::Int, None),
    ] {
        let answer = session.query(sql, &[kind]).await;
        match expected {
            Some(value) => assert_eq!(answer.unwrap(), [[value]], "{sql}"),
            None => assert_eq!(answer.unwrap_err().fault(), Fault::Decode, "{sql}"),
        }
    }
}

#[tokio::test]
async fn a_session_that_the_server_ends_has_an_unknown_outcome() {
    let Some(options) = options() else { return };
    let driver = options.into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    let error = session.execute("KILL CONNECTION_ID()").await.unwrap_err();
    assert_eq!(error.fault(), Fault::Connection, "{error}");
    assert_eq!(session.execute("SELECT 1").await.unwrap_err().fault(), Fault::Connection);
    session.discard().await;

    let mut session = driver.lend().await.unwrap();
    let packet = session.query("SELECT @@max_allowed_packet", &[Kind::Int]).await.unwrap();
    let Value::Int(packet) = packet[0][0] else { panic!("{packet:?}") };
    let long = format!("SELECT '{}'", "x".repeat(usize::try_from(packet).unwrap() + 1));
    let error = session.execute(&long).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Connection, "{error}");
}

#[tokio::test]
async fn a_dropped_future_is_never_answered_with_its_own_error_later() {
    let Some(options) = options() else { return };
    let pool = MySqlPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut session = driver.lend().await.unwrap();
    session.execute("CREATE TABLE dropped (n INT)").await.unwrap();
    let message = "BEGIN; INSERT INTO dropped VALUES (1); SELECT SLEEP(0.3); SELECT nothing; COMMIT";
    let late = tokio::time::timeout(Duration::from_millis(100), session.execute(message)).await;
    assert!(late.is_err(), "the statement is still running");
    assert_eq!(session.execute("SELECT 1").await.unwrap_err().fault(), Fault::Connection);
    drop(session);

    let mut session = driver.lend().await.unwrap();
    let rows = session.query("SELECT count(*) FROM dropped", &[Kind::Int]).await.unwrap();
    assert_eq!(rows, [[Value::Int(0)]]);
    session.execute("DROP TABLE dropped").await.expect("the abandoned connection rolls back and lets go");
}

#[tokio::test]
async fn only_closing_gives_a_pooled_connection_back() {
    let Some(options) = options() else { return };
    let pool = MySqlPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let driver = (&pool).into_driver().unwrap();
    let mut ids = Vec::new();
    for round in 0..4 {
        let mut session = driver.lend().await.unwrap();
        ids.push(session.query("SELECT CONNECTION_ID()", &[Kind::Int]).await.unwrap());
        match round {
            0 => session.close().await.unwrap(),
            1 => session.discard().await,
            _ => drop(session),
        }
    }
    assert_eq!(ids[0], ids[1], "closed: the same connection again");
    assert_ne!(ids[1], ids[2], "discarded: another one");
    assert_ne!(ids[2], ids[3], "dropped: another one");
}

#[tokio::test]
async fn what_refuses_a_connection_is_named_with_the_way_out() {
    let Some(options) = options() else { return };
    let error = options.clone().database("no_such").into_driver().unwrap().lend().await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Config, Some("1049")));
    assert!(error.message().contains("CREATE DATABASE"), "{error}");

    let secret = "canary-s3cr3t";
    let wrong = options.clone().username("guest").password(secret);
    let error = (&wrong).into_driver().unwrap().lend().await.unwrap_err();
    assert_eq!((error.fault(), error.code()), (Fault::Config, Some("1045")), "{error}");
    keeps_the_secret(&error, secret);
    let error = MySqlPool::connect_lazy_with(wrong.clone()).into_driver().unwrap().lend().await.unwrap_err();
    keeps_the_secret(&error, secret);
    assert!(!format!("{:?}", wrong.clone().into_driver().unwrap()).contains(secret));
    assert!(!format!("{:?}", MySqlPool::connect_lazy_with(wrong).into_driver().unwrap()).contains(secret));

    let right = options.username("guest").password("secret");
    right.into_driver().unwrap().lend().await.expect("the same user with its password");
}

#[tokio::test]
async fn sqlx_changes_the_sql_mode_of_the_session() {
    let Some(options) = options() else { return };
    let mut session = options.into_driver().unwrap().lend().await.unwrap();
    let rows = session
        .query(
            "SELECT FIND_IN_SET('PIPES_AS_CONCAT', @@sql_mode) > 0, FIND_IN_SET('IGNORE_SPACE', @@sql_mode) > 0, \
             FIND_IN_SET('IGNORE_SPACE', @@GLOBAL.sql_mode) > 0",
            &[Kind::Int, Kind::Int, Kind::Int],
        )
        .await
        .unwrap();
    // Whoever sends scripts that were written for the server's own mode has to set it back.
    assert_eq!(rows, [[Value::Int(1), Value::Int(1), Value::Int(0)]]);
}
