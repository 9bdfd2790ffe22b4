//! The words of a page: each distinct one once, found by its hash.

/// A distinct word of the page.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
pub(crate) struct Entry {
    pub(crate) hash: u32,
    /// Whether the word is long enough to be about something.
    pub(crate) is_content: bool,
    /// Lines in which it stands: of the page, of its prose, of the best block, of the first big block.
    pub(crate) lines: u32,
    pub(crate) prose: u32,
    pub(crate) best: u32,
    pub(crate) first: u32,
    /// The line, from 1, that was counted last, or that bears the mark of the pass at hand.
    pub(crate) mark: u32,
    /// Whether the page's title-like line has it.
    pub(crate) in_title: bool,
}

/// The page's tokens in order, each as a place in `entries`.
#[derive(Default)]
pub(crate) struct Words {
    pub(crate) tokens: Vec<u32>,
    pub(crate) entries: Vec<Entry>,
    /// Each word's hash, and its place in `entries`, from 1.
    slots: Vec<[u32; 2]>,
}

/// How many slots are tried before two words are taken for one: it keeps any text linear.
const MOST_TRIES: usize = 24;

impl Words {
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.entries.clear();
        // A page with few words after one with many should not pay for clearing the large table.
        let size = self.slots.len().min(1 << 12);
        self.slots.truncate(size);
        self.slots.fill([0; 2]);
        if self.slots.is_empty() {
            self.slots.resize(1 << 12, [0; 2]);
        }
    }

    /// Adds a token by the hash of its word.
    #[inline(always)]
    pub(crate) fn push(&mut self, hash: u32, len: u32) {
        let mut slot = first_slot(hash, self.slots.len());
        let [known, at] = self.slots[slot];
        if known == hash && at != 0 {
            self.tokens.push(at - 1);
            return;
        }
        if at != 0 {
            slot = match self.probe(hash, slot) {
                Ok(at) => {
                    self.tokens.push(at);
                    return;
                }
                Err(slot) => slot,
            };
        }
        self.entries.push(Entry { hash, is_content: len > 3, ..Entry::default() });
        self.slots[slot] = [hash, self.entries.len() as u32];
        self.tokens.push(self.entries.len() as u32 - 1);
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
    }

    /// The place of a word that another keeps out of its first slot, or the slot that is free for it.
    fn probe(&self, hash: u32, mut slot: usize) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        for _ in 0..MOST_TRIES {
            let [known, at] = self.slots[slot];
            if at == 0 {
                return Err(slot);
            }
            if known == hash {
                return Ok(at - 1);
            }
            slot = (slot + 1) & mask;
        }
        let [_, at] = self.slots[slot];
        if at == 0 { Err(slot) } else { Ok(at - 1) }
    }

    fn grow(&mut self) {
        let size = self.slots.len() * 4;
        self.slots.clear();
        self.slots.resize(size, [0; 2]);
        for (at, entry) in self.entries.iter().enumerate() {
            let mut slot = first_slot(entry.hash, size);
            for _ in 0..MOST_TRIES {
                if self.slots[slot][1] == 0 {
                    self.slots[slot] = [entry.hash, at as u32 + 1];
                    break;
                }
                slot = (slot + 1) & (size - 1);
            }
        }
    }
}

#[inline(always)]
fn first_slot(hash: u32, slots: usize) -> usize {
    hash.wrapping_mul(0x85eb_ca6b) as usize >> 7 & (slots - 1)
}

/// Counts equal hashes: an open table of the page's lines.
#[derive(Default)]
pub(crate) struct Counter {
    slots: Vec<(u32, u32)>,
}

impl Counter {
    /// Makes room for that many distinct hashes.
    pub(crate) fn reset(&mut self, most: usize) {
        let size = (most * 2).next_power_of_two().max(16);
        self.slots.clear();
        self.slots.resize(size, (0, 0));
    }

    /// Counts the hash once more; returns where, for [`Counter::count`], and how often it had been counted before.
    pub(crate) fn add(&mut self, hash: u32) -> (u32, u32) {
        let slot = self.slot(hash);
        let before = self.slots[slot].1;
        self.slots[slot] = (hash, before + 1);
        (slot as u32, before)
    }

    pub(crate) fn count(&self, slot: u32) -> u32 {
        self.slots[slot as usize].1
    }

    fn slot(&self, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = first_slot(hash, self.slots.len());
        for _ in 0..MOST_TRIES {
            if self.slots[slot].1 == 0 || self.slots[slot].0 == hash {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }
}
