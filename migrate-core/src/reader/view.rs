//! CREATE VIEW and CREATE MATERIALIZED VIEW.

use super::cursor::Reader;
use crate::ast::{CreateView, Kind};
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
}
