//! Token patterns: what a statement looks like that uses a feature. Texts of items with one space between them:
//!
//! * `merge`: this word or sign, in upper or lower case, without quotes; `set|drop`: one of them
//! * `_`: a name, quoted or not, with what qualifies it; `#`: a number; `()`: a pair of parentheses and all in it
//! * `…?`: the item may be missing; `!stored`: the next token is not this word; `$`: the statement ends, or a comma
//! * `...`: any tokens that do not leave the parentheses one is in; `~`: the same without looking into any
//! * `^` at the start: the statement begins here, otherwise it may be anywhere
//!
//! `...` and `~` stand once in a pattern. In one that may be anywhere it is `( ~`, which ends with the parenthesis.
//! So the work is linear but for the length of the pattern.

use crate::migrations::Span;
use crate::syntax::{Token, TokenKind};

/// A pattern, read.
#[derive(Debug)]
pub(super) struct Pattern {
    anchored: bool,
    items: Vec<Item>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    what: What,
    optional: bool,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Word(&'static str),
    Not(&'static str),
    Name,
    Number,
    Group,
    End,
    Skip { deep: bool },
}

/// The tokens of one statement.
pub(super) struct Tokens<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Of every opening parenthesis the index behind the closing one.
    behind: Vec<usize>,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str, tokens: Vec<Token>) -> Self {
        let mut behind = vec![0; tokens.len()];
        let mut open = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Open => open.push(index),
                TokenKind::Close => {
                    if let Some(slot) = open.pop().and_then(|opening| behind.get_mut(opening)) {
                        *slot = index + 1;
                    }
                }
                _ => {}
            }
        }
        for opening in open {
            if let Some(slot) = behind.get_mut(opening) {
                *slot = tokens.len();
            }
        }
        Tokens { text, tokens, behind }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn is(&self, index: usize, words: &str) -> bool {
        self.tokens.get(index).is_some_and(|token| {
            !matches!(token.kind, TokenKind::QuotedIdent | TokenKind::String)
                && words.split('|').any(|word| token.text(self.text).eq_ignore_ascii_case(word))
        })
    }

    pub(super) fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The bytes from one token to before another.
    pub(super) fn span(&self, from: usize, to: usize) -> Option<Span> {
        let last = self.tokens.get(to.checked_sub(1)?)?;
        Some(Span::new(self.tokens.get(from)?.span.start, last.span.end))
    }

    /// Behind the name at `index`.
    fn name(&self, index: usize) -> Option<usize> {
        let part = |index| matches!(self.kind(index), Some(TokenKind::Word | TokenKind::QuotedIdent));
        let mut end = part(index).then_some(index + 1)?;
        while self.is(end, ".") && part(end + 1) {
            end += 2;
        }
        Some(end)
    }

    fn group(&self, index: usize) -> Option<usize> {
        (self.kind(index) == Some(TokenKind::Open)).then(|| self.behind.get(index).copied()).flatten()
    }
}

impl Pattern {
    pub(super) fn read(text: &'static str) -> Pattern {
        let anchored = text.starts_with('^');
        let items = text.trim_start_matches('^').split(' ').map(|item| {
            let optional = item.len() > 1 && item.ends_with('?');
            let item = if optional { &item[..item.len() - 1] } else { item };
            let what = match item {
                "_" => What::Name,
                "#" => What::Number,
                "()" => What::Group,
                "$" => What::End,
                "..." => What::Skip { deep: true },
                "~" => What::Skip { deep: false },
                _ => match item.strip_prefix('!') {
                    Some(word) if !word.is_empty() => What::Not(word),
                    _ => What::Word(item),
                },
            };
            Item { what, optional }
        });
        Pattern { anchored, items: items.collect() }
    }

    /// The words and signs that every statement which fits holds, in lower case.
    pub(super) fn marks(&self) -> Vec<&'static str> {
        let words = self.items.iter().filter(|item| !item.optional).filter_map(|item| match item.what {
            What::Word(word) if !word.contains('|') => Some(word),
            _ => None,
        });
        words.collect()
    }

    /// Where it fits for the first time: the tokens from what is peculiar to it to its end.
    pub(super) fn find(&self, tokens: &Tokens<'_>) -> Option<Span> {
        let starts = if self.anchored { 0..1 } else { 0..tokens.len() };
        for start in starts {
            if let Some((from, to)) = fits(&self.items, tokens, start, start) {
                return tokens.span(from, to);
            }
        }
        None
    }
}

/// Whether `items` fit at the token `at`: where what they found begins and ends.
fn fits(items: &[Item], tokens: &Tokens<'_>, from: usize, at: usize) -> Option<(usize, usize)> {
    let Some((item, rest)) = items.split_first() else { return Some((from, at)) };
    let behind = match item.what {
        What::Word(words) => tokens.is(at, words).then_some(at + 1),
        What::Not(word) => (!tokens.is(at, word)).then_some(at),
        What::Name => tokens.name(at),
        What::Number => (tokens.kind(at) == Some(TokenKind::Number)).then_some(at + 1),
        What::Group => tokens.group(at),
        What::End => (at >= tokens.len() || tokens.is(at, ",")).then_some(at),
        What::Skip { deep } => return skip(rest, tokens, at, deep),
    };
    behind
        .and_then(|behind| fits(rest, tokens, from, behind))
        .or_else(|| item.optional.then(|| fits(rest, tokens, from, at)).flatten())
}

fn skip(rest: &[Item], tokens: &Tokens<'_>, mut at: usize, deep: bool) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    while at <= tokens.len() {
        if let Some(found) = fits(rest, tokens, at, at) {
            return Some(found);
        }
        match (tokens.kind(at), deep) {
            (Some(TokenKind::Open), false) => {
                at = tokens.group(at).unwrap_or(at + 1);
                continue;
            }
            (Some(TokenKind::Open), true) => depth += 1,
            (Some(TokenKind::Close), _) => depth = depth.checked_sub(1)?,
            (None, _) => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::feature::{Detector, features};
    use crate::syntax::Lexer;

    fn found(pattern: &'static str, text: &'static str) -> Option<&'static str> {
        let tokens = Tokens::new(text, Lexer::new(text, Dialect::Postgres).significant().collect());
        Pattern::read(pattern).find(&tokens).map(|span| span.of(text))
    }

    #[test]
    fn a_pattern_finds_what_is_peculiar_to_it() {
        assert_eq!(
            found("nulls not distinct", "a Nulls /* */ NOT distinct b"),
            Some("Nulls /* */ NOT distinct")
        );
        assert_eq!(found("nulls not distinct", "a nulls not \"distinct\""), None);
        assert_eq!(found("^alter table ... set _", "alter table a add b, set c"), Some("set c"));
        assert_eq!(found("^alter table ... set _", "alter tables a set c"), None);
        assert_eq!(found("^with ( ... x", "with (a, (b), x) y"), Some("x"));
        assert_eq!(found("^with ( ... x", "with (a, (b)) x"), None);
        assert_eq!(found("^update ~ from", "update a set b = (select 1 from c)"), None);
        assert_eq!(found("^update ~ from", "update a set b = (1) from c"), Some("from"));
        assert_eq!(found("as () !stored", "x as (1 (2)) stored"), None);
        assert_eq!(found("as () !stored", "x as (1 (2))"), Some("as (1 (2))"));
        assert_eq!(found("a b? c|d", "a d"), Some("a d"));
        assert_eq!(found("_ x $", "s.\"t\" x"), Some("s.\"t\" x"));
        assert_eq!(found("_ x $", "t x y"), None);
        assert_eq!(found("x ()", "x (1"), Some("x (1"));
    }

    #[test]
    fn what_is_skipped_is_skipped_once() {
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite] {
            for feature in features(dialect) {
                let (Detector::Syntax(patterns) | Detector::Unless(patterns, _)) = feature.detector else {
                    continue;
                };
                for text in patterns {
                    let pattern = Pattern::read(text);
                    let skips =
                        pattern.items.iter().filter(|item| matches!(item.what, What::Skip { .. })).count();
                    assert!(skips <= 1, "{text}");
                    assert!(pattern.anchored || skips == 0 || text.contains("( ~"), "{text}");
                    assert!(!pattern.marks().is_empty(), "{text} can be nowhere excluded");
                }
            }
        }
    }
}
