//! The loops in which the time goes, written so that the compiler keeps sums in vector registers.
//!
//! They add in an order that does not depend on the width of the registers, and never fuse a multiplication with an
//! addition: all machines give the same bits. [`dispatch`] runs them on vectors of 256 bits where the machine has them:
//! these loops are many times slower compiled for 512.

#![allow(clippy::needless_range_loop, reason = "several arrays are read by one index")]

use super::net::{CHANNELS, Row};

/// Lines that are worked on together, so that each row of a matrix is loaded once for them.
const LINES: usize = 4;
/// Channels that are worked on together: as many as fit the registers.
const LANES: usize = 16;
const TILES: usize = CHANNELS / LANES;

/// Runs the closure, and all that is inlined into it, compiled for this machine's vector unit.
pub(super) fn dispatch<R>(run: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if let Some(unit) = pulp::x86::V3::try_new() {
        return unit.vectorize(run);
    }
    run()
}

type Tile = [f32; LANES];

#[inline(always)]
fn tile(row: &Row, at: usize) -> &Tile {
    &row.as_chunks::<LANES>().0[at]
}

/// For every line, the bias plus its inputs times the matrix: `output[l] = bias + Σ input[l][i] · matrix[i]`.
#[inline(always)]
pub(super) fn multiply<const K: usize>(
    output: &mut Vec<Row>,
    input: &[[f32; K]],
    matrix: &[Row],
    bias: &Row,
) {
    output.clear();
    output.resize(input.len(), [0.0; CHANNELS]);
    let (matrix, _) = matrix.split_at(K);
    let (inputs, inputs_rest) = input.as_chunks::<LINES>();
    let (outputs, outputs_rest) = output.as_chunks_mut::<LINES>();
    for (input, output) in inputs.iter().zip(outputs) {
        multiply_lines(output, input, matrix, bias);
    }
    for (input, output) in inputs_rest.iter().zip(outputs_rest) {
        multiply_lines(std::array::from_mut(output), std::array::from_ref(input), matrix, bias);
    }
}

#[inline(always)]
fn multiply_lines<const K: usize, const N: usize>(
    output: &mut [Row; N],
    input: &[[f32; K]; N],
    matrix: &[Row],
    bias: &Row,
) {
    for at in 0..TILES {
        let mut sums = [*tile(bias, at); N];
        for i in 0..K {
            let row = tile(&matrix[i], at);
            for line in 0..N {
                for lane in 0..LANES {
                    sums[line][lane] += input[line][i] * row[lane];
                }
            }
        }
        for line in 0..N {
            output[line].as_chunks_mut::<LANES>().0[at] = sums[line];
        }
    }
}

/// Adds the products of all lines to the gradient of a matrix: `gradient[i] += Σ left[l][i] · right[l]`.
#[cfg(feature = "train")]
#[inline(always)]
pub(super) fn add_outer<const K: usize>(gradient: &mut [Row], left: &[[f32; K]], right: &[Row]) {
    let (groups, rest) = gradient.split_at_mut(K).0.as_chunks_mut::<LINES>();
    for (group, rows) in groups.iter_mut().enumerate() {
        add_outer_rows(rows, group * LINES, left, right);
    }
    let done = groups.len() * LINES;
    for (i, row) in rest.iter_mut().enumerate() {
        add_outer_rows(std::array::from_mut(row), done + i, left, right);
    }
}

#[cfg(feature = "train")]
#[inline(always)]
fn add_outer_rows<const K: usize, const N: usize>(
    rows: &mut [Row; N],
    from: usize,
    left: &[[f32; K]],
    right: &[Row],
) {
    for at in 0..TILES {
        let mut sums: [Tile; N] = std::array::from_fn(|i| *tile(&rows[i], at));
        for (left, right) in left.iter().zip(right) {
            let right = tile(right, at);
            let Some(factors) = left[from..].first_chunk::<N>() else { return };
            for i in 0..N {
                for lane in 0..LANES {
                    sums[i][lane] += factors[i] * right[lane];
                }
            }
        }
        for i in 0..N {
            rows[i].as_chunks_mut::<LANES>().0[at] = sums[i];
        }
    }
}
