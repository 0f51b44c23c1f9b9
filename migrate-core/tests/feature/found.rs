//! What is found in files, and what is not.

use std::borrow::Cow;

use migrate_core::Dialect;
use migrate_core::check::{Checked, Options, check};
use migrate_core::diagnostic::{Diagnostic, Severity};
use migrate_core::feature::{features, used};
use migrate_core::source::{Content, File};
use migrate_core::syntax::split;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), content: Content::Bytes(Cow::Owned(text.as_bytes().to_vec())) }
}

fn checked(options: Options, text: &str) -> Checked {
    check(&[file("1_a.sql", text)], &options.folder("migrations"))
}

fn postgres(server: &str, text: &str) -> Vec<Diagnostic> {
    checked(Options::new(Dialect::Postgres).server(server), text).diagnostics
}

fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn every_sample_is_found() {
    for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite] {
        for feature in features(dialect) {
            let sample = feature.sample();
            let mut statements = split(sample, dialect).statements.into_iter();
            let found = statements.any(|it| used(dialect, it.span.of(sample)).contains(&feature.name()));
            assert!(found, "{}: {sample}", feature.name());
        }
    }
}

#[test]
fn what_a_version_of_the_interval_lacks_is_an_error_with_two_ways_out() {
    let text = "CREATE TABLE a (b int);\nCREATE UNIQUE INDEX c ON a (b)\n  NULLS NOT DISTINCT;\n";
    assert_eq!(
        rendered(&postgres(">=13, <=18", text)),
        "\
error[needs-newer-server]: NULLS NOT DISTINCT needs PostgreSQL 15, and `server = \">=13, <=18\"` has 13 in it
 --> migrations/1_a.sql:3:3
  |
3 |   NULLS NOT DISTINCT;
  |   ^^^^^^^^^^^^^^^^^^
  = help: if no older server will ever run this, write `server = \">=15, <=18\"`
  = help: for older servers make a second unique index with WHERE … IS NULL"
    );
}

#[test]
fn what_every_version_of_the_interval_has_is_silent() {
    let text = "CREATE TABLE a (b int);\nCREATE UNIQUE INDEX c ON a (b) NULLS NOT DISTINCT;";
    assert_eq!(rendered(&postgres(">=15", text)), "");
    assert_eq!(rendered(&postgres("15", text)), "");
}

#[test]
fn without_an_interval_it_is_a_note_because_nobody_said_that_such_a_server_exists() {
    let Checked { migrations, diagnostics } = checked(
        Options::new(Dialect::Postgres),
        "CREATE TABLE a (x int); CREATE TABLE b (x int);\nMERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE;",
    );
    assert_eq!(migrations.unwrap().server(), ">=13");
    assert_eq!(
        rendered(&diagnostics),
        "\
note[needs-newer-server]: MERGE needs PostgreSQL 15; without `server = \"…\"` older ones are meant as well (>=13)
 --> migrations/1_a.sql:2:1
  |
2 | MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE;
  | ^^^^^^^^^^
  = help: if no older server will ever run this, write `server = \">=15\"`
  = help: for older servers write INSERT … ON CONFLICT DO UPDATE, and DELETE apart"
    );
}

#[test]
fn a_function_that_others_may_have_made_is_a_warning() {
    let Checked { migrations, diagnostics } = checked(
        Options::new(Dialect::Postgres).server(">=16"),
        "CREATE TABLE a (b uuid DEFAULT uuidv7(), c uuid DEFAULT mine.uuidv7());",
    );
    assert!(migrations.is_some());
    assert_eq!(
        rendered(&diagnostics),
        "\
warning[needs-newer-server]: uuidv7() needs PostgreSQL 18, and `server = \">=16\"` has 16 in it
 --> migrations/1_a.sql:1:32
  |
1 | CREATE TABLE a (b uuid DEFAULT uuidv7(), c uuid DEFAULT mine.uuidv7());
  |                                ^^^^^^
  = help: if no older server will ever run this, write `server = \">=18\"`
  = help: for older servers write gen_random_uuid(), or a function of your own
  = help: if a function of that name comes from elsewhere, write `-- migrate(allow(needs-newer-server, \"reason\"))` at the start of the file"
    );
}

#[test]
fn a_function_that_the_history_makes_or_an_extension_may_bring_is_not_found() {
    let options = || Options::new(Dialect::Postgres).server(">=12");
    let uses = file("2_b.sql", "SELECT uuidv7(); SELECT gen_random_uuid();");
    for (makes, count) in [
        ("SELECT 1;", 2),
        ("CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';", 1),
        ("CREATE EXTENSION pgcrypto;", 0),
    ] {
        let diagnostics = check(&[file("1_a.sql", makes), uses.clone()], &options()).diagnostics;
        assert_eq!(diagnostics.len(), count, "{makes}\n{}", rendered(&diagnostics));
    }
}

#[test]
fn words_that_mean_something_else_are_not_found() {
    let cases = [
        (Dialect::Postgres, "SELECT 'MERGE INTO'; -- merge into\nSELECT \"merge\" into FROM x"),
        (
            Dialect::Postgres,
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN MERGE INTO a; END $$",
        ),
        (Dialect::Postgres, "UPDATE a AS old SET b = 1 RETURNING old.b"),
        (Dialect::Postgres, "INSERT INTO a AS new VALUES (1) RETURNING new.b"),
        (Dialect::Postgres, "CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT 1'"),
        (Dialect::Postgres, "CREATE TABLE uuidv7 (a int); INSERT INTO uuidv7 (a) VALUES (1)"),
        (Dialect::Postgres, "CREATE TABLE a (int4multirange int, uuidv7 uuid, period int, storage text)"),
        (Dialect::Postgres, "CREATE VIEW a WITH (security_barrier) AS SELECT security_invoker FROM b"),
        (
            Dialect::Postgres,
            "ALTER TABLE a ADD FOREIGN KEY (b, period) REFERENCES c (b, period) ON DELETE SET NULL",
        ),
        (
            Dialect::Postgres,
            "ALTER TABLE a ALTER COLUMN b SET STORAGE main, ALTER c SET NOT NULL, DROP expression",
        ),
        (Dialect::Postgres, "ALTER TABLE a ADD CONSTRAINT b CHECK (c IS NOT NULL) NOT VALID"),
        (
            Dialect::Postgres,
            "CREATE TABLE a (b int GENERATED ALWAYS AS IDENTITY, c int CONSTRAINT d NOT NULL)",
        ),
        (Dialect::Postgres, "SELECT a IS NOT DISTINCT FROM b, count(DISTINCT c) FROM d GROUP BY a"),
        (Dialect::Sqlite, "UPDATE a SET b = (SELECT c FROM d) WHERE e IS DISTINCT FROM f"),
        (Dialect::Sqlite, "CREATE TABLE a (b INT UNIQUE ON CONFLICT IGNORE, strict INT)"),
        (Dialect::Sqlite, "CREATE TABLE a AS SELECT b AS strict FROM c"),
        (Dialect::Sqlite, "UPDATE a SET returning = 1 WHERE returning IS NULL"),
        (Dialect::Sqlite, "ALTER TABLE a RENAME TO b"),
        (Dialect::Sqlite, "CREATE TABLE format (a); INSERT INTO format (a) VALUES ('->')"),
        (Dialect::MySql, "CREATE TABLE a (b INT, KEY vector (b), KEY c (b) INVISIBLE, vector INT)"),
        (Dialect::MySql, "CREATE TABLE a (b INT) /*!80023 , ALGORITHM = INSTANT */"),
        (Dialect::MySql, "CREATE PROCEDURE a() BEGIN DECLARE b INT DEFAULT (1 + 1); END"),
        (Dialect::MySql, "INSERT INTO a SELECT * FROM (SELECT 1) AS d ON DUPLICATE KEY UPDATE b = 1"),
        (Dialect::MariaDb, "ALTER TABLE a ADD COLUMN uuid CHAR(36), ADD KEY uuid (uuid), ADD inet4 INT"),
    ];
    for (dialect, script) in cases {
        for statement in split(script, dialect).statements {
            let text = statement.span.of(script);
            let old: Vec<&str> = used(dialect, text)
                .into_iter()
                .filter(|name| !["IS DISTINCT FROM", "a window function"].contains(name))
                .collect();
            assert!(old.is_empty(), "{text}: {old:?}");
        }
    }
}

#[test]
fn a_finding_can_be_allowed_with_a_reason() {
    let text = "-- migrate(allow(needs-newer-server, \"the old server has no such table\"))\nCREATE TABLE a (); CREATE TABLE b ();\nMERGE INTO a USING b ON true WHEN MATCHED THEN DELETE;";
    assert_eq!(rendered(&postgres(">=13", text)), "");
    let unused = postgres(">=15", text);
    assert_eq!(unused.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["unused-allow"]);
}

#[test]
fn a_published_package_is_not_checked_again() {
    let options = Options::new(Dialect::Postgres).server(">=13").published(true);
    let checked = checked(options, "MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE;");
    assert!(checked.migrations.is_some() && checked.diagnostics.is_empty());
}

#[test]
fn an_interval_that_says_nothing_is_an_error_of_the_history() {
    for (server, message) in [
        (">=99", "no version of PostgreSQL that is known is in \">=99\""),
        ("new", "the server versions \"new\" cannot be read"),
    ] {
        let diagnostics = postgres(server, "SELECT 1;");
        let [error] = &diagnostics[..] else { panic!("{}", rendered(&diagnostics)) };
        assert_eq!((error.code(), error.severity()), ("bad-server", Severity::Error));
        assert!(error.message().starts_with(message), "{error}");
    }
}
