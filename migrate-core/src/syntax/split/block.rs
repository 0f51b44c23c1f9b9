//! The body of a routine of MySQL and MariaDB: which semicolons are inside a compound statement.
//!
//! Words open and close compound statements only where a statement may begin. That alone tells `IF` from the
//! function `IF(…)` and from `IF EXISTS`, `REPEAT` from the function, and `BEGIN` and `END`, which are not
//! reserved, from columns of that name.

use super::super::token::{Token, TokenKind};

/// Words that open a compound statement.
pub(super) const OPENERS: &[&str] = &["begin", "if", "case", "loop", "repeat", "while", "for"];

/// A body of which some tokens have been read.
#[derive(Debug, Default)]
pub(super) struct Block {
    at: At,
    /// Of open compound statements.
    depth: u32,
    /// What ends the expression that a compound statement holds.
    awaited: Awaited,
    /// Of open `CASE … END` expressions.
    cases: u32,
    /// A value must follow, so that `END` is a column here.
    operand: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// Where a statement begins.
    #[default]
    Start,
    /// After its first word, which may turn out to be a label.
    Label,
    Middle,
    /// In a `DECLARE`.
    Declare,
    /// After `DECLARE … HANDLER`.
    Handler,
    /// In the conditions of a handler, after which its statement begins.
    Condition {
        complete: bool,
    },
    /// After the `END` of a compound statement, up to the semicolon.
    Tail,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Awaited {
    #[default]
    Nothing,
    Then,
    Do,
    /// The `END` after `UNTIL …`.
    End,
}

impl Block {
    /// Right after a `BEGIN`.
    pub(super) fn inside() -> Self {
        Block { depth: 1, ..Block::default() }
    }

    /// At a semicolon: whether the body is one statement that is not compound.
    pub(super) fn is_plain(&self) -> bool {
        self.depth == 0 && !matches!(self.at, At::Start | At::Tail)
    }

    pub(super) fn semicolon(&mut self) -> bool {
        self.cases = 0;
        self.awaited = Awaited::Nothing;
        if self.depth > 0 {
            self.at = At::Start;
        }
        self.depth == 0
    }

    pub(super) fn token(&mut self, text: &str, token: Token) {
        match self.at {
            At::Tail => {}
            At::Start => self.start(text, token),
            At::Label if token.text(text) == ":" => self.at = At::Start,
            At::Label | At::Middle => {
                self.at = At::Middle;
                self.middle(text, token);
            }
            At::Declare => {
                if token.is(text, "handler") {
                    self.at = At::Handler;
                }
            }
            At::Handler => {
                self.at = if token.is(text, "for") { At::Condition { complete: false } } else { At::Declare };
            }
            At::Condition { complete: false } => {
                self.at = At::Condition { complete: !token.is_one_of(text, &["sqlstate", "value", "not"]) };
            }
            At::Condition { complete: true } if token.kind == TokenKind::Comma => {
                self.at = At::Condition { complete: false };
            }
            At::Condition { complete: true } => self.start(text, token),
        }
    }

    fn start(&mut self, text: &str, token: Token) {
        self.operand = true;
        self.at = At::Middle;
        if token.is_one_of(text, &["begin", "loop", "repeat"]) {
            self.depth += 1;
            self.at = At::Start;
        } else if token.is_one_of(text, &["if", "case"]) {
            self.depth += 1;
            self.awaited = Awaited::Then;
        } else if token.is_one_of(text, &["while", "for"]) {
            self.depth += 1;
            self.awaited = Awaited::Do;
        } else if token.is_one_of(text, &["elseif", "when"]) {
            self.awaited = Awaited::Then;
        } else if token.is_one_of(text, &["else", "not", "atomic"]) {
            // NOT ATOMIC may follow BEGIN.
            self.at = At::Start;
        } else if token.is(text, "until") {
            self.awaited = Awaited::End;
        } else if token.is(text, "end") {
            self.close();
        } else if token.is(text, "declare") {
            self.at = At::Declare;
        } else if matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdent) {
            self.at = At::Label;
        }
    }

    fn middle(&mut self, text: &str, token: Token) {
        let operand = self.operand;
        self.operand = matches!(token.kind, TokenKind::Operator | TokenKind::Comma | TokenKind::Open)
            || token.is_one_of(text, &["case", "when", "then", "else", "and", "or", "not"]);
        if token.is(text, "case") && !self.after_dot(text, token) {
            self.cases += 1;
        } else if token.is(text, "end") && !operand {
            if self.cases > 0 {
                self.cases -= 1;
            } else if self.awaited == Awaited::End {
                self.close();
            }
        } else if self.cases == 0
            && (self.awaited == Awaited::Then && token.is(text, "then")
                || self.awaited == Awaited::Do && token.is(text, "do") && !operand)
        {
            self.awaited = Awaited::Nothing;
            self.at = At::Start;
        }
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.awaited = Awaited::Nothing;
        self.at = At::Tail;
    }

    /// Whether `token` follows a dot directly. Names after a dot may be reserved words.
    fn after_dot(&self, text: &str, token: Token) -> bool {
        let before = (token.span.start as usize).checked_sub(1);
        before.and_then(|at| text.as_bytes().get(at)) == Some(&b'.')
    }
}
