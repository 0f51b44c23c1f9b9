//! Every sample is run: a server accepts it when it is as new as the table says, and refuses it otherwise. Besides
//! the servers that the tests start, those that `MIGRATE_FEATURE_SERVERS` names are asked: `postgres://…` and
//! `mysql://user@host:port` URLs and programs that read SQL as `sqlite3` does, separated by commas.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use migrate_core::Dialect;
use migrate_core::feature::{Feature, features, prepare};
use migrate_core::interval::ServerVersion;
use migrate_test_support::{mariadb, postgres};

/// Gives a script to a program, and gives what it prints.
fn through(command: &mut Command, script: &str) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    // A program that stops at the first error does not read the rest.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(script.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(said) } else { Err(error) }
}

fn version(text: &str) -> ServerVersion {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .map(|number| number.parse().unwrap());
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// Runs the samples, each by `run` in a database of its own.
fn compare(dialect: Dialect, version: ServerVersion, mut run: impl FnMut(&str) -> Result<String, String>) {
    let mut wrong = String::new();
    for feature in features(dialect) {
        let accepted = run(&format!("{}\n{};\n", prepare(dialect), feature.sample()));
        if accepted.is_ok() != (feature.since() <= version) {
            let since = feature.since();
            let _ =
                writeln!(wrong, "{} (since {since:?}): {}\n  {accepted:?}", feature.name(), feature.sample());
        }
    }
    let prepared = run(prepare(dialect));
    assert!(prepared.is_ok(), "{prepared:?}");
    assert!(wrong.is_empty(), "{dialect:?} {version:?}:\n{wrong}");
}

#[test]
fn postgres_accepts_what_its_version_has_and_nothing_else() {
    let Some(server) = postgres() else { return };
    let database = server.database("feature");
    let number = version(&database.ask("SHOW server_version"));
    let empty = "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP PUBLICATION IF EXISTS x;";
    compare(Dialect::Postgres, number, |script| database.run(&format!("{empty}\n{script}")));
}

#[test]
fn mariadb_accepts_what_its_version_has_and_nothing_else() {
    let Some(server) = mariadb() else { return };
    let database = server.database("feature");
    let number = version(&database.ask("SELECT version()"));
    let empty = "DROP DATABASE {}; CREATE DATABASE {}; USE {};".replace("{}", database.name());
    compare(Dialect::MariaDb, number, |script| database.run(&format!("{empty}\n{script}")));
}

#[test]
fn sqlite_accepts_what_its_version_has_and_nothing_else() {
    let run = |script: &str| through(Command::new("sqlite3").args(["-batch", "-bail", ":memory:"]), script);
    match run("SELECT sqlite_version();") {
        Ok(number) => compare(Dialect::Sqlite, version(&number), run),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "sqlite3 is missing: {error}");
            let _ = writeln!(std::io::stderr(), "SKIPPED: sqlite3 is missing: {error}");
        }
    }
}

#[test]
fn further_servers_accept_what_their_version_has_and_nothing_else() {
    let Ok(servers) = std::env::var("MIGRATE_FEATURE_SERVERS") else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_FEATURE_SERVERS names no further servers");
        return;
    };
    for server in servers.split(',') {
        if server.starts_with("postgres:") {
            let run = |script: &str| {
                let psql = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", server];
                through(Command::new("psql").args(psql), script)
            };
            let number = version(&run("SHOW server_version").unwrap());
            compare(Dialect::Postgres, number, |script| {
                let fresh = "DROP DATABASE IF EXISTS feature;\nCREATE DATABASE feature TEMPLATE template0;\n\\c feature\n";
                run(&format!("{fresh}{script}"))
            });
        } else if let Some(address) = server.strip_prefix("mysql://") {
            let (user, address) = address.split_once('@').unwrap();
            let (host, port) = address.split_once(':').unwrap();
            let run = |script: &str| {
                let client = ["--no-defaults", "-N", "-B", "-u", user, "-h", host, "-P", port];
                through(Command::new("mariadb").args(client), script)
            };
            let said = run("SELECT version()").unwrap();
            let dialect = if said.contains("MariaDB") { Dialect::MariaDb } else { Dialect::MySql };
            compare(dialect, version(&said), |script| {
                let fresh = "DROP DATABASE IF EXISTS feature; CREATE DATABASE feature; USE feature;\n";
                run(&format!("{fresh}{script}"))
            });
        } else {
            let run = |script: &str| through(&mut Command::new(server), script);
            let number = version(&run("SELECT sqlite_version();").unwrap());
            compare(Dialect::Sqlite, number, run);
        }
    }
}

#[test]
fn each_table_is_sorted_and_its_names_are_different() {
    for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite] {
        let all = features(dialect);
        assert!(all.iter().map(Feature::since).is_sorted(), "{dialect:?}");
        let mut names: Vec<&str> = all.iter().map(Feature::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len(), "{dialect:?}");
    }
    assert!(features(Dialect::Postgres).len() >= 45);
}
