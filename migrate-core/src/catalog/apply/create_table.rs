//! CREATE TABLE.

use super::Apply;
use crate::ast::{CreateTable, Ident};
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{Column, Constraint, ConstraintKind, Entity, Table, TableKind};
use crate::catalog::rules::Naming;

impl Apply<'_> {
    pub(super) fn create_table(&mut self, create: &CreateTable) {
        let Some(key) = self.new_key(Class::Relation, &create.name, create.temporary) else { return };
        let name = &create.name.last;
        let word = "table";
        if create.or_replace && matches!(self.catalog.get(&key), Some(Entity::Table(_))) {
            self.remove_relation(&key);
        }
        if self.duplicate(&key, name, word, create.if_not_exists) {
            if !create.if_not_exists {
                self.help("give it another name, or write IF NOT EXISTS if the one that is there will do");
            }
            if !create.if_not_exists && self.catalog.may_have_changed(&key) {
                self.catalog.remove(&key);
            } else {
                return;
            }
        }
        let mut table = Table {
            name: name.text.clone(),
            kind: match (&create.module, create.partitioned) {
                (Some(_), _) => TableKind::Virtual,
                (None, true) => TableKind::Partitioned,
                _ => TableKind::Ordinary,
            },
            incomplete: create.module.is_some(),
            partition: create.partition_of.is_some(),
            temporary: create.temporary,
            without_rowid: create.without_rowid,
            strict: create.strict,
            state: self.state(name.span),
            ..Table::default()
        };
        // It may have been there before with other columns, for all that is known.
        table.state.tainted = create.if_not_exists && self.catalog.taint.strangers(Class::Relation);
        self.take_from_parents(create, &mut table);
        if let Some(query) = &create.query {
            let (outputs, walked) = self.resolve(|resolver| resolver.query(query, None));
            self.calls(&walked.called);
            let known = outputs.as_ref().is_some_and(|outputs| outputs.iter().all(Option::is_some));
            table.incomplete |= !known;
            for output in outputs.into_iter().flatten().flatten() {
                // MySQL lets the query fill columns that are declared as well.
                let declared = create.columns.iter().map(|column| &column.name.text);
                if !self
                    .rules()
                    .among(&output, table.columns.iter().map(|column| &column.name).chain(declared))
                {
                    table.columns.push(Column {
                        name: output,
                        origin: Some(self.origin(name.span)),
                        ..Column::default()
                    });
                }
            }
            // A list of names without types stands for the query's names.
            if !create.columns.is_empty() && create.columns.iter().all(|column| column.type_name.is_none()) {
                table.columns.clear();
                table.incomplete = true;
            }
        }
        // A period is named like a column and is none; where it stands is not read.
        let period = matches!(self.rules().naming, Naming::MySql | Naming::MariaDb)
            && crate::catalog::spelling::words(self.span.of(self.text), self.catalog.dialect)
                .windows(2)
                .any(|words| words[0] == "period" && words[1] == "for");
        table.incomplete |= period || create.of_type.is_some();
        self.catalog.insert(key.clone(), Entity::Table(table));
        for column in &create.columns {
            self.add_column(&key, column, false);
        }
        // Expressions may name columns that come later.
        for column in &create.columns {
            self.column_expressions(&key, column);
        }
        for column in &create.columns {
            for constraint in &column.constraints {
                self.add_constraint(&key, constraint, Some(&column.name));
            }
        }
        for constraint in &create.constraints {
            self.add_constraint(&key, constraint, None);
        }
        if !create.partition_by.is_empty() {
            self.index_parts(&key, &create.partition_by);
        }
        for index in &create.indexes {
            self.create_index(&key, index);
        }
        if self.rules().naming == Naming::Sqlite && create.without_rowid {
            let bare = self
                .catalog
                .get(&key)
                .and_then(Entity::as_table)
                .is_some_and(|table| table.primary_key().is_none() && !table.incomplete);
            if bare {
                let message = format!("table `{}` is WITHOUT ROWID and has no primary key", name.text);
                self.report("missing-primary-key", true, name.span, message);
            }
        }
    }

    /// LIKE, INHERITS and PARTITION OF.
    fn take_from_parents(&mut self, create: &CreateTable, table: &mut Table) {
        let parents = create.inherits.iter().chain(&create.partition_of);
        let likes = create.like.iter().map(|(name, _)| (name, false));
        for (name, inherits) in likes.chain(parents.map(|name| (name, true))) {
            let Some(parent) = self.relation_quietly(name) else {
                table.incomplete = true;
                continue;
            };
            let Some(entity) = self.catalog.get(&parent) else { continue };
            match entity {
                Entity::Table(from) => {
                    table.incomplete |= from.incomplete || self.catalog.may_have_changed(&parent);
                    for column in &from.columns {
                        if self.rules().among(&column.name, table.columns.iter().map(|column| &column.name)) {
                            continue;
                        }
                        let mut column = Column { inherited: inherits, ..column.clone() };
                        if !inherits && self.rules().naming == Naming::Postgres {
                            // LIKE copies names, types and NOT NULL, and the rest where it is told to.
                            let options: String =
                                create.like.iter().map(|(_, options)| options.as_str()).collect();
                            let options = options.to_ascii_uppercase();
                            let all = options.contains("INCLUDING ALL");
                            if !all && !options.contains("DEFAULTS") {
                                column.default = None;
                            }
                            if !all && !options.contains("GENERATED") {
                                column.generated = None;
                                column.generated_from.clear();
                            }
                            column.identity = None;
                        }
                        table.columns.push(column);
                    }
                    if matches!(self.rules().naming, Naming::MySql | Naming::MariaDb) {
                        // Everything but foreign keys; the indexes of those stay.
                        let kept = |it: &&Constraint| !matches!(it.kind, ConstraintKind::ForeignKey { .. });
                        table.constraints.extend(from.constraints.iter().filter(kept).cloned());
                        table.indexes.extend(from.indexes.iter().cloned());
                    } else if inherits || self.rules().naming != Naming::Postgres || !create.like.is_empty() {
                        // They come along in ways that are not modelled: names may exist.
                        table.unlisted |=
                            from.unlisted || !from.indexes.is_empty() || !from.constraints.is_empty();
                    }
                }
                Entity::View(view) => match &view.columns {
                    Some(columns) => table.columns.extend(
                        columns.iter().map(|name| Column { name: name.clone(), ..Column::default() }),
                    ),
                    None => table.incomplete = true,
                },
                _ => table.incomplete = true,
            }
            if inherits {
                table.parents.push(parent);
            }
        }
    }

    /// Like `relation`, but the statement is about another.
    fn relation_quietly(&mut self, name: &crate::ast::Name) -> Option<Key> {
        self.resolve(|resolver| resolver.relation(name)).0
    }

    /// Reports a second column of one name. Gives whether there is one.
    pub(super) fn duplicate_column(&mut self, key: &Key, name: &Ident) -> bool {
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return false };
        let Some(column) = table
            .columns
            .iter()
            .find(|column| self.rules().same(&column.name, &name.text) && !column.inherited)
        else {
            return false;
        };
        let (origin, table) = (column.origin.clone(), table.name.clone());
        let sure = self.sure(key);
        let message = format!("table `{table}` has a column `{}` already", name.text);
        self.report("duplicate-column", sure, name.span, message);
        self.related("the column was created here".to_owned(), origin);
        self.help("give it another name, or leave the statement out");
        true
    }
}
