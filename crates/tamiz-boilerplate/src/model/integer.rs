//! Layers in whole numbers: 16-bit weights and inputs, 32-bit sums.
//!
//! A model's file holds 32-bit floats; its matrices are rounded once, when it is loaded. Every channel's weights, and
//! the inputs of every line, are scaled to fill their range. Sums of whole numbers are the same in any order, so a
//! vector unit may add them as it likes; they cannot overflow, because a channel's weights are scaled so that their
//! magnitudes and the largest input leave room.
//!
//! Half of the instructions of the same layers in floats: one multiplies and adds sixteen pairs.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::net::{CHANNELS, Row};

/// The largest magnitude of an input.
pub(super) const LARGEST_INPUT: f32 = 8191.0;
/// The largest sum of the magnitudes of a channel's weights, so that sums stay within 32 bits; the rest is for rounding.
const LARGEST_SUM: f32 = (i32::MAX / (LARGEST_INPUT as i32)) as f32 - 256.0;

/// Two inputs that stand beside each other, or their weights.
pub(super) type Pair = [i16; 2];
/// The sums of a line.
pub(super) type Sums = [i32; CHANNELS];

/// A matrix in whole numbers.
#[derive(Clone, Default)]
pub(super) struct Matrix {
    /// For each two inputs, their weights for every channel.
    rows: Vec<[Pair; CHANNELS]>,
    /// What one of each channel's sums stands for, if one of the inputs' units stands for 1.
    pub(super) unit: Vec<f32>,
}

impl Matrix {
    /// Rounds a matrix with a row for every input.
    pub(super) fn new(matrix: &[Row]) -> Self {
        let mut rounded = Self { rows: vec![[[0; 2]; CHANNELS]; matrix.len().div_ceil(2)], unit: Vec::new() };
        for channel in 0..CHANNELS {
            let sizes = || matrix.iter().map(|row| row[channel].abs());
            let (sum, largest) = (sizes().sum::<f32>(), sizes().fold(0.0, f32::max));
            let unit = (sum / LARGEST_SUM).max(largest / f32::from(i16::MAX));
            for (input, row) in matrix.iter().enumerate() {
                let weight = if unit > 0.0 { (row[channel] / unit).round() as i16 } else { 0 };
                rounded.rows[input / 2][channel][input % 2] = weight;
            }
            rounded.unit.push(unit);
        }
        rounded
    }

    /// A row's worth of what one of the sums stands for.
    #[inline(always)]
    pub(super) fn units(&self) -> &[f32] {
        &self.unit[..CHANNELS]
    }
}

/// What multiplies: the machine's vector unit, or plain loops. All give the same sums.
pub(super) trait Unit: Copy {
    /// The sums of some lines, each with an input for every row of the matrix, or more of which the rest does not count.
    /// Where `SPARSE`, inputs that are zero in all of the lines are looked for, and left out.
    fn multiply<const SPARSE: bool, const K: usize, const N: usize>(
        self,
        inputs: &[[i16; K]; N],
        matrix: &Matrix,
    ) -> [Sums; N];

    /// Rounds numbers to whole ones, of which the largest magnitude may be half of the 23 bits that a float's fraction
    /// has.
    fn round<const K: usize>(self, values: &[f32; K], scale: f32) -> [i16; K];

    /// The largest magnitude of a line's numbers.
    fn largest(self, values: &Row) -> f32;

    /// Whether there are registers for the sums of four lines, and not of two only.
    #[inline(always)]
    fn has_room(self) -> bool {
        false
    }

    /// Scales a line's numbers to fill the range of inputs; returns what one of them stands for, too.
    #[inline(always)]
    fn fill_range(self, values: &Row) -> ([i16; CHANNELS], f32) {
        let largest = self.largest(values);
        // Numbers this small are nothing beside any bias; of nothing, the inverse is none.
        if largest < 1e-30 {
            return ([0; CHANNELS], 0.0);
        }
        (self.round(values, LARGEST_INPUT / largest), largest / LARGEST_INPUT)
    }
}

/// Beside this number, a float has no room for a fraction: the addition rounds, alike on every machine.
const SHIFT: f32 = 1.5 * (1u32 << 23) as f32;
/// All bits of a float but its sign. Without their signs, floats are in the order of their bits.
const MAGNITUDE: u32 = 0x7fff_ffff;

/// Plain loops.
#[derive(Clone, Copy)]
pub(super) struct Plain;

impl Unit for Plain {
    #[inline(always)]
    fn multiply<const SPARSE: bool, const K: usize, const N: usize>(
        self,
        inputs: &[[i16; K]; N],
        matrix: &Matrix,
    ) -> [Sums; N] {
        let mut sums = [[0i32; CHANNELS]; N];
        for (at, row) in matrix.rows.iter().enumerate() {
            for line in 0..N {
                let (first, second) = (i32::from(inputs[line][2 * at]), i32::from(inputs[line][2 * at + 1]));
                for channel in 0..CHANNELS {
                    let (a, b) = (i32::from(row[channel][0]), i32::from(row[channel][1]));
                    // Only a damaged model has weights with which this would not fit.
                    sums[line][channel] = sums[line][channel].wrapping_add(first * a + second * b);
                }
            }
        }
        sums
    }

    #[inline(always)]
    fn round<const K: usize>(self, values: &[f32; K], scale: f32) -> [i16; K] {
        let mut rounded = [0; K];
        for i in 0..K {
            rounded[i] = (values[i] * scale + SHIFT).to_bits() as i16;
        }
        rounded
    }

    #[inline(always)]
    fn largest(self, values: &Row) -> f32 {
        f32::from_bits(values.iter().fold(0, |largest, value| largest.max(value.to_bits() & MAGNITUDE)))
    }
}

/// A vector unit whose vectors hold a row's sums in so many pieces.
#[cfg(target_arch = "x86_64")]
trait Vectors<const PIECES: usize>: Copy {
    type Vector: Copy;

    fn zero(self) -> Self::Vector;
    /// A line's pair of inputs, beside every pair of weights.
    fn repeat(self, pair: Pair) -> Self::Vector;
    /// A row of weights.
    fn weights(row: &[Pair; CHANNELS]) -> [Self::Vector; PIECES];
    /// The sums and the products of pairs.
    fn add_products(self, sums: Self::Vector, pairs: Self::Vector, weights: Self::Vector) -> Self::Vector;
    fn sums(pieces: [Self::Vector; PIECES]) -> Sums;
}

/// [`Unit::multiply`] on vectors.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn add_up<V: Vectors<PIECES>, const PIECES: usize, const SPARSE: bool, const K: usize, const N: usize>(
    unit: V,
    inputs: &[[i16; K]; N],
    matrix: &Matrix,
) -> [Sums; N] {
    let mut sums = [[unit.zero(); PIECES]; N];
    // No closures here: what is not inlined is not compiled for the vector unit.
    for (at, row) in matrix.rows.iter().enumerate() {
        let mut pairs = [[0; 2]; N];
        for line in 0..N {
            pairs[line] = inputs[line].as_chunks::<2>().0[at];
        }
        if SPARSE {
            let mut any = 0u32;
            for line in 0..N {
                any |= pulp::cast::<Pair, u32>(pairs[line]);
            }
            if any == 0 {
                continue;
            }
        }
        let mut repeated = [unit.zero(); N];
        for line in 0..N {
            repeated[line] = unit.repeat(pairs[line]);
        }
        let weights = V::weights(row);
        for piece in 0..PIECES {
            for line in 0..N {
                sums[line][piece] = unit.add_products(sums[line][piece], repeated[line], weights[piece]);
            }
        }
    }
    let mut result = [[0; CHANNELS]; N];
    for line in 0..N {
        result[line] = V::sums(sums[line]);
    }
    result
}

#[cfg(target_arch = "x86_64")]
impl Vectors<{ CHANNELS / 8 }> for pulp::x86::V3 {
    type Vector = std::arch::x86_64::__m256i;

    #[inline(always)]
    fn zero(self) -> Self::Vector {
        self.avx._mm256_setzero_si256()
    }

    #[inline(always)]
    fn repeat(self, pair: Pair) -> Self::Vector {
        self.avx._mm256_set1_epi32(pulp::cast(pair))
    }

    #[inline(always)]
    fn weights(row: &[Pair; CHANNELS]) -> [Self::Vector; CHANNELS / 8] {
        pulp::cast(*row)
    }

    #[inline(always)]
    fn add_products(self, sums: Self::Vector, pairs: Self::Vector, weights: Self::Vector) -> Self::Vector {
        self.avx2._mm256_add_epi32(sums, self.avx2._mm256_madd_epi16(pairs, weights))
    }

    #[inline(always)]
    fn sums(pieces: [Self::Vector; CHANNELS / 8]) -> Sums {
        pulp::cast(pieces)
    }
}

// Wider vectors: half of the instructions.
#[cfg(target_arch = "x86_64")]
impl Vectors<{ CHANNELS / 16 }> for pulp::x86::V4 {
    type Vector = std::arch::x86_64::__m512i;

    #[inline(always)]
    fn zero(self) -> Self::Vector {
        self.avx512f._mm512_setzero_si512()
    }

    #[inline(always)]
    fn repeat(self, pair: Pair) -> Self::Vector {
        self.avx512f._mm512_set1_epi32(pulp::cast(pair))
    }

    #[inline(always)]
    fn weights(row: &[Pair; CHANNELS]) -> [Self::Vector; CHANNELS / 16] {
        pulp::cast(*row)
    }

    #[inline(always)]
    fn add_products(self, sums: Self::Vector, pairs: Self::Vector, weights: Self::Vector) -> Self::Vector {
        self.avx512f._mm512_add_epi32(sums, self.avx512bw._mm512_madd_epi16(pairs, weights))
    }

    #[inline(always)]
    fn sums(pieces: [Self::Vector; CHANNELS / 16]) -> Sums {
        pulp::cast(pieces)
    }
}

#[cfg(target_arch = "x86_64")]
impl Unit for pulp::x86::V3 {
    #[inline(always)]
    fn multiply<const SPARSE: bool, const K: usize, const N: usize>(
        self,
        inputs: &[[i16; K]; N],
        matrix: &Matrix,
    ) -> [Sums; N] {
        add_up::<_, { CHANNELS / 8 }, SPARSE, _, _>(self, inputs, matrix)
    }

    // As loops over arrays, the compiler takes both of these apart into single numbers.
    #[inline(always)]
    fn round<const K: usize>(self, values: &[f32; K], scale: f32) -> [i16; K] {
        use std::arch::x86_64::{__m256, __m256i};
        const { assert!(K.is_multiple_of(16), "inputs come in full vectors") };
        let (scale, shift) = (self.avx._mm256_set1_ps(scale), self.avx._mm256_set1_ps(SHIFT));
        let low = self.avx._mm256_set1_epi32(0xffff);
        let mut rounded = [0i16; K];
        for (to, from) in rounded.as_chunks_mut::<16>().0.iter_mut().zip(values.as_chunks::<16>().0) {
            let [a, b]: [[f32; 8]; 2] = pulp::cast(*from);
            let (a, b): (__m256, __m256) = (pulp::cast(a), pulp::cast(b));
            let a = self.avx._mm256_add_ps(self.avx._mm256_mul_ps(a, scale), shift);
            let b = self.avx._mm256_add_ps(self.avx._mm256_mul_ps(b, scale), shift);
            let a = self.avx2._mm256_and_si256(self.avx._mm256_castps_si256(a), low);
            let b = self.avx2._mm256_and_si256(self.avx._mm256_castps_si256(b), low);
            // Packing works within halves of a vector, so the middle quarters change places.
            let packed = self.avx2._mm256_packus_epi32(a, b);
            let packed: __m256i = self.avx2._mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
            *to = pulp::cast(packed);
        }
        rounded
    }

    #[inline(always)]
    fn largest(self, values: &Row) -> f32 {
        use std::arch::x86_64::{__m128i, __m256i};
        let magnitude = self.avx._mm256_set1_epi32(MAGNITUDE as i32);
        let mut largest = self.avx._mm256_setzero_si256();
        for eight in values.as_chunks::<8>().0 {
            let eight: __m256i = pulp::cast(*eight);
            largest = self.avx2._mm256_max_epu32(largest, self.avx2._mm256_and_si256(eight, magnitude));
        }
        let [a, b]: [__m128i; 2] = pulp::cast(largest);
        let four = self.sse4_1._mm_max_epu32(a, b);
        let two = self.sse4_1._mm_max_epu32(four, self.sse2._mm_shuffle_epi32::<0b01_00_11_10>(four));
        let one = self.sse4_1._mm_max_epu32(two, self.sse2._mm_shuffle_epi32::<0b10_11_00_01>(two));
        let [largest, ..]: [f32; 4] = pulp::cast(one);
        largest
    }
}

#[cfg(target_arch = "x86_64")]
impl Unit for pulp::x86::V4 {
    #[inline(always)]
    fn has_room(self) -> bool {
        true
    }

    #[inline(always)]
    fn multiply<const SPARSE: bool, const K: usize, const N: usize>(
        self,
        inputs: &[[i16; K]; N],
        matrix: &Matrix,
    ) -> [Sums; N] {
        add_up::<_, { CHANNELS / 16 }, SPARSE, _, _>(self, inputs, matrix)
    }

    #[inline(always)]
    fn round<const K: usize>(self, values: &[f32; K], scale: f32) -> [i16; K] {
        use std::arch::x86_64::__m512;
        const { assert!(K.is_multiple_of(16), "inputs come in full vectors") };
        let (scale, shift) = (self.avx512f._mm512_set1_ps(scale), self.avx512f._mm512_set1_ps(SHIFT));
        let mut rounded = [0i16; K];
        for (to, from) in rounded.as_chunks_mut::<16>().0.iter_mut().zip(values.as_chunks::<16>().0) {
            let values: __m512 = pulp::cast(*from);
            let values = self.avx512f._mm512_add_ps(self.avx512f._mm512_mul_ps(values, scale), shift);
            let low = self.avx512f._mm512_cvtepi32_epi16(self.avx512f._mm512_castps_si512(values));
            *to = pulp::cast(low);
        }
        rounded
    }

    #[inline(always)]
    fn largest(self, values: &Row) -> f32 {
        use std::arch::x86_64::__m512i;
        let magnitude = self.avx512f._mm512_set1_epi32(MAGNITUDE as i32);
        let mut largest = self.avx512f._mm512_setzero_si512();
        for sixteen in values.as_chunks::<16>().0 {
            let sixteen: __m512i = pulp::cast(*sixteen);
            largest =
                self.avx512f._mm512_max_epu32(largest, self.avx512f._mm512_and_si512(sixteen, magnitude));
        }
        f32::from_bits(self.avx512f._mm512_reduce_max_epu32(largest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between -1 and 1 that look random.
    fn numbers() -> impl FnMut() -> f32 {
        let mut state = 7u32;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn adds_up_as_plain_loops_do(unit: impl Unit, matrix: &Matrix, lines: &[Row; 2]) {
        let inputs = lines.each_ref().map(|line| Plain.fill_range(line).0);
        let sums = Plain.multiply::<false, _, _>(&inputs, matrix);
        assert_eq!(unit.multiply::<false, _, _>(&inputs, matrix), sums);
        let mut sparse = inputs;
        sparse.iter_mut().for_each(|line| line[4..CHANNELS - 7].fill(0));
        let sums = Plain.multiply::<false, _, _>(&sparse, matrix);
        assert_eq!(unit.multiply::<true, _, _>(&sparse, matrix), sums);
        for line in lines {
            assert_eq!(unit.fill_range(line), Plain.fill_range(line));
        }
        // What no sound model makes is alike, too.
        let strange: Row = std::array::from_fn(|i| [f32::INFINITY, -0.0, f32::NAN, 1e30, 7.5][i % 5]);
        assert_eq!(unit.largest(&strange).to_bits(), Plain.largest(&strange).to_bits());
        assert_eq!(unit.round(&strange, 0.5), Plain.round(&strange, 0.5));
    }

    #[test]
    fn a_vector_unit_adds_up_to_the_same_as_plain_loops_and_both_to_what_floats_do() {
        let mut next = numbers();
        let matrix: Vec<Row> =
            (0..CHANNELS).map(|_| std::array::from_fn(|_| next() * next() * 3.0)).collect();
        let rounded = Matrix::new(&matrix);
        let lines: [Row; 2] = std::array::from_fn(|_| std::array::from_fn(|_| next() * 20.0));
        let (inputs, scales): (Vec<_>, Vec<_>) = lines.iter().map(|line| Plain.fill_range(line)).unzip();
        let inputs = [inputs[0], inputs[1]];
        let sums = Plain.multiply::<false, _, _>(&inputs, &rounded);
        #[cfg(target_arch = "x86_64")]
        {
            pulp::x86::V3::try_new().inspect(|unit| adds_up_as_plain_loops_do(*unit, &rounded, &lines));
            pulp::x86::V4::try_new().inspect(|unit| adds_up_as_plain_loops_do(*unit, &rounded, &lines));
        }
        for line in 0..2 {
            for channel in 0..CHANNELS {
                let right: f32 = (0..CHANNELS).map(|i| lines[line][i] * matrix[i][channel]).sum();
                let found = sums[line][channel] as f32 * rounded.unit[channel] * scales[line];
                assert!((found - right).abs() < 0.02, "{found} for {right}");
            }
        }
    }

    #[test]
    fn sums_of_the_largest_weights_and_inputs_fit() {
        let matrix = vec![[1e6; CHANNELS]; 96];
        let rounded = Matrix::new(&matrix);
        let weights: i64 =
            rounded.rows.iter().map(|row| row[0].iter().map(|w| i64::from(*w)).sum::<i64>()).sum();
        assert!(weights * (LARGEST_INPUT as i64) < i64::from(i32::MAX));
        let (inputs, unit) = Plain.fill_range(&[-3.0; CHANNELS]);
        assert_eq!(inputs, [-8191; CHANNELS]);
        assert!((unit * 8191.0 - 3.0).abs() < 1e-6);
        assert_eq!(Plain.fill_range(&[0.0; CHANNELS]), ([0; CHANNELS], 0.0));
    }
}
