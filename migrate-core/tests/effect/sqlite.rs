//! SQLite: what it refuses inside a transaction, and the pragmas that have no effect there.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use migrate_core::Dialect;
use migrate_core::catalog::Catalog;
use migrate_core::effect::InTransaction;

use crate::sample::{effect, samples};

const SAMPLES: &str = include_str!("sqlite/transaction.txt");

/// What the shell prints for a script, or its error; `None` when it is not installed.
fn sqlite(script: &str) -> Option<Result<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    let child = Command::new("sqlite3")
        .args(["-batch", "-bail"])
        .arg(folder.path().join("test.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: sqlite3 is not installed");
        return None;
    };
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}

/// The value of the pragma that a statement sets, where it can be asked for.
fn pragma(statement: &str) -> Option<&str> {
    let (name, _) = statement.strip_prefix("pragma ")?.split_once('=')?;
    Some(name.trim())
}

#[test]
fn what_is_refused_or_useless_in_a_transaction_is_so_for_the_library() {
    let before = Catalog::new(Dialect::Sqlite);
    let mut wrong = String::new();
    for sample in samples(SAMPLES) {
        let statement = &sample.statement;
        let ask = pragma(statement).map(|name| format!("select '-'; pragma {name};")).unwrap_or_default();
        let script = format!(
            "create table kept (a);\n{};\n{ask}\nbegin immediate;\n{statement};\ncommit;\n{ask}\n",
            sample.before
        );
        let Some(answer) = sqlite(&script) else { return };
        let same = answer.as_ref().is_ok_and(|answer| {
            let mut parts = answer.split("-\n").skip(1);
            // What the pragma itself prints stands behind the first value.
            let (first, second) = (parts.next(), parts.next());
            first.and_then(|first| first.lines().next()) == second.and_then(|second| second.lines().next())
        });
        let told = effect(statement, &before).transaction;
        let right = match told {
            InTransaction::Refused(_) => answer.is_err(),
            InTransaction::Useless(_) => answer.is_ok() && same,
            InTransaction::Allowed => answer.is_ok() && (ask.is_empty() || !same),
            InTransaction::Controls | InTransaction::Depends(_) => true,
        };
        if !right {
            let _ = writeln!(
                wrong,
                "line {}: {statement}\n    told {told:?}, the library: {answer:?}",
                sample.line
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
