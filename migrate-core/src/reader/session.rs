//! SET, RESET, transactions and PRAGMA.

use super::cursor::Reader;
use crate::ast::{Kind, Set, Transaction};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind SET.
    pub(super) fn set_statement(&mut self) -> Option<Kind> {
        if self.at("transaction")
            || self.at_all(&["session", "characteristics"])
            || self.is_transaction_of_scope()
        {
            self.skip_rest();
            return Some(Kind::Transaction(Transaction::SetTransaction));
        }
        // MariaDB: SET STATEMENT x = y FOR a statement.
        if self.is_mysql() && self.eat(&["statement"]) {
            self.skip_to(&["for"]);
            self.bump();
            return self.deeper(Reader::statement_kind).flatten();
        }
        let mut settings = Vec::new();
        while let Some(set) = self.setting() {
            settings.push(set);
            if !self.is_mysql() || !self.eat_comma() {
                break;
            }
        }
        let mut settings = settings.into_iter();
        let mut first = settings.next()?;
        first.more = settings.collect();
        Some(Kind::Set(first))
    }

    fn is_transaction_of_scope(&self) -> bool {
        self.at_any(&["session", "global", "local"]) && self.is(1, "transaction")
    }

    fn setting(&mut self) -> Option<Set> {
        let mut local = false;
        if self.at_any(&["session", "local", "global", "persist", "persist_only"])
            && !self.is_symbol(1, "=")
            && !self.is_any(1, &["to", "authorization"])
        {
            local = self.at("local");
            self.bump();
        }
        let name = if self.eat(&["time", "zone"]) {
            "timezone".to_owned()
        } else if self.eat(&["session", "authorization"]) {
            "session_authorization".to_owned()
        } else if self.eat(&["character", "set"]) || self.eat(&["charset"]) {
            "character set".to_owned()
        } else if self.kind(0) == Some(TokenKind::Variable) {
            let name = self.word(0).to_ascii_lowercase();
            self.bump();
            name
        } else {
            let name = self.name()?;
            let mut parts: Vec<String> = name.qualifiers.into_iter().map(|part| part.text).collect();
            parts.push(name.last.text);
            parts.join(".").to_ascii_lowercase()
        };
        let _ = self.eat(&["to"]) || self.eat_symbol("=") || self.eat_symbol(":=");
        let start = self.position();
        if self.is_mysql() {
            self.skip_to_comma()
        } else {
            self.skip_rest()
        }
        let value = if self.position() > start { self.text_from(start).to_owned() } else { String::new() };
        Some(Set { name, value, local, more: Vec::new() })
    }

    /// Behind RESET.
    pub(super) fn reset_statement(&mut self) -> Option<Kind> {
        let name = if self.eat(&["time", "zone"]) {
            "timezone".to_owned()
        } else if self.eat(&["session", "authorization"]) {
            "session_authorization".to_owned()
        } else {
            let start = self.position();
            self.skip_rest();
            self.text_from(start).to_ascii_lowercase()
        };
        Some(Kind::Set(Set { name, value: "DEFAULT".to_owned(), local: false, more: Vec::new() }))
    }

    /// `SELECT set_config('search_path', '', false)`, which is a SET.
    pub(super) fn set_config(&mut self) -> Option<Set> {
        self.eat(&["select"]);
        if self.at("pg_catalog") && self.is_symbol(1, ".") {
            self.bump();
            self.bump();
        }
        if !self.at("set_config") {
            return None;
        }
        self.bump();
        let set = self.group(|reader| {
            let name = reader.string()?.0;
            reader.eat_comma();
            let start = reader.position();
            reader.skip_to_comma();
            let value = reader.text_from(start).to_owned();
            reader.eat_comma();
            let local = reader.at("true");
            reader.bump();
            Some(Set { name: name.to_ascii_lowercase(), value, local, more: Vec::new() })
        });
        set.flatten().filter(|_| self.done())
    }

    /// A statement about the transaction, if this is one.
    pub(super) fn transaction(&mut self) -> Option<Kind> {
        let kind = if self.eat(&["prepare", "transaction"]) {
            Transaction::Prepare
        } else if self.eat(&["start", "transaction"]) {
            Transaction::Begin
        } else if self.at("begin") {
            // MariaDB: a block outside of a routine.
            if self.is_mysql() && !self.is(1, "work") && self.kind(1).is_some() {
                return None;
            }
            Transaction::Begin
        } else if self.eat(&["savepoint"]) {
            Transaction::Savepoint
        } else if self.eat(&["release"]) {
            Transaction::Release
        } else if self.eat_any(&["rollback", "abort"]) {
            self.eat_any(&["work", "transaction"]);
            if self.eat(&["to"]) { Transaction::RollbackTo } else { Transaction::Rollback }
        } else if self.eat_any(&["commit", "end"]) {
            Transaction::Commit
        } else if self.is_mysql() && self.eat(&["xa"]) {
            match self.word(0).to_ascii_lowercase().as_str() {
                "start" | "begin" => Transaction::Begin,
                "commit" => Transaction::Commit,
                "rollback" => Transaction::Rollback,
                _ => Transaction::Prepare,
            }
        } else {
            return None;
        };
        self.skip_rest();
        Some(Kind::Transaction(kind))
    }

    /// Behind PRAGMA.
    pub(super) fn pragma(&mut self) -> Option<Kind> {
        let name = self.name()?.last;
        let value = if self.eat_symbol("=") {
            let start = self.position();
            self.skip_rest();
            Some(self.text_from(start).to_owned())
        } else {
            self.group(|reader| {
                let start = reader.position();
                reader.skip_rest();
                reader.text_from(start).to_owned()
            })
        };
        Some(Kind::Pragma { name, value })
    }
}
