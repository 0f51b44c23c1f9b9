//! The grammar of PostgreSQL, by the package `squawk-syntax`.

use migrate_core::check::SpellingError;
use squawk_syntax::SourceFile;

/// What the grammar refuses in one statement, in order.
pub(super) fn errors(statement: &str) -> Vec<SpellingError> {
    let parse = SourceFile::parse(statement);
    let errors = parse.errors();
    errors
        .iter()
        .map(|error| SpellingError { at: error.range().start().into(), message: lower(error.message()) })
        .collect()
}

/// A message in our manner: a lower first letter, unless the word is a keyword, and no period at the end.
fn lower(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut letters = message.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(message.chars().skip(1)).collect()
        }
        _ => message.to_owned(),
    }
}
