//! The search for the texts of many patterns in folded lines.
//!
//! A text is only looked for where one can begin: at the start of a word, and where a pattern that asks for none has
//! its first byte. There, a table of the patterns' first four bytes turns most places away; at those that are left, the
//! few texts with these bytes are compared, first as far as they are all alike, then narrowed down byte by byte.

use tamiz_core::eight;

use crate::notation::{Folding, Glyphs, class};

/// Bytes with which a text begins that may begin in the middle of a word.
pub(crate) struct Begins {
    bytes: [bool; 256],
    /// The letters of ASCII among them: a bit for each.
    letters: u32,
}

/// Those with which any text may begin anywhere.
pub(crate) const EVERYWHERE: Begins = Begins { bytes: [true; 256], letters: (1 << 26) - 1 };

impl Begins {
    pub(crate) fn new(bytes: [bool; 256]) -> Self {
        let letters = (b'a'..=b'z').filter(|letter| bytes[usize::from(*letter)]);
        Self { bytes, letters: letters.fold(0, |bits, letter| bits | 1 << (letter - b'a')) }
    }

    /// The high bit of each of eight bytes that is such a letter, in small letters.
    #[inline(always)]
    fn among(&self, eight: u64) -> u64 {
        let (mut found, mut left) = (0, self.letters);
        while left != 0 {
            found |= eight::equal(eight, b'a' + left.trailing_zeros() as u8);
            left &= left - 1;
        }
        found
    }
}

/// A folded text, where its words are, and where patterns may begin.
#[derive(Default)]
pub(crate) struct Folded {
    /// The text is the first `length` bytes; the rest is room.
    bytes: Vec<u8>,
    length: usize,
    /// Bytes of the text at which the texts of a [`Searcher`] may begin: so many of the first numbers.
    starts: Vec<u32>,
    start_count: usize,
    /// Where the first character of a word stands, if there is one.
    first_word: Option<u32>,
    /// Where the last character of a word ends; 0 if there is none.
    words_end: u32,
}

impl Folded {
    /// Folds the first characters of a text, in place of what was here before.
    pub(crate) fn read(&mut self, glyphs: Glyphs, begins: &Begins, text: &str, most: usize) {
        // A fold is at most three times as long as its text: that of `#` is a sign that no text has. And eight bytes are
        // written at a time.
        let room = 3 * text.len().min(most.saturating_mul(4)) + 8;
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
            self.starts.resize(room, 0);
        }
        let (bytes, starts) = (&mut self.bytes[..room], &mut self.starts[..room]);
        let (mut length, mut start_count, mut words_end) = (0, 0, 0);
        let mut first_word = u32::MAX;
        let mut joined = false;
        let mut folding = Folding::new();
        let source = text.as_bytes();
        let (mut at, mut left) = (0, most);
        while left > 0 && at < source.len() {
            // Most of a text is letters: they leave their fold, and what begins there is where words do.
            let eight = eight::eight(source, at);
            let letters = eight::letters(eight);
            let run = eight::first_bytes(letters).min(left);
            if run > 0 {
                let fold = eight | letters >> 2;
                let mut begin = begins.among(fold) & eight::low_bytes(run);
                if !joined {
                    begin |= 0x80;
                    first_word = first_word.min(length as u32);
                }
                while begin != 0 {
                    starts[start_count] = length as u32 + begin.trailing_zeros() / 8;
                    start_count += 1;
                    begin &= begin - 1;
                }
                bytes[length..][..8].copy_from_slice(&fold.to_le_bytes());
                at += run;
                left -= run;
                length += run;
                words_end = length;
                joined = true;
                folding.last = WITHIN_WORD;
                continue;
            }
            let byte = source[at];
            let begin = length;
            let (is_word, joins);
            if byte < 0x80 && glyphs.ascii[usize::from(byte)].fold != 0 {
                let ascii = glyphs.ascii[usize::from(byte)];
                at += 1;
                left -= 1;
                let fold = char::from(ascii.fold);
                if fold == folding.last && (fold == ' ' || fold == '#') {
                    continue;
                }
                folding.last = fold;
                bytes[length] = ascii.fold;
                length += 1;
                is_word = ascii.is_word;
                joins = is_word;
            } else {
                let Some((_, glyph, width)) = glyphs.at(text, at) else { break };
                at += width;
                left -= 1;
                let Some(fold) = folding.next(glyph) else { continue };
                length += write_fold(fold, &mut bytes[begin..]);
                is_word = glyph.class & class::WORD != 0;
                joins = glyph.class & class::JOINS != 0;
            }
            if (joins && !joined) || begins.bytes[usize::from(bytes[begin])] {
                starts[start_count] = begin as u32;
                start_count += 1;
            }
            joined = joins;
            if is_word {
                words_end = length;
                first_word = first_word.min(begin as u32);
            }
        }
        // A blank at the end is taken off; no text begins with one, so it is no start.
        if length > 0 && bytes[length - 1] == b' ' {
            length -= 1;
        }
        (self.length, self.start_count) = (length, start_count);
        self.first_word = (first_word != u32::MAX).then_some(first_word);
        self.words_end = words_end as u32;
    }

    /// The folded text's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// A part of the text.
    pub(crate) fn part(&self, range: std::ops::Range<usize>) -> &str {
        // Folding writes whole characters, and whoever asks has the places from here.
        std::str::from_utf8(&self.bytes()[range]).unwrap_or_default()
    }

    /// The characters before and after a range.
    pub(crate) fn around(&self, start: usize, end: usize) -> (Option<char>, Option<char>) {
        let before = (1..=4.min(start)).map(|size| start - size).find(|at| self.bytes[*at] & 0xc0 != 0x80);
        let before = before.and_then(|at| self.part(at..start).chars().next_back());
        let size = self.bytes()[end..].iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
        let after = (end < self.length).then(|| self.part(end..end + size).chars().next()).flatten();
        (before, after)
    }

    pub(crate) fn first_word(&self) -> Option<usize> {
        self.first_word.map(|at| at as usize)
    }

    pub(crate) fn words_end(&self) -> usize {
        self.words_end as usize
    }
}

/// Stands for whatever letter a word was folded up to: no blank and no digit, of which runs are one.
const WITHIN_WORD: char = 'x';

/// Writes a character of a fold; returns how many bytes that were. Most are of one or two.
#[inline(always)]
fn write_fold(fold: char, to: &mut [u8]) -> usize {
    let code = fold as u32;
    match (code, &mut *to) {
        (..0x80, [first, ..]) => {
            *first = code as u8;
            1
        }
        (0x80..0x800, [first, second, ..]) => {
            (*first, *second) = (0xc0 | (code >> 6) as u8, 0x80 | (code & 0x3f) as u8);
            2
        }
        _ => fold.encode_utf8(to).len(),
    }
}

/// A text that was found: its end, its start, and its number.
pub(crate) type Found = [u32; 3];

/// The texts of many patterns.
pub(crate) struct Searcher {
    gate: Gate,
    /// Texts of fewer than four bytes, the shortest first.
    short: Vec<Short>,
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
    pub(crate) fn new(texts: &[String]) -> Self {
        // Most texts differ in their first eight bytes, and a number is compared at once.
        let prefix = |text: &[u8]| {
            let mut first = [0; 8];
            first.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
            u64::from_be_bytes(first)
        };
        let mut order: Vec<(u64, &[u8], u32)> =
            texts.iter().map(String::as_bytes).zip(0..).map(|(text, n)| (prefix(text), text, n)).collect();
        order.sort_unstable();
        let mut searcher = Self {
            gate: Gate::new(texts),
            short: Vec::new(),
            roots: Vec::new(),
            nodes: Vec::new(),
            firsts: Vec::new(),
            labels: Vec::new(),
            ends: Vec::new(),
        };
        let mut long = Vec::with_capacity(order.len());
        for (_, text, number) in order {
            if text.len() < KEY {
                searcher.short.push(Short { key: key(text), length: text.len() as u32, number });
            } else {
                long.push((text, number));
            }
        }
        searcher.short.sort_by_key(|short| short.length);
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
        let rest = &text[start..];
        let key = key(rest);
        if self.gate.knows_short(key) {
            for short in self.short.iter().filter(|short| short.begins(key)) {
                found.push([start as u32 + short.length, start as u32, short.number]);
            }
        }
        if self.gate.knows(key) {
            self.narrow(rest, key, start, found);
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
        for &start in &folded.starts[..folded.start_count] {
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

/// Turns away most places at which no text begins.
struct Gate {
    /// A bit for the hash of each text's first four bytes, or of all of a shorter one: 4 kB, which stay in the cache.
    bits: Vec<u64>,
    /// A bit for the first two bytes of each text that is shorter than that.
    short: Vec<u64>,
}

/// Bytes by which texts are told apart at first.
const KEY: usize = 4;

/// The bit of a byte in [`Root::next`].
#[inline(always)]
fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

/// A hash of 15 bits.
#[inline(always)]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1) >> 17
}

impl Gate {
    fn new(texts: &[String]) -> Self {
        let mut gate = Self { bits: vec![0; 1 << (15 - 6)], short: vec![0; 1 << (16 - 6)] };
        for text in texts {
            let key = key(text.as_bytes());
            match text.len() {
                1 => (0..=255).for_each(|second| gate.add_short(key | second << 8)),
                2 | 3 => gate.add_short(key),
                _ => {
                    let hash = hash(key);
                    gate.bits[hash as usize >> 6] |= 1 << (hash & 63);
                }
            }
        }
        gate
    }

    fn add_short(&mut self, key: u32) {
        let two = key & 0xffff;
        self.short[two as usize >> 6] |= 1 << (two & 63);
    }

    #[inline(always)]
    fn knows(&self, key: u32) -> bool {
        let hash = hash(key);
        self.bits[hash as usize >> 6] >> (hash & 63) & 1 != 0
    }

    #[inline(always)]
    fn knows_short(&self, key: u32) -> bool {
        let two = key & 0xffff;
        self.short[two as usize >> 6] >> (two & 63) & 1 != 0
    }
}

/// The first four bytes; zeros, which no folded text has, where there are fewer.
#[inline(always)]
fn key(bytes: &[u8]) -> u32 {
    match bytes.first_chunk::<KEY>() {
        Some(first) => u32::from_le_bytes(*first),
        None => bytes.iter().rev().fold(0, |key, byte| key << 8 | u32::from(*byte)),
    }
}
