//! Whether another type of a column is another form of its values on disk.

use crate::ast::{Expression, TypeName};
use crate::catalog::model::{Entity, TypeKind};
use crate::catalog::{Catalog, normalized_type};
use crate::dialect::Dialect;
use crate::effect::fact::Answer;
use crate::effect::shape::Shape;
use crate::syntax::Lexer;

/// Types whose values are kept in the same form, in both directions.
const SAME_FORM: &[(&str, &str)] = &[
    ("text", "character varying"),
    ("citext", "text"),
    ("citext", "character varying"),
    ("integer", "oid"),
    ("integer", "regclass"),
    ("integer", "regproc"),
    ("integer", "regtype"),
    ("oid", "regclass"),
    ("oid", "regproc"),
    ("oid", "regtype"),
    ("bit", "bit varying"),
];

/// The same, from the first to the second only.
const ONE_WAY: &[(&str, &str)] = &[("cidr", "inet"), ("xml", "text"), ("xml", "character varying")];

const UTC: &str = "the time zone of the session: in UTC no value changes";

/// Whether the table is written anew when `column`, which has the type `old`, gets the type `new`.
pub(super) fn rewrites(
    catalog: &Catalog,
    text: &str,
    column: &str,
    old: Option<&str>,
    new: &TypeName,
    using: Option<&Expression>,
) -> Answer {
    if let Some(using) = using
        && !is_plain_cast(text, column, new, using)
    {
        return Answer::Yes;
    }
    let Some(old) = old else { return Answer::depends("the type that the column has now") };
    let new = normalized_type(Dialect::Postgres, new);
    if old == new {
        return Answer::No;
    }
    let (new, checked) = below(catalog, &new);
    let (old, _) = below(catalog, old);
    if checked {
        return Answer::Yes;
    }
    let known = |name: &str| catalog.type_shown(name).is_none();
    if !known(&old) || !known(&new) {
        return (old != new).into();
    }
    by_shape(&Shape::of(&old), &Shape::of(&new))
}

fn by_shape(old: &Shape, new: &Shape) -> Answer {
    if old.array || new.array {
        // Of arrays each element is looked at, unless nothing is another.
        return (old != new).into();
    }
    let (a, b) = (old.base.as_str(), new.base.as_str());
    if a == b {
        return match a {
            "character varying" | "bit varying" => (!grows(old, new)).into(),
            "numeric" => (!numeric_grows(old, new)).into(),
            "timestamp without time zone"
            | "timestamp with time zone"
            | "time without time zone"
            | "time with time zone"
            | "interval" => (!precision_grows(old, new)).into(),
            _ => (old != new).into(),
        };
    }
    let pair = |x: &str, y: &str| (a == x && b == y) || (a == y && b == x);
    if pair("timestamp without time zone", "timestamp with time zone") {
        return if precision_grows(old, new) { Answer::depends(UTC) } else { Answer::Yes };
    }
    let same = SAME_FORM.iter().any(|(x, y)| pair(x, y)) || ONE_WAY.contains(&(a, b));
    // A length is checked for each value where there was none.
    (!same || !new.arguments.is_empty()).into()
}

/// The longest length stays or goes.
fn grows(old: &Shape, new: &Shape) -> bool {
    match (old.arguments.first(), new.arguments.first()) {
        (_, None) => true,
        (Some(old), Some(new)) => new >= old,
        (None, Some(_)) => false,
    }
}

fn numeric_grows(old: &Shape, new: &Shape) -> bool {
    let scale = |shape: &Shape| shape.arguments.get(1).copied().unwrap_or(0);
    match (old.arguments.first(), new.arguments.first()) {
        (_, None) => true,
        (Some(was), Some(is)) => is >= was && scale(old) == scale(new),
        (None, Some(_)) => false,
    }
}

/// Six digits are all there are.
fn precision_grows(old: &Shape, new: &Shape) -> bool {
    let digits = |shape: &Shape| shape.arguments.first().copied().unwrap_or(6);
    digits(new) >= digits(old)
}

/// The type below a domain, and whether a value has to be checked for it.
fn below(catalog: &Catalog, name: &str) -> (String, bool) {
    match catalog.type_shown(name) {
        Some(Entity::Type(user_type)) => match &user_type.kind {
            TypeKind::Domain { base, not_null, checks, .. } => {
                (base.clone(), *not_null || !checks.is_empty())
            }
            _ => (name.to_owned(), false),
        },
        _ => (name.to_owned(), false),
    }
}

/// Whether USING says only what is done without it: `c`, `c::type`.
fn is_plain_cast(text: &str, column: &str, new: &TypeName, using: &Expression) -> bool {
    let squeezed = |source: &str| {
        let tokens = Lexer::new(source, Dialect::Postgres).filter(|token| token.kind.is_significant());
        tokens.map(|token| token.text(source).trim_matches('"').to_lowercase()).collect::<Vec<_>>().join(" ")
    };
    let source = squeezed(using.span.map_or("", |span| span.of(text)));
    let source = source.trim_start_matches("( ").trim_end_matches(" )");
    let column = column.to_lowercase();
    let written = squeezed(new.span.of(text));
    let written = written.trim_end_matches(" )");
    source == column || source == format!("{column} :: {written}")
}

/// Whether a type is a domain that demands something, for which new columns are checked.
pub(super) fn is_constrained_domain(catalog: &Catalog, type_name: &TypeName) -> bool {
    below(catalog, &normalized_type(Dialect::Postgres, type_name)).1
}
