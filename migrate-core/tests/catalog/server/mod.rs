//! A catalog filled from a server: what a replay is compared with. It knows a server by the answers to queries, so
//! that whoever can ask can use it.

mod mariadb;
mod postgres;
mod sqlite;
mod tally;

use migrate_core::Dialect;
use migrate_core::catalog::{Catalog, Key, model};

pub(crate) use tally::Tally;

/// A database that answers queries.
pub(crate) struct Source<'a> {
    pub(crate) dialect: Dialect,
    /// One column of rows without line breaks in them.
    pub(crate) ask: &'a dyn Fn(&str) -> Result<String, String>,
}

/// What an answer has instead of NULL, between columns, and instead of a line break.
const NULL: char = '\u{1a}';
const NEXT: char = '\u{1f}';
const LINE: char = '\u{1d}';

impl Source<'_> {
    /// The rows of `SELECT columns rest`, which the database cannot refuse.
    fn rows<const N: usize>(&self, columns: [&str; N], rest: &str) -> Vec<[Option<String>; N]> {
        self.try_rows(columns, rest).unwrap_or_else(|error| panic!("{rest}\n{error}"))
    }

    fn try_rows<const N: usize>(
        &self,
        columns: [&str; N],
        rest: &str,
    ) -> Result<Vec<[Option<String>; N]>, String> {
        let query = match self.dialect {
            Dialect::Postgres => {
                let columns =
                    columns.map(|column| format!("coalesce(({column})::text, E'\\x1a')")).join(", ");
                format!("SELECT replace(concat_ws(E'\\x1f', {columns}), E'\\n', E'\\x1d') {rest};")
            }
            Dialect::Sqlite => {
                let columns =
                    columns.map(|column| format!("ifnull({column}, char(26))")).join(" || char(31) || ");
                format!("SELECT replace({columns}, char(10), char(29)) {rest};")
            }
            _ => {
                let character = |code: u32| format!("CHAR({code} USING utf8mb4)");
                let columns = columns.map(|column| format!("IFNULL({column}, {})", character(26))).join(", ");
                let (next, line, end) = (character(31), character(29), character(10));
                format!("SELECT REPLACE(CONCAT_WS({next}, {columns}), {end}, {line}) {rest};")
            }
        };
        let answer = (self.ask)(&query)?;
        let value = |text: &str| (text.chars().ne([NULL])).then(|| text.replace(LINE, "\n"));
        let rows = answer
            .split('\n')
            .filter(|line| !line.is_empty())
            .map(|line| {
                let values: Vec<Option<String>> = line.split(NEXT).map(value).collect();
                values.try_into().unwrap_or_else(|values| panic!("{N} columns: {values:?}\n{query}"))
            })
            .collect();
        Ok(rows)
    }
}

/// The objects of the database.
pub(crate) fn catalog(source: &Source<'_>) -> Catalog {
    match source.dialect {
        Dialect::Postgres => postgres::catalog(source),
        Dialect::Sqlite => sqlite::catalog(source),
        _ => mariadb::catalog(source),
    }
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("")
}

/// PostgreSQL says `t`, the others `1`.
fn truth(value: &Option<String>) -> bool {
    matches!(text(value), "t" | "true" | "1")
}

fn constraint(name: Option<String>, kind: model::ConstraintKind) -> model::Constraint {
    model::Constraint { name, kind, not_valid: false, generated_name: false, uses: Vec::new(), origin: None }
}

/// Adds what belongs to a table that is in the catalog.
fn edit(catalog: &mut Catalog, key: &Key, change: impl FnOnce(&mut model::Table)) {
    if let Some(table) = catalog.get(key).and_then(model::Entity::as_table) {
        let mut table = table.clone();
        change(&mut table);
        catalog.insert(key.clone(), model::Entity::Table(table));
    }
}

/// An action of a foreign key, unless it is none.
fn action(value: &Option<String>) -> Option<String> {
    let action = text(value);
    (!action.is_empty() && action != "NO ACTION").then(|| action.to_owned())
}
