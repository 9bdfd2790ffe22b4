//! What a document tells of its own words: which stand in small letters, which in capitals within sentences.

use crate::token::Token;

const WORDS: usize = 2048;

/// Two sets of hashes, each a Bloom filter with both bits of a word beside each other: a wrong hit in a large document
/// costs a name at a sentence's start, no more.
#[derive(Debug)]
pub(crate) struct Evidence(Box<[Sets; WORDS]>);

/// A part of both, so that one look at memory brings either.
#[derive(Clone, Copy, Debug, Default)]
struct Sets {
    small: u64,
    capital: u64,
}

/// Words of the longest document after which no more is wiped than it has written.
const FEW: usize = 512;

impl Default for Evidence {
    fn default() -> Self {
        Evidence(Box::new([Sets::default(); WORDS]))
    }
}

#[inline]
fn place(hash: u64) -> (usize, u64) {
    ((hash >> 12) as usize % WORDS, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}

impl Evidence {
    /// Forgets a document of these words.
    pub(crate) fn clear(&mut self, words: &[Token]) {
        if words.len() > FEW {
            self.0.fill(Sets::default());
        } else {
            words.iter().for_each(|word| self.0[place(word.hash).0] = Sets::default());
        }
    }

    #[inline]
    pub(crate) fn add_small(&mut self, hash: u64) {
        let (word, bits) = place(hash);
        self.0[word].small |= bits;
    }

    #[inline]
    pub(crate) fn add_capital(&mut self, hash: u64) {
        let (word, bits) = place(hash);
        self.0[word].capital |= bits;
    }

    /// Whether the word stands in small letters somewhere, and whether capitalised within a sentence.
    #[inline]
    pub(crate) fn both(&self, hash: u64) -> (bool, bool) {
        (self.is_small(hash), self.is_capital(hash))
    }

    /// Whether the word stands in small letters somewhere.
    #[inline]
    pub(crate) fn is_small(&self, hash: u64) -> bool {
        let (word, bits) = place(hash);
        self.0[word].small & bits == bits
    }

    /// Whether the word stands capitalised within a sentence somewhere.
    #[inline]
    pub(crate) fn is_capital(&self, hash: u64) -> bool {
        let (word, bits) = place(hash);
        self.0[word].capital & bits == bits
    }
}
