//! MySQL and MariaDB: what commits by itself, and how DDL is carried out at best.

mod online;

use super::fact::{Algorithm, Answer, InTransaction, Online};
use super::{Physical, Question};
use crate::ast::{Kind, Name, Transaction, Verb};

pub(super) fn physical(question: &Question<'_>) -> Physical {
    let mut physical = Physical {
        writes: !matches!(question.statement.kind, Kind::Select(_) | Kind::Set(_) | Kind::Transaction(_)),
        commits: commits(question),
        transaction: transaction(question),
        ..Physical::default()
    };
    match &question.statement.kind {
        Kind::AlterTable(alter) => {
            let online = online::alter(question, alter);
            touch(question, &mut physical, &alter.table, online.as_ref());
            physical.online = online;
        }
        Kind::CreateIndex(create) => {
            let online = online::create_index(question, create);
            touch(question, &mut physical, &create.table, Some(&online));
            physical.online = Some(online);
        }
        Kind::Drop(drop) if drop.object == crate::ast::Object::Index => {
            if let Some(table) = &drop.on {
                let online = online::drop_index(question);
                touch(question, &mut physical, table, Some(&online));
                physical.online = Some(online);
            }
        }
        Kind::RenameTables(pairs) => {
            for (table, _) in pairs {
                touch(question, &mut physical, table, None);
            }
        }
        Kind::Maintenance(maintenance) if maintenance.verb == Verb::Optimize => {
            for table in &maintenance.tables {
                touch(question, &mut physical, table, None);
            }
            physical.tables.iter_mut().for_each(|table| table.rewrites = Answer::Yes);
        }
        _ => {}
    }
    physical
}

fn touch(question: &Question<'_>, physical: &mut Physical, table: &Name, online: Option<&Online>) {
    let Some(key) = question.table(table) else { return };
    let effect = physical.touch(key, None);
    let Some(online) = online else { return };
    let work = match &online.unless {
        Some(reason) => Answer::Depends(reason.clone()),
        None => Answer::Yes,
    };
    match online.algorithm {
        Algorithm::Copy | Algorithm::Inplace => effect.rewrites = work,
        Algorithm::NoCopy => effect.scans = work,
        Algorithm::Instant => {}
    }
}

/// Whether the server commits before and behind the statement.
/// <https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/>
fn commits(question: &Question<'_>) -> bool {
    let words = &question.words;
    let is = |keywords: &[&str]| words.begin(keywords);
    match &question.statement.kind {
        // Those of temporary tables that are not an ALTER.
        Kind::CreateTable(create) => !create.temporary,
        Kind::Drop(_) => !is(&["DROP", "TEMPORARY"]) && !is(&["DROP", "PREPARE"]),
        Kind::CreateSequence(create) => !create.temporary,
        Kind::CreateView(_)
        | Kind::AlterTable(_)
        | Kind::CreateIndex(_)
        | Kind::CreateRoutine(_)
        | Kind::CreateTrigger(_)
        | Kind::CreateType(_)
        | Kind::CreateDomain(_)
        | Kind::CreateOther { .. }
        | Kind::Alter(_)
        | Kind::RenameTables(_)
        | Kind::Truncate { .. }
        | Kind::Grant { .. } => true,
        Kind::Transaction(transaction) => {
            matches!(transaction, Transaction::Begin | Transaction::Commit | Transaction::Prepare)
        }
        Kind::Set(set) => {
            let name = set.name.trim_start_matches("@@").trim_start_matches("session.");
            name == "password" || (name == "autocommit" && !matches!(set.value.as_str(), "0" | "OFF" | "off"))
        }
        Kind::Maintenance(maintenance) => match maintenance.verb {
            Verb::Analyze | Verb::Optimize => true,
            // UNLOCK TABLES commits only where tables are locked.
            Verb::Lock => is(&["LOCK"]),
            Verb::Load => is(&["LOAD", "INDEX"]),
            Verb::Other => {
                const COMMITTING: &[&[&str]] = &[
                    &["CHECK"],
                    &["REPAIR"],
                    &["FLUSH"],
                    &["CACHE"],
                    &["RESET"],
                    &["CHANGE"],
                    &["START"],
                    &["STOP"],
                    &["INSTALL"],
                    &["UNINSTALL"],
                    &["RENAME", "USER"],
                ];
                COMMITTING.iter().any(|keywords| is(keywords))
            }
            _ => false,
        },
        _ => false,
    }
}

fn transaction(question: &Question<'_>) -> InTransaction {
    match &question.statement.kind {
        Kind::Transaction(Transaction::SetTransaction) if !question.words.begin(&["SET", "TRANSACTION"]) => {
            InTransaction::Allowed
        }
        Kind::Transaction(Transaction::Savepoint | Transaction::Release | Transaction::RollbackTo) => {
            InTransaction::Allowed
        }
        Kind::Transaction(_) => InTransaction::Controls,
        _ => InTransaction::Allowed,
    }
}
