//! How deep a grammar may have to go down into itself for a statement. No stack is large enough for every
//! text, and running out of it would end the compiler without a word.

use migrate_core::Dialect;
use migrate_core::syntax::{Lexer, TokenKind};

/// The deepest statement that is given to a grammar.
pub(super) const LIMIT: usize = 20_000;

/// An upper bound of the depth of a statement's tree: each token may nest one deeper than the one before it,
/// but what a comma separates stands side by side, unless it belongs to two parts of a `UNION`.
pub(super) fn bound(statement: &str, dialect: Dialect) -> usize {
    // Per open parenthesis: the tokens since the last comma, and those that join parts which have commas.
    let mut levels = vec![(0_usize, 0_usize)];
    let (mut sum, mut deepest) = (0_usize, 0_usize);
    for token in Lexer::new(statement, dialect).significant() {
        let text = token.text(statement);
        match token.kind {
            TokenKind::Open => levels.push((0, 0)),
            TokenKind::Operator if text == "[" => levels.push((0, 0)),
            TokenKind::Close => leave(&mut levels, &mut sum),
            TokenKind::Operator if text == "]" => leave(&mut levels, &mut sum),
            _ => {}
        }
        let Some((since, joins)) = levels.last_mut() else { continue };
        if token.kind == TokenKind::Comma {
            sum -= *since;
            *since = 0;
        } else {
            *since += 1;
            sum += 1;
            if token.is_one_of(statement, &["union", "intersect", "except"]) {
                *joins += 1;
                sum += 1;
            }
        }
        deepest = deepest.max(sum);
    }
    deepest
}

/// Ends the innermost level; the outermost stays, as there may be more ends than beginnings.
fn leave(levels: &mut Vec<(usize, usize)>, sum: &mut usize) {
    if levels.len() > 1
        && let Some((since, joins)) = levels.pop()
    {
        *sum -= since + joins;
    }
}
