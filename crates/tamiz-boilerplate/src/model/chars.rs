//! Classes of characters, looked up by table: the features look at every character of a page.

use std::sync::LazyLock;

/// A letter.
pub(super) const LETTER: u32 = 1 << 16;
/// A digit of any script.
pub(super) const DIGIT: u32 = 1 << 17;
/// An upper-case letter.
pub(super) const UPPER: u32 = 1 << 18;
/// A lower-case letter.
pub(super) const LOWER: u32 = 1 << 19;
/// A blank.
pub(super) const BLANK: u32 = 1 << 20;
/// A character that is a token by itself: its script puts no blanks between words.
pub(super) const SINGLE: u32 = 1 << 21;
/// Letter, digit or other number: part of a token.
pub(super) const WORD: u32 = 1 << 22;
/// Ends a sentence.
pub(super) const TERMINAL: u32 = 1 << 23;
/// A closing quote or bracket, which may follow a terminal.
pub(super) const CLOSER: u32 = 1 << 24;
/// A comma or semicolon.
pub(super) const COMMA: u32 = 1 << 25;
/// A sign of menus, credits and links.
pub(super) const SYMBOL: u32 = 1 << 26;
/// A double quote or guillemet.
pub(super) const QUOTE: u32 = 1 << 27;
/// An opening quote.
pub(super) const OPENER: u32 = 1 << 28;
/// A bullet or dash that begins list items.
pub(super) const BULLET: u32 = 1 << 29;
/// A terminal that needs no blank after it.
pub(super) const FULL_STOP: u32 = 1 << 30;

/// Code points below this are looked up; beyond, scripts are told by ranges.
const TABLE_END: usize = 0x3100;

/// For every code point below [`TABLE_END`], its classes and, in the low 16 bits, its lower-case form.
static TABLE: LazyLock<Vec<u32>> = LazyLock::new(|| {
    (0..TABLE_END as u32).map(|code| char::from_u32(code).map_or(0, |c| classify(c) | lower(c))).collect()
});

fn lower(c: char) -> u32 {
    let lower = c.to_lowercase().next().map_or(0, |l| l as u32);
    if lower < 0x1_0000 { lower } else { c as u32 & 0xffff }
}

fn classify(c: char) -> u32 {
    let mut class = 0;
    let mut set = |holds: bool, bit: u32| {
        if holds {
            class |= bit;
        }
    };
    set(c.is_alphabetic(), LETTER);
    set(is_decimal(c), DIGIT);
    set(c.is_uppercase(), UPPER);
    set(c.is_lowercase(), LOWER);
    set(c.is_whitespace(), BLANK);
    set(is_single(c as u32), SINGLE);
    set(c.is_alphanumeric() || is_single(c as u32), WORD);
    set(".!?…。！？।؟".contains(c), TERMINAL);
    set("\"'”’»)]』」〉".contains(c), CLOSER);
    set(",;，、；،".contains(c), COMMA);
    set("©®|›»•·→←▶▷<>{}".contains(c), SYMBOL);
    set("\"“”«»„".contains(c), QUOTE);
    set("\"“«‘„「".contains(c), OPENER);
    set("-•*·–—>►▪|".contains(c), BULLET);
    set("。！？".contains(c), FULL_STOP);
    class
}

/// Decimal digits of the scripts below the table's end: runs of ten that begin at these code points.
fn is_decimal(c: char) -> bool {
    const ZEROS: [u32; 15] = [
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
        0xed0,
    ];
    ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&(c as u32)))
}

fn is_single(code: u32) -> bool {
    matches!(code, 0x0e00..=0x0e7f | 0x1000..=0x109f | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xf900..=0xfaff)
}

/// The table, fetched once a page because asking a lazy value is not free.
#[derive(Clone, Copy)]
pub(super) struct Classes(&'static [u32]);

impl Classes {
    pub(super) fn new() -> Self {
        Self(&TABLE)
    }

    /// The classes of a character, and its lower-case form.
    #[inline(always)]
    pub(super) fn of(self, c: char) -> (u32, u32) {
        let code = c as u32;
        if let Some(&entry) = self.0.get(code as usize) {
            return (entry, entry & 0xffff);
        }
        self.beyond(code)
    }

    fn beyond(self, code: u32) -> (u32, u32) {
        match code {
            0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff => {
                (LETTER | SINGLE | WORD, code)
            }
            0xac00..=0xd7a3 => (LETTER | WORD, code),
            // Full-width forms count as the ASCII that they stand for, but end sentences without a blank.
            0xff01..=0xff5e => {
                let (class, lower) = self.of(char::from_u32(code - 0xfee0).unwrap_or(' '));
                let stop = if matches!(code, 0xff01 | 0xff1f) { FULL_STOP } else { 0 };
                (class & !QUOTE & !OPENER & !BULLET & !SYMBOL | stop, lower)
            }
            _ => {
                let c = char::from_u32(code).unwrap_or(' ');
                (classify(c), c.to_lowercase().next().map_or(code, |l| l as u32))
            }
        }
    }
}
