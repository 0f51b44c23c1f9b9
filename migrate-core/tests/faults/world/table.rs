//! A table: rows, what open transactions make of them, and the unique keys over which they block one another.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use migrate_core::session::Value;

use super::server::{Stop, failed};
use crate::sql::Values;

/// The values of a row, with their hash: a world is hashed more often than a row is made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) values: Values,
    hash: u64,
}

impl Record {
    pub(crate) fn new(values: Values) -> Arc<Record> {
        let mut hasher = DefaultHasher::new();
        for (column, value) in &values {
            column.hash(&mut hasher);
            hash_value(value, &mut hasher);
        }
        Arc::new(Record { values, hash: hasher.finish() })
    }

    pub(crate) fn get(&self, column: &str) -> Value {
        self.values.get(column).cloned().unwrap_or(Value::Null)
    }

    fn fits(&self, conditions: &Values) -> bool {
        conditions.iter().all(|(column, value)| self.values.get(column) == Some(value))
    }

    fn same(&self, other: &Record, key: &[&str]) -> bool {
        key.iter().all(|column| self.values.get(*column) == other.values.get(*column))
    }
}

impl Hash for Record {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

pub(crate) fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Null => 0_u8.hash(state),
        Value::Int(number) => number.hash(state),
        Value::Text(text) => text.hash(state),
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Table {
    keys: Vec<Vec<&'static str>>,
    rows: Vec<Row>,
    /// Created in a transaction that has not ended.
    pub(crate) created_by: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    committed: Option<Arc<Record>>,
    /// What the row will be when that session's transaction commits.
    pending: Option<(u64, Option<Arc<Record>>)>,
}

impl Row {
    fn seen_by(&self, session: u64) -> Option<&Arc<Record>> {
        match &self.pending {
            Some((owner, row)) if *owner == session => row.as_ref(),
            _ => self.committed.as_ref(),
        }
    }

    fn is_anothers(&self, session: u64) -> bool {
        self.pending.as_ref().is_some_and(|(owner, _)| *owner != session)
    }
}

impl Table {
    /// An empty table that `session` creates in its transaction.
    pub(crate) fn new(keys: Vec<Vec<&'static str>>, session: u64) -> Table {
        Table { keys, rows: Vec::new(), created_by: Some(session) }
    }

    /// The rows that `session` sees and that fit.
    pub(crate) fn seen<'t>(
        &'t self,
        session: u64,
        conditions: &'t Values,
    ) -> impl Iterator<Item = &'t Arc<Record>> {
        self.rows.iter().filter_map(move |row| row.seen_by(session)).filter(|row| row.fits(conditions))
    }

    /// The committed rows.
    pub(crate) fn committed(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.rows.iter().filter_map(|row| row.committed.as_ref())
    }

    /// Number of rows that a transaction has changed and not committed.
    pub(crate) fn open(&self) -> usize {
        self.rows.iter().filter(|row| row.pending.is_some()).count()
    }

    /// Whether `session` has changed something and not committed it.
    pub(crate) fn is_touched_by(&self, session: u64) -> bool {
        self.created_by == Some(session)
            || self.rows.iter().any(|row| row.pending.as_ref().is_some_and(|(owner, _)| *owner == session))
    }

    /// A row that is there at once and for good.
    pub(crate) fn add(&mut self, row: Arc<Record>) {
        self.rows.push(Row { committed: Some(row), pending: None });
    }

    pub(crate) fn insert(
        &mut self,
        session: u64,
        unique: &str,
        new: &Arc<Record>,
        replaces: bool,
    ) -> Result<(), Stop> {
        for key in &self.keys {
            for row in &mut self.rows {
                let pending = row.pending.as_ref().and_then(|(_, row)| row.as_ref());
                if row.is_anothers(session)
                    && (pending.is_some_and(|row| row.same(new, key))
                        || row.committed.as_ref().is_some_and(|row| row.same(new, key)))
                {
                    return Err(Stop::Blocked);
                }
                if row.seen_by(session).is_some_and(|row| row.same(new, key)) {
                    if replaces {
                        row.pending = Some((session, Some(Arc::clone(new))));
                        return Ok(());
                    }
                    return Err(failed(unique, "duplicate key"));
                }
            }
        }
        self.rows.push(Row { committed: None, pending: Some((session, Some(Arc::clone(new)))) });
        Ok(())
    }

    pub(crate) fn update(
        &mut self,
        session: u64,
        assignments: &Values,
        conditions: &Values,
    ) -> Result<(), Stop> {
        self.change(session, conditions, |seen| {
            let mut values = seen.values.clone();
            values.extend(assignments.clone());
            Some(Record::new(values))
        })
    }

    pub(crate) fn delete(&mut self, session: u64, conditions: &Values) -> Result<(), Stop> {
        self.change(session, conditions, |_| None)
    }

    fn change(
        &mut self,
        session: u64,
        conditions: &Values,
        change: impl Fn(&Record) -> Option<Arc<Record>>,
    ) -> Result<(), Stop> {
        for row in &mut self.rows {
            let Some(seen) = row.seen_by(session).filter(|seen| seen.fits(conditions)) else { continue };
            if row.is_anothers(session) {
                return Err(Stop::Blocked);
            }
            row.pending = Some((session, change(seen)));
        }
        Ok(())
    }

    /// Ends the part of a transaction that is in this table.
    pub(crate) fn finish(&mut self, session: u64, commit: bool) {
        for row in &mut self.rows {
            if let Some((_, new)) = row.pending.take_if(|(owner, _)| *owner == session)
                && commit
            {
                row.committed = new;
            }
        }
        self.rows.retain(|row| row.committed.is_some() || row.pending.is_some());
        if self.created_by == Some(session) {
            self.created_by = None;
        }
    }

    /// The session has another number from now on.
    pub(crate) fn rename(&mut self, from: u64, to: u64) {
        for (owner, _) in self.rows.iter_mut().filter_map(|row| row.pending.as_mut()) {
            if *owner == from {
                *owner = to;
            }
        }
        if self.created_by == Some(from) {
            self.created_by = Some(to);
        }
    }
}
