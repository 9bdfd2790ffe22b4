//! The search for the texts of many patterns in folded lines.
//!
//! A text is only looked for where one can begin: at the start of a word, and where a pattern that asks for none has
//! its first byte. There, a table of the patterns' first four bytes turns most places away; at those that are left, the
//! few texts with these bytes are compared, first as far as they are all alike, then narrowed down byte by byte.

use crate::notation::{Folding, Glyphs, class};

/// Bytes with which a text begins that may begin in the middle of a word.
pub(crate) type Begins = [bool; 256];

/// Those with which any text may begin anywhere.
pub(crate) const EVERYWHERE: Begins = [true; 256];

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
        // A fold is at most three times as long as its text: that of `#` is a sign that no text has.
        let room = 3 * text.len().min(most.saturating_mul(4)) + 4;
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
            let byte = source[at];
            if byte.is_ascii_alphabetic() {
                // Most of a text is letters that follow others in a word: they leave their fold and begin nothing.
                let fold = byte | 0x20;
                if !joined || begins[usize::from(fold)] {
                    starts[start_count] = length as u32;
                    start_count += 1;
                    first_word = first_word.min(length as u32);
                }
                bytes[length] = fold;
                let end = source.len().min(at.saturating_add(left));
                let mut count = 1;
                for (&byte, to) in source[at + 1..end].iter().zip(&mut bytes[length + 1..]) {
                    let fold = byte | 0x20;
                    if !byte.is_ascii_alphabetic() || begins[usize::from(fold)] {
                        break;
                    }
                    *to = fold;
                    count += 1;
                }
                at += count;
                left -= count;
                length += count;
                words_end = length;
                joined = true;
                folding.last = WITHIN_WORD;
                continue;
            }
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
            if (joins && !joined) || begins[usize::from(bytes[begin])] {
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
    /// All texts in their order, one after the other; where each lies, and its number.
    bytes: Vec<u8>,
    texts: Vec<Place>,
    /// Texts of fewer than four bytes, each with its key and the key's mask, the shortest first.
    short: Vec<(u32, u32, Place)>,
    buckets: Vec<Bucket>,
    /// For hashes of keys, a bucket from 1 or zero: an open table.
    slots: Vec<u16>,
}

#[derive(Clone, Copy)]
struct Place {
    start: u32,
    end: u32,
    number: u32,
}

/// The texts that begin with the same four bytes.
struct Bucket {
    key: u32,
    first: u32,
    end: u32,
    /// So many bytes are the same in all of them.
    common: u32,
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
            bytes: Vec::new(),
            texts: Vec::new(),
            short: Vec::new(),
            buckets: Vec::new(),
            // At most a quarter is taken.
            slots: vec![0; (4 * texts.len()).next_power_of_two().min(1 << 16)],
        };
        for (_, text, number) in order {
            let start = searcher.bytes.len() as u32;
            searcher.bytes.extend_from_slice(text);
            let place = Place { start, end: searcher.bytes.len() as u32, number };
            if text.len() < KEY {
                searcher.short.push((key(text), (1 << (8 * text.len())) - 1, place));
            } else {
                searcher.push(text, place);
            }
        }
        searcher.short.sort_by_key(|(_, mask, _)| *mask);
        searcher
    }

    /// Adds the next text in order to its bucket.
    fn push(&mut self, text: &[u8], place: Place) {
        let (key, at) = (key(text), self.texts.len() as u32);
        self.texts.push(place);
        if let Some(bucket) = self.buckets.last_mut()
            && bucket.key == key
        {
            let first = &self.bytes[self.texts[bucket.first as usize].start as usize..];
            let alike = first.iter().zip(text).take_while(|(a, b)| a == b).count();
            bucket.end = at + 1;
            bucket.common = bucket.common.min(alike as u32);
            return;
        }
        self.buckets.push(Bucket { key, first: at, end: at + 1, common: text.len() as u32 });
        let mut slot = hash(key) as usize % self.slots.len();
        while self.slots[slot] != 0 {
            slot = (slot + 1) % self.slots.len();
        }
        self.slots[slot] = self.buckets.len() as u16;
    }

    /// Adds every text that stands at that byte, by its end.
    #[inline(always)]
    pub(crate) fn at(&self, text: &[u8], start: usize, found: &mut Vec<Found>) {
        let rest = &text[start..];
        let key = key(rest);
        if self.gate.short[key as usize & 255] && self.gate.knows_short(key) {
            for (short, mask, place) in &self.short {
                if key & mask == *short {
                    found.push([start as u32 + place.end - place.start, start as u32, place.number]);
                }
            }
        }
        if self.gate.knows(key) {
            self.narrow(rest, key, start, found);
        }
    }

    fn bucket(&self, key: u32) -> Option<&Bucket> {
        let mut slot = hash(key) as usize % self.slots.len();
        loop {
            let bucket = self.buckets.get(usize::from(self.slots[slot]).checked_sub(1)?)?;
            if bucket.key == key {
                return Some(bucket);
            }
            slot = (slot + 1) % self.slots.len();
        }
    }

    #[inline(never)]
    fn narrow(&self, rest: &[u8], key: u32, start: usize, found: &mut Vec<Found>) {
        let Some(bucket) = self.bucket(key) else { return };
        let mut texts = &self.texts[bucket.first as usize..bucket.end as usize];
        let mut length = bucket.common as usize;
        let from = texts[0].start as usize;
        // The key has been compared.
        let common = &self.bytes[from + KEY..from + length];
        if !rest.get(KEY..length).is_some_and(|rest| rest.iter().zip(common).all(|(a, b)| a == b)) {
            return;
        }
        loop {
            // Texts that end here stand before all longer ones.
            while let [text, longer @ ..] = texts
                && (text.end - text.start) as usize == length
            {
                found.push([(start + length) as u32, start as u32, text.number]);
                texts = longer;
            }
            let Some(&next) = rest.get(length) else { return };
            if texts.is_empty() {
                return;
            }
            let byte = |text: &Place| self.bytes[text.start as usize + length];
            let from = texts.partition_point(|text| byte(text) < next);
            texts = &texts[from..];
            texts = &texts[..texts.partition_point(|text| byte(text) == next)];
            length += 1;
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

/// Turns away most places at which no text begins.
struct Gate {
    /// A bit for the hash of each text's first four bytes, or of all of a shorter one: 4 kB, which stay in the cache.
    bits: Vec<u64>,
    /// First bytes of texts shorter than that.
    short: Begins,
}

/// Bytes by which texts are told apart at first.
const KEY: usize = 4;

/// A hash of 15 bits.
#[inline(always)]
fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1) >> 17
}

impl Gate {
    fn new(texts: &[String]) -> Self {
        let mut gate = Self { bits: vec![0; 1 << (15 - 6)], short: [false; 256] };
        for text in texts {
            let hash = hash(key(text.as_bytes()));
            gate.bits[hash as usize >> 6] |= 1 << (hash & 63);
            gate.short[text.as_bytes()[0] as usize] |= text.len() < KEY;
        }
        gate
    }

    #[inline(always)]
    fn knows(&self, key: u32) -> bool {
        let hash = hash(key);
        self.bits[hash as usize >> 6] >> (hash & 63) & 1 != 0
    }

    #[inline(always)]
    fn knows_short(&self, key: u32) -> bool {
        self.knows(key & 0xff) | self.knows(key & 0xffff) | self.knows(key & 0xff_ffff)
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
