//! Expressions of all dialects, read for the names in them and not for their structure: operands and
//! operators take turns, groups nest, and what ends an expression is whatever cannot go on with it.
//!
//! A word that may be a column or something else makes the expression opaque, so that nobody reports a
//! column that was never meant.

use super::cursor::Reader;
use super::query::table_of;
use crate::ast::{ColumnRef, Expression, Name, TypeName};
use crate::migrations::Span;
use crate::syntax::TokenKind;

/// How far an expression goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Full,
    /// In a column, behind DEFAULT: words that could be the next clause end it.
    Default,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Operand,
    Operator,
    End,
}

struct Scan {
    extent: Extent,
    /// Open CASEs.
    cases: u32,
    /// An INTERVAL of MySQL waits for its unit.
    interval: bool,
}

/// Words that are no operand: they begin or go on with a clause.
const CLAUSES: &[&str] = &[
    "as",
    "cross",
    "else",
    "end",
    "except",
    "fetch",
    "for",
    "from",
    "full",
    "group",
    "having",
    "inner",
    "intersect",
    "into",
    "is",
    "join",
    "limit",
    "natural",
    "offset",
    "on",
    "order",
    "returning",
    "select",
    "then",
    "union",
    "using",
    "when",
    "where",
    "window",
    "with",
];

/// Words that are a value by themselves.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "default",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_schema",
    "current_user",
    "session_user",
    "system_user",
    "current_role",
    "current_catalog",
    "maxvalue",
    "utc_date",
    "utc_time",
    "utc_timestamp",
];

const UNITS: &[&str] = &[
    "microsecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "second_microsecond",
    "minute_microsecond",
    "minute_second",
    "hour_microsecond",
    "hour_second",
    "hour_minute",
    "day_microsecond",
    "day_second",
    "day_minute",
    "day_hour",
    "year_month",
];

impl Reader<'_> {
    /// An expression to its end.
    pub(super) fn expression(&mut self) -> Expression {
        self.expression_of(Extent::Full)
    }

    pub(super) fn expression_of(&mut self, extent: Extent) -> Expression {
        let start = self.position();
        let mut out = Expression::default();
        self.scan(&mut out, extent);
        out.span = Some(self.span_from(start));
        out
    }

    /// Expressions with commas between them, as one.
    pub(super) fn expression_list(&mut self, out: &mut Expression) {
        loop {
            self.scan(out, Extent::Full);
            if !self.eat_comma() {
                return;
            }
        }
    }

    /// `( expression )`; empty and opaque when there is no group.
    pub(super) fn expression_in_group(&mut self) -> Expression {
        let start = self.position();
        let mut out = Expression::default();
        if self.at_open() {
            self.parentheses(&mut out);
        } else {
            out.opaque = true;
        }
        out.span = Some(self.span_from(start));
        out
    }

    /// ORDER BY: expressions with their directions.
    pub(super) fn order_list(&mut self) -> Vec<Expression> {
        let mut order = Vec::new();
        loop {
            order.push(self.expression());
            self.order_suffix();
            if !self.eat_comma() {
                return order;
            }
        }
    }

    pub(super) fn order_suffix(&mut self) {
        if !self.eat_any(&["asc", "desc"]) && self.is_postgres() && self.eat(&["using"]) {
            self.bump();
        }
        let _ = self.eat(&["nulls", "first"]) || self.eat(&["nulls", "last"]);
    }

    fn scan(&mut self, out: &mut Expression, extent: Extent) {
        let mut scan = Scan { extent, cases: 0, interval: false };
        let mut next = Next::Operand;
        loop {
            let now = match next {
                Next::Operand => self.operand(out, &mut scan),
                Next::Operator => self.operator(out, &mut scan),
                Next::End => break,
            };
            if now == Next::End {
                // An operand is missing, or a CASE has no end.
                out.opaque |= next == Next::Operand || scan.cases > 0;
            }
            next = now;
        }
    }

    fn operand(&mut self, out: &mut Expression, scan: &mut Scan) -> Next {
        let Some(token) = self.peek(0) else { return Next::End };
        match token.kind {
            TokenKind::String | TokenKind::Number | TokenKind::Param | TokenKind::Variable => {
                self.bump();
                Next::Operator
            }
            TokenKind::Open => {
                self.parentheses(out);
                Next::Operator
            }
            TokenKind::Operator if self.at_symbol("*") => {
                self.bump();
                Next::Operator
            }
            TokenKind::Operator if self.at_symbol("[") => {
                self.subscript(out);
                Next::Operator
            }
            TokenKind::Operator
                if [".", ":", "]", "{", "}", "=>"].iter().any(|symbol| self.at_symbol(symbol)) =>
            {
                Next::End
            }
            TokenKind::Operator => {
                self.bump();
                Next::Operand
            }
            TokenKind::Word if !self.is_symbol(1, ".") => self.word_operand(out, scan),
            TokenKind::Word | TokenKind::QuotedIdent => self.named_operand(out),
            TokenKind::Unknown => {
                self.bump();
                out.opaque = true;
                Next::Operand
            }
            _ => Next::End,
        }
    }

    /// A word that no dot follows.
    fn word_operand(&mut self, out: &mut Expression, scan: &mut Scan) -> Next {
        let open = self.kind(1) == Some(TokenKind::Open);
        let string = self.kind(1) == Some(TokenKind::String);
        let word = self.word(0).to_ascii_lowercase();
        let next = match word.as_str() {
            "not" | "distinct" | "variadic" => Next::Operand,
            "binary" if self.is_mysql() && !open => Next::Operand,
            "any" | "all" | "some" | "exists" | "array" | "row" | "rollup" | "cube" if open => Next::Operand,
            "array" if self.is_symbol(1, "[") => Next::Operand,
            "grouping" if self.is(1, "sets") => {
                self.bump();
                Next::Operand
            }
            "collation" if self.is(1, "for") => {
                self.bump();
                Next::Operand
            }
            "case" => {
                scan.cases += 1;
                Next::Operand
            }
            "when" | "then" | "else" if scan.cases > 0 => Next::Operand,
            "end" if scan.cases > 0 => {
                scan.cases -= 1;
                out.opaque = true;
                Next::Operator
            }
            "interval" if self.is_mysql() => {
                scan.interval = true;
                Next::Operand
            }
            "interval" if self.is_postgres() && (string || (open && self.string_behind_group())) => {
                self.bump();
                self.skip_group();
                self.bump();
                self.interval_units();
                return Next::Operator;
            }
            "match" if open && self.is_mysql() => {
                self.bump();
                self.parentheses(out);
                // What is looked for is a constant.
                if self.eat(&["against"]) {
                    self.skip_group();
                }
                return Next::Operator;
            }
            "next" | "previous" if self.is_mariadb() && self.is(1, "value") && self.is(2, "for") => {
                (0..3).for_each(|_| self.bump());
                match self.name() {
                    Some(name) => out.sequences.push(name),
                    None => out.opaque = true,
                }
                return Next::Operator;
            }
            "raise" if open && self.is_sqlite() => {
                self.bump();
                self.skip_group();
                return Next::Operator;
            }
            "values" | "default" if open && self.is_mysql() => return self.named_operand(out),
            "cast" | "try_cast" | "treat" if open => {
                self.bump();
                self.cast(out);
                return Next::Operator;
            }
            "extract" if open => {
                self.bump();
                self.group(|reader| {
                    reader.bump();
                    if reader.eat(&["from"]) {
                        reader.scan(out, Extent::Full);
                    }
                });
                return Next::Operator;
            }
            // A literal with its type: `date '2024-01-01'`, `timestamp(3) with time zone '…'`; an introducer
            // of a character set: `_utf8'…'`.
            _ if self.is_typed_literal() => {
                if self.is_postgres() {
                    out.types.extend(self.type_name());
                } else {
                    self.bump();
                }
                return Next::Operand;
            }
            word if VALUES.contains(&word) => {
                self.bump();
                // The precision of a time.
                self.skip_group();
                return Next::Operator;
            }
            word if CLAUSES.contains(&word) => return Next::End,
            _ => return self.named_operand(out),
        };
        self.bump();
        next
    }

    /// At a word and `(`: whether a string follows the group.
    fn string_behind_group(&self) -> bool {
        self.kind(self.behind_group(1)) == Some(TokenKind::String)
    }

    fn is_typed_literal(&self) -> bool {
        if self.kind(1) == Some(TokenKind::String) {
            return !self.is_sqlite();
        }
        if self.is_mysql() && self.kind(1) == Some(TokenKind::Number) {
            return self.word(0).starts_with('_');
        }
        if !self.is_postgres() {
            return false;
        }
        let mut ahead = 1;
        if self.kind(1) == Some(TokenKind::Open) {
            ahead = self.behind_group(1);
        }
        if self.at_any(&["time", "timestamp"])
            && self.is_any(ahead, &["with", "without"])
            && self.is(ahead + 1, "time")
            && self.is(ahead + 2, "zone")
        {
            ahead += 3;
        } else if self.at_all(&["double", "precision"]) || self.is(1, "varying") {
            ahead = 2;
        } else if ahead == 1 {
            return false;
        }
        self.kind(ahead) == Some(TokenKind::String)
    }

    fn interval_units(&mut self) {
        let units = &["year", "month", "day", "hour", "minute", "second"];
        if self.eat_any(units) {
            self.skip_group();
            if self.at("to") && self.is_any(1, units) {
                self.bump();
                self.bump();
                self.skip_group();
            }
        }
    }

    /// A column or a function.
    fn named_operand(&mut self, out: &mut Expression) -> Next {
        // SQLite reads "x" as a string when there is no such column.
        let string = self.is_sqlite() && self.word(0).starts_with('"') && !self.is_symbol(1, ".");
        let Some(name) = self.name() else {
            self.bump();
            out.opaque = true;
            return Next::Operator;
        };
        if self.at_symbol(".") && self.is_symbol(1, "*") {
            self.bump();
            self.bump();
        } else if self.at_open() {
            self.call(out, name);
        } else if self.is_postgres() && self.kind(0) == Some(TokenKind::String) {
            // A literal of a type with a schema.
            let span =
                Span::new(name.qualifiers.first().unwrap_or(&name.last).span.start, name.last.span.end);
            let schema = name.qualifiers.last().cloned();
            out.types.push(TypeName {
                name: name.last.text,
                schema,
                arguments: Vec::new(),
                dimensions: 0,
                span,
            });
            self.bump();
        } else {
            out.opaque |= string;
            out.columns.push(ColumnRef { qualifiers: name.qualifiers, column: name.last });
        }
        Next::Operator
    }

    /// The arguments of a function, whatever the function makes of them.
    fn call(&mut self, out: &mut Expression, name: Name) {
        let plain = name.qualifiers.is_empty() && !name.last.quoted;
        let lower = if plain { name.last.text.to_ascii_lowercase() } else { String::new() };
        out.functions.push(name);
        let read = self.group(|reader| {
            match lower.as_str() {
                // The first word is a unit.
                "timestampdiff" | "timestampadd" | "get_format" => {
                    reader.bump();
                    reader.eat_comma();
                }
                "convert" if reader.is_mysql() => {
                    reader.scan(out, Extent::Full);
                    // A type or a character set.
                    reader.skip_rest();
                }
                "trim" if reader.eat_any(&["both", "leading", "trailing"]) => {
                    reader.eat(&["from"]);
                }
                "nextval" | "lastval" | "setval" if reader.is_mariadb() => {
                    out.sequences.extend(reader.name());
                    reader.eat_comma();
                }
                "normalize" if reader.is_postgres() => {
                    reader.scan(out, Extent::Full);
                    reader.skip_rest();
                }
                _ if lower.starts_with("xml") || lower.starts_with("json_") => {
                    return reader.arguments_with_keywords(out);
                }
                _ => {}
            }
            reader.arguments(out);
        });
        out.opaque |= read.is_none();
    }

    fn arguments(&mut self, out: &mut Expression) {
        while !self.done() {
            self.eat_any(&["distinct", "all", "variadic"]);
            if self.is_ident(0)
                && (self.is_symbol(1, "=>") || (self.is_postgres() && self.is_symbol(1, ":=")))
            {
                self.bump();
                self.bump();
            }
            if self.at_any(&["select", "with"]) {
                out.queries.push(self.query());
            } else {
                self.scan(out, Extent::Full);
            }
            if self.eat(&["order", "by"]) {
                for expression in self.order_list() {
                    merge(out, expression);
                }
            }
            if self.eat_any(&["separator"]) || (self.is_mysql() && self.eat(&["using"])) {
                self.bump();
            }
            if !self.eat_comma() && !self.eat_any(&["from", "for", "placing", "similar", "escape"]) {
                // An alias, a type, LIMIT of MariaDB: nothing that can be told apart here.
                out.opaque |= self.unread_rest();
            }
        }
    }

    /// XML and JSON functions have a language of keywords of their own; without them they are ordinary.
    fn arguments_with_keywords(&mut self, out: &mut Expression) {
        while !self.done() {
            self.eat_any(&["distinct"]);
            self.scan(out, Extent::Full);
            if self.eat(&["order", "by"]) {
                for expression in self.order_list() {
                    merge(out, expression);
                }
            }
            if !self.eat_comma() && !self.done() {
                out.opaque = true;
                self.skip_rest();
            }
        }
    }

    fn cast(&mut self, out: &mut Expression) {
        let read = self.group(|reader| {
            reader.scan(out, Extent::Full);
            if reader.eat(&["as"]) {
                out.types.extend(reader.type_name());
                // MySQL: a character set, ARRAY; MariaDB: the format of a date.
                if !reader.is_postgres() {
                    reader.skip_rest();
                }
            }
            out.opaque |= !reader.done();
        });
        out.opaque |= read.is_none();
    }

    /// At `(`: a subquery, a row, or an expression.
    pub(super) fn parentheses(&mut self, out: &mut Expression) {
        let lead = self.lead();
        let is_query = self.is_query(lead);
        let read = self.group(|reader| {
            if is_query
                && (lead == 1 || reader.is_any(reader.behind_group(0), &["union", "intersect", "except"]))
            {
                let query = reader.query();
                out.queries.push(query);
            } else if !reader.done() {
                reader.expression_list(out);
            }
            if !reader.done() {
                out.opaque = true;
            }
        });
        out.opaque |= read.is_none();
    }

    /// Whether a query begins `ahead` of here.
    pub(super) fn is_query(&self, ahead: usize) -> bool {
        self.is_any(ahead, &["select", "with"])
            || (self.is(ahead, "values")
                && (self.kind(ahead + 1) == Some(TokenKind::Open) || self.is(ahead + 1, "row")))
            || (self.is(ahead, "table") && self.is_ident(ahead + 1))
    }

    pub(super) fn subscript(&mut self, out: &mut Expression) {
        let read = self.group(|reader| {
            while !reader.done() {
                if !reader.eat_comma() && !reader.eat_symbol(":") {
                    let before = reader.position();
                    reader.scan(out, Extent::Full);
                    if reader.position() == before {
                        break;
                    }
                }
            }
            out.opaque |= !reader.done();
        });
        out.opaque |= read.is_none();
    }

    fn operator(&mut self, out: &mut Expression, scan: &mut Scan) -> Next {
        let Some(token) = self.peek(0) else { return Next::End };
        match token.kind {
            TokenKind::Operator => self.symbol_operator(out),
            TokenKind::String if self.after(TokenKind::String) => {
                self.bump();
                Next::Operator
            }
            TokenKind::Word => self.word_operator(out, scan),
            _ => Next::End,
        }
    }

    fn symbol_operator(&mut self, out: &mut Expression) -> Next {
        if self.eat_symbol("::") {
            match self.type_name() {
                Some(type_name) => out.types.push(type_name),
                None => out.opaque = true,
            }
            return Next::Operator;
        }
        if self.at_symbol("[") {
            self.subscript(out);
            return Next::Operator;
        }
        if self.at_symbol(".") {
            self.bump();
            if !self.eat_symbol("*") && self.ident().is_none() {
                out.opaque = true;
            }
            return Next::Operator;
        }
        if [":", "]", "{", "}", "=>"].iter().any(|symbol| self.at_symbol(symbol)) {
            return Next::End;
        }
        self.bump();
        Next::Operand
    }

    fn word_operator(&mut self, out: &mut Expression, scan: &mut Scan) -> Next {
        let word = self.word(0).to_ascii_lowercase();
        let open = self.kind(1) == Some(TokenKind::Open);
        match word.as_str() {
            "when" | "then" | "else" if scan.cases > 0 => {
                self.bump();
                return Next::Operand;
            }
            "end" if scan.cases > 0 => {
                scan.cases -= 1;
                self.bump();
                return Next::Operator;
            }
            word if scan.interval && UNITS.contains(&word) => {
                scan.interval = false;
                self.bump();
                return Next::Operator;
            }
            "at" if self.at_all(&["at", "time", "zone"]) => {
                self.eat(&["at", "time", "zone"]);
                return Next::Operand;
            }
            "at" if self.eat(&["at", "local"]) => return Next::Operator,
            "over" if open || self.is_ident(1) => {
                self.bump();
                if open {
                    self.window(out);
                } else {
                    self.bump();
                }
                return Next::Operator;
            }
            "filter" if open => {
                self.bump();
                self.group(|reader| {
                    reader.eat(&["where"]);
                    reader.scan(out, Extent::Full);
                });
                return Next::Operator;
            }
            "within" if self.is(1, "group") => {
                self.eat(&["within", "group"]);
                self.group(|reader| {
                    reader.eat(&["order", "by"]);
                    for expression in reader.order_list() {
                        merge(out, expression);
                    }
                });
                return Next::Operator;
            }
            "respect" | "ignore" if self.is(1, "nulls") => {
                self.bump();
                self.bump();
                return Next::Operator;
            }
            _ => {}
        }
        if scan.extent == Extent::Default && scan.cases == 0 {
            return Next::End;
        }
        // SQLite: `x IN name`, the name of a table.
        if word == "in" && self.is_sqlite() && self.is_ident(1) {
            self.bump();
            if let Some(name) = self.name() {
                if self.at_open() {
                    self.skip_group();
                } else {
                    out.queries.push(table_of(name));
                }
            }
            return Next::Operator;
        }
        self.word_operator_between(&word, open)
    }

    /// An operator that is a word, and stands between operands or behind one.
    fn word_operator_between(&mut self, word: &str, open: bool) -> Next {
        match word {
            "and" | "or" | "like" | "in" | "escape" | "uescape" | "overlaps" => {}
            "ilike" if self.is_postgres() => {}
            "xor" | "div" | "mod" | "rlike" if self.is_mysql() => {}
            "regexp" if !self.is_postgres() => {}
            "glob" | "match" if self.is_sqlite() => {}
            "between" => {
                self.bump();
                self.eat_any(&["symmetric", "asymmetric"]);
                return Next::Operand;
            }
            "similar" | "sounds" | "member" if self.is_any(1, &["to", "like", "of"]) => {
                self.bump();
            }
            "isnull" | "notnull" => {
                self.bump();
                return Next::Operator;
            }
            "not" if self.is(1, "null") => {
                self.bump();
                self.bump();
                return Next::Operator;
            }
            "not" => {
                // The operator that it negates follows and is read as the next operator.
                self.bump();
                return Next::Operator;
            }
            "is" => return self.is_operator(),
            "collate" => {
                self.bump();
                self.name();
                return Next::Operator;
            }
            "operator" if open && self.is_postgres() => {
                self.bump();
                self.skip_group();
                return Next::Operand;
            }
            _ => return Next::End,
        }
        self.bump();
        Next::Operand
    }

    fn is_operator(&mut self) -> Next {
        self.bump();
        self.eat(&["not"]);
        if self.eat(&["distinct", "from"]) {
            return Next::Operand;
        }
        if self.eat_any(&["json"]) {
            self.eat_any(&["value", "scalar", "array", "object"]);
            let _ = self.eat(&["with", "unique"]) || self.eat(&["without", "unique"]);
            self.eat_any(&["keys"]);
            return Next::Operator;
        }
        if self.is(1, "normalized") {
            self.bump();
        }
        if self.eat_any(&["null", "true", "false", "unknown", "document", "normalized"]) {
            return Next::Operator;
        }
        // SQLite compares with it.
        Next::Operand
    }

    /// `OVER (…)` and `WINDOW w AS (…)`.
    pub(super) fn window(&mut self, out: &mut Expression) {
        let read = self.group(|reader| {
            if reader.is_ident(0) && !reader.at_any(&["partition", "order", "rows", "range", "groups"]) {
                reader.bump();
            }
            if reader.eat(&["partition", "by"]) {
                reader.expression_list(out);
            }
            if reader.eat(&["order", "by"]) {
                for expression in reader.order_list() {
                    merge(out, expression);
                }
            }
            if reader.at_any(&["rows", "range", "groups"]) {
                // The bounds of a frame are constants.
                reader.skip_rest();
            }
            out.opaque |= !reader.done();
        });
        out.opaque |= read.is_none();
    }
}

/// Adds the names of one expression to another.
pub(super) fn merge(into: &mut Expression, from: Expression) {
    into.columns.extend(from.columns);
    into.functions.extend(from.functions);
    into.types.extend(from.types);
    into.sequences.extend(from.sequences);
    into.queries.extend(from.queries);
    into.opaque |= from.opaque;
}

/// Whether the expression uses no name at all.
pub(super) fn is_constant(expression: &Expression) -> bool {
    expression.columns.is_empty()
        && expression.functions.is_empty()
        && expression.types.is_empty()
        && expression.sequences.is_empty()
        && expression.queries.is_empty()
        && !expression.opaque
}
