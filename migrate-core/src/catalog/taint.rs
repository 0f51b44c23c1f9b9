//! What may have been changed by something that could not be followed.

use super::key::Class;
use super::model::State;

/// Doubt about the catalog, as narrow as is sound.
#[derive(Clone, Debug, Default)]
pub(super) struct Taint {
    /// Everything that was born up to this moment may have changed or gone.
    before: u64,
    /// There may be tables, views, sequences and schemas that are not in the catalog.
    relations: bool,
    /// There may be types that are not in the catalog.
    types: bool,
    /// There may be functions that are not in the catalog.
    routines: bool,
    /// Functions that are not in the catalog may change the schema.
    acting: bool,
    /// How many times something could not be followed, nor confined to the objects it names.
    events: u64,
    /// How many times one object was tainted.
    confined: u64,
}

impl Taint {
    /// Something may have changed anything.
    pub(super) fn everything(&mut self, now: u64) {
        self.before = now;
        self.objects_appear();
    }

    /// Something may have created objects with any name.
    pub(super) fn objects_appear(&mut self) {
        self.events += 1;
        self.relations = true;
        self.types = true;
        self.routines = true;
        self.acting = true;
    }

    /// An extension that only has types, functions and operators, none of which changes a schema.
    pub(super) fn types_and_functions_appear(&mut self) {
        self.types = true;
        self.routines = true;
    }

    pub(super) fn covers(&self, state: &State) -> bool {
        state.tainted || (state.born <= self.before && state.born > 0)
    }

    /// Whether an object of this class may exist without being in the catalog.
    pub(super) fn strangers(&self, class: Class) -> bool {
        match class {
            Class::Type => self.types,
            Class::Routine => self.routines,
            _ => self.relations,
        }
    }

    /// Whether a function that is not known may change the schema.
    pub(super) fn strangers_act(&self) -> bool {
        self.acting
    }
}

impl Taint {
    /// How many times something could not be followed, nor confined to the objects it names.
    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// One object may have changed, and it is marked.
    pub(super) fn confine(&mut self) {
        self.confined += 1;
    }

    /// How many times one object was marked.
    pub(super) fn confined(&self) -> u64 {
        self.confined
    }
}
