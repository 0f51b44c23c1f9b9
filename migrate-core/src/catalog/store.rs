//! The objects by key, who uses whom, and a log by which changes are undone. Objects are shared between
//! copies until they change, so that taking a step back costs what the step has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::key::{Class, Key};
use super::model::Entity;

#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    objects: BTreeMap<Key, Arc<Entity>>,
    /// Of each key, the objects that name it.
    users: BTreeMap<Key, BTreeSet<Key>>,
    /// Of each index (schema and name), the table it is on.
    homes: BTreeMap<(Arc<str>, Arc<str>), Key>,
    /// What stood where something was put, newest last. Only kept while there are marks.
    log: Vec<(Key, Option<Arc<Entity>>)>,
    marks: usize,
    /// The length of the log at the newest mark, or a later one.
    newest: usize,
}

/// A length of the log, and how many marks there were before.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    length: usize,
    outer: usize,
}

impl Store {
    pub(super) fn get(&self, key: &Key) -> Option<&Entity> {
        self.objects.get(key).map(Arc::as_ref)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Entity)> {
        self.objects.iter().map(|(key, entity)| (key, entity.as_ref()))
    }

    pub(super) fn has(&self, class: Class) -> bool {
        self.objects.range(Key::new(class, "", "")..).next().is_some_and(|(key, _)| key.class == class)
    }

    /// Objects of a class whose schema is `schema`.
    pub(super) fn in_schema<'a>(
        &'a self,
        class: Class,
        schema: &'a str,
    ) -> impl Iterator<Item = (&'a Key, &'a Entity)> {
        let start = Key::new(class, schema, "");
        self.objects
            .range(start..)
            .take_while(move |(key, _)| key.class == class && *key.schema == *schema)
            .map(|(key, entity)| (key, entity.as_ref()))
    }

    /// Objects of a class and schema whose name begins with `prefix`.
    pub(super) fn with_prefix<'a>(
        &'a self,
        class: Class,
        schema: &'a str,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a Key, &'a Entity)> {
        let start = Key::new(class, schema, prefix);
        self.objects
            .range(start..)
            .take_while(move |(key, _)| {
                key.class == class && *key.schema == *schema && key.name.starts_with(prefix)
            })
            .map(|(key, entity)| (key, entity.as_ref()))
    }

    /// Keys of everything in a schema.
    pub(super) fn keys_in(&self, schema: &str) -> Vec<Key> {
        const CLASSES: [Class; 5] =
            [Class::Type, Class::Relation, Class::Routine, Class::Trigger, Class::Policy];
        CLASSES
            .into_iter()
            .flat_map(|class| self.in_schema(class, schema).map(|(key, _)| key.clone()).collect::<Vec<_>>())
            .collect()
    }

    pub(super) fn users(&self, key: &Key) -> Vec<Key> {
        self.users.get(key).map(|users| users.iter().cloned().collect()).unwrap_or_default()
    }

    /// The table that has the index.
    pub(super) fn home(&self, schema: &str, name: &str) -> Option<&Key> {
        self.homes.get(&(Arc::from(schema), Arc::from(name)))
    }

    /// Puts an object in, or takes the one out that is there.
    pub(super) fn replace(&mut self, key: Key, entity: Option<Arc<Entity>>) {
        let old = self.objects.remove(&key);
        if let Some(old) = &old {
            self.unlink(&key, old);
        }
        if let Some(entity) = entity {
            self.link(&key, &entity);
            self.objects.insert(key.clone(), entity);
        }
        if self.marks > 0 && !self.was_logged(&key) {
            self.log.push((key, old));
        }
    }

    pub(super) fn edit(&mut self, key: &Key, change: impl FnOnce(&mut Entity)) {
        if self.marks > 0
            && !self.was_logged(key)
            && let Some(entity) = self.objects.get(key)
        {
            self.log.push((key.clone(), Some(Arc::clone(entity))));
        }
        let Some(entity) = self.objects.get_mut(key) else { return };
        let names = |entity: &Entity| entity.index_names().map(Arc::clone).collect::<Vec<_>>();
        let (uses, indexes) = (entity.uses(), names(entity));
        let changed = Arc::make_mut(entity);
        change(changed);
        // Most edits leave alone what others find the object by, and a large table has many of them.
        let (now_uses, now_indexes) = (changed.uses(), names(changed));
        if uses != now_uses {
            self.unlink_uses(key, uses);
            self.link_uses(key, now_uses);
        }
        let kept = indexes.iter().zip(&now_indexes).take_while(|(a, b)| a == b).count();
        self.unlink_indexes(key, &indexes[kept..]);
        self.link_indexes(key, &now_indexes[kept..]);
    }

    /// Whether what stood there at the newest mark is the last that was noted. What came in between does not matter:
    /// the log is only read from its marks on.
    fn was_logged(&self, key: &Key) -> bool {
        self.log.len() > self.newest && self.log.last().is_some_and(|(logged, _)| logged == key)
    }

    pub(super) fn mark(&mut self) -> Mark {
        let mark = Mark { length: self.log.len(), outer: self.marks };
        self.marks += 1;
        self.newest = mark.length;
        mark
    }

    /// What has been replaced since, each with what was there at the mark.
    pub(super) fn before(&self, mark: &Mark) -> BTreeMap<&Key, Option<&Entity>> {
        let mut before = BTreeMap::new();
        for (key, old) in self.log.iter().skip(mark.length) {
            before.entry(key).or_insert(old.as_deref());
        }
        before
    }

    /// Undoes what has happened since.
    pub(super) fn roll_back(&mut self, mark: &Mark) {
        // Not logged again, even when an outer mark exists: its part of the log is older.
        self.marks = 0;
        while self.log.len() > mark.length {
            if let Some((key, old)) = self.log.pop() {
                self.replace(key, old);
            }
        }
        self.marks = mark.outer;
        self.newest = self.log.len();
    }

    /// What stood where something was put since, in that order. A key may be there twice.
    pub(super) fn since(&self, mark: &Mark) -> &[(Key, Option<Arc<Entity>>)] {
        self.log.get(mark.length..).unwrap_or_default()
    }

    /// Keeps what has happened.
    pub(super) fn forget(&mut self, mark: &Mark) {
        self.marks = mark.outer;
        if self.marks == 0 {
            self.log.clear();
        }
        self.newest = self.log.len();
    }

    fn link(&mut self, key: &Key, entity: &Entity) {
        self.link_uses(key, entity.uses());
        self.link_indexes(key, &entity.index_names().map(Arc::clone).collect::<Vec<_>>());
    }

    fn unlink(&mut self, key: &Key, entity: &Entity) {
        self.unlink_uses(key, entity.uses());
        self.unlink_indexes(key, &entity.index_names().map(Arc::clone).collect::<Vec<_>>());
    }

    fn link_uses(&mut self, key: &Key, uses: BTreeSet<Key>) {
        for used in uses {
            self.users.entry(used).or_default().insert(key.clone());
        }
    }

    fn link_indexes(&mut self, key: &Key, names: &[Arc<str>]) {
        for name in names {
            self.homes.insert((Arc::clone(&key.schema), Arc::clone(name)), key.clone());
        }
    }

    fn unlink_uses(&mut self, key: &Key, uses: BTreeSet<Key>) {
        for used in uses {
            if let Some(users) = self.users.get_mut(&used) {
                users.remove(key);
                if users.is_empty() {
                    self.users.remove(&used);
                }
            }
        }
    }

    fn unlink_indexes(&mut self, key: &Key, names: &[Arc<str>]) {
        for name in names {
            let place = (Arc::clone(&key.schema), Arc::clone(name));
            if self.homes.get(&place) == Some(key) {
                self.homes.remove(&place);
            }
        }
    }
}
