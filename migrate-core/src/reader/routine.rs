//! CREATE FUNCTION and CREATE PROCEDURE: their identity, what they give, and where their body is. The body is
//! not read.

use super::cursor::Reader;
use crate::ast::{CreateRoutine, Kind, TypeName};
use crate::migrations::Span;
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind FUNCTION or PROCEDURE.
    pub(super) fn create_routine(&mut self, or_replace: bool, procedure: bool) -> Option<Kind> {
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let mut routine = CreateRoutine {
            name: self.name()?,
            procedure,
            or_replace,
            if_not_exists,
            arguments: Vec::new(),
            parameters: Vec::new(),
            defaults: 0,
            returns: None,
            returns_set: false,
            language: None,
            body: None,
        };
        if self.at_open() {
            let start = self.position();
            if self.is_mysql() {
                routine.parameters = self.list(Reader::parameter_name);
                self.restart(start);
            }
            (routine.arguments, routine.defaults) = self.arguments_of_routine();
        }
        while !self.done() {
            if !self.routine_clause(&mut routine) {
                if !self.is_mysql() {
                    break;
                }
                routine.body = Some(self.rest());
            }
        }
        Some(Kind::CreateRoutine(routine))
    }

    /// Everything that is left.
    fn rest(&mut self) -> Span {
        let start = self.position();
        self.skip_rest();
        self.span_from(start)
    }

    /// `([mode] [name] type [DEFAULT value], …)`: the types that are given by the caller, and how many of
    /// them may be left out.
    fn arguments_of_routine(&mut self) -> (Vec<TypeName>, usize) {
        let mut defaults = 0;
        let arguments = self.list(|reader| {
            let out = reader.at("out") && reader.is_ident(1);
            let argument = reader.argument_type();
            let default = reader.eat(&["default"]) || reader.eat_symbol("=") || reader.eat_symbol(":=");
            if default {
                reader.expression();
                defaults += 1;
            }
            argument.filter(|_| !out)
        });
        (arguments, defaults)
    }

    /// Where every parameter has a name, perhaps behind a mode.
    fn parameter_name(&mut self) -> Option<String> {
        if self.at_any(&["in", "out", "inout"]) && self.is_ident(1) && self.is_ident(2) {
            self.bump();
        }
        let name = self.ident();
        self.skip_to_comma();
        name.map(|name| name.text)
    }

    /// The type of an argument that may have a mode and a name before it.
    pub(super) fn argument_type(&mut self) -> Option<TypeName> {
        if self.at_any(&["in", "out", "inout", "variadic"]) && self.is_ident(1) {
            self.bump();
            if self.at("out") && self.is_ident(1) {
                self.bump();
            }
        }
        // PostgreSQL allows the mode behind the name.
        if self.is_ident(0) && self.is_any(1, &["in", "out", "inout", "variadic"]) && self.is_ident(2) {
            self.bump();
            self.bump();
        } else if self.is_ident(0)
            && self.is_ident(1)
            && !self.is_any(1, &["default", "order"])
            && !self.is_long_type()
        {
            self.bump();
        }
        let type_name = self.type_name();
        // MySQL: the character set of an argument.
        if self.is_mysql() {
            self.character_set();
        }
        type_name
    }

    fn character_set(&mut self) {
        if self.eat(&["character", "set"]) || self.eat(&["charset"]) {
            self.bump();
        }
        if self.eat(&["collate"]) {
            self.bump();
        }
    }

    /// At two words that are a type by themselves.
    fn is_long_type(&self) -> bool {
        (self.at("double") && self.is(1, "precision"))
            || (self.at_any(&["character", "char", "bit", "nchar"]) && self.is(1, "varying"))
            || (self.at("national") && self.is_any(1, &["character", "char", "varchar"]))
            || (self.at_any(&["time", "timestamp"]) && self.is_any(1, &["with", "without"]))
            || (self.at("interval")
                && self.is_any(1, &["year", "month", "day", "hour", "minute", "second"])
                && self.kind(2) != Some(TokenKind::Open))
            || self.at("setof")
            || (self.is_mysql() && self.is_any(1, &["unsigned", "signed", "zerofill", "charset"]))
    }

    fn routine_clause(&mut self, routine: &mut CreateRoutine) -> bool {
        if self.eat(&["returns", "table"]) {
            routine.returns_set = true;
            self.list(|reader| {
                reader.ident();
                reader.type_name()
            });
        } else if self.eat(&["returns", "null", "on", "null", "input"]) {
        } else if self.eat(&["returns"]) {
            routine.returns_set = self.at("setof");
            routine.returns = self.type_name();
            if self.is_mysql() {
                self.character_set();
                if self.eat(&["soname"]) {
                    self.bump();
                }
            }
        } else if self.eat(&["language"]) {
            routine.language = match self.string() {
                Some((language, _)) => Some(language.to_ascii_lowercase()),
                None => self.ident().map(|language| language.text.to_ascii_lowercase()),
            };
        } else if self.at("as") && self.kind(1) == Some(TokenKind::String) {
            self.bump();
            routine.body = self.string_inside();
            if self.eat_comma() {
                self.bump();
            }
        } else if self.is_postgres() && self.at_all(&["begin", "atomic"])
            || self.is_postgres() && self.at("return")
        {
            routine.body = Some(self.rest());
        } else {
            return self.characteristic();
        }
        true
    }

    /// What says how a routine behaves, and changes nothing that is kept.
    fn characteristic(&mut self) -> bool {
        if self.is_mysql() {
            if self.eat(&["comment"]) {
                self.bump();
                return true;
            }
            return self.eat(&["deterministic"])
                || self.eat(&["not", "deterministic"])
                || self.eat(&["contains", "sql"])
                || self.eat(&["no", "sql"])
                || self.eat(&["reads", "sql", "data"])
                || self.eat(&["modifies", "sql", "data"])
                || self.eat(&["sql", "security", "definer"])
                || self.eat(&["sql", "security", "invoker"]);
        }
        if self.eat(&["set"]) {
            self.name();
            if self.eat(&["from", "current"]) {
                return true;
            }
            let _ = self.eat(&["to"]) || self.eat_symbol("=");
            self.eat_symbol("-");
            self.bump();
            while self.eat_comma() {
                self.bump();
            }
            return true;
        }
        if self.eat_any(&["cost", "rows", "parallel"]) {
            self.bump();
            return true;
        }
        if self.eat(&["support"]) {
            self.name();
            return true;
        }
        if self.eat(&["transform"]) {
            while self.eat(&["for", "type"]) {
                self.type_name();
                self.eat_comma();
            }
            return true;
        }
        if self.at("with") && self.kind(1) == Some(TokenKind::Open) {
            self.bump();
            self.skip_group();
            return true;
        }
        self.eat_any(&["immutable", "stable", "volatile", "strict", "leakproof", "window"])
            || self.eat(&["not", "leakproof"])
            || self.eat(&["called", "on", "null", "input"])
            || self.eat(&["security", "definer"])
            || self.eat(&["security", "invoker"])
            || self.eat(&["external", "security", "definer"])
            || self.eat(&["external", "security", "invoker"])
    }
}
