//! The fold of a line, in which cues are looked for, and where in it they may begin.

use std::ops::Range;

use tamiz_core::scan::{self, BLOCK, Block, Bytes, CHUNK, Pack, Task};

use crate::hash::hash;
use crate::masks::{Masks, low};
use crate::notation::{Folding, Glyph, Glyphs, class};

/// Bytes with which a text begins that may begin in the middle of a word.
pub(crate) type Begins = Bytes;

/// Those with which any text may begin anywhere.
pub(crate) const EVERYWHERE: Begins = Begins::new(&[true; 256]);

/// The fold of a stretch of text: that of each character where the character stands, with gaps behind.
pub(crate) struct Stretch {
    /// Behind the stretch is room, so that whole blocks can be copied from any place in it.
    bytes: [u8; 2 * BLOCK],
    /// Bytes that leave nothing.
    gap: u64,
    /// All bytes of what is folded to blanks, and to the sign for digits.
    blank: u64,
    digit: u64,
    /// All bytes of what is part of a word, and of what makes one word with a letter beside it.
    word: u64,
    joins: u64,
    /// All bytes of characters that have no room for their folds.
    tight: u64,
}

impl Stretch {
    /// Nothing.
    pub(crate) const NONE: Self =
        Self { bytes: [0; 2 * BLOCK], gap: 0, blank: 0, digit: 0, word: 0, joins: 0, tight: 0 };

    /// Folds the characters of ASCII.
    #[inline(always)]
    pub(crate) fn fold_ascii(&mut self, pack: impl Pack, block: &Block, letter: u64, digit: u64, all: u64) {
        for (from, to) in block.as_chunks::<CHUNK>().0.iter().zip(self.bytes.as_chunks_mut().0) {
            let fold = pack.replace(pack.to_lower(from), pack.between(from, b'0', b'9'), b'#');
            *to = pack.replace(fold, pack.among(from, &BLANKS), b' ');
        }
        self.blank = pack.find_among(block.first_chunk().expect("a block and more"), &BLANKS) & all;
        self.digit = digit;
        self.word = letter | digit;
        self.joins = self.word;
        self.tight = pack.find_equal(block, b'#') & all;
    }

    /// Folds a letter of two bytes; returns the code of its fold.
    #[inline(always)]
    pub(crate) fn fold_letter(&mut self, place: u32, folded: char) -> u32 {
        let code = folded as u32;
        let wide = [0xc0 | (code >> 6) as u8, 0x80 | (code & 0x3f) as u8];
        let fold = if code < 0x80 { [code as u8, 0] } else { wide };
        self.bytes[place as usize..][..2].copy_from_slice(&fold);
        code
    }

    /// Adds letters, the gaps behind some, and those that have no room for their folds.
    #[inline(always)]
    pub(crate) fn add_letters(&mut self, all: u64, gap: u64, tight: u64) {
        self.word |= all;
        self.joins |= all;
        self.gap |= gap;
        self.tight |= tight;
    }

    /// Adds characters that are words by themselves, and stay as they are.
    #[inline(always)]
    pub(crate) fn add_unspaced(&mut self, all: u64) {
        self.word |= all;
    }

    /// Folds a character, of whatever kind. The bits of `before` are what the stretch before ended with.
    #[inline(always)]
    pub(crate) fn fold(&mut self, place: u32, c: char, width: usize, glyph: Glyph, before: Before) {
        let all = low(width) << place;
        if glyph.class & class::SILENT != 0 {
            // What stands before it goes on behind it.
            self.gap |= all;
            for (bits, before) in [
                (&mut self.blank, before.blank),
                (&mut self.digit, before.digit),
                (&mut self.joins, before.joins),
            ] {
                *bits |= if (*bits << 1 | before) >> place & 1 != 0 { all } else { 0 };
            }
            return;
        }
        self.word |= if glyph.class & class::WORD != 0 { all } else { 0 };
        self.joins |= if glyph.class & class::JOINS != 0 { all } else { 0 };
        let room = &mut self.bytes[place as usize..][..4];
        match glyph.folded {
            same if same == c => {}
            ' ' => {
                self.blank |= all;
                room[0] = b' ';
            }
            '0'..='9' => {
                self.digit |= all;
                room[0] = b'#';
            }
            fold if fold.len_utf8() > width => self.tight |= all,
            fold => {
                self.gap |= all & !(low(fold.encode_utf8(room).len()) << place);
            }
        }
    }

    /// The hash of a word that stands in these bytes, if there is room for all of its fold. A run of digits is one.
    #[inline(always)]
    pub(crate) fn word_hash(&self, word: Range<usize>) -> Option<u32> {
        let within = low(word.end) & !low(word.start);
        if self.tight & within != 0 {
            return None;
        }
        // Digits right before the word, with a sign between that leaves nothing, are another word's.
        let digit = self.digit & within;
        let gap = (self.gap & within) | (digit & digit << 1);
        if gap == 0 {
            return Some(hash(&self.bytes, word.start, word.len()));
        }
        let mut fold = [0; 2 * BLOCK];
        let length = self.copy(within & !gap, &mut fold);
        Some(hash(&fold, 0, length))
    }

    /// Copies the bytes that stay, and something behind them, up to a block more; returns how many these are.
    #[inline(always)]
    fn copy(&self, stays: u64, to: &mut [u8]) -> usize {
        let (mut left, mut length) = (stays, 0);
        while left != 0 {
            let from = left.trailing_zeros();
            let run = (!(left >> from)).trailing_zeros() as usize;
            let bytes: &[u8; BLOCK] =
                self.bytes[from as usize..].first_chunk().expect("the stretch is a block");
            to[length..][..BLOCK].copy_from_slice(bytes);
            length += run;
            left &= !(low(run) << from);
        }
        length
    }
}

/// The characters of ASCII that are folded to blanks.
const BLANKS: Bytes = {
    let mut list = [false; 256];
    let mut code = 0u8;
    while code < 0x80 {
        list[code as usize] =
            code <= b' ' || code == 0x7f || matches!(code, b'(' | b')' | b'[' | b']' | b'{' | b'}');
        code += 1;
    }
    Bytes::new(&list)
};

/// What the stretch before ended with, in the lowest bits.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    blank: u64,
    digit: u64,
    joins: u64,
}

impl Before {
    /// Blanks at a text's start leave nothing, as those behind a blank.
    const START: Self = Self { blank: 1, digit: 0, joins: 0 };
}

/// A folded text, where its words are, and where patterns may begin.
pub(crate) struct Folded {
    /// The text is the first `length` bytes; the rest is room.
    bytes: Vec<u8>,
    length: usize,
    /// Bytes of the text at which the texts of a searcher may begin: so many of the first numbers.
    starts: Vec<u32>,
    start_count: usize,
    /// Where the first character of a word stands, if there is one.
    first_word: Option<u32>,
    /// Where the last character of a word ends; 0 if there is none.
    words_end: u32,
    pub(crate) before: Before,
    /// How many characters are still to be folded.
    pub(crate) left: usize,
    is_tight: bool,
}

impl Default for Folded {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            length: 0,
            starts: Vec::new(),
            start_count: 0,
            first_word: None,
            words_end: 0,
            before: Before::START,
            left: 0,
            is_tight: false,
        }
    }
}

impl Folded {
    /// Folds the first characters of a text, in place of what was here before.
    pub(crate) fn read(&mut self, glyphs: Glyphs, begins: &Begins, text: &str, most: usize) {
        scan::run(Read { folded: self, glyphs, begins, text, most });
        self.finish(glyphs, begins, text, most);
    }

    /// Makes room for the first characters of a text of so many bytes.
    #[inline]
    pub(crate) fn start(&mut self, bytes: usize, most: usize) {
        // A fold is no longer than its text, where all have room; and whole blocks are written at a time.
        let room = bytes.min(most.saturating_mul(4)) + BLOCK;
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
            self.starts.resize(room, 0);
        }
        (self.length, self.start_count, self.first_word, self.words_end) = (0, 0, None, 0);
        (self.before, self.left, self.is_tight) = (Before::START, most, false);
    }

    /// Adds a stretch of the text, as far as there are characters to be folded.
    #[inline(always)]
    pub(crate) fn add(&mut self, pack: impl Pack, begins: &Begins, masks: &Masks) {
        let Masks { size, first, fold, .. } = masks;
        let before = self.before;
        let after = |bits: u64| bits << 1 >> size & 1;
        self.before = Before { blank: after(fold.blank), digit: after(fold.digit), joins: after(fold.joins) };
        if self.left == 0 {
            return;
        }
        let chars = first.count_ones() as usize;
        let mut all = low(*size);
        if chars > self.left {
            all = low(nth(*first, self.left));
        }
        self.left -= chars.min(self.left);
        self.is_tight |= fold.tight & all != 0;
        // Of a run of blanks or digits, the first stays.
        let gap = fold.gap
            | (fold.blank & (fold.blank << 1 | before.blank))
            | (fold.digit & (fold.digit << 1 | before.digit));
        let stays = all & !gap;
        let place = |bit: u64| self.length as u32 + (stays & (bit - 1)).count_ones();
        let words = stays & fold.word;
        if words != 0 {
            self.first_word = self.first_word.or(Some(place(words & words.wrapping_neg())));
            self.words_end = place(1 << words.ilog2()) + 1;
        }
        let begin = pack.find_among(fold.bytes.first_chunk().expect("a block and room"), begins);
        let mut begin = stays & first & (begin | (fold.joins & !(fold.joins << 1 | before.joins)));
        while begin != 0 {
            self.starts[self.start_count] = place(begin & begin.wrapping_neg());
            self.start_count += 1;
            begin &= begin - 1;
        }
        self.length += fold.copy(stays, &mut self.bytes[self.length..]);
    }

    /// Ends the fold of the first characters of a text.
    #[inline]
    pub(crate) fn finish(&mut self, glyphs: Glyphs, begins: &Begins, text: &str, most: usize) {
        if self.is_tight {
            self.read_slowly(glyphs, begins, text, most);
        }
        // A blank at the end is taken off; no text begins with one, so it is no start.
        if self.bytes().last() == Some(&b' ') {
            self.length -= 1;
        }
    }

    /// The same for any text: folds may be longer than their characters.
    #[cold]
    fn read_slowly(&mut self, glyphs: Glyphs, begins: &Begins, text: &str, most: usize) {
        // A fold is at most three times as long as its text: that of `#` is a sign that no text has.
        self.start(3 * text.len(), most);
        let mut folding = Folding::new();
        let mut joined = false;
        for c in text.chars().take(most) {
            let glyph = glyphs.of(c);
            let Some(fold) = folding.next(glyph) else { continue };
            let at = self.length;
            self.length += fold.encode_utf8(&mut self.bytes[at..]).len();
            let joins = glyph.class & class::JOINS != 0;
            if (joins && !joined) || begins.contains(self.bytes[at]) {
                self.starts[self.start_count] = at as u32;
                self.start_count += 1;
            }
            joined = joins;
            if glyph.class & class::WORD != 0 {
                self.words_end = self.length as u32;
                self.first_word = self.first_word.or(Some(at as u32));
            }
        }
    }

    /// The folded text's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Where patterns may begin.
    pub(crate) fn starts(&self) -> &[u32] {
        &self.starts[..self.start_count]
    }

    /// A part of the text.
    pub(crate) fn part(&self, range: Range<usize>) -> &str {
        // Folding writes whole characters, and whoever asks has the places from here.
        std::str::from_utf8(&self.bytes()[range]).unwrap_or_default()
    }

    /// The characters before and after a range. Most are of ASCII.
    pub(crate) fn around(&self, start: usize, end: usize) -> (Option<char>, Option<char>) {
        let before = match self.bytes()[..start].last() {
            Some(&byte) if byte >= 0x80 => {
                let mut places = (1..=4.min(start)).map(|size| start - size);
                let first = places.find(|at| self.bytes[*at] & 0xc0 != 0x80);
                first.and_then(|at| self.part(at..start).chars().next_back())
            }
            byte => byte.map(|byte| char::from(*byte)),
        };
        let after = match self.bytes()[end..].first() {
            Some(&byte) if byte >= 0x80 => {
                let more = self.bytes()[end + 1..].iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
                self.part(end..end + 1 + more).chars().next()
            }
            byte => byte.map(|byte| char::from(*byte)),
        };
        (before, after)
    }

    pub(crate) fn first_word(&self) -> Option<usize> {
        self.first_word.map(|at| at as usize)
    }

    pub(crate) fn words_end(&self) -> usize {
        self.words_end as usize
    }
}

/// The place of a bit with so many set before it.
#[inline(always)]
fn nth(bits: u64, before: usize) -> usize {
    (0..before).fold(bits, |bits, _| bits & (bits - 1)).trailing_zeros() as usize
}

/// A text to be folded.
struct Read<'r> {
    folded: &'r mut Folded,
    glyphs: Glyphs,
    begins: &'r Begins,
    text: &'r str,
    most: usize,
}

impl Task for Read<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, pack: impl Pack) {
        let Read { folded, glyphs, begins, text, most } = self;
        folded.start(text.len(), most);
        let mut at = 0;
        while at < text.len() && folded.left > 0 {
            let masks = Masks::read(pack, glyphs, text, at, text.len(), folded.before);
            folded.add(pack, begins, &masks);
            at += masks.size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_folded_as_its_characters_are() {
        #[rustfmt::skip]
        const PIECES: &[&str] = &[
            " ", " (", "a", "De", "EXTRA", "12", "3", "é", "ñandú", "Łódź", "Мост", "ЁЖ", "ΝΈΑ", "e\u{301}",
            "\u{ad}", "\u{200b}", "東京", "。", "“", "©", "[", "）", "０１", "①", "😀", "\u{a0}", "\u{3000}",
            "\t", "—", "www.", "٣", "۴۵", "مَدرسـة", "शब्द", "ज़", "५", "#", "Ⱥ",
        ];
        let glyphs = Glyphs::new();
        let begins = Begins::new(&std::array::from_fn(|byte| {
            byte == 0xc2 || byte == b'w' as usize || byte == b'-' as usize
        }));
        let (mut state, mut quick, mut slow) = (3u32, Folded::default(), Folded::default());
        for number in 0..4000 {
            let mut text = String::new();
            // The last pieces have no room for their folds.
            let pieces = &PIECES[..PIECES.len() - if number % 8 == 0 { 0 } else { 2 }];
            for _ in 0..number % 50 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(state >> 8) as usize % pieces.len()]);
            }
            let most = if number % 3 == 0 { number % 100 } else { usize::MAX };
            quick.read(glyphs, &begins, &text, most);
            slow.read_slowly(glyphs, &begins, &text, most);
            slow.is_tight = false;
            slow.finish(glyphs, &begins, &text, most);
            let parts = |folded: &Folded| {
                (folded.bytes().to_vec(), folded.starts().to_vec(), folded.first_word(), folded.words_end())
            };
            assert_eq!(parts(&quick), parts(&slow), "{text:?}");
        }
    }
}
