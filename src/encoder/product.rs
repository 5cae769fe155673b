//! Products of matrices, in whole numbers: nearly all of what an encoder does.
//!
//! Weights are kept as whole numbers of 12 bits, a scale for each column, and what they are multiplied
//! with is brought to whole numbers row by row, of as many bits as leave every sum below 32 bits
//! ([`Matrix`]). So sums are exact, the same on every machine and in any order, and x86 multiplies and
//! adds 16 of them in one step (AVX2) or 32 (AVX-512 with VNNI). What is lost is less than 0.001 of a
//! component of a vector, and less than a vector loses when it is stored.
//!
//! Sums stay in registers until they are whole: those of [`ROWS`] rows with one block of columns, or with
//! [`TOGETHER`] where registers are wide. Then a step loads little beside what it multiplies.

use std::array::from_fn;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x16, i16x32, i32x16};

/// Columns of a block.
const COLUMNS: usize = 16;
/// Blocks that are multiplied at a time where a register holds a row of a block: there are 32 of such.
const TOGETHER: usize = 4;
/// Rows that are multiplied at a time: as many as there are registers for the sums.
const ROWS: usize = 6;

/// The largest whole number of a weight.
const LARGEST_WEIGHT: f32 = 2047.0;

/// Two weights for each column of a block, of neighbouring depth.
type PackedPair = [i16; 2 * COLUMNS];

/// The weights of a layer, `columns × depth`, as whole numbers.
pub(super) struct Matrix {
    depth: usize,
    columns: usize,
    /// The largest whole number that they may be multiplied with: no sum of any column then leaves
    /// 32 bits.
    largest: f32,
    /// By block, by pair of depth. Blocks are a multiple of [`TOGETHER`]; what is beyond the last
    /// column is 0.
    packed: Vec<PackedPair>,
    /// What a number of each column stands for.
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// Rows of numbers as whole numbers, and what one of each row stands for.
#[derive(Default)]
pub(super) struct Quantised {
    /// Row by row, two numbers of 16 bits each. Beyond the last row may be what was there before.
    pairs: Vec<i32>,
    scales: Vec<f32>,
}

impl Matrix {
    /// Packs weights that are given column by column, as files have them.
    pub(super) fn new(weights: &[f32], mut bias: Vec<f32>) -> Matrix {
        let columns = bias.len();
        let depth = weights.len() / columns.max(1);
        let blocks = columns.div_ceil(COLUMNS).next_multiple_of(TOGETHER);
        bias.resize(blocks * COLUMNS, 0.0);
        let mut matrix = Matrix {
            depth,
            columns,
            largest: 0.0,
            packed: vec![[0; 2 * COLUMNS]; depth.div_ceil(2) * blocks],
            scales: vec![0.0; blocks * COLUMNS],
            bias,
        };
        let heaviest = dispatch!(Level::new(), _simd => matrix.pack(weights));
        let largest = u64::from(i32::MAX.unsigned_abs()) / heaviest.max(1);
        matrix.largest = largest.min(u64::from(i16::MAX.unsigned_abs())) as f32;
        matrix
    }

    /// Gives the largest sum of the weights of a column, whatever their signs.
    #[inline(always)]
    fn pack(&mut self, weights: &[f32]) -> u64 {
        let pairs = self.depth.div_ceil(2);
        let mut heaviest = 0;
        for (c, column) in weights.chunks_exact(self.depth.max(1)).enumerate() {
            let (block, lane) = (c / COLUMNS, c % COLUMNS);
            self.scales[c] = scale_of(column, LARGEST_WEIGHT);
            let inverse = inverse(self.scales[c]);
            let mut sum = 0;
            let packed = &mut self.packed[block * pairs..(block + 1) * pairs];
            for (two, packed) in column.chunks(2).zip(packed) {
                for (weight, to) in two.iter().zip(&mut packed[2 * lane..]) {
                    *to = whole(*weight * inverse);
                    sum += u64::from(to.unsigned_abs());
                }
            }
            heaviest = heaviest.max(sum);
        }
        heaviest
    }

    /// `rows · weights + bias`, row by row; `quantised` is room for the whole numbers.
    pub(super) fn times(&self, rows: &[f32], quantised: &mut Quantised, result: &mut Vec<f32>) {
        let count = rows.len() / self.depth.max(1);
        result.resize(count * self.columns, 0.0);
        dispatch!(Level::new(), simd => {
            quantised.fill(rows, self.depth, self.largest);
            self.times_in_vectors(simd, quantised, result);
        });
    }

    #[inline(always)]
    fn times_in_vectors<S: Simd>(&self, simd: S, quantised: &Quantised, result: &mut [f32]) {
        match <S::i32s as SimdBase<S>>::LEN {
            COLUMNS => self.times_blocks::<S, TOGETHER>(simd, quantised, result),
            _ => self.times_blocks::<S, 1>(simd, quantised, result),
        }
    }

    #[inline(always)]
    fn times_blocks<S: Simd, const BLOCKS: usize>(
        &self,
        simd: S,
        quantised: &Quantised,
        result: &mut [f32],
    ) {
        let pairs = self.depth.div_ceil(2);
        let blocks = self.packed.chunks_exact((BLOCKS * pairs).max(1));
        for (n, packed) in blocks.enumerate() {
            let packed: [_; BLOCKS] = from_fn(|b| &packed[b * pairs..(b + 1) * pairs]);
            for first in (0..quantised.scales.len()).step_by(ROWS) {
                let rows = &quantised.pairs[first * pairs..(first + ROWS) * pairs];
                let rows = from_fn(|r| &rows[r * pairs..(r + 1) * pairs]);
                let sums = sums_of_pairs(simd, rows, packed);
                for (sums, row) in sums.iter().zip(first..quantised.scales.len()) {
                    let scale = quantised.scales[row];
                    let to = &mut result[row * self.columns..(row + 1) * self.columns];
                    for (b, sums) in sums.iter().enumerate() {
                        self.write(simd, *sums, scale, n * BLOCKS + b, to);
                    }
                }
            }
        }
    }

    /// Writes what the sums of a row and a block stand for to its place in the row.
    #[inline(always)]
    fn write<S: Simd>(&self, simd: S, sums: i32x16<S>, scale: f32, block: usize, row: &mut [f32]) {
        let columns = block * COLUMNS..(block + 1) * COLUMNS;
        let column = f32x16::from_slice(simd, &self.scales[columns.clone()]);
        let bias = f32x16::from_slice(simd, &self.bias[columns.clone()]);
        let numbers = f32x16::float_from(sums) * (column * scale) + bias;
        match row.get_mut(columns.clone()) {
            Some(to) => numbers.store_slice(to),
            None => {
                let there = row.get_mut(columns.start..).unwrap_or_default();
                for (to, number) in there.iter_mut().zip(numbers.to_array()) {
                    *to = number;
                }
            }
        }
    }
}

impl Quantised {
    #[inline(always)]
    fn fill(&mut self, rows: &[f32], depth: usize, largest: f32) {
        let pairs = depth.div_ceil(2);
        let count = rows.len() / depth.max(1);
        self.scales.resize(count, 0.0);
        self.pairs.resize(count.next_multiple_of(ROWS) * pairs, 0);
        let to = self.pairs.chunks_exact_mut(pairs.max(1));
        let to = to.zip(&mut self.scales);
        for (row, (to, scale)) in rows.chunks_exact(depth.max(1)).zip(to) {
            *scale = scale_of(row, largest);
            let inverse = inverse(*scale);
            let (numbers, rest) = row.as_chunks::<2>();
            for (pair, to) in numbers.iter().zip(&mut *to) {
                *to = joined(pair.map(|number| whole(number * inverse)));
            }
            if let ([number], Some(last)) = (rest, to.last_mut()) {
                *last = joined([whole(number * inverse), 0]);
            }
        }
    }
}

/// Two numbers in one, as they lie in memory.
#[inline(always)]
fn joined([first, second]: [i16; 2]) -> i32 {
    let ([a, b], [c, d]) = (first.to_ne_bytes(), second.to_ne_bytes());
    i32::from_ne_bytes([a, b, c, d])
}

/// Multiplies pairs of each row with those of all columns, and adds the products up.
#[inline(always)]
fn sums_of_pairs<S: Simd, const BLOCKS: usize>(
    simd: S,
    rows: [&[i32]; ROWS],
    packed: [&[PackedPair]; BLOCKS],
) -> [[i32x16<S>; BLOCKS]; ROWS] {
    let mut sums = [[i32x16::splat(simd, 0); BLOCKS]; ROWS];
    for p in 0..rows[0].len() {
        let weights: [_; BLOCKS] = from_fn(|b| i16x32::from_slice(simd, &packed[b][p]));
        for (row, sums) in rows.iter().zip(&mut sums) {
            let pair: i16x32<S> = i32x16::splat(simd, row[p]).bitcast();
            for (sum, weights) in sums.iter_mut().zip(weights) {
                *sum += simd.pairwise_dot_product_i16x32(pair, weights);
            }
        }
    }
    sums
}

/// What one of the whole numbers up to `largest` stands for that some numbers are brought to.
#[inline(always)]
fn scale_of(numbers: &[f32], largest: f32) -> f32 {
    let mut most = [0.0_f32; COLUMNS];
    let (chunks, rest) = numbers.as_chunks::<COLUMNS>();
    for chunk in chunks {
        for (most, number) in most.iter_mut().zip(chunk) {
            *most = most.max(number.abs());
        }
    }
    let lanes = most.iter().copied();
    let most = lanes.chain(rest.iter().map(|number| number.abs()));
    most.fold(0.0, f32::max) / largest
}

/// The nearest whole number of one below 2²².
#[inline(always)]
fn whole(number: f32) -> i16 {
    /// Adding it leaves a whole number in the low bits.
    const SHIFT: f32 = 12_582_912.0;
    (number + SHIFT).to_bits() as i16
}

/// One by a scale; 0 where all numbers are.
#[inline(always)]
fn inverse(scale: f32) -> f32 {
    if scale > 0.0 { 1.0 / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_plain_arithmetic() {
        let (depth, columns, count) = (7, 19, 8);
        let number = |n: usize| ((n * 7919 % 1013) as f32 - 500.0) / 250.0;
        let weights: Vec<f32> = (0..depth * columns).map(number).collect();
        let rows: Vec<f32> = (0..depth * count).map(|n| number(n + 77)).collect();
        let bias: Vec<f32> = (0..columns).map(number).collect();
        let mut result = Vec::new();
        Matrix::new(&weights, bias.clone()).times(&rows, &mut Quantised::default(), &mut result);
        assert_eq!(result.len(), count * columns);
        for (at, found) in result.iter().enumerate() {
            let (r, c) = (at / columns, at % columns);
            let products = (0..depth).map(|d| rows[r * depth + d] * weights[c * depth + d]);
            let expected = products.sum::<f32>() + bias[c];
            // Each of the products is off by half a step of either factor, of some 2,000 to 2, at most.
            let most = depth as f32 * 2.0 * (2.0 / 2000.0);
            assert!((found - expected).abs() < most, "{found} {expected}");
        }
    }

    #[test]
    fn sums_cannot_overflow() {
        for depth in [1, 384, 1536, 40_000] {
            let weights = Matrix::new(&vec![0.7; 2 * depth], vec![0.0; 2]);
            let mut result = Vec::new();
            weights.times(&vec![0.5; depth], &mut Quantised::default(), &mut result);
            let expected = 0.35 * depth as f32;
            assert!(
                (result[0] - expected).abs() < 0.02 * expected,
                "{depth}: {result:?}"
            );
        }
    }
}
