//! ALTER TABLE.

use std::borrow::Cow;

use super::Apply;
use super::column::identity;
use crate::ast::{AlterTable, Column as Written, Ident, Name, TableAction};
use crate::catalog::key::Key;
use crate::catalog::model::{Constraint, ConstraintKind, Entity, Table};
use crate::catalog::rules::Naming;
use crate::catalog::types;

impl Apply<'_> {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) {
        let Some(key) = self.relation(&alter.table, alter.if_exists, "table") else {
            self.unfollowed(alter);
            return;
        };
        let rename = alter.actions.iter().any(|action| {
            matches!(
                action,
                TableAction::RenameTo(_) | TableAction::RenameColumn { .. } | TableAction::DropColumn { .. }
            )
        });
        if rename {
            self.broken_views(&alter.table.last);
        }
        for action in &alter.actions {
            let old = match action {
                TableAction::RenameTo(_) => &alter.table.last.text,
                TableAction::RenameColumn { from, .. } => &from.text,
                _ => continue,
            };
            self.catalog.renamed.insert(old.to_ascii_lowercase());
        }
        let mut actions: Vec<Cow<'_, TableAction>> = alter.actions.iter().map(Cow::Borrowed).collect();
        // The server does them in this order, whatever the order in the statement.
        actions.sort_by_key(|action| pass(action));
        self.move_out_of_the_way(&key, &mut actions);
        let mut key = key;
        for action in actions {
            if let Some(renamed) = self.table_action(&key, &action) {
                key = renamed;
            }
        }
    }

    /// All renames of one ALTER TABLE start from the names before it, so that two columns can change names with
    /// each other. Those whose old name is another's new name get names in between that nobody can write.
    fn move_out_of_the_way(&mut self, key: &Key, actions: &mut [Cow<'_, TableAction>]) {
        let rules = self.rules();
        let renames = |action: &TableAction| match action {
            TableAction::ChangeColumn { from, column, .. } => Some((from.clone(), column.name.clone())),
            TableAction::RenameColumn { from, to } => Some((from.clone(), to.clone())),
            _ => None,
        };
        let pairs: Vec<(Ident, Ident)> = actions.iter().filter_map(|action| renames(action)).collect();
        for (number, action) in actions.iter_mut().enumerate() {
            let Some((from, to)) = renames(action) else { continue };
            let wanted = pairs.iter().any(|(_, other)| rules.same(&other.text, &from.text));
            let known = self.catalog.get(key).and_then(Entity::as_table).is_some_and(|table| {
                rules.among(&from.text, table.columns.iter().map(|column| &column.name))
            });
            if !wanted || !known || rules.same(&from.text, &to.text) {
                continue;
            }
            let between = Ident { text: format!("\u{0}{number}"), ..from.clone() };
            self.rename_column(key, &from, &between);
            match action.to_mut() {
                TableAction::ChangeColumn { from, .. } | TableAction::RenameColumn { from, .. } => {
                    *from = between;
                }
                _ => {}
            }
        }
    }

    /// An action on a table that is not known may bring forth something that is.
    fn unfollowed(&mut self, alter: &AlterTable) {
        for action in &alter.actions {
            if let TableAction::RenameTo(_) = action
                && self.findings.is_empty()
                && !alter.if_exists
            {
                self.catalog.taint.objects_appear();
            }
        }
    }

    /// Does one action; gives the new key when that has changed.
    fn table_action(&mut self, key: &Key, action: &TableAction) -> Option<Key> {
        match action {
            TableAction::AddColumn { column, if_not_exists } => {
                let added = self.add_column(key, column, *if_not_exists);
                for constraint in column.constraints.iter().filter(|_| added) {
                    self.add_constraint(key, constraint, Some(&column.name));
                }
                if added {
                    self.column_expressions(key, column);
                }
            }
            TableAction::DropColumn { name, if_exists, cascade } => {
                self.drop_column(key, name, *if_exists, *cascade);
            }
            TableAction::RenameColumn { from, to } => self.rename_column(key, from, to),
            TableAction::RenameTo(name) => return self.rename_relation(key, name),
            TableAction::SetSchema(schema) => return self.set_schema(key, schema),
            TableAction::SetType { column, type_name, using } => {
                if let Some(using) = using {
                    self.expression_on(key, using);
                }
                let dialect = self.catalog.dialect;
                let text = types::normalized(dialect, type_name);
                let ((), walked) = self.resolve(|resolver| resolver.type_name(type_name));
                if let Some(name) = self.existing_column(key, column) {
                    self.blocked_by_views(key, &name, column, "has another type");
                    // An index over `date(at)` is one over `at` when that is a date.
                    let cast = format!("{text}({name})");
                    self.edit_table(key, |table| {
                        let parts = table.indexes.iter_mut().flat_map(|index| &mut index.parts);
                        for part in parts.filter(|part| part.expression.as_ref() == Some(&cast)) {
                            part.expression = None;
                            part.column = Some(name.clone());
                        }
                    });
                    self.change_column(key, &name, |column| {
                        column.type_name = Some(text);
                        column.uses.extend(walked.routines);
                    });
                }
            }
            TableAction::SetDefault { column, default } => {
                let uses = self.default_uses(default);
                let text = self.spelled(default.span);
                if let Some(name) = self.existing_column(key, column) {
                    self.change_column(key, &name, |column| {
                        column.default = Some(text);
                        column.uses.extend(uses);
                    });
                }
            }
            TableAction::DropDefault { column } => {
                if let Some(name) = self.existing_column(key, column) {
                    self.change_column(key, &name, |column| {
                        column.default = None;
                        column.uses.retain(|key| key.class == crate::catalog::key::Class::Type);
                    });
                }
            }
            TableAction::SetNotNull { column } => {
                if let Some(name) = self.existing_column(key, column) {
                    self.change_column(key, &name, |column| column.not_null = true);
                }
            }
            TableAction::DropNotNull { column } => self.drop_not_null(key, column),
            TableAction::SetIdentity { column, identity: generated, if_exists } => {
                self.set_identity(key, column, generated.as_ref(), *if_exists);
            }
            TableAction::DropExpression { column, .. } => {
                if let Some(name) = self.existing_column(key, column) {
                    self.change_column(key, &name, |column| {
                        column.generated = None;
                        column.generated_from.clear();
                    });
                }
            }
            TableAction::ChangeColumn { from, column, if_exists } => {
                self.replace_column(key, from, column, *if_exists);
            }
            TableAction::AddConstraint(constraint) => self.add_constraint(key, constraint, None),
            TableAction::AddIndex(index) => self.create_index(key, index),
            TableAction::DropConstraint { name, if_exists, cascade } => {
                self.drop_constraint(key, name, *if_exists, *cascade);
            }
            TableAction::DropIndex { name, if_exists } => self.drop_index_of(key, name, *if_exists),
            TableAction::RenameIndex { from, to } => self.rename_index_of(key, from, to),
            TableAction::DropPrimaryKey => self.drop_primary_key(key),
            TableAction::DropForeignKey { name, if_exists } => {
                self.drop_constraint(key, name, *if_exists, false);
            }
            TableAction::RenameConstraint { from, to } => self.rename_constraint(key, from, to),
            TableAction::ValidateConstraint(name) => self.validate_constraint(key, name),
            TableAction::AttachPartition { partition } => {
                let at = partition;
                if let Some(partition) = self.table(partition, false) {
                    self.fits(key, &partition, at);
                    let (parent, unlisted) = (key.clone(), self.hands_down(key));
                    let rules = self.rules();
                    let columns: Vec<String> = self
                        .catalog
                        .get(key)
                        .and_then(Entity::as_table)
                        .map(|table| table.columns.iter().map(|column| column.name.clone()).collect())
                        .unwrap_or_default();
                    self.catalog.edit(&partition, |entity| {
                        if let Some(table) = entity.as_table_mut() {
                            table.parents = vec![parent];
                            table.partition = true;
                            table.unlisted |= unlisted;
                            for column in &mut table.columns {
                                column.inherited |= rules.among(&column.name, &columns);
                            }
                        }
                    });
                }
            }
            TableAction::DetachPartition { partition, .. } => {
                if let Some(partition) = self.table(partition, false) {
                    self.catalog.edit(&partition, |entity| {
                        if let Some(table) = entity.as_table_mut() {
                            table.parents.clear();
                            table.partition = false;
                            table.columns.iter_mut().for_each(|column| column.inherited = false);
                        }
                    });
                }
            }
            TableAction::Inherit(parent) => {
                if let Some(parent) = self.table(parent, false) {
                    let unlisted = self.hands_down(&parent);
                    self.edit_table(key, |table| {
                        table.parents.push(parent);
                        table.unlisted |= unlisted;
                    });
                }
            }
            TableAction::NoInherit(parent) => {
                if let Some(parent) = self.table(parent, false) {
                    self.edit_table(key, |table| {
                        table.parents.retain(|it| *it != parent);
                        let alone = table.parents.is_empty();
                        table.columns.iter_mut().for_each(|column| column.inherited &= !alone);
                    });
                }
            }
            TableAction::Trigger { name: Some(name), .. } => self.trigger_exists(key, name),
            TableAction::ColumnOption { column } => {
                self.existing_column(key, column);
            }
            TableAction::Other(_) => {
                self.taint(key);
            }
            _ => {}
        }
        None
    }

    pub(super) fn edit_table(&mut self, key: &Key, change: impl FnOnce(&mut crate::catalog::model::Table)) {
        self.catalog.edit(key, |entity| {
            if let Some(table) = entity.as_table_mut() {
                change(table);
            }
        });
    }

    fn drop_not_null(&mut self, key: &Key, column: &Ident) {
        let Some(name) = self.existing_column(key, column) else { return };
        let rules = self.rules();
        let in_key = self
            .catalog
            .get(key)
            .and_then(Entity::as_table)
            .and_then(|table| table.primary_key())
            .is_some_and(|columns| rules.among(&name, columns));
        if in_key {
            let sure = self.sure(key);
            let message = format!("column `{name}` is in the primary key, which takes no NULL");
            self.report("in-primary-key", sure, column.span, message);
            return;
        }
        self.change_column(key, &name, |column| column.not_null = false);
    }

    fn set_identity(
        &mut self,
        key: &Key,
        column: &Ident,
        generated: Option<&crate::ast::Generated>,
        if_exists: bool,
    ) {
        let Some(name) = self.existing_column(key, column) else { return };
        let rules = self.rules();
        let found = self
            .catalog
            .get(key)
            .and_then(Entity::as_table)
            .and_then(|table| table.columns.iter().find(|it| rules.same(&it.name, &name)))
            .cloned();
        let Some(found) = found else { return };
        match identity(generated) {
            Some(kind) if found.identity.is_some() => {
                self.change_column(key, &name, |column| column.identity = Some(kind));
            }
            Some(kind) => {
                let sequence = self.own_sequence(key, &name, column.span, true);
                self.change_column(key, &name, |column| {
                    column.identity = Some(kind);
                    column.uses.push(sequence);
                });
            }
            None => {
                if found.identity.is_none() && !if_exists {
                    let sure = self.sure(key);
                    let message = format!("column `{name}` is no identity column");
                    self.report("no-identity", sure, column.span, message);
                }
                let sequences: Vec<Key> = found
                    .uses
                    .iter()
                    .filter(|used| {
                        matches!(self.catalog.get(used), Some(Entity::Sequence(sequence)) if sequence.identity)
                    })
                    .cloned()
                    .collect();
                self.change_column(key, &name, |column| {
                    column.identity = None;
                    column.uses.retain(|used| !sequences.contains(used));
                });
                for sequence in sequences {
                    self.catalog.remove(&sequence);
                }
            }
        }
    }

    /// MODIFY and CHANGE of MySQL: the column anew, perhaps under another name and at another place.
    fn replace_column(&mut self, key: &Key, from: &Ident, written: &Written, if_exists: bool) {
        let rules = self.rules();
        let table = self.catalog.get(key).and_then(Entity::as_table);
        let known =
            table.is_some_and(|table| rules.among(&from.text, table.columns.iter().map(|it| &it.name)));
        if !known {
            if !if_exists {
                self.existing_column(key, from);
                // It has been said; that the table has no such column under its new name is no second mistake.
                if self.sure(key) {
                    self.edit_table(key, |table| table.incomplete = true);
                }
            }
            return;
        }
        if !rules.same(&from.text, &written.name.text) {
            self.rename_column(key, from, &written.name);
        }
        if rules.naming == Naming::MariaDb {
            // The check that was written in the column goes with what it was.
            let name = written.name.text.clone();
            let of_column = |it: &Constraint| {
                it.name.is_none()
                    && matches!(&it.kind, ConstraintKind::Check { columns, .. }
                        if matches!(columns.as_slice(), [only] if rules.same(only, &name)))
            };
            self.edit_table(key, |table| table.constraints.retain(|it| !of_column(it)));
        }
        let mut column = self.column(key, written);
        let in_key = self
            .catalog
            .get(key)
            .and_then(Entity::as_table)
            .and_then(|table| table.primary_key())
            .is_some_and(|columns| rules.among(&column.name, columns));
        column.not_null |= in_key;
        let position = written.position.clone();
        if let Some(Some(after)) = &position {
            self.existing_column(key, after);
        }
        self.edit_table(key, |table| {
            let Some(at) = table.columns.iter().position(|it| rules.same(&it.name, &column.name)) else {
                return;
            };
            let old = table.columns.remove(at);
            column.origin = old.origin;
            let at = match position {
                None => at,
                Some(None) => 0,
                Some(Some(after)) => table
                    .columns
                    .iter()
                    .position(|it| rules.same(&it.name, &after.text))
                    .map_or(at, |at| at + 1),
            };
            table.columns.insert(at, column);
        });
        self.column_expressions(key, written);
        for constraint in &written.constraints {
            self.add_constraint(key, constraint, Some(&written.name));
        }
    }

    fn validate_constraint(&mut self, key: &Key, name: &Ident) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let same = |it: &crate::catalog::model::Constraint| {
            it.name.as_ref().is_some_and(|it| rules.same(it, &name.text))
        };
        match table.constraints.iter().find(|it| same(it)) {
            None => self.unknown_constraint(key, name),
            Some(constraint)
                if !matches!(
                    constraint.kind,
                    ConstraintKind::Check { .. } | ConstraintKind::ForeignKey { .. }
                ) =>
            {
                let sure = self.sure(key);
                let message = format!("constraint `{}` is no check and no foreign key", name.text);
                self.report("wrong-object", sure, name.span, message);
            }
            Some(_) => self.edit_table(key, |table| {
                for constraint in table.constraints.iter_mut().filter(|it| same(it)) {
                    constraint.not_valid = false;
                }
            }),
        }
    }

    /// Whether a table has indexes or constraints that its children get, in ways that are not modelled.
    fn hands_down(&self, key: &Key) -> bool {
        self.catalog
            .get(key)
            .and_then(Entity::as_table)
            .is_some_and(|it| it.unlisted || !it.indexes.is_empty() || !it.constraints.is_empty())
    }

    /// The children of a table get an index or a constraint from it.
    pub(super) fn handed_down(&mut self, key: &Key) {
        for child in self.catalog.store.users(key) {
            let table = self.catalog.get(&child).and_then(Entity::as_table);
            if child != *key && table.is_some_and(|table| table.parents.contains(key) && !table.unlisted) {
                self.edit_table(&child, |table| table.unlisted = true);
                self.handed_down(&child);
            }
        }
    }

    /// A partition has the columns of its table.
    fn fits(&mut self, key: &Key, partition: &Key, at: &Name) {
        let rules = self.rules();
        let table = |key: &Key| self.catalog.get(key).and_then(Entity::as_table);
        let (Some(parent), Some(part)) = (table(key), table(partition)) else { return };
        let sure = [(key, parent), (partition, part)]
            .iter()
            .all(|(key, table)| !table.incomplete && !self.catalog.may_have_changed(key));
        let lacks = |one: &Table, other: &Table| {
            let others = || other.columns.iter().map(|column| &column.name);
            let missing = one.columns.iter().find(|column| !rules.among(&column.name, others()));
            missing.map(|column| format!("table `{}` has no column `{}`", other.name, column.name))
        };
        if let Some(message) = lacks(parent, part).or_else(|| lacks(part, parent)) {
            self.report("unknown-column", sure, at.last.span, message);
            self.help("a partition has the columns of its table, and no others");
        }
    }

    pub(super) fn unknown_constraint(&mut self, key: &Key, name: &Ident) {
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let sure = self.sure(key) && !(self.rules().naming == Naming::Sqlite);
        let message = format!("table `{}` has no constraint `{}`", table.name, name.text);
        let choices: Vec<String> = table.constraints.iter().filter_map(|it| it.name.clone()).collect();
        self.report("unknown-constraint", sure, name.span, message);
        self.did_you_mean(&name.text, choices.iter().map(String::as_str));
        self.created_here(key);
    }
}

/// When the server does an action.
fn pass(action: &TableAction) -> u8 {
    match action {
        TableAction::DropColumn { .. }
        | TableAction::DropConstraint { .. }
        | TableAction::DropIndex { .. }
        | TableAction::DropPrimaryKey
        | TableAction::DropForeignKey { .. } => 0,
        TableAction::SetType { .. } | TableAction::ChangeColumn { .. } | TableAction::RenameColumn { .. } => {
            1
        }
        TableAction::AddColumn { .. } => 2,
        TableAction::AddIndex(_) => 4,
        TableAction::AddConstraint(constraint) => match constraint.kind {
            crate::ast::ConstraintKind::ForeignKey { .. } => 6,
            _ => 5,
        },
        TableAction::RenameTo(_) | TableAction::SetSchema(_) => 8,
        _ => 3,
    }
}
