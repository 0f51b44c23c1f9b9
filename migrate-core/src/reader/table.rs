//! CREATE TABLE: columns, constraints and what follows them, in the union of all dialects.

use super::cursor::Reader;
use super::expression::Extent;
use crate::ast::{
    Column, Constraint, ConstraintKind, CreateIndex, CreateTable, Expression, Generated, Ident, Kind, Name,
    Query, Reference,
};
use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::syntax::TokenKind;

/// The name that CONSTRAINT gave to the constraint that follows.
#[derive(Default)]
pub(super) struct Pending {
    name: Option<Ident>,
    start: Option<usize>,
}

/// Options of tables that MySQL and MariaDB write as `NAME = value`, often without the sign.
const OPTIONS: &[&str] = &[
    "aria",
    "auto_increment",
    "autoextend_size",
    "avg_row_length",
    "charset",
    "checksum",
    "collate",
    "comment",
    "compression",
    "connection",
    "delay_key_write",
    "encrypted",
    "encryption",
    "encryption_key_id",
    "engine",
    "engine_attribute",
    "ietf_quotes",
    "insert_method",
    "itef_quotes",
    "key_block_size",
    "max_rows",
    "min_rows",
    "pack_keys",
    "page_checksum",
    "page_compressed",
    "page_compression_level",
    "password",
    "row_format",
    "secondary_engine",
    "secondary_engine_attribute",
    "sequence",
    "stats_auto_recalc",
    "stats_persistent",
    "stats_sample_pages",
    "table_checksum",
    "tablespace",
    "transactional",
    "type",
    "union",
    "withsystemversioning",
];

pub(super) struct Beginning {
    pub(super) or_replace: bool,
    pub(super) temporary: bool,
    pub(super) unlogged: bool,
}

impl Reader<'_> {
    pub(super) fn create_table(&mut self, beginning: &Beginning) -> Option<Kind> {
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let mut table = empty_table(self.name()?);
        table.or_replace = beginning.or_replace;
        table.temporary = beginning.temporary;
        table.unlogged = beginning.unlogged;
        table.if_not_exists = if_not_exists;
        if self.eat(&["partition", "of"]) {
            table.partition_of = self.name();
        } else if self.is_postgres() && self.eat(&["of"]) {
            table.of_type = self.name();
        } else if self.at("like") {
            self.like(&mut table);
        }
        if self.at_open() {
            if self.is_query(self.lead()) {
                table.query = self.group(Reader::query);
            } else {
                self.elements(&mut table);
            }
        }
        self.table_tail(&mut table);
        Some(Kind::CreateTable(table))
    }

    pub(super) fn create_virtual_table(&mut self) -> Option<Kind> {
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let mut table = empty_table(self.name()?);
        table.if_not_exists = if_not_exists;
        if self.eat(&["using"]) {
            table.module = self.ident();
            // Every module reads its arguments in its own way.
            self.skip_group();
        }
        Some(Kind::CreateTable(table))
    }

    fn like(&mut self, table: &mut CreateTable) {
        self.eat(&["like"]);
        let Some(name) = self.name() else { return };
        let start = self.position();
        while self.eat_any(&["including", "excluding"]) {
            self.bump();
        }
        let copied = if self.position() > start { self.text_from(start).to_owned() } else { String::new() };
        table.like.push((name, copied));
    }

    fn elements(&mut self, table: &mut CreateTable) {
        self.group(|reader| {
            while !reader.done() {
                reader.element(table);
                // SQLite needs no comma between two constraints.
                if !reader.at_comma() && reader.is_table_constraint() {
                    continue;
                }
                reader.unread_to_comma();
                reader.eat_comma();
            }
        });
    }

    fn element(&mut self, table: &mut CreateTable) {
        if self.at("like") {
            self.like(table);
        } else if self.at_all(&["period", "for"]) {
            self.eat(&["period", "for"]);
            self.ident();
            self.skip_group();
        } else if self.is_table_index() {
            table.indexes.extend(self.table_index(&table.name));
        } else if self.is_table_constraint() {
            table.constraints.extend(self.table_constraint());
        } else {
            table.columns.extend(self.column());
        }
    }

    /// MySQL: KEY, INDEX, FULLTEXT, SPATIAL in a table or behind ADD.
    pub(super) fn is_table_index(&self) -> bool {
        self.is_mysql()
            && self.at_any(&["key", "index", "fulltext", "spatial"])
            && (self.is_ident(1) || self.kind(1) == Some(TokenKind::Open))
    }

    pub(super) fn is_table_constraint(&self) -> bool {
        self.at("constraint")
            || self.at_all(&["primary", "key"])
            || self.at_all(&["foreign", "key"])
            || (self.at("check") && self.kind(1) == Some(TokenKind::Open))
            || (self.at("unique")
                && (self.kind(1) == Some(TokenKind::Open)
                    || self.is_any(1, &["nulls", "using"])
                    || (self.is_mysql() && self.is_ident(1))))
            || (self.at("exclude") && (self.is(1, "using") || self.kind(1) == Some(TokenKind::Open)))
    }

    pub(super) fn table_constraint(&mut self) -> Option<Constraint> {
        let start = self.position();
        let mut name = None;
        if self.eat(&["constraint"])
            && !((self.is_mysql() && self.at_any(&["check", "unique"]))
                || self.at_all(&["primary", "key"])
                || self.at_all(&["foreign", "key"])
                || (self.at_any(&["check", "unique"]) && self.kind(1) == Some(TokenKind::Open)))
        {
            self.eat(&["if", "not", "exists"]);
            name = self.ident();
        }
        let mut include = Vec::new();
        let mut predicate = None;
        let kind = if self.eat(&["primary", "key"]) {
            if self.eat(&["using", "index"]) {
                ConstraintKind::PrimaryKey { columns: Vec::new(), using_index: self.ident() }
            } else {
                // MySQL ignores a name here.
                self.constraint_index_name();
                ConstraintKind::PrimaryKey { columns: self.index_parts(), using_index: None }
            }
        } else if self.eat(&["unique"]) {
            if self.eat(&["using", "index"]) {
                ConstraintKind::Unique {
                    columns: Vec::new(),
                    using_index: self.ident(),
                    nulls_not_distinct: false,
                }
            } else {
                if self.is_mysql() {
                    self.eat_any(&["key", "index"]);
                    self.eat(&["if", "not", "exists"]);
                }
                let nulls_not_distinct = self.eat(&["nulls", "not", "distinct"]);
                self.eat(&["nulls", "distinct"]);
                // MySQL: the name of the index is the name that counts.
                name = self.constraint_index_name().or(name);
                ConstraintKind::Unique { columns: self.index_parts(), using_index: None, nulls_not_distinct }
            }
        } else if self.eat(&["foreign", "key"]) {
            self.eat(&["if", "not", "exists"]);
            let index = if self.at_open() { None } else { self.ident() };
            let columns = self.key_columns();
            if !self.eat(&["references"]) {
                return None;
            }
            ConstraintKind::ForeignKey { columns, reference: self.reference()?, index }
        } else if self.eat(&["check"]) {
            ConstraintKind::Check(self.expression_in_group())
        } else if self.eat(&["exclude"]) {
            let method = if self.eat(&["using"]) { self.ident() } else { None };
            ConstraintKind::Exclude { columns: self.index_parts(), method }
        } else {
            return None;
        };
        let (mut not_valid, mut deferrable) = (false, false);
        loop {
            if self.at("include") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                include = self.idents_in_group();
            } else if self.eat(&["using", "index", "tablespace"]) {
                self.ident();
            } else if self.at("where") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                predicate = Some(self.expression_in_group());
            } else if self.at("with") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                self.skip_group();
            } else if self.is_mysql() && self.index_option().is_some() {
            } else if !self.constraint_suffix(&mut not_valid, &mut deferrable) {
                break;
            }
        }
        Some(Constraint {
            name,
            kind,
            not_valid,
            deferrable,
            include,
            predicate,
            span: self.span_from(start),
        })
    }

    /// The columns of a key; SQLite and MySQL allow more than their names.
    fn key_columns(&mut self) -> Vec<Ident> {
        self.list(|reader| {
            // PERIOD of a temporal key, or a column of that name.
            if reader.is_ident(1) {
                reader.eat(&["period"]);
            }
            reader.ident()
        })
    }

    /// MySQL: the name of the index and its type, before its columns.
    fn constraint_index_name(&mut self) -> Option<Ident> {
        if !self.is_mysql() {
            return None;
        }
        let name = if self.at("using") || self.at_open() { None } else { self.ident() };
        if self.eat_any(&["using", "type"]) {
            self.ident();
        }
        name
    }

    /// One word behind a constraint that says how it is kept.
    fn constraint_suffix(&mut self, not_valid: &mut bool, deferrable: &mut bool) -> bool {
        if self.eat(&["not", "deferrable"]) {
            *deferrable = false;
        } else if self.eat(&["deferrable"]) {
            *deferrable = true;
        } else if self.eat(&["not", "valid"]) {
            *not_valid = true;
        } else if self.eat(&["initially"]) {
            self.eat_any(&["deferred", "immediate"]);
        } else if self.eat(&["on", "conflict"]) {
            self.bump();
        } else {
            return self.eat(&["no", "inherit"]) || self.eat(&["not", "enforced"]) || self.eat(&["enforced"]);
        }
        true
    }

    /// Behind REFERENCES.
    fn reference(&mut self) -> Option<Reference> {
        let table = self.name()?;
        let columns = if self.at_open() { self.key_columns() } else { Vec::new() };
        let mut reference = Reference { table, columns, on_delete: None, on_update: None };
        loop {
            if self.at("match") && self.is_ident(1) {
                self.bump();
                self.bump();
            } else if self.eat(&["on", "delete"]) {
                reference.on_delete = self.action();
            } else if self.at_all(&["on", "update"]) && self.is_any(2, &["cascade", "restrict", "set", "no"])
            {
                self.eat(&["on", "update"]);
                reference.on_update = self.action();
            } else {
                return Some(reference);
            }
        }
    }

    fn action(&mut self) -> Option<String> {
        for action in
            [&["cascade"][..], &["restrict"], &["set", "null"], &["set", "default"], &["no", "action"]]
        {
            if self.eat(action) {
                // PostgreSQL: the columns that are set.
                self.skip_group();
                return Some(action.join(" ").to_ascii_uppercase());
            }
        }
        None
    }

    // Columns.

    /// A column with its type and all that belongs to it.
    pub(super) fn column(&mut self) -> Option<Column> {
        let start = self.position();
        let name = self.ident()?;
        let mut column = Column {
            name,
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
            span: Span::new(0, 0),
        };
        let typed = self.is_sqlite()
            || !self.at_any(&[
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
                "with",
                "as",
            ]);
        if typed {
            column.type_name = self.type_name();
        }
        if self.is_mysql() && column.type_name.as_ref().is_some_and(|it| it.name == "serial") {
            self.is_serial(&mut column, start);
        }
        self.column_clauses(&mut column, &mut Pending::default());
        let is_primary = |it: &Constraint| matches!(it.kind, ConstraintKind::PrimaryKey { .. });
        if self.dialect == Dialect::MariaDb && column.constraints.iter().any(is_primary) {
            // It makes one key of the two; MySQL makes both.
            column.constraints.retain(|it| !matches!(it.kind, ConstraintKind::Unique { .. }));
        }
        column.span = self.span_from(start);
        Some(column)
    }

    /// MySQL: SERIAL stands for BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE, and behind another type SERIAL
    /// DEFAULT VALUE for the last three.
    fn is_serial(&self, column: &mut Column, start: usize) {
        column.not_null = true;
        column.auto_increment = true;
        column.constraints.push(Constraint {
            name: None,
            kind: ConstraintKind::Unique {
                columns: vec![super::index::plain_part(column.name.clone())],
                using_index: None,
                nulls_not_distinct: false,
            },
            not_valid: false,
            deferrable: false,
            include: Vec::new(),
            predicate: None,
            span: self.span_from(start),
        });
    }

    /// Everything behind the type of a column, up to a comma or a word that is unknown here.
    pub(super) fn column_clauses(&mut self, column: &mut Column, pending: &mut Pending) {
        while !self.done() && !self.at_comma() {
            let start = *pending.start.get_or_insert(self.position());
            if self.at("constraint") {
                if self.is_table_key_next() {
                    return;
                }
                self.bump();
                let unnamed =
                    self.at_any(&["primary", "unique", "check", "not", "null", "references", "default"]);
                pending.start = Some(start);
                pending.name = if unnamed { None } else { self.ident() };
                continue;
            }
            // SQLite: a constraint of the table may follow without a comma.
            if self.is_sqlite() && self.at_all(&["primary", "key"]) && self.kind(2) == Some(TokenKind::Open)
                || self.at_all(&["foreign", "key"])
            {
                return;
            }
            if self.column_constraint(column, pending, start) {
                *pending = Pending::default();
            } else if !self.column_attribute(column) {
                if self.is_table_constraint() && !column.constraints.is_empty() {
                    return;
                }
                self.unread_to_comma();
            } else {
                *pending = Pending::default();
            }
        }
    }

    /// At CONSTRAINT: whether it is one of the table, because it lists columns.
    fn is_table_key_next(&self) -> bool {
        let ahead = if self.is_any(1, &["primary", "foreign", "unique"]) { 1 } else { 2 };
        (self.is(ahead, "foreign"))
            || (self.is(ahead, "primary") && self.kind(ahead + 2) == Some(TokenKind::Open))
            || (self.is(ahead, "unique") && self.kind(ahead + 1) == Some(TokenKind::Open))
    }

    /// A constraint in a column; `false` when none begins here.
    fn column_constraint(&mut self, column: &mut Column, pending: &mut Pending, start: usize) -> bool {
        let itself = || super::index::plain_part(column.name.clone());
        let kind = if self.eat(&["not", "null"]) {
            column.not_null = true;
            self.eat(&["no", "inherit"]);
            self.on_conflict();
            return true;
        } else if self.eat(&["null"]) {
            column.null = true;
            return true;
        } else if self.eat(&["primary", "key"]) || (self.is_mysql() && self.eat(&["key"])) {
            let mut part = itself();
            part.descending = self.at("desc");
            self.eat_any(&["asc", "desc"]);
            self.on_conflict();
            column.auto_increment |= self.eat(&["autoincrement"]);
            ConstraintKind::PrimaryKey { columns: vec![part], using_index: None }
        } else if self.eat(&["unique"]) {
            if self.is_mysql() {
                self.eat(&["key"]);
            }
            let nulls_not_distinct = self.eat(&["nulls", "not", "distinct"]);
            self.eat(&["nulls", "distinct"]);
            ConstraintKind::Unique { columns: vec![itself()], using_index: None, nulls_not_distinct }
        } else if self.at("check") && self.kind(1) == Some(TokenKind::Open) {
            self.bump();
            ConstraintKind::Check(self.expression_in_group())
        } else if self.eat(&["references"]) {
            match self.reference() {
                Some(reference) => {
                    ConstraintKind::ForeignKey { columns: vec![column.name.clone()], reference, index: None }
                }
                None => return false,
            }
        } else {
            return false;
        };
        let (mut not_valid, mut deferrable) = (false, false);
        loop {
            if self.eat(&["using", "index", "tablespace"]) {
                self.ident();
            } else if self.at("with") && self.kind(1) == Some(TokenKind::Open) && self.is_postgres() {
                self.bump();
                self.skip_group();
            } else if !self.constraint_suffix(&mut not_valid, &mut deferrable) {
                break;
            }
        }
        column.constraints.push(Constraint {
            name: pending.name.take(),
            kind,
            not_valid,
            deferrable,
            include: Vec::new(),
            predicate: None,
            span: self.span_from(start),
        });
        true
    }

    fn on_conflict(&mut self) {
        if self.eat(&["on", "conflict"]) {
            self.bump();
        }
    }

    /// What is no constraint; `false` when it is unknown.
    fn column_attribute(&mut self, column: &mut Column) -> bool {
        if self.eat(&["default"]) {
            column.default = Some(self.default_value());
        } else if self.is_mysql() && self.at_all(&["serial", "default", "value"]) {
            let start = self.position();
            self.eat(&["serial", "default", "value"]);
            self.is_serial(column, start);
        } else if self.eat(&["collate"]) {
            self.eat_symbol("=");
            column.collation = self.name();
        } else if self.at("generated") || self.at("as") {
            return self.generated(column);
        } else if self.eat_any(&["auto_increment", "autoincrement"]) {
            column.auto_increment = true;
        } else if self.eat(&["on", "update"]) {
            column.on_update = Some(self.expression_of(Extent::Default));
        } else if self.eat(&["on", "conflict"]) {
            self.bump();
        } else if self.eat(&["with", "options"]) {
        } else if self.is_postgres() && self.eat_any(&["storage", "compression"]) {
            self.bump();
        } else if self.at("options") && self.kind(1) == Some(TokenKind::Open) {
            self.bump();
            self.skip_group();
        } else if self.is_mysql() {
            return self.mysql_attribute(column);
        } else {
            let (mut not_valid, mut deferrable) = (false, false);
            return self.constraint_suffix(&mut not_valid, &mut deferrable);
        }
        true
    }

    fn default_value(&mut self) -> Expression {
        // A word is a string to SQLite here.
        if self.is_sqlite() && self.is_ident(0) && self.kind(1) != Some(TokenKind::Open) {
            let start = self.position();
            self.bump();
            return Expression { span: Some(self.span_from(start)), ..Expression::default() };
        }
        self.expression_of(Extent::Default)
    }

    fn mysql_attribute(&mut self, column: &mut Column) -> bool {
        if self.eat(&["character", "set"])
            || self.eat(&["charset"])
            || self.eat(&["char", "set"])
            || self.eat_any(&["comment", "column_format", "storage", "srid", "engine_attribute"])
            || self.eat_any(&["secondary_engine_attribute", "compression", "ref_system_id"])
        {
            self.eat_symbol("=");
            self.bump();
        } else if self.eat(&["first"]) {
            column.position = Some(None);
        } else if self.eat(&["after"]) {
            column.position = Some(self.ident());
        } else if self.eat(&["compressed"]) {
            self.eat_symbol("=");
            if !self.at_comma() && self.at_any(&["zlib"]) {
                self.bump();
            }
        } else {
            return self.eat_any(&["visible", "invisible", "binary", "ascii", "unicode", "byte", "enforced"])
                || self.eat(&["not", "enforced"])
                || self.eat(&["with", "system", "versioning"])
                || self.eat(&["without", "system", "versioning"]);
        }
        true
    }

    pub(super) fn generated(&mut self, column: &mut Column) -> bool {
        let by_default = self.at_all(&["generated", "by", "default"]);
        if by_default {
            self.eat(&["generated", "by", "default"]);
            self.eat(&["on", "null"]);
        } else {
            self.eat(&["generated"]);
            self.eat(&["always"]);
        }
        if !self.eat(&["as"]) {
            return false;
        }
        if self.eat(&["identity"]) {
            self.skip_group();
            column.generated =
                Some(if by_default { Generated::IdentityByDefault } else { Generated::IdentityAlways });
            return true;
        }
        // MariaDB: the columns of a period.
        if self.eat(&["row"]) {
            self.eat_any(&["start", "end"]);
            return true;
        }
        let expression: Expression = self.expression_in_group();
        column.generated = Some(if self.eat_any(&["stored", "persistent"]) {
            Generated::Stored(expression)
        } else {
            // PostgreSQL before 18 had no other kind than STORED, which had to be written.
            self.eat(&["virtual"]);
            Generated::Virtual(expression)
        });
        true
    }

    // What follows the columns.

    fn table_tail(&mut self, table: &mut CreateTable) {
        while !self.done() {
            if self.eat(&["inherits"]) {
                table.inherits = self.list(Reader::name);
            } else if self.at_all(&["for", "values"]) {
                self.partition_bound();
            } else if table.partition_of.is_some() && self.eat(&["default"]) {
            } else if self.eat(&["partition", "by"]) {
                self.partition_by(table);
            } else if self.eat(&["without", "rowid"]) {
                table.without_rowid = true;
            } else if self.is_sqlite() && self.eat(&["strict"]) {
                table.strict = true;
            } else if self.eat_comma()
                || self.eat(&["without", "oids"])
                || self.eat(&["with", "system", "versioning"])
            {
            } else if self.at("with") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                self.skip_group();
            } else if self.eat(&["on", "commit"]) {
                let _ =
                    self.eat(&["preserve", "rows"]) || self.eat(&["delete", "rows"]) || self.eat(&["drop"]);
            } else if self.is_postgres() && self.eat_any(&["using", "tablespace", "server"]) {
                self.ident();
            } else if self.at("options") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                self.skip_group();
            } else if self.at("as") || self.is_query(0) || (self.at_open() && self.is_query(self.lead())) {
                self.eat(&["as"]);
                if self.eat(&["execute"]) {
                    // What was prepared is not known.
                    table.query = Some(Query { opaque: true, ..Query::default() });
                    self.skip_rest();
                    return;
                }
                let before = self.position();
                table.query = Some(self.query());
                if self.position() == before {
                    return;
                }
                let _ = self.eat(&["with", "data"]) || self.eat(&["with", "no", "data"]);
            } else if self.is_mysql() && self.at_any(&["ignore", "replace"]) {
                self.bump();
            } else if !self.is_mysql() || !self.table_option(&mut table.options) {
                return;
            }
        }
    }

    fn partition_bound(&mut self) {
        self.eat(&["for", "values"]);
        if self.eat(&["from"]) {
            self.skip_group();
            self.eat(&["to"]);
            self.skip_group();
        } else if self.eat_any(&["in", "with"]) {
            self.skip_group();
        }
    }

    /// The bound of ATTACH PARTITION, and of PARTITION OF.
    pub(super) fn partition_bound_or_default(&mut self) {
        if self.at("for") {
            self.partition_bound();
        } else {
            self.eat(&["default"]);
        }
    }

    pub(super) fn partition_by(&mut self, table: &mut CreateTable) {
        table.partitioned = true;
        if self.is_postgres() {
            self.ident();
            table.partition_by = self.index_parts();
            return;
        }
        self.mysql_partitions();
    }

    /// Partitions of MySQL and MariaDB: skipped up to where the statement may go on.
    pub(super) fn mysql_partitions(&mut self) {
        while !self.done() && !self.at("as") && !self.is_query(0) {
            self.skip_one();
        }
    }

    /// One `NAME = value` of MySQL and MariaDB.
    pub(super) fn table_option(&mut self, options: &mut Vec<(String, String)>) -> bool {
        let default = self.at("default") && self.is_any(1, &["charset", "character", "collate"]);
        if default {
            self.bump();
        }
        let name = if self.eat(&["character", "set"]) {
            "charset".to_owned()
        } else if self.eat(&["data", "directory"]) {
            "data directory".to_owned()
        } else if self.eat(&["index", "directory"]) {
            "index directory".to_owned()
        } else if self.at_any(OPTIONS) || (self.kind(0) == Some(TokenKind::Word) && self.is_symbol(1, "=")) {
            let name = self.word(0).to_ascii_lowercase();
            self.bump();
            name
        } else {
            return false;
        };
        self.eat_symbol("=");
        let start = self.position();
        self.skip_one();
        options.push((name, self.text_from(start).to_owned()));
        true
    }

    /// MySQL: `KEY name (parts)` in a table.
    pub(super) fn table_index(&mut self, table: &Name) -> Option<CreateIndex> {
        let special = if self.at_any(&["fulltext", "spatial"]) { self.ident() } else { None };
        self.eat_any(&["key", "index"]);
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let name = if self.at_open() || self.at("using") { None } else { self.ident() };
        let method = if self.eat_any(&["using", "type"]) { self.ident() } else { None };
        if !self.at_open() {
            return None;
        }
        let mut index = super::index::empty_index(table.clone());
        index.name = name.map(|last| Name { qualifiers: Vec::new(), last });
        index.special = special;
        index.if_not_exists = if_not_exists;
        index.method = method;
        index.parts = self.index_parts();
        while let Some(method) = self.index_option() {
            index.method = method.or(index.method);
        }
        Some(index)
    }
}

pub(super) fn empty_table(name: Name) -> CreateTable {
    CreateTable {
        name,
        or_replace: false,
        if_not_exists: false,
        temporary: false,
        unlogged: false,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        like: Vec::new(),
        inherits: Vec::new(),
        partition_of: None,
        of_type: None,
        partitioned: false,
        partition_by: Vec::new(),
        query: None,
        without_rowid: false,
        strict: false,
        module: None,
        options: Vec::new(),
    }
}
