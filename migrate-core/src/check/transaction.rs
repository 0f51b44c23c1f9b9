//! What a file asks of its transaction and cannot have: statements that the server refuses in one, or ignores
//! there; BEGIN and COMMIT inside of the transaction that every migration has; a value of an enum that is
//! used before its addition is committed; and files of MySQL that are not all or nothing.
//!
//! An error is what certainly fails, or certainly does not do what is written.

mod enum_value;

use crate::ast::{Kind, Statement, Transaction};
use crate::diagnostic::{Diagnostic, Place, Severity, excerpt};
use crate::dialect::{Ddl, Dialect};
use crate::effect::words::Words;
use crate::effect::{Effect, InTransaction};

/// A file as it is run: its text, its statements and what they do, each in the same order.
#[derive(Clone, Copy, Debug)]
pub struct Checkable<'a> {
    /// The path as messages show it.
    pub path: &'a str,
    /// The whole text.
    pub text: &'a str,
    /// The statements that run: without what was lifted.
    pub statements: &'a [Statement],
    /// What they do.
    pub effects: &'a [Effect],
    /// The dialect that it is written in.
    pub dialect: Dialect,
    /// Whether it runs in a transaction.
    pub transactional: bool,
}

const NO_TRANSACTION: &str = "write `-- migrate(no-transaction)` as the first line of the file: its statements then run one by one, and each is recorded";

/// What is wrong with the file and its transaction.
#[must_use]
pub fn transaction(file: Checkable<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (statement, effect) in file.statements.iter().zip(file.effects) {
        diagnostics.extend(file.of_statement(statement, effect));
    }
    if file.transactional && file.dialect == Dialect::Postgres {
        diagnostics.extend(enum_value::used_early(file));
    }
    diagnostics.extend(file.several_commits());
    diagnostics
}

/// The code of the note that several statements of a file commit by themselves.
const COMMITS: &str = "commits-by-itself";

/// Leaves the note about statements that commit by themselves at the first file of a history, which counts the others.
/// Nearly every second file of MySQL has it, and what it says is the same for all of them: how a file that stopped in
/// the middle goes on. It is left out here and not where it is found, so that each file can allow its own.
pub(super) fn commits_once(diagnostics: &mut Vec<Diagnostic>) {
    let is_note = |found: &Diagnostic| found.code() == COMMITS;
    let others = diagnostics.iter().filter(|found| is_note(found)).count().saturating_sub(1);
    if others == 0 {
        return;
    }
    let mut seen = false;
    diagnostics.retain(|found| !is_note(found) || !std::mem::replace(&mut seen, true));
    if let Some(at) = diagnostics.iter().position(is_note) {
        let files = if others == 1 { "1 other file".to_owned() } else { format!("{others} other files") };
        let first = diagnostics.remove(at);
        diagnostics.insert(at, first.help(format!("the same is true of {files}, which are not listed")));
    }
}

/// Whether what the statements do can be at odds with a transaction at all. Most files have nothing that could, and
/// need not be read once more to be told so.
pub(super) fn concerns(effects: &[Effect]) -> bool {
    let concerns =
        |effect: &Effect| effect.transaction != InTransaction::Allowed || effect.adds_value || effect.commits;
    effects.iter().any(concerns)
}

impl Checkable<'_> {
    fn place(&self, statement: &Statement) -> Place {
        // The first line says which one is meant.
        let text = statement.span.of(self.text);
        let first = text.find('\n').unwrap_or(text.len());
        let start = statement.span.start as usize;
        excerpt(self.path, self.text, start, start + first)
    }

    fn of_statement(&self, statement: &Statement, effect: &Effect) -> Option<Diagnostic> {
        let in_transaction = self.transactional;
        let diagnostic = match &effect.transaction {
            InTransaction::Allowed => return None,
            InTransaction::Controls => self.control(statement),
            InTransaction::Refused(what) if in_transaction => Diagnostic::error(
                "not-in-transaction",
                format!("{what} cannot run inside a transaction, and this file is run in one"),
            )
            .help(NO_TRANSACTION),
            InTransaction::Depends(why) if in_transaction => Diagnostic::warning(
                "may-not-run-in-transaction",
                format!("this may not run inside a transaction, and this file is run in one: {why}"),
            )
            .help(format!("if it does not, {NO_TRANSACTION}")),
            InTransaction::Useless(what) if in_transaction => self.useless(statement, what),
            _ => return None,
        };
        Some(diagnostic.at(self.place(statement)))
    }

    fn control(&self, statement: &Statement) -> Diagnostic {
        let words = Words::of(self.text, statement.span, self.dialect);
        let verb = match statement.kind {
            Kind::Transaction(Transaction::SetTransaction) => "SET TRANSACTION".to_owned(),
            Kind::Transaction(Transaction::Prepare) => "PREPARE TRANSACTION".to_owned(),
            _ if words.begin(&["START"]) => "START TRANSACTION".to_owned(),
            _ => words.text(0).to_ascii_uppercase(),
        };
        let whole = self.transactional && self.dialect.spec().ddl == Ddl::Transactional;
        let help = match (whole, &statement.kind) {
            _ if self.switches_foreign_keys() => {
                "remove `-- migrate(no-transaction)` and leave the rest as it is: in a transaction the pair of `PRAGMA foreign_keys` around the file is taken out of it, and so are BEGIN and COMMIT"
            }
            (true, Kind::Transaction(Transaction::SetTransaction)) => {
                "remove it: the transaction has begun already when the file runs"
            }
            (true, _) => {
                "remove it: the whole file is run in one transaction; what has to be committed before the rest goes into a migration of its own"
            }
            (false, _) => {
                "remove it: each statement of this file is recorded when it is done, which a transaction of the file's own could undo"
            }
        };
        let message = format!("{verb} in a migration, whose transaction is not its own");
        Diagnostic::error("transaction-control", message).help(help)
    }

    /// Whether it runs without a transaction and has SQLite's foreign keys off from its first statement to its last:
    /// it was written as the manual says, and needs nothing but the transaction.
    fn switches_foreign_keys(&self) -> bool {
        let switches = |statement: Option<&Statement>, off: bool| {
            matches!(statement.map(|it| &it.kind), Some(Kind::Pragma { name, value: Some(value) })
                if name.text.eq_ignore_ascii_case("foreign_keys") && is_off(value) == off)
        };
        !self.transactional
            && self.statements.len() > 2
            && switches(self.statements.first(), true)
            && switches(self.statements.last(), false)
    }

    fn useless(&self, statement: &Statement, what: &str) -> Diagnostic {
        let message = format!("{what} does nothing inside a transaction, and this file is run in one");
        let foreign_keys = matches!(&statement.kind, Kind::Pragma { name, .. } if name.text.eq_ignore_ascii_case("foreign_keys"));
        let off = matches!(&statement.kind, Kind::Pragma { value: Some(value), .. } if is_off(value));
        // Who believes that they are off drops a table and its rows take others with them.
        let severity = if foreign_keys && off { Severity::Error } else { Severity::Warning };
        let help = if foreign_keys && !off {
            "remove it: foreign keys are switched for the connection, before the transaction of the file begins"
        } else if foreign_keys {
            "begin the file with `PRAGMA foreign_keys = off;` and end it with `PRAGMA foreign_keys = on;`: the pair is taken out of the transaction"
        } else {
            NO_TRANSACTION
        };
        let diagnostic = match severity {
            Severity::Error => Diagnostic::error("pragma-without-effect", message),
            _ => Diagnostic::warning("pragma-without-effect", message),
        };
        diagnostic.help(help)
    }

    /// A failure between two of them leaves half of the file; the journal knows how far it came.
    fn several_commits(&self) -> Option<Diagnostic> {
        if !self.transactional {
            return None;
        }
        let is_control = |statement: &Statement| matches!(statement.kind, Kind::Transaction(_));
        let commits: Vec<&Statement> = self
            .statements
            .iter()
            .zip(self.effects)
            .filter(|(statement, effect)| effect.commits && !is_control(statement))
            .map(|(statement, _)| statement)
            .collect();
        let second = commits.get(1)?;
        let message = format!(
            "{} statements of this file commit by themselves: where one fails, those before it stay",
            commits.len()
        );
        Some(
            Diagnostic::note(COMMITS, message)
                .at(self.place(second))
                .help("the next run goes on with the statement that failed; one such statement in a file leaves nothing to go on with"),
        )
    }
}

fn is_off(value: &str) -> bool {
    ["off", "0", "false", "no"].iter().any(|word| value.trim_matches(['\'', '"']).eq_ignore_ascii_case(word))
}
