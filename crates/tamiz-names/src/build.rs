//! What the program that builds the embedded tables shares with the code that reads them.

use crate::hash;
use crate::spanish;

pub use spanish::{is_accented_spanish, without_acute};

/// Buckets of the table of name parts: one for each value of a hash's highest 16 bits.
pub(crate) const BUCKETS: usize = 1 << 16;
/// Bytes of an entry: 16 more bits of the hash, then 24 bits of [`entry`].
pub(crate) const ENTRY: usize = 5;

/// Whether a form goes into the table: one word, in a script that names of the news are met in.
#[must_use]
pub fn is_wanted(form: &str) -> bool {
    let rare =
        |c: char| matches!(u32::from(c), 0x0590..0x0600 | 0x0900..0x1100 | 0x1200..0x1400 | 0x3040..0x30A0);
    !form.is_empty() && !form.contains(' ') && !form.chars().any(rare)
}

/// The table of name parts: where each bucket ends (three bytes each, counted in entries), then the entries.
///
/// An entry knows the group of a form by its number, and how many forms the group has: the more scripts and
/// languages write a part, the more usual it is.
#[must_use]
pub fn parts(groups: &[Vec<String>]) -> Vec<u8> {
    let mut entries: Vec<(u64, u32)> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let size = (group.len() as u32).ilog2().min(7);
        for form in group {
            entries.push((hash::word(form) >> 32, entry(number as u32, size)));
        }
    }
    entries.sort_unstable();
    entries.dedup();
    let mut table = Vec::with_capacity(BUCKETS * 3 + entries.len() * ENTRY);
    let mut end = 0;
    for bucket in 0..BUCKETS as u64 {
        end += entries[end..].iter().take_while(|(hash, _)| hash >> 16 == bucket).count();
        table.extend(&(end as u32).to_le_bytes()[..3]);
    }
    for (hash, value) in entries {
        table.extend(&(hash as u16).to_le_bytes());
        table.extend(&value.to_le_bytes()[..3]);
    }
    table
}

/// A group's number in 21 bits, the binary logarithm of its size above.
const fn entry(group: u32, size: u32) -> u32 {
    size << 21 | group
}

pub use crate::tagger::train::{Marked, find, train};
