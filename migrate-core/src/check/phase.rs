//! What a file says about its phase against what it does.

use super::transaction::Checkable;
use crate::diagnostic::{Diagnostic, excerpt};
use crate::effect::{Class, Phase, ScriptEffects};
use crate::syntax::directive::{self, Directive};

/// What is wrong with the phase that a file says it is in: one that older binaries live through must not take
/// away what they use. What could not be followed is believed.
#[must_use]
pub fn phase(file: Checkable<'_>, effects: &ScriptEffects) -> Vec<Diagnostic> {
    if effects.phase.is_none() {
        return Vec::new();
    }
    let found = directive::read(file.text, file.dialect).found;
    let mut written = found.iter().filter_map(|found| match found.directive {
        Directive::Phase(phase) => Some((phase, found.span)),
        _ => None,
    });
    let Some((phase, span)) = written.next() else { return Vec::new() };
    let at =
        |span: crate::migrations::Span| excerpt(file.path, file.text, span.start as usize, span.end as usize);
    if let Some((_, second)) = written.find(|(other, _)| *other != phase) {
        let message = "this file says that it is in two phases";
        let diagnostic = Diagnostic::error("contradiction", message)
            .at(at(second))
            .help("split it, or remove one of them");
        return vec![diagnostic.related("the first one is here", at(span))];
    }
    if phase == Phase::Contract {
        return Vec::new();
    }
    let Some(reason) = effects.reasons.iter().find(|reason| reason.class == Class::Contract) else {
        return Vec::new();
    };
    // The statement that did it: the one that says the same, else the last that touched the object.
    let says = effects.statements.iter().position(|effect| effect.reasons.contains(reason));
    let touches = || {
        effects
            .statements
            .iter()
            .rposition(|effect| effect.reasons.iter().any(|it| it.object == reason.object))
    };
    let statement = says.or_else(touches).and_then(|at| file.statements.get(at));
    let message = format!(
        "this file says `phase = {}`, and it takes something away from older binaries: {}",
        phase.text(),
        reason.text
    );
    let diagnostic = Diagnostic::error("phase-contradicted", message)
        .help("move the statement into a migration that is applied when no older binary runs any more, with `-- migrate(phase = contract)`");
    let place = statement.map_or(span, |statement| statement.span);
    vec![diagnostic.at(at(first_line(file.text, place))).related("the file says so here", at(span))]
}

fn first_line(text: &str, span: crate::migrations::Span) -> crate::migrations::Span {
    let length = span.of(text).find('\n').and_then(|length| u32::try_from(length).ok());
    crate::migrations::Span::new(span.start, length.map_or(span.end, |length| span.start + length))
}
