//! A lock is ours when the answer is exactly one row with exactly one positive number, that of the session,
//! and excludes others when a second connection does not get it.

use std::time::Duration;

use migrate_core::session::{Driver, Session, Value};
use migrate_core::{Error, ErrorKind, Migrations, Migrator, Notice, Report};

use crate::driver::Handle;
use crate::executor;
use crate::histories::{ALL, TRANSACTIONAL, four, history};
use crate::world::{Locks, World};

fn run(locks: Locks, migrations: &Migrations) -> (Result<Report, Error>, Handle) {
    let mut world = World::new();
    world.locks = locks;
    let handle = Handle::new(world);
    let driver = handle.driver();
    let run = Migrator::new(driver).history(migrations).lock_wait(Duration::from_secs(3)).run();
    (executor::alone(&handle, run).expect("not dropped"), handle)
}

#[test]
fn nothing_but_one_row_with_one_positive_number_is_the_lock() {
    let text = |text: &str| Value::Text(text.to_owned());
    for answer in [
        vec![vec![Value::Null]],
        vec![vec![Value::Int(0)]],
        vec![vec![Value::Int(-1)]],
        Vec::new(),
        vec![Vec::new()],
        vec![vec![text("1")]],
        vec![vec![text("7")]],
        vec![vec![text("t")]],
        vec![vec![Value::Int(1), Value::Int(1)]],
        vec![vec![Value::Int(1)], vec![Value::Int(1)]],
    ] {
        let (result, handle) = run(Locks::Answer(answer.clone()), &history(&TRANSACTIONAL));
        let error = result.expect_err("no lock");
        let kind = error.kind();
        assert!(
            matches!(kind, ErrorKind::LockTimeout { .. } | ErrorKind::Bookkeeping { .. }),
            "{answer:?}: {error}"
        );
        let shared = handle.lock();
        assert!(shared.world.effects().is_empty(), "{answer:?}");
        assert!(shared.world.column("migrate_history", "version").is_empty(), "{answer:?}");
    }
}

#[test]
fn where_the_lock_excludes_nobody_statements_outside_a_transaction_are_refused() {
    for locks in [Locks::Granting, Locks::OfTransactions] {
        let (result, handle) = run(locks, &four());
        let error = result.expect_err("refused");
        assert!(
            matches!(error.kind(), ErrorKind::NotExclusive { path, .. } if path.ends_with("4_d.sql")),
            "{error}"
        );
        // What is safe without the lock was done.
        assert_eq!(error.report().steps.len(), 3);
        assert!(matches!(error.report().notices.as_slice(), [Notice::LockNotExclusive { .. }]));
        let done: Vec<String> = handle.lock().world.effects().into_keys().collect();
        assert_eq!(done, ALL[..5]);
    }
}

#[test]
fn one_try_is_made_when_the_wait_is_zero() {
    let handle = Handle::new(World::new());
    let (holder, waiter) = (handle.driver(), handle.driver());
    let migrations = history(&TRANSACTIONAL);
    let hold = async {
        let Ok(mut session) = holder.lend().await else { panic!("no session") };
        let key = key_of_the_lock(&migrations);
        session.query(&key, &[migrate_core::session::Kind::Int]).await.expect("the lock is free");
        let run = Migrator::new(waiter).history(&migrations).lock_wait(Duration::ZERO).run();
        let error = run.await.expect_err("the lock is held");
        assert!(matches!(error.kind(), ErrorKind::LockTimeout { holder: Some(_), .. }), "{error}");
        assert!(error.to_string().contains("session 1"), "{error}");
    };
    executor::run(&handle, 0, vec![Box::pin(hold)], &mut |_, _, able| able[0]);
    let tries = handle.lock().log.iter().filter(|call| call.contains("try_advisory_lock")).count();
    // The holder's own, and one.
    assert_eq!(tries, 2);
}

/// What takes the lock of these tables, seen in a run of its own.
fn key_of_the_lock(migrations: &Migrations) -> String {
    let (_, handle) = run(Locks::Exclusive, migrations);
    let log = handle.lock().log.clone();
    let call = log.iter().find(|call| call.contains("try_advisory_lock")).expect("a run takes the lock");
    call.split_once(": ").expect("a call").1.to_owned()
}

#[test]
fn behind_a_pooler_a_run_waits_for_anothers_transaction_as_long_as_it_may() {
    let migrations = history(&TRANSACTIONAL);
    let (result, handle) = run(Locks::OfTransactions, &migrations);
    result.expect("nobody else is there");
    let log = handle.lock().log.clone();
    let call = log.iter().find(|call| call.contains("xact_lock")).expect("each transaction takes the lock");
    let key = crate::sql::between(call, "xact_lock(", ")").to_owned();
    for (wait, waits_long_enough) in [(Duration::from_secs(600), true), (Duration::from_secs(20), false)] {
        let mut world = World::new();
        world.locks = Locks::OfTransactions;
        let handle = Handle::new(world);
        let (holder, waiter) = (handle.driver(), handle.driver());
        let hold = async {
            let Ok(mut session) = holder.lend().await else { panic!("no session") };
            let message = format!("BEGIN; SELECT pg_catalog.pg_try_advisory_xact_lock({key})::int");
            session.query(&message, &[migrate_core::session::Kind::Int]).await.expect("the lock is free");
            holder.sleep(Duration::from_secs(60)).await;
            session.execute("COMMIT").await.expect("a commit");
            None
        };
        let run = async { Some(Migrator::new(waiter).history(&migrations).lock_wait(wait).run().await) };
        let results = executor::run_in_time(&handle, vec![Box::pin(hold), Box::pin(run)]);
        match results.into_iter().flatten().flatten().next() {
            Some(Ok(report)) => {
                assert!(waits_long_enough && report.waited >= Duration::from_secs(59), "{report}")
            }
            Some(Err(error)) => {
                assert!(
                    !waits_long_enough && matches!(error.kind(), ErrorKind::LockTimeout { .. }),
                    "{error}"
                );
            }
            None => panic!("no result"),
        }
    }
}
