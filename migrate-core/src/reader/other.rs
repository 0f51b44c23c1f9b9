//! CREATE of everything that has no file of its own, COMMENT and GRANT.

use super::cursor::Reader;
use super::table::Beginning;
use super::types::table_and_column;
use crate::ast::{Expression, Kind, Name, Object, Statement};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind CREATE.
    pub(super) fn create(&mut self) -> Option<Kind> {
        let or_replace = self.eat(&["or", "replace"]);
        self.view_prefix();
        let mut temporary = self.eat_any(&["global", "local"]);
        temporary = self.eat_any(&["temp", "temporary"]) || temporary;
        let unlogged = self.eat(&["unlogged"]);
        if self.eat(&["table"]) || self.eat(&["foreign", "table"]) {
            return self.create_table(&Beginning { or_replace, temporary, unlogged });
        }
        if self.eat(&["virtual", "table"]) {
            return self.create_virtual_table();
        }
        let unique = self.eat(&["unique"]);
        let special =
            if self.at_any(&["fulltext", "spatial"]) && self.is(1, "index") { self.ident() } else { None };
        self.eat_any(&["online", "offline"]);
        if self.eat(&["index"]) {
            return self.create_index(or_replace, unique, special);
        }
        if self.eat(&["materialized", "view"]) {
            return self.create_view(or_replace, temporary, true);
        }
        if self.eat(&["recursive", "view"]) {
            return self.create_recursive_view(or_replace, temporary);
        }
        if self.eat(&["view"]) {
            return self.create_view(or_replace, temporary, false);
        }
        if self.eat(&["sequence"]) {
            return self.create_sequence(temporary);
        }
        if self.eat(&["type"]) {
            return self.create_type();
        }
        if self.eat(&["domain"]) {
            return self.create_domain();
        }
        if self.is_mysql() {
            self.eat(&["aggregate"]);
        }
        if self.at_any(&["function", "procedure"]) {
            let procedure = self.at("procedure");
            self.bump();
            return self.create_routine(or_replace, procedure);
        }
        if self.eat(&["trigger"]) || self.eat(&["constraint", "trigger"]) {
            return self.create_trigger(or_replace);
        }
        self.create_other(or_replace)
    }

    /// MySQL: `ALGORITHM = x DEFINER = user SQL SECURITY x` before VIEW, and DEFINER before routines.
    pub(super) fn view_prefix(&mut self) {
        if !self.is_mysql() {
            return;
        }
        loop {
            if self.eat(&["algorithm"]) {
                self.eat_symbol("=");
                self.bump();
            } else if self.eat(&["sql", "security"]) {
                self.bump();
            } else if self.eat(&["definer"]) {
                self.eat_symbol("=");
                self.user();
            } else {
                return;
            }
        }
    }

    /// `'root'@'localhost'`, `CURRENT_USER()`
    pub(super) fn user(&mut self) {
        self.bump();
        if self.at_open() {
            self.skip_group();
        }
        if self.kind(0) == Some(TokenKind::Variable) || self.eat_symbol("@") {
            self.bump();
        }
    }

    fn create_other(&mut self, or_replace: bool) -> Option<Kind> {
        self.eat(&["trusted"]);
        self.eat(&["default"]);
        if self.at("procedural") {
            self.bump();
        }
        let object = self.object()?;
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let (mut on, mut elements, mut expressions) = (None, Vec::new(), Vec::new());
        let mut name = None;
        match object {
            Object::Schema => {
                if !self.at("authorization") {
                    name = self.name();
                }
                if self.eat(&["authorization"]) {
                    // Without a name the schema is called as its owner.
                    let owner = self.ident();
                    name = name.or_else(|| owner.map(|last| Name { qualifiers: Vec::new(), last }));
                }
                elements = self.schema_elements();
            }
            Object::Policy | Object::Rule | Object::EventTrigger => {
                name = self.name();
                on = self.rule_table(object);
                if object == Object::Policy {
                    expressions = self.policy();
                }
            }
            Object::Statistics => {
                if !self.at("on") {
                    name = self.name();
                }
                self.skip_to(&["on"]);
                self.eat(&["on"]);
                let mut columns = Expression::default();
                self.expression_list(&mut columns);
                expressions.push(columns);
                if self.eat(&["from"]) {
                    on = self.name();
                }
            }
            Object::Other => name = self.name(),
            _ => {
                name = self.name();
                if object == Object::Role && self.is_mysql() && self.kind(0) == Some(TokenKind::Variable) {
                    self.bump();
                }
            }
        }
        // What these say further is nothing that is kept.
        self.skip_rest();
        Some(Kind::CreateOther { object, name, on, if_not_exists, or_replace, elements, expressions })
    }

    fn rule_table(&mut self, object: Object) -> Option<Name> {
        match object {
            Object::Policy => self.eat(&["on"]),
            Object::Rule => {
                self.skip_to(&["to"]);
                self.eat(&["to"])
            }
            _ => false,
        }
        .then(|| self.name())
        .flatten()
    }

    /// The conditions of a policy.
    pub(super) fn policy(&mut self) -> Vec<Expression> {
        let mut expressions = Vec::new();
        while !self.done() {
            self.skip_to(&["using", "with"]);
            if self.eat(&["using"]) || self.eat(&["with", "check"]) {
                let expression = self.expression_in_group();
                expressions.push(expression);
            } else {
                self.bump();
            }
        }
        expressions
    }

    /// The statements in a CREATE SCHEMA, which have nothing between them.
    fn schema_elements(&mut self) -> Vec<Statement> {
        let mut elements = Vec::new();
        while !self.is_mysql() && self.at_any(&["create", "grant"]) {
            // Both words are reserved, so that a query cannot go on with them.
            elements.push(self.up_to(&["create", "grant"], Reader::nested_statement));
        }
        elements
    }

    /// Behind COMMENT ON.
    pub(super) fn comment(&mut self) -> Option<Kind> {
        let object = self.object()?;
        let (mut column, mut on) = (None, None);
        let mut name = self.name();
        if object == Object::Column
            && let Some((table, last)) = name.clone().and_then(table_and_column)
        {
            name = Some(table);
            column = Some(last);
        }
        self.skip_group();
        if self.eat(&["on"]) {
            self.eat(&["domain"]);
            on = self.name();
        }
        // Operators and casts have names of their own kind.
        if object == Object::Other {
            self.skip_rest();
        }
        if self.eat(&["is"]) {
            self.bump();
            while self.kind(0) == Some(TokenKind::String) {
                self.bump();
            }
        }
        Some(Kind::Comment { object, name, column, on })
    }

    /// Behind GRANT or REVOKE.
    pub(super) fn grant(&mut self) -> Option<Kind> {
        let mut tables = Vec::new();
        self.skip_to(&["on", "to", "from"]);
        if self.eat(&["on"]) {
            let table = self.eat(&["table"]);
            let named = self.is_symbol(1, ".") || !self.is_ident(1) || self.is_any(1, &["to", "from"]);
            let everything = self.at_symbol("*") || self.at("all");
            if (table || named) && !everything {
                tables = self.granted();
            }
        }
        self.skip_rest();
        Some(Kind::Grant { tables })
    }

    fn granted(&mut self) -> Vec<Name> {
        let mut tables = Vec::new();
        loop {
            let name = self.name();
            // MySQL: database.*
            if self.at_symbol(".") {
                return tables;
            }
            tables.extend(name);
            if !self.eat_comma() {
                return tables;
            }
        }
    }
}
