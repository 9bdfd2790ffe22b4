//! Characters that end, close and open sentences.

use tamiz_core::Span;
use tamiz_core::scan::BLOCK;

use crate::candidates;

/// What a run of terminal marks is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A single full stop, which may as well belong to an abbreviation or a number.
    Stop,
    /// Exclamation or question marks.
    Strong,
    /// An ellipsis: the one character, or several full stops.
    Ellipsis,
    /// A mark that only ever ends sentences, in scripts with spaces: danda, Arabic full stop, Armenian verjaket.
    Full,
    /// A mark that ends sentences in scripts without spaces: the ideographic full stop and its like.
    Wide,
}

/// One terminal character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) mark: Mark,
}

/// The terminal marks of a text, and where they stand.
pub(crate) struct Terminals<'b> {
    /// A bit for every byte of the text with which a mark may start, or an opening bracket.
    bits: &'b [u64],
    /// Behind the first byte of the last opening bracket that was passed.
    pub(crate) bracket: usize,
}

impl<'b> Terminals<'b> {
    /// The marks of the text; the buffer is for their places.
    pub(crate) fn new(text: &str, bits: &'b mut Vec<u64>) -> Self {
        candidates::find(text, bits);
        Self { bits, bracket: 0 }
    }

    /// The first place in the piece of the text where a mark may start; its end if there is none.
    #[inline]
    pub(crate) fn first_in(&self, piece: Span) -> usize {
        let (from, to) = (piece.start(), piece.end());
        let mut block = from / BLOCK;
        let mut left = self.bits.get(block).map_or(0, |bits| bits & u64::MAX << (from % BLOCK));
        while left == 0 {
            block += 1;
            if block * BLOCK >= to {
                return to;
            }
            left = self.bits[block];
        }
        to.min(block * BLOCK + left.trailing_zeros() as usize)
    }

    /// The first terminal mark at or after `from` in a piece of the text, which starts at `base`. Places count from
    /// there.
    #[inline]
    pub(crate) fn next(&mut self, piece: &str, base: usize, from: usize) -> Option<Terminal> {
        let bytes = piece.as_bytes();
        let end = base + bytes.len();
        let mut block = (base + from) / BLOCK;
        let mut left = self.bits.get(block)? & u64::MAX << ((base + from) % BLOCK);
        loop {
            while left == 0 {
                block += 1;
                if block * BLOCK >= end {
                    return None;
                }
                left = *self.bits.get(block)?;
            }
            let at = block * BLOCK + left.trailing_zeros() as usize;
            if at >= end {
                return None;
            }
            let found = starting(bytes, at - base);
            if found.is_some() {
                return found;
            }
            if matches!(bytes[at - base], b'(' | b'[' | b'{' | 0xEF) {
                self.bracket = at + 1;
            }
            left &= left - 1;
        }
    }
}

/// The terminal mark that starts at `at`, where the byte may start one.
#[inline]
fn starting(bytes: &[u8], at: usize) -> Option<Terminal> {
    match bytes[at] {
        b'.' => Some(Terminal { start: at, end: at + 1, mark: Mark::Stop }),
        b'!' | b'?' => Some(Terminal { start: at, end: at + 1, mark: Mark::Strong }),
        b'(' | b'[' | b'{' => None,
        b':' | b';' if at == 0 || bytes[at - 1].is_ascii_alphabetic() => None,
        b':' | b';' => terminal_ending(bytes, at),
        0xCD | 0xD6 | 0xD8 | 0xDB => terminal_ending(bytes, at + 1),
        _ => terminal_ending(bytes, at + 2),
    }
}

/// The terminal mark whose last byte stands at `at`.
fn terminal_ending(bytes: &[u8], at: usize) -> Option<Terminal> {
    let before = |back: usize| if at >= back { bytes[at - back] } else { 0 };
    let (length, mark) = match bytes[at] {
        b'.' => (1, Mark::Stop),
        b'!' | b'?' => (1, Mark::Strong),
        // Armenian writes its full stop as a colon, Greek its question mark as a semicolon.
        b':' if bytes[at.saturating_sub(8)..at].iter().any(|byte| matches!(byte, 0xD4..=0xD6))
            && bytes.get(at + 1).is_none_or(|&next| next == b' ' || next >= 0x80) =>
        {
            (1, Mark::Full)
        }
        b';' if is_greek(before(2), before(1)) => (1, Mark::Strong),
        last if last >= 0x80 => match (before(2), before(1), last) {
            (0xE2, 0x80, 0xA6) => (3, Mark::Ellipsis),
            (0xE2, 0x80, 0xBC | 0xBD) | (0xE2, 0x81, 0x87..=0x89) => (3, Mark::Strong),
            (0xE3, 0x80, 0x82) | (0xEF, 0xBC, 0x81 | 0x8E | 0x9F) | (0xEF, 0xBD, 0xA1) => (3, Mark::Wide),
            (0xE0, 0xA5, 0xA4 | 0xA5) => (3, Mark::Full),
            // Ethiopic, Burmese, Khmer.
            (0xE1, 0x8D, 0xA2 | 0xA7 | 0xA8) => (3, Mark::Full),
            (0xE1, 0x81, 0x8B) | (0xE1, 0x9F, 0x94 | 0x95) => (3, Mark::Wide),
            (_, 0xD8, 0x9F) => (2, Mark::Strong),
            (_, 0xDB, 0x94) | (_, 0xD6, 0x89) => (2, Mark::Full),
            (_, 0xCD, 0xBE) => (2, Mark::Strong),
            _ => return None,
        },
        _ => return None,
    };
    Some(Terminal { start: at + 1 - length, end: at + 1, mark })
}

fn is_greek(lead: u8, trail: u8) -> bool {
    // U+0386..U+03CE in two bytes.
    matches!((lead, trail), (0xCE, 0x86..=0xBF) | (0xCF, 0x80..=0x8E))
}

/// The terminal mark that starts at `at`.
pub(crate) fn terminal_at(text: &str, at: usize) -> Option<Terminal> {
    let length = text[at..].chars().next()?.len_utf8();
    terminal_ending(text.as_bytes(), at + length - 1)
}

/// Quotation marks and brackets that close what the sentence opened. Quotation marks are used in both directions
/// (German closes with “ and with «), so right after a terminal mark each of them closes.
pub(crate) fn closes(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | ')'
            | ']'
            | '}'
            | '’'
            | '‘'
            | '”'
            | '“'
            | '»'
            | '«'
            | '›'
            | '‹'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '〕'
            | '］'
            | '｠'
            | '｣'
            | '＂'
            | '＇'
            | '`'
    )
}

/// Marks that may stand before the first letter of a sentence: anything but letters, digits and marks that go on.
pub(crate) fn opens(c: char) -> bool {
    !(is_letter(c) || c.is_numeric() || matches!(c, ',' | ';' | ':' | '.' | '!' | '?'))
}

/// Whether a character is a letter, as [`char::is_alphabetic`] has it: fast for the letters of most texts.
#[inline]
pub(crate) fn is_letter(c: char) -> bool {
    match u32::from(c) {
        0..0x80 => c.is_ascii_alphabetic(),
        0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x2C1 | 0x400..=0x481 | 0x48A..=0x52F | 0x4E00..=0x9FFF => true,
        _ => c.is_alphabetic(),
    }
}

/// Letters and marks of Armenian.
pub(crate) fn is_armenian(c: char) -> bool {
    matches!(c, '\u{530}'..='\u{58f}')
}

/// Letters of Hebrew and of Arabic.
pub(crate) fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{6ff}')
}

/// Letters of scripts that put no space between sentences.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{3134f}')
}

/// Hiragana, in which Japanese writes the particles that carry on after a quotation.
pub(crate) fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}
