//! DROP COLUMN, DROP CONSTRAINT and DROP INDEX in ALTER TABLE, and who is in their way.

use super::Apply;
use crate::ast::Ident;
use crate::catalog::key::Key;
use crate::catalog::model::{Constraint, ConstraintKind, Entity, Table};
use crate::catalog::rules::Naming;

impl Apply<'_> {
    pub(super) fn drop_column(&mut self, key: &Key, column: &Ident, if_exists: bool, cascade: bool) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        if !rules.among(&column.text, table.columns.iter().map(|it| &it.name)) {
            if !if_exists {
                self.existing_column(key, column);
            }
            return;
        }
        let Some(name) = self.existing_column(key, column) else { return };
        match rules.naming {
            Naming::Postgres if !cascade => self.postgres_column_in_use(key, &name, column),
            Naming::Sqlite => self.sqlite_column_in_use(key, &name, column),
            Naming::MySql | Naming::MariaDb => self.mysql_column_in_use(key, &name, column),
            Naming::Postgres => {}
        }
        if cascade {
            self.cascade_column(key, &name);
        }
        self.remove_column(key, &name);
    }

    fn remove_column(&mut self, key: &Key, name: &str) {
        let rules = self.rules();
        let keeps_rest = matches!(rules.naming, Naming::MySql | Naming::MariaDb);
        self.edit_table(key, |table| {
            table.columns.retain(|it| !rules.same(&it.name, name));
            if keeps_rest {
                for index in &mut table.indexes {
                    index.parts.retain(|part| !part.column.as_ref().is_some_and(|it| rules.same(it, name)));
                    index.columns.retain(|it| !rules.same(it, name));
                }
                table.indexes.retain(|index| !index.parts.is_empty());
                for constraint in &mut table.constraints {
                    if constraint.has_index() {
                        constraint.columns_mut().retain(|it| !rules.same(it, name));
                    }
                }
                table.constraints.retain(|it| {
                    !(rules.among(name, it.columns()) || it.columns().is_empty() && it.has_index())
                });
            } else {
                table.indexes.retain(|index| !rules.among(name, &index.columns));
                table.constraints.retain(|constraint| !rules.among(name, constraint.columns()));
            }
        });
        // Sequences that go with the column, and the column in children.
        for user in self.catalog.store.users(key) {
            match self.catalog.get(&user) {
                Some(Entity::Sequence(sequence))
                    if sequence.owner.as_ref().is_some_and(|(table, it)| table == key && it == name) =>
                {
                    self.catalog.remove(&user);
                }
                Some(Entity::Table(child)) if child.parents.contains(key) && user != *key => {
                    let inherited = child.columns.iter().any(|it| it.inherited && rules.same(&it.name, name));
                    if inherited {
                        self.remove_column(&user, name);
                    }
                }
                _ => {}
            }
        }
    }

    /// Reports views that take the column.
    pub(super) fn blocked_by_views(&mut self, key: &Key, name: &str, at: &Ident, what: &str) {
        if !self.rules().dependents {
            return;
        }
        for user in self.catalog.store.users(key) {
            let Some(Entity::View(view)) = self.catalog.get(&user) else { continue };
            if view.uses.get(key).is_some_and(|columns| columns.contains(name)) {
                let sure = self.sure(key) && self.sure(&user);
                let message = format!(
                    "column `{name}` {what}, but {} `{}` uses it",
                    view_word(view.materialized),
                    view.name
                );
                self.report("in-use", sure, at.span, message);
                self.created_here(&user);
                self.help(if what == "is dropped" {
                    "drop the view first, or write CASCADE, which drops it along"
                } else {
                    "drop the view first, and create it again afterwards"
                });
            }
        }
    }

    fn postgres_column_in_use(&mut self, key: &Key, name: &str, at: &Ident) {
        self.blocked_by_views(key, name, at, "is dropped");
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let generated = table
            .columns
            .iter()
            .find(|it| !rules.same(&it.name, name) && rules.among(name, &it.generated_from))
            .map(|it| it.name.clone());
        let keys: Vec<Constraint> = table
            .constraints
            .iter()
            .filter(|it| it.has_index() && rules.among(name, it.columns()))
            .cloned()
            .collect();
        let sure = self.sure(key);
        if let Some(generated) = generated {
            let message =
                format!("column `{name}` is dropped, but column `{generated}` is generated from it");
            self.report("in-use", sure, at.span, message);
        }
        for constraint in &keys {
            self.key_in_use(key, constraint, at, &format!("column `{name}`"));
        }
        for user in self.catalog.store.users(key) {
            let Some(Entity::Trigger(trigger)) = self.catalog.get(&user) else { continue };
            if rules.among(name, &trigger.columns) {
                let message = format!("column `{name}` is dropped, but trigger `{}` names it", trigger.name);
                self.report("in-use", sure, at.span, message);
                self.created_here(&user);
            }
        }
        let sequences: Vec<Key> = self.owned_sequences(key, Some(name));
        for sequence in sequences {
            for user in self.catalog.store.users(&sequence) {
                if user == *key {
                    continue;
                }
                if let Some(Entity::Table(other)) = self.catalog.get(&user) {
                    let message = format!(
                        "column `{name}` is dropped, but a default of table `{}` uses its sequence",
                        other.name
                    );
                    self.report("in-use", sure, at.span, message);
                }
            }
        }
    }

    /// The sequences that are dropped with a table or column.
    pub(super) fn owned_sequences(&self, key: &Key, column: Option<&str>) -> Vec<Key> {
        let owned = |user: &Key| match self.catalog.get(user) {
            Some(Entity::Sequence(sequence)) => sequence
                .owner
                .as_ref()
                .is_some_and(|(table, it)| table == key && column.is_none_or(|column| column == it)),
            _ => false,
        };
        self.catalog.store.users(key).into_iter().filter(owned).collect()
    }

    /// Reports foreign keys that need the primary key or unique constraint `constraint` of `key`.
    fn key_in_use(&mut self, key: &Key, constraint: &Constraint, at: &Ident, what: &str) {
        let rules = self.rules();
        for user in self.catalog.store.users(key) {
            let Some(Entity::Table(other)) = self.catalog.get(&user) else { continue };
            let needs = |it: &&Constraint| {
                matches!(&it.kind, ConstraintKind::ForeignKey { table, referenced, .. } if table == key
                    && referenced.len() == constraint.columns().len()
                    && referenced.iter().all(|column| rules.among(column, constraint.columns())))
            };
            let Some(foreign) = other.constraints.iter().find(needs) else { continue };
            // Another unique index over the same columns serves as well, and which one it uses is not known.
            let serves = |table: &Table| {
                table
                    .indexes
                    .iter()
                    .filter(|index| {
                        index.unique
                            && index.plain().is_some_and(|plain| {
                                plain.len() == constraint.columns().len()
                                    && plain.iter().all(|column| rules.among(column, constraint.columns()))
                            })
                    })
                    .count()
            };
            let only =
                self.catalog.get(key).and_then(Entity::as_table).is_some_and(|table| serves(table) < 2);
            let sure = self.sure(key) && self.sure(&user) && only;
            let shown = foreign.name.clone().unwrap_or_default();
            let origin = foreign.origin.clone();
            let message = format!(
                "{what} is dropped, but foreign key `{shown}` of table `{}` references it",
                other.name
            );
            self.report("in-use", sure, at.span, message);
            self.related("the foreign key was created here".to_owned(), origin);
        }
    }

    fn sqlite_column_in_use(&mut self, key: &Key, name: &str, at: &Ident) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let constraint = table.constraints.iter().find(|it| rules.among(name, it.columns()));
        let own_check = |it: &Constraint| {
            matches!(&it.kind, ConstraintKind::Check { columns, .. } | ConstraintKind::ForeignKey { columns, .. }
                if columns.len() == 1)
        };
        let by = match constraint {
            // One that stands in the column goes with it; whether it does is not known here.
            Some(constraint) if own_check(constraint) => None,
            Some(constraint) => Some((
                match constraint.kind {
                    ConstraintKind::PrimaryKey { .. } => "the primary key".to_owned(),
                    ConstraintKind::Unique { .. } => "a unique constraint".to_owned(),
                    ConstraintKind::ForeignKey { .. } => "a foreign key".to_owned(),
                    _ => "a check".to_owned(),
                },
                constraint.origin.clone(),
            )),
            None => table
                .indexes
                .iter()
                .find(|index| rules.among(name, &index.columns))
                .map(|index| (format!("index `{}`", index.name), index.origin.clone()))
                .or_else(|| {
                    table
                        .columns
                        .iter()
                        .find(|it| !rules.same(&it.name, name) && rules.among(name, &it.generated_from))
                        .map(|it| (format!("generated column `{}`", it.name), it.origin.clone()))
                }),
        };
        let sure = self.sure(key);
        if let Some((by, origin)) = by {
            let message = format!("column `{name}` cannot be dropped: {by} uses it");
            self.report("in-use", sure, at.span, message);
            self.related("it was created here".to_owned(), origin);
        }
        for user in self.catalog.store.users(key) {
            let Some(Entity::View(view)) = self.catalog.get(&user) else { continue };
            if view.uses.get(key).is_some_and(|columns| columns.contains(name)) && !view.opaque {
                // `SELECT *` takes what is there.
                let named = view.definition.as_ref().is_some_and(|text| {
                    crate::catalog::spelling::words(text, self.catalog.dialect)
                        .iter()
                        .any(|word| word.eq_ignore_ascii_case(name))
                });
                if named {
                    let message = format!("column `{name}` cannot be dropped: view `{}` uses it", view.name);
                    let sure = sure && self.sure(&user) && !self.catalog.session.legacy_alter;
                    self.report("in-use", sure, at.span, message);
                    self.created_here(&user);
                    self.help("drop the view first, and create it again afterwards");
                }
            }
        }
    }

    fn mysql_column_in_use(&mut self, key: &Key, name: &str, at: &Ident) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let own = table.constraints.iter().find(|it| {
            matches!(it.kind, ConstraintKind::ForeignKey { .. }) && rules.among(name, it.columns())
        });
        let sure = self.sure(key);
        if let Some(foreign) = own {
            let (shown, origin) = (foreign.name.clone().unwrap_or_default(), foreign.origin.clone());
            let message = format!("column `{name}` cannot be dropped: foreign key `{shown}` needs it");
            self.report("in-use", sure, at.span, message);
            self.related("the foreign key was created here".to_owned(), origin);
            return;
        }
        if !self.catalog.session.foreign_keys {
            return;
        }
        for user in self.catalog.store.users(key) {
            let Some(Entity::Table(other)) = self.catalog.get(&user) else { continue };
            let found = other.constraints.iter().find(|it| {
                matches!(&it.kind, ConstraintKind::ForeignKey { table, referenced, .. }
                    if table == key && rules.among(name, referenced))
            });
            if let Some(foreign) = found {
                let (shown, origin) = (foreign.name.clone().unwrap_or_default(), foreign.origin.clone());
                let message = format!(
                    "column `{name}` cannot be dropped: foreign key `{shown}` of table `{}` references it",
                    other.name
                );
                self.report("in-use", sure, at.span, message);
                self.related("the foreign key was created here".to_owned(), origin);
            }
        }
    }

    fn cascade_column(&mut self, key: &Key, name: &str) {
        let rules = self.rules();
        for user in self.catalog.store.users(key) {
            match self.catalog.get(&user) {
                Some(Entity::View(view)) if view.uses.get(key).is_some_and(|it| it.contains(name)) => {
                    self.drop_cascade(&user);
                }
                Some(Entity::Trigger(trigger)) if rules.among(name, &trigger.columns) => {
                    self.catalog.remove(&user);
                }
                Some(Entity::Table(_)) => {
                    self.edit_table(&user, |table| {
                        table.constraints.retain(|it| {
                            !matches!(&it.kind, ConstraintKind::ForeignKey { table, referenced, .. }
                                if table == key && rules.among(name, referenced))
                        });
                    });
                }
                _ => {}
            }
        }
        self.edit_table(key, |table| table.columns.retain(|it| !rules.among(name, &it.generated_from)));
    }

    pub(super) fn drop_constraint(&mut self, key: &Key, name: &Ident, if_exists: bool, cascade: bool) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let same = |it: &Constraint| it.name.as_ref().is_some_and(|it| rules.same(it, &name.text));
        let Some(constraint) = table.constraints.iter().find(|it| same(it)).cloned() else {
            if !if_exists {
                self.unknown_constraint(key, name);
            }
            return;
        };
        if rules.dependents && constraint.has_index() {
            if cascade {
                for user in self.catalog.store.users(key) {
                    self.edit_table(&user, |table| {
                        table.constraints.retain(|it| {
                            !matches!(&it.kind, ConstraintKind::ForeignKey { table, referenced, .. }
                                if table == key && referenced == constraint.columns())
                        });
                    });
                }
            } else {
                self.key_in_use(key, &constraint, name, &format!("constraint `{}`", name.text));
            }
        }
        self.edit_table(key, |table| {
            if let Some(at) = table.constraints.iter().position(same) {
                table.constraints.remove(at);
            }
            if constraint.has_index() {
                table.indexes.retain(|index| !(index.constraint && rules.same(&index.name, &name.text)));
            }
        });
    }

    /// MySQL's `DROP INDEX` and `DROP KEY`; a key that is a constraint goes, too.
    pub(super) fn drop_index_of(&mut self, key: &Key, name: &Ident, if_exists: bool) {
        let rules = self.rules();
        let entity = self.catalog.get(key);
        let indexes = entity.map(Entity::indexes).unwrap_or_default();
        let Some(index) = indexes.iter().find(|index| rules.same(&index.name, &name.text)).cloned() else {
            if !if_exists {
                let sure = self.sure(key);
                let names: Vec<String> = indexes.iter().map(|index| index.name.clone()).collect();
                let table = entity.map(|entity| entity.name().to_owned()).unwrap_or_default();
                let message = format!("table `{table}` has no index `{}`", name.text);
                self.report("unknown-index", sure, name.span, message);
                self.did_you_mean(&name.text, names.iter().map(String::as_str));
                self.created_here(key);
            }
            return;
        };
        self.needed_by_foreign_key(key, &index, name);
        self.edit_table(key, |table| {
            table.indexes.retain(|it| it.key != index.key);
            if index.constraint {
                table.constraints.retain(|it| {
                    !(it.has_index() && it.name.as_ref().is_some_and(|it| rules.same(it, &index.name)))
                });
            }
        });
    }

    fn needed_by_foreign_key(&mut self, key: &Key, index: &crate::catalog::model::Index, at: &Ident) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let begins = |index: &crate::catalog::model::Index, columns: &[String]| {
            index.parts.len() >= columns.len()
                && index.parts[..columns.len()]
                    .iter()
                    .all(|part| part.column.as_ref().is_some_and(|it| rules.among(it, columns)))
        };
        let needed = table.constraints.iter().find(|constraint| {
            matches!(constraint.kind, ConstraintKind::ForeignKey { .. })
                && begins(index, constraint.columns())
                && !table.indexes.iter().any(|it| it.key != index.key && begins(it, constraint.columns()))
        });
        if let Some(constraint) = needed {
            let (shown, origin) = (constraint.name.clone().unwrap_or_default(), constraint.origin.clone());
            let sure = self.sure(key);
            let message = format!("index `{}` cannot be dropped: foreign key `{shown}` needs it", at.text);
            self.report("in-use", sure, at.span, message);
            self.related("the foreign key was created here".to_owned(), origin);
        }
    }

    /// Reports foreign keys of other tables whose target has no other index.
    fn needed_by_references(&mut self, key: &Key, index: &crate::catalog::model::Index, at: &Ident) {
        let rules = self.rules();
        if !self.catalog.session.foreign_keys {
            return;
        }
        let begins = |index: &crate::catalog::model::Index, columns: &[String]| {
            index.parts.len() >= columns.len()
                && index.parts[..columns.len()]
                    .iter()
                    .all(|part| part.column.as_ref().is_some_and(|it| rules.among(it, columns)))
        };
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let mut found = None;
        for user in self.catalog.store.users(key) {
            let Some(Entity::Table(other)) = self.catalog.get(&user) else { continue };
            found = found.or_else(|| {
                other.constraints.iter().find_map(|constraint| match &constraint.kind {
                    ConstraintKind::ForeignKey { table: target, referenced, .. }
                        if target == key
                            && begins(index, referenced)
                            && !table
                                .indexes
                                .iter()
                                .any(|it| it.key != index.key && begins(it, referenced)) =>
                    {
                        Some((
                            constraint.name.clone().unwrap_or_default(),
                            other.name.clone(),
                            constraint.origin.clone(),
                        ))
                    }
                    _ => None,
                })
            });
        }
        if let Some((shown, other, origin)) = found {
            let sure = self.sure(key);
            let message = format!(
                "index `{}` cannot be dropped: foreign key `{shown}` of table `{other}` references it",
                at.text
            );
            self.report("in-use", sure, at.span, message);
            self.related("the foreign key was created here".to_owned(), origin);
        }
    }

    pub(super) fn drop_primary_key(&mut self, key: &Key) {
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        if table.primary_key().is_none() {
            let message = format!("table `{}` has no primary key", table.name);
            let sure = self.sure(key);
            self.report("unknown-constraint", sure, self.span, message);
            self.created_here(key);
            return;
        }
        let primary = table.indexes.iter().find(|index| index.constraint && index.name == "PRIMARY").cloned();
        if let Some(primary) = primary {
            let at = Ident { text: "PRIMARY".to_owned(), quoted: true, span: self.span };
            self.needed_by_foreign_key(key, &primary, &at);
            self.needed_by_references(key, &primary, &at);
        }
        self.edit_table(key, |table| {
            table.constraints.retain(|it| !matches!(it.kind, ConstraintKind::PrimaryKey { .. }));
            table.indexes.retain(|index| !(index.constraint && index.name == "PRIMARY"));
        });
    }
}

fn view_word(materialized: bool) -> &'static str {
    if materialized { "materialized view" } else { "view" }
}
