//! An open-addressing map from 64-bit hashes to small numbers, emptied in constant time between pages.

#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    page: u32,
    value: u32,
}

/// The map. Slots of earlier pages count as empty, so that a page costs only what it puts in.
#[derive(Default)]
pub(super) struct Index {
    slots: Vec<Slot>,
    page: u32,
    len: usize,
}

impl Index {
    /// Empties the map.
    pub(super) fn clear(&mut self) {
        self.len = 0;
        match self.page.checked_add(1) {
            Some(page) => self.page = page,
            None => {
                self.slots.fill(Slot::default());
                self.page = 1;
            }
        }
        // One enormous page should not slow down all that come after it in the same thread.
        if self.slots.len() < 1 << 12 || self.slots.len() > 1 << 20 {
            self.slots.clear();
            self.slots.resize(1 << 12, Slot::default());
        }
    }

    /// The value of the key, and whether it was there; if not, it is put in with the value given.
    #[inline]
    pub(super) fn entry(&mut self, key: u64, value: u32) -> (&mut u32, bool) {
        if self.len * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = (key >> 20) as usize & mask;
        loop {
            let slot = &self.slots[at];
            if slot.page != self.page {
                self.len += 1;
                self.slots[at] = Slot { key, page: self.page, value };
                return (&mut self.slots[at].value, false);
            }
            if slot.key == key {
                return (&mut self.slots[at].value, true);
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let wider = vec![Slot::default(); self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, wider);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.page == self.page) {
            let mut at = (slot.key >> 20) as usize & mask;
            while self.slots[at].page == self.page {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}
