//! The catalogs of PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};

use migrate_core::catalog::model::{
    Attribute, Column, ConstraintKind, DomainCheck, Entity, Extension, Index, IndexPart, Policy, Routine,
    Schema, Sequence, State, Table, TableKind, Trigger, TypeKind, UserType, View,
};
use migrate_core::catalog::{Catalog, Class, Key};

use super::{Source, constraint, text, truth};

/// Neither the server's own schemas nor what belongs to an extension.
fn own(schema: &str, class: &str, oid: &str) -> String {
    format!(
        "{schema} !~ '^pg_' AND {schema} <> 'information_schema' AND NOT EXISTS (SELECT 1 FROM pg_depend e \
         WHERE e.classid = '{class}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"
    )
}

struct Fill<'a> {
    source: &'a Source<'a>,
    /// Relations by oid.
    keys: BTreeMap<String, Key>,
    tables: BTreeMap<String, Table>,
    views: BTreeMap<String, View>,
    /// Names of columns by relation and number.
    columns: BTreeMap<(String, String), String>,
}

pub(super) fn catalog(source: &Source<'_>) -> Catalog {
    let mut catalog = Catalog::new(source.dialect);
    for [name] in source.rows(
        ["n.nspname"],
        &format!(
            "FROM pg_namespace n WHERE n.nspname <> 'public' AND {}",
            own("n.nspname", "pg_namespace", "n.oid")
        ),
    ) {
        let name = text(&name);
        catalog.insert(Key::new(Class::Schema, "", name), Entity::Schema(Schema::new(name)));
    }
    for [name] in source.rows(["extname"], "FROM pg_extension WHERE extname <> 'plpgsql'") {
        let name = text(&name);
        let extension = Extension { name: name.to_owned(), ..Extension::default() };
        catalog.insert(Key::new(Class::Extension, "", name), Entity::Extension(extension));
    }
    let mut fill = Fill {
        source,
        keys: BTreeMap::new(),
        tables: BTreeMap::new(),
        views: BTreeMap::new(),
        columns: BTreeMap::new(),
    };
    fill.relations();
    fill.column_list();
    fill.constraints();
    fill.indexes();
    fill.view_uses();
    fill.sequences(&mut catalog);
    fill.types(&mut catalog);
    let routines = fill.routines(&mut catalog);
    fill.on_tables(&mut catalog, &routines);
    for (oid, table) in fill.tables {
        catalog.insert(fill.keys[&oid].clone(), Entity::Table(table));
    }
    for (oid, view) in fill.views {
        catalog.insert(fill.keys[&oid].clone(), Entity::View(view));
    }
    catalog
}

impl Fill<'_> {
    fn relations(&mut self) {
        let rows = self.source.rows(
            ["c.oid", "n.nspname", "c.relname", "c.relkind", "c.relispartition", "pg_get_viewdef(c.oid)"],
            &format!(
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN \
                 ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND c.relpersistence <> 't' AND {}",
                own("n.nspname", "pg_class", "c.oid")
            ),
        );
        for [oid, schema, name, kind, partition, definition] in rows {
            let oid = text(&oid).to_owned();
            self.keys.insert(oid.clone(), Key::new(Class::Relation, text(&schema), text(&name)));
            let name = text(&name).to_owned();
            match text(&kind) {
                "r" | "p" | "f" => {
                    let split = text(&kind) == "p";
                    let kind = if split { TableKind::Partitioned } else { TableKind::Ordinary };
                    let partition = truth(&partition);
                    self.tables.insert(oid, Table { name, kind, partition, ..Table::default() });
                }
                "v" | "m" => {
                    let materialized = text(&kind) == "m";
                    let columns = Some(Vec::new());
                    self.views
                        .insert(oid, View { name, columns, materialized, definition, ..View::default() });
                }
                _ => {}
            }
        }
        for [child, parent] in
            self.source.rows(["inhrelid", "inhparent"], "FROM pg_inherits ORDER BY inhrelid, inhseqno")
        {
            if let (Some(table), Some(parent)) =
                (self.tables.get_mut(text(&child)), self.keys.get(text(&parent)))
            {
                table.parents.push(parent.clone());
            }
        }
    }

    fn column_list(&mut self) {
        let rows = self.source.rows(
            [
                "a.attrelid",
                "a.attnum",
                "a.attname",
                "format_type(a.atttypid, a.atttypmod)",
                "a.attnotnull",
                "a.attidentity",
                "a.attgenerated",
                "pg_get_expr(d.adbin, d.adrelid)",
                "NOT a.attislocal",
                "CASE WHEN a.attcollation <> t.typcollation THEN o.collname END",
            ],
            "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class c ON c.oid = a.attrelid \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             LEFT JOIN pg_collation o ON o.oid = a.attcollation \
             WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum",
        );
        for [
            relation,
            number,
            name,
            type_name,
            not_null,
            identity,
            generated,
            expression,
            inherited,
            collation,
        ] in rows
        {
            let name = text(&name).to_owned();
            let relation = text(&relation).to_owned();
            self.columns.insert((relation.clone(), text(&number).to_owned()), name.clone());
            if let Some(view) = self.views.get_mut(&relation) {
                view.columns.get_or_insert_default().push(name);
                continue;
            }
            let Some(table) = self.tables.get_mut(&relation) else { continue };
            let generated = !text(&generated).is_empty();
            let (default, generated) = if generated { (None, expression) } else { (expression, None) };
            table.columns.push(Column {
                name,
                type_name,
                not_null: truth(&not_null),
                default,
                generated,
                identity: match text(&identity) {
                    "a" => Some("ALWAYS"),
                    "d" => Some("BY DEFAULT"),
                    _ => None,
                },
                collation,
                inherited: truth(&inherited),
                ..Column::default()
            });
        }
    }

    fn names(&self, relation: &str, numbers: &str) -> Vec<String> {
        let numbers = numbers.trim_matches(['{', '}']).split([',', ' ']);
        numbers
            .filter_map(|number| self.columns.get(&(relation.to_owned(), number.to_owned())).cloned())
            .collect()
    }

    fn constraints(&mut self) {
        let action = |column: &str| {
            format!(
                "CASE {column} WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' \
                 WHEN 'd' THEN 'SET DEFAULT' END"
            )
        };
        let rows = self.source.rows(
            [
                "conrelid",
                "conname",
                "contype",
                "conkey",
                "confrelid",
                "confkey",
                &action("confdeltype"),
                &action("confupdtype"),
                "pg_get_expr(conbin, conrelid)",
                "convalidated",
            ],
            "FROM pg_constraint WHERE conrelid <> 0 AND contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY oid",
        );
        for [table, name, kind, key, other, other_key, on_delete, on_update, expression, valid] in rows {
            let columns = self.names(text(&table), text(&key));
            let referenced = self.names(text(&other), text(&other_key));
            let kind = match text(&kind) {
                "p" => ConstraintKind::PrimaryKey { columns },
                "u" => ConstraintKind::Unique { columns },
                "x" => ConstraintKind::Exclude { columns },
                "c" => ConstraintKind::Check { expression: expression.unwrap_or_default(), columns },
                _ => {
                    let Some(table) = self.keys.get(text(&other)).cloned() else { continue };
                    ConstraintKind::ForeignKey { columns, table, referenced, on_delete, on_update }
                }
            };
            if let Some(table) = self.tables.get_mut(text(&table)) {
                let mut constraint = constraint(name, kind);
                constraint.not_valid = !truth(&valid);
                table.constraints.push(constraint);
            }
        }
    }

    fn indexes(&mut self) {
        let rows = self.source.rows(
            [
                "i.indrelid",
                "c.relname",
                "i.indisunique",
                "m.amname",
                "pg_get_expr(i.indpred, i.indrelid)",
                "i.indkey",
                "i.indnkeyatts",
                "i.indoption",
                "array_to_string(ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) \
                 FROM generate_series(1, i.indnatts) k), E'\\x1e')",
                "EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))",
            ],
            "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam",
        );
        for [table, name, unique, method, predicate, keys, count, options, parts, constraint] in rows {
            let table = text(&table).to_owned();
            let count: usize = text(&count).parse().unwrap();
            let mut index = Index::default();
            index.name = name.unwrap_or_default();
            index.unique = truth(&unique);
            index.method = method.filter(|method| method != "btree");
            index.predicate = predicate;
            index.constraint = truth(&constraint);
            let mut options =
                text(&options).split(' ').map(|option| option.parse::<u8>().unwrap_or(0) & 1 == 1);
            for (at, (number, part)) in text(&keys).split(' ').zip(text(&parts).split('\u{1e}')).enumerate() {
                let column = self.columns.get(&(table.clone(), number.to_owned())).cloned();
                index.columns.extend(column.clone());
                if at >= count {
                    index.include.extend(column);
                    continue;
                }
                index.parts.push(IndexPart {
                    expression: column.is_none().then(|| part.to_owned()),
                    column,
                    length: None,
                    descending: options.next().unwrap_or(false),
                });
            }
            if let Some(table) = self.tables.get_mut(&table) {
                table.indexes.push(index);
            } else if let Some(view) = self.views.get_mut(&table) {
                view.indexes.push(index);
            }
        }
    }

    fn view_uses(&mut self) {
        let rows = self.source.rows(
            ["r.ev_class", "d.refobjid", "d.refobjsubid"],
            "FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN' \
             WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass \
             AND d.refobjid <> r.ev_class",
        );
        for [view, used, column] in rows {
            let Some(key) = self.keys.get(text(&used)).cloned() else { continue };
            let column = self.columns.get(&(text(&used).to_owned(), text(&column).to_owned())).cloned();
            if let Some(view) = self.views.get_mut(text(&view)) {
                let columns: &mut BTreeSet<String> = view.uses.entry(key).or_default();
                columns.extend(column);
            }
        }
    }

    fn sequences(&self, catalog: &mut Catalog) {
        let rows = self.source.rows(
            ["s.seqrelid", "d.refobjid", "d.refobjsubid", "d.deptype = 'i'"],
            "FROM pg_sequence s LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid \
             AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0",
        );
        for [oid, table, column, identity] in rows {
            let Some(key) = self.keys.get(text(&oid)) else { continue };
            let column = self.columns.get(&(text(&table).to_owned(), text(&column).to_owned()));
            let sequence = Sequence {
                name: key.name.to_string(),
                owner: self.keys.get(text(&table)).cloned().zip(column.cloned()),
                identity: truth(&identity),
                temporary: false,
                state: State::default(),
            };
            catalog.insert(key.clone(), Entity::Sequence(sequence));
        }
    }

    fn types(&self, catalog: &mut Catalog) {
        let rows = self.source.rows(
            [
                "t.oid",
                "n.nspname",
                "t.typname",
                "t.typtype",
                "array_to_string(ARRAY(SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid \
                 ORDER BY e.enumsortorder), E'\\x1e')",
                "format_type(t.typbasetype, t.typtypmod)",
                "t.typnotnull",
                "t.typdefault",
                "array_to_string(ARRAY(SELECT a.attname || E'\\x1e' || format_type(a.atttypid, a.atttypmod) \
                 FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped \
                 ORDER BY a.attnum), E'\\x1e')",
            ],
            &format!(
                "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid \
                 WHERE (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c') \
                 OR (t.typtype = 'b' AND t.typelem = 0)) AND {}",
                own("n.nspname", "pg_type", "t.oid")
            ),
        );
        let checks = self.source.rows(
            ["contypid", "conname", "pg_get_expr(conbin, 0)"],
            "FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' ORDER BY oid",
        );
        for [oid, schema, name, kind, labels, base, not_null, default, attributes] in rows {
            let split = |text: &str| -> Vec<String> {
                if text.is_empty() { Vec::new() } else { text.split('\u{1e}').map(str::to_owned).collect() }
            };
            let kind = match text(&kind) {
                "e" => TypeKind::Enum(split(text(&labels))),
                "c" => TypeKind::Composite(
                    split(text(&attributes))
                        .chunks(2)
                        .map(|pair| Attribute { name: pair[0].clone(), type_name: pair.get(1).cloned() })
                        .collect(),
                ),
                "d" => TypeKind::Domain {
                    base: base.unwrap_or_default(),
                    not_null: truth(&not_null),
                    default,
                    checks: checks
                        .iter()
                        .filter(|[domain, ..]| *domain == oid)
                        .map(|[_, name, expression]| DomainCheck {
                            name: text(name).to_owned(),
                            expression: text(expression).to_owned(),
                        })
                        .collect(),
                },
                _ => TypeKind::Other,
            };
            let key = Key::new(Class::Type, text(&schema), text(&name));
            let name = text(&name).to_owned();
            catalog.insert(
                key,
                Entity::Type(UserType { name, kind, uses: Vec::new(), state: State::default() }),
            );
        }
    }

    fn routines(&self, catalog: &mut Catalog) -> BTreeMap<String, Key> {
        let rows = self.source.rows(
            [
                "p.oid",
                "n.nspname",
                "p.proname",
                "array_to_string(ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY u(a, o) \
                 ORDER BY o), E'\\x1e')",
                "pg_get_function_result(p.oid)",
                "p.prokind = 'p'",
                "l.lanname",
                "p.prosrc",
            ],
            &format!(
                "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
                 WHERE p.prokind IN ('f', 'p') AND NOT EXISTS (SELECT 1 FROM pg_depend i WHERE i.classid = \
                 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i') AND {}",
                own("n.nspname", "pg_proc", "p.oid")
            ),
        );
        let mut keys = BTreeMap::new();
        for [oid, schema, name, arguments, returns, procedure, language, body] in rows {
            let arguments: Vec<String> =
                text(&arguments).split('\u{1e}').filter(|it| !it.is_empty()).map(str::to_owned).collect();
            let signature = format!("{}({})", text(&name), arguments.join(", "));
            let key = Key::new(Class::Routine, text(&schema), &signature);
            let routine = Routine {
                name: text(&name).to_owned(),
                arguments,
                returns: returns.filter(|returns| !returns.starts_with("TABLE(")),
                procedure: truth(&procedure),
                language,
                body: body.map(Into::into),
                ..Routine::default()
            };
            keys.insert(text(&oid).to_owned(), key.clone());
            catalog.insert(key, Entity::Routine(routine));
        }
        keys
    }

    fn on_tables(&self, catalog: &mut Catalog, routines: &BTreeMap<String, Key>) {
        let on = |class, table: &Key, name: &str| {
            Key::new(class, &table.schema, &format!("{}.{name}", table.name))
        };
        for [table, name, function, columns] in self.source.rows(
            ["tgrelid", "tgname", "tgfoid", "tgattr"],
            "FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0",
        ) {
            let Some(key) = self.keys.get(text(&table)) else { continue };
            let trigger = Trigger {
                name: text(&name).to_owned(),
                table: key.clone(),
                function: routines.get(text(&function)).cloned(),
                columns: self.names(text(&table), text(&columns)),
                body: None,
                state: State::default(),
            };
            catalog.insert(on(Class::Trigger, key, text(&name)), Entity::Trigger(trigger));
        }
        for [table, name] in self.source.rows(["polrelid", "polname"], "FROM pg_policy") {
            let Some(key) = self.keys.get(text(&table)) else { continue };
            let policy = Policy { name: text(&name).to_owned(), table: key.clone(), state: State::default() };
            catalog.insert(on(Class::Policy, key, text(&name)), Entity::Policy(policy));
        }
    }
}
