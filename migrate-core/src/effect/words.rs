//! The tokens of a statement, for what its short form does not keep.

use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::syntax::{Lexer, Token, TokenKind};

pub(crate) struct Words<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

impl<'t> Words<'t> {
    /// Of one statement; the spans of its tokens are of `text`.
    pub(crate) fn of(text: &'t str, span: Span, dialect: Dialect) -> Self {
        let source = span.of(text);
        let tokens = Lexer::new(source, dialect).filter(|token| token.kind.is_significant());
        let moved = |mut token: Token| {
            token.span = Span::new(token.span.start + span.start, token.span.end + span.start);
            token
        };
        Words { text, tokens: tokens.map(moved).collect() }
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(crate) fn text(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    pub(crate) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Whether `keywords` stand at a place.
    pub(crate) fn at(&self, at: usize, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(offset, keyword)| {
            self.tokens.get(at + offset).is_some_and(|token| token.is(self.text, keyword))
        })
    }

    /// Where `keywords` stand first, one behind the other.
    pub(crate) fn find(&self, keywords: &[&str]) -> Option<usize> {
        (0..self.tokens.len()).find(|at| self.at(*at, keywords))
    }

    pub(crate) fn has(&self, keywords: &[&str]) -> bool {
        self.find(keywords).is_some()
    }

    /// Whether the statement begins with `keywords`.
    pub(crate) fn begin(&self, keywords: &[&str]) -> bool {
        self.at(0, keywords)
    }

    /// Whether it sets the option `name` to something that is not a no: `(name)`, `name = true`.
    pub(crate) fn option(&self, name: &str) -> bool {
        self.find(&[name]).is_some_and(|at| {
            let value = if self.text(at + 1) == "=" { at + 2 } else { at + 1 };
            !self.at(value, &["false"]) && !self.at(value, &["off"]) && self.text(value) != "0"
        })
    }

    /// Whether it sets the option `name` to a no.
    pub(crate) fn option_off(&self, name: &str) -> bool {
        self.has(&[name]) && !self.option(name)
    }
}
