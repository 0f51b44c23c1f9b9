//! What differs between the databases, as data. What differs as text is a field of [`Spec`], what differs
//! as behaviour is an enum in it that is matched in one place. There is no second place.

mod mysql;
mod postgres;
mod sqlite;

use std::fmt;

use crate::session::DbError;

pub use mysql::{MARIADB, MYSQL};
pub use postgres::POSTGRES;
pub use sqlite::SQLITE;

/// The SQL dialect that a history is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL. `/*M! … */` is a comment here.
    MySql,
    /// MariaDB. `/*M! … */` is code here.
    MariaDb,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// Every dialect, in the order in which messages list them.
    pub const ALL: [Dialect; 4] = [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite];

    /// The word for it in `migrations!(…, dialect = …)`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Postgres => "postgres",
            Dialect::MySql => "mysql",
            Dialect::MariaDb => "mariadb",
            Dialect::Sqlite => "sqlite",
        }
    }

    /// What the database needs that is not SQL grammar.
    #[must_use]
    pub const fn spec(self) -> &'static Spec {
        match self {
            Dialect::Postgres => &POSTGRES,
            Dialect::MySql => &MYSQL,
            Dialect::MariaDb => &MARIADB,
            Dialect::Sqlite => &SQLITE,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a dialect needs that is not SQL grammar: the statements of the bookkeeping, limits, quoting, error
/// codes. In the texts, `{head}`, `{history}` and `{journal}` stand for our tables as qualified names,
/// `{names}` for the names of histories as literals, `{key}` for the lock's key.
#[derive(Debug)]
#[non_exhaustive]
pub struct Spec {
    /// The dialect that this describes.
    pub dialect: Dialect,
    /// The database's own name, for messages.
    pub engine: &'static str,
    /// What quotes an identifier.
    pub(crate) quote: char,
    /// Longest identifier, in bytes.
    pub(crate) identifier_limit: usize,
    /// Whether a backslash in a plain string literal escapes.
    pub(crate) backslash: Backslash,
    /// Whether unqualified names are looked up in schemas, and a schema can be chosen for our tables.
    pub(crate) schemas: Schemas,
    /// Gives one integer: 1 inside a transaction that was begun with an earlier message, where the server
    /// tells.
    pub(crate) in_transaction: &'static str,
    /// Where an error inside a transaction ends the whole of it: what keeps an error of ours from doing that.
    pub(crate) savepoint: Option<Savepoint>,
    /// The one read at boot; gives [`crate::history::BOOT_COLUMNS`].
    pub(crate) boot: &'static str,
    /// What the session is, gives [`crate::identity::COLUMNS`].
    pub(crate) identify: &'static str,
    /// Stands before the name of a built-in function, where somebody could have made another of that name.
    pub(crate) built_in: &'static str,
    /// Gives 1 when the connection is encrypted or does not leave the machine, else 0. `None`: there is no network.
    pub(crate) encrypted: Option<&'static str>,
    /// Gives names and values of what a script may change in the session.
    pub(crate) capture: &'static str,
    /// How one of them is set again.
    pub(crate) restore: Restore,
    /// Our own settings, sent before what the caller asked for.
    pub(crate) settings: &'static str,
    /// Sent between the statements of a script and the books that follow in the same message: a time limit
    /// that the script has set for its own statements is none for the books.
    pub(crate) no_limit: &'static str,
    /// Sent between two scripts, before what was captured is set again: undoes what a
    /// script may have left in the session. `{login}`, `{role}` and `{database}` are identifiers.
    pub(crate) reset: &'static str,
    /// Sent with it on a connection of our own: what could break or take away something of the caller's on
    /// a connection that was lent.
    pub(crate) reset_own: &'static str,
    /// Tells others which step a session is at; `{step}` is a literal.
    pub(crate) announce: &'static str,
    /// Makes `{role}` the session's role. `None`: there are no roles.
    pub(crate) set_role: Option<&'static str>,
    /// Creates `{schema}`, where schemas are created on first use.
    pub(crate) create_schema: Option<&'static str>,
    /// Creates our three tables; each statement does nothing when its table is there. The journal comes
    /// first: where DDL commits, a run may end between two of them, and that all are there is known from the
    /// other two.
    pub(crate) create: &'static [&'static str],
    /// `started_at` as text.
    pub(crate) started_at: &'static str,
    /// The database's clock.
    pub(crate) now: &'static str,
    /// Microseconds since `started_at`.
    pub(crate) elapsed_us: &'static str,
    /// Follows an INSERT into the head table so that it replaces the row.
    /// The floor is the greater one of the two.
    pub(crate) replace_head: &'static str,
    /// Starts a transaction that may write.
    pub(crate) begin: &'static str,
    /// The lock of a whole run. `None`: the write transaction is the lock.
    pub(crate) lock: Option<LockSql>,
    /// How a transactional script is sent.
    pub(crate) send: Send,
    /// Whether the dialect's DDL takes part in transactions.
    pub(crate) ddl: Ddl,
    /// The schema where an unqualified CREATE puts its object.
    pub(crate) current_schema: &'static str,
    /// Schemas and names of what in `{schema}` would be in the way of an object with one of `{names}`; where the
    /// server may ignore case, `{folded}` are the same names in lower case.
    pub(crate) find_objects: &'static str,
    /// What keeps a history away from the objects of others.
    pub(crate) apart: &'static str,
    /// Names and schemas of tables among `{names}` that exist where an unqualified name would be found.
    pub(crate) find_tables: &'static str,
    /// The codes by which the driver reports what the logic must tell apart.
    pub(crate) codes: Codes,
}

/// A place in a transaction to go back to.
#[derive(Debug)]
pub(crate) struct Savepoint {
    /// Sets it.
    pub(crate) set: &'static str,
    /// Goes back to it and forgets it.
    pub(crate) back: &'static str,
    /// The code of every statement in a transaction that an error has ended.
    pub(crate) ended: &'static str,
}

/// The statements of a session lock. Each gives one row with one integer.
#[derive(Debug)]
pub(crate) struct LockSql {
    /// The server's number for this session, always positive, when the lock was free and is now ours. Never
    /// waits, see [`crate::lock`].
    pub(crate) acquire: &'static str,
    /// 1 when this session holds the lock, otherwise the negative of its number.
    pub(crate) held: &'static str,
    /// One text: who holds the lock. No row when nobody does.
    pub(crate) holder: &'static str,
    /// Lets go.
    pub(crate) release: &'static str,
    /// 1 when a lock for the current transaction was free and is now ours; for servers where the session lock
    /// does not exclude others.
    pub(crate) in_transaction: Option<&'static str>,
}

/// How a transactional script is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Send {
    /// In one message: the server splits it, and gives the position of an error.
    Whole,
    /// Statement by statement, because the server does not say where in a message it failed.
    Each,
}

/// How a captured setting is set again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restore {
    /// With `set_config`.
    SetConfig,
    /// With `SET SESSION`.
    SetSession,
    /// With `PRAGMA`.
    Pragma,
}

/// Whether DDL takes part in transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ddl {
    /// Yes: a script is all or nothing.
    Transactional,
    /// No: each DDL statement commits, so scripts with DDL go through the journal.
    Commits,
}

/// Whether a backslash in a plain string literal escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backslash {
    /// It is a character like any other, in every mode.
    Plain,
    /// It escapes.
    Escapes,
    /// It depends on a setting, so a literal with one is written as `E'…'`.
    Depends,
}

/// What a schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schemas {
    /// A namespace in the database, found by a search path; created when it is missing.
    SearchPath,
    /// A database on the same server.
    Databases,
    /// There is only `main`.
    Main,
}

/// Error codes, as a driver reports them in [`DbError::code`].
#[derive(Debug)]
pub(crate) struct Codes {
    /// The table does not exist: code, and a part of the message where the code says less than that.
    pub(crate) missing_table: (&'static str, &'static str),
    /// A row with this key is there already.
    pub(crate) unique: &'static [&'static str],
    /// Somebody creates the same object at the same time.
    pub(crate) racing_create: &'static [&'static str],
    /// Too many connections, or starting up: worth another try.
    pub(crate) try_again: &'static [&'static str],
    /// Somebody else holds the write lock.
    pub(crate) busy: &'static [&'static str],
    /// The connection has no default database.
    pub(crate) no_database: &'static [&'static str],
    /// The role lacks a privilege.
    pub(crate) denied: &'static [&'static str],
    /// The target cannot be written to.
    pub(crate) read_only: &'static [&'static str],
}

impl Codes {
    pub(crate) fn is_missing_table(&self, error: &DbError) -> bool {
        error.code() == Some(self.missing_table.0) && error.message().contains(self.missing_table.1)
    }
}

/// Whether `error` has one of `codes`.
pub(crate) fn has_code(error: &DbError, codes: &[&str]) -> bool {
    error.code().is_some_and(|code| codes.contains(&code))
}

impl Spec {
    /// Whether a history in `dialect` can run on this database.
    pub(crate) fn speaks(&self, dialect: Dialect) -> bool {
        // MySQL and MariaDB speak one protocol through one driver, which does not know them apart.
        let family = |dialect| if dialect == Dialect::MariaDb { Dialect::MySql } else { dialect };
        family(self.dialect) == family(dialect)
    }

    /// `name` as a quoted identifier. The only way by which a name gets into our SQL.
    ///
    /// # Errors
    ///
    /// The name is empty, too long for the database, or holds a NUL.
    pub(crate) fn identifier(&self, name: &str) -> Result<String, String> {
        if name.is_empty() || name.contains('\0') || name.len() > self.identifier_limit {
            return Err(format!(
                "{:?} cannot be a name in {}: it must have 1 to {} bytes and no NUL",
                crate::text::shown(name),
                self.engine,
                self.identifier_limit
            ));
        }
        let mut quoted = String::with_capacity(name.len() + 2);
        quoted.push(self.quote);
        for c in name.chars() {
            if c == self.quote {
                quoted.push(c);
            }
            quoted.push(c);
        }
        quoted.push(self.quote);
        Ok(quoted)
    }

    /// Statements that set what `Spec::capture` gave, each ended by a semicolon.
    pub(crate) fn restore(&self, captured: &[(String, String)]) -> String {
        let mut sql = String::new();
        for (name, plain) in captured {
            let value = self.literal(plain);
            let is_number =
                !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            sql.push_str(&match self.restore {
                Restore::SetConfig => {
                    // As an integer, like every row of the message that it is a part of.
                    format!(
                        "SELECT (pg_catalog.set_config({}, {value}, false) IS NULL)::int; ",
                        self.literal(name)
                    )
                }
                // A variable that is a number takes no string.
                Restore::SetSession if is_number => format!("SET SESSION {name} = {plain}; "),
                Restore::SetSession => format!("SET SESSION {name} = {value}; "),
                Restore::Pragma => format!("PRAGMA {name} = {value}; "),
            });
        }
        sql
    }

    /// `text` as a string literal. The only way by which a value gets into our SQL: a message of the simple
    /// protocol has no parameters. A NUL, which no server takes, becomes the replacement character.
    pub(crate) fn literal(&self, text: &str) -> String {
        let escape = match self.backslash {
            Backslash::Plain => false,
            Backslash::Escapes => true,
            Backslash::Depends => text.contains('\\'),
        };
        let mut literal = String::with_capacity(text.len() + 3);
        if escape && self.backslash == Backslash::Depends {
            literal.push_str(" E");
        }
        literal.push('\'');
        for c in text.chars() {
            match c {
                '\'' => literal.push_str("''"),
                '\\' if escape => literal.push_str("\\\\"),
                '\0' => literal.push('\u{fffd}'),
                c => literal.push(c),
            }
        }
        literal.push('\'');
        literal
    }
}

/// Fills the `{…}` places of a text. Values are inserted as they are: literals and identifiers come from
/// [`Spec`].
pub(crate) fn fill(template: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let value = after.find('}').and_then(|close| {
            let (_, value) = places.iter().find(|(name, _)| *name == &after[..close])?;
            Some((close, *value))
        });
        rest = match value {
            Some((close, value)) => {
                filled.push_str(value);
                &after[close + 1..]
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_an_identifier_is_doubled() {
        assert_eq!(POSTGRES.identifier("a\"b; drop").unwrap(), "\"a\"\"b; drop\"");
        assert_eq!(MYSQL.identifier("a`b").unwrap(), "`a``b`");
    }

    #[test]
    fn an_identifier_that_the_server_would_cut_is_refused() {
        assert!(POSTGRES.identifier(&"a".repeat(63)).is_ok());
        assert!(POSTGRES.identifier(&"a".repeat(64)).is_err());
        assert!(POSTGRES.identifier("").is_err());
        assert!(POSTGRES.identifier("a\0b").is_err());
    }

    #[test]
    fn a_literal_means_the_same_in_every_mode() {
        assert_eq!(POSTGRES.literal("o'x"), "'o''x'");
        assert_eq!(POSTGRES.literal("a\\'b"), " E'a\\\\''b'");
        assert_eq!(MYSQL.literal("a\\b"), "'a\\\\b'");
        assert_eq!(SQLITE.literal("a\\b"), "'a\\b'");
    }

    #[test]
    fn unknown_places_stay_as_they_are() {
        assert_eq!(fill("a {x} {y} {", &[("x", "1")]), "a 1 {y} {");
    }

    #[test]
    fn a_filled_value_is_not_filled_again() {
        assert_eq!(fill("{a}{b}", &[("a", "{b}"), ("b", "1")]), "{b}1");
    }
}
