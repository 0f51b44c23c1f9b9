//! The information schema of MariaDB.

use std::sync::Arc;

use migrate_core::catalog::model::{
    Column, ConstraintKind, Entity, Index, IndexPart, Routine, Sequence, State, Table, Trigger, View,
};
use migrate_core::catalog::{Catalog, Class, Key, apply};
use migrate_core::reader;
use migrate_core::syntax::split;

use super::{Source, action, constraint, edit, text, truth};

pub(super) fn catalog(source: &Source<'_>) -> Catalog {
    let mut catalog = Catalog::new(source.dialect);
    let mut views = Vec::new();
    for [name, kind] in source
        .rows(["TABLE_NAME", "TABLE_TYPE"], "FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
    {
        let key = catalog.relation_key("", text(&name));
        let name = text(&name).to_owned();
        match text(&kind) {
            "VIEW" => views.push(name),
            "SEQUENCE" => {
                let sequence = Sequence {
                    name,
                    owner: None,
                    identity: false,
                    temporary: false,
                    state: State::default(),
                };
                catalog.insert(key, Entity::Sequence(sequence));
            }
            _ => catalog.insert(key, Entity::Table(Table { name, ..Table::default() })),
        }
    }
    columns(source, &mut catalog);
    indexes(source, &mut catalog);
    foreign_keys(source, &mut catalog);
    checks(source, &mut catalog);
    for name in views {
        view(source, &mut catalog, &name);
    }
    for [name, kind, returns, body] in source.rows(
        ["ROUTINE_NAME", "ROUTINE_TYPE", "NULLIF(DTD_IDENTIFIER, '')", "ROUTINE_DEFINITION"],
        "FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
    ) {
        let key = Key::new(Class::Routine, "", &format!("{}()", text(&name).to_ascii_lowercase()));
        let (mut parameters, mut arguments) = (Vec::new(), Vec::new());
        for [parameter, type_name] in source.rows(
            ["PARAMETER_NAME", "CASE WHEN PARAMETER_MODE <> 'OUT' THEN DTD_IDENTIFIER END"],
            &format!(
                "FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = DATABASE() AND SPECIFIC_NAME = '{}' \
                 AND ORDINAL_POSITION > 0 ORDER BY ORDINAL_POSITION",
                text(&name)
            ),
        ) {
            parameters.extend(parameter);
            arguments.extend(type_name);
        }
        let routine = Routine {
            name: text(&name).to_owned(),
            parameters,
            arguments,
            returns,
            procedure: text(&kind) == "PROCEDURE",
            body: body.map(Arc::from),
            ..Routine::default()
        };
        catalog.insert(key, Entity::Routine(routine));
    }
    for [name, table] in source.rows(
        ["TRIGGER_NAME", "EVENT_OBJECT_TABLE"],
        "FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()",
    ) {
        let key = Key::new(Class::Trigger, "", &text(&name).to_ascii_lowercase());
        let trigger = Trigger {
            name: text(&name).to_owned(),
            table: catalog.relation_key("", text(&table)),
            function: None,
            columns: Vec::new(),
            body: None,
            state: State::default(),
        };
        catalog.insert(key, Entity::Trigger(trigger));
    }
    catalog
}

fn columns(source: &Source<'_>, catalog: &mut Catalog) {
    for [table, name, type_name, nullable, default, extra, generated] in source.rows(
        [
            "TABLE_NAME",
            "COLUMN_NAME",
            "COLUMN_TYPE",
            "IS_NULLABLE",
            "COLUMN_DEFAULT",
            "EXTRA",
            "NULLIF(GENERATION_EXPRESSION, '')",
        ],
        "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION",
    ) {
        let key = catalog.relation_key("", text(&table));
        edit(catalog, &key, |table| {
            table.columns.push(Column {
                name: text(&name).to_owned(),
                type_name,
                not_null: text(&nullable) == "NO",
                default: default.filter(|default| default != "NULL"),
                generated,
                auto_increment: text(&extra).contains("auto_increment"),
                ..Column::default()
            });
        });
    }
}

fn indexes(source: &Source<'_>, catalog: &mut Catalog) {
    for [table, name, other, first, column, length, order, method] in source.rows(
        [
            "TABLE_NAME",
            "INDEX_NAME",
            "NON_UNIQUE",
            "SEQ_IN_INDEX = 1",
            "COLUMN_NAME",
            "SUB_PART",
            "COLLATION",
            "INDEX_TYPE",
        ],
        "FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    ) {
        let key = catalog.relation_key("", text(&table));
        edit(catalog, &key, |table| {
            let name = text(&name).to_owned();
            let column = text(&column).to_owned();
            let unique = !truth(&other);
            if truth(&first) {
                let mut index = Index::default();
                index.name.clone_from(&name);
                index.unique = unique;
                index.method = Some(text(&method).to_lowercase()).filter(|method| method != "btree");
                index.constraint = unique;
                table.indexes.push(index);
                let columns = Vec::new();
                let primary = name == "PRIMARY";
                if unique {
                    let kind = if primary {
                        ConstraintKind::PrimaryKey { columns }
                    } else {
                        ConstraintKind::Unique { columns }
                    };
                    table.constraints.push(constraint(Some(name), kind));
                }
            }
            if unique
                && let Some(
                    ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns },
                ) = table.constraints.last_mut().map(|it| &mut it.kind)
            {
                columns.push(column.clone());
            }
            if let Some(index) = table.indexes.last_mut() {
                index.columns.push(column.clone());
                index.parts.push(IndexPart {
                    column: Some(column),
                    expression: None,
                    length: length.and_then(|length| length.parse().ok()),
                    descending: text(&order) == "D",
                });
            }
        });
    }
}

fn foreign_keys(source: &Source<'_>, catalog: &mut Catalog) {
    for [table, name, on_update, on_delete, other, column, referenced] in source.rows(
        [
            "r.TABLE_NAME",
            "r.CONSTRAINT_NAME",
            "r.UPDATE_RULE",
            "r.DELETE_RULE",
            "r.REFERENCED_TABLE_NAME",
            "k.COLUMN_NAME",
            "k.REFERENCED_COLUMN_NAME",
        ],
        "FROM information_schema.REFERENTIAL_CONSTRAINTS r JOIN information_schema.KEY_COLUMN_USAGE k \
         ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME \
         AND k.TABLE_NAME = r.TABLE_NAME WHERE r.CONSTRAINT_SCHEMA = DATABASE() \
         ORDER BY r.TABLE_NAME, r.CONSTRAINT_NAME, k.ORDINAL_POSITION",
    ) {
        let (key, target) = (catalog.relation_key("", text(&table)), catalog.relation_key("", text(&other)));
        let (column, referenced_column) = (text(&column).to_owned(), text(&referenced).to_owned());
        edit(catalog, &key, |table| {
            let known = table.constraints.iter_mut().find(|it| it.name == name).map(|it| &mut it.kind);
            if let Some(ConstraintKind::ForeignKey { columns, referenced, .. }) = known {
                columns.push(column);
                referenced.push(referenced_column);
                return;
            }
            let kind = ConstraintKind::ForeignKey {
                columns: vec![column],
                table: target,
                referenced: vec![referenced_column],
                on_delete: action(&on_delete),
                on_update: action(&on_update),
            };
            table.constraints.push(constraint(name, kind));
        });
    }
}

fn checks(source: &Source<'_>, catalog: &mut Catalog) {
    for [table, name, level, expression] in source.rows(
        ["TABLE_NAME", "CONSTRAINT_NAME", "LEVEL", "CHECK_CLAUSE"],
        "FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
    ) {
        let key = catalog.relation_key("", text(&table));
        edit(catalog, &key, |table| {
            let name = name.filter(|_| text(&level) != "Column");
            let kind =
                ConstraintKind::Check { expression: expression.unwrap_or_default(), columns: Vec::new() };
            table.constraints.push(constraint(name, kind));
        });
    }
}

/// What a view uses is only in its text.
fn view(source: &Source<'_>, catalog: &mut Catalog, name: &str) {
    let definition = source.rows(
        ["REPLACE(VIEW_DEFINITION, CONCAT('`', DATABASE(), '`.'), '')"],
        &format!("FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{name}'"),
    );
    let script =
        format!("CREATE VIEW `{name}` AS {}", definition.iter().map(|[it]| text(it)).collect::<String>());
    for statement in split(&script, source.dialect).statements {
        apply(catalog, &reader::read(&script, statement.span, source.dialect), &script, "server");
    }
    let columns = source.rows(
        ["COLUMN_NAME"],
        &format!(
            "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{name}' \
             ORDER BY ORDINAL_POSITION"
        ),
    );
    let columns = columns.into_iter().flatten().flatten().collect();
    let key = catalog.relation_key("", name);
    let mut view = match catalog.get(&key) {
        Some(Entity::View(view)) => view.clone(),
        _ => View { name: name.to_owned(), ..View::default() },
    };
    view.columns = Some(columns);
    catalog.insert(key, Entity::View(view));
}
