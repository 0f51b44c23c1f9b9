//! The work is linear in the length of the text, also for texts made to defeat it. Bytes looked at are
//! counted, not time.

use super::cursor::steps;
use super::{directive, split, tokens_for_checksum};
use crate::dialect::Dialect;

/// Pieces that, repeated, are quadratic in a reader that looks ahead for the end of something.
const PIECES: &[&str] = &[
    "$",
    "$$",
    "$a ",
    "$a$",
    "$a$b$",
    "/*",
    "/* */",
    "*/",
    "/*!",
    "/*!50701 ",
    "'",
    "''",
    "\"",
    "`",
    "[",
    "--",
    "-",
    "+",
    "=+",
    "+-+=",
    "*",
    "\\",
    "\\\n",
    "begin ",
    "case ",
    "begin atomic case ",
    "(",
    ")",
    ";",
    "a",
    "a ",
    "1",
    "1e",
    ".",
    "1.",
    "e'",
    "u&",
    "@",
    "$a(",
    ":a(",
    "::",
    "#",
    "# ",
    "if then ",
    "delimiter //\n",
    "delimiter //",
    "copy t from stdin;\n",
    "\n\\.",
    "\n",
    "é",
    "\u{FEFF}",
    "-- migrate(a, b)\n",
    "-- migrate(aaaaaaaa",
    "migrate(",
    "-- migrate(a(\"",
];

/// What may stand before them and change how they are read.
const STARTS: &[&str] = &[
    "",
    "delimiter aaaaaaaaaaaaaaaaaaaaab\n",
    "delimiter //\n",
    "create function f() begin atomic ",
    "create procedure f() begin ",
    "create trigger x ",
    "copy t from stdin;\n",
    "-- migrate(",
    "/* ",
    "/*! ",
];

fn work(text: &str, dialect: Dialect) -> usize {
    steps::take();
    let split = split(text, dialect);
    let directives = directive::read(text, dialect);
    let tokens = tokens_for_checksum(text, dialect).count();
    steps::take() + split.statements.len() + split.problems.len() + directives.problems.len() + tokens
}

#[test]
fn twice_the_text_is_twice_the_work() {
    for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb, Dialect::Sqlite] {
        for start in STARTS {
            for piece in PIECES {
                let text = |bytes: usize| format!("{start}{}", piece.repeat(bytes / piece.len()));
                let (small, large) = (work(&text(2_000), dialect), work(&text(4_000), dialect));
                let case = format!("{dialect:?} {start:?} {piece:?}: {small} then {large}");
                assert!(large <= 2 * small + 1_000, "{case}");
                assert!(large <= 4_000 * 80, "{case}");
            }
        }
    }
}
