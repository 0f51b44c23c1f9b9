//! What can happen next. Decides only.

use super::machine::Request;
use super::server::ORPHANS;
use super::state::{Mood, State};
use super::{Break, Choice, Explorer};
use crate::world::{Engine, Statement};

/// How often an instance may wait and find nothing changed before it is known that nothing will.
const NAPS: u8 = 2;

impl Explorer<'_> {
    /// All that can happen next.
    pub(super) fn choices(&self, state: &State, choices: &mut Vec<Choice>) {
        choices.clear();
        let world = self.server.world(state.world);
        for session in world.sessions().filter(|session| *session >= ORPHANS) {
            if state.blocked & (1 << (session - ORPHANS)) == 0 {
                choices.push(Choice::Orphan(session));
            }
        }
        let healer = self.healer();
        let seats = state.instances[..healer].iter();
        let all_ended = seats.clone().all(|instance| instance.mood == Mood::Ended);
        if all_ended {
            if state.instances[healer].mood == Mood::Ready {
                choices.push(Choice::Go(healer));
            }
        } else {
            for (index, instance) in seats.enumerate() {
                if instance.mood == Mood::Ready && self.may_go(state, index) {
                    choices.push(Choice::Go(index));
                }
            }
        }
        if choices.is_empty() {
            // Everybody waits: time goes on.
            let range = if all_ended { healer..healer + 1 } else { 0..healer };
            for index in range {
                let instance = &state.instances[index];
                if instance.mood == Mood::Asleep && instance.naps < NAPS {
                    choices.push(Choice::Go(index));
                }
            }
        }
        if !all_ended && state.faults > 0 {
            for index in 0..healer {
                if self.may_go(state, index) {
                    self.breaks(state, index, choices);
                }
            }
        }
    }

    /// Whether it may go on without one preemption too many.
    fn may_go(&self, state: &State, index: usize) -> bool {
        self.setting.preemptions.is_none()
            || state.preemptions > 0
            || index == usize::from(state.last)
            || state.instances[usize::from(state.last)].mood != Mood::Ready
    }

    /// What can break for an instance.
    fn breaks(&self, state: &State, index: usize, choices: &mut Vec<Choice>) {
        let (instance, world) = (&state.instances[index], self.server.world(state.world));
        let mut add = |breaks| choices.push(Choice::Breaks(index, breaks));
        let machine = &self.machines[self.machine_of(index)];
        match (instance.mood, machine.request(instance.at)) {
            (Mood::Ended, _) | (_, Request::End(_)) => {}
            (_, Request::Open(_)) => {
                add(Break::Crash { received: false });
                add(Break::Full);
                add(Break::Down);
            }
            (_, Request::Sleep) => add(Break::Crash { received: false }),
            (_, Request::Message(slot, _)) if world.is_busy(Self::session(index, *slot)) => {
                add(Break::Lost { received: true });
                add(Break::Crash { received: true });
            }
            (_, Request::Message(slot, message)) => {
                for received in [false, true] {
                    add(Break::Lost { received });
                    add(Break::Crash { received });
                }
                let message = self.server.message(*message);
                for (number, statement) in (0..).zip(&message.statements) {
                    let sqlite = world.engine == Engine::Sqlite;
                    // It undoes a transaction even where the disk fails, and whoever asks for it.
                    if !(sqlite && *statement == Statement::Rollback) {
                        add(Break::Refused(number));
                    }
                    let session = Self::session(index, *slot);
                    if sqlite && waits(statement, world.in_transaction(session) || message.begins()) {
                        add(Break::Busy(number));
                    }
                    if self.setting.lies && matches!(statement, Statement::TakeLock(_)) {
                        add(Break::Lie);
                    }
                }
            }
        }
    }
}

/// Whether SQLite can find the file taken at this statement.
fn waits(statement: &Statement, in_transaction: bool) -> bool {
    match statement {
        Statement::Begin | Statement::Commit => true,
        Statement::Boot(_) | Statement::Rows(_) => !in_transaction,
        statement => statement.writes() && !in_transaction,
    }
}
