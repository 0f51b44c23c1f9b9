//! The bodies of functions in SQL, which Postgres looks into when they are created.

use super::Apply;
use super::dml;
use crate::ast::{CreateRoutine, Kind};
use crate::catalog::resolve::Resolver;
use crate::catalog::rules::Naming;
use crate::catalog::spelling;
use crate::diagnostic::Severity;
use crate::migrations::Span;
use crate::reader;
use crate::syntax::split;

impl Apply<'_> {
    /// Reports tables and columns that the body of a function names and that do not exist.
    pub(super) fn body_of_sql(&mut self, create: &CreateRoutine) {
        let Some(body) = create.body else { return };
        let dialect = self.catalog.dialect;
        if self.rules().naming != Naming::Postgres || create.language.as_deref() != Some("sql") {
            return;
        }
        let text = body.of(self.text);
        let quote = self.text.get(..body.start as usize).and_then(|before| before.chars().next_back());
        // In plain quotes the text is not what it stands for, and the place in it not that in the file.
        let escaped = quote == Some('\'') && text.contains(['\'', '\\']);
        // Functions of any type are looked into when they are called.
        let any = create.arguments.iter().any(|argument| argument.name.starts_with("any"));
        let statement = self.span.of(self.text);
        let around = body.start.saturating_sub(self.span.start) as usize;
        let behind = body.end.saturating_sub(self.span.start) as usize;
        let (Some(head), Some(tail)) = (statement.get(..around), statement.get(behind..)) else { return };
        let mut words = spelling::words(head, dialect);
        let path = |words: &[String]| words.iter().any(|word| word == "search_path");
        if escaped
            || any
            || !self.catalog.session.function_bodies
            || path(&words)
            || path(&spelling::words(tail, dialect))
        {
            return;
        }
        words.push("value".to_owned());
        let mut kinds = Vec::new();
        for part in split(text, dialect).statements {
            let span = Span::new(body.start + part.span.start, body.start + part.span.end);
            let read = reader::read(self.text, span, dialect);
            let query =
                matches!(read.kind, Kind::Select(_) | Kind::Insert(_) | Kind::Update(_) | Kind::Delete(_));
            // What changes the schema would be there for what follows it.
            if !query || !read.unread.is_empty() {
                return;
            }
            kinds.push(read.kind);
        }
        let mut resolver = Resolver::new(self.catalog);
        for kind in &kinds {
            dml::walk_in_function(&mut resolver, kind);
        }
        let mut findings = resolver.findings;
        findings.retain(|finding| {
            let named = finding.span.of(self.text).trim_matches('"').to_ascii_lowercase();
            // Parameters, and the function itself, are named as columns and tables are.
            finding.severity == Severity::Error
                && matches!(finding.code, "unknown-column" | "unknown-table" | "unknown-schema")
                && !words.contains(&named)
        });
        self.findings.extend(findings);
    }
}
