//! MySQL and MariaDB: which statements can have a body, and where the body begins. The body itself is
//! [`Block`]'s. `sql_mode = ORACLE` is not understood.

use super::super::token::{Token, TokenKind};
use super::block::{Block, OPENERS};

/// A statement that may have a body.
#[derive(Debug)]
pub(super) struct Compound {
    /// Compound statements may stand outside of routines (MariaDB).
    anywhere: bool,
    state: State,
    parentheses: u32,
    /// The last token was a word that a name follows, or `.` or `=`.
    naming: bool,
}

#[derive(Debug)]
enum State {
    Start,
    /// After `BEGIN` outside of routines: it starts a transaction unless `NOT ATOMIC` follows.
    Begin,
    /// After `CREATE` or `ALTER`, before the kind of object.
    Create {
        alter: bool,
    },
    /// In the head of a trigger, up to `FOR EACH ROW`.
    Trigger,
    /// After `FOR EACH ROW`: `FOLLOWS` or `PRECEDES` may come.
    TriggerOrder,
    TriggerName,
    /// In the head of an event, up to `DO`.
    Event,
    /// In the head of a procedure or function, up to the end of its parameters.
    Parameters {
        function: bool,
    },
    /// After the parameters of a function: its type and characteristics.
    Function,
    /// After the parameters of a procedure: its characteristics.
    Procedure,
    Body(Block),
    Plain,
}

/// What may stand between the parameters of a procedure and its body.
const CHARACTERISTICS: &[&str] = &[
    "comment",
    "language",
    "sql",
    "not",
    "deterministic",
    "contains",
    "no",
    "reads",
    "modifies",
    "data",
    "security",
    "definer",
    "invoker",
];

/// Words that a name follows in the head of a routine.
const NAMING: &[&str] = &["procedure", "function", "trigger", "event", "exists", "on", "definer"];

impl Compound {
    pub(super) fn new(anywhere: bool) -> Self {
        Compound { anywhere, state: State::Start, parentheses: 0, naming: false }
    }

    pub(super) fn reset(&mut self) {
        *self = Compound::new(self.anywhere);
    }

    /// At a semicolon: whether the statement has no body, or one that is not compound.
    pub(super) fn is_plain(&self) -> bool {
        match &self.state {
            State::Plain | State::Start | State::Begin | State::Create { .. } => true,
            State::Body(block) => block.is_plain(),
            _ => false,
        }
    }

    pub(super) fn semicolon(&mut self) -> bool {
        match &mut self.state {
            State::Body(block) => block.semicolon(),
            _ => true,
        }
    }

    pub(super) fn token(&mut self, text: &str, token: Token) {
        match token.kind {
            TokenKind::Open => self.parentheses += 1,
            TokenKind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        let free = token.kind == TokenKind::Word && !self.naming && self.parentheses == 0;
        self.naming = token.is_one_of(text, NAMING) || matches!(token.text(text), "." | "=");
        match &mut self.state {
            State::Body(block) => block.token(text, token),
            State::Plain => {}
            State::Start => self.start(text, token),
            State::Begin if token.is(text, "not") => self.state = State::Body(Block::inside()),
            State::Begin => self.state = State::Plain,
            State::Create { alter } => {
                if free {
                    self.state = created(text, token, *alter);
                }
            }
            State::Trigger if free && token.is(text, "row") => self.state = State::TriggerOrder,
            State::TriggerOrder if token.is_one_of(text, &["follows", "precedes"]) => {
                self.state = State::TriggerName;
            }
            State::TriggerOrder => self.body(text, token),
            State::TriggerName => self.state = State::TriggerOrder,
            State::Event if free && token.is(text, "do") => self.state = State::Body(Block::default()),
            State::Parameters { function } => {
                if token.kind == TokenKind::Close && self.parentheses == 0 {
                    self.state = if *function { State::Function } else { State::Procedure };
                }
            }
            State::Function if free && (token.is(text, "return") || token.is_one_of(text, OPENERS)) => {
                self.body(text, token);
            }
            State::Procedure
                if token.kind != TokenKind::String && !token.is_one_of(text, CHARACTERISTICS) =>
            {
                self.body(text, token);
            }
            State::Trigger | State::Event | State::Function | State::Procedure => {}
        }
    }

    fn start(&mut self, text: &str, token: Token) {
        self.state = if token.is_one_of(text, &["create", "alter"]) {
            State::Create { alter: token.is(text, "alter") }
        } else if !self.anywhere {
            State::Plain
        } else if token.is(text, "begin") {
            State::Begin
        } else {
            return self.body(text, token);
        };
    }

    fn body(&mut self, text: &str, first: Token) {
        let mut block = Block::default();
        block.token(text, first);
        self.state = State::Body(block);
    }
}

/// After `CREATE` or `ALTER`: what `word` makes of the statement.
fn created(text: &str, word: Token, alter: bool) -> State {
    if word.is_one_of(text, &["or", "replace", "definer", "aggregate"]) {
        State::Create { alter }
    } else if word.is(text, "event") {
        State::Event
    } else if alter {
        State::Plain
    } else if word.is(text, "trigger") {
        State::Trigger
    } else if word.is_one_of(text, &["procedure", "function"]) {
        State::Parameters { function: word.is(text, "function") }
    } else {
        State::Plain
    }
}
