//! A position in the tokens of one statement: tests for keywords, names, groups in parentheses, and what is
//! skipped. It knows how dialects fold names; it does not know statements.
//!
//! The partner of every parenthesis is found once, so that a group is left, skipped or looked behind in one
//! step, and whatever is read inside of it, reading goes on behind it.

use crate::ast::{Ident, Name};
use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::syntax::{Lexer, Token, TokenKind};

/// The bytes that Postgres keeps of a name.
const POSTGRES_NAME: usize = 63;

/// Groups nested deeper than this are not read. Each costs stack, also where the compiler runs the reader.
const MAX_DEPTH: u32 = 48;

/// What is read, and how far reading has come.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    pub(super) dialect: Dialect,
    tokens: Vec<Token>,
    /// For an opening parenthesis or bracket: the index of its partner, or the number of tokens.
    partners: Vec<usize>,
    /// For an opening parenthesis: the index of the first token in it that is none.
    leads: Vec<usize>,
    position: usize,
    /// Where the innermost group that is being read ends.
    end: usize,
    depth: u32,
    unread: Vec<Span>,
    /// `SELECT … INTO table` of PostgreSQL: the table, and whether it is temporary.
    pub(super) into: Option<(Name, bool)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, statement: Span, dialect: Dialect) -> Self {
        let moved = |token: Token| Token {
            span: Span::new(
                token.span.start.saturating_add(statement.start),
                token.span.end.saturating_add(statement.start),
            ),
            ..token
        };
        let tokens: Vec<Token> = Lexer::new(statement.of(text), dialect).significant().map(moved).collect();
        let (partners, leads) = pairs(text, &tokens);
        let end = tokens.len();
        Reader {
            text,
            dialect,
            tokens,
            partners,
            leads,
            position: 0,
            end,
            depth: 0,
            unread: Vec::new(),
            into: None,
        }
    }

    /// What was skipped.
    pub(super) fn into_unread(self) -> Vec<Span> {
        self.unread
    }

    pub(super) fn is_mysql(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::MariaDb)
    }

    pub(super) fn is_mariadb(&self) -> bool {
        self.dialect == Dialect::MariaDb
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.dialect == Dialect::Sqlite
    }

    /// The token `ahead` of here, inside of the group.
    pub(super) fn peek(&self, ahead: usize) -> Option<Token> {
        steps::add(1);
        let index = self.position + ahead;
        if index < self.end { self.tokens.get(index).copied() } else { None }
    }

    pub(super) fn kind(&self, ahead: usize) -> Option<TokenKind> {
        self.peek(ahead).map(|token| token.kind)
    }

    /// The text of the token `ahead` of here, or nothing.
    pub(super) fn word(&self, ahead: usize) -> &'t str {
        self.peek(ahead).map_or("", |token| token.text(self.text))
    }

    pub(super) fn text_of(&self, span: Span) -> &'t str {
        span.of(self.text)
    }

    pub(super) fn bump(&mut self) {
        self.position = (self.position + 1).min(self.end);
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Goes back to a position.
    pub(super) fn restart(&mut self, position: usize) {
        self.position = position;
    }

    /// Whether the group, or the statement, has no more tokens.
    pub(super) fn done(&self) -> bool {
        self.position >= self.end
    }

    /// Whether the token `ahead` is the keyword.
    pub(super) fn is(&self, ahead: usize, keyword: &str) -> bool {
        self.peek(ahead).is_some_and(|token| token.is(self.text, keyword))
    }

    pub(super) fn is_any(&self, ahead: usize, keywords: &[&str]) -> bool {
        self.peek(ahead).is_some_and(|token| token.is_one_of(self.text, keywords))
    }

    pub(super) fn at(&self, keyword: &str) -> bool {
        self.is(0, keyword)
    }

    pub(super) fn at_any(&self, keywords: &[&str]) -> bool {
        self.is_any(0, keywords)
    }

    /// Whether these keywords come one after the other.
    pub(super) fn at_all(&self, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(ahead, keyword)| self.is(ahead, keyword))
    }

    /// Goes behind these keywords when all of them come one after the other.
    pub(super) fn eat(&mut self, keywords: &[&str]) -> bool {
        let all = self.at_all(keywords);
        if all {
            self.position += keywords.len();
        }
        all
    }

    /// Goes behind one of these keywords.
    pub(super) fn eat_any(&mut self, keywords: &[&str]) -> bool {
        let any = self.at_any(keywords);
        if any {
            self.bump();
        }
        any
    }

    pub(super) fn is_symbol(&self, ahead: usize, symbol: &str) -> bool {
        self.peek(ahead)
            .is_some_and(|token| token.kind == TokenKind::Operator && token.text(self.text) == symbol)
    }

    pub(super) fn at_symbol(&self, symbol: &str) -> bool {
        self.is_symbol(0, symbol)
    }

    pub(super) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let here = self.at_symbol(symbol);
        if here {
            self.bump();
        }
        here
    }

    pub(super) fn at_open(&self) -> bool {
        self.kind(0) == Some(TokenKind::Open)
    }

    pub(super) fn at_comma(&self) -> bool {
        self.kind(0) == Some(TokenKind::Comma)
    }

    pub(super) fn eat_comma(&mut self) -> bool {
        let here = self.at_comma();
        if here {
            self.bump();
        }
        here
    }

    /// At `(`: how many tokens ahead the token behind the group is.
    pub(super) fn behind_group(&self, ahead: usize) -> usize {
        let index = self.position + ahead;
        self.partners.get(index).map_or(ahead + 1, |&partner| partner.min(self.end) + 1 - self.position)
    }

    /// At `(`: how many tokens ahead the first token is that is not one more `(`.
    pub(super) fn lead(&self) -> usize {
        self.leads.get(self.position).map_or(1, |&lead| lead - self.position)
    }

    /// From the token at `start` to before here.
    pub(super) fn span_from(&self, start: usize) -> Span {
        let first = self.tokens.get(start).or(self.tokens.last()).map_or(Span::new(0, 0), |token| token.span);
        match self
            .position
            .checked_sub(1)
            .filter(|&last| last >= start)
            .and_then(|last| self.tokens.get(last))
        {
            Some(last) => Span::new(first.start, last.span.end),
            None => Span::new(first.start, first.start),
        }
    }

    /// The text between the token at `start` and here, as written.
    pub(super) fn text_from(&self, start: usize) -> &'t str {
        self.text_of(self.span_from(start))
    }

    /// Whether the token before here is of this kind.
    pub(super) fn after(&self, kind: TokenKind) -> bool {
        self.position
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .is_some_and(|token| token.kind == kind)
    }

    // Names.

    /// One identifier. A keyword is one, too: what may not be a name has to be asked for before.
    pub(super) fn ident(&mut self) -> Option<Ident> {
        let token = self.peek(0)?;
        let text = token.text(self.text);
        let mut ident = match token.kind {
            TokenKind::Word if self.is_postgres() => {
                Ident { text: text.to_ascii_lowercase(), quoted: false, span: token.span }
            }
            TokenKind::Word => Ident { text: text.to_owned(), quoted: false, span: token.span },
            TokenKind::QuotedIdent if self.is_postgres() && text.starts_with(['U', 'u']) => {
                let escape = self.is(1, "uescape").then(|| self.peek(2)).flatten();
                let escape = escape.and_then(|token| unquoted(token.text(self.text)).chars().next());
                if escape.is_some() {
                    self.bump();
                    self.bump();
                }
                let text = unescaped(&unquoted(text), escape.unwrap_or('\\'));
                Ident { text, quoted: true, span: token.span }
            }
            TokenKind::QuotedIdent => Ident { text: unquoted(text), quoted: true, span: token.span },
            // SQLite takes strings for names where a name must stand.
            TokenKind::String if self.is_sqlite() => {
                Ident { text: unquoted(text), quoted: true, span: token.span }
            }
            _ => return None,
        };
        if self.is_postgres() && ident.text.len() > POSTGRES_NAME {
            // The server cuts it and goes on.
            ident.text.truncate(ident.text.floor_char_boundary(POSTGRES_NAME));
        }
        self.bump();
        Some(ident)
    }

    /// An identifier where MySQL takes a string as well: an alias.
    pub(super) fn alias_ident(&mut self) -> Option<Ident> {
        match self.peek(0) {
            Some(token) if token.kind == TokenKind::String && self.is_mysql() => {
                self.bump();
                Some(Ident { text: unquoted(token.text(self.text)), quoted: true, span: token.span })
            }
            _ => self.ident(),
        }
    }

    pub(super) fn is_ident(&self, ahead: usize) -> bool {
        matches!(self.kind(ahead), Some(TokenKind::Word | TokenKind::QuotedIdent))
    }

    /// A name with what qualifies it.
    pub(super) fn name(&mut self) -> Option<Name> {
        let mut last = self.ident()?;
        let mut qualifiers = Vec::new();
        while self.at_symbol(".")
            && (self.is_ident(1) || (self.is_sqlite() && self.kind(1) == Some(TokenKind::String)))
        {
            self.bump();
            let Some(next) = self.ident() else { break };
            qualifiers.push(std::mem::replace(&mut last, next));
        }
        Some(Name { qualifiers, last })
    }

    /// Names with commas between them.
    pub(super) fn names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        loop {
            names.extend(self.name());
            if !self.eat_comma() {
                return names;
            }
        }
    }

    /// `(a, b)`: identifiers, and nothing else in each item.
    pub(super) fn idents_in_group(&mut self) -> Vec<Ident> {
        self.list(Reader::ident)
    }

    /// The value of a string, without quotes and escapes.
    pub(super) fn string(&mut self) -> Option<(String, Span)> {
        let token = self.peek(0).filter(|token| token.kind == TokenKind::String)?;
        self.bump();
        let text = token.text(self.text);
        let escapes = self.is_mysql() || text.starts_with(['e', 'E']);
        Some((string_value(text, escapes), token.span))
    }

    /// A string as a span of what is between its quotes.
    pub(super) fn string_inside(&mut self) -> Option<Span> {
        let token = self.peek(0).filter(|token| token.kind == TokenKind::String)?;
        self.bump();
        let text = token.text(self.text);
        let opening = if text.starts_with('$') {
            text.get(1..).and_then(|rest| rest.find('$')).map_or(1, |tag| tag + 2)
        } else {
            text.find(['\'', '"']).map_or(0, |quote| quote + 1)
        };
        let closing = match (token.complete, text.starts_with('$')) {
            (false, _) => 0,
            (true, true) => opening,
            (true, false) => 1,
        };
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(0);
        let start = token.span.start + length(opening);
        Some(Span::new(start, token.span.end.saturating_sub(length(closing)).max(start)))
    }

    // Groups.

    /// Reads what is inside of the parentheses or brackets that open here. Whatever `read` leaves is unread,
    /// and reading goes on behind the group. `None` when there is no group, or when it is nested too deep to
    /// be read; then it is skipped.
    pub(super) fn group<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if !self.at_open() && !self.at_symbol("[") {
            return None;
        }
        let start = self.position;
        let close = self.partners.get(self.position).map_or(self.end, |&partner| partner.min(self.end));
        let behind = (close + 1).min(self.end);
        if self.depth >= MAX_DEPTH {
            self.position = behind;
            self.unread.push(self.span_from(start));
            return None;
        }
        let outer = std::mem::replace(&mut self.end, close);
        self.position += 1;
        self.depth += 1;
        let result = read(self);
        self.unread_rest();
        self.depth -= 1;
        self.end = outer;
        self.position = behind;
        Some(result)
    }

    /// Reads what goes on to the next of these keywords behind the one that is here. Whatever `read` leaves is
    /// unread.
    pub(super) fn up_to<R>(&mut self, keywords: &[&str], read: impl FnOnce(&mut Self) -> R) -> R {
        let start = self.position;
        self.bump();
        self.skip_to(keywords);
        let end = std::mem::replace(&mut self.position, start);
        let outer = std::mem::replace(&mut self.end, end);
        let result = read(self);
        self.unread_rest();
        self.end = outer;
        self.position = end;
        result
    }

    /// Reads what nests without parentheses; `None` when it is nested too deep.
    pub(super) fn deeper<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        Some(result)
    }

    /// Goes behind the group that opens here, if one does.
    pub(super) fn skip_group(&mut self) -> bool {
        let open = self.at_open() || self.at_symbol("[");
        if open {
            self.position = (self.position + self.behind_group(0)).min(self.end);
        }
        open
    }

    /// The items of the group that opens here. What is left of an item is unread.
    pub(super) fn list<R>(&mut self, mut read: impl FnMut(&mut Self) -> Option<R>) -> Vec<R> {
        let mut items = Vec::new();
        self.group(|reader| {
            while !reader.done() {
                items.extend(read(reader));
                reader.unread_to_comma();
                reader.eat_comma();
            }
        });
        items
    }

    // What is skipped.

    /// Goes to the next comma of this group, or to its end.
    pub(super) fn skip_to_comma(&mut self) {
        while !self.done() && !self.at_comma() {
            self.skip_one();
        }
    }

    /// Goes to the next of these keywords in this group, or to its end.
    pub(super) fn skip_to(&mut self, keywords: &[&str]) {
        while !self.done() && !self.at_any(keywords) {
            self.skip_one();
        }
    }

    /// Goes behind one token, or one group.
    pub(super) fn skip_one(&mut self) {
        if !self.skip_group() {
            self.bump();
        }
    }

    pub(super) fn skip_rest(&mut self) {
        self.position = self.end;
    }

    /// Whether something had to be skipped.
    pub(super) fn unread_to_comma(&mut self) -> bool {
        let start = self.position;
        self.skip_to_comma();
        self.mark_unread(start)
    }

    pub(super) fn unread_rest(&mut self) -> bool {
        let start = self.position;
        self.skip_rest();
        self.mark_unread(start)
    }

    fn mark_unread(&mut self, start: usize) -> bool {
        if self.position > start {
            self.unread.push(self.span_from(start));
        }
        self.position > start
    }
}

/// The partners and the leads of the parentheses.
fn pairs(text: &str, tokens: &[Token]) -> (Vec<usize>, Vec<usize>) {
    let mut partners = vec![tokens.len(); tokens.len()];
    let mut leads: Vec<usize> = (0..tokens.len()).collect();
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => open.push(index),
            TokenKind::Operator if token.text(text) == "[" => open.push(index),
            // A bracket that is open ends with the parenthesis around it.
            TokenKind::Close => {
                while let Some(start) = open.pop() {
                    partners[start] = index;
                    if tokens[start].kind == TokenKind::Open {
                        break;
                    }
                }
            }
            TokenKind::Operator if token.text(text) == "]" => {
                if let Some(start) = open.pop_if(|start| tokens[*start].kind == TokenKind::Operator) {
                    partners[start] = index;
                }
            }
            _ => {}
        }
    }
    for index in (0..tokens.len()).rev() {
        if tokens[index].kind == TokenKind::Open {
            leads[index] = leads.get(index + 1).copied().unwrap_or(index + 1);
        }
    }
    (partners, leads)
}

/// An identifier or string without its quotes; doubled quotes in it are one.
fn unquoted(text: &str) -> String {
    let Some(start) = text.find(['"', '`', '[', '\'']) else { return text.to_owned() };
    let quote = match text.as_bytes()[start] {
        b'[' => ']',
        other => char::from(other),
    };
    let inside = text.get(start + 1..).unwrap_or("");
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    if quote == ']' {
        return inside.to_owned();
    }
    let mut value = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        value.push(character);
        if character == quote {
            characters.next();
        }
    }
    value
}

/// What an identifier behind `U&` stands for: `\0061` and `\+000061` are characters.
fn unescaped(text: &str, escape: char) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(escape) {
        value.push_str(&rest[..at]);
        rest = &rest[at + escape.len_utf8()..];
        let (digits, skipped) = match rest.strip_prefix('+') {
            Some(long) => (long.get(..6), 7),
            None => (rest.get(..4), 4),
        };
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        if let Some(code) = code {
            value.push(code);
            rest = &rest[skipped..];
        } else if let Some(after) = rest.strip_prefix(escape) {
            value.push(escape);
            rest = after;
        }
    }
    value.push_str(rest);
    value
}

fn string_value(text: &str, escapes: bool) -> String {
    if text.starts_with('$') {
        let tag = text
            .get(1..)
            .and_then(|rest| rest.find('$'))
            .map_or("$", |end| text.get(..end + 2).unwrap_or("$"));
        let inside = text.get(tag.len()..).unwrap_or("");
        return inside.strip_suffix(tag).unwrap_or(inside).to_owned();
    }
    if !escapes || !text.contains('\\') {
        return unquoted(text);
    }
    let Some(start) = text.find(['\'', '"']) else { return text.to_owned() };
    let quote = char::from(text.as_bytes()[start]);
    let mut value = String::new();
    let mut characters = text.get(start + 1..).unwrap_or("").chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some('0') => value.push('\0'),
                Some(other) => value.push(other),
                None => {}
            },
            _ if character == quote => {
                if characters.next_if_eq(&quote).is_none() {
                    break;
                }
                value.push(quote);
            }
            _ => value.push(character),
        }
    }
    value
}

/// Counts the tokens that were looked at, so that tests can tell linear from quadratic without a clock.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local!(static STEPS: Cell<usize> = const { Cell::new(0) });

    pub(in crate::reader) fn add(steps: usize) {
        STEPS.with(|count| count.set(count.get() + steps));
    }

    pub(in crate::reader) fn take() -> usize {
        STEPS.with(Cell::take)
    }
}

#[cfg(not(test))]
mod steps {
    pub(super) fn add(_steps: usize) {}
}
