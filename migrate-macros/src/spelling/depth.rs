//! How deep a grammar may have to go down into itself for a statement. No stack is large enough for every
//! text, and running out of it would end the compiler without a word.

use migrate_core::Dialect;
use migrate_core::syntax::{Lexer, TokenKind};

/// The deepest statement that is given to a grammar. Real ones stay below a tenth of it, and the time that
/// a grammar takes grows with the square of the depth.
pub(super) const LIMIT: usize = 5_000;

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

#[cfg(all(test, feature = "spelling-postgres"))]
mod tests {
    use super::*;
    use crate::spelling::{STACK, errors};

    fn checked(statement: String) -> usize {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn(move || errors(Dialect::Postgres, &statement).len()).unwrap().join().unwrap()
    }

    #[test]
    fn the_deepest_statement_that_is_checked_has_room_on_the_stack() {
        let calls = |depth: usize| format!("SELECT {}1{}", "f(1,".repeat(depth), ")".repeat(depth));
        let deepest = calls(LIMIT - 3);
        assert_eq!(bound(&deepest, Dialect::Postgres), LIMIT);
        assert_eq!(checked(deepest), 0);
        // Each of these words is refused, so the grammar has seen them all.
        let explained = format!("{}SELECT 1", "EXPLAIN ".repeat(LIMIT - 2));
        assert_eq!(checked(explained), LIMIT - 3);
    }

    #[test]
    fn a_statement_that_would_not_fit_on_any_stack_is_not_checked() {
        for part in ["(", "NOT ", "- ", "f(1, ", "CASE WHEN ", "a.", "1+", "ARRAY["] {
            // It is misspelled as well, since it has no end.
            assert_ne!(checked(format!("SELECT {}", part.repeat(100))), 0, "{part}");
            assert_eq!(checked(format!("SELECT {}", part.repeat(1_000_000))), 0, "{part}");
        }
        let joined = format!("{}SELECT", "SELECT 1, 2 UNION ".repeat(1_000_000));
        assert!(bound(&joined, Dialect::Postgres) > LIMIT);
    }

    #[test]
    fn a_long_list_is_not_deep() {
        let values = format!("INSERT INTO a VALUES (1, 'a'){}", ", (2, 'b')".repeat(10_000));
        assert!(bound(&values, Dialect::Postgres) < 20);
    }
}
