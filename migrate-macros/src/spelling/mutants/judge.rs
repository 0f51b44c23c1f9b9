//! The servers: whether one accepts a history, and where it stops.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::{Range, RangeInclusive};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use migrate_core::Dialect;
use migrate_core::syntax::Lexer;
use migrate_test_support::{Database, Server};

use super::history::{History, Text, line, range, statements};
use super::in_parallel;

/// Where a server stops.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) path: String,
    /// The lines of the statement.
    pub(super) lines: RangeInclusive<usize>,
    /// The line that the server names.
    pub(super) line: Option<usize>,
    pub(super) said: String,
}

/// What a server says about mutants of a history; `None` for each that it accepts.
pub(super) type Judge = Box<dyn Fn(&History, &[&[Text]]) -> Vec<Option<Refusal>> + Sync>;

/// One statement: its file, its lines, itself.
struct Sent<'t> {
    path: &'t str,
    lines: RangeInclusive<usize>,
    sql: &'t str,
}

impl Sent<'_> {
    fn refused_by_postgres(&self, said: &str) -> Refusal {
        let within = number_behind(said, "\nLINE ");
        // A position in a body is not one of the statement.
        let within = within.filter(|_| said.matches("\nQUERY:").count() <= 1);
        self.refused(within, said.split_once("ERROR:").map_or(said, |(_, message)| message).trim())
    }

    /// `within`: the line of the statement that the server names, from 1.
    fn refused(&self, within: Option<usize>, said: &str) -> Refusal {
        Refusal {
            path: self.path.to_owned(),
            lines: self.lines.clone(),
            line: within.map(|within| self.lines.start() + within - 1),
            said: said.lines().take(2).collect::<Vec<_>>().join(" / "),
        }
    }
}

fn sent(dialect: Dialect, texts: &[Text]) -> Vec<Sent<'_>> {
    let mut all = Vec::new();
    for text in texts {
        for range in statements(dialect, &text.sql) {
            let lines = line(&text.sql, range.start)..=line(&text.sql, range.end);
            all.push(Sent { path: &text.path, lines, sql: &text.sql[range] });
        }
    }
    all
}

/// The number behind `word`.
fn number_behind(said: &str, word: &str) -> Option<usize> {
    let (_, rest) = said.rsplit_once(word)?;
    let digits = rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// What the functions of the judge are in.
const VERDICT: &str = "
    create schema verdict;
    create sequence verdict.at;
    create function verdict.run(statements text[]) returns void language plpgsql as $run$
    declare statement text;
    begin
        perform setval('verdict.at', 1, false);
        foreach statement in array statements loop
            perform nextval('verdict.at');
            execute statement;
        end loop;
    end $run$;
    create function verdict.said(mutant int) returns void language plpgsql as $said$
    begin raise info '@@ % %', mutant, currval('verdict.at'); end $said$;";

/// What a transaction around all files refuses, and those of each file might not.
const OF_THE_TRANSACTION: [&str; 4] = [
    "cannot run inside a transaction block",
    "cannot be executed from a function",
    "pending trigger events",
    "unsafe use of new value",
];

/// Each mutant in one transaction that is never committed, behind the files that are as they were.
pub(super) fn postgres() -> Option<Judge> {
    let server = migrate_test_support::POSTGRES.private_in_memory(&[])?;
    Some(Box::new(move |history, mutants| {
        let database = server.database("mutants");
        let set = format!("alter database {} set client_min_messages = error;", database.name());
        database.run(&format!("{set}\n{VERDICT}")).unwrap();
        let mut verdicts: Vec<Option<Refusal>> = mutants.iter().map(|_| None).collect();
        let whole = sent(Dialect::Postgres, &history.texts);
        let first = |texts: &[Text]| texts.iter().zip(&history.texts).take_while(|(a, b)| a == b).count();
        let firsts: Vec<usize> =
            mutants.iter().map(|texts| first(texts).min(history.texts.len() - 1)).collect();
        for (same, text) in history.texts.iter().enumerate() {
            let group: Vec<usize> = (0..mutants.len()).filter(|at| firsts[*at] == same).collect();
            if !group.is_empty() {
                let texts: Vec<&[Text]> = group.iter().map(|at| &mutants[*at][same..]).collect();
                for (at, verdict) in group.iter().zip(in_one_transaction(&database, &whole, &texts)) {
                    let alone = verdict
                        .as_ref()
                        .is_some_and(|said| OF_THE_TRANSACTION.iter().any(|it| said.said.contains(it)));
                    verdicts[*at] =
                        if alone { file_by_file(&server, &database, &mutants[*at][same..]) } else { verdict };
                }
            }
            if firsts.iter().all(|first| *first <= same) {
                break;
            }
            let (begin, commit) = if text.transactional() { ("begin;", "commit;") } else { ("", "") };
            database.run(&format!("{begin}\n{}\n;{commit}", text.sql)).unwrap();
        }
        verdicts
    }))
}

/// What a statement that runs in no transaction does to the schema. Only for those that are as they were.
fn in_transaction(sql: &str) -> Cow<'_, str> {
    let mut tokens = Lexer::new(sql, Dialect::Postgres).significant();
    if tokens.clone().next().is_some_and(|token| token.is(sql, "vacuum")) {
        return "reset all".into();
    }
    match tokens.find(|token| token.is(sql, "concurrently")) {
        Some(token) => {
            let Range { start, end } = range(token.span);
            format!("{}{}{}", &sql[..start], " ".repeat(end - start), &sql[end..]).into()
        }
        None => sql.into(),
    }
}

fn in_one_transaction(database: &Database, whole: &[Sent<'_>], mutants: &[&[Text]]) -> Vec<Option<Refusal>> {
    let mut script = "\\set ON_ERROR_STOP off\n".to_owned();
    let all: Vec<Vec<Option<Sent<'_>>>> = mutants.iter().map(|texts| by_file(texts)).collect();
    for (number, sent) in all.iter().enumerate() {
        script.push_str("begin;\nselect verdict.run(array[");
        for (at, statement) in sent.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            // What a session has set does not outlive the file.
            let sql = statement.as_ref().map_or("reset all".into(), |statement| {
                let known = whole.iter().any(|other| other.sql == statement.sql);
                if known { in_transaction(statement.sql) } else { statement.sql.into() }
            });
            let _ = writeln!(script, "{comma}$verdict${sql}$verdict$");
        }
        let _ = writeln!(script, "]::text[]);\nrollback;\nselect verdict.said({number});");
    }
    // Only what fails shows what was said.
    script.push_str("\\set ON_ERROR_STOP on\ndo $$ begin raise 'that was all'; end $$;\n");
    let said = database.run(&script).expect_err("the script ends with an error");
    let mut verdicts = Vec::new();
    let mut part = String::new();
    for line in said.lines() {
        match line.split_once("INFO:  @@ ") {
            Some((_, numbers)) => {
                let at: usize = numbers.rsplit(' ').next().and_then(|at| at.parse().ok()).unwrap_or(1);
                let refused = part.contains("ERROR:").then(|| {
                    let sent = all[verdicts.len()].get(at - 1).and_then(Option::as_ref);
                    sent.unwrap_or_else(|| panic!("{part}")).refused_by_postgres(&part)
                });
                verdicts.push(refused);
                part.clear();
            }
            None => {
                part.push_str(line);
                part.push('\n');
            }
        }
    }
    assert_eq!(verdicts.len(), mutants.len(), "{said}");
    verdicts
}

/// The statements, with nothing at the end of each file.
fn by_file(texts: &[Text]) -> Vec<Option<Sent<'_>>> {
    let files = texts.iter().map(|text| sent(Dialect::Postgres, std::slice::from_ref(text)));
    files.flat_map(|file| file.into_iter().map(Some).chain([None])).collect()
}

/// A mutant in a database of its own, each file as it would run.
fn file_by_file(server: &Server, base: &Database, texts: &[Text]) -> Option<Refusal> {
    static NUMBERS: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{}_{}", base.name(), NUMBERS.fetch_add(1, Ordering::Relaxed));
    server.home().run(&format!("create database {name} template {};", base.name())).unwrap();
    let mut refusal = None;
    for text in texts {
        let sent = sent(Dialect::Postgres, std::slice::from_ref(text));
        let mut script = format!("\\connect {name}\nset client_min_messages = error;\n");
        let mut lines = 2;
        if text.transactional() {
            script.push_str("begin;\n");
            lines += 1;
        }
        let mut ends = Vec::new();
        for statement in &sent {
            if text.transactional() {
                let _ = writeln!(script, "select verdict.run(array[$verdict${}$verdict$]);", statement.sql);
            } else {
                let _ = writeln!(script, "{};", statement.sql);
            }
            lines += statement.sql.matches('\n').count() + 1;
            ends.push(lines);
        }
        if text.transactional() {
            script.push_str("commit;\n");
        }
        if let Err(said) = server.home().run(&script) {
            let at = said.lines().next().and_then(|line| number_behind(line, "<stdin>:")).unwrap_or(0);
            let statement = ends.iter().position(|end| *end >= at).unwrap_or(ends.len().saturating_sub(1));
            refusal = sent.get(statement).map(|sent| sent.refused_by_postgres(&said));
            break;
        }
    }
    server.home().run(&format!("drop database {name} with (force);")).unwrap();
    refusal
}

/// All statements are prepared from a string, so that no client looks into them.
///
/// DDL cannot be taken back, so there are databases in which the statements before a mistake have run. One in which
/// nothing more has run stays what it is, and most mistakes are refused at once.
pub(super) fn mariadb() -> Option<Judge> {
    // Each table is a file, which nobody needs to find after a crash.
    let server = migrate_test_support::MARIADB
        .private_in_memory(&[("sync_frm", "OFF"), ("innodb_flush_log_at_trx_commit", "0")])?;
    let numbers = AtomicUsize::new(0);
    Some(Box::new(move |history, mutants| {
        let whole = sent(Dialect::MariaDb, &history.texts);
        let ready: Mutex<HashMap<usize, Vec<String>>> = Mutex::default();
        in_parallel(mutants, |texts| mutant_on_mariadb(&server, &numbers, &whole, &ready, texts))
    }))
}

fn mutant_on_mariadb(
    server: &Server,
    numbers: &AtomicUsize,
    whole: &[Sent<'_>],
    ready: &Mutex<HashMap<usize, Vec<String>>>,
    texts: &[Text],
) -> Option<Refusal> {
    let sent = sent(Dialect::MariaDb, texts);
    let home = server.home();
    let same = sent.iter().zip(whole).take_while(|(statement, other)| statement.sql == other.sql).count();
    let known = ready.lock().unwrap().get_mut(&same).and_then(Vec::pop);
    let name = known.unwrap_or_else(|| {
        let name = format!("mutant_{}", numbers.fetch_add(1, Ordering::Relaxed));
        let mut script = format!("CREATE DATABASE {name}; USE {name};\n");
        for statement in &whole[..same] {
            prepared(&mut script, statement.sql);
        }
        home.run(&script).unwrap();
        name
    });
    let mut script = format!("USE {name};\n");
    for statement in &sent[same..] {
        prepared(&mut script, statement.sql);
    }
    let result = home.run(&script);
    let refusal = result.err().and_then(|said| {
        let (place, message) = said.split_once("at line ")?;
        let at: usize = message.split(':').next()?.parse().ok()?;
        let within = if place.contains("1064") { number_behind(message, " at line ") } else { None };
        let at = same + at.checked_sub(2)?;
        Some((at, sent.get(at)?.refused(within, message)))
    });
    if refusal.as_ref().is_some_and(|(at, _)| *at == same) {
        ready.lock().unwrap().entry(same).or_default().push(name);
    } else {
        // What a table leaves behind on the disk may stop it, and goes with the server.
        let _ = home.run(&format!("DROP DATABASE {name};"));
    }
    refusal.map(|(_, refusal)| refusal)
}

fn prepared(script: &mut String, statement: &str) {
    script.push_str("EXECUTE IMMEDIATE CONVERT(x'");
    for byte in statement.bytes() {
        let _ = write!(script, "{byte:02x}");
    }
    script.push_str("' USING utf8mb4);\n");
}

/// Each history in a database of its own, in memory.
pub(super) fn sqlite() -> Option<Judge> {
    if Command::new("sqlite3").arg("-version").output().is_err() {
        super::say("SKIPPED: sqlite3 is not installed");
        assert!(std::env::var_os("CI").is_none(), "with CI set nothing may be skipped");
        return None;
    }
    Some(Box::new(|_, mutants| in_parallel(mutants, |texts| mutant_on_sqlite(texts))))
}

fn mutant_on_sqlite(texts: &[Text]) -> Option<Refusal> {
    let sent = sent(Dialect::Sqlite, texts);
    let mut command = Command::new("sqlite3");
    // As the library is built, and not as the program is.
    command.args(["-batch", "-bail", ":memory:", ".dbconfig dqs_ddl on", ".dbconfig dqs_dml on"]);
    for (number, statement) in sent.iter().enumerate() {
        command.arg(format!(".print @{number}")).arg(statement.sql);
    }
    let output = command.output().unwrap();
    if output.status.success() {
        return None;
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let at = number_behind(&printed, "@").unwrap_or(0);
    Some(sent[at].refused(None, &String::from_utf8_lossy(&output.stderr)))
}
