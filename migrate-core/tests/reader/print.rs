//! A statement as a few lines of text: what was read, and nothing of what was not written.

use migrate_core::ast::*;

/// Each statement is one line and further lines that are indented.
pub(crate) fn statement(text: &str, statement: &Statement) -> String {
    let mut out = kind(&statement.kind);
    for span in &statement.unread {
        out.push_str(&format!("\n  unread `{}`", flat(span.of(text))));
    }
    out
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::CreateTable(table) => create_table(table),
        Kind::AlterTable(alter) => {
            let mut lines = Lines::new(format!("alter table {}", name(&alter.table)));
            lines.flags(&[("if-exists", alter.if_exists), ("only", alter.only)]);
            lines.option("algorithm", alter.algorithm.clone());
            lines.option("lock", alter.lock.clone());
            for action in &alter.actions {
                lines.line(table_action(action));
            }
            lines.end()
        }
        Kind::CreateIndex(index) => {
            let mut lines = Lines::new(String::new());
            lines.head = create_index(index);
            lines.end()
        }
        Kind::CreateView(view) => {
            let mut lines = Lines::new(format!("create view {}", name(&view.name)));
            lines.flags(&[
                ("materialized", view.materialized),
                ("or-replace", view.or_replace),
                ("if-not-exists", view.if_not_exists),
                ("temporary", view.temporary),
                ("without-data", !view.with_data),
            ]);
            lines.option("columns", list(&view.columns, ident));
            if let Some(query) = &view.query {
                lines.line(format!("as {}", self::query(query)));
            }
            lines.end()
        }
        Kind::CreateSequence(sequence) => {
            let mut lines = Lines::new(format!("create sequence {}", name(&sequence.name)));
            lines.flags(&[("if-not-exists", sequence.if_not_exists), ("temporary", sequence.temporary)]);
            lines.option(
                "owned-by",
                sequence
                    .owned_by
                    .as_ref()
                    .map(|(table, column)| format!("{}.{}", name(table), ident(column))),
            );
            lines.end()
        }
        Kind::CreateType(create) => {
            let mut lines = Lines::new(format!("create type {}", name(&create.name)));
            match &create.body {
                TypeBody::Enum(labels) => {
                    lines.option("enum", list(labels, |(label, _)| format!("{label:?}")));
                }
                TypeBody::Composite(columns) => {
                    for column in columns {
                        lines.line(self::column(column));
                    }
                }
                TypeBody::Other => lines.flags(&[("other", true)]),
            }
            lines.end()
        }
        Kind::CreateDomain(domain) => {
            let mut lines =
                Lines::new(format!("create domain {} {}", name(&domain.name), type_name(&domain.base)));
            lines.flags(&[("not-null", domain.not_null)]);
            lines.option("default", domain.default.as_ref().map(expression));
            for check in &domain.checks {
                lines.line(constraint(check));
            }
            lines.end()
        }
        Kind::CreateRoutine(routine) => {
            let what = if routine.procedure { "procedure" } else { "function" };
            let arguments: Vec<String> = routine.arguments.iter().map(type_name).collect();
            let mut lines =
                Lines::new(format!("create {what} {}({})", name(&routine.name), arguments.join(", ")));
            lines.flags(&[
                ("or-replace", routine.or_replace),
                ("if-not-exists", routine.if_not_exists),
                ("set", routine.returns_set),
                ("has-body", routine.body.is_some()),
            ]);
            lines.option("defaults", (routine.defaults > 0).then(|| routine.defaults.to_string()));
            lines.option("returns", routine.returns.as_ref().map(type_name));
            lines.option("language", routine.language.clone());
            lines.end()
        }
        Kind::CreateTrigger(trigger) => {
            let mut lines =
                Lines::new(format!("create trigger {} on {}", name(&trigger.name), name(&trigger.table)));
            lines.flags(&[
                ("or-replace", trigger.or_replace),
                ("if-not-exists", trigger.if_not_exists),
                ("has-body", trigger.body.is_some()),
            ]);
            lines.option("of", list(&trigger.columns, ident));
            lines.option("when", trigger.when.as_ref().map(expression));
            lines.option("function", trigger.function.as_ref().map(name));
            lines.end()
        }
        Kind::CreateOther { object, name: created, on, if_not_exists, or_replace, elements, expressions } => {
            let created = created.as_ref().map_or(String::new(), name);
            let mut lines = Lines::new(format!("create {} {created}", format!("{object:?}").to_lowercase()));
            lines.flags(&[("if-not-exists", *if_not_exists), ("or-replace", *or_replace)]);
            lines.option("on", on.as_ref().map(name));
            for expression in expressions {
                lines.line(self::expression(expression));
            }
            for element in elements {
                lines.line(self::kind(&element.kind));
            }
            lines.end()
        }
        Kind::Alter(alter) => {
            let mut lines = Lines::new(format!("alter {:?} {}", alter.object, name(&alter.name)));
            lines.head = lines.head.replacen(
                &format!("{:?}", alter.object),
                &format!("{:?}", alter.object).to_lowercase(),
                1,
            );
            lines.flags(&[("if-exists", alter.if_exists)]);
            lines.option("on", alter.on.as_ref().map(name));
            lines.line(alter_action(&alter.action));
            lines.end()
        }
        Kind::Drop(drop) => {
            let names: Vec<String> = drop
                .names
                .iter()
                .enumerate()
                .map(|(index, dropped)| {
                    let arguments = drop.arguments.get(index).and_then(Option::as_ref);
                    let arguments = arguments.map_or(String::new(), |types| {
                        format!("({})", types.iter().map(type_name).collect::<Vec<_>>().join(", "))
                    });
                    format!("{}{arguments}", name(dropped))
                })
                .collect();
            let mut lines = Lines::new(format!(
                "drop {} {}",
                format!("{:?}", drop.object).to_lowercase(),
                names.join(", ")
            ));
            lines.flags(&[
                ("if-exists", drop.if_exists),
                ("cascade", drop.cascade),
                ("concurrently", drop.concurrently),
            ]);
            lines.option("on", drop.on.as_ref().map(name));
            lines.end()
        }
        Kind::RenameTables(renames) => {
            let renames: Vec<String> =
                renames.iter().map(|(from, to)| format!("{} to {}", name(from), name(to))).collect();
            format!("rename {}", renames.join(", "))
        }
        Kind::Comment { object, name: commented, column, on } => {
            let mut lines = Lines::new(format!("comment on {object:?}").to_lowercase());
            lines.head.push(' ');
            lines.head.push_str(&commented.as_ref().map_or("?".to_owned(), name));
            lines.option("column", column.as_ref().map(ident));
            lines.option("on", on.as_ref().map(name));
            lines.end()
        }
        Kind::Grant { tables } => format!("grant [{}]", names(tables)),
        Kind::Insert(insert) => {
            let mut lines = Lines::new(format!("insert {}", name(&insert.table)));
            lines.option("alias", insert.alias.as_ref().map(ident));
            if let Some(columns) = &insert.columns {
                lines
                    .head
                    .push_str(&format!(" ({})", columns.iter().map(ident).collect::<Vec<_>>().join(", ")));
            }
            let rows: Vec<String> = insert.rows.iter().map(usize::to_string).collect();
            lines.option("rows", (!rows.is_empty()).then(|| rows.join("+")));
            ctes(&mut lines, &insert.ctes);
            if let Some(query) = &insert.query {
                lines.line(format!("query {}", self::query(query)));
            }
            for value in &insert.values {
                lines.line(format!("value {}", expression(value)));
            }
            if let Some((columns, expressions)) = &insert.conflict {
                let columns: Vec<String> = columns.iter().map(ident).collect();
                lines.line(format!("conflict ({})", columns.join(", ")));
                for found in expressions {
                    lines.line(format!("  {}", expression(found)));
                }
            }
            for found in &insert.returning {
                lines.line(format!("returning {}", expression(found)));
            }
            lines.end()
        }
        Kind::Update(update) => {
            let mut lines = Lines::new(format!("update {}", name(&update.table)));
            lines.option("alias", update.alias.as_ref().map(ident));
            lines.option("set", list(&update.columns, ident));
            lines.flags(&[("where", update.has_where)]);
            ctes(&mut lines, &update.ctes);
            rest(&mut lines, "from", &update.from, &update.expressions, &update.returning);
            lines.end()
        }
        Kind::Delete(delete) => {
            let mut lines = Lines::new(format!("delete {}", name(&delete.table)));
            lines.option("alias", delete.alias.as_ref().map(ident));
            lines.flags(&[("where", delete.has_where)]);
            ctes(&mut lines, &delete.ctes);
            rest(&mut lines, "using", &delete.using, &delete.expressions, &delete.returning);
            lines.end()
        }
        Kind::Truncate { tables, cascade } => {
            format!("truncate {}{}", names(tables), if *cascade { " cascade" } else { "" })
        }
        Kind::Select(found) => query(found),
        Kind::Opaque(opaque) => format!("opaque {opaque:?}").to_lowercase(),
        Kind::Set(set) => {
            let mut lines = Lines::new(format!("set {} = `{}`", set.name, flat(&set.value)));
            lines.flags(&[("local", set.local)]);
            for more in &set.more {
                lines.line(format!("set {} = `{}`", more.name, flat(&more.value)));
            }
            lines.end()
        }
        Kind::Transaction(transaction) => format!("transaction {transaction:?}").to_lowercase(),
        Kind::Pragma { name, value } => {
            format!(
                "pragma {}{}",
                ident(name),
                value.as_ref().map_or(String::new(), |value| format!(" = `{value}`"))
            )
        }
        Kind::Maintenance(found) => {
            let mut lines = Lines::new(format!("{:?}", found.verb).to_lowercase());
            lines.flags(&[("concurrently", found.concurrently), ("full", found.full)]);
            lines.option("tables", (!found.tables.is_empty()).then(|| names(&found.tables)));
            lines.end()
        }
        Kind::Other => "other".to_owned(),
        _ => "unknown kind".to_owned(),
    }
}

/// A head, and lines under it.
struct Lines {
    head: String,
    lines: Vec<String>,
}

impl Lines {
    fn new(head: String) -> Self {
        Lines { head: head.trim_end().to_owned(), lines: Vec::new() }
    }

    fn flags(&mut self, flags: &[(&str, bool)]) {
        for (flag, _) in flags.iter().filter(|(_, set)| *set) {
            self.head.push(' ');
            self.head.push_str(flag);
        }
    }

    fn option(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.head.push_str(&format!(" {name}={value}"));
        }
    }

    fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    fn end(self) -> String {
        let mut out = self.head;
        for line in self.lines {
            for part in line.split('\n') {
                out.push_str("\n  ");
                out.push_str(part);
            }
        }
        out
    }
}

fn list<T>(items: &[T], print: impl Fn(&T) -> String) -> Option<String> {
    (!items.is_empty()).then(|| format!("({})", items.iter().map(print).collect::<Vec<_>>().join(", ")))
}

fn ident(ident: &Ident) -> String {
    if ident.quoted { format!("{:?}", ident.text) } else { ident.text.clone() }
}

fn name(name: &Name) -> String {
    let mut parts: Vec<String> = name.qualifiers.iter().map(ident).collect();
    parts.push(ident(&name.last));
    parts.join(".")
}

fn names(names: &[Name]) -> String {
    names.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn type_name(found: &TypeName) -> String {
    let mut out = found.schema.as_ref().map_or(String::new(), |schema| format!("{}.", ident(schema)));
    out.push_str(&found.name);
    if !found.arguments.is_empty() {
        out.push_str(&format!("({})", found.arguments.join(", ")));
    }
    for _ in 0..found.dimensions {
        out.push_str("[]");
    }
    out
}

fn column(column: &Column) -> String {
    let mut lines = Lines::new(format!("column {}", ident(&column.name)));
    if let Some(found) = &column.type_name {
        lines.head.push(' ');
        lines.head.push_str(&type_name(found));
    }
    lines.flags(&[
        ("not-null", column.not_null),
        ("null", column.null),
        ("auto-increment", column.auto_increment),
    ]);
    lines.option("default", column.default.as_ref().map(expression));
    lines.option("collation", column.collation.as_ref().map(name));
    lines.option("on-update", column.on_update.as_ref().map(expression));
    lines.option("generated", column.generated.as_ref().map(generated));
    match &column.position {
        Some(Some(after)) => lines.option("after", Some(ident(after))),
        Some(None) => lines.flags(&[("first", true)]),
        None => {}
    }
    for found in &column.constraints {
        lines.line(constraint(found));
    }
    lines.end()
}

fn generated(found: &Generated) -> String {
    match found {
        Generated::Stored(found) => format!("stored{}", expression(found)),
        Generated::Virtual(found) => format!("virtual{}", expression(found)),
        Generated::IdentityAlways => "identity-always".to_owned(),
        Generated::IdentityByDefault => "identity-by-default".to_owned(),
    }
}

fn constraint(found: &Constraint) -> String {
    let mut lines = Lines::new(match &found.kind {
        ConstraintKind::PrimaryKey { columns, using_index } => {
            format!("primary key {}", key(columns, using_index))
        }
        ConstraintKind::Unique { columns, using_index, nulls_not_distinct } => {
            let nulls = if *nulls_not_distinct { " nulls-not-distinct" } else { "" };
            format!("unique {}{nulls}", key(columns, using_index))
        }
        ConstraintKind::ForeignKey { columns, reference, .. } => {
            let mut lines = Lines::new(format!(
                "foreign key {} references {}{}",
                list(columns, ident).unwrap_or_default(),
                name(&reference.table),
                list(&reference.columns, ident).unwrap_or_default()
            ));
            lines.option("on-delete", reference.on_delete.clone());
            lines.option("on-update", reference.on_update.clone());
            lines.end()
        }
        ConstraintKind::Check(check) => format!("check {}", expression(check)),
        ConstraintKind::Exclude { columns, .. } => format!("exclude {}", key(columns, &None)),
        _ => "unknown constraint".to_owned(),
    });
    lines.option("name", found.name.as_ref().map(ident));
    lines.option("include", list(&found.include, ident));
    lines.option("where", found.predicate.as_ref().map(expression));
    lines.flags(&[("not-valid", found.not_valid), ("deferrable", found.deferrable)]);
    lines.end()
}

fn key(columns: &[IndexPart], using_index: &Option<Ident>) -> String {
    match using_index {
        Some(index) => format!("using-index={}", ident(index)),
        None => list(columns, index_part).unwrap_or("()".to_owned()),
    }
}

fn index_part(part: &IndexPart) -> String {
    let mut out = part.column.as_ref().map_or(String::new(), ident);
    if let Some(found) = &part.expression {
        out.push_str(&expression(found));
    }
    if let Some(length) = part.length {
        out.push_str(&format!("[{length}]"));
    }
    if let Some(opclass) = &part.opclass {
        out.push_str(&format!(" {}", name(opclass)));
    }
    if part.descending {
        out.push_str(" desc");
    }
    out
}

fn create_table(table: &CreateTable) -> String {
    let mut lines = Lines::new(format!("create table {}", name(&table.name)));
    lines.flags(&[
        ("or-replace", table.or_replace),
        ("if-not-exists", table.if_not_exists),
        ("temporary", table.temporary),
        ("unlogged", table.unlogged),
        ("partitioned", table.partitioned),
        ("without-rowid", table.without_rowid),
        ("strict", table.strict),
    ]);
    lines.option("partition-by", list(&table.partition_by, index_part));
    lines.option("partition-of", table.partition_of.as_ref().map(name));
    lines.option("of", table.of_type.as_ref().map(name));
    lines.option("inherits", list(&table.inherits, name));
    lines.option("module", table.module.as_ref().map(ident));
    for (other, copied) in &table.like {
        lines.option("like", Some(format!("{} {}", name(other), flat(copied)).trim_end().to_owned()));
    }
    for found in &table.columns {
        lines.line(column(found));
    }
    for found in &table.constraints {
        lines.line(constraint(found));
    }
    for found in &table.indexes {
        lines.line(create_index(found));
    }
    for (option, value) in &table.options {
        lines.line(format!("option {option} = {value}"));
    }
    if let Some(found) = &table.query {
        lines.line(format!("as {}", query(found)));
    }
    lines.end()
}

fn create_index(index: &CreateIndex) -> String {
    let created = index.name.as_ref().map_or("without-name".to_owned(), name);
    let mut lines = Lines::new(format!("create index {created} on {}", name(&index.table)));
    lines.head.push_str(&format!(" {}", list(&index.parts, index_part).unwrap_or("()".to_owned())));
    lines.flags(&[
        ("unique", index.unique),
        ("or-replace", index.or_replace),
        ("concurrently", index.concurrently),
        ("if-not-exists", index.if_not_exists),
        ("only", index.only),
        ("nulls-not-distinct", index.nulls_not_distinct),
    ]);
    lines.option("using", index.method.as_ref().map(ident));
    lines.option("special", index.special.as_ref().map(ident));
    lines.option("include", list(&index.include, ident));
    lines.option("algorithm", index.algorithm.clone());
    lines.option("lock", index.lock.clone());
    lines.option("where", index.predicate.as_ref().map(expression));
    lines.end()
}

fn table_action(action: &TableAction) -> String {
    let mut lines = Lines::new(String::new());
    match action {
        TableAction::AddColumn { column: added, if_not_exists } => {
            lines.head = "add".to_owned();
            lines.flags(&[("if-not-exists", *if_not_exists)]);
            lines.head = format!("{} {}", lines.head, column(added));
        }
        TableAction::DropColumn { name, if_exists, cascade } => {
            lines.head = format!("drop column {}", ident(name));
            lines.flags(&[("if-exists", *if_exists), ("cascade", *cascade)]);
        }
        TableAction::RenameColumn { from, to } => {
            lines.head = format!("rename column {} to {}", ident(from), ident(to));
        }
        TableAction::RenameTo(to) => lines.head = format!("rename to {}", name(to)),
        TableAction::SetSchema(schema) => lines.head = format!("set schema {}", ident(schema)),
        TableAction::SetType { column, type_name: found, using } => {
            lines.head = format!("set type {} {}", ident(column), type_name(found));
            lines.option("using", using.as_ref().map(expression));
        }
        TableAction::SetDefault { column, default } => {
            lines.head = format!("set default {} {}", ident(column), expression(default));
        }
        TableAction::DropDefault { column } => lines.head = format!("drop default {}", ident(column)),
        TableAction::SetNotNull { column } => lines.head = format!("set not null {}", ident(column)),
        TableAction::DropNotNull { column } => lines.head = format!("drop not null {}", ident(column)),
        TableAction::SetIdentity { column, identity, if_exists } => {
            let identity = identity.as_ref().map_or("none".to_owned(), generated);
            lines.head = format!("set identity {} {identity}", ident(column));
            lines.flags(&[("if-exists", *if_exists)]);
        }
        TableAction::SetExpression { column, expression: value } => {
            lines.head = format!("set expression {} {}", ident(column), expression(value));
        }
        TableAction::DropExpression { column, if_exists } => {
            lines.head = format!("drop expression {}", ident(column));
            lines.flags(&[("if-exists", *if_exists)]);
        }
        TableAction::ChangeColumn { from, column: changed, if_exists } => {
            lines.head = format!("change {}", ident(from));
            lines.flags(&[("if-exists", *if_exists)]);
            lines.head = format!("{} {}", lines.head, column(changed));
        }
        TableAction::AddConstraint(added) => lines.head = format!("add {}", constraint(added)),
        TableAction::AddIndex(index) => lines.head = format!("add {}", create_index(index)),
        TableAction::DropConstraint { name, if_exists, cascade } => {
            lines.head = format!("drop constraint {}", ident(name));
            lines.flags(&[("if-exists", *if_exists), ("cascade", *cascade)]);
        }
        TableAction::DropIndex { name, if_exists } => {
            lines.head = format!("drop index {}", ident(name));
            lines.flags(&[("if-exists", *if_exists)]);
        }
        TableAction::RenameIndex { from, to } => {
            lines.head = format!("rename index {} to {}", ident(from), ident(to));
        }
        TableAction::DropPrimaryKey => lines.head = "drop primary key".to_owned(),
        TableAction::DropForeignKey { name, if_exists } => {
            lines.head = format!("drop foreign key {}", ident(name));
            lines.flags(&[("if-exists", *if_exists)]);
        }
        TableAction::RenameConstraint { from, to } => {
            lines.head = format!("rename constraint {} to {}", ident(from), ident(to));
        }
        TableAction::ValidateConstraint(name) => lines.head = format!("validate constraint {}", ident(name)),
        TableAction::AttachPartition { partition } => {
            lines.head = format!("attach partition {}", name(partition));
        }
        TableAction::DetachPartition { partition, concurrently } => {
            lines.head = format!("detach partition {}", name(partition));
            lines.flags(&[("concurrently", *concurrently)]);
        }
        TableAction::Inherit(parent) => lines.head = format!("inherit {}", name(parent)),
        TableAction::NoInherit(parent) => lines.head = format!("no inherit {}", name(parent)),
        TableAction::RowSecurity => lines.head = "row security".to_owned(),
        TableAction::Trigger { name, enable } => {
            let what = if *enable { "enable" } else { "disable" };
            lines.head = format!("{what} trigger {}", name.as_ref().map_or("all".to_owned(), ident));
        }
        TableAction::SetLogged(logged) => lines.head = format!("set logged {logged}"),
        TableAction::SetTablespace(name) => lines.head = format!("set tablespace {}", ident(name)),
        TableAction::SetAccessMethod(name) => lines.head = format!("set access method {}", ident(name)),
        TableAction::ReplicaIdentity => lines.head = "replica identity".to_owned(),
        TableAction::ColumnOption { column } => lines.head = format!("column option {}", ident(column)),
        TableAction::Option(text) => lines.head = format!("option `{}`", flat(text)),
        TableAction::Rebuild(text) => lines.head = format!("rebuild `{}`", flat(text)),
        TableAction::Other(_) => lines.head = "other".to_owned(),
        _ => lines.head = "unknown action".to_owned(),
    }
    lines.end()
}

fn alter_action(action: &AlterAction) -> String {
    match action {
        AlterAction::RenameTo(to) => format!("rename to {}", ident(to)),
        AlterAction::SetSchema(schema) => format!("set schema {}", ident(schema)),
        AlterAction::AddValue { label, neighbour, if_not_exists } => {
            let mut lines = Lines::new(format!("add value {label:?}"));
            lines.flags(&[("if-not-exists", *if_not_exists)]);
            lines.option("neighbour", neighbour.clone());
            lines.end()
        }
        AlterAction::RenameValue { from, to } => format!("rename value {from:?} to {to:?}"),
        AlterAction::RenameColumn { from, to } => format!("rename column {} to {}", ident(from), ident(to)),
        AlterAction::AddConstraint(added) => format!("add {}", constraint(added)),
        AlterAction::DropConstraint { name, if_exists } => {
            format!("drop constraint {}{}", ident(name), if *if_exists { " if-exists" } else { "" })
        }
        AlterAction::RenameConstraint { from, to } => {
            format!("rename constraint {} to {}", ident(from), ident(to))
        }
        AlterAction::ValidateConstraint(name) => format!("validate constraint {}", ident(name)),
        AlterAction::SetNotNull => "set not null".to_owned(),
        AlterAction::DropNotNull => "drop not null".to_owned(),
        AlterAction::Attributes(actions) => actions.iter().map(table_action).collect::<Vec<_>>().join("\n"),
        AlterAction::AttachPartition(index) => format!("attach partition {}", name(index)),
        AlterAction::OwnedBy(table, column) => format!("owned by {}.{}", name(table), ident(column)),
        AlterAction::Other => "other".to_owned(),
        _ => "unknown action".to_owned(),
    }
}

/// `{a, t.b f() ::int (query) opaque}`
fn expression(found: &Expression) -> String {
    let mut parts: Vec<String> = Vec::new();
    for column in &found.columns {
        let mut path: Vec<String> = column.qualifiers.iter().map(ident).collect();
        path.push(ident(&column.column));
        parts.push(path.join("."));
    }
    parts.extend(found.functions.iter().map(|function| format!("{}()", name(function))));
    parts.extend(found.types.iter().map(|found| format!("::{}", type_name(found))));
    parts.extend(found.queries.iter().map(|found| format!("({})", query(found).replace('\n', "\n  "))));
    if found.opaque {
        parts.push("opaque".to_owned());
    }
    format!("{{{}}}", parts.join(" "))
}

fn ctes(lines: &mut Lines, ctes: &[Cte]) {
    for cte in ctes {
        let columns = list(&cte.columns, ident).unwrap_or_default();
        let inside = match (&cte.query, &cte.statement) {
            (Some(found), _) => query(found),
            (None, Some(found)) => kind(&found.kind),
            (None, None) => "nothing".to_owned(),
        };
        lines.line(format!("with {}{columns} {inside}", ident(&cte.name)));
    }
}

fn rest(
    lines: &mut Lines,
    word: &str,
    from: &[FromItem],
    expressions: &[Expression],
    returning: &[Expression],
) {
    for item in from {
        lines.line(format!("{word} {}", from_item(item)));
    }
    for found in expressions {
        lines.line(expression(found));
    }
    for found in returning {
        lines.line(format!("returning {}", expression(found)));
    }
}

fn query(found: &Query) -> String {
    let outputs: Vec<String> = found
        .outputs
        .iter()
        .map(|output| match output {
            Output::All => "*".to_owned(),
            Output::AllOf(table) => format!("{}.*", name(table)),
            Output::Expression { name, expression: value } => {
                format!("{}{}", name.as_deref().unwrap_or("?"), expression(value))
            }
        })
        .collect();
    let mut lines = Lines::new(format!("select {}", outputs.join(", ")));
    lines.flags(&[("recursive", found.recursive), ("opaque", found.opaque)]);
    ctes(&mut lines, &found.ctes);
    for item in &found.from {
        lines.line(format!("from {}", from_item(item)));
    }
    for value in &found.expressions {
        lines.line(expression(value));
    }
    for value in &found.order {
        lines.line(format!("order {}", expression(value)));
    }
    for branch in &found.branches {
        lines.line(format!("branch {}", query(branch)));
    }
    lines.end()
}

fn from_item(item: &FromItem) -> String {
    let mut lines = Lines::new(match &item.source {
        Source::Table(table) => name(table),
        Source::Query(found) => format!("({})", query(found)),
        Source::Function(function, arguments) => {
            format!("{}({})", name(function), arguments.iter().map(expression).collect::<Vec<_>>().join(", "))
        }
        Source::Unknown => "unknown".to_owned(),
    });
    lines.flags(&[("natural", item.natural)]);
    lines.option("alias", item.alias.as_ref().map(ident));
    lines.option("columns", list(&item.columns, ident));
    lines.option("using", list(&item.using, ident));
    lines.head
}
