//! The server: its sessions, their transactions, the messages that they are at work on.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use migrate_core::session::{DbError, Fault, Value};

use super::engine::Engine;
use super::query::granted;
use super::statement::{Message, Statement};
use super::table::{Record, Table, hash_value};

/// The rows of an answer.
pub(crate) type Rows = Vec<Vec<Value>>;

/// What a session lock of this server is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Locks {
    /// Each lock has one holder.
    #[default]
    Exclusive,
    /// Everybody gets everything, as from a stub.
    Granting,
    /// Session locks as from a stub, locks of a transaction as they should be: a pooler.
    OfTransactions,
    /// The attempt to take a session lock is answered with these rows.
    Answer(Rows),
}

/// The server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) locks: Locks,
    /// Others may come between the statements of one message.
    pub(crate) by_statement: bool,
    pub(super) tables: BTreeMap<String, Arc<Table>>,
    sessions: BTreeMap<u64, Session>,
    pub(super) session_locks: BTreeMap<String, (u64, u32)>,
    pub(super) transaction_locks: BTreeMap<String, u64>,
    /// The one that may write, where there is one at a time.
    writer: Option<u64>,
    opened: u64,
    /// Changes with every change that may free a blocked statement or be seen by a read.
    pub(crate) version: u64,
    /// Statements whose text holds this fail, once.
    pub(crate) refuse: Option<String>,
}

impl Hash for World {
    /// Leaves out what stays as it is while instances run.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tables.hash(state);
        self.sessions.hash(state);
        self.session_locks.hash(state);
        self.transaction_locks.hash(state);
        self.writer.hash(state);
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Session {
    state: State,
    /// The message that it is at work on.
    flight: Option<Flight>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum State {
    #[default]
    Idle,
    /// The transaction that a message has by itself.
    Implicit,
    Open,
    Aborted,
}

/// A message that is being executed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flight {
    message: Arc<Message>,
    next: usize,
    /// Its next statement has waited for another session's transaction.
    waited: bool,
    trouble: Trouble,
    rows: Rows,
}

impl Hash for Flight {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.message.text.hash(state);
        self.next.hash(state);
        self.waited.hash(state);
        self.trouble.hash(state);
        self.rows.iter().flatten().for_each(|value| hash_value(value, state));
    }
}

/// What goes wrong with a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Trouble {
    #[default]
    None,
    /// The server refuses this statement of it, from 0, with this code.
    Refused(usize, &'static str),
    /// The server says that a lock is granted, whoever has it.
    Lie,
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It waits for another session's transaction.
    Blocked,
    /// Others may come in between.
    Underway,
    /// It ended, well or with an error.
    Ended(Result<Rows, Refusal>),
}

/// A server's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
    /// Number of statements that had ended well.
    pub(crate) completed: usize,
}

impl From<Refusal> for DbError {
    fn from(refusal: Refusal) -> DbError {
        DbError::new(Fault::Server, refusal.message)
            .with_code(refusal.code)
            .with_completed(u32::try_from(refusal.completed).ok())
    }
}

/// Why a statement did not end well.
pub(super) enum Stop {
    /// It waits for another session's transaction.
    Blocked,
    Failed(String, String),
}

pub(super) fn failed(code: &str, message: impl Into<String>) -> Stop {
    Stop::Failed(code.to_owned(), message.into())
}

impl World {
    /// A server with the table `effects`, which records every execution of a statement.
    pub(crate) fn new() -> World {
        let mut world = World::default();
        world.tables.insert("effects".to_owned(), Arc::default());
        world
    }

    /// A session with a number that no other has had.
    pub(crate) fn open(&mut self) -> u64 {
        self.opened += 1;
        self.open_as(self.opened);
        self.opened
    }

    pub(crate) fn open_as(&mut self, session: u64) {
        self.sessions.insert(session, Session::default());
    }

    /// The session is gone: what it had open is rolled back, what it held is free.
    pub(crate) fn end(&mut self, session: u64) {
        if self.sessions.remove(&session).is_some() {
            self.finish(session, false);
            let locks = self.session_locks.len();
            self.session_locks.retain(|_, (holder, _)| *holder != session);
            self.version += u64::from(locks != self.session_locks.len());
        }
    }

    pub(crate) fn is_open(&self, session: u64) -> bool {
        self.sessions.contains_key(&session)
    }

    pub(crate) fn sessions(&self) -> impl Iterator<Item = u64> {
        self.sessions.keys().copied()
    }

    /// Whether it is at work on a message.
    pub(crate) fn is_busy(&self, session: u64) -> bool {
        self.sessions.get(&session).is_some_and(|session| session.flight.is_some())
    }

    /// Whether it is at work on a message that changes something.
    pub(crate) fn is_writing(&self, session: u64) -> bool {
        let flight = self.sessions.get(&session).and_then(|session| session.flight.as_ref());
        flight.is_some_and(|flight| flight.message.writes())
    }

    /// Whether it is at work on a statement that takes effect at once.
    pub(crate) fn is_in_a_script(&self, session: u64) -> bool {
        let flight = self.sessions.get(&session).and_then(|session| session.flight.as_ref());
        let vacuum = |statement: &Statement| matches!(statement, Statement::Vacuum(_));
        flight.is_some_and(|flight| flight.message.statements.iter().any(vacuum))
    }

    pub(crate) fn in_transaction(&self, session: u64) -> bool {
        matches!(self.sessions.get(&session), Some(Session { state: State::Open | State::Aborted, .. }))
    }

    /// Whether it holds a session lock that others cannot have.
    pub(crate) fn holds_a_lock(&self, session: u64) -> bool {
        self.session_locks.values().any(|(holder, _)| *holder == session)
    }

    /// The session has another number from now on.
    pub(crate) fn rename(&mut self, from: u64, to: u64) {
        let Some(session) = self.sessions.remove(&from) else { return };
        self.sessions.insert(to, session);
        for table in self.tables.values_mut().filter(|table| table.is_touched_by(from)) {
            Arc::make_mut(table).rename(from, to);
        }
        let holders = self.session_locks.values_mut().map(|(holder, _)| holder);
        for holder in holders.chain(self.transaction_locks.values_mut()).chain(&mut self.writer) {
            if *holder == from {
                *holder = to;
            }
        }
    }

    /// What is left behind, in words; empty when nothing is.
    pub(crate) fn residue(&self) -> Vec<String> {
        let mut residue = Vec::new();
        residue.extend(
            self.session_locks.iter().map(|(key, (holder, _))| format!("session {holder} holds {key}")),
        );
        residue.extend(
            self.transaction_locks.iter().map(|(key, holder)| format!("session {holder} holds {key}")),
        );
        for (name, table) in &self.tables {
            let open = table.open();
            if open > 0 || table.created_by.is_some() {
                residue.push(format!("{name} has {open} uncommitted rows"));
            }
        }
        let open = self.sessions.keys().filter(|session| self.in_transaction(**session));
        residue.extend(open.map(|session| format!("session {session} has a transaction open")));
        residue
    }

    /// How often each statement of the scripts is in force.
    pub(crate) fn effects(&self) -> BTreeMap<String, usize> {
        let mut effects = BTreeMap::new();
        for row in self.committed("effects") {
            if let Value::Text(name) = row.get("0") {
                *effects.entry(name).or_default() += 1;
            }
        }
        effects
    }

    /// The committed rows of a table.
    pub(crate) fn committed(&self, table: &str) -> impl Iterator<Item = &Arc<Record>> {
        self.tables.get(table).into_iter().flat_map(|table| table.committed())
    }

    /// The committed values of a column, row by row.
    pub(crate) fn column(&self, table: &str, column: &str) -> Vec<Value> {
        self.committed(table).map(|row| row.get(column)).collect()
    }

    /// The server has got a message.
    pub(crate) fn begin(&mut self, session: u64, message: Arc<Message>, trouble: Trouble) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        if session.state == State::Idle && self.engine == Engine::Postgres {
            session.state = State::Implicit;
        }
        session.flight = Some(Flight { message, next: 0, waited: false, trouble, rows: Vec::new() });
    }

    /// The server goes on with the message of a session until it ends or blocks.
    pub(crate) fn go_on(&mut self, session: u64) -> Progress {
        let taken = self.sessions.get_mut(&session).and_then(|session| session.flight.take());
        let Some(mut flight) = taken else { return Progress::Ended(Ok(Vec::new())) };
        let count = flight.message.statements.len();
        while flight.next < count {
            let ended = match (flight.trouble, &flight.message.statements[flight.next]) {
                (Trouble::Refused(statement, code), _) if statement == flight.next => {
                    Err(failed(code, "refused"))
                }
                (Trouble::Lie, Statement::TakeLock(_)) => Ok(granted(session)),
                _ => self.statement(session, &flight),
            };
            match ended {
                Ok(rows) => {
                    flight.rows.extend(rows);
                    self.end_statement(session, true);
                }
                Err(Stop::Blocked) => {
                    flight.waited = true;
                    self.keep(session, flight);
                    return Progress::Blocked;
                }
                Err(Stop::Failed(code, message)) => {
                    self.end_statement(session, false);
                    self.end_message(session, false);
                    return Progress::Ended(Err(Refusal { code, message, completed: flight.next }));
                }
            }
            flight.next += 1;
            flight.waited = false;
            if self.by_statement && flight.next < count {
                self.keep(session, flight);
                return Progress::Underway;
            }
        }
        self.end_message(session, true);
        Progress::Ended(Ok(flight.rows))
    }

    fn keep(&mut self, session: u64, flight: Flight) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.flight = Some(flight);
        }
    }

    /// A statement outside of a transaction is one.
    fn end_statement(&mut self, session: u64, well: bool) {
        if self.sessions.get(&session).is_some_and(|session| session.state == State::Idle) {
            self.finish(session, well);
        }
    }

    /// A message ended well, or at an error.
    fn end_message(&mut self, session: u64, well: bool) {
        match self.sessions.get(&session).map(|session| session.state) {
            Some(State::Implicit) => self.finish(session, well),
            Some(State::Open) if !well && self.engine == Engine::Postgres => {
                self.set(session, State::Aborted)
            }
            _ => {}
        }
    }

    fn set(&mut self, session: u64, state: State) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.state = state;
        }
    }

    /// Commits or rolls back.
    fn finish(&mut self, session: u64, commit: bool) {
        let mut changed = false;
        self.tables.retain(|_, table| {
            table.created_by != Some(session) || commit || {
                changed = true;
                false
            }
        });
        for table in self.tables.values_mut().filter(|table| table.is_touched_by(session)) {
            Arc::make_mut(table).finish(session, commit);
            changed = true;
        }
        let locks = self.transaction_locks.len();
        self.transaction_locks.retain(|_, holder| *holder != session);
        changed |= locks != self.transaction_locks.len() || self.writer == Some(session);
        self.writer = self.writer.filter(|writer| *writer != session);
        self.version += u64::from(changed);
        self.set(session, State::Idle);
    }

    /// Executes one statement of a message.
    fn statement(&mut self, session: u64, flight: &Flight) -> Result<Rows, Stop> {
        let (message, index) = (&flight.message, flight.next);
        let state = self.sessions.get(&session).map(|session| session.state).unwrap_or_default();
        let statement = &message.statements[index];
        if self.engine == Engine::Sqlite && (*statement == Statement::Begin || statement.writes()) {
            // As long as its busy timeout lasts, it waits.
            if *self.writer.get_or_insert(session) != session {
                return Err(Stop::Blocked);
            }
        }
        match statement {
            Statement::Begin => {
                self.set(session, State::Open);
                return Ok(Vec::new());
            }
            Statement::Commit | Statement::Rollback => {
                self.finish(session, *statement == Statement::Commit && state != State::Aborted);
                if self.engine == Engine::Postgres {
                    self.set(session, State::Implicit);
                }
                return Ok(Vec::new());
            }
            _ if state == State::Aborted => return Err(failed("25P02", "the transaction is aborted")),
            _ => {}
        }
        if self.refuse.as_ref().is_some_and(|text| message.texts[index].contains(text.as_str())) {
            self.refuse = None;
            return Err(failed(self.engine.codes().asked_for, "refused"));
        }
        match statement {
            Statement::Vacuum(_) if self.is_inside(message, state) => {
                Err(failed("25001", "VACUUM cannot run inside a transaction block"))
            }
            Statement::Vacuum(row) => {
                self.commit_before(session);
                self.table("effects", session)?.add(Arc::clone(row));
                self.version += 1;
                Ok(Vec::new())
            }
            Statement::Create { table, keys } => self.create(session, table, keys, flight.waited),
            Statement::Insert { table, row, replaces } => {
                let unique = self.engine.codes().unique;
                self.table(table, session)?.insert(session, unique, row, *replaces).map(|()| Vec::new())
            }
            Statement::Update { table, assignments, conditions } => {
                self.table(table, session)?.update(session, assignments, conditions).map(|()| Vec::new())
            }
            Statement::Delete { table, conditions } => {
                self.table(table, session)?.delete(session, conditions).map(|()| Vec::new())
            }
            query => self.query(session, query),
        }
    }

    fn table(&mut self, name: &str, session: u64) -> Result<&mut Table, Stop> {
        let missing = self.no_table(name);
        match self.tables.get_mut(name) {
            Some(table) if table.created_by.is_none_or(|creator| creator == session) => {
                Ok(Arc::make_mut(table))
            }
            _ => Err(missing),
        }
    }

    pub(super) fn no_table(&self, name: &str) -> Stop {
        failed(self.engine.codes().missing_table, format!("no such table: {name}"))
    }

    /// Whether a statement that cannot run in a transaction would.
    fn is_inside(&self, message: &Message, state: State) -> bool {
        match self.engine {
            Engine::Postgres => message.statements.len() > 1 || state != State::Implicit,
            Engine::MariaDb => false,
            Engine::Sqlite => state != State::Idle,
        }
    }

    /// Where DDL commits, it does so before it begins.
    fn commit_before(&mut self, session: u64) {
        if self.engine == Engine::MariaDb {
            self.finish(session, true);
        }
    }

    fn create(
        &mut self,
        session: u64,
        name: &str,
        keys: &[Vec<&'static str>],
        waited: bool,
    ) -> Result<Rows, Stop> {
        self.commit_before(session);
        match self.tables.get(name).map(|table| table.created_by) {
            Some(Some(creator)) if creator != session => return Err(Stop::Blocked),
            // IF NOT EXISTS was looked at before the wait.
            Some(_) if waited && self.engine == Engine::Postgres => {
                return Err(failed("23505", "duplicate key value violates pg_type_typname_nsp_index"));
            }
            Some(_) => return Ok(Vec::new()),
            None => {}
        }
        let table = Table::new(keys.to_vec(), session);
        self.tables.insert(name.to_owned(), Arc::new(table));
        Ok(Vec::new())
    }
}
