//! Whether the names in queries and expressions stand for something, and for what. It changes nothing.

mod expression;
mod query;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use scope::{Columns, Row, Scope};

use super::Catalog;
use super::finding::Finding;
use super::key::{Class, Key};
use super::lookup::Found;
use super::model::{Entity, Table};
use super::rules::Naming;
use crate::ast::{Ident, Name, TypeName};
use crate::diagnostic::{Severity, closest};
use crate::migrations::Span;

/// What a walk over queries and expressions has found.
#[derive(Debug)]
pub(super) struct Resolver<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) findings: Vec<Finding>,
    /// Relations, and the columns of each that are named.
    pub(super) uses: BTreeMap<Key, BTreeSet<String>>,
    /// Functions and types.
    pub(super) routines: Vec<Key>,
    /// Something could not be followed.
    pub(super) opaque: bool,
    /// The names of all functions that are called.
    pub(super) called: Vec<Name>,
}

impl<'c> Resolver<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        Resolver {
            catalog,
            findings: Vec::new(),
            uses: BTreeMap::new(),
            routines: Vec::new(),
            opaque: false,
            called: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, code: &'static str, sure: bool, span: Span, message: String) {
        let severity = if sure { Severity::Error } else { Severity::Note };
        self.findings.push(Finding { code, severity, message, span, help: Vec::new(), related: Vec::new() });
    }

    fn did_you_mean<'n>(&mut self, word: &str, choices: impl IntoIterator<Item = &'n str>) {
        if let (Some(near), Some(finding)) = (closest(word, choices), self.findings.last_mut())
            && near != word
        {
            finding.help.push(format!("did you mean `{near}`?"));
        }
    }

    /// The relation that a name stands for. Reports one that does not exist.
    pub(super) fn relation(&mut self, name: &Name) -> Option<Key> {
        match self.catalog.find_relation(name) {
            Found::Here(key) => {
                self.uses.entry(key.clone()).or_default();
                Some(key)
            }
            Found::Vague => None,
            Found::Missing | Found::NoSchema => {
                unknown_relation(self, name, "table");
                // A view of a dialect that does not look for it keeps the name all the same.
                if let Some(key) = self.catalog.key_for_new(Class::Relation, name, false) {
                    self.uses.entry(key).or_default();
                }
                None
            }
        }
    }

    /// The columns of a relation.
    pub(super) fn columns_of(&self, key: &Key) -> Columns {
        match self.catalog.get(key) {
            Some(Entity::Table(table)) if table.incomplete || self.catalog.may_have_changed(key) => {
                Columns::AtLeast(table.columns.iter().map(|column| column.name.clone()).collect())
            }
            Some(Entity::Table(table)) => {
                Columns::Known(table.columns.iter().map(|column| column.name.clone()).collect())
            }
            Some(Entity::View(view)) => match &view.columns {
                Some(columns) if !self.catalog.may_have_changed(key) => Columns::Known(columns.clone()),
                _ => Columns::Unknown,
            },
            _ => Columns::Unknown,
        }
    }

    /// A row of the relation `key`, under its own name.
    pub(super) fn row_of(&self, key: &Key, name: &Ident) -> Row {
        Row { name: Some(name.text.clone()), relation: Some(key.clone()), columns: self.columns_of(key) }
    }

    /// A type that is named. Reports one that does not exist.
    pub(super) fn type_name(&mut self, type_name: &TypeName) {
        check_type(self, type_name, None);
    }

    /// The columns of a table must have this one. Gives its name as it was created.
    pub(super) fn column_in(&mut self, table: &Table, key: &Key, column: &Ident) -> Option<String> {
        let rules = self.catalog.rules();
        if let Some(found) = table.columns.iter().find(|it| rules.same(&it.name, &column.text)) {
            return Some(found.name.clone());
        }
        if rules.hidden_columns.iter().any(|hidden| rules.same(hidden, &column.text)) {
            return None;
        }
        let sure = !table.incomplete && !self.catalog.may_have_changed(key);
        self.report(
            "unknown-column",
            sure,
            column.span,
            format!("table `{}` has no column `{}`", table.name, column.text),
        );
        self.did_you_mean(&column.text, table.columns.iter().map(|column| column.name.as_str()));
        self.created_here(table.state.origin.as_ref(), "the table was created here");
        None
    }

    pub(super) fn created_here(&mut self, origin: Option<&super::key::Origin>, message: &str) {
        if let (Some(origin), Some(finding)) = (origin, self.findings.last_mut()) {
            finding.related.push((message.to_owned(), origin.clone()));
        }
    }
}

/// Reports a relation that does not exist, or its schema.
pub(super) fn unknown_relation(resolver: &mut Resolver<'_>, name: &Name, word: &str) {
    let catalog = resolver.catalog;
    if let (Found::NoSchema, Some(schema)) = (catalog.find_relation(name), name.qualifiers.last()) {
        resolver.report(
            "unknown-schema",
            true,
            schema.span,
            format!("schema `{}` does not exist", schema.text),
        );
        let known: Vec<&str> =
            catalog.store.in_schema(Class::Schema, "").map(|(_, entity)| entity.name()).collect();
        resolver.did_you_mean(&schema.text, known);
        return;
    }
    let code = match word {
        "sequence" => "unknown-sequence",
        "view" | "materialized view" => "unknown-view",
        _ => "unknown-table",
    };
    let shown = shown(name);
    let other = catalog.find_relation(&Name { qualifiers: name.qualifiers.clone(), last: name.last.clone() });
    let sure = other != Found::Vague;
    resolver.report(code, sure, name.last.span, format!("{word} `{shown}` does not exist"));
    let names = catalog.relation_names();
    resolver.did_you_mean(&name.last.text, names.iter().map(String::as_str));
}

/// A type must exist. `creating` is the type that is being created and may name itself.
pub(super) fn check_type(resolver: &mut Resolver<'_>, type_name: &TypeName, creating: Option<&str>) {
    let catalog = resolver.catalog;
    if !catalog.rules().types_checked {
        return;
    }
    let name = type_name.name.as_str();
    let schema = type_name.schema.as_ref();
    if schema.is_none_or(|schema| schema.text == "pg_catalog") && super::builtin::is_type(name) {
        return;
    }
    if creating == Some(name) || name.is_empty() || name.contains('%') {
        return;
    }
    let ident = |text: &str| Ident { text: text.to_owned(), quoted: true, span: type_name.span };
    let as_name = Name { qualifiers: schema.cloned().into_iter().collect(), last: ident(name) };
    match catalog.find(Class::Type, &as_name) {
        Found::Here(key) => resolver.routines.push(key),
        Found::Vague => {}
        Found::Missing | Found::NoSchema => {
            // Each table and view is a type, too.
            if let Found::Here(key) = catalog.find(Class::Relation, &as_name) {
                resolver.routines.push(key);
                return;
            }
            if catalog.find(Class::Relation, &as_name) == Found::Vague || of_extension(catalog, name) {
                return;
            }
            resolver.report(
                "unknown-type",
                true,
                type_name.span,
                format!("type `{}` does not exist", shown(&as_name)),
            );
            let mut choices: Vec<&str> = super::builtin::types().collect();
            for (key, entity) in catalog.store.in_schema(Class::Type, "public") {
                if key.class == Class::Type {
                    choices.push(entity.name());
                }
            }
            resolver.did_you_mean(name, choices);
            if let (Some(extension), Some(finding)) =
                (super::builtin::extension_of_type(name), resolver.findings.last_mut())
            {
                finding.help = vec![format!("it comes with an extension: CREATE EXTENSION {extension}")];
            }
        }
    }
}

/// Whether an extension that was created has a type of this name, in whatever schema.
pub(super) fn of_extension(catalog: &Catalog, name: &str) -> bool {
    let extensions =
        catalog.store.in_schema(Class::Extension, "").filter(|(key, _)| key.class == Class::Extension);
    extensions
        .filter_map(|(key, _)| super::builtin::types_of_extension(&key.name)?)
        .any(|types| types.contains(&name))
}

/// Whether the dialect gives every table a column in the namespace of functions.
fn calls_like_columns(catalog: &Catalog) -> bool {
    catalog.rules().naming == Naming::Postgres
}

/// A name as messages show it.
pub(super) fn shown(name: &Name) -> String {
    let parts: Vec<&str> =
        name.qualifiers.iter().chain(std::iter::once(&name.last)).map(|part| part.text.as_str()).collect();
    parts.join(".")
}
