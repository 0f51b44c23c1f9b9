//! INSERT, UPDATE, DELETE and SELECT: the names in them, and what their functions do.

use super::Apply;
use crate::ast::{Delete, Ident, Insert, Kind, Name, Query, Update};
use crate::catalog::key::Key;
use crate::catalog::model::{Entity, Table};
use crate::catalog::resolve::{Columns, Resolver, Row, Scope};
use crate::catalog::rules::Naming;

impl Apply<'_> {
    pub(super) fn select(&mut self, query: &Query) {
        let (_, walked) = self.resolve(|resolver| resolver.query(query, None));
        self.calls(&walked.called);
    }

    pub(super) fn insert(&mut self, insert: &Insert) {
        let ((), walked) = self.resolve(|resolver| walk_insert(resolver, insert, None));
        self.calls(&walked.called);
        self.fires_triggers(&insert.table);
    }

    pub(super) fn update(&mut self, update: &Update) {
        let ((), walked) = self.resolve(|resolver| walk_update(resolver, update, None));
        self.calls(&walked.called);
        self.fires_triggers(&update.table);
    }

    pub(super) fn delete(&mut self, delete: &Delete) {
        let ((), walked) = self.resolve(|resolver| walk_delete(resolver, delete, None));
        self.calls(&walked.called);
        self.fires_triggers(&delete.table);
    }

    /// The functions of triggers may change a schema.
    fn fires_triggers(&mut self, table: &Name) {
        let crate::catalog::lookup::Found::Here(key) = self.catalog.find_relation(table) else { return };
        let called: Vec<Name> = self
            .catalog
            .store
            .users(&key)
            .iter()
            .filter_map(|user| match self.catalog.get(user) {
                Some(Entity::Trigger(trigger)) => trigger.function.as_ref(),
                _ => None,
            })
            .filter_map(|function| self.catalog.get(function))
            .map(|function| Name {
                qualifiers: Vec::new(),
                last: Ident { text: function.name().to_owned(), quoted: true, span: table.last.span },
            })
            .collect();
        self.calls(&called);
    }
}

/// A statement in the body of a function.
pub(super) fn walk_in_function(resolver: &mut Resolver<'_>, kind: &Kind) {
    match kind {
        Kind::Insert(insert) => walk_insert(resolver, insert, None),
        Kind::Update(update) => walk_update(resolver, update, None),
        Kind::Delete(delete) => walk_delete(resolver, delete, None),
        Kind::Select(query) => {
            resolver.query(query, None);
        }
        _ => {}
    }
}

/// A statement in the body of a trigger of SQLite, which sees the rows in `around`. What it puts values into is
/// looked for when the trigger runs.
pub(super) fn walk_in_trigger(resolver: &mut Resolver<'_>, kind: &Kind, around: &Scope<'_>) {
    let before = resolver.findings.len();
    let targets: Vec<&Ident> = match kind {
        Kind::Insert(insert) => {
            walk_insert(resolver, insert, Some(around));
            let arbiter = insert.conflict.iter().flat_map(|(arbiter, _)| arbiter);
            insert.columns.iter().flatten().chain(arbiter).collect()
        }
        Kind::Update(update) => {
            walk_update(resolver, update, Some(around));
            update.columns.iter().collect()
        }
        Kind::Delete(delete) => {
            walk_delete(resolver, delete, Some(around));
            Vec::new()
        }
        Kind::Select(query) => {
            resolver.query(query, Some(around));
            Vec::new()
        }
        _ => Vec::new(),
    };
    let mut at = 0;
    resolver.findings.retain(|finding| {
        at += 1;
        at <= before
            || matches!(finding.code, "unknown-column" | "unknown-table")
                && !targets.iter().any(|target| target.span == finding.span)
    });
}

fn walk_insert(resolver: &mut Resolver<'_>, insert: &Insert, parent: Option<&Scope<'_>>) {
    let mut around = Scope::inside(parent);
    resolver.ctes(&insert.ctes, true, &mut around);
    let key = resolver.relation(&insert.table);
    let table = key.as_ref().and_then(|key| resolver.catalog.get(key)).and_then(Entity::as_table);
    if let (Some(key), Some(table), Some(columns)) = (&key, table, &insert.columns) {
        for (at, column) in columns.iter().enumerate() {
            resolver.column_in(table, key, column);
            let rules = resolver.catalog.rules();
            if columns[..at].iter().any(|other| rules.same(&other.text, &column.text))
                && rules.naming != Naming::Sqlite
            {
                let message = format!("column `{}` is named twice", column.text);
                resolver.report("duplicate-column", true, column.span, message);
            }
        }
    }
    let own = Scope::inside(Some(&around));
    for value in &insert.values {
        // MySQL lets a value name the columns before it.
        if resolver.catalog.rules().naming == Naming::Postgres
            || resolver.catalog.rules().naming == Naming::Sqlite
        {
            resolver.expression(value, &own);
        } else {
            resolver.sequences(value);
        }
    }
    let outputs = insert.query.as_ref().and_then(|query| resolver.query(query, Some(&around)));
    let counts = insert.rows.iter().copied().chain(outputs.as_ref().map(Vec::len));
    for count in counts {
        wrong_count(resolver, insert, key.as_ref(), table, count);
    }
    let row =
        key.as_ref().map(|key| resolver.row_of(key, insert.alias.as_ref().unwrap_or(&insert.table.last)));
    let unknown =
        Row { name: Some(insert.table.last.text.clone()), relation: None, columns: Columns::Unknown };
    let row = row.unwrap_or(unknown);
    if let Some((arbiter, expressions)) = &insert.conflict {
        if let (Some(key), Some(table)) = (&key, table) {
            let all: Option<Vec<String>> =
                arbiter.iter().map(|column| resolver.column_in(table, key, column)).collect();
            if let Some(all) = all.filter(|all| !all.is_empty()) {
                arbiter_exists(resolver, key, table, &all, arbiter[0].span);
            }
        }
        let excluded = Row { name: Some("excluded".to_owned()), ..row.clone() };
        let mut scope = Scope::of(vec![row.clone(), excluded]);
        // A plain name means the row of the table; MySQL has other names for the new one.
        scope.merged = None;
        scope.opaque = matches!(resolver.catalog.rules().naming, Naming::MySql | Naming::MariaDb);
        for expression in expressions {
            resolver.expression(expression, &scope);
        }
    }
    let scope = Scope::of(vec![row]);
    for expression in &insert.returning {
        resolver.expression(expression, &scope);
    }
}

/// A row of values must fit the columns.
fn wrong_count(
    resolver: &mut Resolver<'_>,
    insert: &Insert,
    key: Option<&Key>,
    table: Option<&Table>,
    count: usize,
) {
    let rules = resolver.catalog.rules();
    if let Some(columns) = &insert.columns {
        // `() VALUES ()` of MySQL.
        if columns.len() != count && !(columns.is_empty() || count == 0) {
            let named = match columns.len() {
                1 => "1 column is named".to_owned(),
                named => format!("{named} columns are named"),
            };
            let message = format!("{named}, and {}", given(count));
            let at = columns.first().map_or(insert.table.last.span, |column| column.span);
            resolver.report("wrong-count", true, at, message);
        }
        return;
    }
    let (Some(key), Some(table)) = (key, table) else { return };
    if table.incomplete || count == 0 {
        return;
    }
    let hidden = |column: &&crate::catalog::model::Column| {
        rules.naming != Naming::Sqlite || column.generated.is_none()
    };
    let expected = table.columns.iter().filter(hidden).count();
    if count > expected || (rules.every_value && count < expected) {
        let sure = !resolver.catalog.may_have_changed(key);
        let columns = if expected == 1 { "1 column".to_owned() } else { format!("{expected} columns") };
        let message = format!("table `{}` has {columns}, and {}", table.name, given(count));
        resolver.report("wrong-count", sure, insert.table.last.span, message);
        resolver.created_here(table.state.origin.as_ref(), "the table was created here");
    }
}

fn given(count: usize) -> String {
    if count == 1 { "1 value is given".to_owned() } else { format!("{count} values are given") }
}

/// ON CONFLICT needs a unique index over its columns.
fn arbiter_exists(
    resolver: &mut Resolver<'_>,
    key: &Key,
    table: &Table,
    columns: &[String],
    at: crate::migrations::Span,
) {
    let rules = resolver.catalog.rules();
    let fits = table.indexes.iter().filter(|index| index.unique).any(|index| match index.plain() {
        Some(plain) => {
            plain.len() == columns.len() && plain.iter().all(|column| rules.among(column, columns))
        }
        None => true,
    });
    let row_id = table.primary_key().is_some_and(|primary| {
        primary.len() == columns.len() && primary.iter().all(|column| rules.among(column, columns))
    });
    if fits || row_id || table.incomplete {
        return;
    }
    let sure = !resolver.catalog.is_tainted(key) && table.parents.is_empty();
    let message = format!("table `{}` has no unique index over ({})", table.name, columns.join(", "));
    resolver.report("no-unique-index", sure, at, message);
    resolver.created_here(table.state.origin.as_ref(), "the table was created here");
}

fn walk_update(resolver: &mut Resolver<'_>, update: &Update, parent: Option<&Scope<'_>>) {
    let mut around = Scope::inside(parent);
    resolver.ctes(&update.ctes, true, &mut around);
    let (mut scope, key) = target(resolver, &around, &update.table, update.alias.as_ref(), &update.from);
    resolver.sources(&update.from, &mut scope);
    let table = key.as_ref().and_then(|key| resolver.catalog.get(key)).and_then(Entity::as_table);
    if let (Some(key), Some(table)) = (&key, table) {
        let joined = !update.from.is_empty() && resolver.catalog.rules().naming != Naming::Postgres;
        for column in update.columns.iter().filter(|_| !joined) {
            resolver.column_in(table, key, column);
        }
        // It may be one of any table of the join.
        let rules = resolver.catalog.rules();
        let complete = scope.rows.iter().all(|row| row.columns.complete()) && !scope.opaque;
        for column in update.columns.iter().filter(|_| joined && complete) {
            if !scope.rows.iter().any(|row| rules.among(&column.text, row.columns.names())) {
                let message = format!("no table of this statement has a column `{}`", column.text);
                resolver.report("unknown-column", true, column.span, message);
            }
        }
    }
    for expression in update.expressions.iter().chain(&update.returning) {
        resolver.expression(expression, &scope);
    }
}

fn walk_delete(resolver: &mut Resolver<'_>, delete: &Delete, parent: Option<&Scope<'_>>) {
    let mut around = Scope::inside(parent);
    resolver.ctes(&delete.ctes, true, &mut around);
    let (mut scope, _) = target(resolver, &around, &delete.table, delete.alias.as_ref(), &delete.using);
    resolver.sources(&delete.using, &mut scope);
    for expression in delete.expressions.iter().chain(&delete.returning) {
        resolver.expression(expression, &scope);
    }
}

/// The scope of an UPDATE or DELETE, and the table.
fn target<'p>(
    resolver: &mut Resolver<'_>,
    around: &'p Scope<'p>,
    name: &Name,
    alias: Option<&Ident>,
    others: &[crate::ast::FromItem],
) -> (Scope<'p>, Option<Key>) {
    let mut scope = Scope::inside(Some(around));
    // MySQL's `DELETE a FROM t AS a`.
    let is_alias = alias.is_none()
        && others.iter().any(|item| match (&item.alias, &item.source) {
            (Some(alias), _) => alias.text.eq_ignore_ascii_case(&name.last.text),
            (None, crate::ast::Source::Table(table)) => {
                table.last.text == name.last.text && resolver.catalog.rules().naming != Naming::Postgres
            }
            _ => false,
        });
    if is_alias && name.qualifiers.is_empty() {
        return (scope, None);
    }
    if name.qualifiers.is_empty() && around.cte(&name.last.text).is_some() {
        scope.opaque = true;
        return (scope, None);
    }
    let key = resolver.relation(name);
    let own = alias.unwrap_or(&name.last);
    let row = match &key {
        Some(key) => resolver.row_of(key, own),
        None => Row { name: Some(own.text.clone()), relation: None, columns: Columns::Unknown },
    };
    scope.rows.push(row);
    (scope, key)
}
