//! What a boot reads: the one message, and where that is not enough all rows. Writes nothing, locks nothing.

use super::fit::{above_floor, head_fits, newest_fits};
use super::{Run, View};
use crate::checksum::fingerprints;
use crate::dialect::{Spec, has_code};
use crate::error::{ErrorKind, RowProblem};
use crate::foreign;
use crate::history::{Applied, BOOT_COLUMNS, Boot, FORMAT, ROW_COLUMNS, State, Tables, boot_sql, rows_sql};
use crate::identity::{COLUMNS, Identity};
use crate::migrator::Existing;
use crate::plan::{Pending, end_of, plan};
use crate::report::Notice;
use crate::session::{DbError, Driver, Fault, Kind, Session, Value};
use crate::text::shown;

/// What the one read found.
pub(super) enum FirstRead {
    /// Our tables are not there.
    NoTables,
    /// Something differs: all rows must be read.
    Look(Boot),
    /// Everything is applied.
    Current(Vec<Notice>),
}

impl<'a, D: Driver> Run<'a, D> {
    /// On a connection that the caller goes on to use and where an error ends the whole transaction: a
    /// savepoint, when there is a transaction. A table that is not there is such an error.
    pub(super) async fn protect(&self, session: &mut D::Session) -> Result<bool, ErrorKind> {
        let Some(savepoint) = &self.spec().savepoint else { return Ok(false) };
        if !session.is_callers() {
            return Ok(false);
        }
        match session.query(self.spec().in_transaction, &[Kind::Int]).await {
            Ok(rows) if matches!(rows.first().map(Vec::as_slice), Some([Value::Int(1)])) => {}
            Ok(_) => return Ok(false),
            Err(error) if error.code() == Some(savepoint.ended) => return Err(ErrorKind::InTransaction),
            Err(error) => return Err(self.reading(error)),
        }
        session.execute(savepoint.set).await.map_err(|error| self.reading(error))?;
        Ok(true)
    }

    /// Goes back to the savepoint: only reads came after it.
    pub(super) async fn unprotect<T>(
        &self,
        session: &mut D::Session,
        protected: bool,
        found: Result<T, ErrorKind>,
    ) -> Result<T, ErrorKind> {
        let Some(savepoint) = self.spec().savepoint.as_ref().filter(|_| protected) else { return found };
        session.execute(savepoint.back).await.map_err(|error| self.reading(error))?;
        match found {
            // Our tables are not there, and after that error nothing more could be asked.
            Err(ErrorKind::Connection { error, .. }) if error.code() == Some(savepoint.ended) => {
                Err(ErrorKind::InTransaction)
            }
            found => found,
        }
    }

    /// The one read, on a pooled connection that nobody has tested: a broken one is replaced once.
    pub(super) async fn first_read(&self, session: &mut D::Session) -> Result<FirstRead, ErrorKind> {
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
    pub(super) async fn read(&self, session: &mut D::Session) -> Result<FirstRead, ErrorKind> {
        let tables = self.tables(self.options.schema.as_deref())?;
        let sql = boot_sql(self.spec(), &tables, self.histories.iter().map(|migrations| migrations.name()));
        match self.ask(session, &sql, &BOOT_COLUMNS).await {
            Ok(rows) => {
                let boot = Boot::decode(rows).map_err(|detail| unreadable("migrate_head", detail))?;
                self.judge(boot)
            }
            Err(error) if self.spec().codes.is_missing_table(&error) => Ok(FirstRead::NoTables),
            Err(error) => Err(self.reading(error)),
        }
    }

    /// Whether the one read says that nothing is to be done.
    pub(super) fn judge(&self, boot: Boot) -> Result<FirstRead, ErrorKind> {
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
    pub(super) async fn look(&self, session: &mut D::Session, read: FirstRead) -> Result<View, ErrorKind> {
        let (boot, tables_exist) = match read {
            FirstRead::NoTables => (self.surroundings(session).await?, false),
            FirstRead::Look(boot) => (boot, true),
            FirstRead::Current(_) => match self.reread(session).await? {
                Some(boot) => (boot, true),
                None => (self.surroundings(session).await?, false),
            },
        };
        let tables = self.tables(self.options.schema.as_deref())?;
        let mut boot = boot;
        let (rows, pending) = loop {
            match self.rows(session, &tables, tables_exist, Some(&boot)).await {
                // The rows were read after the head, and another instance may have been at work in between.
                // Only when the head is still the same do the two contradict each other.
                Err(error @ ErrorKind::Altered { problem: RowProblem::Head | RowProblem::Missing, .. }) => {
                    match self.reread(session).await? {
                        Some(now) if now.heads != boot.heads => boot = now,
                        _ => return Err(error),
                    }
                }
                read => break read?,
            }
        };
        boot.in_transaction |= session.in_transaction();
        let view = View { boot, tables_exist, rows, pending };
        self.guard(session, &view).await?;
        Ok(view)
    }

    /// The one read once more, whatever it finds.
    pub(super) async fn reread(&self, session: &mut D::Session) -> Result<Option<Boot>, ErrorKind> {
        let tables = self.tables(self.options.schema.as_deref())?;
        let sql = boot_sql(self.spec(), &tables, self.histories.iter().map(|migrations| migrations.name()));
        match self.ask(session, &sql, &BOOT_COLUMNS).await {
            Ok(rows) => Boot::decode(rows).map(Some).map_err(|detail| unreadable("migrate_head", detail)),
            Err(error) if self.spec().codes.is_missing_table(&error) => Ok(None),
            Err(error) => Err(self.reading(error)),
        }
    }

    /// Reads our tables. A transaction of SQLite that has outgrown its cache, or that commits, has the file to
    /// itself, and may for longer than the connection waits within a try.
    async fn ask(
        &self,
        session: &mut D::Session,
        sql: &str,
        columns: &[Kind],
    ) -> Result<Vec<Vec<Value>>, DbError> {
        let (deadline, mut pause) = self.patience();
        loop {
            match session.query(sql, columns).await {
                Err(error)
                    if has_code(&error, self.spec().codes.busy)
                        && deadline.is_none_or(|deadline| self.driver.now() < deadline) =>
                {
                    pause.wait(self.driver).await;
                }
                answer => return answer,
            }
        }
    }

    fn reading(&self, error: DbError) -> ErrorKind {
        reading(self.spec(), error)
    }

    /// Where a session is, on a database without our tables.
    pub(super) async fn surroundings(&self, session: &mut D::Session) -> Result<Boot, ErrorKind> {
        let identity = identify(self.spec(), session).await?;
        let sql = self.spec().in_transaction;
        let rows = session.query(sql, &[Kind::Int]).await.map_err(|error| self.reading(error))?;
        Ok(Boot {
            schema: identity.schema,
            user: identity.user,
            database: identity.database,
            in_transaction: matches!(rows.first().map(Vec::as_slice), Some([Value::Int(1)])),
            ..Boot::default()
        })
    }

    /// All rows of all histories, and what follows from them.
    pub(super) async fn rows(
        &self,
        session: &mut D::Session,
        tables: &Tables,
        tables_exist: bool,
        boot: Option<&Boot>,
    ) -> Result<(Vec<Vec<Applied>>, Vec<Pending>), ErrorKind> {
        let mut all = Vec::with_capacity(self.histories.len());
        let mut pending = Vec::with_capacity(self.histories.len());
        for migrations in self.histories {
            let mut head = boot.and_then(|boot| boot.head(migrations.name())).cloned();
            let (rows, plan) = loop {
                let rows = if tables_exist {
                    let sql = rows_sql(self.spec(), tables, migrations.name());
                    let rows =
                        self.ask(session, &sql, &ROW_COLUMNS).await.map_err(|error| self.reading(error))?;
                    Applied::decode(rows).map_err(|detail| unreadable("migrate_history", detail))?
                } else {
                    Vec::new()
                };
                if boot.is_some() {
                    head_fits(migrations, head.as_ref(), &rows)?;
                }
                let end = end_of(migrations, self.target_of(migrations))?;
                let plan = plan(migrations, &rows, end, tables)?;
                // A newer release has been at work, maybe since the head was read. What it asks of older ones
                // stands in the head that it wrote with its last row.
                let newest =
                    rows.iter().rfind(|row| row.state == State::Applied).map_or(0, |row| row.position);
                let ours = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
                if newest <= ours || head.as_ref().is_some_and(|head| head.position == newest) {
                    break (rows, plan);
                }
                let now = self.reread(session).await?;
                let now = now.and_then(|boot| boot.head(migrations.name()).cloned());
                if now == head {
                    head_fits(migrations, head.as_ref(), &rows)?;
                    break (rows, plan);
                }
                head = now;
            };
            if let Some(head) = &head {
                above_floor(migrations, head, &rows)?;
            }
            pending.push(plan);
            all.push(rows);
        }
        Ok((all, pending))
    }

    /// Before the first migration of a history: has somebody else made what it creates?
    pub(super) async fn guard(&self, session: &mut D::Session, view: &View) -> Result<(), ErrorKind> {
        if self.options.existing == Existing::Allow {
            return Ok(());
        }
        let first = self.histories.iter().zip(&view.rows).zip(&view.pending);
        for ((migrations, rows), pending) in first {
            if rows.is_empty() && !pending.is_empty() {
                let objects = foreign::existing(self.spec(), session, migrations).await?;
                // Another instance may have been at work since the rows were read.
                if objects.is_empty() || self.has_begun(session, migrations.name()).await? {
                    continue;
                }
                return Err(ErrorKind::Foreign {
                    history: migrations.name().to_owned(),
                    objects,
                    tool: foreign::other_tool(self.spec(), session).await?,
                    apart: self.spec().apart,
                });
            }
        }
        Ok(())
    }
}

impl<D: Driver> Run<'_, D> {
    /// Whether a history has a row by now.
    async fn has_begun(&self, session: &mut D::Session, history: &str) -> Result<bool, ErrorKind> {
        let sql = rows_sql(self.spec(), &self.tables(self.options.schema.as_deref())?, history);
        match self.ask(session, &sql, &ROW_COLUMNS).await {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(error) if self.spec().codes.is_missing_table(&error) => Ok(false),
            Err(error) => Err(self.reading(error)),
        }
    }
}

pub(super) async fn identify<S: Session>(spec: &Spec, session: &mut S) -> Result<Identity, ErrorKind> {
    let rows = session.query(spec.identify, &COLUMNS).await.map_err(|error| reading(spec, error))?;
    Identity::decode(rows).map_err(|detail| ErrorKind::Connection {
        doing: "ask the server what it is".to_owned(),
        error: DbError::new(Fault::Decode, detail),
    })
}

fn reading(spec: &Spec, error: DbError) -> ErrorKind {
    let doing = match error.fault() {
        Fault::Decode => return unreadable("the history tables", error.to_string()),
        _ if has_code(&error, spec.codes.denied) => {
            "read the history (this role needs SELECT on migrate_history and migrate_head)"
        }
        _ if has_code(&error, spec.codes.no_database) => {
            "read the history, because the connection has no default database (put its name into the URL, as in \
             mysql://user@host/name)"
        }
        _ => "read the history",
    };
    ErrorKind::Connection { doing: doing.to_owned(), error }
}

pub(super) fn unreadable(table: &str, detail: String) -> ErrorKind {
    ErrorKind::Unreadable { table: table.to_owned(), detail }
}
