//! Functions and procedures.

use std::sync::Arc;

use super::State;
use crate::catalog::key::Key;

/// A function or procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routine {
    /// Its name.
    pub name: String,
    /// The types of the arguments that belong to its identity, as the server shows them.
    pub arguments: Vec<String>,
    /// MySQL: the names of its parameters.
    pub parameters: Vec<String>,
    /// What it returns.
    pub returns: Option<String>,
    /// Whether it is called with CALL.
    pub procedure: bool,
    /// The language, in lower case.
    pub language: Option<String>,
    /// Its text, where it is SQL that can be searched for names.
    pub body: Option<Arc<str>>,
    /// Types that it names.
    pub uses: Vec<Key>,
    /// What is known beside its content.
    pub state: State,
}
