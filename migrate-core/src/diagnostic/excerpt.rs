//! One line of a text with a caret below the part that is meant. The run time uses it for errors of the
//! server, the checks for everything in a file.

use std::fmt::Write as _;

use super::Place;

/// The most characters of a line that are shown. A longer line is cut around the caret.
const WIDTH: usize = 100;

/// One line of a text, ready to be shown, and which part of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    line: usize,
    column: usize,
    shown: String,
    /// Characters of `shown` before the caret.
    before: usize,
    /// Length of the caret in characters of `shown`, at least 1.
    marked: usize,
}

/// The place in a file of the bytes from `start` to before `end` of its text. An offset beyond the end means
/// the end, one inside a character means that character. A part of several lines is marked to the end of
/// its first line.
///
/// A leading byte order mark has no column, and neither has the CR of a CRLF, so `text` may be the bytes of
/// the file as they are or the text made of them.
#[must_use]
pub fn excerpt(path: impl Into<String>, text: &str, start: usize, end: usize) -> Place {
    let start = floor_char_boundary(text, start);
    let end = floor_char_boundary(text, end).max(start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line_end = if text[line_start..line_end].ends_with('\r') { line_end - 1 } else { line_end };
    // An offset that points to the line break itself is shown behind the last character.
    let start = start.min(line_end);
    let end = end.clamp(start, line_end);
    let line_start =
        if line_start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { line_start };
    let start = start.max(line_start);
    let end = end.max(start);

    let line = text[..line_start].matches('\n').count() + 1;
    let column = text[line_start..start].chars().count() + 1;
    let before = escaped(&text[line_start..start]);
    let marked = escaped(&text[start..end]);
    let after = escaped(&text[end..line_end]);
    let (shown, before, marked) = cut(&before, &marked, &after);
    Place::part(path, Excerpt { line, column, shown, before, marked })
}

impl Excerpt {
    /// The line in the file, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in the file, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The line as it is shown: without control characters, and cut around the caret when it is long.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn render(&self, gutter: usize) -> String {
        let line = self.line;
        let mut out = format!("{:gutter$} |\n{line:gutter$} |", "");
        if !self.shown.is_empty() {
            let _ = write!(out, " {}", self.shown);
        }
        let _ = write!(
            out,
            "\n{:gutter$} | {:before$}{:^<marked$}",
            "",
            "",
            "",
            before = self.before,
            marked = self.marked
        );
        out
    }
}

/// Text that cannot change how the terminal or the reader sees the rest: control characters, characters
/// without width and those that turn the direction of text are shown as escapes, a tab as four spaces.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("    "),
            c if hides(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Like [`escaped`], for text whose line breaks are meant.
pub(super) fn escaped_lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts a long line so that the caret is seen. Gives the line, the characters before the caret and the
/// length of the caret.
fn cut(before: &str, marked: &str, after: &str) -> (String, usize, usize) {
    let (b, m, a) = (before.chars().count(), marked.chars().count(), after.chars().count());
    if b + m + a <= WIDTH {
        return (format!("{before}{marked}{after}"), b, m.max(1));
    }
    let kept_marked = m.min(WIDTH / 2);
    // A third of what is left stands before the caret, the rest after it; what one side does not need goes to
    // the other.
    let free = WIDTH - kept_marked;
    let room_after = if kept_marked < m { 0 } else { a.min((free - free / 3).max(free.saturating_sub(b))) };
    let kept_before = b.min(free - room_after);
    let mut shown = String::new();
    let mut column = kept_before;
    if kept_before < b {
        shown.push('…');
        column += 1;
    }
    shown.extend(before.chars().skip(b - kept_before));
    shown.extend(marked.chars().take(kept_marked));
    shown.extend(after.chars().take(room_after));
    if kept_marked < m || room_after < a {
        shown.push('…');
    }
    (shown, column, kept_marked.max(1))
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
