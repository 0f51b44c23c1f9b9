//! The examples do what they say. cargo builds them before it runs the tests.

use std::process::Command;

use migrate_test_support::process::{self, Outcome};

use crate::place::{Place, on_every_engine};

on_every_engine!(many_instances_apply_each_migration_once);

async fn many_instances_apply_each_migration_once(place: Place) {
    let mut command = Command::new(process::example("many_instances"));
    command.args(["12", &place.url()]);
    let Outcome { status, stdout, stderr, .. } = process::start(command).wait();
    assert!(status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("12 of 12 processes succeeded"), "{stdout}");
    assert!(stdout.contains("10 applications reported, 10 migrations: each once"), "{stdout}");
}

#[test]
fn the_quickstart_prints_its_table_and_then_that_nothing_is_pending() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = || {
        let mut command = Command::new(process::example("quickstart"));
        command.current_dir(folder.path());
        let Outcome { status, stdout, stderr, .. } = process::start(command).wait();
        assert!(status.success(), "{stdout}\n{stderr}");
        stdout
    };
    let first = start();
    assert!(first.starts_with("history     version  name"), "{first}");
    assert!(first.contains("create_orders") && first.contains("3 migrations applied in "), "{first}");
    assert!(start().starts_with("nothing was pending ("));
}
