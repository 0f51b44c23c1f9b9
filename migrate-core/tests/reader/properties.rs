//! What holds for every statement, shown on the cases with tokens taken away, doubled and swapped, and on
//! soups of tokens.

use migrate_core::Dialect;
use migrate_core::ast::Statement;
use migrate_core::migrations::Span;
use migrate_core::reader;
use migrate_core::syntax::{Lexer, split};

use crate::{DIALECTS, golden, print};

/// A small generator of numbers, so that a failure can be had again from its seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or(0)
    }
}

/// Reads the whole text as one statement and looks at every span in the result.
fn check(text: &str, dialect: Dialect) -> Statement {
    let whole = Span::new(0, u32::try_from(text.len()).expect("a short text"));
    let read = reader::read(text, whole, dialect);
    for span in spans(&read) {
        assert!(span.start <= span.end, "{dialect:?} {text:?}: {span:?}");
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{dialect:?} {text:?}: {span:?}");
    }
    read
}

/// Every span in the tree, found in its debug form, so that none is forgotten.
fn spans(statement: &Statement) -> Vec<Span> {
    let debug = format!("{statement:?}");
    let number = |text: &str| -> u32 {
        text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
    };
    debug
        .split("Span { start: ")
        .skip(1)
        .filter_map(|rest| {
            let (start, rest) = rest.split_once(", end: ")?;
            start.bytes().all(|byte| byte.is_ascii_digit()).then(|| Span::new(number(start), number(rest)))
        })
        .collect()
}

/// The statements of all cases as lists of tokens.
fn statements(name: &str, dialect: Dialect) -> Vec<Vec<String>> {
    let mut statements = Vec::new();
    for text in golden::cases(name) {
        for statement in split(&text, dialect).statements {
            let alone = statement.span.of(&text);
            statements.push(
                Lexer::new(alone, dialect).significant().map(|token| token.text(alone).to_owned()).collect(),
            );
        }
    }
    statements
}

#[test]
fn a_statement_may_end_anywhere() {
    for (name, dialect) in DIALECTS {
        for tokens in statements(name, dialect) {
            for end in 0..=tokens.len().min(120) {
                check(&tokens[..end].join(" "), dialect);
            }
        }
    }
}

#[test]
fn any_token_may_be_missing_doubled_or_in_the_wrong_place() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for (name, dialect) in DIALECTS {
        for tokens in statements(name, dialect) {
            for _ in 0..60 {
                let mut changed = tokens.clone();
                for _ in 0..=numbers.below(3) {
                    let at = numbers.below(changed.len());
                    let other = numbers.below(changed.len());
                    match numbers.below(3) {
                        _ if changed.is_empty() => {}
                        0 => drop(changed.remove(at)),
                        1 => changed.insert(at, changed[other].clone()),
                        _ => changed.swap(at, other),
                    }
                }
                // Also where another database would read it.
                for (_, reads) in DIALECTS {
                    check(&changed.join(" "), reads);
                }
                check(&changed.join(" "), dialect);
            }
        }
    }
}

#[test]
fn a_soup_of_tokens_is_read() {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    for (name, dialect) in DIALECTS {
        let statements = statements(name, dialect);
        for _ in 0..4_000 {
            let mut soup: Vec<&str> = Vec::new();
            // The beginning of a real statement leads further in.
            let first = &statements[numbers.below(statements.len())];
            soup.extend(first.iter().take(numbers.below(6)).map(String::as_str));
            for _ in 0..numbers.below(30) {
                let tokens = &statements[numbers.below(statements.len())];
                soup.extend(tokens.get(numbers.below(tokens.len())).map(String::as_str));
            }
            check(&soup.join(" "), dialect);
        }
    }
}

#[test]
fn what_is_nested_too_deep_is_not_read_and_does_not_end_the_program() {
    for (_, dialect) in DIALECTS {
        for (open, close) in [
            ("(", ")"),
            ("f(", ")"),
            ("(select ", ")"),
            ("exists (select 1 from a where ", ")"),
            ("case when (", ") then 1 end"),
            ("cast(", " as int)"),
        ] {
            let text = format!("select {}1{} from t", open.repeat(3_000), close.repeat(3_000));
            let read = check(&text, dialect);
            assert!(!read.unread.is_empty(), "{dialect:?} {open}");
        }
    }
}

#[test]
fn a_statement_reads_the_same_wherever_it_stands() {
    for (name, dialect) in DIALECTS {
        for text in golden::cases(name) {
            for statement in split(&text, dialect).statements {
                let text_alone = statement.span.of(&text);
                let read = reader::read(&text, statement.span, dialect);
                let alone = check(text_alone, dialect);
                assert_eq!(print::statement(&text, &read), print::statement(text_alone, &alone));
                let moved = |span: Span| span.start + statement.span.start;
                let starts: Vec<u32> = spans(&read).into_iter().map(|span| span.start).collect();
                let expected: Vec<u32> = spans(&alone).into_iter().map(moved).collect();
                assert_eq!(starts, expected, "{text_alone}");
            }
        }
    }
}
