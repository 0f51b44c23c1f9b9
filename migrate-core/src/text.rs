//! Text from outside in our messages: values out of a database or a file name may hold anything.

use std::fmt;

/// Longest piece of foreign text that a message repeats, in characters.
const LIMIT: usize = 120;

/// `text` made safe for a terminal and a log line: control, zero-width and bidirectional characters are
/// escaped, and what is too long is cut.
pub(crate) fn shown(text: &str) -> String {
    shown_to(text, LIMIT)
}

/// The same with a limit of its own, for a text that the database composes for us: what comes last in it is
/// a command.
pub(crate) fn shown_to(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == limit {
            shown.push('…');
            break;
        }
        match c {
            c if c.is_control() || is_invisible(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// Whether `c` changes how its neighbours are shown without being seen itself.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

/// A list for a message: at most a handful of items, then how many more there are.
pub(crate) struct Listed<'a, T>(pub(crate) &'a [T]);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (index, item) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{item}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_are_escaped() {
        assert_eq!(shown("a\x1b[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(shown(&"x".repeat(10_000)).chars().count(), LIMIT + 1);
    }
}
