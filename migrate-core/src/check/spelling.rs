//! What a full grammar says about the spelling of a statement. The grammar itself is not here: whoever calls
//! the checks may bring one, so that no program that runs carries it.

use crate::diagnostic::{Diagnostic, closest, excerpt};
use crate::dialect::Dialect;
use crate::migrations::{ScriptData, Span};
use crate::syntax::{Lexer, Token, TokenKind};

/// The code of what a grammar refuses.
pub(super) const CODE: &str = "syntax-error";

/// Grammars are not the servers.
const INSIST: &str = "if the database accepts it, write `-- migrate(allow(syntax-error, \"reason\"))` at the start of the file";

/// A full grammar: what is wrong with one statement, in order, and nothing when it is spelled well or when
/// there is no grammar for the dialect.
pub type Spelling = fn(Dialect, &str) -> Vec<SpellingError>;

/// One thing that a grammar refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpellingError {
    /// The byte of the statement where it is noticed; its length when something is missing at the end.
    pub at: usize,
    /// What is wrong: short, in lower case, without a final period.
    pub message: String,
}

/// Reports what `spelling` finds in the statements of a file, up to the byte `until`.
pub(super) fn check(
    spelling: Spelling,
    dialect: Dialect,
    script: &ScriptData,
    until: u32,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (path, text) = (&*script.path, &*script.text);
    let mut usual = true;
    for span in script.statements.iter() {
        let statement = span.of(text);
        usual = usual_mode(statement, dialect).unwrap_or(usual);
        if !usual {
            continue;
        }
        let mut errors = spelling(dialect, statement);
        errors.retain(|error| span.start as usize + error.at < until as usize);
        if errors.is_empty() {
            continue;
        }
        let nested = Nested::new(statement, dialect);
        // What follows the first error is often its consequence.
        let (error, nested) = match errors.iter().find(|error| !nested.holds(error.at)) {
            Some(error) => (error, false),
            None => (&errors[0], true),
        };
        let at = marked(statement, dialect, error.at);
        let base = span.start as usize;
        let place = |(start, end): (usize, usize)| excerpt(path, text, base + start, base + end);
        if let Some((at, word, meant)) = misspelled_start(statement, dialect, error.at) {
            diagnostics.push(
                Diagnostic::error(CODE, format!("syntax error: `{word}` begins no statement here"))
                    .at(place(at))
                    .help(format!("did you mean `{meant}`?"))
                    .help(INSIST),
            );
            continue;
        }
        let reserved = reserved(&statement[at.0..at.1], dialect);
        let place = place(at);
        diagnostics.push(if nested {
            let message = format!("this text in the statement may be misspelled: {}", error.message);
            Diagnostic::warning(CODE, message)
                .at(place)
                .help("the database may read it differently, or only when it is called")
        } else {
            let diagnostic = Diagnostic::error(CODE, format!("syntax error: {}", error.message)).at(place);
            let as_a_name =
                |word| format!("`{word}` is a reserved word: as a name it is written `\"{word}\"`");
            reserved.map(as_a_name).into_iter().fold(diagnostic, Diagnostic::help).help(INSIST)
        });
    }
}

/// Modes of MySQL and MariaDB in which statements are spelled as ever. In others strings are names, for
/// instance, or a backslash is a character.
const USUAL_MODES: &[&str] = &[
    "allow_invalid_dates",
    "empty_string_is_null",
    "error_for_division_by_zero",
    "no_auto_create_user",
    "no_auto_value_on_zero",
    "no_dir_in_create",
    "no_engine_substitution",
    "no_field_options",
    "no_key_options",
    "no_table_options",
    "no_unsigned_subtraction",
    "no_zero_date",
    "no_zero_in_date",
    "only_full_group_by",
    "pad_char_to_full_length",
    "simultaneous_assignment",
    "strict_all_tables",
    "strict_trans_tables",
    "time_round_fractional",
    "traditional",
];

/// Whether statements are spelled as ever behind one that sets the mode; `None` for all others.
fn usual_mode(statement: &str, dialect: Dialect) -> Option<bool> {
    if !matches!(dialect, Dialect::MySql | Dialect::MariaDb) {
        return None;
    }
    let tokens: Vec<Token> = Lexer::new(statement, dialect).significant().collect();
    let named = |token: &Token| {
        let name = token.text(statement).trim_start_matches('@').to_ascii_lowercase();
        name.rsplit('.').next() == Some("sql_mode")
    };
    // An executable comment may stand around it.
    let sets = tokens.iter().find(|token| token.kind == TokenKind::Word)?.is(statement, "set");
    let at = tokens.iter().position(named).filter(|_| sets)?;
    let mut value = tokens[at + 1..].iter().filter(|token| !matches!(token.text(statement), "=" | ":="));
    let value = value.next()?;
    let text = value.text(statement).to_ascii_lowercase();
    let quoted = text.trim_matches(['\'', '"']);
    Some(match value.kind {
        TokenKind::String => {
            quoted.split(',').map(str::trim).all(|mode| mode.is_empty() || USUAL_MODES.contains(&mode))
        }
        // What it was before.
        TokenKind::Variable => true,
        _ => text == "default",
    })
}

/// Where a statement holds code of its own: strings, and the body of a routine. The database may read them
/// differently than the grammar, or only when they are called.
struct Nested {
    strings: Vec<Span>,
    body: Option<u32>,
}

impl Nested {
    fn new(statement: &str, dialect: Dialect) -> Self {
        let mut nested = Nested { strings: Vec::new(), body: None };
        let mut begin = false;
        for token in Lexer::new(statement, dialect).significant() {
            if token.kind == TokenKind::String {
                nested.strings.push(token.span);
            }
            if begin && token.is(statement, "atomic") && nested.body.is_none() {
                nested.body = Some(token.span.end);
            }
            begin = dialect == Dialect::Postgres && token.is(statement, "begin");
        }
        nested
    }

    fn holds(&self, at: usize) -> bool {
        self.strings.iter().any(|span| (span.start as usize) < at && at < span.end as usize)
            || self.body.is_some_and(|start| start as usize <= at)
    }
}

/// The token at a byte; behind the last token when the error is there.
fn marked(statement: &str, dialect: Dialect, at: usize) -> (usize, usize) {
    let mut tokens = Lexer::new(statement, dialect).significant();
    match tokens.find(|token| at < token.span.end as usize) {
        Some(token) => ((token.span.start as usize).max(at), token.span.end as usize),
        None => (statement.len(), statement.len()),
    }
}

/// The first words of statements that change a schema or rows, and what the first of them are about.
const VERBS: &[&str] =
    &["CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "SELECT", "COMMENT", "GRANT"];
const NOUNS: &[&str] = &[
    "TABLE",
    "INDEX",
    "VIEW",
    "TYPE",
    "FUNCTION",
    "PROCEDURE",
    "TRIGGER",
    "SEQUENCE",
    "SCHEMA",
    "EXTENSION",
    "POLICY",
    "DOMAIN",
    "UNIQUE",
    "MATERIALIZED",
    "TEMPORARY",
    "VIRTUAL",
    "OR",
    "AGGREGATE",
    "CAST",
    "ROLE",
    "COLLATION",
    "RULE",
    "PUBLICATION",
    "STATISTICS",
    "OPERATOR",
    "EVENT",
    "FOREIGN",
    "RECURSIVE",
];

/// Where a grammar does not even know which statement this is: the word that is to blame, and what was probably
/// meant. A grammar points at the first word also when it is the second that is misspelled.
fn misspelled_start(
    statement: &str,
    dialect: Dialect,
    at: usize,
) -> Option<((usize, usize), &str, &'static str)> {
    let mut tokens = Lexer::new(statement, dialect).significant();
    let (first, second) = (tokens.next()?, tokens.next()?);
    if at > first.span.start as usize {
        return None;
    }
    let is = |word: &str, known: &[&str]| known.iter().any(|it| it.eq_ignore_ascii_case(word));
    let (token, known) = match first.text(statement) {
        word if !is(word, VERBS) => (first, VERBS),
        word if is(word, &VERBS[..3]) && !is(second.text(statement), NOUNS) => (second, NOUNS),
        _ => return None,
    };
    let word = token.text(statement);
    let lowered: Vec<String> = known.iter().map(|word| word.to_ascii_lowercase()).collect();
    let near = closest(word, lowered.iter().map(String::as_str)).filter(|_| token.kind == TokenKind::Word)?;
    let meant = known.iter().find(|word| word.eq_ignore_ascii_case(near))?;
    Some(((token.span.start as usize, token.span.end as usize), word, meant))
}

/// A word that people give to tables and columns and that PostgreSQL keeps for itself.
fn reserved(word: &str, dialect: Dialect) -> Option<String> {
    const RESERVED: &[&str] = &[
        "user", "order", "group", "table", "column", "end", "desc", "asc", "limit", "offset", "window",
        "grant", "case", "array", "analyze", "all", "any", "both", "leading", "trailing", "variadic",
        "placing",
    ];
    let word = word.to_ascii_lowercase();
    (dialect == Dialect::Postgres && RESERVED.contains(&word.as_str())).then_some(word)
}
