//! Statements that read and change rows: their tables, and those that foreign keys lead to.

use std::collections::BTreeSet;

use super::{Facts, Reach};
use crate::ast::{Cte, Delete, Expression, FromItem, Insert, Name, Output, Query, Source, Update};
use crate::catalog::Key;
use crate::catalog::model::{ConstraintKind, Entity};
use crate::effect::fact::Level;

impl Facts<'_> {
    pub(super) fn select(&mut self, query: &Query) {
        let mut tables = Vec::new();
        tables_of(query, &mut tables);
        self.query(query);
        let words = &self.question.words;
        let locking = ["UPDATE", "SHARE", "NO", "KEY"].iter().any(|word| words.has(&["FOR", word]));
        if locking {
            for name in tables {
                if let Some(key) = self.before.relation_named(&name) {
                    self.lock(&key, Level::RowShare);
                }
            }
        }
    }

    /// Everything that a query reads.
    pub(super) fn query(&mut self, query: &Query) {
        let mut tables = Vec::new();
        tables_of(query, &mut tables);
        for name in tables {
            if let Some(key) = self.before.relation_named(&name) {
                self.read(&key);
            }
        }
        self.ctes(&query.ctes);
    }

    /// A table, or a view and what it reads itself.
    pub(super) fn read(&mut self, key: &Key) {
        let before = self.before;
        let mut seen: BTreeSet<&Key> = BTreeSet::new();
        // Views upon views are a list and no recursion, however many there are.
        let mut next = vec![key];
        while let Some(key) = next.pop() {
            if !seen.insert(key) {
                continue;
            }
            self.lock(key, Level::AccessShare);
            if let Some(Entity::View(view)) = before.get(key) {
                next.extend(view.uses.keys().rev());
            }
        }
    }

    fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expression>) {
        for query in expressions.into_iter().flat_map(|expression| &expression.queries) {
            self.query(query);
        }
    }

    fn sources(&mut self, items: &[FromItem]) {
        self.query(&Query { from: items.to_vec(), ..Query::default() });
    }

    /// Those that change rows; what the others read is found with their query.
    fn ctes(&mut self, ctes: &[Cte]) {
        for cte in ctes {
            if let Some(statement) = &cte.statement {
                self.statement(&statement.kind);
            }
        }
    }

    pub(super) fn insert(&mut self, insert: &Insert) {
        let keys = self.lock_all(&insert.table, Level::RowExclusive, Reach::Partitions);
        for key in keys {
            self.checked_parents(&key, None);
        }
        if let Some(query) = &insert.query {
            self.query(query);
        }
        self.expressions(&insert.values);
        self.ctes(&insert.ctes);
    }

    pub(super) fn update(&mut self, update: &Update) {
        let columns: Vec<String> = update.columns.iter().map(|column| column.text.clone()).collect();
        for key in self.lock_all(&update.table, Level::RowExclusive, Reach::Descendants) {
            self.checked_parents(&key, Some(&columns));
            self.checked_children(&key, Some(&columns), &mut Vec::new());
        }
        self.sources(&update.from);
        self.expressions(&update.expressions);
        self.ctes(&update.ctes);
    }

    pub(super) fn delete(&mut self, delete: &Delete) {
        for key in self.lock_all(&delete.table, Level::RowExclusive, Reach::Descendants) {
            self.checked_children(&key, None, &mut Vec::new());
        }
        self.sources(&delete.using);
        self.expressions(&delete.expressions);
        self.ctes(&delete.ctes);
    }

    /// The rows that new rows reference are locked for it. `changed`: only foreign keys over these columns.
    fn checked_parents(&mut self, key: &Key, changed: Option<&[String]>) {
        let Some(table) = self.table(key) else { return };
        for constraint in &table.constraints {
            if let ConstraintKind::ForeignKey { columns, table, .. } = &constraint.kind
                && changed.is_none_or(|changed| columns.iter().any(|column| changed.contains(column)))
            {
                self.lock(table, Level::RowShare);
            }
        }
    }

    /// The rows that reference a row which goes or changes its key are looked for, or go with it.
    fn checked_children(&mut self, key: &Key, changed: Option<&[String]>, seen: &mut Vec<Key>) {
        if seen.contains(key) {
            return;
        }
        seen.push(key.clone());
        let primary = self.table(key).and_then(|table| table.primary_key()).unwrap_or_default();
        for child in self.referencing(key) {
            let Some(table) = self.table(&child) else { continue };
            for constraint in &table.constraints {
                let ConstraintKind::ForeignKey { table: to, referenced, on_delete, on_update, .. } =
                    &constraint.kind
                else {
                    continue;
                };
                let target = if referenced.is_empty() { primary } else { referenced.as_slice() };
                let concerned =
                    changed.is_none_or(|changed| target.iter().any(|column| changed.contains(column)));
                if to != key || !concerned {
                    continue;
                }
                let action = if changed.is_some() { on_update } else { on_delete };
                match action.as_deref() {
                    None | Some("NO ACTION" | "RESTRICT") => self.lock(&child, Level::RowShare),
                    Some("CASCADE") if changed.is_none() => {
                        self.lock(&child, Level::RowExclusive);
                        self.checked_children(&child, None, seen);
                    }
                    Some(_) => self.lock(&child, Level::RowExclusive),
                }
            }
        }
    }
}

/// The tables and views that a query names, those of its parts too; names that WITH gives are left out.
fn tables_of(query: &Query, tables: &mut Vec<Name>) {
    let mut found = Vec::new();
    for item in &query.from {
        match &item.source {
            Source::Table(name) => found.push(name.clone()),
            Source::Query(query) => tables_of(query, &mut found),
            Source::Function(_, arguments) => in_expressions(arguments, &mut found),
            Source::Unknown => {}
        }
    }
    let outputs = query.outputs.iter().filter_map(|output| match output {
        Output::Expression { expression, .. } => Some(expression),
        _ => None,
    });
    in_expressions(outputs.chain(&query.expressions).chain(&query.order), &mut found);
    for branch in query.branches.iter().chain(query.ctes.iter().filter_map(|cte| cte.query.as_ref())) {
        tables_of(branch, &mut found);
    }
    let given = |name: &Name| {
        name.qualifiers.is_empty() && query.ctes.iter().any(|cte| cte.name.text == name.last.text)
    };
    tables.extend(found.into_iter().filter(|name| !given(name)));
}

fn in_expressions<'e>(expressions: impl IntoIterator<Item = &'e Expression>, tables: &mut Vec<Name>) {
    for query in expressions.into_iter().flat_map(|expression| &expression.queries) {
        tables_of(query, tables);
    }
}
