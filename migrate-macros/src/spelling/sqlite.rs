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

/// What the package checks beside its grammar because of how the grammar is written: how these messages begin.
const SPELLING: [&str; 2] = ["unknown table option", "unknown join type"];

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
        Error::ParserError(ParserError::Custom(message), place)
            if SPELLING.iter().any(|start| message.starts_with(start)) =>
        {
            (message, place)
        }
        // What the package checks beyond the grammar, such as a column that is assigned twice, is about meaning,
        // and SQLite accepts some of it. Of what later versions add nothing is known.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by trying statements that the package refuses on SQLite 3.40.
    #[test]
    fn what_sqlite_accepts_and_the_package_doubts_is_no_error() {
        for statement in [
            "UPDATE t SET a = 1 FROM t AS other WHERE other.b = t.b",
            "INSERT INTO t (a, a) VALUES (1, 2)",
            "UPDATE t SET a = 1, a = 2",
        ] {
            assert_eq!(errors(statement), [], "{statement}");
        }
    }

    #[test]
    fn the_place_is_a_byte_of_the_statement() {
        let at = |statement| errors(statement).first().map(|error| error.at);
        assert_eq!(at("SELECT 'ä',\n  'ö' FRM t x"), Some(24));
        assert_eq!(at("SELECT 1 +"), Some(10));
        assert_eq!(at("CREATE TABLE t (a) STRCT"), Some(24));
        assert_eq!(at("SELECT 'open"), Some(7));
        assert_eq!(at("SELECT x'abc'"), Some(7));
        assert_eq!(at(""), None);
    }
}
