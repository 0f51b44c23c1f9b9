//! A position in a text. It moves over bytes; that tokens end between characters follows from the lexer
//! stopping only before or after ASCII.

/// A position in a text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Cursor { text, position: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn set_position(&mut self, position: usize) {
        self.position = position.min(self.text.len());
    }

    /// The byte here.
    pub(super) fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    /// The byte `ahead` of here.
    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        steps::add(1);
        self.text.as_bytes().get(self.position + ahead).copied()
    }

    pub(super) fn bump(&mut self, bytes: usize) {
        self.set_position(self.position + bytes);
    }

    pub(super) fn bump_while(&mut self, wanted: impl Fn(u8) -> bool) {
        // Most bytes of a file go by here, mostly in builds that are not optimized: no call but the one that is asked.
        let (bytes, mut at) = (self.text.as_bytes(), self.position);
        while at < bytes.len() && wanted(bytes[at]) {
            at += 1;
        }
        steps::add(at + 1 - self.position);
        self.position = at;
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or("")
    }

    /// What lies between `start` and here.
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.position).unwrap_or("")
    }

    /// Goes behind the next `needle`, or to the end when there is none.
    pub(super) fn bump_past(&mut self, needle: &str) -> bool {
        let found = self.rest().find(needle);
        let bytes = found.map_or(self.rest().len(), |at| at + needle.len());
        steps::add(bytes);
        self.bump(bytes);
        found.is_some()
    }
}

/// Counts the bytes that were looked at, so that tests can tell linear from quadratic without a clock.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local!(static STEPS: Cell<usize> = const { Cell::new(0) });

    pub(in crate::syntax) fn add(steps: usize) {
        STEPS.with(|count| count.set(count.get() + steps));
    }

    pub(in crate::syntax) fn take() -> usize {
        STEPS.with(Cell::take)
    }
}

#[cfg(not(test))]
mod steps {
    pub(super) fn add(_steps: usize) {}
}
