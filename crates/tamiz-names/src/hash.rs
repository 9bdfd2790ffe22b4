//! One hash of lower-cased text, shared by the tokeniser, the lexicons and the program that builds them.

/// The hash of no byte.
pub(crate) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// The same bit in each of eight bytes.
const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Mixes eight bytes into a hash: both halves of their product with an odd number count, so that every bit reaches
/// every other. The same on every machine, which the embedded table needs.
#[inline]
const fn mix(hash: u64, bytes: u64) -> u64 {
    let product = (hash ^ bytes) as u128 * 0x9e37_79b9_7f4a_7c15_u128;
    product as u64 ^ (product >> 64) as u64
}

/// Spreads the bits, since tables take the highest ones.
#[inline]
pub(crate) const fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// Eight bytes from a place on, the first one lowest; behind the end of the text they are 0.
#[inline]
pub(crate) fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => rest(text, at),
    }
}

/// The same where fewer than eight are left.
fn rest(text: &[u8], at: usize) -> u64 {
    let gone = 8u32.saturating_sub(text.len().saturating_sub(at) as u32);
    if let Some(bytes) = text.last_chunk() {
        return u64::from_le_bytes(*bytes).unbounded_shr(8 * gone);
    }
    match (text.get(at..).and_then(<[u8]>::first_chunk), text.last_chunk()) {
        (Some(first), Some(last)) => {
            // The two halves may share bytes.
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << (32 - 8 * gone)
        }
        _ => (at..text.len()).rev().fold(0, |eight, at| eight << 8 | u64::from(text[at])),
    }
}

/// The high bit of each of eight bytes that is a letter of ASCII.
#[inline]
pub(crate) const fn letters(eight: u64) -> u64 {
    let small = (eight & !HIGH) | (0x20 * ONES);
    let from_a = small + (0x80 - b'a' as u64) * ONES;
    let after_z = small + (0x7f - b'z' as u64) * ONES;
    from_a & !after_z & !eight & HIGH
}

/// The high bit of each of those letters that is a capital.
#[inline]
pub(crate) const fn capitals(eight: u64, letters: u64) -> u64 {
    letters & !(eight << 2)
}

/// How many of eight bytes, from the first one on, have their high bit set.
#[inline]
pub(crate) const fn first_bytes(high: u64) -> usize {
    ((!high & HIGH).trailing_zeros() / 8) as usize
}

/// All bits of the first so many of eight bytes.
#[inline]
pub(crate) const fn low_bytes(count: usize) -> u64 {
    !u64::MAX.unbounded_shl(8 * count as u32)
}

/// The hash of up to sixteen bytes, the others being 0, as [`stretch`] has it.
#[inline]
pub(crate) const fn up_to_sixteen(one: u64, two: u64, length: usize) -> u64 {
    let hash = mix(SEED ^ length as u64, one);
    let more = mix(hash, two);
    finish(if length > 8 { more } else { hash })
}

/// The hash of a stretch of text whose capitals are all of ASCII, as if they were small.
#[inline]
pub(crate) fn stretch(text: &[u8], from: usize, to: usize) -> u64 {
    fold(text, from, to, |eight| eight | capitals(eight, letters(eight)) >> 2)
}

/// The hash of bytes as they are.
pub(crate) fn bytes(text: &[u8]) -> u64 {
    fold(text, 0, text.len(), |eight| eight)
}

#[inline]
fn fold(text: &[u8], from: usize, to: usize, lower: impl Fn(u64) -> u64) -> u64 {
    let mut hash = SEED ^ (to - from) as u64;
    let mut at = from;
    while at + 8 < to {
        hash = mix(hash, lower(eight(text, at)));
        at += 8;
    }
    let rest = to - at;
    if rest > 0 {
        hash = mix(hash, lower(eight(text, at) & (u64::MAX >> (64 - 8 * rest))));
    }
    finish(hash)
}

/// The hash of a word in lower case.
pub(crate) fn word(text: &str) -> u64 {
    if text.is_ascii() {
        return stretch(text.as_bytes(), 0, text.len());
    }
    let mut small = String::with_capacity(text.len());
    small.extend(text.chars().flat_map(char::to_lowercase));
    bytes(small.as_bytes())
}

/// The hash of a word that follows a phrase.
#[inline]
pub(crate) const fn join(phrase: u64, word: u64) -> u64 {
    finish(phrase.rotate_left(23) ^ word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_hash_wherever_it_stands_and_however_it_is_written() {
        for (name, small) in
            [("Ada", "ada"), ("McDonald's", "mcdonald's"), ("Ñuñoa", "ñuñoa"), ("Àrea51[@`{", "àrea51[@`{")]
        {
            assert_eq!(word(name), bytes(small.as_bytes()), "{name}");
        }
        let (text, small) = ("In Schleswig-Holstein", "in schleswig-holstein");
        for (from, to) in [(0, 2), (3, 12), (13, 21), (3, 21), (3, 3)] {
            assert_eq!(stretch(text.as_bytes(), from, to), bytes(&small.as_bytes()[from..to]));
        }
        for length in 1..=16 {
            let text = &b"abcdefghijklmnop"[..length];
            let two = eight(text, 8) & low_bytes(length.saturating_sub(8));
            let one = eight(text, 0) & low_bytes(length.min(8));
            assert_eq!(up_to_sixteen(one, two, length), bytes(text));
        }
        for text in [&b"abcdefghijk"[..], b"abc"] {
            for at in 0..=text.len() + 9 {
                let bytes = text.iter().skip(at).take(8).enumerate();
                let expected = bytes.fold(0, |eight, (place, &byte)| eight | u64::from(byte) << (8 * place));
                assert_eq!(eight(text, at), expected, "{at}");
            }
        }
        let mut seen: Vec<u64> = (0..5000).map(|number| word(&format!("a{number}"))).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 5000);
    }

    #[test]
    fn letters_and_capitals_are_told_from_all_other_bytes() {
        for byte in 0..=255u8 {
            let eight = u64::from(byte) * ONES;
            let all = |is: bool| if is { HIGH } else { 0 };
            assert_eq!(letters(eight), all(byte.is_ascii_alphabetic()), "{byte:#x}");
            assert_eq!(capitals(eight, letters(eight)), all(byte.is_ascii_uppercase()), "{byte:#x}");
        }
    }
}
