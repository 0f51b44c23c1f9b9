//! What is wrong with a statement, before it is known where the texts of the files are.

use crate::diagnostic::{Diagnostic, Severity, excerpt};
use crate::migrations::Span;

use super::key::Origin;

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
