//! Text into tokens. It knows how each dialect writes quotes, comments, numbers and names; it does not know
//! statements, except where one may begin with the client command `DELIMITER`.

use super::cursor::Cursor;
use super::rules::{CodeComments, Rules, Style, rules};
use super::token::{Token, TokenKind};
use crate::dialect::Dialect;
use crate::migrations::Span;

/// An iterator over the tokens of a text. Their spans cover the text from its first byte to its last without
/// a gap.
///
/// Spans are 32 bits wide: a text of 4 GiB or more is read up to there.
#[derive(Clone, Debug)]
pub struct Lexer<'t> {
    cursor: Cursor<'t>,
    rules: &'static Rules,
    /// What `DELIMITER` chose instead of the semicolon.
    delimiter: Option<&'t str>,
    /// No token of a statement has come yet.
    fresh: bool,
    /// The last token was white space with an end of line in it, or there was none.
    line_start: bool,
    /// Inside an executable comment.
    in_code: bool,
    /// How a string goes on after the last token, and after the one before it.
    continuation: Continuation,
    continued: Continuation,
    /// Up to here every byte is an operator by itself.
    single_until: usize,
}

/// PostgreSQL: `'…'` on the line after an `E'…'` goes on with it, backslashes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Continuation {
    None,
    SameLine,
    NextLine,
}

/// The name of the client command that chooses what ends a statement.
const DELIMITER: &str = "delimiter";
/// The client keeps no more of it.
const DELIMITER_BYTES: usize = 15;
/// No server has this version; dumps of MariaDB hide a line from all servers with it.
const NEVER: u32 = 999_999;

impl<'t> Lexer<'t> {
    /// Reads `text` as `dialect`.
    #[must_use]
    pub fn new(text: &'t str, dialect: Dialect) -> Self {
        let text = text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or(text);
        Lexer {
            cursor: Cursor::new(text),
            rules: rules(dialect),
            delimiter: None,
            fresh: true,
            line_start: true,
            in_code: false,
            continuation: Continuation::None,
            continued: Continuation::None,
            single_until: 0,
        }
    }

    /// Only the tokens that the database's parser sees: without white space, comments, the marks around
    /// executable comments, and commands for the client.
    pub fn significant(self) -> impl Iterator<Item = Token> + Clone + use<'t> {
        self.filter(|token| token.kind.is_significant())
    }

    /// Whether a semicolon ends statements, rather than what `DELIMITER` chose.
    pub(super) fn semicolon_ends(&self) -> bool {
        self.delimiter.is_none()
    }

    /// Whether the last token was inside an executable comment.
    pub(super) fn in_code(&self) -> bool {
        self.in_code
    }

    /// Goes behind the data of a `COPY … FROM STDIN`: to the end of this line, then behind the line `\.`, or
    /// to the end when there is none.
    pub(super) fn skip_copy_data(&mut self) -> u32 {
        while self.cursor.bump_past("\n\\.") {
            if matches!(self.cursor.peek(), None | Some(b'\n' | b'\r')) {
                break;
            }
        }
        self.fresh = true;
        offset(self.cursor.position())
    }

    fn scan(&mut self, first: u8) -> (TokenKind, bool) {
        let second = self.cursor.peek_at(1);
        if self.delimiter.is_some_and(|delimiter| self.cursor.rest().starts_with(delimiter)) {
            self.cursor.bump(self.delimiter.map_or(1, str::len));
            return (TokenKind::Delimiter, true);
        }
        match first {
            _ if is_space(first) => {
                self.cursor.bump_while(is_space);
                (TokenKind::Space, true)
            }
            0xEF if self.at_mark() => self.single(TokenKind::Space, 3),
            b'-' if second == Some(b'-') && self.dashes_comment() => self.line_comment(),
            b'#' if self.rules.hash_comment => self.line_comment(),
            b'/' if second == Some(b'*') && self.slash_comments() => self.block_comment(),
            b'*' if self.in_code && second == Some(b'/') => self.single(TokenKind::CodeClose, 2),
            b'\'' if self.continued == Continuation::NextLine => {
                self.quoted(1, (TokenKind::String, Style::Escaped))
            }
            b'\'' => self.quoted(1, (TokenKind::String, self.rules.string)),
            b'"' => self.quoted(1, self.rules.double_quote),
            b'`' if self.rules.backtick => self.quoted(1, (TokenKind::QuotedIdent, Style::Doubled)),
            b'[' if self.rules.bracket => (TokenKind::QuotedIdent, self.cursor.bump_past("]")),
            b'$' if self.rules.dollar_quotes => self.dollar(),
            b'\\' if self.rules.backslash_commands => {
                self.rest_of_line();
                (TokenKind::ClientCommand, true)
            }
            b';' => self.single(TokenKind::Semicolon, 1),
            b'(' => self.single(TokenKind::Open, 1),
            b')' => self.single(TokenKind::Close, 1),
            b',' => self.single(TokenKind::Comma, 1),
            b'0'..=b'9' => self.number(),
            b'.' if second.is_some_and(|byte| byte.is_ascii_digit()) => self.number(),
            b'?' if self.rules.question_mark => {
                self.cursor.bump(1);
                self.cursor.bump_while(|byte| byte.is_ascii_digit());
                (TokenKind::Param, true)
            }
            _ if self.rules.sigils.contains(&first) => self.sigil(),
            _ if is_word_start(first) || (first == b'$' && self.rules.loose_words) => self.word(),
            _ => self.operator(first),
        }
    }

    fn single(&mut self, kind: TokenKind, bytes: usize) -> (TokenKind, bool) {
        self.cursor.bump(bytes);
        (kind, true)
    }

    fn at_mark(&self) -> bool {
        (self.rules.mark_is_space || self.cursor.position() == 0)
            && self.cursor.rest().starts_with('\u{FEFF}')
    }

    fn dashes_comment(&self) -> bool {
        !self.rules.dashes_need_space
            || self.cursor.peek_at(2).is_none_or(|byte| byte <= b' ' || byte == 0x7F)
    }

    fn slash_comments(&self) -> bool {
        !self.rules.comment_may_stay_open || self.cursor.peek_at(2).is_some()
    }

    fn rest_of_line(&mut self) {
        self.cursor.bump_while(|byte| byte != b'\n' && byte != b'\r');
    }

    fn line_comment(&mut self) -> (TokenKind, bool) {
        if self.rules.return_ends_comment {
            self.rest_of_line();
        } else {
            self.cursor.bump_while(|byte| byte != b'\n');
        }
        (TokenKind::LineComment, true)
    }

    fn block_comment(&mut self) -> (TokenKind, bool) {
        let mut nesting = self.rules.comment_nesting;
        if let Some((bytes, code)) = self.code_comment() {
            if code {
                return self.single(TokenKind::CodeOpen, bytes);
            }
            // A server skips the code of another version together with the comments in it.
            nesting = 1;
        }
        self.cursor.bump(2);
        let mut depth = 0;
        loop {
            match self.cursor.peek() {
                None => return (TokenKind::BlockComment, self.rules.comment_may_stay_open),
                Some(b'*') if self.cursor.peek_at(1) == Some(b'/') => {
                    self.cursor.bump(2);
                    if depth == 0 {
                        return (TokenKind::BlockComment, true);
                    }
                    depth -= 1;
                }
                Some(b'/') if depth < nesting && self.cursor.peek_at(1) == Some(b'*') => {
                    self.cursor.bump(2);
                    depth += 1;
                }
                Some(_) => self.cursor.bump(1),
            }
        }
    }

    /// At `/*`: the length of the mark of an executable comment, and whether it is code for some server.
    ///
    /// MariaDB skips the versions that only MySQL had, 5.7 to 9.99, unless the mark is its own
    /// (<https://mariadb.com/kb/en/comment-syntax/>). Otherwise the version of the server is not known here,
    /// and what one server runs is code.
    fn code_comment(&self) -> Option<(usize, bool)> {
        let maria = self.rules.code_comments == CodeComments::MariaDb;
        let own = maria && self.cursor.peek_at(2) == Some(b'M');
        let mark = if own { 4 } else { 3 };
        if self.rules.code_comments == CodeComments::None || self.cursor.peek_at(mark - 1) != Some(b'!') {
            return None;
        }
        let (mut digits, mut version) = (0, 0);
        while digits < 6
            && let Some(digit @ b'0'..=b'9') = self.cursor.peek_at(mark + digits)
        {
            version = version * 10 + u32::from(digit - b'0');
            digits += 1;
        }
        if digits < 5 {
            return Some((mark, true));
        }
        let skipped = version == NEVER || (maria && !own && (50_700..=99_999).contains(&version));
        Some((mark + digits, !skipped))
    }

    /// A quote whose opening, of `opening` bytes, ends in the quote that ends it.
    fn quoted(&mut self, opening: usize, (kind, style): (TokenKind, Style)) -> (TokenKind, bool) {
        let quote = self.cursor.peek_at(opening - 1);
        self.cursor.bump(opening);
        loop {
            match self.cursor.peek() {
                None => return (kind, false),
                Some(b'\\') if style == Style::Escaped => self.cursor.bump(2),
                byte if byte == quote => {
                    self.cursor.bump(1);
                    if style == Style::Raw || self.cursor.peek() != quote {
                        if kind == TokenKind::String && style == Style::Escaped {
                            self.continuation = Continuation::SameLine;
                        }
                        return (kind, true);
                    }
                    self.cursor.bump(1);
                }
                Some(_) => self.cursor.bump(1),
            }
        }
    }

    fn dollar(&mut self) -> (TokenKind, bool) {
        let start = self.cursor.position();
        self.cursor.bump(1);
        if self.cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.cursor.bump_while(|byte| byte.is_ascii_digit());
            return (TokenKind::Param, true);
        }
        self.cursor.bump_while(|byte| is_word(byte) && byte != b'$');
        if self.cursor.peek() == Some(b'$') {
            self.cursor.bump(1);
            let tag = self.cursor.since(start);
            return (TokenKind::String, self.cursor.bump_past(tag));
        }
        self.cursor.set_position(start + 1);
        (TokenKind::Unknown, true)
    }

    fn number(&mut self) -> (TokenKind, bool) {
        let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        let mut plain = true;
        let radix = self.cursor.peek() == Some(b'0')
            && self.cursor.peek_at(1).is_some_and(|byte| b"xXoObB".contains(&byte))
            && self.cursor.peek_at(2).is_some_and(|byte| byte.is_ascii_hexdigit());
        if !radix {
            self.cursor.bump_while(|byte| byte.is_ascii_digit() || byte == b'_');
            // `1..10` is a range.
            if self.cursor.peek() == Some(b'.') && self.cursor.peek_at(1) != Some(b'.') {
                plain = false;
                self.cursor.bump(1);
                self.cursor.bump_while(|byte| byte.is_ascii_digit() || byte == b'_');
            }
            if matches!(self.cursor.peek(), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(self.cursor.peek_at(1), Some(b'+' | b'-')));
                if digit(self.cursor.peek_at(1 + sign)) {
                    plain &= sign == 0;
                    self.cursor.bump(1 + sign);
                    self.cursor.bump_while(|byte| byte.is_ascii_digit() || byte == b'_');
                }
            }
        }
        match self.cursor.peek() {
            Some(byte) if radix || is_word_start(byte) || (byte == b'$' && self.rules.loose_words) => {
                if !self.rules.loose_words || radix {
                    self.cursor.bump_while(is_word);
                } else if plain {
                    self.cursor.bump_while(is_word);
                    return (TokenKind::Word, true);
                }
                (TokenKind::Number, true)
            }
            _ => (TokenKind::Number, true),
        }
    }

    /// `@name` of MySQL, and the names of parameters of SQLite, which may be Tcl variables: `$a::b(c)`.
    fn sigil(&mut self) -> (TokenKind, bool) {
        self.cursor.bump(1);
        if self.rules.loose_words {
            let system = usize::from(self.cursor.peek() == Some(b'@'));
            if self.cursor.peek_at(system).is_some_and(|byte| is_word(byte) || byte == b'.') {
                self.cursor.bump(system);
                self.cursor.bump_while(|byte| is_word(byte) || byte == b'.');
                return (self.rules.sigil_kind, true);
            }
            return (TokenKind::Operator, true);
        }
        let mut named = false;
        loop {
            match self.cursor.peek() {
                Some(byte) if is_word(byte) => {
                    named = true;
                    self.cursor.bump(1);
                }
                Some(b':') if self.cursor.peek_at(1) == Some(b':') => self.cursor.bump(2),
                Some(b'(') if named => {
                    self.cursor.bump_while(|byte| byte != b')' && !is_space(byte));
                    if self.cursor.peek() == Some(b')') {
                        self.cursor.bump(1);
                    }
                    break;
                }
                _ => break,
            }
        }
        // Without a name SQLite refuses what it has read so far as one token.
        (if named { self.rules.sigil_kind } else { TokenKind::Unknown }, true)
    }

    fn word(&mut self) -> (TokenKind, bool) {
        let lower = |byte: Option<&u8>| byte.map(|byte| byte | 0x20);
        let first = lower(self.cursor.rest().as_bytes().first());
        for &(prefix, kind, style) in self.rules.prefixes {
            if lower(prefix.as_bytes().first()) != first {
                continue;
            }
            let here = self.cursor.rest().as_bytes().get(..prefix.len());
            if here.is_some_and(|here| here.eq_ignore_ascii_case(prefix.as_bytes())) {
                return self.quoted(prefix.len(), (kind, style));
            }
        }
        let start = self.cursor.position();
        self.cursor.bump_while(is_word);
        if self.rules.delimiter_command
            && (self.fresh || (self.line_start && self.delimiter.is_some()))
            && self.cursor.since(start).eq_ignore_ascii_case(DELIMITER)
            && self.cursor.peek().is_none_or(|byte| is_space(byte) || byte == b';')
        {
            self.rest_of_line();
            if let Ok(delimiter) = delimiter_argument(self.cursor.since(start)) {
                self.delimiter = (delimiter != ";").then_some(delimiter);
            }
            return (TokenKind::ClientCommand, true);
        }
        (TokenKind::Word, true)
    }

    fn operator(&mut self, first: u8) -> (TokenKind, bool) {
        if self.cursor.position() < self.single_until {
            return self.single(TokenKind::Operator, 1);
        }
        if self.rules.operator_run.contains(&first) {
            return self.operator_run();
        }
        for operator in self.rules.operators {
            if self.cursor.rest().starts_with(operator) {
                return self.single(TokenKind::Operator, operator.len());
            }
        }
        let known = first.is_ascii_punctuation() && first != b'\\';
        self.single(if known { TokenKind::Operator } else { TokenKind::Unknown }, 1)
    }

    /// An operator of PostgreSQL: as many operator characters as there are, up to a comment; but it may end
    /// in a sign only when it holds a character that no operator of the standard has, so that `=-1` is two.
    fn operator_run(&mut self) -> (TokenKind, bool) {
        let start = self.cursor.position();
        let (mut peculiar, mut end_unsigned) = (false, start + 1);
        while let Some(byte) = self.cursor.peek()
            && self.rules.operator_run.contains(&byte)
        {
            let comment = matches!((byte, self.cursor.peek_at(1)), (b'-', Some(b'-')) | (b'/', Some(b'*')));
            if comment && self.cursor.position() > start {
                break;
            }
            peculiar |= b"~!@#^&|`?%".contains(&byte);
            self.cursor.bump(1);
            if byte != b'+' && byte != b'-' {
                end_unsigned = self.cursor.position();
            }
        }
        if !peculiar {
            // The signs that are cut off here are not counted again, however many there are.
            self.single_until = self.cursor.position();
            self.cursor.set_position(end_unsigned);
        }
        (TokenKind::Operator, true)
    }

    /// The client finds its delimiter also in the middle of a word: `END$$`.
    fn cut_at_delimiter(&mut self, start: usize, kind: TokenKind) {
        let Some(delimiter) = self.delimiter else { return };
        if !matches!(
            kind,
            TokenKind::Word
                | TokenKind::Number
                | TokenKind::Param
                | TokenKind::Variable
                | TokenKind::Operator
                | TokenKind::Unknown
        ) {
            return;
        }
        let end = self.cursor.position();
        self.cursor.set_position(start + 1);
        while self.cursor.position() < end && !self.cursor.rest().starts_with(delimiter) {
            self.cursor.bump(1);
        }
    }

    fn remember(&mut self, token: Token, start: usize) {
        let newline = token.kind == TokenKind::Space && self.cursor.since(start).contains(['\n', '\r']);
        self.line_start = newline;
        match token.kind {
            kind if kind.is_trivia() => {}
            TokenKind::Semicolon => self.fresh = self.delimiter.is_none(),
            TokenKind::Delimiter | TokenKind::ClientCommand => self.fresh = true,
            _ => self.fresh = false,
        }
        match token.kind {
            TokenKind::CodeOpen => self.in_code = true,
            TokenKind::CodeClose => self.in_code = false,
            _ => {}
        }
        // Only the end of an escaped string has set a continuation of its own.
        match token.kind {
            TokenKind::Space if newline && self.continued == Continuation::SameLine => {
                self.continuation = Continuation::NextLine;
            }
            TokenKind::Space | TokenKind::LineComment => self.continuation = self.continued,
            _ => {}
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let first = self.cursor.peek()?;
        let start = self.cursor.position();
        self.continued = std::mem::replace(&mut self.continuation, Continuation::None);
        let (kind, complete) = self.scan(first);
        self.cut_at_delimiter(start, kind);
        let span = Span::new(offset(start), offset(self.cursor.position()));
        let token = Token { kind, span, complete };
        self.remember(token, start);
        Some(token)
    }
}

/// What the command `DELIMITER` in `line` chooses, read as the client does: up to white space, or in quotes.
///
/// # Errors
///
/// It names none, or one with a backslash, which the client refuses.
pub(super) fn delimiter_argument(line: &str) -> Result<&str, &'static str> {
    let rest = line.get(DELIMITER.len()..).unwrap_or("");
    if rest.starts_with(';') {
        return Err("no space separates the delimiter from it");
    }
    let rest = rest.trim_start();
    let argument = match rest.chars().next() {
        Some(quote @ ('\'' | '"' | '`')) => rest.split(quote).nth(1).unwrap_or(""),
        _ => rest.split_whitespace().next().unwrap_or(""),
    };
    if argument.is_empty() {
        return Err("it is followed by no delimiter");
    }
    if argument.contains('\\') {
        return Err("a delimiter cannot hold a backslash");
    }
    Ok(argument.get(..argument.floor_char_boundary(DELIMITER_BYTES)).unwrap_or(argument))
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0x09..=0x0D | b' ')
}

const fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word(byte: u8) -> bool {
    WORD[byte as usize]
}

/// For each byte, whether a word goes on with it.
const WORD: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0_u8);
    loop {
        table[byte as usize] = is_word_start(byte) || byte.is_ascii_digit() || byte == b'$';
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};
