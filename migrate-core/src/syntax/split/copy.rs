//! Recognises `COPY … FROM STDIN`, whose data follow the statement in the file and must not be read as SQL.

use super::super::token::{Token, TokenKind};

/// How much of `COPY … FROM STDIN` the statement has shown.
#[derive(Debug, Default)]
pub(super) struct Copy {
    progress: Progress,
    /// Of parentheses, so that columns and queries in them do not count.
    depth: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Progress {
    #[default]
    Nothing,
    Copy,
    From,
    Stdin,
    Other,
}

impl Copy {
    pub(super) fn token(&mut self, text: &str, token: Token) {
        match token.kind {
            TokenKind::Open => self.depth += 1,
            TokenKind::Close => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.progress = match self.progress {
            Progress::Nothing if token.is(text, "copy") => Progress::Copy,
            Progress::Nothing => Progress::Other,
            Progress::Copy if self.depth == 0 && token.is(text, "from") => Progress::From,
            Progress::From if token.is(text, "stdin") => Progress::Stdin,
            Progress::From => Progress::Copy,
            same => same,
        };
    }

    pub(super) fn reads_data(&self) -> bool {
        self.progress == Progress::Stdin
    }
}
