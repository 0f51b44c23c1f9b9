//! PostgreSQL: semicolons in parentheses (`CREATE RULE … DO (a; b)`) and in the body of `CREATE FUNCTION …
//! BEGIN ATOMIC … END` do not end a statement.
//!
//! It counts as psql does (<https://www.postgresql.org/docs/current/app-psql.html>), with two differences where
//! psql cuts what the server takes: `BEGIN` counts only before `ATOMIC`, since it may also name a column or a
//! function, and `CASE` and `END` do not count as a name after `.` or `AS`.

use super::super::token::{Token, TokenKind};

/// How deep in parentheses and in a body we are.
#[derive(Debug, Default)]
pub(super) struct Atomic {
    head: Head,
    parentheses: u32,
    /// Of `BEGIN ATOMIC` and `CASE`.
    depth: u32,
    previous: Previous,
}

/// How the statement begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Start,
    Create,
    CreateOr,
    CreateOrReplace,
    /// `CREATE FUNCTION` or `CREATE PROCEDURE`: it may have a body.
    Routine,
    Other,
}

/// What of the last token matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Previous {
    #[default]
    Other,
    Begin,
    /// `.` or `AS`: a name follows.
    Naming,
}

impl Atomic {
    pub(super) fn token(&mut self, text: &str, token: Token) {
        match token.kind {
            TokenKind::Open => self.parentheses += 1,
            TokenKind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            _ if self.head != Head::Routine => self.head = self.head.next(text, token),
            TokenKind::Word if self.parentheses == 0 => self.word(text, token),
            _ => {}
        }
        self.previous = if token.is(text, "begin") {
            Previous::Begin
        } else if token.is(text, "as") || token.text(text) == "." {
            Previous::Naming
        } else {
            Previous::Other
        };
    }

    fn word(&mut self, text: &str, word: Token) {
        if self.depth == 0 {
            if self.previous == Previous::Begin && word.is(text, "atomic") {
                self.depth = 1;
            }
        } else if self.previous == Previous::Naming {
        } else if word.is(text, "case") {
            self.depth += 1;
        } else if word.is(text, "end") {
            self.depth -= 1;
        }
    }

    pub(super) fn semicolon(&mut self) -> bool {
        self.previous = Previous::Other;
        self.parentheses == 0 && self.depth == 0
    }
}

impl Head {
    fn next(self, text: &str, token: Token) -> Self {
        match self {
            Head::Start if token.is(text, "create") => Head::Create,
            Head::Create if token.is(text, "or") => Head::CreateOr,
            Head::CreateOr if token.is(text, "replace") => Head::CreateOrReplace,
            Head::Create | Head::CreateOrReplace if token.is_one_of(text, &["function", "procedure"]) => {
                Head::Routine
            }
            _ => Head::Other,
        }
    }
}
