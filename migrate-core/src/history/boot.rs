//! The one read at boot: the head row of each history and its newest history row, in one message.

use super::Tables;
use crate::dialect::Spec;
use crate::session::{Kind, Value};

/// The columns of the one read.
pub(crate) const BOOT_COLUMNS: [Kind; 19] = [
    Kind::Text, // current schema
    Kind::Text, // current user
    Kind::Text, // current database
    Kind::Int,  // in a transaction
    Kind::Text, // schema of the head table
    Kind::Text, // history
    Kind::Int,  // format
    Kind::Text, // fingerprint
    Kind::Text, // text fingerprint
    Kind::Text, // release
    Kind::Int,  // floor
    Kind::Int,  // head's position
    Kind::Text, // head's chain
    Kind::Int,  // newest row: position
    Kind::Text, // version
    Kind::Text, // text checksum
    Kind::Text, // token checksum
    Kind::Text, // chain
    Kind::Text, // state
];

/// What the one read found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boot {
    /// Where an unqualified CREATE TABLE would go.
    pub(crate) schema: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) database: Option<String>,
    /// The session is in the middle of somebody's transaction.
    pub(crate) in_transaction: bool,
    /// The schema in which the head table was found.
    pub(crate) table_schema: Option<String>,
    pub(crate) heads: Vec<Head>,
}

/// A head row with the newest row of its history.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) history: String,
    pub(crate) format: i64,
    pub(crate) fingerprint: String,
    pub(crate) text_fingerprint: String,
    pub(crate) release: String,
    pub(crate) floor: i64,
    pub(crate) position: i64,
    pub(crate) chain: String,
    /// `None` when the history has no row.
    pub(crate) newest: Option<Newest>,
}

/// The row with the highest position.
#[derive(Clone, Debug)]
pub(crate) struct Newest {
    pub(crate) position: i64,
    pub(crate) version: String,
    pub(crate) text_checksum: String,
    pub(crate) token_checksum: String,
    pub(crate) chain: String,
    pub(crate) state: String,
}

/// The one read for `histories`.
pub(crate) fn boot_sql<'a>(spec: &Spec, tables: &Tables, histories: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = histories.map(|name| spec.literal(name)).collect();
    tables.fill(spec.boot, &[("names", &names.join(", "))])
}

impl Boot {
    /// Decodes the rows of the one read.
    pub(crate) fn decode(rows: Vec<Vec<Value>>) -> Result<Boot, String> {
        let mut boot = Boot::default();
        for row in rows {
            let mut row = Fields::new("migrate_head", row);
            boot.schema = row.text_or_null("current schema")?;
            boot.user = row.text_or_null("current user")?;
            boot.database = row.text_or_null("current database")?;
            boot.in_transaction = row.int("in transaction")? != 0;
            let table_schema = row.text_or_null("schema of migrate_head")?;
            let Some(history) = row.text_or_null("history")? else { continue };
            boot.table_schema = table_schema;
            let head = Head {
                format: row.int("format")?,
                fingerprint: row.text("fingerprint")?,
                text_fingerprint: row.text("text_fingerprint")?,
                release: row.text("release_version")?,
                floor: row.int("floor_position")?,
                position: row.int("position")?,
                chain: row.text("chain")?,
                newest: match row.int_or_null("position")? {
                    None => None,
                    Some(position) => Some(Newest {
                        position,
                        version: row.text("version")?,
                        text_checksum: row.text("text_checksum")?,
                        token_checksum: row.text("token_checksum")?,
                        chain: row.text("chain")?,
                        state: row.text("state")?,
                    }),
                },
                history,
            };
            boot.heads.push(head);
        }
        Ok(boot)
    }

    /// The head row of `history`.
    pub(crate) fn head(&self, history: &str) -> Option<&Head> {
        self.heads.iter().find(|head| head.history == history)
    }
}

/// Takes the values of a row one by one, in column order.
pub(super) struct Fields {
    table: &'static str,
    values: std::vec::IntoIter<Value>,
}

impl Fields {
    pub(super) fn new(table: &'static str, row: Vec<Value>) -> Self {
        Fields { table, values: row.into_iter() }
    }

    pub(super) fn int_or_null(&mut self, column: &str) -> Result<Option<i64>, String> {
        match self.values.next() {
            Some(Value::Int(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            other => Err(self.unexpected(column, "a number", other)),
        }
    }

    pub(super) fn int(&mut self, column: &str) -> Result<i64, String> {
        self.int_or_null(column)?.ok_or_else(|| self.unexpected(column, "a number", Some(Value::Null)))
    }

    pub(super) fn text_or_null(&mut self, column: &str) -> Result<Option<String>, String> {
        match self.values.next() {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            other => Err(self.unexpected(column, "text", other)),
        }
    }

    pub(super) fn text(&mut self, column: &str) -> Result<String, String> {
        self.text_or_null(column)?.ok_or_else(|| self.unexpected(column, "text", Some(Value::Null)))
    }

    fn unexpected(&self, column: &str, wanted: &str, found: Option<Value>) -> String {
        let found = match found {
            None => "no value".to_owned(),
            Some(Value::Null) => "NULL".to_owned(),
            Some(Value::Int(value)) => value.to_string(),
            Some(Value::Text(value)) => format!("{:?}", crate::text::shown(&value)),
        };
        format!("{}.{column} holds {found} where {wanted} belongs", self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(history: Value) -> Vec<Value> {
        let text = |text: &str| Value::Text(text.to_owned());
        let mut row =
            vec![text("public"), text("alice"), text("shop"), Value::Int(0), text("public"), history];
        row.extend([
            Value::Int(1),
            text("f"),
            text("t"),
            text("1.0.0"),
            Value::Int(0),
            Value::Int(2),
            text("c"),
        ]);
        row.extend([Value::Int(2), text("2"), text("x"), text("y"), text("c"), text("applied")]);
        row
    }

    #[test]
    fn a_session_without_a_head_row_still_says_where_it_is() {
        let boot = Boot::decode(vec![row(Value::Null)]).unwrap();
        assert_eq!(boot.schema.as_deref(), Some("public"));
        assert!(boot.heads.is_empty());
    }

    #[test]
    fn a_null_in_a_head_row_is_an_error_that_names_the_column() {
        let mut bad = row(Value::Text("app".to_owned()));
        bad[7] = Value::Null;
        assert_eq!(
            Boot::decode(vec![bad]).unwrap_err(),
            "migrate_head.fingerprint holds NULL where text belongs"
        );
    }

    #[test]
    fn a_row_that_is_too_short_is_an_error() {
        let mut bad = row(Value::Text("app".to_owned()));
        bad.truncate(9);
        assert!(Boot::decode(vec![bad]).is_err());
    }
}
