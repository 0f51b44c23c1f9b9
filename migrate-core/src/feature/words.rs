//! Which of a few words a text holds: one pass over its bytes, since the tokens of every file are too dear to read
//! once more in a build without optimization.

/// Words in lower case, without repetition. A word is known by its place in the list.
#[derive(Debug, Default)]
pub(super) struct Words {
    list: Vec<&'static str>,
    /// For the first byte and the length of a word: where in `list` such words are.
    begin: Vec<Vec<usize>>,
}

/// Longer words are not in the list.
const LONGEST: usize = 32;

impl Words {
    pub(super) fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let mut list: Vec<&'static str> = words.filter(|word| is_word(word)).collect();
        list.sort_unstable();
        list.dedup();
        let mut begin = vec![Vec::new(); 256 * LONGEST];
        for (index, word) in list.iter().enumerate() {
            if let Some(slot) = word.bytes().next().and_then(|first| begin.get_mut(slot(first, word.len()))) {
                slot.push(index);
            }
        }
        Words { list, begin }
    }

    /// The places of those of `words` that can be looked for.
    pub(super) fn places(&self, words: &[&'static str]) -> Vec<usize> {
        words.iter().filter_map(|word| self.list.binary_search(word).ok()).collect()
    }

    /// For each word whether `lower`, a text in lower case, holds it.
    pub(super) fn held(&self, lower: &str) -> Vec<bool> {
        let mut held = vec![false; self.list.len()];
        let bytes = lower.as_bytes();
        let mut start = 0;
        for (at, byte) in bytes.iter().chain(b" ").enumerate() {
            if matches!(byte, b'a'..=b'z' | b'_' | b'0'..=b'9') {
                continue;
            }
            let len = at - start;
            if len > 1
                && len < LONGEST
                && let Some(near) = self.begin.get(slot(bytes[start], len))
            {
                for index in near {
                    if self.list[*index].as_bytes() == &bytes[start..at] {
                        held[*index] = true;
                    }
                }
            }
            start = at + 1;
        }
        held
    }
}

fn slot(first: u8, len: usize) -> usize {
    usize::from(first) * LONGEST + len
}

/// Signs, and words of one letter, are not looked for.
fn is_word(text: &str) -> bool {
    (2..LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_between_all_that_is_no_word() {
        let words = Words::new(["merge", "json_table", "->", "to", "merge"].into_iter());
        let held = |text| {
            let held = words.held(text);
            words.list.iter().zip(held).filter_map(|(word, held)| held.then_some(*word)).collect::<Vec<_>>()
        };
        assert_eq!(held("merge"), ["merge"]);
        assert_eq!(held("(json_table)\u{e4}to,merges emerge"), ["json_table", "to"]);
        assert_eq!(held(""), [""; 0]);
        assert_eq!(words.places(&["to", "->", "merge"]).len(), 2);
    }
}
