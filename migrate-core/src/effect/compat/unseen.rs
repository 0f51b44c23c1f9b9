//! What the catalog cannot show: changes of tables that it does not have, and what it does not keep of those
//! that it has.

use crate::ast::{AlterTable, Column, ConstraintKind, Generated, Kind, Name, Object, TableAction};
use crate::catalog::Key;
use crate::effect::Question;
use crate::effect::fact::{Class, Reason};

/// The reasons that a statement gives by its words.
pub(in crate::effect) fn unseen(question: &Question<'_>) -> Vec<Reason> {
    let mut list = Vec::new();
    let mut add = |class, object: Key, text: String| list.push(Reason { class, object, text });
    let stranger = |name: &Name| question.before.stranger(name);
    match &question.statement.kind {
        Kind::CreateIndex(create) if create.unique => {
            if let Some(key) = stranger(&create.table) {
                let text = format!("table `{}` has a new unique index", create.table.last.text);
                add(Class::Contract, key, text);
            }
        }
        Kind::Drop(drop)
            if matches!(
                drop.object,
                Object::Table | Object::View | Object::MaterializedView | Object::Sequence
            ) =>
        {
            for name in &drop.names {
                if let Some(key) = stranger(name) {
                    add(Class::Contract, key, format!("`{}` is gone", name.last.text));
                }
            }
        }
        Kind::RenameTables(pairs) => {
            for (from, _) in pairs {
                if let Some(key) = stranger(from) {
                    add(Class::Contract, key, format!("table `{}` has another name", from.last.text));
                }
            }
        }
        Kind::AlterTable(alter) => {
            if let Some(key) = stranger(&alter.table) {
                for (class, what) in alter.actions.iter().filter_map(action) {
                    add(class, key.clone(), format!("table `{}`: {what}", alter.table.last.text));
                }
            }
            row_security(question, alter, &mut add);
        }
        _ => {}
    }
    list
}

fn action(action: &TableAction) -> Option<(Class, String)> {
    Some(match action {
        TableAction::DropColumn { name, .. } => (Class::Contract, format!("column `{}` is gone", name.text)),
        TableAction::RenameColumn { from, .. } => {
            (Class::Contract, format!("column `{}` has another name", from.text))
        }
        TableAction::ChangeColumn { from, .. } => {
            (Class::Contract, format!("column `{}` may be another now", from.text))
        }
        TableAction::RenameTo(_) | TableAction::SetSchema(_) => {
            (Class::Contract, "it has another name".to_owned())
        }
        TableAction::SetType { column, .. } => {
            (Class::Contract, format!("column `{}` has another type", column.text))
        }
        TableAction::SetNotNull { column } => {
            (Class::Contract, format!("column `{}` takes no NULL any more", column.text))
        }
        TableAction::DropNotNull { column } => {
            (Class::Expand, format!("column `{}` may be NULL now", column.text))
        }
        TableAction::AddColumn { column, .. } if needs_value(column) => {
            (Class::Contract, format!("new column `{}` needs a value from every writer", column.name.text))
        }
        TableAction::AddColumn { column, .. } => {
            (Class::Expand, format!("column `{}` is new", column.name.text))
        }
        TableAction::AddConstraint(constraint) => match constraint.kind {
            // A key may be one already, as an index.
            ConstraintKind::PrimaryKey { using_index: Some(_), .. }
            | ConstraintKind::Unique { using_index: Some(_), .. } => return None,
            _ => (Class::Contract, "it has a new constraint".to_owned()),
        },
        TableAction::AddIndex(index) if index.unique => {
            (Class::Contract, "it has a new unique index".to_owned())
        }
        _ => return None,
    })
}

fn needs_value(column: &Column) -> bool {
    let fills = column.default.is_some()
        || column.auto_increment
        || matches!(
            column.generated,
            Some(
                Generated::Stored(_)
                    | Generated::Virtual(_)
                    | Generated::IdentityAlways
                    | Generated::IdentityByDefault
            )
        );
    column.not_null && !fills
}

/// The catalog does not keep it: a role to which no policy applies sees no row.
fn row_security(question: &Question<'_>, alter: &AlterTable, add: &mut impl FnMut(Class, Key, String)) {
    let on = question.words.has(&["ENABLE", "ROW", "LEVEL"])
        || question
            .words
            .find(&["FORCE", "ROW", "LEVEL"])
            .is_some_and(|at| at == 0 || !question.words.at(at - 1, &["NO"]));
    if on
        && alter.actions.contains(&TableAction::RowSecurity)
        && let Some(key) = question.table(&alter.table)
    {
        add(
            Class::Contract,
            key,
            format!("table `{}` shows only rows that a policy allows", alter.table.last.text),
        );
    }
}
