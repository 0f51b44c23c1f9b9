//! Names of types, and CREATE TYPE, DOMAIN and SEQUENCE.

use super::cursor::Reader;
use super::table::Pending;
use crate::ast::{
    Column, Constraint, ConstraintKind, CreateDomain, CreateSequence, CreateType, Ident, Kind, Name,
    TypeBody, TypeName,
};
use crate::syntax::TokenKind;

/// Words that begin a clause of a column, so that they are no part of a type in SQLite.
const COLUMN_CLAUSES: &[&str] = &[
    "constraint",
    "primary",
    "not",
    "null",
    "unique",
    "check",
    "default",
    "collate",
    "references",
    "generated",
    "as",
    "on",
    "deferrable",
    "initially",
    "autoincrement",
];

impl Reader<'_> {
    /// A type, as far as it can be one.
    pub(super) fn type_name(&mut self) -> Option<TypeName> {
        let start = self.position();
        self.eat(&["setof"]);
        let mut type_name = if self.is_sqlite() { self.sqlite_type()? } else { self.server_type()? };
        type_name.span = self.span_from(start);
        Some(type_name)
    }

    fn sqlite_type(&mut self) -> Option<TypeName> {
        let mut words: Vec<String> = Vec::new();
        while !self.at_any(COLUMN_CLAUSES)
            && (self.is_ident(0) || (self.kind(0) == Some(TokenKind::String) && words.is_empty()))
        {
            let Some(ident) = self.ident() else { break };
            words.push(if ident.quoted { ident.text } else { ident.text.to_ascii_lowercase() });
        }
        if words.is_empty() {
            return None;
        }
        let arguments = self.type_arguments();
        Some(TypeName {
            name: words.join(" "),
            schema: None,
            arguments,
            dimensions: 0,
            span: self.span_from(0),
        })
    }

    fn server_type(&mut self) -> Option<TypeName> {
        let name = self.name()?;
        let schema = name.qualifiers.last().cloned();
        let quoted = name.last.quoted;
        let mut text = if quoted { name.last.text } else { name.last.text.to_ascii_lowercase() };
        let mut arguments = Vec::new();
        let mut more = |reader: &mut Self, words: &[&str]| {
            let here = reader.eat(words);
            if here {
                for word in words {
                    text.push(' ');
                    text.push_str(word);
                }
            }
            here
        };
        if !quoted {
            let first = self.word_before();
            match first.as_str() {
                "double" => {
                    more(self, &["precision"]);
                }
                "national" => {
                    let _ = more(self, &["character"]) || more(self, &["char"]) || more(self, &["varchar"]);
                    more(self, &["varying"]);
                }
                "character" | "char" | "nchar" | "bit" => {
                    more(self, &["varying"]);
                }
                "long" => {
                    let _ = more(self, &["varchar"]) || more(self, &["varbinary"]);
                }
                "interval" if self.is_postgres() => self.interval_fields(),
                _ => {}
            }
            arguments = self.type_arguments();
            match first.as_str() {
                "time" | "timestamp" if self.is_postgres() => {
                    let _ = more(self, &["with", "time", "zone"]) || more(self, &["without", "time", "zone"]);
                }
                "interval" if self.is_postgres() && arguments.is_empty() => arguments = self.type_arguments(),
                "signed" | "unsigned" if self.is_mysql() => {
                    let _ = more(self, &["integer"]) || more(self, &["int"]);
                }
                _ => {}
            }
            if self.is_mysql() {
                while more(self, &["unsigned"]) || more(self, &["signed"]) || more(self, &["zerofill"]) {}
            }
        } else if self.is_postgres() && text == "char" {
            // In quotes it is another type, of one byte, and the server shows it in quotes as well.
            text = "\"char\"".to_owned();
        } else if self.at_open() {
            arguments = self.type_arguments();
        }
        if self.is_postgres() && self.at_symbol("%") && self.is(1, "type") {
            self.bump();
            self.bump();
            text.push_str("%type");
        }
        let dimensions = self.dimensions();
        Some(TypeName { name: text, schema, arguments, dimensions, span: self.span_from(0) })
    }

    /// The word that was just read, in lower case.
    fn word_before(&self) -> String {
        let position = self.position();
        self.text_from(position.saturating_sub(1)).to_ascii_lowercase()
    }

    fn interval_fields(&mut self) {
        let fields = &["year", "month", "day", "hour", "minute", "second"];
        if self.at_any(fields) {
            self.bump();
            if self.at("to") && self.is_any(1, fields) {
                self.bump();
                self.bump();
            }
        }
    }

    fn type_arguments(&mut self) -> Vec<String> {
        if !self.at_open() {
            return Vec::new();
        }
        self.list(|reader| {
            let start = reader.position();
            reader.skip_to_comma();
            Some(reader.text_from(start).to_owned())
        })
    }

    fn dimensions(&mut self) -> u32 {
        let mut dimensions: u32 = 0;
        if !self.is_postgres() {
            return 0;
        }
        if self.eat(&["array"]) {
            dimensions = 1;
            self.skip_group();
        }
        while self.at_symbol("[")
            && (self.is_symbol(1, "]") || (self.kind(1) == Some(TokenKind::Number) && self.is_symbol(2, "]")))
        {
            self.skip_group();
            dimensions = dimensions.saturating_add(1);
        }
        dimensions
    }

    // CREATE TYPE and others.

    pub(super) fn create_type(&mut self) -> Option<Kind> {
        let name = self.name()?;
        let body = if self.eat(&["as", "enum"]) {
            TypeBody::Enum(self.list(Reader::string))
        } else if self.at("as") && self.kind(1) == Some(TokenKind::Open) {
            self.bump();
            TypeBody::Composite(self.list(Reader::column))
        } else {
            let _ = self.eat(&["as", "range"]);
            self.skip_group();
            TypeBody::Other
        };
        Some(Kind::CreateType(CreateType { name, body }))
    }

    pub(super) fn create_domain(&mut self) -> Option<Kind> {
        let name = self.name()?;
        self.eat(&["as"]);
        let base = self.type_name()?;
        let mut column = Column {
            name: name.last.clone(),
            type_name: None,
            not_null: false,
            null: false,
            default: None,
            generated: None,
            collation: None,
            auto_increment: false,
            on_update: None,
            position: None,
            constraints: Vec::new(),
            span: base.span,
        };
        self.column_clauses(&mut column, &mut Pending::default());
        let mut checks = column.constraints;
        checks.retain(|constraint| matches!(constraint.kind, ConstraintKind::Check(_)));
        for check in &mut checks {
            without_value(check);
        }
        Some(Kind::CreateDomain(CreateDomain {
            name,
            base,
            not_null: column.not_null,
            default: column.default,
            checks,
        }))
    }

    pub(super) fn create_sequence(&mut self, temporary: bool) -> Option<Kind> {
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let name = self.name()?;
        let owned_by = self.sequence_options();
        Some(Kind::CreateSequence(CreateSequence { name, if_not_exists, owned_by, temporary }))
    }

    /// What follows the name of a sequence; who owns it.
    pub(super) fn sequence_options(&mut self) -> Option<(Name, Ident)> {
        let mut owned_by = None;
        while !self.done() {
            if self.eat(&["owned", "by"]) {
                owned_by = self.name().and_then(table_and_column);
            } else if self.eat(&["as"]) {
                self.type_name();
            } else if self.eat_any(&[
                "increment",
                "by",
                "minvalue",
                "maxvalue",
                "no",
                "start",
                "with",
                "cache",
                "cycle",
                "restart",
                "order",
                "noorder",
                "nocache",
                "nocycle",
                "nominvalue",
                "nomaxvalue",
                "set",
                "logged",
                "unlogged",
            ]) {
                self.eat_symbol("=");
            } else if self.eat_any(&["engine", "comment"]) {
                self.eat_symbol("=");
                self.bump();
            } else if self.kind(0) == Some(TokenKind::Number) || self.at_symbol("-") || self.at_symbol("+") {
                self.bump();
            } else if self.eat(&["sequence", "name"]) {
                self.name();
            } else {
                break;
            }
        }
        owned_by
    }
}

/// Takes VALUE out of the columns of a check of a domain, where it is a word and no column.
pub(super) fn without_value(check: &mut Constraint) {
    if let ConstraintKind::Check(expression) = &mut check.kind {
        expression.columns.retain(|column| {
            !column.qualifiers.is_empty() || column.column.quoted || column.column.text != "value"
        });
    }
}

/// `table.column` and `schema.table.column`, taken apart. `NONE` is neither.
pub(super) fn table_and_column(name: Name) -> Option<(Name, Ident)> {
    let Name { mut qualifiers, last } = name;
    let table = qualifiers.pop()?;
    Some((Name { qualifiers, last: table }, last))
}
