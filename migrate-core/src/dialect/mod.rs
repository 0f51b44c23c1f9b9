//! What differs between the databases, as data. What differs as text is a field of [`Spec`], what differs
//! as behaviour is an enum in it that is matched in one place. There is no second place.

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

/// What a dialect needs that is not SQL grammar: statements of the bookkeeping, limits, quoting.
#[derive(Debug)]
#[non_exhaustive]
pub struct Spec {
    /// The dialect that this describes.
    pub dialect: Dialect,
}

/// PostgreSQL.
pub static POSTGRES: Spec = Spec { dialect: Dialect::Postgres };

/// MySQL.
pub static MYSQL: Spec = Spec { dialect: Dialect::MySql };

/// SQLite.
pub static SQLITE: Spec = Spec { dialect: Dialect::Sqlite };
