//! Renames: everything that names the object by what it is, and not by its name, follows.

use std::sync::Arc;

use super::Apply;
use super::drop_object::key_on_table;
use crate::ast::{Ident, Name};
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{ConstraintKind, Entity};
use crate::catalog::rules::Naming;
use crate::catalog::spelling;

impl Apply<'_> {
    /// `RENAME TO` of a table, view, sequence or index. Gives the new key.
    pub(super) fn rename_relation(&mut self, key: &Key, to: &Name) -> Option<Key> {
        let schema = match to.qualifiers.last() {
            Some(schema) => self.rules().fold_relation(&schema.text).into_owned(),
            None => key.schema.to_string(),
        };
        let new = Key::new(Class::Relation, &schema, &self.rules().fold_relation(&to.last.text));
        let word = self.catalog.get(key).map_or("table", Entity::word);
        if new != *key && self.duplicate(&new, &to.last, word, false) {
            self.catalog.remove(&new);
        }
        self.move_object(key, &new, &to.last.text);
        Some(new)
    }

    pub(super) fn set_schema(&mut self, key: &Key, schema: &Ident) -> Option<Key> {
        let new = Key::new(key.class, &schema.text, &key.name);
        if self.catalog.lacks_schema(&new) {
            self.report(
                "unknown-schema",
                true,
                schema.span,
                format!("schema `{}` does not exist", schema.text),
            );
            self.suggest(Class::Schema, &schema.text);
        }
        let name = self.catalog.get(key)?.name().to_owned();
        let owned = self.owned_sequences(key, None);
        self.move_object(key, &new, &name);
        for sequence in owned {
            let Some(name) = self.catalog.get(&sequence).map(|it| it.name().to_owned()) else { continue };
            let to = Key::new(Class::Relation, &schema.text, &sequence.name);
            self.move_object(&sequence, &to, &name);
        }
        Some(new)
    }

    /// Puts an object under another key, and changes everything that names it.
    pub(super) fn move_object(&mut self, old: &Key, new: &Key, name: &str) {
        if old == new {
            self.catalog.edit(new, |entity| entity.set_name(name));
            return;
        }
        let users = self.catalog.store.users(old);
        let Some(mut entity) = self.catalog.get(old).cloned() else { return };
        // The names that the server made are those of the old name.
        if let Some(table) = entity.as_table_mut().filter(|table| table.unlisted) {
            table.state.tainted = true;
        }
        entity.set_name(name);
        // A table may reference itself.
        entity.rename_use(old, new);
        let born = entity.state().map_or(0, |state| state.born);
        self.catalog.remove(old);
        self.catalog.insert(new.clone(), entity);
        self.catalog.edit(new, |entity| {
            if let Some(state) = entity.state_mut() {
                state.born = born;
            }
        });
        self.about(new);
        let follows = self.rules().naming;
        for user in users {
            // Views of MySQL keep the old name and break.
            let is_view = matches!(self.catalog.get(&user), Some(Entity::View(_)));
            if user == *old || (is_view && matches!(follows, Naming::MySql | Naming::MariaDb)) {
                continue;
            }
            self.catalog.edit(&user, |entity| entity.rename_use(old, new));
            // Names of triggers and policies are found through their table.
            if matches!(user.class, Class::Trigger | Class::Policy)
                && user.name.starts_with(&format!("{}.", old.name))
                && let Some(entity) = self.catalog.get(&user).cloned()
            {
                let moved = key_on_table(user.class, new, entity.name());
                self.catalog.remove(&user);
                self.catalog.insert(moved, entity);
            }
        }
    }

    pub(super) fn rename_tables(&mut self, pairs: &[(Name, Name)]) {
        // Each pair sees what the ones before have done.
        for (from, to) in pairs {
            if let Some(key) = self.relation(from, false, "table") {
                self.rename_relation(&key, to);
            }
        }
    }

    pub(super) fn rename_column(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let rules = self.rules();
        if let Some(Entity::View(_)) = self.catalog.get(key) {
            self.rename_view_column(key, from, to);
            return;
        }
        let Some(old) = self.existing_column(key, from) else {
            // It has been said; that the column has no new name now is no second mistake.
            if self.sure(key) {
                self.edit_table(key, |table| table.incomplete = true);
            }
            return;
        };
        if !rules.same(&old, &to.text) && self.duplicate_column(key, to) {
            return;
        }
        self.rename_in(key, &old, &to.text);
    }

    /// A column of a table under another name, and everything that names it, in its children as well.
    fn rename_in(&mut self, key: &Key, old: &str, new: &str) {
        let rules = self.rules();
        let (old, new) = (old.to_owned(), new.to_owned());
        let mut children = Vec::new();
        let rename = |names: &mut Vec<String>| {
            for name in names.iter_mut().filter(|name| rules.same(name, &old)) {
                name.clone_from(&new);
            }
        };
        let dialect = self.catalog.dialect;
        // The text that servers keep of an expression follows, too.
        let spell = |text: &mut String| *text = spelling::renamed(text, dialect, &old, &new);
        self.edit_table(key, |table| {
            for column in &mut table.columns {
                if rules.same(&column.name, &old) {
                    column.name.clone_from(&new);
                }
                if rules.among(&old, &column.generated_from) {
                    column.generated.iter_mut().for_each(spell);
                }
                rename(&mut column.generated_from);
            }
            for constraint in &mut table.constraints {
                if let ConstraintKind::Check { expression, columns } = &mut constraint.kind
                    && rules.among(&old, columns.iter())
                {
                    spell(expression);
                }
                rename(constraint.columns_mut());
                if let ConstraintKind::ForeignKey { table, referenced, .. } = &mut constraint.kind
                    && table == key
                {
                    rename(referenced);
                }
            }
            for index in &mut table.indexes {
                if rules.among(&old, &index.columns) {
                    index.predicate.iter_mut().for_each(spell);
                    index.parts.iter_mut().filter_map(|part| part.expression.as_mut()).for_each(spell);
                }
                rename(&mut index.columns);
                rename(&mut index.include);
                for column in index.parts.iter_mut().filter_map(|part| part.column.as_mut()) {
                    if rules.same(column, &old) {
                        column.clone_from(&new);
                    }
                }
            }
        });
        for user in self.catalog.store.users(key) {
            if user == *key {
                continue;
            }
            self.catalog.edit(&user, |entity| match entity {
                Entity::Table(table) => {
                    for constraint in &mut table.constraints {
                        if let ConstraintKind::ForeignKey { table, referenced, .. } = &mut constraint.kind
                            && table == key
                        {
                            rename(referenced);
                        }
                    }
                    if table.parents.contains(key) && table.columns.iter().any(|it| it.name == old) {
                        children.push(user.clone());
                    }
                }
                Entity::View(view) if !matches!(rules.naming, Naming::MySql | Naming::MariaDb) => {
                    if let Some(columns) = view.uses.get_mut(key)
                        && columns.remove(&old)
                    {
                        columns.insert(new.clone());
                        // A column without an alias changes its name with the text of the view, and which have
                        // one is not kept.
                        let shown = view.columns.iter().flatten().any(|column| rules.same(column, &old));
                        if rules.naming == Naming::Sqlite && shown {
                            view.columns = None;
                        }
                    }
                }
                Entity::Trigger(trigger) => rename(&mut trigger.columns),
                Entity::Sequence(sequence) => {
                    if let Some((table, column)) = &mut sequence.owner
                        && table == key
                        && *column == old
                    {
                        column.clone_from(&new);
                    }
                }
                _ => {}
            });
        }
        for child in children {
            self.rename_in(&child, &old, &new);
        }
    }

    fn rename_view_column(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let Some(old) = self.existing_column(key, from) else { return };
        self.catalog.edit(key, |entity| {
            if let Entity::View(view) = entity {
                for column in view.columns.iter_mut().flatten().filter(|it| **it == old) {
                    column.clone_from(&to.text);
                }
            }
        });
        for user in self.catalog.store.users(key) {
            self.catalog.edit(&user, |entity| {
                if let Entity::View(view) = entity
                    && let Some(columns) = view.uses.get_mut(key)
                    && columns.remove(&old)
                {
                    columns.insert(to.text.clone());
                }
            });
        }
    }

    pub(super) fn rename_constraint(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let found = table
            .constraints
            .iter()
            .find(|it| it.name.as_ref().is_some_and(|it| rules.same(it, &from.text)))
            .cloned();
        let Some(found) = found else {
            self.unknown_constraint(key, from);
            return;
        };
        self.written_name(key, to);
        self.edit_table(key, |table| {
            for constraint in table.constraints.iter_mut().filter(|it| it.name == found.name) {
                constraint.name = Some(to.text.clone());
                constraint.generated_name = false;
            }
            if found.has_index() {
                for index in table
                    .indexes
                    .iter_mut()
                    .filter(|it| it.constraint && found.name.as_ref() == Some(&it.name))
                {
                    index.name.clone_from(&to.text);
                    index.key = Arc::from(&*rules.columns.fold(&to.text));
                }
            }
        });
    }

    /// MySQL's `RENAME INDEX`.
    pub(super) fn rename_index_of(&mut self, key: &Key, from: &Ident, to: &Ident) {
        let rules = self.rules();
        let indexes = self.catalog.get(key).map(Entity::indexes).unwrap_or_default();
        let Some(index) = indexes.iter().find(|it| rules.same(&it.name, &from.text)).cloned() else {
            let names: Vec<String> = indexes.iter().map(|it| it.name.clone()).collect();
            let sure = self.sure(key);
            self.report("unknown-index", sure, from.span, format!("the table has no index `{}`", from.text));
            self.did_you_mean(&from.text, names.iter().map(String::as_str));
            return;
        };
        if let Some(other) = indexes.iter().find(|it| rules.same(&it.name, &to.text) && it.key != index.key) {
            let origin = other.origin.clone();
            let sure = self.sure(key);
            self.report(
                "duplicate-index",
                sure,
                to.span,
                format!("the table has an index `{}` already", to.text),
            );
            self.related("the index was created here".to_owned(), origin);
            return;
        }
        self.name_index(key, &index.key, &to.text);
    }

    /// Gives an index, and the constraint that it belongs to, another name.
    pub(super) fn name_index(&mut self, home: &Key, index: &str, to: &str) {
        let rules = self.rules();
        self.catalog.edit(home, |entity| {
            let mut constraint = None;
            for it in entity.indexes_mut().into_iter().flatten().filter(|it| *it.key == *index) {
                if it.constraint {
                    constraint = Some(it.name.clone());
                }
                to.clone_into(&mut it.name);
                it.key = Arc::from(&*rules.columns.fold(to));
            }
            if let (Some(old), Some(table)) = (constraint, entity.as_table_mut()) {
                for it in
                    table.constraints.iter_mut().filter(|it| it.has_index() && it.name.as_ref() == Some(&old))
                {
                    it.name = Some(to.to_owned());
                }
            }
        });
    }
}
