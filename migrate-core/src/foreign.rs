//! Other tools' history tables: by what they are known, and what it means to find one.

use crate::dialect::{Spec, fill};
use crate::error::ErrorKind;
use crate::session::{Kind, Session, Value};

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

/// Refuses a database that another tool has migrated: the files of a history that has no row yet would do
/// again what that tool has done. Only reads.
///
/// # Errors
///
/// A non-empty history table of another tool is there.
pub(crate) async fn refuse<S: Session>(spec: &Spec, session: &mut S, history: &str) -> Result<(), ErrorKind> {
    let names: Vec<String> = TABLES.iter().map(|(table, _)| spec.literal(table)).collect();
    let sql = fill(spec.find_tables, &[("names", &names.join(", "))]);
    let found = session.query(&sql, &[Kind::Text, Kind::Text]).await.map_err(looking)?;
    for row in found {
        let Ok([Value::Text(table), Value::Text(schema)]) = <[Value; 2]>::try_from(row) else { continue };
        // Servers differ in the case of a table's name.
        let Some((table, tool)) = TABLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&table)) else {
            continue;
        };
        let qualified = format!(
            "{}.{}",
            spec.identifier(&schema).map_err(ErrorKind::Config)?,
            spec.identifier(table).map_err(ErrorKind::Config)?
        );
        // A table that may not be read is as good a sign as one with rows.
        let counted = session.query(&format!("SELECT count(*) FROM {qualified}"), &[Kind::Int]).await;
        let rows = match counted {
            Err(error) if error.fault() != crate::session::Fault::Server => return Err(looking(error)),
            Err(_) => None,
            Ok(rows) => match rows.first().map(Vec::as_slice) {
                Some([Value::Int(0)]) => continue,
                Some([Value::Int(rows)]) => Some(*rows),
                _ => None,
            },
        };
        return Err(ErrorKind::Foreign {
            history: history.to_owned(),
            tool,
            table: format!("{schema}.{table}"),
            rows,
        });
    }
    Ok(())
}

fn looking(error: crate::session::DbError) -> ErrorKind {
    ErrorKind::Connection { doing: "look for the tables of other tools".to_owned(), error }
}
