//! Tables of statements: a text with one sample per line, `name: statement`, behind a schema that is there
//! before each of them.

use migrate_core::Dialect;
use migrate_core::catalog::{Catalog, apply};
use migrate_core::diagnostic::Severity;
use migrate_core::effect::{Effect, Versions, classify};
use migrate_core::reader;
use migrate_core::syntax::split;

pub(crate) struct Sample {
    pub(crate) line: usize,
    /// What is run before, in front of ` => `.
    pub(crate) before: String,
    pub(crate) statement: String,
}

/// The lines that are neither empty nor comments.
pub(crate) fn samples(text: &str) -> Vec<Sample> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("--"))
        .map(|(at, line)| {
            let (before, statement) = line.split_once(" => ").unwrap_or(("", line));
            Sample { line: at, before: before.to_owned(), statement: statement.to_owned() }
        })
        .collect()
}

/// The catalog that a script leads to.
pub(crate) fn catalog(script: &str, dialect: Dialect) -> Catalog {
    let mut catalog = Catalog::new(dialect);
    for statement in split(script, dialect).statements {
        let read = reader::read(script, statement.span, dialect);
        let findings = apply(&mut catalog, &read, script, "schema.sql");
        let wrong: Vec<_> = findings.iter().filter(|it| it.severity == Severity::Error).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", statement.span.of(script));
    }
    catalog
}

/// What the one statement of `text` does.
pub(crate) fn effect(text: &str, before: &Catalog) -> Effect {
    let statements = split(text, before.dialect()).statements;
    assert_eq!(statements.len(), 1, "one statement: {text}");
    let read = reader::read(text, statements[0].span, before.dialect());
    classify(&read, text, before, Versions::supported(before.dialect()))
}
