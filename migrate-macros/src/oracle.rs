//! The databases are the judges of the grammars: real statements, which are not part of this repository
//! (`MIGRATE_CORPUS` names the folder of the histories; sample schemas may lie beside it), and typos in them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use migrate_core::Dialect;
use migrate_core::check::SpellingError;
use migrate_core::syntax::{Lexer, TokenKind, split};

/// How many typos are made, and how many of them that the database refuses the grammar must find.
const TYPOS: usize = 300;
const FOUND_PERCENT: usize = 95;

/// What the database says about the text of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused(String),
    /// It refuses it for another reason, and may not have read it to its end.
    Unclear,
}

#[test]
fn every_real_statement_that_postgres_reads_is_read_by_the_grammar() {
    let Some(judge) = postgres() else { return };
    let Some(statements) = statements(Dialect::Postgres) else { return };
    valid(Dialect::Postgres, &statements, &judge(&statements));
}

#[test]
fn nearly_every_typo_that_postgres_refuses_is_found_by_the_grammar() {
    let Some(judge) = postgres() else { return };
    let Some(statements) = statements(Dialect::Postgres) else { return };
    let typos = typos(Dialect::Postgres, &statements);
    invalid(Dialect::Postgres, &typos, &judge(&typos));
}

#[test]
fn every_real_statement_that_sqlite_reads_is_read_by_the_grammar() {
    let Some(statements) = statements(Dialect::Sqlite) else { return };
    let Some(verdicts) = sqlite(&statements) else { return };
    valid(Dialect::Sqlite, &statements, &verdicts);
}

#[test]
fn nearly_every_typo_that_sqlite_refuses_is_found_by_the_grammar() {
    let Some(statements) = statements(Dialect::Sqlite) else { return };
    let typos = typos(Dialect::Sqlite, &statements);
    let Some(verdicts) = sqlite(&typos) else { return };
    invalid(Dialect::Sqlite, &typos, &verdicts);
}

fn valid(dialect: Dialect, statements: &[String], verdicts: &[Verdict]) {
    assert_eq!(statements.len(), verdicts.len());
    let mut refused = String::new();
    let (mut accepted, mut false_refusals) = (0, 0);
    for (statement, verdict) in statements.iter().zip(verdicts) {
        let errors = outside_of_strings(dialect, statement);
        match (verdict, errors.first()) {
            (Verdict::Accepted, None) => accepted += 1,
            (Verdict::Accepted, Some(error)) => {
                false_refusals += 1;
                let _ = writeln!(refused, "{}: {}\n{statement}\n", error.at, error.message);
            }
            (Verdict::Refused(why), None) => {
                say(&format!("{dialect:?} refuses, the grammar does not: {why}: {statement}"))
            }
            (Verdict::Refused(_), Some(_)) | (Verdict::Unclear, _) => {}
        }
    }
    say(&format!("{dialect:?}: {accepted} of {} statements are accepted by both", statements.len()));
    assert!(accepted > 200, "there are too few statements: {accepted}");
    assert_eq!(false_refusals, 0, "{refused}");
}

fn invalid(dialect: Dialect, typos: &[String], verdicts: &[Verdict]) {
    assert_eq!(typos.len(), verdicts.len());
    let (mut wrong, mut found, mut refused) = (0, 0, String::new());
    for (typo, verdict) in typos.iter().zip(verdicts) {
        let errors = outside_of_strings(dialect, typo);
        match (verdict, errors.first()) {
            (Verdict::Refused(_), Some(_)) => {
                wrong += 1;
                found += 1;
            }
            (Verdict::Refused(why), None) => {
                wrong += 1;
                say(&format!("{dialect:?} refuses, the grammar does not: {why}: {typo}"));
            }
            (Verdict::Accepted, Some(error)) => {
                let _ = writeln!(refused, "{}: {}\n{typo}\n", error.at, error.message);
            }
            (Verdict::Accepted, None) | (Verdict::Unclear, _) => {}
        }
    }
    say(&format!(
        "{dialect:?}: of {} typos the database refuses {wrong}, and the grammar finds {found} of them",
        typos.len()
    ));
    assert!(wrong > typos.len() / 2, "too few of the typos are errors: {wrong}");
    assert!(found * 100 >= wrong * FOUND_PERCENT, "{found} of {wrong}");
    assert!(refused.is_empty(), "the database accepts these:\n{refused}");
}

/// The errors that the checks would report as such.
fn outside_of_strings(dialect: Dialect, statement: &str) -> Vec<SpellingError> {
    let statement = statement.to_owned();
    let errors = thread::Builder::new().stack_size(crate::spelling::STACK).spawn(move || {
        let strings: Vec<_> = Lexer::new(&statement, dialect)
            .filter(|token| token.kind == TokenKind::String)
            .map(|token| token.span)
            .collect();
        let inside =
            |at: usize| strings.iter().any(|span| (span.start as usize) < at && at < span.end as usize);
        let mut errors = crate::spelling::errors(dialect, &statement);
        errors.retain(|error| !inside(error.at));
        errors
    });
    errors.unwrap().join().unwrap()
}

/// Not `eprintln!`, which is shown for failed tests alone.
fn say(line: &str) {
    let line: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(std::io::stderr(), "{}", line.chars().take(300).collect::<String>());
}

/// The statements of all files in the dialect, each once.
fn statements(dialect: Dialect) -> Option<Vec<String>> {
    let Some(corpus) = std::env::var_os("MIGRATE_CORPUS").map(PathBuf::from) else {
        say("SKIPPED: MIGRATE_CORPUS names no folder of real histories");
        return None;
    };
    let mut files = Vec::new();
    collect(&corpus, &mut files);
    collect(&corpus.join("../samples"), &mut files);
    let mut statements = BTreeSet::new();
    for file in files.iter().filter(|file| dialect_of(file) == Some(dialect)) {
        let text = fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let split = split(text, dialect);
        statements.extend(split.statements.iter().map(|statement| statement.span.of(text).to_owned()));
    }
    // The data of the samples is thousands of statements of one form.
    statements.retain(|statement| statement.len() < 100_000);
    Some(statements.into_iter().collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| ["sql", "postgres", "sqlite"].iter().any(|e| extension == *e))
        {
            files.push(path);
        }
    }
}

/// By the names that the projects gave to their files and folders.
fn dialect_of(file: &Path) -> Option<Dialect> {
    let path = file.to_string_lossy().to_lowercase();
    let any = |names: &[&str]| names.iter().any(|name| path.contains(name));
    if any(&["mysql", "mariadb", "cockroach", "employees"]) {
        None
    } else if any(&["postgres", "crates-io", "pagila", "northwind", "adventureworks", "basejump"]) {
        Some(Dialect::Postgres)
    } else if any(&["sqlite", "atuin"]) {
        Some(Dialect::Sqlite)
    } else {
        None
    }
}

/// Small pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Statements with one token that is gone, doubled, misspelled, or exchanged with the next.
fn typos(dialect: Dialect, statements: &[String]) -> Vec<String> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut typos = Vec::new();
    while typos.len() < TYPOS {
        let statement = &statements[random.below(statements.len())];
        let tokens: Vec<_> = Lexer::new(statement, dialect).significant().collect();
        if tokens.len() < 3 || tokens.len() > 2_000 {
            continue;
        }
        let at = random.below(tokens.len() - 1);
        let (this, next) = (tokens[at], tokens[at + 1]);
        let (start, end) = (this.span.start as usize, this.span.end as usize);
        let text = this.text(statement);
        let typo = match random.below(4) {
            0 => format!("{}{}", &statement[..start], &statement[end..]),
            1 => format!("{} {text} {}", &statement[..end], &statement[end..]),
            2 if this.kind == TokenKind::Word && text.is_ascii() && text.len() > 2 => {
                let gone = start + random.below(text.len());
                format!("{}{}", &statement[..gone], &statement[gone + 1..])
            }
            3 => {
                let to = next.span.end as usize;
                format!("{}{} {text} {}", &statement[..start], next.text(statement), &statement[to..])
            }
            _ => continue,
        };
        typos.push(typo);
    }
    typos
}

/// PostgreSQL reads a whole message before it runs the first statement of it, so that a message which begins
/// with a division by zero says whether the rest can be read, and does nothing.
fn postgres() -> Option<impl Fn(&[String]) -> Vec<Verdict>> {
    const JUDGE: &str = "\
create function judge(statement text) returns text language plpgsql as $judge$
begin
  execute 'select 1/0; ' || statement;
  return 'it ran';
exception when others then
  return sqlstate || ' ' || replace(sqlerrm, chr(10), ' ');
end $judge$;\n";
    let database = migrate_test_support::postgres()?.database("spelling");
    Some(move |statements: &[String]| {
        let mut script = format!(
            "set client_min_messages = error;\n{}",
            JUDGE.replace("create function", "create or replace function")
        );
        for statement in statements {
            let _ = writeln!(script, "select judge($verdict${statement}$verdict$);");
        }
        let answers = database.run(&script).unwrap();
        let answers = answers.lines().filter(|line| line.len() > 5 && line.as_bytes()[5] == b' ');
        answers
            .map(|answer| match answer.split_once(' ').unwrap() {
                ("42601", why) => Verdict::Refused(why.to_owned()),
                _ => Verdict::Accepted,
            })
            .collect()
    })
}

/// SQLite looks for what a statement names while it reads on, but says so when the text is misspelled.
fn sqlite(statements: &[String]) -> Option<Vec<Verdict>> {
    if Command::new("sqlite3").arg("-version").output().is_err() {
        say("SKIPPED: sqlite3 is not installed");
        assert!(std::env::var_os("CI").is_none(), "with CI set nothing may be skipped");
        return None;
    }
    Some(statements.iter().map(|statement| judged(statement)).collect())
}

fn judged(statement: &str) -> Verdict {
    let mut script = statement.to_owned();
    loop {
        let output = Command::new("sqlite3").args(["-bail", ":memory:", &script]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if ["syntax error", "unrecognized token", "incomplete input"].iter().any(|words| said.contains(words))
        {
            return Verdict::Refused(said);
        }
        // A trigger is not read to its end where its table is missing.
        let missing = said.split_once("no such table: ").and_then(|(_, rest)| rest.split_whitespace().next());
        let created =
            missing.map(|table| format!("CREATE TABLE \"{}\" (id);", table.trim_start_matches("main.")));
        match created {
            Some(created) if !script.contains(&created) => script = format!("{created}\n{script}"),
            Some(_) => return Verdict::Unclear,
            // A column or a view that is missing is looked for when all has been read.
            None if said.is_empty() || said.contains("no such ") || said.contains("has no column named ") => {
                return Verdict::Accepted;
            }
            None => return Verdict::Unclear,
        }
    }
}
