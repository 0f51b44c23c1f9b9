//! The errors of a run that has begun to act: what failed, where in the file, and what is true now.

use super::Task;
use crate::dialect::{Send, Spec};
use crate::error::{ErrorKind, excerpt_of, number};
use crate::migrations::Script;
use crate::session::{DbError, Fault};

/// What is true after a statement of the bookkeeping failed, while the connection lasts.
pub(super) const ALL_OR_NOTHING: &str = "the connection was lost: either all of this file is in force or nothing of it, and the \
                              next start finds out; start again";
pub(super) const NOT_RUN: &str = "nothing of this file was run";
pub(super) const NOT_ALLOWED: &str = "nothing of this file was run; the role that migrates needs SELECT, INSERT, UPDATE and DELETE on \
                           migrate_history and migrate_head, and INSERT on migrate_journal";
pub(super) const NOT_RUN_YET: &str =
    "nothing of this file was run by this start; the next one may ask about its first statement";
pub(super) const IN_FORCE: &str = "all of this file is in force, and recorded";
pub(super) const GOES_ON: &str = "nothing more of this file was run, and the next start goes on with it";
pub(super) const ROLLED_BACK: &str = "it was rolled back: the database is as it was before this file";

pub(super) fn bookkeeping(task: &Task<'_>, outcome: &str, error: DbError) -> ErrorKind {
    ErrorKind::Bookkeeping {
        doing: format!("keep the books for {}", task.migration.up().path()),
        outcome: outcome.into(),
        error,
    }
}

/// The same where the outcome hangs on whether the message got through.
pub(super) fn all_or_nothing(task: &Task<'_>, error: DbError) -> ErrorKind {
    let outcome = if error.fault() == Fault::Server { ROLLED_BACK } else { ALL_OR_NOTHING };
    bookkeeping(task, outcome, error)
}

/// The error of a failed script, with the place in its file.
pub(super) fn script_error(
    task: &Task<'_>,
    spec: &Spec,
    index: Option<usize>,
    outcome: String,
    error: DbError,
) -> ErrorKind {
    let script = task.migration.up();
    ErrorKind::Script {
        history: task.migrations.name().to_owned(),
        version: task.migration.version().to_owned(),
        path: script.path().to_owned(),
        statement: index.map(|index| number(index + 1)),
        total: number(script.statements().len()),
        excerpt: place(script, spec, index, &error),
        outcome: outcome.into(),
        error,
    }
}

/// The statement that holds the character at `position`, from 1, of a body that was sent whole. The server's
/// count of statements does not tell it for an error of syntax, which comes before any is executed.
pub(super) fn statement_at(script: Script<'_>, position: u32) -> Option<usize> {
    let data = script.data();
    let (offset, _) = script.body().char_indices().nth(usize::try_from(position).ok()?.checked_sub(1)?)?;
    let byte = data.body.start as usize + offset;
    data.statements.iter().rposition(|statement| statement.start as usize <= byte)
}

/// The place in the file: the server's position in the message that was sent, else the start of the
/// statement, else nothing.
fn place(script: Script<'_>, spec: &Spec, index: Option<usize>, error: &DbError) -> Box<str> {
    let data = script.data();
    let sent = match (spec.send, index) {
        (Send::Whole, _) if script.transactional() => Some(data.body),
        (_, Some(index)) => data.statements.get(index).copied(),
        _ => None,
    };
    let byte = error.position().zip(sent).and_then(|(position, sent)| {
        let skip = usize::try_from(position).ok()?.checked_sub(1)?;
        let (offset, _) = sent.of(&data.text).char_indices().nth(skip)?;
        Some(sent.start as usize + offset)
    });
    let start = byte.or_else(|| Some(data.statements.get(index?)?.start as usize));
    match start {
        None => format!("  --> {}\n", script.path()).into(),
        Some(start) => excerpt_of(script, start, start),
    }
}
