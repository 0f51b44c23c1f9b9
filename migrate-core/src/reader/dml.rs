//! INSERT, UPDATE, DELETE, TRUNCATE and MERGE: the tables, the columns that are named, and the expressions.

use super::cursor::Reader;
use super::expression::is_constant;
use crate::ast::{ColumnRef, Cte, Delete, Expression, FromItem, Ident, Insert, Kind, Name, Source, Update};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// At SELECT, VALUES, WITH, or a query in parentheses.
    pub(super) fn query_statement(&mut self) -> Option<Kind> {
        let start = self.position();
        let (recursive, ctes) = self.with_clause();
        if let Some(kind) = self.dml(ctes.clone()) {
            return Some(kind);
        }
        let mut query = self.query();
        query.ctes.splice(..0, ctes);
        query.recursive |= recursive;
        query.span = Some(self.span_from(start));
        if let Some((name, temporary)) = self.into.take() {
            let mut table = super::table::empty_table(name);
            table.temporary = temporary;
            table.query = Some(query);
            return Some(Kind::CreateTable(table));
        }
        Some(Kind::Select(query))
    }

    /// INSERT, UPDATE or DELETE behind their WITH, if one is here.
    pub(super) fn dml(&mut self, ctes: Vec<Cte>) -> Option<Kind> {
        if self.at("insert") || (self.at("replace") && !self.is_postgres()) {
            self.bump();
            self.insert(ctes)
        } else if self.eat(&["update"]) {
            self.update(ctes)
        } else if self.eat(&["delete"]) {
            self.delete(ctes)
        } else if self.eat(&["merge", "into"]) {
            self.merge_statement(ctes)
        } else {
            None
        }
    }

    fn insert(&mut self, ctes: Vec<Cte>) -> Option<Kind> {
        while self.is_mysql() && self.eat_any(&["low_priority", "delayed", "high_priority", "ignore"]) {}
        if self.eat(&["or"]) {
            self.bump();
        }
        self.eat(&["into"]);
        let mut insert = Insert {
            table: self.name()?,
            alias: None,
            columns: None,
            rows: Vec::new(),
            query: None,
            values: Vec::new(),
            conflict: None,
            returning: Vec::new(),
            ctes,
        };
        if self.at("partition") && self.kind(1) == Some(TokenKind::Open) {
            self.bump();
            self.skip_group();
        }
        if self.eat(&["as"]) {
            insert.alias = self.ident();
        }
        if self.at_open() && !self.is_query(self.lead()) {
            insert.columns = Some(self.column_names());
        }
        if self.eat(&["overriding"]) {
            self.eat_any(&["system", "user"]);
            self.eat(&["value"]);
        }
        if self.eat(&["default", "values"]) {
            insert.rows.push(0);
        } else if self.at_any(&["values", "value"])
            && (self.kind(1) == Some(TokenKind::Open) || self.is(1, "row"))
        {
            self.insert_rows(&mut insert);
        } else if self.is_mysql() && self.eat(&["set"]) {
            let mut targets = Vec::new();
            self.assignments(&mut targets, &mut insert.values);
            insert.rows.push(targets.len());
            insert.columns = Some(targets.into_iter().map(|target| target.last).collect());
        } else {
            insert.query = Some(self.query());
        }
        // MySQL: an alias of the new row.
        if self.is_mysql() && self.eat(&["as"]) {
            insert.row_alias(self.ident());
            self.idents_in_group();
        }
        while self.at_all(&["on", "conflict"]) || self.at_all(&["on", "duplicate"]) {
            let conflict = self.conflict(&insert.table);
            insert.conflict = Some(conflict);
        }
        insert.returning = self.returning();
        Some(Kind::Insert(insert))
    }

    /// `(a, b, c[1], d.e)`: the columns that are given values.
    fn column_names(&mut self) -> Vec<Ident> {
        self.list(|reader| {
            // MySQL allows the table before the column.
            let name = reader.name();
            while reader.skip_group() || (reader.eat_symbol(".") && reader.ident().is_some()) {}
            name.map(|name| if reader.is_postgres() { first_part(name) } else { name.last })
        })
    }

    fn insert_rows(&mut self, insert: &mut Insert) {
        self.bump();
        loop {
            self.eat(&["row"]);
            if !self.at_open() {
                return;
            }
            let row = self.list(|reader| Some(reader.expression()));
            insert.rows.push(row.len());
            insert.values.extend(row.into_iter().filter(|expression| !is_constant(expression)));
            if !self.eat_comma() {
                return;
            }
        }
    }

    fn conflict(&mut self, table: &Name) -> (Vec<Ident>, Vec<Expression>) {
        let (mut columns, mut expressions) = (Vec::new(), Vec::new());
        let mut assigned = Vec::new();
        if self.eat(&["on", "duplicate"]) {
            self.eat(&["key", "update"]);
            self.assignments(&mut assigned, &mut expressions);
        } else {
            self.eat(&["on", "conflict"]);
            if self.at_open() {
                for part in self.index_parts() {
                    columns.extend(part.column);
                    expressions.extend(part.expression);
                }
                if self.eat(&["where"]) {
                    let expression = self.expression();
                    expressions.push(expression);
                }
            } else if self.eat(&["on", "constraint"]) {
                self.ident();
            }
            self.eat(&["do"]);
            if !self.eat(&["nothing"]) && self.eat(&["update", "set"]) {
                self.assignments(&mut assigned, &mut expressions);
                if self.eat(&["where"]) {
                    let expression = self.expression();
                    expressions.push(expression);
                }
            }
        }
        let assigned = self.own_columns(assigned, (table, None), &mut expressions);
        expressions.extend(assigned.into_iter().map(|column| Expression {
            span: Some(column.span),
            columns: vec![ColumnRef { qualifiers: Vec::new(), column }],
            ..Expression::default()
        }));
        (columns, expressions)
    }

    /// `a = 1, (b, c) = (2, 3)`
    fn assignments(&mut self, targets: &mut Vec<Name>, expressions: &mut Vec<Expression>) {
        loop {
            if self.at_open() {
                let columns = self.column_names();
                targets.extend(columns.into_iter().map(|last| Name { qualifiers: Vec::new(), last }));
            } else if let Some(name) = self.name() {
                targets.push(name);
                self.subscripts(expressions);
            } else {
                return;
            }
            if !self.eat_symbol("=") && !self.eat_symbol(":=") {
                return;
            }
            let expression = self.expression();
            if !is_constant(&expression) {
                expressions.push(expression);
            }
            if !self.eat_comma() {
                return;
            }
        }
    }

    fn subscripts(&mut self, expressions: &mut Vec<Expression>) {
        while self.at_symbol("[") {
            let mut subscript = Expression::default();
            self.subscript(&mut subscript);
            if !is_constant(&subscript) {
                expressions.push(subscript);
            }
        }
    }

    /// The columns of the table among the targets; those of other tables go to the expressions.
    fn own_columns(
        &self,
        targets: Vec<Name>,
        (table, alias): (&Name, Option<&Ident>),
        expressions: &mut Vec<Expression>,
    ) -> Vec<Ident> {
        let mut columns = Vec::new();
        for target in targets {
            // PostgreSQL: what follows the dot is a field; elsewhere what stands before it is the table.
            if self.is_postgres() {
                columns.push(first_part(target));
            } else if target.qualifiers.last().is_none_or(|qualifier| {
                qualifier.text.eq_ignore_ascii_case(alias.map_or(&table.last.text, |alias| &alias.text))
            }) {
                columns.push(target.last);
            } else {
                let span = Some(target.last.span);
                let column = ColumnRef { qualifiers: target.qualifiers, column: target.last };
                expressions.push(Expression { span, columns: vec![column], ..Expression::default() });
            }
        }
        columns
    }

    fn update(&mut self, ctes: Vec<Cte>) -> Option<Kind> {
        while self.is_mysql() && self.eat_any(&["low_priority", "ignore"]) {}
        if self.eat(&["or"]) {
            self.bump();
        }
        if self.is_ident(1) {
            self.eat(&["only"]);
        }
        let mut expressions = Vec::new();
        let mut sources = Vec::new();
        let (table, alias) = if self.is_mysql() {
            self.sources(&mut sources, &mut expressions);
            self.portion();
            first_table(&mut sources)?
        } else {
            let table = self.name()?;
            self.eat_symbol("*");
            self.portion();
            let alias = if self.at_any(&["set", "indexed", "not"]) { None } else { self.alias() };
            let _ = (self.eat(&["indexed", "by"]) && self.ident().is_some()) || self.eat(&["not", "indexed"]);
            (table, alias)
        };
        let mut update = Update {
            table,
            alias,
            columns: Vec::new(),
            from: sources,
            expressions,
            has_where: false,
            returning: Vec::new(),
            ctes,
        };
        if !self.eat(&["set"]) {
            return None;
        }
        let mut targets = Vec::new();
        self.assignments(&mut targets, &mut update.expressions);
        update.columns =
            self.own_columns(targets, (&update.table, update.alias.as_ref()), &mut update.expressions);
        if self.eat(&["from"]) {
            self.sources(&mut update.from, &mut update.expressions);
        }
        update.has_where = self.where_and_limit(&mut update.expressions);
        update.returning = self.returning();
        Some(Kind::Update(update))
    }

    /// `FOR PORTION OF period FROM a TO b`, before the alias.
    fn portion(&mut self) {
        if self.eat(&["for", "portion", "of"]) {
            self.ident();
            if self.eat(&["from"]) {
                self.expression();
                self.eat(&["to"]);
                self.expression();
            } else {
                self.skip_group();
            }
        }
    }

    /// WHERE, ORDER BY, LIMIT; whether there is a WHERE.
    fn where_and_limit(&mut self, expressions: &mut Vec<Expression>) -> bool {
        let has_where = self.eat(&["where"]);
        if has_where && !self.eat(&["current", "of"]) {
            let expression = self.expression();
            expressions.push(expression);
        } else if has_where {
            self.ident();
        }
        if self.eat(&["order", "by"]) {
            let order = self.order_list();
            expressions.extend(order);
        }
        if self.eat(&["limit"]) {
            self.expression();
            if self.eat_comma() || self.eat(&["offset"]) {
                self.expression();
            }
        }
        has_where
    }

    fn delete(&mut self, ctes: Vec<Cte>) -> Option<Kind> {
        while self.is_mysql() && self.eat_any(&["low_priority", "quick", "ignore", "history"]) {}
        let mut delete = Delete {
            table: Name {
                qualifiers: Vec::new(),
                last: Ident { text: String::new(), quoted: false, span: self.span_from(self.position()) },
            },
            alias: None,
            using: Vec::new(),
            expressions: Vec::new(),
            has_where: false,
            returning: Vec::new(),
            ctes,
        };
        // MySQL: DELETE a, b FROM joined, with a and b tables or aliases.
        if self.is_mysql() && !self.at("from") {
            let targets = self.targets();
            if !self.eat(&["from"]) {
                return None;
            }
            self.sources(&mut delete.using, &mut delete.expressions);
            delete.table = resolve_target(targets.into_iter().next()?, &delete.using);
        } else {
            self.eat(&["from"]);
            if self.is_ident(1) {
                self.eat(&["only"]);
            }
            delete.table = self.name()?;
            self.eat_symbol("*");
            if self.is_mysql() && (self.at_comma() || self.at_symbol(".")) {
                while self.eat_comma()
                    || self.eat_symbol(".")
                    || self.eat_symbol("*")
                    || self.name().is_some()
                {
                    if self.at("using") {
                        break;
                    }
                }
            }
            self.portion();
            if !self.at_any(&["where", "using", "indexed", "not", "returning", "order", "limit", "partition"])
            {
                delete.alias = self.alias();
            }
            if self.at("partition") {
                self.bump();
                self.skip_group();
            }
            let _ = (self.eat(&["indexed", "by"]) && self.ident().is_some()) || self.eat(&["not", "indexed"]);
            if self.eat(&["using"]) {
                self.sources(&mut delete.using, &mut delete.expressions);
                if self.is_mysql() {
                    delete.table = resolve_target(delete.table, &delete.using);
                }
            }
        }
        delete.has_where = self.where_and_limit(&mut delete.expressions);
        delete.returning = self.returning();
        Some(Kind::Delete(delete))
    }

    /// `a, b.*`
    fn targets(&mut self) -> Vec<Name> {
        let mut targets = Vec::new();
        loop {
            targets.extend(self.name());
            if self.at_symbol(".") {
                self.bump();
                self.eat_symbol("*");
            }
            if !self.eat_comma() {
                return targets;
            }
        }
    }

    /// What its branches do is not followed; that they change the target is.
    fn merge_statement(&mut self, ctes: Vec<Cte>) -> Option<Kind> {
        if self.is_ident(1) {
            self.eat(&["only"]);
        }
        let table = self.name()?;
        let alias = if self.at("using") { None } else { self.alias() };
        let mut update = Update {
            table,
            alias,
            columns: Vec::new(),
            from: Vec::new(),
            expressions: Vec::new(),
            has_where: true,
            returning: Vec::new(),
            ctes,
        };
        if self.eat(&["using"]) {
            self.sources(&mut update.from, &mut update.expressions);
        }
        self.skip_rest();
        update.expressions.push(Expression { opaque: true, ..Expression::default() });
        Some(Kind::Update(update))
    }

    /// Behind TRUNCATE.
    pub(super) fn truncate(&mut self) -> Option<Kind> {
        self.eat(&["table"]);
        let mut tables = Vec::new();
        loop {
            if self.is_ident(1) {
                self.eat(&["only"]);
            }
            tables.push(self.name()?);
            self.eat_symbol("*");
            if !self.eat_comma() {
                break;
            }
        }
        let _ = self.eat(&["restart", "identity"]) || self.eat(&["continue", "identity"]);
        if self.is_mysql() && self.eat_any(&["wait", "nowait"]) {
            self.number();
        }
        Some(Kind::Truncate { tables, cascade: self.cascade() })
    }
}

impl Insert {
    /// MySQL: `VALUES (…) AS new`: what follows calls the new row so.
    fn row_alias(&mut self, alias: Option<Ident>) {
        self.alias = alias.or(self.alias.take());
    }
}

fn first_part(name: Name) -> Ident {
    name.qualifiers.into_iter().next().unwrap_or(name.last)
}

/// Takes the first table out of the sources; the others stay.
fn first_table(sources: &mut Vec<FromItem>) -> Option<(Name, Option<Ident>)> {
    let index = sources.iter().position(|item| matches!(item.source, Source::Table(_)))?;
    let FromItem { source: Source::Table(name), alias, .. } = sources.remove(index) else { return None };
    Some((name, alias))
}

/// The table that an alias of one of the sources means.
fn resolve_target(target: Name, sources: &[FromItem]) -> Name {
    for FromItem { source, alias, .. } in sources {
        if let (Source::Table(table), Some(alias)) = (source, alias)
            && target.qualifiers.is_empty()
            && alias.text.eq_ignore_ascii_case(&target.last.text)
        {
            return table.clone();
        }
    }
    target
}
