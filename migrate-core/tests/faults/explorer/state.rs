//! Where everything is: small enough to be kept a million times.

use super::machine::Position;
use super::server::WorldId;

/// At most so many instances, and one that boots when all others have ended.
pub(super) const SEATS: usize = 4;

/// Where everything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) world: WorldId,
    pub(super) instances: [Instance; SEATS],
    /// Orphans whose message waits for another transaction, one bit each.
    pub(super) blocked: u64,
    pub(super) faults: u8,
    /// The one that went last and the preemptions that are left; nothing where they are not counted.
    pub(super) last: u8,
    pub(super) preemptions: u8,
}

/// Where an instance is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Instance {
    pub(super) at: Position,
    pub(super) mood: Mood,
    pub(super) restarts: u8,
    pub(super) naps: u8,
    /// Something broke for it since it started.
    pub(super) hurt: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Mood {
    #[default]
    Ready,
    /// It waits before it asks again, since the last time in vain.
    Asleep,
    /// Its message waits for another transaction.
    Blocked,
    Ended,
}
