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
    /// There may be such functions for triggers.
    trigger_functions: bool,
    /// There may be operator classes that are not the server's own.
    operator_classes: bool,
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
        self.trigger_functions = true;
        self.operator_classes = true;
        self.acting = true;
    }

    /// Types that are not known, of an extension for instance.
    pub(super) fn types_appear(&mut self) {
        self.types = true;
    }

    /// Functions that are not known, none of which changes a schema or is for triggers.
    pub(super) fn functions_appear(&mut self) {
        self.routines = true;
    }

    /// Functions of any name that change no schema by themselves.
    pub(super) fn routines_move(&mut self) {
        self.routines = true;
        self.trigger_functions = true;
    }

    /// An operator class, of which no other is kept.
    pub(super) fn operator_classes_appear(&mut self) {
        self.operator_classes = true;
    }

    /// Whether there may be functions for triggers that are not in the catalog.
    pub(super) fn strange_trigger_functions(&self) -> bool {
        self.trigger_functions
    }

    /// Whether there may be operator classes of any name.
    pub(super) fn strange_operator_classes(&self) -> bool {
        self.operator_classes
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
