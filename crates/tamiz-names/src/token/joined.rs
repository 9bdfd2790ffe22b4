//! Words that are written as one: with an apostrophe between, or glued together.

use super::{CAPITAL, Gap, Reading, Tokeniser};
use crate::hash;
use crate::letters::{Letter, letter_of};
use crate::words::{self, WORDS};

/// Elided words before an apostrophe, in French, Italian, Catalan and Portuguese.
const ELIDED: [&str; 22] = [
    "all", "c", "d", "dall", "dell", "j", "jusqu", "l", "lorsqu", "m", "n", "nell", "puisqu", "qu", "quell",
    "s", "sant", "degl", "sull", "t", "un", "quest",
];

impl Tokeniser<'_> {
    /// Decides what an apostrophe does to the word before it: `None` if the word goes on; else the word, or its
    /// elided article, has been put on the list, and reading goes on at the place given.
    pub(super) fn apostrophe(
        &mut self,
        from: usize,
        at: usize,
        start: bool,
        gap: Gap,
        word: &Reading,
    ) -> Option<usize> {
        let width = if self.bytes[at] == b'\'' { 1 } else { 3 };
        let rest = &self.text[at + width..self.end];
        let mut next = rest.chars();
        let first = next.next().map_or(Letter::No, letter_of);
        let done = |this: &mut Self, after: usize| {
            this.finish(from, at, start, gap, word);
            Some(after)
        };
        if first == Letter::No {
            return done(self, at);
        }
        if self.plain {
            return None;
        }
        let second = next.next().map_or(Letter::No, letter_of);
        if rest.starts_with(['s', 'S']) && second == Letter::No {
            return done(self, at + width + 1);
        }
        let prefix = &self.text[from..at];
        if is_elided(prefix) && (word.flags & CAPITAL == 0 || start) {
            self.push(from, at, hash::word(&self.text[from..at]), start, gap, word.flags, word.letters);
            // The rest is read as a word of its own, which may start a sentence if the article did.
            let after = self.word(at + width, start, Gap::Elision);
            return Some(after);
        }
        None
    }

    /// Whether two words stand glued together, as after a lost line break: `cholMinisterio`.
    pub(super) fn glued(&self, from: usize, inner: usize, to: usize) -> bool {
        let (head, tail) = (&self.text[from..inner], &self.text[inner..to]);
        if tail.len() < 4 || tail.chars().skip(1).any(char::is_uppercase) {
            return false;
        }
        const PREFIXES: [&str; 16] = [
            "Mc", "Mac", "De", "La", "Le", "Di", "Du", "Da", "Del", "Van", "Von", "Fitz", "San", "O", "Al",
            "El",
        ];
        if PREFIXES.contains(&head) {
            return false;
        }
        let known = |word: &str| WORDS.flags(hash::word(word), None);
        let small = head.starts_with(char::is_lowercase);
        const TELLS: u16 = words::COMMON | words::ORGANIZATION | words::TITLE | words::FUNCTION;
        // After a capitalised word only the longer words that begin a body's name or a title tell: `CaixaBank` is one name.
        const HEADS: u16 = words::ORGANIZATION | words::TITLE;
        (!small && tail.len() >= 7 && head.len() >= 3 && known(tail) & HEADS != 0 && known(head) & TELLS == 0)
            || (known(head) & TELLS == 0 && head.len() >= 3 && small && known(tail) & TELLS != 0)
            || (small && head.chars().count() >= 4 && known(head) & words::COMMON != 0)
    }
}

pub(super) fn is_elided(word: &str) -> bool {
    word.len() <= 6 && ELIDED.iter().any(|elided| word.eq_ignore_ascii_case(elided))
}
