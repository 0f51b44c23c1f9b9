//! A catalog as text: one line for each fact, in an order that does not depend on that of creation.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use super::key::{Class, Key};
use super::model::{Column, Constraint, ConstraintKind, Entity, Index, TypeKind};
use super::{Catalog, normal};
use crate::dialect::Dialect;

impl fmt::Display for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, entity) in self.iter() {
            if key.class == Class::Schema && self.rules().schemas.contains(&key.name.as_ref()) {
                continue;
            }
            let tainted = if self.is_tainted(key) { " (uncertain)" } else { "" };
            writeln!(f, "{}{tainted}", self.title(key, entity))?;
            let mut lines = facts(self, entity, Spelling::Written);
            for group in lines.chunk_by_mut(|a, b| part(a) == part(b)) {
                if matches!(part(&group[0]), "constraint" | "index") {
                    group.sort();
                }
            }
            for line in lines {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}

impl Catalog {
    /// What an object is called in lists.
    pub(super) fn title(&self, key: &Key, entity: &Entity) -> String {
        format!("{} {}", entity.word(), self.shown_key(key))
    }

    /// A key as messages show it: with its schema unless that is the usual one.
    pub(super) fn shown_key(&self, key: &Key) -> String {
        let usual = self.rules().path.first().copied().unwrap_or("");
        if *key.schema == *usual || key.schema.is_empty() {
            key.name.to_string()
        } else {
            format!("{}.{}", key.schema.trim_start_matches('\0'), key.name)
        }
    }
}

/// How a fact is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As the file or the server has it.
    Written,
    /// In the form in which what means the same looks the same.
    Compared,
}

/// The part of an object that a line is about.
fn part(line: &str) -> &str {
    line.split(' ').next().unwrap_or("")
}

/// Everything about an object, line by line, in an order that does not depend on the spelling. The first word or
/// two of a line say which part it is about.
pub(super) fn facts(catalog: &Catalog, entity: &Entity, spelling: Spelling) -> Vec<String> {
    let mut lines = Vec::new();
    let pen = Pen { catalog, spelling };
    match entity {
        Entity::Table(table) => {
            lines.extend(table.columns.iter().map(|it| pen.column(it)));
            if table.incomplete {
                lines.push("perhaps more columns".to_owned());
            }
            lines.extend(table.constraints.iter().map(|it| pen.constraint(it)));
            lines.extend(table.indexes.iter().map(|it| pen.index(it)));
            for parent in &table.parents {
                let word = if table.partition { "partition of" } else { "inherits" };
                lines.push(format!("{word} {}", catalog.shown_key(parent)));
            }
        }
        Entity::View(view) => {
            match &view.columns {
                Some(columns) => lines.push(format!("columns {}", columns.join(", "))),
                None => lines.push("columns unknown".to_owned()),
            }
            for (key, columns) in &view.uses {
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                lines.push(format!("uses {} ({})", catalog.shown_key(key), columns.join(", ")));
            }
            lines.extend(view.indexes.iter().map(|it| pen.index(it)));
        }
        Entity::Sequence(sequence) => {
            if let Some((table, column)) = &sequence.owner {
                lines.push(format!("owned by {}.{column}", catalog.shown_key(table)));
            }
        }
        Entity::Type(user_type) => match &user_type.kind {
            TypeKind::Enum(labels) => lines.push(format!("labels '{}'", labels.join("', '"))),
            TypeKind::Composite(attributes) => {
                lines.extend(attributes.iter().map(|attribute| {
                    format!("attribute {} {}", attribute.name, attribute.type_name.as_deref().unwrap_or(""))
                }));
            }
            TypeKind::Domain { base, not_null, default, checks } => {
                let not_null = if *not_null { " not null" } else { "" };
                lines.push(format!("base {base}{not_null}"));
                let default = default.as_ref().and_then(|default| pen.default(Some(base), default));
                lines.extend(default.map(|default| format!("default {default}")));
                lines.extend(
                    checks
                        .iter()
                        .map(|check| format!("check {} {}", check.name, pen.expression(&check.expression))),
                );
            }
            TypeKind::Other => {}
        },
        Entity::Routine(routine) => {
            lines.extend(routine.returns.iter().map(|returns| format!("returns {returns}")));
        }
        Entity::Trigger(trigger) => {
            lines.push(format!("on {}", catalog.shown_key(&trigger.table)));
            lines.extend(
                trigger.function.iter().map(|function| format!("calls {}", catalog.shown_key(function))),
            );
        }
        Entity::Policy(policy) => lines.push(format!("on {}", catalog.shown_key(&policy.table))),
        Entity::Schema(_) | Entity::Extension(_) => {}
    }
    lines
}

/// Writes facts in one spelling.
struct Pen<'c> {
    catalog: &'c Catalog,
    spelling: Spelling,
}

impl Pen<'_> {
    fn expression<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.spelling {
            Spelling::Written => Cow::Borrowed(text),
            Spelling::Compared => Cow::Owned(normal::normalized_expression(self.catalog.dialect, text)),
        }
    }

    fn default(&self, type_name: Option<&str>, text: &str) -> Option<String> {
        match self.spelling {
            Spelling::Written => Some(text.to_owned()),
            Spelling::Compared => normal::normalized_default(self.catalog.dialect, type_name, text),
        }
    }

    fn mysql(&self) -> bool {
        matches!(self.catalog.dialect, Dialect::MySql | Dialect::MariaDb)
    }

    /// Names of columns, constraints and indexes as the database compares them.
    fn name<'t>(&self, name: &'t str) -> Cow<'t, str> {
        match self.spelling {
            Spelling::Written => Cow::Borrowed(name),
            Spelling::Compared => self.catalog.rules().columns.fold(name),
        }
    }

    fn names<'t>(&self, names: impl IntoIterator<Item = &'t String>) -> String {
        names.into_iter().map(|name| self.name(name)).collect::<Vec<_>>().join(", ")
    }

    fn column(&self, column: &Column) -> String {
        let mut line = format!("column {}", self.name(&column.name));
        if let Some(type_name) = &column.type_name {
            let _ = match self.spelling {
                Spelling::Compared if self.catalog.dialect == Dialect::Sqlite => {
                    write!(line, " {}", type_name.replace(' ', "").to_ascii_lowercase())
                }
                _ => write!(line, " {type_name}"),
            };
        }
        if let Some(collation) = &column.collation {
            let _ = write!(line, " collate {}", self.name(collation));
        }
        if column.not_null {
            line.push_str(" not null");
        }
        let default = column.default.as_ref();
        if let Some(default) = default.and_then(|it| self.default(column.type_name.as_deref(), it)) {
            let _ = write!(line, " default {default}");
        }
        if let Some(generated) = &column.generated {
            let _ = write!(line, " generated as {}", self.expression(generated));
        }
        if let Some(identity) = column.identity {
            let _ = write!(line, " generated {} as identity", identity.to_lowercase());
        }
        if column.auto_increment {
            line.push_str(" auto_increment");
        }
        line
    }

    /// Empty where it is not compared.
    fn constraint(&self, constraint: &Constraint) -> String {
        // To MySQL, a unique key and a unique index are one thing, and the index is compared.
        if self.mysql()
            && self.spelling == Spelling::Compared
            && matches!(constraint.kind, ConstraintKind::Unique { .. })
        {
            return String::new();
        }
        let mut line = match (&constraint.name, self.spelling) {
            // SQLite does not look at the names of constraints.
            (Some(_), Spelling::Compared) if self.catalog.dialect == Dialect::Sqlite => None,
            (name, _) => name.as_deref(),
        }
        .map_or_else(|| "constraint (unnamed)".to_owned(), |name| format!("constraint {}", self.name(name)));
        let list = self.names(constraint.columns());
        let _ = match &constraint.kind {
            ConstraintKind::PrimaryKey { .. } => write!(line, " primary key ({list})"),
            ConstraintKind::Unique { .. } => write!(line, " unique ({list})"),
            ConstraintKind::ForeignKey { table, referenced, on_delete, on_update, .. } => {
                let referenced = self.names(referenced);
                let _ = write!(
                    line,
                    " foreign key ({list}) references {} ({referenced})",
                    self.catalog.shown_key(table),
                );
                for (word, action) in [("delete", on_delete), ("update", on_update)] {
                    if let Some(action) = action.as_deref().and_then(|action| self.action(action)) {
                        let _ = write!(line, " on {word} {action}");
                    }
                }
                Ok(())
            }
            ConstraintKind::Check { expression, .. } => {
                write!(line, " check {}", self.expression(expression))
            }
            ConstraintKind::Exclude { .. } => write!(line, " exclude ({list})"),
        };
        if constraint.not_valid {
            line.push_str(" not valid");
        }
        line
    }

    /// What a foreign key does, unless that is what it does when nothing is written.
    fn action(&self, action: &str) -> Option<String> {
        let action = action.to_lowercase();
        let usual = action == "no action" || (self.mysql() && action == "restrict");
        (self.spelling == Spelling::Written || !usual).then_some(action)
    }

    fn index(&self, index: &Index) -> String {
        let unique = if index.unique { " unique" } else { "" };
        let parts: Vec<String> = index
            .parts
            .iter()
            .map(|part| {
                let mut text = match (&part.column, &part.expression) {
                    (Some(column), _) => self.name(column).into_owned(),
                    (None, Some(expression)) => self.expression(expression).into_owned(),
                    (None, None) => String::new(),
                };
                if let Some(length) = part.length {
                    let _ = write!(text, "({length})");
                }
                if part.descending {
                    text.push_str(" desc");
                }
                text
            })
            .collect();
        let mut line = format!("index {}{unique}", self.name(&index.name));
        if let Some(method) = &index.method {
            let _ = write!(line, " using {method}");
        }
        let _ = write!(line, " ({})", parts.join(", "));
        if !index.include.is_empty() {
            let _ = write!(line, " include ({})", self.names(&index.include));
        }
        if let Some(predicate) = &index.predicate {
            let _ = write!(line, " where {}", self.expression(predicate));
        }
        line
    }
}
