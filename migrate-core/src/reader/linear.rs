//! The work is linear in the length of a statement, also for statements made to defeat it. Tokens looked at
//! are counted, not time.

use super::cursor::steps;
use crate::ast::Kind;
use crate::dialect::Dialect;
use crate::migrations::Span;

/// Pieces that, repeated, are quadratic or without end in a reader that looks ahead or goes back.
const PIECES: &[&str] = &[
    "( ",
    ") ",
    "[ ",
    "(( select ",
    "( select 1 ) union ",
    "( select a from ",
    "case ",
    "case when a then ",
    "a, ",
    "a. ",
    "f( ",
    "x :: ",
    "not ",
    "on ",
    "join a ",
    "natural left outer ",
    "with a as ( ",
    "with a as (select 1), ",
    "with a ",
    "values (1), ",
    "constraint ",
    "constraint check ",
    "primary key ",
    "key ",
    "unique ",
    "foreign key ",
    "default ",
    "generated as ",
    "partition by ",
    "as ",
    "with ",
    "collate ",
    "rename to ",
    "add column a int, ",
    "add ( ",
    "comment ",
    "set statement a = 1 for ",
    "create schema a ",
    "interval ",
    "over ",
    "returning ",
    "on conflict ",
    "set a = 1, ",
    "or ",
    "for ",
    "'a' ",
    "1 ",
    "; ",
    "@a ",
];

/// How they may begin.
const STARTS: &[&str] = &[
    "",
    "select ",
    "select a from ",
    "select a from b where ",
    "create table a ",
    "create table a (",
    "create table a (b int ",
    "create table a (b int) ",
    "alter table a ",
    "alter table a add ",
    "create index a on b (",
    "create view a as ",
    "create function f(",
    "create function f() ",
    "create trigger a before insert on b ",
    "create sequence a ",
    "create policy a on b ",
    "create schema a ",
    "alter type a ",
    "drop table ",
    "drop function f(",
    "insert into a values ",
    "insert into a ",
    "update a set ",
    "delete from a ",
    "delete a ",
    "grant ",
    "set ",
    "vacuum ",
];

fn work(text: &str, dialect: Dialect) -> usize {
    steps::take();
    let whole = Span::new(0, u32::try_from(text.len()).expect("a short text"));
    let read = super::read(text, whole, dialect);
    assert!(read.kind != Kind::Other || read.unread.is_empty());
    steps::take()
}

#[test]
fn twice_the_statement_is_twice_the_work() {
    for dialect in Dialect::ALL {
        for start in STARTS {
            for piece in PIECES {
                let text = |bytes: usize| format!("{start}{}", piece.repeat(bytes / piece.len()));
                let (small, large) = (work(&text(1_000), dialect), work(&text(2_000), dialect));
                let case = format!("{dialect:?} {start:?} {piece:?}: {small} then {large}");
                assert!(large <= 2 * small + 3_000, "{case}");
                assert!(large <= 2_000 * 300, "{case}");
            }
        }
    }
}
