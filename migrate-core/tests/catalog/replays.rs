//! Replays of whole histories: downs, several histories, and differences between catalogs.

use std::fmt::Write as _;

use migrate_core::catalog::{Catalog, Replayed, apply, diff, replay};
use migrate_core::check::{Options, check};
use migrate_core::source::{Content, File};
use migrate_core::syntax::split;
use migrate_core::{Dialect, Migrations, reader};

fn history(files: &[(&str, &str)]) -> Migrations {
    let files: Vec<File> = files
        .iter()
        .map(|&(path, text)| File {
            path: path.to_owned(),
            content: Content::Bytes(text.as_bytes().to_vec().into()),
        })
        .collect();
    check(&files, &Options::new(Dialect::Postgres).folder("migrations")).into_result().unwrap()
}

fn catalog(text: &str) -> Catalog {
    let mut catalog = Catalog::new(Dialect::Postgres);
    for statement in split(text, Dialect::Postgres).statements {
        let read = reader::read(text, statement.span, Dialect::Postgres);
        assert_eq!(apply(&mut catalog, &read, text, "a.sql"), []);
    }
    catalog
}

fn rendered(replayed: &Replayed) -> String {
    let mut text = String::new();
    for diagnostic in &replayed.diagnostics {
        let _ = writeln!(text, "{diagnostic}");
    }
    text
}

#[test]
fn a_down_is_tried_against_the_state_behind_its_up_and_leaves_nothing() {
    let history = history(&[
        ("1_a.up.sql", "CREATE TABLE a (id int);"),
        ("1_a.down.sql", "DROP TABLE a;"),
        ("2_b.up.sql", "ALTER TABLE a ADD COLUMN n int;"),
        ("2_b.down.sql", "ALTER TABLE a DROP COLUMN nn;"),
        ("3_c.up.sql", "ALTER TABLE a DROP COLUMN n; CREATE SCHEMA s; SET search_path TO s;"),
        ("3_c.down.sql", "ALTER TABLE a ADD COLUMN n int; DROP SCHEMA s;"),
    ]);
    let replayed = replay(Dialect::Postgres, [&history]);
    assert_eq!(
        rendered(&replayed),
        "\
error[unknown-column]: table `a` has no column `nn`
 --> migrations/2_b.down.sql:1:27
  |
1 | ALTER TABLE a DROP COLUMN nn;
  |                           ^^
  = help: did you mean `n`?
note: the table was created here
 --> migrations/1_a.up.sql:1:14
  |
1 | CREATE TABLE a (id int);
  |              ^
"
    );
    assert_eq!(replayed.catalog.to_string(), "schema s\ntable a\n    column id integer\n");
}

#[test]
fn a_later_history_sees_the_tables_of_an_earlier_one() {
    let auth = history(&[("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY);")]);
    let app = history(&[("2_posts.sql", "CREATE TABLE posts (author bigint REFERENCES users (id));")]);
    assert_eq!(rendered(&replay(Dialect::Postgres, [&auth, &app])), "");
    assert!(rendered(&replay(Dialect::Postgres, [&app, &auth])).contains("table `users` does not exist"));
}

#[test]
fn a_temporary_table_is_gone_with_its_script() {
    let history = history(&[
        ("1_a.sql", "CREATE TEMP TABLE a (id int); SELECT id FROM a;"),
        ("2_b.sql", "SELECT id FROM a;"),
    ]);
    let text = rendered(&replay(Dialect::Postgres, [&history]));
    assert_eq!(text.matches("error").count(), 1, "{text}");
    assert!(text.contains("migrations/2_b.sql:1:16"), "{text}");
}

#[test]
fn a_difference_names_what_is_missing_and_what_is_left_over() {
    let one = catalog("CREATE TABLE a (id int, b text); CREATE TABLE c (id int); CREATE INDEX i ON a (b);");
    let other = catalog("CREATE TABLE a (b text NOT NULL, id int); CREATE VIEW v AS SELECT b FROM a;");
    let differences: Vec<String> = diff(&one, &other).iter().map(ToString::to_string).collect();
    assert_eq!(
        differences,
        [
            "table a differs\n    missing: column b text\n    missing: index i (b)\n    left over: column b text not null",
            "table c is missing",
            "view v is left over",
        ]
    );
    assert_eq!(diff(&one, &one.clone()), []);
}

#[test]
fn a_transaction_that_is_rolled_back_changes_nothing() {
    let replayed =
        catalog("CREATE TABLE a (id int); BEGIN; DROP TABLE a; CREATE TABLE b (id int); ROLLBACK;");
    assert_eq!(diff(&replayed, &catalog("CREATE TABLE a (id int);")), []);
}

#[test]
fn what_an_unknown_database_lacks_is_not_certain() {
    let mut catalog = Catalog::unknown(Dialect::Postgres);
    let text =
        "ALTER TABLE a ADD COLUMN n int; DROP INDEX i; SELECT x FROM y; DROP FUNCTION f(); DROP TYPE t;";
    for statement in split(text, Dialect::Postgres).statements {
        let read = reader::read(text, statement.span, Dialect::Postgres);
        for finding in apply(&mut catalog, &read, text, "a.sql") {
            assert_eq!(finding.severity, migrate_core::diagnostic::Severity::Note, "{finding:?}");
        }
    }
}
