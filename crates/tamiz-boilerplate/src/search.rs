//! The search for the texts of many patterns in folded lines.
//!
//! A text is only looked for where one can begin: at the start of a word, and where a pattern that asks for none has
//! its first byte. There, a table of the patterns' first four bytes turns most places away; at those that are left, the
//! few texts with these bytes are compared, first as far as they are all alike, then narrowed down byte by byte.

use tamiz_core::eight;

use crate::fold::Folded;

/// A text that was found: its end, its start, and its number.
pub(crate) type Found = [u32; 3];

/// The texts of many patterns.
pub(crate) struct Searcher {
    gate: Gate,
    /// Texts of fewer than four bytes, by their first byte, the shortest first; and where those of each byte begin.
    short: Vec<Short>,
    short_from: [u32; 257],
    /// Roots by the hashes of their keys: an open table.
    roots: Vec<Root>,
    nodes: Vec<Node>,
    /// The first byte of each node's label: those of the nodes below one lie side by side.
    firsts: Vec<u8>,
    /// The labels of the nodes.
    labels: Vec<u8>,
    /// The numbers of the texts that end at the nodes.
    ends: Vec<u32>,
}

/// A text of fewer than four bytes.
struct Short {
    key: u32,
    length: u32,
    number: u32,
}

impl Short {
    /// Whether a key begins with this text.
    fn begins(&self, key: u32) -> bool {
        key & ((1 << (8 * self.length)) - 1) == self.key
    }
}

/// Where the tree of all texts that begin with the same four bytes has its root.
#[derive(Clone, Copy, Default)]
struct Root {
    /// The four bytes; zeros where there is no root.
    key: u32,
    /// Bits for the bytes that may come next, by their last five bits; all if a text ends here. None where there is no
    /// root, so that the key of an empty text, which is zeros, finds nothing.
    next: u32,
    node: u32,
}

/// A node of such a tree. Each field is a stretch of a list: where it begins, and where the next one does.
#[derive(Clone, Copy, Default)]
struct Node {
    /// The bytes that all texts from here on have next.
    label: [u32; 2],
    /// The texts that end after them.
    ends: [u32; 2],
    /// The nodes below, by their first byte.
    below: [u32; 2],
}

impl Searcher {
    /// A search for texts that are in order. What is found has the text's place among them.
    pub(crate) fn new(texts: &[&[u8]]) -> Self {
        debug_assert!(texts.is_sorted(), "texts are in order");
        let mut searcher = Self {
            gate: Gate::new(texts),
            short: Vec::new(),
            short_from: [0; 257],
            roots: Vec::new(),
            nodes: Vec::new(),
            firsts: Vec::new(),
            labels: Vec::new(),
            ends: Vec::new(),
        };
        let mut long = Vec::with_capacity(texts.len());
        for (text, number) in texts.iter().copied().zip(0..) {
            if text.len() < KEY {
                searcher.short.push(Short { key: key(text), length: text.len() as u32, number });
            } else {
                long.push((text, number));
            }
        }
        searcher.short.sort_by_key(|short| (short.key & 0xff, short.length));
        for short in &searcher.short {
            searcher.short_from[(short.key & 0xff) as usize + 1] += 1;
        }
        for byte in 0..256 {
            searcher.short_from[byte + 1] += searcher.short_from[byte];
        }
        searcher.grow(&long);
        searcher
    }

    /// Makes the trees of texts in order.
    fn grow(&mut self, texts: &[(&[u8], u32)]) {
        // What is to become a node: its texts, and how many of their bytes lead there.
        let mut waiting = Vec::new();
        waiting.extend(texts.chunk_by(|(a, _), (b, _)| a[..KEY] == b[..KEY]).map(|texts| (texts, KEY)));
        self.firsts.resize(waiting.len(), 0);
        // At most a quarter is taken.
        self.roots.resize((4 * waiting.len()).next_power_of_two(), Root::default());
        for ((texts, _), node) in waiting.iter().zip(0..) {
            let key = key(texts[0].0);
            let next = |(text, _): &(&[u8], u32)| text.get(KEY).map_or(u32::MAX, |next| bit(*next));
            let next = texts.iter().map(next).fold(0, |all, next| all | next);
            let mut slot = self.first_slot(key);
            while self.roots[slot].key != 0 {
                slot = (slot + 1) & (self.roots.len() - 1);
            }
            self.roots[slot] = Root { key, next, node };
        }
        // Nodes are made in the order in which they were put there, so those below one stay together.
        let mut at = 0;
        while let Some(&(texts, from)) = waiting.get(at) {
            at += 1;
            let (first, last) = (texts[0].0, texts[texts.len() - 1].0);
            // All texts between two have in common what these have.
            let to = from + first[from..].iter().zip(&last[from..]).take_while(|(a, b)| a == b).count();
            let (label, end) = (self.labels.len() as u32, self.ends.len() as u32);
            self.labels.extend_from_slice(&first[from..to]);
            let here = texts.partition_point(|(text, _)| text.len() == to);
            self.ends.extend(texts[..here].iter().map(|(_, number)| number));
            let below = waiting.len() as u32;
            for texts in texts[here..].chunk_by(|(a, _), (b, _)| a[to] == b[to]) {
                self.firsts.push(texts[0].0[to]);
                waiting.push((texts, to));
            }
            self.nodes.push(Node {
                label: [label, self.labels.len() as u32],
                ends: [end, self.ends.len() as u32],
                below: [below, waiting.len() as u32],
            });
        }
    }

    /// Adds every text that stands at that byte, by its end.
    #[inline(always)]
    pub(crate) fn at(&self, text: &[u8], start: usize, found: &mut Vec<Found>) {
        let eight = eight::eight(text, start);
        let key = eight as u32;
        if self.gate.knows_short(key) {
            let first = (key & 0xff) as usize;
            let short = part(&self.short, [self.short_from[first], self.short_from[first + 1]]);
            for short in short.iter().filter(|short| short.begins(key)) {
                found.push([start as u32 + short.length, start as u32, short.number]);
            }
        }
        if self.gate.knows(eight) {
            self.narrow(&text[start..], key, start, found);
        }
    }

    #[inline(always)]
    fn first_slot(&self, key: u32) -> usize {
        hash(key) as usize & (self.roots.len() - 1)
    }

    #[inline(never)]
    fn narrow(&self, rest: &[u8], key: u32, start: usize, found: &mut Vec<Found>) {
        let mut slot = self.first_slot(key);
        while self.roots[slot].key != key {
            if self.roots[slot].key == 0 {
                return;
            }
            slot = (slot + 1) & (self.roots.len() - 1);
        }
        let Root { next, node, .. } = self.roots[slot];
        if next & rest.get(KEY).map_or(u32::MAX, |next| bit(*next)) == 0 {
            return;
        }
        let mut node = &self.nodes[node as usize];
        // The key has been compared.
        let mut length = KEY;
        loop {
            for label in part(&self.labels, node.label) {
                if rest.get(length) != Some(label) {
                    return;
                }
                length += 1;
            }
            let to_found = |&number: &u32| [(start + length) as u32, start as u32, number];
            found.extend(part(&self.ends, node.ends).iter().map(to_found));
            let Some(next) = rest.get(length) else { return };
            let Some(at) = part(&self.firsts, node.below).iter().position(|first| first == next) else {
                return;
            };
            node = &self.nodes[node.below[0] as usize + at];
        }
    }

    /// Adds every text that stands anywhere, by its end and then its start.
    #[inline(always)]
    pub(crate) fn anywhere(&self, folded: &Folded, found: &mut Vec<Found>) {
        let before = found.len();
        for &start in folded.starts() {
            self.at(folded.bytes(), start as usize, found);
        }
        found[before..].sort_unstable();
    }
}

/// The items of a list from one place up to another.
#[inline(always)]
fn part<T>(list: &[T], [from, to]: [u32; 2]) -> &[T] {
    &list[from as usize..to as usize]
}

/// Four bytes, and the last five bits of the next.
const MIDDLE: u64 = 0x1f_ffff_ffff;

/// Turns away most places at which no text begins.
struct Gate {
    /// A bit for the hash of each text's first four bytes and the last five bits of the next, whatever that may be.
    five: Bits,
    /// The same of those of fewer than eight bytes, and one for the hash of the first eight bytes of the others.
    middle: Bits,
    long: Bits,
    /// A bit for the first two bytes of each text that is shorter than that.
    short: Bits,
}

/// Bytes by which texts are told apart at first.
const KEY: usize = 4;

/// The bit of a byte in [`Root::next`].
#[inline(always)]
fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

/// A hash of 16 bits, which finds a root.
#[inline(always)]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1) >> 16
}

impl Gate {
    fn new(texts: &[&[u8]]) -> Self {
        let mut gate = Self { five: Bits::new(), middle: Bits::new(), long: Bits::new(), short: Bits::new() };
        for &text in texts {
            let key = key(text);
            match text.len() {
                1 => (0..=255).for_each(|second| gate.short.set(key as usize | second << 8)),
                2 | 3 => gate.short.set(key as usize & 0xffff),
                KEY => (0..32).for_each(|next| gate.add_middle(u64::from(key) | next << 32)),
                5..8 => gate.add_middle(eight::eight(text, 0)),
                _ => {
                    let eight = eight::eight(text, 0);
                    gate.five.set(hash_eight(eight & MIDDLE));
                    gate.long.set(hash_eight(eight));
                }
            }
        }
        gate
    }

    fn add_middle(&mut self, eight: u64) {
        let hash = hash_eight(eight & MIDDLE);
        self.five.set(hash);
        self.middle.set(hash);
    }

    /// Whether there may be a text of four bytes or more that begins with these.
    #[inline(always)]
    fn knows(&self, eight: u64) -> bool {
        let five = hash_eight(eight & MIDDLE);
        self.five.has(five) && (self.middle.has(five) || self.long.has(hash_eight(eight)))
    }

    #[inline(always)]
    fn knows_short(&self, key: u32) -> bool {
        self.short.has(key as usize & 0xffff)
    }
}

/// A set of numbers of 16 bits: 8 kB, which stay in the cache.
struct Bits(Vec<u64>);

impl Bits {
    fn new() -> Self {
        Self(vec![0; 1 << (16 - 6)])
    }

    fn set(&mut self, number: usize) {
        self.0[number >> 6] |= 1 << (number & 63);
    }

    #[inline(always)]
    fn has(&self, number: usize) -> bool {
        self.0[number >> 6] >> (number & 63) & 1 != 0
    }
}

/// A hash of 16 bits.
#[inline(always)]
fn hash_eight(eight: u64) -> usize {
    (eight.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

/// The first four bytes; zeros, which no folded text has, where there are fewer.
#[inline(always)]
fn key(bytes: &[u8]) -> u32 {
    eight::eight(bytes, 0) as u32
}
