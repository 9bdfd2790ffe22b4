//! The network: what it is made of, and its forward pass without allocation.
//!
//! A dense layer takes a line's inputs to [`CHANNELS`] channels. Five residual blocks follow, each a depthwise
//! convolution over three lines (1, 2, 4, 8, 16 apart) and a pointwise layer, so that the last sees 63 lines. Before
//! the third, a first guess is made for every line, and the block is told what the whole page looks like by that
//! guess: the mean line, the mean of the content, and how much content lies before and after.
//!
//! All loops add in a fixed order and use no fused multiplication, so that every machine gives the same bits.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::features::{FEATURES, Features, Grams};
use super::hints::{COUNTS_FLAG, EXTRA, HINTS_FLAG};
use super::kernel;
use super::math::{ln_1p, sigmoid};
use super::weights::Weights;

/// Channels of the hidden layers.
pub(crate) const CHANNELS: usize = 48;
/// Numbers that stand for an n-gram.
pub(crate) const GRAM_WIDTH: usize = 4;
/// Sums of n-grams that a line is given: of its beginning, its end and its whole.
pub(crate) const GRAM_SUMS: usize = 3;
/// Inputs of the first layer: features, extra features, sums of n-grams.
pub(crate) const INPUTS: usize = GRAM_INPUTS + GRAM_SUMS * GRAM_WIDTH;
/// The input at which the sums of n-grams begin.
pub(crate) const GRAM_INPUTS: usize = FEATURES + EXTRA;
/// Lines between the taps of each block's convolution.
pub(crate) const DILATIONS: [usize; 5] = [1, 2, 4, 8, 16];
/// The block that is told the first guess.
pub(crate) const GUESS_BLOCK: usize = 2;
/// What a line is told about the guess: content before and after it, as shares and as logarithms, all, and its own.
pub(crate) const GUESS_FACTS: usize = 6;
/// Tokens beyond this many do not count more in the guess: one endless line should not be a page.
pub(crate) const GUESS_TOKENS: f32 = 150.0;

/// A line's channels.
pub(crate) type Row = [f32; CHANNELS];

/// Where each group of parameters lies in the flat array that is trained and stored.
pub(crate) struct Layout;

impl Layout {
    pub(crate) const W0: usize = 0;
    pub(crate) const B0: usize = Self::W0 + INPUTS * CHANNELS;
    pub(crate) const BLOCKS: usize = Self::B0 + CHANNELS;
    /// A block: three taps, the pointwise matrix, its bias.
    pub(crate) const TAPS: usize = 0;
    pub(crate) const MATRIX: usize = 3 * CHANNELS;
    pub(crate) const BIAS: usize = Self::MATRIX + CHANNELS * CHANNELS;
    pub(crate) const BLOCK: usize = Self::BIAS + CHANNELS;
    pub(crate) const GUESS: usize = Self::BLOCKS + DILATIONS.len() * Self::BLOCK;
    pub(crate) const POOL: usize = Self::GUESS + CHANNELS;
    pub(crate) const FACTS: usize = Self::POOL + 2 * CHANNELS * CHANNELS;
    pub(crate) const OUT: usize = Self::FACTS + GUESS_FACTS * CHANNELS;
    /// The biases of the guess and of the output.
    pub(crate) const SCALARS: usize = Self::OUT + CHANNELS;
    /// The n-grams' vectors, as many as the vocabulary has.
    pub(crate) const GRAMS: usize = Self::SCALARS + 2;

    /// The parameters of one block.
    pub(crate) fn block(number: usize) -> std::ops::Range<usize> {
        Self::BLOCKS + number * Self::BLOCK..Self::BLOCKS + (number + 1) * Self::BLOCK
    }
}

/// Rows of [`CHANNELS`] numbers.
pub(crate) fn rows(flat: &[f32]) -> &[Row] {
    flat.as_chunks().0
}

/// The buffers of a forward pass, and its result.
#[derive(Default)]
pub(crate) struct Pass {
    hidden: Vec<Row>,
    mixed: Vec<Row>,
    next: Vec<Row>,
    guess: Vec<f32>,
    before: Vec<f32>,
    output: Vec<f32>,
}

impl Pass {
    /// Each line's probability of being content.
    pub(crate) fn probabilities(&self) -> &[f32] {
        &self.output
    }

    /// Labels a page.
    pub(crate) fn run(&mut self, weights: &Weights, features: &Features, extra: &[[f32; EXTRA]]) {
        kernel::dispatch(
            #[inline(always)]
            || self.run_here(weights, features, extra),
        );
    }

    #[inline(always)]
    fn run_here(&mut self, weights: &Weights, features: &Features, extra: &[[f32; EXTRA]]) {
        let flat = &weights.parameters[..];
        self.first_layer(weights, features, extra);
        for (number, &reach) in DILATIONS.iter().enumerate() {
            let block = &flat[Layout::block(number)];
            mix_lines(&mut self.mixed, &self.hidden, rows(&block[Layout::TAPS..Layout::MATRIX]), reach);
            let matrix = rows(&block[Layout::MATRIX..Layout::BIAS]);
            kernel::multiply(&mut self.next, &self.mixed, matrix, &rows(&block[Layout::BIAS..])[0]);
            if number == GUESS_BLOCK {
                self.tell_guess(flat, features);
            }
            for (h, sum) in self.hidden.iter_mut().zip(&self.next) {
                for i in 0..CHANNELS {
                    h[i] += sum[i].max(0.0);
                }
            }
        }
        let out: &Row = &rows(&flat[Layout::OUT..])[0];
        let bias = flat[Layout::SCALARS + 1];
        self.output.clear();
        self.output.extend(self.hidden.iter().map(|h| sigmoid(dot(h, out) + bias)));
    }

    /// Most features of most lines are zero, so the layer starts from what an all-zero line gives and adds what differs.
    #[inline(always)]
    fn first_layer(&mut self, weights: &Weights, features: &Features, extra: &[[f32; EXTRA]]) {
        let w0 = rows(&weights.parameters[Layout::W0..Layout::B0]);
        self.hidden.clear();
        for (line, (row, grams)) in features.rows().iter().zip(features.grams()).enumerate() {
            let mut sum = weights.zero_line;
            add_features(weights, row, &mut sum);
            if let Some(extra) = extra.get(line) {
                add_extra(weights, extra, &mut sum);
            }
            if grams[0] != 0 {
                let sums = gram_sums(weights, grams);
                for (i, &value) in sums.as_flattened().iter().enumerate() {
                    if value != 0.0 {
                        add_scaled(&mut sum, value, &w0[GRAM_INPUTS + i]);
                    }
                }
            }
            for i in 0..CHANNELS {
                sum[i] = sum[i].max(0.0);
            }
            self.hidden.push(sum);
        }
    }

    /// Makes the first guess, and adds what follows from it to the sums of every line.
    #[inline(always)]
    fn tell_guess(&mut self, flat: &[f32], features: &Features) {
        let vector: &Row = &rows(&flat[Layout::GUESS..])[0];
        let bias = flat[Layout::SCALARS];
        let (mut all, mut content) = ([0.0; CHANNELS], [0.0; CHANNELS]);
        let mut mass = 0.0f32;
        self.guess.clear();
        self.before.clear();
        for (h, &tokens) in self.hidden.iter().zip(features.tokens()) {
            let q = sigmoid(dot(h, vector) + bias);
            let tokens = q * (tokens as f32).min(GUESS_TOKENS);
            self.guess.push(q);
            self.before.push(mass);
            mass += tokens;
            add_scaled(&mut all, 1.0, h);
            add_scaled(&mut content, tokens, h);
        }
        self.before.push(mass);
        let shared = pooled(flat, &all, &content, self.hidden.len(), mass);
        let facts = rows(&flat[Layout::FACTS..Layout::OUT]);
        for (line, sum) in self.next.iter_mut().enumerate() {
            add_scaled(sum, 1.0, &shared);
            let told = guess_facts(self.guess[line], self.before[line], mass - self.before[line + 1], mass);
            for (value, row) in told.iter().zip(facts) {
                add_scaled(sum, *value, row);
            }
        }
    }
}

/// Adds what the features of a line that are not zero change. They are listed first: which they are is hard to foretell,
/// and the sums then stay in registers.
#[inline(always)]
fn add_features(weights: &Weights, row: &[f32; FEATURES], sum: &mut Row) {
    let w0 = rows(&weights.parameters[Layout::W0..Layout::B0]);
    let mut changes = [(0usize, 0.0f32); FEATURES];
    let mut count = 0;
    for (i, &value) in row.iter().enumerate() {
        changes[count] = (i, weights.standardise(i, value) - weights.zeros[i]);
        count += usize::from(value != 0.0);
    }
    let mut sums = *sum;
    for &(i, change) in &changes[..count] {
        add_scaled(&mut sums, change, &w0[i]);
    }
    *sum = sums;
}

/// Adds what is known of a line beside its text. What is not known adds nothing.
#[inline(always)]
fn add_extra(weights: &Weights, extra: &[f32; EXTRA], sum: &mut Row) {
    let w0 = rows(&weights.parameters[Layout::W0..Layout::B0]);
    for (from, to) in [(HINTS_FLAG, COUNTS_FLAG), (COUNTS_FLAG, EXTRA)] {
        if extra[from] == 0.0 {
            continue;
        }
        for i in from..to {
            add_scaled(sum, weights.standardise(FEATURES + i, extra[i]), &w0[FEATURES + i]);
        }
    }
}

/// The depthwise convolution: every channel of a line, and of the lines before and after at that distance, by its tap.
#[inline(always)]
pub(crate) fn mix_lines(mixed: &mut Vec<Row>, hidden: &[Row], taps: &[Row], reach: usize) {
    mixed.clear();
    for (line, h) in hidden.iter().enumerate() {
        let mut z = [0.0; CHANNELS];
        add_product(&mut z, h, &taps[1]);
        if line >= reach {
            add_product(&mut z, &hidden[line - reach], &taps[0]);
        }
        if let Some(after) = hidden.get(line + reach) {
            add_product(&mut z, after, &taps[2]);
        }
        mixed.push(z);
    }
}

/// What all lines are told alike: the mean line and the mean of the content, each through its matrix.
#[inline(always)]
pub(crate) fn pooled(flat: &[f32], all: &Row, content: &Row, lines: usize, mass: f32) -> Row {
    let pool = rows(&flat[Layout::POOL..Layout::FACTS]);
    let (per_line, per_token) = (1.0 / lines.max(1) as f32, 1.0 / mass.max(1.0));
    let mut shared = [0.0; CHANNELS];
    for i in 0..CHANNELS {
        add_scaled(&mut shared, all[i] * per_line, &pool[i]);
        add_scaled(&mut shared, content[i] * per_token, &pool[CHANNELS + i]);
    }
    shared
}

/// What a line is told about the guess.
#[inline(always)]
pub(crate) fn guess_facts(q: f32, before: f32, after: f32, mass: f32) -> [f32; GUESS_FACTS] {
    let after = after.max(0.0);
    let share = 1.0 / (mass + 1.0);
    [before * share, after * share, ln_1p(before) / 6.0, ln_1p(after) / 6.0, ln_1p(mass) / 6.0, q]
}

/// The sums of the known n-grams' vectors, each over the root of their number.
pub(crate) fn gram_sums(weights: &Weights, grams: &Grams) -> [[f32; GRAM_WIDTH]; GRAM_SUMS] {
    let mut sums = [[0.0; GRAM_WIDTH]; GRAM_SUMS];
    if weights.vocabulary.is_empty() {
        return sums;
    }
    for (sum, grams) in sums.iter_mut().zip([&grams[0..3], &grams[3..5], &grams[5..6]]) {
        let mut known = 0u8;
        for &gram in grams {
            if let Some(vector) = weights.gram(gram) {
                known += 1;
                for (to, from) in sum.iter_mut().zip(vector) {
                    *to += from;
                }
            }
        }
        if known > 1 {
            let scale = 1.0 / f32::from(known).sqrt();
            sum.iter_mut().for_each(|value| *value *= scale);
        }
    }
    sums
}

#[inline(always)]
pub(crate) fn add_scaled(sum: &mut Row, factor: f32, row: &Row) {
    for i in 0..CHANNELS {
        sum[i] += factor * row[i];
    }
}

#[inline(always)]
pub(crate) fn add_product(sum: &mut Row, a: &Row, b: &Row) {
    for i in 0..CHANNELS {
        sum[i] += a[i] * b[i];
    }
}

/// The inner product, in eight partial sums that a vector unit can hold.
#[inline(always)]
pub(crate) fn dot(a: &Row, b: &Row) -> f32 {
    let mut partial = [0.0f32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for i in 0..8 {
            partial[i] += a[i] * b[i];
        }
    }
    let [a, b, c, d, e, f, g, h] = partial;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}
