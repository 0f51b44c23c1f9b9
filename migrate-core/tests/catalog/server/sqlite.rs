//! SQLite. Its pragmas say what there is; conditions, generated columns, collations and AUTOINCREMENT are only in
//! the text of its schema table, which ALTER TABLE rewrites.

use migrate_core::catalog::model::{
    Column, ConstraintKind, Entity, Index, IndexPart, Table, TableKind, View,
};
use migrate_core::catalog::{Catalog, Key, apply};
use migrate_core::reader;
use migrate_core::syntax::split;

use super::{Source, action, constraint, text, truth};

const LIST: &str = "FROM pragma_table_list t";
const WHERE: &str = "t.schema = 'main' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

pub(super) fn catalog(source: &Source<'_>) -> Catalog {
    // What the text says, and then over it what the pragmas say.
    let mut catalog = Catalog::new(source.dialect);
    for [sql] in source.rows(
        ["sql"],
        "FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY type = 'trigger', type = 'view', type = 'index', rowid",
    ) {
        let sql = text(&sql);
        for statement in split(sql, source.dialect).statements {
            apply(&mut catalog, &reader::read(sql, statement.span, source.dialect), sql, "server");
        }
    }
    let written = catalog.clone();
    let text_of = |key: &Key| written.get(key).and_then(Entity::as_table);
    for [name, kind, without_rowid, strict] in
        source.rows(["t.name", "t.type", "t.wr", "t.strict"], &format!("{LIST} WHERE {WHERE}"))
    {
        let key = catalog.relation_key("main", text(&name));
        match text(&kind) {
            "view" => {
                let Some(Entity::View(view)) = written.get(&key) else { continue };
                // One that is broken cannot be asked.
                let columns = column_names(source, text(&name)).or(view.columns.clone());
                let view = View { columns, ..view.clone() };
                catalog.insert(key, Entity::View(view));
            }
            // What a module keeps its data in is its own.
            "shadow" => catalog.remove(&key),
            kind => {
                let kind = if kind == "virtual" { TableKind::Virtual } else { TableKind::Ordinary };
                let mut table = Table {
                    name: text(&name).to_owned(),
                    kind,
                    without_rowid: truth(&without_rowid),
                    strict: truth(&strict),
                    ..Table::default()
                };
                fill(source, &catalog, &mut table, text_of(&key));
                catalog.insert(key, Entity::Table(table));
            }
        }
    }
    catalog
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

fn column_names(source: &Source<'_>, view: &str) -> Option<Vec<String>> {
    let rows = source.try_rows(["name"], &format!("FROM pragma_table_xinfo({})", quoted(view))).ok()?;
    Some(rows.into_iter().flatten().flatten().collect())
}

fn fill(source: &Source<'_>, catalog: &Catalog, table: &mut Table, written: Option<&Table>) {
    let name = quoted(&table.name);
    let mut primary: Vec<(u32, String)> = Vec::new();
    for [column, type_name, not_null, default, key, hidden] in source.rows(
        ["name", "type", "\"notnull\"", "dflt_value", "pk", "hidden"],
        &format!("FROM pragma_table_xinfo({name}) ORDER BY cid"),
    ) {
        let column = text(&column).to_owned();
        let text_of = written.and_then(|table| table.columns.iter().find(|it| it.name == column));
        let place: u32 = text(&key).parse().unwrap_or(0);
        if place > 0 {
            primary.push((place, column.clone()));
        }
        let generated = matches!(text(&hidden), "2" | "3");
        table.columns.push(Column {
            name: column,
            type_name: type_name.filter(|it| !it.is_empty()),
            not_null: truth(&not_null),
            default,
            generated: text_of.and_then(|it| it.generated.clone()).filter(|_| generated),
            collation: text_of.and_then(|it| it.collation.clone()),
            auto_increment: text_of.is_some_and(|it| it.auto_increment),
            ..Column::default()
        });
    }
    primary.sort();
    if !primary.is_empty() {
        let columns = primary.into_iter().map(|(_, name)| name).collect();
        table.constraints.push(constraint(None, ConstraintKind::PrimaryKey { columns }));
    }
    indexes(source, table, written);
    foreign_keys(source, catalog, table);
    let checks = written.map(|table| table.constraints.as_slice()).unwrap_or_default();
    table
        .constraints
        .extend(checks.iter().filter(|it| matches!(it.kind, ConstraintKind::Check { .. })).cloned());
}

fn indexes(source: &Source<'_>, table: &mut Table, written: Option<&Table>) {
    for [name, unique, origin] in source.rows(
        ["name", "\"unique\"", "origin"],
        &format!("FROM pragma_index_list({}) ORDER BY seq DESC", quoted(&table.name)),
    ) {
        // The primary key of a table without row ids is the table.
        if text(&origin) == "pk" && table.without_rowid {
            continue;
        }
        let mut index = Index::default();
        index.name = text(&name).to_owned();
        index.unique = truth(&unique);
        index.constraint = text(&origin) != "c";
        let text_of = written.and_then(|table| table.indexes.iter().find(|it| it.name == index.name));
        index.predicate = text_of.and_then(|it| it.predicate.clone());
        for (at, [column, descending]) in source
            .rows(
                ["name", "\"desc\""],
                &format!("FROM pragma_index_xinfo({}) WHERE key = 1 ORDER BY seqno", quoted(&index.name)),
            )
            .into_iter()
            .enumerate()
        {
            index.columns.extend(column.clone());
            let part = text_of.and_then(|it| it.parts.get(at));
            index.parts.push(IndexPart {
                expression: part.and_then(|it| it.expression.clone()).filter(|_| column.is_none()),
                column,
                length: None,
                descending: truth(&descending),
            });
        }
        if text(&origin) == "u" {
            let columns = index.columns.clone();
            table.constraints.push(constraint(None, ConstraintKind::Unique { columns }));
        }
        table.indexes.push(index);
    }
}

fn foreign_keys(source: &Source<'_>, catalog: &Catalog, table: &mut Table) {
    let mut last = None;
    for [id, other, from, to, on_update, on_delete] in source.rows(
        ["id", "\"table\"", "\"from\"", "\"to\"", "on_update", "on_delete"],
        &format!("FROM pragma_foreign_key_list({}) ORDER BY id, seq", quoted(&table.name)),
    ) {
        let from = text(&from).to_owned();
        if last == id
            && let Some(ConstraintKind::ForeignKey { columns, referenced, .. }) =
                table.constraints.last_mut().map(|it| &mut it.kind)
        {
            columns.push(from);
            referenced.extend(to);
            continue;
        }
        last = id;
        let kind = ConstraintKind::ForeignKey {
            columns: vec![from],
            table: catalog.relation_key("main", text(&other)),
            referenced: to.into_iter().collect(),
            on_delete: action(&on_delete),
            on_update: action(&on_update),
        };
        table.constraints.push(constraint(None, kind));
    }
}
