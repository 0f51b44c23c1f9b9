//! What must hold in every schedule, each as a function with a name.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use migrate_core::session::Value;
use migrate_core::{Error, ErrorKind};

use super::puppet::{Ending, steps};
use super::server::{MessageId, ORPHANS, Server, WorldId};
use super::{Program, Setting};
use crate::world::{Engine, Locks, Record, World};

pub(crate) const EXACTLY_ONCE: &str = "exactly once";
pub(crate) const PREFIX_ORDER: &str = "prefix order";
pub(crate) const TRUE_BOOKS: &str = "the books say what is in force";
pub(crate) const UNDER_THE_LOCK: &str = "what is written is written under the lock";
pub(crate) const NO_FALSE_OK: &str = "no false Ok";
pub(crate) const NO_FALSE_ERROR: &str = "no false error";
pub(crate) const HEALING: &str = "healing on the next boot";
pub(crate) const NO_RESIDUE: &str = "no residue";
pub(crate) const UP_TO_DATE: &str = "up to date means no write and no lock";

/// A property that does not hold.
pub(crate) struct Broken {
    pub(crate) property: &'static str,
    pub(super) text: String,
}

impl Broken {
    pub(super) fn new(property: &'static str, text: impl Into<String>) -> Broken {
        Broken { property, text: text.into() }
    }

    /// With what happened before it.
    pub(super) fn after(self, story: String) -> Broken {
        Broken { text: format!("{}\n\n{story}", self.text), ..self }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.property, self.text)
    }
}

fn holds(property: &'static str, holds: bool, text: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::new(property, text())) }
}

/// The run that has ended.
pub(super) struct Case<'p> {
    pub(super) program: &'p Program,
    /// Something broke for it.
    pub(super) hurt: bool,
    /// All others had ended before it began.
    pub(super) at_rest: bool,
    /// Something broke for anybody.
    pub(super) broke: bool,
}

/// Asks each question about a state of the server once.
#[derive(Default)]
pub(super) struct Judge {
    judged: HashSet<WorldId>,
    rested: HashSet<(WorldId, usize)>,
}

impl Judge {
    /// What holds at any time.
    pub(super) fn world(&mut self, setting: &Setting, server: &Server, world: WorldId) -> Result<(), Broken> {
        if !self.judged.insert(world) {
            return Ok(());
        }
        let world = server.world(world);
        let names = longest(setting);
        exactly_once(world)?;
        prefix_order(names, world)?;
        if setting.overlooked.contains(&TRUE_BOOKS) { Ok(()) } else { true_books(names, world) }
    }

    /// What holds when a message is sent.
    pub(super) fn sends(
        &self,
        setting: &Setting,
        server: &Server,
        world: WorldId,
        session: u64,
        message: MessageId,
    ) -> Result<(), Broken> {
        let message = server.message(message);
        let asked = !setting.overlooked.contains(&UNDER_THE_LOCK);
        let free = !asked || !has_a_lock(setting) || !message.writes();
        holds(UNDER_THE_LOCK, free || server.world(world).holds_a_lock(session), || message.text.clone())
    }

    /// What holds when a run ends.
    pub(super) fn ending(
        &self,
        setting: &Setting,
        server: &Server,
        world: WorldId,
        case: &Case<'_>,
        ending: &Ending,
    ) -> Result<(), Broken> {
        let world = server.world(world);
        match ending {
            Ok(_) => no_false_ok(world, case.program)?,
            Err(error) => {
                no_false_error(setting, world, case, error)?;
                if has_a_lock(setting) {
                    true_outcome(world, error)?;
                }
            }
        }
        true_report(world, case.program, ending)
    }

    /// What holds when everybody has ended.
    pub(super) fn rest(&self, world: &World) -> Result<(), Broken> {
        no_residue(world)
    }

    pub(super) fn is_new_rest(&mut self, world: WorldId, machine: usize) -> bool {
        self.rested.insert((world, machine))
    }
}

/// Whether a session lock keeps the others out for as long as a run works.
fn has_a_lock(setting: &Setting) -> bool {
    setting.locks == Locks::Exclusive && !setting.lies && setting.programs[0].engine != Engine::Sqlite
}

/// The statements of the program that has the most.
fn longest(setting: &Setting) -> &[String] {
    setting
        .programs
        .iter()
        .map(|program| program.names.as_slice())
        .max_by_key(|names| names.len())
        .unwrap_or(&[])
}

/// No statement takes effect twice.
fn exactly_once(world: &World) -> Result<(), Broken> {
    let twice = world.effects().into_iter().find(|(_, count)| *count > 1);
    holds(EXACTLY_ONCE, twice.is_none(), || format!("executed and how often: {twice:?}"))
}

/// What has taken effect is the beginning of the list.
fn prefix_order(names: &[String], world: &World) -> Result<(), Broken> {
    let effects = world.effects();
    let beginning = names.iter().take(effects.len()).all(|name| effects.contains_key(name));
    holds(PREFIX_ORDER, beginning, || format!("in force: {effects:?}"))
}

fn number(row: &Record, column: &str) -> usize {
    match row.get(column) {
        Value::Int(number) => usize::try_from(number).unwrap_or(0),
        _ => 0,
    }
}

fn text(row: &Record, column: &str) -> String {
    match row.get(column) {
        Value::Text(text) => text,
        _ => String::new(),
    }
}

/// How many statements of a version are in force.
fn in_force(world: &World, version: &str) -> usize {
    let begins = |name: &str| name.split_once('.').is_some_and(|(of, _)| of == version);
    world.effects().keys().filter(|name| begins(name)).count()
}

fn statements(names: &[String], version: &str) -> usize {
    names.iter().filter(|name| name.split_once('.').is_some_and(|(of, _)| of == version)).count()
}

/// A row of the history says how much of its file is in force; at most the one statement is in doubt that was
/// begun. A file without a row has nothing in force.
fn true_books(names: &[String], world: &World) -> Result<(), Broken> {
    let mut rows: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in world.committed("migrate_history") {
        let version = text(row, "version");
        let total = statements(names, &version);
        let between = match text(row, "state").as_str() {
            "applied" => (total, total),
            _ => (number(row, "statements_done"), number(row, "statements_intent")),
        };
        rows.insert(version, between);
    }
    for name in names {
        let version = name.split_once('.').map_or("", |(version, _)| version);
        let (least, most) = rows.get(version).copied().unwrap_or_default();
        let found = in_force(world, version);
        holds(TRUE_BOOKS, (least..=most).contains(&found), || {
            format!("{found} statements of version {version} are in force, the books say {least} to {most}")
        })?;
    }
    Ok(())
}

/// A run ends well only when all that it knows is in force, and when it is not too old for what is.
fn no_false_ok(world: &World, program: &Program) -> Result<(), Broken> {
    let effects = world.effects();
    let missing = program.names.iter().find(|name| !effects.contains_key(*name));
    holds(NO_FALSE_OK, missing.is_none(), || format!("{missing:?} is not in force"))?;
    let heads: Vec<_> = world.committed("migrate_head").collect();
    let applied = world.committed("migrate_history").filter(|row| text(row, "state") == "applied").count();
    let recorded = heads.len() == 1 && heads.iter().all(|head| number(head, "position") == applied);
    holds(NO_FALSE_OK, recorded && applied >= program.migrations.len(), || {
        format!("{applied} are recorded, and {} heads", heads.len())
    })?;
    holds(NO_FALSE_OK, floor(world) <= program.migrations.len(), || {
        "this program is too old for the database".to_owned()
    })
}

/// The oldest migration that a program must know.
fn floor(world: &World) -> usize {
    world.committed("migrate_head").map(|head| number(head, "floor_position")).max().unwrap_or(0)
}

/// A run for which nothing broke ends well, except where it must not; one for which something broke blames
/// neither the files nor the books.
fn no_false_error(setting: &Setting, world: &World, case: &Case<'_>, error: &Error) -> Result<(), Broken> {
    let true_for_anybody = match error.kind() {
        ErrorKind::InDoubt { .. } => case.broke && stops_for_a_person(world, error),
        ErrorKind::NotExclusive { .. } => setting.locks != Locks::Exclusive && !case.program.transactional,
        ErrorKind::TooOld { .. } => floor(world) > case.program.migrations.len(),
        _ => false,
    };
    let true_for_the_hurt = case.hurt
        && matches!(
            error.kind(),
            ErrorKind::Connection { .. } | ErrorKind::Bookkeeping { .. } | ErrorKind::Script { .. }
        );
    // It has noticed that it was lied to.
    let true_for_the_deceived = case.hurt
        && setting.lies
        && matches!(error.kind(), ErrorKind::LockLost { .. } | ErrorKind::NotExclusive { .. });
    let property = if case.at_rest { HEALING } else { NO_FALSE_ERROR };
    holds(property, true_for_anybody || true_for_the_hurt || true_for_the_deceived, || error.to_string())
}

/// The one place that accepts a run which leaves a statement to a person: where the connection broke while a
/// statement ran outside of a transaction, nobody is at work on it any more, and nothing says what became of it.
/// The library looks at nothing but its books so far; once it looks at what the statement should have left, no
/// statement of these histories stays in doubt, and this is `false`.
fn stops_for_a_person(world: &World, error: &Error) -> bool {
    // One whose client is gone does no more than the message that it has.
    let at_work = |session| {
        world.is_writing(session)
            || session < ORPHANS && (world.in_transaction(session) || world.holds_a_lock(session))
    };
    let begun = world.committed("migrate_history").any(|row| {
        text(row, "state") == "running" && number(row, "statements_intent") > number(row, "statements_done")
    });
    matches!(error.kind(), ErrorKind::InDoubt { .. }) && begun && !world.sessions().any(at_work)
}

/// The answer of a person to a run that stopped when all was at rest: of the two commands in the message the one
/// that is true.
pub(super) fn what_a_person_does(world: &World, error: &Error) -> Result<String, Broken> {
    let ErrorKind::InDoubt { version, statement, in_force, not_in_force, .. } = error.kind() else {
        return Err(Broken::new(HEALING, error.to_string()));
    };
    let is_in_force = world.effects().contains_key(&format!("{version}.{statement}"));
    let command = if is_in_force { in_force } else { not_in_force };
    holds(HEALING, error.to_string().contains(&format!("run: {command};")), || error.to_string())?;
    Ok(command.to_string())
}

/// What an error says of the file that failed is true.
fn true_outcome(world: &World, error: &Error) -> Result<(), Broken> {
    let ErrorKind::Script { version, outcome, .. } = error.kind() else { return Ok(()) };
    let found = in_force(world, version);
    let said = match outcome.split_once(" of this file ") {
        Some(("nothing", _)) => Some(0),
        Some(("statement 1", _)) => Some(1),
        Some((begin, _)) => begin.strip_prefix("statements 1 to ").and_then(|count| count.parse().ok()),
        None if outcome.starts_with("it was rolled back") => Some(0),
        None => None,
    };
    // What a lost connection has left at the server may still come into force.
    let is_settled = !world.sessions().any(|session| session >= ORPHANS && world.is_in_a_script(session));
    holds(NO_FALSE_ERROR, said.is_none_or(|said| said == found && is_settled), || {
        format!("{found} statements of version {version} are in force, and it says: {error}")
    })
}

/// What a run reports as applied is in force, and was applied by it once.
fn true_report(world: &World, program: &Program, ending: &Ending) -> Result<(), Broken> {
    let (property, text) = match ending {
        Ok(_) => (NO_FALSE_OK, String::new()),
        Err(error) => (NO_FALSE_ERROR, error.to_string()),
    };
    for (version, count) in steps(ending) {
        let whole = in_force(world, version) == statements(&program.names, version);
        holds(property, whole && count == 1, || {
            format!("version {version} is reported {count} times: {text}")
        })?;
    }
    Ok(())
}

/// When everybody has gone there is no lock, no open transaction and no session.
fn no_residue(world: &World) -> Result<(), Broken> {
    let sessions = world.sessions().count();
    let residue = world.residue();
    holds(NO_RESIDUE, residue.is_empty() && sessions == 0, || format!("{sessions} sessions, {residue:?}"))
}

/// A boot that finds everything done asks one thing, which changes nothing and locks nothing. `messages` says of
/// each whether it only reads. One with an older program may have to read more.
pub(super) fn up_to_date(
    setting: &Setting,
    world: &World,
    program: &Program,
    messages: &[bool],
    ending: &Ending,
) -> Result<(), Broken> {
    let is_newest = program.names.len() == longest(setting).len();
    holds(UP_TO_DATE, messages.iter().all(|reads| *reads), || "it writes or locks".to_owned())?;
    holds(UP_TO_DATE, !is_newest || messages.len() == 1, || format!("{} messages", messages.len()))?;
    match ending {
        Ok(report) => {
            no_false_ok(world, program)?;
            holds(UP_TO_DATE, report.is_empty(), || report.to_string())
        }
        Err(error) => {
            let is_old = matches!(error.kind(), ErrorKind::TooOld { .. });
            holds(UP_TO_DATE, is_old && floor(world) > program.migrations.len(), || error.to_string())
        }
    }
}
