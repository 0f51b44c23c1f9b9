//! What a user compiles: the macro stands in front of every `cargo check`, so what it is made of is kept small,
//! and no program carries a grammar.

use std::process::Command;

/// The packages that `cargo build` of the facade with `features` compiles.
fn packages(features: &str) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--package=migrate-rs", "--edges=normal,build", "--prefix=none"])
        .args(["--format={lib}", "--no-default-features", "--features", features])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let packages = String::from_utf8(output.stdout).unwrap();
    packages.lines().map(|line| line.replace("(*)", "").trim().to_owned()).collect()
}

fn has(packages: &[String], names: &[&str]) -> Vec<bool> {
    names.iter().map(|name| packages.iter().any(|package| package == name)).collect()
}

const GRAMMARS: [&str; 2] = ["squawk_syntax", "sqlite3_parser"];

#[test]
fn a_library_crate_compiles_no_sqlx_no_tokio_no_serde_no_regex_and_no_grammar() {
    let packages = packages("");
    assert!(has(&packages, &["migrate_core", "migrate_macros", "syn"]).into_iter().all(|found| found));
    for name in ["sqlx", "sqlx_core", "tokio", "serde", "serde_core", "regex"].iter().chain(&GRAMMARS) {
        assert_eq!(has(&packages, &[name]), [false], "{name}");
    }
}

#[test]
fn a_database_brings_its_grammar_and_no_other() {
    assert_eq!(has(&packages("postgres"), &GRAMMARS), [true, false]);
    assert_eq!(has(&packages("sqlite"), &GRAMMARS), [false, true]);
    assert_eq!(has(&packages("mysql"), &GRAMMARS), [false, false]);
}

#[test]
fn the_driver_and_the_grammar_of_a_database_can_be_had_alone() {
    let names = ["sqlx_core", "squawk_syntax", "sqlite3_parser"];
    assert_eq!(has(&packages("driver-postgres"), &names), [true, false, false]);
    assert_eq!(has(&packages("driver-sqlite"), &names), [true, false, false]);
    assert_eq!(has(&packages("spelling-postgres"), &names), [false, true, false]);
    assert_eq!(has(&packages("spelling-sqlite"), &names), [false, false, true]);
    let grammars = packages("spelling-postgres,spelling-sqlite");
    for name in ["sqlx_core", "tokio", "serde", "serde_core", "regex"] {
        assert_eq!(has(&grammars, &[name]), [false], "{name}");
    }
}
