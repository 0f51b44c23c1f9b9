//! Applies one migration on a session that is ours: claims its row, runs its statements, writes the books.
//! It decides nothing about which migration, and it does not lock; see [`crate::plan`] and [`crate::run`].

mod failure;
mod journal;
mod pause;

use std::time::Duration;

use self::failure::{
    ALL_OR_NOTHING, IN_FORCE, NOT_ALLOWED, NOT_RUN, all_or_nothing, bookkeeping, script_error, statement_at,
};
pub(crate) use self::journal::done_checksum;
pub(crate) use self::pause::Pause;
use crate::check;
use crate::checksum::Checksum;
use crate::dialect::{Ddl, Dialect, Send, Spec, fill, has_code};
use crate::error::{ErrorKind, excerpt_of};
use crate::history::{Applied, Claim, Tables, Writer};
use crate::lock::Lock;
use crate::migrations::{Migration, Migrations, Script};
use crate::report::Step;
use crate::session::{DbError, Driver, Fault, Kind, Session, Value};
use crate::syntax::Lexer;

/// Why a lock that another session of the server answers for excludes nobody.
pub(crate) const POOLER: &str = "the server's session changed, as behind a pooler in transaction mode";

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
    /// The same for one message, after which the script has its own again.
    pub(crate) set_role_for_now: String,
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
    /// Another instance is at work, as the lock of its transaction shows: worth another try later.
    Busy,
}

/// How an attempt to apply a migration ended.
enum Ran {
    /// This many statements were executed, and all is in force.
    Through(usize),
    /// See [`Outcome::LostRace`].
    LostRace,
    /// See [`Outcome::Busy`].
    Busy,
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

fn first_token_is(dialect: Dialect, statement: &str, words: &[&str]) -> bool {
    Lexer::new(statement, dialect).significant().next().is_some_and(|token| token.is_one_of(statement, words))
}

impl<D: Driver> Work<'_, D> {
    /// Applies one migration.
    pub(crate) async fn apply(&mut self, task: Task<'_>) -> Result<Outcome, ErrorKind> {
        let start = self.driver.now();
        let script = task.migration.up();
        // A file that has statements in force goes on after them, even when it was made atomic since.
        let from_the_start = task.unfinished.is_none_or(|row| row.done == 0);
        let ran = if from_the_start && is_atomic(self.spec.dialect, script) {
            self.in_transaction(task).await
        } else {
            self.with_journal(task).await
        };
        self.used = true;
        Ok(match ran? {
            Ran::LostRace => Outcome::LostRace,
            Ran::Busy => Outcome::Busy,
            Ran::Through(statements) => Outcome::Applied(Step {
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

    /// Claim, script and books in one transaction.
    async fn in_transaction(&mut self, task: Task<'_>) -> Result<Ran, ErrorKind> {
        let script = task.migration.up();
        let dialect = self.spec.dialect;
        if let Some(index) = script.statements().position(|text| check::controls_transaction(text, dialect)) {
            let start = script.data().statements.get(index).map_or(0, |span| span.start as usize);
            return Err(ErrorKind::TransactionControl {
                history: task.migrations.name().to_owned(),
                path: script.path().to_owned(),
                excerpt: excerpt_of(script, start, start),
            });
        }
        let total = script.statements().len();
        let claim = Claim::after(task.last, task.migrations.name(), task.migration);
        let writer = self.writer(task.migrations);
        let mut insert = writer.claim(&claim, task.migration, 0, None);
        if task.unfinished.is_some() {
            // An earlier run had failed at its first statement, outside of a transaction.
            insert = format!("{}; {insert}", writer.give_up(&claim, 0));
        }
        let mut first = self.prelude(&task);
        let foreign_keys_off = script.data().foreign_keys_off && self.foreign_keys;
        if foreign_keys_off {
            // Inside a transaction this PRAGMA does nothing.
            first.push_str("PRAGMA foreign_keys = OFF; ");
        }
        first.push_str(self.spec.begin);
        first.push_str("; ");
        let check = self.lock.as_ref().and_then(|lock| lock.check(self.exclusive.is_ok()));
        if let Some(check) = check {
            first.push_str(check);
            first.push_str("; ");
        }
        first.push_str(&insert);
        let checked = check.is_some();
        if let Some(not_ours) = self.claim(&task, &first, checked).await? {
            return Ok(not_ours);
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
                    return Err(all_or_nothing(&task, error));
                }
                if let Err(error) = self.commit().await {
                    return Err(self.undo(&task, &claim, None, error).await);
                }
                if foreign_keys_off && let Err(error) = self.session.execute("PRAGMA foreign_keys = ON").await
                {
                    return Err(bookkeeping(&task, IN_FORCE, error));
                }
            }
        }
        Ok(Ran::Through(total))
    }

    /// Sends the message that claims the row; on a database whose write transaction is the lock, until it
    /// is free. `checked`: the last row of the answer is that of the lock's check. `None`: the row is ours.
    async fn claim(
        &mut self,
        task: &Task<'_>,
        message: &str,
        checked: bool,
    ) -> Result<Option<Ran>, ErrorKind> {
        let mut pause = Pause::default();
        // SQLite waits within a try, too: for as long as the connection's busy timeout.
        let start = self.driver.now();
        let rows = loop {
            match self.session.query(message, &[Kind::Int]).await {
                Ok(rows) => break rows,
                Err(error) if has_code(&error, self.spec.codes.unique) => {
                    self.roll_back().await;
                    return Ok(Some(Ran::LostRace));
                }
                Err(error) if has_code(&error, self.spec.codes.busy) => {
                    self.roll_back().await;
                    if self.deadline.is_some_and(|deadline| self.driver.now() >= deadline) {
                        let waited = self.driver.now().saturating_sub(start);
                        return Err(ErrorKind::LockTimeout { waited, holder: None });
                    }
                    pause.wait(self.driver).await;
                }
                Err(error) => {
                    self.roll_back().await;
                    let denied = has_code(&error, self.spec.codes.denied);
                    return Err(bookkeeping(task, if denied { NOT_ALLOWED } else { NOT_RUN }, error));
                }
            }
        };
        if !checked {
            return Ok(None);
        }
        let Some(lock) = &self.lock else { return Ok(None) };
        let answer = match rows.last().map(Vec::as_slice) {
            Some([Value::Int(answer)]) => *answer,
            _ => 0,
        };
        if answer == 1 {
            return Ok(None);
        }
        let moved = lock.has_moved(answer);
        self.roll_back().await;
        if self.exclusive.is_ok() && moved {
            self.exclusive = Err(POOLER.to_owned());
            self.let_go().await;
        }
        if self.exclusive.is_ok() {
            return Err(ErrorKind::LockLost {
                history: task.migrations.name().to_owned(),
                path: task.migration.up().path().to_owned(),
            });
        }
        Ok(Some(Ran::Busy))
    }

    /// Releases a lock that the server may have given to another of its sessions than the one that answers.
    /// It cannot be told which one will answer, so this asks a few times; a lock that stays is held by the
    /// pooler, whose clients all have a part in it.
    pub(crate) async fn let_go(&mut self) {
        let Some(lock) = &self.lock else { return };
        for _ in 0..5 {
            if lock.release(&mut self.session).await.unwrap_or(true) {
                return;
            }
        }
    }

    /// The script, the books and the COMMIT in one message.
    async fn send_whole(&mut self, task: &Task<'_>, claim: &Claim, total: usize) -> Result<(), ErrorKind> {
        let script = task.migration.up();
        let books =
            self.writer(task.migrations).applied(claim, task.migration, total, refs(task.fingerprints));
        // The lexer has proved that the text ends outside quotes and block comments; the line break ends a
        // line comment.
        let body = script.body();
        let message = format!("{body}\n;{}{}{books};\nCOMMIT", self.spec.no_limit, self.set_role);
        let Err(error) = self.session.execute(&message).await else { return Ok(()) };
        let completed = error.completed().and_then(|completed| usize::try_from(completed).ok());
        let placed = error.position().and_then(|position| statement_at(script, position));
        // Three statements of the books, two that set the role and one that lifts the limit come before the COMMIT.
        let before_commit = total
            + 3
            + if self.set_role.is_empty() { 0 } else { 2 }
            + usize::from(!self.spec.no_limit.is_empty());
        match completed {
            _ if error.fault() != Fault::Server || placed.is_some() => {
                let index = placed.or(completed).filter(|index| *index < total);
                Err(self.undo(task, claim, index, error).await)
            }
            // The server reads a message before it executes any of it: a text that ends too early is noticed
            // at what comes after it.
            Some(0) if error.position().is_some() => {
                Err(self.undo(task, claim, total.checked_sub(1), error).await)
            }
            // All went well until the COMMIT: a deferred constraint.
            Some(done) if done >= before_commit => Err(self.undo(task, claim, None, error).await),
            Some(done) if done >= total => {
                self.roll_back().await;
                Err(all_or_nothing(task, error))
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
            ALL_OR_NOTHING
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
                Err(all_or_nothing(task, error))
            }
        }
    }
}

fn refs(fingerprints: &(Checksum, Checksum)) -> (&Checksum, &Checksum) {
    (&fingerprints.0, &fingerprints.1)
}
