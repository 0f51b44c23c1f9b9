//! The small objects.

use std::sync::Arc;

use super::State;
use crate::catalog::key::Key;

/// A schema of Postgres or a database of MySQL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// What is known beside its content.
    pub state: State,
}

/// An extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// It was created only if it was not there: others may need it, and nobody is expected to drop it.
    pub shared: bool,
    /// What is known beside its content.
    pub state: State,
}

/// A sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// The column that it goes with.
    pub owner: Option<(Key, String)>,
    /// The server made it for an identity column, and nothing else may drop it.
    pub identity: bool,
    /// Gone with the session.
    pub temporary: bool,
    /// What is known beside its content.
    pub state: State,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table or view it is on.
    pub table: Key,
    /// Postgres: the function that it calls.
    pub function: Option<Key>,
    /// The columns of UPDATE OF.
    pub columns: Vec<String>,
    /// SQLite and MySQL: its text.
    pub body: Option<Arc<str>>,
    /// What is known beside its content.
    pub state: State,
}

/// A row level policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// The table it is on.
    pub table: Key,
    /// What is known beside its content.
    pub state: State,
}

impl Schema {
    /// A schema.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Schema { name: name.to_owned(), state: State::default() }
    }
}
