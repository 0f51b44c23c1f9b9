//! Whatever breaks, at whatever call: an error and no panic, nothing left behind, and the next boot finishes
//! the work or names the statement that it cannot know about.

use std::collections::BTreeMap;

use migrate_core::{Error, ErrorKind, Migrations, Migrator, Report};

use crate::driver::{Breaks, Handle};
use crate::executor;
use crate::histories::{ALL, four};
use crate::sql;
use crate::world::{Message, Progress, Trouble, World};

fn run(handle: &Handle, migrations: &Migrations) -> Option<Result<Report, Error>> {
    let driver = handle.driver();
    executor::alone(handle, Migrator::new(driver).history(migrations).run())
}

fn ok(handle: &Handle, migrations: &Migrations, when: &str) -> Report {
    match run(handle, migrations) {
        Some(Ok(report)) => report,
        Some(Err(error)) => panic!("{when}: {error}\n{}", handle.lock().story()),
        None => panic!("{when}: dropped"),
    }
}

fn once() -> BTreeMap<String, usize> {
    ALL.iter().map(|name| ((*name).to_owned(), 1)).collect()
}

/// Runs the command that the message of an error gives, as a person would.
fn follow(handle: &Handle, message: &str, command: &str) {
    assert!(message.contains(&format!("run: {command};")), "{message}");
    // The model has one schema and does not name it.
    let statement = command.replace("\"public\".", "");
    let mut shared = handle.lock();
    let session = shared.world.open();
    shared.world.begin(session, Message::read(&statement), Trouble::None);
    assert_eq!(shared.world.go_on(session), Progress::Ended(Ok(Vec::new())), "{statement}");
    shared.world.end(session);
}

#[test]
fn a_run_without_a_fault_applies_each_statement_once_and_the_next_is_one_read() {
    let migrations = four();
    let handle = Handle::new(World::new());
    assert_eq!(ok(&handle, &migrations, "first").steps.len(), 4);
    assert_eq!(handle.lock().world.effects(), once());
    let before = handle.lock().calls;
    assert!(ok(&handle, &migrations, "second").is_empty());
    // Lend, read, give back.
    assert_eq!(handle.lock().calls - before, 3);
    assert_eq!(handle.lock().world.residue(), [""; 0]);
}

#[test]
fn after_a_fault_at_any_call_the_next_run_finishes_or_names_the_statement_in_doubt() {
    let migrations = four();
    let calls = {
        let handle = Handle::new(World::new());
        ok(&handle, &migrations, "without a fault");
        handle.lock().calls
    };
    let (mut doubts, mut errors) = (0, 0);
    for breaks in Breaks::ALL {
        for at in 1..=calls {
            let handle = Handle::new(World::new());
            handle.lock().fault = Some((at, breaks));
            let when = format!("{breaks:?} at call {at}");
            let first = run(&handle, &migrations);
            handle.lock().fault = None;
            let log = || handle.lock().story();
            assert_eq!(handle.lock().world.residue(), [""; 0], "{when}\n{}", log());
            match first {
                // A lost connection may be replaced and a failing close ignored, but success is no lie.
                Some(Ok(_)) => assert_eq!(handle.lock().world.effects(), once(), "{when}\n{}", log()),
                Some(Err(error)) => {
                    errors += 1;
                    assert!(!error.to_string().is_empty());
                    for step in &error.report().steps {
                        let effects = handle.lock().world.effects();
                        let first = format!("{}.1", step.version);
                        assert_eq!(effects.get(&first), Some(&1), "{when}: {error}");
                    }
                }
                None => assert!(matches!(breaks, Breaks::DroppedBefore | Breaks::DroppedAfter), "{when}"),
            }
            match run(&handle, &migrations) {
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    let ErrorKind::InDoubt { statement, in_force, not_in_force, .. } = error.kind() else {
                        panic!("{when}: {error}\n{}", log())
                    };
                    doubts += 1;
                    let text = error.to_string();
                    assert!(text.contains(&format!("4_d.sql:{}", statement + 1)), "{text}");
                    let name = format!("4.{statement}");
                    let done = handle.lock().world.effects().get(&name).copied();
                    assert!(done.is_none_or(|done| done == 1), "{when}");
                    follow(&handle, &text, if done.is_some() { in_force } else { not_in_force });
                    ok(&handle, &migrations, &format!("{when}, then what the message says"));
                }
                None => panic!("{when}: dropped"),
            }
            assert_eq!(handle.lock().world.effects(), once(), "{when}\n{}", log());
            assert!(ok(&handle, &migrations, &when).is_empty());
            assert_eq!(handle.lock().world.residue(), [""; 0], "{when}");
        }
    }
    // Each of the three statements was in doubt in several ways.
    assert!(doubts >= 6, "{doubts}");
    assert!(errors > calls, "{errors}");
}

#[test]
fn a_statement_that_the_server_refuses_is_gone_on_with_after_it_was_corrected() {
    let migrations = four();
    for name in ALL {
        let handle = Handle::new(World::new());
        let text = if name.starts_with('4') { format!("VACUUM {name}") } else { format!("'{name}'") };
        handle.lock().world.refuse = Some(text);
        let error = run(&handle, &migrations).expect("not dropped").expect_err(name);
        let ErrorKind::Script { version, statement: Some(statement), .. } = error.kind() else {
            panic!("{error}")
        };
        assert_eq!(format!("{version}.{statement}"), name);
        assert_eq!(handle.lock().world.residue(), [""; 0]);
        assert_eq!(ok(&handle, &migrations, name).steps.len(), 4 - error.report().steps.len());
        assert_eq!(handle.lock().world.effects(), once());
    }
}

#[test]
fn a_refused_first_statement_can_be_corrected_by_running_the_file_in_a_transaction() {
    let bad = crate::histories::history(&[("1_a.sql", "-- migrate(no-transaction)\nVACUUM 1.0;\n")]);
    let good = crate::histories::history(&[("1_a.sql", "INSERT INTO effects VALUES ('1.1');\n")]);
    let handle = Handle::new(World::new());
    handle.lock().world.refuse = Some("VACUUM".to_owned());
    run(&handle, &bad).expect("not dropped").expect_err("refused");
    assert_eq!(ok(&handle, &good, "corrected").steps.len(), 1);
    assert_eq!(handle.lock().world.effects(), BTreeMap::from([("1.1".to_owned(), 1)]));
    assert!(ok(&handle, &good, "again").is_empty());
}

#[test]
fn the_model_splits_messages_outside_of_quotes_alone() {
    assert_eq!(sql::statements("a 'x;''y'; b E'\\';' ;\n;c (d; e)"), ["a 'x;''y'", "b E'\\';'", "c (d; e)"]);
}
