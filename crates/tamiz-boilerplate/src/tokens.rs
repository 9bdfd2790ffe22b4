//! The tokens of a line: words, numbers, and characters of scripts without blanks.

use std::ops::Range;

use crate::hash::Hash;
use crate::line::Line;
use crate::masks::Masks;
use crate::notation::{Folding, Glyphs, class};
use crate::words::Words;

const SEED: u32 = 0x811c_9dc5;

#[inline(always)]
fn mix(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x9e37_79b1).rotate_left(13)
}

/// The tokens of a line.
pub(crate) struct Tokens<'w> {
    glyphs: Glyphs,
    source: &'w str,
    words: &'w mut Words,
    /// Whether the stretch before ended within a word, and where that starts.
    open: bool,
    start: usize,
    /// Hashes of the tokens before, of the first two, and of all.
    last: u32,
    before_last: u32,
    head: u32,
    line: u32,
    count: u32,
    /// The last token, if it is a character of a script without blanks.
    unspaced: u32,
}

impl<'w> Tokens<'w> {
    #[inline(always)]
    pub(crate) fn new(glyphs: Glyphs, source: &'w str, words: &'w mut Words) -> Self {
        Self {
            glyphs,
            source,
            words,
            open: false,
            start: 0,
            last: 0,
            before_last: 0,
            head: 0,
            line: SEED,
            count: 0,
            unspaced: 0,
        }
    }

    /// Takes the tokens that end within `through`.
    #[inline(always)]
    pub(crate) fn read(&mut self, masks: &Masks, through: u64, at: usize) {
        let word = (masks.letter | masks.digit) & !masks.unspaced;
        let before = word << 1 | u64::from(self.open);
        let (mut starts, mut ends) = (word & !before, before & !word & through);
        if masks.unspaced == 0 {
            while ends != 0 {
                self.word_to(ends.trailing_zeros() as usize, &mut starts, masks, at);
                ends &= ends - 1;
            }
        } else {
            let singles = masks.unspaced & masks.first;
            let mut left = ends | singles;
            while left != 0 {
                let place = left.trailing_zeros() as usize;
                if ends >> place & 1 != 0 {
                    self.word_to(place, &mut starts, masks, at);
                }
                if singles >> place & 1 != 0 {
                    self.single(at + place);
                }
                left &= left - 1;
            }
        }
        if starts != 0 {
            self.start = at + starts.trailing_zeros() as usize;
            self.open = true;
        }
    }

    /// The word that ends at that place of a stretch.
    #[inline(always)]
    fn word_to(&mut self, place: usize, starts: &mut u64, masks: &Masks, at: usize) {
        let (hash, len) = if self.open {
            self.open = false;
            self.long_word(self.start..at + place)
        } else {
            let start = starts.trailing_zeros() as usize;
            *starts &= *starts - 1;
            match masks.fold.word_hash(start..place) {
                Some(hash) => (hash, masks.chars(start..place)),
                None => self.long_word(at + start..at + place),
            }
        };
        self.token(hash, len, hash);
        self.unspaced = 0;
    }

    /// The hash of a word that reaches from one stretch into another, and how many characters it has.
    #[inline(never)]
    fn long_word(&self, word: Range<usize>) -> (u32, u32) {
        let (mut hash, mut len, mut in_digits) = (Hash::new(), 0, false);
        let mut folding = Folding::new();
        for c in self.source[word].chars() {
            let glyph = self.glyphs.of(c);
            let is_digit = glyph.class & class::DIGIT != 0;
            len += u32::from(!(is_digit && in_digits));
            in_digits = is_digit;
            if let Some(fold) = folding.next(glyph) {
                hash.push(fold);
            }
        }
        (hash.finish(), len)
    }

    /// A character that is a token by itself. What it is about shows only together with the one before it.
    #[inline(always)]
    fn single(&mut self, at: usize) {
        let Some((c, _, _)) = self.glyphs.at(self.source, at) else { return };
        let hash = mix(SEED, c as u32);
        let pair = if self.unspaced == 0 { hash } else { mix(mix(SEED, self.unspaced), c as u32) };
        let len = if self.unspaced == 0 { 1 } else { 4 };
        self.token(hash, len, pair);
        self.unspaced = c as u32;
    }

    #[inline(always)]
    fn token(&mut self, hash: u32, len: u32, content: u32) {
        self.line = mix(self.line, hash);
        self.before_last = self.last;
        self.last = hash;
        if self.count < 2 {
            self.head = mix(self.head, hash);
        }
        self.count += 1;
        self.words.push(content, len);
    }

    #[inline(always)]
    pub(crate) fn finish(self, line: &mut Line) {
        line.hash = self.line;
        line.head_hash = self.head;
        line.tail_hash = self.before_last.rotate_left(7) ^ self.last;
        line.tokens = self.count;
    }
}
