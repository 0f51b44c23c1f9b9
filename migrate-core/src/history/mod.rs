//! Our three tables: what they are called, what is read from them, what their rows mean. It renders SQL
//! and decodes rows; it opens nothing and decides nothing.
//!
//! `migrate_history` has one row per applied migration, `migrate_head` one per history (all that a boot with
//! nothing to do reads), `migrate_journal` is append-only and holds what was attempted.

mod boot;
mod row;
mod write;

use crate::checksum::{Checksum, Hasher};
use crate::dialect::{Schemas, Spec, fill};

pub(crate) use boot::{BOOT_COLUMNS, Boot, Head, boot_sql};
pub use row::State;
pub(crate) use row::{Applied, ROW_COLUMNS, rows_sql, verify};
pub(crate) use write::{Claim, Writer, answers};

/// Version of the tables' layout, kept in each head row.
pub(crate) const FORMAT: i64 = 1;

/// Our tables as qualified, quoted names.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(crate) history: String,
    pub(crate) head: String,
    pub(crate) journal: String,
}

impl Tables {
    /// The tables in `schema`; where it is `None`, unqualified as a first read looks for them.
    pub(crate) fn new(spec: &Spec, schema: Option<&str>) -> Result<Tables, String> {
        let prefix = match (schema, spec.schemas) {
            (_, Schemas::Main) => "main.".to_owned(),
            (Some(schema), _) => format!("{}.", spec.identifier(schema)?),
            (None, _) => String::new(),
        };
        Ok(Tables {
            history: format!("{prefix}migrate_history"),
            head: format!("{prefix}migrate_head"),
            journal: format!("{prefix}migrate_journal"),
        })
    }

    /// `template` with our tables' names filled in, and `places`.
    pub(crate) fn fill(&self, template: &str, places: &[(&str, &str)]) -> String {
        let mut all = vec![
            ("history", self.history.as_str()),
            ("head", self.head.as_str()),
            ("journal", self.journal.as_str()),
        ];
        all.extend_from_slice(places);
        fill(template, &all)
    }
}

/// The chain value of a row: a hash over the row's own identity and the chain of the row before it, so that
/// a row that was altered, removed or moved by hand no longer fits.
pub(crate) fn chain(previous: Option<&str>, history: &str, row: &Link<'_>) -> Checksum {
    let mut hasher = Hasher::new("migrate/chain");
    hasher
        .field(previous.unwrap_or("").as_bytes())
        .field(history.as_bytes())
        .field(&row.position.to_be_bytes())
        .field(row.version.as_bytes())
        .field(row.name.as_bytes())
        .field(row.kind.as_bytes())
        .field(row.text_checksum.as_bytes())
        .field(row.token_checksum.as_bytes());
    hasher.finish()
}

/// What the chain covers of a row.
pub(crate) struct Link<'a> {
    pub(crate) position: i64,
    pub(crate) version: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) text_checksum: &'a str,
    pub(crate) token_checksum: &'a str,
}

/// The only kind of row so far: a migration that is applied once.
pub(crate) const VERSIONED: &str = "versioned";
