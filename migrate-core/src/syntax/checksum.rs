//! What of a text goes into its token checksum.

use super::lexer::Lexer;
use super::token::TokenKind;
use crate::dialect::Dialect;

/// The tokens of `text` in order, exactly as written: strings and dollar-quoted bodies byte for byte, white
/// space and comments out. Our directives are comments and therefore out too; the caller hashes what they
/// say.
///
/// Executable comments of MySQL and MariaDB are code: their content counts, and so does the version in their
/// mark. What `DELIMITER` chose counts as a semicolon, since it never reaches the server.
pub fn tokens_for_checksum(text: &str, dialect: Dialect) -> impl Iterator<Item = &[u8]> {
    Lexer::new(text, dialect).filter_map(move |token| match token.kind {
        kind if kind.is_trivia() => None,
        TokenKind::ClientCommand if token.text(text).as_bytes().first() != Some(&b'\\') => None,
        TokenKind::Delimiter => Some(&b";"[..]),
        _ => Some(token.text(text).as_bytes()),
    })
}
