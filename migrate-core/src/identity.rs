//! Who and where a session is, and what kind of server answers. Decodes and compares; sends nothing.

use crate::error::ErrorKind;
use crate::history::Boot;
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
    /// The search path, or the SQL mode.
    pub(crate) mode: String,
}

/// Servers that speak a protocol we know and break a promise we make, each with the words by which its
/// version text is known.
const UNSUPPORTED: [(&str, &str); 6] = [
    (
        "CockroachDB",
        "its advisory locks are stubs that always say yes, and DDL in a transaction can fail after its COMMIT",
    ),
    ("-YB-", "YugabyteDB commits each DDL statement by itself, so a migration would not be all or nothing"),
    (
        "Yugabyte",
        "YugabyteDB commits each DDL statement by itself, so a migration would not be all or nothing",
    ),
    ("Aurora DSQL", "Aurora DSQL allows one DDL statement in a transaction and has no session locks"),
    (
        "Vitess",
        "Vitess gives out a named lock per shard and ends the connection that holds it after some seconds",
    ),
    (
        "PlanetScale",
        "Vitess gives out a named lock per shard and ends the connection that holds it after some seconds",
    ),
];

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
    pub(crate) fn supported(&self) -> Result<(), ErrorKind> {
        let server = self.server.to_lowercase();
        for (mark, reason) in UNSUPPORTED {
            if server.contains(&mark.to_lowercase()) {
                return Err(ErrorKind::Unsupported {
                    server: shown(&self.server),
                    reason: reason.to_owned(),
                });
            }
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

    fn server(server: &str) -> Identity {
        Identity { server: server.to_owned(), ..Identity::default() }
    }

    #[test]
    fn servers_that_break_a_promise_are_refused_with_the_reason() {
        for name in [
            "CockroachDB CCL v25.1.0 (x86_64-pc-linux-gnu)",
            "PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64",
            "PostgreSQL 16 (Aurora DSQL)",
            "8.0.30-Vitess Version: 19.0.0",
            "8.4.6 PlanetScale",
        ] {
            assert!(matches!(server(name).supported(), Err(ErrorKind::Unsupported { .. })), "{name}");
        }
        for name in
            ["PostgreSQL 15.18 (Debian)", "10.11.19-MariaDB Debian 12", "9.7.4 MySQL Community", "3.45.0"]
        {
            assert!(server(name).supported().is_ok(), "{name}");
        }
    }

    #[test]
    fn an_sql_mode_that_changes_how_scripts_are_read_is_refused() {
        let identity = Identity { mode: "STRICT_TRANS_TABLES,ANSI_QUOTES".to_owned(), ..server("9.7") };
        assert!(identity.supported().unwrap_err().to_string().contains("ANSI_QUOTES"));
    }
}
