//! Pairs of statements that say how a file is to be run, and are taken out of what runs: `BEGIN … COMMIT`
//! around a whole file, since each migration has a transaction anyway, and SQLite's `PRAGMA foreign_keys`,
//! which does nothing inside one.

use std::ops::Range;

use crate::dialect::Dialect;
use crate::migrations::Span;

/// What is left of a file.
pub(super) struct Lifted {
    /// The statements that run.
    pub(super) statements: Range<usize>,
    /// The text that runs when the file is sent whole.
    pub(super) body: Span,
    /// Whether foreign keys are switched off around the transaction.
    pub(super) foreign_keys_off: bool,
}

/// What a statement has to do with transactions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    /// Opens a transaction with nothing but the defaults.
    Open,
    /// Commits.
    Close,
    /// Any other statement that opens or ends one, such as `BEGIN ISOLATION LEVEL SERIALIZABLE`.
    Other,
    /// Switches SQLite's foreign keys.
    ForeignKeys(bool),
    /// None of these.
    Nothing,
}

/// Finds the pairs of a transactional file. `words` gives the tokens of a statement without comments, at
/// least the first six.
pub(super) fn lift<'a>(
    text: &str,
    spans: &[Span],
    dialect: Dialect,
    words: impl Fn(Span) -> Vec<&'a str>,
) -> Lifted {
    let controls: Vec<Control> = spans.iter().map(|span| control(&words(*span), dialect)).collect();
    let mut statements = 0..spans.len();
    let mut foreign_keys_off = false;
    if let (Some(Control::ForeignKeys(false)), Some(Control::ForeignKeys(true)), 2..) =
        (controls.first(), controls.last(), spans.len())
    {
        foreign_keys_off = true;
        statements = 1..spans.len() - 1;
    }
    if let Some([Control::Open, between @ .., Control::Close]) = controls.get(statements.clone())
        && !between.iter().any(|c| matches!(c, Control::Open | Control::Close | Control::Other))
    {
        statements = statements.start + 1..statements.end - 1;
    }
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let body = if statements.len() == spans.len() {
        Span::new(0, end)
    } else {
        // From the first statement that runs to what follows the last: `;` and comments belong to it.
        let start = spans.get(statements.start).map_or(end, |span| span.start);
        let end = spans.get(statements.end).map_or(end, |span| span.start);
        Span::new(start, end)
    };
    Lifted { statements, body, foreign_keys_off }
}

/// Whether a statement begins or ends a transaction. `words` are its first tokens without comments, at least
/// six.
pub(super) fn controls_transaction(words: &[&str], dialect: Dialect) -> bool {
    matches!(control(words, dialect), Control::Open | Control::Close | Control::Other)
}

fn control(words: &[&str], dialect: Dialect) -> Control {
    let words: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let sqlite = dialect == Dialect::Sqlite;
    let mysql = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    match words.as_slice() {
        ["BEGIN"] => Control::Open,
        ["BEGIN", "TRANSACTION"] if !mysql => Control::Open,
        ["BEGIN", "WORK"] | ["START", "TRANSACTION"] if !sqlite => Control::Open,
        // The transaction that each migration gets is an immediate one, and no weaker for the migration.
        ["BEGIN", "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE"]
        | ["BEGIN", "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE", "TRANSACTION"]
            if sqlite =>
        {
            Control::Open
        }
        ["COMMIT"] => Control::Close,
        ["END"] | ["COMMIT" | "END", "TRANSACTION"] if !mysql => Control::Close,
        ["COMMIT", "WORK"] if !sqlite => Control::Close,
        ["END", "WORK"] if dialect == Dialect::Postgres => Control::Close,
        // `ROLLBACK TO` a savepoint stays in the transaction.
        ["ROLLBACK", "TO", ..] | ["ROLLBACK", "TRANSACTION" | "WORK", "TO", ..] => Control::Nothing,
        ["BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "ABORT", ..]
        | ["START" | "PREPARE", "TRANSACTION", ..] => Control::Other,
        ["PRAGMA", "FOREIGN_KEYS", "=", value] | ["PRAGMA", "FOREIGN_KEYS", "(", value, ")"] if sqlite => {
            match *value {
                "OFF" | "0" | "FALSE" | "NO" => Control::ForeignKeys(false),
                "ON" | "1" | "TRUE" | "YES" => Control::ForeignKeys(true),
                _ => Control::Nothing,
            }
        }
        _ => Control::Nothing,
    }
}
