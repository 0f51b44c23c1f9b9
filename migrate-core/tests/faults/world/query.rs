//! What the model answers, and its locks.

use std::collections::BTreeSet;
use std::sync::Arc;

use migrate_core::session::Value;

use super::server::{Locks, Rows, Stop, World};
use super::statement::Statement;
use super::table::{Record, Table};
use crate::sql::Values;

/// The columns of the rows of a history.
const ROW: [&str; 14] = [
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

/// The columns of a head row, and of the newest row beside it.
const HEAD: [&str; 8] = [
    "history",
    "format",
    "fingerprint",
    "text_fingerprint",
    "release_version",
    "floor_position",
    "position",
    "chain",
];
const NEWEST: [&str; 6] = ["position", "version", "text_checksum", "token_checksum", "chain", "state"];

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn flag(flag: bool) -> Rows {
    vec![vec![Value::Int(i64::from(flag))]]
}

/// The number of its own that the server answers with. Those of one client differ, which is all that matters
/// to it; those of two clients do not, so that both get the same answers.
fn process(session: u64) -> i64 {
    i64::try_from(session % 8).unwrap_or(0) + 1
}

/// What the server says of a lock that it gives to a session.
pub(super) fn granted(session: u64) -> Rows {
    vec![vec![Value::Int(process(session))]]
}

impl World {
    pub(super) fn query(&mut self, session: u64, query: &Statement) -> Result<Rows, Stop> {
        match query {
            Statement::TakeLock(key) => Ok(self.take_session_lock(session, key)),
            Statement::TakeTransactionLock(key) => Ok(flag(self.take_transaction_lock(session, key))),
            Statement::ReleaseLock(key) => Ok(flag(self.release(session, key))),
            Statement::Holder(key) => {
                let holder = self.session_locks.get(key);
                Ok(holder.map(|(holder, _)| vec![text(&format!("session {holder}"))]).into_iter().collect())
            }
            Statement::Held(key) => {
                let holds = self.session_locks.get(key).is_some_and(|(holder, _)| *holder == session);
                let held = holds || self.locks == Locks::Granting;
                Ok(vec![vec![Value::Int(if held { 1 } else { -process(session) })]])
            }
            Statement::Boot(names) => self.boot(session, names),
            Statement::Identify => {
                let [schema, user, database] = self.engine.place();
                let name = text(self.engine.name());
                Ok(vec![vec![name, user.clone(), schema.clone(), database, Value::Int(0), user, schema]])
            }
            Statement::InTransaction => Ok(flag(self.in_transaction(session))),
            Statement::Rows(conditions) => {
                let rows = self.rows(session, conditions)?;
                Ok(rows.iter().map(|row| ROW.map(|column| row.get(column)).to_vec()).collect())
            }
            Statement::Count { table, conditions } => {
                let count = self.visible(table, session)?.seen(session, conditions).count();
                Ok(vec![vec![Value::Int(i64::try_from(count).unwrap_or(i64::MAX))]])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn visible(&self, name: &str, session: u64) -> Result<&Table, Stop> {
        match self.tables.get(name) {
            Some(table) if table.created_by.is_none_or(|creator| creator == session) => Ok(table),
            _ => Err(self.no_table(name)),
        }
    }

    /// The rows of `migrate_history`, in order.
    fn rows(&self, session: u64, conditions: &Values) -> Result<Vec<Arc<Record>>, Stop> {
        let table = self.visible("migrate_history", session)?;
        let mut rows: Vec<Arc<Record>> = table.seen(session, conditions).cloned().collect();
        rows.sort_by_key(|row| match row.values.get("position") {
            Some(Value::Int(position)) => *position,
            other => panic!("{other:?}"),
        });
        Ok(rows)
    }

    fn boot(&self, session: u64, names: &BTreeSet<String>) -> Result<Rows, Stop> {
        let place = self.engine.place();
        let open = Value::Int(i64::from(self.in_transaction(session)));
        let everything = Values::new();
        let heads = self.visible("migrate_head", session)?.seen(session, &everything);
        self.visible("migrate_history", session)?;
        let mut answer = Vec::new();
        for head in heads {
            let history = head.get("history");
            if !matches!(&history, Value::Text(name) if names.contains(name)) {
                continue;
            }
            let mut row = place.to_vec();
            row.extend([open.clone(), place[0].clone()]);
            row.extend(HEAD.map(|column| head.get(column)));
            let newest = self.rows(session, &Values::from([("history".to_owned(), history)]))?.pop();
            let column = |column| newest.as_ref().map_or(Value::Null, |newest| newest.get(column));
            row.extend(NEWEST.map(column));
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

    fn take_session_lock(&mut self, session: u64, key: &str) -> Rows {
        match &self.locks {
            Locks::Granting | Locks::OfTransactions => return flag(true),
            Locks::Answer(rows) => return rows.clone(),
            Locks::Exclusive => {}
        }
        let (holder, count) = self.session_locks.entry(key.to_owned()).or_insert((session, 0));
        let ours = *holder == session;
        *count += u32::from(ours);
        if ours { granted(session) } else { flag(false) }
    }

    fn take_transaction_lock(&mut self, session: u64, key: &str) -> bool {
        match self.locks {
            Locks::Granting => true,
            _ => *self.transaction_locks.entry(key.to_owned()).or_insert(session) == session,
        }
    }

    fn release(&mut self, session: u64, key: &str) -> bool {
        match self.session_locks.get_mut(key) {
            Some((holder, count)) if *holder == session => {
                *count -= 1;
                if *count == 0 {
                    self.session_locks.remove(key);
                    self.version += 1;
                }
                true
            }
            _ => matches!(self.locks, Locks::Granting | Locks::OfTransactions),
        }
    }
}
