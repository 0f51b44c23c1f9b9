//! What a history creates, as one text: a constant of the binary that costs little more than the names. Each
//! name is followed by a NUL, which no name holds; one in a schema that a file names stands behind a NUL, the
//! schema and another NUL.

use crate::catalog::Created;

/// The text for some objects.
pub(crate) fn encode<'c>(created: impl IntoIterator<Item = &'c Created>) -> String {
    let mut text = String::new();
    for Created { schema, name } in created {
        if let Some(schema) = schema {
            text.push('\0');
            text.push_str(schema);
            text.push('\0');
        }
        text.push_str(name);
        text.push('\0');
    }
    text
}

/// The objects of a text: schema, where one was named, and name.
pub(crate) fn decode(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let mut parts = text.split_terminator('\0');
    std::iter::from_fn(move || match parts.next()? {
        "" => {
            let schema = parts.next()?;
            Some((Some(schema), parts.next()?))
        }
        name => Some((None, name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let created = [
            Created { schema: None, name: "a b".to_owned() },
            Created { schema: Some("s".to_owned()), name: "\u{1}ü".to_owned() },
            Created { schema: None, name: "z".to_owned() },
        ];
        let text = encode(&created);
        assert_eq!(text, "a b\0\0s\0\u{1}ü\0z\0");
        let read: Vec<_> = decode(&text).collect();
        assert_eq!(read, [(None, "a b"), (Some("s"), "\u{1}ü"), (None, "z")]);
        assert_eq!(decode("").count(), 0);
    }
}
