//! A script outside a transaction: statement by statement, each preceded by the recorded intent to run it.

use super::failure::{GOES_ON, NOT_RUN, NOT_RUN_YET, bookkeeping, script_error};
use super::{Pause, Ran, Task, Work, first_token_is, refs};
use crate::checksum::{Checksum, Hasher};
use crate::dialect::{Dialect, has_code};
use crate::error::ErrorKind;
use crate::history::Claim;
use crate::migrations::Script;
use crate::session::{DbError, Driver, Fault, Session};
use crate::syntax;

/// Whether `statement` only sets something in the session, so that a later session must run it again.
fn is_session_state(dialect: Dialect, statement: &str) -> bool {
    first_token_is(dialect, statement, &["set", "use"])
}

/// Hash over the tokens of the first `done` statements: what an unfinished migration has in force.
pub(crate) fn done_checksum(dialect: Dialect, script: Script<'_>, done: usize) -> Checksum {
    script.statements().take(done).fold(InForce::new(dialect), InForce::and).checksum()
}

/// The same as it grows by one statement after the other, so that a script of thousands is hashed once.
struct InForce {
    dialect: Dialect,
    hasher: Hasher,
}

impl InForce {
    fn new(dialect: Dialect) -> Self {
        InForce { dialect, hasher: Hasher::new("migrate/done") }
    }

    fn and(mut self, statement: &str) -> Self {
        self.add(statement);
        self
    }

    fn add(&mut self, statement: &str) {
        for token in syntax::tokens_for_checksum(statement, self.dialect) {
            self.hasher.field(token);
        }
        self.hasher.field(b";");
    }

    fn checksum(&self) -> Checksum {
        self.hasher.finish()
    }
}

impl<D: Driver> Work<'_, D> {
    /// Statement by statement, each preceded by the recorded intent to run it.
    pub(super) async fn with_journal(&mut self, task: Task<'_>) -> Result<Ran, ErrorKind> {
        let script = task.migration.up();
        if let Err(detail) = &self.exclusive {
            return Err(ErrorKind::NotExclusive {
                history: task.migrations.name().to_owned(),
                path: script.path().to_owned(),
                detail: detail.clone(),
            });
        }
        let statements: Vec<&str> = script.statements().collect();
        let total = statements.len();
        let done =
            task.unfinished.map_or(0, |row| usize::try_from(row.done).unwrap_or(usize::MAX)).min(total);
        let claim = Claim::after(task.last, task.migrations.name(), task.migration);
        let writer = self.writer(task.migrations);
        let mut in_force =
            statements.iter().take(done).copied().fold(InForce::new(self.spec.dialect), InForce::and);
        let checksum = in_force.checksum();
        let mut row = writer.claim(&claim, task.migration, total, (done > 0).then_some((done, &checksum)));
        if task.unfinished.is_some() {
            row = format!("{}; {row}", writer.give_up(&claim, done));
        }
        let prelude = self.prelude(&task);
        if !prelude.is_empty()
            && let Err(error) = self.session.execute(&prelude).await
        {
            return Err(bookkeeping(&task, NOT_RUN, error));
        }
        let mut first = format!("{}; ", self.spec.begin);
        let check = self.lock.as_ref().and_then(|lock| lock.check(true));
        if let Some(check) = check {
            first.push_str(check);
            first.push_str("; ");
        }
        first.push_str(&row);
        let checked = check.is_some();
        if let Some(not_ours) = self.claim(&task, &first, checked).await? {
            return Ok(not_ours);
        }
        if let Err(error) = self.commit().await {
            self.roll_back().await;
            return Err(bookkeeping(&task, NOT_RUN_YET, error));
        }

        // What an earlier session had set is gone with it.
        for statement in statements.iter().copied().take(done) {
            if is_session_state(self.spec.dialect, statement)
                && let Err(error) = self.session.execute(statement).await
            {
                // The next statement was not begun, so the row must not say that it was.
                self.roll_back().await;
                let failed = self.writer(task.migrations).failed(&claim, done);
                let recorded = self.record(&format!("{}{failed}", self.reset)).await.is_ok();
                let outcome = if recorded { GOES_ON } else { NOT_RUN_YET };
                return Err(bookkeeping(&task, outcome, error));
            }
        }
        let mut set = statements.iter().take(done).any(|text| is_session_state(self.spec.dialect, text));
        for (index, statement) in statements.iter().enumerate().skip(done) {
            if let Err(error) = self.session.execute(statement).await {
                return Err(self.stop(&task, &claim, index, error).await);
            }
            let done = index + 1;
            set |= is_session_state(self.spec.dialect, statement);
            if done < total {
                in_force.add(statement);
                let progress =
                    self.writer(task.migrations).progress(&claim, done, done + 1, &in_force.checksum());
                // Under a role that the script has set, the books may be out of reach.
                let progress = if set { format!("{}{progress}", self.set_role_for_now) } else { progress };
                if let Err(error) = self.record(&progress).await {
                    return Err(bookkeeping(&task, &not_recorded(done), error));
                }
            }
        }
        let books =
            self.writer(task.migrations).applied(&claim, task.migration, total, refs(task.fingerprints));
        let books = format!("{}; {books}; COMMIT", self.spec.begin);
        // What the script has set goes first, where the books could be out of reach or read otherwise.
        let message = format!("{}{books}", if set { &self.reset } else { &self.set_role });
        match self.record(&message).await {
            Ok(()) => Ok(Ran::Through(total - done)),
            Err(error) => {
                self.roll_back().await;
                Err(bookkeeping(&task, &not_recorded(total), error))
            }
        }
    }

    /// Sends what is all or nothing, until nobody is in the way of it. What it records is in force, and a record
    /// that is missing would have to be put right by a person.
    async fn record(&mut self, message: &str) -> Result<(), DbError> {
        let mut pause = Pause::default();
        loop {
            match self.session.execute(message).await {
                Err(error)
                    if has_code(&error, self.spec.codes.busy)
                        && self.deadline.is_none_or(|deadline| self.driver.now() < deadline) =>
                {
                    self.roll_back().await;
                    pause.wait(self.driver).await;
                }
                ended => return ended,
            }
        }
    }

    /// The server refused a statement outside a transaction: records that, and makes the error.
    async fn stop(&mut self, task: &Task<'_>, claim: &Claim, index: usize, error: DbError) -> ErrorKind {
        let path = task.migration.up().path();
        let outcome = if error.fault() == Fault::Server {
            self.roll_back().await;
            let failed = self.writer(task.migrations).failed(claim, index);
            let recorded = self.record(&format!("{}{failed}", self.reset)).await.is_ok();
            self.log_failure(task, claim, Some(index), &error).await;
            let before = match index {
                0 => "nothing of this file is in force".to_owned(),
                1 => "statement 1 of this file is in force".to_owned(),
                done => format!("statements 1 to {done} of this file are in force"),
            };
            if recorded {
                format!(
                    "{before}; correct statement {} in {path} and start again: the run goes on there",
                    index + 1
                )
            } else {
                format!("{before}, and that could not be recorded; the next start will ask")
            }
        } else {
            format!(
                "the connection was lost: whether statement {} is in force is not known, and the next start will ask",
                index + 1
            )
        };
        script_error(task, self.spec, Some(index), outcome, error)
    }
}

fn not_recorded(done: usize) -> String {
    format!(
        "statement {done} of this file is in force, which could not be recorded: the next start will ask about it"
    )
}
