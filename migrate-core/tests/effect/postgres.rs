//! Each sample is run on a real server in a transaction that is rolled back: the locks of its session and the
//! files of its tables are compared with the classification, and whether it is refused there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use migrate_core::Dialect;
use migrate_core::catalog::{Catalog, Class, Key};
use migrate_core::diagnostic::Severity;
use migrate_core::effect::{Answer, Effect, InTransaction, Level};
use migrate_test_support::{Database, Server};

use crate::golden::{diagnostics, history};
use crate::sample::{Sample, catalog, effect, samples};

const SCHEMA: &str = include_str!("postgres/schema.sql");
const SAMPLES: &str = include_str!("postgres/samples.txt");
const ENUM_VALUES: &str = include_str!("postgres/enum_values.txt");
const REFUSED: &str = include_str!("postgres/transaction.txt");

/// What the server did to the relations that were there before.
#[derive(Debug, Default)]
struct Seen {
    locks: BTreeMap<String, Level>,
    rewritten: Vec<String>,
    /// Read from end to end.
    scanned: Vec<String>,
}

// By number, because a relation may have another name or be gone by then.
const LOCKS: &str = "select 'lock', b.name, l.mode from pg_locks l join before b on b.oid = l.relation \
     where l.pid = pg_backend_pid() and l.granted and b.relkind in ('r', 'p', 'm', 'v')";

const FILES: &str = "select 'file', b.name, '' from before b join pg_class c on c.oid = b.oid \
     where c.relkind in ('r', 'm') and pg_relation_filenode(c.oid) is distinct from b.filenode";

/// Counted by the server for this session, what came before the transaction too. A plan reads a table from end
/// to end only where there is no other way.
const COUNTED: &str = "set enable_seqscan = off; set jit = off; create temporary table counted as \
     select relid, seq_scan from pg_stat_xact_user_tables";

const SCANS: &str = "select 'scan', b.name, '' from before b join pg_stat_xact_user_tables s on s.relid = b.oid \
     left join counted c on c.relid = s.relid where s.seq_scan > coalesce(c.seq_scan, 0)";

const BEFORE: &str = "create temporary table before as select c.oid, n.nspname || '.' || c.relname as name, \
     pg_relation_filenode(c.oid) as filenode, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace \
     where n.nspname in ('public', 'app')";

fn seen(database: &Database, sample: &Sample) -> Result<Seen, String> {
    // Its own locks on what it asks end with the transaction that it asks in.
    let script = format!(
        "{};\n{BEFORE};\n{COUNTED};\nbegin;\n{};\n{SCANS};\n{LOCKS};\n{FILES};\nrollback;\n",
        sample.before, sample.statement
    );
    let answer = database.run(&script)?;
    let mut seen = Seen::default();
    for line in answer.lines() {
        match line.split('|').collect::<Vec<_>>()[..] {
            ["lock", name, mode] => {
                let level = level(mode);
                let known = seen.locks.entry(name.to_owned()).or_insert(level);
                *known = level.max(*known);
            }
            // An empty file in the place of the old one is no work.
            ["file", name, ""] if !sample.statement.starts_with("truncate") => {
                seen.rewritten.push(name.to_owned())
            }
            ["scan", name, ""] if !sample.statement.starts_with("truncate") => {
                seen.scanned.push(name.to_owned())
            }
            _ => {}
        }
    }
    Ok(seen)
}

fn level(mode: &str) -> Level {
    match mode {
        "AccessShareLock" => Level::AccessShare,
        "RowShareLock" => Level::RowShare,
        "RowExclusiveLock" => Level::RowExclusive,
        "ShareUpdateExclusiveLock" => Level::ShareUpdateExclusive,
        "ShareLock" => Level::Share,
        "ShareRowExclusiveLock" => Level::ShareRowExclusive,
        "ExclusiveLock" => Level::Exclusive,
        "AccessExclusiveLock" => Level::AccessExclusive,
        other => panic!("a mode that the manual does not have: {other}"),
    }
}

/// The relations that are there, by the names that the server gives them.
fn named(key: &Key) -> String {
    format!("{}.{}", key.schema, key.name)
}

/// What is not as the server did it.
fn difference(effect: &Effect, seen: &Seen) -> String {
    let mut wrong = String::new();
    let mut told: BTreeMap<String, Level> = BTreeMap::new();
    for table in &effect.tables {
        if let Some(level) = table.lock {
            told.insert(named(&table.table), level);
        }
    }
    // Reading is told only as far as the statement says it; nothing waits for it but ACCESS EXCLUSIVE.
    for (name, level) in seen.locks.iter().filter(|(_, level)| **level > Level::AccessShare) {
        if told.get(name) != Some(level) {
            let _ = writeln!(wrong, "    {name}: the server takes {level}, told is {:?}", told.get(name));
        }
    }
    for (name, level) in &told {
        if !seen.locks.contains_key(name)
            || (*level > Level::AccessShare && seen.locks[name] == Level::AccessShare)
        {
            let _ =
                writeln!(wrong, "    {name}: told is {level}, the server takes {:?}", seen.locks.get(name));
        }
    }
    for table in &effect.tables {
        let name = named(&table.table);
        let rewritten = seen.rewritten.contains(&name);
        let right = match table.rewrites {
            Answer::Yes => rewritten,
            Answer::No => !rewritten,
            Answer::Depends(_) => true,
        };
        // What writes a table anew reads it, and statements about rows read what they want.
        let scanned = seen.scanned.contains(&name);
        let expected = match table.scans {
            Answer::Yes => scanned,
            Answer::No => !scanned || rewritten || table.lock <= Some(Level::RowExclusive),
            Answer::Depends(_) => true,
        };
        if !expected {
            let _ =
                writeln!(wrong, "    {name}: told is {:?} for reading, the server: {scanned}", table.scans);
        }
        if !right {
            let _ = writeln!(
                wrong,
                "    {name}: told is {:?} for rewriting, the server: {rewritten}",
                table.rewrites
            );
        }
    }
    for name in &seen.rewritten {
        if !effect.tables.iter().any(|table| named(&table.table) == *name) {
            let _ = writeln!(wrong, "    {name}: is rewritten, and nothing is told of it");
        }
    }
    wrong
}

/// A database with the schema. Samples are rolled back, so that those with nothing before them share one.
fn database(server: &Server) -> Database {
    let database = server.database("effect");
    database.ask(SCHEMA);
    database
}

fn before(sample: &Sample) -> Catalog {
    catalog(&format!("{SCHEMA}\n{};", sample.before), Dialect::Postgres)
}

#[test]
fn locks_and_rewrites_are_those_of_the_server() {
    let Some(server) = migrate_test_support::postgres() else { return };
    let mut wrong = String::new();
    let shared = database(server);
    for sample in samples(SAMPLES) {
        let own = (!sample.before.is_empty()).then(|| database(server));
        let database = own.as_ref().unwrap_or(&shared);
        let effect = effect(&sample.statement, &before(&sample));
        match seen(database, &sample) {
            Ok(seen) => {
                let difference = difference(&effect, &seen);
                if !difference.is_empty() {
                    let _ = writeln!(wrong, "line {}: {}\n{difference}", sample.line, sample.statement);
                }
            }
            Err(error) => {
                let _ = writeln!(wrong, "line {}: {}\n    refused: {error}", sample.line, sample.statement);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_refused_in_a_transaction_is_what_the_server_refuses() {
    let Some(server) = migrate_test_support::postgres() else { return };
    let mut wrong = String::new();
    let shared = database(server);
    for sample in samples(REFUSED) {
        let own = (!sample.before.is_empty()).then(|| database(server));
        let database = own.as_ref().unwrap_or(&shared);
        let effect = effect(&sample.statement, &before(&sample));
        let script = format!("{};\nbegin;\n{};\nrollback;\n", sample.before, sample.statement);
        let answer = database.run(&script);
        let refused = match &answer {
            Ok(_) => false,
            Err(error)
                if error.contains("cannot run inside a transaction block")
                    || error.contains("cannot be executed from a function") =>
            {
                true
            }
            Err(error)
                if error.contains("cannot be executed within")
                    || error.contains("invalid transaction termination") =>
            {
                true
            }
            Err(error) => {
                let _ =
                    writeln!(wrong, "line {}: {}\n    another error: {error}", sample.line, sample.statement);
                continue;
            }
        };
        let right = match effect.transaction {
            InTransaction::Refused(_) => refused,
            InTransaction::Allowed => !refused,
            _ => true,
        };
        if !right {
            let _ = writeln!(
                wrong,
                "line {}: {}\n    told {:?}, the server: {answer:?}",
                sample.line, sample.statement, effect.transaction
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_value_that_is_used_early_is_one_that_the_server_does_not_let_be_used() {
    let Some(server) = migrate_test_support::postgres() else { return };
    let database = database(server);
    let mut wrong = String::new();
    for sample in samples(ENUM_VALUES) {
        let file = format!("alter type mood add value 'great';\n{};\n", sample.statement);
        let history = history(&[SCHEMA, &file], Dialect::Postgres);
        let told = diagnostics(&history);
        let certain = told.iter().any(|it| it.severity() == Severity::Error);
        let answer = database.run(&format!("begin;\n{file}rollback;\n"));
        let refused = answer.as_ref().is_err_and(|error| error.contains("unsafe use of new value"));
        let other = answer.is_err() && !refused;
        // A warning is for what the texts do not decide.
        let right = if told.is_empty() { !refused } else { !certain || refused };
        if other || !right {
            let _ = writeln!(
                wrong,
                "line {}: {}\n    told {told:?}, the server: {answer:?}",
                sample.line, sample.statement
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// An existing table can be had by key: what later readers of an effect do.
#[test]
fn an_effect_on_a_table_is_found_by_its_key() {
    let catalog = catalog("create schema app; create table app.t (a int);", Dialect::Postgres);
    let effect = effect("alter table app.t add column b int", &catalog);
    let key = Key::new(Class::Relation, "app", "t");
    assert_eq!(effect.table(&key).and_then(|table| table.lock), Some(Level::AccessExclusive));
    assert_eq!(effect.strongest_lock(), Some(Level::AccessExclusive));
}
