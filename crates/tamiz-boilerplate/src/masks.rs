//! What the characters of a stretch of text are, a bit for each of its bytes.
//!
//! Vector units compare many bytes of ASCII together. Other characters are looked up one by one, and their bits set
//! beside: those of what words and chunks are made of on all of a character's bytes, so that words and chunks are runs
//! of bits; those of what is counted on its first byte only.

use std::ops::Range;

use tamiz_core::scan::{self, BLOCK, Few, Pack};

use crate::fold::{Before, Stretch};
use crate::notation::{Glyphs, class, two};

/// The most bytes of a stretch. A bit is left for what ends behind them.
const MOST: usize = BLOCK - 1;

const TERMINALS: Few = Few::new(b".!?");
const COMMAS: Few = Few::new(b",;");
const SIGNS: [Few; 2] = [Few::new(b"|>{}/"), Few::new(b"<=_")];

/// The characters of a stretch.
pub(crate) struct Masks {
    /// How many bytes it has: at most [`MOST`], and whole characters.
    pub(crate) size: usize,
    /// First bytes of characters.
    pub(crate) first: u64,
    /// All bytes of letters, of small ones, of those of scripts without blanks; of digits and blanks.
    pub(crate) letter: u64,
    pub(crate) lower: u64,
    pub(crate) unspaced: u64,
    pub(crate) digit: u64,
    pub(crate) blank: u64,
    /// First bytes of capitals, of characters beyond the Latin alphabet, of marks that end sentences.
    pub(crate) upper: u64,
    pub(crate) foreign: u64,
    pub(crate) terminal: u64,
    /// Marks that end sentences with no blank behind.
    pub(crate) full_stop: u64,
    pub(crate) comma: u64,
    pub(crate) quote: u64,
    pub(crate) sign: u64,
    pub(crate) pipe: u64,
    pub(crate) handle: u64,
    pub(crate) fold: Stretch,
}

/// The lowest bits, so many, but not all of them.
#[inline(always)]
pub(crate) const fn low(count: usize) -> u64 {
    (1 << count) - 1
}

impl Masks {
    /// Looks at the characters of the text from one byte on, up to another if there is room for their bits, and folds
    /// them behind what stands before.
    #[inline(always)]
    pub(crate) fn read(
        pack: impl Pack,
        glyphs: Glyphs,
        text: &str,
        at: usize,
        end: usize,
        before: Before,
    ) -> Self {
        let mut room = [0; BLOCK + 2];
        let block = scan::block(text.as_bytes(), at, &mut room);
        let mut size = (end - at).min(MOST);
        if size < end - at {
            // A stretch that ends behind a blank cuts no word.
            let blanks = pack.find_equal(block, b' ') & low(MOST) & !low(MOST / 2);
            if blanks != 0 {
                size = blanks.ilog2() as usize + 1;
            }
            while !text.is_char_boundary(at + size) {
                size -= 1;
            }
        }
        let all = low(size);
        let far = pack.find_between(block, 0x80, 0xff) & all;
        let upper = pack.find_between(block, b'A', b'Z') & all;
        let lower = pack.find_between(block, b'a', b'z') & all;
        let blank = (pack.find_equal(block, b' ') | pack.find_between(block, b'\t', b'\r')) & all;
        let mut masks = Self {
            size,
            first: all,
            letter: upper | lower,
            lower,
            digit: pack.find_between(block, b'0', b'9') & all,
            blank,
            upper,
            terminal: pack.find_any(block, &[TERMINALS]) & all,
            comma: pack.find_any(block, &[COMMAS]) & all,
            quote: pack.find_equal(block, b'"') & all,
            sign: pack.find_any(block, &SIGNS) & all,
            pipe: pack.find_equal(block, b'|') & all,
            handle: pack.find_equal(block, b'@') & all,
            unspaced: 0,
            foreign: 0,
            full_stop: 0,
            fold: Stretch::NONE,
        };
        masks.fold.fold_ascii(pack, block, masks.letter, masks.digit, all);
        if far != 0 {
            masks.first = all & !pack.find_between(block, 0x80, 0xbf);
            // Ideographs are all alike, and whole pages of them.
            let second = pack.find_between(block, 0xb8, 0xbf) >> 1;
            let ideographs = pack.find_between(block, 0xe5, 0xe9) | (pack.find_equal(block, 0xe4) & second);
            masks.add_ideographs(ideographs & masks.first);
            masks.add_far(glyphs, text, at, before, far & masks.first & !ideographs);
        }
        masks
    }

    /// How many characters a word has. A run of digits counts as one.
    #[inline(always)]
    pub(crate) fn chars(&self, word: Range<usize>) -> u32 {
        let within = low(word.end) & !low(word.start);
        (self.first & !(self.digit & self.digit << 1) & within).count_ones()
    }

    /// Adds the characters from U+4E00 to U+9FFF.
    #[inline(always)]
    fn add_ideographs(&mut self, first: u64) {
        let all = first | first << 1 | first << 2;
        self.letter |= all;
        self.unspaced |= all;
        self.foreign |= first;
        self.fold.add_unspaced(all);
    }

    /// Adds characters beyond ASCII that begin at some places.
    #[inline(always)]
    fn add_far(&mut self, glyphs: Glyphs, text: &str, at: usize, before: Before, places: u64) {
        use class::*;
        let mut left = places;
        // What letters of two bytes change stays in registers.
        let mut letters = Letters::default();
        while left != 0 {
            let place = left.trailing_zeros();
            left &= left - 1;
            let start = at + place as usize;
            if let Some(&[first @ 0xc2..0xe0, second]) = text.as_bytes()[start..].first_chunk() {
                let glyph = glyphs.of_two(first, second);
                if glyph.class & (LETTER | UNSPACED | SILENT | JOINS | NUMERAL) == LETTER | JOINS {
                    letters.all |= 1 << place;
                    letters.lower |= u64::from(glyph.class & LOWER != 0) << place;
                    letters.upper |= u64::from(glyph.class & UPPER != 0) << place;
                    letters.foreign |= u64::from(two(first, second) > LAST_LATIN) << place;
                    let code = self.fold.fold_letter(place, glyph.folded);
                    letters.narrow |= u64::from(code < 0x80) << place;
                    letters.tight |= u64::from(code >= 0x800) << place;
                    continue;
                }
            }
            if letters.all != 0 {
                self.add_letters(std::mem::take(&mut letters));
            }
            self.add_rarer(glyphs, text, start, place, before);
        }
        self.add_letters(letters);
    }

    /// Adds letters of two bytes.
    #[inline(always)]
    fn add_letters(&mut self, letters: Letters) {
        let all = letters.all | letters.all << 1;
        self.letter |= all;
        self.lower |= letters.lower | letters.lower << 1;
        self.upper |= letters.upper;
        self.foreign |= letters.foreign;
        self.fold.add_letters(all, letters.narrow << 1, letters.tight | letters.tight << 1);
    }

    /// Adds a character, of whatever kind.
    #[inline(always)]
    fn add_rarer(&mut self, glyphs: Glyphs, text: &str, start: usize, place: u32, before: Before) {
        use class::*;
        let Some((c, glyph, width)) = glyphs.at(text, start) else { return };
        self.fold.fold(place, c, width, glyph, before);
        let (first, all) = (1 << place, low(width) << place);
        let class = glyph.class;
        self.foreign |= u64::from(c as u32 > LAST_LATIN) << place;
        if class & LETTER != 0 {
            self.letter |= all;
            self.unspaced |= if class & UNSPACED != 0 { all } else { 0 };
            self.lower |= if class & LOWER != 0 { all } else { 0 };
            self.upper |= if class & UPPER != 0 { first } else { 0 };
            return;
        }
        match c {
            _ if class & BLANK != 0 => self.blank |= all,
            '。' | '！' | '？' => self.full_stop |= first,
            _ if class & TERMINAL != 0 => self.terminal |= first,
            '，' | '、' | '；' | '،' => self.comma |= first,
            '»' => {
                self.quote |= first;
                self.sign |= first;
            }
            '“' | '”' | '«' | '„' => self.quote |= first,
            '©' | '®' | '›' | '•' | '·' | '→' | '←' | '▶' | '▷' | '►' | '★' => {
                self.sign |= first;
            }
            _ => {}
        }
    }
}

/// The last character of the Latin alphabet, but for its later extensions.
const LAST_LATIN: u32 = 0x24f;

/// The first bytes of letters of two bytes: of all, of those of some kind, and of those whose folds have less than two
/// bytes, or more.
#[derive(Default)]
struct Letters {
    all: u64,
    lower: u64,
    upper: u64,
    foreign: u64,
    narrow: u64,
    tight: u64,
}
