//! Expressions as text that does not depend on white space, comments and the case of words.

use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::syntax::{Lexer, TokenKind};

/// The text of `span` with single spaces where there was something to skip, and words in lower case.
pub(super) fn normalized(text: &str, span: Option<Span>, dialect: Dialect) -> String {
    let source = span.map_or("", |span| span.of(text));
    let mut out = String::with_capacity(source.len());
    let mut end = 0;
    for token in Lexer::new(source, dialect).filter(|token| token.kind.is_significant()) {
        if token.span.start > end && end > 0 {
            out.push(' ');
        }
        end = token.span.end;
        match token.kind {
            TokenKind::Word => out.push_str(&token.text(source).to_ascii_lowercase()),
            _ => out.push_str(token.text(source)),
        }
    }
    out
}

/// An expression in which a column has another name.
pub(super) fn renamed(text: &str, dialect: Dialect, old: &str, new: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let tokens: Vec<_> = Lexer::new(text, dialect).collect();
    for (at, token) in tokens.iter().enumerate() {
        let source = token.text(text);
        let name = match token.kind {
            TokenKind::Word => source,
            TokenKind::QuotedIdent => source.trim_matches(['"', '`', '[', ']']),
            _ => "",
        };
        let same = if dialect == Dialect::Postgres { name == old } else { name.eq_ignore_ascii_case(old) };
        // A function may have the name of a column.
        let call = tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::Open);
        if name.is_empty() || !same || call {
            out.push_str(source);
        } else {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let quote = if matches!(dialect, Dialect::MySql | Dialect::MariaDb) { '`' } else { '"' };
            if token.kind == TokenKind::Word && new.chars().all(plain) {
                out.push_str(new);
            } else {
                out.push(quote);
                out.push_str(new);
                out.push(quote);
            }
        }
    }
    out
}

/// The words of a text that could be names, in lower case; strings are searched for words as well, as they
/// may be code.
pub(super) fn words(text: &str, dialect: Dialect) -> Vec<String> {
    words_to(text, dialect, 0)
}

fn words_to(text: &str, dialect: Dialect, depth: u32) -> Vec<String> {
    let mut words = Vec::new();
    for token in Lexer::new(text, dialect) {
        let source = token.text(text);
        match token.kind {
            TokenKind::Word => words.push(source.to_ascii_lowercase()),
            TokenKind::QuotedIdent => words.push(source.trim_matches(['"', '`', '[', ']']).to_owned()),
            TokenKind::String if depth < 4 => {
                let inner = string_body(source);
                if inner.len() < source.len() {
                    words.extend(words_to(inner, dialect, depth + 1));
                }
            }
            _ => {}
        }
    }
    words
}

/// What is between the quotes.
pub(super) fn string_body(source: &str) -> &str {
    if let Some(rest) = source.strip_prefix('$') {
        let Some(tag) = rest.find('$') else { return rest };
        let tag = &source[..tag + 2];
        let inner = source.get(tag.len()..).unwrap_or("");
        return inner.strip_suffix(tag).unwrap_or(inner);
    }
    let Some(quote) = source.find(['\'', '"']) else { return source };
    let inner = &source[quote + 1..];
    inner.strip_suffix(['\'', '"']).unwrap_or(inner)
}
