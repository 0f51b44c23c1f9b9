//! The same properties on a folder of real files, which `MIGRATE_CORPUS` names.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::syntax::{Lexer, split};

use crate::DIALECTS;

#[test]
fn real_files_are_covered_by_tokens_and_cut_into_statements() {
    let Some(folder) = std::env::var_os("MIGRATE_CORPUS") else {
        eprintln!("SKIPPED: MIGRATE_CORPUS names no folder of .sql files");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    assert!(!files.is_empty(), "no .sql file in {}", Path::new(&folder).display());
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (_, dialect) in DIALECTS {
            let mut end = 0;
            for token in Lexer::new(&text, dialect) {
                assert_eq!(token.span.start, end, "{}", file.display());
                end = token.span.end;
            }
            assert_eq!(end as usize, text.len(), "{}", file.display());
            let mut end = 0;
            for statement in split(&text, dialect).statements {
                assert!(statement.span.start >= end, "{}", file.display());
                assert!(!statement.span.of(&text).is_empty(), "{}", file.display());
                end = statement.span.end;
            }
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
}
