//! What the server refuses in a transaction block.

use super::InTransaction;
use crate::ast::{Ident, Kind, Maintenance, Name, Object, Opaque, TableAction, Transaction, Verb};
use crate::catalog::model::{Entity, TableKind};
use crate::dialect::Dialect;
use crate::effect::Question;
use crate::effect::fact::Answer;
use crate::effect::words::Words;
use crate::migrations::Span;
use crate::syntax::{Lexer, TokenKind};

/// Statements that are refused by their first words alone.
const REFUSED: &[&[&str]] = &[
    &["CREATE", "DATABASE"],
    &["DROP", "DATABASE"],
    &["CREATE", "TABLESPACE"],
    &["DROP", "TABLESPACE"],
    &["ALTER", "SYSTEM"],
    &["VACUUM"],
    &["REINDEX", "SCHEMA"],
    &["REINDEX", "DATABASE"],
    &["REINDEX", "SYSTEM"],
    &["DISCARD", "ALL"],
    &["COMMIT", "PREPARED"],
    &["ROLLBACK", "PREPARED"],
];

pub(super) fn of(question: &Question<'_>) -> InTransaction {
    let words = &question.words;
    if let Some(keywords) = REFUSED.iter().find(|keywords| words.begin(keywords)) {
        return refused(&keywords.join(" "));
    }
    match &question.statement.kind {
        Kind::Transaction(transaction) => match transaction {
            Transaction::Savepoint | Transaction::Release | Transaction::RollbackTo => InTransaction::Allowed,
            Transaction::SetTransaction if words.begin(&["SET", "SESSION"]) => InTransaction::Allowed,
            _ => InTransaction::Controls,
        },
        Kind::CreateIndex(create) if create.concurrently => refused("CREATE INDEX CONCURRENTLY"),
        Kind::Drop(drop) if drop.concurrently => refused("DROP INDEX CONCURRENTLY"),
        Kind::Drop(drop) if drop.object == Object::Subscription => InTransaction::Depends(
            "DROP SUBSCRIPTION is refused while the subscription has a replication slot".into(),
        ),
        Kind::AlterTable(alter) => {
            let detaches = |action: &TableAction| {
                matches!(action, TableAction::DetachPartition { concurrently: true, .. })
            };
            if alter.actions.iter().any(detaches) {
                refused("DETACH PARTITION … CONCURRENTLY")
            } else {
                InTransaction::Allowed
            }
        }
        Kind::Alter(alter) if alter.object == Object::Database && words.has(&["SET", "TABLESPACE"]) => {
            refused("ALTER DATABASE … SET TABLESPACE")
        }
        Kind::Alter(alter) if alter.object == Object::Subscription => subscription_change(words),
        Kind::Alter(alter) if matches!(alter.action, crate::ast::AlterAction::AddValue { .. }) => {
            match question.versions.since((12, 0)) {
                Answer::Yes => InTransaction::Allowed,
                _ => InTransaction::Depends("ALTER TYPE … ADD VALUE is refused before version 12".into()),
            }
        }
        Kind::CreateOther { object: Object::Subscription, .. } => subscription(words),
        Kind::Maintenance(maintenance) => maintained(question, maintenance),
        Kind::Opaque(Opaque::Call) => called(question),
        _ => InTransaction::Allowed,
    }
}

fn refused(words: &str) -> InTransaction {
    InTransaction::Refused(words.to_owned().into())
}

/// A subscription makes its slot on the other server, which a rollback would not take back.
fn subscription(words: &Words<'_>) -> InTransaction {
    if words.option_off("connect") || words.option_off("create_slot") {
        InTransaction::Allowed
    } else {
        refused("CREATE SUBSCRIPTION with a new replication slot")
    }
}

fn subscription_change(words: &Words<'_>) -> InTransaction {
    let refreshes = words.has(&["REFRESH", "PUBLICATION"])
        || (words.has(&["PUBLICATION"]) && !words.option_off("refresh"));
    if refreshes { refused("ALTER SUBSCRIPTION … that refreshes") } else { InTransaction::Allowed }
}

fn maintained(question: &Question<'_>, maintenance: &Maintenance) -> InTransaction {
    let words = &question.words;
    match maintenance.verb {
        Verb::Reindex if maintenance.concurrently => refused("REINDEX … CONCURRENTLY"),
        Verb::Cluster if maintenance.tables.is_empty() => refused("CLUSTER of all tables"),
        Verb::Reindex | Verb::Cluster => {
            let of_index = || reindexed(words).and_then(|index| question.before.table_of_index(&index));
            let named = maintenance.tables.first().and_then(|name| question.before.relation_named(name));
            let key = named.or_else(of_index);
            let table = key.and_then(|key| question.before.get(&key)).and_then(Entity::as_table);
            match table {
                Some(table) if table.kind == TableKind::Partitioned => {
                    refused(if maintenance.verb == Verb::Reindex {
                        "REINDEX of a partitioned table"
                    } else {
                        "CLUSTER of a partitioned table"
                    })
                }
                _ => InTransaction::Allowed,
            }
        }
        _ => InTransaction::Allowed,
    }
}

/// A procedure that commits is refused, which only its text tells.
fn called(question: &Question<'_>) -> InTransaction {
    let procedures =
        name_at(&question.words, 1).map(|name| question.before.routines_named(&name)).unwrap_or_default();
    let harmless = |key: &crate::catalog::Key| match question.before.get(key) {
        Some(Entity::Routine(routine)) => routine.body.as_ref().is_some_and(|body| {
            let mut tokens = Lexer::new(body, Dialect::Postgres);
            !tokens.any(|token| token.is_one_of(body, &["commit", "rollback", "call", "execute"]))
        }),
        _ => false,
    };
    if !procedures.is_empty() && procedures.iter().all(harmless) {
        InTransaction::Allowed
    } else {
        InTransaction::Depends("a procedure may commit".into())
    }
}

/// The index of REINDEX INDEX.
pub(super) fn reindexed(words: &Words<'_>) -> Option<Name> {
    let at = words.find(&["INDEX"])? + 1;
    name_at(words, if words.at(at, &["CONCURRENTLY"]) { at + 1 } else { at })
}

fn name_at(words: &Words<'_>, mut at: usize) -> Option<Name> {
    let mut parts = Vec::new();
    loop {
        let text = words.text(at);
        let ident = match words.kind(at)? {
            TokenKind::Word => {
                Ident { text: text.to_ascii_lowercase(), quoted: false, span: Span::new(0, 0) }
            }
            TokenKind::QuotedIdent => Ident {
                text: text.trim_matches('"').replace("\"\"", "\""),
                quoted: true,
                span: Span::new(0, 0),
            },
            _ => return None,
        };
        parts.push(ident);
        if words.text(at + 1) != "." {
            break;
        }
        at += 2;
    }
    let last = parts.pop()?;
    Some(Name { qualifiers: parts, last })
}
