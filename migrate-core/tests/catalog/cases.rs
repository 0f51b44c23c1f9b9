//! One `.sql` file for each case, in the folder of its dialect, with two files beside it: `.golden` is what the
//! catalog says about each statement and what it leads to, `.server` is which statements the server refuses.
//! Run with `UPDATE_GOLDEN=1` to write what is given now, the second only where the server is installed.
//!
//! A statement that begins with a comment `-- unseen` is one that the server refuses and the catalog does not.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::catalog::{CODES, Catalog, apply};
use migrate_core::diagnostic::Severity;
use migrate_core::reader;
use migrate_core::syntax::split;

use crate::place::Place;
use crate::server::{self, Source, Tally};

const DIALECTS: [(&str, Dialect); 3] =
    [("postgres", Dialect::Postgres), ("mariadb", Dialect::MariaDb), ("sqlite", Dialect::Sqlite)];

struct Case {
    path: PathBuf,
    text: String,
    dialect: Dialect,
}

/// What the catalog says about a case.
struct Given {
    text: String,
    /// For each statement, whether it is an error.
    refused: Vec<bool>,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalog");
    let mut cases = Vec::new();
    for (folder, dialect) in DIALECTS {
        let mut paths: Vec<PathBuf> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
            .collect();
        paths.sort();
        assert!(paths.len() > 15, "the cases of {folder} are missing");
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            cases.push(Case { path, text, dialect });
        }
    }
    cases
}

impl Case {
    fn statements(&self) -> Vec<&str> {
        split(&self.text, self.dialect).statements.iter().map(|it| it.span.of(&self.text)).collect()
    }

    fn name(&self) -> String {
        format!("{}/{}", self.dialect, self.path.file_name().unwrap().to_string_lossy())
    }

    /// Whether the catalog is known not to see what is wrong with a statement.
    fn unseen(&self, statement: &str) -> bool {
        let at = statement.as_ptr() as usize - self.text.as_ptr() as usize;
        self.text[..at].trim_end().lines().next_back().is_some_and(|line| line.starts_with("-- unseen"))
    }

    fn given(&self) -> Given {
        let mut catalog = Catalog::new(self.dialect);
        let (mut text, mut refused) = (String::new(), Vec::new());
        for statement in split(&self.text, self.dialect).statements {
            let read = reader::read(&self.text, statement.span, self.dialect);
            let before = catalog.clone();
            let findings = apply(&mut catalog, &read, &self.text, "case.sql");
            let error = findings.iter().any(|finding| finding.severity == Severity::Error);
            refused.push(error);
            if error {
                // As on the server, where a refused statement changes nothing.
                catalog = before;
            }
            for finding in findings {
                assert!(CODES.contains(&finding.code), "{} cannot be allowed", finding.code);
                let diagnostic = finding.diagnostic("case.sql", |_| Some(&self.text));
                let _ = writeln!(text, "{diagnostic}\n");
            }
        }
        let _ = write!(text, "{catalog}");
        Given { text, refused }
    }
}

#[test]
fn every_case_gives_what_it_is_expected_to_give() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = String::new();
    for case in cases() {
        let given = case.given().text;
        let golden = case.path.with_extension("golden");
        if update {
            fs::write(&golden, &given).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != given {
            let _ = writeln!(wrong, "=== {}\n{given}", case.name());
        }
    }
    assert!(wrong.is_empty(), "these cases give something else now (UPDATE_GOLDEN=1 accepts it):\n{wrong}");
}

#[test]
fn an_error_is_what_the_server_refuses_and_nothing_else() {
    let mut wrong = String::new();
    for case in cases() {
        let server = fs::read_to_string(case.path.with_extension("server")).unwrap_or_default();
        let given = case.given();
        let statements = case.statements();
        assert_eq!(server.lines().count(), statements.len(), "{}: a verdict for each statement", case.name());
        for ((verdict, refused), statement) in server.lines().zip(given.refused).zip(statements) {
            let expected = verdict.starts_with("refused") && !case.unseen(statement);
            if expected != refused {
                let _ = writeln!(wrong, "{}: {statement}\n    server: {verdict}\n", case.name());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_servers_say_what_is_recorded_of_them() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = String::new();
    for case in cases() {
        let Some(verdicts) = verdicts(&case) else { continue };
        let file = case.path.with_extension("server");
        if update {
            fs::write(&file, &verdicts).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != verdicts {
            let _ = writeln!(wrong, "=== {}\n{verdicts}", case.name());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the server says about each statement; `None` when it is not installed.
fn verdicts(case: &Case) -> Option<String> {
    let place = Place::new(case.dialect)?;
    Some(verdicts_by(case, |script| place.run(script)))
}

/// Each statement in a session of its own, after the settings that came before it.
fn verdicts_by(case: &Case, run: impl Fn(&str) -> Result<String, String>) -> String {
    let (mut settings, mut verdicts) = (String::new(), String::new());
    for statement in case.statements() {
        let body = statement.to_ascii_lowercase();
        // A client splits at semicolons, which bodies have.
        let script = if case.dialect == Dialect::MariaDb {
            format!("{settings}DELIMITER //\n{statement}//\n")
        } else {
            format!("{settings}{statement};\n")
        };
        match run(&script) {
            Ok(_) => {
                verdicts.push_str("accepted\n");
                if body.starts_with("set ") || body.starts_with("pragma ") {
                    let _ = writeln!(settings, "{statement};");
                }
            }
            Err(error) => {
                let line =
                    error.lines().find(|line| line.to_ascii_lowercase().contains("error")).unwrap_or("");
                let message = line.split_once("ERROR").map_or(line, |(_, message)| message);
                let message = message.trim_start_matches(|c: char| c.is_ascii_digit() || " :".contains(c));
                // What follows the code on MariaDB has the names of databases and temporary files in it.
                let message = if message.starts_with('(') {
                    &message[..message.find(')').map_or(0, |at| at + 1)]
                } else {
                    message
                };
                let _ = writeln!(verdicts, "refused: {message}");
            }
        }
    }
    verdicts
}

#[test]
fn what_the_statements_of_the_cases_lead_to_is_what_the_server_has() {
    let mut all = Tally::default();
    let mut wrong = String::new();
    for case in cases() {
        let Some(place) = Place::new(case.dialect) else { continue };
        let verdicts = verdicts_by(&case, |script| place.run(script));
        let mut replayed = Catalog::new(case.dialect);
        let statements = split(&case.text, case.dialect).statements;
        for (statement, verdict) in statements.iter().zip(verdicts.lines()) {
            if verdict == "accepted" {
                let read = reader::read(&case.text, statement.span, case.dialect);
                apply(&mut replayed, &read, &case.text, "case.sql");
            }
        }
        let ask = |query: &str| place.run(query);
        let server = server::catalog(&Source { dialect: case.dialect, ask: &ask });
        let tally = Tally::of_certain(&server, &replayed);
        if !tally.is_exact() {
            let _ = writeln!(wrong, "{}:\n{tally}", case.name());
        }
        all.add(tally);
    }
    let _ = writeln!(std::io::stderr(), "{wrong}all cases:\n{all}");
    assert_eq!(all.too_low(), [""; 0], "{wrong}all cases:\n{all}");
}
