//! What is allowed to be wrong: findings that somebody looked at and accepted, with a reason, in the file itself or,
//! where that cannot be edited any more, from outside.

use super::{Options, rebuild};
use crate::catalog;
use crate::diagnostic::{Diagnostic, Place, closest};
use crate::feature;

/// The findings that can be allowed, beside those of the catalog: those after which a file is still what it was
/// meant to be. Another is one word here.
const ALLOWABLE: [&str; 11] = [
    "syntax-error",
    "unparsed",
    "down-differs",
    feature::CODE,
    "not-in-transaction",
    "may-not-run-in-transaction",
    "enum-value-used-early",
    "pragma-without-effect",
    "commits-by-itself",
    "phase-contradicted",
    rebuild::CODE,
];

/// A finding that is accepted.
#[derive(Debug)]
pub(super) struct Allowed {
    pub(super) code: String,
    /// The file, as messages show it; `None` when there is no such migration.
    pub(super) path: Option<String>,
    /// Where it is allowed, when that is in a file.
    pub(super) place: Option<Place>,
    /// How it was written.
    pub(super) written: String,
}

/// Takes the allowed findings out, and reports what allows nothing.
///
/// `looked` says of a code and a file whether it would have been found: without a grammar nothing is known about
/// the spelling, and behind an error nothing about the schema.
pub(super) fn lift(
    allowed: &[Allowed],
    looked: impl Fn(&str, &str) -> bool,
    options: &Options,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut found = Vec::new();
    for allowed in allowed {
        if !allowable().any(|code| code == allowed.code) {
            found.push(not_allowable(allowed));
            continue;
        }
        let before = diagnostics.len();
        diagnostics.retain(|diagnostic| {
            let path = diagnostic.place().map(Place::path);
            diagnostic.code() != allowed.code || path.is_none() || path != allowed.path.as_deref()
        });
        let looked = allowed.path.as_deref().is_some_and(|path| looked(&allowed.code, path));
        if allowed.path.is_none() || (looked && diagnostics.len() == before) {
            let message = match &allowed.path {
                Some(path) => format!("`{}` allows what is not found in {path}", allowed.written),
                None => format!("`{}` names a file that is not there", allowed.written),
            };
            found.push(placed(Diagnostic::warning("unused-allow", message), allowed).help("remove it"));
        }
    }
    // Whoever uses a published package can neither edit it nor choose the release of its checks.
    if !options.published {
        diagnostics.extend(found);
    }
}

fn allowable() -> impl Iterator<Item = &'static str> {
    ALLOWABLE.into_iter().chain(catalog::CODES.iter().copied())
}

fn not_allowable(allowed: &Allowed) -> Diagnostic {
    let message = format!("`{}` cannot be allowed", allowed.code);
    let help = match closest(&allowed.code, allowable()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("what can be allowed: {}", allowable().collect::<Vec<_>>().join(", ")),
    };
    placed(Diagnostic::error("unknown-allow", message), allowed).help(help)
}

fn placed(diagnostic: Diagnostic, allowed: &Allowed) -> Diagnostic {
    match &allowed.place {
        Some(place) => diagnostic.at(place.clone()),
        None => diagnostic,
    }
}
