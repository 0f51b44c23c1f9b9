//! The boot: one read, and only when that finds something to do a fresh session, the lock, the plan and its
//! execution. See the numbered steps in ARCHITECTURE.md.

mod connecting;
mod fit;
mod locking;
mod reading;
mod setup;

use std::time::Duration;

use crate::checksum::{Checksum, fingerprints};
use crate::dialect::{Schemas, Spec, has_code};
use crate::error::ErrorKind;
use crate::executor::{Outcome, Pause, Task, Work};
use crate::history::{Applied, Boot, State, Tables};
use crate::interval::Interval;
use crate::lock::Lock;
use crate::migrations::{Migration, Migrations};
use crate::migrator::Options;
use crate::plan::{Pending, end_of};
use crate::report::{Notice, Report};
use crate::server::Server;
use crate::session::{DbError, Driver, Session};
use reading::FirstRead;

/// How long a run watches an unfinished row on a database without a session lock before it believes that
/// nobody is working on it.
const GRACE: Duration = Duration::from_secs(2);

/// How often a lost race without any progress is taken for one.
const LOST_RACES: usize = 50;

/// A run, a plan or a check in progress.
pub(crate) struct Run<'a, D: Driver> {
    pub(crate) driver: &'a D,
    pub(crate) histories: &'a [&'a Migrations],
    pub(crate) options: &'a Options,
}

/// What the books say, and what is to be done about it.
pub(crate) struct View {
    pub(crate) boot: Boot,
    /// Whether our tables are there.
    pub(crate) tables_exist: bool,
    /// Rows of each history, in the order of `histories`.
    pub(crate) rows: Vec<Vec<Applied>>,
    pub(crate) pending: Vec<Pending>,
}

impl View {
    fn is_current(&self) -> bool {
        self.pending.iter().all(Pending::is_empty)
    }

    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.pending.iter().flat_map(|pending| pending.notices.iter().cloned()).collect()
    }
}

impl<'a, D: Driver> Run<'a, D> {
    fn spec(&self) -> &'static Spec {
        self.driver.spec()
    }

    /// Applies what is pending.
    pub(crate) async fn run(&self, report: &mut Report) -> Result<(), ErrorKind> {
        self.validate()?;
        let mut session = self.lend().await?;
        // A failed session may be fine, so a pool may have it back; a broken one it will notice.
        let view = match self.find(&mut session).await {
            Ok(Found::View(view)) if !view.is_current() => view,
            found => {
                end(session).await;
                report.notices = match found? {
                    Found::Current(notices) => notices,
                    Found::View(view) => view.notices(),
                };
                return Ok(());
            }
        };
        if view.boot.in_transaction {
            end(session).await;
            return Err(ErrorKind::InTransaction);
        }
        self.work(session, view, report).await
    }

    /// The one read, and all rows where that is not enough.
    async fn find(&self, session: &mut D::Session) -> Result<Found, ErrorKind> {
        let protected = self.protect(session).await?;
        let found = match self.first_read(session).await {
            Ok(FirstRead::Current(notices)) => Ok(Found::Current(notices)),
            Ok(read) => self.look(session, read).await.map(Found::View),
            Err(error) => Err(error),
        };
        self.unprotect(session, protected, found).await
    }

    /// What a run would do.
    pub(crate) async fn view(&self) -> Result<View, ErrorKind> {
        self.validate()?;
        let mut session = self.lend().await?;
        let view = self.whole_view(&mut session).await;
        end(session).await;
        let mut view = view?;
        match view.pending.iter_mut().find_map(|pending| pending.doubt.take()) {
            Some(doubt) => Err(*doubt),
            None => Ok(view),
        }
    }

    async fn whole_view(&self, session: &mut D::Session) -> Result<View, ErrorKind> {
        let protected = self.protect(session).await?;
        let mut view = match self.first_read(session).await {
            Ok(read) => self.look(session, read).await,
            Err(error) => Err(error),
        };
        if let Ok(view) = &mut view {
            self.resolve_doubt(session, view).await;
        }
        self.unprotect(session, protected, view).await
    }

    /// An unfinished row is in doubt only when nobody is working on it.
    async fn resolve_doubt(&self, session: &mut D::Session, view: &mut View) {
        if view.pending.iter().all(|pending| pending.doubt.is_none()) {
            return;
        }
        let database = view.boot.database.as_deref().unwrap_or_default();
        let schema = self.options.schema.as_deref().or(view.boot.schema.as_deref()).unwrap_or_default();
        let Some(lock) = Lock::new(self.spec(), database, schema) else { return };
        if matches!(lock.holder(session).await, Ok(Some(_))) {
            for pending in &mut view.pending {
                pending.doubt = None;
            }
        }
    }

    /// What does not need a database.
    fn validate(&self) -> Result<(), ErrorKind> {
        let mut names: Vec<&str> = Vec::new();
        if self.histories.is_empty() {
            return Err(ErrorKind::Config(
                "there is no history to migrate: add one with .history(&MIGRATIONS)".to_owned(),
            ));
        }
        for migrations in self.histories {
            let name = migrations.name();
            if names.contains(&name) {
                return Err(ErrorKind::Config(format!(
                    "two histories are named {name:?}: give one another name in migrations!(…, name = \"…\")"
                )));
            }
            names.push(name);
            if !self.spec().speaks(migrations.dialect()) {
                return Err(ErrorKind::Config(format!(
                    "history {name} is written for {}, but the database is {}",
                    migrations.dialect().spec().engine,
                    self.spec().engine
                )));
            }
            end_of(migrations, self.target_of(migrations))?;
            if let Some(difference) = crate::source::stale(migrations) {
                return Err(ErrorKind::Stale(difference));
            }
        }
        if let Some(schema) = &self.options.schema {
            self.spec().identifier(schema).map_err(ErrorKind::Config)?;
            if self.spec().schemas == Schemas::Main {
                return Err(ErrorKind::Config(format!(
                    "{} has no schemas: leave out .schema(…)",
                    self.spec().engine
                )));
            }
        }
        Ok(())
    }

    /// The target applies to the last history, which is the application's own.
    fn target_of(&self, migrations: &Migrations) -> Option<&str> {
        let last = self.histories.last()?;
        (last.name() == migrations.name()).then_some(self.options.target.as_deref()).flatten()
    }

    fn deadline(&self) -> Option<Duration> {
        self.options.lock_wait.map(|wait| self.driver.now() + wait)
    }

    fn tables(&self, schema: Option<&str>) -> Result<Tables, ErrorKind> {
        Tables::new(self.spec(), schema).map_err(ErrorKind::Config)
    }

    /// What is pending, as `history/version`.
    pub(crate) fn versions(&self, view: &View) -> Vec<String> {
        let each = self.histories.iter().zip(&view.pending);
        each.flat_map(|(migrations, pending)| {
            steps(migrations, pending)
                .map(|migration| format!("{}/{}", migrations.name(), migration.version()))
        })
        .collect()
    }

    /// Something is pending: a session that may write, the lock, and the migrations.
    async fn work(&self, lent: D::Session, view: View, report: &mut Report) -> Result<(), ErrorKind> {
        let fresh = if self.options.use_connection {
            None
        } else {
            match self.connect().await {
                Ok(fresh) => fresh,
                Err(error) => {
                    end(lent).await;
                    return Err(error);
                }
            }
        };
        let own = fresh.is_some();
        let session = match fresh {
            Some(fresh) => {
                end(lent).await;
                fresh
            }
            None => lent,
        };
        let mut setup = self.set_up(session, own, &view).await?;
        let result = match self.locked(&mut setup.work, &view, report).await {
            // Found out by the first write: a file or a server that only lets itself be read.
            Err(ErrorKind::Bookkeeping { error, .. }) if has_code(&error, self.spec().codes.read_only) => {
                Err(ErrorKind::ReadOnly { versions: self.versions(&view), reason: error.to_string() })
            }
            result => result,
        };
        report.notices.extend(self.outside_of_interval(&setup.server));
        // The scope of the lock ends here, on every path. A future that is dropped before drops the
        // session with it, and the server ends what it was doing.
        self.close(setup, own).await;
        result
    }

    /// The histories that are not meant for this server.
    fn outside_of_interval(&self, server: &str) -> impl Iterator<Item = Notice> {
        self.histories.iter().filter_map(|migrations| {
            let dialect = migrations.dialect();
            let interval = Interval::new(dialect, migrations.server()).ok()?;
            Some(Notice::ServerOutsideInterval {
                history: migrations.name().to_owned(),
                version: interval.misses(&Server::read(dialect, server))?,
                interval: interval.text().to_owned(),
            })
        })
    }

    /// Takes the lock, then works until nothing is pending.
    async fn locked(
        &self,
        work: &mut Work<'a, D>,
        view: &View,
        report: &mut Report,
    ) -> Result<(), ErrorKind> {
        if let Some(notices) = self.acquire(work, report).await? {
            report.notices = notices;
            return Ok(());
        }
        if work.lock.is_some() {
            self.verify(work).await?;
        }
        if !view.tables_exist {
            self.create_tables(work).await?;
        }
        let applied = self.apply(work, report).await;
        if let Err(detail) = &work.exclusive {
            report.notices.push(Notice::LockNotExclusive { detail: detail.clone() });
        }
        applied
    }

    /// Looks whether the lock is still ours, before anything is said of somebody else's work.
    async fn hold(&self, work: &mut Work<'a, D>) -> Result<(), ErrorKind> {
        let Some(lock) = work.lock.as_ref().filter(|_| work.exclusive.is_ok()) else { return Ok(()) };
        if !lock.is_held(&mut work.session).await.map_err(asking)? {
            work.exclusive = Err("it was granted, and is not held".to_owned());
        }
        Ok(())
    }

    /// Who has the lock, where it does not exclude: one for whom it does.
    async fn other_holder(&self, work: &mut Work<'a, D>) -> Result<Option<String>, ErrorKind> {
        let Some(lock) = work.lock.as_ref().filter(|_| work.exclusive.is_err()) else { return Ok(None) };
        lock.holder(&mut work.session).await.map_err(asking)
    }

    /// Reads, plans and applies until nothing is pending.
    async fn apply(&self, work: &mut Work<'a, D>, report: &mut Report) -> Result<(), ErrorKind> {
        let hashes: Vec<Vec<(Checksum, Checksum)>> =
            self.histories.iter().map(|migrations| fingerprints(migrations)).collect();
        let mut lost = 0;
        let mut pause = Pause::default();
        let mut doubt: Option<(String, Duration)> = None;
        'again: loop {
            let tables = work.tables.clone();
            let (mut rows, mut pending) = self.rows(&mut work.session, &tables, true, None).await?;
            if let Some(error) = pending.iter_mut().find_map(|pending| pending.doubt.take()) {
                let seen = error.to_string();
                let since = doubt.take().filter(|(before, _)| *before == seen).map(|(_, since)| since);
                self.hold(work).await?;
                let abandoned = match (&work.lock, &work.exclusive) {
                    // Nobody else works while the lock is ours.
                    (Some(_), Ok(())) => true,
                    // This read came after nobody had the lock, and the row is as it was before.
                    (Some(_), Err(_)) => since.is_some(),
                    (None, _) => since.is_some_and(|since| self.driver.now().saturating_sub(since) >= GRACE),
                };
                if abandoned {
                    return Err(*error);
                }
                if let Some(holder) = self.other_holder(work).await? {
                    // Only this instance comes through a pooler, and the one at work does not.
                    if work.deadline.is_some_and(|deadline| self.driver.now() >= deadline) {
                        return Err(ErrorKind::LockTimeout { waited: report.waited, holder: Some(holder) });
                    }
                    let before = pause.waited;
                    pause.wait(self.driver).await;
                    report.waited += pause.waited.saturating_sub(before);
                    continue 'again;
                }
                doubt = Some((seen, since.unwrap_or_else(|| self.driver.now())));
                if work.lock.is_none() {
                    // The row may be another instance's, which is at work.
                    self.driver.sleep(Duration::from_millis(100)).await;
                }
                continue 'again;
            }
            let total: usize = rows.iter().map(Vec::len).sum();
            for (history, pending) in pending.iter().enumerate() {
                let Some(migrations) = self.histories.get(history) else { continue };
                let Some(rows) = rows.get_mut(history) else { continue };
                for notice in &pending.notices {
                    if !report.notices.contains(notice) {
                        report.notices.push(notice.clone());
                    }
                }
                for index in pending.start..pending.end {
                    let (Some(migration), Some(fingerprints)) =
                        (migrations.get(index), hashes.get(history).and_then(|hashes| hashes.get(index + 1)))
                    else {
                        continue;
                    };
                    let unfinished = rows.last().filter(|row| row.state != State::Applied).cloned();
                    let before = rows.len() - usize::from(unfinished.is_some());
                    let task = Task {
                        migrations,
                        migration,
                        last: before.checked_sub(1).and_then(|last| rows.get(last)),
                        unfinished: unfinished.as_ref(),
                        fingerprints,
                    };
                    let row = Applied::after(task.last, migrations.name(), migration);
                    match work.apply(task).await? {
                        Outcome::Applied(step) => {
                            report.steps.push(step);
                            rows.truncate(before);
                            rows.push(row);
                            lost = 0;
                            pause = Pause::default();
                        }
                        Outcome::Busy => {
                            if work.deadline.is_some_and(|deadline| self.driver.now() >= deadline) {
                                return Err(ErrorKind::LockTimeout { waited: report.waited, holder: None });
                            }
                            let before = pause.waited;
                            pause.wait(self.driver).await;
                            report.waited += pause.waited.saturating_sub(before);
                            continue 'again;
                        }
                        Outcome::LostRace => {
                            lost += 1;
                            if lost > LOST_RACES + total {
                                return Err(ErrorKind::Unreadable {
                                    table: "migrate_history".to_owned(),
                                    detail: format!(
                                        "the row of version {} cannot be written, because another one has its position or version, \
                                         and cannot be read either",
                                        migration.version()
                                    ),
                                });
                            }
                            if work.lock.is_some() {
                                self.driver
                                    .sleep(Duration::from_millis(50 + self.driver.jitter() % 50))
                                    .await;
                            }
                            continue 'again;
                        }
                    }
                }
            }
            return Ok(());
        }
    }
}

fn asking(error: DbError) -> ErrorKind {
    ErrorKind::Bookkeeping {
        doing: "ask who has the lock".to_owned(),
        outcome: "nothing more was run".into(),
        error,
    }
}

/// What all reading found.
enum Found {
    /// Everything is applied.
    Current(Vec<Notice>),
    /// The rows were needed.
    View(View),
}

/// The migrations that `pending` names.
pub(crate) fn steps<'m>(
    migrations: &'m Migrations,
    pending: &Pending,
) -> impl Iterator<Item = Migration<'m>> {
    (pending.start..pending.end).filter_map(|index| migrations.get(index))
}

/// Gives a session back. That a connection was broken already changes nothing here.
async fn end<S: Session>(session: S) {
    let _ = session.close().await;
}
