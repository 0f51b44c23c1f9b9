//! CREATE TRIGGER. The body is not read.

use super::cursor::Reader;
use crate::ast::{CreateTrigger, Ident, Kind};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind TRIGGER.
    pub(super) fn create_trigger(&mut self, or_replace: bool) -> Option<Kind> {
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let name = self.name()?;
        if !self.eat(&["instead", "of"]) {
            self.eat_any(&["before", "after"]);
        }
        let columns = self.events();
        if !self.eat(&["on"]) {
            return None;
        }
        let mut trigger = CreateTrigger {
            name,
            table: self.name()?,
            or_replace,
            if_not_exists,
            columns,
            when: None,
            function: None,
            body: None,
        };
        while !self.done() {
            if self.eat(&["from"]) {
                // The other table of a constraint.
                self.name();
            } else if self.eat(&["not", "deferrable"]) || self.eat(&["deferrable"]) {
            } else if self.eat(&["initially"]) {
                self.bump();
            } else if self.eat(&["referencing"]) {
                while self.at_any(&["old", "new"]) {
                    self.bump();
                    self.eat(&["table"]);
                    self.eat(&["as"]);
                    self.ident();
                }
            } else if self.eat(&["for", "each"]) {
                self.bump();
            } else if self.eat(&["for"]) {
                self.eat_any(&["row", "statement"]);
            } else if self.eat(&["when"]) {
                trigger.when = Some(self.expression());
            } else if self.is_mysql() && self.at_any(&["follows", "precedes"]) {
                self.bump();
                self.name();
            } else if self.is_postgres() && self.eat(&["execute"]) {
                self.eat_any(&["function", "procedure"]);
                trigger.function = self.name();
                self.skip_group();
                break;
            } else if self.is_postgres() {
                break;
            } else {
                let start = self.position();
                self.skip_rest();
                trigger.body = Some(self.span_from(start));
            }
        }
        Some(Kind::CreateTrigger(trigger))
    }

    /// `INSERT OR UPDATE OF a, b`: the columns.
    fn events(&mut self) -> Vec<Ident> {
        let mut columns = Vec::new();
        loop {
            self.eat_any(&["insert", "update", "delete", "truncate"]);
            if self.eat(&["of"]) {
                loop {
                    columns.extend(self.ident());
                    if !self.eat_comma() {
                        break;
                    }
                }
            }
            let more = self.eat(&["or"])
                || (self.at_comma() && self.kind(1) == Some(TokenKind::Word) && self.eat_comma());
            if !more {
                return columns;
            }
        }
    }
}
