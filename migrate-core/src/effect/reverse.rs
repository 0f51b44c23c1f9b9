//! Whether a statement exists that undoes another one and loses nothing. That somebody has written it is not
//! asked.

use super::Question;
use super::fact::Answer;
use crate::ast::{AlterAction, Kind, Object, TableAction, Verb};

pub(super) fn reversible(question: &Question<'_>) -> Answer {
    match &question.statement.kind {
        Kind::AlterTable(alter) => alter.actions.iter().map(action).fold(Answer::Yes, worse),
        Kind::Alter(alter) => match &alter.action {
            // No server takes a value out of an enum.
            AlterAction::AddValue { .. } => Answer::No,
            AlterAction::Attributes(actions) => actions.iter().map(action).fold(Answer::Yes, worse),
            _ => Answer::Yes,
        },
        Kind::Drop(drop) => match drop.object {
            Object::Table | Object::Sequence | Object::Schema | Object::Database | Object::Column => {
                Answer::No
            }
            _ if drop.cascade => Answer::depends("what CASCADE takes with it"),
            _ => Answer::Yes,
        },
        Kind::CreateTable(create) if create.or_replace => Answer::No,
        Kind::Insert(insert) if insert.conflict.is_none() => Answer::depends("which rows were there before"),
        Kind::Insert(_) | Kind::Update(_) | Kind::Delete(_) | Kind::Truncate { .. } => Answer::No,
        Kind::Maintenance(maintenance) => match maintenance.verb {
            Verb::Copy | Verb::Load => Answer::depends("which rows were there before"),
            _ => Answer::Yes,
        },
        Kind::Opaque(_) | Kind::Other => Answer::depends("what cannot be followed"),
        _ => Answer::Yes,
    }
}

fn action(action: &TableAction) -> Answer {
    match action {
        TableAction::DropColumn { .. } => Answer::No,
        TableAction::SetType { .. } | TableAction::ChangeColumn { .. } => {
            Answer::depends("whether every value keeps its meaning and fits the old type again")
        }
        TableAction::Option(text) if text.starts_with("DROP ") => Answer::No,
        TableAction::Rebuild(text) => {
            let lower = text.to_ascii_lowercase();
            let loses = ["truncate", "discard", "exchange"].iter().any(|word| lower.starts_with(word));
            if loses { Answer::No } else { Answer::Yes }
        }
        TableAction::Other(_) => Answer::depends("what cannot be followed"),
        _ => Answer::Yes,
    }
}

/// Of two answers to a good thing, the worse.
fn worse(a: Answer, b: Answer) -> Answer {
    match (&a, &b) {
        (Answer::No, _) | (_, Answer::Yes) => a,
        (_, Answer::No) | (Answer::Yes, _) => b,
        (Answer::Depends(_), Answer::Depends(_)) => a,
    }
}
