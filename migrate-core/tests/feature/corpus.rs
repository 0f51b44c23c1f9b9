//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. Without declared versions nothing is held against them; with those that this library supports, what is
//! found is what the oldest of these servers refuses.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::check::{Options, check};
use migrate_core::diagnostic::Severity;
use migrate_core::interval::Interval;
use migrate_core::source::folder;

/// The folders with `.sql` files, and those with folders that have them.
fn sets(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut folders = Vec::new();
    let mut holds = false;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holds |= path.join("up.sql").exists();
            folders.push(path);
        } else {
            holds |= path.extension().is_some_and(|extension| extension == "sql");
        }
    }
    if holds {
        found.push(folder.to_owned());
        return;
    }
    for folder in folders {
        sets(&folder, found);
    }
}

#[test]
fn in_real_histories_only_what_the_oldest_server_refuses_is_found() {
    let Some(corpus) = std::env::var_os("MIGRATE_CORPUS").map(PathBuf::from) else {
        // Not `eprintln!`, which is shown for failed tests alone.
        let _ = writeln!(std::io::stderr(), "SKIPPED: MIGRATE_CORPUS names no folder of real histories");
        return;
    };
    let mut found = Vec::new();
    sets(&corpus, &mut found);
    assert!(found.len() > 10, "{found:?}");
    let mut lines = Vec::new();
    for set in found {
        let path = set.to_string_lossy().to_lowercase();
        let dialects = if path.contains("mysql") {
            vec![Dialect::MySql, Dialect::MariaDb]
        } else if path.contains("sqlite") || (path.contains("atuin") && !path.contains("postgres")) {
            vec![Dialect::Sqlite]
        } else {
            vec![Dialect::Postgres]
        };
        for dialect in dialects {
            let options = Options::new(dialect).allow_empty(true);
            let files = folder::read(&set, &set, "", &["data_oauth_github.sql".to_owned()]).unwrap();
            let newer = |options: &Options| {
                let mut diagnostics = check(&files, options).diagnostics;
                diagnostics.retain(|found| found.code() == "needs-newer-server");
                diagnostics
            };
            assert!(newer(&options).iter().all(|found| found.severity() == Severity::Note));
            let declared = newer(&options.server(Interval::of(dialect).text()));
            lines.extend(declared.iter().map(|found| found.message().to_owned()));
        }
    }
    // Of crates-io, which runs on a server of its own.
    let real = "CREATE OR REPLACE TRIGGER needs PostgreSQL 14, and `server = \">=13\"` has 13 in it";
    assert_eq!(lines, [real; 4]);
}
