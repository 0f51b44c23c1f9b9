//! One token: a kind and the bytes it covers. It does not hold its text, so that it is small and can be kept.

use crate::migrations::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// White space, and a byte order mark where the database reads it as such.
    Space,
    /// `-- …`, on MySQL and MariaDB also `# …`, without the end of the line.
    LineComment,
    /// `/* … */`, with everything nested in it. An executable comment of MySQL is not one.
    BlockComment,
    /// Where an executable comment begins: `/*!`, `/*!50701`, on MariaDB also `/*M!100100`. What follows it is
    /// code.
    CodeOpen,
    /// Where an executable comment ends: `*/`.
    CodeClose,
    /// An identifier or keyword without quotes.
    Word,
    /// An identifier in quotes, with them: `"x"`, `` `x` ``, `[x]`, `U&"x"`.
    QuotedIdent,
    /// A string of any form, with its quotes, prefix or dollar tags.
    String,
    /// A number, with whatever letters the database would refuse right after it.
    Number,
    /// A placeholder for a value: `$1`, `?`, `?1`, `:name`, `@name`, `$name`, as far as the dialect has it.
    Param,
    /// A variable of MySQL or MariaDB: `@name`, `@@global.name`. Also the host of `root@localhost`.
    Variable,
    /// `;`
    Semicolon,
    /// The end of a statement as `DELIMITER` chose it.
    Delimiter,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// Other punctuation, as long as the dialect makes it: `::`, `->>`, `.`, `[`.
    Operator,
    /// A line for the command line client and not for the server: `\connect` of psql, `DELIMITER` of mysql.
    ClientCommand,
    /// A byte that begins no token of the dialect.
    Unknown,
}

impl TokenKind {
    /// Whether it is white space or a comment, which the database skips.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        matches!(self, TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment)
    }

    /// Whether the database's parser sees it as a token of a statement.
    #[must_use]
    pub fn is_significant(self) -> bool {
        !self.is_trivia()
            && !matches!(self, TokenKind::CodeOpen | TokenKind::CodeClose | TokenKind::ClientCommand)
    }
}

/// A token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The bytes it covers.
    pub span: Span,
    /// `false` when the text ended before the quote or comment did.
    pub complete: bool,
}

impl Token {
    /// Its text, out of the text that it was read from.
    #[must_use]
    pub fn text(self, text: &str) -> &str {
        self.span.of(text)
    }

    /// Whether it is the keyword `keyword`, in upper or lower case and without quotes.
    #[must_use]
    pub fn is(self, text: &str, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text(text).eq_ignore_ascii_case(keyword)
    }

    /// Whether it is one of the `keywords`, in upper or lower case and without quotes.
    #[must_use]
    pub fn is_one_of(self, text: &str, keywords: &[&str]) -> bool {
        self.kind == TokenKind::Word && {
            let word = self.text(text);
            keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
        }
    }
}
