//! `<dialect>/<what-it-shows>.sql` beside what its statements are read as. `UPDATE_GOLDEN=1 cargo test` writes
//! the latter.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::Dialect;
use migrate_core::reader;
use migrate_core::syntax::split;

use crate::{DIALECTS, print};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reader").join(name)
}

pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// The text of every case of a dialect.
pub(crate) fn cases(name: &str) -> Vec<String> {
    files(&folder(name), "sql")
        .iter()
        .map(|case| fs::read_to_string(case).expect("a case in UTF-8"))
        .collect()
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

pub(crate) fn render(text: &str, dialect: Dialect) -> String {
    let mut out = String::new();
    for statement in split(text, dialect).statements {
        let read = reader::read(text, statement.span, dialect);
        let _ = writeln!(out, "{}", print::statement(text, &read));
    }
    out
}
