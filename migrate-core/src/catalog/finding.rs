//! What is wrong with a statement, before it is known where the texts of the files are.

use crate::diagnostic::{Diagnostic, Severity, excerpt};
use crate::migrations::Span;

use super::key::Origin;

/// All codes of findings.
pub const CODES: &[&str] = &[
    "ambiguous-column",
    "ambiguous-function",
    "autoincrement-type",
    "broken-view",
    "duplicate-column",
    "duplicate-constraint",
    "duplicate-extension",
    "duplicate-function",
    "duplicate-index",
    "duplicate-label",
    "duplicate-policy",
    "duplicate-primary-key",
    "duplicate-schema",
    "duplicate-sequence",
    "duplicate-table",
    "duplicate-trigger",
    "duplicate-type",
    "duplicate-view",
    "in-primary-key",
    "in-use",
    "missing-primary-key",
    "no-identity",
    "no-unique-index",
    "unknown-column",
    "unknown-constraint",
    "unknown-extension",
    "unknown-function",
    "unknown-index",
    "unknown-label",
    "unknown-operator-class",
    "unknown-policy",
    "unknown-schema",
    "unknown-sequence",
    "unknown-table",
    "unknown-trigger",
    "unknown-type",
    "unknown-view",
    "view-columns",
    "wrong-count",
    "wrong-object",
    "wrong-reference",
    "wrong-reference-type",
];

/// One thing that is wrong with a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stable code, in kebab-case.
    pub code: &'static str,
    /// An error, or a note when the catalog is not sure.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The bytes of the file that are meant.
    pub span: Span,
    /// What to do about it.
    pub help: Vec<String>,
    /// Second places: what they have to do with it, and where.
    pub related: Vec<(String, Origin)>,
}

impl Finding {
    /// As a diagnostic of the file `path`; `text` gives the text of a file by its path.
    #[must_use]
    pub fn diagnostic<'t>(&self, path: &str, text: impl Fn(&str) -> Option<&'t str>) -> Diagnostic {
        let mut diagnostic = match self.severity {
            Severity::Error => Diagnostic::error(self.code, &self.message),
            Severity::Warning => Diagnostic::warning(self.code, &self.message),
            Severity::Note => Diagnostic::note(self.code, &self.message),
        };
        let place = |path: &str, span: Span| {
            excerpt(path, text(path).unwrap_or(""), span.start as usize, span.end as usize)
        };
        diagnostic = diagnostic.at(place(path, self.span));
        for help in &self.help {
            diagnostic = diagnostic.help(help);
        }
        for (message, origin) in &self.related {
            diagnostic = diagnostic.related(message, place(&origin.path, origin.span));
        }
        diagnostic
    }
}
