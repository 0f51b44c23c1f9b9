//! A driver that passes everything on to another one and writes down what was said, on any engine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use migrate::driver::{DbError, Driver, IntoDriver, Kind, Session, Value};
use migrate_core::Spec;

/// Notes each message of each session.
pub(crate) struct Recorded<D> {
    inner: D,
    messages: Messages,
}

/// What was said so far, by all sessions in the order of their sending.
#[derive(Clone, Default)]
pub(crate) struct Messages(Arc<Mutex<Vec<String>>>);

impl Messages {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, sql: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sql.to_owned());
    }
}

pub(crate) struct RecordedSession<S> {
    inner: S,
    messages: Messages,
}

/// The driver of `target`, and where its messages are noted.
pub(crate) fn recorded<Origin, T: IntoDriver<Origin>>(target: T) -> (Recorded<T::Driver>, Messages) {
    let messages = Messages::default();
    let inner = target.into_driver().expect("a target that the test made");
    (Recorded { inner, messages: messages.clone() }, messages)
}

impl<D: Driver> Driver for Recorded<D> {
    type Session = RecordedSession<D::Session>;

    fn spec(&self) -> &'static Spec {
        self.inner.spec()
    }

    async fn lend(&self) -> Result<Self::Session, DbError> {
        Ok(RecordedSession { inner: self.inner.lend().await?, messages: self.messages.clone() })
    }

    async fn connect(&self) -> Result<Option<Self::Session>, DbError> {
        let session = self.inner.connect().await?;
        Ok(session.map(|inner| RecordedSession { inner, messages: self.messages.clone() }))
    }

    async fn sleep(&self, duration: Duration) {
        self.inner.sleep(duration).await;
    }

    fn now(&self) -> Duration {
        self.inner.now()
    }

    fn jitter(&self) -> u64 {
        self.inner.jitter()
    }
}

impl<S: Session> Session for RecordedSession<S> {
    async fn execute(&mut self, sql: &str) -> Result<(), DbError> {
        self.messages.push(sql);
        self.inner.execute(sql).await
    }

    async fn query(&mut self, sql: &str, columns: &[Kind]) -> Result<Vec<Vec<Value>>, DbError> {
        self.messages.push(sql);
        self.inner.query(sql, columns).await
    }

    fn in_transaction(&self) -> bool {
        self.inner.in_transaction()
    }

    fn is_callers(&self) -> bool {
        self.inner.is_callers()
    }

    async fn close(self) -> Result<(), DbError> {
        self.inner.close().await
    }

    async fn discard(self) {
        self.inner.discard().await;
    }
}
