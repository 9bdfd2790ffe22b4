//! The network: what it is made of, and its forward pass without allocation.
//!
//! A dense layer takes a line's inputs to [`CHANNELS`] channels. Five residual blocks follow, each a depthwise
//! convolution over three lines (1, 2, 4, 8, 16 apart) and a pointwise layer, so that the last sees 63 lines. Before
//! the third, a first guess is made for every line, and the block is told what the whole page looks like by that
//! guess: the mean line, the mean of the content, and how much content lies before and after.
//!
//! The matrices are multiplied in whole numbers (`integer`). What is left in floats adds in a fixed order and uses no
//! fused multiplication, so that every machine gives the same bits.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::features::{FEATURES, Features, Grams};
use super::hints::{COUNTS_FLAG, EXTRA, HINTS_FLAG};
use super::inputs::{InputLayer, Inputs, MOST_INPUTS, known};
use super::integer::{Plain, Unit};
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

/// Lines that are worked on together, so that each row of a matrix is loaded once for them, and none waits for another:
/// as many as have room for their sums in the registers, which is [`Unit::has_room`] for more or not.
const TOGETHER: usize = 2;
const MORE_TOGETHER: usize = 4;

/// A line's channels.
pub(crate) type Row = [f32; CHANNELS];

const NOTHING: Row = [0.0; CHANNELS];

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
pub(crate) struct Pass {
    hidden: Vec<Row>,
    next: Vec<Row>,
    /// The first guess of every line, the content before each, and what all are told of it.
    guess: Vec<f32>,
    before: Vec<f32>,
    /// Logarithms of the content before and after each.
    log_before: Vec<f32>,
    log_after: Vec<f32>,
    shared: Row,
    output: Vec<f32>,
}

impl Default for Pass {
    fn default() -> Self {
        let (hidden, next, guess, before, log_before, log_after, output) = Default::default();
        Self { hidden, next, guess, before, log_before, log_after, shared: NOTHING, output }
    }
}

impl Pass {
    /// Each line's probability of being content.
    pub(crate) fn probabilities(&self) -> &[f32] {
        &self.output
    }

    /// Labels a page.
    pub(crate) fn run(&mut self, weights: &Weights, features: &Features, extra: &[[f32; EXTRA]]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(unit) = pulp::x86::V4::try_new() {
            return unit.vectorize(Run { pass: self, unit, weights, features, extra });
        } else if let Some(unit) = pulp::x86::V3::try_new() {
            return unit.vectorize(Run { pass: self, unit, weights, features, extra });
        }
        self.run_on(Plain, weights, features, extra);
    }

    #[inline(always)]
    fn run_on(&mut self, unit: impl Unit, weights: &Weights, features: &Features, extra: &[[f32; EXTRA]]) {
        let flat = &weights.parameters[..];
        self.first_layer(unit, weights, features, extra);
        for number in 0..DILATIONS.len() {
            if number == GUESS_BLOCK {
                self.guess(flat, features);
            }
            // Every line is written, so what the memory held before is nobody's concern.
            self.next.resize(self.hidden.len(), NOTHING);
            let mut line = 0;
            if unit.has_room() {
                line = self.blocks::<MORE_TOGETHER>(unit, weights, number, line);
            }
            line = self.blocks::<TOGETHER>(unit, weights, number, line);
            self.blocks::<1>(unit, weights, number, line);
            std::mem::swap(&mut self.hidden, &mut self.next);
        }
        let out: &Row = &rows(&flat[Layout::OUT..])[0];
        let bias = flat[Layout::SCALARS + 1];
        // No closures here: what is not inlined is not compiled for the vector unit.
        self.output.resize(self.hidden.len(), 0.0);
        for (output, h) in self.output.iter_mut().zip(&self.hidden) {
            *output = dot(h, out) + bias;
        }
        // In a loop of its own, several are computed at once.
        for output in &mut self.output {
            *output = sigmoid(*output);
        }
    }

    /// The lines' features and what is known of them beside, each as far from its mean as such values are.
    #[inline(always)]
    fn first_layer(
        &mut self,
        unit: impl Unit,
        weights: &Weights,
        features: &Features,
        extra: &[[f32; EXTRA]],
    ) {
        let w0 = rows(&weights.parameters[Layout::W0..Layout::B0]);
        let bias = &rows(&weights.parameters[Layout::B0..])[0];
        let Inputs { features: layer, extra: extra_layer, .. } = &weights.inputs;
        self.hidden.resize(features.rows().len(), NOTHING);
        let (mut rows, mut sums) = (features.rows(), &mut self.hidden[..]);
        if unit.has_room() {
            (rows, sums) = all_first_sums::<MORE_TOGETHER>(unit, layer, rows, bias, sums);
        }
        (rows, sums) = all_first_sums::<TOGETHER>(unit, layer, rows, bias, sums);
        all_first_sums::<1>(unit, layer, rows, bias, sums);
        for (line, (sum, grams)) in self.hidden.iter_mut().zip(features.grams()).enumerate() {
            if let Some(extra) = extra.get(line)
                && (extra[HINTS_FLAG] != 0.0 || extra[COUNTS_FLAG] != 0.0)
            {
                let before = *sum;
                first_sums(unit, extra_layer, &[known(extra)], &before, std::array::from_mut(sum));
            }
            if grams[0] != 0 {
                let sums = gram_sums(weights, grams);
                for (i, &value) in sums.as_flattened().iter().enumerate() {
                    if value != 0.0 {
                        add_scaled(sum, value, &w0[GRAM_INPUTS + i]);
                    }
                }
            }
            for i in 0..CHANNELS {
                sum[i] = sum[i].max(0.0);
            }
        }
    }

    /// As many lines as there are groups of, from one on, through a block; returns the first that is left.
    #[inline(always)]
    fn blocks<const N: usize>(
        &mut self,
        unit: impl Unit,
        weights: &Weights,
        number: usize,
        from: usize,
    ) -> usize {
        let mut line = from;
        while line + N <= self.hidden.len() {
            self.block::<N>(unit, weights, number, line);
            line += N;
        }
        line
    }

    /// Some lines through a block, from `hidden` into `next`.
    #[inline(always)]
    fn block<const N: usize>(&mut self, unit: impl Unit, weights: &Weights, number: usize, line: usize) {
        let block = &weights.parameters[Layout::block(number)];
        let taps = rows(&block[Layout::TAPS..Layout::MATRIX]);
        let bias = &rows(&block[Layout::BIAS..])[0];
        let matrix = &weights.blocks[number];
        let reach = DILATIONS[number];
        let (mut inputs, mut scales) = ([[0; CHANNELS]; N], [0.0; N]);
        for i in 0..N {
            (inputs[i], scales[i]) = unit.fill_range(&mix_line(&self.hidden, taps, reach, line + i));
        }
        let sums = unit.multiply::<false, _, _>(&inputs, matrix);
        let units = matrix.units();
        for i in 0..N {
            let scale = scales[i];
            let mut sum = NOTHING;
            for channel in 0..CHANNELS {
                sum[channel] = bias[channel] + sums[i][channel] as f32 * units[channel] * scale;
            }
            if number == GUESS_BLOCK {
                self.tell_guess(&weights.parameters, line + i, &mut sum);
            }
            let (from, to) = (&self.hidden[line + i], &mut self.next[line + i]);
            for channel in 0..CHANNELS {
                to[channel] = from[channel] + sum[channel].max(0.0);
            }
        }
    }

    /// Makes the first guess.
    #[inline(always)]
    fn guess(&mut self, flat: &[f32], features: &Features) {
        let vector: &Row = &rows(&flat[Layout::GUESS..])[0];
        let bias = flat[Layout::SCALARS];
        let (mut all, mut content) = (NOTHING, NOTHING);
        let mut mass = 0.0f32;
        self.before.clear();
        self.guess.resize(self.hidden.len(), 0.0);
        for (guess, h) in self.guess.iter_mut().zip(&self.hidden) {
            *guess = dot(h, vector) + bias;
        }
        for guess in &mut self.guess {
            *guess = sigmoid(*guess);
        }
        for ((h, &tokens), q) in self.hidden.iter().zip(features.tokens()).zip(&self.guess) {
            let tokens = q * (tokens as f32).min(GUESS_TOKENS);
            self.before.push(mass);
            mass += tokens;
            add_scaled(&mut all, 1.0, h);
            add_scaled(&mut content, tokens, h);
        }
        self.before.push(mass);
        self.log_before.resize(self.hidden.len(), 0.0);
        for (log, before) in self.log_before.iter_mut().zip(&self.before) {
            *log = guess_log(*before);
        }
        self.log_after.resize(self.hidden.len(), 0.0);
        for (log, before) in self.log_after.iter_mut().zip(&self.before[1..]) {
            *log = guess_log((mass - before).max(0.0));
        }
        self.shared = pooled(flat, &all, &content, self.hidden.len(), mass);
    }

    /// Adds what follows from the first guess to the sums of a line.
    #[inline(always)]
    fn tell_guess(&self, flat: &[f32], line: usize, sum: &mut Row) {
        let facts = rows(&flat[Layout::FACTS..Layout::OUT]);
        let mass = self.before[self.hidden.len()];
        add_scaled(sum, 1.0, &self.shared);
        let after = (mass - self.before[line + 1]).max(0.0);
        let logs = [self.log_before[line], self.log_after[line], guess_log(mass)];
        let told = guess_facts(self.guess[line], self.before[line], after, mass, logs);
        for (value, row) in told.iter().zip(facts) {
            add_scaled(sum, *value, row);
        }
    }
}

/// A run on a vector unit. It is no closure: what calls a closure once is not always inlined, and what is not inlined is
/// not compiled for the vector unit.
#[cfg(target_arch = "x86_64")]
struct Run<'r, U> {
    pass: &'r mut Pass,
    unit: U,
    weights: &'r Weights,
    features: &'r Features,
    extra: &'r [[f32; EXTRA]],
}

#[cfg(target_arch = "x86_64")]
impl<U: Unit> pulp::NullaryFnOnce for Run<'_, U> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.pass.run_on(self.unit, self.weights, self.features, self.extra);
    }
}

/// Computes a part of the first layer for as many lines as there are groups of; returns those that are left.
#[inline(always)]
fn all_first_sums<'l, const N: usize>(
    unit: impl Unit,
    layer: &InputLayer,
    lines: &'l [[f32; FEATURES]],
    bias: &Row,
    sums: &'l mut [Row],
) -> (&'l [[f32; FEATURES]], &'l mut [Row]) {
    let (lines, lines_left) = lines.as_chunks::<N>();
    let (sums, sums_left) = sums.as_chunks_mut::<N>();
    for (lines, sums) in lines.iter().zip(sums) {
        first_sums(unit, layer, lines, bias, sums);
    }
    (lines_left, sums_left)
}

/// Adds a part of the first layer to the sums of some lines.
#[inline(always)]
fn first_sums<const K: usize, const N: usize>(
    unit: impl Unit,
    layer: &InputLayer,
    lines: &[[f32; K]; N],
    before: &Row,
    sums: &mut [Row; N],
) {
    let mut inputs = [[0; MOST_INPUTS]; N];
    for i in 0..N {
        inputs[i] = layer.beside_zero(layer.standardise(unit, &lines[i]));
    }
    let found = unit.multiply::<true, _, _>(&inputs, &layer.matrix);
    let units = layer.matrix.units();
    for i in 0..N {
        for channel in 0..CHANNELS {
            let sum = layer.zero_sums[channel].wrapping_add(found[i][channel]);
            sums[i][channel] = before[channel] + sum as f32 * units[channel];
        }
    }
}

/// The depthwise convolution: every channel of a line, and of the lines before and after at that distance, by its tap.
#[inline(always)]
pub(crate) fn mix_line(hidden: &[Row], taps: &[Row], reach: usize, line: usize) -> Row {
    let mut z = NOTHING;
    add_product(&mut z, &hidden[line], &taps[1]);
    if line >= reach {
        add_product(&mut z, &hidden[line - reach], &taps[0]);
    }
    if let Some(after) = hidden.get(line + reach) {
        add_product(&mut z, after, &taps[2]);
    }
    z
}

/// The same for every line.
#[cfg(feature = "train")]
#[inline(always)]
pub(crate) fn mix_lines(mixed: &mut Vec<Row>, hidden: &[Row], taps: &[Row], reach: usize) {
    mixed.clear();
    mixed.extend((0..hidden.len()).map(|line| mix_line(hidden, taps, reach, line)));
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

/// What a line is told about the guess; the logarithms are of the content before, after and in all.
#[inline(always)]
pub(crate) fn guess_facts(q: f32, before: f32, after: f32, mass: f32, logs: [f32; 3]) -> [f32; GUESS_FACTS] {
    let share = 1.0 / (mass + 1.0);
    [before * share, after * share, logs[0], logs[1], logs[2], q]
}

/// The logarithm of some content, as lines are told it.
#[inline(always)]
pub(crate) fn guess_log(content: f32) -> f32 {
    ln_1p(content) / 6.0
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
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    for eight in 0..CHANNELS / 8 {
        for i in 0..8 {
            partial[i] += a[eight][i] * b[eight][i];
        }
    }
    let [a, b, c, d, e, f, g, h] = partial;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}
