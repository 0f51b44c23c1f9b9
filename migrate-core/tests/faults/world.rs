//! A model of a PostgreSQL server: tables with unique keys, transactions that block one another on a key,
//! session locks. It interprets the statements that the library sends and panics at any other, so that a
//! change of them does not go by unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::session::{DbError, Fault, Value};

use crate::sql::{self, Values};

/// The code by which a failure that a test asked for is known.
pub(crate) const ASKED_FOR: &str = "XX000";

/// What a session lock of this server is worth.
#[derive(Clone, Debug, Default)]
pub(crate) enum Locks {
    /// Each lock has one holder.
    #[default]
    Exclusive,
    /// Everybody gets everything, as from a stub.
    Granting,
    /// Session locks as from a stub, locks of a transaction as they should be: a pooler.
    OfTransactions,
    /// The attempt to take a session lock is answered with these rows.
    Answer(Vec<Vec<Value>>),
}

/// The server.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) locks: Locks,
    tables: BTreeMap<String, Table>,
    sessions: BTreeMap<u64, State>,
    next_session: u64,
    session_locks: BTreeMap<String, (u64, u32)>,
    transaction_locks: BTreeMap<String, u64>,
    /// Changes with every change that may free a blocked statement.
    pub(crate) version: u64,
    /// Statements whose text holds this fail, once.
    pub(crate) refuse: Option<String>,
}

#[derive(Debug, Default)]
struct Table {
    keys: Vec<Vec<&'static str>>,
    rows: Vec<Row>,
    /// Created in a transaction that has not ended.
    created_by: Option<u64>,
}

#[derive(Debug)]
struct Row {
    committed: Option<Values>,
    /// What the row will be when that session's transaction commits.
    pending: Option<(u64, Option<Values>)>,
}

impl Row {
    fn seen_by(&self, session: u64) -> Option<&Values> {
        match &self.pending {
            Some((owner, values)) if *owner == session => values.as_ref(),
            _ => self.committed.as_ref(),
        }
    }

    fn is_anothers(&self, session: u64) -> bool {
        self.pending.as_ref().is_some_and(|(owner, _)| *owner != session)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    /// The transaction that a message has by itself.
    Implicit,
    Open,
    Aborted,
}

/// Why a statement did not end well.
pub(crate) enum Stop {
    /// It waits for another session's transaction.
    Blocked,
    Failed(DbError),
}

fn failed(code: &str, message: impl Into<String>) -> Stop {
    Stop::Failed(DbError::new(Fault::Server, message).with_code(code))
}

impl World {
    /// A server with the table `effects`, which records every execution of a statement.
    pub(crate) fn new() -> World {
        let mut world = World::default();
        world.tables.insert("effects".to_owned(), Table::default());
        world
    }

    pub(crate) fn open(&mut self) -> u64 {
        self.next_session += 1;
        self.sessions.insert(self.next_session, State::Idle);
        self.next_session
    }

    /// The session is gone: what it had open is rolled back, what it held is free.
    pub(crate) fn end(&mut self, session: u64) {
        if self.sessions.remove(&session).is_some() {
            self.finish(session, false);
            self.session_locks.retain(|_, (holder, _)| *holder != session);
        }
    }

    pub(crate) fn is_open(&self, session: u64) -> bool {
        self.sessions.contains_key(&session)
    }

    pub(crate) fn in_transaction(&self, session: u64) -> bool {
        matches!(self.sessions.get(&session), Some(State::Open | State::Aborted))
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
            let open = table.rows.iter().filter(|row| row.pending.is_some()).count();
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
        for row in self.tables["effects"].rows.iter().filter_map(|row| row.committed.as_ref()) {
            if let Some(Value::Text(name)) = row.get("0") {
                *effects.entry(name.clone()).or_default() += 1;
            }
        }
        effects
    }

    /// The committed values of a column, row by row.
    pub(crate) fn column(&self, table: &str, column: &str) -> Vec<Value> {
        let Some(table) = self.tables.get(table) else { return Vec::new() };
        let rows = table.rows.iter().filter_map(|row| row.committed.as_ref());
        rows.map(|row| row.get(column).cloned().unwrap_or(Value::Null)).collect()
    }

    /// Begins a message.
    pub(crate) fn begin_message(&mut self, session: u64) {
        if let Some(state @ State::Idle) = self.sessions.get_mut(&session) {
            *state = State::Implicit;
        }
    }

    /// A message ended well, or at an error.
    pub(crate) fn end_message(&mut self, session: u64, well: bool) {
        match self.sessions.get(&session) {
            Some(State::Implicit) => self.finish(session, well),
            Some(State::Open) if !well => {
                self.sessions.insert(session, State::Aborted);
            }
            _ => {}
        }
    }

    /// Commits or rolls back.
    fn finish(&mut self, session: u64, commit: bool) {
        self.version += 1;
        for table in self.tables.values_mut() {
            for row in &mut table.rows {
                if let Some((owner, values)) = row.pending.take() {
                    match owner == session {
                        true if commit => row.committed = values,
                        true => {}
                        false => row.pending = Some((owner, values)),
                    }
                }
            }
            table.rows.retain(|row| row.committed.is_some() || row.pending.is_some());
        }
        self.tables.retain(|_, table| table.created_by != Some(session) || commit);
        for table in self.tables.values_mut().filter(|table| table.created_by == Some(session)) {
            table.created_by = None;
        }
        self.transaction_locks.retain(|_, holder| *holder != session);
        if let Some(state) = self.sessions.get_mut(&session) {
            *state = State::Idle;
        }
    }

    /// Executes one statement of a message; `alone` when it is the only one.
    pub(crate) fn statement(
        &mut self,
        session: u64,
        sql: &str,
        alone: bool,
    ) -> Result<Vec<Vec<Value>>, Stop> {
        let state = self.sessions.get(&session).copied().unwrap_or_default();
        match sql {
            "BEGIN" => {
                self.sessions.insert(session, State::Open);
                return Ok(Vec::new());
            }
            "COMMIT" | "ROLLBACK" => {
                self.finish(session, sql == "COMMIT" && state != State::Aborted);
                self.sessions.insert(session, State::Implicit);
                return Ok(Vec::new());
            }
            _ if state == State::Aborted => return Err(failed("25P02", "the transaction is aborted")),
            _ => {}
        }
        if self.refuse.as_ref().is_some_and(|text| sql.contains(text.as_str())) {
            self.refuse = None;
            return Err(failed(ASKED_FOR, "refused"));
        }
        let word = sql.split(' ').next().unwrap_or_default();
        match word {
            "INSERT" => self.insert(session, sql),
            "UPDATE" => self.update(session, sql),
            "DELETE" => self.delete(session, sql),
            "SELECT" => self.select(session, sql),
            "CREATE" => self.create(session, sql),
            "VACUUM" if !alone || state != State::Implicit => {
                Err(failed("25001", "VACUUM cannot run inside a transaction block"))
            }
            "VACUUM" => {
                let name = sql.trim_start_matches("VACUUM").trim().to_owned();
                let row = Values::from([("0".to_owned(), Value::Text(name))]);
                self.table("effects", session)?.rows.push(Row { committed: Some(row), pending: None });
                Ok(Vec::new())
            }
            "SET" | "RESET" | "CLOSE" | "UNLISTEN" | "DISCARD" | "DEALLOCATE" => Ok(Vec::new()),
            _ => panic!("the model does not know this statement: {sql}"),
        }
    }

    fn table(&mut self, name: &str, session: u64) -> Result<&mut Table, Stop> {
        match self.tables.get_mut(name) {
            Some(table) if table.created_by.is_none_or(|creator| creator == session) => Ok(table),
            _ => Err(failed("42P01", format!("relation \"{name}\" does not exist"))),
        }
    }

    fn create(&mut self, session: u64, sql: &str) -> Result<Vec<Vec<Value>>, Stop> {
        let name = sql::table(sql::between(sql, "CREATE TABLE IF NOT EXISTS ", " ("));
        match self.tables.get(&name) {
            Some(Table { created_by: Some(creator), .. }) if *creator != session => {
                return Err(Stop::Blocked);
            }
            Some(_) => return Ok(Vec::new()),
            None => {}
        }
        let keys: &[&[&str]] = match name.as_str() {
            "migrate_history" => &[&["history", "position"], &["history", "version"]],
            "migrate_head" => &[&["history"]],
            _ => &[],
        };
        let keys = keys.iter().map(|key| key.to_vec()).collect();
        self.tables.insert(name, Table { keys, rows: Vec::new(), created_by: Some(session) });
        Ok(Vec::new())
    }

    fn insert(&mut self, session: u64, sql: &str) -> Result<Vec<Vec<Value>>, Stop> {
        let (target, rest) = sql.split_once("VALUES").unwrap_or_else(|| panic!("{sql}"));
        let target = target.trim_start_matches("INSERT INTO ").trim();
        let (name, columns) = match target.split_once('(') {
            Some((name, columns)) => (sql::table(name), sql::parts(columns.trim_end_matches(')'), ",")),
            None => (sql::table(target), Vec::new()),
        };
        let (list, replace) = match sql::parts(rest, "ON CONFLICT").as_slice() {
            [list] => ((*list).to_owned(), false),
            [list, _] => ((*list).to_owned(), true),
            other => panic!("{other:?}"),
        };
        let inner = list
            .strip_prefix('(')
            .and_then(|list| list.strip_suffix(')'))
            .unwrap_or_else(|| panic!("{list}"));
        let named = |index: usize| columns.get(index).map_or(index.to_string(), |name| (*name).to_owned());
        let values: Values = sql::parts(inner, ",")
            .into_iter()
            .enumerate()
            .map(|(index, expression)| (named(index), sql::value(expression)))
            .collect();
        let table = self.table(&name, session)?;
        for key in table.keys.clone() {
            let same = |row: &Values| key.iter().all(|column| row.get(*column) == values.get(*column));
            for row in &mut table.rows {
                let pending = row.pending.as_ref().and_then(|(_, values)| values.as_ref());
                if row.is_anothers(session)
                    && (pending.is_some_and(same) || row.committed.as_ref().is_some_and(same))
                {
                    return Err(Stop::Blocked);
                }
                if row.seen_by(session).is_some_and(same) {
                    if replace {
                        let old = row.seen_by(session).and_then(|old| old.get("floor_position")).cloned();
                        let mut values = values;
                        if let (Some(Value::Int(old)), Some(Value::Int(new))) =
                            (old, values.get_mut("floor_position"))
                        {
                            *new = (*new).max(old);
                        }
                        row.pending = Some((session, Some(values)));
                        return Ok(Vec::new());
                    }
                    return Err(failed("23505", format!("duplicate key in {name}")));
                }
            }
        }
        table.rows.push(Row { committed: None, pending: Some((session, Some(values))) });
        Ok(Vec::new())
    }

    fn update(&mut self, session: u64, sql: &str) -> Result<Vec<Vec<Value>>, Stop> {
        let parts = sql::parts(sql, " WHERE ");
        let [set, conditions] = parts.as_slice() else { panic!("{sql}") };
        let (name, assignments) = set.split_once(" SET ").unwrap_or_else(|| panic!("{sql}"));
        let name = sql::table(name.trim_start_matches("UPDATE "));
        let assignments: Values =
            sql::parts(assignments, ",").into_iter().filter_map(sql::assignment).collect();
        let conditions = sql::conditions(conditions);
        for row in &mut self.table(&name, session)?.rows {
            let Some(seen) = row.seen_by(session) else { continue };
            if !fits(seen, &conditions) {
                continue;
            }
            if row.is_anothers(session) {
                return Err(Stop::Blocked);
            }
            let mut values = seen.clone();
            values.extend(assignments.clone());
            row.pending = Some((session, Some(values)));
        }
        Ok(Vec::new())
    }

    fn delete(&mut self, session: u64, sql: &str) -> Result<Vec<Vec<Value>>, Stop> {
        let (name, conditions) = sql.split_once(" WHERE ").unwrap_or_else(|| panic!("{sql}"));
        let name = sql::table(name.trim_start_matches("DELETE FROM "));
        let conditions = sql::conditions(conditions);
        for row in &mut self.table(&name, session)?.rows {
            if row.seen_by(session).is_some_and(|seen| fits(seen, &conditions)) {
                if row.is_anothers(session) {
                    return Err(Stop::Blocked);
                }
                row.pending = Some((session, None));
            }
        }
        Ok(Vec::new())
    }

    fn select(&mut self, session: u64, sql: &str) -> Result<Vec<Vec<Value>>, Stop> {
        let text = |text: &str| Value::Text(text.to_owned());
        if sql.contains("try_advisory_lock") {
            return Ok(self.take_session_lock(session, key(sql)));
        }
        if sql.contains("try_advisory_xact_lock") {
            return Ok(flag(self.take_transaction_lock(session, key(sql))));
        }
        if sql.contains("pg_advisory_unlock") {
            return Ok(flag(self.release(session, &key(sql))));
        }
        if sql.contains("pg_stat_activity") {
            let key = sql.rsplit(" = ").next().unwrap_or_default();
            let holder = self.session_locks.get(key);
            return Ok(holder
                .map(|(holder, _)| vec![text(&format!("session {holder}"))])
                .into_iter()
                .collect());
        }
        if sql.contains("pg_catalog.pg_locks") {
            let key = sql.rsplit(" = ").next().unwrap_or_default();
            let holds = self.session_locks.get(key).is_some_and(|(holder, _)| *holder == session);
            return Ok(flag(holds || matches!(self.locks, Locks::Granting)));
        }
        if sql.starts_with("SELECT pg_catalog.current_schema()") {
            return self.boot(session, sql);
        }
        if sql.starts_with("SELECT pg_catalog.version()") {
            return Ok(vec![vec![
                text("PostgreSQL 15.18, modelled"),
                text("owner"),
                text("public"),
                text("shop"),
                Value::Int(0),
                text("owner"),
                text("public"),
            ]]);
        }
        if sql.contains("transaction_timestamp()") {
            return Ok(flag(self.in_transaction(session)));
        }
        if sql.starts_with("SELECT position, ") {
            let conditions = sql::conditions(sql::between(sql, " WHERE ", " ORDER BY"));
            let columns = [
                "position",
                "version",
                "name",
                "kind",
                "text_checksum",
                "token_checksum",
                "chain",
                "state",
                "statements_total",
                "statements_intent",
                "statements_done",
                "done_checksum",
                "release_version",
                "started_at",
            ];
            let rows = self.rows(session, &conditions)?;
            return Ok(rows.iter().map(|row| columns.map(|column| get(row, column)).to_vec()).collect());
        }
        if let Some((_, from)) = sql.split_once("SELECT count(*) FROM ") {
            let (name, conditions) = from.split_once(" WHERE ").unwrap_or((from, ""));
            let conditions = sql::conditions(conditions);
            let table = self.table(&sql::table(name), session)?;
            let rows =
                table.rows.iter().filter_map(|row| row.seen_by(session)).filter(|row| fits(row, &conditions));
            let count = i64::try_from(rows.count()).unwrap_or(i64::MAX);
            return Ok(vec![vec![Value::Int(count)]]);
        }
        // Settings, and the tables of other tools: there are none.
        let nothing = sql.contains("pg_catalog.pg_settings")
            || sql.contains("pg_catalog.pg_class")
            || sql.contains("pg_catalog.set_config");
        if nothing { Ok(Vec::new()) } else { panic!("the model does not know this query: {sql}") }
    }

    /// The rows of `migrate_history`, in order.
    fn rows(&mut self, session: u64, conditions: &Values) -> Result<Vec<Values>, Stop> {
        let table = self.table("migrate_history", session)?;
        let mut rows: Vec<Values> = table
            .rows
            .iter()
            .filter_map(|row| row.seen_by(session))
            .filter(|row| fits(row, conditions))
            .cloned()
            .collect();
        rows.sort_by_key(|row| match row.get("position") {
            Some(Value::Int(position)) => *position,
            other => panic!("{other:?}"),
        });
        Ok(rows)
    }

    fn boot(&mut self, session: u64, sql: &str) -> Result<Vec<Vec<Value>>, Stop> {
        let names: BTreeSet<String> = sql::parts(sql::between(sql, "h.history IN (", ")"), ",")
            .into_iter()
            .filter_map(|name| match sql::value(name) {
                Value::Text(name) => Some(name),
                _ => None,
            })
            .collect();
        let text = |text: &str| Value::Text(text.to_owned());
        let place = [text("public"), text("owner"), text("shop")];
        let open = Value::Int(i64::from(self.in_transaction(session)));
        let heads: Vec<Values> = {
            let table = self.table("migrate_head", session)?;
            table.rows.iter().filter_map(|row| row.seen_by(session)).cloned().collect()
        };
        self.table("migrate_history", session)?;
        let mut answer = Vec::new();
        for head in heads
            .iter()
            .filter(|head| matches!(get(head, "history"), Value::Text(name) if names.contains(&name)))
        {
            let mut row = place.to_vec();
            row.extend([open.clone(), text("public")]);
            let columns = [
                "history",
                "format",
                "fingerprint",
                "text_fingerprint",
                "release_version",
                "floor_position",
                "position",
                "chain",
            ];
            row.extend(columns.map(|column| get(head, column)));
            let conditions = Values::from([("history".to_owned(), get(head, "history"))]);
            let newest = self.rows(session, &conditions)?.pop().unwrap_or_default();
            let columns = ["position", "version", "text_checksum", "token_checksum", "chain", "state"];
            row.extend(columns.map(|column| get(&newest, column)));
            answer.push(row);
        }
        if answer.is_empty() {
            let mut row = place.to_vec();
            row.push(open);
            row.resize(19, Value::Null);
            answer.push(row);
        }
        Ok(answer)
    }

    fn take_session_lock(&mut self, session: u64, key: String) -> Vec<Vec<Value>> {
        match &self.locks {
            Locks::Granting | Locks::OfTransactions => return flag(true),
            Locks::Answer(rows) => return rows.clone(),
            Locks::Exclusive => {}
        }
        let (holder, count) = self.session_locks.entry(key).or_insert((session, 0));
        let ours = *holder == session;
        *count += u32::from(ours);
        flag(ours)
    }

    fn take_transaction_lock(&mut self, session: u64, key: String) -> bool {
        match self.locks {
            Locks::Granting => true,
            _ => *self.transaction_locks.entry(key).or_insert(session) == session,
        }
    }

    fn release(&mut self, session: u64, key: &str) -> bool {
        match self.session_locks.get_mut(key) {
            Some((holder, count)) if *holder == session => {
                *count -= 1;
                if *count == 0 {
                    self.session_locks.remove(key);
                }
                true
            }
            _ => matches!(self.locks, Locks::Granting | Locks::OfTransactions),
        }
    }
}

fn key(sql: &str) -> String {
    sql::between(sql, "(", ")").to_owned()
}

fn flag(flag: bool) -> Vec<Vec<Value>> {
    vec![vec![Value::Int(i64::from(flag))]]
}

fn get(row: &Values, column: &str) -> Value {
    row.get(column).cloned().unwrap_or(Value::Null)
}

fn fits(row: &Values, conditions: &Values) -> bool {
    conditions.iter().all(|(column, value)| row.get(column) == Some(value))
}
