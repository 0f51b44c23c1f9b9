//! A value that ALTER TYPE … ADD VALUE added cannot be used before the transaction has committed, unless the
//! type is as new (SQLSTATE 55P04). Values are used as strings, which are looked for as tokens: where a string
//! certainly becomes a value of the type it is an error, and a warning where it may.

use super::Checkable;
use crate::ast::{AlterAction, Insert, Kind, Name, Object, Statement};
use crate::diagnostic::{Diagnostic, excerpt};
use crate::effect::words::Words;
use crate::effect::{Act, Effect};
use crate::migrations::Span;
use crate::syntax::TokenKind;

/// A value that the file has added.
struct Added<'a> {
    type_name: &'a Name,
    label: &'a str,
    at: Span,
}

pub(super) fn used_early(file: Checkable<'_>) -> Vec<Diagnostic> {
    let mut added: Vec<Added<'_>> = Vec::new();
    let mut new_types: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for (statement, effect) in file.statements.iter().zip(file.effects) {
        for label in &added {
            found.extend(label.used_in(&file, statement, effect));
        }
        new_types.extend(created_types(effect));
        if let Kind::Alter(alter) = &statement.kind
            && let AlterAction::AddValue { label, if_not_exists, .. } = &alter.action
            // Of a value that is there already nothing is added.
            && (!if_not_exists || !effect.reasons.is_empty())
            && !new_types.contains(&alter.name.last.text.as_str())
        {
            added.push(Added { type_name: &alter.name, label, at: statement.span });
        }
    }
    found
}

fn created_types(effect: &Effect) -> impl Iterator<Item = &str> {
    let types = effect.objects.iter().filter(|it| it.act == Act::Creates && it.object == Object::Type);
    types.map(|it| it.name.as_str())
}

#[derive(PartialEq)]
enum Use {
    Certain,
    Possible,
}

impl Added<'_> {
    fn used_in(&self, file: &Checkable<'_>, statement: &Statement, effect: &Effect) -> Option<Diagnostic> {
        // Statements about the type itself name values and do not use them.
        if matches!(&statement.kind, Kind::Alter(_) | Kind::Comment { .. } | Kind::Drop(_)) {
            return None;
        }
        let words = Words::of(file.text, statement.span, file.dialect);
        let (at, how) = self.first_use(&words, statement, effect)?;
        let token = words.tokens().get(at)?.span;
        let type_name = &self.type_name.last.text;
        let message =
            format!("value '{}' of type `{type_name}` is used in the transaction that adds it", self.label);
        let diagnostic = match how {
            Use::Certain => Diagnostic::error("enum-value-used-early", message),
            Use::Possible => {
                Diagnostic::warning("enum-value-used-early", message.replacen(" is used", " may be used", 1))
            }
        };
        let place = |span: Span| excerpt(file.path, file.text, span.start as usize, span.end as usize);
        Some(
            diagnostic
                .at(place(token))
                .help("a new value can be used when it is committed: put the ALTER TYPE … ADD VALUE into a migration of its own before this one")
                .related("it is added here", place(self.at)),
        )
    }

    /// The token of the first use, and whether it is certain.
    fn first_use(&self, words: &Words<'_>, statement: &Statement, effect: &Effect) -> Option<(usize, Use)> {
        let positions = positions(words);
        let strings: Vec<usize> = (0..words.tokens().len())
            .filter(|at| words.kind(*at) == Some(TokenKind::String) && self.is_label(words.text(*at)))
            // A value of a column that is not of the type is none of it.
            .filter(|at| self.is_inserted(words, *at, &positions, statement, effect) != Some(false))
            .collect();
        let certain = |at: &&usize| {
            self.is_cast(words, **at)
                || effect
                    .enum_columns
                    .iter()
                    .any(|(column, of)| self.is_type(of) && is_compared(words, **at, column))
                || self.is_default(words, **at)
                || self.is_inserted(words, **at, &positions, statement, effect) == Some(true)
        };
        if let Some(at) = strings.iter().find(certain) {
            return Some((*at, Use::Certain));
        }
        // A table with a column of the type is concerned, and it is not clear what the string is for.
        let concerned = effect.enum_columns.iter().any(|(_, of)| self.is_type(of));
        strings.first().filter(|_| concerned).map(|at| (*at, Use::Possible))
    }

    fn is_label(&self, token: &str) -> bool {
        let body = token.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        body.is_some_and(|body| body.replace("''", "'") == self.label)
    }

    /// As the catalog shows it: with its schema when that is not the usual one.
    fn is_type(&self, shown: &str) -> bool {
        shown.rsplit('.').next() == Some(self.type_name.last.text.as_str())
    }

    fn is_named(&self, words: &Words<'_>, at: usize) -> bool {
        let at = if words.text(at + 1) == "." { at + 2 } else { at };
        let name = words.text(at).trim_matches('"');
        name == self.type_name.last.text
            || (words.kind(at) == Some(TokenKind::Word)
                && name.eq_ignore_ascii_case(&self.type_name.last.text))
    }

    /// `'x'::mood`, `CAST('x' AS mood)`
    fn is_cast(&self, words: &Words<'_>, at: usize) -> bool {
        (words.text(at + 1) == "::" || words.at(at + 1, &["AS"])) && self.is_named(words, at + 2)
    }

    /// `mood DEFAULT 'x'` of a column of this statement.
    fn is_default(&self, words: &Words<'_>, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|before| words.at(*before, &["DEFAULT"])) else {
            return false;
        };
        // NOT NULL may stand between the type and the default.
        let mut of = before;
        if of >= 2 && words.at(of - 2, &["NOT", "NULL"]) {
            of -= 2;
        }
        of.checked_sub(1).is_some_and(|of| self.is_named(words, of) && words.text(of + 1) != ".")
    }

    /// Whether the place of the string among the VALUES is that of a column of the type; `None` when it is not a
    /// value of its own there.
    fn is_inserted(
        &self,
        words: &Words<'_>,
        at: usize,
        positions: &[Option<usize>],
        statement: &Statement,
        effect: &Effect,
    ) -> Option<bool> {
        let Kind::Insert(insert) = &statement.kind else { return None };
        let alone = matches!(words.kind(at.checked_sub(1)?), Some(TokenKind::Open | TokenKind::Comma))
            && matches!(words.kind(at + 1), Some(TokenKind::Close | TokenKind::Comma));
        let position = positions.get(at).copied().flatten().filter(|_| alone)?;
        Some(column_at(insert, effect, position).is_some_and(|of| self.is_type(of)))
    }
}

/// `column = 'x'`, `'x' <> column`, `column IN ('x'`, `SET DEFAULT 'x'` of the column.
fn is_compared(words: &Words<'_>, at: usize, column: &str) -> bool {
    let is_column = |at: usize| {
        let text = words.text(at).trim_matches('"');
        text == column || (words.kind(at) == Some(TokenKind::Word) && text.eq_ignore_ascii_case(column))
    };
    let is_operator = |at: usize| matches!(words.text(at), "=" | "<>" | "!=" | "<" | ">" | "<=" | ">=");
    let behind = |steps: usize| at.checked_sub(steps);
    behind(2).is_some_and(|it| is_column(it) && is_operator(it + 1))
        || (is_operator(at + 1) && is_column(at + 2))
        || behind(3).is_some_and(|it| is_column(it) && words.at(it + 1, &["IN"]))
        || behind(3).is_some_and(|it| is_column(it) && words.at(it + 1, &["SET", "DEFAULT"]))
}

/// Which value of its row each token behind VALUES is, from 0; in one pass, since seeds are long.
fn positions(words: &Words<'_>) -> Vec<Option<usize>> {
    let mut positions = vec![None; words.tokens().len()];
    let Some(start) = words.find(&["VALUES"]) else { return positions };
    let (mut depth, mut position) = (0_usize, 0_usize);
    for (at, place) in positions.iter_mut().enumerate().skip(start + 1) {
        match words.kind(at) {
            Some(TokenKind::Open) => {
                depth += 1;
                if depth == 1 {
                    position = 0;
                }
            }
            Some(TokenKind::Close) => depth = depth.saturating_sub(1),
            Some(TokenKind::Comma) if depth == 1 => position += 1,
            // Behind the rows.
            Some(TokenKind::Word) if depth == 0 => break,
            _ if depth == 1 => *place = Some(position),
            _ => {}
        }
    }
    positions
}

/// The enum type of the column that a value goes into.
fn column_at<'e>(insert: &Insert, effect: &'e Effect, position: usize) -> Option<&'e str> {
    match &insert.columns {
        Some(columns) => {
            let name = &columns.get(position)?.text;
            effect.enum_columns.iter().find(|(column, _)| column == name).map(|(_, of)| of.as_str())
        }
        None => effect.enum_positions.iter().find(|(at, _)| *at == position).map(|(_, of)| of.as_str()),
    }
}
