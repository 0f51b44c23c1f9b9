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
const RULES: [(&str, &str); 21] = [
    ("expected table relation name", "expected the name of a table"),
    ("expected table name or SELECT", "expected the name of a table, or SELECT"),
    ("expected simple type name", "expected the name of a type"),
    ("expected type name", "expected the name of a type"),
    ("expected relation name", "expected the name of a table"),
    ("expected table reference", "expected a table"),
    ("expected from_item", "expected a table"),
    ("expected from item", "expected a table"),
    ("expected row list", "expected rows of values in parentheses"),
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
    // A rule stands alone, or before what was found in its place.
    let rule = RULES.iter().find_map(|(rule, meant)| {
        let rest = message.strip_prefix(rule)?;
        (rest.is_empty() || rest.starts_with([',', '.'])).then_some((*meant, rest))
    });
    let (meant, message) = rule.unwrap_or(("", message));
    let mut out = String::with_capacity(meant.len() + message.len());
    out.push_str(meant);
    for (index, part) in message.trim_end_matches('.').split_inclusive([' ', ',']).enumerate() {
        let word = part.trim_end_matches([' ', ',']);
        let capital = word.chars().nth(1).is_some_and(char::is_lowercase);
        match (TOKENS.iter().find(|(token, _)| *token == word), word.strip_suffix("_KW")) {
            (Some((_, written)), _) => out.push_str(written),
            (None, Some(keyword)) => out.push_str(keyword),
            (None, None) if index == 0 && meant.is_empty() && capital => out.push_str(&word.to_lowercase()),
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
            ("CREATE TABLE (a int)", "expected a name"),
            ("INSERT INTO (a) VALUES (1)", "expected a name"),
            ("CREATE INDEX a ON (b)", "expected the name of a table"),
            ("DELETE FROM WHERE a", "expected the name of a table"),
            ("ALTER TABLE a ADD COLUMN b", "expected the name of a type"),
            ("CREATE TABLE a (PRIMARY KEY)", "expected a list of columns"),
            ("CREATE FUNCTION f RETURNS int LANGUAGE sql AS ''", "expected the parameters in parentheses"),
            ("SELECT * FROM WHERE a", "expected a table, got WHERE"),
            ("SELECT * FROM", "expected a table, got the end of the statement"),
            ("INSERT INTO a VALUES", "expected rows of values in parentheses"),
        ] {
            assert_eq!(first(statement).as_deref(), Some(message), "{statement}");
        }
    }
}
