//! The first layer as it is run: features, and what is known of a line beside its text, brought to one range.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::features::FEATURES;
use super::hints::{COUNTS_FLAG, EXTRA, HINTS_FLAG};
use super::integer::{LARGEST_INPUT, Matrix, Plain, Sums, Unit};
use super::net::{CHANNELS, Row};
use super::weights::LIMIT;

/// The most inputs that a part of the layer has, in full vectors.
pub(super) const MOST_INPUTS: usize = (if FEATURES > EXTRA { FEATURES } else { EXTRA }).next_multiple_of(16);

/// The two parts of the first layer that are in whole numbers.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) features: InputLayer,
    pub(super) extra: InputLayer,
}

impl Inputs {
    /// Rounds the layer.
    pub(super) fn new(mean: &[f32], inverse: &[f32], w0: &[Row]) -> Self {
        let part =
            |from: usize, to: usize| InputLayer::new(&mean[from..to], &inverse[from..to], &w0[from..to]);
        Self { features: part(0, FEATURES), extra: part(FEATURES, FEATURES + EXTRA) }
    }
}

/// One part of the layer.
///
/// Many features are flags that are not set, or counts of nothing. So what a line of nothing but zeros adds up to is
/// computed once, and a line only multiplies what its inputs are more or less than that: in whole numbers, that makes no
/// other sum.
pub(super) struct InputLayer {
    mean: [f32; MOST_INPUTS],
    inverse: [f32; MOST_INPUTS],
    pub(super) matrix: Matrix,
    /// The inputs of a line of zeros.
    zero: [i16; MOST_INPUTS],
    pub(super) zero_sums: Sums,
}

impl Default for InputLayer {
    fn default() -> Self {
        Self {
            mean: [0.0; MOST_INPUTS],
            inverse: [0.0; MOST_INPUTS],
            matrix: Matrix::default(),
            zero: [0; MOST_INPUTS],
            zero_sums: [0; CHANNELS],
        }
    }
}

impl InputLayer {
    fn new(mean: &[f32], inverse: &[f32], w0: &[Row]) -> Self {
        let mut layer = Self { matrix: Matrix::new(w0), ..Self::default() };
        layer.mean[..mean.len()].copy_from_slice(mean);
        layer.inverse[..inverse.len()].copy_from_slice(inverse);
        // All inputs have one unit, of which the sums are told.
        layer.matrix.unit.iter_mut().for_each(|unit| *unit *= LIMIT / LARGEST_INPUT);
        layer.zero = layer.standardise(Plain, &[0.0; MOST_INPUTS]);
        [layer.zero_sums] = Plain.multiply::<false, _, _>(&[layer.zero], &layer.matrix);
        layer
    }

    /// How much more each input is than that of a line of zeros. Inputs are small enough for that to fit.
    #[inline(always)]
    pub(super) fn beside_zero(&self, mut inputs: [i16; MOST_INPUTS]) -> [i16; MOST_INPUTS] {
        for i in 0..MOST_INPUTS {
            inputs[i] = inputs[i].wrapping_sub(self.zero[i]);
        }
        inputs
    }

    /// Each value less its mean, over its deviation, within the limit; in whole numbers. One that is no number is not
    /// known, and adds nothing.
    #[inline(always)]
    pub(super) fn standardise<const K: usize>(&self, unit: impl Unit, line: &[f32; K]) -> [i16; MOST_INPUTS] {
        let mut values = [0.0f32; MOST_INPUTS];
        values[..K].copy_from_slice(line);
        for i in 0..MOST_INPUTS {
            let value = (values[i] - self.mean[i]) * self.inverse[i];
            let value = if value > LIMIT { LIMIT } else { value };
            let value = if value < -LIMIT { -LIMIT } else { value };
            values[i] = if value.is_nan() { 0.0 } else { value };
        }
        unit.round(&values, LARGEST_INPUT / LIMIT)
    }
}

/// What is known of a line beside its text; the rest is no number.
#[inline(always)]
pub(super) fn known(extra: &[f32; EXTRA]) -> [f32; EXTRA] {
    let mut known = *extra;
    for (from, to) in [(HINTS_FLAG, COUNTS_FLAG), (COUNTS_FLAG, EXTRA)] {
        if extra[from] == 0.0 {
            known[from..to].fill(f32::NAN);
        }
    }
    known
}
