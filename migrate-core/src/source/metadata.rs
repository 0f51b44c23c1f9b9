//! diesel's `metadata.toml`, which has one key. A strict reader of that key: a file that says anything else
//! is an error, since a key that is read past would be a promise that is not kept.

use std::ops::Range;

/// Why a `metadata.toml` was refused, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MetadataError {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
}

/// Reads `run_in_transaction`. `None` when the file does not have the key, which says nothing: diesel runs
/// the migration in a transaction then.
pub(crate) fn run_in_transaction(text: &str) -> Result<Option<bool>, MetadataError> {
    let mut value = None;
    let mut start = 0;
    for line in text.split('\n') {
        let content = line.split('#').next().unwrap_or_default();
        let at = |part: &str| {
            // `part` is a slice of `line`.
            let offset = start + (part.as_ptr() as usize - line.as_ptr() as usize);
            offset..offset + part.len()
        };
        let content = content.trim();
        if !content.is_empty() {
            let Some((key, right)) = content.split_once('=') else {
                let message =
                    "expected `run_in_transaction = true` or `run_in_transaction = false`".to_owned();
                return Err(MetadataError { span: at(content), message });
            };
            let (key, right) = (key.trim(), right.trim());
            if key != "run_in_transaction" {
                let message = format!("unknown key `{key}`; the only key is `run_in_transaction`");
                return Err(MetadataError { span: at(if key.is_empty() { content } else { key }), message });
            }
            if value.is_some() {
                let message = "`run_in_transaction` is given twice".to_owned();
                return Err(MetadataError { span: at(key), message });
            }
            value = match right {
                "true" => Some(true),
                "false" => Some(false),
                _ => {
                    let message = "the value of `run_in_transaction` must be true or false".to_owned();
                    return Err(MetadataError {
                        span: at(if right.is_empty() { content } else { right }),
                        message,
                    });
                }
            };
        }
        start += line.len() + 1;
    }
    Ok(value)
}
