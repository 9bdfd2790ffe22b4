//! What the walk over a line carries along: the token, the run without blanks and the run of digits that it is in.

use tamiz_core::eight;

use crate::line::Line;
use crate::notation::{Glyph, class};
use crate::words::Words;

pub(crate) const SEED: u32 = 0x811c_9dc5;

#[inline]
pub(crate) fn mix(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x9e37_79b1).rotate_left(13)
}

/// The token being read, and what the tokens before it leave.
pub(crate) struct Word<'w> {
    words: &'w mut Words,
    pub(crate) hash: u32,
    pub(crate) len: u32,
    /// Whether the last character was a digit; a run of digits counts as one.
    pub(crate) in_digits: bool,
    /// The first two digits of the number being read.
    century: [char; 2],
    pub(crate) last: u32,
    pub(crate) before_last: u32,
    pub(crate) head: u32,
    pub(crate) line: u32,
    /// Tokens so far.
    pub(crate) tokens: u32,
    /// The last character, if its script has no blanks.
    unspaced: u32,
}

impl<'w> Word<'w> {
    #[inline(always)]
    pub(crate) fn new(words: &'w mut Words) -> Self {
        Self {
            words,
            hash: SEED,
            len: 0,
            in_digits: false,
            century: ['\0'; 2],
            last: 0,
            before_last: 0,
            head: 0,
            line: SEED,
            tokens: 0,
            unspaced: 0,
        }
    }

    #[inline(always)]
    pub(crate) fn push_digit(&mut self, c: char) {
        if self.in_digits {
            if self.century[1] == '\0' {
                self.century[1] = c;
            }
            return;
        }
        self.hash = mix(if self.len == 0 { SEED } else { self.hash }, '0' as u32);
        self.len += 1;
        self.in_digits = true;
        self.century = [c, '\0'];
    }

    /// Whether the number being read starts as years do.
    pub(crate) fn year(&self) -> bool {
        matches!(self.century, ['1', '9'] | ['2', '0'])
    }

    #[inline(always)]
    pub(crate) fn token(&mut self, hash: u32, len: u32, content: u32) {
        self.line = mix(self.line, hash);
        self.before_last = self.last;
        self.last = hash;
        if self.tokens < 2 {
            self.head = mix(self.head, hash);
        }
        self.tokens += 1;
        self.words.push(content, len);
    }

    #[inline(always)]
    pub(crate) fn finish(&mut self) {
        if self.len > 0 {
            self.token(self.hash, self.len, self.hash);
            self.len = 0;
            self.in_digits = false;
            self.unspaced = 0;
        }
    }

    /// A character that is a token by itself. What it is about shows only together with the one before it.
    pub(crate) fn single(&mut self, c: char) {
        let hash = mix(SEED, c as u32);
        let pair = if self.unspaced == 0 { hash } else { mix(mix(SEED, self.unspaced), c as u32) };
        let len = if self.unspaced == 0 { 1 } else { 4 };
        self.token(hash, len, pair);
        self.unspaced = c as u32;
    }
}

/// Characters that were read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) chars: u32,
    pub(crate) upper: u32,
    pub(crate) lower: u32,
}

impl Counts {
    /// Counts a letter's case.
    #[inline(always)]
    pub(crate) fn letter(&mut self, class: u16) {
        self.upper += u32::from(class & class::UPPER != 0);
        self.lower += u32::from(class & class::LOWER != 0);
    }
}

/// The run of letters being read, and what was read before it.
pub(crate) struct Run {
    pub(crate) count: Counts,
    pub(crate) hash: u32,
    /// Capitals right after a small letter.
    pub(crate) glued: u32,
    /// Whether the last character was a small letter: 1 or 0.
    pub(crate) was_lower: u32,
    /// Letters beyond the Latin alphabet.
    pub(crate) foreign: u32,
}

impl Run {
    /// Reads one letter.
    #[inline(always)]
    pub(crate) fn letter(&mut self, glyph: Glyph, code: u32) {
        self.count.chars += 1;
        self.count.letter(glyph.class);
        self.glued += u32::from(glyph.class & class::UPPER != 0) & self.was_lower;
        self.was_lower = u32::from(glyph.class & class::LOWER != 0);
        self.foreign += u32::from(code > 0x24f);
        self.hash = mix(self.hash, glyph.folded as u32);
    }

    /// Reads the first so many of eight bytes, all of them letters of ASCII.
    #[inline(always)]
    pub(crate) fn ascii(&mut self, eight: u64, letters: usize) {
        let run = eight::letters(eight) & eight::low_bytes(letters);
        let capitals = eight::capitals(eight, run);
        let folded = eight | capitals >> 2;
        let small = run ^ capitals;
        let upper = eight::count(capitals);
        self.count.chars += letters as u32;
        self.count.upper += upper;
        self.count.lower += letters as u32 - upper;
        self.glued += eight::count(capitals & (small << 8 | u64::from(self.was_lower) << 7));
        self.was_lower = u32::from(small >> (8 * letters - 1) & 1 != 0);
        for letter in &folded.to_le_bytes()[..letters] {
            self.hash = mix(self.hash, u32::from(*letter));
        }
    }
}

/// The run without blanks being read: what had been read before it.
pub(crate) struct Chunk {
    pub(crate) before: Counts,
    pub(crate) starts_upper: bool,
}

impl Chunk {
    #[inline(always)]
    pub(crate) fn finish(self, now: Counts, line: &mut Line) {
        let (upper, lower) = (now.upper - self.before.upper, now.lower - self.before.lower);
        line.chunks += 1;
        line.capitalised += u32::from(self.starts_upper);
        line.shouted += u32::from(upper > 1 && lower == 0);
        line.short_lower += u32::from(now.chars - self.before.chars <= 3 && upper == 0 && lower > 0);
    }
}

/// The run of digits being read: what stands between runs, and how long they are, shows dates and times.
#[derive(Default)]
pub(crate) struct Number {
    /// Whether digits, or the sign after them, were the last that was read.
    pub(crate) open: bool,
    digits: u32,
    sign: Option<char>,
    pub(crate) before: u32,
}

impl Number {
    #[inline]
    pub(crate) fn push(&mut self) {
        self.open = true;
        self.digits += 1;
    }

    /// Takes what follows digits.
    pub(crate) fn close(&mut self, line: &mut Line, word: &Word<'_>, c: char) {
        if self.digits == 0 {
            *self = Number::default();
            return;
        }
        if self.sign.is_some() && self.before <= 2 {
            line.date = true;
            line.time |= self.digits == 2 && matches!(self.sign, Some(':' | '.'));
        }
        line.date |= self.digits == 4 && word.year();
        self.before = self.digits;
        self.sign = matches!(c, '/' | '.' | ':' | '-').then_some(c);
        self.digits = 0;
        self.open = self.sign.is_some();
    }
}
