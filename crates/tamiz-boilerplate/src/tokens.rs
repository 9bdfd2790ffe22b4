//! The tokens of a line: words, numbers, and characters of scripts without blanks.

use crate::line::Line;
use crate::masks::{Masks, low};
use crate::notation::{Glyphs, class};
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
    /// Whether the stretch before ended within a word; where that starts, and whether it has more than letters of ASCII.
    open: bool,
    start: usize,
    is_mixed: bool,
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
            is_mixed: false,
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
        let mut mixed = word & (masks.digit | masks.far);
        if masks.unspaced == 0 {
            while ends != 0 {
                self.word_to(ends.trailing_zeros() as usize, &mut starts, &mut mixed, at);
                ends &= ends - 1;
            }
        } else {
            let singles = masks.unspaced & masks.first;
            let mut left = ends | singles;
            while left != 0 {
                let place = left.trailing_zeros() as usize;
                if ends >> place & 1 != 0 {
                    self.word_to(place, &mut starts, &mut mixed, at);
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
            self.is_mixed = false;
        }
        self.is_mixed |= mixed != 0;
    }

    /// The word that ends at that place of a stretch.
    #[inline(always)]
    fn word_to(&mut self, place: usize, starts: &mut u64, mixed: &mut u64, at: usize) {
        let mut is_mixed = *mixed & low(place) != 0;
        *mixed &= !low(place);
        if self.open {
            is_mixed |= self.is_mixed;
            self.open = false;
        } else {
            self.start = at + starts.trailing_zeros() as usize;
            *starts &= *starts - 1;
        }
        let end = at + place;
        let (hash, len) = if is_mixed {
            self.mixed_word(self.start..end)
        } else {
            (plain_word(&self.source.as_bytes()[self.start..end]), (end - self.start) as u32)
        };
        self.token(hash, len, hash);
        self.unspaced = 0;
    }

    /// The hash of a word, and how many characters it has. A run of digits counts as one.
    #[inline(always)]
    fn mixed_word(&self, word: std::ops::Range<usize>) -> (u32, u32) {
        let (mut hash, mut len, mut in_digits) = (SEED, 0, false);
        let mut at = word.start;
        while at < word.end
            && let Some((_, glyph, width)) = self.glyphs.at(self.source, at)
        {
            let is_digit = glyph.class & class::DIGIT != 0;
            if !(is_digit && in_digits) {
                hash = mix(hash, if is_digit { '0' as u32 } else { glyph.folded as u32 });
                len += 1;
            }
            in_digits = is_digit;
            at += width;
        }
        (hash, len)
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

/// The hash of a word of letters of ASCII.
#[inline(always)]
fn plain_word(word: &[u8]) -> u32 {
    word.iter().fold(SEED, |hash, letter| mix(hash, u32::from(letter | 0x20)))
}
