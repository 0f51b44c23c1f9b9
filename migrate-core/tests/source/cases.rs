//! One folder for each case, beside what it must give: `cases/<name>/migrations/…` and `expected.txt`. A case
//! in another dialect than Postgres, or with options, has a file `options` with one per line. Run with
//! `UPDATE_GOLDEN=1` to write what is given now.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use migrate_core::catalog::CODES;
use migrate_core::check::{Options, check};
use migrate_core::source::folder;
use migrate_core::{Dialect, Migrations};

use crate::accepted::allowance;

#[test]
fn every_case_gives_what_it_is_expected_to_give() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/source/cases");
    let mut cases: Vec<_> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    assert!(cases.len() > 30, "the cases are missing");
    let mut wrong = String::new();
    for case in cases {
        let given = run(&case);
        let golden = case.join("expected.txt");
        if update {
            fs::write(&golden, &given).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != given {
            let _ = writeln!(wrong, "=== {}\n{given}", case.display());
        }
    }
    assert!(wrong.is_empty(), "these cases give something else now (UPDATE_GOLDEN=1 accepts it):\n{wrong}");
}

fn run(case: &Path) -> String {
    let options = options(case).folder("migrations");
    let migrations = case.join("migrations");
    let files = match folder::read(&migrations, case, "migrations", options.ignored()) {
        Ok(files) => files,
        Err(error) => return format!("{error}\n"),
    };
    // These cases are about files: what their statements say to a database is accepted.
    let found = check(&files, &options).diagnostics;
    let mut accepted = options;
    for found in found.iter().filter(|found| CODES.contains(&found.code()) || found.code() == "unparsed") {
        let (script, code) = allowance(found.code(), found.place().unwrap().path());
        accepted = accepted.allow(script, code);
    }
    let checked = check(&files, &accepted);
    let mut out = String::new();
    for diagnostic in &checked.diagnostics {
        let _ = writeln!(out, "{diagnostic}\n");
    }
    if let Some(migrations) = checked.migrations {
        describe(&migrations, &mut out);
    }
    out
}

fn describe(migrations: &Migrations, out: &mut String) {
    for migration in migrations.iter() {
        let _ = writeln!(out, "{} {:?}", migration.version(), migration.name());
        for (direction, script) in [("up", Some(migration.up())), ("down", migration.down())] {
            let Some(script) = script else { continue };
            let _ = write!(out, "  {direction} {}", script.path());
            if !script.transactional() {
                let _ = write!(out, ", no transaction");
            }
            if script.data().foreign_keys_off {
                let _ = write!(out, ", foreign keys off");
            }
            let _ = writeln!(out);
            if script.body() != script.text() {
                let _ = writeln!(out, "    body {:?}", script.body());
            }
            for statement in script.statements() {
                let _ = writeln!(out, "    {statement:?}");
            }
        }
    }
}

fn options(case: &Path) -> Options {
    let text = fs::read_to_string(case.join("options")).unwrap_or_default();
    let mut options = Options::new(Dialect::Postgres);
    for line in text.lines() {
        options = match line.split_once(' ').unwrap_or((line, "")) {
            ("dialect", name) => Options::new(match name {
                "mysql" => Dialect::MySql,
                "mariadb" => Dialect::MariaDb,
                "sqlite" => Dialect::Sqlite,
                other => panic!("unknown dialect {other}"),
            }),
            ("ignore", name) => options.ignore([name]),
            ("allow-empty", _) => options.allow_empty(true),
            ("published", _) => options.published(true),
            (other, _) => panic!("unknown option {other}"),
        };
    }
    options
}
