//! Two and three instances in every order, with something breaking at every step.

use std::collections::BTreeMap;

use crate::explorer::{Choice, Explorer, Program, Setting, Tally, schedule};
use crate::histories::TRANSACTIONAL;
use crate::planted::{Plant, older_and_newer};
use crate::world::Locks;

const STATEMENTS: (&str, &str) = ("2_d.sql", "-- migrate(no-transaction)\nVACUUM 2.1;\nVACUUM 2.2;\n");

/// Two files with a transaction each.
fn transactions() -> Program {
    Program::new(&TRANSACTIONAL[..2])
}

/// One with a transaction, one without.
fn mixed() -> Program {
    Program::new(&[TRANSACTIONAL[0], STATEMENTS])
}

/// What is visited with each change of the library.
fn settings() -> Vec<Setting> {
    vec![
        Setting { faults: 2, ..Setting::new("transactions", transactions()) },
        Setting { faults: 2, ..Setting::new("statements", mixed()) },
        Setting { restarts: 1, ..Setting::new("started again", mixed()) },
        Setting { locks: Locks::Granting, faults: 2, ..Setting::new("no lock", transactions()) },
        Setting { locks: Locks::OfTransactions, ..Setting::new("a pooler", transactions()) },
        Setting { by_statement: true, ..Setting::new("by statement", mixed()) },
        Setting {
            by_statement: true,
            locks: Locks::Granting,
            ..Setting::new("no lock, by statement", transactions())
        },
        Setting { instances: vec![0; 3], preemptions: Some(2), ..Setting::new("three", mixed()) },
        Setting {
            instances: vec![0; 3],
            preemptions: Some(2),
            locks: Locks::Granting,
            ..Setting::new("three, no lock", transactions())
        },
        older_and_newer(Plant::None),
    ]
}

/// What is visited in a night.
fn nightly() -> Vec<Setting> {
    vec![Setting { faults: 2, restarts: 1, ..Setting::new("two faults, started again", mixed()) }]
}

fn explore(settings: &[Setting]) -> Tally {
    let mut all = Tally::default();
    for setting in settings {
        let start = std::time::Instant::now();
        let tally = Explorer::explore(setting).unwrap_or_else(|found| panic!("{found}"));
        println!("{}: {tally} {:?}", setting.name, start.elapsed());
        all.add(&tally);
    }
    println!("in all: {all}");
    all
}

#[test]
fn every_order_of_several_instances_holds_what_is_promised_whatever_breaks() {
    let tally = explore(&settings());
    assert!(tally.schedules >= 1_000_000 && tally.states >= 1_000_000, "{tally}");
}

#[test]
#[ignore = "takes minutes: for the night"]
fn every_order_holds_what_is_promised_in_a_night() {
    let tally = explore(&nightly());
    assert!(tally.schedules >= 10_000_000, "{tally}");
}

#[test]
fn the_shortcuts_of_the_explorer_are_none() {
    let file = &TRANSACTIONAL[..1];
    let tally = explore(&[
        Setting { replayed: 5, ..Setting::new("one file", Program::new(file)) },
        Setting { replayed: 1, faults: 0, ..Setting::new("nothing breaks", mixed()) },
    ]);
    assert!(tally.replayed > 1_000, "{tally}");
}

#[test]
fn a_schedule_is_replayed_from_its_text() {
    let given = std::env::var("MIGRATE_SCHEDULE");
    let text = given.as_deref().unwrap_or("statements: a*3 b a!unanswered s64");
    let (name, steps) = text.split_once(": ").expect("a name, and the steps after it");
    let known: BTreeMap<&str, Setting> =
        settings().into_iter().chain(nightly()).map(|setting| (setting.name, setting)).collect();
    let setting = known.get(name).unwrap_or_else(|| panic!("{name:?} is none of {:?}", known.keys()));
    let steps: Vec<Choice> = schedule::read(steps).unwrap_or_else(|error| panic!("{error}"));
    let story = Explorer::replay(setting, &steps).unwrap_or_else(|broken| panic!("{broken:?}"));
    println!("{story}");
    for step in &steps {
        assert!(story.lines().any(|line| line == step.to_string()), "{step} is not told:\n{story}");
    }
}
