//! CREATE INDEX, and the parts that indexes and keys have.

use super::cursor::Reader;
use super::expression::Extent;
use crate::ast::{CreateIndex, Ident, IndexPart, Kind, Name};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind `CREATE [UNIQUE | FULLTEXT | SPATIAL] INDEX`.
    pub(super) fn create_index(
        &mut self,
        or_replace: bool,
        unique: bool,
        special: Option<Ident>,
    ) -> Option<Kind> {
        let concurrently = self.at("concurrently") && self.eat(&["concurrently"]);
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let name = if self.at("on") && !self.is(1, "on") { None } else { self.name() };
        let mut method = if self.eat(&["using"]) { self.ident() } else { None };
        if !self.eat(&["on"]) {
            return None;
        }
        let only = self.at("only") && self.is_ident(1) && self.eat(&["only"]);
        let mut index = empty_index(self.name()?);
        if self.eat(&["using"]) {
            method = self.ident();
        }
        index.or_replace = or_replace;
        index.name = name;
        index.unique = unique;
        index.special = special;
        index.concurrently = concurrently;
        index.if_not_exists = if_not_exists;
        index.only = only;
        index.method = method;
        index.parts = self.index_parts();
        while !self.done() {
            if self.eat(&["include"]) {
                index.include = self.idents_in_group();
            } else if self.eat(&["nulls", "not", "distinct"]) {
                index.nulls_not_distinct = true;
            } else if self.eat(&["nulls", "distinct"]) {
            } else if self.at("with") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                self.skip_group();
            } else if self.eat(&["tablespace"]) {
                self.ident();
            } else if self.eat(&["where"]) {
                index.predicate = Some(self.expression());
            } else if self.is_mysql() && self.at_any(&["algorithm", "lock"]) {
                let (algorithm, value) = self.algorithm_or_lock();
                if algorithm { index.algorithm = value } else { index.lock = value }
            } else if let Some(method) = self.index_option() {
                index.method = method.or(index.method);
            } else if self.is_mysql() && self.eat_any(&["wait", "nowait"]) {
                self.number();
            } else {
                break;
            }
        }
        Some(Kind::CreateIndex(index))
    }

    /// At `ALGORITHM [=] x` or `LOCK [=] x`: which of them, and the value in upper case.
    pub(super) fn algorithm_or_lock(&mut self) -> (bool, Option<String>) {
        let algorithm = self.at("algorithm");
        self.bump();
        self.eat_symbol("=");
        let value = self.word(0).to_ascii_uppercase();
        self.bump();
        (algorithm, (!value.is_empty()).then_some(value))
    }

    /// MySQL: what may follow the parts of an index; the method, when that is what it says.
    pub(super) fn index_option(&mut self) -> Option<Option<Ident>> {
        if !self.is_mysql() {
            return None;
        }
        if self.eat_any(&["using", "type"]) {
            return Some(self.ident());
        }
        if self.eat_any(&[
            "key_block_size",
            "comment",
            "engine_attribute",
            "secondary_engine_attribute",
            "clustering",
        ]) {
            self.eat_symbol("=");
            self.bump();
        } else if self.eat(&["with", "parser"]) {
            self.ident();
        } else if self.eat_any(&["visible", "invisible", "ignored"]) || self.eat(&["not", "ignored"]) {
        } else {
            return None;
        }
        Some(None)
    }

    /// `(column, (expression), …)`
    pub(super) fn index_parts(&mut self) -> Vec<IndexPart> {
        self.list(|reader| {
            let part = reader.index_part();
            // MariaDB: a period, which is not a column.
            let period = reader.eat(&["without", "overlaps"]) && reader.is_mysql();
            (!period).then_some(part)
        })
    }

    fn index_part(&mut self) -> IndexPart {
        let mut part =
            IndexPart { column: None, expression: None, length: None, descending: false, opclass: None };
        if self.is_plain_part() {
            part.column = self.ident();
            if self.is_mysql() && self.at_open() {
                let length = self.group(|reader| {
                    let length = reader.word(0).parse().ok();
                    reader.bump();
                    length
                });
                part.length = length.flatten();
            }
        } else {
            // COLLATE and what follows it belong to the part.
            part.expression =
                Some(if self.is_sqlite() { self.expression() } else { self.expression_of(Extent::Default) });
        }
        if self.eat(&["collate"]) {
            self.name();
        }
        if self.is_postgres()
            && self.is_ident(0)
            && !self.at_any(&["asc", "desc", "nulls", "with", "without"])
        {
            part.opclass = self.name();
            self.skip_group();
        }
        part.descending = self.at("desc");
        self.order_suffix();
        if self.is_postgres() && self.eat(&["with"]) {
            // The operator of an exclusion.
            if self.eat(&["operator"]) {
                self.skip_group();
            } else {
                self.bump();
            }
        }
        part
    }

    /// Whether the part is a column and not an expression.
    fn is_plain_part(&self) -> bool {
        let ident = self.is_ident(0) || (self.is_sqlite() && self.kind(0) == Some(TokenKind::String));
        ident
            && match self.kind(1) {
                None | Some(TokenKind::Comma) => true,
                Some(TokenKind::Open) => self.is_mysql() && self.kind(2) == Some(TokenKind::Number),
                Some(TokenKind::Word) => {
                    !self.is_sqlite() || self.is_any(1, &["collate", "asc", "desc", "nulls"])
                }
                Some(TokenKind::QuotedIdent) => true,
                _ => false,
            }
    }
}

/// The column by itself.
pub(super) fn plain_part(column: Ident) -> IndexPart {
    IndexPart { column: Some(column), expression: None, length: None, descending: false, opclass: None }
}

pub(super) fn empty_index(table: Name) -> CreateIndex {
    CreateIndex {
        name: None,
        table,
        parts: Vec::new(),
        include: Vec::new(),
        unique: false,
        or_replace: false,
        concurrently: false,
        if_not_exists: false,
        method: None,
        special: None,
        predicate: None,
        nulls_not_distinct: false,
        only: false,
        algorithm: None,
        lock: None,
    }
}
