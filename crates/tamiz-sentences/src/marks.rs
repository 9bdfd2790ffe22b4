//! Characters that end, close and open sentences, and how to find them fast.

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

/// For every byte whether it may be the last one of a terminal mark.
///
/// The last byte and not the first, since a script's letters share the first: in Arabic, every other byte would stop
/// the scan.
const TRIGGER: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b".!?:;\x82\x81\x9f\x8e\xa1\xa6\x94\x95\xa4\xa5\x89\xa2\xa7\xa8\x8b\xbc\xbd\x87\x88";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

/// How many bytes are looked at in one step where there is no mark.
const CHUNK: usize = 16;

/// Whether no byte of the chunk can be part of a terminal mark. Written so that the compiler makes it a handful of
/// vector instructions: it may say no for a chunk without a mark, but never yes for one with a mark.
#[inline(always)]
fn is_quiet(chunk: &[u8; CHUNK]) -> bool {
    let within = |byte: u8, first: u8, count: u8| u8::from(byte.wrapping_sub(first) < count);
    let is = |byte: u8, other: u8| u8::from(byte == other);
    let stirs = |byte: u8| {
        let ascii = is(byte, b'.') | is(byte, b'!') | is(byte, b'?') | within(byte, b':', 2);
        // The first bytes of the marks beyond ASCII.
        let beyond = is(byte, 0xCD) | is(byte, 0xD6) | is(byte, 0xD8) | is(byte, 0xDB) | is(byte, 0xEF);
        ascii | beyond | within(byte, 0xE0, 4)
    };
    chunk.iter().fold(0, |any, &byte| any | stirs(byte)) == 0
}

/// The first terminal mark at or after `from`, in bytes.
#[inline]
pub(crate) fn next_terminal(text: &str, from: usize) -> Option<Terminal> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        // Inside a character the chunk would not show its lead.
        while text.is_char_boundary(at) && bytes[at..].first_chunk().is_some_and(is_quiet) {
            at += CHUNK;
        }
        at += bytes.get(at..)?.iter().position(|&byte| TRIGGER[usize::from(byte)])?;
        let found = match bytes[at] {
            b'.' => return Some(Terminal { start: at, end: at + 1, mark: Mark::Stop }),
            // Most triggers beyond ASCII are letters of two bytes: the lead before them tells.
            last if last >= 0x80 => match bytes[at - 1] {
                0x80..=0xBF | 0xCD | 0xD6 | 0xD8 | 0xDB => terminal_ending(bytes, at),
                _ => None,
            },
            b':' | b';'
                if at == 0 || bytes[at - 1].is_ascii_alphanumeric() && !bytes[at - 1].is_ascii_digit() =>
            {
                None
            }
            _ => terminal_ending(bytes, at),
        };
        if found.is_some() {
            return found;
        }
        at += 1;
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
    !(c.is_alphanumeric() || matches!(c, ',' | ';' | ':' | '.' | '!' | '?'))
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
