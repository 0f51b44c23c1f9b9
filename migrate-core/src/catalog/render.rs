//! A catalog as text: one line for each fact, in an order that does not depend on that of creation.

use std::fmt;
use std::fmt::Write as _;

use super::Catalog;
use super::key::{Class, Key};
use super::model::{Column, Constraint, ConstraintKind, Entity, Index, TypeKind};

impl fmt::Display for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, entity) in self.iter() {
            if key.class == Class::Schema && self.rules().schemas.contains(&key.name.as_ref()) {
                continue;
            }
            let tainted = if self.is_tainted(key) { " (uncertain)" } else { "" };
            writeln!(f, "{}{tainted}", self.title(key, entity))?;
            for line in facts(self, entity) {
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

/// Everything about an object, line by line. The first word or two of a line say which part it is about.
pub(super) fn facts(catalog: &Catalog, entity: &Entity) -> Vec<String> {
    let mut lines = Vec::new();
    match entity {
        Entity::Table(table) => {
            lines.extend(table.columns.iter().map(column));
            if table.incomplete {
                lines.push("perhaps more columns".to_owned());
            }
            let mut constraints: Vec<String> =
                table.constraints.iter().map(|it| constraint(catalog, it)).collect();
            constraints.sort();
            lines.extend(constraints);
            lines.extend(indexes(&table.indexes));
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
            lines.extend(indexes(&view.indexes));
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
                lines.extend(default.iter().map(|default| format!("default {default}")));
                lines.extend(checks.iter().map(|check| format!("check {} {}", check.name, check.expression)));
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

fn column(column: &Column) -> String {
    let mut line = format!("column {}", column.name);
    if let Some(type_name) = &column.type_name {
        let _ = write!(line, " {type_name}");
    }
    if let Some(collation) = &column.collation {
        let _ = write!(line, " collate {collation}");
    }
    if column.not_null {
        line.push_str(" not null");
    }
    if let Some(default) = &column.default {
        let _ = write!(line, " default {default}");
    }
    if let Some(generated) = &column.generated {
        let _ = write!(line, " generated as {generated}");
    }
    if let Some(identity) = column.identity {
        let _ = write!(line, " generated {} as identity", identity.to_lowercase());
    }
    if column.auto_increment {
        line.push_str(" auto_increment");
    }
    line
}

fn constraint(catalog: &Catalog, constraint: &Constraint) -> String {
    let mut line = format!("constraint {}", constraint.name.as_deref().unwrap_or("(unnamed)"));
    let list = constraint.columns().join(", ");
    let _ = match &constraint.kind {
        ConstraintKind::PrimaryKey { .. } => write!(line, " primary key ({list})"),
        ConstraintKind::Unique { .. } => write!(line, " unique ({list})"),
        ConstraintKind::ForeignKey { table, referenced, on_delete, on_update, .. } => {
            let _ = write!(
                line,
                " foreign key ({list}) references {} ({})",
                catalog.shown_key(table),
                referenced.join(", ")
            );
            for (word, action) in [("delete", on_delete), ("update", on_update)] {
                if let Some(action) = action {
                    let _ = write!(line, " on {word} {}", action.to_lowercase());
                }
            }
            Ok(())
        }
        ConstraintKind::Check { expression, .. } => write!(line, " check {expression}"),
        ConstraintKind::Exclude { .. } => write!(line, " exclude ({list})"),
    };
    if constraint.not_valid {
        line.push_str(" not valid");
    }
    line
}

fn indexes(indexes: &[Index]) -> Vec<String> {
    let mut lines: Vec<String> = indexes
        .iter()
        .map(|index| {
            let unique = if index.unique { " unique" } else { "" };
            let parts: Vec<String> = index
                .parts
                .iter()
                .map(|part| {
                    let mut text =
                        part.column.clone().or_else(|| part.expression.clone()).unwrap_or_default();
                    if let Some(length) = part.length {
                        let _ = write!(text, "({length})");
                    }
                    if part.descending {
                        text.push_str(" desc");
                    }
                    text
                })
                .collect();
            let mut line = format!("index {}{unique}", index.name);
            if let Some(method) = &index.method {
                let _ = write!(line, " using {method}");
            }
            let _ = write!(line, " ({})", parts.join(", "));
            if !index.include.is_empty() {
                let _ = write!(line, " include ({})", index.include.join(", "));
            }
            if let Some(predicate) = &index.predicate {
                let _ = write!(line, " where {predicate}");
            }
            line
        })
        .collect();
    lines.sort();
    lines
}
