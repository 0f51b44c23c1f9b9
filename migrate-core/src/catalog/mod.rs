//! The schema that the statements of a history lead to, and what is wrong with a statement against it. The
//! model knows no files: the same [`Catalog`] can be filled from a server. It knows no rules of style.
//!
//! An error is only what the server certainly refuses. What cannot be followed taints what it may have
//! touched, and findings about that are notes.

mod apply;
mod builtin;
mod diff;
mod finding;
mod key;
mod lookup;
pub mod model;
mod naming;
mod normal;
mod observe;
mod render;
mod replay;
mod resolve;
mod rules;
mod spelling;
mod store;
mod taint;
mod types;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use apply::apply;
pub use diff::{Difference, diff};
pub use finding::{CODES, Finding};
pub use key::{Class, Key, Origin};
pub use normal::{normalized_default, normalized_expression};
pub(crate) use observe::{Change, Changes};
pub use replay::{Created, Replayed, replay};
pub(crate) use replay::{Step, replay_with};
pub use types::normalized as normalized_type;

use crate::dialect::Dialect;
use model::Entity;
use rules::Rules;
use store::Store;
use taint::Taint;

/// The objects of one database.
#[derive(Clone, Debug)]
pub struct Catalog {
    dialect: Dialect,
    store: Store,
    session: Session,
    taint: Taint,
    /// Counts creations, so that what was there before some moment can be told from what came later.
    clock: u64,
    /// What was created or got a new name, in order: tables, views, sequences and types.
    created: Vec<Key>,
    /// Those among them whose statement named the schema.
    qualified: BTreeSet<Key>,
    /// What tables and columns were called before they were renamed. Never taken back: that would prove nothing.
    renamed: BTreeSet<String>,
}

/// What statements of a session change and later ones depend on.
#[derive(Clone, Debug)]
struct Session {
    /// Where unqualified names are looked up; `None` when it is not known.
    path: Option<Vec<Arc<str>>>,
    /// MySQL and SQLite: `foreign_key_checks`, `foreign_keys`.
    foreign_keys: bool,
    /// Postgres: `check_function_bodies`.
    function_bodies: bool,
    /// SQLite: `legacy_alter_table`.
    legacy_alter: bool,
    /// The path that the end of the transaction brings back, after `SET LOCAL`.
    local_path: Option<Option<Vec<Arc<str>>>>,
    /// Where open transactions began.
    transactions: Vec<(store::Mark, Taint)>,
}

/// A moment to which a catalog can be taken back.
#[derive(Debug)]
pub(crate) struct Snapshot {
    mark: store::Mark,
    session: Session,
    taint: Taint,
}

impl Snapshot {
    /// For when there is no way back any more.
    fn into_mark(self) -> store::Mark {
        self.mark
    }
}

impl Catalog {
    /// An empty database.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let rules = rules::of(dialect);
        let mut catalog = Catalog {
            dialect,
            store: Store::default(),
            session: Session::new(rules),
            taint: Taint::default(),
            clock: 0,
            created: Vec::new(),
            qualified: BTreeSet::new(),
            renamed: BTreeSet::new(),
        };
        for schema in rules.schemas {
            catalog.insert(Key::new(Class::Schema, "", schema), Entity::Schema(model::Schema::new(schema)));
        }
        catalog
    }

    /// A database that has objects nobody has told us about: nothing that is not found is an error.
    #[must_use]
    pub fn unknown(dialect: Dialect) -> Self {
        let mut catalog = Self::new(dialect);
        catalog.taint.everything(catalog.clock);
        catalog
    }

    /// The dialect of the database.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The object with a key.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Entity> {
        self.store.get(key)
    }

    /// All objects, by class, schema and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Entity)> {
        self.store.iter()
    }

    /// Puts an object in, or another in its place.
    pub fn insert(&mut self, key: Key, mut entity: Entity) {
        self.clock += 1;
        if let Some(state) = entity.state_mut() {
            state.born = self.clock;
        }
        // The name of a sequence that comes with a column is chosen so that it is free.
        let implicit = matches!(&entity, Entity::Sequence(sequence) if sequence.owner.is_some());
        if matches!(key.class, Class::Relation | Class::Type)
            && !implicit
            && *key.schema != *self.rules().temporary_schema
        {
            self.created.push(key.clone());
        }
        let columns = self.rules().columns;
        for index in entity.indexes_mut().into_iter().flatten() {
            index.key = Arc::from(&*columns.fold(&index.name));
        }
        self.store.replace(key, Some(Arc::new(entity)));
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) {
        self.store.replace(key.clone(), None);
    }

    /// The key of a table, view or sequence as this database compares names.
    #[must_use]
    pub fn relation_key(&self, schema: &str, name: &str) -> Key {
        let rules = self.rules();
        Key::new(Class::Relation, &rules.fold_relation(schema), &rules.fold_relation(name))
    }

    /// Whether what is known about an object may be out of date, or is not all.
    #[must_use]
    pub fn is_tainted(&self, key: &Key) -> bool {
        let unlisted = |entity: &Entity| entity.as_table().is_some_and(|table| table.unlisted);
        self.may_have_changed(key) || self.store.get(key).is_some_and(unlisted)
    }

    /// Whether what is known about an object may be out of date. A table that has indexes and constraints that
    /// are not listed is what it is all the same.
    pub(crate) fn may_have_changed(&self, key: &Key) -> bool {
        self.store.get(key).and_then(Entity::state).is_some_and(|state| self.taint.covers(state))
    }

    /// The tables that may have an index of this name that is not in the catalog. Those that the server names begin
    /// like their table.
    fn may_have_index(&self, name: &str) -> Vec<Key> {
        let begins_like = |table: &str| {
            // Long names of tables are cut, and at least so much of them remains.
            let kept = table.char_indices().nth(20).map_or(table, |(at, _)| &table[..at]);
            name.starts_with(kept)
        };
        let relations = self.iter().filter(|(key, _)| key.class == Class::Relation);
        let homes = relations.filter(|(key, entity)| {
            let unlisted = entity.as_table().is_some_and(|table| table.unlisted);
            self.may_have_changed(key) || unlisted && begins_like(entity.name())
        });
        homes.map(|(key, _)| key.clone()).collect()
    }

    /// What is different from when the snapshot was taken, at the cost of what has changed since. `None` when
    /// something since then could not be followed.
    pub(crate) fn since(&self, snapshot: &Snapshot) -> Option<Vec<Difference>> {
        let followed = self.taint.events() == snapshot.taint.events()
            && self.taint.confined() == snapshot.taint.confined();
        followed.then(|| {
            let before = self.store.before(&snapshot.mark);
            before.into_iter().filter_map(|(key, old)| diff::of_one(self, key, old)).collect()
        })
    }

    /// What was created at any time.
    fn created(&self) -> BTreeSet<Created> {
        let usual = self.rules().path.first().copied().unwrap_or_default();
        let created = self.created.iter().map(|key| Created {
            schema: (*key.schema != *usual || self.qualified.contains(key)).then(|| key.schema.to_string()),
            name: key.name.to_string(),
        });
        created.collect()
    }

    /// Keeps what has happened since the snapshot was taken.
    pub(crate) fn keep(&mut self, snapshot: Snapshot) {
        self.store.forget(&snapshot.mark);
    }

    /// Whether objects may exist that the catalog does not have.
    #[must_use]
    pub fn may_have_more(&self) -> bool {
        self.taint.strangers(Class::Relation)
    }

    fn rules(&self) -> &'static Rules {
        rules::of(self.dialect)
    }

    /// Changes an object in place; does nothing when it is not there.
    fn edit(&mut self, key: &Key, change: impl FnOnce(&mut Entity)) {
        self.store.edit(key, change);
    }

    /// From here on the catalog can be taken back.
    pub(crate) fn snapshot(&mut self) -> Snapshot {
        Snapshot { mark: self.store.mark(), session: self.session.clone(), taint: self.taint.clone() }
    }

    /// Takes the catalog back to where it was, at the cost of what has changed since.
    pub(crate) fn restore(&mut self, snapshot: Snapshot) {
        self.store.roll_back(&snapshot.mark);
        self.session = snapshot.session;
        self.taint = snapshot.taint;
    }

    /// What the end of a script ends: settings, temporary objects.
    pub(crate) fn end_session(&mut self) {
        for (mark, _) in std::mem::take(&mut self.session.transactions).into_iter().rev() {
            self.store.forget(&mark);
        }
        self.session = Session::new(self.rules());
        let schema = self.rules().temporary_schema;
        for key in self.store.keys_in(schema) {
            self.remove(&key);
        }
    }
}

impl Session {
    fn new(rules: &Rules) -> Self {
        Session {
            path: Some(rules.path.iter().map(|schema| Arc::from(*schema)).collect()),
            foreign_keys: true,
            function_bodies: true,
            legacy_alter: false,
            local_path: None,
            transactions: Vec::new(),
        }
    }
}
