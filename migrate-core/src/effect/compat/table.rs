//! Tables before and after.

use super::Reasons;
use super::types;
use crate::catalog::Key;
use crate::catalog::model::{Column, Constraint, ConstraintKind, Index, Table};
use crate::effect::fact::Class;

impl Reasons<'_> {
    pub(super) fn table<'t>(&mut self, key: &Key, old: &'t Table, new: &'t Table) {
        let name = &old.name;
        // A migration changes little: what stands where it stood, from the front or from the back, is not searched
        // for, or a table of many columns would cost their square in each of its migrations.
        let place = |table: &'t Table, at: usize, of: usize, name: &str| {
            let from_back = (table.columns.len() + at).checked_sub(of);
            let places = [Some(at), from_back].into_iter().flatten();
            let mut there = places.filter_map(|at| table.columns.get(at));
            there
                .find(|column| self.after.same_column(&column.name, name))
                .or_else(|| self.column_of(table, name))
        };
        let (before, after) = (old.columns.len(), new.columns.len());
        let kept: Vec<Option<&Column>> =
            old.columns.iter().enumerate().map(|(at, it)| place(new, at, before, &it.name)).collect();
        let found: Vec<bool> = new
            .columns
            .iter()
            .enumerate()
            .map(|(at, it)| place(old, at, after, &it.name).is_some())
            .collect();
        for (column, kept) in old.columns.iter().zip(kept) {
            match kept {
                Some(now) => self.column(key, name, column, now),
                None if new.incomplete => {}
                None => {
                    let text = format!("column `{}` of table `{name}` is gone", column.name);
                    self.add(Class::Contract, key, text);
                }
            }
        }
        for (column, found) in new.columns.iter().zip(found) {
            if !found && !old.incomplete {
                self.new_column(key, name, column);
            }
        }
        self.rules(key, old, new);
        self.keys(key, old, new);
    }

    fn column_of<'t>(&self, table: &'t Table, name: &str) -> Option<&'t Column> {
        table.columns.iter().find(|column| self.after.same_column(&column.name, name))
    }

    fn new_column(&mut self, key: &Key, table: &str, column: &Column) {
        if column.not_null && !fills_itself(column) {
            let text =
                format!("new column `{}` of table `{table}` needs a value from every writer", column.name);
            self.add(Class::Contract, key, text);
        } else {
            self.add(Class::Expand, key, format!("column `{}` of table `{table}` is new", column.name));
        }
    }

    fn column(&mut self, key: &Key, table: &str, old: &Column, new: &Column) {
        let name = &new.name;
        match (old.not_null, new.not_null) {
            (false, true) => {
                let text = format!("column `{name}` of table `{table}` takes no NULL any more");
                self.add(Class::Contract, key, text);
            }
            (true, false) => {
                let text = format!("column `{name}` of table `{table}` may be NULL now");
                self.add(Class::Expand, key, text);
            }
            _ => {}
        }
        if old.not_null && new.not_null && fills_itself(old) && !fills_itself(new) {
            let text = format!("column `{name}` of table `{table}` has no default any more");
            self.add(Class::Contract, key, text);
        }
        let computed = |column: &Column| column.generated.is_some() || column.identity == Some("ALWAYS");
        match (computed(old), computed(new)) {
            (false, true) => {
                let text = format!("column `{name}` of table `{table}` cannot be written any more");
                self.add(Class::Contract, key, text);
            }
            (true, false) => {
                let text = format!("column `{name}` of table `{table}` can be written now");
                self.add(Class::Expand, key, text);
            }
            _ => {}
        }
        if let (Some(was), Some(is)) = (&old.type_name, &new.type_name)
            && let Some((class, what)) = types::change(self.after, was, is)
        {
            let text = format!("column `{name}` of table `{table}` was {was} and is {is}: {what}");
            self.add(class, key, text);
        }
    }

    /// Checks and foreign keys bind writers that do not know them, validated or not.
    fn rules(&mut self, key: &Key, old: &Table, new: &Table) {
        let (old_constraints, new_constraints) = without_common(&old.constraints, &new.constraints);
        for constraint in new_constraints {
            let (what, known) = match &constraint.kind {
                ConstraintKind::Check { .. } => {
                    ("check", old.constraints.iter().any(|it| it.kind == constraint.kind))
                }
                ConstraintKind::ForeignKey { .. } => {
                    ("foreign key", old.constraints.iter().any(|it| same_reference(it, constraint)))
                }
                ConstraintKind::Exclude { .. } => {
                    ("exclusion", old.constraints.iter().any(|it| it.kind == constraint.kind))
                }
                ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. } => continue,
            };
            if !known && self.binds(old, constraint.columns()) {
                let text = format!("table `{}` has a new {what}{}", old.name, named(constraint));
                self.add(Class::Contract, key, text);
            }
        }
        let gone = |it: &Constraint| {
            !it.has_index()
                && !new.constraints.iter().any(|other| other.kind == it.kind || same_reference(it, other))
        };
        let lost: Vec<&Constraint> = old_constraints.iter().filter(|it| gone(it)).collect();
        for constraint in lost {
            // The column is gone with it, and that has been said.
            if constraint.columns().iter().all(|column| self.column_of(new, column).is_some()) {
                let text = format!("table `{}` has lost its constraint{}", old.name, named(constraint));
                self.add(Class::Expand, key, text);
            }
        }
    }

    /// Whether a writer that knows only the old columns can violate a constraint over these.
    fn binds(&self, old: &Table, columns: &[String]) -> bool {
        columns.is_empty() || columns.iter().any(|column| self.column_of(old, column).is_some())
    }

    /// What has to be unique, and what an older binary may name as the target of an upsert.
    fn keys(&mut self, key: &Key, old: &Table, new: &Table) {
        let (before, after) = (unique(old), unique(new));
        for (columns, predicate) in after.iter().filter(|it| before.binary_search(it).is_err()) {
            if self.binds(old, columns) {
                let text =
                    format!("table `{}` has to be unique over ({})", old.name, shown(columns, predicate));
                self.add(Class::Contract, key, text);
            }
        }
        for (columns, predicate) in before.iter().filter(|it| after.binary_search(it).is_err()) {
            if columns.iter().all(|column| self.column_of(new, column).is_some()) {
                let list = shown(columns, predicate);
                let text = format!(
                    "table `{}` is not unique over ({list}) any more, which upserts may need",
                    old.name
                );
                self.add(Class::Contract, key, text);
            }
        }
    }
}

/// Whether a writer can leave it out although it takes no NULL.
fn fills_itself(column: &Column) -> bool {
    column.default.as_deref().is_some_and(|default| !default.eq_ignore_ascii_case("null"))
        || column.generated.is_some()
        || column.identity.is_some()
        || column.auto_increment
}

/// Leaves out the constraints that demand what they demanded at the same place, from the front and from the back.
fn without_common<'t>(old: &'t [Constraint], new: &'t [Constraint]) -> (&'t [Constraint], &'t [Constraint]) {
    let same = |(a, b): &(&Constraint, &Constraint)| a.kind == b.kind;
    let front = old.iter().zip(new).take_while(same).count();
    let (old, new) = (&old[front..], &new[front..]);
    let back = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    (&old[..old.len() - back], &new[..new.len() - back])
}

fn same_reference(a: &Constraint, b: &Constraint) -> bool {
    match (&a.kind, &b.kind) {
        (
            ConstraintKind::ForeignKey { columns, table, referenced, .. },
            ConstraintKind::ForeignKey { columns: c, table: t, referenced: r, .. },
        ) => columns == c && table == t && referenced == r,
        _ => false,
    }
}

/// What is unique: the columns or expressions in the order of names, and the condition.
type Unique = (Vec<String>, Option<String>);

fn unique(table: &Table) -> Vec<Unique> {
    let of_constraint = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
            Some((columns.clone(), None))
        }
        _ => None,
    };
    let of_index = |index: &Index| {
        let parts =
            index.parts.iter().filter_map(|part| part.column.clone().or_else(|| part.expression.clone()));
        index.unique.then(|| (parts.collect(), index.predicate.clone()))
    };
    let constraints = table.constraints.iter().filter_map(of_constraint);
    let mut all: Vec<Unique> = constraints.chain(table.indexes.iter().filter_map(of_index)).collect();
    for (columns, _) in &mut all {
        columns.sort();
    }
    all.sort();
    all.dedup();
    all
}

fn shown(columns: &[String], predicate: &Option<String>) -> String {
    let list = columns.join(", ");
    match predicate {
        Some(predicate) => format!("{list} where {predicate}"),
        None => list,
    }
}

fn named(constraint: &Constraint) -> String {
    constraint.name.as_ref().map_or_else(String::new, |name| format!(" `{name}`"))
}
