//! The public face of the running half: what is migrated, where, and how.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::history::State;
use crate::migrations::Migrations;
use crate::report::{Notice, Report};
use crate::run::{Run, steps};
use crate::session::{DbError, Driver, IntoDriver};

/// How long a run waits for another instance unless told otherwise.
const LOCK_WAIT: Duration = Duration::from_secs(600);

/// What to do when the first migration of a history meets a database that has what it creates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Existing {
    /// Run nothing, and say what was found.
    #[default]
    Refuse,
    /// Run the migrations all the same.
    Allow,
}

/// What to do with a migration that comes before one that is applied: a branch was merged late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutOfOrder {
    /// Run nothing, and say which.
    #[default]
    Error,
    /// Apply it now, behind the newer ones. Databases differ then in the order in which their migrations were
    /// applied, which nobody has checked.
    Apply,
}

/// The options of a run.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) lock_wait: Option<Duration>,
    pub(crate) target: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) on_connect: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) use_connection: bool,
    pub(crate) existing: Existing,
    pub(crate) out_of_order: OutOfOrder,
    pub(crate) allow_older: bool,
    pub(crate) require_tls: bool,
}

impl fmt::Debug for Options {
    /// Leaves out the SQL of `on_connect`, which may set a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("lock_wait", &self.lock_wait)
            .field("target", &self.target)
            .field("schema", &self.schema)
            .field("on_connect", &self.on_connect.as_ref().map(|_| format_args!("…")))
            .field("role", &self.role)
            .field("use_connection", &self.use_connection)
            .field("existing", &self.existing)
            .field("out_of_order", &self.out_of_order)
            .field("allow_older", &self.allow_older)
            .field("require_tls", &self.require_tls)
            .finish()
    }
}

/// Makes a database current: composes histories, takes options, and runs, plans or checks.
///
/// Made from a pool, from connect options, from a database URL or from a `&mut` connection. Histories are
/// applied in the order in which they are added; the application's own comes last.
#[derive(Debug)]
#[must_use = "nothing happens until .run(), .plan(), .check() or .status() is awaited"]
pub struct Migrator<'h, D> {
    driver: Result<D, DbError>,
    histories: Vec<&'h Migrations>,
    options: Options,
}

impl<'h, D: Driver> Migrator<'h, D> {
    /// A migrator for `target`: `&PgPool`, `&PgConnectOptions`, `&mut PgConnection`, their MySQL and SQLite
    /// siblings, a database URL, or a [`Driver`]. Opens no connection; what is wrong with a URL is reported
    /// when the migrator runs.
    pub fn new<Origin>(target: impl IntoDriver<Origin, Driver = D>) -> Self {
        Migrator {
            driver: target.into_driver(),
            histories: Vec::new(),
            options: Options {
                lock_wait: Some(LOCK_WAIT),
                target: None,
                schema: None,
                on_connect: None,
                role: None,
                use_connection: false,
                existing: Existing::Refuse,
                out_of_order: OutOfOrder::Error,
                allow_older: false,
                require_tls: false,
            },
        }
    }

    /// Adds a history. Each is applied completely before the next one.
    pub fn history(mut self, migrations: &'h Migrations) -> Self {
        self.histories.push(migrations);
        self
    }

    /// How long to wait while another instance migrates; 10 minutes unless set. Zero means one try.
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.options.lock_wait = Some(wait);
        self
    }

    /// Waits for another instance without end.
    pub fn lock_wait_forever(mut self) -> Self {
        self.options.lock_wait = None;
        self
    }

    /// Stops after `version` of the history that was added last. What is applied beyond it stays.
    pub fn target(mut self, version: impl Into<String>) -> Self {
        self.options.target = Some(version.into());
        self
    }

    /// Keeps the history tables in `schema` (on MySQL: in that database) instead of where an unqualified
    /// CREATE TABLE goes. On Postgres the schema is created when the first migration runs. The scripts' own
    /// tables go where the scripts say.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.options.schema = Some(schema.into());
        self
    }

    /// SQL that is run on the fresh connection before anything else: what the `after_connect` of the
    /// application's pool does.
    pub fn on_connect(mut self, sql: impl Into<String>) -> Self {
        self.options.on_connect = Some(sql.into());
        self
    }

    /// The role that migrates: `SET ROLE` on the fresh connection. The role will own what the scripts create.
    pub fn set_role(mut self, role: impl Into<String>) -> Self {
        self.options.role = Some(role.into());
        self
    }

    /// Migrates on a connection of the pool, with whatever `after_connect` did to it, instead of a fresh one.
    /// That connection is closed afterwards.
    pub fn use_connection(mut self) -> Self {
        self.options.use_connection = true;
        self
    }

    /// What to do when a history is empty and this database has what its files create.
    pub fn existing(mut self, existing: Existing) -> Self {
        self.options.existing = existing;
        self
    }

    /// What to do with migrations that come before one that is applied already.
    pub fn out_of_order(mut self, out_of_order: OutOfOrder) -> Self {
        self.options.out_of_order = out_of_order;
        self
    }

    /// For an emergency: runs although a newer binary has taken away what this one may use. The report says so
    /// with a [`Notice::BelowFloor`].
    pub fn allow_older(mut self, allow: bool) -> Self {
        self.options.allow_older = allow;
        self
    }

    /// Refuses a connection that is not encrypted, before anything is read or written: sqlx falls back to one without
    /// a word unless its options say otherwise. A Unix socket counts as encrypted, since it does not leave the machine.
    /// It costs one more message for each connection.
    pub fn require_tls(mut self) -> Self {
        self.options.require_tls = true;
        self
    }

    /// Applies what is pending, exactly once however many instances run at the same time, and reports it.
    /// With nothing pending this is one read: no lock, no write, no DDL.
    ///
    /// # Errors
    ///
    /// [`Error`] says what happened, what is now true in the database and what to do. What was applied
    /// before it is in [`Error::report`] and stays in force.
    pub async fn run(self) -> Result<Report, Error> {
        let (driver, histories, options) = self.parts()?;
        let start = driver.now();
        let mut report = Report::default();
        let run = Run { driver: &driver, histories: &histories, options: &options };
        let result = run.run(&mut report).await;
        report.duration = driver.now().saturating_sub(start);
        match result {
            Ok(()) => Ok(report),
            Err(kind) => Err(Error::new(kind, report)),
        }
    }

    /// What [`run`](Self::run) would apply now. Reads every row of the histories; writes nothing, locks nothing.
    ///
    /// # Errors
    ///
    /// The same as `run` would find before it applies anything.
    pub async fn plan(self) -> Result<Plan, Error> {
        let (driver, histories, options) = self.parts()?;
        let run = Run { driver: &driver, histories: &histories, options: &options };
        let view = run.view().await?;
        let mut plan = Plan { steps: Vec::new(), notices: view.notices() };
        for (migrations, pending) in histories.iter().zip(&view.pending) {
            for migration in steps(migrations, pending) {
                let script = migration.up();
                plan.steps.push(PlannedStep {
                    history: migrations.name().to_owned(),
                    version: migration.version().to_owned(),
                    name: migration.name().to_owned(),
                    path: script.path().to_owned(),
                    statements: script.statements().len(),
                    atomic: crate::executor::is_atomic(driver.spec().dialect, script),
                });
            }
        }
        Ok(plan)
    }

    /// Whether the database is current, for an application that may not migrate. Verifies every row of the
    /// histories; writes nothing, locks nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Pending`] when something is not applied, and whatever does not fit in the histories.
    pub async fn check(self) -> Result<Vec<Notice>, Error> {
        let (driver, histories, options) = self.parts()?;
        let run = Run { driver: &driver, histories: &histories, options: &options };
        let view = run.view().await?;
        let versions = run.versions(&view);
        if versions.is_empty() { Ok(view.notices()) } else { Err(ErrorKind::Pending { versions }.into()) }
    }

    /// Where each migration stands, those of the files and those that only the database knows. Writes
    /// nothing, locks nothing.
    ///
    /// # Errors
    ///
    /// The same as [`plan`](Self::plan).
    pub async fn status(self) -> Result<Vec<Status>, Error> {
        let (driver, histories, options) = self.parts()?;
        let run = Run { driver: &driver, histories: &histories, options: &options };
        let view = run.view().await?;
        let mut all = Vec::new();
        for (migrations, rows) in histories.iter().zip(&view.rows) {
            let status = |version: &str, name: &str, row: Option<&crate::history::Applied>| Status {
                history: migrations.name().to_owned(),
                version: crate::text::shown(version),
                name: crate::text::shown(name),
                state: row.map(|row| row.state),
                release: row.map(|row| crate::text::shown(&row.release)),
                started_at: row.and_then(|row| row.started_at.as_deref()).map(crate::text::shown),
            };
            for migration in migrations.iter() {
                let row = rows.iter().find(|row| row.version == migration.version());
                all.push(status(migration.version(), migration.name(), row));
            }
            let known =
                |row: &crate::history::Applied| migrations.iter().any(|known| known.version() == row.version);
            for row in rows.iter().filter(|row| !known(row)) {
                all.push(status(&row.version, &row.name, Some(row)));
            }
        }
        Ok(all)
    }

    fn parts(self) -> Result<(D, Vec<&'h Migrations>, Options), Error> {
        let driver = self
            .driver
            .map_err(|error| ErrorKind::Connection { doing: "connect to the database".to_owned(), error })?;
        Ok((driver, self.histories, self.options))
    }
}

/// What a run would apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The migrations, in order.
    pub steps: Vec<PlannedStep>,
    /// What was noticed and is no error.
    pub notices: Vec<Notice>,
}

/// One migration that a run would apply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedStep {
    /// Name of the history.
    pub history: String,
    /// Canonical text of the version.
    pub version: String,
    /// Name of the migration.
    pub name: String,
    /// Path of the file, relative to the crate that owns the history.
    pub path: String,
    /// Number of statements.
    pub statements: usize,
    /// Whether it is all or nothing. Otherwise its statements take effect one by one, each recorded.
    pub atomic: bool,
}

/// Where one migration stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Name of the history.
    pub history: String,
    /// Canonical text of the version.
    pub version: String,
    /// Name of the migration.
    pub name: String,
    /// `None` when it is pending.
    pub state: Option<State>,
    /// The release that applied it.
    pub release: Option<String>,
    /// When its application began, by the database's clock, in the database's own form.
    pub started_at: Option<String>,
}

/// Makes `target` current with one history: `Migrator::new(target).history(migrations).run()`.
///
/// # Errors
///
/// See [`Migrator::run`].
pub async fn migrate<Origin, T: IntoDriver<Origin>>(
    target: T,
    migrations: &Migrations,
) -> Result<Report, Error> {
    Migrator::new(target).history(migrations).run().await
}
