//! Two instances on one database, in orders with few changes between them and in random ones: each
//! statement is executed once, and both end well.

use migrate_core::{Error, Migrations, Migrator, Report};

use crate::driver::Handle;
use crate::executor::{self, Schedule, seeded, switching};
use crate::histories::{ALL, TRANSACTIONAL, four, history};
use crate::world::{Locks, World};

/// Runs two instances in this order, and gives their results and the world.
fn two(
    migrations: &Migrations,
    locks: Locks,
    schedule: &mut Schedule<'_>,
) -> (Vec<Result<Report, Error>>, Handle) {
    let mut world = World::new();
    world.locks = locks;
    let handle = Handle::new(world);
    let (one, other) = (handle.driver(), handle.driver());
    let results = executor::run(
        &handle,
        0,
        vec![
            Box::pin(Migrator::new(one).history(migrations).run()),
            Box::pin(Migrator::new(other).history(migrations).run()),
        ],
        schedule,
    );
    (results.into_iter().map(|result| result.expect("not dropped")).collect(), handle)
}

/// Both end well, and each of `names` was executed once.
fn both_end_well(
    names: &[&str],
    migrations: &Migrations,
    locks: Locks,
    schedule: &mut Schedule<'_>,
    order: &str,
) {
    let (results, handle) = two(migrations, locks, schedule);
    let shared = handle.lock();
    let mut steps = 0;
    for result in results {
        match result {
            Ok(report) => steps += report.steps.len(),
            Err(error) => panic!("{order}: {error}\n{}", shared.story()),
        }
    }
    assert_eq!(steps, migrations.len(), "{order}");
    let effects: Vec<(String, usize)> = shared.world.effects().into_iter().collect();
    let once: Vec<(String, usize)> = names.iter().map(|name| ((*name).to_owned(), 1)).collect();
    assert_eq!(effects, once, "{order}\n{}", shared.story());
    assert_eq!(shared.world.residue(), [""; 0], "{order}");
}

#[test]
fn two_instances_execute_each_statement_once_in_many_orders_with_three_changes() {
    let migrations =
        history(&[TRANSACTIONAL[0], ("2_d.sql", "-- migrate(no-transaction)\nVACUUM 2.1;\nVACUUM 2.2;\n")]);
    let names = ["1.1", "1.2", "2.1", "2.2"];
    for one in 1..40 {
        for two in one + 1..40 {
            for three in [two + 1, two + 7] {
                let switches = [one, two, three];
                let order = format!("changes at {switches:?}");
                both_end_well(&names, &migrations, Locks::Exclusive, &mut switching(&switches), &order);
            }
        }
    }
}

#[test]
fn two_instances_execute_each_statement_once_in_any_order() {
    let migrations = four();
    for seed in 1..400 {
        both_end_well(&ALL, &migrations, Locks::Exclusive, &mut seeded(seed), &format!("seed {seed}"));
    }
}

#[test]
fn where_the_lock_excludes_nobody_transactions_are_executed_once_in_any_order() {
    let migrations = history(&TRANSACTIONAL);
    for seed in 1..400 {
        both_end_well(&ALL[..5], &migrations, Locks::Granting, &mut seeded(seed), &format!("seed {seed}"));
        both_end_well(
            &ALL[..5],
            &migrations,
            Locks::OfTransactions,
            &mut seeded(seed),
            &format!("pooler, seed {seed}"),
        );
    }
    for one in 1..34 {
        for two in one + 1..34 {
            let switches = [one, two];
            let order = format!("changes at {switches:?}");
            both_end_well(&ALL[..5], &migrations, Locks::Granting, &mut switching(&switches), &order);
        }
    }
}
