//! Histories of real projects, which are not part of this repository: `MIGRATE_CORPUS` names the folder that
//! holds them. They run on every server that this library supports, so nothing is found in them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::check::{Options, check};
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
fn no_real_history_needs_more_than_the_oldest_supported_server() {
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
            let options = Options::new(dialect).server(Interval::of(dialect).text()).allow_empty(true);
            let files = folder::read(&set, &set, "", &["data_oauth_github.sql".to_owned()]).unwrap();
            let diagnostics = check(&files, &options).diagnostics;
            let newer = diagnostics.iter().filter(|found| found.code() == "needs-newer-server");
            lines.extend(newer.map(|found| format!("{}: {found}", set.display())));
        }
    }
    assert!(lines.is_empty(), "{}", lines.join("\n\n"));
}
