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

/// How many bytes are looked at in one step where there is no mark.
const CHUNK: usize = 16;

/// Whether no byte of the chunk can start a terminal mark. Written so that the compiler makes it a handful of vector
/// instructions: it may say no for a chunk without a mark, but never yes for one with a mark.
#[inline(always)]
fn is_quiet<const SIZE: usize>(chunk: &[u8; SIZE]) -> bool {
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

/// Whether the chunk has a mark of ASCII, or what may be one.
#[inline(always)]
fn has_ascii(chunk: &[u8; CHUNK]) -> bool {
    let is = |byte: u8, other: u8| u8::from(byte == other);
    let stirs = |byte: u8| is(byte, b'.') | is(byte, b'!') | is(byte, b'?') | is(byte, b':') | is(byte, b';');
    chunk.iter().fold(0, |any, &byte| any | stirs(byte)) != 0
}

/// The same for a chunk with the two bytes behind it: slower, but not stirred by every letter of Arabic, by quotation
/// marks or by the commas of Chinese. Says no only where a mark of ASCII stands, or the bytes of one beyond ASCII.
#[inline(always)]
fn is_calm(bytes: &[u8; CHUNK + 2]) -> bool {
    let within = |byte: u8, first: u8, count: u8| u8::from(byte.wrapping_sub(first) < count);
    let is = |byte: u8, other: u8| u8::from(byte == other);
    let mut any = 0;
    for i in 0..CHUNK {
        let (a, b, c) = (bytes[i], bytes[i + 1], bytes[i + 2]);
        let ascii = is(a, b'.') | is(a, b'!') | is(a, b'?') | within(a, b':', 2);
        let two = is(a, 0xD8) & is(b, 0x9F)
            | is(a, 0xDB) & is(b, 0x94)
            | is(a, 0xD6) & is(b, 0x89)
            | is(a, 0xCD) & is(b, 0xBE);
        let three = is(a, 0xE0) & is(b, 0xA5) & within(c, 0xA4, 2)
            | is(a, 0xE1) & (is(b, 0x8D) | is(b, 0x81) | is(b, 0x9F))
            | is(a, 0xE2)
                & (is(b, 0x80) & (is(c, 0xA6) | within(c, 0xBC, 2)) | is(b, 0x81) & within(c, 0x87, 3))
            | is(a, 0xE3) & is(b, 0x80) & is(c, 0x82)
            | is(a, 0xEF)
                & (is(b, 0xBC) & (is(c, 0x81) | is(c, 0x8E) | is(c, 0x9F)) | is(b, 0xBD) & is(c, 0xA1));
        any |= ascii | two | three;
    }
    any == 0
}

/// For every byte whether a terminal mark may start with it.
const TRIGGER: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b".!?:;\xCD\xD6\xD8\xDB\xE0\xE1\xE2\xE3\xEF";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

/// The first terminal mark at or after `from`, in bytes.
#[inline]
pub(crate) fn next_terminal(text: &str, from: usize) -> Option<Terminal> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let mut end = bytes.len();
        if let Some(chunk) = rest.first_chunk::<CHUNK>() {
            // A mark of ASCII needs no second look.
            if is_quiet(chunk) || !has_ascii(chunk) && rest.first_chunk().is_some_and(is_calm) {
                at += CHUNK;
                continue;
            }
            end = at + CHUNK;
        } else if ends_quietly(rest, bytes) {
            return None;
        }
        while let Some(trigger) = bytes[at..end].iter().position(|&byte| TRIGGER[usize::from(byte)]) {
            at += trigger;
            let found = match bytes[at] {
                b'.' => return Some(Terminal { start: at, end: at + 1, mark: Mark::Stop }),
                b'!' | b'?' => return Some(Terminal { start: at, end: at + 1, mark: Mark::Strong }),
                b':' | b';' if at == 0 || bytes[at - 1].is_ascii_alphabetic() => None,
                b':' | b';' => terminal_ending(bytes, at),
                0xCD | 0xD6 | 0xD8 | 0xDB => terminal_ending(bytes, at + 1),
                _ => terminal_ending(bytes, at + 2),
            };
            if found.is_some() {
                return found;
            }
            at += 1;
        }
        at = end;
    }
}

/// Whether the bytes that are left, fewer than a chunk, hold no terminal mark. Like [`is_quiet`], it may say no where
/// none is: it looks at the last bytes of the text together, also at those before.
#[inline]
fn ends_quietly(rest: &[u8], bytes: &[u8]) -> bool {
    if let Some(chunk) = bytes.last_chunk::<CHUNK>() {
        return is_quiet(chunk);
    }
    match (rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
        (Some(first), Some(last)) => is_quiet(first) && is_quiet(last),
        _ => false,
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
