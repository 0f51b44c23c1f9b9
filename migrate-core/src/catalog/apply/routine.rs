//! Functions, procedures and triggers.

use std::sync::Arc;

use super::Apply;
use super::drop_object::key_on_table;
use crate::ast::{CreateRoutine, CreateTrigger, Ident};
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{Entity, Routine, Trigger};
use crate::catalog::rules::Naming;
use crate::catalog::{resolve, types};

impl Apply<'_> {
    pub(super) fn create_routine(&mut self, create: &CreateRoutine) {
        let rules = self.rules();
        let dialect = self.catalog.dialect;
        let Some(mut key) = self.new_key(Class::Routine, &create.name, false) else { return };
        let arguments: Vec<String> =
            create.arguments.iter().map(|argument| types::normalized(dialect, argument)).collect();
        let identity = if rules.naming == Naming::Postgres { arguments.join(", ") } else { String::new() };
        let name = &create.name.last;
        key =
            Key::new(Class::Routine, &key.schema, &format!("{}({identity})", rules.columns.fold(&name.text)));
        self.about(&key);
        if self.catalog.get(&key).is_some() && !create.or_replace {
            if !create.if_not_exists {
                let sure = self.sure(&key);
                let message = format!("function `{}` exists already", resolve::shown(&create.name));
                self.report("duplicate-function", sure, name.span, message);
                self.created_here(&key);
            }
            return;
        }
        let uses = self.type_uses(&create.arguments);
        let returns = create.returns.as_ref().map(|returns| types::normalized(dialect, returns));
        let language = create.language.as_ref().map(|language| language.to_ascii_lowercase());
        let routine = Routine {
            name: name.text.clone(),
            arguments,
            returns,
            procedure: create.procedure,
            language,
            body: create.body.map(|body| Arc::from(body.of(self.text))),
            uses,
            state: self.state(name.span),
        };
        self.catalog.insert(key, Entity::Routine(routine));
    }

    pub(super) fn create_trigger(&mut self, create: &CreateTrigger) {
        let rules = self.rules();
        let Some(table) = self.relation(&create.table, false, "table") else { return };
        let name = &create.name.last;
        let key = if rules.triggers_on_table {
            key_on_table(Class::Trigger, &table, &name.text)
        } else {
            Key::new(Class::Trigger, &table.schema, &rules.columns.fold(&name.text))
        };
        if self.catalog.get(&key).is_some() && !create.or_replace {
            if !create.if_not_exists {
                let sure = self.sure(&key) && self.sure(&table);
                self.report(
                    "duplicate-trigger",
                    sure,
                    name.span,
                    format!("trigger `{}` exists already", name.text),
                );
                self.created_here(&key);
            }
            return;
        }
        for column in &create.columns {
            self.existing_column(&table, column);
        }
        let mut function = None;
        if let Some(called) = &create.function {
            match self.catalog.find_routines(called).as_slice() {
                [] => {
                    let vague = self.catalog.taint.strangers(Class::Routine)
                        || self.catalog.session.path.is_none()
                        || is_own_trigger(&called.last.text)
                        || called.qualifiers.last().is_some_and(|schema| schema.text == "pg_catalog");
                    if !vague {
                        let message = format!("function `{}` does not exist", resolve::shown(called));
                        self.report("unknown-function", true, called.last.span, message);
                        self.suggest(Class::Routine, &called.last.text);
                    }
                }
                [only] => function = Some(only.clone()),
                // A trigger calls the one without arguments.
                many => function = many.iter().find(|key| key.name.ends_with("()")).cloned(),
            }
        }
        let trigger = Trigger {
            name: name.text.clone(),
            table,
            function,
            columns: create.columns.iter().map(|column| column.text.clone()).collect(),
            state: self.state(name.span),
        };
        self.catalog.insert(key, Entity::Trigger(trigger));
    }

    pub(super) fn trigger_exists(&mut self, table: &Key, name: &Ident) {
        let key = key_on_table(Class::Trigger, table, &name.text);
        if !self.rules().triggers_on_table
            || self.catalog.get(&key).is_some()
            || matches!(name.text.to_ascii_lowercase().as_str(), "all" | "user")
        {
            return;
        }
        let parents =
            self.catalog.get(table).and_then(Entity::as_table).map_or(0, |table| table.parents.len());
        let sure = self.sure(table) && parents == 0;
        self.report("unknown-trigger", sure, name.span, format!("trigger `{}` does not exist", name.text));
        self.suggest(Class::Trigger, &name.text);
    }
}

/// Trigger functions of the server.
fn is_own_trigger(name: &str) -> bool {
    matches!(
        name,
        "tsvector_update_trigger"
            | "tsvector_update_trigger_column"
            | "suppress_redundant_updates_trigger"
            | "lo_manage"
    )
}
