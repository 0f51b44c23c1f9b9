//! What is explored, and how far.

use super::Program;
use crate::world::Locks;

/// What is explored.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) programs: Vec<Program>,
    /// The program of each instance.
    pub(crate) instances: Vec<usize>,
    pub(crate) locks: Locks,
    /// The server may grant a lock that somebody else has, as one of the things that break.
    pub(crate) lies: bool,
    /// Others may come between the statements of one message, not only between messages.
    pub(crate) by_statement: bool,
    /// How many things may break in one schedule.
    pub(crate) faults: u8,
    /// How often an instance that failed starts again.
    pub(crate) restarts: u8,
    /// How often another instance may come in between where the one at work could go on; any number if `None`.
    pub(crate) preemptions: Option<u8>,
    /// Of how many schedules one is replayed with the library itself.
    pub(crate) replayed: u64,
    /// Properties that are not asked for.
    pub(crate) overlooked: &'static [&'static str],
}

impl Setting {
    /// Two instances of one program, one fault and no restart, at a server whose locks are locks.
    pub(crate) fn new(name: &'static str, program: Program) -> Setting {
        Setting {
            name,
            programs: vec![program],
            instances: vec![0, 0],
            locks: Locks::Exclusive,
            lies: false,
            by_statement: false,
            faults: 1,
            restarts: 0,
            preemptions: None,
            replayed: 10_007,
            overlooked: &[],
        }
    }
}
