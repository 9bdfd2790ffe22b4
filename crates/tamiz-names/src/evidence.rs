//! What a document tells of its own words: which stand in small letters, which in capitals within sentences.

const WORDS: usize = 2048;

/// Two sets of hashes, each a Bloom filter with both bits of a word beside each other: a wrong hit in a large document
/// costs a name at a sentence's start, no more.
#[derive(Debug)]
pub(crate) struct Evidence {
    small: Box<[u64; WORDS]>,
    capital: Box<[u64; WORDS]>,
    /// The places that were written to, for short documents not to wipe all of them.
    touched: Box<[u16; TOUCHED]>,
    count: usize,
}

const TOUCHED: usize = 512;

impl Default for Evidence {
    fn default() -> Self {
        Evidence {
            small: Box::new([0; WORDS]),
            capital: Box::new([0; WORDS]),
            touched: Box::new([0; TOUCHED]),
            count: 0,
        }
    }
}

#[inline]
fn place(hash: u64) -> (usize, u64) {
    ((hash >> 12) as usize % WORDS, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}

impl Evidence {
    pub(crate) fn clear(&mut self) {
        match self.touched.get(..self.count) {
            Some(touched) => touched.iter().for_each(|&at| {
                self.small[usize::from(at) % WORDS] = 0;
                self.capital[usize::from(at) % WORDS] = 0;
            }),
            None => {
                self.small.fill(0);
                self.capital.fill(0);
            }
        }
        self.count = 0;
    }

    #[inline]
    pub(crate) fn add_small(&mut self, hash: u64) {
        let (word, bit) = place(hash);
        let new = self.small[word] & bit != bit;
        self.small[word] |= bit;
        self.touch(word, new);
    }

    #[inline]
    pub(crate) fn add_capital(&mut self, hash: u64) {
        let (word, bit) = place(hash);
        let new = self.capital[word] & bit != bit;
        self.capital[word] |= bit;
        self.touch(word, new);
    }

    /// Without a branch, which no processor would guess.
    #[inline]
    fn touch(&mut self, word: usize, new: bool) {
        self.touched[self.count % TOUCHED] = word as u16;
        self.count += usize::from(new);
    }

    /// Whether the word stands in small letters somewhere.
    #[inline]
    pub(crate) fn is_small(&self, hash: u64) -> bool {
        let (word, bit) = place(hash);
        self.small[word] & bit == bit
    }

    /// Whether the word stands capitalised within a sentence somewhere.
    #[inline]
    pub(crate) fn is_capital(&self, hash: u64) -> bool {
        let (word, bit) = place(hash);
        self.capital[word] & bit == bit
    }
}
