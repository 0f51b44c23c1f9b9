//! Programs run at once and are killed.

use migrate_test_support::process;
use std::process::Command;
use std::time::{Duration, Instant};

fn sh(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn all_start_before_the_first_has_ended() {
    let begun = Instant::now();
    let outcomes =
        process::at_once((0..8).map(|number| sh(&format!("sleep 1; echo {number}; exit {number}"))));
    assert!(begun.elapsed() < Duration::from_secs(6));
    for (number, outcome) in (0..).zip(outcomes) {
        assert_eq!(outcome.status.code(), Some(number));
        assert_eq!(outcome.stdout, format!("{number}\n"));
    }
}

#[test]
fn what_was_written_before_the_kill_is_there() {
    let outcome = process::killed_after(Duration::from_secs(1), sh("echo begun; exec sleep 60"));
    assert_eq!((outcome.stdout.as_str(), outcome.status.code()), ("begun\n", None));
    assert!(outcome.elapsed < Duration::from_secs(30));
}

#[test]
fn much_output_holds_nobody_up() {
    let outcome = process::start(sh("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2")).wait();
    assert_eq!((outcome.stdout.len(), outcome.stderr.len()), (1_000_000, 1_000_000));
}
