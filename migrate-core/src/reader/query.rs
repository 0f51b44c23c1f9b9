//! SELECT, VALUES, TABLE, WITH and what combines them: sources, outputs, and all expressions in them.

use super::cursor::Reader;
use super::expression::{is_constant, merge};
use crate::ast::{Cte, Expression, FromItem, Ident, Name, Output, Query, Source};
use crate::dialect::Dialect;
use crate::syntax::TokenKind;

/// Words behind a source or an output that are no alias of it.
const NO_ALIAS: &[&str] = &[
    "and",
    "as",
    "cross",
    "do",
    "except",
    "fetch",
    "for",
    "force",
    "from",
    "full",
    "group",
    "having",
    "ignore",
    "indexed",
    "inner",
    "intersect",
    "into",
    "join",
    "left",
    "limit",
    "lock",
    "minus",
    "natural",
    "not",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "partition",
    "procedure",
    "returning",
    "right",
    "set",
    "straight_join",
    "tablesample",
    "union",
    "use",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

const MODIFIERS: &[&str] = &[
    "all",
    "distinctrow",
    "high_priority",
    "straight_join",
    "sql_small_result",
    "sql_big_result",
    "sql_buffer_result",
    "sql_cache",
    "sql_no_cache",
    "sql_calc_found_rows",
];

impl Reader<'_> {
    /// A query to its end.
    pub(super) fn query(&mut self) -> Query {
        let start = self.position();
        let (recursive, ctes) = self.with_clause();
        let mut query = self.query_term();
        query.recursive |= recursive;
        query.ctes.splice(..0, ctes);
        while self.eat_any(&["union", "intersect", "except", "minus"]) {
            self.eat_any(&["all", "distinct"]);
            if self.eat(&["corresponding"]) && self.eat(&["by"]) {
                self.skip_group();
            }
            let branch = self.query_term();
            query.branches.push(branch);
        }
        self.query_tail(&mut query);
        query.span = Some(self.span_from(start));
        query
    }

    /// WITH, when it is there.
    pub(super) fn with_clause(&mut self) -> (bool, Vec<Cte>) {
        let mut ctes = Vec::new();
        if !self.at("with") || !(self.is_ident(1) || self.kind(1) == Some(TokenKind::String)) {
            return (false, ctes);
        }
        self.bump();
        let recursive = self.at("recursive") && !self.is(1, "as") && self.eat(&["recursive"]);
        while let Some(name) = self.ident() {
            let columns = self.idents_in_group();
            if !self.eat(&["as"]) {
                break;
            }
            self.eat(&["not"]);
            self.eat(&["materialized"]);
            let (mut query, mut statement) = (None, None);
            self.group(|reader| {
                if reader.is_query(reader.lead_or_here()) && !reader.with_changes_rows() {
                    query = Some(reader.query());
                } else {
                    statement = Some(Box::new(reader.nested_statement()));
                }
            });
            if self.at_any(&["search", "cycle"]) {
                // They add columns.
                query = query.map(|query| Query { opaque: true, ..query });
                self.skip_to_next_cte();
            }
            ctes.push(Cte { name, columns, query, statement });
            if !self.eat_comma() {
                break;
            }
        }
        (recursive, ctes)
    }

    fn skip_to_next_cte(&mut self) {
        while !self.done()
            && !self.at_any(&["select", "insert", "update", "delete", "values"])
            && !self.at_open()
        {
            // The columns that are searched by have commas between them, too.
            if self.at_comma() && self.is(2, "as") {
                return;
            }
            self.bump();
        }
    }

    fn lead_or_here(&self) -> usize {
        if self.at_open() { self.lead() } else { 0 }
    }

    /// At WITH: never looked through; the rare `WITH … (WITH … INSERT …)` is read as a query and opaque.
    fn with_changes_rows(&self) -> bool {
        self.at_any(&["insert", "update", "delete", "replace", "merge"])
    }

    fn query_term(&mut self) -> Query {
        let start = self.position();
        let mut query = if self.at_open() {
            self.group(Reader::query).unwrap_or(Query { opaque: true, ..Query::default() })
        } else if self.eat(&["select"]) {
            self.select()
        } else if self.eat(&["values"]) {
            self.values()
        } else if self.eat(&["table"]) {
            self.table_query()
        } else {
            Query { opaque: true, ..Query::default() }
        };
        query.span = Some(self.span_from(start));
        query
    }

    fn table_query(&mut self) -> Query {
        self.eat(&["only"]);
        let query = self.name().map_or_else(|| Query { opaque: true, ..Query::default() }, table_of);
        self.eat_symbol("*");
        query
    }

    fn values(&mut self) -> Query {
        let mut query = Query::default();
        let mut first = true;
        loop {
            self.eat(&["row"]);
            if !self.at_open() {
                query.opaque = true;
                return query;
            }
            let row = self.list(|reader| Some(reader.expression()));
            if first {
                let name = |index: usize| match self.dialect {
                    Dialect::Postgres | Dialect::Sqlite => Some(format!("column{}", index + 1)),
                    Dialect::MySql => Some(format!("column_{index}")),
                    Dialect::MariaDb => None,
                };
                query.outputs = row
                    .into_iter()
                    .enumerate()
                    .map(|(index, expression)| Output::Expression { name: name(index), expression })
                    .collect();
            } else {
                query.expressions.extend(row.into_iter().filter(|expression| !is_constant(expression)));
            }
            first = false;
            if !self.eat_comma() {
                return query;
            }
        }
    }

    fn select(&mut self) -> Query {
        let mut query = Query::default();
        while self.eat_any(MODIFIERS) {}
        if self.eat(&["distinct"]) && self.eat(&["on"]) {
            let expression = self.expression_in_group();
            query.expressions.push(expression);
        }
        if !self.done() && !self.at_any(&["from", "where", "into", "group", "union"]) {
            loop {
                let output = self.output();
                query.outputs.push(output);
                if !self.eat_comma() {
                    break;
                }
            }
        }
        self.target_clause(&mut query);
        if self.eat(&["from"]) {
            self.sources(&mut query.from, &mut query.expressions);
        }
        self.target_clause(&mut query);
        if self.eat(&["where"]) {
            let expression = self.expression();
            query.expressions.push(expression);
        }
        if self.eat(&["group", "by"]) {
            self.eat_any(&["all", "distinct"]);
            // These see the outputs' names as well in every dialect.
            loop {
                let expression = self.expression();
                query.order.push(expression);
                self.eat_any(&["asc", "desc"]);
                if !self.eat_comma() {
                    break;
                }
            }
            self.eat(&["with", "rollup"]);
        }
        if self.eat(&["having"]) {
            let expression = self.expression();
            // MySQL and SQLite let it see the outputs' names.
            if self.is_postgres() { query.expressions.push(expression) } else { query.order.push(expression) }
        }
        if self.eat(&["window"]) {
            loop {
                self.ident();
                self.eat(&["as"]);
                let mut expression = Expression::default();
                self.window(&mut expression);
                query.expressions.push(expression);
                if !self.eat_comma() {
                    break;
                }
            }
        }
        query
    }

    fn target_clause(&mut self, query: &mut Query) {
        if !self.eat(&["into"]) {
            return;
        }
        if self.is_postgres() {
            let temporary = self.eat_any(&["temp", "temporary"]);
            self.eat_any(&["unlogged"]);
            self.eat_any(&["table"]);
            match self.name() {
                Some(name) => self.into = Some((name, temporary)),
                None => query.opaque = true,
            }
        } else {
            // MySQL: variables, or a file.
            self.skip_to(&["from", "where", "group", "having", "order", "limit", "for", "lock", "union"]);
        }
    }

    fn query_tail(&mut self, query: &mut Query) {
        loop {
            if self.eat(&["order", "by"]) {
                let order = self.order_list();
                query.order.extend(order);
            } else if self.eat(&["limit"]) {
                self.eat(&["all"]);
                loop {
                    let expression = self.expression();
                    query.expressions.push(expression);
                    if !self.eat_comma() {
                        break;
                    }
                }
            } else if self.eat(&["offset"]) {
                let expression = self.expression();
                query.expressions.push(expression);
                self.eat_any(&["row", "rows"]);
            } else if self.at("fetch") && self.is_any(1, &["first", "next"]) {
                self.bump();
                self.bump();
                if !self.at_any(&["row", "rows"]) {
                    let expression = self.expression();
                    query.expressions.push(expression);
                }
                self.eat_any(&["row", "rows"]);
                let _ = self.eat(&["only"]) || self.eat(&["with", "ties"]);
            } else if self.at("for") && self.is_any(1, &["update", "share", "no", "key"]) {
                self.bump();
                let _ = self.eat(&["no", "key", "update"]) || self.eat(&["key", "share"]);
                self.eat_any(&["update", "share"]);
                if self.eat(&["of"]) {
                    self.names();
                }
                let _ = self.eat(&["nowait"]) || self.eat(&["skip", "locked"]);
                if self.eat(&["wait"]) {
                    self.bump();
                }
            } else if self.eat(&["lock", "in", "share", "mode"]) {
            } else if self.at("into") {
                self.target_clause(query);
            } else {
                return;
            }
        }
    }

    /// One output, as SELECT and RETURNING have them.
    pub(super) fn output(&mut self) -> Output {
        if self.at_symbol("*") {
            self.bump();
            return Output::All;
        }
        if let Some(name) = self.all_of() {
            return Output::AllOf(name);
        }
        let call = self.call_end();
        let expression = self.expression();
        let aliased = self.eat(&["as"]) || !(self.at_any(NO_ALIAS) || self.at_open());
        let alias = if aliased { self.alias_ident() } else { None };
        let name = match alias {
            Some(alias) => Some(alias.text),
            None => self.derived_name(&expression, call),
        };
        Output::Expression { name, expression }
    }

    /// `table.*`
    fn all_of(&mut self) -> Option<Name> {
        let mut ahead = 0;
        while self.is_ident(ahead) && self.is_symbol(ahead + 1, ".") {
            ahead += 2;
        }
        // Behind the star of a whole row an operator may follow: `t.*::text`.
        if ahead == 0 || !self.is_symbol(ahead, "*") || self.kind(ahead + 1) == Some(TokenKind::Operator) {
            return None;
        }
        let name = self.name();
        self.bump();
        self.bump();
        name
    }

    /// At a call: which token is behind its arguments.
    fn call_end(&self) -> Option<usize> {
        let mut ahead = 0;
        while self.is_ident(ahead) && self.is_symbol(ahead + 1, ".") {
            ahead += 2;
        }
        (self.kind(ahead) == Some(TokenKind::Word) && self.kind(ahead + 1) == Some(TokenKind::Open))
            .then(|| self.position() + self.behind_group(ahead + 1))
    }

    /// The name that an output has that is given none. `None` also where no rule here knows it.
    fn derived_name(&self, expression: &Expression, call: Option<usize>) -> Option<String> {
        let written = expression.span.map_or("", |span| self.text_of(span));
        if let [column] = expression.columns.as_slice()
            && expression.functions.is_empty()
            && expression.queries.is_empty()
        {
            let end = column.column.span.end;
            let first = column.qualifiers.first().unwrap_or(&column.column).span.start;
            let whole = expression.span.is_some_and(|span| span.start == first && span.end == end);
            let cast = expression.span.is_some_and(|span| span.start == first)
                && self.is_postgres()
                && written
                    .get((end - first) as usize..)
                    .is_some_and(|rest| rest.trim_start().starts_with("::"))
                && expression.types.len() == 1
                && expression.types[0].span.end == expression.span.map_or(0, |span| span.end);
            if whole || cast {
                return Some(column.column.text.clone());
            }
        }
        // Only PostgreSQL names an output after its function.
        let behind = call.filter(|_| self.is_postgres())?;
        let first = expression.functions.first()?;
        let begins = first.qualifiers.first().unwrap_or(&first.last).span.start;
        (behind == self.position() && expression.span.is_some_and(|span| span.start == begins))
            .then(|| first.last.text.clone())
    }

    /// RETURNING: expressions.
    pub(super) fn returning(&mut self) -> Vec<Expression> {
        let mut returning = Vec::new();
        if self.eat(&["returning"]) {
            loop {
                if let Output::Expression { expression, .. } = self.output() {
                    returning.push(expression);
                }
                if self.eat(&["into"]) {
                    self.names();
                }
                if !self.eat_comma() {
                    break;
                }
            }
        }
        returning
    }

    /// The sources behind FROM or USING, with their joins. Conditions go to `expressions`.
    pub(super) fn sources(&mut self, from: &mut Vec<FromItem>, expressions: &mut Vec<Expression>) {
        loop {
            self.joined(from, expressions);
            if !self.eat_comma() {
                return;
            }
        }
    }

    fn joined(&mut self, from: &mut Vec<FromItem>, expressions: &mut Vec<Expression>) {
        self.source(from, expressions);
        loop {
            while self.at("on") && !self.is_any(1, &["conflict", "duplicate"]) {
                self.bump();
                let condition = self.expression();
                expressions.push(condition);
            }
            if !self.join() {
                return;
            }
            let natural = self.join_words();
            let first = from.len();
            self.source(from, expressions);
            let (mut using, mut merged) = (Vec::new(), None);
            if self.at("using") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                using = self.idents_in_group();
                if self.eat(&["as"]) {
                    merged = self.ident();
                }
            }
            if let Some(item) = from.get_mut(first) {
                item.natural = natural;
                item.using = using;
            }
            // PostgreSQL 14: a name for the columns that are merged.
            from.extend(merged.map(|alias| FromItem { alias: Some(alias), ..item(Source::Unknown) }));
        }
    }

    /// Whether a join follows.
    fn join(&self) -> bool {
        self.at_any(&["join", "straight_join"])
            || (self.at_any(&["natural", "inner", "cross", "left", "right", "full"])
                && (0..5)
                    .find(|&ahead| {
                        !self.is_any(ahead, &["natural", "inner", "cross", "left", "right", "full", "outer"])
                    })
                    .is_some_and(|ahead| self.is(ahead, "join")))
    }

    /// Behind the words of a join; whether NATURAL is one of them.
    fn join_words(&mut self) -> bool {
        let mut natural = false;
        while !self.done() {
            natural |= self.at("natural");
            let last = self.at_any(&["join", "straight_join"]);
            self.bump();
            if last {
                break;
            }
        }
        natural
    }

    fn source(&mut self, from: &mut Vec<FromItem>, expressions: &mut Vec<Expression>) {
        self.eat(&["lateral"]);
        if self.at("only") && (self.is_ident(1) || self.kind(1) == Some(TokenKind::Open)) {
            self.bump();
            if self.at_open() {
                let name = self.group(Reader::name).flatten();
                self.aliased(from, name.map_or(Source::Unknown, Source::Table));
                return;
            }
        }
        if self.at_open() {
            let lead = self.lead();
            let query = self.is_query(lead) && (lead == 1 || self.group_is_query());
            if query {
                let source =
                    self.group(Reader::query).map_or(Source::Unknown, |query| Source::Query(Box::new(query)));
                self.aliased(from, source);
                return;
            }
            let (first, conditions) = (from.len(), expressions.len());
            if self.group(|reader| reader.sources(from, expressions)).is_none() {
                from.push(item(Source::Unknown));
            }
            // An alias of the join hides the names in it from all but its own conditions, as a query would.
            if let Some(alias) = self.alias() {
                let join = Query {
                    outputs: vec![Output::All],
                    from: from.split_off(first),
                    expressions: expressions.split_off(conditions),
                    ..Query::default()
                };
                let columns = if self.at_open() { self.idents_in_group() } else { Vec::new() };
                let source = Source::Query(Box::new(join));
                from.push(FromItem { alias: Some(alias), columns, ..item(source) });
            }
            return;
        }
        if self.eat(&["rows", "from"]) {
            let mut functions = Expression::default();
            self.group(|reader| {
                reader.expression_list(&mut functions);
                if !reader.done() {
                    functions.opaque = true;
                    reader.skip_rest();
                }
            });
            expressions.push(functions);
            self.eat(&["with", "ordinality"]);
            self.aliased(from, Source::Unknown);
            return;
        }
        if self.at_any(&["json_table", "xmltable"]) && self.kind(1) == Some(TokenKind::Open) {
            self.bump();
            self.skip_group();
            self.aliased(from, Source::Unknown);
            return;
        }
        // MySQL: FROM DUAL is no table.
        if self.is_mysql() && self.at("dual") && !self.is_symbol(1, ".") {
            self.bump();
            return;
        }
        let Some(name) = self.name() else {
            from.push(item(Source::Unknown));
            return;
        };
        if self.at_open() {
            let mut arguments = Expression::default();
            let arguments_read = self.group(|reader| {
                if !reader.done() {
                    reader.named_list(&mut arguments);
                }
            });
            arguments.opaque |= arguments_read.is_none();
            self.eat(&["with", "ordinality"]);
            self.aliased(from, Source::Function(name, vec![arguments]));
            return;
        }
        self.eat_symbol("*");
        self.table_suffix();
        self.aliased(from, Source::Table(name));
        self.table_suffix();
    }

    /// At `((SELECT …`: whether the group is a query, and not a join of queries.
    fn group_is_query(&self) -> bool {
        let behind = self.behind_group(1);
        self.kind(behind) == Some(TokenKind::Close)
            || self.is_any(behind, &["union", "intersect", "except", "minus", "order", "limit", "offset"])
    }

    fn named_list(&mut self, out: &mut Expression) {
        loop {
            if self.is_ident(0) && (self.is_symbol(1, "=>") || self.is_symbol(1, ":=")) {
                self.bump();
                self.bump();
            }
            self.eat_any(&["variadic"]);
            let expression = self.expression();
            merge(out, expression);
            if !self.eat_comma() {
                return;
            }
        }
    }

    /// What stands between a table and its alias, or behind that, and changes no name.
    fn table_suffix(&mut self) {
        loop {
            if self.at("partition") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                self.skip_group();
            } else if self.eat(&["for", "system_time"]) {
                self.system_time();
            } else if self.at_any(&["use", "force", "ignore"]) && self.is_any(1, &["index", "key"]) {
                self.bump();
                self.bump();
                if self.eat(&["for"]) {
                    let _ = self.eat(&["join"]) || self.eat(&["order", "by"]) || self.eat(&["group", "by"]);
                }
                self.skip_group();
                self.eat_comma_before_hint();
            } else if self.eat(&["indexed", "by"]) {
                self.ident();
            } else if self.eat(&["not", "indexed"]) {
            } else if self.at("tablesample") && self.is_ident(1) {
                self.bump();
                self.name();
                self.skip_group();
                if self.eat(&["repeatable"]) {
                    self.skip_group();
                }
            } else {
                return;
            }
        }
    }

    /// MariaDB: the time of the rows, which are constants.
    fn system_time(&mut self) {
        if self.eat(&["all"]) {
            return;
        }
        if self.eat(&["as", "of"]) {
            self.eat(&["transaction"]);
        } else {
            self.eat_any(&["from", "between"]);
        }
        self.expression();
        if self.eat(&["to"]) {
            self.expression();
        }
    }

    fn eat_comma_before_hint(&mut self) {
        if self.at_comma() && self.is_any(1, &["use", "force", "ignore"]) && self.is_any(2, &["index", "key"])
        {
            self.bump();
        }
    }

    /// An alias, with or without AS.
    pub(super) fn alias(&mut self) -> Option<Ident> {
        if self.at("as") && !self.at_all(&["as", "of"]) {
            self.bump();
            return if self.at_open() { None } else { self.alias_ident() };
        }
        if self.at_any(NO_ALIAS) { None } else { self.alias_ident() }
    }

    fn aliased(&mut self, from: &mut Vec<FromItem>, source: Source) {
        let alias = self.alias();
        let mut columns = Vec::new();
        if self.at_open() && (alias.is_some() || matches!(source, Source::Function(..) | Source::Unknown)) {
            columns = self.list(|reader| {
                let column = reader.ident();
                if !reader.done() && !reader.at_comma() {
                    reader.type_name();
                    if reader.eat(&["collate"]) {
                        reader.name();
                    }
                }
                column
            });
        }
        from.push(FromItem { alias, columns, ..item(source) });
    }
}

/// `TABLE name`
pub(super) fn table_of(name: Name) -> Query {
    Query { from: vec![item(Source::Table(name))], outputs: vec![Output::All], ..Query::default() }
}

pub(super) fn item(source: Source) -> FromItem {
    FromItem { source, alias: None, columns: Vec::new(), using: Vec::new(), natural: false }
}
