//! Tables and their columns.

use super::{Constraint, ConstraintKind, Index, State};
use crate::catalog::key::{Key, Origin};

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// In order.
    pub columns: Vec<Column>,
    /// There may be more columns than these, or their names are not known.
    pub incomplete: bool,
    /// It may have indexes and constraints that are not in the lists, under names that the server made: those
    /// that come from a parent, or from the table that it was made like.
    pub unlisted: bool,
    /// In the order in which they were made.
    pub constraints: Vec<Constraint>,
    /// Those of constraints, too.
    pub indexes: Vec<Index>,
    /// The tables that it inherits from, or the table that it is a partition of.
    pub parents: Vec<Key>,
    /// Whether it is a partition of its parent.
    pub partition: bool,
    /// Gone with the session.
    pub temporary: bool,
    /// SQLite: without row ids.
    pub without_rowid: bool,
    /// SQLite: types are enforced.
    pub strict: bool,
    /// What is known beside its content.
    pub state: State,
}

/// Kinds of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableKind {
    /// A plain table.
    #[default]
    Ordinary,
    /// Split into partitions.
    Partitioned,
    /// SQLite: made by a module.
    Virtual,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the server shows it. `None`: not known, or none on SQLite.
    pub type_name: Option<String>,
    /// Whether it takes no NULL.
    pub not_null: bool,
    /// The expression of its default.
    pub default: Option<String>,
    /// The expression that it is generated from.
    pub generated: Option<String>,
    /// The columns in that expression.
    pub generated_from: Vec<String>,
    /// Postgres: `ALWAYS` or `BY DEFAULT`, when it is an identity.
    pub identity: Option<&'static str>,
    /// Its collation, where written.
    pub collation: Option<String>,
    /// MySQL AUTO_INCREMENT, SQLite AUTOINCREMENT.
    pub auto_increment: bool,
    /// Types, sequences and functions that it names.
    pub uses: Vec<Key>,
    /// It came from a parent.
    pub inherited: bool,
    /// Where it was created, when that was in a file.
    pub origin: Option<Origin>,
}

impl Table {
    pub(super) fn visit_uses(&self, visit: &mut dyn FnMut(&Key)) {
        self.parents.iter().for_each(&mut *visit);
        self.columns.iter().flat_map(|column| &column.uses).for_each(&mut *visit);
        for constraint in &self.constraints {
            if let ConstraintKind::ForeignKey { table, .. } = &constraint.kind {
                visit(table);
            }
            constraint.uses.iter().for_each(&mut *visit);
        }
        self.indexes.iter().flat_map(|index| &index.uses).for_each(visit);
    }

    pub(super) fn change_uses(&mut self, change: &mut dyn FnMut(&mut Key)) {
        self.parents.iter_mut().for_each(&mut *change);
        self.columns.iter_mut().flat_map(|column| &mut column.uses).for_each(&mut *change);
        for constraint in &mut self.constraints {
            if let ConstraintKind::ForeignKey { table, .. } = &mut constraint.kind {
                change(table);
            }
            constraint.uses.iter_mut().for_each(&mut *change);
        }
        self.indexes.iter_mut().flat_map(|index| &mut index.uses).for_each(change);
    }

    /// The columns of its primary key.
    #[must_use]
    pub fn primary_key(&self) -> Option<&[String]> {
        self.constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => Some(columns.as_slice()),
            _ => None,
        })
    }
}
