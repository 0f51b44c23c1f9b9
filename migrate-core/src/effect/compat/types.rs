//! Types of columns before and after: whether an older binary can still read what is there, and write what
//! it wants.

use crate::catalog::Catalog;
use crate::catalog::model::{Entity, TypeKind};
use crate::dialect::Dialect;
use crate::effect::fact::Class;
use crate::effect::shape::Shape;

const DECODE: &str = "an older binary does not expect the new type";
const NARROWER: &str = "an older binary may write what does not fit any more";
const WIDER: &str = "what fitted still fits";
const CHECKED: &str = "an older binary does not know what the domain demands";

/// What another type means; `None` when it is none.
pub(super) fn change(after: &Catalog, old: &str, new: &str) -> Option<(Class, &'static str)> {
    if old == new {
        return None;
    }
    let dialect = after.dialect();
    if dialect == Dialect::Postgres {
        let (old, _) = below(after, old);
        let (new, demands) = below(after, new);
        if demands {
            return Some((Class::Contract, CHECKED));
        }
        return postgres(&Shape::of(&old), &Shape::of(&new));
    }
    let (old, new) = (Shape::of(old), Shape::of(new));
    match dialect {
        Dialect::Sqlite => (affinity(&old.base) != affinity(&new.base)).then_some((Class::Contract, DECODE)),
        _ => mysql(&old, &new),
    }
}

/// The type that a server says a column has: that below a domain; and whether the domain demands something.
fn below(after: &Catalog, name: &str) -> (String, bool) {
    match after.type_shown(name) {
        Some(Entity::Type(user_type)) => match &user_type.kind {
            TypeKind::Domain { base, not_null, checks, .. } => {
                (base.clone(), *not_null || !checks.is_empty())
            }
            _ => (name.to_owned(), false),
        },
        _ => (name.to_owned(), false),
    }
}

fn postgres(old: &Shape, new: &Shape) -> Option<(Class, &'static str)> {
    const TEXT: &[&str] = &["text", "character varying", "character", "name", "citext"];
    let text = |shape: &Shape| TEXT.contains(&shape.base.as_str());
    if old.array != new.array || (old.base != new.base && !(text(old) && text(new))) {
        return Some((Class::Contract, DECODE));
    }
    if text(old) {
        return length(old, new);
    }
    if old.base == "numeric" {
        return digits(old, new);
    }
    // Of times, the precision: a value is rounded, not refused.
    (old != new).then_some((Class::Expand, WIDER))
}

/// A longest length, or none.
fn length(old: &Shape, new: &Shape) -> Option<(Class, &'static str)> {
    match (old.arguments.first(), new.arguments.first()) {
        (_, None) => Some((Class::Expand, WIDER)),
        (Some(old), Some(new)) if new >= old => Some((Class::Expand, WIDER)),
        _ => Some((Class::Contract, NARROWER)),
    }
}

/// Digits before and behind the point.
fn digits(old: &Shape, new: &Shape) -> Option<(Class, &'static str)> {
    let split = |shape: &Shape| {
        let scale = shape.arguments.get(1).copied().unwrap_or(0);
        shape.arguments.first().map(|precision| (i64::from(*precision) - i64::from(scale), scale))
    };
    match (split(old), split(new)) {
        (_, None) => Some((Class::Expand, WIDER)),
        (Some((whole, scale)), Some((now, now_scale))) if now >= whole && now_scale >= scale => {
            Some((Class::Expand, WIDER))
        }
        _ => Some((Class::Contract, NARROWER)),
    }
}

fn mysql(old: &Shape, new: &Shape) -> Option<(Class, &'static str)> {
    const INTEGERS: &[&str] = &["tinyint", "smallint", "mediumint", "int", "bigint"];
    const TEXTS: &[(&str, u32)] = &[
        ("char", 255),
        ("varchar", 65_535),
        ("tinytext", 255),
        ("text", 65_535),
        ("mediumtext", 1 << 24),
        ("longtext", u32::MAX),
    ];
    const BYTES: &[(&str, u32)] = &[
        ("binary", 255),
        ("varbinary", 65_535),
        ("tinyblob", 255),
        ("blob", 65_535),
        ("mediumblob", 1 << 24),
        ("longblob", u32::MAX),
    ];
    let rank = |shape: &Shape| INTEGERS.iter().position(|base| *base == shape.base);
    if let (Some(was), Some(is)) = (rank(old), rank(new)) {
        return Some(match (old.unsigned == new.unsigned, is >= was) {
            (false, _) => (Class::Contract, DECODE),
            // Its display width may be another, which changes no value.
            (true, true) => (Class::Expand, WIDER),
            (true, false) => (Class::Contract, NARROWER),
        });
    }
    for sizes in [TEXTS, BYTES] {
        let size = |shape: &Shape| {
            let (_, most) = sizes.iter().find(|(base, _)| *base == shape.base)?;
            Some(shape.arguments.first().copied().unwrap_or(*most))
        };
        if let (Some(was), Some(is)) = (size(old), size(new)) {
            return Some(if is >= was { (Class::Expand, WIDER) } else { (Class::Contract, NARROWER) });
        }
    }
    if old.base == "decimal" && new.base == "decimal" {
        return digits(old, new);
    }
    if old.base == new.base && matches!(old.base.as_str(), "enum" | "set") {
        let kept = old.labels.iter().all(|label| new.labels.contains(label));
        return Some(if kept { (Class::Expand, WIDER) } else { (Class::Contract, NARROWER) });
    }
    if old.base == new.base {
        return (old != new).then_some((Class::Expand, WIDER));
    }
    Some((Class::Contract, DECODE))
}

/// <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>
fn affinity(base: &str) -> &'static str {
    let base = base.to_ascii_uppercase();
    let has = |part: &str| base.contains(part);
    if has("INT") {
        "integer"
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        "text"
    } else if has("BLOB") || base.is_empty() {
        "blob"
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        "real"
    } else {
        "numeric"
    }
}
