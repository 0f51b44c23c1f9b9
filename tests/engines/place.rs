//! An empty database on one of the three engines, seen through its own command-line program.

use std::path::PathBuf;
use std::process::Command;

use migrate::Dialect;
use migrate_test_support::{Database, mariadb, postgres};
use tempfile::TempDir;

/// An empty database. It is dropped at the end.
pub(crate) enum Place {
    Postgres(Database),
    MariaDb(Database),
    Sqlite(TempDir),
}

impl Place {
    /// `None` where the server is not installed; that has been said aloud, and in CI it fails.
    pub(crate) fn new(dialect: Dialect, name: &str) -> Option<Place> {
        Some(match dialect {
            Dialect::Postgres => Place::Postgres(postgres()?.database(name)),
            Dialect::Sqlite => Place::Sqlite(tempfile::tempdir().expect("a temporary folder")),
            _ => Place::MariaDb(mariadb()?.database(name)),
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Place::Postgres(_) => Dialect::Postgres,
            Place::MariaDb(_) => Dialect::MariaDb,
            Place::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Whether DDL takes part in transactions.
    pub(crate) fn transactional_ddl(&self) -> bool {
        !matches!(self, Place::MariaDb(_))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Place::Postgres(database) | Place::MariaDb(database) => database.url(),
            Place::Sqlite(_) => format!("sqlite://{}?mode=rwc", self.file().display()),
        }
    }

    /// The file of a SQLite database.
    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Place::Sqlite(folder) => folder.path().join("app.db"),
            _ => PathBuf::new(),
        }
    }

    /// The server's database.
    pub(crate) fn database(&self) -> &Database {
        match self {
            Place::Postgres(database) | Place::MariaDb(database) => database,
            Place::Sqlite(_) => panic!("a SQLite file is on no server"),
        }
    }

    /// Runs a script with the database's own program, statement by statement.
    pub(crate) fn run(&self, script: &str) -> Result<String, String> {
        match self {
            Place::Postgres(database) | Place::MariaDb(database) => database.run(script),
            Place::Sqlite(_) => {
                let mut command = Command::new("sqlite3");
                command.args(["-bail", "-cmd", ".timeout 10000"]).arg(self.file()).arg(script);
                let output = command.output().map_err(|error| format!("sqlite3: {error}"))?;
                match output.status.success() {
                    true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
                    false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
                }
            }
        }
    }

    /// The answer to a query, without white space around it.
    pub(crate) fn ask(&self, query: &str) -> String {
        match self.run(query) {
            Ok(answer) => answer.trim().to_owned(),
            Err(error) => panic!("{query}\n{error}"),
        }
    }

    /// Schema and rows, without our own tables.
    pub(crate) fn dump(&self) -> String {
        self.dump_without(&["migrate_history", "migrate_head", "migrate_journal"])
    }

    /// Schema and rows, without some tables.
    pub(crate) fn dump_without(&self, tables: &[&str]) -> String {
        match self {
            Place::Postgres(database) => {
                let mut without: Vec<&str> = tables.to_vec();
                // The sequence behind the journal's identity column.
                if !tables.is_empty() {
                    without.push("migrate_journal_id_seq");
                }
                database.dump(&without)
            }
            Place::MariaDb(database) => database.dump(tables),
            Place::Sqlite(_) => {
                // A statement of .dump can span lines, so whole statements are left out, not lines.
                let names: Vec<String> = tables.iter().map(|name| format!("'{name}'")).collect();
                let list = match names.is_empty() {
                    true => "''".to_owned(),
                    false => names.join(", "),
                };
                let mut all = self.ask(&format!(
                    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name NOT IN ({list}) ORDER BY type, name"
                ));
                let kept = self.ask(&format!(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ({list}) ORDER BY name"
                ));
                for table in kept.lines() {
                    let quoted = table.replace('"', "\"\"");
                    all.push_str(&format!("\n-- {table}\n"));
                    all.push_str(&self.ask(&format!("SELECT * FROM \"{quoted}\" ORDER BY 1")));
                }
                all
            }
        }
    }

    /// What is left behind on the server: `(named locks, open transactions)`. A file has no such things that
    /// outlive their process.
    pub(crate) fn held(&self) -> (u64, u64) {
        match self {
            Place::Postgres(database) | Place::MariaDb(database) => {
                let held = database.held();
                (held.named_locks, held.transactions)
            }
            Place::Sqlite(_) => (0, 0),
        }
    }

    /// How often `table` exists: 0 or 1.
    pub(crate) fn has_table(&self, table: &str) -> bool {
        let query = match self {
            Place::Postgres(_) => format!("SELECT count(*) FROM pg_tables WHERE tablename = '{table}'"),
            Place::MariaDb(_) => format!(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '{table}'"
            ),
            Place::Sqlite(_) => {
                format!("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{table}'")
            }
        };
        self.ask(&query) == "1"
    }
}

/// Makes a module per engine with a test for each function of `Place` that is named.
macro_rules! on_every_engine {
    ($($test:ident),* $(,)?) => {
        mod postgres { $crate::place::tests!(Postgres, $($test),*); }
        mod mariadb { $crate::place::tests!(MariaDb, $($test),*); }
        mod sqlite { $crate::place::tests!(Sqlite, $($test),*); }
    };
}

/// A test for each function, on one engine.
macro_rules! tests {
    ($dialect:ident, $($test:ident),*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let name = stringify!($test);
                if let Some(place) = $crate::place::Place::new(migrate::Dialect::$dialect, name) {
                    super::$test(place).await;
                }
            }
        )*
    };
}

pub(crate) use {on_every_engine, tests};
