//! Reads the statements that the library sends. It knows their few shapes and nothing of what they mean.

use std::collections::BTreeMap;

use migrate_core::session::Value;

/// A row: values by the name of their column.
pub(crate) type Values = BTreeMap<String, Value>;

/// The parts of `text` between the top-level occurrences of `separator`: those outside of quotes and
/// parentheses.
pub(crate) fn parts<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut at) = (0, 0_i32, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => at = end_of_string(bytes, at),
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ if depth == 0 && bytes[at..].starts_with(separator.as_bytes()) => {
                parts.push(text[start..at].trim());
                start = at + separator.len();
                at = start;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(text[start..].trim());
    parts
}

/// The place of the quote that ends the string which begins at `at`.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let escapes = at > 0 && bytes[at - 1] == b'E';
    let mut at = at + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 1,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 1,
            b'\'' => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// The statements of a message.
pub(crate) fn statements(message: &str) -> Vec<String> {
    parts(message, ";").into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A literal, or the value that stands for any expression.
pub(crate) fn value(text: &str) -> Value {
    let text = text.trim();
    if text == "NULL" {
        Value::Null
    } else if let Ok(number) = text.parse() {
        Value::Int(number)
    } else if let Some(escaped) = text.strip_prefix("E'") {
        Value::Text(escaped.trim_end_matches('\'').replace("''", "'").replace("\\\\", "\\"))
    } else if let Some(plain) = text.strip_prefix('\'') {
        Value::Text(plain.strip_suffix('\'').unwrap_or(plain).replace("''", "'"))
    } else if ["EXTRACT", "TIMESTAMPDIFF", "julianday"].iter().any(|function| text.contains(function)) {
        Value::Int(0)
    } else {
        Value::Text("2026-01-01 00:00:00".to_owned())
    }
}

/// A table's name without its schema.
pub(crate) fn table(name: &str) -> String {
    name.trim().rsplit('.').next().unwrap_or_default().trim_matches(['"', '`']).to_owned()
}

/// `a = 1 AND b = 2`.
pub(crate) fn conditions(text: &str) -> Values {
    parts(text, " AND ").into_iter().filter_map(assignment).collect()
}

/// `a = 1`.
pub(crate) fn assignment(text: &str) -> Option<(String, Value)> {
    let (column, expression) = text.split_once('=')?;
    Some((column.trim().to_owned(), value(expression)))
}

/// The text between `from` and `to`, which must be there.
pub(crate) fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let found = text.split_once(from).and_then(|(_, rest)| rest.split_once(to));
    found.unwrap_or_else(|| panic!("{from:?} … {to:?} is not in {text:?}")).0
}
