//! Opening connections on a server that may be full or just starting. Knows nothing of what they are for.

use std::time::Duration;

use super::{Run, end};
use crate::dialect::has_code;
use crate::error::ErrorKind;
use crate::executor::Pause;
use crate::session::{DbError, Driver, Fault, Kind, Session, Value};

/// What opening a fresh connection is called in messages.
const SECOND: &str = "open a second connection";

impl<'a, D: Driver> Run<'a, D> {
    pub(super) async fn lend(&self) -> Result<D::Session, ErrorKind> {
        let mut patience = self.patience();
        loop {
            match self.driver.lend().await {
                Ok(session) => return self.encrypted(session).await,
                Err(error) => self.wait_to_connect("connect to the database", error, &mut patience).await?,
            }
        }
    }

    /// A fresh connection. `None` where there can be no second one.
    pub(super) async fn connect(&self) -> Result<Option<D::Session>, ErrorKind> {
        let mut patience = self.patience();
        loop {
            match self.driver.connect().await {
                Ok(Some(connected)) => return self.encrypted(connected).await.map(Some),
                Ok(None) => return Ok(None),
                Err(error) => self.wait_to_connect(SECOND, error, &mut patience).await?,
            }
        }
    }

    /// A second connection beside the one that works. On a server that is full of instances which wait for
    /// this one, a connection that its pool has open already serves as well as a fresh one.
    pub(super) async fn second(&self) -> Result<Option<D::Session>, ErrorKind> {
        let mut patience = self.patience();
        loop {
            let error = match self.driver.connect().await {
                Ok(Some(connected)) => return self.encrypted(connected).await.map(Some),
                Ok(None) => return Ok(None),
                Err(error) => error,
            };
            if has_code(&error, self.spec().codes.try_again)
                && let Ok(lent) = self.driver.lend().await
            {
                return self.encrypted(lent).await.map(Some);
            }
            self.wait_to_connect(SECOND, error, &mut patience).await?;
        }
    }

    /// The same session when it is encrypted, or need not be.
    pub(super) async fn encrypted(&self, mut session: D::Session) -> Result<D::Session, ErrorKind> {
        let Some(question) = self.spec().encrypted.filter(|_| self.options.require_tls) else {
            return Ok(session);
        };
        let refused = match session.query(question, &[Kind::Int]).await {
            Ok(rows) if matches!(rows.first().map(Vec::as_slice), Some([Value::Int(1)])) => {
                return Ok(session);
            }
            // A pool had lent one that is broken: the first read replaces it.
            Err(error) if error.fault() == Fault::Connection => return Ok(session),
            Err(error) => {
                ErrorKind::Connection { doing: "ask whether the connection is encrypted".to_owned(), error }
            }
            Ok(_) => ErrorKind::NotEncrypted,
        };
        end(session).await;
        Err(refused)
    }

    pub(super) fn patience(&self) -> (Option<Duration>, Pause) {
        (self.deadline(), Pause::default())
    }

    /// Returns for another try while the server has no free connection or is starting up.
    pub(super) async fn wait_to_connect(
        &self,
        doing: &str,
        error: DbError,
        (deadline, pause): &mut (Option<Duration>, Pause),
    ) -> Result<(), ErrorKind> {
        let in_time = deadline.is_none_or(|deadline| self.driver.now() < deadline);
        if has_code(&error, self.spec().codes.try_again) && in_time {
            pause.wait(self.driver).await;
            return Ok(());
        }
        Err(ErrorKind::Connection { doing: doing.to_owned(), error })
    }
}
