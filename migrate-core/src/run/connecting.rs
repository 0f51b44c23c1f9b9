//! Opening connections on a server that may be full or just starting. Knows nothing of what they are for.

use std::time::Duration;

use super::Run;
use crate::dialect::has_code;
use crate::error::ErrorKind;
use crate::executor::Pause;
use crate::session::{DbError, Driver};

/// What opening a fresh connection is called in messages.
const SECOND: &str = "open a second connection";

impl<'a, D: Driver> Run<'a, D> {
    pub(super) async fn lend(&self) -> Result<D::Session, ErrorKind> {
        let mut patience = self.patience();
        loop {
            match self.driver.lend().await {
                Ok(session) => return Ok(session),
                Err(error) => self.wait_to_connect("connect to the database", error, &mut patience).await?,
            }
        }
    }

    /// A fresh connection. `None` where there can be no second one.
    pub(super) async fn connect(&self) -> Result<Option<D::Session>, ErrorKind> {
        let mut patience = self.patience();
        loop {
            match self.driver.connect().await {
                Ok(connected) => return Ok(connected),
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
                Ok(connected) => return Ok(connected),
                Err(error) => error,
            };
            if has_code(&error, self.spec().codes.try_again)
                && let Ok(lent) = self.driver.lend().await
            {
                return Ok(Some(lent));
            }
            self.wait_to_connect(SECOND, error, &mut patience).await?;
        }
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
