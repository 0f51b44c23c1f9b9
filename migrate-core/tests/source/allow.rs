//! Findings that are accepted, in the file itself and from outside.

use migrate_core::Dialect;
use migrate_core::check::{Checked, Options, SpellingError, check};

use crate::text::file;

/// Refuses every statement.
fn refuses(_: Dialect, _: &str) -> Vec<SpellingError> {
    vec![SpellingError { at: 0, message: "no".to_owned() }]
}

fn accepts(_: Dialect, _: &str) -> Vec<SpellingError> {
    Vec::new()
}

fn options() -> Options {
    Options::new(Dialect::Postgres).spelling(refuses)
}

fn checked(text: &str, options: &Options) -> Checked {
    let down = b"-- migrate(allow(syntax-error, \"new in 18\"))\nSELECT 1;";
    check(&[file("07_a.down.sql", down), file("07_a.up.sql", text.as_bytes())], options)
}

fn rendered(checked: &Checked) -> String {
    checked.diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n\n")
}

const ALLOWED: &str =
    "-- a licence\n-- migrate(allow(syntax-error, \"new in 18\"), no-transaction)\nSELECT 1;\n";

#[test]
fn a_file_allows_its_own_finding_and_keeps_its_other_directives() {
    let checked = checked(ALLOWED, &options());
    assert_eq!(rendered(&checked), "");
    assert!(!checked.migrations.unwrap().get(0).unwrap().up().transactional());
}

#[test]
fn the_finding_of_one_file_is_not_allowed_by_another() {
    let checked = checked("SELECT 1;", &options());
    assert_eq!(
        rendered(&checked),
        "\
error[syntax-error]: syntax error: no
 --> 07_a.up.sql:1:1
  |
1 | SELECT 1;
  | ^^^^^^
  = help: if the database accepts it, write `-- migrate(allow(syntax-error, \"reason\"))` at the start of the file"
    );
}

#[test]
fn a_finding_is_allowed_from_outside_by_its_version() {
    for version in ["7", "07", "007"] {
        let checked = checked("SELECT 1;", &options().allow(version, "syntax-error"));
        assert_eq!(rendered(&checked), "", "{version}");
        assert!(checked.migrations.is_some());
    }
    // The down allows it itself.
    let twice = checked("SELECT 1;", &options().allow("7/down", "syntax-error"));
    let codes: Vec<_> = twice.diagnostics.iter().map(|found| found.code()).collect();
    assert_eq!(codes, ["syntax-error", "unused-allow"]);
}

#[test]
fn what_is_allowed_and_not_found_is_a_warning_at_its_place() {
    let down = "-- migrate(allow(syntax-error, \"new in 18\"))\n";
    let options = Options::new(Dialect::Postgres).spelling(accepts);
    let checked = check(
        &[file("1_a.sql", format!("{down}SELECT 1;").as_bytes())],
        &options.clone().allow("3", "syntax-error"),
    );
    assert!(checked.migrations.is_some());
    assert_eq!(
        rendered(&checked),
        "\
warning[unused-allow]: `allow(syntax-error)` allows what is not found in 1_a.sql
 --> 1_a.sql:1:18
  |
1 | -- migrate(allow(syntax-error, \"new in 18\"))
  |                  ^^^^^^^^^^^^
  = help: remove it

warning[unused-allow]: `allow(\"3\", syntax-error)` names a file that is not there
  = help: remove it"
    );
    let published =
        check(&[file("1_a.sql", format!("{down}SELECT 1;").as_bytes())], &options.published(true));
    assert_eq!(rendered(&published), "");
}

#[test]
fn what_nobody_looked_for_is_not_reported_as_unused() {
    let checked = checked(ALLOWED, &Options::new(Dialect::Postgres));
    assert_eq!(rendered(&checked), "");
}

#[test]
fn what_cannot_be_allowed_is_an_error_with_the_word_that_was_meant() {
    let misspelled = checked("-- migrate(allow(syntax-eror, \"why\"))\nSELECT 1;", &options());
    let rendered_one = rendered(&misspelled);
    assert!(
        rendered_one.contains("error[unknown-allow]: `syntax-eror` cannot be allowed\n --> 07_a.up.sql:1:18")
    );
    assert!(rendered_one.contains("= help: did you mean `syntax-error`?"), "{rendered_one}");
    let structural = checked("SELECT 1;", &options().allow("7", "stray-file"));
    assert!(
        rendered(&structural).contains("= help: what can be allowed: syntax-error, unparsed, down-differs, ")
    );
    assert!(structural.migrations.is_none());
}

#[test]
fn an_allow_that_is_not_complete_is_an_error() {
    for (directive, expected) in [
        ("allow", "expected `(`, as in `allow(code, \"reason\")`"),
        ("allow()", "expected the code of a finding"),
        ("allow(syntax-error)", "expected `, \"reason\"`"),
        ("allow(syntax-error, )", "expected a reason in double quotes"),
        ("allow(syntax-error, \"\")", "expected a reason in double quotes"),
        ("allow(syntax-error, why)", "expected a reason in double quotes"),
        ("allow(syntax-error, \"why)", "expected `\"` at the end of the string"),
        ("allow(syntax-error, \"why\", \"more\")", "expected `)`"),
    ] {
        let text = format!("-- migrate({directive})\nSELECT 1;");
        let rendered = rendered(&checked(&text, &Options::new(Dialect::Postgres)));
        assert!(rendered.contains("error[bad-directive]"), "{directive}: {rendered}");
        assert!(rendered.contains(expected), "{directive}: {rendered}");
    }
    let misspelled = checked("-- migrate: allow(syntax-error, \"why\")\nSELECT 1;", &options());
    assert!(rendered(&misspelled).contains("is not read as a directive"));
}
