//! How the surface of the dialects differs, as data. There is no other place that asks for the dialect.

use super::token::TokenKind;
use crate::dialect::Dialect;

/// The surface of one dialect.
#[derive(Debug)]
pub(super) struct Rules {
    /// `#` begins a comment.
    pub(super) hash_comment: bool,
    /// `--` begins a comment only before white space, a control character or the end: `5--3` is eight.
    pub(super) dashes_need_space: bool,
    /// A carriage return ends a line comment.
    pub(super) return_ends_comment: bool,
    /// How deep block comments nest.
    pub(super) comment_nesting: u32,
    /// A block comment may end with the text. (`/*` as the very last bytes is no comment then.)
    pub(super) comment_may_stay_open: bool,
    pub(super) code_comments: CodeComments,
    /// How `'…'` is read.
    pub(super) string: Style,
    /// What `"…"` is, and how it is read.
    pub(super) double_quote: (TokenKind, Style),
    /// `` `…` `` is an identifier.
    pub(super) backtick: bool,
    /// `[…]` is an identifier.
    pub(super) bracket: bool,
    /// What letters right before a quote make of it. In lower case, with the quote.
    pub(super) prefixes: &'static [(&'static str, TokenKind, Style)],
    /// `$tag$ … $tag$` is a string and `$1` a parameter.
    pub(super) dollar_quotes: bool,
    /// `?` is a parameter.
    pub(super) question_mark: bool,
    /// Bytes that begin a name that is not an identifier, and what that is.
    pub(super) sigils: &'static [u8],
    pub(super) sigil_kind: TokenKind,
    /// A word may begin with a digit or a dollar sign.
    pub(super) loose_words: bool,
    /// A byte order mark is white space everywhere, not only at the start.
    pub(super) mark_is_space: bool,
    /// A backslash outside quotes begins a command for the client that runs to the end of the line.
    pub(super) backslash_commands: bool,
    /// `DELIMITER` at the start of a statement is a command for the client.
    pub(super) delimiter_command: bool,
    /// Operators of more than one byte, longest first.
    pub(super) operators: &'static [&'static str],
    /// Bytes that together make one operator, whatever their number.
    pub(super) operator_run: &'static [u8],
    pub(super) bodies: Bodies,
}

/// How a quote is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// To the next quote.
    Raw,
    /// A doubled quote stands for one.
    Doubled,
    /// That, and a backslash takes the next character away.
    Escaped,
}

/// Comments whose content is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeComments {
    None,
    MySql,
    MariaDb,
}

/// Statements that have semicolons inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bodies {
    /// `BEGIN ATOMIC … END`, and whatever is in parentheses.
    Atomic,
    /// Triggers.
    Trigger,
    /// Routines, triggers, events; with `anywhere` also compound statements outside of them.
    Compound { anywhere: bool },
}

/// The surface of `dialect`.
pub(super) fn rules(dialect: Dialect) -> &'static Rules {
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::MySql => &MYSQL,
        Dialect::MariaDb => &MARIADB,
        Dialect::Sqlite => &SQLITE,
    }
}

/// With `standard_conforming_strings = on`, the default since 9.1.
static POSTGRES: Rules = Rules {
    hash_comment: false,
    dashes_need_space: false,
    return_ends_comment: true,
    comment_nesting: u32::MAX,
    comment_may_stay_open: false,
    code_comments: CodeComments::None,
    string: Style::Doubled,
    double_quote: (TokenKind::QuotedIdent, Style::Doubled),
    backtick: false,
    bracket: false,
    prefixes: &[
        ("e'", TokenKind::String, Style::Escaped),
        ("u&'", TokenKind::String, Style::Doubled),
        ("u&\"", TokenKind::QuotedIdent, Style::Doubled),
        ("b'", TokenKind::String, Style::Raw),
        ("x'", TokenKind::String, Style::Raw),
        ("n'", TokenKind::String, Style::Doubled),
    ],
    dollar_quotes: true,
    question_mark: false,
    sigils: b"",
    sigil_kind: TokenKind::Param,
    loose_words: false,
    mark_is_space: false,
    backslash_commands: true,
    delimiter_command: false,
    operators: &["::", ":=", ".."],
    operator_run: b"~!@#^&|`?+-*/%<>=",
    bodies: Bodies::Atomic,
};

/// With the default `sql_mode`: neither `ANSI_QUOTES` nor `NO_BACKSLASH_ESCAPES`.
static MYSQL: Rules = Rules {
    hash_comment: true,
    dashes_need_space: true,
    return_ends_comment: false,
    comment_nesting: 0,
    comment_may_stay_open: false,
    code_comments: CodeComments::MySql,
    string: Style::Escaped,
    double_quote: (TokenKind::String, Style::Escaped),
    backtick: true,
    bracket: false,
    prefixes: &[
        ("n'", TokenKind::String, Style::Escaped),
        ("x'", TokenKind::String, Style::Raw),
        ("b'", TokenKind::String, Style::Raw),
    ],
    dollar_quotes: false,
    question_mark: true,
    sigils: b"@",
    sigil_kind: TokenKind::Variable,
    loose_words: true,
    mark_is_space: false,
    backslash_commands: false,
    delimiter_command: true,
    operators: &["<=>", "->>", ":=", "<=", ">=", "<>", "!=", "||", "&&", "<<", ">>", "->", ".."],
    operator_run: b"",
    bodies: Bodies::Compound { anywhere: false },
};

static MARIADB: Rules =
    Rules { code_comments: CodeComments::MariaDb, bodies: Bodies::Compound { anywhere: true }, ..MYSQL };

static SQLITE: Rules = Rules {
    hash_comment: false,
    dashes_need_space: false,
    return_ends_comment: false,
    comment_nesting: 0,
    comment_may_stay_open: true,
    code_comments: CodeComments::None,
    string: Style::Doubled,
    double_quote: (TokenKind::QuotedIdent, Style::Doubled),
    backtick: true,
    bracket: true,
    prefixes: &[("x'", TokenKind::String, Style::Raw)],
    dollar_quotes: false,
    question_mark: true,
    sigils: b"@:#$",
    sigil_kind: TokenKind::Param,
    loose_words: false,
    mark_is_space: true,
    backslash_commands: false,
    delimiter_command: false,
    operators: &["->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "==", "!="],
    operator_run: b"",
    bodies: Bodies::Trigger,
};
