//! Who and where a session is, and what kind of server answers. Decodes and compares; sends nothing.

use crate::dialect::Dialect;
use crate::error::ErrorKind;
use crate::history::Boot;
use crate::server::Server;
use crate::session::{Kind, Value};
use crate::text::shown;

/// The columns of `Spec::identify`.
pub(crate) const COLUMNS: [Kind; 7] =
    [Kind::Text, Kind::Text, Kind::Text, Kind::Text, Kind::Int, Kind::Text, Kind::Text];

/// What a session says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) server: String,
    pub(crate) user: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) read_only: bool,
    /// The user that connected, before any SET ROLE.
    pub(crate) login: Option<String>,
    /// The search path, the SQL mode, or the journal mode of SQLite's file.
    pub(crate) mode: String,
}

impl Identity {
    pub(crate) fn decode(rows: Vec<Vec<Value>>) -> Result<Identity, String> {
        let mut row = rows.into_iter().next().ok_or("the server gave no row")?.into_iter();
        let mut text = || match row.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Int(number)) => Ok(Some(number.to_string())),
            None => Err("the server gave a row that is too short".to_owned()),
        };
        Ok(Identity {
            server: text()?.unwrap_or_default(),
            user: text()?,
            schema: text()?,
            database: text()?,
            read_only: text()?.is_some_and(|flag| flag != "0"),
            login: text()?,
            mode: text()?.unwrap_or_default(),
        })
    }

    /// Refuses servers on which our promises do not hold.
    pub(crate) fn supported(&self, dialect: Dialect) -> Result<(), ErrorKind> {
        if let Some(reason) = Server::read(dialect, &self.server).unsupported() {
            return Err(ErrorKind::Unsupported { server: shown(&self.server), reason: reason.to_owned() });
        }
        // Without a journal on disk, a crash in the middle of a commit leaves a part of it: the history said applied,
        // and tables were missing (measured by killing the process).
        if dialect == Dialect::Sqlite && matches!(self.mode.as_str(), "memory" | "off") {
            return Err(ErrorKind::Config(format!(
                "this SQLite file is in journal_mode {}, in which a crash can leave a history that says applied and tables that \
                 are missing\n  = nothing was run\n  = help: open it in another one: .journal_mode(SqliteJournalMode::Wal) of \
                 the connect options, or .on_connect(\"PRAGMA journal_mode = DELETE\")",
                self.mode.to_ascii_uppercase()
            )));
        }
        // The splitter reads scripts as the default modes do; under these a script may mean something else.
        for mode in ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ORACLE"] {
            if self.mode.split(',').any(|set| set == mode) {
                return Err(ErrorKind::Config(format!(
                    "the session's sql_mode has {mode}, under which the files would be read differently than they were \
                     checked\n  = nothing was run\n  = help: take it out for migrations with .on_connect(\"SET SESSION \
                     sql_mode = REPLACE(@@SESSION.sql_mode, '{mode}', '')\")"
                )));
            }
        }
        Ok(())
    }

    /// Compares a fresh session with the pooled one that was read: the same user, schema and database, or
    /// the migrations would go elsewhere than the application looks.
    pub(crate) fn same_as(&self, pooled: &Boot, role_was_set: bool) -> Result<(), ErrorKind> {
        let differs = |what, pooled: &Option<String>, fresh: &Option<String>| {
            let name = |name: &Option<String>| {
                name.as_deref().map_or("none".to_owned(), |name| format!("{:?}", shown(name)))
            };
            ErrorKind::SessionDiffers { what, pooled: name(pooled), fresh: name(fresh) }
        };
        if pooled.database != self.database {
            return Err(differs("database", &pooled.database, &self.database));
        }
        if pooled.schema != self.schema {
            return Err(differs("schema", &pooled.schema, &self.schema));
        }
        if !role_was_set && pooled.user != self.user {
            return Err(differs("user", &pooled.user, &self.user));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sql_mode_that_changes_how_scripts_are_read_is_refused() {
        let identity = Identity {
            mode: "STRICT_TRANS_TABLES,ANSI_QUOTES".to_owned(),
            server: "9.7.4".to_owned(),
            ..Identity::default()
        };
        assert!(identity.supported(Dialect::MySql).unwrap_err().to_string().contains("ANSI_QUOTES"));
    }
}
