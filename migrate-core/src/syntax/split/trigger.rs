//! SQLite: the state machine of `sqlite3_complete` (<https://www.sqlite.org/c3ref/complete.html>), which knows
//! that `CREATE TRIGGER` ends only at `; END ;`.
//!
//! The parser behind `sqlite3_prepare` knows the whole grammar and so accepts a little more: a trigger that
//! ends with the text right after its `END`. Here too, that is one statement. What only `sqlite3_complete`
//! accepts, as `CREATE TEMP TEMP TRIGGER`, the parser refuses wherever it is cut. Tokens are those of the
//! parser, which differ where `sqlite3_complete` does not look closely: `$a(;)` is a parameter.

use super::super::token::{Token, TokenKind};

/// Where in a statement we are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trigger {
    /// No token yet.
    #[default]
    Start,
    /// A statement that ends at the next semicolon.
    Normal,
    /// After `EXPLAIN`, which may stand before `CREATE`.
    Explain,
    /// After `CREATE`, or `CREATE TEMP`.
    Create,
    /// In a trigger.
    Body,
    /// In a trigger, after a semicolon.
    Semicolon,
    /// In a trigger, after a semicolon and `END`.
    End,
}

impl Trigger {
    pub(super) fn token(&mut self, text: &str, token: Token) {
        *self = match self {
            Trigger::Start if token.is(text, "explain") => Trigger::Explain,
            Trigger::Start | Trigger::Explain if token.is(text, "create") => Trigger::Create,
            // `EXPLAIN QUERY PLAN`; but not a second EXPLAIN.
            Trigger::Explain if is_other(text, token) => Trigger::Explain,
            Trigger::Create if token.is_one_of(text, &["temp", "temporary"]) => Trigger::Create,
            Trigger::Create if token.is(text, "trigger") => Trigger::Body,
            Trigger::Semicolon if token.is(text, "end") => Trigger::End,
            Trigger::Body | Trigger::Semicolon | Trigger::End => Trigger::Body,
            Trigger::Start | Trigger::Normal | Trigger::Explain | Trigger::Create => Trigger::Normal,
        };
    }

    pub(super) fn semicolon(&mut self) -> bool {
        match self {
            Trigger::Body | Trigger::Semicolon => {
                *self = Trigger::Semicolon;
                false
            }
            _ => true,
        }
    }
}

fn is_other(text: &str, token: Token) -> bool {
    token.kind != TokenKind::Word
        || !token.is_one_of(text, &["explain", "temp", "temporary", "trigger", "end"])
}
