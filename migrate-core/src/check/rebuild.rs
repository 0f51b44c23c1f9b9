//! SQLite: a table that is built anew while others refer to it. With foreign keys on, dropping the old one deletes its
//! rows first, and the rows that refer to them go along or stop it (<https://sqlite.org/lang_altertable.html>, section
//! 7, and <https://sqlite.org/foreignkeys.html>, section 5).

use super::transaction::Checkable;
use crate::ast::{AlterTable, CreateTable, Drop, Kind, Name, Object, Statement, TableAction};
use crate::diagnostic::{Diagnostic, excerpt};
use crate::effect::{Effect, Referrer};

/// The code of what this finds.
pub(super) const CODE: &str = "rebuild-with-foreign-keys";

/// What the file drops in order to build it anew, with tables that refer to it. A file without a transaction can
/// switch foreign keys off by itself.
pub(super) fn rebuild(file: Checkable<'_>, foreign_keys_off: bool) -> Vec<Diagnostic> {
    if foreign_keys_off || !file.transactional {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, (statement, effect)) in file.statements.iter().zip(file.effects).enumerate() {
        let Kind::Drop(drop) = &statement.kind else { continue };
        if effect.referrers.is_empty() || !is_rebuild(file.statements, at, drop) {
            continue;
        }
        let dropped = drop.names.first().map_or("", |name| &*name.last.text);
        // The rows that go are worse than a statement that fails.
        let takes = |referrer: &&Referrer| {
            let rule = referrer.on_delete.as_deref().unwrap_or_default().to_ascii_uppercase();
            matches!(rule.as_str(), "CASCADE" | "SET NULL" | "SET DEFAULT")
        };
        let worst = effect.referrers.iter().find(takes);
        let other = worst.or(effect.referrers.first()).map_or("", |referrer| &*referrer.table.name);
        let diagnostic = match worst.and_then(|referrer| referrer.on_delete.as_deref()) {
            Some(rule) => {
                let rule = rule.to_ascii_uppercase();
                let becomes = if rule == "CASCADE" { "deletes the rows" } else { "empties the column" };
                Diagnostic::error(
                    CODE,
                    format!(
                        "table `{dropped}` is built anew with foreign keys on: dropping it {becomes} of `{other}` that refer \
                         to it (ON DELETE {rule})"
                    ),
                )
            }
            None => Diagnostic::warning(
                CODE,
                format!(
                    "table `{dropped}` is built anew with foreign keys on: dropping it fails as soon as a row of `{other}` \
                     refers to it"
                ),
            ),
        };
        let span = drop.names.first().map_or(statement.span, |name| name.last.span);
        let place = excerpt(file.path, file.text, span.start as usize, span.end as usize);
        found.push(diagnostic.at(place).help(
            "begin the file with `PRAGMA foreign_keys = off;` and end it with `PRAGMA foreign_keys = on;`: the pair is taken \
             out of the transaction, and all foreign keys are checked before it is committed",
        ));
    }
    found
}

/// Whether there is anything to look for.
pub(super) fn concerns(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| !effect.referrers.is_empty())
}

/// Whether the table that the statement at `at` drops is there again afterwards: another takes its name behind it, or
/// it had given its own to a new one before.
fn is_rebuild(statements: &[Statement], at: usize, drop: &Drop) -> bool {
    let (before, behind) = statements.split_at(at);
    let is_dropped = |name: &Name| drop.names.iter().any(|it| same(it, name));
    let returns = behind.iter().any(|statement| takes_name(statement).is_some_and(is_dropped));
    let made_way = before.iter().enumerate().any(|(index, statement)| match renamed(statement) {
        Some((old, new)) => {
            is_dropped(new)
                && before[index..].iter().any(|it| created(it).is_some_and(|name| same(name, old)))
        }
        None => false,
    });
    drop.object == Object::Table && (returns || made_way)
}

/// The name that a table has after the statement and had not before.
fn takes_name(statement: &Statement) -> Option<&Name> {
    created(statement).or_else(|| renamed(statement).map(|(_, new)| new))
}

fn created(statement: &Statement) -> Option<&Name> {
    match &statement.kind {
        Kind::CreateTable(CreateTable { name, .. }) => Some(name),
        _ => None,
    }
}

fn renamed(statement: &Statement) -> Option<(&Name, &Name)> {
    let Kind::AlterTable(AlterTable { table, actions, .. }) = &statement.kind else { return None };
    actions.iter().find_map(|action| match action {
        TableAction::RenameTo(new) => Some((table, new)),
        _ => None,
    })
}

fn same(a: &Name, b: &Name) -> bool {
    a.last.text.eq_ignore_ascii_case(&b.last.text)
}
