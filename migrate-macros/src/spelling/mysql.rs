//! MySQL and MariaDB have no grammar that accepts all of what real files hold. What our own reader is certain
//! about takes its place.

use migrate_core::Dialect;
use migrate_core::check::SpellingError;
use migrate_core::reader::misread;
use migrate_core::syntax::{Lexer, TokenKind};

pub(super) fn mysql(statement: &str) -> Vec<SpellingError> {
    errors(statement, Dialect::MySql)
}

pub(super) fn mariadb(statement: &str) -> Vec<SpellingError> {
    errors(statement, Dialect::MariaDb)
}

fn errors(statement: &str, dialect: Dialect) -> Vec<SpellingError> {
    let Some(span) = misread(statement, dialect) else { return Vec::new() };
    let near = span.of(statement);
    let mut tokens = Lexer::new(statement, dialect).significant();
    let closes = tokens.any(|token| token.span == span && token.kind == TokenKind::Close);
    let message = if closes {
        "this parenthesis closes nothing, or one before it is not closed".to_owned()
    } else {
        format!("`{near}` is not expected here")
    };
    vec![SpellingError { at: span.start as usize, message }]
}
