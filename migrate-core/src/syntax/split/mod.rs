//! Tokens into statements, as the client of each database does it, except that bodies of routines are
//! understood where the client of MySQL needs `DELIMITER`. It knows where a statement ends and nothing else
//! of what it means.

mod atomic;
mod block;
mod compound;
mod copy;
mod problem;
mod trigger;

pub use problem::{Problem, ProblemKind};

use self::atomic::Atomic;
use self::compound::Compound;
use self::copy::Copy;
use self::trigger::Trigger;
use super::lexer::{Lexer, delimiter_argument};
use super::rules::{Bodies, rules};
use super::token::{Token, TokenKind};
use crate::dialect::Dialect;
use crate::migrations::Span;

/// The statements of a text, and what is wrong with how it is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// In order, without overlap.
    pub statements: Vec<Statement>,
    /// In the order in which they were found.
    pub problems: Vec<Problem>,
}

/// One statement of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// From its first token to its last, with the comments between them and without what terminates it.
    pub span: Span,
}

/// Cuts `text` into statements. What holds only white space and comments is not one.
///
/// A parenthesis or a body that is never closed is the database's to refuse: the statement ends with the text
/// then.
#[must_use]
pub fn split(text: &str, dialect: Dialect) -> Split {
    let mut lexer = Lexer::new(text, dialect);
    let mut splitter = Splitter {
        text,
        body: Body::new(rules(dialect).bodies),
        copy: Copy::default(),
        current: None,
        code: None,
        split: Split { statements: Vec::new(), problems: Vec::new() },
    };
    while let Some(token) = lexer.next() {
        splitter.token(&mut lexer, token);
    }
    splitter.finish(&lexer)
}

struct Splitter<'t> {
    text: &'t str,
    body: Body,
    copy: Copy,
    current: Option<Current>,
    /// The mark of the executable comment that was opened last.
    code: Option<Span>,
    split: Split,
}

/// The statement that is being read.
#[derive(Clone, Copy)]
struct Current {
    span: Span,
    /// It has a token that the server's parser sees.
    code: bool,
}

impl Splitter<'_> {
    fn token(&mut self, lexer: &mut Lexer<'_>, token: Token) {
        if !token.complete {
            self.unterminated(token);
        }
        match token.kind {
            kind if kind.is_trivia() => {}
            TokenKind::ClientCommand => self.command(token),
            TokenKind::Delimiter => self.end(),
            TokenKind::Semicolon => {
                // What `DELIMITER` chose alone ends a routine, as in the client; but the client sends
                // the rest as it is, and the server ends a plain statement at its semicolon.
                let ends = self.body.semicolon();
                if ends && (lexer.semicolon_ends() || self.body.is_plain()) {
                    self.end_at(lexer);
                }
            }
            TokenKind::CodeOpen => {
                self.code = Some(token.span);
                self.extend(token);
            }
            TokenKind::CodeClose => self.extend(token),
            _ => {
                self.extend(token);
                self.body.token(self.text, token);
                self.copy.token(self.text, token);
            }
        }
    }

    fn extend(&mut self, token: Token) {
        let current = self.current.get_or_insert(Current { span: token.span, code: false });
        current.span.end = token.span.end;
        current.code |= token.kind.is_significant();
    }

    fn end_at(&mut self, lexer: &mut Lexer<'_>) {
        if self.copy.reads_data()
            && let Some(current) = &mut self.current
        {
            current.span.end = lexer.skip_copy_data();
        }
        self.end();
    }

    fn end(&mut self) {
        if let Some(Current { span, code: true }) = self.current.take() {
            if self.copy.reads_data() {
                self.problem(span, ProblemKind::CopyData);
            } else {
                self.split.statements.push(Statement { span });
            }
        }
        self.body.reset();
        self.copy = Copy::default();
    }

    fn command(&mut self, token: Token) {
        self.end();
        let line = token.text(self.text);
        if line.starts_with('\\') {
            self.problem(token.span, ProblemKind::MetaCommand);
        } else if let Err(why) = delimiter_argument(line) {
            self.problem(token.span, ProblemKind::BadDelimiter(why));
        }
    }

    fn unterminated(&mut self, token: Token) {
        let kind = match token.kind {
            TokenKind::BlockComment => ProblemKind::UnterminatedComment,
            TokenKind::QuotedIdent => ProblemKind::UnterminatedIdent,
            _ if token.text(self.text).starts_with('$') => ProblemKind::UnterminatedDollarQuote,
            _ => ProblemKind::UnterminatedString,
        };
        self.problem(token.span, kind);
    }

    fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.split.problems.push(Problem { span, kind });
    }

    fn finish(mut self, lexer: &Lexer<'_>) -> Split {
        if lexer.in_code()
            && let Some(mark) = self.code
        {
            self.problem(mark, ProblemKind::UnterminatedComment);
        }
        // The client sends what is left at the end of a file, and does not mind a delimiter that is not set
        // back. But where the last statement lacks the chosen delimiter, it was forgotten, and what is left may
        // be many statements that were meant to be sent one by one.
        if let Some(Current { span, code: true }) = self.current
            && !lexer.semicolon_ends()
        {
            self.problem(span, ProblemKind::DelimiterLeftOpen);
        }
        self.end();
        self.split
    }
}

/// Which of the semicolons of a statement end it.
enum Body {
    Atomic(Atomic),
    Trigger(Trigger),
    Compound(Compound),
}

impl Body {
    fn new(bodies: Bodies) -> Self {
        match bodies {
            Bodies::Atomic => Body::Atomic(Atomic::default()),
            Bodies::Trigger => Body::Trigger(Trigger::default()),
            Bodies::Compound { anywhere } => Body::Compound(Compound::new(anywhere)),
        }
    }

    fn token(&mut self, text: &str, token: Token) {
        match self {
            Body::Atomic(body) => body.token(text, token),
            Body::Trigger(body) => body.token(text, token),
            Body::Compound(body) => body.token(text, token),
        }
    }

    /// Takes a semicolon; whether it ends the statement.
    fn semicolon(&mut self) -> bool {
        match self {
            Body::Atomic(body) => body.semicolon(),
            Body::Trigger(body) => body.semicolon(),
            Body::Compound(body) => body.semicolon(),
        }
    }

    /// At a semicolon: whether the statement has no body, or one that is not compound.
    fn is_plain(&self) -> bool {
        match self {
            Body::Atomic(_) | Body::Trigger(_) => true,
            Body::Compound(body) => body.is_plain(),
        }
    }

    fn reset(&mut self) {
        match self {
            Body::Atomic(body) => *body = Atomic::default(),
            Body::Trigger(body) => *body = Trigger::default(),
            Body::Compound(body) => body.reset(),
        }
    }
}
