//! Applies one migration on a session that is ours: claims its row, runs its statements, writes the books.
//! It decides nothing about which migration, and it does not lock; see [`crate::plan`] and [`crate::run`].

use std::time::Duration;

use crate::checksum::{Checksum, Hasher};
use crate::dialect::{Ddl, Dialect, Send, Spec, fill, has_code};
use crate::error::{ErrorKind, excerpt_of};
use crate::history::{Applied, Claim, Tables, Writer};
use crate::lock::Lock;
use crate::migrations::{Migration, Migrations, Script};
use crate::report::Step;
use crate::session::{DbError, Driver, Fault, Kind, Session, Value};
use crate::syntax::{self, Lexer};

/// A session that may write, and what is needed to keep it clean between two scripts.
pub(crate) struct Work<'a, D: Driver> {
    pub(crate) driver: &'a D,
    pub(crate) session: D::Session,
    pub(crate) spec: &'static Spec,
    pub(crate) tables: Tables,
    /// `None` where the write transaction is the lock.
    pub(crate) lock: Option<Lock>,
    /// `Err`: the lock excludes nobody, and why that is known.
    pub(crate) exclusive: Result<(), String>,
    /// The user, as the history names it.
    pub(crate) actor: String,
    /// Brings the session back to how the run found it, with our settings on top.
    pub(crate) reset: String,
    /// Makes the migrating role the current one again, whatever a script did.
    pub(crate) set_role: String,
    /// A script has run since the session was last clean.
    pub(crate) used: bool,
    /// Whether foreign keys were on when the run began; SQLite only.
    pub(crate) foreign_keys: bool,
    /// When waiting ends, on the driver's clock.
    pub(crate) deadline: Option<Duration>,
}

/// What became of one migration.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is in force, and its row is written.
    Applied(Step),
    /// Another instance claimed the row first: the history must be read again.
    LostRace,
}

/// One migration to apply.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) migrations: &'a Migrations,
    pub(crate) migration: Migration<'a>,
    /// The row before it.
    pub(crate) last: Option<&'a Applied>,
    /// Its own row when an earlier run left it unfinished.
    pub(crate) unfinished: Option<&'a Applied>,
    /// Hashes over all files up to and with this one.
    pub(crate) fingerprints: &'a (Checksum, Checksum),
}

/// Whether the script runs as one transaction on this database.
pub(crate) fn is_atomic(dialect: Dialect, script: Script<'_>) -> bool {
    script.transactional()
        && match dialect.spec().ddl {
            Ddl::Transactional => true,
            // Where DDL commits, only a script without any is all or nothing.
            Ddl::Commits => script.statements().all(|statement| is_plain_dml(dialect, statement)),
        }
}

/// Whether `statement` changes rows and nothing else.
fn is_plain_dml(dialect: Dialect, statement: &str) -> bool {
    const DML: [&str; 6] = ["insert", "update", "delete", "replace", "select", "with"];
    first_token_is(dialect, statement, &DML)
}

/// Whether `statement` only sets something in the session, so that a later session must run it again.
fn is_session_state(dialect: Dialect, statement: &str) -> bool {
    first_token_is(dialect, statement, &["set", "use"])
}

fn first_token_is(dialect: Dialect, statement: &str, words: &[&str]) -> bool {
    Lexer::new(statement, dialect).significant().next().is_some_and(|token| token.is_one_of(statement, words))
}

/// Hash over the tokens of the first `done` statements: what an unfinished migration has in force.
pub(crate) fn done_checksum(dialect: Dialect, script: Script<'_>, done: usize) -> Checksum {
    let mut hasher = Hasher::new("migrate/done");
    for statement in script.statements().take(done) {
        for token in syntax::tokens_for_checksum(statement, dialect) {
            hasher.field(token);
        }
        hasher.field(b";");
    }
    hasher.finish()
}

impl<D: Driver> Work<'_, D> {
    /// Applies one migration.
    pub(crate) async fn apply(&mut self, task: Task<'_>) -> Result<Outcome, ErrorKind> {
        let start = self.driver.now();
        let script = task.migration.up();
        let outcome = if is_atomic(self.spec.dialect, script) {
            self.in_transaction(task).await
        } else {
            self.with_journal(task).await
        };
        self.used = true;
        Ok(match outcome? {
            None => Outcome::LostRace,
            Some(statements) => Outcome::Applied(Step {
                history: task.migrations.name().to_owned(),
                version: task.migration.version().to_owned(),
                name: task.migration.name().to_owned(),
                path: script.path().to_owned(),
                statements,
                duration: self.driver.now().saturating_sub(start),
            }),
        })
    }

    fn writer<'w>(&'w self, migrations: &'w Migrations) -> Writer<'w> {
        Writer { spec: self.spec, tables: &self.tables, migrations, actor: &self.actor }
    }

    /// What comes before the first statement of a script: the session as the run found it, and the step's
    /// name where others can see it.
    fn prelude(&self, task: &Task<'_>) -> String {
        let mut prelude = if self.used { self.reset.clone() } else { String::new() };
        let step = format!("migrate {}/{}", task.migrations.name(), task.migration.version());
        prelude.push_str(&fill(self.spec.announce, &[("step", &self.spec.literal(&step))]));
        prelude
    }

    /// Claim, script and books in one transaction. `None`: lost the race.
    async fn in_transaction(&mut self, task: Task<'_>) -> Result<Option<usize>, ErrorKind> {
        let script = task.migration.up();
        let total = script.statements().len();
        let claim = Claim::after(task.last, task.migrations.name(), task.migration);
        let insert = self.writer(task.migrations).claim(&claim, task.migration, 0);
        let mut first = self.prelude(&task);
        let foreign_keys_off = script.data().foreign_keys_off && self.foreign_keys;
        if foreign_keys_off {
            // Inside a transaction this PRAGMA does nothing.
            first.push_str("PRAGMA foreign_keys = OFF; ");
        }
        first.push_str(self.spec.begin);
        first.push_str("; ");
        if let Some(lock) = &self.lock {
            first.push_str(lock.check(self.exclusive.is_ok()));
            first.push_str("; ");
        }
        first.push_str(&insert);
        if !self.claim(&task, &first).await? {
            return Ok(None);
        }
        let orphans = if foreign_keys_off { self.orphans(&task).await? } else { Vec::new() };

        match self.spec.send {
            Send::Whole => self.send_whole(&task, &claim, total).await?,
            Send::Each => {
                for (index, statement) in script.statements().enumerate() {
                    if let Err(error) = self.session.execute(statement).await {
                        return Err(self.undo(&task, &claim, Some(index), error).await);
                    }
                }
                if foreign_keys_off {
                    let now = self.orphans(&task).await?;
                    if let Some(orphan) = now.iter().find(|orphan| !orphans.contains(orphan)) {
                        let error = DbError::new(Fault::Server, format!("foreign key check: {orphan}"));
                        return Err(self.undo(&task, &claim, None, error).await);
                    }
                }
                let books = self.writer(task.migrations).applied(
                    &claim,
                    task.migration,
                    total,
                    refs(task.fingerprints),
                );
                if let Err(error) = self.session.execute(&books).await {
                    self.roll_back().await;
                    return Err(bookkeeping(&task, error));
                }
                if let Err(error) = self.commit().await {
                    return Err(self.undo(&task, &claim, None, error).await);
                }
                if foreign_keys_off && let Err(error) = self.session.execute("PRAGMA foreign_keys = ON").await
                {
                    return Err(bookkeeping(&task, error));
                }
            }
        }
        Ok(Some(total))
    }

    /// Sends the message that claims the row; on a database whose write transaction is the lock, until it
    /// is free. `false`: another instance has claimed it.
    async fn claim(&mut self, task: &Task<'_>, message: &str) -> Result<bool, ErrorKind> {
        let mut pause = Pause::default();
        let rows = loop {
            match self.session.query(message, &[Kind::Int]).await {
                Ok(rows) => break rows,
                Err(error) if has_code(&error, self.spec.codes.unique) => {
                    self.roll_back().await;
                    return Ok(false);
                }
                Err(error) if has_code(&error, self.spec.codes.busy) => {
                    self.roll_back().await;
                    if self.deadline.is_some_and(|deadline| self.driver.now() >= deadline) {
                        return Err(ErrorKind::LockTimeout { waited: pause.waited, holder: None });
                    }
                    pause.wait(self.driver).await;
                }
                Err(error) => {
                    self.roll_back().await;
                    return Err(bookkeeping(task, error));
                }
            }
        };
        let ours = self.lock.is_none() || matches!(rows.last().map(Vec::as_slice), Some([Value::Int(1)]));
        if ours {
            return Ok(true);
        }
        self.roll_back().await;
        if self.exclusive.is_ok() {
            return Err(ErrorKind::LockLost {
                history: task.migrations.name().to_owned(),
                path: task.migration.up().path().to_owned(),
            });
        }
        Ok(false)
    }

    /// The script, the books and the COMMIT in one message.
    async fn send_whole(&mut self, task: &Task<'_>, claim: &Claim, total: usize) -> Result<(), ErrorKind> {
        let script = task.migration.up();
        let books =
            self.writer(task.migrations).applied(claim, task.migration, total, refs(task.fingerprints));
        // The lexer has proved that the text ends outside quotes and block comments; the line break ends a
        // line comment.
        let body = script.body();
        let message = format!("{body}\n;{}{books};\nCOMMIT", self.set_role);
        let Err(error) = self.session.execute(&message).await else { return Ok(()) };
        let in_body = error.position().is_some_and(|position| position as usize <= body.chars().count());
        let ours = 4 + u32::from(!self.set_role.is_empty());
        let completed = error.completed().and_then(|completed| usize::try_from(completed).ok());
        match completed {
            _ if error.fault() != Fault::Server || in_body => {
                Err(self.undo(task, claim, completed.filter(|done| *done < total), error).await)
            }
            // All went well until the COMMIT: a deferred constraint.
            Some(done) if done >= total + ours as usize - 1 => Err(self.undo(task, claim, None, error).await),
            Some(done) if done >= total => {
                self.roll_back().await;
                Err(bookkeeping(task, error))
            }
            statement => Err(self.undo(task, claim, statement, error).await),
        }
    }

    /// Rolls back, leaves a line in the journal, and makes the error.
    async fn undo(
        &mut self,
        task: &Task<'_>,
        claim: &Claim,
        index: Option<usize>,
        error: DbError,
    ) -> ErrorKind {
        let outcome = if error.fault() == Fault::Server {
            self.roll_back().await;
            self.log_failure(task, claim, index, &error).await;
            "it was rolled back: the database is as it was before this file; correct the file and start again"
        } else {
            "the connection was lost: either all of this file is in force or nothing of it, and the next start finds out; \
             start again"
        };
        script_error(task, self.spec, index, outcome.to_owned(), error)
    }

    /// The attempt, for the audit. The failure is reported to the caller in any case, so a failing log is
    /// no second error.
    async fn log_failure(&mut self, task: &Task<'_>, claim: &Claim, index: Option<usize>, error: &DbError) {
        let statement = index.map(|index| index + 1);
        let line = self.writer(task.migrations).journal(
            claim,
            task.migration.version(),
            "failed",
            statement,
            Some(&error.to_string()),
        );
        let _ = self.session.execute(&format!("{}{line}", self.reset)).await;
    }

    /// Ends whatever transaction is open. Where none is, the server's complaint is no news.
    pub(crate) async fn roll_back(&mut self) {
        let _ = self.session.execute("ROLLBACK").await;
    }

    /// COMMIT. In SQLite's rollback modes a reader can make it fail with BUSY, and the transaction stays open.
    async fn commit(&mut self) -> Result<(), DbError> {
        let mut pause = Pause::default();
        loop {
            match self.session.execute("COMMIT").await {
                Err(error)
                    if has_code(&error, self.spec.codes.busy)
                        && self.deadline.is_none_or(|deadline| self.driver.now() < deadline) =>
                {
                    pause.wait(self.driver).await;
                }
                ended => return ended,
            }
        }
    }

    /// Rows whose foreign key points nowhere, in words.
    async fn orphans(&mut self, task: &Task<'_>) -> Result<Vec<String>, ErrorKind> {
        let columns = [Kind::Text, Kind::Int, Kind::Text, Kind::Int];
        match self.session.query("PRAGMA foreign_key_check", &columns).await {
            Ok(rows) => Ok(rows
                .iter()
                .map(|row| match row.as_slice() {
                    [Value::Text(table), rowid, Value::Text(parent), ..] => {
                        let row = match rowid {
                            Value::Int(rowid) => format!("row {rowid}"),
                            _ => "a row".to_owned(),
                        };
                        format!("{row} of {table:?} refers to a row of {parent:?} that does not exist")
                    }
                    _ => "a row refers to a row that does not exist".to_owned(),
                })
                .collect()),
            Err(error) => {
                self.roll_back().await;
                Err(bookkeeping(task, error))
            }
        }
    }

    /// Statement by statement, each preceded by the recorded intent to run it. `None`: lost the race.
    async fn with_journal(&mut self, task: Task<'_>) -> Result<Option<usize>, ErrorKind> {
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
        let row = match task.unfinished {
            None => writer.claim(&claim, task.migration, total),
            Some(_) => writer.resume(&claim, task.migration, total, done),
        };
        let prelude = self.prelude(&task);
        if !prelude.is_empty()
            && let Err(error) = self.session.execute(&prelude).await
        {
            return Err(bookkeeping(&task, error));
        }
        let mut first = format!("{}; ", self.spec.begin);
        if let Some(lock) = &self.lock {
            first.push_str(lock.check(true));
            first.push_str("; ");
        }
        first.push_str(&row);
        if !self.claim(&task, &first).await? {
            return Ok(None);
        }
        if let Err(error) = self.commit().await {
            self.roll_back().await;
            return Err(bookkeeping(&task, error));
        }

        // What an earlier session had set is gone with it.
        for statement in statements.iter().take(done).filter(|text| is_session_state(self.spec.dialect, text))
        {
            if let Err(error) = self.session.execute(statement).await {
                return Err(bookkeeping(&task, error));
            }
        }
        for (index, statement) in statements.iter().enumerate().skip(done) {
            if let Err(error) = self.session.execute(statement).await {
                return Err(self.stop(&task, &claim, index, error).await);
            }
            let done = index + 1;
            if done < total {
                let checksum = done_checksum(self.spec.dialect, script, done);
                let progress = self.writer(task.migrations).progress(&claim, done, done + 1, &checksum);
                if let Err(error) = self.session.execute(&progress).await {
                    return Err(bookkeeping(&task, error));
                }
            }
        }
        let books =
            self.writer(task.migrations).applied(&claim, task.migration, total, refs(task.fingerprints));
        let books = format!("{}; {books}; COMMIT", self.spec.begin);
        let message = format!("{}{books}", self.set_role);
        match self.session.execute(&message).await {
            Ok(()) => Ok(Some(total - done)),
            Err(error) => {
                self.roll_back().await;
                Err(bookkeeping(&task, error))
            }
        }
    }

    /// The server refused a statement outside a transaction: records that, and makes the error.
    async fn stop(&mut self, task: &Task<'_>, claim: &Claim, index: usize, error: DbError) -> ErrorKind {
        let path = task.migration.up().path();
        let outcome = if error.fault() == Fault::Server {
            self.roll_back().await;
            let failed = self.writer(task.migrations).failed(claim, index);
            let recorded = self.session.execute(&format!("{}{failed}", self.reset)).await.is_ok();
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

fn refs(fingerprints: &(Checksum, Checksum)) -> (&Checksum, &Checksum) {
    (&fingerprints.0, &fingerprints.1)
}

fn bookkeeping(task: &Task<'_>, error: DbError) -> ErrorKind {
    ErrorKind::Bookkeeping { doing: format!("keep the books for {}", task.migration.up().path()), error }
}

/// The error of a failed script, with the place in its file.
fn script_error(
    task: &Task<'_>,
    spec: &Spec,
    index: Option<usize>,
    outcome: String,
    error: DbError,
) -> ErrorKind {
    let script = task.migration.up();
    ErrorKind::Script {
        history: task.migrations.name().to_owned(),
        version: task.migration.version().to_owned(),
        path: script.path().to_owned(),
        statement: index.map(|index| index + 1),
        total: script.statements().len(),
        excerpt: place(script, spec, index, &error),
        outcome,
        error,
    }
}

/// The place in the file: the server's position in the message that was sent, else the start of the
/// statement, else nothing.
fn place(script: Script<'_>, spec: &Spec, index: Option<usize>, error: &DbError) -> String {
    let data = script.data();
    let sent = match (spec.send, index) {
        (Send::Whole, _) if script.transactional() => Some(data.body),
        (_, Some(index)) => data.statements.get(index).copied(),
        _ => None,
    };
    let byte = error.position().zip(sent).and_then(|(position, sent)| {
        let skip = usize::try_from(position).ok()?.checked_sub(1)?;
        let (offset, _) = sent.of(&data.text).char_indices().nth(skip)?;
        Some(sent.start as usize + offset)
    });
    let start = byte.or_else(|| Some(data.statements.get(index?)?.start as usize));
    match start {
        None => format!("  --> {}\n", script.path()),
        Some(start) => excerpt_of(script, start, start),
    }
}

/// A wait that grows from 50 ms to 1 s, with jitter.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    tries: u32,
    pub(crate) waited: Duration,
}

impl Pause {
    pub(crate) async fn wait<D: Driver>(&mut self, driver: &D) {
        let start = driver.now();
        let base_ms = 50_u64 << self.tries.min(4);
        self.tries += 1;
        // Between half of it and all of it.
        let base_ms = base_ms.min(1_000);
        let pause_ms = base_ms / 2 + driver.jitter() % (base_ms / 2 + 1);
        driver.sleep(Duration::from_millis(pause_ms)).await;
        self.waited += driver.now().saturating_sub(start);
    }
}
