//! What every driver must do, written once over any driver, and run on spawned tasks: that this compiles is
//! half of the test, since a future that is not `Send` or not general enough over a lifetime fails here.

use std::future::Future;
use std::time::Duration;

use migrate_core::session::{DbError, Driver, Fault, IntoDriver, Kind, Session, Value};

/// Lends, reads, connects, writes, reads again, closes.
pub(crate) async fn exercise<D: Driver>(driver: D, table: &str) -> Result<(), DbError> {
    let before = driver.now();
    let mut lent = driver.lend().await?;
    let rows = lent.query("SELECT 1, 'one'; SELECT 2, NULL", &[Kind::Int, Kind::Text]).await?;
    assert_eq!(rows, [vec![Value::Int(1), Value::Text("one".to_owned())], vec![Value::Int(2), Value::Null]]);
    let fresh = driver.connect().await?;
    let (mut work, lent) = match fresh {
        Some(fresh) => (fresh, Some(lent)),
        None => (lent, None),
    };
    work.execute(&format!("CREATE TABLE {table} (n INTEGER); INSERT INTO {table} VALUES (7); -- end\n"))
        .await?;
    let error = work.execute(&format!("SELECT nothing FROM {table}")).await.expect_err("no such column");
    assert_eq!(error.fault(), Fault::Server, "{error}");
    let rows = work.query(&format!("SELECT n FROM {table}"), &[Kind::Int]).await?;
    assert_eq!(rows, [[Value::Int(7)]]);
    work.close().await?;
    if let Some(lent) = lent {
        lent.close().await?;
    }
    driver.sleep(Duration::from_millis(2)).await;
    assert!(driver.now() >= before + Duration::from_millis(2));
    assert_ne!(driver.jitter(), driver.jitter());
    Ok(())
}

/// Makes the driver on another task, from whatever users pass.
pub(crate) async fn spawned<T, O>(origin: T, table: &'static str)
where
    T: IntoDriver<O> + Send + 'static,
    T::Driver: 'static,
{
    let driver = origin.into_driver().expect("a driver");
    tokio::spawn(async move { exercise(driver, table).await }).await.expect("no panic").expect("no error");
}

/// Asserts that a future could be spawned, with what it borrows.
pub(crate) fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// `statements` must all succeed; then each of them is replaced by `wrong`, and each time the error must show.
pub(crate) async fn an_error_in_each_position<S: Session>(session: &mut S, statements: &[&str], wrong: &str) {
    for at in 0..=statements.len() {
        let mut message: Vec<&str> = statements.to_vec();
        if at < statements.len() {
            message[at] = wrong;
        }
        let message = message.join(";\n");
        let executed = session.execute(&message).await;
        let queried = session.query(&message, &[Kind::Int]).await;
        if at == statements.len() {
            executed.expect("all are right");
            queried.expect("all are right");
        } else {
            assert_eq!(executed.expect_err(&message).fault(), Fault::Server);
            assert_eq!(queried.expect_err(&message).fault(), Fault::Server);
        }
    }
}

/// No way of printing the error shows the secret.
pub(crate) fn keeps_the_secret(error: &DbError, secret: &str) {
    let mut texts = vec![format!("{error}"), format!("{error:?}"), format!("{error:#?}")];
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        texts.extend([format!("{error}"), format!("{error:?}"), format!("{error:#?}")]);
        source = error.source();
    }
    texts.extend([error.detail(), error.hint()].into_iter().flatten().map(str::to_owned));
    for text in texts {
        assert!(!text.contains(secret), "{text}");
    }
}
