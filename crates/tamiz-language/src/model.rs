//! Letter n-grams and how often each language has them: a naive Bayes classifier for one script.
//!
//! # The file
//! The first line names the script's languages, each with a colon and its four floors: the logarithm of the
//! probability of an n-gram of one, two, three, four characters that the language was not seen to have. Every other line is an n-gram of one to four characters (`_` for the
//! border of a word), a tab, and pairs of printable characters: the language's place in the first line, counted from
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

/// The table of one script.
pub(crate) struct Model {
    /// The languages, in the file's order.
    pub(crate) languages: Vec<LanguageCode>,
    floors: Vec<[f64; ORDER]>,
    /// Open addressing: an n-gram's hash and its row. A slot with row 0 is free.
    slots: Vec<(u32, u32)>,
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
        let mut lines = text.lines();
        let (languages, floors) = lines
            .next()
            .unwrap_or("")
            .split_whitespace()
            .filter_map(|entry| {
                let (code, floors) = entry.split_once(':')?;
                let mut floors = floors.split(',').map_while(|floor| floor.parse::<f64>().ok());
                let floors = [floors.next()?, floors.next()?, floors.next()?, floors.next()?];
                Some((LanguageCode::parse(code)?, floors))
            })
            .take(WIDTH)
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let mut grams: Vec<(Vec<char>, &str)> = lines
            .filter_map(|line| line.split_once('\t'))
            .map(|(gram, pairs)| (gram.chars().map(|c| if c == '_' { ' ' } else { c }).collect(), pairs))
            .collect();
        // What an n-gram ends with has to be in the table before it.
        grams.sort_by_key(|(gram, _)| gram.len());
        let slots = vec![(0, 0); (grams.len() * 2).next_power_of_two()];
        let mut model = Model { languages, floors, slots, rows: vec![Row([0; WIDTH])] };
        for (gram, pairs) in &grams {
            model.insert(gram, pairs.as_bytes());
        }
        model
    }

    fn insert(&mut self, gram: &[char], pairs: &[u8]) {
        let mut row = match gram {
            [] => return,
            [_] => Row([0; WIDTH]),
            [_, rest @ ..] => self.rows[self.find(hash(rest)).unwrap_or(0)],
        };
        for pair in pairs.chunks_exact(2) {
            if let Some(weight) = row.0.get_mut(usize::from(pair[0].wrapping_sub(b'0'))) {
                *weight = weight.saturating_add(pair[1].wrapping_sub(b'0'));
            }
        }
        let hash = hash(gram);
        let mut slot = hash as usize & (self.slots.len() - 1);
        while self.slots[slot].1 != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = (hash, self.rows.len() as u32);
        self.rows.push(row);
    }

    fn find(&self, hash: u32) -> Option<usize> {
        let mut slot = hash as usize & (self.slots.len() - 1);
        loop {
            match self.slots[slot] {
                (_, 0) => return None,
                (key, row) if key == hash => return Some(row as usize),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
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
            let mut found = [[(0u32, 0u32, 0u32); ORDER]; BLOCK];
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
    fn resolve(&self, (hash, key, row): (u32, u32, u32)) -> Option<usize> {
        match row {
            0 => None,
            row if key == hash => Some(row as usize),
            _ => self.find(hash),
        }
    }
}

/// The hash of an n-gram. Two n-grams with one hash would share a row; with 32 bits, few do, and none matters.
fn hash(gram: &[char]) -> u32 {
    finish(gram.iter().rev().fold(0, |state, &c| mix(state, c)))
}

fn mix(state: u64, c: char) -> u64 {
    (state.rotate_left(23) ^ u64::from(u32::from(c))).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn finish(state: u64) -> u32 {
    (state >> 32) as u32
}
