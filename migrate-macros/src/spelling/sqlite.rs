//! The grammar of SQLite, by the package `sqlite3-parser`, which is made from SQLite's own.

use bumpalo::Bump;
use fallible_iterator::FallibleIterator as _;
use migrate_core::check::SpellingError;
use sqlite3_parser::lexer::sql::{Error, Parser, ParserError};

/// What the grammar refuses in one statement: it stops at the first.
pub(super) fn errors(statement: &str) -> Vec<SpellingError> {
    let memory = Bump::new();
    let mut parser = Parser::new(&memory, statement.as_bytes());
    loop {
        match parser.next() {
            Ok(Some(_)) => {}
            Ok(None) => return Vec::new(),
            Err(error) => return described(error, statement).into_iter().collect(),
        }
    }
}

fn described(error: Error, statement: &str) -> Option<SpellingError> {
    let (message, place) = match error {
        Error::UnrecognizedToken(place) => ("this begins no token".to_owned(), place),
        Error::UnterminatedLiteral(place) => ("this string is never closed".to_owned(), place),
        Error::UnterminatedBracket(place) => ("this `[` is never closed".to_owned(), place),
        Error::UnterminatedBlockComment(place) => ("this comment is never closed".to_owned(), place),
        Error::BadVariableName(place) => ("this is no name of a parameter".to_owned(), place),
        Error::BadNumber(place) => ("this is no number".to_owned(), place),
        Error::ExpectedEqualsSign(place) => ("expected `=` behind `!`".to_owned(), place),
        Error::MalformedBlobLiteral(place) => {
            ("this blob has an odd number of digits, or no digits".to_owned(), place)
        }
        Error::MalformedHexInteger(place) => ("this is no hexadecimal number".to_owned(), place),
        Error::ParserError(ParserError::SyntaxError(near), place) => (format!("unexpected `{near}`"), place),
        // It is noticed at the end, wherever the parser says that it stood.
        Error::ParserError(ParserError::UnexpectedEof, _) => {
            ("the statement is not complete".to_owned(), None)
        }
        Error::ParserError(ParserError::Custom(message), place) => (message, place),
        // Nothing is read from anywhere but memory; what later versions add is not known to be certain.
        _ => return None,
    };
    let at = place.map_or(statement.len(), |place| offset(statement, place.line, place.column));
    Some(SpellingError { at, message })
}

/// The byte of a line and a column in bytes, both from 1.
fn offset(statement: &str, line: usize, column: usize) -> usize {
    let lines = statement.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    (start + column.saturating_sub(1)).min(statement.len())
}
