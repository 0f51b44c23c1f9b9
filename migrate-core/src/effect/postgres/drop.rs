//! DROP: the object, what CASCADE takes with it, and the tables at the other end of foreign keys.

use super::{Facts, Reach, references};
use crate::ast::{Drop, Object};
use crate::catalog::model::Entity;
use crate::catalog::{Class, Key};
use crate::effect::fact::Level;

impl Facts<'_> {
    pub(super) fn drop(&mut self, drop: &Drop) {
        match drop.object {
            Object::Table | Object::View | Object::MaterializedView | Object::Sequence => {
                for name in &drop.names {
                    // What CREATE made of nothing cannot be locked; what nobody knows may be there.
                    if let Some(key) = self.before.relation_named(name).or_else(|| self.before.stranger(name))
                    {
                        self.relation_goes(&key, drop.cascade, &mut Vec::new());
                    }
                }
            }
            Object::Index => {
                let level =
                    if drop.concurrently { Level::ShareUpdateExclusive } else { Level::AccessExclusive };
                for name in &drop.names {
                    if let Some(key) = self.before.table_of_index(name) {
                        for key in self.reached(&key, Reach::Partitions) {
                            self.lock(&key, level);
                        }
                    }
                }
            }
            Object::Trigger | Object::Policy | Object::Rule => {
                if let Some(on) = &drop.on {
                    self.lock_all(
                        on,
                        Level::AccessExclusive,
                        if drop.object == Object::Trigger { Reach::Partitions } else { Reach::Itself },
                    );
                }
            }
            Object::Type | Object::Domain if drop.cascade => {
                for name in &drop.names {
                    if let Some(key) = self.before.type_named(name) {
                        self.dependents_go(&key, &mut Vec::new());
                    }
                }
            }
            Object::Function | Object::Procedure if drop.cascade => {
                for name in &drop.names {
                    for key in self.before.routines_named(name) {
                        self.dependents_go(&key, &mut Vec::new());
                    }
                }
            }
            Object::Schema if drop.cascade => {
                for name in &drop.names {
                    for key in self.before.keys_of_schema(&name.last.text) {
                        if key.class == Class::Relation {
                            self.relation_goes(&key, true, &mut Vec::new());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn relation_goes(&mut self, key: &Key, cascade: bool, seen: &mut Vec<Key>) {
        if seen.contains(key) {
            return;
        }
        seen.push(key.clone());
        if matches!(self.before.get(key), Some(Entity::Sequence(_))) {
            if cascade {
                self.dependents_go(key, seen);
            }
            return;
        }
        self.lock(key, Level::AccessExclusive);
        if let Some(table) = self.table(key) {
            // The triggers of its foreign keys go on the other side, too.
            for other in references(table) {
                self.lock(&other, Level::AccessExclusive);
            }
            if table.partition {
                for parent in &table.parents {
                    self.lock(parent, Level::AccessExclusive);
                }
            }
            for partition in self.reached(key, Reach::Partitions) {
                self.lock(&partition, Level::AccessExclusive);
            }
        }
        if cascade {
            self.dependents_go(key, seen);
        }
    }

    /// What names an object goes with it, or loses the part that does.
    fn dependents_go(&mut self, key: &Key, seen: &mut Vec<Key>) {
        for user in self.before.users_of(key) {
            match self.before.get(&user) {
                Some(Entity::View(_)) => self.relation_goes(&user, true, seen),
                Some(Entity::Table(table)) if table.parents.contains(key) => {
                    self.relation_goes(&user, true, seen);
                }
                Some(Entity::Table(_)) => self.lock(&user, Level::AccessExclusive),
                Some(Entity::Trigger(trigger)) => {
                    let table = trigger.table.clone();
                    self.lock(&table, Level::AccessExclusive);
                }
                _ => {}
            }
        }
    }
}
