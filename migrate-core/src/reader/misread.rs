//! Where a statement of MySQL or MariaDB is certainly misspelled. There is no grammar of theirs to ask, so this
//! is only what no version of the servers can read: parentheses without a partner, and words that are no
//! keyword where the reader expects a clause.

use super::cursor::Reader;
use super::mysql_words::is_keyword;
use crate::ast::Kind;
use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::syntax::{Lexer, Token, TokenKind};

/// Words that statements begin with.
const VERBS: &[&str] = &[
    "alter",
    "analyze",
    "backup",
    "begin",
    "binlog",
    "cache",
    "call",
    "case",
    "change",
    "check",
    "checksum",
    "clone",
    "commit",
    "create",
    "deallocate",
    "declare",
    "delete",
    "desc",
    "describe",
    "do",
    "drop",
    "end",
    "execute",
    "explain",
    "fetch",
    "flush",
    "for",
    "get",
    "grant",
    "handler",
    "help",
    "if",
    "import",
    "insert",
    "install",
    "kill",
    "load",
    "lock",
    "loop",
    "optimize",
    "prepare",
    "purge",
    "release",
    "rename",
    "repair",
    "repeat",
    "replace",
    "reset",
    "resignal",
    "restart",
    "return",
    "revoke",
    "rollback",
    "savepoint",
    "select",
    "set",
    "show",
    "shutdown",
    "signal",
    "start",
    "stop",
    "table",
    "truncate",
    "uninstall",
    "unlock",
    "update",
    "use",
    "values",
    "while",
    "with",
    "xa",
];

/// The token at which a statement is certainly misspelled, and nothing for other dialects.
#[must_use]
pub fn misread(statement: &str, dialect: Dialect) -> Option<Span> {
    if !matches!(dialect, Dialect::MySql | Dialect::MariaDb) {
        return None;
    }
    let tokens: Vec<Token> = Lexer::new(statement, dialect).significant().collect();
    // What is inside of an executable comment may be for other servers than this.
    let whole = Lexer::new(statement, dialect).all(|token| token.kind != TokenKind::CodeOpen);
    let first = *tokens.first().filter(|_| whole)?;
    let begins = first.kind == TokenKind::Open || first.is_one_of(statement, VERBS);
    let labelled = tokens.get(1).is_some_and(|token| token.text(statement) == ":");
    if !begins && !labelled && first.kind == TokenKind::Word {
        return Some(first.span);
    }
    if let Some(token) = misplaced(statement, &tokens) {
        return Some(token.span);
    }
    let stops = stops(statement, dialect);
    let at = |span: Span| tokens.iter().position(|token| token.span.start == span.start);
    let stop = stops.iter().filter_map(|span| at(*span)).min();
    match (stray(&tokens), stop) {
        (Some(stray), Some(stop)) if stop < stray => Some(tokens[stop].span),
        (Some(stray), _) => tokens.get(stray).or(tokens.last()).map(|token| token.span),
        (None, _) => stops
            .iter()
            .filter_map(|span| at(*span))
            .filter(|at| begins_nothing(statement, &tokens, *at))
            .min()
            .and_then(|at| tokens.get(at))
            .map(|token| token.span),
    }
}

/// A token that stands before or behind another where none can, wherever that is.
fn misplaced<'t>(statement: &str, tokens: &'t [Token]) -> Option<&'t Token> {
    tokens.windows(2).enumerate().find_map(|(at, pair)| {
        let [one, two] = pair else { return None };
        let wrong = match (one.kind, two.kind) {
            (TokenKind::Number, TokenKind::Number) => true,
            // `VARCHAR(32 NOT NULL`: words that go on behind a length are those of other places.
            (TokenKind::Number, TokenKind::Word) => {
                let open = at.checked_sub(1).and_then(|open| tokens.get(open));
                open.is_some_and(|open| open.kind == TokenKind::Open)
                    && two.is_one_of(statement, &["not", "null", "primary", "default", "unique", "key"])
                    && !tokens.get(at + 2).is_some_and(|next| {
                        next.is_one_of(statement, &["in", "like", "between", "regexp", "rlike"])
                    })
            }
            (TokenKind::Word, TokenKind::Word) => {
                one.is(statement, "no") && two.is(statement, "null")
                    || one.is(statement, "not")
                        && at
                            .checked_sub(1)
                            .is_some_and(|before| !begins_condition(statement, &tokens[before]))
                        && two.text(statement).len() > 3
                        && !is_keyword(two.text(statement))
                        && near(two.text(statement), "null")
            }
            _ => false,
        };
        wrong.then_some(two)
    })
}

/// Whether a condition may follow, which may begin with NOT.
fn begins_condition(statement: &str, token: &Token) -> bool {
    const WORDS: &[&str] = &[
        "and", "begin", "by", "case", "check", "default", "do", "else", "having", "if", "not", "on", "or",
        "return", "select", "set", "then", "until", "when", "where", "while", "xor",
    ];
    token.is_one_of(statement, WORDS) || !matches!(token.kind, TokenKind::Word | TokenKind::Close)
}

/// Whether one letter too much or too few is the difference, or two that are exchanged.
fn near(word: &str, keyword: &str) -> bool {
    crate::diagnostic::closest(&word.to_ascii_lowercase(), [keyword]) == Some(keyword)
}

/// The first tokens that the reader could not go on with.
fn stops(statement: &str, dialect: Dialect) -> Vec<Span> {
    let length = u32::try_from(statement.len()).unwrap_or(u32::MAX);
    let mut reader = Reader::new(statement, Span::new(0, length), dialect);
    match reader.statement_kind() {
        // Bodies, and what is called, are not read.
        Some(Kind::Opaque(_)) => Vec::new(),
        // A function says what it returns, whatever else it says.
        Some(Kind::CreateRoutine(routine)) if !routine.procedure && routine.returns.is_none() => {
            let name = routine.name.last.span.end;
            let tokens: Vec<Token> = Lexer::new(statement, dialect).significant().collect();
            let mut depth = 0;
            let behind = tokens.iter().find(|token| {
                let inside = depth > 0 || token.kind == TokenKind::Open;
                match token.kind {
                    TokenKind::Open => depth += 1,
                    TokenKind::Close => depth -= 1,
                    _ => {}
                }
                token.span.start >= name && !inside
            });
            behind.map(|token| token.span).into_iter().collect()
        }
        Some(_) => {
            reader.unread_rest();
            reader.into_unread()
        }
        None => {
            let stopped = reader.peek(0).map(|token| token.span);
            let mut stops = reader.into_unread();
            stops.extend(stopped);
            stops
        }
    }
}

/// The first parenthesis that closes nothing; the number of tokens when one is not closed.
fn stray(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return Some(at),
            },
            _ => {}
        }
    }
    (depth > 0).then_some(tokens.len())
}

/// Whether no clause of any version begins with the token.
fn begins_nothing(statement: &str, tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let next = tokens.get(at + 1).map_or("", |next| next.text(statement));
    match token.kind {
        // Storage engines have options of their own.
        TokenKind::Word => !is_keyword(token.text(statement)) && next != "=",
        TokenKind::QuotedIdent => next != "=",
        TokenKind::String => true,
        // `.2` is the beginning of `a.2b`, too.
        TokenKind::Number => !token.text(statement).starts_with('.'),
        _ => false,
    }
}
