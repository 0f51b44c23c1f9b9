//! Histories from the first file to the last: what they lead to, and what a server would not accept on the
//! way. Each down is tried against the state behind its up, and its work is undone.

use std::collections::BTreeMap;

use super::{Catalog, Finding, apply};
use crate::ast::Statement;
use crate::diagnostic::{Diagnostic, Severity};
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
        },
        texts,
    };
    for migration in histories.iter().flat_map(|history| history.iter()) {
        replay.script(migration.up(), &mut each);
        if let Some(down) = migration.down() {
            let before = replay.done.catalog.snapshot();
            replay.script(down, &mut each);
            replay.done.catalog.restore(before);
        }
    }
    replay.done
}

struct Replay<'m> {
    done: Replayed,
    texts: BTreeMap<&'m str, &'m str>,
}

impl<'m> Replay<'m> {
    fn script(
        &mut self,
        script: Script<'m>,
        each: &mut impl FnMut(&mut Catalog, Step<'_, 'm>) -> Vec<Finding>,
    ) {
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
