//! What the library sends, read once: a message as the statements that it holds. Panics at any other statement,
//! so that a change of them does not go by unnoticed.

use std::collections::BTreeSet;
use std::sync::Arc;

use migrate_core::session::Value;

use super::table::Record;
use crate::sql::{self, Values};

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Statement {
    Begin,
    Commit,
    Rollback,
    /// Sets or drops something of the session that the model does not have.
    Setting,
    /// Cannot run in a transaction; leaves this row among the effects.
    Vacuum(Arc<Record>),
    Create {
        table: String,
        keys: Vec<Vec<&'static str>>,
    },
    Insert {
        table: String,
        row: Arc<Record>,
        replaces: bool,
    },
    Update {
        table: String,
        assignments: Values,
        conditions: Values,
    },
    Delete {
        table: String,
        conditions: Values,
    },
    TakeLock(String),
    TakeTransactionLock(String),
    ReleaseLock(String),
    /// Who holds the lock.
    Holder(String),
    /// Whether this session holds it.
    Held(String),
    /// The one read, for these histories.
    Boot(BTreeSet<String>),
    Identify,
    InTransaction,
    /// The rows of a history.
    Rows(Values),
    Count {
        table: String,
        conditions: Values,
    },
    /// Settings, and the tables of other tools: there are none.
    Nothing,
}

/// What is sent at once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) statements: Vec<Statement>,
    /// The text of each statement, for a test that has one refused by what it says.
    pub(crate) texts: Vec<String>,
}

impl Message {
    pub(crate) fn read(text: &str) -> Arc<Message> {
        let texts = sql::statements(text);
        let statements = texts.iter().map(|text| read(text)).collect();
        Arc::new(Message { text: text.to_owned(), statements, texts })
    }

    /// Whether it changes nothing and locks nothing.
    pub(crate) fn only_reads(&self) -> bool {
        use Statement::{Boot, Count, Held, Holder, Identify, InTransaction, Nothing, Rows};
        let reads = |statement: &Statement| {
            matches!(
                statement,
                Boot(_) | Count { .. } | Held(_) | Holder(_) | Identify | InTransaction | Nothing | Rows(_)
            )
        };
        self.statements.iter().all(reads)
    }

    pub(crate) fn begins(&self) -> bool {
        self.statements.contains(&Statement::Begin)
    }

    /// Whether it changes something for good, by a transaction that it ends or by one of its own.
    pub(crate) fn lasts(&self) -> bool {
        self.statements.contains(&Statement::Commit) || (self.writes() && !self.begins())
    }

    /// Whether it changes something.
    pub(crate) fn writes(&self) -> bool {
        self.statements.iter().any(Statement::writes)
    }
}

impl Statement {
    /// Whether it changes something.
    pub(crate) fn writes(&self) -> bool {
        use Statement::{Create, Delete, Insert, Update, Vacuum};
        matches!(self, Create { .. } | Delete { .. } | Insert { .. } | Update { .. } | Vacuum(_))
    }
}

fn read(sql: &str) -> Statement {
    match sql.split(' ').next().unwrap_or_default() {
        "BEGIN" | "START" => Statement::Begin,
        "COMMIT" => Statement::Commit,
        "ROLLBACK" => Statement::Rollback,
        "SET" | "RESET" | "USE" | "PRAGMA" | "CLOSE" | "UNLISTEN" | "DISCARD" | "DEALLOCATE" => {
            Statement::Setting
        }
        // `VACUUM 1.2`, `VACUUM INTO '1.2'` and `OPTIMIZE TABLE s1_2` leave the row `1.2`.
        "VACUUM" | "OPTIMIZE" => {
            let name = sql.rsplit(' ').next().unwrap_or_default();
            let name = name.trim_matches('\'').trim_start_matches('s').replace('_', ".");
            Statement::Vacuum(Record::new(Values::from([("0".to_owned(), Value::Text(name))])))
        }
        "CREATE" => create(sql),
        "INSERT" => insert(sql),
        "UPDATE" => update(sql),
        "DELETE" => {
            let (table, conditions) = sql.split_once(" WHERE ").unwrap_or_else(|| panic!("{sql}"));
            Statement::Delete {
                table: sql::table(table.trim_start_matches("DELETE FROM ")),
                conditions: sql::conditions(conditions),
            }
        }
        "SELECT" => select(sql),
        _ => panic!("the model does not know this statement: {sql}"),
    }
}

fn create(sql: &str) -> Statement {
    let table = sql::table(sql::between(sql, "CREATE TABLE IF NOT EXISTS ", " ("));
    let keys: Vec<Vec<&'static str>> = match table.as_str() {
        "migrate_history" => vec![vec!["history", "position"], vec!["history", "version"]],
        "migrate_head" => vec![vec!["history"]],
        _ => Vec::new(),
    };
    Statement::Create { table, keys }
}

fn insert(sql: &str) -> Statement {
    let (target, rest) = sql.split_once("VALUES").unwrap_or_else(|| panic!("{sql}"));
    let target = target.trim_start_matches("INSERT INTO ").trim();
    let (table, columns) = match target.split_once('(') {
        Some((table, columns)) => (sql::table(table), sql::parts(columns.trim_end_matches(')'), ",")),
        None => (sql::table(target), Vec::new()),
    };
    let (list, replaces) = match sql::parts(rest, " ON ").as_slice() {
        [list] => ((*list).to_owned(), false),
        [list, _] => ((*list).to_owned(), true),
        other => panic!("{other:?}"),
    };
    let inner =
        list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).unwrap_or_else(|| panic!("{list}"));
    let named = |index: usize| columns.get(index).map_or(index.to_string(), |name| (*name).to_owned());
    let values = sql::parts(inner, ",")
        .into_iter()
        .enumerate()
        .map(|(index, expression)| (named(index), sql::value(expression)))
        .collect();
    Statement::Insert { table, row: Record::new(values), replaces }
}

fn update(sql: &str) -> Statement {
    let parts = sql::parts(sql, " WHERE ");
    let [set, conditions] = parts.as_slice() else { panic!("{sql}") };
    let (table, assignments) = set.split_once(" SET ").unwrap_or_else(|| panic!("{sql}"));
    Statement::Update {
        table: sql::table(table.trim_start_matches("UPDATE ")),
        assignments: sql::parts(assignments, ",").into_iter().filter_map(sql::assignment).collect(),
        conditions: sql::conditions(conditions),
    }
}

fn select(sql: &str) -> Statement {
    let key = |function: &str| {
        let arguments = sql::between(sql, function, ")");
        arguments.trim_start_matches('(').split(',').next().unwrap_or_default().to_owned()
    };
    let compared = || sql.rsplit(" = ").next().unwrap_or_default().to_owned();
    let has = |texts: &[&str]| texts.iter().any(|text| sql.contains(text));
    let begins = |texts: &[&str]| texts.iter().any(|text| sql.starts_with(text));
    if has(&["h.history IN ("]) {
        let names = sql::parts(sql::between(sql, "h.history IN (", ")"), ",");
        let names = names.into_iter().filter_map(|name| match sql::value(name) {
            Value::Text(name) => Some(name),
            _ => None,
        });
        return Statement::Boot(names.collect());
    }
    for lock in ["pg_try_advisory_lock", "GET_LOCK"] {
        if sql.contains(lock) {
            return Statement::TakeLock(key(lock));
        }
    }
    for release in ["pg_advisory_unlock", "RELEASE_LOCK"] {
        if sql.contains(release) {
            return Statement::ReleaseLock(key(release));
        }
    }
    if has(&["pg_try_advisory_xact_lock"]) {
        return Statement::TakeTransactionLock(key("pg_try_advisory_xact_lock"));
    }
    if has(&["pg_stat_activity"]) {
        return Statement::Holder(compared());
    }
    if has(&["PROCESSLIST"]) {
        return Statement::Holder(key("IS_USED_LOCK"));
    }
    if has(&["pg_catalog.pg_locks"]) {
        return Statement::Held(compared());
    }
    if has(&["IS_USED_LOCK"]) {
        return Statement::Held(key("IS_USED_LOCK"));
    }
    if begins(&["SELECT pg_catalog.version()", "SELECT CONCAT(VERSION()", "SELECT sqlite_version()"]) {
        return Statement::Identify;
    }
    if has(&["transaction_timestamp()", "@@in_transaction"]) || sql == "SELECT 0" {
        return Statement::InTransaction;
    }
    if begins(&["SELECT position, substr(version"]) {
        return Statement::Rows(sql::conditions(sql::between(sql, " WHERE ", " ORDER BY")));
    }
    if let Some((_, from)) = sql.split_once("SELECT count(*) FROM ") {
        let (table, conditions) = from.split_once(" WHERE ").unwrap_or((from, ""));
        return Statement::Count { table: sql::table(table), conditions: sql::conditions(conditions) };
    }
    let settings = ["pg_catalog.pg_settings", "pg_catalog.set_config", "'sql_mode'", "pragma_foreign_keys"];
    if has(&settings) || has(&["pg_catalog.pg_class"]) {
        Statement::Nothing
    } else {
        panic!("the model does not know this query: {sql}")
    }
}
