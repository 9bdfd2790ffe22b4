//! What a character is to a word, looked up and not computed wherever that can be.

use std::sync::LazyLock;

/// What a byte is to a word.
pub(crate) const OTHER: u8 = 0;
pub(crate) const LOWER: u8 = 1;
pub(crate) const CAP: u8 = 2;
pub(crate) const FIGURE: u8 = 3;
pub(crate) const WIDE: u8 = 4;

/// The class of each byte; of those beyond ASCII it says nothing more.
pub(crate) static CLASS: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => CAP,
            b'0'..=b'9' => FIGURE,
            0x80.. => WIDE,
            _ => OTHER,
        };
        b += 1;
    }
    table
};

/// What a character is to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letter {
    No,
    Small,
    Capital,
    Uncased,
    Unspaced,
}

/// What a character beyond ASCII is.
pub(crate) fn letter(c: char) -> Letter {
    match u32::from(c) {
        0xAA | 0xBA | 0xB5 | 0xDF..=0xF6 | 0xF8..=0xFF => Letter::Small,
        0xC0..=0xD6 | 0xD8..=0xDE => Letter::Capital,
        0..=0xBF | 0xD7 | 0xF7 => Letter::No,
        // Marks belong to the letter before.
        0x300..0x370 => Letter::Small,
        0x590..0x900 => {
            if c.is_alphanumeric() {
                Letter::Uncased
            } else {
                Letter::No
            }
        }
        0x30FB => Letter::No,
        0x3041..0x3100 | 0x3400..0xA000 | 0xAC00..0xD7B0 | 0xF900..0xFB00 | 0x3005 => Letter::Unspaced,
        0x2000..0x2C00 | 0x2E00..0x3100 | 0xE000..0xF900 => Letter::No,
        _ if c.is_uppercase() => Letter::Capital,
        _ if c.is_lowercase() => Letter::Small,
        _ if c.is_alphanumeric() => Letter::Uncased,
        _ => Letter::No,
    }
}

/// What any character is; digits count as small.
pub(crate) fn letter_of(c: char) -> Letter {
    match c {
        'a'..='z' => Letter::Small,
        'A'..='Z' => Letter::Capital,
        '0'..='9' => Letter::Small,
        _ => letter(c),
    }
}

/// A character of two bytes: Latin, Greek, Cyrillic, Hebrew, Arabic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) kind: Letter,
    /// The same in small letters, where that is also one character of two bytes; else zeros.
    pub(crate) small: [u8; 2],
}

/// All characters of two bytes, by their code points.
pub(crate) struct Pairs([Pair; 0x800]);

pub(crate) static PAIRS: LazyLock<Pairs> = LazyLock::new(|| {
    Pairs(std::array::from_fn(|code| {
        let Some(c) = char::from_u32(code as u32) else { return Pair { kind: Letter::No, small: [0; 2] } };
        let mut small = [0; 2];
        let mut lower = c.to_lowercase();
        if let (Some(one), None) = (lower.next(), lower.next())
            && (0x80..0x800).contains(&u32::from(one))
        {
            one.encode_utf8(&mut small);
        }
        Pair { kind: letter(c), small }
    }))
});

impl Pairs {
    /// What two bytes of a text are, the first of which leads two.
    #[inline]
    pub(crate) fn of(&self, first: u8, second: u8) -> Pair {
        self.0[usize::from(first & 0x1F) << 6 | usize::from(second & 0x3F)]
    }
}

/// Bytes of the longest word that [`small`] writes down.
pub(crate) const MOST: usize = 64;

/// Writes a usual word down in small letters, with `'` for either apostrophe, and says how many bytes it has: `None` if it
/// has letters that change their number of bytes with their case, or is very long.
pub(crate) fn small(word: &[u8], pairs: &Pairs, small: &mut [u8; MOST]) -> Option<usize> {
    let mut length = 0;
    let mut rest = word;
    while rest.len() <= MOST - length {
        match *rest {
            [] => return Some(length),
            [b, ..] if b < 0x80 => {
                small[length] = b.to_ascii_lowercase();
                length += 1;
                rest = &rest[1..];
            }
            [first @ ..0xE0, second, ..] => {
                let pair = pairs.of(first, second).small;
                if pair == [0; 2] {
                    return None;
                }
                small[length..length + 2].copy_from_slice(&pair);
                length += 2;
                rest = &rest[2..];
            }
            [0xE2, 0x80, 0x99, ..] => {
                small[length] = b'\'';
                length += 1;
                rest = &rest[3..];
            }
            _ => return None,
        }
    }
    None
}

/// Any word in small letters, with `'` for either apostrophe.
pub(crate) fn any_small(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().map(|c| if c == '’' { '\'' } else { c }).flat_map(char::to_lowercase)
}

/// Writes any word down so.
pub(crate) fn write_small(word: &str, small: &mut String) {
    small.clear();
    if word.is_ascii() {
        small.push_str(word);
        small.make_ascii_lowercase();
        return;
    }
    let pairs = &*PAIRS;
    for c in word.chars() {
        match u32::from(c) {
            0..0x80 => small.push(c.to_ascii_lowercase()),
            code @ 0x80..0x800 => match pairs.0[code as usize].small {
                [0, 0] => small.extend(c.to_lowercase()),
                [first, second] => {
                    let code = u32::from(first & 0x1F) << 6 | u32::from(second & 0x3F);
                    small.push(char::from_u32(code).unwrap_or(c));
                }
            },
            _ if c == '’' => small.push('\''),
            _ => small.extend(c.to_lowercase()),
        }
    }
}

/// What a character of three bytes is, if its first two tell: ideographs, kana and Hangul, of which whole texts consist.
#[inline]
pub(crate) const fn is_unspaced(first: u8, second: u8) -> bool {
    // From U+3400, U+4000, U+AC00 and U+B000 on; and U+3080..U+30C0.
    matches!((first, second), (0xE3, 0x82 | 0x90..) | (0xE4..=0xE9 | 0xEB | 0xEC, _) | (0xEA, 0xB0..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_say_what_is_true_of_every_character() {
        for c in ('\u{80}'..='\u{7ff}').chain('\u{800}'..='\u{ffff}') {
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).as_bytes();
            if let [first, second] = *bytes {
                let pair = PAIRS.of(first, second);
                assert_eq!(pair.kind, letter(c));
                let small: String = c.to_lowercase().collect();
                assert!(pair.small == [0; 2] || pair.small == small.as_bytes(), "{c}");
            } else if is_unspaced(bytes[0], bytes[1]) {
                assert_eq!(letter(c), Letter::Unspaced, "{c}");
            }
        }
        for word in ["McDonald", "ÉLAN", "ŁÓDŹ", "İzmir", "O’BRIEN", "ẞ", "МОСКВА", "Ǆ", "ΣΟΦΟΣ"]
        {
            let mut small = String::new();
            write_small(word, &mut small);
            assert_eq!(small, any_small(word).collect::<String>());
        }
        assert!(is_unspaced(0xE6, 0x97) && !is_unspaced(0xE3, 0x80) && !is_unspaced(0xE2, 0x80));
    }
}
