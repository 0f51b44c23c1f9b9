//! The search: depth first over all choices, from each state once.

use std::collections::HashSet;
use std::fmt;

use super::machine::Witness;
use super::properties::Broken;
use super::state::State;
use super::{Choice, Explorer, Setting, schedule};

/// What was visited.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Schedules, none of them the beginning of another: each ends where all is over or at a state that was known.
    pub(crate) schedules: u64,
    /// States, each counted once.
    pub(crate) states: u64,
    pub(crate) steps: u64,
    pub(crate) longest: usize,
    /// States of the server.
    pub(crate) worlds: usize,
    /// Positions of instances.
    pub(crate) positions: usize,
    /// Schedules that were replayed with the library itself.
    pub(crate) replayed: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Tally) {
        self.schedules += other.schedules;
        self.states += other.states;
        self.steps += other.steps;
        self.longest = self.longest.max(other.longest);
        self.worlds += other.worlds;
        self.positions += other.positions;
        self.replayed += other.replayed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} schedules of up to {} steps, {} states, {} steps; {} states of the server, {} positions, {} replayed",
            self.schedules, self.longest, self.states, self.steps, self.worlds, self.positions, self.replayed
        )
    }
}

/// A schedule at whose end a property does not hold.
pub(crate) struct Found {
    pub(crate) broken: Broken,
    schedule: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n\nto see it again: MIGRATE_SCHEDULE='{}' cargo test -p migrate-core --test faults \
             a_schedule_is_replayed_from_its_text",
            self.broken, self.schedule
        )
    }
}

/// A state on the way, and what is still to be tried there.
struct Frame {
    state: State,
    choices: Vec<Choice>,
}

impl Explorer<'_> {
    /// Visits everything.
    pub(crate) fn explore(setting: &Setting) -> Result<Tally, Found> {
        let mut explorer = Explorer::new(setting);
        let mut tally = Tally::default();
        let mut known: HashSet<State> = HashSet::new();
        let start = explorer.start();
        known.insert(start);
        let mut path: Vec<Choice> = Vec::new();
        let mut choices = Vec::new();
        explorer.choices(&start, &mut choices);
        let mut frames = vec![Frame { state: start, choices }];
        // Vectors of choices that are free to be used again.
        let mut free: Vec<Vec<Choice>> = Vec::new();
        while let Some(frame) = frames.last_mut() {
            let Some(choice) = frame.choices.pop() else {
                free.extend(frames.pop().map(|frame| frame.choices));
                path.pop();
                continue;
            };
            let state = frame.state;
            path.push(choice);
            tally.steps += 1;
            let next = explorer.step(&state, choice);
            let next = next.map_err(|broken| found(setting, &path, broken))?;
            let mut choices = free.pop().unwrap_or_default();
            let is_new = known.insert(next);
            if is_new {
                explorer.choices(&next, &mut choices);
            }
            if is_new && !choices.is_empty() {
                frames.push(Frame { state: next, choices });
                continue;
            }
            free.push(choices);
            if is_new {
                explorer.finish(&next).map_err(|broken| found(setting, &path, broken))?;
            }
            tally.schedules += 1;
            tally.longest = tally.longest.max(path.len());
            if tally.schedules.is_multiple_of(setting.replayed) {
                tally.replayed += 1;
                Explorer::replay(setting, &path).map_err(|broken| found(setting, &path, broken))?;
            }
            path.pop();
        }
        tally.states = known.len() as u64;
        tally.worlds = explorer.server.worlds();
        tally.positions = explorer.machines.iter().map(|machine| machine.len()).sum();
        Ok(tally)
    }

    /// Goes through one schedule with the library itself in every seat.
    pub(crate) fn replay(setting: &Setting, path: &[Choice]) -> Result<String, Broken> {
        let mut explorer = Explorer::new(setting);
        let seats = 0..=explorer.healer();
        let witnesses = seats.map(|index| Witness::boot(explorer.program(index))).collect();
        explorer.witnesses = Some(witnesses);
        explorer.story = Some(String::new());
        let mut state = explorer.start();
        let mut choices = Vec::new();
        for choice in path {
            explorer.choices(&state, &mut choices);
            assert!(
                choices.contains(choice),
                "{choice} is not possible there: {}",
                schedule::write(&choices)
            );
            if let Some(story) = &mut explorer.story {
                story.push_str(&format!("{choice}\n"));
            }
            state = match explorer.step(&state, *choice) {
                Ok(state) => state,
                Err(broken) => return Err(broken.after(explorer.story.unwrap_or_default())),
            };
        }
        explorer.choices(&state, &mut choices);
        if choices.is_empty()
            && let Err(broken) = explorer.finish(&state)
        {
            return Err(broken.after(explorer.story.unwrap_or_default()));
        }
        Ok(explorer.story.unwrap_or_default())
    }
}

/// The finding with everything that happened before it, which a replay tells.
fn found(setting: &Setting, path: &[Choice], broken: Broken) -> Found {
    let told = match Explorer::replay(setting, path) {
        Err(told) => told,
        Ok(_) => broken,
    };
    Found { broken: told, schedule: format!("{}: {}", setting.name, schedule::write(path)) }
}
