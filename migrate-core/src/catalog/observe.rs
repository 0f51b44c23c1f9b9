//! What the effect model asks the catalog: what a statement has changed in it, and what a name stands for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Catalog;
use super::key::{Class, Key};
use super::lookup::Found;
use super::model::Entity;
use crate::ast::Name;

/// An object and what stood in its place before; `None` when it is new.
pub(crate) type Change = (Key, Option<Arc<Entity>>);

/// Each object once, in the order in which they were changed first.
pub(crate) type Changes = Vec<Change>;

impl Catalog {
    /// Does `work` and says what it has changed. Not for statements about the transaction, which end the log
    /// that this reads.
    pub(crate) fn observe<T>(&mut self, work: impl FnOnce(&mut Catalog) -> T) -> (T, Changes) {
        let mark = self.store.mark();
        let result = work(self);
        let mut seen = BTreeSet::new();
        let first = self.store.since(&mark).iter().filter(|(key, _)| seen.insert(key.clone()));
        let changes = first.cloned().collect();
        self.store.forget(&mark);
        (result, changes)
    }

    /// How many times something could not be followed.
    pub(crate) fn doubts(&self) -> u64 {
        self.taint.events() + self.taint.confined()
    }

    /// The table, view or sequence with this name.
    pub(crate) fn relation_named(&self, name: &Name) -> Option<Key> {
        match self.find_relation(name) {
            Found::Here(key) => Some(key),
            Found::Vague | Found::Missing | Found::NoSchema => None,
        }
    }

    /// The same, or the key that it would have: a table that no history of ours created.
    pub(crate) fn relation_or_stranger(&self, name: &Name) -> Option<Key> {
        self.relation_named(name).or_else(|| self.key_for_new(Class::Relation, name, false))
    }

    /// The key of a table that may exist and that no history of ours created.
    pub(crate) fn stranger(&self, name: &Name) -> Option<Key> {
        match self.find_relation(name) {
            Found::Vague => self.key_for_new(Class::Relation, name, false),
            Found::Here(_) | Found::Missing | Found::NoSchema => None,
        }
    }

    /// The type with this name.
    pub(crate) fn type_named(&self, name: &Name) -> Option<Key> {
        match self.find(Class::Type, name) {
            Found::Here(key) => Some(key),
            Found::Vague | Found::Missing | Found::NoSchema => None,
        }
    }

    /// Whether statements created any type.
    pub(crate) fn has_types(&self) -> bool {
        self.store.has(Class::Type)
    }

    /// A type that statements created, by its name as columns show it.
    pub(crate) fn type_shown(&self, shown: &str) -> Option<&Entity> {
        let (schema, name) = match shown.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, shown),
        };
        let path = self.session.path.iter().flatten().map(AsRef::as_ref);
        let mut schemas = schema.into_iter().chain(path).chain(self.rules().path.iter().copied());
        schemas.find_map(|schema| self.store.get(&Key::new(Class::Type, schema, name)))
    }

    /// The table that an index is on.
    pub(crate) fn table_of_index(&self, name: &Name) -> Option<Key> {
        self.find_index(name).map(|(key, _)| key)
    }

    /// Functions with this name.
    pub(crate) fn routines_named(&self, name: &Name) -> Vec<Key> {
        self.find_routines(name)
    }

    /// The objects that name an object.
    pub(crate) fn users_of(&self, key: &Key) -> Vec<Key> {
        self.store.users(key)
    }

    /// The objects in a schema.
    pub(crate) fn keys_of_schema(&self, schema: &str) -> Vec<Key> {
        self.store.keys_in(schema)
    }

    /// Whether an object is gone with the session.
    pub(crate) fn is_temporary(&self, key: &Key) -> bool {
        *key.schema == *self.rules().temporary_schema
    }

    /// Whether two names of columns are one.
    pub(crate) fn same_column(&self, a: &str, b: &str) -> bool {
        self.rules().same(a, b)
    }
}
