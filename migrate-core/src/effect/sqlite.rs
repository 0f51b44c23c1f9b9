//! SQLite: what it refuses or ignores inside a transaction, and what reads or writes a whole table.

use super::fact::{Answer, InTransaction, Referrer};
use super::{Physical, Question};
use crate::ast::{self, Column, Generated, Kind, Name, Object, TableAction, Transaction, Verb};
use crate::catalog::model::{ConstraintKind, Entity};

/// Pragmas that are settings of the session or the database, and what they do inside a transaction.
const PRAGMAS: &[(&str, Inside)] = &[
    ("foreign_keys", Inside::Nothing),
    // Of a database that has tables already, only VACUUM makes these effective, which is refused.
    ("auto_vacuum", Inside::Nothing),
    ("page_size", Inside::Nothing),
    ("encoding", Inside::Nothing),
    ("synchronous", Inside::Refused),
    ("wal_checkpoint", Inside::Refused),
    ("journal_mode", Inside::JournalMode),
];

#[derive(Clone, Copy)]
enum Inside {
    Nothing,
    Refused,
    /// Refused where it changes to or from WAL.
    JournalMode,
}

pub(super) fn physical(question: &Question<'_>) -> Physical {
    let kind = &question.statement.kind;
    let mut physical = Physical {
        writes: !matches!(kind, Kind::Select(_) | Kind::Transaction(_) | Kind::Set(_) | Kind::Pragma { .. })
            && !matches!(kind, Kind::Maintenance(it) if matches!(it.verb, Verb::Explain | Verb::Attach | Verb::Detach)),
        transaction: transaction(question),
        ..Physical::default()
    };
    match kind {
        Kind::AlterTable(alter) => {
            let Some(key) = question.table(&alter.table) else { return physical };
            let effect = physical.touch(key, None);
            for action in &alter.actions {
                match action {
                    TableAction::DropColumn { .. } => effect.rewrites = Answer::Yes,
                    TableAction::AddColumn { column, .. } if is_checked(column) => effect.scans = Answer::Yes,
                    _ => {}
                }
            }
        }
        Kind::CreateIndex(create) => {
            if let Some(key) = question.table(&create.table) {
                physical.touch(key, None).scans = Answer::Yes;
            }
        }
        Kind::Drop(drop) if drop.object == Object::Table => {
            physical.referrers = drop.names.iter().flat_map(|name| referrers(question, name)).collect();
        }
        _ => {}
    }
    physical
}

/// The other tables whose foreign keys refer to `dropped`.
fn referrers(question: &Question<'_>, dropped: &Name) -> Vec<Referrer> {
    let Some(dropped) = question.table(dropped) else { return Vec::new() };
    let mut found = Vec::new();
    for user in question.before.users_of(&dropped) {
        let table = question.before.get(&user).and_then(Entity::as_table).filter(|_| user != dropped);
        for constraint in table.iter().flat_map(|table| &table.constraints) {
            if let ConstraintKind::ForeignKey { table, on_delete, .. } = &constraint.kind
                && *table == dropped
            {
                found.push(Referrer { table: user.clone(), on_delete: on_delete.clone() });
            }
        }
    }
    found
}

/// Whether ADD COLUMN reads all rows to see that they fit.
fn is_checked(column: &Column) -> bool {
    let check = column.constraints.iter().any(|it| matches!(it.kind, ast::ConstraintKind::Check(_)));
    check
        || (column.not_null && matches!(column.generated, Some(Generated::Virtual(_) | Generated::Stored(_))))
}

fn transaction(question: &Question<'_>) -> InTransaction {
    match &question.statement.kind {
        Kind::Transaction(Transaction::Savepoint | Transaction::Release | Transaction::RollbackTo) => {
            InTransaction::Allowed
        }
        Kind::Transaction(_) => InTransaction::Controls,
        Kind::Maintenance(maintenance) => match maintenance.verb {
            Verb::Vacuum => InTransaction::Refused("VACUUM".into()),
            Verb::Detach => {
                InTransaction::Depends("a database that the transaction has used cannot be detached".into())
            }
            _ => InTransaction::Allowed,
        },
        Kind::Pragma { name, value } => pragma(&name.text.to_ascii_lowercase(), value.as_deref()),
        _ => InTransaction::Allowed,
    }
}

fn pragma(name: &str, value: Option<&str>) -> InTransaction {
    let Some(&(_, inside)) = PRAGMAS.iter().find(|(known, _)| *known == name) else {
        return InTransaction::Allowed;
    };
    let words = format!("PRAGMA {name}");
    match (inside, value) {
        (Inside::Refused, None) if name == "wal_checkpoint" => InTransaction::Refused(words.into()),
        // It only asks.
        (_, None) => InTransaction::Allowed,
        (Inside::Nothing, Some(_)) => InTransaction::Useless(words.into()),
        (Inside::Refused, Some(_)) => InTransaction::Refused(words.into()),
        (Inside::JournalMode, Some(_)) => {
            InTransaction::Depends("the journal mode cannot change to or from WAL in a transaction".into())
        }
    }
}
