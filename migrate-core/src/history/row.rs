//! A row of `migrate_history`, and the reading of all rows of a history.

use super::boot::Fields;
use super::{Claim, Link, Tables, chain};
use crate::dialect::Spec;
use crate::migrations::Migration;
use crate::session::{Kind, Value};

/// The columns that [`rows_sql`] gives.
pub(crate) const ROW_COLUMNS: [Kind; 14] = [
    Kind::Int,  // position
    Kind::Text, // version
    Kind::Text, // name
    Kind::Text, // kind
    Kind::Text, // text checksum
    Kind::Text, // token checksum
    Kind::Text, // chain
    Kind::Text, // state
    Kind::Int,  // statements total
    Kind::Int,  // intent
    Kind::Int,  // done
    Kind::Text, // checksum of the statements done
    Kind::Text, // release
    Kind::Text, // started at
];

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Its statements are being run one by one, or were when its process ended.
    Running,
    /// A statement failed; those before it are in force.
    Failed,
    /// All of it is in force.
    Applied,
}

impl State {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Failed => "failed",
            State::Applied => "applied",
        }
    }
}

/// One row of `migrate_history`.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) position: i64,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) text_checksum: String,
    pub(crate) token_checksum: String,
    pub(crate) chain: String,
    pub(crate) state: State,
    pub(crate) total: i64,
    pub(crate) intent: i64,
    pub(crate) done: i64,
    pub(crate) done_checksum: Option<String>,
    pub(crate) release: String,
    pub(crate) started_at: Option<String>,
}

/// Reads all rows of `history` in the order of application.
pub(crate) fn rows_sql(spec: &Spec, tables: &Tables, history: &str) -> String {
    // The lengths are bounded, since a row may have been made by anybody.
    tables.fill(
        "SELECT position, {built_in}substr(version, 1, 200), {built_in}substr(name, 1, 1000), {built_in}substr(kind, 1, 200), \
         {built_in}substr(text_checksum, 1, 200), {built_in}substr(token_checksum, 1, 200), {built_in}substr(chain, 1, 200), {built_in}substr(state, 1, 200), \
         statements_total, statements_intent, statements_done, {built_in}substr(done_checksum, 1, 200), \
         {built_in}substr(release_version, 1, 200), {built_in}substr({started_at}, 1, 40) FROM {history} WHERE history = {name} ORDER BY position",
        &[("built_in", spec.built_in), ("started_at", spec.started_at), ("name", &spec.literal(history))],
    )
}

impl Applied {
    /// The row that a migration will have once it is applied after `last`.
    pub(crate) fn after(last: Option<&Applied>, history: &str, migration: Migration<'_>) -> Applied {
        let claim = Claim::after(last, history, migration);
        let up = migration.up().data();
        Applied {
            position: claim.position,
            version: migration.version().to_owned(),
            name: migration.name().to_owned(),
            kind: super::VERSIONED.to_owned(),
            text_checksum: up.text_checksum.to_string(),
            token_checksum: up.token_checksum.to_string(),
            chain: claim.chain.to_string(),
            state: State::Applied,
            total: 0,
            intent: 0,
            done: 0,
            done_checksum: None,
            release: String::new(),
            started_at: None,
        }
    }

    /// Decodes the rows that [`rows_sql`] gave.
    pub(crate) fn decode(rows: Vec<Vec<Value>>) -> Result<Vec<Applied>, String> {
        rows.into_iter().map(Applied::decode_one).collect()
    }

    fn decode_one(row: Vec<Value>) -> Result<Applied, String> {
        let mut row = Fields::new("migrate_history", row);
        let applied = Applied {
            position: row.int("position")?,
            version: row.text("version")?,
            name: row.text("name")?,
            kind: row.text("kind")?,
            text_checksum: row.text("text_checksum")?,
            token_checksum: row.text("token_checksum")?,
            chain: row.text("chain")?,
            state: match row.text("state")?.as_str() {
                "running" => State::Running,
                "failed" => State::Failed,
                "applied" => State::Applied,
                other => {
                    return Err(format!(
                        "migrate_history.state holds {:?} where one of running, failed, applied belongs",
                        crate::text::shown(other)
                    ));
                }
            },
            total: row.int("statements_total")?,
            intent: row.int("statements_intent")?,
            done: row.int("statements_done")?,
            done_checksum: row.text_or_null("done_checksum")?,
            release: row.text("release_version")?,
            started_at: row.text_or_null("started_at")?,
        };
        if !(0 <= applied.done && applied.done <= applied.intent && applied.intent <= applied.total) {
            return Err(format!(
                "migrate_history has statements {} done, {} intended, {} in all for version {:?}, which cannot be",
                applied.done,
                applied.intent,
                applied.total,
                crate::text::shown(&applied.version)
            ));
        }
        Ok(applied)
    }
}

/// The first row that does not fit, and how: positions must be dense from 1, and each chain value must
/// follow from the row and the chain before it.
pub(crate) fn verify<'a>(history: &str, rows: &'a [Applied]) -> Result<(), (Option<&'a Applied>, String)> {
    let mut previous: Option<&Applied> = None;
    for (row, expected) in rows.iter().zip(1_i64..) {
        if row.position != expected {
            return Err((
                Some(row),
                format!(
                    "position {expected} is missing in migrate_history: the next row is version {:?} at position {}",
                    crate::text::shown(&row.version),
                    row.position
                ),
            ));
        }
        let link = Link {
            position: row.position,
            version: &row.version,
            name: &row.name,
            kind: &row.kind,
            text_checksum: &row.text_checksum,
            token_checksum: &row.token_checksum,
        };
        let computed = chain(previous.map(|row| row.chain.as_str()), history, &link);
        if computed.to_string() != row.chain {
            return Err((
                Some(row),
                format!(
                    "the row of version {:?} at position {} was altered after it was written, or the row before it was",
                    crate::text::shown(&row.version),
                    row.position
                ),
            ));
        }
        previous = Some(row);
    }
    Ok(())
}
