//! A hash table from hashes to numbers, made once and then mostly asked for what it does not have.

/// Open addressing over hashes that are already well spread, eight bytes an entry: the low bits of a hash say where,
/// the high ones are kept to tell entries apart. Filling it takes a small part of what a map of texts takes, which
/// matters because it is filled whenever the program starts.
///
/// Two hashes that share their kept bits and their place are taken for one: once in thousands of millions of words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    slots: Vec<(u32, u32)>,
    length: usize,
    /// A bit map of what is there, small enough to stay in a near cache; empty in small tables.
    filter: Vec<u64>,
}

const EMPTY: u32 = u32::MAX;

impl Index {
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let slots = (entries * 3 / 2).next_power_of_two();
        Index { slots: vec![(0, EMPTY); slots], length: 0, filter: Vec::new() }
    }

    /// The same table with a filter before it, for tables of which most questions find nothing.
    pub(crate) fn filtered(entries: usize) -> Self {
        let bits = (entries * 8).next_power_of_two().max(64);
        Index { filter: vec![0; bits / 64], ..Index::with_capacity(entries) }
    }

    /// The number under that hash; puts `value` there if there was none.
    pub(crate) fn insert(&mut self, hash: u64, value: u32) -> u32 {
        *self.entry(hash, value)
    }

    /// The same to be changed.
    pub(crate) fn entry(&mut self, hash: u64, value: u32) -> &mut u32 {
        if self.length * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let at = self.slot(hash);
        let slot = &mut self.slots[at];
        if slot.1 == EMPTY {
            *slot = (tag(hash), value);
            self.length += 1;
            if !self.filter.is_empty() {
                let (word, bit) = self.bit(hash);
                self.filter[word] |= bit;
            }
        }
        &mut self.slots[at].1
    }

    /// Puts a number under a hash in place of whatever was there.
    pub(crate) fn replace(&mut self, hash: u64, value: u32) {
        *self.entry(hash, value) = value;
    }

    #[inline]
    pub(crate) fn get(&self, hash: u64) -> Option<u32> {
        if !self.filter.is_empty() {
            let (word, bit) = self.bit(hash);
            if self.filter[word] & bit == 0 {
                return None;
            }
        }
        if self.slots.is_empty() {
            return None;
        }
        let value = self.slots[self.slot(hash)].1;
        (value != EMPTY).then_some(value)
    }

    /// Whatever stands where a hash would: nothing but a reason for the processor to fetch the place.
    #[inline]
    pub(crate) fn touch(&self, hash: u64) -> u32 {
        self.slots.get(place(tag(hash), self.slots.len().wrapping_sub(1))).map_or(0, |slot| slot.1)
    }

    /// The high halves of all hashes that are there.
    pub(crate) fn halves(&self, each: impl FnMut(u32)) {
        self.slots.iter().filter(|slot| slot.1 != EMPTY).map(|slot| slot.0).for_each(each);
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
    fn bit(&self, hash: u64) -> (usize, u64) {
        let at = (hash >> 20) as usize & (self.filter.len() * 64 - 1);
        (at / 64, 1 << (at % 64))
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = place(tag(hash), mask);
        while self.slots[at].1 != EMPTY && self.slots[at].0 != tag(hash) {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).max(16);
        let mask = slots - 1;
        for (tag, value) in std::mem::replace(&mut self.slots, vec![(0, EMPTY); slots]) {
            if value != EMPTY {
                let mut at = place(tag, mask);
                while self.slots[at].1 != EMPTY {
                    at = (at + 1) & mask;
                }
                self.slots[at] = (tag, value);
            }
        }
    }
}

/// What is kept of a hash. Its place follows from it, so that tables can grow.
#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[inline]
fn place(tag: u32, mask: usize) -> usize {
    tag as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    #[test]
    fn what_was_put_in_is_found_before_and_after_growing() {
        for mut index in [Index::default(), Index::filtered(10)] {
            let words: Vec<String> = (0..2000).map(|number| format!("word{number}")).collect();
            for (number, word) in words.iter().enumerate() {
                assert_eq!(index.insert(hash::word(word), number as u32), number as u32);
            }
            for (number, word) in words.iter().enumerate() {
                assert_eq!(index.insert(hash::word(word), 7), number as u32);
                assert_eq!(index.get(hash::word(word)), Some(number as u32));
            }
            assert_eq!(index.get(hash::word("other")), None);
            index.replace(hash::word("word3"), 9);
            assert_eq!(index.get(hash::word("word3")), Some(9));
            index.clear();
        }
        assert_eq!(Index::default().get(1), None);
    }
}
