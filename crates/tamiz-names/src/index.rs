//! A hash table from hashes to numbers, made once and then only read.

/// Open addressing over hashes that are already well spread. About twenty times faster to fill than a map of texts,
/// which matters because it is filled whenever the program starts.
#[derive(Debug, Default)]
pub(crate) struct Index {
    slots: Vec<(u64, u32)>,
    length: usize,
}

const EMPTY: u32 = u32::MAX;

impl Index {
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let slots = (entries * 2).next_power_of_two();
        Index { slots: vec![(0, EMPTY); slots], length: 0 }
    }

    /// The number under that hash; puts `value` there if there was none.
    pub(crate) fn insert(&mut self, hash: u64, value: u32) -> u32 {
        if self.length * 3 >= self.slots.len() * 2 {
            self.grow();
        }
        let at = self.slot(hash);
        let slot = &mut self.slots[at];
        if slot.1 == EMPTY {
            *slot = (hash, value);
            self.length += 1;
        }
        slot.1
    }

    /// Puts a number under a hash in place of whatever was there.
    pub(crate) fn replace(&mut self, hash: u64, value: u32) {
        self.insert(hash, value);
        let at = self.slot(hash);
        self.slots[at].1 = value;
    }

    #[inline]
    pub(crate) fn get(&self, hash: u64) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let value = self.slots[self.slot(hash)].1;
        (value != EMPTY).then_some(value)
    }

    pub(crate) fn clear(&mut self) {
        if self.slots.len() > 4096 {
            // One large document must not make every later one wipe its table.
            self.slots.truncate(1024);
        }
        if self.length > 0 {
            self.slots.fill((0, EMPTY));
            self.length = 0;
        }
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].1 != EMPTY && self.slots[at].0 != hash {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).max(16);
        for (hash, value) in std::mem::replace(&mut self.slots, vec![(0, EMPTY); slots]) {
            if value != EMPTY {
                let at = self.slot(hash);
                self.slots[at] = (hash, value);
            }
        }
    }
}
