//! Histories from the first file to the last: what they lead to, and what a server would not accept on the
//! way. Each down is tried against the state behind its up, and its work is undone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Catalog, Difference, Finding, apply};
use crate::ast::Statement;
use crate::diagnostic::{Diagnostic, Place, Severity, excerpt};
use crate::dialect::Dialect;
use crate::migrations::{Migrations, Script};
use crate::reader;

/// What a replay gives.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The state behind the last up.
    pub catalog: Catalog,
    /// What is wrong with the files, in their order.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of statements that were applied, downs included.
    pub statements: usize,
    /// The statements that could not be followed and may have touched anything, by path and first line.
    pub tainting: Vec<(String, String)>,
    /// Those that could not be followed and are confined to objects that they name.
    pub confined: Vec<(String, String)>,
    /// The tables, views, sequences and types that ups create at any time, temporary ones left out.
    pub created: BTreeSet<Created>,
}

/// An object that a history creates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Created {
    /// Its schema; `None` when it goes where unqualified names go.
    pub schema: Option<String>,
    /// Its name as the database keeps it.
    pub name: String,
}

/// Applies the ups of `histories`, one after the other, to an empty database of `dialect`.
#[must_use]
pub fn replay<'m>(dialect: Dialect, histories: impl IntoIterator<Item = &'m Migrations>) -> Replayed {
    replay_with(dialect, histories, |catalog, step| match step {
        Step::Statement(statement, script) => apply(catalog, statement, script.text(), script.path()),
        Step::End(_) => Vec::new(),
    })
}

/// What a replay comes to.
pub(crate) enum Step<'s, 'm> {
    /// A statement that is to be applied.
    Statement(&'s Statement, Script<'m>),
    /// The end of a script, before its session ends.
    End(Script<'m>),
}

/// A replay in which `each` applies the statements.
pub(crate) fn replay_with<'m>(
    dialect: Dialect,
    histories: impl IntoIterator<Item = &'m Migrations>,
    mut each: impl FnMut(&mut Catalog, Step<'_, 'm>) -> Vec<Finding>,
) -> Replayed {
    let histories: Vec<&Migrations> = histories.into_iter().collect();
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    for migration in histories.iter().flat_map(|history| history.iter()) {
        texts.insert(migration.up().path(), migration.up().text());
        if let Some(down) = migration.down() {
            texts.insert(down.path(), down.text());
        }
    }
    let mut replay = Replay {
        done: Replayed {
            catalog: Catalog::new(dialect),
            diagnostics: Vec::new(),
            statements: 0,
            tainting: Vec::new(),
            confined: Vec::new(),
            created: BTreeSet::new(),
        },
        texts,
    };
    for migration in histories.iter().flat_map(|history| history.iter()) {
        let Some(down) = migration.down() else {
            replay.script(migration.up(), &mut each);
            continue;
        };
        let start = replay.done.catalog.snapshot();
        let up = replay.script(migration.up(), &mut each);
        let created = replay.done.catalog.created.len();
        let before = replay.done.catalog.snapshot();
        if replay.script(down, &mut each) && up {
            replay.undone(down, &start);
        }
        replay.done.catalog.restore(before);
        replay.done.catalog.created.truncate(created);
        replay.done.catalog.keep(start);
    }
    replay.done.created = replay.done.catalog.created();
    replay.done
}

struct Replay<'m> {
    done: Replayed,
    texts: BTreeMap<&'m str, &'m str>,
}

/// The most differences that one message names.
const NAMED: usize = 5;

impl<'m> Replay<'m> {
    /// Compares what a migration and its down lead to with what was there at the start.
    fn undone(&mut self, down: Script<'_>, start: &super::Snapshot) {
        let differences = self.done.catalog.since(start).unwrap_or_default();
        if differences.is_empty() {
            return;
        }
        let mut lines: Vec<String> = differences.iter().flat_map(Difference::lines).collect();
        let more = lines.len().saturating_sub(NAMED);
        lines.truncate(NAMED);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        let message = format!(
            "behind this down the schema is not what it was before its up:\n    {}",
            lines.join("\n    ")
        );
        self.done
            .diagnostics
            .push(Diagnostic::warning("down-differs", message).at(Place::file(down.path())).help(
            "if it is meant, write `-- migrate(allow(down-differs, \"reason\"))` at the start of the file",
        ));
    }

    /// Applies a script; gives whether nothing was wrong with it.
    fn script(
        &mut self,
        script: Script<'m>,
        each: &mut impl FnMut(&mut Catalog, Step<'_, 'm>) -> Vec<Finding>,
    ) -> bool {
        let errors = self.done.diagnostics.len();
        let (text, path) = (script.text(), script.path());
        let catalog = &mut self.done.catalog;
        if script.data().foreign_keys_off {
            catalog.session.foreign_keys = false;
        }
        for span in script.data().statements.iter() {
            let statement = reader::read(text, *span, catalog.dialect());
            let before = (catalog.taint.events(), catalog.taint.confined());
            let findings = each(catalog, Step::Statement(&statement, script));
            self.done.statements += 1;
            let line = || (path.to_owned(), span.of(text).lines().next().unwrap_or("").to_owned());
            if catalog.taint.events() > before.0 {
                self.done.tainting.push(line());
                let place = excerpt(path, text, span.start as usize, span.end as usize);
                self.done.diagnostics.push(
                    Diagnostic::note("unparsed", "what this statement does to the schema cannot be followed")
                        .at(place)
                        .help("findings about what it may have changed are notes from here on"),
                );
            } else if catalog.taint.confined() > before.1 {
                self.done.confined.push(line());
            }
            for finding in findings {
                let texts = &self.texts;
                self.done.diagnostics.push(diagnostic(&finding, path, texts));
            }
        }
        each(catalog, Step::End(script));
        catalog.end_session();
        self.done.diagnostics[errors..].iter().all(|found| found.severity() < Severity::Error)
    }
}

fn diagnostic(finding: &Finding, path: &str, texts: &BTreeMap<&str, &str>) -> Diagnostic {
    finding.diagnostic(path, |path| texts.get(path).copied())
}

impl Replayed {
    /// The errors among the diagnostics.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error)
    }
}
