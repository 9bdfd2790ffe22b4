//! One hash of lower-cased text, shared by the tokeniser, the lexicons and the program that builds them.

use tamiz_core::eight::{capitals, eight, letters};

/// The hash of no byte.
pub(crate) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

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
    part(text, 0, text.len())
}

/// The hash of a stretch as it is, at any place of a text.
#[inline]
pub(crate) fn part(text: &[u8], from: usize, to: usize) -> u64 {
    fold(text, from, to, |eight| eight)
}

/// The hash of a stretch as it is, but for its first two bytes, which are to be these.
#[inline]
pub(crate) fn with_first(text: &[u8], from: usize, to: usize, two: [u8; 2]) -> u64 {
    let mut other = u64::from(u16::from_le_bytes([text[from], text[from + 1]]) ^ u16::from_le_bytes(two));
    fold(text, from, to, |eight| eight ^ std::mem::take(&mut other))
}

#[inline]
fn fold(text: &[u8], from: usize, to: usize, mut lower: impl FnMut(u64) -> u64) -> u64 {
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
    use tamiz_core::eight::low_bytes;

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
        let mut seen: Vec<u64> = (0..5000).map(|number| word(&format!("a{number}"))).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 5000);
    }
}
