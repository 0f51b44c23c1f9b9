//! Taking the lock, testing it, and the tables that are made under it.

use super::reading::FirstRead;
use super::{Run, end};
use crate::dialect::{fill, has_code};
use crate::error::ErrorKind;
use crate::executor::{Pause, Work};
use crate::report::{Notice, Report};
use crate::session::{Driver, Session};
use crate::text::shown;

impl<'a, D: Driver> Run<'a, D> {
    /// Polls for the lock. Between two tries the one read: when another instance has done the work, this
    /// leaves with its notices and without the lock.
    pub(super) async fn acquire(
        &self,
        work: &mut Work<'a, D>,
        report: &mut Report,
    ) -> Result<Option<Vec<Notice>>, ErrorKind> {
        let Some(mut lock) = work.lock.take() else { return Ok(None) };
        let mut pause = Pause::default();
        let result = loop {
            match lock.acquire(&mut work.session).await {
                Ok(true) => break Ok(None),
                Ok(false) => {}
                Err(error) => {
                    break Err(ErrorKind::Bookkeeping {
                        doing: "take the lock".to_owned(),
                        outcome: "nothing was run".into(),
                        error,
                    });
                }
            }
            if work.deadline.is_some_and(|deadline| self.driver.now() >= deadline) {
                let holder = lock.holder(&mut work.session).await.ok().flatten();
                break Err(ErrorKind::LockTimeout { waited: pause.waited, holder });
            }
            pause.wait(self.driver).await;
            match self.read(&mut work.session).await {
                Ok(FirstRead::Current(notices)) => break Ok(Some(notices)),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        report.waited += pause.waited;
        work.lock = Some(lock);
        result
    }

    /// A second connection must fail to get the lock. One that succeeds shows a pooler or a stub, and then
    /// only what is safe without the lock may run.
    pub(super) async fn verify(&self, work: &mut Work<'a, D>) -> Result<(), ErrorKind> {
        let Some(lock) = &work.lock else { return Ok(()) };
        let second = self.second().await?;
        let Some(mut second) = second else { return Ok(()) };
        let excludes = lock.excludes(&mut second).await;
        end(second).await;
        match excludes {
            Ok(true) => {}
            Ok(false) => {
                work.exclusive =
                    Err("a second connection got the same lock, as behind a pooler in transaction mode"
                        .to_owned());
                work.let_go().await;
            }
            Err(error) => {
                return Err(ErrorKind::Bookkeeping {
                    doing: "test the lock from a second connection".to_owned(),
                    outcome: "nothing was run".into(),
                    error,
                });
            }
        }
        Ok(())
    }

    /// Creates our tables, and the chosen schema where it is missing.
    pub(super) async fn create_tables(&self, work: &mut Work<'a, D>) -> Result<(), ErrorKind> {
        let spec = self.spec();
        let mut statements: Vec<String> = Vec::new();
        if let (Some(template), Some(schema)) = (spec.create_schema, &self.options.schema) {
            let schema = spec.identifier(schema).map_err(ErrorKind::Config)?;
            statements.push(fill(template, &[("schema", &schema)]));
        }
        statements.extend(spec.create.iter().map(|template| work.tables.fill(template, &[])));
        let message = format!("{}; {}; COMMIT", spec.begin, statements.join("; "));
        let mut pause = Pause::default();
        loop {
            let Err(error) = work.session.execute(&message).await else { return Ok(()) };
            work.roll_back().await;
            let racing = has_code(&error, spec.codes.racing_create) || has_code(&error, spec.codes.busy);
            if racing && work.deadline.is_none_or(|deadline| self.driver.now() < deadline) {
                pause.wait(self.driver).await;
                continue;
            }
            let way_out = if has_code(&error, spec.codes.denied) {
                format!(
                    "create the tables migrate_history, migrate_head and migrate_journal as {:?}, which lacks the privilege (the role \
                     that migrates needs CREATE where the tables go)",
                    shown(&work.actor)
                )
            } else if let (None, Some(schema)) = (spec.create_schema, &self.options.schema) {
                format!(
                    "create the tables migrate_history, migrate_head and migrate_journal in {:?}, which .schema(…) names and must exist",
                    shown(schema)
                )
            } else {
                "create the tables migrate_history, migrate_head and migrate_journal".to_owned()
            };
            return Err(ErrorKind::Bookkeeping { doing: way_out, outcome: "nothing was run".into(), error });
        }
    }
}
