//! What a run would do: the files of a history beside the rows of the database. It decides; it has no
//! connection, and the same two inputs always give the same plan.

use std::collections::HashMap;

use crate::error::{ErrorKind, RowProblem, number};
use crate::history::{Applied, State, Tables, answers, verify};
use crate::migrations::{Migration, Migrations, Span};
use crate::migrator::OutOfOrder;
use crate::report::Notice;
use crate::text::shown;

/// What is to be done for one history.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// Indices of migrations that come before one that is applied, in file order; they are run first.
    pub(crate) late: Vec<usize>,
    /// Index of the first migration to run behind them, in file order; all from here to before `end` are run.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) notices: Vec<Notice>,
    /// Why the first one cannot be gone on with, unless another instance is at work on it.
    pub(crate) doubt: Option<Box<ErrorKind>>,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.late.is_empty() && self.start >= self.end
    }

    /// What is to be run, in the order of the runs.
    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> {
        self.late.iter().copied().chain(self.start..self.end)
    }
}

/// Index after the last migration that a run is to reach.
///
/// # Errors
///
/// `target` names no version of the history.
pub(crate) fn end_of(migrations: &Migrations, target: Option<&str>) -> Result<usize, ErrorKind> {
    let Some(target) = target else { return Ok(migrations.len()) };
    let same = |version: &str| version == target || stripped(version) == stripped(target);
    match migrations.iter().position(|migration| same(migration.version())) {
        Some(index) => Ok(index + 1),
        None => Err(ErrorKind::UnknownTarget {
            history: migrations.name().to_owned(),
            target: shown(target),
            newest: migrations.iter().next_back().map(|last| last.version().to_owned()),
        }),
    }
}

/// A version without leading zeros in its components.
fn stripped(version: &str) -> String {
    let component = |part: &str| {
        let digits = part.trim_start_matches('0');
        if digits.is_empty() && !part.is_empty() { "0".to_owned() } else { digits.to_owned() }
    };
    version.split('.').map(component).collect::<Vec<_>>().join(".")
}

/// Compares the files with the rows. `out_of_order` is what becomes of a migration that comes too late. `tables` are those that hold the rows, as commands name them.
///
/// # Errors
///
/// The rows do not fit one another, or the files: each way is its own [`ErrorKind`].
pub(crate) fn plan(
    migrations: &Migrations,
    rows: &[Applied],
    end: usize,
    out_of_order: OutOfOrder,
    tables: &Tables,
) -> Result<Pending, ErrorKind> {
    let history = migrations.name();
    verify(history, rows).map_err(|(row, detail)| ErrorKind::Altered {
        history: history.to_owned(),
        version: row.map(|row| shown(&row.version)),
        problem: RowProblem::Chain,
        detail,
    })?;
    let by_version: HashMap<&str, usize> =
        migrations.iter().enumerate().map(|(index, migration)| (migration.version(), index)).collect();

    let mut pending = Pending { end, ..Pending::default() };
    let mut unknown: Vec<&Applied> = Vec::new();
    // Index of the newest known migration that is applied, and how many are.
    let mut known = 0;
    let mut newest: Option<usize> = None;
    let mut open: Option<(usize, &Applied)> = None;
    for row in rows {
        let Some(&index) = by_version.get(row.version.as_str()) else {
            unknown.push(row);
            continue;
        };
        if let Some(unknown) = unknown.first() {
            // A known migration after an unknown one: the lists have parted.
            return Err(diverged(migrations, unknown));
        }
        let Some(migration) = migrations.get(index) else { continue };
        known += 1;
        newest = newest.max(Some(index));
        match row.state {
            State::Applied => compare(migrations, migration, row, &mut pending.notices)?,
            State::Running | State::Failed => open = Some((index, row)),
        }
    }

    let late = newest.map(|newest| (newest, not_applied(migrations, rows, newest)));
    if let Some((newest, late)) = late.filter(|(_, late)| !late.is_empty()) {
        let first = late.first().and_then(|first| migrations.get(*first));
        let (Some(first), Some(newest)) = (first, migrations.get(newest)) else { return Ok(pending) };
        match out_of_order {
            OutOfOrder::Error => {
                return Err(ErrorKind::OutOfOrder {
                    history: history.to_owned(),
                    path: first.up().path().to_owned(),
                    version: first.version().to_owned(),
                    newest: newest.version().to_owned(),
                });
            }
            OutOfOrder::Apply => {
                let versions = late.iter().filter_map(|index| migrations.get(*index));
                pending.notices.push(Notice::OutOfOrder {
                    history: history.to_owned(),
                    versions: versions.map(|late| late.version().to_owned()).collect(),
                    newest: newest.version().to_owned(),
                });
                pending.late = late;
                pending.late.retain(|index| *index < end);
            }
        }
    }
    if let Some(first) = unknown.first() {
        if known < migrations.len() {
            return Err(diverged(migrations, first));
        }
        pending.notices.push(Notice::NewerDatabase {
            history: history.to_owned(),
            release: unknown.last().map(|row| shown(&row.release)).unwrap_or_default(),
            versions: unknown.iter().map(|row| shown(&row.version)).collect(),
        });
    }
    pending.start = newest.map_or(0, |newest| newest + 1);
    if let Some((index, row)) = open {
        // It has the newest row, and goes first.
        if index + 1 == pending.start {
            pending.start = index;
        } else {
            pending.late.insert(0, index);
        }
        pending.doubt = resumable(migrations, index, row, tables).err().map(Box::new);
    }
    Ok(pending)
}

/// The migrations before `end`, in file order, that have no row.
fn not_applied(migrations: &Migrations, rows: &[Applied], end: usize) -> Vec<usize> {
    if rows.len() > end && migrations.iter().zip(rows).all(|(file, row)| file.version() == row.version) {
        return Vec::new();
    }
    let applied: std::collections::HashSet<&str> = rows.iter().map(|row| row.version.as_str()).collect();
    let all = migrations.iter().enumerate().take(end);
    all.filter(|(_, migration)| !applied.contains(migration.version())).map(|(index, _)| index).collect()
}

fn diverged(migrations: &Migrations, row: &Applied) -> ErrorKind {
    ErrorKind::Diverged {
        history: migrations.name().to_owned(),
        version: shown(&row.version),
        name: shown(&row.name),
        release: shown(&row.release),
        started_at: row.started_at.as_deref().map(shown),
    }
}

/// An applied row beside its file.
fn compare(
    migrations: &Migrations,
    migration: Migration<'_>,
    row: &Applied,
    notices: &mut Vec<Notice>,
) -> Result<(), ErrorKind> {
    let up = migration.up().data();
    if up.token_checksum.to_string() != row.token_checksum {
        return Err(ErrorKind::Edited {
            history: migrations.name().to_owned(),
            version: migration.version().to_owned(),
            path: up.path.to_string(),
            release: shown(&row.release),
            started_at: row.started_at.as_deref().map(shown),
        });
    }
    if up.text_checksum.to_string() != row.text_checksum {
        notices.push(Notice::TextDiffers {
            history: migrations.name().to_owned(),
            path: Some(up.path.to_string()),
        });
    }
    if migration.name() != row.name {
        notices.push(Notice::Renamed {
            history: migrations.name().to_owned(),
            version: migration.version().to_owned(),
            was: shown(&row.name),
            is: migration.name().to_owned(),
        });
    }
    Ok(())
}

/// Whether an unfinished migration can be gone on with: how many statements are in force must be known for
/// certain, and the file must still begin with them.
fn resumable(migrations: &Migrations, index: usize, row: &Applied, tables: &Tables) -> Result<(), ErrorKind> {
    let Some(migration) = migrations.get(index) else { return Ok(()) };
    let up = migration.up();
    let done = usize::try_from(row.done).unwrap_or(usize::MAX);
    let checksum = |done| crate::executor::done_checksum(migrations.dialect(), up, done);
    if row.intent != row.done {
        let statement = up.data().statements.get(done).copied();
        let through = checksum(done.saturating_add(1));
        let named = (migrations.name(), migration.version());
        let (in_force, not_in_force) = answers(migrations.dialect().spec(), tables, named, done, &through);
        return Err(ErrorKind::InDoubt {
            history: migrations.name().into(),
            version: migration.version().into(),
            path: up.path().into(),
            statement: number(done.saturating_add(1)),
            total: u32::try_from(row.total).unwrap_or(u32::MAX),
            excerpt: excerpt(up, statement),
            in_force: in_force.into(),
            not_in_force: not_in_force.into(),
            started_at: row.started_at.as_deref().map(|at| shown(at).into()),
            state: row.state,
        });
    }
    let in_force = (done > 0).then(|| checksum(done).to_string());
    if done > up.data().statements.len() || (done > 0 && in_force != row.done_checksum) {
        return Err(ErrorKind::EditedInForce {
            history: migrations.name().to_owned(),
            version: migration.version().to_owned(),
            path: up.path().to_owned(),
            done,
        });
    }
    Ok(())
}

fn excerpt(up: crate::Script<'_>, statement: Option<Span>) -> Box<str> {
    match statement {
        Some(span) => crate::error::excerpt_of(up, span.start as usize, span.start as usize),
        None => Box::default(),
    }
}
