//! Real files, in the folder that `MIGRATE_CORPUS` names.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::ast::Kind;
use migrate_core::reader;
use migrate_core::syntax::split;

/// What is not read is printed, one line for each; `MIGRATE_READER_LIST` names another folder for it.
#[test]
fn real_files_of_any_folder_can_be_listed() {
    let Some(folder) = std::env::var_os("MIGRATE_READER_LIST") else {
        eprintln!("SKIPPED: MIGRATE_READER_LIST names no folder");
        return;
    };
    for (file, text, dialect) in files(Path::new(&folder)) {
        for line in not_read(&text, dialect) {
            eprintln!("{}: {line}", file.display());
        }
    }
}

fn not_read(text: &str, dialect: Dialect) -> Vec<String> {
    let mut lines = Vec::new();
    for statement in split(text, dialect).statements {
        let read = reader::read(text, statement.span, dialect);
        if read.kind == Kind::Other {
            lines.push(format!("other: {}", flat(read.span.of(text))));
        }
        for span in read.unread {
            lines.push(format!("unread: {} IN {}", flat(span.of(text)), flat(statement.span.of(text))));
        }
    }
    lines
}

fn flat(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(150).collect()
}

fn files(folder: &Path) -> Vec<(PathBuf, String, Dialect)> {
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
