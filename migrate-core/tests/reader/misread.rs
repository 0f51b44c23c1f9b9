//! What is certainly misspelled in a statement of MySQL or MariaDB, and what must not be called so.

use std::path::Path;

use migrate_core::Dialect;
use migrate_core::reader::misread;
use migrate_core::syntax::split;

use crate::corpus;
use crate::golden::cases;

/// The mistake in a statement, by the words that are marked.
const MISTAKES: &[(&str, &str)] = &[
    ("CRAETE TABLE a (id INT)", "CRAETE"),
    ("CREATE TBALE a (id INT)", "TBALE"),
    ("CREATE TABLE a (id INT NT NULL)", "NT"),
    ("CREATE TABLE a (id INT NOT NULLL)", "NULLL"),
    ("CREATE TABLE a (id INT NO NULL)", "NULL"),
    ("CREATE TABLE a (id INT other INT)", "other"),
    ("CREATE TABLE a (id VARCHAR(32 NOT NULL)", "NOT"),
    ("CREATE TABLE a (id DECIMAL(10 2))", "2"),
    ("CREATE TABLE a (id INT, KEY k id))", "id"),
    ("CREATE TABLE a (id INT", "INT"),
    ("CREATE INDEX i OON a (id)", "OON"),
    ("ALTER TABLE a ADDD COLUMN b INT", "ADDD"),
    ("ALTER TABLE a ADD COLUMN b INT 'text'", "'text'"),
    ("DROP TALE a", "TALE"),
    ("UPDAE a SET b = 1", "UPDAE"),
    ("INSERT INTO a (b) VALUES (1))", ")"),
    ("CREATE FUNCTION f(a INT) RETTURNS INT RETURN a", "RETTURNS"),
];

#[test]
fn a_mistake_that_no_version_reads_is_marked() {
    for (statement, expected) in MISTAKES {
        for dialect in [Dialect::MySql, Dialect::MariaDb] {
            let marked = misread(statement, dialect).map(|span| span.of(statement));
            assert_eq!(marked, Some(*expected), "{statement}");
        }
    }
}

#[test]
fn other_dialects_have_grammars() {
    assert_eq!(misread("CRAETE TABLE a (id INT)", Dialect::Postgres), None);
}

#[test]
fn what_an_engine_or_another_version_may_read_is_left_alone() {
    for statement in [
        "CREATE TABLE a (id INT fancy='yes') ENGINE=other fancier=1",
        "CREATE TABLE a (id INT) /*!99999 SOMETHING NEW */",
        "ALTER TABLE a ADD COLUMN b INT NOT NULL, DISCARD TABLESPACE",
        "SELECT NOT nul FROM a WHERE NOT nul",
        "SELECT a b, c 'd', 1 e FROM f g",
        "BEGIN NOT ATOMIC SELECT 1; END",
        "SELECT 2fa.2nd FROM 2fa WHERE a NOT IN (1 NOT IN (2))",
        "CREATE FUNCTION f(a INT) RETURN INT AS BEGIN RETURN 1; END",
        "SET STATEMENT max_statement_time=1 FOR SELECT 1",
        "ALTER TABLE a PARTITION BY KEY ALGORITHM=2 (id) PARTITIONS 2",
    ] {
        let marked = misread(statement, Dialect::MariaDb).map(|span| span.of(statement));
        assert_eq!(marked, None, "{statement}");
    }
}

#[test]
fn no_valid_statement_is_marked() {
    let mut texts: Vec<(String, Dialect)> = Vec::new();
    texts.extend(cases("mysql").into_iter().map(|text| (text, Dialect::MySql)));
    texts.extend(cases("mariadb").into_iter().map(|text| (text, Dialect::MariaDb)));
    match std::env::var_os("MIGRATE_CORPUS") {
        Some(folder) => {
            let folder = Path::new(&folder);
            let real = corpus::files(folder).into_iter().chain(corpus::files(&folder.join("../samples")));
            texts.extend(real.map(|(_, text, dialect)| (text, dialect)));
        }
        None => eprintln!("SKIPPED in part: MIGRATE_CORPUS names no folder of real histories"),
    }
    let (mut statements, mut wrong) = (0, Vec::new());
    for (text, dialect) in texts.iter().filter(|(_, dialect)| *dialect != Dialect::Postgres) {
        for statement in split(text, *dialect).statements {
            let statement = statement.span.of(text);
            // A command of the client, and a made-up word: no server reads them.
            if statement.starts_with("source ") || statement.contains("WOBBLE") {
                continue;
            }
            statements += 1;
            if let Some(span) = misread(statement, *dialect) {
                let start: String = statement.chars().take(300).collect();
                wrong.push(format!("{:?} in {start}", span.of(statement)));
            }
        }
    }
    assert!(statements > 100, "too few statements: {statements}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
