//! What is wrong with a file, as a value that can be tested, sorted and rendered. It knows how to say it, not
//! how to find it.

mod excerpt;
mod suggest;

use std::fmt;
use std::fmt::Write as _;

pub use excerpt::{Excerpt, excerpt};
pub use suggest::closest;

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably a mistake.
    Warning,
    /// The migrations cannot be used.
    Error,
}

/// One thing that is wrong with a file or with the set of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    code: &'static str,
    severity: Severity,
    message: String,
    place: Option<Place>,
    help: Vec<String>,
    related: Vec<Related>,
}

/// Where something is: a file, and a part of its text when the text is what matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    path: String,
    excerpt: Option<Excerpt>,
}

/// A second place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    message: String,
    place: Place,
}

impl Place {
    /// A file or folder as a whole.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Place { path: path.into(), excerpt: None }
    }

    /// A part of a file.
    #[must_use]
    pub fn part(path: impl Into<String>, excerpt: Excerpt) -> Self {
        Place { path: path.into(), excerpt: Some(excerpt) }
    }

    /// The path as messages show it, with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The line from 1, when a part of the text is meant.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.excerpt.as_ref().map(Excerpt::line)
    }

    /// The column in characters from 1, when a part of the text is meant.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.excerpt.as_ref().map(Excerpt::column)
    }

    /// The part of the text.
    #[must_use]
    pub fn excerpt(&self) -> Option<&Excerpt> {
        self.excerpt.as_ref()
    }

    /// The place in rustc's manner: an arrow with `path:line:column`, then the line and a caret below it. No
    /// line break at the end.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_at(self.gutter())
    }

    /// The width of the line number.
    fn gutter(&self) -> usize {
        self.line().map_or(1, |line| line.to_string().len())
    }

    fn render_at(&self, gutter: usize) -> String {
        let path = excerpt::escaped(&self.path);
        let mut out = format!("{:gutter$}--> {path}", "");
        if let Some(excerpt) = &self.excerpt {
            let _ = write!(out, ":{}:{}\n{}", excerpt.line(), excerpt.column(), excerpt.render(gutter));
        }
        out
    }
}

impl Related {
    /// What the second place has to do with it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The second place.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }
}

impl Diagnostic {
    /// An error. `code` is kebab-case and stable; `message` is lower case, without a final period.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message.into())
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message.into())
    }

    /// A note.
    #[must_use]
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message.into())
    }

    fn new(code: &'static str, severity: Severity, message: String) -> Self {
        Diagnostic { code, severity, message, place: None, help: Vec::new(), related: Vec::new() }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, message: impl Into<String>, place: Place) -> Self {
        self.related.push(Related { message: message.into(), place });
        self
    }

    /// The stable code, in kebab-case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What to do about it.
    pub fn helps(&self) -> impl ExactSizeIterator<Item = &str> {
        self.help.iter().map(String::as_str)
    }

    /// The other places that belong to it.
    #[must_use]
    pub fn places(&self) -> &[Related] {
        &self.related
    }

    /// The whole diagnostic as plain text in rustc's manner, without a final line break:
    ///
    /// ```
    /// use migrate_core::diagnostic::{Diagnostic, Place, excerpt};
    ///
    /// let text = "CREATE TABLE a (x INT);\nSELECT 'open;\n";
    /// let diagnostic = Diagnostic::error("unterminated-quote", "this string is never closed")
    ///     .at(excerpt("migrations/1_a.sql", text, 31, 32))
    ///     .help("add the closing quote");
    /// assert_eq!(
    ///     diagnostic.render(),
    ///     "\
    /// error[unterminated-quote]: this string is never closed
    ///  --> migrations/1_a.sql:2:8
    ///   |
    /// 2 | SELECT 'open;
    ///   |        ^
    ///   = help: add the closing quote"
    /// );
    /// ```
    #[must_use]
    pub fn render(&self) -> String {
        let message = excerpt::escaped_lines(&self.message);
        format!("{}[{}]: {message}{}", self.severity, self.code, self.body())
    }

    /// Like [`render`](Self::render) with the code behind the message and no severity in front: for
    /// `compile_error!`, in front of which rustc writes `error: ` itself.
    #[must_use]
    pub fn render_for_rustc(&self) -> String {
        format!("{} [{}]{}", excerpt::escaped_lines(&self.message), self.code, self.body())
    }

    /// Everything behind the first line.
    fn body(&self) -> String {
        let places = self.place.iter().chain(self.related.iter().map(|related| &related.place));
        let gutter = places.map(Place::gutter).max().unwrap_or(1);
        let mut out = String::new();
        if let Some(place) = &self.place {
            let _ = write!(out, "\n{}", place.render_at(gutter));
        }
        for help in &self.help {
            let help = excerpt::escaped_lines(help).replace('\n', &format!("\n{:gutter$}         ", ""));
            let _ = write!(out, "\n{:gutter$} = help: {help}", "");
        }
        for related in &self.related {
            let message = excerpt::escaped_lines(&related.message);
            let _ = write!(out, "\nnote: {message}\n{}", related.place.render_at(gutter));
        }
        out
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}
