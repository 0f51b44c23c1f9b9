//! What objects are found by, and where they come from.

use std::sync::Arc;

use crate::migrations::Span;

/// The name spaces. Two objects of one class cannot have one name in one schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Class {
    /// A schema of Postgres, a database of MySQL.
    Schema,
    /// An extension.
    Extension,
    /// An enum, domain, composite or other type.
    Type,
    /// A table, view, materialized view or sequence.
    Relation,
    /// A function or procedure; the name holds the types of its arguments.
    Routine,
    /// A trigger; on Postgres the name holds its table's.
    Trigger,
    /// A row level policy; the name holds its table's.
    Policy,
}

/// What an object is found by: names as the database compares them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The name space.
    pub class: Class,
    /// The schema; empty for what is in none.
    pub schema: Arc<str>,
    /// The name, folded where the dialect ignores case.
    pub name: Arc<str>,
}

/// Where an object was created: a file, and the bytes of its name in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The path of the file as messages show it.
    pub path: Arc<str>,
    /// The bytes.
    pub span: Span,
}

impl Key {
    /// A key of folded names.
    #[must_use]
    pub fn new(class: Class, schema: &str, name: &str) -> Self {
        Key { class, schema: Arc::from(schema), name: Arc::from(name) }
    }
}
