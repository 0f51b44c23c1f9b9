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

/// What the grammar calls its rules by, and what people write there.
const RULES: [(&str, &str); 19] = [
    ("expected table relation name", "expected the name of a table"),
    ("expected table name or SELECT", "expected the name of a table, or SELECT"),
    ("expected simple type name", "expected the name of a type"),
    ("expected type name", "expected the name of a type"),
    ("expected relation name", "expected the name of a table"),
    ("expected table reference", "expected a table"),
    ("expected from_item", "expected a table"),
    ("expected index name", "expected the name of an index"),
    ("expected path name", "expected a name"),
    ("expected identifier", "expected a name"),
    ("expected name ref list", "expected a list of names"),
    ("expected column list", "expected a list of columns"),
    ("expected expression list", "expected a list of expressions"),
    ("expected param list", "expected the parameters in parentheses"),
    ("expected select stmt", "expected SELECT"),
    ("expected sub-SELECT", "expected SELECT"),
    ("expected expr", "expected an expression"),
    ("expected expression", "expected an expression"),
    ("expected name", "expected a name"),
];

/// A message in our manner: tokens as they are written, no capital at the beginning, no period at the end.
fn readable(message: &str) -> String {
    let said = message.trim_end_matches('.');
    if let Some((_, meant)) = RULES.iter().find(|(rule, _)| *rule == said) {
        return (*meant).to_owned();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_called_what_people_call_it() {
        let first = |statement| errors(statement).into_iter().next().map(|error| error.message);
        for (statement, message) in [
            ("DROP TABLE", "expected a name"),
            ("CREATE TABLE (a int)", "expected a name"),
            ("ALTER TABLE ADD COLUMN a int", "expected the name of a table"),
            ("CREATE TABLE a (b)", "expected the name of a type"),
            ("UPDATE a SET b =", "expected an expression"),
        ] {
            assert_eq!(first(statement).as_deref(), Some(message), "{statement}");
        }
    }
}
