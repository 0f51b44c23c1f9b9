//! Finds the features that scripts use. A text that does not hold the words of a feature is not read.

use super::pattern::{Pattern, Tokens};
use super::words::Words;
use super::{Detector, Feature};
use crate::ast::{Column, Kind, Object, Statement, TableAction, TypeName};
use crate::dialect::Dialect;
use crate::migrations::Span;
use crate::reader;
use crate::syntax::{Lexer, Token, TokenKind};

/// A search for some features.
pub(super) struct Search<'f> {
    dialect: Dialect,
    wanted: Vec<Wanted<'f>>,
    words: Words,
}

/// A feature, ready to be looked for.
struct Wanted<'f> {
    feature: &'f Feature,
    patterns: Vec<Pattern>,
    unless: Option<Pattern>,
    /// What a statement that uses it holds: all of one of these.
    marks: Vec<Marks>,
}

/// Texts of which a statement holds all.
struct Marks {
    /// Places in the list of words.
    words: Vec<usize>,
    /// The only one, when it is a sign.
    sign: Option<&'static str>,
}

impl<'f> Search<'f> {
    pub(super) fn new(dialect: Dialect, features: impl Iterator<Item = &'f Feature>) -> Self {
        let features: Vec<&Feature> = features.collect();
        let marks: Vec<Vec<Vec<&'static str>>> =
            features.iter().map(|feature| marks(&feature.detector)).collect();
        let words = Words::new(marks.iter().flatten().flatten().copied());
        let wanted = features.into_iter().zip(marks).map(|(feature, marks)| {
            let (patterns, unless): (&[&str], _) = match feature.detector {
                Detector::Syntax(patterns) => (patterns, None),
                Detector::Unless(patterns, unless) => (patterns, Some(Pattern::read(unless))),
                Detector::Function(_) | Detector::Type(_) => (&[], None),
            };
            let patterns = patterns.iter().map(|text| Pattern::read(text)).collect();
            let marks = marks.iter().map(|marks| {
                let words = words.places(marks);
                let sign = marks.first().copied().filter(|_| words.is_empty());
                Marks { words, sign }
            });
            let marks = marks.collect();
            Wanted { feature, patterns, unless, marks }
        });
        Search { dialect, wanted: wanted.collect(), words }
    }

    /// The features that the `statements` of a text use, and where.
    pub(super) fn in_script<'s>(
        &'s self,
        text: &'s str,
        statements: &'s [Span],
    ) -> impl Iterator<Item = (&'f Feature, Span)> + 's {
        let lower = if self.wanted.is_empty() { String::new() } else { text.to_ascii_lowercase() };
        let held = self.words.held(&lower);
        let near: Vec<&Wanted<'f>> =
            self.wanted.iter().filter(|wanted| wanted.may_be_in(&held, &lower)).collect();
        let read = if near.is_empty() { &[][..] } else { statements };
        read.iter().flat_map(move |span| {
            let lower = span.of(&lower);
            let held = self.words.held(lower);
            let near: Vec<&Wanted<'f>> =
                near.iter().copied().filter(|wanted| wanted.may_be_in(&held, lower)).collect();
            if near.is_empty() {
                return Vec::new();
            }
            let tokens = Tokens::new(text, tokens(text, *span, self.dialect));
            let found = |wanted: &&Wanted<'f>| {
                Some((wanted.feature, wanted.find(text, *span, &tokens, self.dialect)?))
            };
            near.iter().filter_map(found).collect()
        })
    }
}

impl Wanted<'_> {
    /// `held` says of each word whether the text `lower` holds it.
    fn may_be_in(&self, held: &[bool], lower: &str) -> bool {
        let holds = |word: &usize| held.get(*word).is_some_and(|held| *held);
        self.marks
            .iter()
            .any(|marks| marks.words.iter().all(holds) && marks.sign.is_none_or(|sign| lower.contains(sign)))
    }

    fn find(&self, text: &str, statement: Span, tokens: &Tokens<'_>, dialect: Dialect) -> Option<Span> {
        match self.feature.detector {
            Detector::Function(names) => call(tokens, names),
            Detector::Type(names) => {
                let said = |token| names.iter().any(|name| tokens.is(token, name));
                if !(0..tokens.len()).any(said) {
                    return None;
                }
                let statement = reader::read(text, statement, dialect);
                let found = types(&statement).find(|found| {
                    found.schema.is_none() && names.iter().any(|name| found.name.eq_ignore_ascii_case(name))
                });
                found.map(|found| found.span)
            }
            Detector::Syntax(_) | Detector::Unless(..) => {
                let span = self.patterns.iter().find_map(|pattern| pattern.find(tokens))?;
                let excused = self.unless.as_ref().is_some_and(|unless| unless.find(tokens).is_some());
                (!excused).then_some(span)
            }
        }
    }
}

/// Words and signs: a statement that uses a feature holds all of one of these lists.
fn marks(detector: &Detector) -> Vec<Vec<&'static str>> {
    match detector {
        Detector::Function(names) | Detector::Type(names) => names.iter().map(|name| vec![*name]).collect(),
        Detector::Syntax(patterns) | Detector::Unless(patterns, _) => {
            patterns.iter().map(|text| Pattern::read(text).marks()).collect()
        }
    }
}

/// The tokens of a statement, without the code that MySQL runs on some versions alone.
fn tokens(text: &str, statement: Span, dialect: Dialect) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut conditional = false;
    for mut token in Lexer::new(statement.of(text), dialect) {
        match token.kind {
            TokenKind::CodeOpen => {
                let mark = token.text(statement.of(text));
                conditional = mark.ends_with(|c: char| c.is_ascii_digit());
            }
            TokenKind::CodeClose => conditional = false,
            kind if kind.is_significant() && !conditional => {
                token.span = Span::new(token.span.start + statement.start, token.span.end + statement.start);
                tokens.push(token);
            }
            _ => {}
        }
    }
    tokens
}

/// A call of one of `names` that means the one that is built in.
fn call(tokens: &Tokens<'_>, names: &[&str]) -> Option<Span> {
    (0..tokens.len()).find_map(|at| {
        if tokens.kind(at + 1) != Some(TokenKind::Open) || !names.iter().any(|name| tokens.is(at, name)) {
            return None;
        }
        let before = |back: usize| at.checked_sub(back);
        let qualified = before(1).is_some_and(|before| tokens.is(before, "."));
        let built_in = before(2).is_some_and(|before| tokens.is(before, "pg_catalog"));
        // Behind these it is the name of something else, or of a function that is made here.
        let named = "function|procedure|aggregate|table|into|exists|references|on|update|key|index|type|as|column|unique";
        let other = before(1).is_some_and(|before| tokens.is(before, named));
        let from = if qualified { at.saturating_sub(2) } else { at };
        (if qualified { built_in } else { !other }).then(|| tokens.span(from, at + 1)).flatten()
    })
}

/// The types of columns that a statement names.
fn types(statement: &Statement) -> impl Iterator<Item = &TypeName> {
    let (columns, actions): (&[Column], &[TableAction]) = match &statement.kind {
        Kind::CreateTable(table) => (&table.columns, &[]),
        Kind::AlterTable(table) => (&[], &table.actions),
        _ => (&[], &[]),
    };
    let changed = actions.iter().filter_map(|action| match action {
        TableAction::AddColumn { column, .. } | TableAction::ChangeColumn { column, .. } => {
            column.type_name.as_ref()
        }
        TableAction::SetType { type_name, .. } => Some(type_name),
        _ => None,
    });
    columns.iter().filter_map(|column| column.type_name.as_ref()).chain(changed)
}

/// Whether a script makes a function called `name`, or installs an extension, which may have one.
pub(super) fn provides(dialect: Dialect, text: &str, statements: &[Span], name: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if !lower.contains("extension") && !lower.contains(&name.to_ascii_lowercase()) {
        return false;
    }
    statements.iter().any(|span| match reader::read(text, *span, dialect).kind {
        Kind::CreateRoutine(routine) => routine.name.last.text.eq_ignore_ascii_case(name),
        Kind::CreateOther { object: Object::Extension, .. } => true,
        Kind::CreateOther { object: Object::Aggregate | Object::Function, name: Some(made), .. } => {
            made.last.text.eq_ignore_ascii_case(name)
        }
        _ => false,
    })
}
