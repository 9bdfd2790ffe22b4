//! Hashes of words, by their folds, sixteen bytes at a time: most words are no longer, so that nothing about one has to
//! be guessed.

use tamiz_core::eight;
use tamiz_core::scan::BLOCK;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

/// The hash of a word of so many bytes that begins at one place; what stands behind it does not count.
#[inline(always)]
pub(crate) fn hash(bytes: &[u8; 2 * BLOCK], from: usize, length: usize) -> u32 {
    let sixteen = |at: usize| {
        let [first, second] = [at, at + 8].map(|place| {
            let left = length.saturating_sub(place).min(8);
            eight::eight(bytes, from + place) & eight::low_bytes(left)
        });
        (first, second)
    };
    let mut hash = take(SEED, sixteen(0));
    let mut at = 16;
    while at < length {
        hash = take(hash, sixteen(at));
        at += 16;
    }
    shorten(hash)
}

/// The same of a word that comes character by character.
pub(crate) struct Hash {
    hash: u64,
    sixteen: u128,
    length: u32,
    /// Whether there is more than the first sixteen bytes.
    is_long: bool,
}

impl Hash {
    pub(crate) fn new() -> Self {
        Self { hash: SEED, sixteen: 0, length: 0, is_long: false }
    }

    pub(crate) fn push(&mut self, c: char) {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            self.sixteen |= u128::from(byte) << (8 * self.length);
            self.length += 1;
            if self.length == 16 {
                *self = Self { hash: self.take(), sixteen: 0, length: 0, is_long: true };
            }
        }
    }

    pub(crate) fn finish(self) -> u32 {
        shorten(if self.length > 0 || !self.is_long { self.take() } else { self.hash })
    }

    fn take(&self) -> u64 {
        take(self.hash, (self.sixteen as u64, (self.sixteen >> 64) as u64))
    }
}

/// A product of 128 bits has something of every bit in its middle, and both halves together have it all.
#[inline(always)]
fn take(hash: u64, (first, second): (u64, u64)) -> u64 {
    let product = u128::from(hash ^ first) * u128::from(FACTOR ^ second);
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn shorten(hash: u64) -> u32 {
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_hash_wherever_it_stands_and_other_words_have_others() {
        let text = "abcdefghijklmnopqrstuvwxyzабвгде";
        let mut known = std::collections::HashSet::new();
        for length in 0..text.len() {
            if !text.is_char_boundary(length) {
                continue;
            }
            let mut pushed = Hash::new();
            text[..length].chars().for_each(|c| pushed.push(c));
            let right = pushed.finish();
            assert!(known.insert(right));
            for from in 0..BLOCK - length {
                let mut bytes = [b'x'; 2 * BLOCK];
                bytes[from..from + length].copy_from_slice(&text.as_bytes()[..length]);
                assert_eq!(hash(&bytes, from, length), right);
            }
        }
    }
}
