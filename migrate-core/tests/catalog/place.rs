//! An empty database of a dialect, and the client that reads scripts there.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use migrate_core::Dialect;
use migrate_test_support::Database;

pub(crate) enum Place {
    Server(Database),
    File(tempfile::TempDir),
}

impl Place {
    /// `None` when the database is not installed; one loud line has been printed then.
    pub(crate) fn new(dialect: Dialect) -> Option<Place> {
        match dialect {
            Dialect::Postgres => Some(Place::Server(migrate_test_support::postgres()?.database("catalog"))),
            Dialect::Sqlite => {
                if Command::new("sqlite3").arg("--version").output().is_err() {
                    let _ = writeln!(std::io::stderr(), "SKIPPED: sqlite3 is not installed");
                    return None;
                }
                Some(Place::File(tempfile::tempdir().unwrap()))
            }
            _ => Some(Place::Server(migrate_test_support::mariadb()?.database("catalog"))),
        }
    }

    /// Runs a script up to its first error.
    pub(crate) fn run(&self, script: &str) -> Result<String, String> {
        match self {
            Place::Server(database) => database.run(script),
            Place::File(folder) => sqlite(&folder.path().join("catalog.db"), script),
        }
    }
}

fn sqlite(file: &Path, script: &str) -> Result<String, String> {
    let mut child = Command::new("sqlite3")
        .args(["-batch", "-bail"])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // Who stops at an error does not read the rest.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(script.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
