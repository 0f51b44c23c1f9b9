//! Constraints of tables.

use crate::catalog::key::{Key, Origin};

/// A constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Its name as the server has it. `None`: SQLite keeps none.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Existing rows were not checked.
    pub not_valid: bool,
    /// The name was made by the server.
    pub generated_name: bool,
    /// Functions and types that it names.
    pub uses: Vec<Key>,
    /// Where it was created, when that was in a file.
    pub origin: Option<Origin>,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// PRIMARY KEY.
    PrimaryKey {
        /// In order.
        columns: Vec<String>,
    },
    /// UNIQUE.
    Unique {
        /// In order.
        columns: Vec<String>,
    },
    /// FOREIGN KEY.
    ForeignKey {
        /// Columns here.
        columns: Vec<String>,
        /// The other table.
        table: Key,
        /// Columns there. Empty: its primary key.
        referenced: Vec<String>,
        /// `CASCADE`, `SET NULL`…, where written.
        on_delete: Option<String>,
        /// The same.
        on_update: Option<String>,
    },
    /// CHECK.
    Check {
        /// The condition.
        expression: String,
        /// The columns in it.
        columns: Vec<String>,
    },
    /// EXCLUDE.
    Exclude {
        /// The plain columns and those in expressions.
        columns: Vec<String>,
    },
}

impl Constraint {
    /// The columns of its own table that it names.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        match &self.kind {
            ConstraintKind::PrimaryKey { columns }
            | ConstraintKind::Unique { columns }
            | ConstraintKind::ForeignKey { columns, .. }
            | ConstraintKind::Check { columns, .. }
            | ConstraintKind::Exclude { columns } => columns,
        }
    }

    pub(in crate::catalog) fn columns_mut(&mut self) -> &mut Vec<String> {
        match &mut self.kind {
            ConstraintKind::PrimaryKey { columns }
            | ConstraintKind::Unique { columns }
            | ConstraintKind::ForeignKey { columns, .. }
            | ConstraintKind::Check { columns, .. }
            | ConstraintKind::Exclude { columns } => columns,
        }
    }

    /// Whether an index belongs to it.
    #[must_use]
    pub fn has_index(&self) -> bool {
        matches!(
            self.kind,
            ConstraintKind::PrimaryKey { .. }
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclude { .. }
        )
    }
}
