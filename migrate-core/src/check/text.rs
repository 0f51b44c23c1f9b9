//! From the bytes of a file to its canonical text: UTF-8 without a byte order mark, lines ended by LF. Lines
//! and columns of the canonical text are those of the file.

use crate::diagnostic::{Diagnostic, Place, excerpt};

/// The canonical text of a file that messages call `path`.
///
/// Every CRLF becomes LF, also in a string literal: git changes line ends from one checkout to the next, and
/// the meaning of a file must not depend on that. A lone CR stays.
pub(super) fn canonical(path: &str, bytes: &[u8]) -> Result<String, Box<Diagnostic>> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Box::new(
            Diagnostic::error("not-utf8", format!("{path} is UTF-16, not UTF-8"))
                .at(place(path, bytes, 0))
                .help("save the file as UTF-8"),
        ));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let message =
                format!("{path} is not UTF-8: byte {:#04x} at offset {at}", bytes.get(at).unwrap_or(&0));
            return Err(Box::new(
                Diagnostic::error("not-utf8", message)
                    .at(place(path, bytes, at))
                    .help("save the file as UTF-8"),
            ));
        }
    };
    if let Some(at) = text.find('\0') {
        let help = match at {
            0 | 1 => "the file may be UTF-16; save it as UTF-8",
            _ => "remove it; no database accepts it in a statement",
        };
        return Err(Box::new(
            Diagnostic::error("nul-byte", format!("{path} holds a NUL byte at offset {at}"))
                .at(place(path, bytes, at))
                .help(help),
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.replace("\r\n", "\n"))
}

/// The place of a byte in a file that is no text.
fn place(path: &str, bytes: &[u8], at: usize) -> Place {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
    let line = bytes.get(at..).unwrap_or_default();
    let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut text = before.into_owned();
    let start = text.len();
    text.push_str(&String::from_utf8_lossy(line));
    // One character: the mark stands below what cannot be read.
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    excerpt(path, &text, start, end)
}
