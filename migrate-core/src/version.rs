//! The version at the front of a migration's name: what is accepted, its canonical text, and its order.
//! It knows nothing of files; the layout says which part of a name is the version and which order applies.

use std::cmp::Ordering;
use std::fmt;

/// The longest canonical text. MySQL keeps it in a `VARCHAR(100)` key.
const MAX_LEN: usize = 100;

/// A migration's version.
///
/// Equal versions have equal canonical text: `0007` and `7` are the same version, and so are `1` and `1.0`,
/// as they are in Flyway. Components are compared as numbers of any size, never through an integer type:
/// 20-digit versions, which overflow 64 bits, exist in real projects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    text: String,
    order: Order,
}

/// How a version compares with its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Order {
    /// By component, as numbers.
    Numeric,
    /// As a string. diesel removes the dashes and compares what is left as a string, so `2025-11-19-091444-0000`
    /// comes before `2026-01-20-162913` although its number is larger.
    Text,
}

/// Why a text is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionError {
    /// Nothing, or nothing between two separators.
    Empty,
    /// Something other than decimal digits and the separators of the layout.
    NotNumeric,
    /// The canonical text is longer than 100 characters.
    TooLong,
}

impl Version {
    /// Reads decimal components separated by dots: `1`, `0007`, `20240131120000`, `1.2.3`.
    ///
    /// # Errors
    ///
    /// [`VersionError`] says what is wrong with the text.
    pub fn numeric(text: &str) -> Result<Self, VersionError> {
        Self::components(text, |c| c == '.')
    }

    /// Reads the version of a Flyway name, where the separator is a dot or an underscore: `1_2` is `1.2`.
    ///
    /// # Errors
    ///
    /// [`VersionError`] says what is wrong with the text.
    pub fn flyway(text: &str) -> Result<Self, VersionError> {
        Self::components(text, |c| c == '.' || c == '_')
    }

    /// Reads the version of a diesel folder: digits and dashes, of which the digits are kept. Leading zeros
    /// stay, since diesel compares and stores what is left as a string.
    ///
    /// # Errors
    ///
    /// [`VersionError`] says what is wrong with the text.
    pub fn diesel(text: &str) -> Result<Self, VersionError> {
        let digits: String = text.chars().filter(|&c| c != '-').collect();
        if digits.is_empty() {
            return Err(VersionError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VersionError::NotNumeric);
        }
        Self::of(digits, Order::Text)
    }

    /// The canonical text. Two versions are equal when their canonical texts are.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn components(text: &str, separator: fn(char) -> bool) -> Result<Self, VersionError> {
        let mut components = Vec::new();
        for component in text.split(separator) {
            if component.is_empty() {
                return Err(VersionError::Empty);
            }
            if !component.bytes().all(|b| b.is_ascii_digit()) {
                return Err(VersionError::NotNumeric);
            }
            components.push(without_leading_zeros(component));
        }
        // Flyway: a missing component is 0, so `1` and `1.0` are one version and need one text.
        while components.len() > 1 && components.last() == Some(&"0") {
            components.pop();
        }
        Self::of(components.join("."), Order::Numeric)
    }

    fn of(text: String, order: Order) -> Result<Self, VersionError> {
        if text.len() > MAX_LEN { Err(VersionError::TooLong) } else { Ok(Version { text, order }) }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.order, other.order) {
            (Order::Numeric, Order::Numeric) => {
                let (mut left, mut right) = (self.text.split('.'), other.text.split('.'));
                loop {
                    match (left.next(), right.next()) {
                        (None, None) => return Ordering::Equal,
                        (a, b) => match compare_digits(a.unwrap_or("0"), b.unwrap_or("0")) {
                            Ordering::Equal => {}
                            decided => return decided,
                        },
                    }
                }
            }
            (Order::Text, Order::Text) => self.text.cmp(&other.text),
            // One history has one layout; this only makes the order total.
            (Order::Numeric, Order::Text) => Ordering::Less,
            (Order::Text, Order::Numeric) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VersionError::Empty => "the version is empty",
            VersionError::NotNumeric => "the version is not a decimal number",
            VersionError::TooLong => "the version is longer than 100 characters",
        })
    }
}

impl std::error::Error for VersionError {}

fn without_leading_zeros(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

/// Compares two numbers without leading zeros: the longer one is larger.
fn compare_digits(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
