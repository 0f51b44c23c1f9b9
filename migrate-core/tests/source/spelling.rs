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

/// Refuses every statement at its first word, as a grammar does that knows no such statement.
fn at_the_start(_: Dialect, statement: &str) -> Vec<SpellingError> {
    let message = "expected command".to_owned();
    if statement.starts_with("SELECT") { Vec::new() } else { vec![SpellingError { at: 0, message }] }
}

#[test]
fn the_word_that_is_to_blame_for_an_unknown_statement_is_marked() {
    let options = || Options::new(Dialect::Postgres).folder("m").spelling(at_the_start);
    for (text, marked, meant) in [
        ("CREATE TABEL a (b int);", 8, Some("did you mean `TABLE`?")),
        ("craete table a (b int);", 1, Some("did you mean `CREATE`?")),
        ("CREATE SUBSCRIPTION a;", 1, None),
    ] {
        let checked = check(&[file("1_a.sql", text.as_bytes())], &options());
        let [found] = checked.diagnostics.as_slice() else { panic!("{text}: {:?}", checked.diagnostics) };
        assert_eq!(found.place().unwrap().column(), Some(marked), "{text}");
        assert_eq!(found.helps().next().filter(|help| help.starts_with("did")), meant, "{text}");
    }
}

#[test]
fn a_reserved_word_that_stands_for_a_name_is_explained() {
    let grammar = |_: Dialect, statement: &str| {
        let found =
            statement.find("user").map(|at| SpellingError { at, message: "expected a name".to_owned() });
        found.into_iter().collect()
    };
    let options = Options::new(Dialect::Postgres).folder("m").spelling(grammar);
    let checked = check(&[file("1_a.sql", b"ALTER TABLE user ADD a int;")], &options);
    let help = checked.diagnostics[0].helps().next().unwrap();
    assert_eq!(help, "`user` is a reserved word: as a name it is written `\"user\"`");
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
