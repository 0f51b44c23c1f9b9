//! CALL of a procedure of MySQL whose text says exactly what it does: statements prepared from strings and from
//! what it is called with, perhaps only where the information schema has a row. Projects write such procedures
//! because MySQL cannot drop an index or a foreign key `IF EXISTS`.

use std::collections::BTreeMap;

use super::Apply;
use crate::ast::Kind;
use crate::catalog::key::{Class, Key};
use crate::catalog::model::{ConstraintKind, Entity, Table};
use crate::catalog::rules::Naming;
use crate::catalog::spelling;
use crate::reader;
use crate::syntax::{Lexer, Token, TokenKind, split};

impl Apply<'_> {
    /// Does what a CALL does. `false`, and nothing is done, when that is not certain.
    pub(super) fn call_exactly(&mut self) -> bool {
        if !matches!(self.rules().naming, Naming::MySql | Naming::MariaDb) {
            return false;
        }
        let Some((body, values)) = self.called() else { return false };
        let before = self.catalog.snapshot();
        let tokens: Vec<Token> = Lexer::new(&body, self.catalog.dialect).significant().collect();
        let mut run = Run { apply: self, body: &body, tokens: &tokens, at: 0, values, problems: Vec::new() };
        let done = run.block().is_some() && run.at == tokens.len();
        let problems = run.problems;
        if !done {
            self.catalog.restore(before);
            return false;
        }
        self.catalog.store.forget(&before.into_mark());
        for message in problems {
            let message = format!("a statement that the procedure prepares fails: {message}");
            self.report("called-statement", false, self.span, message);
        }
        true
    }

    /// The body of the procedure, and its parameters with what they stand for.
    fn called(&self) -> Option<(String, BTreeMap<String, String>)> {
        let text = self.span.of(self.text);
        let tokens: Vec<Token> = Lexer::new(text, self.catalog.dialect).significant().collect();
        let [call, name, open, arguments @ .., close] = tokens.as_slice() else { return None };
        if !call.is(text, "call") || open.kind != TokenKind::Open || close.kind != TokenKind::Close {
            return None;
        }
        let word = plain(name.text(text));
        let key = Key::new(Class::Routine, "", &format!("{}()", self.rules().columns.fold(word)));
        let Some(Entity::Routine(routine)) = self.catalog.get(&key) else { return None };
        if self.catalog.is_tainted(&key) || !routine.procedure {
            return None;
        }
        let mut given = Vec::new();
        for (at, token) in arguments.iter().enumerate() {
            match (token.kind, at % 2) {
                (TokenKind::String, 0) => given.push(literal(token.text(text))?),
                (TokenKind::Number, 0) => given.push(token.text(text).to_owned()),
                (TokenKind::Comma, 1) => {}
                _ => return None,
            }
        }
        if given.len() != routine.parameters.len() {
            return None;
        }
        let parameters = routine.parameters.iter().map(|name| name.to_ascii_lowercase());
        Some((routine.body.as_deref()?.to_owned(), parameters.zip(given).collect()))
    }

    /// The rows of a table of the information schema that are about one table.
    fn information(&self, view: &str, table: &str) -> Option<Vec<Row>> {
        let key = self.catalog.relation_key("", table);
        let Some(table) = self.catalog.get(&key).and_then(Entity::as_table) else {
            let certain = !self.catalog.taint.strangers(Class::Relation);
            return certain.then(Vec::new);
        };
        if self.catalog.is_tainted(&key) || table.incomplete {
            return None;
        }
        let rows: Vec<Row> = match view {
            "tables" => vec![Row::new()],
            "columns" => table.columns.iter().map(|it| row(&[("column_name", &it.name)])).collect(),
            "statistics" => table
                .indexes
                .iter()
                .flat_map(|index| {
                    let columns = index.parts.iter().filter_map(|part| part.column.as_deref());
                    columns.map(|column| row(&[("index_name", &index.name), ("column_name", column)]))
                })
                .collect(),
            "table_constraints" => constraints(table),
            _ => return None,
        };
        Some(rows)
    }
}

type Row = BTreeMap<&'static str, String>;

fn row(values: &[(&'static str, &str)]) -> Row {
    values.iter().map(|(column, value)| (*column, (*value).to_owned())).collect()
}

fn constraints(table: &Table) -> Vec<Row> {
    let row_of = |name: &str, kind: &str| row(&[("constraint_name", name), ("constraint_type", kind)]);
    let mut rows: Vec<Row> = table
        .constraints
        .iter()
        .filter_map(|constraint| {
            let kind = match constraint.kind {
                ConstraintKind::PrimaryKey { .. } => "PRIMARY KEY",
                ConstraintKind::ForeignKey { .. } => "FOREIGN KEY",
                ConstraintKind::Check { .. } => "CHECK",
                // Every unique index is one.
                _ => return None,
            };
            Some(row_of(constraint.name.as_deref()?, kind))
        })
        .collect();
    let unique = table.indexes.iter().filter(|index| index.unique && index.name != "PRIMARY");
    rows.extend(unique.map(|index| row_of(&index.name, "UNIQUE")));
    rows
}

/// A name without its quotes.
fn plain(source: &str) -> &str {
    source.trim_matches('`')
}

/// The value of a string, when it holds nothing that is written in another way than it is read.
fn literal(source: &str) -> Option<String> {
    let body = spelling::string_body(source);
    let ordinary = source.starts_with(['\'', '"']) && !body.contains(['\\', '\'', '"']);
    ordinary.then(|| body.to_owned())
}

struct Run<'r, 'a, 't> {
    apply: &'r mut Apply<'a>,
    body: &'t str,
    tokens: &'t [Token],
    at: usize,
    /// Parameters and variables, and prepared statements behind a colon.
    values: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Run<'_, '_, '_> {
    fn is(&self, ahead: usize, word: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is(self.body, word))
    }

    fn eat(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    fn next(&mut self, kind: TokenKind) -> Option<String> {
        let token = self.tokens.get(self.at).filter(|token| token.kind == kind)?;
        self.at += 1;
        Some(token.text(self.body).to_ascii_lowercase())
    }

    /// `BEGIN … END`.
    fn block(&mut self) -> Option<()> {
        if !self.eat(&["begin"]) {
            return None;
        }
        self.statements(true)?;
        self.eat(&["end"]).then_some(())
    }

    /// Statements up to END, done when `live`.
    fn statements(&mut self, live: bool) -> Option<()> {
        while !self.is(0, "end") {
            self.statement(live)?;
            self.next(TokenKind::Semicolon)?;
        }
        Some(())
    }

    fn statement(&mut self, live: bool) -> Option<()> {
        if self.eat(&["if"]) {
            let not = self.eat(&["not"]);
            let holds = self.exists()? != not;
            if !self.eat(&["then"]) {
                return None;
            }
            self.statements(live && holds)?;
            self.eat(&["end", "if"]).then_some(())
        } else if self.eat(&["set"]) {
            let variable = self.next(TokenKind::Variable)?;
            let operator = self.next(TokenKind::Operator)?;
            if !matches!(operator.as_str(), "=" | ":=") {
                return None;
            }
            let value = self.value()?;
            if live {
                self.values.insert(variable, value);
            }
            Some(())
        } else if self.eat(&["prepare"]) {
            let name = self.next(TokenKind::Word)?;
            if !self.eat(&["from"]) {
                return None;
            }
            let variable = self.next(TokenKind::Variable)?;
            if live {
                let text = self.values.get(&variable)?.clone();
                self.values.insert(format!(":{name}"), text);
            }
            Some(())
        } else if self.eat(&["execute"]) {
            let name = self.next(TokenKind::Word)?;
            if live {
                let text = self.values.get(&format!(":{name}"))?.clone();
                self.execute(&text)?;
            }
            Some(())
        } else if self.eat(&["deallocate", "prepare"]) || self.eat(&["drop", "prepare"]) {
            self.next(TokenKind::Word).map(|_| ())
        } else {
            None
        }
    }

    /// A string, a parameter, or a CONCAT of them.
    fn value(&mut self) -> Option<String> {
        if !self.eat(&["concat"]) {
            return self.part();
        }
        self.next(TokenKind::Open)?;
        let mut text = self.part()?;
        while self.next(TokenKind::Comma).is_some() {
            text.push_str(&self.part()?);
        }
        self.next(TokenKind::Close)?;
        Some(text)
    }

    fn part(&mut self) -> Option<String> {
        let token = *self.tokens.get(self.at)?;
        self.at += 1;
        let source = token.text(self.body);
        match token.kind {
            TokenKind::String => literal(source),
            TokenKind::Word | TokenKind::QuotedIdent | TokenKind::Variable => {
                self.values.get(&plain(source).to_ascii_lowercase()).cloned()
            }
            _ => None,
        }
    }

    /// `EXISTS (SELECT … FROM information_schema.x WHERE a = b AND …)`.
    fn exists(&mut self) -> Option<bool> {
        if !self.eat(&["exists"]) {
            return None;
        }
        self.next(TokenKind::Open)?;
        if !self.eat(&["select"]) {
            return None;
        }
        // What is selected does not matter to EXISTS, unless it is an aggregate, which always gives a row.
        while !self.is(0, "from") {
            let token = self.tokens.get(self.at)?;
            if matches!(token.kind, TokenKind::Open | TokenKind::Close) {
                return None;
            }
            self.at += 1;
        }
        if !self.eat(&["from", "information_schema"]) || self.next(TokenKind::Operator)? != "." {
            return None;
        }
        let view = self.next(TokenKind::Word)?;
        if !self.eat(&["where"]) {
            return None;
        }
        let (mut table, mut conditions) = (None, Vec::new());
        loop {
            let column = self.next(TokenKind::Word)?;
            if self.next(TokenKind::Operator)? != "=" {
                return None;
            }
            if self.eat(&["database"]) || self.eat(&["schema"]) {
                self.next(TokenKind::Open)?;
                self.next(TokenKind::Close)?;
                if !matches!(column.as_str(), "table_schema" | "constraint_schema" | "index_schema") {
                    return None;
                }
            } else if column == "table_name" {
                table = Some(self.part()?);
            } else {
                conditions.push((column, self.part()?));
            }
            if !self.eat(&["and"]) {
                break;
            }
        }
        self.next(TokenKind::Close)?;
        let rows = self.apply.information(&view, &table?)?;
        let known = ["column_name", "index_name", "constraint_name", "constraint_type"];
        if conditions.iter().any(|(column, _)| !known.contains(&column.as_str())) {
            return None;
        }
        let holds = |row: &Row| {
            conditions.iter().all(|(column, value)| {
                row.get(column.as_str()).is_some_and(|it| it.eq_ignore_ascii_case(value))
            })
        };
        Some(rows.iter().any(holds))
    }

    /// Does what a prepared text says.
    fn execute(&mut self, text: &str) -> Option<()> {
        let dialect = self.apply.catalog.dialect;
        let statements = split(text, dialect).statements;
        let [statement] = statements.as_slice() else { return None };
        let read = reader::read(text, statement.span, dialect);
        // Nothing that runs other text again, and nothing that is only half understood.
        if matches!(read.kind, Kind::Opaque(_) | Kind::Other) || !read.unread.is_empty() {
            return None;
        }
        let path = std::sync::Arc::clone(&self.apply.path);
        let mut inner = Apply::new(self.apply.catalog, text, path, statement.span);
        inner.stands_at = Some(self.apply.span);
        inner.statement(&read.kind);
        let errors =
            inner.finish().into_iter().filter(|it| it.severity == crate::diagnostic::Severity::Error);
        self.problems.extend(errors.map(|it| it.message));
        Some(())
    }
}
