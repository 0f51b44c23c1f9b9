//! What can be wrong with how a text is cut into statements.

use std::fmt;

use crate::migrations::Span;

/// Something in a text that cannot be sent to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The bytes concerned.
    pub span: Span,
    /// What it is.
    pub kind: ProblemKind,
}

/// What is wrong. Its `Display` says it, and the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A string that runs to the end of the text.
    UnterminatedString,
    /// A quoted identifier that runs to the end of the text.
    UnterminatedIdent,
    /// A block comment that runs to the end of the text.
    UnterminatedComment,
    /// A dollar-quoted string that runs to the end of the text.
    UnterminatedDollarQuote,
    /// The last statement lacks the delimiter that a `DELIMITER` line chose.
    DelimiterLeftOpen,
    /// A `DELIMITER` line that the client would not take, and why.
    BadDelimiter(&'static str),
    /// A backslash command of psql.
    MetaCommand,
    /// `COPY … FROM STDIN`, together with the data that follows it.
    CopyData,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProblemKind::UnterminatedString => "this string does not end; close its quote",
            ProblemKind::UnterminatedIdent => "this quoted identifier does not end; close its quote",
            ProblemKind::UnterminatedComment => "this comment does not end; close it with `*/`",
            ProblemKind::UnterminatedDollarQuote => {
                "this dollar-quoted string does not end; close it with the tag that opens it"
            }
            ProblemKind::DelimiterLeftOpen => {
                "this statement does not end in the delimiter that is in force; end it so, or set the delimiter back"
            }
            ProblemKind::BadDelimiter(why) => {
                return write!(f, "this `DELIMITER` line has no effect: {why}; write for example `DELIMITER //`");
            }
            ProblemKind::MetaCommand => {
                "this is a command for psql, which a server does not know; write it as SQL or remove it"
            }
            ProblemKind::CopyData => {
                "COPY … FROM STDIN reads data that only psql can send; write the rows as INSERT"
            }
        })
    }
}
