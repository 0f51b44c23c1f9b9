//! One file of SQL: its directives, its statements, what is lifted out of it, its checksums.

use std::borrow::Cow;

use super::Options;
use super::allow::Allowed;
use super::lift::{self, lift};
use crate::checksum;
use crate::diagnostic::{Diagnostic, Place, excerpt};
use crate::dialect::Dialect;
use crate::migrations::{ScriptData, Span};
use crate::syntax::directive::{self, Directive};
use crate::syntax::{Lexer, Problem, ProblemKind, split, tokens_for_checksum};

/// A file of which everything is known but what `metadata.toml` says beside it.
pub(super) struct Script {
    path: String,
    text: String,
    up: bool,
    statements: Vec<Span>,
    /// Where it asks to run without a transaction.
    no_transaction: Option<Span>,
    /// What it allows to be wrong.
    allowed: Vec<Allowed>,
    /// Where it says that it is empty on purpose.
    empty: Option<Span>,
    /// Whether the statements are all there are: a problem may have hidden one.
    whole: bool,
    /// Up to which byte the statements are what was meant.
    divided_until: u32,
}

impl Script {
    /// Reads the canonical `text` of a file.
    pub(super) fn read(
        path: String,
        text: String,
        up: bool,
        options: &Options,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let directives = directive::read(&text, options.dialect);
        let split = split(&text, options.dialect);
        problems(&path, &text, &directives.problems, &split.problems, diagnostics);
        let whole = directives.problems.is_empty() && split.problems.is_empty();
        let asks =
            |wanted| directives.found.iter().find(|found| found.directive == wanted).map(|found| found.span);
        let statements: Vec<Span> = split.statements.iter().map(|statement| statement.span).collect();
        // Behind a quote that is open the statements are not what was meant. The mistake may be an earlier quote
        // that is missing, which is where the grammar stops first.
        let divided_until = split.problems.iter().map(|found| found.span.start).min().unwrap_or(u32::MAX);
        let allowed = directives.allowed.iter().map(|allow| Allowed {
            code: allow.code.clone(),
            path: Some(path.clone()),
            place: Some(place(&path, &text, allow.span)),
            written: format!("allow({})", allow.code),
        });
        Script {
            allowed: allowed.collect(),
            no_transaction: asks(Directive::NoTransaction),
            empty: asks(Directive::Empty),
            statements,
            path,
            text,
            up,
            whole,
            divided_until,
        }
    }

    /// Up to which byte the statements are what was meant. From an open quote on they are not, and that has been
    /// said.
    pub(super) fn divided_until(&self) -> u32 {
        self.divided_until
    }

    /// The path as messages show it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Its path, its text and where its statements are.
    pub(super) fn parts(&self) -> (&str, &str, &[Span]) {
        (&self.path, &self.text, &self.statements)
    }

    /// Takes out what the file allows to be wrong.
    pub(super) fn allowed(&mut self) -> Vec<Allowed> {
        std::mem::take(&mut self.allowed)
    }

    /// Makes what is embedded. `metadata` is the value of `run_in_transaction`.
    pub(super) fn finish(
        self,
        metadata: Option<bool>,
        options: &Options,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ScriptData {
        let Script { path, text, up, statements, no_transaction, empty, whole, .. } = self;
        if let (Some(span), Some(true)) = (no_transaction, metadata) {
            let message =
                "this file runs without a transaction, and metadata.toml says `run_in_transaction = true`";
            diagnostics.push(
                Diagnostic::error("contradiction", message)
                    .at(place(&path, &text, span))
                    .help("remove one of the two"),
            );
        }
        let transactional = no_transaction.is_none() && metadata != Some(false);
        let lifted = transactional.then(|| {
            lift(&text, &statements, options.dialect, |span| words(span.of(&text), options.dialect))
        });
        let (statements, body, foreign_keys_off) = match lifted {
            Some(lifted) => {
                let statements = statements.get(lifted.statements).unwrap_or_default().to_vec();
                (statements, lifted.body, lifted.foreign_keys_off)
            }
            None => {
                let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
                (statements, Span::new(0, end), false)
            }
        };
        match (empty, statements.is_empty()) {
            _ if !whole => {}
            (Some(span), false) => diagnostics.push(
                Diagnostic::error(
                    "not-empty",
                    format!("{path} says that it is empty, and it has statements"),
                )
                .at(place(&path, &text, span))
                .help("remove the directive, or the statements"),
            ),
            (None, true) if up && !options.allow_empty => diagnostics.push(
                Diagnostic::error("empty-up", format!("{path} has no statement"))
                    .at(Place::file(&path))
                    .help("if it is meant to be empty, write `-- migrate(empty)` at its beginning")
                    .help("or allow it for all files with the argument allow(empty)"),
            ),
            _ => {}
        }
        let text_checksum = checksum::text(&text);
        // A directive is a comment, but this one changes what the file does; so does the metadata beside it.
        let mode = (!transactional).then_some(&b"no-transaction"[..]);
        let token_checksum =
            checksum::tokens(mode.into_iter().chain(tokens_for_checksum(&text, options.dialect)));
        ScriptData {
            path: Cow::Owned(path),
            statements: Cow::Owned(statements),
            body,
            transactional,
            foreign_keys_off,
            text_checksum,
            token_checksum,
            text: Cow::Owned(text),
        }
    }
}

/// The most problems of one file that are reported. A dump of a database has one in every second line.
const REPORTED: usize = 20;

fn problems(
    path: &str,
    text: &str,
    directives: &[directive::Problem],
    split: &[Problem],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let directives =
        directives.iter().map(|found| (directive_code(&found.kind), found.span, found.kind.to_string()));
    let split = split.iter().map(|found| (split_code(found.kind), found.span, found.kind.to_string()));
    let mut all = directives.chain(split);
    for (code, span, message) in all.by_ref().take(REPORTED) {
        // Problems of syntax say what is wrong, and behind a semicolon the way out.
        let (message, help) = message.split_once("; ").map_or((&*message, None), |(m, h)| (m, Some(h)));
        let diagnostic = Diagnostic::error(code, message).at(place(path, text, span));
        diagnostics.push(help.into_iter().fold(diagnostic, Diagnostic::help));
    }
    let more = all.count();
    if more > 0 {
        let message = format!("{path} has {more} more problems");
        diagnostics.push(Diagnostic::error("more-problems", message).at(Place::file(path)));
    }
}

fn place(path: &str, text: &str, span: Span) -> Place {
    excerpt(path, text, span.start as usize, span.end as usize)
}

/// Whether `statement` begins or ends a transaction, so that it would end the one in which its migration is
/// recorded.
pub(crate) fn controls_transaction(statement: &str, dialect: Dialect) -> bool {
    lift::controls_transaction(&words(statement, dialect), dialect)
}

/// The first tokens of a statement, without comments.
fn words(statement: &str, dialect: Dialect) -> Vec<&str> {
    Lexer::new(statement, dialect).significant().take(8).map(|token| token.text(statement)).collect()
}

fn split_code(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::UnterminatedString | ProblemKind::UnterminatedIdent => "unterminated-quote",
        ProblemKind::UnterminatedComment => "unterminated-comment",
        ProblemKind::UnterminatedDollarQuote => "unterminated-dollar-quote",
        ProblemKind::DelimiterLeftOpen => "delimiter-left-open",
        ProblemKind::BadDelimiter(_) => "bad-delimiter",
        ProblemKind::MetaCommand => "psql-command",
        ProblemKind::CopyData => "copy-data",
    }
}

fn directive_code(kind: &directive::ProblemKind) -> &'static str {
    use directive::ProblemKind;

    match kind {
        ProblemKind::Unknown { .. } => "unknown-directive",
        ProblemKind::Arguments | ProblemKind::Value(_) | ProblemKind::Syntax(_) | ProblemKind::Misspelled => {
            "bad-directive"
        }
        ProblemKind::Misplaced => "misplaced-directive",
        ProblemKind::Foreign(_) => "layout-not-read-yet",
    }
}
