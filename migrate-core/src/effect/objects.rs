//! The objects that a statement creates, changes and drops, read off what it changed in the catalog: also
//! those that it does not name, such as the sequence of a serial column, or what CASCADE takes with it.

use std::collections::BTreeMap;

use super::fact::{Act, Touched};
use crate::ast::{Kind, Object, Statement};
use crate::catalog::model::{Entity, Table, TypeKind};
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
                list.extend(
                    parts(entity)
                        .into_values()
                        .filter(|part| part.is_index())
                        .map(|part| part.touched(Act::Creates, key, entity)),
                );
            }
            (Some(entity), None) => {
                list.push(whole(Act::Drops, key, entity));
                list.extend(
                    parts(entity)
                        .into_values()
                        .filter(|part| part.is_index())
                        .map(|part| part.touched(Act::Drops, key, entity)),
                );
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
struct Part {
    object: Object,
    name: String,
    /// All there is to compare.
    content: String,
}

impl Part {
    fn is_index(&self) -> bool {
        self.object == Object::Index
    }

    fn touched(self, act: Act, key: &Key, of: &Entity) -> Touched {
        let table = Some(of.name().to_owned());
        Touched { act, object: self.object, schema: key.schema.to_string(), table, name: self.name }
    }
}

/// By kind and name; constraints without a name by what they demand.
fn parts(entity: &Entity) -> BTreeMap<(u8, String), Part> {
    let mut parts = BTreeMap::new();
    if let Entity::Table(Table { columns, constraints, .. }) = entity {
        for column in columns {
            let content = format!(
                "{:?}",
                (
                    &column.type_name,
                    column.not_null,
                    &column.default,
                    &column.generated,
                    column.identity,
                    column.auto_increment,
                    &column.collation
                )
            );
            parts.insert(
                (0, column.name.clone()),
                Part { object: Object::Column, name: column.name.clone(), content },
            );
        }
        for constraint in constraints {
            let content = format!("{:?}", (&constraint.kind, constraint.not_valid));
            let name = constraint.name.clone().unwrap_or_default();
            let place = if name.is_empty() { content.clone() } else { name.clone() };
            parts.insert((1, place), Part { object: Object::Constraint, name, content });
        }
    }
    for index in entity.indexes() {
        let content =
            format!("{:?}", (&index.parts, &index.include, index.unique, &index.method, &index.predicate));
        parts.insert(
            (2, index.name.clone()),
            Part { object: Object::Index, name: index.name.clone(), content },
        );
    }
    parts
}

fn differing_parts(key: &Key, old: &Entity, new: &Entity) -> Vec<Touched> {
    let mut before = parts(old);
    let mut list = Vec::new();
    for (place, part) in parts(new) {
        match before.remove(&place) {
            None => list.push(part.touched(Act::Creates, key, new)),
            Some(was) if was.content != part.content => list.push(part.touched(Act::Changes, key, new)),
            Some(_) => {}
        }
    }
    list.extend(before.into_values().map(|part| part.touched(Act::Drops, key, old)));
    list
}
