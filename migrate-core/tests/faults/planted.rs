//! Defects, planted to show that the explorer finds them. One that stays unfound fails this test.
//!
//! The library has no switch for any of them. Each stands between the library and its connection, where it
//! leaves out, keeps back or changes what is sent or heard, so that the run as a whole acts as if the library had the
//! defect.

use migrate_core::session::{DbError, Fault, Value};

use crate::explorer::properties::{
    EXACTLY_ONCE, HEALING, NO_FALSE_ERROR, NO_FALSE_OK, NO_RESIDUE, TRUE_BOOKS, UNDER_THE_LOCK, UP_TO_DATE,
};
use crate::explorer::{Explorer, Program, Setting};
use crate::world::{Locks, Rows};

/// What stands between the library and its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Plant {
    #[default]
    None,
    /// The row of a migration is not claimed first, it is written last, whoever has written it before.
    ClaimRemoved,
    /// What a second connection shows of a lock that excludes nobody is not believed.
    JournalWithoutLock,
    /// A statement is recorded as done, and executed then.
    DoneBeforeExecute,
    /// The lock is let go of before the transaction of the last books is committed.
    UnlockBeforeCommit,
    /// A statement in doubt is taken for one that was never begun.
    RetryWithoutProbe,
    /// An older program takes no notice of what the database asks it to know.
    FloorIgnored,
    /// No defect: the last of three migrations asks for programs that know it. Stands in for a library that
    /// works that out by itself.
    RaisesFloor,
    /// A COMMIT whose answer is lost is taken for one that was executed.
    LostAnswerBelieved,
    /// The row that a failed run has left is not given up when the next one claims its own.
    ClaimNotGivenUp,
    /// The first read takes a lock and keeps it.
    LockLeftBehind,
    /// The first read takes a lock and lets go of it.
    LockedRead,
}

const TAKE: &str = "SELECT pg_catalog.pg_try_advisory_lock(1)::int";
const RELEASE: &str = "SELECT pg_catalog.pg_advisory_unlock(1)::int";

impl Plant {
    /// The messages that are sent for one. What is kept back is the defect's own.
    pub(crate) fn sends(self, sql: &str, kept: &mut Option<String>) -> Vec<String> {
        let as_it_is = || vec![sql.to_owned()];
        let is_boot = sql.starts_with("SELECT pg_catalog.current_schema()");
        let ends_the_books = sql.ends_with("COMMIT") && sql.contains("SET state = ");
        match self {
            Plant::ClaimRemoved => match (sql.find("INSERT INTO \"public\".migrate_history"), kept.take()) {
                (Some(claim), _) => {
                    *kept = Some(sql[claim..].to_owned());
                    vec![sql[..claim].to_owned()]
                }
                (None, Some(claim)) if ends_the_books => {
                    let books = sql.find("UPDATE \"public\".migrate_history").expect("the row is updated");
                    let claim = format!(
                        "{claim} ON CONFLICT (history, position) DO UPDATE SET state = excluded.state; "
                    );
                    vec![format!("{}{claim}{}", &sql[..books], &sql[books..])]
                }
                (None, claim) => {
                    *kept = claim;
                    as_it_is()
                }
            },
            Plant::DoneBeforeExecute if sql.starts_with("VACUUM") => {
                *kept = Some(sql.to_owned());
                Vec::new()
            }
            Plant::DoneBeforeExecute => as_it_is().into_iter().chain(kept.take()).collect(),
            Plant::UnlockBeforeCommit if sql.contains("pg_try_advisory_lock(") => {
                *kept = Some(crate::sql::between(sql, "pg_try_advisory_lock(", ")").to_owned());
                as_it_is()
            }
            Plant::UnlockBeforeCommit if ends_the_books => {
                let key = kept.as_deref().unwrap_or_default();
                vec![format!("SELECT pg_catalog.pg_advisory_unlock({key})::int"), sql.to_owned()]
            }
            Plant::RetryWithoutProbe if sql.contains("DELETE FROM") => {
                let (delete, rest) = sql.split_once(" AND statements_intent = ").expect("a row is given up");
                vec![format!("{delete}{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))]
            }
            Plant::ClaimNotGivenUp if sql.contains("DELETE FROM") => {
                let (begin, rest) = sql.split_once("DELETE FROM").expect("it is there");
                let (_, rest) = rest.split_once("; ").expect("the claim follows");
                vec![format!("{begin}{rest}")]
            }
            Plant::RaisesFloor => vec![sql.replace(", 0, 3, ", ", 3, 3, ")],
            Plant::LockLeftBehind if is_boot => vec![TAKE.to_owned(), sql.to_owned()],
            Plant::LockedRead if is_boot => vec![TAKE.to_owned(), RELEASE.to_owned(), sql.to_owned()],
            _ => as_it_is(),
        }
    }

    /// What the library hears of the answer to the last of them.
    pub(crate) fn hears(
        self,
        sql: &str,
        answer: Result<Rows, DbError>,
        kept: &mut Option<String>,
    ) -> Result<Rows, DbError> {
        match (self, answer) {
            (Plant::JournalWithoutLock, Ok(rows)) if sql.contains("pg_try_advisory_lock(") => {
                let second = kept.replace("taken".to_owned()).is_some();
                Ok(if second { vec![vec![Value::Int(0)]] } else { rows })
            }
            (Plant::RetryWithoutProbe, Ok(mut rows))
                if sql.starts_with("SELECT position, substr(version") =>
            {
                for row in rows.iter_mut().filter(|row| row[7] == Value::Text("running".to_owned())) {
                    row[9] = row[10].clone();
                }
                Ok(rows)
            }
            (Plant::FloorIgnored, Ok(mut rows)) if sql.starts_with("SELECT pg_catalog.current_schema()") => {
                for row in rows.iter_mut().filter(|row| row[10] != Value::Null) {
                    row[10] = Value::Int(0);
                }
                Ok(rows)
            }
            (Plant::LostAnswerBelieved, Err(error))
                if error.fault() == Fault::Connection && sql.ends_with("COMMIT") =>
            {
                Ok(Vec::new())
            }
            (_, answer) => answer,
        }
    }
}

const ONE: (&str, &str) = ("1_a.sql", "INSERT INTO effects VALUES ('1.1');\n");
const TWO: (&str, &str) = ("2_b.sql", "INSERT INTO effects VALUES ('2.1');\n");
const THREE: (&str, &str) = ("3_c.sql", "INSERT INTO effects VALUES ('3.1');\n");
const STATEMENTS: (&str, &str) = ("2_b.sql", "-- migrate(no-transaction)\nVACUUM 2.1;\nVACUUM 2.2;\n");

/// Two instances of a program with this defect, and nothing that breaks.
fn calm(files: &[(&str, &str)], plant: Plant) -> Setting {
    Setting { faults: 0, ..Setting::new("planted", Program::new(files).with(plant)) }
}

/// The same, and one thing breaks.
fn one_fault(files: &[(&str, &str)], plant: Plant) -> Setting {
    Setting { faults: 1, ..calm(files, plant) }
}

/// The defect is found, by this property, and without it nothing is found in the same setting.
fn is_found(plant: Plant, property: &str, setting: impl Fn(Plant) -> Setting) {
    let Err(found) = Explorer::explore(&setting(plant)) else {
        panic!("{plant:?}, which was planted, stayed unfound")
    };
    assert_eq!(found.broken.property, property, "{found}");
    if let Err(found) = Explorer::explore(&setting(Plant::None)) {
        panic!("without the defect: {found}");
    }
}

#[test]
fn a_claim_that_is_removed_is_found_where_the_lock_does_nothing() {
    is_found(Plant::ClaimRemoved, EXACTLY_ONCE, |plant| Setting {
        locks: Locks::Granting,
        ..calm(&[ONE], plant)
    });
}

#[test]
fn a_journal_without_a_lock_is_found() {
    let files = [ONE, STATEMENTS];
    is_found(Plant::JournalWithoutLock, NO_FALSE_ERROR, |plant| Setting {
        locks: if plant == Plant::None { Locks::Exclusive } else { Locks::Granting },
        ..calm(&files, plant)
    });
}

#[test]
fn a_done_mark_before_the_statement_is_found() {
    is_found(Plant::DoneBeforeExecute, TRUE_BOOKS, |plant| calm(&[ONE, STATEMENTS], plant));
    // By what comes of it, too.
    is_found(Plant::DoneBeforeExecute, NO_FALSE_OK, |plant| Setting {
        overlooked: &[TRUE_BOOKS],
        ..one_fault(&[ONE, STATEMENTS], plant)
    });
}

#[test]
fn an_unlock_before_the_commit_is_found() {
    is_found(Plant::UnlockBeforeCommit, UNDER_THE_LOCK, |plant| calm(&[ONE, STATEMENTS], plant));
    is_found(Plant::UnlockBeforeCommit, NO_FALSE_ERROR, |plant| Setting {
        overlooked: &[UNDER_THE_LOCK],
        ..calm(&[STATEMENTS], plant)
    });
}

#[test]
fn a_retry_without_a_probe_is_found() {
    is_found(Plant::RetryWithoutProbe, EXACTLY_ONCE, |plant| one_fault(&[ONE, STATEMENTS], plant));
}

/// A program with three migrations, of which the last asks to be known, and one that knows two.
pub(crate) fn older_and_newer(plant: Plant) -> Setting {
    let newer = Program::new(&[ONE, TWO, THREE]).with(Plant::RaisesFloor);
    let older = Program::new(&[ONE, TWO]).with(plant);
    let setting = Setting::new("older and newer", newer);
    let programs = setting.programs.into_iter().chain([older]).collect();
    Setting { programs, instances: vec![0, 1], ..setting }
}

#[test]
fn a_floor_that_is_ignored_is_found() {
    is_found(Plant::FloorIgnored, NO_FALSE_OK, older_and_newer);
}

#[test]
fn an_answer_that_is_believed_though_it_was_lost_is_found() {
    is_found(Plant::LostAnswerBelieved, NO_FALSE_OK, |plant| one_fault(&[ONE], plant));
}

#[test]
fn a_claim_that_is_not_given_up_is_found() {
    is_found(Plant::ClaimNotGivenUp, HEALING, |plant| one_fault(&[ONE, STATEMENTS], plant));
}

#[test]
fn a_lock_that_is_left_behind_is_found() {
    is_found(Plant::LockLeftBehind, NO_RESIDUE, |plant| calm(&[ONE], plant));
}

#[test]
fn a_read_under_a_lock_is_found() {
    is_found(Plant::LockedRead, UP_TO_DATE, |plant| calm(&[ONE], plant));
}
