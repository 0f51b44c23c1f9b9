//! The objects that a statement creates, changes and drops, read off what it changed in the catalog: also
//! those that it does not name, such as the sequence of a serial column, or what CASCADE takes with it.

use std::collections::BTreeMap;

use super::fact::{Act, Touched};
use crate::ast::{Kind, Object, Statement};
use crate::catalog::model::{Column, Constraint, Entity, Index, TypeKind};
use crate::catalog::{Catalog, Changes, Key};

/// What `changes` come to, when `after` is what they led to.
pub(super) fn touched(after: &Catalog, changes: &Changes) -> Vec<Touched> {
    let mut list = Vec::new();
    for (key, old) in changes {
        let (old, new) = (old.as_deref(), after.get(key));
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => {
                let parts = differing_parts(key, old, new);
                if !parts.is_empty() || !same(old, new) {
                    list.push(whole(Act::Changes, key, new));
                }
                list.extend(parts);
            }
            (None, Some(entity)) => {
                list.push(whole(Act::Creates, key, entity));
                list.extend(indexes(entity).map(|part| part.touched(Act::Creates, key, entity)));
            }
            (Some(entity), None) => {
                list.push(whole(Act::Drops, key, entity));
                list.extend(indexes(entity).map(|part| part.touched(Act::Drops, key, entity)));
            }
        }
    }
    list
}

/// The objects that a statement names and the catalog does not have: those of others.
pub(super) fn strangers(before: &Catalog, statement: &Statement) -> Vec<Touched> {
    let mut list = Vec::new();
    let mut add = |act: Act, object: Object, name: &crate::ast::Name| {
        if let Some(key) = before.stranger(name) {
            let name = name.last.text.clone();
            list.push(Touched { act, object, schema: key.schema.to_string(), table: None, name });
        }
    };
    match &statement.kind {
        Kind::AlterTable(alter) => add(Act::Changes, Object::Table, &alter.table),
        Kind::RenameTables(pairs) => pairs.iter().for_each(|(from, _)| add(Act::Drops, Object::Table, from)),
        Kind::Drop(drop)
            if matches!(
                drop.object,
                Object::Table | Object::View | Object::MaterializedView | Object::Sequence
            ) =>
        {
            drop.names.iter().for_each(|name| add(Act::Drops, drop.object, name));
        }
        Kind::CreateIndex(create) => add(Act::Changes, Object::Table, &create.table),
        Kind::CreateTrigger(create) => add(Act::Changes, Object::Table, &create.table),
        _ => {}
    }
    list
}

/// Whether two states of an object differ in nothing but what the catalog notes for itself.
fn same(old: &Entity, new: &Entity) -> bool {
    match (old, new) {
        (Entity::Table(a), Entity::Table(b)) => {
            a.name == b.name && a.kind == b.kind && a.parents == b.parents && a.partition == b.partition
        }
        (Entity::View(a), Entity::View(b)) => {
            a.definition == b.definition && a.columns == b.columns && a.name == b.name
        }
        (Entity::Type(a), Entity::Type(b)) => a.kind == b.kind && a.name == b.name,
        (Entity::Routine(a), Entity::Routine(b)) => {
            a.body == b.body && a.returns == b.returns && a.name == b.name
        }
        (Entity::Sequence(a), Entity::Sequence(b)) => a.owner == b.owner && a.name == b.name,
        _ => old.name() == new.name(),
    }
}

fn whole(act: Act, key: &Key, entity: &Entity) -> Touched {
    let (object, table) = match entity {
        Entity::Schema(_) => (Object::Schema, None),
        Entity::Extension(_) => (Object::Extension, None),
        Entity::Table(_) => (Object::Table, None),
        Entity::View(view) if view.materialized => (Object::MaterializedView, None),
        Entity::View(_) => (Object::View, None),
        Entity::Sequence(_) => (Object::Sequence, None),
        Entity::Type(it) if matches!(it.kind, TypeKind::Domain { .. }) => (Object::Domain, None),
        Entity::Type(_) => (Object::Type, None),
        Entity::Routine(routine) if routine.procedure => (Object::Procedure, None),
        Entity::Routine(_) => (Object::Function, None),
        Entity::Trigger(trigger) => (Object::Trigger, Some(trigger.table.name.to_string())),
        Entity::Policy(policy) => (Object::Policy, Some(policy.table.name.to_string())),
    };
    Touched { act, object, schema: key.schema.to_string(), table, name: entity.name().to_owned() }
}

/// A part of a table that has a name of its own.
#[derive(Clone, Copy)]
enum Part<'e> {
    Column(&'e Column),
    Constraint(&'e Constraint),
    Index(&'e Index),
}

impl Part<'_> {
    /// What it is found by among its kind: its name, or what a constraint without one demands.
    fn place(self) -> String {
        match self {
            Part::Constraint(Constraint { name: None, kind, not_valid, .. }) => {
                format!("{:?}", (kind, not_valid))
            }
            part => part.name().to_owned(),
        }
    }

    /// Whether two parts with one name differ in nothing but what the catalog notes for itself.
    fn same(self, other: Part<'_>) -> bool {
        match (self, other) {
            (Part::Column(a), Part::Column(b)) => {
                a.type_name == b.type_name
                    && a.not_null == b.not_null
                    && a.default == b.default
                    && a.generated == b.generated
                    && a.identity == b.identity
                    && a.auto_increment == b.auto_increment
                    && a.collation == b.collation
            }
            (Part::Constraint(a), Part::Constraint(b)) => a.kind == b.kind && a.not_valid == b.not_valid,
            (Part::Index(a), Part::Index(b)) => {
                a.parts == b.parts
                    && a.include == b.include
                    && a.unique == b.unique
                    && a.method == b.method
                    && a.predicate == b.predicate
            }
            _ => false,
        }
    }

    fn name(&self) -> &str {
        match self {
            Part::Column(column) => &column.name,
            Part::Constraint(constraint) => constraint.name.as_deref().unwrap_or_default(),
            Part::Index(index) => &index.name,
        }
    }

    fn touched(self, act: Act, key: &Key, of: &Entity) -> Touched {
        let object = match self {
            Part::Column(_) => Object::Column,
            Part::Constraint(_) => Object::Constraint,
            Part::Index(_) => Object::Index,
        };
        let (table, name) = (Some(of.name().to_owned()), self.name().to_owned());
        Touched { act, object, schema: key.schema.to_string(), table, name }
    }
}

/// The parts by kind, each kind in the order of the table.
fn parts(entity: &Entity) -> [Vec<Part<'_>>; 3] {
    let indexes = entity.indexes().iter().map(Part::Index).collect();
    let (columns, constraints) =
        entity.as_table().map(|table| (&table.columns[..], &table.constraints[..])).unwrap_or_default();
    [columns.iter().map(Part::Column).collect(), constraints.iter().map(Part::Constraint).collect(), indexes]
}

/// The indexes by name.
fn indexes(entity: &Entity) -> impl Iterator<Item = Part<'_>> {
    let named: BTreeMap<&str, &Index> =
        entity.indexes().iter().map(|index| (index.name.as_str(), index)).collect();
    named.into_values().map(Part::Index)
}

fn differing_parts(key: &Key, old: &Entity, new: &Entity) -> Vec<Touched> {
    let mut list = Vec::new();
    let mut gone = Vec::new();
    for (old_parts, new_parts) in parts(old).iter().zip(&parts(new)) {
        let (old_parts, new_parts) = without_common(old_parts, new_parts);
        // Of two with one name, as in a broken file, the last counts.
        let (mut before, after) = (by_place(old_parts), by_place(new_parts));
        for (place, part) in after {
            match before.remove(&place) {
                None => list.push(part.touched(Act::Creates, key, new)),
                Some(was) if !was.same(part) => list.push(part.touched(Act::Changes, key, new)),
                Some(_) => {}
            }
        }
        gone.extend(before.into_values().map(|part| part.touched(Act::Drops, key, old)));
    }
    list.extend(gone);
    list
}

fn by_place<'e>(parts: &[Part<'e>]) -> BTreeMap<String, Part<'e>> {
    parts.iter().map(|part| (part.place(), *part)).collect()
}

/// Leaves out what stands where it stood, from both ends. A statement changes little of its table, and a large table
/// may have as many statements as parts.
fn without_common<'p, 'e>(old: &'p [Part<'e>], new: &'p [Part<'e>]) -> (&'p [Part<'e>], &'p [Part<'e>]) {
    let same = |(a, b): &(&Part<'_>, &Part<'_>)| a.name() == b.name() && a.same(**b);
    let front = old.iter().zip(new).take_while(same).count();
    let (old, new) = (&old[front..], &new[front..]);
    let back = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    (&old[..old.len() - back], &new[..new.len() - back])
}
