//! From the tokens of a statement to what it means. It is tolerant: it reads the union of what the servers
//! accept, and that a statement is spelled right is checked elsewhere.
//!
//! It never fails and never panics, its work is linear in the length of the statement, and what is nested too
//! deep is not read. What it does not know is in [`Statement::unread`], or is [`Kind::Other`].

mod alter;
mod alter_table;
mod cursor;
mod dml;
mod drop;
mod expression;
mod index;
#[cfg(test)]
mod linear;
mod maintenance;
mod misread;
mod mysql_words;
mod other;
mod query;
mod routine;
mod session;
mod table;
mod trigger;
mod types;
mod view;

pub use self::misread::misread;

use self::cursor::Reader;
use crate::ast::{Kind, Opaque, Statement};
use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::syntax::TokenKind;

/// Reads one statement of `text`, as [`split`](crate::syntax::split()) found it.
#[must_use]
pub fn read(text: &str, statement: Span, dialect: Dialect) -> Statement {
    let mut reader = Reader::new(text, statement, dialect);
    let kind = reader.statement_kind();
    match kind {
        Some(kind) => {
            reader.unread_rest();
            Statement { span: statement, kind, unread: reader.into_unread() }
        }
        None => Statement { span: statement, kind: Kind::Other, unread: Vec::new() },
    }
}

impl Reader<'_> {
    /// A statement inside of another one. Where it ends the outer one goes on.
    fn nested_statement(&mut self) -> Statement {
        let start = self.position();
        let kind = self.deeper(Reader::statement_kind).flatten();
        if kind.is_none() {
            self.skip_rest();
        }
        Statement { span: self.span_from(start), kind: kind.unwrap_or(Kind::Other), unread: Vec::new() }
    }

    fn statement_kind(&mut self) -> Option<Kind> {
        if self.at_open() && self.is_query(self.lead()) {
            return self.query_statement();
        }
        let word = self.word(0).to_ascii_lowercase();
        match word.as_str() {
            "create" => {
                self.bump();
                self.create()
            }
            "alter" => {
                self.bump();
                self.alter_statement()
            }
            "drop" => {
                self.bump();
                if self.eat(&["prepare"]) {
                    return self.opaque(Opaque::Execute);
                }
                self.drop_statement()
            }
            "select" => {
                let start = self.position();
                if let Some(set) = self.set_config() {
                    return Some(Kind::Set(set));
                }
                self.restart(start);
                self.query_statement()
            }
            "values" | "with" => self.query_statement(),
            "table" if self.is_ident(1) => self.query_statement(),
            "insert" | "update" | "delete" | "merge" => self.dml(Vec::new()),
            "replace" if !self.is_postgres() => self.dml(Vec::new()),
            "truncate" => {
                self.bump();
                self.truncate()
            }
            "comment" if self.eat(&["comment", "on"]) => self.comment(),
            "grant" | "revoke" => {
                self.bump();
                self.grant()
            }
            "rename" if self.is_mysql() => {
                self.bump();
                self.rename_tables()
            }
            "set" => {
                self.bump();
                self.set_statement()
            }
            "reset" => {
                self.bump();
                self.reset_statement()
            }
            "pragma" if self.is_sqlite() => {
                self.bump();
                self.pragma()
            }
            "do" => self.opaque(Opaque::Do),
            "call" => self.opaque(Opaque::Call),
            "prepare" if !self.is(1, "transaction") => self.opaque(Opaque::Execute),
            "execute" | "deallocate" => self.opaque(Opaque::Execute),
            _ => {
                if let Some(kind) = self.transaction() {
                    return Some(kind);
                }
                // MariaDB: a compound statement outside of a routine.
                let compound = ["begin", "if", "case", "loop", "while", "repeat", "for"];
                if self.is_mysql()
                    && (self.at_any(&compound)
                        || self.is_symbol(1, ":") && self.kind(0) == Some(TokenKind::Word))
                {
                    return self.opaque(Opaque::Do);
                }
                self.maintenance()
            }
        }
    }

    fn opaque(&mut self, opaque: Opaque) -> Option<Kind> {
        self.skip_rest();
        Some(Kind::Opaque(opaque))
    }

    /// Behind RENAME.
    fn rename_tables(&mut self) -> Option<Kind> {
        if self.eat(&["user"]) {
            self.skip_rest();
            return Some(Kind::Maintenance(maintenance::of(crate::ast::Verb::Other)));
        }
        if !self.eat_any(&["table", "tables"]) {
            return None;
        }
        self.eat(&["if", "exists"]);
        let mut renames = Vec::new();
        loop {
            let from = self.name()?;
            if self.eat_any(&["wait", "nowait"]) {
                self.number();
            }
            if !self.eat(&["to"]) {
                return None;
            }
            renames.push((from, self.name()?));
            if !self.eat_comma() {
                return Some(Kind::RenameTables(renames));
            }
        }
    }
}
