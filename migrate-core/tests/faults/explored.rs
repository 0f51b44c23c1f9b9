//! Two and three instances in every order, with something breaking at every step.

use std::sync::Mutex;
use std::thread;

use crate::explorer::{Choice, Explorer, Program, Setting, Tally, schedule};
use crate::histories::TRANSACTIONAL;
use crate::planted::{Plant, older_and_newer};
use crate::world::{Engine, Locks};

/// Two files with a transaction each.
fn transactions(engine: Engine) -> Program {
    Program::on(engine, &TRANSACTIONAL[..2])
}

/// One with a transaction, one without.
fn mixed(engine: Engine) -> Program {
    let statements = match engine {
        Engine::Postgres => "-- migrate(no-transaction)\nVACUUM 2.1;\nVACUUM 2.2;\n",
        // DDL needs no mark to be without.
        Engine::MariaDb => "OPTIMIZE TABLE s2_1;\nOPTIMIZE TABLE s2_2;\n",
        Engine::Sqlite => "-- migrate(no-transaction)\nVACUUM INTO '2.1';\nVACUUM INTO '2.2';\n",
    };
    Program::on(engine, &[TRANSACTIONAL[0], ("2_d.sql", statements)])
}

/// Three instances, of which two may come in between another at work.
fn three(setting: Setting) -> Setting {
    Setting { instances: vec![0; 3], preemptions: Some(2), ..setting }
}

/// What is visited with each change of the library.
fn settings() -> Vec<Setting> {
    use Engine::{MariaDb, Postgres, Sqlite};
    let new = Setting::new;
    vec![
        Setting { faults: 2, ..new("statements", mixed(Postgres)) },
        three(new("three", mixed(Postgres))),
        three(Setting { locks: Locks::Granting, ..new("three, no lock", transactions(Postgres)) }),
        Setting { locks: Locks::Granting, faults: 2, ..new("no lock", transactions(Postgres)) },
        Setting { restarts: 1, ..new("started again", mixed(Postgres)) },
        new("transactions", transactions(Postgres)),
        Setting { locks: Locks::Granting, ..new("no lock, and statements", mixed(Postgres)) },
        Setting { locks: Locks::OfTransactions, ..new("a pooler", transactions(Postgres)) },
        Setting { lies: true, ..new("a lock that lies once", mixed(Postgres)) },
        Setting { by_statement: true, ..new("by statement", mixed(Postgres)) },
        Setting {
            by_statement: true,
            locks: Locks::Granting,
            ..new("no lock, by statement", transactions(Postgres))
        },
        older_and_newer(Plant::None),
        new("MariaDB", mixed(MariaDb)),
        Setting { locks: Locks::Granting, ..new("MariaDB, no lock", transactions(MariaDb)) },
        Setting { faults: 2, ..new("SQLite, transactions", transactions(Sqlite)) },
        new("SQLite", mixed(Sqlite)),
    ]
}

/// What is visited in a night.
fn nightly() -> Vec<Setting> {
    use Engine::{MariaDb, Postgres, Sqlite};
    let new = Setting::new;
    let twice = |setting| Setting { faults: 2, restarts: 1, ..setting };
    vec![
        twice(new("statements, twice", mixed(Postgres))),
        twice(new("MariaDB, twice", mixed(MariaDb))),
        Setting { lies: true, faults: 2, ..new("a lock that lies, two faults", mixed(Postgres)) },
        Setting { faults: 2, ..new("SQLite, two faults", mixed(Sqlite)) },
        Setting { faults: 2, by_statement: true, ..new("by statement, two faults", mixed(Postgres)) },
        Setting {
            faults: 2,
            locks: Locks::OfTransactions,
            ..new("a pooler, two faults", transactions(Postgres))
        },
        Setting { preemptions: Some(3), ..three(new("three and three", mixed(Postgres))) },
        three(new("SQLite, three", transactions(Sqlite))),
    ]
}

/// Explores all of them, on all processors.
fn explore(settings: Vec<Setting>) -> Tally {
    let all = Mutex::new(Tally::default());
    let left = Mutex::new(settings.into_iter());
    let work = || {
        loop {
            let Some(setting) = left.lock().expect("nobody panics with it").next() else { return };
            let tally = Explorer::explore(&setting).unwrap_or_else(|found| {
                // One finding is enough.
                left.lock().expect("nobody panics with it").by_ref().for_each(drop);
                panic!("{found}")
            });
            println!("{}: {tally}", setting.name);
            all.lock().expect("nobody panics with it").add(&tally);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let all = all.into_inner().expect("nobody panics with it");
    println!("in all: {all}");
    all
}

#[test]
fn every_order_of_several_instances_holds_what_is_promised_whatever_breaks() {
    let tally = explore(settings());
    assert!(tally.schedules >= 1_000_000 && tally.states >= 1_000_000, "{tally}");
}

#[test]
#[ignore = "takes minutes and gigabytes, for the night: see Tests in ARCHITECTURE.md"]
fn every_order_holds_what_is_promised_in_a_night() {
    let tally = explore(nightly());
    assert!(tally.schedules >= 10_000_000 && tally.states >= 10_000_000, "{tally}");
}

#[test]
fn the_shortcuts_of_the_explorer_are_none() {
    let one_file = Program::new(&TRANSACTIONAL[..1]);
    let tally = explore(vec![
        Setting { replayed: 11, ..Setting::new("one file", one_file) },
        Setting { replayed: 3, faults: 0, ..Setting::new("nothing breaks", mixed(Engine::Postgres)) },
        Setting { replayed: 203, ..Setting::new("statements in SQLite", mixed(Engine::Sqlite)) },
    ]);
    assert!(tally.replayed > 1_000, "{tally}");
}

#[test]
fn a_schedule_is_replayed_from_its_text() {
    let given = std::env::var("MIGRATE_SCHEDULE");
    let text = given.as_deref().unwrap_or("statements: a*3 b a!unanswered s64");
    let (name, steps) = text.split_once(": ").expect("a name, and the steps after it");
    let known: Vec<Setting> = settings().into_iter().chain(nightly()).collect();
    let named = known.iter().find(|setting| setting.name == name);
    let setting = named.unwrap_or_else(|| panic!("nothing is called {name:?}"));
    let steps: Vec<Choice> = schedule::read(steps).unwrap_or_else(|error| panic!("{error}"));
    let story = Explorer::replay(setting, &steps).unwrap_or_else(|broken| panic!("{broken}"));
    println!("{story}");
    for step in &steps {
        assert!(story.lines().any(|line| line == step.to_string()), "{step} is not told:\n{story}");
    }
}
