//! The one error of the running half: what happened, what is now true in the database, what to do next.

use std::fmt;
use std::time::Duration;

use thiserror::Error as Derive;

use crate::foreign::OtherTool;
use crate::history::State;
use crate::migrations::Script;
use crate::report::Report;
use crate::session::DbError;
use crate::text::Listed;

/// Why a run, a plan or a check did not succeed.
///
/// [`Display`](fmt::Display) says everything that a person needs: what happened and where, what is now true
/// in the database, and the way out. [`kind`](Self::kind) has the same as data.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    report: Report,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, report: Report) -> Self {
        Error { inner: Box::new(Inner { kind, report }) }
    }

    /// What happened, as data.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// What this run had applied before it failed. Those migrations are in force.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.inner.report
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error::new(kind, Report::default())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.inner.kind, f)?;
        let steps = &self.inner.report.steps;
        if !steps.is_empty() {
            let applied: Vec<String> =
                steps.iter().map(|step| format!("{}/{}", step.history, step.version)).collect();
            write!(f, "\n  = applied before that, and in force: {}", Listed(&applied))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    // `main` prints errors with Debug; people should see the message then, too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.inner.kind)
    }
}

/// What does not fit in our tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowProblem {
    /// A row is missing.
    Missing,
    /// A row was altered, removed or put in by hand: its chain value does not follow from it.
    Chain,
    /// The head row and the newest history row contradict each other.
    Head,
}

/// What happened. Each variant carries what a program may want to act on.
#[derive(Debug, Derive)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The database could not be reached, or the connection broke where nothing had been sent that matters.
    #[error("cannot {doing}: {error}{}", hint(error))]
    Connection {
        /// What was being done.
        doing: String,
        /// The driver's error.
        #[source]
        error: DbError,
    },
    /// The connection is not encrypted, and [`require_tls`](crate::Migrator::require_tls) asks for it.
    #[error(
        "the connection to the database is not encrypted, and .require_tls() asks for that\n  = nothing was run\n  = help: ask for \
         it in the URL or the connect options, which may have fallen back to no encryption: sslmode=verify-full on PostgreSQL, \
         ssl-mode=VERIFY_IDENTITY on MySQL and MariaDB"
    )]
    NotEncrypted,
    /// The migrator was set up in a way that cannot work.
    #[error("{0}")]
    Config(String),
    /// The server is one on which the promises of this library do not hold.
    #[error("{server} is not supported: {reason}\n  = nothing was run")]
    Unsupported {
        /// What the server says it is.
        server: String,
        /// Why not.
        reason: String,
    },
    /// A debug build whose files on disk are not the embedded ones.
    #[error("{0}\n  = nothing was run")]
    Stale(crate::source::Stale),
    /// `target` names no version of the history.
    #[error(
        "history {history} has no version {target:?} to stop at{}",
        newest.as_ref().map(|newest| format!("; its newest is {newest}")).unwrap_or_default()
    )]
    UnknownTarget {
        /// Name of the history.
        history: String,
        /// What was asked for.
        target: String,
        /// The newest version that there is.
        newest: Option<String>,
    },
    /// A row of our tables was altered or removed by hand.
    #[error(
        "the books of history {history} were altered: {detail}\n  = nothing was run\n  = help: put the row back as it was, \
         for example from a backup; migrate_journal has what was applied and when"
    )]
    Altered {
        /// Name of the history.
        history: String,
        /// The version concerned, where it is known.
        version: Option<String>,
        /// What does not fit.
        problem: RowProblem,
        /// What does not fit, in words.
        detail: String,
    },
    /// Our tables hold something that no release of this library writes.
    #[error(
        "cannot read the books: {detail}\n  = nothing was run\n  = help: see what wrote to {table}; this library never writes that"
    )]
    Unreadable {
        /// The table.
        table: String,
        /// What was found.
        detail: String,
    },
    /// The tables were upgraded by a newer release of this library.
    #[error(
        "the tables of migrate-rs in this database have format {found}, this binary knows formats up to {known}\n  \
         = nothing was run\n  = help: build this binary with a newer migrate-rs"
    )]
    FormatTooNew {
        /// The format found.
        found: i64,
        /// The newest format that this binary knows.
        known: i64,
    },
    /// An applied migration was edited in a way that changes its statements.
    #[error(
        "{path} was edited after it was applied (history {history}, version {version}, applied by release {release}{})\n  \
         = nothing was run; the database has what the file said then\n  = help: restore the file, and put the change into a new migration",
        at(started_at)
    )]
    Edited {
        /// Name of the history.
        history: String,
        /// The version.
        version: String,
        /// The file.
        path: String,
        /// The release that applied it.
        release: String,
        /// When, by the database's clock.
        started_at: Option<String>,
    },
    /// A migration that stopped half way was edited in the part that is in force already.
    #[error(
        "{path} stopped after statement {done} (history {history}, version {version}), and its first {done} statements, \
         which are in force, were edited since\n  = nothing was run\n  = help: restore those statements; only what \
         comes after them may be corrected"
    )]
    EditedInForce {
        /// Name of the history.
        history: String,
        /// The version.
        version: String,
        /// The file.
        path: String,
        /// Number of statements in force.
        done: usize,
    },
    /// A statement outside a transaction was started and nothing says how it ended.
    #[error(
        "statement {statement} of {total} in {path} (history {history}, version {version}) was started{} and its end was \
         never recorded: the process or the connection ended in between\n{excerpt}  = the statements before it are in \
         force; whether this one is, only a look at the database can tell\n  = help: look; if it is in force, run: {in_force};\n  \
         = help: if it is not, run: {not_in_force};\n  = help: then start again",
        at(started_at)
    )]
    InDoubt {
        /// Name of the history.
        history: Box<str>,
        /// The version.
        version: Box<str>,
        /// The file.
        path: Box<str>,
        /// The statement in doubt, from 1.
        statement: u32,
        /// Number of statements.
        total: u32,
        /// The place in the file.
        excerpt: Box<str>,
        /// The SQL that says that the statement is in force.
        in_force: Box<str>,
        /// The SQL that says that it is not.
        not_in_force: Box<str>,
        /// When the migration was started, by the database's clock.
        started_at: Option<Box<str>>,
        /// The state of the row.
        state: State,
    },
    /// A migration that is not applied comes before one that is.
    #[error(
        "{path} (history {history}, version {version}) is not applied, but the newer version {newest} is\n  = nothing was run\n  \
         = help: give it a version after {newest}, as a branch that is merged late should; .out_of_order(OutOfOrder::Apply) applies it as it is"
    )]
    OutOfOrder {
        /// Name of the history.
        history: String,
        /// The file that came too late.
        path: String,
        /// Its version.
        version: String,
        /// The newest applied version.
        newest: String,
    },
    /// The database has a migration that this binary does not know, and this binary has others that the
    /// database does not.
    #[error(
        "the database and this binary have parted: history {history} has version {version} ({name:?}, applied by release \
         {release}{}), which this binary does not have\n  = nothing was run\n  = help: deploy a binary that has it; if its \
         file was just added, build again; if it comes from another branch, merge that branch",
        at(started_at)
    )]
    Diverged {
        /// Name of the history.
        history: String,
        /// The version that this binary does not know.
        version: String,
        /// Its name.
        name: String,
        /// The release that applied it.
        release: String,
        /// When, by the database's clock.
        started_at: Option<String>,
    },
    /// The database has migrations without which this binary cannot work with it.
    #[error(
        "this binary is too old for the database: release {release} of history {history} has applied version {version}, which \
         every running binary must know\n  = nothing was run\n  = help: deploy release {release} or a newer one; in an emergency .allow_older(true) runs this one"
    )]
    TooOld {
        /// Name of the history.
        history: String,
        /// The version that this binary would have to know.
        version: String,
        /// The release that applied the newest migration.
        release: String,
    },
    /// [`check`](crate::Migrator::check) found migrations that are not applied.
    #[error("{} not applied: {}", count(versions.len()), Listed(versions))]
    Pending {
        /// History and version of each.
        versions: Vec<String>,
    },
    /// Our history is empty, but the database has what it creates.
    #[error(
        "this database has {}, which history {history} creates, and that history is empty{}\n  = nothing was run, and nothing was \
         written\n  = help: if the files only add what is not there yet, call .existing(Existing::Allow)\n  = help: to leave what \
         is there alone, give the history {apart}",
        Listed(objects),
        tool.as_ref().map_or(String::new(), |tool| format!("\n  = this database was migrated by {tool}"))
    )]
    Foreign {
        /// Name of our history.
        history: String,
        /// What is there already, with its schema.
        objects: Vec<String>,
        /// Whose it may be.
        tool: Option<OtherTool>,
        /// Where the history would not meet it.
        apart: &'static str,
    },
    /// There is something to do, but the target cannot be written to.
    #[error(
        "{} pending, but this server is read-only ({reason}): {}\n  = nothing was run\n  = help: connect to the primary, or \
         start again when the migrations have been replicated",
        count(versions.len()),
        Listed(versions)
    )]
    ReadOnly {
        /// History and version of each pending migration.
        versions: Vec<String>,
        /// What says so.
        reason: String,
    },
    /// The fresh session is not what the pool's sessions are.
    #[error(
        "the pool's connections have {what} {pooled}, but a fresh connection with the same options has {fresh}: an after_connect \
         of the pool changes it\n  = nothing was run\n  = help: say .on_connect(\"…\") with the SQL of after_connect, or \
         .set_role(\"…\") for a role, or .use_connection() to migrate on a connection of the pool"
    )]
    SessionDiffers {
        /// Which property: user, schema or database.
        what: &'static str,
        /// On the pooled connection.
        pooled: String,
        /// On the fresh one.
        fresh: String,
    },
    /// The given connection is in the middle of a transaction.
    #[error(
        "the given connection is inside a transaction\n  = nothing was run\n  = help: migrate outside of it; each migration has a \
         transaction of its own, and some cannot have one"
    )]
    InTransaction,
    /// Another instance holds the lock for too long.
    #[error(
        "waited {} for another instance to finish: {}\n  = this instance has run nothing more; it is safe to start it again\n  \
         = help: wait longer with .lock_wait(…), or see what the holder is doing",
        seconds(*waited),
        holder.as_deref().unwrap_or("the database does not say who holds the lock")
    )]
    LockTimeout {
        /// How long.
        waited: Duration,
        /// Who holds the lock, as the database knows it.
        holder: Option<String>,
    },
    /// The lock was gone before the next step.
    #[error(
        "the lock was lost before {path} (history {history}): a script released it, or the session was replaced\n  \
         = {path} was not run\n  = help: remove pg_advisory_unlock_all, DISCARD ALL or RELEASE_ALL_LOCKS from the scripts \
         before it, or connect directly instead of through a pooler"
    )]
    LockLost {
        /// Name of the history.
        history: String,
        /// The file that would have been next.
        path: String,
    },
    /// The lock excludes nobody, and the next migration needs one that does.
    #[error(
        "{path} (history {history}) cannot run in a transaction, and the lock here does not exclude other instances \
         ({detail})\n  = {path} was not run\n  = help: migrate over a direct or session-mode connection"
    )]
    NotExclusive {
        /// Name of the history.
        history: String,
        /// The file.
        path: String,
        /// What the second connection saw.
        detail: String,
    },
    /// The server refused a statement of a migration.
    #[error("migration {history}/{version} failed: {error}\n{excerpt}{}  = {outcome}", lines(error))]
    Script {
        /// Name of the history.
        history: String,
        /// The version.
        version: String,
        /// The file.
        path: String,
        /// The failing statement, from 1, where it is known.
        statement: Option<u32>,
        /// Number of statements in the file.
        total: u32,
        /// The place in the file, with a caret.
        excerpt: Box<str>,
        /// What is now true in the database, and what to do.
        outcome: Box<str>,
        /// The server's error.
        #[source]
        error: DbError,
    },
    /// A script that runs in a transaction begins or ends one itself.
    #[error(
        "{path} (history {history}) begins or ends a transaction itself, which would end the one that records it\n{excerpt}  \
         = {path} was not run\n  = help: remove the statement, since each migration has a transaction of its own; or write \
         `-- migrate(no-transaction)` at the beginning of the file"
    )]
    TransactionControl {
        /// Name of the history.
        history: String,
        /// The file.
        path: String,
        /// The place in the file, with a caret.
        excerpt: Box<str>,
    },
    /// A statement of our own bookkeeping failed.
    #[error("cannot {doing}: {error}{}\n  = {outcome}", hint(error))]
    Bookkeeping {
        /// What was being done.
        doing: String,
        /// What is now true in the database.
        outcome: Box<str>,
        /// The server's error.
        #[source]
        error: DbError,
    },
}

fn at<T: fmt::Display>(started_at: &Option<T>) -> String {
    started_at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default()
}

fn count(versions: usize) -> String {
    format!(
        "{versions} migration{} {}",
        if versions == 1 { "" } else { "s" },
        if versions == 1 { "is" } else { "are" }
    )
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn hint(error: &DbError) -> String {
    let mut lines = String::new();
    if let Some(detail) = error.detail() {
        lines.push_str(&format!("\n  = detail: {detail}"));
    }
    if let Some(hint) = error.hint() {
        lines.push_str(&format!("\n  = help: {hint}"));
    }
    lines
}

/// The server's detail and hint, as lines under the excerpt.
fn lines(error: &DbError) -> String {
    let mut lines = String::new();
    if let Some(detail) = error.detail() {
        lines.push_str(&format!("  = detail: {detail}\n"));
    }
    if let Some(hint) = error.hint() {
        lines.push_str(&format!("  = hint: {hint}\n"));
    }
    lines
}

/// The place in the file of a script, from byte `start` to `end`, as lines with a caret.
pub(crate) fn excerpt_of(script: Script<'_>, start: usize, end: usize) -> Box<str> {
    let mut place = crate::diagnostic::excerpt(script.path(), script.text(), start, end).render();
    place.push('\n');
    place.into()
}

/// A number of statements, for a message.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
