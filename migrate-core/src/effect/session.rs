//! What a statement leaves behind in the session.

use super::Question;
use crate::ast::{Kind, Opaque, Source, Transaction, Verb};
use crate::dialect::Dialect;

const SETTING: &str = "a setting";
const TEMPORARY: &str = "a temporary object";
const PREPARED: &str = "a prepared statement";
const LOCK: &str = "a lock";

/// Functions that take a lock which outlives the transaction.
const LOCKING: &[&str] = &[
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "get_lock",
    "release_lock",
    "release_all_locks",
];

/// Pragmas that are kept in the database, or do something and set nothing.
const KEPT: &[&str] = &[
    "user_version",
    "application_id",
    "journal_mode",
    "auto_vacuum",
    "page_size",
    "encoding",
    "foreign_key_check",
    "integrity_check",
    "quick_check",
    "optimize",
    "incremental_vacuum",
    "wal_checkpoint",
    "table_info",
    "table_xinfo",
    "index_list",
    "index_info",
    "foreign_key_list",
];

pub(super) fn left_behind(question: &Question<'_>) -> Option<&'static str> {
    let words = &question.words;
    let mysql = matches!(question.before.dialect(), Dialect::MySql | Dialect::MariaDb);
    match &question.statement.kind {
        Kind::Set(set) => {
            let global =
                mysql && ["GLOBAL", "PERSIST", "PERSIST_ONLY"].iter().any(|it| words.begin(&["SET", it]));
            let local = set.local && !mysql;
            (!global && !local).then_some(SETTING)
        }
        Kind::Transaction(Transaction::SetTransaction) => {
            (words.begin(&["SET", "SESSION"]) || words.begin(&["SET", "LOCAL"])).then_some(SETTING)
        }
        Kind::Pragma { name, value: Some(_) } => {
            let name = name.text.to_ascii_lowercase();
            (!KEPT.contains(&name.as_str())).then_some(SETTING)
        }
        Kind::CreateTable(create) => create.temporary.then_some(TEMPORARY),
        Kind::CreateView(create) => create.temporary.then_some(TEMPORARY),
        Kind::CreateSequence(create) => create.temporary.then_some(TEMPORARY),
        Kind::Opaque(Opaque::Execute) => Some(PREPARED),
        Kind::Maintenance(maintenance) => match maintenance.verb {
            Verb::Lock => mysql.then_some(LOCK),
            Verb::Listen => Some("a subscription to notifications"),
            Verb::Use => Some(SETTING),
            Verb::Attach | Verb::Detach => Some("an attached database"),
            Verb::Discard => Some("a session without its settings"),
            _ => None,
        },
        Kind::Select(query) => {
            let outputs = query.outputs.iter().filter_map(|output| match output {
                crate::ast::Output::Expression { expression, .. } => Some(&expression.functions),
                _ => None,
            });
            let sources = query.from.iter().filter_map(|item| match &item.source {
                Source::Function(name, _) => Some(name),
                _ => None,
            });
            let locks =
                |name: &crate::ast::Name| LOCKING.iter().any(|it| it.eq_ignore_ascii_case(&name.last.text));
            (outputs.flatten().any(locks) || sources.into_iter().any(locks)).then_some(LOCK)
        }
        _ => None,
    }
}
