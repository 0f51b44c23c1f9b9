//! Schemas, extensions, policies, comments, settings.

use super::Apply;
use super::drop_object::key_on_table;
use crate::ast::{Ident, Name, Object, Set};
use crate::catalog::key::{Class, Key};
use crate::catalog::lookup::Found;
use crate::catalog::model::{Entity, Extension, Policy, Schema};
use crate::catalog::{builtin, resolve};
use std::sync::Arc;

impl Apply<'_> {
    pub(super) fn create_other(
        &mut self,
        object: Object,
        name: Option<&Name>,
        on: Option<&Name>,
        if_not_exists: bool,
        or_replace: bool,
    ) {
        let Some(name) = name else {
            if let Some(on) = on {
                self.relation(on, false, "table");
            }
            return;
        };
        let last = &name.last;
        match object {
            Object::Schema | Object::Database => {
                let key = Key::new(Class::Schema, "", &self.rules().fold_relation(&last.text));
                if self.catalog.get(&key).is_some() {
                    if !if_not_exists && !or_replace {
                        let sure = self.sure(&key);
                        self.report(
                            "duplicate-schema",
                            sure,
                            last.span,
                            format!("schema `{}` exists already", last.text),
                        );
                        self.created_here(&key);
                        self.help("write CREATE SCHEMA IF NOT EXISTS, or give it another name");
                    }
                    return;
                }
                let schema = Schema { name: last.text.clone(), state: self.state(last.span) };
                self.catalog.insert(key, Entity::Schema(schema));
            }
            Object::Extension => {
                let key = Key::new(Class::Extension, "", &last.text);
                if self.catalog.get(&key).is_some() {
                    if !if_not_exists {
                        let sure = self.sure(&key);
                        let message = format!("extension `{}` exists already", last.text);
                        self.report("duplicate-extension", sure, last.span, message);
                        self.created_here(&key);
                        self.help("write CREATE EXTENSION IF NOT EXISTS");
                    }
                    return;
                }
                match builtin::types_of_extension(&last.text) {
                    Some(types) => {
                        self.catalog.taint.functions_appear();
                        if types.is_none() {
                            self.catalog.taint.types_appear();
                        }
                    }
                    None => self.catalog.taint.objects_appear(),
                }
                let extension = Extension {
                    name: last.text.clone(),
                    shared: if_not_exists,
                    state: self.state(last.span),
                };
                self.catalog.insert(key, Entity::Extension(extension));
            }
            Object::Policy => {
                let Some(on) = on else { return };
                let Some(table) = self.relation(on, false, "table") else { return };
                let key = key_on_table(Class::Policy, &table, &last.text);
                if self.catalog.get(&key).is_some() {
                    let sure = self.sure(&key) && self.sure(&table);
                    self.report(
                        "duplicate-policy",
                        sure,
                        last.span,
                        format!("policy `{}` exists already", last.text),
                    );
                    self.created_here(&key);
                    return;
                }
                let policy = Policy { name: last.text.clone(), table, state: self.state(last.span) };
                self.catalog.insert(key, Entity::Policy(policy));
            }
            // They can call functions that change any object, from here on.
            Object::EventTrigger => self.catalog.taint_everything(),
            Object::Aggregate => self.catalog.taint.functions_appear(),
            Object::Role
            | Object::Publication
            | Object::Subscription
            | Object::Statistics
            | Object::Event
            | Object::Rule => {
                if let Some(on) = on {
                    self.relation(on, false, "table");
                }
            }
            _ => self.create_unkept(),
        }
    }

    /// An operator, a cast, a language: what is not kept, told by the words behind CREATE.
    fn create_unkept(&mut self) {
        let words = crate::catalog::spelling::words(self.span.of(self.text), self.catalog.dialect);
        let mut words = words.iter().map(String::as_str).skip(1);
        let what = words.find(|word| {
            !matches!(*word, "or" | "replace" | "trusted" | "procedural" | "default" | "undo" | "force")
        });
        match (what.unwrap_or_default(), words.next().unwrap_or_default()) {
            ("operator", "class" | "family") => self.catalog.taint.operator_classes_appear(),
            // They are looked for in no namespace that is kept.
            ("operator" | "cast" | "collation" | "conversion" | "language" | "server" | "tablespace", _)
            | ("transform", "for")
            | ("text", "search")
            | ("access", "method")
            | ("foreign", "data")
            | ("user", "mapping") => {}
            _ => self.opaque_creation(),
        }
    }

    /// The statements inside of CREATE SCHEMA; what they create goes there.
    pub(super) fn elements(
        &mut self,
        object: Object,
        name: Option<&Name>,
        elements: &[crate::ast::Statement],
    ) {
        if object != Object::Schema || elements.is_empty() {
            return;
        }
        let outer = self.catalog.session.path.clone();
        if let (Some(name), Some(path)) = (name, &mut self.catalog.session.path) {
            path.insert(0, Arc::from(name.last.text.as_str()));
        }
        for element in elements {
            self.statement(&element.kind);
        }
        self.catalog.session.path = outer;
    }

    /// The conditions of policies and rules, which see the columns of their table.
    pub(super) fn expressions_about(&mut self, on: &Name, expressions: &[crate::ast::Expression]) {
        let crate::catalog::lookup::Found::Here(key) = self.catalog.find_relation(on) else { return };
        for expression in expressions {
            self.expression_on(&key, expression);
        }
    }

    pub(super) fn comment(&mut self, object: Object, name: Option<&Name>, column: Option<&Ident>) {
        let Some(name) = name else { return };
        match object {
            Object::Table | Object::View | Object::MaterializedView | Object::Sequence => {
                self.relation(name, false, "table");
            }
            Object::Column => {
                if let (Some(key), Some(column)) = (self.relation(name, false, "table"), column) {
                    self.existing_column(&key, column);
                }
            }
            Object::Function | Object::Procedure => {
                let own = name.qualifiers.last().is_some_and(|schema| schema.text == "pg_catalog");
                let unknown = self.catalog.find_routines(name).is_empty()
                    && !own
                    && !self.catalog.taint.strangers(Class::Routine)
                    && self.catalog.session.path.is_some();
                if unknown {
                    let message = format!("function `{}` does not exist", resolve::shown(name));
                    self.report("unknown-function", true, name.last.span, message);
                    self.suggest(Class::Routine, &name.last.text);
                }
            }
            Object::Schema => self.schema_exists(&name.last),
            Object::Index if self.catalog.find_index(name).is_none() => self.missing_index(name),
            Object::Type | Object::Domain => {
                let type_name = matches!(self.catalog.find(Class::Type, name), Found::Missing);
                if type_name
                    && matches!(self.catalog.find_relation(name), Found::Missing)
                    && !resolve::of_extension(self.catalog, &name.last.text)
                {
                    let message = format!("type `{}` does not exist", resolve::shown(name));
                    self.report("unknown-type", !builtin::is_type(&name.last.text), name.last.span, message);
                    self.suggest(Class::Type, &name.last.text);
                }
            }
            _ => {}
        }
    }

    /// COMMENT ON SCHEMA.
    fn schema_exists(&mut self, name: &Ident) {
        let key = Key::new(Class::Schema, "", &self.rules().fold_relation(&name.text));
        if self.catalog.get(&key).is_none()
            && self.rules().schemas_known
            && !self.rules().is_system(Some(&name.text), "")
            && !self.catalog.taint.strangers(Class::Schema)
        {
            self.report("unknown-schema", true, name.span, format!("schema `{}` does not exist", name.text));
            self.suggest(Class::Schema, &name.text);
        }
    }

    pub(super) fn set(&mut self, set: &Set) {
        let name = set.name.to_ascii_lowercase();
        let value = set.value.trim().trim_matches(['\'', '"']).to_ascii_lowercase();
        match name.rsplit('.').next().unwrap_or("").trim_start_matches('@') {
            "search_path" if self.rules().schemas_known => self.set_path(&set.value, set.local),
            "foreign_key_checks" => {
                self.catalog.session.foreign_keys = !matches!(value.as_str(), "0" | "off" | "false");
            }
            "check_function_bodies" => {
                self.catalog.session.function_bodies = matches!(value.as_str(), "on" | "true" | "1" | "yes");
            }
            // Whether identifiers are folded or strings are quoted otherwise from here on is the reader's.
            _ => {}
        }
    }

    pub(super) fn set_path(&mut self, value: &str, local: bool) {
        let trimmed = value.trim();
        let path: Option<Vec<Arc<str>>> = if trimmed.eq_ignore_ascii_case("default") {
            Some(self.rules().path.iter().map(|schema| Arc::from(*schema)).collect())
        } else {
            let list = trimmed.split(',').map(|part| {
                let part = part.trim();
                let plain = part.trim_matches(['\'', '"']);
                if part.starts_with(['\'', '"']) { plain.to_owned() } else { plain.to_lowercase() }
            });
            let schemas: Vec<String> =
                list.filter(|schema| !schema.is_empty() && schema != "$user").collect();
            let odd = schemas.iter().any(|schema| schema.contains(['(', ':', ' ', '\'']));
            (!odd).then(|| {
                schemas
                    .iter()
                    .filter(|schema| *schema != "pg_catalog" && *schema != "pg_temp")
                    .map(|schema| Arc::from(schema.as_str()))
                    .collect()
            })
        };
        if local && self.catalog.session.local_path.is_none() {
            self.catalog.session.local_path = Some(self.catalog.session.path.clone());
        }
        self.catalog.session.path = path;
    }

    pub(super) fn pragma(&mut self, name: &str, value: Option<&str>) {
        let on = value.map(|value| {
            !matches!(
                value.trim_matches(['\'', '"']).to_ascii_lowercase().as_str(),
                "0" | "off" | "false" | "no"
            )
        });
        match (name.to_ascii_lowercase().as_str(), on) {
            ("legacy_alter_table", Some(on)) => self.catalog.session.legacy_alter = on,
            ("foreign_keys", Some(on)) => self.catalog.session.foreign_keys = on,
            ("writable_schema", Some(true)) => self.catalog.taint_everything(),
            _ => {}
        }
    }

    pub(super) fn use_database(&mut self) {
        let words = crate::catalog::spelling::words(self.span.of(self.text), self.catalog.dialect);
        self.catalog.session.path = match words.as_slice() {
            // Which database it is that the script was sent to is not known, so this may be the same.
            [_, database] if self.catalog.get(&Key::new(Class::Schema, "", database)).is_some() => {
                Some(vec![Arc::from(database.as_str())])
            }
            _ => None,
        };
    }
}
