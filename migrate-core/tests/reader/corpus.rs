//! Real files, in the folder that `MIGRATE_CORPUS` names.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::ast::Kind;
use migrate_core::reader;
use migrate_core::syntax::split;

/// What the three histories hold that no server of theirs takes: how what is not read begins.
const KNOWN: &[&str] = &[
    // A semicolon is missing before it.
    "ALTER TABLE crate_downloads ALTER COLUMN",
    // SQLite has no such action.
    "name_uniq_idx",
];

#[test]
fn every_statement_of_three_real_histories_is_read() {
    let Some(folder) = std::env::var_os("MIGRATE_CORPUS") else {
        eprintln!(
            "SKIPPED: MIGRATE_CORPUS names no folder with the histories of crates-io, atuin and authelia"
        );
        return;
    };
    let mut statements = 0;
    let mut wrong = Vec::new();
    for (file, text, dialect) in files(Path::new(&folder)) {
        statements += split(&text, dialect).statements.len();
        for (what, line) in not_read(&text, dialect) {
            if !KNOWN.iter().any(|known| what.starts_with(known)) {
                wrong.push(format!("{}: {line}", file.display()));
            }
        }
    }
    assert!(statements > 0, "no statement in {}", Path::new(&folder).display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn not_read(text: &str, dialect: Dialect) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for statement in split(text, dialect).statements {
        let read = reader::read(text, statement.span, dialect);
        let whole = flat(statement.span.of(text));
        if read.kind == Kind::Other {
            lines.push((whole.clone(), format!("other: {whole}")));
        }
        for span in read.unread {
            let unread = flat(span.of(text));
            lines.push((unread.clone(), format!("unread: {unread} IN {whole}")));
        }
    }
    lines
}

fn flat(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(150).collect()
}

pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, String, Dialect)> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    found.sort();
    found
        .into_iter()
        .filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?;
            let dialect = dialect(&path);
            Some((path, text, dialect))
        })
        .collect()
}

/// By the words in the path.
fn dialect(path: &Path) -> Dialect {
    let path = path.to_string_lossy().to_lowercase();
    if path.contains("sqlite")
        || path.contains("atuin-client")
        || path.contains("atuin-kv")
        || path.contains("atuin-scripts")
        || path.contains("atuin-ai")
    {
        Dialect::Sqlite
    } else if path.contains("mysql") || path.contains("employees") {
        Dialect::MySql
    } else if path.contains("mariadb") {
        Dialect::MariaDb
    } else {
        Dialect::Postgres
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().contains(".sql")) {
            files.push(path);
        }
    }
}
