//! The boot: one read, and only when that finds something to do a fresh session, the lock, the plan and its
//! execution. See the numbered steps in ARCHITECTURE.md.

use std::time::Duration;

use crate::checksum::{Checksum, fingerprints};
use crate::dialect::{Schemas, Spec, fill, has_code};
use crate::error::{ErrorKind, RowProblem};
use crate::executor::{Outcome, Pause, Task, Work};
use crate::foreign;
use crate::history::{
    Applied, BOOT_COLUMNS, Boot, FORMAT, Head, ROW_COLUMNS, State, Tables, boot_sql, rows_sql,
};
use crate::identity::{COLUMNS, Identity};
use crate::lock::Lock;
use crate::migrations::{Migration, Migrations};
use crate::migrator::{Existing, Options};
use crate::plan::{Pending, end_of, plan};
use crate::report::{Notice, Report};
use crate::session::{DbError, Driver, Fault, Kind, Session, Value};
use crate::text::shown;

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
        let read = match self.first_read(&mut session).await {
            Ok(read) => read,
            Err(error) => {
                // The connection may be fine, so a pool may have it back; a broken one it will notice.
                end(session).await;
                return Err(error);
            }
        };
        if let FirstRead::Current(notices) = read {
            report.notices = notices;
            end(session).await;
            return Ok(());
        }
        let view = match self.look(&mut session, read).await {
            Ok(view) => view,
            Err(error) => {
                end(session).await;
                return Err(error);
            }
        };
        if view.is_current() {
            report.notices = view.notices();
            end(session).await;
            return Ok(());
        }
        if view.boot.in_transaction {
            end(session).await;
            return Err(ErrorKind::InTransaction);
        }
        self.work(session, view, report).await
    }

    /// What a run would do.
    pub(crate) async fn view(&self) -> Result<View, ErrorKind> {
        self.validate()?;
        let mut session = self.lend().await?;
        let mut view = match self.first_read(&mut session).await {
            Ok(read) => self.look(&mut session, read).await,
            Err(error) => Err(error),
        };
        if let Ok(view) = &mut view {
            self.resolve_doubt(&mut session, view).await;
        }
        end(session).await;
        let mut view = view?;
        match view.pending.iter_mut().find_map(|pending| pending.doubt.take()) {
            Some(doubt) => Err(*doubt),
            None => Ok(view),
        }
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

    async fn lend(&self) -> Result<D::Session, ErrorKind> {
        self.retrying("connect", async || self.driver.lend().await).await
    }

    /// Calls `connect` again while the server has no free connection or is starting up.
    async fn retrying<T>(
        &self,
        doing: &str,
        connect: impl AsyncFn() -> Result<T, DbError>,
    ) -> Result<T, ErrorKind> {
        let deadline = self.deadline();
        let mut pause = Pause::default();
        loop {
            match connect().await {
                Err(error)
                    if has_code(&error, self.spec().codes.try_again)
                        && deadline.is_none_or(|deadline| self.driver.now() < deadline) =>
                {
                    pause.wait(self.driver).await;
                }
                Err(error) => {
                    return Err(ErrorKind::Connection { doing: format!("{doing} to the database"), error });
                }
                Ok(connected) => return Ok(connected),
            }
        }
    }

    fn deadline(&self) -> Option<Duration> {
        self.options.lock_wait.map(|wait| self.driver.now() + wait)
    }

    fn tables(&self, schema: Option<&str>) -> Result<Tables, ErrorKind> {
        Tables::new(self.spec(), schema).map_err(ErrorKind::Config)
    }

    /// The one read, on a pooled connection that nobody has tested: a broken one is replaced once.
    async fn first_read(&self, session: &mut D::Session) -> Result<FirstRead, ErrorKind> {
        match self.read(session).await {
            Err(ErrorKind::Connection { error, .. }) if error.fault() == Fault::Connection => {
                let Ok(fresh) = self.driver.lend().await else {
                    return Err(ErrorKind::Connection { doing: "read the history".to_owned(), error });
                };
                std::mem::replace(session, fresh).discard().await;
                self.read(session).await
            }
            read => read,
        }
    }

    /// The one read: one message, no lock, no write.
    async fn read(&self, session: &mut D::Session) -> Result<FirstRead, ErrorKind> {
        let tables = self.tables(self.options.schema.as_deref())?;
        let sql = boot_sql(self.spec(), &tables, self.histories.iter().map(|migrations| migrations.name()));
        match session.query(&sql, &BOOT_COLUMNS).await {
            Ok(rows) => {
                let boot = Boot::decode(rows).map_err(|detail| unreadable("migrate_head", detail))?;
                self.judge(boot)
            }
            Err(error) if self.spec().codes.is_missing_table(&error) => Ok(FirstRead::NoTables),
            Err(error) => Err(reading(error)),
        }
    }

    /// Whether the one read says that nothing is to be done.
    fn judge(&self, boot: Boot) -> Result<FirstRead, ErrorKind> {
        let mut notices = Vec::new();
        let mut current = true;
        if let Some(schema) = &boot.table_schema
            && self.options.schema.is_none()
            && Some(schema) != boot.schema.as_ref()
        {
            return Err(ErrorKind::Config(format!(
                "migrate_head was found in schema {:?}, but new tables would go to {}\n  = nothing was run\n  = help: say which \
                 with .schema(\"…\"), or set the search_path",
                shown(schema),
                boot.schema
                    .as_deref()
                    .map_or("no schema at all".to_owned(), |schema| format!("{:?}", shown(schema)))
            )));
        }
        for migrations in self.histories {
            let Some(head) = boot.head(migrations.name()) else {
                current &= migrations.is_empty();
                continue;
            };
            if head.format > FORMAT {
                return Err(ErrorKind::FormatTooNew { found: head.format, known: FORMAT });
            }
            let end = end_of(migrations, self.target_of(migrations))?;
            let all = (migrations.fingerprint(), migrations.text_fingerprint());
            // With a target, the fingerprint is that of the files up to it.
            let (fingerprint, text) = match end {
                end if end == migrations.len() => all,
                end => fingerprints(migrations).get(end).copied().unwrap_or(all),
            };
            let same_text = head.text_fingerprint == text.to_string();
            if head.fingerprint != fingerprint.to_string() || !newest_fits(migrations, head, end, same_text)?
            {
                current = false;
                continue;
            }
            if !same_text {
                notices.push(Notice::TextDiffers { history: migrations.name().to_owned(), path: None });
            }
        }
        Ok(if current { FirstRead::Current(notices) } else { FirstRead::Look(boot) })
    }

    /// Reads all rows and plans.
    async fn look(&self, session: &mut D::Session, read: FirstRead) -> Result<View, ErrorKind> {
        let (boot, tables_exist) = match read {
            FirstRead::NoTables => (self.surroundings(session).await?, false),
            FirstRead::Look(boot) => (boot, true),
            FirstRead::Current(_) => match self.reread(session).await? {
                Some(boot) => (boot, true),
                None => (self.surroundings(session).await?, false),
            },
        };
        let tables = self.tables(self.options.schema.as_deref())?;
        let (rows, pending) = self.rows(session, &tables, tables_exist, Some(&boot)).await?;
        let mut boot = boot;
        boot.in_transaction |= session.in_transaction();
        let view = View { boot, tables_exist, rows, pending };
        self.guard(session, &view).await?;
        Ok(view)
    }

    /// The one read once more, whatever it finds.
    async fn reread(&self, session: &mut D::Session) -> Result<Option<Boot>, ErrorKind> {
        let tables = self.tables(self.options.schema.as_deref())?;
        let sql = boot_sql(self.spec(), &tables, self.histories.iter().map(|migrations| migrations.name()));
        match session.query(&sql, &BOOT_COLUMNS).await {
            Ok(rows) => Boot::decode(rows).map(Some).map_err(|detail| unreadable("migrate_head", detail)),
            Err(error) if self.spec().codes.is_missing_table(&error) => Ok(None),
            Err(error) => Err(reading(error)),
        }
    }

    /// Where a session is, on a database without our tables.
    async fn surroundings(&self, session: &mut D::Session) -> Result<Boot, ErrorKind> {
        let identity = identify(self.spec(), session).await?;
        let sql = self.spec().in_transaction;
        let rows = session.query(sql, &[Kind::Int]).await.map_err(reading)?;
        Ok(Boot {
            schema: identity.schema,
            user: identity.user,
            database: identity.database,
            in_transaction: matches!(rows.first().map(Vec::as_slice), Some([Value::Int(1)])),
            ..Boot::default()
        })
    }

    /// All rows of all histories, and what follows from them.
    async fn rows(
        &self,
        session: &mut D::Session,
        tables: &Tables,
        tables_exist: bool,
        boot: Option<&Boot>,
    ) -> Result<(Vec<Vec<Applied>>, Vec<Pending>), ErrorKind> {
        let mut all = Vec::with_capacity(self.histories.len());
        let mut pending = Vec::with_capacity(self.histories.len());
        for migrations in self.histories {
            let rows = if tables_exist {
                let sql = rows_sql(self.spec(), tables, migrations.name());
                let rows = session.query(&sql, &ROW_COLUMNS).await.map_err(reading)?;
                Applied::decode(rows).map_err(|detail| unreadable("migrate_history", detail))?
            } else {
                Vec::new()
            };
            if let Some(boot) = boot {
                head_fits(migrations, boot.head(migrations.name()), &rows)?;
            }
            let end = end_of(migrations, self.target_of(migrations))?;
            let plan = plan(migrations, &rows, end)?;
            if let Some(head) = boot.and_then(|boot| boot.head(migrations.name())) {
                above_floor(migrations, head, &rows)?;
            }
            pending.push(plan);
            all.push(rows);
        }
        Ok((all, pending))
    }

    /// Before the first migration of a history: has another tool been here?
    async fn guard(&self, session: &mut D::Session, view: &View) -> Result<(), ErrorKind> {
        if self.options.existing == Existing::Allow {
            return Ok(());
        }
        let first = self.histories.iter().zip(&view.rows).zip(&view.pending);
        for ((migrations, rows), pending) in first {
            if rows.is_empty() && !pending.is_empty() {
                return foreign::refuse(self.spec(), session, migrations.name()).await;
            }
        }
        Ok(())
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
            match self.retrying("open a second connection", async || self.driver.connect().await).await {
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
        let mut setup = match self.set_up(session, own, &view).await {
            Ok(setup) => setup,
            Err((session, error)) => {
                session.discard().await;
                return Err(error);
            }
        };
        let result = match self.locked(&mut setup.work, &view, report).await {
            // Found out by the first write: a file or a server that only lets itself be read.
            Err(ErrorKind::Bookkeeping { error, .. }) if has_code(&error, self.spec().codes.read_only) => {
                Err(ErrorKind::ReadOnly { versions: self.versions(&view), reason: error.to_string() })
            }
            result => result,
        };
        // The scope of the lock ends here, on every path. A future that is dropped before drops the
        // session with it, and the server ends what it was doing.
        self.close(setup, own).await;
        result
    }

    /// Makes the session ours: role, settings, identity.
    async fn set_up(
        &self,
        mut session: D::Session,
        own: bool,
        view: &View,
    ) -> Result<Setup<'a, D>, (D::Session, ErrorKind)> {
        match self.prepare(&mut session, own, view).await {
            Ok(prepared) => Ok(Setup {
                restore: prepared.restore,
                work: Work {
                    driver: self.driver,
                    session,
                    spec: self.spec(),
                    tables: prepared.tables,
                    lock: prepared.lock,
                    exclusive: Ok(()),
                    actor: prepared.actor,
                    reset: prepared.reset,
                    set_role: prepared.set_role,
                    used: false,
                    foreign_keys: prepared.foreign_keys,
                    deadline: self.deadline(),
                },
            }),
            Err(error) => Err((session, error)),
        }
    }

    async fn prepare(&self, session: &mut D::Session, own: bool, view: &View) -> Result<Prepared, ErrorKind> {
        let spec = self.spec();
        let setting = |error| ErrorKind::Connection { doing: "set up the session".to_owned(), error };
        // SQLite cannot be asked whether a transaction is open, but it refuses to begin a second one, and then
        // the caller's is untouched.
        if !own && spec.lock.is_none() && session.execute("BEGIN; ROLLBACK").await.is_err() {
            return Err(ErrorKind::InTransaction);
        }
        // What a lent session must be brought back to.
        let original = if own { Vec::new() } else { capture(spec, session).await.map_err(setting)? };
        if !spec.settings.is_empty() {
            session.execute(spec.settings).await.map_err(setting)?;
        }
        if let Some(role) = &self.options.role {
            let Some(template) = spec.set_role else {
                return Err(ErrorKind::Config(format!(
                    "{} has no roles: leave out .set_role(…)",
                    spec.engine
                )));
            };
            let role = spec.identifier(role).map_err(ErrorKind::Config)?;
            session.execute(&fill(template, &[("role", &role)])).await.map_err(setting)?;
        }
        if let Some(sql) = &self.options.on_connect {
            session.execute(sql).await.map_err(setting)?;
        }
        let identity = identify(spec, session).await?;
        identity.supported()?;
        if own {
            identity.same_as(&view.boot, self.options.role.is_some())?;
        }
        if identity.read_only {
            return Err(ErrorKind::ReadOnly {
                versions: self.versions(view),
                reason: "it is a replica".to_owned(),
            });
        }
        let schema = self.options.schema.clone().or_else(|| identity.schema.clone());
        let Some(schema) = schema else {
            return Err(ErrorKind::Config(match spec.schemas {
                Schemas::Databases => "the connection has no default database: put its name into the URL, as in \
                                       mysql://user@host/name"
                    .to_owned(),
                _ => "no schema of the search_path exists, so there is no place for tables: create one, or say \
                      .schema(\"…\")"
                    .to_owned(),
            }));
        };
        let captured = capture(spec, session).await.map_err(setting)?;
        let name = |name: &Option<String>| name.as_deref().map(|name| spec.identifier(name)).transpose();
        let login = name(&identity.login).map_err(ErrorKind::Config).unwrap_or_default().unwrap_or_default();
        let role = name(&identity.user).map_err(ErrorKind::Config).unwrap_or_default().unwrap_or_default();
        let database = name(&identity.database).map_err(ErrorKind::Config)?.unwrap_or_default();
        let cleaned = fill(spec.reset, &[("login", &login), ("role", &role), ("database", &database)]);
        let own_too = if own { spec.reset_own } else { "" };
        let reset = format!("{cleaned}{own_too}{}", spec.restore(&captured));
        let restore = format!("{cleaned}{}", spec.restore(&original));
        Ok(Prepared {
            tables: self.tables(Some(&schema))?,
            lock: Lock::new(spec, identity.database.as_deref().unwrap_or_default(), &schema),
            actor: identity.user.unwrap_or_default(),
            set_role: match spec.schemas {
                Schemas::SearchPath => fill(
                    "SET SESSION AUTHORIZATION {login}; SET ROLE {role}; ",
                    &[("login", &login), ("role", &role)],
                ),
                _ => String::new(),
            },
            foreign_keys: captured.iter().any(|(name, value)| name == "foreign_keys" && value == "1"),
            restore,
            reset,
        })
    }

    /// Ends the working session: closing it is what lets go of the lock. A lent one that does everything is
    /// first brought back to how it was.
    async fn close(&self, setup: Setup<'a, D>, own: bool) {
        let Setup { mut work, restore } = setup;
        if own {
            let _ = work.session.close().await;
            return;
        }
        work.roll_back().await;
        let mut clean = work.session.execute(&restore).await.is_ok();
        if let Some(lock) = &work.lock {
            // Not ours to release when the wait for it ended without it; the answer is of no consequence then.
            clean &= lock.release(&mut work.session).await.is_ok();
        }
        if clean && !(self.options.use_connection && work.lock.is_some()) {
            end(work.session).await;
        } else {
            work.session.discard().await;
        }
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
            if let Err(detail) = &work.exclusive {
                report.notices.push(Notice::LockNotExclusive { detail: detail.clone() });
            }
        }
        if !view.tables_exist {
            self.create_tables(work).await?;
        }
        self.apply(work, report).await
    }

    /// Polls for the lock. Between two tries the one read: when another instance has done the work, this
    /// leaves with its notices and without the lock.
    async fn acquire(
        &self,
        work: &mut Work<'a, D>,
        report: &mut Report,
    ) -> Result<Option<Vec<Notice>>, ErrorKind> {
        let Some(lock) = work.lock.take() else { return Ok(None) };
        let mut pause = Pause::default();
        let result = loop {
            match lock.acquire(&mut work.session).await {
                Ok(true) => break Ok(None),
                Ok(false) => {}
                Err(error) => break Err(ErrorKind::Bookkeeping { doing: "take the lock".to_owned(), error }),
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
    async fn verify(&self, work: &mut Work<'a, D>) -> Result<(), ErrorKind> {
        let Some(lock) = &work.lock else { return Ok(()) };
        let second = self.retrying("open a second connection", async || self.driver.connect().await).await?;
        let Some(mut second) = second else { return Ok(()) };
        let excludes = lock.excludes(&mut second).await;
        end(second).await;
        match excludes {
            Ok(true) => {}
            Ok(false) => {
                work.exclusive =
                    Err("a second connection got the same lock, as behind a pooler in transaction mode"
                        .to_owned());
                let _ = lock.release(&mut work.session).await;
            }
            Err(error) => {
                return Err(ErrorKind::Bookkeeping {
                    doing: "test the lock from a second connection".to_owned(),
                    error,
                });
            }
        }
        Ok(())
    }

    /// Creates our tables, and the chosen schema where it is missing.
    async fn create_tables(&self, work: &mut Work<'a, D>) -> Result<(), ErrorKind> {
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
            } else {
                "create the tables migrate_history, migrate_head and migrate_journal".to_owned()
            };
            return Err(ErrorKind::Bookkeeping { doing: way_out, error });
        }
    }

    /// Reads, plans and applies until nothing is pending.
    async fn apply(&self, work: &mut Work<'a, D>, report: &mut Report) -> Result<(), ErrorKind> {
        let hashes: Vec<Vec<(Checksum, Checksum)>> =
            self.histories.iter().map(|migrations| fingerprints(migrations)).collect();
        let mut lost = 0;
        let mut doubt: Option<(String, Duration)> = None;
        'again: loop {
            let tables = work.tables.clone();
            let (mut rows, mut pending) = self.rows(&mut work.session, &tables, true, None).await?;
            if let Some(error) = pending.iter_mut().find_map(|pending| pending.doubt.take()) {
                // Without a session lock the row may be another instance's, which is at work.
                let seen = error.to_string();
                let since = match &doubt {
                    Some((before, since)) if *before == seen => *since,
                    _ => self.driver.now(),
                };
                if work.lock.is_some() || self.driver.now().saturating_sub(since) >= GRACE {
                    return Err(*error);
                }
                doubt = Some((seen, since));
                self.driver.sleep(Duration::from_millis(100)).await;
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

/// What the one read found.
enum FirstRead {
    /// Our tables are not there.
    NoTables,
    /// Something differs: all rows must be read.
    Look(Boot),
    /// Everything is applied.
    Current(Vec<Notice>),
}

/// A session in use.
struct Setup<'a, D: Driver> {
    work: Work<'a, D>,
    /// Brings a lent session back to how it was.
    restore: String,
}

/// What preparing a session found out.
struct Prepared {
    tables: Tables,
    lock: Option<Lock>,
    actor: String,
    restore: String,
    reset: String,
    set_role: String,
    foreign_keys: bool,
}

/// The migrations that `pending` names.
pub(crate) fn steps<'m>(
    migrations: &'m Migrations,
    pending: &Pending,
) -> impl Iterator<Item = Migration<'m>> {
    (pending.start..pending.end).filter_map(|index| migrations.get(index))
}

/// The head says that all is applied; the newest row must say the same. `false` when a row has come after
/// the head was written, which only all rows can explain.
fn newest_fits(migrations: &Migrations, head: &Head, end: usize, same_text: bool) -> Result<bool, ErrorKind> {
    let Some(last) = end.checked_sub(1).and_then(|last| migrations.get(last)) else { return Ok(true) };
    let altered = |version: &str, problem, detail: String| {
        Err(ErrorKind::Altered {
            history: migrations.name().to_owned(),
            version: Some(version.to_owned()),
            problem,
            detail,
        })
    };
    let newest = match &head.newest {
        Some(newest) if newest.position > head.position => return Ok(false),
        Some(newest) if newest.position == head.position => newest,
        _ => {
            // Positions follow the order of application, which is file order unless an older release ran.
            let gone = usize::try_from(head.position - 1)
                .ok()
                .and_then(|index| migrations.get(index))
                .unwrap_or(last);
            let version = gone.version();
            return altered(
                version,
                RowProblem::Missing,
                format!("the row of its newest version {version} is gone"),
            );
        }
    };
    let Some(known) = migrations.iter().find(|migration| migration.version() == newest.version) else {
        let found = shown(&newest.version);
        let detail = format!("its newest row is version {found:?}, where {} belongs", last.version());
        return altered(last.version(), RowProblem::Head, detail);
    };
    let up = known.up().data();
    if newest.chain != head.chain
        || newest.token_checksum != up.token_checksum.to_string()
        || (same_text && newest.text_checksum != up.text_checksum.to_string())
        || newest.state != State::Applied.text()
    {
        let version = known.version();
        let detail = format!("the row of its newest version {version} was altered after it was written");
        return altered(version, RowProblem::Head, detail);
    }
    Ok(true)
}

/// A binary may run on a newer database if it knows the oldest migration that the newest contract step
/// asks for.
fn above_floor(migrations: &Migrations, head: &Head, rows: &[Applied]) -> Result<(), ErrorKind> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let floor = rows.iter().find(|row| row.position == head.floor && row.position > known);
    match floor {
        None => Ok(()),
        Some(row) => Err(ErrorKind::TooOld {
            history: migrations.name().to_owned(),
            version: shown(&row.version),
            release: shown(&head.release),
        }),
    }
}

/// The head row beside all rows: it must name the newest applied one.
fn head_fits(migrations: &Migrations, head: Option<&Head>, rows: &[Applied]) -> Result<(), ErrorKind> {
    let newest = rows.iter().rfind(|row| row.state == State::Applied);
    let altered = |version: Option<&str>, problem, detail| {
        Err(ErrorKind::Altered {
            history: migrations.name().to_owned(),
            version: version.map(shown),
            problem,
            detail,
        })
    };
    match (head, newest) {
        (None, None) => Ok(()),
        (None, Some(row)) => altered(
            Some(&row.version),
            RowProblem::Head,
            format!("migrate_head has no row for it, and migrate_history has {}", rows.len()),
        ),
        (Some(head), newest) => {
            let position = newest.map_or(0, |row| row.position);
            if position < head.position {
                let gone = usize::try_from(position).ok().and_then(|index| migrations.get(index));
                let version = gone.map(|migration| migration.version());
                return altered(
                    version,
                    RowProblem::Missing,
                    format!(
                        "migrate_head says that {} are applied, migrate_history has {position}{}",
                        head.position,
                        version
                            .map(|version| format!(": the row of version {version} is gone"))
                            .unwrap_or_default()
                    ),
                );
            }
            match newest {
                Some(row) if row.position == head.position && row.chain != head.chain => altered(
                    Some(&row.version),
                    RowProblem::Head,
                    format!(
                        "the row of its newest version {} was altered after it was written",
                        shown(&row.version)
                    ),
                ),
                _ => Ok(()),
            }
        }
    }
}

/// Names and values of what a script may change in the session.
async fn capture<S: Session>(spec: &Spec, session: &mut S) -> Result<Vec<(String, String)>, DbError> {
    let rows = session.query(spec.capture, &[Kind::Text, Kind::Text]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Text(name), Value::Text(value)]) => Some((name, value)),
            _ => None,
        })
        .collect())
}

async fn identify<S: Session>(spec: &Spec, session: &mut S) -> Result<Identity, ErrorKind> {
    let rows = session.query(spec.identify, &COLUMNS).await.map_err(reading)?;
    Identity::decode(rows).map_err(|detail| ErrorKind::Connection {
        doing: "ask the server what it is".to_owned(),
        error: DbError::new(Fault::Decode, detail),
    })
}

fn reading(error: DbError) -> ErrorKind {
    match error.fault() {
        Fault::Decode => unreadable("the history tables", error.to_string()),
        _ => ErrorKind::Connection { doing: "read the history".to_owned(), error },
    }
}

fn unreadable(table: &str, detail: String) -> ErrorKind {
    ErrorKind::Unreadable { table: table.to_owned(), detail }
}

/// Gives a session back. That a connection was broken already changes nothing here.
async fn end<S: Session>(session: S) {
    let _ = session.close().await;
}
