//! Two and three instances in every order, with something breaking at every step.

use crate::explorer::{Explorer, Program, Setting, Tally};
use crate::histories::{STATEMENTS, TRANSACTIONAL};
use crate::world::Locks;

fn all(settings: &[Setting]) -> Tally {
    let mut all = Tally::default();
    for setting in settings {
        let tally = Explorer::explore(setting, u64::MAX).unwrap_or_else(|found| panic!("{found}"));
        println!("{}: {tally}", setting.name);
        all.add(&tally);
    }
    println!("in all: {all}");
    all
}

#[test]
fn first() {
    let files = [TRANSACTIONAL[0], TRANSACTIONAL[1]];
    let setting = Setting { faults: 0, ..Setting::new("calm", Program::new(&files)) };
    all(&[setting]);
    let setting = Setting::new("one fault", Program::new(&files));
    all(&[setting]);
    let files = [TRANSACTIONAL[0], ("2_d.sql", "-- migrate(no-transaction)\nVACUUM 2.1;\nVACUUM 2.2;\n")];
    let setting = Setting { faults: 0, ..Setting::new("calm", Program::new(&files)) };
    all(&[setting]);
    let setting = Setting::new("one fault", Program::new(&files));
    all(&[setting]);
    let _ = (STATEMENTS, Locks::Granting);
    for (faults, restarts, instances) in [(1, 1, 2), (2, 0, 2), (2, 1, 2), (1, 0, 3)] {
        let start = std::time::Instant::now();
        let setting = Setting { faults, restarts, instances: vec![0; instances], preemptions: (instances > 2).then_some(2), ..Setting::new("x", Program::new(&files)) };
        let tally = Explorer::explore(&setting, 20_000_000).unwrap_or_else(|found| panic!("{found}"));
        println!("{faults} {restarts} {instances}: {tally} {:?}", start.elapsed());
    }
}
