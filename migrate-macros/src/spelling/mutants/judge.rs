//! The servers: whether one accepts a history, and where it stops.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use migrate_core::Dialect;
use migrate_test_support::Database;

use super::history::{Text, line, statements};

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

/// What a server says about a history; `None` when it accepts it.
pub(super) type Judge = Box<dyn Fn(&[Text]) -> Option<Refusal> + Sync>;

/// One statement: its file, its lines, itself.
struct Sent<'t> {
    path: &'t str,
    lines: RangeInclusive<usize>,
    sql: &'t str,
}

impl Sent<'_> {
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

/// Each history in one transaction that is never committed, behind the files of it that are as they were.
pub(super) fn postgres(whole: &[Text]) -> Option<Judge> {
    let server = migrate_test_support::postgres()?;
    // One history at a time in each: two could wait for each other.
    let states: Vec<Mutex<Option<Database>>> = whole.iter().map(|_| Mutex::default()).collect();
    let whole = whole.to_vec();
    let run = "create function pg_temp.run(statement text) returns void language plpgsql as \
               $run$ begin execute statement; end $run$;";
    Some(Box::new(move |texts| {
        let same = texts.iter().zip(&whole).take_while(|(text, other)| text == other).count();
        let same = same.min(states.len() - 1);
        let mut state = states[same].lock().unwrap();
        let database = state.get_or_insert_with(|| {
            let database = server.database("mutants");
            for text in &whole[..same] {
                database.run(&text.sql).unwrap();
            }
            database
        });
        let sent = sent(Dialect::Postgres, &texts[same..]);
        let mut script = format!("set client_min_messages = error; {run} begin;\n");
        let (mut lines, mut ends) = (1, Vec::new());
        for statement in &sent {
            let _ = writeln!(script, "select pg_temp.run($verdict${}$verdict$);", statement.sql);
            lines += statement.sql.matches('\n').count() + 1;
            ends.push(lines);
        }
        let said = database.run(&script).err()?;
        let at = number_behind(said.lines().next()?, "<stdin>:").unwrap_or(0);
        let statement = ends.iter().position(|end| *end >= at)?;
        let within = number_behind(&said, "\nLINE ");
        // A position in a body is not one of the statement.
        let within = within.filter(|_| said.matches("\nQUERY:").count() == 1);
        let message = said.split_once("ERROR:").map_or(&*said, |(_, message)| message).trim();
        Some(sent[statement].refused(within, message))
    }))
}

/// All statements are prepared from a string, so that no client looks into them.
///
/// DDL cannot be taken back, so there are databases in which the statements before a mistake have run. One in which
/// nothing more has run stays what it is, and most mistakes are refused at once.
pub(super) fn mariadb(whole: &[Text]) -> Option<Judge> {
    // Each table is a file, which nobody needs to find after a crash.
    let server = migrate_test_support::MARIADB.private(&[("sync_frm", "OFF")])?;
    let whole: Vec<String> =
        sent(Dialect::MariaDb, whole).iter().map(|statement| statement.sql.to_owned()).collect();
    let numbers = AtomicUsize::new(0);
    let ready: Mutex<HashMap<usize, Vec<String>>> = Mutex::default();
    Some(Box::new(move |texts| {
        let sent = sent(Dialect::MariaDb, texts);
        let home = server.home();
        let same = sent.iter().zip(&whole).take_while(|(statement, other)| statement.sql == *other).count();
        let known = ready.lock().unwrap().get_mut(&same).and_then(Vec::pop);
        let name = known.unwrap_or_else(|| {
            let name = format!("mutant_{}", numbers.fetch_add(1, Ordering::Relaxed));
            let mut script = format!("CREATE DATABASE {name}; USE {name};\n");
            for statement in &whole[..same] {
                prepared(&mut script, statement);
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
            home.run(&format!("DROP DATABASE {name};")).unwrap();
        }
        refusal.map(|(_, refusal)| refusal)
    }))
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
    Some(Box::new(|texts| {
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
    }))
}
