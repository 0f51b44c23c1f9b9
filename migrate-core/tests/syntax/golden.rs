//! `<dialect>/<what-it-shows>.sql` beside what is read in it. `UPDATE_GOLDEN=1 cargo test` writes the latter.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::migrations::Span;
use migrate_core::syntax::{Lexer, TokenKind, directive, split, tokens_for_checksum};

use crate::DIALECTS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax").join(name)
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

#[test]
fn every_case_reads_as_its_golden_file_says() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut wrong = String::new();
    for (name, dialect) in DIALECTS {
        let cases = files(&folder(name), "sql");
        assert!(!cases.is_empty(), "no case for {name}");
        for case in cases {
            let text = fs::read_to_string(&case).expect("a case in UTF-8");
            let actual = render(&text, dialect);
            let golden = case.with_extension("golden");
            if update {
                fs::write(&golden, &actual).expect("a writable folder");
            }
            match fs::read_to_string(&golden) {
                Ok(expected) if expected == actual => {}
                Ok(expected) => {
                    let _ =
                        writeln!(wrong, "== {}\n-- expected\n{expected}-- actual\n{actual}", case.display());
                }
                Err(error) => {
                    let _ = writeln!(wrong, "== {}: {error}", golden.display());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}UPDATE_GOLDEN=1 writes the golden files anew; read the difference");
}

#[test]
fn every_golden_file_has_its_case() {
    for (name, _) in DIALECTS {
        for golden in files(&folder(name), "golden") {
            assert!(golden.with_extension("sql").exists(), "{} has no case", golden.display());
        }
    }
}

/// Statements with the kinds of their tokens, then problems, directives, and the tokens of the checksum.
fn render(text: &str, dialect: Dialect) -> String {
    let mut out = String::new();
    let tokens: Vec<_> = Lexer::new(text, dialect).collect();
    let split = split(text, dialect);
    for statement in &split.statements {
        let _ = writeln!(out, "statement {}", place(text, statement.span));
        for line in statement.span.of(text).split('\n') {
            let _ = writeln!(out, "  | {}", show(line));
        }
        let inside = tokens.iter().filter(|token| {
            token.span.start >= statement.span.start
                && token.span.end <= statement.span.end
                && !matches!(token.kind, TokenKind::Space)
        });
        let kinds: Vec<String> = inside.map(|token| format!("{:?}", token.kind)).collect();
        let _ = writeln!(out, "  = {}", kinds.join(" "));
    }
    for problem in &split.problems {
        let _ = writeln!(out, "problem {}: {}", place(text, problem.span), problem.kind);
        let _ = writeln!(out, "  | {}", show(problem.span.of(text)));
    }
    let directives = directive::read(text, dialect);
    for found in &directives.found {
        let _ = writeln!(out, "directive {}: {:?}", place(text, found.span), found.directive);
        let _ = writeln!(out, "  | {}", show(found.span.of(text)));
    }
    for problem in &directives.problems {
        let _ = writeln!(out, "directive problem {}: {}", place(text, problem.span), problem.kind);
        let _ = writeln!(out, "  | {}", show(problem.span.of(text)));
    }
    let hashed: Vec<String> =
        tokens_for_checksum(text, dialect).map(|token| show(&String::from_utf8_lossy(token))).collect();
    let _ = writeln!(out, "checksum {}", hashed.join(" "));
    out
}

/// Line and column, from 1, in characters.
fn place(text: &str, span: Span) -> String {
    let before = &text[..span.start as usize];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("{line}:{column}")
}

fn show(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}
