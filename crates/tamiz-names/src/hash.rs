//! One hash of lower-cased text, shared by the tokeniser, the lexicons and the program that builds them.

/// The hash of no byte.
pub(crate) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Takes one byte into a hash (FNV-1a: short, portable, and the same on every machine, which the embedded table needs).
#[inline]
pub(crate) const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

/// Spreads the bits, since tables take the highest ones.
#[inline]
pub(crate) const fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// The hash of a word in lower case.
pub(crate) fn word(text: &str) -> u64 {
    if text.is_ascii() {
        return finish(text.bytes().fold(SEED, |hash, byte| step(hash, byte.to_ascii_lowercase())));
    }
    let mut hash = SEED;
    for c in text.chars().flat_map(char::to_lowercase) {
        let mut buffer = [0; 4];
        for &byte in c.encode_utf8(&mut buffer).as_bytes() {
            hash = step(hash, byte);
        }
    }
    finish(hash)
}

/// The hash of a word that follows a phrase.
#[inline]
pub(crate) const fn join(phrase: u64, word: u64) -> u64 {
    finish(phrase.rotate_left(23) ^ word)
}

/// The hash of bytes as they are.
pub(crate) fn bytes(text: &[u8]) -> u64 {
    finish(text.iter().fold(SEED, |hash, &byte| step(hash, byte)))
}
