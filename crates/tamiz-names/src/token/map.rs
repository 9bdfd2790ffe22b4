//! Which bytes of a text are letters, capitals, blanks and signs: a bit for each.

use tamiz_core::scan::{Block, Pack, Scan, scan, yes};

/// What is known of 64 bytes, the first of them by the lowest bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bits {
    /// Letters of ASCII.
    pub(super) letters: u64,
    pub(super) capitals: u64,
    /// Bytes of ASCII that no word goes on with.
    pub(super) ends: u64,
    pub(super) blanks: u64,
}

/// A map of a text.
#[derive(Debug, Default)]
pub(crate) struct Map(Vec<Bits>);

impl Scan for Map {
    #[inline(always)]
    fn block(&mut self, pack: impl Pack, _: usize, block: &Block) {
        // Letters are asked for at once: of two answers joined afterwards, the compiler makes single bytes.
        let letters = pack.find(block, |[byte, ..]| yes((byte | 0x20).wrapping_sub(b'a') < 26));
        let others = |byte: u8| yes(byte.wrapping_sub(b'0') < 10) | yes(byte >= 0x80) | yes(byte == b'\'');
        self.0.push(Bits {
            letters,
            capitals: letters & pack.find(block, |[byte, ..]| yes(byte & 0x20 == 0)),
            ends: !(letters | pack.find(block, |[byte, ..]| others(byte))),
            blanks: pack.find_equal(block, b' '),
        });
    }
}

impl Map {
    /// Makes the map of a text.
    pub(crate) fn read(&mut self, text: &str) {
        self.0.clear();
        scan(text, self);
        // Every place of the text has a block behind its own.
        self.0.push(Bits::default());
        self.0.push(Bits::default());
    }

    /// The bits of 64 bytes from a place of the text on; no byte behind the text is a letter.
    #[inline(always)]
    pub(super) fn from(&self, place: usize) -> Bits {
        let [one, two] = self.0[place / 64..].first_chunk().copied().unwrap_or_default();
        let shift = place % 64;
        // Twice, since no number is shifted by all its bits.
        let both = |one: u64, two: u64| one >> shift | two << 1 << (63 - shift);
        Bits {
            letters: both(one.letters, two.letters),
            capitals: both(one.capitals, two.capitals),
            ends: both(one.ends, two.ends),
            blanks: both(one.blanks, two.blanks),
        }
    }
}
