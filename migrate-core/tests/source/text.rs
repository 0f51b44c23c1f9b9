//! From bytes to the canonical text: what changes nothing, and what is refused with its place.

use std::borrow::Cow;

use migrate_core::Dialect;
use migrate_core::check::{Checked, Options, check};
use migrate_core::source::{Content, File};

pub(crate) fn file(path: &str, bytes: &[u8]) -> File {
    File { path: path.to_owned(), content: Content::Bytes(Cow::Owned(bytes.to_vec())) }
}

fn checked(bytes: &[u8]) -> Checked {
    check(&[file("1_a.sql", bytes)], &Options::new(Dialect::Postgres))
}

fn rendered(bytes: &[u8]) -> String {
    let checked = checked(bytes);
    assert!(checked.migrations.is_none());
    checked.diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn bom_crlf_and_a_missing_final_newline_change_no_checksum() {
    let plain = checked(b"CREATE TABLE a (\n  x TEXT DEFAULT 'one\ntwo'\n);\n").migrations.unwrap();
    for other in [
        &b"\xEF\xBB\xBFCREATE TABLE a (\n  x TEXT DEFAULT 'one\ntwo'\n);\n"[..],
        b"CREATE TABLE a (\r\n  x TEXT DEFAULT 'one\r\ntwo'\r\n);\r\n",
        b"CREATE TABLE a (\n  x TEXT DEFAULT 'one\r\ntwo'\n);\r\n",
        b"CREATE TABLE a (\n  x TEXT DEFAULT 'one\ntwo'\n);",
        b"\xEF\xBB\xBFCREATE TABLE a (\r\n  x TEXT DEFAULT 'one\r\ntwo'\r\n);",
    ] {
        let other = checked(other).migrations.unwrap();
        assert_eq!(other.fingerprint(), plain.fingerprint());
        assert_eq!(other.text_fingerprint(), plain.text_fingerprint());
        assert_eq!(
            other.get(0).unwrap().up().statements().next(),
            plain.get(0).unwrap().up().statements().next()
        );
    }
}

#[test]
fn comments_and_white_space_change_the_text_checksum_alone() {
    let plain = checked(b"CREATE TABLE a (x INT);\n").migrations.unwrap();
    let other = checked(b"-- why\nCREATE  TABLE a\n(x INT) /* c */;\n").migrations.unwrap();
    assert_eq!(other.fingerprint(), plain.fingerprint());
    assert_ne!(other.text_fingerprint(), plain.text_fingerprint());
}

#[test]
fn strings_bodies_and_the_transaction_change_both_checksums() {
    let plain = checked(b"SELECT 'a b', $x$ a $x$;\n").migrations.unwrap();
    for other in [
        &b"SELECT 'a  b', $x$ a $x$;\n"[..],
        b"SELECT 'a b', $x$ a -- c\n $x$;\n",
        b"-- migrate(no-transaction)\nSELECT 'a b', $x$ a $x$;\n",
    ] {
        let other = checked(other).migrations.unwrap();
        assert_ne!(other.fingerprint(), plain.fingerprint());
        assert_ne!(other.text_fingerprint(), plain.text_fingerprint());
        assert_ne!(
            other.get(0).unwrap().up().data().token_checksum,
            plain.get(0).unwrap().up().data().token_checksum
        );
    }
}

#[test]
fn a_lone_carriage_return_stays() {
    let migrations = checked(b"SELECT 'a\rb';\n").migrations.unwrap();
    assert_eq!(migrations.get(0).unwrap().up().text(), "SELECT 'a\rb';\n");
}

#[test]
fn bom_and_crlf_shift_no_line_and_no_column() {
    let expected = "\
error[unterminated-quote]: this string does not end
 --> 1_a.sql:2:8
  |
2 | SELECT 'open;
  |        ^^^^^^
  = help: close its quote";
    assert_eq!(rendered(b"SELECT 1;\nSELECT 'open;\n"), expected);
    assert_eq!(rendered(b"\xEF\xBB\xBFSELECT 1;\r\nSELECT 'open;\r\n"), expected);
    let first = rendered(b"\xEF\xBB\xBFSELECT 'open;\r\n");
    assert!(first.contains("1_a.sql:1:8\n  |\n1 | SELECT 'open;\n  |        ^^^^^^"), "{first}");
}

#[test]
fn a_byte_that_is_not_utf8_is_named_with_its_offset_and_place() {
    assert_eq!(
        rendered(b"SELECT 1;\r\nSELECT '\xC3\xA4\xE4';\r\n"),
        "\
error[not-utf8]: 1_a.sql is not UTF-8: byte 0xe4 at offset 21
 --> 1_a.sql:2:10
  |
2 | SELECT 'ä\u{fffd}';
  |          ^
  = help: save the file as UTF-8"
    );
}

#[test]
fn utf16_is_recognised() {
    let text: Vec<u8> = "\u{feff}SELECT 1;".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(rendered(&text).starts_with("error[not-utf8]: 1_a.sql is UTF-16, not UTF-8\n --> 1_a.sql:1:1\n"));
    let text: Vec<u8> = "SELECT 1;".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(rendered(&text).contains("may be UTF-16"), "{}", rendered(&text));
}

#[test]
fn a_nul_byte_is_named_with_its_place() {
    assert_eq!(
        rendered(b"SELECT 1;\nSELECT '\0';\n"),
        "\
error[nul-byte]: 1_a.sql holds a NUL byte at offset 18
 --> 1_a.sql:2:9
  |
2 | SELECT '\\u{0}';
  |         ^^^^^
  = help: remove it; no database accepts it in a statement"
    );
}

#[test]
fn names_that_differ_in_case_alone_collide() {
    let sql = b"SELECT 1;";
    let all = |files: &[File]| {
        let checked = check(files, &Options::new(Dialect::Postgres).folder("migrations"));
        checked.diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>()
    };
    assert_eq!(
        all(&[file("1_A.sql", sql), file("1_a.sql", sql)]),
        ["\
error[case-collision]: migrations/1_A.sql and migrations/1_a.sql differ in upper and lower case alone
 --> migrations/1_a.sql
  = help: rename one: the disks of macOS and Windows would keep one of the two
note: the first is here
 --> migrations/1_A.sql"]
    );
    let folders = all(&[file("1_A/up.sql", sql), file("1_a/down.sql", sql)]);
    assert_eq!(folders.len(), 1, "{folders:?}");
    assert!(folders[0].starts_with("error[case-collision]"));
}
