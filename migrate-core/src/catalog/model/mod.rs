//! The objects of a database, as a server would describe them.

mod constraint;
mod index;
mod object;
mod routine;
mod table;
mod user_type;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use constraint::{Constraint, ConstraintKind};
pub use index::{Index, IndexPart};
pub use object::{Extension, Policy, Schema, Sequence, Trigger};
pub use routine::Routine;
pub use table::{Column, Table, TableKind};
pub use user_type::{Attribute, DomainCheck, TypeKind, UserType};
pub use view::View;

use super::key::{Key, Origin};

/// What the catalog knows about every object beside its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Where it was created, when that was in a file.
    pub origin: Option<Origin>,
    /// It may have changed since.
    pub tainted: bool,
    /// When it was put into the catalog.
    pub(in crate::catalog) born: u64,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entity {
    /// A schema.
    Schema(Schema),
    /// An extension.
    Extension(Extension),
    /// A table.
    Table(Table),
    /// A view or materialized view.
    View(View),
    /// A sequence.
    Sequence(Sequence),
    /// An enum, domain, composite or other type.
    Type(UserType),
    /// A function or procedure.
    Routine(Routine),
    /// A trigger.
    Trigger(Trigger),
    /// A policy.
    Policy(Policy),
}

impl State {
    /// Of an object that a file created.
    #[must_use]
    pub fn at(origin: Origin) -> Self {
        State { origin: Some(origin), tainted: false, born: 0 }
    }
}

impl Entity {
    /// The word for it in messages.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Entity::Schema(_) => "schema",
            Entity::Extension(_) => "extension",
            Entity::Table(_) => "table",
            Entity::View(view) if view.materialized => "materialized view",
            Entity::View(_) => "view",
            Entity::Sequence(_) => "sequence",
            Entity::Type(user_type) => match user_type.kind {
                TypeKind::Domain { .. } => "domain",
                _ => "type",
            },
            Entity::Routine(routine) if routine.procedure => "procedure",
            Entity::Routine(_) => "function",
            Entity::Trigger(_) => "trigger",
            Entity::Policy(_) => "policy",
        }
    }

    /// Its name as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Entity::Schema(it) => &it.name,
            Entity::Extension(it) => &it.name,
            Entity::Table(it) => &it.name,
            Entity::View(it) => &it.name,
            Entity::Sequence(it) => &it.name,
            Entity::Type(it) => &it.name,
            Entity::Routine(it) => &it.name,
            Entity::Trigger(it) => &it.name,
            Entity::Policy(it) => &it.name,
        }
    }

    pub(in crate::catalog) fn set_name(&mut self, name: &str) {
        let place = match self {
            Entity::Schema(it) => &mut it.name,
            Entity::Extension(it) => &mut it.name,
            Entity::Table(it) => &mut it.name,
            Entity::View(it) => &mut it.name,
            Entity::Sequence(it) => &mut it.name,
            Entity::Type(it) => &mut it.name,
            Entity::Routine(it) => &mut it.name,
            Entity::Trigger(it) => &mut it.name,
            Entity::Policy(it) => &mut it.name,
        };
        name.clone_into(place);
    }

    /// What is known about it beside its content.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        Some(match self {
            Entity::Schema(it) => &it.state,
            Entity::Extension(it) => &it.state,
            Entity::Table(it) => &it.state,
            Entity::View(it) => &it.state,
            Entity::Sequence(it) => &it.state,
            Entity::Type(it) => &it.state,
            Entity::Routine(it) => &it.state,
            Entity::Trigger(it) => &it.state,
            Entity::Policy(it) => &it.state,
        })
    }

    pub(in crate::catalog) fn state_mut(&mut self) -> Option<&mut State> {
        Some(match self {
            Entity::Schema(it) => &mut it.state,
            Entity::Extension(it) => &mut it.state,
            Entity::Table(it) => &mut it.state,
            Entity::View(it) => &mut it.state,
            Entity::Sequence(it) => &mut it.state,
            Entity::Type(it) => &mut it.state,
            Entity::Routine(it) => &mut it.state,
            Entity::Trigger(it) => &mut it.state,
            Entity::Policy(it) => &mut it.state,
        })
    }

    /// The objects that it names.
    #[must_use]
    pub fn uses(&self) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        self.visit_uses(&mut |key| {
            keys.insert(key.clone());
        });
        keys
    }

    fn visit_uses(&self, visit: &mut dyn FnMut(&Key)) {
        match self {
            Entity::Table(table) => table.visit_uses(visit),
            Entity::View(view) => view.visit_uses(visit),
            Entity::Sequence(sequence) => sequence.owner.iter().for_each(|(key, _)| visit(key)),
            Entity::Type(user_type) => user_type.uses.iter().for_each(visit),
            Entity::Trigger(trigger) => {
                visit(&trigger.table);
                trigger.function.iter().for_each(visit);
            }
            Entity::Policy(policy) => visit(&policy.table),
            Entity::Routine(routine) => routine.uses.iter().for_each(visit),
            Entity::Schema(_) | Entity::Extension(_) => {}
        }
    }

    /// Puts `new` where it names `old`.
    pub(in crate::catalog) fn rename_use(&mut self, old: &Key, new: &Key) {
        let change = &mut |key: &mut Key| {
            if key == old {
                *key = new.clone();
            }
        };
        match self {
            Entity::Table(table) => table.change_uses(change),
            Entity::View(view) => {
                if let Some(columns) = view.uses.remove(old) {
                    view.uses.insert(new.clone(), columns);
                }
                view.routines.iter_mut().for_each(change);
            }
            Entity::Sequence(sequence) => sequence.owner.iter_mut().for_each(|(key, _)| change(key)),
            Entity::Type(user_type) => user_type.uses.iter_mut().for_each(change),
            Entity::Trigger(trigger) => {
                change(&mut trigger.table);
                trigger.function.iter_mut().for_each(change);
            }
            Entity::Policy(policy) => change(&mut policy.table),
            Entity::Routine(routine) => routine.uses.iter_mut().for_each(change),
            Entity::Schema(_) | Entity::Extension(_) => {}
        }
    }

    /// The names of its indexes.
    pub(in crate::catalog) fn index_names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.indexes().iter().map(|index| &index.key)
    }

    /// Its indexes.
    #[must_use]
    pub fn indexes(&self) -> &[Index] {
        match self {
            Entity::Table(table) => &table.indexes,
            Entity::View(view) => &view.indexes,
            _ => &[],
        }
    }

    pub(in crate::catalog) fn indexes_mut(&mut self) -> Option<&mut Vec<Index>> {
        match self {
            Entity::Table(table) => Some(&mut table.indexes),
            Entity::View(view) => Some(&mut view.indexes),
            _ => None,
        }
    }

    /// The table, when it is one.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match self {
            Entity::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(in crate::catalog) fn as_table_mut(&mut self) -> Option<&mut Table> {
        match self {
            Entity::Table(table) => Some(table),
            _ => None,
        }
    }
}
