//! From a name in a statement to an object: search path, temporary objects, the server's own tables.

use std::sync::Arc;

use super::Catalog;
use super::key::{Class, Key};
use super::model::Entity;
use super::rules::Compare;
use crate::ast::Name;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An object of the catalog.
    Here(Key),
    /// Nothing.
    Missing,
    /// Its schema does not exist.
    NoSchema,
    /// The server's own, or what cannot be known.
    Vague,
}

impl Catalog {
    /// What a name of a table, view or sequence stands for.
    pub(super) fn find_relation(&self, name: &Name) -> Found {
        self.find(Class::Relation, name)
    }

    pub(super) fn find(&self, class: Class, name: &Name) -> Found {
        let rules = self.rules();
        let last = name.last.text.as_str();
        if let Some(schema) = name.qualifiers.last() {
            if rules.is_system(Some(&schema.text), last) {
                return Found::Vague;
            }
            let temporary =
                schema.text.starts_with(rules.temporary_schema).then(|| Arc::from(rules.temporary_schema));
            let schema: Arc<str> =
                temporary.unwrap_or_else(|| Arc::from(rules.fold_relation(&schema.text).as_ref()));
            if let Some(key) = self.find_in(class, &schema, last) {
                return Found::Here(key);
            }
            return self.missing_in(class, &schema);
        }
        if let Some(key) = self.find_in(class, rules.temporary_schema, last) {
            return Found::Here(key);
        }
        let Some(path) = &self.session.path else { return Found::Vague };
        for schema in path {
            if let Some(key) = self.find_in(class, schema, last) {
                return Found::Here(key);
            }
        }
        if rules.is_system(None, last) || self.taint.strangers(class) || path.is_empty() {
            return Found::Vague;
        }
        Found::Missing
    }

    fn missing_in(&self, class: Class, schema: &str) -> Found {
        if self.taint.strangers(Class::Schema) || self.taint.strangers(class) {
            return Found::Vague;
        }
        let known = self.store.get(&Key::new(Class::Schema, "", schema)).is_some();
        let temporary = schema == self.rules().temporary_schema;
        match (known || temporary, self.rules().schemas_known) {
            (true, _) => Found::Missing,
            (false, true) => Found::NoSchema,
            (false, false) => Found::Vague,
        }
    }

    fn find_in(&self, class: Class, schema: &str, name: &str) -> Option<Key> {
        let rules = self.rules();
        let key = Key::new(class, schema, &rules.fold_relation(name));
        if self.store.get(&key).is_some() {
            return Some(key);
        }
        if rules.relations == Compare::Depends {
            // On a server that ignores case these are one; on one that does not, the name is missing, which
            // is not certain enough.
            return self
                .store
                .in_schema(class, schema)
                .find(|(key, _)| key.name.eq_ignore_ascii_case(name))
                .map(|(key, _)| key.clone());
        }
        None
    }

    /// The key that an object of this name gets when it is created; `None` when the schema is not known.
    pub(super) fn key_for_new(&self, class: Class, name: &Name, temporary: bool) -> Option<Key> {
        let rules = self.rules();
        let last = rules.fold_relation(&name.last.text);
        if temporary {
            return Some(Key::new(class, rules.temporary_schema, &last));
        }
        if let Some(schema) = name.qualifiers.last() {
            if schema.text.starts_with(rules.temporary_schema) {
                return Some(Key::new(class, rules.temporary_schema, &last));
            }
            return Some(Key::new(class, &rules.fold_relation(&schema.text), &last));
        }
        let schema = self.session.path.as_ref()?.first()?;
        Some(Key::new(class, schema, &last))
    }

    /// Whether the schema of a new object certainly does not exist.
    pub(super) fn lacks_schema(&self, key: &Key) -> bool {
        let rules = self.rules();
        rules.schemas_known
            && *key.schema != *rules.temporary_schema
            && !rules.system_schemas.contains(&key.schema.as_ref())
            && !self.taint.strangers(Class::Schema)
            && self.store.get(&Key::new(Class::Schema, "", &key.schema)).is_none()
    }

    /// The table or materialized view that has an index, and the name of the index as it is compared.
    pub(super) fn find_index(&self, name: &Name) -> Option<(Key, String)> {
        let rules = self.rules();
        let last = rules.columns.fold(&name.last.text).into_owned();
        let schemas: Vec<Arc<str>> = match name.qualifiers.last() {
            Some(schema) => vec![Arc::from(rules.fold_relation(&schema.text).as_ref())],
            None => {
                let path = self.session.path.iter().flatten().cloned();
                std::iter::once(Arc::from(rules.temporary_schema)).chain(path).collect()
            }
        };
        schemas.iter().find_map(|schema| Some((self.store.home(schema, &last)?.clone(), last.clone())))
    }

    /// Whether a name is taken among tables, and indexes where they share one name space.
    pub(super) fn relation_taken(&self, schema: &str, name: &str) -> bool {
        self.store.get(&self.relation_key(schema, name)).is_some()
            || (self.rules().indexes_in_schema
                && self.store.home(schema, &self.rules().columns.fold(name)).is_some())
    }

    /// Functions with this name, whatever their arguments.
    pub(super) fn find_routines(&self, name: &Name) -> Vec<Key> {
        let prefix = format!("{}(", self.rules().columns.fold(&name.last.text));
        let schemas: Vec<Arc<str>> = match name.qualifiers.last() {
            Some(schema) => vec![Arc::from(self.rules().fold_relation(&schema.text).as_ref())],
            None => self.session.path.iter().flatten().cloned().collect(),
        };
        schemas
            .iter()
            .flat_map(|schema| self.store.with_prefix(Class::Routine, schema, &prefix))
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Names of tables and views near an unknown one.
    pub(super) fn relation_names(&self) -> Vec<String> {
        let path = self.session.path.clone().unwrap_or_default();
        let mut names: Vec<String> = path
            .iter()
            .flat_map(|schema| self.store.in_schema(Class::Relation, schema))
            .filter(|(_, entity)| !matches!(entity, Entity::Sequence(_)))
            .map(|(_, entity)| entity.name().to_owned())
            .collect();
        names.sort();
        names
    }
}
