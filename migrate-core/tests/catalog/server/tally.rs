//! How much of a replay is as on the server, kind by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use migrate_core::Dialect;
use migrate_core::catalog::model::{Column, Constraint, ConstraintKind, Entity, Index, Table, TypeKind};
use migrate_core::catalog::{Catalog, Class, normalized_default, normalized_expression};

/// The kinds, and how many per cent of each must be right.
const KINDS: [(&str, usize); 15] = [
    ("tables", 100),
    ("columns", 100),
    ("nullability", 100),
    ("primary keys", 100),
    ("foreign keys", 100),
    ("unique keys", 100),
    ("indexes", 100),
    ("types", 98),
    ("defaults", 98),
    ("checks", 98),
    ("views", 98),
    ("enums and domains", 98),
    ("sequences", 98),
    ("routines", 98),
    ("triggers and policies", 98),
];

/// What two catalogs have, kind by kind.
#[derive(Default)]
pub(crate) struct Tally {
    same: BTreeMap<&'static str, usize>,
    /// What only the server has, and what only the replay has.
    different: BTreeMap<&'static str, (BTreeSet<String>, BTreeSet<String>)>,
}

type Facts = BTreeSet<(&'static str, String)>;

impl Tally {
    pub(crate) fn of(server: &Catalog, replayed: &Catalog) -> Tally {
        let (left, right) = (facts(server), facts(replayed));
        let mut tally = Tally::default();
        for (kind, _) in left.intersection(&right) {
            *tally.same.entry(kind).or_default() += 1;
        }
        for (kind, fact) in left.difference(&right) {
            tally.different.entry(kind).or_default().0.insert(fact.clone());
        }
        for (kind, fact) in right.difference(&left) {
            tally.different.entry(kind).or_default().1.insert(fact.clone());
        }
        tally
    }

    /// As `of`, without what the replay itself says it does not know.
    pub(crate) fn of_certain(server: &Catalog, replayed: &Catalog) -> Tally {
        let mut tally = Tally::of(server, replayed);
        let uncertain: Vec<String> = replayed
            .iter()
            .filter(|(key, _)| replayed.is_tainted(key))
            .map(|(key, _)| format!("{}.{}", key.schema, key.name))
            .collect();
        let known: Vec<String> =
            replayed.iter().map(|(key, _)| format!("{}.{}", key.schema, key.name)).collect();
        let about =
            |fact: &str, name: &str| fact.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.']));
        let doubtful = |fact: &String| {
            uncertain.iter().any(|name| about(fact, name))
                || (replayed.may_have_more() && !known.iter().any(|name| about(fact, name)))
        };
        for (missing, extra) in tally.different.values_mut() {
            missing.retain(|fact| !doubtful(fact));
            extra.retain(|fact| !doubtful(fact));
        }
        if let Some((_, extra)) = tally.different.get("types") {
            // The types of a query's columns are not derived.
            let untyped: Vec<String> = extra.iter().filter(|fact| fact.ends_with("  ")).cloned().collect();
            for kind in ["types", "nullability"] {
                if let Some((missing, extra)) = tally.different.get_mut(kind) {
                    let of_untyped = |fact: &String| untyped.iter().any(|it| about(fact, it.trim_end()));
                    missing.retain(|fact| !of_untyped(fact));
                    extra.retain(|fact| !of_untyped(fact));
                }
            }
        }
        if let Some((missing, extra)) = tally.different.get_mut("views") {
            let unnamed: Vec<String> = extra.iter().filter(|fact| fact.ends_with(" None")).cloned().collect();
            extra.retain(|fact| !unnamed.contains(fact));
            missing.retain(|fact| !unnamed.iter().any(|it| about(fact, it.trim_end_matches(" None"))));
        }
        tally.different.retain(|_, (missing, extra)| !missing.is_empty() || !extra.is_empty());
        tally
    }

    /// Adds what another comparison has given.
    pub(crate) fn add(&mut self, other: Tally) {
        for (kind, same) in other.same {
            *self.same.entry(kind).or_default() += same;
        }
        for (kind, (missing, extra)) in other.different {
            let (all_missing, all_extra) = self.different.entry(kind).or_default();
            all_missing.extend(missing);
            all_extra.extend(extra);
        }
    }

    /// A fact that differs is one on each side, and counts once.
    fn counts(&self, kind: &str) -> (usize, usize) {
        let same = self.same.get(kind).copied().unwrap_or(0);
        let wrong = self.different.get(kind).map_or(0, |(missing, extra)| missing.len().max(extra.len()));
        (same, same + wrong)
    }

    /// The kinds that are below their bound.
    pub(crate) fn too_low(&self) -> Vec<&'static str> {
        let low = KINDS.iter().filter(|(kind, least)| {
            let (same, all) = self.counts(kind);
            same * 100 < all * least
        });
        low.map(|(kind, _)| *kind).collect()
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.different.is_empty()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, _) in KINDS {
            let (same, all) = self.counts(kind);
            if all > 0 {
                writeln!(f, "  {kind}: {:.1} % ({same} of {all})", same as f64 * 100.0 / all as f64)?;
            }
            let Some((missing, extra)) = self.different.get(kind) else { continue };
            missing.iter().try_for_each(|fact| writeln!(f, "    server: {fact}"))?;
            extra.iter().try_for_each(|fact| writeln!(f, "    replay: {fact}"))?;
        }
        Ok(())
    }
}

fn facts(catalog: &Catalog) -> Facts {
    let mut facts = Facts::new();
    for (key, entity) in catalog.iter() {
        if key.schema.starts_with("pg_temp") || &*key.schema == "temp" || key.schema.starts_with('\0') {
            continue;
        }
        let name = format!("{}.{}", key.schema, key.name);
        match entity {
            Entity::Table(table) => {
                facts.insert(("tables", format!("{name} {:?} {:?}", table.kind, table.parents)));
                of_table(catalog.dialect(), &name, table, &mut facts);
            }
            Entity::View(view) => {
                let columns = view.columns.as_deref().map(|columns| columns.join(", ").to_lowercase());
                facts.insert(("views", format!("{name} {} {columns:?}", entity.word())));
                for (used, columns) in &view.uses {
                    // Which columns a server counts as used depends on how it rewrites the query.
                    let _ = columns;
                    facts.insert(("views", format!("{name} uses {}.{}", used.schema, used.name)));
                }
                indexes(catalog.dialect(), &name, &view.indexes, &mut facts);
            }
            Entity::Sequence(sequence) => {
                let owner = sequence.owner.as_ref().map(|(table, column)| format!("{}.{column}", table.name));
                facts.insert(("sequences", format!("{name} {owner:?} identity {}", sequence.identity)));
            }
            Entity::Type(user_type) => {
                let kind = match &user_type.kind {
                    TypeKind::Domain { base, not_null, default, checks } => {
                        let default = default
                            .as_ref()
                            .and_then(|text| normalized_default(catalog.dialect(), Some(base), text));
                        let checks = checks.iter().map(|check| {
                            format!(
                                "{} {}",
                                check.name,
                                normalized_expression(catalog.dialect(), &check.expression)
                            )
                        });
                        format!("{base} {not_null} {default:?} {:?}", checks.collect::<Vec<_>>())
                    }
                    kind => format!("{kind:?}"),
                };
                facts.insert(("enums and domains", format!("{name} {kind}")));
            }
            Entity::Routine(routine) => {
                facts.insert(("routines", format!("{name} {} {:?}", entity.word(), routine.arguments.len())));
            }
            Entity::Trigger(trigger) => {
                let function = trigger.function.as_ref().map(|key| key.name.to_string());
                let on = &trigger.table.name;
                facts.insert(("triggers and policies", format!("{name} on {on} calls {function:?}")));
            }
            Entity::Policy(policy) => {
                facts.insert(("triggers and policies", format!("{name} on {}", policy.table.name)));
            }
            Entity::Schema(_) | Entity::Extension(_) if key.class == Class::Schema => {}
            _ => {}
        }
    }
    facts
}

fn of_table(dialect: Dialect, table: &str, of: &Table, facts: &mut Facts) {
    for column in &of.columns {
        let name = format!("{table}.{}", fold(dialect, &column.name));
        facts.insert(("columns", name.clone()));
        facts
            .insert(("nullability", format!("{name} {}", if column.not_null { "not null" } else { "null" })));
        let type_name = column.type_name.clone().unwrap_or_default();
        let type_name =
            if dialect == Dialect::Sqlite { type_name.replace(' ', "").to_lowercase() } else { type_name };
        facts.insert(("types", format!("{name} {type_name} {}", column.collation.as_deref().unwrap_or(""))));
        default(dialect, &name, column, facts);
    }
    for it in &of.constraints {
        constraint(dialect, table, it, facts);
    }
    indexes(dialect, table, &of.indexes, facts);
}

fn fold(dialect: Dialect, name: &str) -> String {
    if dialect == Dialect::Postgres { name.to_owned() } else { name.to_lowercase() }
}

fn default(dialect: Dialect, name: &str, column: &Column, facts: &mut Facts) {
    let default = column.default.as_deref();
    if let Some(default) = default.and_then(|it| normalized_default(dialect, column.type_name.as_deref(), it))
    {
        facts.insert(("defaults", format!("{name} default {default}")));
    }
    if let Some(generated) = &column.generated {
        facts.insert(("defaults", format!("{name} as {}", normalized_expression(dialect, generated))));
    }
    if let Some(identity) = column.identity {
        facts.insert(("defaults", format!("{name} identity {identity}")));
    }
    if column.auto_increment {
        facts.insert(("defaults", format!("{name} auto_increment")));
    }
}

fn constraint(dialect: Dialect, table: &str, it: &Constraint, facts: &mut Facts) {
    let mysql = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    let name = match &it.name {
        Some(name) if dialect != Dialect::Sqlite => fold(dialect, name),
        _ => String::new(),
    };
    let fold_all =
        |names: &[String]| names.iter().map(|name| fold(dialect, name)).collect::<Vec<_>>().join(", ");
    let list = fold_all(it.columns());
    let valid = if it.not_valid { " not valid" } else { "" };
    let (kind, text) = match &it.kind {
        ConstraintKind::PrimaryKey { .. } => ("primary keys", list),
        ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } if mysql => return,
        ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } => ("unique keys", list),
        ConstraintKind::Check { expression, .. } => ("checks", normalized_expression(dialect, expression)),
        ConstraintKind::ForeignKey { table, referenced, on_delete, on_update, .. } => {
            let action = |action: &Option<String>| {
                action
                    .as_deref()
                    .map(str::to_lowercase)
                    .filter(|it| it != "no action" && !(mysql && it == "restrict"))
                    .unwrap_or_default()
            };
            let text = format!(
                "({list}) {}.{} ({}) {} {}",
                table.schema,
                table.name,
                fold_all(referenced),
                action(on_delete),
                action(on_update)
            );
            ("foreign keys", text)
        }
        _ => return,
    };
    facts.insert((kind, format!("{table} {name} {text}{valid}")));
}

fn indexes(dialect: Dialect, table: &str, indexes: &[Index], facts: &mut Facts) {
    let mysql = matches!(dialect, Dialect::MySql | Dialect::MariaDb);
    for index in indexes {
        let parts = index.parts.iter().map(|part| {
            let text = match (&part.column, &part.expression) {
                (Some(column), _) => fold(dialect, column),
                (None, expression) => normalized_expression(dialect, expression.as_deref().unwrap_or("")),
            };
            format!("{text} {:?} {}", part.length, part.descending)
        });
        let predicate = index.predicate.as_deref().map(|it| normalized_expression(dialect, it));
        let text = format!(
            "{table} {} unique {} {:?} ({}) {:?} {predicate:?}",
            fold(dialect, &index.name),
            index.unique,
            index.method,
            parts.collect::<Vec<_>>().join(", "),
            index.include,
        );
        let unique_key = mysql && index.unique && index.name != "PRIMARY";
        facts.insert((if unique_key { "unique keys" } else { "indexes" }, text));
    }
}
