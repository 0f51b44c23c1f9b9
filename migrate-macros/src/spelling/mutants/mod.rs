//! Histories with one mistake each. A real server says which of them it refuses and where; of those the checks
//! must refuse nearly all at the same place, and none of the others.
//!
//! The histories are those in `tests/mutants`, and those of the corpus where `MIGRATE_CORPUS` names it. For
//! looking further: `MIGRATE_SEED` is a number that makes other mistakes, `MIGRATE_MUTANTS` a folder with other
//! histories in folders named like ours, and `MIGRATE_MISSED` how many of the mutants that were not found are
//! shown.

mod history;
mod judge;
mod mistake;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use migrate_core::Dialect;
use migrate_core::check::{Options, SpellingError, check};
use migrate_core::diagnostic::{Diagnostic, Severity};
use migrate_core::source::{Content, File};

use history::{History, Text};
use judge::{Judge, Refusal};
use mistake::{Class, Mutant};

/// How many mutants of each class are tried on an engine.
const OF_EACH_CLASS: usize = 100;

/// Of the mutants that the server refuses, what percentage must be refused at the right place: of all, and of
/// each class.
struct Bound {
    all: usize,
    class: usize,
}

#[test]
fn broken_postgres_histories_are_refused_where_the_server_refuses_them() {
    let Some(judge) = judge::postgres() else { return };
    tried(Dialect::Postgres, &judge, &Bound { all: 95, class: 80 });
}

#[test]
fn broken_sqlite_histories_are_refused_where_the_server_refuses_them() {
    let Some(judge) = judge::sqlite() else { return };
    tried(Dialect::Sqlite, &judge, &Bound { all: 95, class: 80 });
}

#[test]
fn broken_mariadb_histories_are_refused_where_the_server_refuses_them() {
    let Some(judge) = judge::mariadb() else { return };
    tried(Dialect::MariaDb, &judge, &Bound { all: 80, class: 60 });
}

#[test]
fn odd_histories_that_postgres_accepts_have_no_error() {
    if let Some(judge) = judge::postgres() {
        accepted(Dialect::Postgres, &judge);
    }
}

#[test]
fn odd_histories_that_sqlite_accepts_have_no_error() {
    if let Some(judge) = judge::sqlite() {
        accepted(Dialect::Sqlite, &judge);
    }
}

#[test]
fn odd_histories_that_mariadb_accepts_have_no_error() {
    if let Some(judge) = judge::mariadb() {
        accepted(Dialect::MariaDb, &judge);
    }
}

/// Each file in `tests/odd` is a history that nobody would write like this, and that a server accepts.
fn accepted(dialect: Dialect, judge: &Judge) {
    let histories = History::odd(dialect);
    assert!(histories.len() >= 5, "the odd histories of {dialect} are missing");
    let mut wrong = String::new();
    for history in &histories {
        if let Some(Some(theirs)) = judge(&History::empty(dialect), &[&history.texts]).pop() {
            let _ = writeln!(wrong, "{}: the server refuses {theirs:?}\n", history.name);
        }
        if let Some(ours) = refused(dialect, &history.texts) {
            let text = &history.texts[0].sql;
            let line = text.lines().nth(ours.line.saturating_sub(1)).unwrap_or("");
            let _ = writeln!(wrong, "{}: the checks refuse {ours:?}\n    {line}\n", history.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What became of the mutants of one class.
#[derive(Clone, Copy, Default)]
struct Tally {
    made: usize,
    refused: usize,
    found: usize,
    elsewhere: usize,
    wrongly: usize,
}

fn tried(dialect: Dialect, judge: &Judge, bound: &Bound) {
    let histories = History::all(dialect);
    let mut tallies = [Tally::default(); Class::ALL.len()];
    let (mut missed, mut wrongly) = (Vec::new(), Vec::new());
    for history in &histories {
        assert_eq!(refused(dialect, &history.texts), None, "{} has no mistake", history.name);
    }
    let mutants: Vec<Mutant> =
        Class::ALL.into_iter().flat_map(|class| mistake::mutants(&histories, class, OF_EACH_CLASS)).collect();
    let verdicts = verdicts(&histories, &mutants, judge);
    for (class, tally) in Class::ALL.into_iter().zip(&mut tallies) {
        for (mutant, verdict) in mutants.iter().zip(&verdicts).filter(|(mutant, _)| mutant.class == class) {
            tally.made += 1;
            match verdict {
                (Some(theirs), Some(ours)) => {
                    tally.refused += 1;
                    if same_place(mutant, theirs, ours) {
                        tally.found += 1;
                    } else {
                        tally.elsewhere += 1;
                        missed.push(shown(mutant, Some(theirs), Some(ours)));
                    }
                }
                (Some(theirs), None) => {
                    tally.refused += 1;
                    missed.push(shown(mutant, Some(theirs), None));
                }
                (None, Some(ours)) => {
                    tally.wrongly += 1;
                    wrongly.push(shown(mutant, None, Some(ours)));
                }
                (None, None) => {}
            }
        }
    }
    let mut report = format!(
        "{dialect}\n{:<24}{:>6}{:>9}{:>7}{:>11}{:>9}{:>6}\n",
        "class", "made", "refused", "found", "elsewhere", "wrongly", "%"
    );
    let mut sum = Tally::default();
    for (class, tally) in Class::ALL.into_iter().zip(&tallies) {
        row(&mut report, class.name(), tally);
        sum.made += tally.made;
        sum.refused += tally.refused;
        sum.found += tally.found;
        sum.elsewhere += tally.elsewhere;
        sum.wrongly += tally.wrongly;
    }
    row(&mut report, "all", &sum);
    say(&report);
    let shown = std::env::var("MIGRATE_MISSED").ok().and_then(|most| most.parse().ok()).unwrap_or(30);
    say(&format!("missed, the first {shown} of {}:\n\n{}", missed.len(), head(&missed, shown)));
    assert!(wrongly.is_empty(), "the server accepts these:\n\n{}", head(&wrongly, wrongly.len()));
    assert!(sum.made >= OF_EACH_CLASS * Class::ALL.len(), "too few mutants: {}", sum.made);
    assert!(sum.refused * 2 > sum.made, "too few mutants are refused: {}", sum.refused);
    assert!(sum.found * 100 >= sum.refused * bound.all, "{report}");
    for tally in &tallies {
        assert_eq!(tally.made, OF_EACH_CLASS, "{report}");
        assert!(tally.found * 100 >= tally.refused * bound.class, "{report}");
    }
}

/// What the server says about each mutant, and the checks.
fn verdicts(
    histories: &[History],
    mutants: &[Mutant],
    judge: &Judge,
) -> Vec<(Option<Refusal>, Option<Ours>)> {
    let theirs = in_parallel(histories, |history| {
        let of_it = mutants.iter().enumerate().filter(|(_, mutant)| mutant.history == history.name);
        let (places, texts): (Vec<usize>, Vec<&[Text]>) =
            of_it.map(|(at, mutant)| (at, &mutant.texts[..])).unzip();
        let mut texts = texts;
        texts.push(&history.texts);
        let mut verdicts = judge(history, &texts);
        assert_eq!(verdicts.pop(), Some(None), "{} is refused as it is", history.name);
        places.into_iter().zip(verdicts).collect::<Vec<_>>()
    });
    let mut theirs: Vec<(usize, Option<Refusal>)> = theirs.into_iter().flatten().collect();
    theirs.sort_by_key(|(at, _)| *at);
    let ours = in_parallel(&theirs, |(at, theirs)| {
        let texts = &mutants[*at].texts;
        // What comes behind the file that the server refuses changes nothing about the first error up to it.
        let files = theirs.as_ref().and_then(|theirs| texts.iter().position(|text| text.path == theirs.path));
        refused(mutants[*at].dialect, &texts[..files.map_or(texts.len(), |at| at + 1)])
    });
    theirs.into_iter().map(|(_, theirs)| theirs).zip(ours).collect()
}

/// Servers mostly wait for their disk.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..8.min(items.len()) {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = work(item);
                    done.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn row(report: &mut String, name: &str, tally: &Tally) {
    let percent = (tally.found * 100).checked_div(tally.refused).unwrap_or(100);
    let Tally { made, refused, found, elsewhere, wrongly } = tally;
    let _ =
        writeln!(report, "{name:<24}{made:>6}{refused:>9}{found:>7}{elsewhere:>11}{wrongly:>9}{percent:>6}");
}

/// What the checks refuse first.
#[derive(Debug, PartialEq, Eq)]
struct Ours {
    path: String,
    line: usize,
    said: String,
    /// The lines of all errors in the file.
    lines: Vec<usize>,
}

fn refused(dialect: Dialect, texts: &[Text]) -> Option<Ours> {
    let files: Vec<File> = texts
        .iter()
        .map(|text| File {
            path: text.path.clone(),
            content: Content::Bytes(text.sql.as_bytes().to_vec().into()),
        })
        .collect();
    let options = Options::new(dialect).allow_empty(true).spelling(remembered);
    let checked = check(&files, &options);
    let mut errors: Vec<Diagnostic> = checked.diagnostics;
    errors.retain(|error| error.severity() == Severity::Error);
    let place = |error: &Diagnostic| {
        let place = error.place()?;
        Some((place.path().to_owned(), place.line().unwrap_or(0)))
    };
    let first = errors.iter().filter(|error| place(error).is_some()).min_by_key(|error| place(error))?;
    let (path, line) = place(first)?;
    let places = errors.iter().filter_map(place);
    let lines = places.filter(|(other, _)| *other == path).map(|(_, line)| line).collect();
    Some(Ours { path, line, said: format!("{}: {}", first.code(), first.message()), lines })
}

/// The grammars, asked once for each statement: a mutant differs from its history in one.
fn remembered(dialect: Dialect, statement: &str) -> Vec<SpellingError> {
    static KNOWN: Mutex<Option<HashMap<String, Vec<SpellingError>>>> = Mutex::new(None);
    let key = format!("{dialect:?} {statement}");
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(errors) = known().get_or_insert_default().get(&key) {
        return errors.clone();
    }
    let owned = statement.to_owned();
    let thread = std::thread::Builder::new().stack_size(super::STACK);
    let errors = thread.spawn(move || super::errors(dialect, &owned)).unwrap().join().unwrap();
    known().get_or_insert_default().insert(key, errors.clone());
    errors
}

/// Whether the first error is in the statement that the server refuses, and one of the errors in that statement at
/// a line that the server or the mistake points at. Where the server gives no line, the statement is its place.
fn same_place(mutant: &Mutant, theirs: &Refusal, ours: &Ours) -> bool {
    let within = ours.path == theirs.path && theirs.lines.contains(&ours.line);
    let there = |ours: usize| theirs.line.is_none_or(|line| line.abs_diff(ours) <= 1);
    let touched =
        |ours: usize| mutant.touched.iter().any(|(path, line)| *path == theirs.path && *line == ours);
    let mut lines = ours.lines.iter().copied().filter(|line| theirs.lines.contains(line));
    within && lines.any(|line| there(line) || touched(line))
}

fn shown(mutant: &Mutant, theirs: Option<&Refusal>, ours: Option<&Ours>) -> String {
    let mut shown = format!("{}: {} {}\n", mutant.class.name(), mutant.history, mutant.what);
    match theirs {
        Some(Refusal { path, lines, line, said }) => {
            let _ = writeln!(shown, "    server: {path}:{line:?} of {lines:?}: {said}");
            let text = mutant.texts.iter().find(|text| text.path == *path).map_or("", |text| &text.sql);
            let statement = text.lines().skip(lines.start() - 1).take(lines.end() + 1 - lines.start());
            for line in statement.take(6) {
                let _ = writeln!(shown, "        {line}");
            }
        }
        None => shown.push_str("    server: accepted\n"),
    }
    match ours {
        Some(Ours { path, line, said, .. }) => {
            let _ = writeln!(shown, "    checks: {path}:{line}: {said}");
            let text = mutant.texts.iter().find(|text| text.path == *path).map_or("", |text| &text.sql);
            let _ = writeln!(shown, "        {}", text.lines().nth(line.saturating_sub(1)).unwrap_or(""));
        }
        None => shown.push_str("    checks: nothing\n"),
    }
    shown
}

fn head(list: &[String], most: usize) -> String {
    list.iter().take(most).cloned().collect::<Vec<_>>().join("\n")
}

/// Not `eprintln!`, which is shown for failed tests alone.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
