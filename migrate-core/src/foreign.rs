//! A database that has the objects of a history although the history is empty: what is found, and whose it may
//! be. Only reads.

use std::collections::BTreeMap;
use std::fmt;

use crate::created;
use crate::dialect::{Spec, fill};
use crate::error::ErrorKind;
use crate::migrations::Migrations;
use crate::session::{DbError, Fault, Kind, Session, Value};
use crate::text::shown;

/// The tables by which other tools keep their history, each with the tools that use it.
const TABLES: [(&str, &str); 7] = [
    ("_sqlx_migrations", "sqlx"),
    ("refinery_schema_history", "refinery"),
    ("__diesel_schema_migrations", "diesel"),
    ("seaql_migrations", "sea-orm"),
    ("schema_migrations", "golang-migrate or dbmate"),
    ("goose_db_version", "goose"),
    ("flyway_schema_history", "Flyway"),
];

/// The history table of another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherTool {
    /// The tool, or those that have a table with this name.
    pub name: &'static str,
    /// Its table.
    pub table: String,
    /// Number of rows in it; `None` when the role may not count them.
    pub rows: Option<i64>,
}

impl fmt::Display for OtherTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ", self.name, self.table)?;
        match self.rows {
            None => f.write_str("cannot be read by this role"),
            Some(1) => f.write_str("has 1 row"),
            Some(rows) => write!(f, "has {rows} rows"),
        }
    }
}

/// The objects of a history that the database has: tables, views, sequences and types. An unqualified name is
/// looked up where CREATE would put it.
pub(crate) async fn existing<S: Session>(
    spec: &Spec,
    session: &mut S,
    migrations: &Migrations,
) -> Result<Vec<String>, ErrorKind> {
    let mut names: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (schema, name) in created::decode(&migrations.data().created) {
        names.entry(schema).or_default().push(name);
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let list = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<_>>().join(", ");
    let parts: Vec<String> = names
        .into_iter()
        .map(|(schema, names)| {
            let place = schema.map_or_else(|| spec.current_schema.to_owned(), |schema| spec.literal(schema));
            let plain = list(&mut names.iter().map(|name| spec.literal(name)));
            let folded = list(&mut names.iter().map(|name| spec.literal(&name.to_lowercase())));
            fill(spec.find_objects, &[("schema", &place), ("names", &plain), ("folded", &folded)])
        })
        .collect();
    let sql = format!("{} ORDER BY 1, 2", parts.join(" UNION "));
    let found = session.query(&sql, &[Kind::Text, Kind::Text]).await.map_err(looking)?;
    let name = |row| match <[Value; 2]>::try_from(row) {
        Ok([Value::Text(schema), Value::Text(name)]) => Some(shown(&format!("{schema}.{name}"))),
        _ => None,
    };
    Ok(found.into_iter().filter_map(name).collect())
}

/// Another tool that has kept a history in this database: one with rows in its table.
pub(crate) async fn other_tool<S: Session>(
    spec: &Spec,
    session: &mut S,
) -> Result<Option<OtherTool>, ErrorKind> {
    let names: Vec<String> = TABLES.iter().map(|(table, _)| spec.literal(table)).collect();
    let sql = fill(spec.find_tables, &[("names", &names.join(", "))]);
    let found = session.query(&sql, &[Kind::Text, Kind::Text]).await.map_err(looking)?;
    for row in found {
        let Ok([Value::Text(table), Value::Text(schema)]) = <[Value; 2]>::try_from(row) else { continue };
        // Servers differ in the case of a table's name.
        let Some((table, name)) = TABLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&table)) else {
            continue;
        };
        let qualified = format!(
            "{}.{}",
            spec.identifier(&schema).map_err(ErrorKind::Config)?,
            spec.identifier(table).map_err(ErrorKind::Config)?
        );
        // A table that may not be read is as good a sign as one with rows.
        let counted =
            session.query(&format!("SELECT {}count(*) FROM {qualified}", spec.built_in), &[Kind::Int]).await;
        let rows = match counted {
            Err(error) if error.fault() != Fault::Server => return Err(looking(error)),
            Err(_) => None,
            Ok(rows) => match rows.first().map(Vec::as_slice) {
                Some([Value::Int(0)]) => continue,
                Some([Value::Int(rows)]) => Some(*rows),
                _ => None,
            },
        };
        return Ok(Some(OtherTool { name, table: format!("{schema}.{table}"), rows }));
    }
    Ok(None)
}

fn looking(error: DbError) -> ErrorKind {
    ErrorKind::Connection { doing: "look for what the history creates".to_owned(), error }
}
