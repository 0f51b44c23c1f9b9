//! DROP of everything, and the words for kinds of objects.

use super::cursor::Reader;
use crate::ast::{Drop, Kind, Object, TypeName};

/// The words of each kind of object; longer ones before those that they begin with.
const OBJECTS: &[(&[&str], Object)] = &[
    (&["foreign", "data", "wrapper"], Object::Other),
    (&["foreign", "table"], Object::Table),
    (&["materialized", "view"], Object::MaterializedView),
    (&["event", "trigger"], Object::EventTrigger),
    (&["access", "method"], Object::Other),
    (&["text", "search", "configuration"], Object::Other),
    (&["text", "search", "dictionary"], Object::Other),
    (&["text", "search", "parser"], Object::Other),
    (&["text", "search", "template"], Object::Other),
    (&["operator", "class"], Object::Other),
    (&["operator", "family"], Object::Other),
    (&["procedural", "language"], Object::Other),
    (&["user", "mapping", "for"], Object::Other),
    (&["large", "object"], Object::Other),
    (&["resource", "group"], Object::Other),
    (&["logfile", "group"], Object::Other),
    (&["transform", "for"], Object::Other),
    (&["owned", "by"], Object::Other),
    (&["package", "body"], Object::Other),
    (&["table"], Object::Table),
    (&["tables"], Object::Table),
    (&["column"], Object::Column),
    (&["index"], Object::Index),
    (&["view"], Object::View),
    (&["sequence"], Object::Sequence),
    (&["type"], Object::Type),
    (&["domain"], Object::Domain),
    (&["function"], Object::Function),
    (&["routine"], Object::Function),
    (&["procedure"], Object::Procedure),
    (&["aggregate"], Object::Aggregate),
    (&["trigger"], Object::Trigger),
    (&["policy"], Object::Policy),
    (&["rule"], Object::Rule),
    (&["schema"], Object::Schema),
    (&["extension"], Object::Extension),
    (&["constraint"], Object::Constraint),
    (&["database"], Object::Database),
    (&["role"], Object::Role),
    (&["user"], Object::Role),
    (&["group"], Object::Role),
    (&["publication"], Object::Publication),
    (&["subscription"], Object::Subscription),
    (&["statistics"], Object::Statistics),
    (&["event"], Object::Event),
    (&["cast"], Object::Other),
    (&["collation"], Object::Other),
    (&["conversion"], Object::Other),
    (&["language"], Object::Other),
    (&["operator"], Object::Other),
    (&["package"], Object::Other),
    (&["server"], Object::Other),
    (&["tablespace"], Object::Other),
    (&["transform"], Object::Other),
];

impl Reader<'_> {
    /// The kind of object that is named here.
    pub(super) fn object(&mut self) -> Option<Object> {
        OBJECTS.iter().find(|(words, _)| self.eat(words)).map(|(_, object)| *object)
    }

    /// Behind DROP.
    pub(super) fn drop_statement(&mut self) -> Option<Kind> {
        self.eat_any(&["temporary"]);
        let object = self.object()?;
        let concurrently = self.at("concurrently") && self.eat(&["concurrently"]);
        let if_exists = self.eat(&["if", "exists"]);
        let mut drop = Drop {
            object,
            names: Vec::new(),
            arguments: Vec::new(),
            on: None,
            if_exists,
            cascade: false,
            concurrently,
        };
        if object == Object::Role && self.is_mysql() {
            // Users have hosts, and names that are strings.
            self.skip_rest();
            return Some(Kind::Drop(drop));
        }
        if object == Object::Other {
            // Casts, operators and others are named in ways of their own.
            drop.names.extend(self.name());
            self.skip_rest();
            return Some(Kind::Drop(drop));
        }
        while let Some(name) = self.name() {
            drop.names.push(name);
            drop.arguments.push(self.routine_arguments());
            if !self.eat_comma() {
                break;
            }
        }
        if self.eat(&["on"]) {
            drop.on = self.name();
        }
        drop.cascade = self.cascade();
        if self.is_mysql() {
            while self.at_any(&["algorithm", "lock"]) {
                self.algorithm_or_lock();
            }
            if self.eat_any(&["wait", "nowait"]) {
                self.number();
            }
        }
        if object == Object::Database {
            self.eat(&["with"]);
            self.skip_group();
        }
        if object == Object::Role {
            self.skip_rest();
        }
        if drop.names.is_empty() { None } else { Some(Kind::Drop(drop)) }
    }

    /// `(int, text)` behind the name of a routine.
    pub(super) fn routine_arguments(&mut self) -> Option<Vec<TypeName>> {
        if !self.at_open() {
            return None;
        }
        Some(self.list(|reader| {
            if reader.eat_symbol("*") {
                return None;
            }
            let out = reader.at("out") && reader.is_ident(1);
            let argument = reader.argument_type();
            if reader.eat(&["order", "by"]) {
                reader.skip_to_comma();
            }
            argument.filter(|_| !out)
        }))
    }
}
