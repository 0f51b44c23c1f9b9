//! How two catalogs differ, as text.

use std::collections::BTreeSet;
use std::fmt;

use super::Catalog;
use super::key::Key;
use super::model::Entity;
use super::render::{Spelling, facts};

/// One way in which the second of two catalogs is not like the first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// An object is only in the first.
    Missing {
        /// What it is and its name.
        object: String,
    },
    /// An object is only in the second.
    Extra {
        /// What it is and its name.
        object: String,
    },
    /// An object is in both, and something about it is not the same.
    Changed {
        /// What it is and its name.
        object: String,
        /// What is only in the first: a column, constraint, index….
        missing: Vec<String>,
        /// What is only in the second.
        extra: Vec<String>,
    },
}

/// What is different in `b`. The order of columns does not count: a column that comes back is the last one.
/// Objects that are uncertain in one of the two are left out, and so are temporary ones.
#[must_use]
pub fn diff(a: &Catalog, b: &Catalog) -> Vec<Difference> {
    let mut differences = Vec::new();
    let keys: BTreeSet<&Key> = a.iter().chain(b.iter()).map(|(key, _)| key).collect();
    for key in keys {
        if a.is_tainted(key) || b.is_tainted(key) || *key.schema == *a.rules().temporary_schema {
            continue;
        }
        match (a.get(key), b.get(key)) {
            (Some(one), None) if !b.taint.strangers(key.class) => {
                differences.push(Difference::Missing { object: a.title(key, one) });
            }
            (None, Some(other)) if !a.taint.strangers(key.class) => {
                differences.push(Difference::Extra { object: b.title(key, other) });
            }
            (Some(one), Some(other)) => differences.extend(changed(a, b, key, one, other)),
            _ => {}
        }
    }
    differences
}

/// How one object differs now from `old`, which was there before. Uncertain and temporary ones are left out,
/// and so is an extension that was to be there whoever had created it.
pub(super) fn of_one(catalog: &Catalog, key: &Key, old: Option<&Entity>) -> Option<Difference> {
    let doubtful = old.and_then(Entity::state).is_some_and(|state| catalog.taint.covers(state));
    if doubtful || catalog.is_tainted(key) || *key.schema == *catalog.rules().temporary_schema {
        return None;
    }
    match (old, catalog.get(key)) {
        (Some(old), Some(new)) => changed(catalog, catalog, key, old, new),
        (Some(old), None) => Some(Difference::Missing { object: catalog.title(key, old) }),
        (None, Some(Entity::Extension(extension))) if extension.shared => None,
        (None, Some(new)) => Some(Difference::Extra { object: catalog.title(key, new) }),
        (None, None) => None,
    }
}

fn changed(a: &Catalog, b: &Catalog, key: &Key, one: &Entity, other: &Entity) -> Option<Difference> {
    // Most objects are the same to the letter.
    if one == other {
        return None;
    }
    let (left, right) = (spelled(a, one), spelled(b, other));
    let only = |these: &[Fact], those: &[Fact]| -> Vec<String> {
        let those: BTreeSet<&str> = those.iter().map(|fact| fact.compared.as_str()).collect();
        let missing = these.iter().filter(|fact| !those.contains(fact.compared.as_str()));
        missing.map(|fact| fact.shown.clone()).collect()
    };
    let (missing, extra) = (only(&left, &right), only(&right, &left));
    if missing.is_empty() && extra.is_empty() && one.word() == other.word() {
        return None;
    }
    Some(Difference::Changed { object: a.title(key, one), missing, extra })
}

impl Difference {
    /// Each difference as a few words.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Difference::Changed { object, missing, extra } => {
                let missing = missing.iter().map(|fact| format!("{object} lacks `{fact}`"));
                missing.chain(extra.iter().map(|fact| format!("{object} has `{fact}`"))).collect()
            }
            _ => vec![self.to_string()],
        }
    }
}

/// One line about an object.
struct Fact {
    shown: String,
    compared: String,
}

fn spelled(catalog: &Catalog, entity: &Entity) -> Vec<Fact> {
    let shown = facts(catalog, entity, Spelling::Written);
    let compared = facts(catalog, entity, Spelling::Compared);
    let facts = shown.into_iter().zip(compared).map(|(shown, compared)| Fact { shown, compared });
    facts.filter(|fact| !fact.compared.is_empty()).collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing { object } => write!(f, "{object} is missing"),
            Difference::Extra { object } => write!(f, "{object} is left over"),
            Difference::Changed { object, missing, extra } => {
                write!(f, "{object} differs")?;
                missing.iter().try_for_each(|fact| write!(f, "\n    missing: {fact}"))?;
                extra.iter().try_for_each(|fact| write!(f, "\n    left over: {fact}"))
            }
        }
    }
}
