//! One `.sql` file for each case in `golden/<dialect>`, with `.golden` beside it: the class of the file and its
//! reasons, each statement's effect in a line, and what the checks of transaction and phase say. A line
//! `-- ====` ends what is there before: the migrations in front of it. Run with `UPDATE_GOLDEN=1` to write what
//! is given now.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::check::{Checkable, Options, check, phase, transaction};
use migrate_core::diagnostic::Diagnostic;
use migrate_core::effect::{Class, Effect, ScriptEffects, Versions, class_of, floor, replay};
use migrate_core::source::{Content, File};
use migrate_core::{Dialect, Migrations, reader};

const DIALECTS: [(&str, Dialect); 3] =
    [("postgres", Dialect::Postgres), ("mariadb", Dialect::MariaDb), ("sqlite", Dialect::Sqlite)];

fn cases(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/effect/golden").join(folder);
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "sql")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "the cases of {folder} are missing");
    paths
}

pub(crate) fn history(texts: &[&str], dialect: Dialect) -> Migrations {
    let file = |(at, text): (usize, &&str)| File {
        path: format!("{}_step.sql", at + 1),
        content: Content::Bytes(text.as_bytes().to_vec().into()),
    };
    let files: Vec<File> = texts.iter().enumerate().map(file).collect();
    // What is wrong with a case is what it is about.
    check(&files, &Options::new(dialect).published(true))
        .into_result()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn given(text: &str, dialect: Dialect) -> String {
    let texts: Vec<&str> = text.split("-- ====\n").collect();
    let history = history(&texts, dialect);
    let replayed = replay(dialect, [&history], Versions::supported(dialect));
    let script = replayed.scripts.last().unwrap();
    let mut out = format!("{}, floor {}\n", class_of(script), floor(&replayed.scripts));
    for reason in &script.reasons {
        let _ = writeln!(out, "  {}: {}", reason.class, reason.text);
    }
    for (effect, statement) in script.statements.iter().zip(history.iter().last().unwrap().up().statements())
    {
        out.push_str(&told(effect, statement));
    }
    for diagnostic in diagnosed(&history, script) {
        let _ = writeln!(out, "\n{diagnostic}");
    }
    out
}

fn told(effect: &Effect, statement: &str) -> String {
    let mut out = format!("{}\n", statement.lines().next().unwrap_or(""));
    let _ = writeln!(
        out,
        "    {}, reversible {:?}, transaction {:?}",
        effect.class, effect.reversible, effect.transaction
    );
    for it in &effect.objects {
        let of = it.table.as_ref().map(|table| format!(" of {table}")).unwrap_or_default();
        let _ = writeln!(out, "    {:?} {:?} {} {}{of}", it.act, it.object, it.schema, it.name);
    }
    if let Some(state) = effect.session_state {
        let _ = writeln!(out, "    leaves {state}");
    }
    for (yes, word) in [(effect.opaque, "opaque"), (effect.commits, "commits")] {
        if yes {
            let _ = writeln!(out, "    {word}");
        }
    }
    out
}

/// What is said about the last of some migrations.
pub(crate) fn diagnostics(history: &Migrations) -> Vec<Diagnostic> {
    let replayed = replay(history.dialect(), [history], Versions::supported(history.dialect()));
    diagnosed(history, replayed.scripts.last().unwrap())
}

fn diagnosed(history: &Migrations, effects: &ScriptEffects) -> Vec<Diagnostic> {
    let migration = history.iter().last().unwrap();
    let up = migration.up();
    let statements: Vec<_> =
        up.data().statements.iter().map(|span| reader::read(up.text(), *span, history.dialect())).collect();
    let file = Checkable {
        path: up.path(),
        text: up.text(),
        statements: &statements,
        effects: &effects.statements,
        dialect: history.dialect(),
        transactional: up.transactional(),
    };
    transaction(file).into_iter().chain(phase(file, effects)).collect()
}

#[test]
fn every_case_gives_what_it_is_expected_to_give() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = String::new();
    for (folder, dialect) in DIALECTS {
        for path in cases(folder) {
            let given = given(&fs::read_to_string(&path).unwrap(), dialect);
            let golden = path.with_extension("golden");
            if update {
                fs::write(&golden, &given).unwrap();
            } else if fs::read_to_string(&golden).unwrap_or_default() != given {
                let _ = writeln!(wrong, "=== {}\n{given}", path.display());
            }
        }
    }
    assert!(wrong.is_empty(), "these cases give something else now (UPDATE_GOLDEN=1 accepts it):\n{wrong}");
}

/// The class of the last of some migrations.
fn class(texts: &[&str], dialect: Dialect) -> Class {
    let history = history(texts, dialect);
    class_of(replay(dialect, [&history], Versions::supported(dialect)).scripts.last().unwrap())
}

#[test]
fn the_floor_is_the_last_migration_that_takes_something_away() {
    let texts = [
        "create table t (a int, b int)",
        "alter table t drop column b",
        "alter table t add column c int",
        "do $$ begin execute 'drop table t'; end $$",
    ];
    let history = history(&texts, Dialect::Postgres);
    let replayed = replay(Dialect::Postgres, [&history], Versions::supported(Dialect::Postgres));
    assert_eq!(floor(&replayed.scripts), 2);
    assert_eq!(floor(&replayed.scripts[..1]), 0);
    assert_eq!(floor(&[]), 0);
}

#[test]
fn what_cannot_be_followed_is_neutral_until_the_file_says_otherwise() {
    let table = "create table t (a int)";
    let body = "do $$ begin execute 'drop table t'; end $$";
    assert_eq!(class(&[table, body], Dialect::Postgres), Class::Neutral);
    assert_eq!(
        class(&[table, &format!("-- migrate(phase = contract)\n{body}")], Dialect::Postgres),
        Class::Contract
    );
}

#[test]
fn changes_that_break_an_older_binary_are_contract_and_others_are_not() {
    let table = "create table other (id int primary key);
        create table t (id int primary key, a int, b text not null default 'x', s varchar(10), n numeric(10,2), m int not null);
        create unique index t_s on t (s); create view v as select id, a from t; create type mood as enum ('x');";
    let cases = [
        ("alter table t drop column a", Class::Contract),
        ("alter table t rename column a to c", Class::Contract),
        ("alter table t rename to u", Class::Contract),
        ("drop view v", Class::Contract),
        ("create or replace view v as select id, a, b from t", Class::Expand),
        ("alter table t alter a set not null", Class::Contract),
        ("alter table t alter m drop not null", Class::Expand),
        ("alter table t add column z int not null", Class::Contract),
        ("alter table t add column z int not null default 1", Class::Expand),
        ("alter table t add column z int generated always as identity", Class::Expand),
        ("alter table t add column z serial", Class::Expand),
        ("alter table t add check (a > 0) not valid", Class::Contract),
        ("alter table t add column z int check (z > 0)", Class::Expand),
        ("alter table t add foreign key (a) references other (id)", Class::Contract),
        ("alter table t add column z int references other (id)", Class::Expand),
        ("alter table t add unique (a)", Class::Contract),
        ("create unique index on t (a)", Class::Contract),
        ("create index on t (a)", Class::Neutral),
        ("drop index t_s", Class::Contract),
        ("alter table t add constraint k unique using index t_s", Class::Neutral),
        ("alter table t alter a type bigint", Class::Contract),
        ("alter table t alter s type text", Class::Expand),
        ("alter table t alter s type varchar(5)", Class::Contract),
        ("alter table t alter n type numeric(12,2)", Class::Expand),
        ("alter table t alter n type numeric(9,2)", Class::Contract),
        ("alter table t alter b drop default", Class::Contract),
        ("alter table t alter b set default 'y'", Class::Neutral),
        ("alter type mood add value 'y'", Class::Expand),
        ("alter type mood rename value 'x' to 'y'", Class::Contract),
        ("create table fresh (id int)", Class::Expand),
        ("create table fresh (id int); drop table fresh", Class::Neutral),
        ("create table fresh (id int); alter table fresh add unique (id)", Class::Expand),
        ("alter table t enable row level security", Class::Contract),
        ("insert into t (id, m) values (1, 1)", Class::Neutral),
        ("comment on table t is 'x'", Class::Neutral),
        ("alter table t rename to u; create view t as select * from u", Class::Expand),
        ("drop table other", Class::Contract),
    ];
    let mut wrong = String::new();
    for (text, expected) in cases {
        let class = class(&[table, text], Dialect::Postgres);
        if class != expected {
            let _ = writeln!(wrong, "{text}: {class}, expected {expected}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_table_that_sqlite_builds_anew_is_judged_by_what_it_is_in_the_end() {
    let table = "create table t (id integer primary key, a text);";
    let rebuild = |columns: &str| {
        format!(
            "create table new_t ({columns}); insert into new_t (id) select id from t; drop table t; alter table new_t rename to t;"
        )
    };
    let class = |columns: &str| class(&[table, &rebuild(columns)], Dialect::Sqlite);
    assert_eq!(class("id integer primary key, a text"), Class::Neutral);
    assert_eq!(class("id integer primary key, a text, b text"), Class::Expand);
    assert_eq!(class("id integer primary key"), Class::Contract);
    assert_eq!(class("id integer primary key, a text not null"), Class::Contract);
}
