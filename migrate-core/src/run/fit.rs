//! Whether head and rows fit one another and the files. Decides only.

use crate::error::{ErrorKind, RowProblem};
use crate::history::{Applied, Head, State};
use crate::migrations::Migrations;
use crate::text::shown;

/// The head says that all is applied; the newest row must say the same. `false` when a row has come after
/// the head was written, which only all rows can explain.
pub(super) fn newest_fits(
    migrations: &Migrations,
    head: &Head,
    end: usize,
    same_text: bool,
) -> Result<bool, ErrorKind> {
    let Some(last) = end.checked_sub(1).and_then(|last| migrations.get(last)) else { return Ok(true) };
    let altered = |version: &str, problem, detail: String| {
        Err(ErrorKind::Altered {
            history: migrations.name().to_owned(),
            version: Some(version.to_owned()),
            problem,
            detail,
        })
    };
    let newest = match &head.newest {
        Some(newest) if newest.position > head.position => return Ok(false),
        Some(newest) if newest.position == head.position => newest,
        _ => {
            // Positions follow the order of application, which is file order unless an older release ran.
            let gone = usize::try_from(head.position - 1)
                .ok()
                .and_then(|index| migrations.get(index))
                .unwrap_or(last);
            let version = gone.version();
            return altered(
                version,
                RowProblem::Missing,
                format!("the row of its newest version {version} is gone"),
            );
        }
    };
    let Some(known) = migrations.iter().find(|migration| migration.version() == newest.version) else {
        let found = shown(&newest.version);
        let detail = format!("its newest row is version {found:?}, where {} belongs", last.version());
        return altered(last.version(), RowProblem::Head, detail);
    };
    let up = known.up().data();
    if newest.chain != head.chain
        || newest.token_checksum != up.token_checksum.to_string()
        || (same_text && newest.text_checksum != up.text_checksum.to_string())
        || newest.state != State::Applied.text()
    {
        let version = known.version();
        let detail = format!("the row of its newest version {version} was altered after it was written");
        return altered(version, RowProblem::Head, detail);
    }
    Ok(true)
}

/// A binary may run on a newer database if it knows the oldest migration that the newest contract step
/// asks for.
pub(super) fn above_floor(migrations: &Migrations, head: &Head, rows: &[Applied]) -> Result<(), ErrorKind> {
    // By its version: with migrations out of order, positions are not those of the files.
    let floor = rows.iter().find(|row| row.position == head.floor);
    let knows = |row: &&Applied| migrations.iter().any(|migration| migration.version() == row.version);
    match floor.filter(|row| !knows(row)) {
        None => Ok(()),
        Some(row) => Err(ErrorKind::TooOld {
            history: migrations.name().to_owned(),
            version: shown(&row.version),
            release: shown(&head.release),
        }),
    }
}

/// The head row beside all rows: it must name the newest applied one.
pub(super) fn head_fits(
    migrations: &Migrations,
    head: Option<&Head>,
    rows: &[Applied],
) -> Result<(), ErrorKind> {
    let newest = rows.iter().rfind(|row| row.state == State::Applied);
    let altered = |version: Option<&str>, problem, detail| {
        Err(ErrorKind::Altered {
            history: migrations.name().to_owned(),
            version: version.map(shown),
            problem,
            detail,
        })
    };
    match (head, newest) {
        (None, None) => Ok(()),
        (None, Some(row)) => altered(
            Some(&row.version),
            RowProblem::Head,
            format!("migrate_head has no row for it, and migrate_history has {}", rows.len()),
        ),
        (Some(head), newest) => {
            let position = newest.map_or(0, |row| row.position);
            if position < head.position {
                let gone = usize::try_from(position).ok().and_then(|index| migrations.get(index));
                let version = gone.map(|migration| migration.version());
                return altered(
                    version,
                    RowProblem::Missing,
                    format!(
                        "migrate_head says that {} are applied, migrate_history has {position}{}",
                        head.position,
                        version
                            .map(|version| format!(": the row of version {version} is gone"))
                            .unwrap_or_default()
                    ),
                );
            }
            match newest {
                Some(row) if row.position == head.position && row.chain != head.chain => altered(
                    Some(&row.version),
                    RowProblem::Head,
                    format!(
                        "the row of its newest version {} was altered after it was written",
                        shown(&row.version)
                    ),
                ),
                _ => Ok(()),
            }
        }
    }
}
