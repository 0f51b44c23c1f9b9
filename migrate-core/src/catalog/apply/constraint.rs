//! Constraints: their columns, names and indexes, and what foreign keys need.

use std::sync::Arc;

use super::Apply;
use crate::ast::{Constraint as Written, ConstraintKind as Kind, Ident, IndexPart, Reference};
use crate::catalog::key::{Class, Key};
use crate::catalog::lookup::Found;
use crate::catalog::model::{self, Constraint, ConstraintKind, Entity, Index, Table};
use crate::catalog::rules::{Naming, References};
use crate::catalog::{naming, types};
use crate::migrations::Span;

impl Apply<'_> {
    /// Adds a constraint. `column` is the column it is written in.
    pub(super) fn add_constraint(&mut self, key: &Key, written: &Written, column: Option<&Ident>) {
        if self.catalog.get(key).and_then(Entity::as_table).is_none() {
            return;
        }
        match &written.kind {
            Kind::PrimaryKey { columns, using_index } => {
                self.add_key(key, written, columns, using_index.as_ref(), true);
            }
            Kind::Unique { columns, using_index, .. } => {
                self.add_key(key, written, columns, using_index.as_ref(), false);
            }
            Kind::ForeignKey { columns, reference, index } => {
                self.add_foreign_key(key, written, columns, reference, index.as_ref());
            }
            Kind::Check(expression) => {
                let (columns, uses) = self.expression_on(key, expression);
                let text = self.spelled(expression.span);
                let only = if let [only] = columns.as_slice() { Some(only.clone()) } else { None };
                // MariaDB keeps the check of a column with the column.
                let of_column =
                    column.is_some() && written.name.is_none() && self.rules().naming == Naming::MariaDb;
                let name = match &written.name {
                    Some(name) => self.written_name(key, name),
                    None if of_column => None,
                    None => self.free_constraint(key, only.as_deref(), "check", false),
                };
                self.push_constraint(
                    key,
                    written,
                    name,
                    ConstraintKind::Check { expression: text, columns },
                    uses,
                );
            }
            Kind::Exclude { columns: parts, method } => {
                let (parts, columns, uses) = self.index_parts(key, parts);
                let name = match &written.name {
                    Some(name) => self.written_name(key, name),
                    None => Some(self.free_index(key, &self.part_names(&parts, &written.include), "excl")),
                };
                self.push_index(
                    key,
                    Index {
                        name: name.clone().unwrap_or_default(),
                        parts,
                        columns: columns.clone(),
                        constraint: true,
                        include: included(written),
                        method: method.as_ref().map(|it| it.text.clone()).filter(|method| method != "btree"),
                        origin: Some(self.origin(written.span)),
                        ..Index::default()
                    },
                );
                self.push_constraint(key, written, name, ConstraintKind::Exclude { columns }, uses);
            }
        }
    }

    fn push_constraint(
        &mut self,
        key: &Key,
        written: &Written,
        name: Option<String>,
        kind: ConstraintKind,
        uses: Vec<Key>,
    ) {
        let span = written.name.as_ref().map_or(written.span, |name| name.span);
        let constraint = Constraint {
            generated_name: written.name.is_none(),
            name,
            kind,
            not_valid: written.not_valid,
            uses,
            origin: Some(self.origin(span)),
        };
        self.catalog.edit(key, |entity| {
            if let Some(table) = entity.as_table_mut() {
                table.constraints.push(constraint);
            }
        });
        self.handed_down(key);
    }

    /// PRIMARY KEY and UNIQUE.
    fn add_key(
        &mut self,
        key: &Key,
        written: &Written,
        columns: &[IndexPart],
        using_index: Option<&Ident>,
        primary: bool,
    ) {
        let naming = self.rules().naming;
        if primary
            && let Some(table) = self.catalog.get(key).and_then(Entity::as_table)
            && let Some(first) =
                table.constraints.iter().find(|it| matches!(it.kind, ConstraintKind::PrimaryKey { .. }))
        {
            let origin = first.origin.clone();
            let message = format!("table `{}` has a primary key already", table.name);
            let sure = self.sure(key);
            self.report("duplicate-primary-key", sure, written.span, message);
            self.related("the first one is here".to_owned(), origin);
            return;
        }
        if let Some(index) = using_index {
            self.adopt_index(key, written, index, primary);
            return;
        }
        let (parts, columns, uses) = self.index_parts(key, columns);
        if primary {
            // SQLite takes NULL in a primary key, unless the table has no row ids.
            let table = self.catalog.get(key).and_then(Entity::as_table);
            let takes_null = naming == Naming::Sqlite && table.is_some_and(|table| !table.without_rowid);
            for column in columns.iter().filter(|_| !takes_null) {
                self.change_column(key, column, |column| column.not_null = true);
            }
        }
        let name = match (&written.name, naming) {
            (_, Naming::MySql | Naming::MariaDb) if primary => Some("PRIMARY".to_owned()),
            (Some(name), Naming::Postgres) => {
                let taken = self.index_name_taken(key, name);
                if taken { Some(name.text.clone()) } else { self.written_name(key, name) }
            }
            (Some(name), _) => self.written_name(key, name),
            (None, Naming::Postgres) if primary => Some(self.free_index(key, &[], "pkey")),
            (None, Naming::Postgres) => {
                Some(self.free_index(key, &self.part_names(&parts, &written.include), "key"))
            }
            (None, Naming::MySql | Naming::MariaDb) => Some(self.first_column_name(key, &parts)),
            (None, Naming::Sqlite) => None,
        };
        // SQLite makes no second key over the same columns.
        let same = |index: &Index| {
            index.constraint
                && index.parts.len() == parts.len()
                && index.parts.iter().zip(&parts).all(|(a, b)| a.column == b.column && a.column.is_some())
        };
        let indexes = self.catalog.get(key).map(Entity::indexes).unwrap_or_default();
        if naming == Naming::Sqlite && !primary && indexes.iter().any(same) {
            return;
        }
        let row_id = naming == Naming::Sqlite && primary && self.is_row_id(key, &columns);
        if !row_id {
            let index_name = match naming {
                Naming::Sqlite => {
                    let table =
                        self.catalog.get(key).map(|entity| entity.name().to_owned()).unwrap_or_default();
                    let prefix = format!("sqlite_autoindex_{table}_");
                    let indexes = self.catalog.get(key).map(Entity::indexes).unwrap_or_default();
                    naming::numbered(&prefix, indexes.iter().map(|index| index.name.as_str()))
                }
                _ => name.clone().unwrap_or_default(),
            };
            self.push_index(
                key,
                Index {
                    name: index_name,
                    parts,
                    unique: true,
                    columns: columns.clone(),
                    constraint: true,
                    include: included(written),
                    origin: Some(self.origin(written.span)),
                    ..Index::default()
                },
            );
        }
        let kind =
            if primary { ConstraintKind::PrimaryKey { columns } } else { ConstraintKind::Unique { columns } };
        self.push_constraint(key, written, name, kind, uses);
    }

    /// `ADD CONSTRAINT … USING INDEX`: the index takes the name of the constraint.
    fn adopt_index(&mut self, key: &Key, written: &Written, index: &Ident, primary: bool) {
        let rules = self.rules();
        let found = self
            .catalog
            .get(key)
            .map(Entity::indexes)
            .unwrap_or_default()
            .iter()
            .find(|it| rules.same(&it.name, &index.text))
            .cloned();
        let Some(found) = found else {
            let sure = self.sure(key);
            self.report("unknown-index", sure, index.span, format!("index `{}` does not exist", index.text));
            return;
        };
        let name = written.name.as_ref().map_or_else(|| found.name.clone(), |name| name.text.clone());
        // In the order of the index.
        let columns: Vec<String> = found.parts.iter().filter_map(|part| part.column.clone()).collect();
        for column in columns.iter().filter(|_| primary) {
            self.change_column(key, column, |column| column.not_null = true);
        }
        self.catalog.edit(key, |entity| {
            for index in entity.indexes_mut().into_iter().flatten().filter(|it| it.key == found.key) {
                index.name.clone_from(&name);
                index.key = Arc::from(&*rules.columns.fold(&name));
                index.constraint = true;
            }
        });
        let kind =
            if primary { ConstraintKind::PrimaryKey { columns } } else { ConstraintKind::Unique { columns } };
        self.push_constraint(key, written, Some(name), kind, Vec::new());
    }

    /// SQLite: whether the primary key is the row id and has no index.
    fn is_row_id(&self, key: &Key, columns: &[String]) -> bool {
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return false };
        let [column] = columns else { return table.without_rowid };
        let integer = table.columns.iter().find(|it| self.rules().same(&it.name, column));
        table.without_rowid
            || integer
                .and_then(|column| column.type_name.as_deref())
                .is_some_and(|it| it.eq_ignore_ascii_case("integer"))
    }

    /// The name that was written, when no other constraint of the table has it.
    pub(super) fn written_name(&mut self, key: &Key, name: &Ident) -> Option<String> {
        let rules = self.rules();
        let table = self.catalog.get(key).and_then(Entity::as_table)?;
        let first = table
            .constraints
            .iter()
            .find(|it| it.name.as_ref().is_some_and(|other| rules.same(other, &name.text)));
        if let Some(first) = first
            // Constraints of SQLite may share a name.
            && rules.naming != Naming::Sqlite
        {
            let (origin, table) = (first.origin.clone(), table.name.clone());
            let sure = self.sure(key);
            let message = format!("table `{table}` has a constraint `{}` already", name.text);
            self.report("duplicate-constraint", sure, name.span, message);
            self.related("the constraint was created here".to_owned(), origin);
        }
        Some(name.text.clone())
    }

    /// Reports that a key's name belongs to a table or index. Gives whether it does.
    pub(super) fn index_name_taken(&mut self, key: &Key, name: &Ident) -> bool {
        let new = Key::new(Class::Relation, &key.schema, &self.rules().columns.fold(&name.text));
        self.duplicate(&new, name, "index", false)
    }

    /// The server's name for a check or foreign key.
    fn free_constraint(
        &self,
        key: &Key,
        second: Option<&str>,
        label: &str,
        foreign_key: bool,
    ) -> Option<String> {
        let table = self.catalog.get(key).and_then(Entity::as_table)?;
        let names = || table.constraints.iter().filter_map(|it| it.name.as_deref());
        match self.rules().naming {
            Naming::Postgres => {
                Some(naming::free(&table.name, second, label, |name| names().any(|other| other == name)))
            }
            Naming::Sqlite => None,
            naming => {
                let prefix = naming.numbered_prefix(&table.name, foreign_key)?;
                Some(naming::numbered(&prefix, names()))
            }
        }
    }

    pub(super) fn free_index(&self, key: &Key, parts: &[String], label: &str) -> String {
        let table = self.catalog.get(key);
        let name = table.map_or("", Entity::name);
        let second = naming::joined(parts.iter().map(String::as_str));
        let second = (!parts.is_empty()).then_some(second.as_str());
        let constraints: Vec<&str> = table
            .and_then(Entity::as_table)
            .map(|table| table.constraints.iter().filter_map(|it| it.name.as_deref()).collect())
            .unwrap_or_default();
        naming::free(name, second, label, |name| {
            self.catalog.relation_taken(&key.schema, name) || (label != "idx" && constraints.contains(&name))
        })
    }

    /// `index` is the name of the index that MySQL makes for it.
    fn add_foreign_key(
        &mut self,
        key: &Key,
        written: &Written,
        columns: &[Ident],
        reference: &Reference,
        index: Option<&Ident>,
    ) {
        let own: Vec<String> = columns
            .iter()
            .map(|column| self.existing_column(key, column).unwrap_or_else(|| column.text.clone()))
            .collect();
        let naming = self.rules().naming;
        if let (None, Some(_), Naming::MySql) = (&written.name, index, naming) {
            // Older versions call the constraint like the index.
            self.edit_table(key, |table| table.unlisted = true);
        }
        let name = match &written.name.as_ref().or(index.filter(|_| naming == Naming::MariaDb)) {
            Some(name) => self.written_name(key, name),
            None => {
                let second = naming::joined(own.iter().map(String::as_str));
                self.free_constraint(key, Some(&second), "fkey", true)
            }
        };
        let unknown_target = self.catalog.key_for_new(Class::Relation, &reference.table, false);
        let mut referenced: Vec<String> =
            reference.columns.iter().map(|column| column.text.clone()).collect();
        let checked = match self.rules().references {
            References::Nothing => false,
            References::Index => self.catalog.session.foreign_keys,
            References::Unique => true,
        };
        let target = match self.catalog.find_relation(&reference.table) {
            Found::Here(target) => Some(target),
            Found::Vague => None,
            Found::Missing | Found::NoSchema => {
                if checked {
                    self.missing_relation(&reference.table, "table");
                }
                None
            }
        };
        if let Some(target) = &target
            && checked
        {
            referenced = self.check_reference(key, target, &own, reference, written.span);
        }
        if matches!(self.rules().naming, Naming::MySql | Naming::MariaDb) {
            self.index_for_foreign_key(key, written.name.as_ref().or(index), &own, written.span);
        }
        let Some(table) = target.or(unknown_target) else { return };
        let kind = ConstraintKind::ForeignKey {
            columns: own,
            table,
            referenced,
            on_delete: reference.on_delete.clone(),
            on_update: reference.on_update.clone(),
        };
        self.push_constraint(key, written, name, kind, Vec::new());
    }

    /// The columns that a foreign key references, and whether it can.
    fn check_reference(
        &mut self,
        key: &Key,
        target: &Key,
        own: &[String],
        reference: &Reference,
        span: Span,
    ) -> Vec<String> {
        let at = reference.table.last.span;
        let named: Vec<String> = reference.columns.iter().map(|column| column.text.clone()).collect();
        let Some(Entity::Table(table)) = self.catalog.get(target) else {
            if let Some(entity) = self.catalog.get(target) {
                let message =
                    format!("a foreign key cannot reference the {} `{}`", entity.word(), entity.name());
                let sure = self.sure(target);
                self.report("wrong-reference", sure, at, message);
            }
            return named;
        };
        let sure = self.sure(target) && !table.incomplete && self.sure(key);
        let (table_name, primary) = (table.name.clone(), table.primary_key().map(<[String]>::to_vec));
        let mut referenced = Vec::new();
        let mut missing = false;
        for column in &reference.columns {
            match self.existing_column(target, column) {
                Some(column) => referenced.push(column),
                None => {
                    missing = true;
                    referenced.push(column.text.clone());
                }
            }
        }
        if missing {
            return referenced;
        }
        if reference.columns.is_empty() {
            match primary {
                Some(primary) => referenced = primary,
                None if sure => {
                    let message = format!("table `{table_name}` has no primary key to reference");
                    self.report("wrong-reference", true, at, message);
                    self.created_here(target);
                    return named;
                }
                None => return named,
            }
        }
        if referenced.len() != own.len() {
            let message =
                format!("the foreign key has {} columns and references {}", own.len(), referenced.len());
            self.report("wrong-reference", sure, span, message);
            return referenced;
        }
        let Some(table) = self.catalog.get(target).and_then(Entity::as_table) else { return referenced };
        if !self.can_be_referenced(table, &referenced) {
            let list = referenced.join(", ");
            let message = match self.rules().references {
                References::Unique => {
                    format!("no primary key or unique index of `{table_name}` is over exactly ({list})")
                }
                _ => format!("no index of `{table_name}` begins with ({list})"),
            };
            let at = reference.columns.first().map_or(at, |column| column.span);
            self.report("wrong-reference", sure, at, message);
            self.created_here(target);
            return referenced;
        }
        self.compare_types(key, target, own, &referenced, reference, sure);
        referenced
    }

    fn can_be_referenced(&self, table: &Table, referenced: &[String]) -> bool {
        let rules = self.rules();
        match rules.references {
            References::Nothing => true,
            References::Unique => table.indexes.iter().any(|index| {
                index.unique
                    && index.predicate.is_none()
                    && index.plain().is_some_and(|columns| {
                        columns.len() == referenced.len()
                            && columns.iter().all(|column| rules.among(column, referenced))
                    })
            }),
            References::Index => table.indexes.iter().any(|index| {
                index.parts.len() >= referenced.len()
                    && index.parts[..referenced.len()].iter().all(|part| {
                        part.column.as_ref().is_some_and(|column| rules.among(column, referenced))
                    })
            }),
        }
    }

    fn compare_types(
        &mut self,
        key: &Key,
        target: &Key,
        own: &[String],
        referenced: &[String],
        reference: &Reference,
        sure: bool,
    ) {
        let dialect = self.catalog.dialect;
        let rules = self.rules();
        let type_of = |key: &Key, name: &String| {
            let table = self.catalog.get(key)?.as_table()?;
            table.columns.iter().find(|it| rules.same(&it.name, name))?.type_name.clone()
        };
        let mut wrong = Vec::new();
        for (at, (mine, theirs)) in own.iter().zip(referenced).enumerate() {
            let (Some(a), Some(b)) = (type_of(key, mine), type_of(target, theirs)) else { continue };
            if let (Some(left), Some(right)) = (types::family(dialect, &a), types::family(dialect, &b))
                && left != right
            {
                let span = reference.columns.get(at).map_or(reference.table.last.span, |column| column.span);
                wrong.push((span, format!("column `{mine}` is {a} and references `{theirs}`, which is {b}")));
            }
        }
        for (span, message) in wrong {
            self.report("wrong-reference-type", sure, span, message);
            self.created_here(target);
        }
    }

    /// MySQL makes an index for a foreign key that has none.
    fn index_for_foreign_key(&mut self, key: &Key, name: Option<&Ident>, columns: &[String], span: Span) {
        let rules = self.rules();
        let Some(table) = self.catalog.get(key).and_then(Entity::as_table) else { return };
        let begin_alike = |index: &Index| {
            let mut pairs = index.parts.iter().zip(columns);
            pairs.all(|(part, column)| part.column.as_ref().is_some_and(|it| rules.same(it, column)))
        };
        let covered = table.indexes.iter().any(|index| {
            // One that the server made is only kept when it is longer.
            let enough = columns.len() + usize::from(index.for_foreign_key);
            index.parts.len() >= enough && begin_alike(index)
        });
        if covered {
            return;
        }
        let replaced =
            |index: &Index| index.for_foreign_key && index.parts.len() <= columns.len() && begin_alike(index);
        self.catalog.edit(key, |entity| {
            if let Some(indexes) = entity.indexes_mut() {
                indexes.retain(|index| !replaced(index));
            }
        });
        let parts: Vec<model::IndexPart> = columns
            .iter()
            .map(|column| model::IndexPart { column: Some(column.clone()), ..Default::default() })
            .collect();
        let name = name.map_or_else(|| self.first_column_name(key, &parts), |name| name.text.clone());
        self.push_index(
            key,
            Index {
                name,
                parts,
                columns: columns.to_vec(),
                for_foreign_key: true,
                origin: Some(self.origin(span)),
                ..Index::default()
            },
        );
    }

    pub(super) fn first_column_name(&self, key: &Key, parts: &[model::IndexPart]) -> String {
        let indexes = self.catalog.get(key).map(Entity::indexes).unwrap_or_default();
        let first = parts.first().and_then(|part| part.column.as_deref()).unwrap_or("functional_index");
        naming::of_first_column(first, |name| {
            indexes.iter().any(|index| self.rules().same(&index.name, name))
        })
    }
}

/// INCLUDE of a key.
fn included(written: &Written) -> Vec<String> {
    written.include.iter().map(|column| column.text.clone()).collect()
}
