//! PostgreSQL: the locks on tables, what is read or written anew under them, and what cannot run in a
//! transaction block. Measured on PostgreSQL 15; what differs between versions says so where it stands.

mod drop;
mod rows;
mod table;
mod transaction;
mod types;
mod volatile;

use super::fact::{Answer, InTransaction, Level};
use super::{Physical, Question};
use crate::ast::{
    Alter, AlterAction, ConstraintKind, CreateIndex, CreateTable, Kind, Maintenance, Name, Object, Verb,
};
use crate::catalog::model::{ConstraintKind as Demand, Entity, Table, TableKind};
use crate::catalog::{Catalog, Key};

pub(super) fn physical(question: &Question<'_>) -> Physical {
    let mut facts = Facts { question, before: question.before, physical: Physical::default() };
    facts.statement(&question.statement.kind);
    facts.physical.transaction = transaction::of(question);
    facts.physical.writes = writes(&question.statement.kind);
    facts.physical
}

/// The answers about one statement, as they are found.
struct Facts<'q> {
    question: &'q Question<'q>,
    before: &'q Catalog,
    physical: Physical,
}

fn writes(kind: &Kind) -> bool {
    match kind {
        Kind::Select(_) | Kind::Set(_) | Kind::Transaction(_) => false,
        Kind::Maintenance(maintenance) => !matches!(
            maintenance.verb,
            Verb::Explain | Verb::Lock | Verb::Listen | Verb::Discard | Verb::Checkpoint
        ),
        _ => true,
    }
}

impl<'q> Facts<'q> {
    fn statement(&mut self, kind: &Kind) {
        match kind {
            Kind::CreateTable(create) => self.create_table(create),
            Kind::AlterTable(alter) => self.alter_table(alter),
            Kind::CreateIndex(create) => self.create_index(create),
            Kind::CreateView(create) => {
                if create.or_replace {
                    self.lock_named(&create.name, Level::AccessExclusive);
                }
                if let Some(query) = &create.query {
                    self.query(query);
                }
            }
            Kind::CreateTrigger(create) => {
                // A partitioned table hands it on to its partitions.
                self.lock_all(&create.table, Level::ShareRowExclusive, Reach::Partitions);
            }
            Kind::CreateOther { object, on: Some(on), .. } => match object {
                Object::Policy | Object::Rule => self.lock_named(on, Level::AccessExclusive),
                Object::Statistics => self.lock_named(on, Level::ShareUpdateExclusive),
                _ => {}
            },
            Kind::Alter(alter) => self.alter(alter),
            Kind::Drop(drop) => self.drop(drop),
            Kind::Comment { object, name, on, .. } => match object {
                Object::Table | Object::View | Object::MaterializedView | Object::Column => {
                    if let Some(name) = name {
                        self.lock_named(name, Level::ShareUpdateExclusive);
                    }
                }
                Object::Constraint | Object::Trigger | Object::Policy | Object::Rule => {
                    if let Some(on) = on {
                        self.lock_named(on, Level::AccessShare);
                    }
                }
                _ => {}
            },
            Kind::Insert(insert) => self.insert(insert),
            Kind::Update(update) => self.update(update),
            Kind::Delete(delete) => self.delete(delete),
            Kind::Truncate { tables, cascade } => self.truncate(tables, *cascade),
            Kind::Select(query) => self.select(query),
            Kind::Maintenance(maintenance) => self.maintenance(maintenance),
            _ => {}
        }
    }

    fn create_table(&mut self, create: &CreateTable) {
        if create.if_not_exists && self.before.relation_named(&create.name).is_some() {
            return;
        }
        let of_columns = create.columns.iter().flat_map(|column| &column.constraints);
        for constraint in create.constraints.iter().chain(of_columns) {
            if let ConstraintKind::ForeignKey { reference, .. } = &constraint.kind {
                self.lock_named(&reference.table, Level::ShareRowExclusive);
            }
        }
        for (table, _) in &create.like {
            self.lock_named(table, Level::AccessShare);
        }
        for parent in &create.inherits {
            self.lock_named(parent, Level::ShareUpdateExclusive);
        }
        if let Some(parent) = &create.partition_of
            && let Some(parent) = self.question.table(parent)
        {
            self.partition_of(&parent);
        }
        if let Some(query) = &create.query {
            self.query(query);
        }
    }

    /// A new partition gets what its parent has.
    fn partition_of(&mut self, parent: &Key) {
        self.lock(parent, Level::AccessExclusive);
        let referenced: Vec<Key> = self.table(parent).map(references).unwrap_or_default();
        for key in referenced {
            self.lock(&key, Level::ShareRowExclusive);
        }
    }

    fn create_index(&mut self, create: &CreateIndex) {
        let level = if create.concurrently { Level::ShareUpdateExclusive } else { Level::Share };
        let name = create.name.as_ref().filter(|_| create.if_not_exists);
        let there = name.is_some_and(|name| {
            self.before
                .relation_named(&create.table)
                .and_then(|key| self.before.get(&key))
                .is_some_and(|table| table.indexes().iter().any(|index| index.name == name.last.text))
        });
        let reach = if create.only { Reach::Itself } else { Reach::Partitions };
        for key in self.lock_all(&create.table, level, reach) {
            let has_rows = self.table(&key).is_none_or(|table| table.kind != TableKind::Partitioned);
            self.physical.touch(key, None).scans = (has_rows && !there).into();
        }
    }

    fn alter(&mut self, alter: &Alter) {
        match (alter.object, &alter.action) {
            (Object::Domain, AlterAction::AddConstraint(constraint)) if constraint.not_valid => {}
            (Object::Domain, AlterAction::AddConstraint(_)) => self.domain(&alter.name),
            (Object::Domain, AlterAction::SetNotNull | AlterAction::ValidateConstraint(_)) => {
                self.domain(&alter.name);
            }
            (Object::View | Object::MaterializedView, _) => {
                self.lock_named(&alter.name, Level::AccessExclusive)
            }
            (Object::Trigger | Object::Policy | Object::Rule, _) => {
                if let Some(on) = &alter.on {
                    self.lock_named(on, Level::AccessExclusive);
                }
            }
            (Object::Sequence, AlterAction::OwnedBy(table, _)) => self.lock_named(table, Level::AccessShare),
            _ => {}
        }
    }

    /// All tables with a column of a domain are read, and nobody may write meanwhile.
    fn domain(&mut self, name: &Name) {
        let Some(key) = self.before.type_named(name) else { return };
        for user in self.before.users_of(&key) {
            if self.table(&user).is_some() {
                self.lock(&user, Level::Share);
                self.physical.touch(user, None).scans = Answer::Yes;
            }
        }
    }

    fn truncate(&mut self, tables: &[Name], cascade: bool) {
        let mut left: Vec<Key> = tables.iter().filter_map(|name| self.question.table(name)).collect();
        let mut done: Vec<Key> = Vec::new();
        while let Some(key) = left.pop() {
            if done.contains(&key) {
                continue;
            }
            self.lock(&key, Level::AccessExclusive);
            left.extend(self.children(&key));
            if cascade {
                left.extend(self.referencing(&key));
            }
            done.push(key);
        }
    }

    fn maintenance(&mut self, maintenance: &Maintenance) {
        let words = &self.question.words;
        let (level, scans, rewrites) = match maintenance.verb {
            Verb::Vacuum if maintenance.full => (Level::AccessExclusive, Answer::No, Answer::Yes),
            Verb::Vacuum | Verb::Analyze => (Level::ShareUpdateExclusive, Answer::No, Answer::No),
            Verb::Cluster => (Level::AccessExclusive, Answer::No, Answer::Yes),
            Verb::Reindex if maintenance.concurrently => {
                (Level::ShareUpdateExclusive, Answer::Yes, Answer::No)
            }
            Verb::Reindex => (Level::Share, Answer::Yes, Answer::No),
            Verb::Refresh if maintenance.concurrently => (
                Level::Exclusive,
                Answer::depends("how the new rows are compared with the old ones"),
                Answer::No,
            ),
            Verb::Refresh => (Level::AccessExclusive, Answer::No, Answer::Yes),
            Verb::Lock => (mode(words), Answer::No, Answer::No),
            Verb::Copy if words.has(&["FROM"]) => (Level::RowExclusive, Answer::No, Answer::No),
            Verb::Copy => (Level::AccessShare, Answer::No, Answer::No),
            _ => return,
        };
        let mut keys = Vec::new();
        for name in &maintenance.tables {
            let reach = match maintenance.verb {
                Verb::Lock if !words.has(&["ONLY"]) => Reach::Descendants,
                Verb::Vacuum | Verb::Analyze | Verb::Reindex => Reach::Partitions,
                _ => Reach::Itself,
            };
            keys.extend(self.lock_all(name, level, reach));
        }
        if maintenance.tables.is_empty() && matches!(maintenance.verb, Verb::Vacuum | Verb::Analyze) {
            let is_kept = |entity: &Entity| match entity {
                Entity::Table(_) => true,
                Entity::View(view) => view.materialized,
                _ => false,
            };
            let all: Vec<Key> = self
                .before
                .iter()
                .filter(|(_, entity)| is_kept(entity))
                .map(|(key, _)| key.clone())
                .collect();
            all.iter().for_each(|key| self.lock(key, level));
            keys.extend(all);
        }
        // REINDEX INDEX names what is not a table.
        if maintenance.verb == Verb::Reindex
            && maintenance.tables.is_empty()
            && let Some(index) = transaction::reindexed(words)
            && let Some(key) = self.before.table_of_index(&index)
        {
            self.lock(&key, level);
            keys.push(key);
        }
        for key in keys {
            let effect = self.physical.touch(key, None);
            effect.scans = scans.clone();
            effect.rewrites = rewrites.clone();
        }
        if maintenance.verb == Verb::Refresh
            && let Some(key) = maintenance.tables.first().and_then(|name| self.before.relation_named(name))
        {
            self.read(&key);
        }
    }

    fn lock(&mut self, key: &Key, level: Level) {
        self.physical.touch(key.clone(), Some(level));
    }

    fn lock_named(&mut self, name: &Name, level: Level) {
        if let Some(key) = self.question.table(name) {
            self.lock(&key, level);
        }
    }

    /// Locks a table and those below it, and gives all of them.
    fn lock_all(&mut self, name: &Name, level: Level, reach: Reach) -> Vec<Key> {
        let Some(key) = self.question.table(name) else { return Vec::new() };
        let keys = self.reached(&key, reach);
        for key in &keys {
            self.lock(key, level);
        }
        keys
    }

    fn reached(&self, key: &Key, reach: Reach) -> Vec<Key> {
        let mut keys = vec![key.clone()];
        let mut at = 0;
        while reach != Reach::Itself && at < keys.len() {
            for child in self.children(&keys[at]) {
                let partition = self.table(&child).is_some_and(|table| table.partition);
                if (partition || reach == Reach::Descendants) && !keys.contains(&child) {
                    keys.push(child);
                }
            }
            at += 1;
        }
        keys
    }

    fn table(&self, key: &Key) -> Option<&'q Table> {
        self.before.get(key).and_then(Entity::as_table)
    }

    /// The tables that inherit from a table, and its partitions.
    fn children(&self, key: &Key) -> Vec<Key> {
        let users = self.before.users_of(key).into_iter();
        users.filter(|user| self.table(user).is_some_and(|table| table.parents.contains(key))).collect()
    }

    /// The tables with a foreign key to a table, apart from itself.
    fn referencing(&self, key: &Key) -> Vec<Key> {
        let users = self.before.users_of(key).into_iter();
        users
            .filter(|user| {
                user != key && self.table(user).is_some_and(|table| references(table).contains(key))
            })
            .collect()
    }
}

/// How far a lock goes down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Itself,
    Partitions,
    /// Partitions and tables that inherit.
    Descendants,
}

/// The tables that a table references.
fn references(table: &Table) -> Vec<Key> {
    let keys = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        Demand::ForeignKey { table, .. } => Some(table.clone()),
        _ => None,
    });
    keys.collect()
}

/// The mode of LOCK TABLE.
fn mode(words: &super::words::Words<'_>) -> Level {
    const MODES: &[(&[&str], Level)] = &[
        (&["ACCESS", "SHARE", "MODE"], Level::AccessShare),
        (&["ROW", "SHARE", "MODE"], Level::RowShare),
        (&["SHARE", "ROW", "EXCLUSIVE", "MODE"], Level::ShareRowExclusive),
        (&["ROW", "EXCLUSIVE", "MODE"], Level::RowExclusive),
        (&["SHARE", "UPDATE", "EXCLUSIVE", "MODE"], Level::ShareUpdateExclusive),
        (&["ACCESS", "EXCLUSIVE", "MODE"], Level::AccessExclusive),
        (&["SHARE", "MODE"], Level::Share),
        (&["EXCLUSIVE", "MODE"], Level::Exclusive),
    ];
    MODES.iter().find(|(keywords, _)| words.has(keywords)).map_or(Level::AccessExclusive, |(_, level)| *level)
}
