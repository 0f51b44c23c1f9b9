//! Indexes of tables and materialized views.

use std::sync::Arc;

use crate::catalog::key::{Key, Origin};

/// An index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The name as the database compares it.
    pub(in crate::catalog) key: Arc<str>,
    /// In order.
    pub parts: Vec<IndexPart>,
    /// INCLUDE.
    pub include: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// `gin`, `fulltext`…, when it is not the usual one.
    pub method: Option<String>,
    /// The condition of a partial index.
    pub predicate: Option<String>,
    /// All columns that it needs, those in expressions too.
    pub columns: Vec<String>,
    /// It belongs to the constraint with this name, or on SQLite to one without.
    pub constraint: bool,
    /// MySQL: the server made it for a foreign key.
    pub for_foreign_key: bool,
    /// Functions and types that it names.
    pub uses: Vec<Key>,
    /// Where it was created, when that was in a file.
    pub origin: Option<Origin>,
}

/// A column or expression of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexPart {
    /// The column, when it is a plain one.
    pub column: Option<String>,
    /// The expression otherwise.
    pub expression: Option<String>,
    /// MySQL's prefix length.
    pub length: Option<u64>,
    /// Descending.
    pub descending: bool,
}

impl Index {
    /// The columns, when all parts are plain columns.
    #[must_use]
    pub fn plain(&self) -> Option<Vec<&str>> {
        self.parts.iter().map(|part| part.column.as_deref()).collect()
    }
}
