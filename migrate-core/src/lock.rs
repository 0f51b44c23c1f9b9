//! The lock of a run: its key, one try, and the test that it excludes anybody at all.
//!
//! **Locks are for politeness, constraints are for safety**: that a migration runs once follows from the
//! unique keys of its history row. The lock spares the other instances the attempt, and is the protection of
//! what cannot run in a transaction; so it is tried, never waited for in the server (a blocked
//! `pg_advisory_lock` deadlocks with `CREATE INDEX CONCURRENTLY`: flyway#1654, golang-migrate#960), and it is
//! verified, never believed (poolers and stubs grant it to everybody).

use std::fmt::Write as _;

use crate::checksum::Hasher;
use crate::dialect::{Backslash, LockSql, Spec, fill};
use crate::session::{DbError, Kind, Session, Value};

/// Longest answer to who holds the lock: four names of at most 64 characters, and the words between them.
const HOLDER_LIMIT: usize = 500;

/// The lock of one set of tables, ready to send.
#[derive(Debug)]
pub(crate) struct Lock {
    acquire: String,
    held: String,
    holder: String,
    release: String,
    in_transaction: Option<String>,
    /// The server's number for the session that got the lock.
    owner: i64,
}

impl Lock {
    /// The lock for our tables in `schema` of `database`. `None` where the write transaction is the lock.
    pub(crate) fn new(spec: &Spec, database: &str, schema: &str) -> Option<Lock> {
        let sql: &LockSql = spec.lock.as_ref()?;
        let key = key(spec, "migrate/lock/v1", database, schema);
        let transaction_key = key_of_transaction(spec, database, schema);
        let fill_key = |template| fill(template, &[("key", &key)]);
        Some(Lock {
            acquire: fill_key(sql.acquire),
            held: fill_key(sql.held),
            holder: fill_key(sql.holder),
            release: fill_key(sql.release),
            in_transaction: sql.in_transaction.map(|template| fill(template, &[("key", &transaction_key)])),
            owner: 0,
        })
    }

    /// One try. A positive number means that the lock is ours; NULL, 0 and no row do not.
    pub(crate) async fn acquire<S: Session>(&mut self, session: &mut S) -> Result<bool, DbError> {
        self.owner = number(session, &self.acquire).await?;
        Ok(self.owner > 0)
    }

    /// Whether the answer to the check means that another session of the server answers now than the one
    /// that got the lock: nobody released it, a pooler has given this connection another session.
    pub(crate) fn has_moved(&self, answer: i64) -> bool {
        answer < 0 && answer != -self.owner
    }

    /// Whether the session holds it now.
    pub(crate) async fn is_held<S: Session>(&self, session: &mut S) -> Result<bool, DbError> {
        Ok(number(session, &self.held).await? == 1)
    }

    /// Whether `other`, a second connection, is kept out.
    pub(crate) async fn excludes<S: Session>(&self, other: &mut S) -> Result<bool, DbError> {
        if number(other, &self.acquire).await? <= 0 {
            return Ok(true);
        }
        self.release(other).await?;
        Ok(false)
    }

    /// Lets go of a lock that was taken, after whatever a failed run has left open. The session is closed
    /// next, so that an error is of no consequence.
    pub(crate) async fn end<S: Session>(&self, session: &mut S) {
        if self.owner > 0 {
            let _ = session.query(&format!("ROLLBACK; {}", self.release), &[Kind::Int]).await;
        }
    }

    /// Lets go. Closing the session does the same and is what a run relies on.
    pub(crate) async fn release<S: Session>(&self, session: &mut S) -> Result<bool, DbError> {
        Ok(number(session, &self.release).await? == 1)
    }

    /// Who holds it, in words.
    pub(crate) async fn holder<S: Session>(&self, session: &mut S) -> Result<Option<String>, DbError> {
        let rows = session.query(&self.holder, &[Kind::Text]).await?;
        Ok(match rows.into_iter().next().and_then(|row| row.into_iter().next()) {
            Some(Value::Text(holder)) => Some(crate::text::shown_to(&holder, HOLDER_LIMIT)),
            _ => None,
        })
    }

    /// The check that a message begins with: 1 when the work is ours to do. `None` where the lock excludes
    /// nobody and there is no other: the claim alone decides then.
    pub(crate) fn check(&self, exclusive: bool) -> Option<&str> {
        if exclusive { Some(&self.held) } else { self.in_transaction.as_deref() }
    }
}

/// The one number that `sql` gives; 0 for anything else.
async fn number<S: Session>(session: &mut S, sql: &str) -> Result<i64, DbError> {
    let rows = session.query(sql, &[Kind::Int]).await?;
    Ok(match rows.as_slice() {
        [row] => match row.as_slice() {
            [Value::Int(number)] => *number,
            _ => 0,
        },
        _ => 0,
    })
}

fn key_of_transaction(spec: &Spec, database: &str, schema: &str) -> String {
    key(spec, "migrate/transaction-lock/v1", database, schema)
}

/// The key as it stands in SQL. Postgres: a positive bigint, per database already. MySQL: a name of at most
/// 64 characters that holds the database, since named locks are server-wide; lower case, because servers
/// differ in whether case matters.
fn key(spec: &Spec, tag: &str, database: &str, schema: &str) -> String {
    let mut hasher = Hasher::new(tag);
    hasher.field(database.to_lowercase().as_bytes()).field(schema.to_lowercase().as_bytes());
    let hash = hasher.finish();
    let bytes = hash.bytes();
    match spec.backslash {
        Backslash::Escapes => {
            let mut name = String::from("'migrate:");
            for byte in &bytes[..20] {
                // Writing to a String cannot fail.
                let _ = write!(name, "{byte:02x}");
            }
            name.push('\'');
            name
        }
        Backslash::Plain | Backslash::Depends => {
            let number = bytes[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            (number >> 1).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{MYSQL, POSTGRES};

    #[test]
    fn schemas_and_databases_have_locks_of_their_own() {
        let key = |database, schema| key(&POSTGRES, "t", database, schema);
        assert_ne!(key("a", "public"), key("a", "other"));
        assert_ne!(key("a", "b"), key("ab", ""));
        assert!(key("a", "public").parse::<i64>().is_ok());
    }

    #[test]
    fn a_lock_that_excludes_nobody_is_not_asked_for() {
        let lock = Lock::new(&MYSQL, "shop", "shop").unwrap();
        assert_eq!(lock.check(false), None);
        assert!(lock.check(true).unwrap().contains("IS_USED_LOCK"));
        let lock = Lock::new(&POSTGRES, "shop", "public").unwrap();
        assert!(lock.check(false).unwrap().contains("xact_lock"));
    }

    #[test]
    fn a_lock_name_fits_mysql() {
        let name = key(&MYSQL, "t", &"d".repeat(64), &"d".repeat(64));
        assert!(name.len() <= 66, "{name}");
        assert_eq!(name, name.to_lowercase());
    }
}
