//! Parts of people's names and which of them are the same: a table of hashes, searched where it is embedded.

use crate::build::{BUCKETS, ENTRY};

static TABLE: &[u8] = include_bytes!("../tables/parts.bin");

/// What the table knows of one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The group of equivalent forms.
    pub(crate) group: u32,
    /// The binary logarithm of the group's size: from 1 for a part that two spellings write, to 7 for *Aleksandr*.
    pub(crate) size: u8,
}

/// The entries of a word by its hash: one for every group that it belongs to.
pub(crate) fn entries(hash: u64) -> impl Iterator<Item = Entry> {
    let (start, end) = bucket(hash);
    let rest = (hash >> 32) as u16;
    let (entries, _) = TABLE[start..end].as_chunks::<ENTRY>();
    // They are in order.
    let at = |entry: &[u8; ENTRY]| u16::from_le_bytes([entry[0], entry[1]]);
    let before = entries.iter().take_while(|entry| at(entry) < rest).count();
    entries[before..].iter().take_while(move |entry| at(entry) == rest).map(|entry| {
        let value = u32::from_le_bytes([entry[2], entry[3], entry[4], 0]);
        Entry { group: value & 0x1F_FFFF, size: (value >> 21) as u8 }
    })
}

/// Where the bucket of a hash begins and ends.
#[inline]
fn bucket(hash: u64) -> (usize, usize) {
    let bucket = (hash >> 48) as usize;
    let start = if bucket == 0 { 0 } else { number(3 * (bucket - 1)) };
    let place = |entries: u32| BUCKETS * 3 + entries as usize * ENTRY;
    (place(start), place(number(3 * bucket)))
}

/// Something of what says where a word's bucket is, for the processor to fetch it before it is asked for.
#[inline]
pub(crate) fn touch(hash: u64) -> u32 {
    number(3 * (hash >> 48) as usize)
}

/// The same with the bucket itself.
#[inline]
pub(crate) fn reach(hash: u64) -> u32 {
    TABLE.get(bucket(hash).0).map_or(0, |&byte| u32::from(byte))
}

/// The high halves of the hashes of all forms.
pub(crate) fn halves(mut each: impl FnMut(u32)) {
    let (entries, _) = TABLE[BUCKETS * 3..].as_chunks::<ENTRY>();
    let mut at = 0;
    for bucket in 0..BUCKETS {
        let end = number(3 * bucket) as usize;
        for entry in &entries[at..end] {
            each((bucket as u32) << 16 | u32::from(u16::from_le_bytes([entry[0], entry[1]])));
        }
        at = end;
    }
}

/// How usual the word is as a part of a person's name: 0 if it is not known as one, else up to 7.
pub(crate) fn usual(hash: u64) -> u8 {
    entries(hash).map(|entry| entry.size).max().unwrap_or(0)
}

fn number(at: usize) -> u32 {
    u32::from_le_bytes([TABLE[at], TABLE[at + 1], TABLE[at + 2], 0])
}
