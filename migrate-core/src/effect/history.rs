//! The effects of whole histories: of each statement, of each script as one step, and the floor.

use std::collections::BTreeSet;

use super::compat;
use super::fact::{Class, Reason, Versions};
use super::{Effect, step};
use crate::catalog::{Change, Changes, Key, Step, replay_with};
use crate::dialect::Dialect;
use crate::migrations::{Migrations, Script};
use crate::syntax::directive::{self, Directive, Phase};

/// The effects of one script.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptEffects {
    /// The path of the file.
    pub path: String,
    /// Of each statement that runs, in order.
    pub statements: Vec<Effect>,
    /// What all of them together mean for a binary that was built before: a table that is created and dropped
    /// again, or built anew with the same columns, counts for nothing.
    pub reasons: Vec<Reason>,
    /// What the file says itself.
    pub phase: Option<Phase>,
}

/// What a replay with effects gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Replayed {
    /// The catalog and what is wrong with the files.
    pub replayed: crate::catalog::Replayed,
    /// One for each script in the order in which they were replayed: each up, and behind it its down if there
    /// is one.
    pub scripts: Vec<ScriptEffects>,
}

/// Replays `histories` as [`catalog::replay`](crate::catalog::replay) does, and keeps the effects.
#[must_use]
pub fn replay<'m>(
    dialect: Dialect,
    histories: impl IntoIterator<Item = &'m Migrations>,
    versions: Versions,
) -> Replayed {
    let mut scripts = Vec::new();
    let mut current = Current::default();
    let replayed = replay_with(dialect, histories, |catalog, at| match at {
        Step::Statement(statement, script) => {
            let (effect, findings, changes) =
                step(catalog, statement, script.text(), script.path(), versions);
            current.add(effect, changes);
            findings
        }
        Step::End(script) => {
            let done = std::mem::take(&mut current);
            scripts.push(ScriptEffects {
                path: script.path().to_owned(),
                reasons: done.reasons(catalog),
                statements: done.statements,
                phase: phase(script, dialect),
            });
            Vec::new()
        }
    });
    Replayed { replayed, scripts }
}

/// What a script has done so far.
#[derive(Default)]
struct Current {
    statements: Vec<Effect>,
    /// What stood where, before the script.
    changes: Changes,
    seen: BTreeSet<Key>,
}

impl Current {
    fn add(&mut self, effect: Effect, changes: Changes) {
        self.statements.push(effect);
        let seen = &mut self.seen;
        self.changes.extend(changes.into_iter().filter(|(key, _): &Change| seen.insert(key.clone())));
    }

    fn reasons(&self, after: &crate::catalog::Catalog) -> Vec<Reason> {
        let mut reasons = compat::reasons(after, &self.changes);
        // What the catalog does not show is said by the statements alone.
        for reason in self.statements.iter().flat_map(|effect| &effect.unseen) {
            if !reasons.contains(reason) && !self.is_new(&reason.object) {
                reasons.push(reason.clone());
            }
        }
        reasons
    }

    /// Whether the script itself created an object.
    fn is_new(&self, key: &Key) -> bool {
        self.changes.iter().any(|(known, old)| known == key && old.is_none())
    }
}

/// The phase that a script is written to be in; the first one when there are more.
fn phase(script: Script<'_>, dialect: Dialect) -> Option<Phase> {
    // Few files say it, and all the others need not be read once more.
    if !script.text().contains("phase") {
        return None;
    }
    directive::read(script.text(), dialect).found.iter().find_map(|found| match found.directive {
        Directive::Phase(phase) => Some(phase),
        _ => None,
    })
}

/// What a migration means for a binary that was built before it. What could not be followed counts as neutral,
/// unless the file says otherwise: `phase = contract` is believed, whatever the statements are.
#[must_use]
pub fn class_of(script: &ScriptEffects) -> Class {
    let computed = script.reasons.iter().map(|reason| reason.class).max().unwrap_or_default();
    match script.phase {
        Some(Phase::Contract) => Class::Contract,
        _ => computed,
    }
}

/// The phase of a migration: as its file says, and where it says nothing, as its statements are. A file that says
/// what its statements are not is an error of the checks, and who allows it with a reason is believed.
#[must_use]
pub fn phase_of(script: &ScriptEffects) -> Phase {
    script.phase.unwrap_or(match class_of(script) {
        Class::Contract => Phase::Contract,
        Class::Neutral | Class::Expand => Phase::Expand,
    })
}

/// The oldest migration that a running binary must know: the position from 1 of the last one in the phase of
/// contraction, 0 when there is none. `ups` are the ups of one history in order.
#[must_use]
pub fn floor<'e>(ups: impl IntoIterator<Item = &'e ScriptEffects>) -> usize {
    let contracts = ups.into_iter().enumerate().filter(|(_, script)| phase_of(script) == Phase::Contract);
    contracts.map(|(index, _)| index + 1).last().unwrap_or(0)
}
