//! Letter n-grams and how often each language has them: a naive Bayes classifier for one script.
//!
//! # The file
//! The first line names the script's languages, each with a colon and its four floors: the logarithm of the
//! probability of an n-gram of one, two, three, four characters that the language was not seen to have. Every other line is an n-gram of one to four characters (`_` for the
//! border of a word; shorter ones first), a tab, and pairs of printable characters: the language's place in the first line, counted from
//! `0` in the order of ASCII, and how much more than the floor the n-gram is probable, likewise counted from `0` in
//! quarters of a nat.

use tamiz_core::LanguageCode;

/// The longest n-gram, in characters.
pub(crate) const ORDER: usize = 4;
/// Languages of one script, at most.
pub(crate) const WIDTH: usize = 64;
/// How many letters are looked up at once.
const BLOCK: usize = 32;
/// Steps of the file's weights in a nat.
const STEPS: f64 = 4.0;
/// Steps of what [`Model::glance`] says, in a nat: the mean of three orders.
pub(crate) const GLANCE_STEPS: i16 = 12;
/// At how many places [`Model::glance`] looks at once.
pub(crate) const AT_ONCE: usize = 8;

/// The table of one script.
pub(crate) struct Model {
    /// The languages, in the file's order.
    pub(crate) languages: Vec<LanguageCode>,
    floors: Vec<[f64; ORDER]>,
    /// Open addressing: the high half of an n-gram's hash and its row. A slot with row 0 is free. Four bytes a slot, so
    /// that the slots of most n-grams stay in the second cache.
    slots: Vec<(u16, u16)>,
    /// The same for n-grams of three characters at most, for [`Model::glance`]: few enough for the caches.
    short: Vec<(u16, u16)>,
    /// The first row is that of no n-gram, worth nothing in any language.
    rows: Vec<Row>,
}

/// What an n-gram and all shorter ones that it ends with are worth in each language. One cache line, so that a
/// letter of the text costs one visit to memory and a few vector additions.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Row([u8; WIDTH]);

impl Model {
    /// Reads a model's file. Lines that are not as described are passed over: a test reads every embedded file.
    pub(crate) fn parse(text: &str) -> Model {
        let (head, grams) = text.split_once('\n').unwrap_or((text, ""));
        let (languages, floors) = head
            .split_whitespace()
            .filter_map(|entry| {
                let (code, floors) = entry.split_once(':')?;
                let mut floors = floors.split(',').map_while(|floor| floor.parse::<f64>().ok());
                let floors = [floors.next()?, floors.next()?, floors.next()?, floors.next()?];
                Some((LanguageCode::parse(code)?, floors))
            })
            .take(WIDTH)
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let count = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let slots = vec![(0, 0); (count * 2).next_power_of_two()];
        // A third of the n-grams are so short.
        let short = vec![(0, 0); count.next_power_of_two()];
        let mut rows = Vec::with_capacity(count + 1);
        rows.push(Row([0; WIDTH]));
        let mut model = Model { languages, floors, slots, short, rows };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', grams.as_bytes()).take(usize::from(u16::MAX)) {
            let line = &grams[start..end];
            start = end + 1;
            let Some(tab) = memchr::memchr(b'\t', line.as_bytes()) else { continue };
            let (gram, pairs) = (&line[..tab], &line.as_bytes()[tab + 1..]);
            let mut letters = [' '; ORDER];
            let mut length = 0;
            for (letter, c) in letters.iter_mut().zip(gram.chars()) {
                *letter = if c == '_' { ' ' } else { c };
                length += 1;
            }
            model.insert(&letters[..length], pairs);
        }
        model
    }

    fn insert(&mut self, gram: &[char], pairs: &[u8]) {
        let mut row = match gram {
            [] => return,
            [_] => Row([0; WIDTH]),
            // What an n-gram ends with stands in the file before it.
            [_, rest @ ..] => self.rows[self.find(hash(rest)).unwrap_or(0)],
        };
        for pair in pairs.chunks_exact(2) {
            if let Some(weight) = row.0.get_mut(usize::from(pair[0].wrapping_sub(b'0'))) {
                *weight = weight.saturating_add(pair[1].wrapping_sub(b'0'));
            }
        }
        let Ok(place) = u16::try_from(self.rows.len()) else { return };
        put(&mut self.slots, hash(gram), place);
        if gram.len() < ORDER {
            put(&mut self.short, hash(gram), place);
        }
        self.rows.push(row);
    }

    fn find(&self, hash: u32) -> Option<usize> {
        find(&self.slots, hash)
    }

    /// Adds how much more than the floor some letters are likely in each language, in [`GLANCE_STEPS`] of a nat: by
    /// n-grams of three characters that end at the places named. Cheaper than [`Model::score`], and rougher.
    pub(crate) fn glance(
        &self,
        letters: &[char],
        places: impl Iterator<Item = usize>,
        sums: &mut [i16; WIDTH],
    ) {
        let mut rows = [0usize; AT_ONCE];
        for (row, end) in rows.iter_mut().zip(places) {
            let [a, b, c] = [letters[end - 2], letters[end - 1], letters[end]];
            let one = mix(0, c);
            let two = mix(one, b);
            // No n-gram reaches over a word's border.
            let three = (b != ' ').then(|| find(&self.short, finish(mix(two, a)))).flatten();
            let found = three.or_else(|| find(&self.short, finish(two)));
            *row = found.or_else(|| find(&self.short, finish(one))).unwrap_or(0);
        }
        for row in rows {
            for (sum, &weight) in sums.iter_mut().zip(&self.rows[row].0) {
                *sum += i16::from(weight);
            }
        }
    }

    /// The log-likelihood of the letters in each language, in nats. The four orders tell of the same letters, so it
    /// is their mean.
    pub(crate) fn score(&self, letters: &[char]) -> [f64; WIDTH] {
        let mut sums = [0u32; WIDTH];
        let mut seen = [0u32; ORDER];
        let mut position = 1;
        // The tables are larger than the nearest caches. Looking up a block of places before any answer is needed
        // lets the processor wait for many of them at once: three times as fast as place by place.
        while position < letters.len() {
            let block = BLOCK.min(letters.len() - position);
            let mut found = [[(0u32, 0u16, 0u16); ORDER]; BLOCK];
            for (place, found) in found[..block].iter_mut().enumerate() {
                let end = position + place;
                let mut state = 0;
                // From the last letter to the left, so that each longer n-gram adds one letter to the hash.
                for (length, &c) in letters[..=end].iter().rev().take(ORDER).enumerate() {
                    state = mix(state, c);
                    let hash = finish(state);
                    let (key, row) = self.slots[hash as usize & (self.slots.len() - 1)];
                    found[length] = (hash, key, row);
                    seen[length] += 1;
                    // No n-gram reaches over a word's border, but one may start or end with it.
                    if c == ' ' && length > 0 {
                        break;
                    }
                }
            }
            let mut rows = [0usize; BLOCK];
            for (row, found) in rows.iter_mut().zip(&found[..block]) {
                // The longest n-gram that is known holds the weights of the shorter ones too.
                *row = found.iter().rev().find_map(|&found| self.resolve(found)).unwrap_or(0);
            }
            // A block's sums fit 16 bits, which add up twice as many at a time as 32.
            let mut small = [0u16; WIDTH];
            for &row in &rows[..block] {
                for (sum, &weight) in small.iter_mut().zip(&self.rows[row].0) {
                    *sum += u16::from(weight);
                }
            }
            for (sum, small) in sums.iter_mut().zip(small) {
                *sum += u32::from(small);
            }
            position += block;
        }
        let mut scores = [f64::NEG_INFINITY; WIDTH];
        for ((score, floors), &sum) in scores.iter_mut().zip(&self.floors).zip(&sums) {
            let floor: f64 = floors.iter().zip(seen).map(|(floor, seen)| floor * f64::from(seen)).sum();
            *score = (floor + f64::from(sum) / STEPS) / ORDER as f64;
        }
        scores
    }

    /// The row of a hash, given the first slot that was looked up for it.
    fn resolve(&self, (hash, key, row): (u32, u16, u16)) -> Option<usize> {
        match row {
            0 => None,
            row if key == high(hash) => Some(usize::from(row)),
            _ => self.find(hash),
        }
    }
}

/// Puts a row into the first free slot for its hash.
fn put(slots: &mut [(u16, u16)], hash: u32, row: u16) {
    let mut slot = hash as usize & (slots.len() - 1);
    while slots[slot].1 != 0 {
        slot = (slot + 1) & (slots.len() - 1);
    }
    slots[slot] = (high(hash), row);
}

/// The row of a hash. There is always a free slot that ends the search: no table is full.
fn find(slots: &[(u16, u16)], hash: u32) -> Option<usize> {
    let mut slot = hash as usize & (slots.len() - 1);
    loop {
        match slots[slot] {
            (_, 0) => return None,
            (key, row) if key == high(hash) => return Some(usize::from(row)),
            _ => slot = (slot + 1) & (slots.len() - 1),
        }
    }
}

/// The hash of an n-gram. Two n-grams with one hash would share a row; with 32 bits, few do, and none matters.
fn hash(gram: &[char]) -> u32 {
    finish(gram.iter().rev().fold(0, |state, &c| mix(state, c)))
}

/// The bits of a hash that a slot keeps. The slot's place is in the low ones.
fn high(hash: u32) -> u16 {
    (hash >> 16) as u16
}

fn mix(state: u64, c: char) -> u64 {
    (state.rotate_left(23) ^ u64::from(u32::from(c))).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn finish(state: u64) -> u32 {
    (state >> 32) as u32
}
