//! Replays of whole histories: downs, several histories, and differences between catalogs.

use std::fmt::Write as _;

use migrate_core::catalog::{Catalog, Replayed, apply, diff, replay};
use migrate_core::check::{Options, check};
use migrate_core::diagnostic::Severity;
use migrate_core::source::{Content, File};
use migrate_core::syntax::split;
use migrate_core::{Dialect, Migrations, reader};

use crate::accepted::allowance;

fn in_memory(files: &[(&str, &str)]) -> Vec<File> {
    let file = |&(path, text): &(&str, &str)| File {
        path: path.to_owned(),
        content: Content::Bytes(text.as_bytes().to_vec().into()),
    };
    files.iter().map(file).collect()
}

fn history(files: &[(&str, &str)]) -> Migrations {
    let files = in_memory(files);
    let options = Options::new(Dialect::Postgres).folder("migrations");
    let found = check(&files, &options).diagnostics;
    let accepted = found.iter().fold(options, |options, found| {
        let (script, code) = allowance(found.code(), found.place().unwrap().path());
        options.allow(script, code)
    });
    check(&files, &accepted).into_result().unwrap()
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
fn a_column_that_could_not_be_changed_is_one_mistake() {
    for change in ["CHANGE COLUMN nn m INT", "RENAME COLUMN nn TO m"] {
        let mut catalog = Catalog::new(Dialect::MariaDb);
        let text = format!(
            "CREATE TABLE a (n INT); ALTER TABLE a {change}; UPDATE a SET m = 1; CREATE INDEX i ON a (m);"
        );
        let mut errors = Vec::new();
        for statement in split(&text, Dialect::MariaDb).statements {
            let read = reader::read(&text, statement.span, Dialect::MariaDb);
            let findings = apply(&mut catalog, &read, &text, "a.sql");
            errors.extend(findings.into_iter().filter(|found| found.severity == Severity::Error));
        }
        let messages: Vec<&str> = errors.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["table `a` has no column `nn`"], "{change}");
    }
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

/// What the checks say about a history.
fn said(files: &[(&str, &str)], options: &Options) -> String {
    check(&in_memory(files), options).diagnostics.iter().map(|found| format!("{found}\n")).collect()
}

const MISTAKEN: [(&str, &str); 2] =
    [("1_a.sql", "CREATE TABLE users (id int);"), ("2_b.sql", "ALTER TABLE user ADD COLUMN email text;")];

#[test]
fn the_checks_of_a_history_report_what_the_server_would_refuse() {
    assert_eq!(
        said(&MISTAKEN, &Options::new(Dialect::Postgres)),
        "\
error[unknown-table]: table `user` does not exist
 --> 2_b.sql:1:13
  |
1 | ALTER TABLE user ADD COLUMN email text;
  |             ^^^^
  = help: did you mean `users`?
"
    );
    let options = Options::new(Dialect::Postgres);
    assert_eq!(said(&MISTAKEN, &options.clone().allow("2", "unknown-table")), "");
    let unused = said(&MISTAKEN[..1], &options.allow("1", "unknown-table"));
    assert!(unused.contains("warning[unused-allow]"), "{unused}");
}

#[test]
fn nobody_is_told_about_the_schema_of_a_published_package() {
    assert_eq!(said(&MISTAKEN, &Options::new(Dialect::Postgres).published(true)), "");
}

#[test]
fn what_nothing_resembles_may_come_from_elsewhere_and_the_message_says_how_to_insist() {
    let text = said(&[("1_a.sql", "ALTER TABLE legacy ADD COLUMN x int;")], &Dialect::Postgres.into());
    let help = "if something else creates it, write `-- migrate(allow(unknown-table, \"reason\"))` at the start of the file";
    assert!(text.contains(help), "{text}");
}

#[test]
fn a_statement_that_cannot_be_followed_is_a_note_which_can_be_allowed() {
    let files = [("1_a.sql", "DO $$ BEGIN EXECUTE 'CREATE TABLE a (id int)'; END $$;\nSELECT id FROM b;")];
    let text = said(&files, &Dialect::Postgres.into());
    assert!(text.starts_with("note[unparsed]: "), "{text}");
    assert!(!text.contains("error["), "{text}");
    assert_eq!(said(&files, &Options::new(Dialect::Postgres).allow("1", "unparsed")), "");
}

#[test]
fn a_down_that_does_not_bring_back_what_was_there_is_shown() {
    let files = [
        ("1_a.up.sql", "CREATE TABLE a (id int, n text NOT NULL, m text); CREATE INDEX a_n ON a (n);"),
        ("1_a.down.sql", "DROP TABLE a;"),
        ("2_b.up.sql", "ALTER TABLE a DROP COLUMN n; CREATE TABLE b (id int);"),
        ("2_b.down.sql", "ALTER TABLE a ADD COLUMN n text;"),
        ("3_c.up.sql", "ALTER TABLE a DROP COLUMN m;"),
        ("3_c.down.sql", "ALTER TABLE a ADD COLUMN m text;"),
        ("4_d.up.sql", "CREATE TABLE kept (id int);"),
        ("4_d.down.sql", "-- irreversible: the rows are needed"),
        ("5_e.up.sql", "DO $$ BEGIN EXECUTE 'CREATE TABLE e (id int)'; END $$; CREATE TABLE f (id int);"),
        ("5_e.down.sql", "SELECT 1;"),
    ];
    let options = Options::new(Dialect::Postgres).allow("5", "unparsed");
    assert_eq!(
        said(&files, &options),
        "\
warning[down-differs]: behind this down the schema is not what it was before its up:
    table a lacks `column n text not null`
    table a lacks `index a_n (n)`
    table a has `column n text`
    table b is left over
 --> 2_b.down.sql
  = help: if it is meant, write `-- migrate(allow(down-differs, \"reason\"))` at the start of the file
"
    );
    assert_eq!(said(&files, &options.allow("2/down", "down-differs")), "");
}

#[test]
fn an_index_over_a_cast_to_the_new_type_of_its_column_is_one_over_the_column() {
    let files = [
        ("1_a.sql", "CREATE TABLE a (at timestamp); CREATE INDEX a_at ON a (date(at));"),
        ("2_b.sql", "ALTER TABLE a ALTER COLUMN at TYPE date;"),
        ("3_c.up.sql", "DROP INDEX a_at;"),
        ("3_c.down.sql", "CREATE INDEX a_at ON a (at);"),
    ];
    assert_eq!(said(&files, &Dialect::Postgres.into()), "");
}
