//! The grammar of PostgreSQL, by the package `squawk-syntax`.

use migrate_core::check::SpellingError;
use squawk_syntax::SourceFile;

/// What the grammar refuses in one statement, in order.
pub(super) fn errors(statement: &str) -> Vec<SpellingError> {
    let parse = SourceFile::parse(statement);
    let errors = parse.errors();
    errors
        .iter()
        .map(|error| SpellingError { at: error.range().start().into(), message: readable(error.message()) })
        .collect()
}

/// How the grammar calls its tokens, and how people do.
const TOKENS: [(&str, &str); 17] = [
    ("L_PAREN", "`(`"),
    ("R_PAREN", "`)`"),
    ("L_BRACK", "`[`"),
    ("R_BRACK", "`]`"),
    ("SEMICOLON", "`;`"),
    ("COMMA", "`,`"),
    ("COLON", "`:`"),
    ("COLON_EQ", "`:=`"),
    ("DOT", "`.`"),
    ("DOT_DOT", "`..`"),
    ("EQ", "`=`"),
    ("STAR", "`*`"),
    ("MINUS", "`-`"),
    ("IDENT", "a name"),
    ("STRING", "a string"),
    ("INT_NUMBER", "a whole number"),
    ("EOF", "the end of the statement"),
];

/// A message in our manner: tokens as they are written, no capital at the beginning, no period at the end.
fn readable(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for (index, part) in message.trim_end_matches('.').split_inclusive([' ', ',']).enumerate() {
        let word = part.trim_end_matches([' ', ',']);
        let capital = word.chars().nth(1).is_some_and(char::is_lowercase);
        match (TOKENS.iter().find(|(token, _)| *token == word), word.strip_suffix("_KW")) {
            (Some((_, written)), _) => out.push_str(written),
            (None, Some(keyword)) => out.push_str(keyword),
            (None, None) if index == 0 && capital => out.push_str(&word.to_lowercase()),
            (None, None) => out.push_str(word),
        }
        out.push_str(&part[word.len()..]);
    }
    out
}
