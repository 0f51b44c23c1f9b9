//! CREATE VIEW and CREATE MATERIALIZED VIEW.

use super::cursor::Reader;
use super::query::item;
use crate::ast::{CreateView, Cte, Kind, Output, Query, Source};
use crate::syntax::TokenKind;

impl Reader<'_> {
    /// Behind VIEW.
    pub(super) fn create_view(
        &mut self,
        or_replace: bool,
        temporary: bool,
        materialized: bool,
    ) -> Option<Kind> {
        let if_not_exists = self.eat(&["if", "not", "exists"]);
        let mut view = CreateView {
            name: self.name()?,
            columns: Vec::new(),
            query: None,
            materialized,
            or_replace,
            if_not_exists,
            temporary,
            with_data: true,
        };
        if self.at_open() {
            view.columns = self.idents_in_group();
        }
        loop {
            if self.eat_any(&["using", "tablespace"]) {
                self.ident();
            } else if self.at("with") && self.kind(1) == Some(TokenKind::Open) {
                self.bump();
                self.skip_group();
            } else {
                break;
            }
        }
        if self.eat(&["as"]) {
            view.query = Some(self.query());
        }
        if self.eat(&["with", "no", "data"]) {
            view.with_data = false;
        } else if !self.eat(&["with", "data"]) && self.eat(&["with"]) {
            self.eat_any(&["cascaded", "local"]);
            self.eat(&["check", "option"]);
        }
        Some(Kind::CreateView(view))
    }

    /// Behind RECURSIVE VIEW: `n (c) AS query` stands for `n AS WITH RECURSIVE n (c) AS (query) SELECT * FROM n`.
    pub(super) fn create_recursive_view(&mut self, or_replace: bool, temporary: bool) -> Option<Kind> {
        let mut kind = self.create_view(or_replace, temporary, false)?;
        if let Kind::CreateView(view) = &mut kind {
            let mut name = view.name.clone();
            name.qualifiers.clear();
            view.query = view.query.take().map(|query| Query {
                span: query.span,
                ctes: vec![Cte {
                    name: name.last.clone(),
                    columns: view.columns.clone(),
                    query: Some(query),
                    statement: None,
                }],
                recursive: true,
                from: vec![item(Source::Table(name))],
                outputs: vec![Output::All],
                ..Query::default()
            });
        }
        Some(kind)
    }
}
