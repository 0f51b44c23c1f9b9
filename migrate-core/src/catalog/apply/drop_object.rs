//! DROP.

use super::Apply;
use crate::ast::{Drop, Ident, Name, Object, TypeName};
use crate::catalog::key::{Class, Key};
use crate::catalog::lookup::Found;
use crate::catalog::model::{ConstraintKind, Entity};
use crate::catalog::{resolve, types};

impl Apply<'_> {
    pub(super) fn drop_statement(&mut self, drop: &Drop) {
        match drop.object {
            Object::Table => self.drop_relations(drop, "table"),
            Object::View => self.drop_relations(drop, "view"),
            Object::MaterializedView => self.drop_relations(drop, "materialized view"),
            Object::Sequence => self.drop_relations(drop, "sequence"),
            Object::Index => {
                for name in &drop.names {
                    self.drop_index(name, drop.on.as_ref(), drop.if_exists);
                }
            }
            Object::Type | Object::Domain => {
                for name in &drop.names {
                    self.drop_type(name, drop.if_exists, drop.cascade);
                }
            }
            Object::Function | Object::Procedure | Object::Aggregate => {
                for (at, name) in drop.names.iter().enumerate() {
                    let arguments = drop.arguments.get(at).and_then(Option::as_ref);
                    self.drop_routine(name, arguments, drop);
                }
            }
            Object::Trigger => {
                for name in &drop.names {
                    self.drop_on_table(Class::Trigger, name, drop.on.as_ref(), drop.if_exists);
                }
            }
            Object::Policy => {
                for name in &drop.names {
                    self.drop_on_table(Class::Policy, name, drop.on.as_ref(), drop.if_exists);
                }
            }
            Object::Schema | Object::Database => {
                for name in &drop.names {
                    self.drop_schema(name, drop.if_exists, drop.cascade);
                }
            }
            Object::Extension => {
                for name in &drop.names {
                    self.drop_extension(&name.last, drop.if_exists, drop.cascade);
                }
            }
            _ => {}
        }
    }

    fn drop_relations(&mut self, drop: &Drop, word: &'static str) {
        let mut keys: Vec<(Key, Ident)> = Vec::new();
        for name in &drop.names {
            let Some(key) = self.relation(name, drop.if_exists, word) else { continue };
            let is = self.catalog.get(&key).map_or("", Entity::word);
            if is != word {
                let sure = self.sure(&key);
                let message = format!("`{}` is a {is} and not a {word}", resolve::shown(name));
                self.report("wrong-object", sure, name.last.span, message);
                self.created_here(&key);
                self.help(&format!("write DROP {}", is.to_uppercase()));
                continue;
            }
            keys.push((key, name.last.clone()));
        }
        let all: Vec<Key> = keys.iter().map(|(key, _)| key.clone()).collect();
        for (key, at) in &keys {
            if drop.cascade {
                self.drop_cascade(key);
                continue;
            }
            self.relation_in_use(key, &all, at);
        }
        for (key, _) in &keys {
            self.remove_relation(key);
        }
    }

    /// Reports what depends on a relation and is not dropped with it.
    fn relation_in_use(&mut self, key: &Key, dropped: &[Key], at: &Ident) {
        let dependents = self.rules().dependents;
        let foreign_keys = match self.rules().references {
            crate::catalog::rules::References::Nothing => false,
            crate::catalog::rules::References::Index => self.catalog.session.foreign_keys,
            crate::catalog::rules::References::Unique => true,
        };
        let owned = self.owned_sequences(key, None);
        let word = self.catalog.get(key).map_or("table", Entity::word);
        let holders: Vec<Key> =
            std::iter::once(key).chain(&owned).flat_map(|it| self.catalog.store.users(it)).collect();
        for user in holders {
            if dropped.contains(&user) || owned.contains(&user) {
                continue;
            }
            let Some(entity) = self.catalog.get(&user) else { continue };
            let (message, origin) = match entity {
                Entity::View(_) if dependents => (
                    format!(
                        "{word} `{}` is dropped, but {} `{}` uses it",
                        at.text,
                        entity.word(),
                        entity.name()
                    ),
                    None,
                ),
                Entity::Table(table) => {
                    let foreign = table.constraints.iter().find(
                        |it| matches!(&it.kind, ConstraintKind::ForeignKey { table, .. } if table == key),
                    );
                    match foreign {
                        Some(foreign) if foreign_keys => {
                            let shown = foreign.name.clone().unwrap_or_default();
                            let message = format!(
                                "{word} `{}` is dropped, but foreign key `{shown}` of table `{}` references it",
                                at.text, table.name
                            );
                            (message, foreign.origin.clone())
                        }
                        Some(_) => continue,
                        None if !dependents || table.partition => continue,
                        None => (
                            format!("{word} `{}` is dropped, but table `{}` uses it", at.text, table.name),
                            None,
                        ),
                    }
                }
                Entity::Type(_) | Entity::Routine(_) if dependents => (
                    format!(
                        "{word} `{}` is dropped, but {} `{}` uses it",
                        at.text,
                        entity.word(),
                        entity.name()
                    ),
                    None,
                ),
                _ => continue,
            };
            let sure = self.sure(key) && self.sure(&user);
            self.report("in-use", sure, at.span, message);
            match origin {
                Some(origin) => self.related("the foreign key was created here".to_owned(), Some(origin)),
                None => self.created_here(&user),
            }
            if dependents {
                self.help("drop it first, or write CASCADE");
            }
        }
    }

    /// Takes out a relation, and what never lives without it.
    pub(super) fn remove_relation(&mut self, key: &Key) {
        let owned = self.owned_sequences(key, None);
        for user in self.catalog.store.users(key) {
            let goes = match self.catalog.get(&user) {
                Some(Entity::Trigger(trigger)) => trigger.table == *key,
                Some(Entity::Policy(policy)) => policy.table == *key,
                Some(Entity::Table(table)) => table.partition && table.parents.contains(key) && user != *key,
                _ => false,
            };
            if goes {
                match user.class {
                    Class::Relation => self.remove_relation(&user),
                    _ => self.catalog.remove(&user),
                }
            }
        }
        for sequence in owned {
            self.catalog.remove(&sequence);
        }
        self.catalog.remove(key);
    }

    /// Takes out an object and what depends on it.
    pub(super) fn drop_cascade(&mut self, key: &Key) {
        let mut rest = vec![key.clone()];
        while let Some(key) = rest.pop() {
            let owned =
                if key.class == Class::Relation { self.owned_sequences(&key, None) } else { Vec::new() };
            let users = self.catalog.store.users(&key);
            self.catalog.remove(&key);
            rest.extend(owned);
            for user in users {
                let Some(entity) = self.catalog.get(&user) else { continue };
                match entity {
                    Entity::View(_) | Entity::Trigger(_) | Entity::Policy(_) => rest.push(user),
                    Entity::Sequence(_) => rest.push(user),
                    Entity::Table(table) if table.parents.contains(&key) => rest.push(user),
                    Entity::Table(_) => self.edit_table(&user, |table| {
                        table.constraints.retain(|it| {
                            !it.uses.contains(&key)
                                && !matches!(&it.kind, ConstraintKind::ForeignKey { table, .. } if *table == key)
                        });
                        table.indexes.retain(|it| !it.uses.contains(&key));
                        if key.class == Class::Type {
                            table.columns.retain(|it| !it.uses.contains(&key));
                        }
                        for column in table.columns.iter_mut().filter(|it| it.uses.contains(&key)) {
                            column.default = None;
                            column.uses.retain(|it| *it != key);
                        }
                    }),
                    Entity::Type(_) | Entity::Routine(_) => rest.push(user),
                    _ => {}
                }
            }
        }
    }

    pub(super) fn drop_index(&mut self, name: &Name, on: Option<&Name>, if_exists: bool) {
        if let Some(table) = on {
            if let Some(key) = self.relation(table, if_exists, "table") {
                self.drop_index_of(&key, &name.last, if_exists);
            }
            return;
        }
        let Some((home, index)) = self.catalog.find_index(name) else {
            if if_exists
                || self.catalog.taint.strangers(Class::Relation)
                || self.catalog.session.path.is_none()
            {
                return;
            }
            if let Found::Here(key) = self.catalog.find_relation(name) {
                let what = self.catalog.get(&key).map_or("", Entity::word);
                let message = format!("`{}` is a {what} and not an index", name.last.text);
                let sure = self.sure(&key);
                self.report("wrong-object", sure, name.last.span, message);
                self.created_here(&key);
                self.help(&format!("write DROP {}", what.to_uppercase()));
                return;
            }
            self.missing_index(name);
            return;
        };
        let Some(found) = self
            .catalog
            .get(&home)
            .and_then(|entity| entity.indexes().iter().find(|it| *it.key == *index))
            .cloned()
        else {
            return;
        };
        self.about(&home);
        if found.constraint {
            let sure = self.sure(&home);
            let message = format!("index `{}` cannot be dropped: a constraint needs it", found.name);
            self.report("in-use", sure, name.last.span, message);
            self.related("the constraint was created here".to_owned(), found.origin);
            return;
        }
        self.catalog.edit(&home, |entity| {
            if let Some(indexes) = entity.indexes_mut() {
                indexes.retain(|it| *it.key != *index);
            }
        });
    }

    /// Reports an index that does not exist.
    pub(super) fn missing_index(&mut self, name: &Name) {
        if self.catalog.taint.strangers(Class::Relation) || self.catalog.session.path.is_none() {
            return;
        }
        let known_schema = name.qualifiers.last().is_none_or(|schema| {
            self.rules().schemas.contains(&schema.text.as_str())
                || self.catalog.get(&Key::new(Class::Schema, "", &schema.text)).is_some()
        });
        // A table that may have changed may have got an index.
        let sure = known_schema && self.catalog.may_have_index(&name.last.text).is_empty();
        self.unknown_index(name, sure);
    }

    /// Reports that there is no index of that name, and which one was meant.
    pub(super) fn unknown_index(&mut self, name: &Name, sure: bool) {
        let message = format!("index `{}` does not exist", resolve::shown(name));
        self.report("unknown-index", sure, name.last.span, message);
        let names: Vec<String> = self
            .catalog
            .iter()
            .flat_map(|(_, entity)| entity.indexes())
            .map(|index| index.name.clone())
            .collect();
        self.did_you_mean(&name.last.text, names.iter().map(String::as_str));
    }

    fn drop_type(&mut self, name: &Name, if_exists: bool, cascade: bool) {
        match self.catalog.find(Class::Type, name) {
            Found::Here(key) => {
                self.about(&key);
                if cascade {
                    self.drop_cascade(&key);
                } else {
                    self.blocked(&key, &name.last);
                    self.catalog.remove(&key);
                }
            }
            Found::Vague => {}
            Found::Missing | Found::NoSchema if if_exists => {}
            Found::Missing | Found::NoSchema => {
                let message = format!("type `{}` does not exist", resolve::shown(name));
                self.report("unknown-type", true, name.last.span, message);
                self.suggest(Class::Type, &name.last.text);
            }
        }
    }

    /// Reports what uses a type or function.
    fn blocked(&mut self, key: &Key, at: &Ident) {
        let word = self.catalog.get(key).map_or("object", Entity::word);
        for user in self.catalog.store.users(key) {
            let Some(entity) = self.catalog.get(&user) else { continue };
            let sure = self.sure(key) && self.sure(&user);
            let place = match entity {
                Entity::Table(table) => {
                    table.columns.iter().find(|column| column.uses.contains(key)).map(|column| {
                        (format!("column `{}` of table `{}`", column.name, table.name), column.origin.clone())
                    })
                }
                _ => None,
            };
            let (by, origin) = place.unwrap_or_else(|| {
                let origin = entity.state().and_then(|state| state.origin.clone());
                (format!("{} `{}`", entity.word(), entity.name()), origin)
            });
            // What a view or routine calls is found by name alone, which may be another function of that name.
            let certain = !matches!(entity, Entity::Routine(_))
                && (word != "function"
                    || matches!(entity, Entity::Trigger(_) | Entity::Table(_) | Entity::View(_)));
            self.report(
                "in-use",
                sure && certain,
                at.span,
                format!("{word} `{}` is dropped, but {by} uses it", at.text),
            );
            self.related("it was created here".to_owned(), origin);
            self.help("drop it first, or write CASCADE");
        }
    }

    fn drop_routine(&mut self, name: &Name, arguments: Option<&Vec<TypeName>>, drop: &Drop) {
        let found = self.catalog.find_routines(name);
        let dialect = self.catalog.dialect;
        let wanted = arguments
            .map(|arguments| arguments.iter().map(|it| types::normalized(dialect, it)).collect::<Vec<_>>());
        let matching: Vec<Key> = found
            .iter()
            .filter(|key| match (self.catalog.get(key), &wanted) {
                (Some(Entity::Routine(routine)), Some(wanted)) => routine.arguments == *wanted,
                _ => true,
            })
            .cloned()
            .collect();
        let key = match (matching.as_slice(), found.as_slice()) {
            ([key], _) => key.clone(),
            // The list may name output arguments, or types by other names: not certain.
            ([], [key]) if wanted.is_some() => {
                let message = format!("function `{}` has other arguments", resolve::shown(name));
                if !drop.if_exists {
                    self.report("unknown-function", false, name.last.span, message);
                    self.created_here(key);
                }
                if self.catalog.taint.strangers(Class::Routine) {
                    return;
                }
                self.taint(key);
                return;
            }
            ([], []) => {
                let vague = self.catalog.taint.strangers(Class::Routine)
                    || self.catalog.session.path.is_none()
                    || name.qualifiers.last().is_some_and(|it| {
                        it.text == "pg_catalog"
                            || (!self.rules().schemas_known
                                && self.catalog.get(&Key::new(Class::Schema, "", &it.text)).is_none())
                    })
                    || drop.object == Object::Aggregate;
                if !drop.if_exists && !vague {
                    let message = format!("function `{}` does not exist", resolve::shown(name));
                    self.report("unknown-function", true, name.last.span, message);
                    self.suggest(Class::Routine, &name.last.text);
                }
                return;
            }
            (_, many) => {
                let many = many.to_vec();
                if wanted.is_none() {
                    let sure = many.iter().all(|key| self.sure(key));
                    let message =
                        format!("`{}` is the name of {} functions", resolve::shown(name), many.len());
                    self.report("ambiguous-function", sure, name.last.span, message);
                    self.help("write the types of its arguments");
                }
                for key in &many {
                    self.taint(key);
                }
                return;
            }
        };
        self.about(&key);
        if drop.cascade {
            self.drop_cascade(&key);
        } else {
            if self.rules().dependents {
                self.blocked(&key, &name.last);
            }
            self.catalog.remove(&key);
        }
    }

    /// Names of a class that are near an unknown one.
    pub(super) fn suggest(&mut self, class: Class, word: &str) {
        let names: Vec<String> = self
            .catalog
            .iter()
            .filter(|(key, _)| key.class == class)
            .map(|(_, entity)| entity.name().to_owned())
            .collect();
        self.did_you_mean(word, names.iter().map(String::as_str));
    }

    /// Triggers and policies.
    fn drop_on_table(&mut self, class: Class, name: &Name, on: Option<&Name>, if_exists: bool) {
        let word = if class == Class::Trigger { "trigger" } else { "policy" };
        let Some(key) = self.on_table_key(class, name, on, if_exists) else { return };
        if self.catalog.get(&key).is_some() {
            self.catalog.remove(&key);
            return;
        }
        if if_exists {
            return;
        }
        let table_sure = self.on_table(on).is_none_or(|table| self.sure(&table));
        let sure = table_sure && !self.catalog.taint.strangers(Class::Trigger);
        let code = if class == Class::Trigger { "unknown-trigger" } else { "unknown-policy" };
        self.report(code, sure, name.last.span, format!("{word} `{}` does not exist", name.last.text));
        self.suggest(class, &name.last.text);
    }

    fn on_table(&self, on: Option<&Name>) -> Option<Key> {
        match self.catalog.find_relation(on?) {
            Found::Here(key) => Some(key),
            _ => None,
        }
    }

    /// The key of a trigger or policy.
    pub(super) fn on_table_key(
        &mut self,
        class: Class,
        name: &Name,
        on: Option<&Name>,
        quiet: bool,
    ) -> Option<Key> {
        let rules = self.rules();
        match on {
            Some(on) if rules.triggers_on_table || class == Class::Policy => {
                let table = self.relation(on, quiet, "table")?;
                Some(key_on_table(class, &table, &name.last.text))
            }
            _ => {
                let schema = match name.qualifiers.last() {
                    Some(schema) => rules.fold_relation(&schema.text).into_owned(),
                    None => self.catalog.session.path.as_ref()?.first()?.to_string(),
                };
                Some(Key::new(class, &schema, &rules.columns.fold(&name.last.text)))
            }
        }
    }

    fn drop_schema(&mut self, name: &Name, if_exists: bool, cascade: bool) {
        let key = Key::new(Class::Schema, "", &self.rules().fold_relation(&name.last.text));
        if self.catalog.get(&key).is_none() {
            if !if_exists && self.rules().schemas_known && !self.catalog.taint.strangers(Class::Schema) {
                let message = format!("schema `{}` does not exist", name.last.text);
                self.report("unknown-schema", true, name.last.span, message);
                self.suggest(Class::Schema, &name.last.text);
            }
            return;
        }
        let inside = self.catalog.store.keys_in(&key.name);
        if self.rules().dependents && !cascade && !inside.is_empty() {
            let first = &inside[0];
            let what = self
                .catalog
                .get(first)
                .map(|it| format!("{} `{}`", it.word(), it.name()))
                .unwrap_or_default();
            let sure = inside.iter().any(|key| self.sure(key));
            self.report(
                "in-use",
                sure,
                name.last.span,
                format!("schema `{}` is not empty: it has {what}", name.last.text),
            );
            self.created_here(first);
            self.help("drop it first, or write CASCADE");
        }
        for key in inside {
            self.drop_cascade(&key);
        }
        self.catalog.remove(&key);
    }

    fn drop_extension(&mut self, name: &Ident, if_exists: bool, cascade: bool) {
        let key = Key::new(Class::Extension, "", &name.text);
        if self.catalog.get(&key).is_none() {
            // Templates may have brought it.
            if !if_exists {
                let message = format!("no file creates extension `{}`", name.text);
                self.report("unknown-extension", false, name.span, message);
            }
            return;
        }
        self.catalog.remove(&key);
        if cascade {
            // Columns of its types go with it, and which these are is not known.
            self.catalog.taint_everything();
        }
    }
}

/// The key of a trigger or policy whose name is unique on its table.
pub(super) fn key_on_table(class: Class, table: &Key, name: &str) -> Key {
    Key::new(class, &table.schema, &format!("{}.{name}", table.name))
}
