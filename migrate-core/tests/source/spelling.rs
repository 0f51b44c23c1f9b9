//! What becomes of the errors of a grammar. The grammar here refuses every word `typo`, wherever it stands.

use migrate_core::Dialect;
use migrate_core::check::{Checked, Options, SpellingError, check};

use crate::text::file;

fn grammar(_: Dialect, statement: &str) -> Vec<SpellingError> {
    let found = statement.match_indices("typo");
    found.map(|(at, _)| SpellingError { at, message: format!("unexpected word {at}") }).collect()
}

fn checked(text: &str) -> Checked {
    let options = Options::new(Dialect::Postgres).server(">=14").folder("migrations").spelling(grammar);
    check(&[file("1_a.sql", text.as_bytes())], &options)
}

fn rendered(text: &str) -> String {
    checked(text).diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_misspelled_statement_is_an_error_at_its_place_in_the_file() {
    let text = "-- typo\nSELECT 1;\n\n  /* ä */ CREATE\n    typo b (typo int);\nSELECT 2;\n";
    assert!(checked(text).migrations.is_none());
    assert_eq!(
        rendered(text),
        "\
error[syntax-error]: syntax error: unexpected word 11
 --> migrations/1_a.sql:5:5
  |
5 |     typo b (typo int);
  |     ^^^^
  = help: if the database accepts it, write `-- migrate(allow(syntax-error, \"reason\"))` at the start of the file"
    );
}

#[test]
fn one_error_is_reported_for_each_statement() {
    let checked = checked("typo typo; typo;\nSELECT 1;\ntypo;");
    let lines: Vec<_> = checked.diagnostics.iter().map(|found| found.place().unwrap().line()).collect();
    assert_eq!(lines, [Some(1), Some(1), Some(3)]);
}

#[test]
fn an_error_in_a_string_or_the_body_of_a_routine_is_a_warning() {
    for text in [
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ typo $$;",
        "SELECT 'a typo in a text';",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC typo; END;",
    ] {
        let checked = checked(text);
        assert!(checked.migrations.is_some());
        assert_eq!(checked.diagnostics.len(), 1);
        assert!(rendered(text).starts_with("warning[syntax-error]: this text in the statement"), "{text}");
    }
}

#[test]
fn an_error_outside_of_strings_is_reported_before_one_in_a_string() {
    let text = "CREATE FUNCTION f() AS 'typo' LANGUAGE typo;";
    assert!(rendered(text).starts_with("error[syntax-error]: syntax error: unexpected word 39"));
}

#[test]
fn an_error_at_the_end_of_a_statement_is_shown_behind_its_last_token() {
    fn unfinished(_: Dialect, statement: &str) -> Vec<SpellingError> {
        vec![SpellingError { at: statement.len(), message: "the statement is not complete".to_owned() }]
    }
    let files = [file("1_a.sql", b"SELECT 1 +\n  -- a comment\n;\n")];
    let checked = check(&files, &Options::new(Dialect::Postgres).spelling(unfinished));
    let place = checked.diagnostics[0].place().unwrap();
    assert_eq!((place.line(), place.column()), (Some(1), Some(11)));
}

#[test]
fn the_files_of_a_published_package_are_not_checked_by_a_grammar() {
    let options = Options::new(Dialect::Postgres).spelling(grammar).published(true);
    assert!(check(&[file("1_a.sql", b"typo;")], &options).diagnostics.is_empty());
}

#[test]
fn a_file_whose_quotes_do_not_match_is_checked_up_to_the_open_one() {
    let checked = checked("typo; SELECT 'open typo;");
    let found: Vec<_> =
        checked.diagnostics.iter().map(|found| (found.code(), found.place().unwrap().column())).collect();
    assert_eq!(found, [("syntax-error", Some(1)), ("unterminated-quote", Some(14))]);
}
