//! Views and materialized views.

use std::collections::{BTreeMap, BTreeSet};

use super::{Index, State};
use crate::catalog::key::Key;

/// A view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Names of its columns; `None` when they could not be derived.
    pub columns: Option<Vec<String>>,
    /// Whether it keeps its rows.
    pub materialized: bool,
    /// Gone with the session.
    pub temporary: bool,
    /// Its query.
    pub definition: Option<String>,
    /// The relations in its query, with the columns it takes from each.
    pub uses: BTreeMap<Key, BTreeSet<String>>,
    /// The functions and types in its query.
    pub routines: Vec<Key>,
    /// The query was not followed completely, so it may use more.
    pub opaque: bool,
    /// Of a materialized view.
    pub indexes: Vec<Index>,
    /// What is known beside its content.
    pub state: State,
}

impl View {
    pub(super) fn visit_uses(&self, visit: &mut dyn FnMut(&Key)) {
        self.uses.keys().for_each(&mut *visit);
        self.routines.iter().for_each(&mut *visit);
        self.indexes.iter().flat_map(|index| &index.uses).for_each(visit);
    }
}
