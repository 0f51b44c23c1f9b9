//! ALTER of what is no table.

use super::Apply;
use crate::ast::{Alter, AlterAction, Ident, Name, Object};
use crate::catalog::key::{Class, Key};
use crate::catalog::lookup::Found;
use crate::catalog::model::{DomainCheck, Entity, TypeKind};
use crate::catalog::resolve;

impl Apply<'_> {
    pub(super) fn alter_object(&mut self, alter: &Alter) {
        match alter.object {
            Object::Table | Object::View | Object::MaterializedView | Object::Sequence => {
                self.alter_relation(alter)
            }
            Object::Index => self.alter_index(alter),
            Object::Type | Object::Domain => self.alter_type(alter),
            Object::Schema => self.alter_schema(alter),
            Object::Function | Object::Procedure => self.alter_routine(alter),
            Object::Trigger | Object::Policy => {
                let class = if alter.object == Object::Trigger { Class::Trigger } else { Class::Policy };
                let Some(key) = self.on_table_key(class, &alter.name, alter.on.as_ref(), alter.if_exists)
                else {
                    return;
                };
                if let (Some(on), Class::Policy, None) = (&alter.on, class, self.catalog.get(&key))
                    && let Found::Here(table) = self.catalog.find_relation(on)
                    && !alter.if_exists
                {
                    let sure = self.sure(&table);
                    let message = format!("policy `{}` does not exist", alter.name.last.text);
                    self.report("unknown-policy", sure, alter.name.last.span, message);
                    return;
                }
                if let (AlterAction::RenameTo(to), Some(entity)) = (&alter.action, self.catalog.get(&key)) {
                    let mut entity = entity.clone();
                    entity.set_name(&to.text);
                    let name = match key.name.rsplit_once('.') {
                        Some((table, _)) => format!("{table}.{}", to.text),
                        None => to.text.clone(),
                    };
                    self.catalog.remove(&key);
                    self.catalog.insert(Key::new(class, &key.schema, &name), entity);
                }
            }
            _ => {}
        }
    }

    fn alter_relation(&mut self, alter: &Alter) {
        let word = match alter.object {
            Object::View => "view",
            Object::MaterializedView => "materialized view",
            Object::Sequence => "sequence",
            _ => "table",
        };
        let Some(key) = self.relation(&alter.name, alter.if_exists, word) else { return };
        match &alter.action {
            AlterAction::RenameTo(to) => {
                let name = Name { qualifiers: Vec::new(), last: to.clone() };
                self.rename_relation(&key, &name);
            }
            AlterAction::SetSchema(schema) => {
                self.set_schema(&key, schema);
            }
            AlterAction::RenameColumn { from, to } => self.rename_column(&key, from, to),
            AlterAction::OwnedBy(table, column) => {
                let Some(table) = self.table(table, false) else { return };
                let Some(column) = self.existing_column(&table, column) else { return };
                self.catalog.edit(&key, |entity| {
                    if let Entity::Sequence(sequence) = entity {
                        sequence.owner = Some((table, column));
                    }
                });
            }
            AlterAction::Other => self.disowned(&key),
            _ => {}
        }
    }

    /// `OWNED BY NONE` is among what is not told apart: the sequence may stand alone now.
    fn disowned(&mut self, key: &Key) {
        let words = crate::catalog::spelling::words(self.span.of(self.text), self.catalog.dialect);
        let none =
            words.windows(3).any(|words| words[0] == "owned" && words[1] == "by" && words[2] == "none");
        self.catalog.edit(key, |entity| {
            if let (Entity::Sequence(sequence), true) = (entity, none) {
                sequence.owner = None;
            }
        });
    }

    fn alter_index(&mut self, alter: &Alter) {
        let Some((home, index)) = self.catalog.find_index(&alter.name) else {
            if !alter.if_exists && self.catalog.find_relation(&alter.name) == Found::Missing {
                let homes = self.catalog.may_have_index(&alter.name.last.text);
                self.unknown_index(&alter.name, homes.is_empty());
                // One that the server named has any name from here on.
                for home in homes {
                    self.taint(&home);
                }
            }
            return;
        };
        if let AlterAction::RenameTo(to) = &alter.action {
            let new = Key::new(Class::Relation, &home.schema, &to.text);
            if to.text != index && self.duplicate(&new, to, "index", false) {
                return;
            }
            self.name_index(&home, &index, &to.text);
        }
    }

    fn alter_type(&mut self, alter: &Alter) {
        let key = match self.catalog.find(Class::Type, &alter.name) {
            Found::Here(key) => key,
            Found::Vague => return,
            Found::Missing | Found::NoSchema => {
                if !alter.if_exists {
                    let message = format!("type `{}` does not exist", resolve::shown(&alter.name));
                    self.report("unknown-type", true, alter.name.last.span, message);
                    self.suggest(Class::Type, &alter.name.last.text);
                }
                return;
            }
        };
        self.about(&key);
        let at = alter.name.last.span;
        match &alter.action {
            AlterAction::RenameTo(to) => {
                let new = Key::new(Class::Type, &key.schema, &to.text);
                if new != key && self.type_taken(&new, to) {
                    return;
                }
                self.rename_type(&key, &new, to);
            }
            AlterAction::SetSchema(schema) => {
                let new = Key::new(Class::Type, &schema.text, &key.name);
                self.move_object(&key, &new, &alter.name.last.text);
            }
            AlterAction::AddValue { label, neighbour, if_not_exists } => {
                self.add_label(&key, label, neighbour.as_deref(), *if_not_exists, at);
            }
            AlterAction::RenameValue { from, to } => {
                let Some(Entity::Type(found)) = self.catalog.get(&key) else { return };
                let TypeKind::Enum(labels) = &found.kind else { return };
                let labels = labels.clone();
                let sure = self.sure(&key);
                if !labels.contains(from) {
                    self.report("unknown-label", sure, at, format!("the enum has no label '{from}'"));
                    self.did_you_mean(from, labels.iter().map(String::as_str));
                    self.created_here(&key);
                } else if labels.contains(to) {
                    self.report("duplicate-label", sure, at, format!("the enum has a label '{to}' already"));
                    self.created_here(&key);
                } else {
                    self.edit_kind(&key, |kind| {
                        if let TypeKind::Enum(labels) = kind {
                            for label in labels.iter_mut().filter(|label| *label == from) {
                                label.clone_from(to);
                            }
                        }
                    });
                }
            }
            AlterAction::RenameColumn { from, to } => self.edit_kind(&key, |kind| {
                if let TypeKind::Composite(attributes) = kind {
                    for attribute in attributes.iter_mut().filter(|it| it.name == from.text) {
                        attribute.name.clone_from(&to.text);
                    }
                }
            }),
            AlterAction::AddConstraint(constraint) => {
                if let crate::ast::ConstraintKind::Check(expression) = &constraint.kind {
                    let text = self.spelled(expression.span);
                    let name = constraint
                        .name
                        .as_ref()
                        .map_or_else(|| format!("{}_check", alter.name.last.text), |name| name.text.clone());
                    self.edit_kind(&key, |kind| {
                        if let TypeKind::Domain { checks, .. } = kind {
                            checks.push(DomainCheck { name, expression: text });
                        }
                    });
                }
            }
            AlterAction::DropConstraint { name, if_exists } => {
                let known = match self.catalog.get(&key) {
                    Some(Entity::Type(found)) => match &found.kind {
                        TypeKind::Domain { checks, .. } => checks.iter().any(|check| check.name == name.text),
                        _ => true,
                    },
                    _ => true,
                };
                if !known && !if_exists {
                    let sure = self.sure(&key);
                    self.report(
                        "unknown-constraint",
                        sure,
                        name.span,
                        format!("the domain has no constraint `{}`", name.text),
                    );
                    self.created_here(&key);
                }
                self.edit_kind(&key, |kind| {
                    if let TypeKind::Domain { checks, .. } = kind {
                        checks.retain(|check| check.name != name.text);
                    }
                });
            }
            AlterAction::RenameConstraint { from, to } => self.edit_kind(&key, |kind| {
                if let TypeKind::Domain { checks, .. } = kind {
                    for check in checks.iter_mut().filter(|check| check.name == from.text) {
                        check.name.clone_from(&to.text);
                    }
                }
            }),
            AlterAction::SetNotNull | AlterAction::DropNotNull => {
                let set = alter.action == AlterAction::SetNotNull;
                self.edit_kind(&key, |kind| {
                    if let TypeKind::Domain { not_null, .. } = kind {
                        *not_null = set;
                    }
                });
            }
            // ADD ATTRIBUTE and others change a composite type in ways that are not read.
            _ => {
                if matches!(self.catalog.get(&key), Some(Entity::Type(it)) if matches!(it.kind, TypeKind::Composite(_)))
                {
                    self.taint(&key);
                }
            }
        }
    }

    fn edit_kind(&mut self, key: &Key, change: impl FnOnce(&mut TypeKind)) {
        self.catalog.edit(key, |entity| {
            if let Entity::Type(user_type) = entity {
                change(&mut user_type.kind);
            }
        });
    }

    /// Columns show their type by its new name.
    fn rename_type(&mut self, old: &Key, new: &Key, to: &Ident) {
        let before = self.catalog.get(old).map(|it| it.name().to_owned()).unwrap_or_default();
        self.move_object(old, new, &to.text);
        for user in self.catalog.store.users(new) {
            self.edit_table(&user, |table| {
                for column in table.columns.iter_mut().filter(|it| it.uses.contains(new)) {
                    if let Some(type_name) = &mut column.type_name
                        && let Some(rest) = type_name.strip_prefix(&before)
                        && (rest.is_empty() || rest == "[]")
                    {
                        *type_name = format!("{}{rest}", to.text);
                    }
                }
            });
        }
    }

    fn add_label(
        &mut self,
        key: &Key,
        label: &str,
        neighbour: Option<&str>,
        if_not_exists: bool,
        at: crate::migrations::Span,
    ) {
        let Some(Entity::Type(found)) = self.catalog.get(key) else { return };
        let sure = self.sure(key);
        let TypeKind::Enum(labels) = &found.kind else {
            let message = format!("type `{}` is no enum", found.name);
            self.report("wrong-object", sure, at, message);
            self.created_here(key);
            return;
        };
        let labels = labels.clone();
        if labels.iter().any(|it| it == label) {
            if !if_not_exists {
                self.report("duplicate-label", sure, at, format!("the enum has a label '{label}' already"));
                self.created_here(key);
            }
            return;
        }
        if let Some(neighbour) = neighbour
            && !labels.iter().any(|it| it == neighbour)
        {
            self.report("unknown-label", sure, at, format!("the enum has no label '{neighbour}'"));
            self.did_you_mean(neighbour, labels.iter().map(String::as_str));
            self.created_here(key);
        }
        // Whether before or after is a word of the statement; the order of labels is approximate where it is BEFORE.
        let before = crate::catalog::spelling::words(self.span.of(self.text), self.catalog.dialect)
            .iter()
            .any(|word| word == "before");
        let place = neighbour.and_then(|neighbour| labels.iter().position(|it| it == neighbour));
        let place = place.map_or(labels.len(), |place| place + usize::from(!before));
        let label = label.to_owned();
        self.edit_kind(key, |kind| {
            if let TypeKind::Enum(labels) = kind {
                labels.insert(place.min(labels.len()), label);
            }
        });
    }

    fn alter_schema(&mut self, alter: &Alter) {
        let key = Key::new(Class::Schema, "", &alter.name.last.text);
        if self.catalog.get(&key).is_none() {
            if self.rules().schemas_known && !self.catalog.taint.strangers(Class::Schema) && !alter.if_exists
            {
                let message = format!("schema `{}` does not exist", alter.name.last.text);
                self.report("unknown-schema", true, alter.name.last.span, message);
                self.suggest(Class::Schema, &alter.name.last.text);
            }
            return;
        }
        if let AlterAction::RenameTo(to) = &alter.action {
            for inside in self.catalog.store.keys_in(&key.name) {
                let Some(name) = self.catalog.get(&inside).map(|it| it.name().to_owned()) else { continue };
                let moved = Key::new(inside.class, &to.text, &inside.name);
                self.move_object(&inside, &moved, &name);
            }
            self.move_object(&key, &Key::new(Class::Schema, "", &to.text), &to.text);
        }
    }

    fn alter_routine(&mut self, alter: &Alter) {
        let found = self.catalog.find_routines(&alter.name);
        if found.is_empty() {
            let vague = self.catalog.taint.strangers(Class::Routine) || self.catalog.session.path.is_none();
            if !vague && !alter.if_exists && alter.name.qualifiers.is_empty() {
                let message = format!("function `{}` does not exist", resolve::shown(&alter.name));
                self.report("unknown-function", true, alter.name.last.span, message);
                self.suggest(Class::Routine, &alter.name.last.text);
            }
            return;
        }
        let [key] = found.as_slice() else {
            for key in &found {
                self.taint(key);
            }
            if matches!(alter.action, AlterAction::RenameTo(_) | AlterAction::SetSchema(_)) {
                self.catalog.taint.routines_move();
            }
            return;
        };
        let tail = key.name.find('(').map_or("()", |at| &key.name[at..]).to_owned();
        match &alter.action {
            AlterAction::RenameTo(to) => {
                let new = Key::new(Class::Routine, &key.schema, &format!("{}{tail}", to.text));
                self.move_object(key, &new, &to.text);
            }
            AlterAction::SetSchema(schema) => {
                let new = Key::new(Class::Routine, &schema.text, &key.name);
                self.move_object(key, &new, &alter.name.last.text);
            }
            _ => {}
        }
    }
}
