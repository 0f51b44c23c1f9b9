//! What holds for every text, shown on texts made of nasty pieces.

use migrate_core::Dialect;
use migrate_core::syntax::{Lexer, TokenKind, directive, split, tokens_for_checksum};

use crate::DIALECTS;

/// Pieces that begin, end, or look like beginning and ending something in one of the dialects.
const PIECES: &[&str] = &[
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\r",
    "\t",
    ";",
    ";",
    ";",
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    "(",
    ")",
    ",",
    "\\",
    "\\'",
    "$",
    "$$",
    "$a$",
    "$1",
    "$é$",
    "--",
    "-- ",
    "#",
    "/*",
    "*/",
    "/*!",
    "/*!50701",
    "/*M!100100 ",
    "/*!999999",
    "*",
    "/",
    "-",
    "+",
    "=-",
    "e'",
    "E'",
    "U&'",
    "u&\"",
    "x'",
    "N'",
    "@",
    "@@a",
    ":a",
    "::",
    "?1",
    "1",
    "1.5e",
    "1e+5",
    "0x",
    "..",
    "a",
    "é",
    "日本",
    "\u{FEFF}",
    "\u{A0}",
    "\0",
    "a$b$c",
    "\\.",
    "\\c x\n",
    "delimiter ",
    "DELIMITER //\n",
    "\nDELIMITER $$\n",
    "\ndelimiter ;\n",
    "//",
    "create ",
    "or replace ",
    "function ",
    "procedure f() ",
    "trigger ",
    "event ",
    "temp ",
    "explain ",
    "begin ",
    "atomic ",
    "not atomic ",
    "end ",
    "end if",
    "case ",
    "when ",
    "then ",
    "else ",
    "if ",
    "loop ",
    "repeat ",
    "until ",
    "while ",
    "do ",
    "for ",
    "each row ",
    "returns int ",
    "return 1",
    "declare ",
    "continue handler ",
    "sqlstate ",
    "lbl: ",
    "copy t from stdin",
    "\n\\.\n",
    "select ",
    "migrate(",
    "no-transaction",
    "-- migrate(empty)\n",
    "-- no-transaction\n",
    "empty)",
    "= \"5s\"",
];

/// A small generator of numbers, so that a failure can be had again from its seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap_or(0)
    }

    fn text(&mut self) -> String {
        let pieces = self.below(40);
        (0..pieces).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

fn for_many_texts(check: impl Fn(&str, Dialect)) {
    for seed in 1..=4_000 {
        let text = Numbers(u64::wrapping_mul(seed, 0x9E37_79B9_7F4A_7C15)).text();
        for (_, dialect) in DIALECTS {
            check(&text, dialect);
        }
    }
}

#[test]
fn tokens_cover_every_text_without_gap() {
    for_many_texts(|text, dialect| {
        let mut end = 0;
        for token in Lexer::new(text, dialect) {
            assert_eq!(token.span.start, end, "{dialect:?} {text:?}");
            assert!(token.span.end > token.span.start, "{dialect:?} {text:?}");
            assert!(text.is_char_boundary(token.span.end as usize), "{dialect:?} {text:?}");
            end = token.span.end;
            assert!(token.complete || end as usize == text.len(), "{dialect:?} {text:?}");
        }
        assert_eq!(end as usize, text.len(), "{dialect:?} {text:?}");
    });
}

#[test]
fn statements_are_in_order_and_disjoint_and_begin_and_end_with_a_token() {
    for_many_texts(|text, dialect| {
        let tokens: Vec<_> = Lexer::new(text, dialect).filter(|token| !token.kind.is_trivia()).collect();
        let mut end = 0;
        for statement in split(text, dialect).statements {
            let span = statement.span;
            assert!(span.start >= end && span.end > span.start, "{dialect:?} {text:?}");
            assert!(tokens.iter().any(|token| token.span.start == span.start), "{dialect:?} {text:?}");
            assert!(tokens.iter().any(|token| token.span.end == span.end), "{dialect:?} {text:?}");
            assert!(!span.of(text).is_empty(), "{dialect:?} {text:?}");
            end = span.end;
        }
    });
}

#[test]
fn outside_of_statements_is_nothing_that_the_server_would_see() {
    for_many_texts(|text, dialect| {
        let split = split(text, dialect);
        let spans = || {
            split
                .statements
                .iter()
                .map(|statement| statement.span)
                .chain(split.problems.iter().map(|p| p.span))
        };
        for token in Lexer::new(text, dialect) {
            let outside = !spans().any(|span| span.start <= token.span.start && token.span.end <= span.end);
            let terminator = matches!(token.kind, TokenKind::Semicolon | TokenKind::Delimiter);
            // The data of COPY are not tokens, and what the lexer makes of them is not compared.
            if outside && token.kind.is_significant() && !terminator && !text.contains("copy t") {
                panic!("{dialect:?} {text:?}: {:?} is in no statement", token.text(text));
            }
        }
    });
}

/// Not where the text of a statement depends on what stood before it: a chosen delimiter, an executable
/// comment that was opened before, a byte order mark that is at the start only now.
#[test]
fn a_statement_by_itself_is_one_statement() {
    for_many_texts(|text, dialect| {
        if text.to_ascii_lowercase().contains("delimiter")
            || text.contains("/*!")
            || text.contains("/*M!")
            || text.contains('\u{FEFF}')
        {
            return;
        }
        for statement in split(text, dialect).statements {
            let alone = statement.span.of(text);
            // To MySQL these two are a comment only when nothing follows them.
            if alone.ends_with("--") {
                continue;
            }
            let again = split(alone, dialect).statements;
            assert_eq!(again.len(), 1, "{dialect:?} {text:?}: {alone:?}");
            assert_eq!(again[0].span.of(alone), alone, "{dialect:?} {text:?}");
        }
    });
}

#[test]
fn white_space_around_a_text_changes_neither_statements_nor_checksum() {
    for_many_texts(|text, dialect| {
        // A mark of a byte order is white space at the start only, and so is what counts as the first line.
        if text.starts_with('\u{FEFF}') || text.contains("/*") || text.contains("-- no-transaction") {
            return;
        }
        let padded = format!("\n {text}\n");
        let statements = |text: &str| -> Vec<String> {
            split(text, dialect)
                .statements
                .iter()
                .map(|statement| statement.span.of(text).to_owned())
                .collect()
        };
        let complete = Lexer::new(text, dialect).all(|token| token.complete);
        if complete {
            assert_eq!(statements(text), statements(&padded), "{dialect:?} {text:?}");
            assert!(
                tokens_for_checksum(text, dialect).eq(tokens_for_checksum(&padded, dialect)),
                "{dialect:?} {text:?}"
            );
        }
    });
}

#[test]
fn spans_of_directives_fit_the_text() {
    for_many_texts(|text, dialect| {
        let directives = directive::read(text, dialect);
        let found = directives.found.iter().map(|found| found.span);
        for span in found.chain(directives.problems.iter().map(|problem| problem.span)) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{dialect:?} {text:?}");
        }
    });
}
