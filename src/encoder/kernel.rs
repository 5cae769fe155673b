//! The arithmetic of the encoder: products of matrices, and what stands between them.
//!
//! Weights are kept as whole numbers of 12 bits, a scale for each column, and what they are multiplied
//! with is brought to whole numbers row by row, of as many bits as leave every sum below 32 bits
//! ([`Matrix`]). So sums are exact, the same on every machine and in any order, and x86
//! multiplies and adds sixteen of them in one step (AVX2). What is lost is less than 0.001 of a
//! component of a vector, and less than a vector loses when it is stored.
//!
//! Everything else is plain loops that the compiler turns into vector instructions where it is told
//! that there are any (`dispatch!`).

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, i16x16, i32x8};

/// Columns that are multiplied at a time.
const COLUMNS: usize = 16;
/// Rows that are multiplied at a time: as many as there are registers for the sums.
const ROWS: usize = 6;

/// The largest whole number of a weight.
const LARGEST_WEIGHT: f32 = 2047.0;

/// The weights of a layer, `columns × depth`, as whole numbers.
pub(super) struct Matrix {
    depth: usize,
    columns: usize,
    /// The largest whole number that they may be multiplied with: no sum of any column then leaves
    /// 32 bits.
    largest: f32,
    /// By block of [`COLUMNS`], by pair of depth: the two of the pair for each column.
    packed: Vec<[i16; 2 * COLUMNS]>,
    /// What a number of each column stands for.
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// Rows of numbers as whole numbers, and what one of each row stands for.
pub(super) struct Quantised {
    /// Two numbers of 16 bits each.
    pairs: Vec<i32>,
    scales: Vec<f32>,
}

impl Matrix {
    /// Packs weights that are given column by column, as files have them.
    pub(super) fn new(weights: &[f32], bias: Vec<f32>) -> Matrix {
        let columns = bias.len();
        let depth = weights.len() / columns.max(1);
        let (pairs, blocks) = (depth.div_ceil(2), columns.div_ceil(COLUMNS));
        let mut packed = vec![[0; 2 * COLUMNS]; pairs * blocks];
        let mut scales = vec![0.0; blocks * COLUMNS];
        let mut heaviest = 1_u64;
        for (c, column) in weights.chunks_exact(depth.max(1)).enumerate() {
            let (block, lane) = (c / COLUMNS, c % COLUMNS);
            let scale = scale_of(column, LARGEST_WEIGHT);
            let inverse = inverse(scale);
            scales[c] = scale;
            let mut sum = 0;
            for (d, weight) in column.iter().enumerate() {
                let weight = whole(*weight * inverse);
                packed[block * pairs + d / 2][2 * lane + d % 2] = weight;
                sum += u64::from(weight.unsigned_abs());
            }
            heaviest = heaviest.max(sum);
        }
        let largest = u64::from(i32::MAX.unsigned_abs()) / heaviest;
        Matrix {
            depth,
            columns,
            largest: largest.min(u64::from(i16::MAX.unsigned_abs())) as f32,
            packed,
            scales,
            bias,
        }
    }

    /// `rows · weights + bias`, row by row.
    pub(super) fn times(&self, rows: &[f32], result: &mut Vec<f32>) {
        let quantised = Quantised::of(rows, self.depth, self.largest);
        let count = quantised.scales.len();
        result.clear();
        result.resize(count * self.columns, 0.0);
        let pairs = self.depth.div_ceil(2);
        for (block, packed) in self.packed.chunks_exact(pairs.max(1)).enumerate() {
            for first in (0..count).step_by(ROWS) {
                let sums = quantised.product(first, pairs, packed);
                for (row, sums) in (first..count).zip(&sums) {
                    let columns = block * COLUMNS..self.columns.min((block + 1) * COLUMNS);
                    let scale = quantised.scales[row];
                    let to = &mut result[row * self.columns..][columns.clone()];
                    let scales = &self.scales[columns.clone()];
                    let with = sums.iter().zip(scales).zip(&self.bias[columns]);
                    for (to, ((sum, column), bias)) in to.iter_mut().zip(with) {
                        *to = *sum as f32 * (scale * column) + bias;
                    }
                }
            }
        }
    }
}

impl Quantised {
    fn of(rows: &[f32], depth: usize, largest: f32) -> Quantised {
        let pairs = depth.div_ceil(2);
        let count = rows.len() / depth.max(1);
        let mut quantised = Quantised {
            // The last block of rows may be short of some.
            pairs: vec![0; count.next_multiple_of(ROWS) * pairs],
            scales: vec![0.0; count],
        };
        dispatch!(Level::new(), _simd => quantised.fill(rows, depth, largest));
        quantised
    }

    #[inline(always)]
    fn fill(&mut self, rows: &[f32], depth: usize, largest: f32) {
        let to = self.pairs.chunks_exact_mut(depth.div_ceil(2).max(1));
        let to = to.zip(&mut self.scales);
        for (row, (to, scale)) in rows.chunks_exact(depth.max(1)).zip(to) {
            *scale = scale_of(row, largest);
            let inverse = inverse(*scale);
            let (pairs, rest) = row.as_chunks::<2>();
            for (pair, to) in pairs.iter().zip(&mut *to) {
                *to = joined(pair.map(|number| whole(number * inverse)));
            }
            if let ([number], Some(last)) = (rest, to.last_mut()) {
                *last = joined([whole(number * inverse), 0]);
            }
        }
    }

    /// The sums of [`ROWS`] rows from `first` on with a block of columns.
    fn product(
        &self,
        first: usize,
        pairs: usize,
        packed: &[[i16; 2 * COLUMNS]],
    ) -> [[i32; COLUMNS]; ROWS] {
        let rows = &self.pairs[first * pairs..(first + ROWS) * pairs];
        dispatch!(Level::new(), simd => sums_of_pairs(simd, rows, pairs, packed))
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
fn sums_of_pairs<S: Simd>(
    simd: S,
    rows: &[i32],
    pairs: usize,
    packed: &[[i16; 2 * COLUMNS]],
) -> [[i32; COLUMNS]; ROWS] {
    let mut sums = [[i32x8::splat(simd, 0); 2]; ROWS];
    let rows: [&[i32]; ROWS] = std::array::from_fn(|r| &rows[r * pairs..(r + 1) * pairs]);
    for (p, block) in packed.iter().enumerate() {
        let (low, high) = block.split_at(COLUMNS);
        let low = i16x16::from_slice(simd, low);
        let high = i16x16::from_slice(simd, high);
        for (row, sums) in rows.iter().zip(&mut sums) {
            let pair: i16x16<S> = i32x8::splat(simd, row[p]).bitcast();
            sums[0] += simd.pairwise_dot_product_i16x16(pair, low);
            sums[1] += simd.pairwise_dot_product_i16x16(pair, high);
        }
    }
    let mut result = [[0; COLUMNS]; ROWS];
    for (result, [low, high]) in result.iter_mut().zip(&sums) {
        low.store_slice(&mut result[..8]);
        high.store_slice(&mut result[8..]);
    }
    result
}

/// What one of the whole numbers up to `largest` stands for that some numbers are brought to.
#[inline(always)]
fn scale_of(numbers: &[f32], largest: f32) -> f32 {
    let mut most = [0.0_f32; 8];
    let (chunks, rest) = numbers.as_chunks::<8>();
    for chunk in chunks {
        for (most, number) in most.iter_mut().zip(chunk) {
            *most = most.max(number.abs());
        }
    }
    let most = most.iter().fold(0.0_f32, |a, b| a.max(*b));
    let most = rest
        .iter()
        .fold(most, |most, number| most.max(number.abs()));
    most / largest
}

#[inline(always)]
fn whole(number: f32) -> i16 {
    number.round_ties_even() as i16
}

/// One by a scale; 0 where all numbers are.
#[inline(always)]
fn inverse(scale: f32) -> f32 {
    if scale > 0.0 { 1.0 / scale } else { 0.0 }
}

/// e^x for x ≤ 0, to some 2e-7: a power of two times a polynomial.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it leaves a whole number in the low bits.
    const SHIFT: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let whole = shifted - SHIFT;
    // ln 2 in two parts, the first of few bits.
    let f = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let p = 1.0 / 720.0;
    let p = p * f + 1.0 / 120.0;
    let p = p * f + 1.0 / 24.0;
    let p = p * f + 1.0 / 6.0;
    let p = (p * f + 0.5) * f * f + f + 1.0;
    let power = shifted
        .to_bits()
        .wrapping_sub(SHIFT.to_bits())
        .wrapping_add(127)
        << 23;
    p * f32::from_bits(power)
}

/// The Gaussian error linear unit, `x · Φ(x)`; the error function to 1.5e-7 (Abramowitz and Stegun,
/// "Handbook of mathematical functions", 7.1.26).
#[inline(always)]
fn gelu_of(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let p = 1.061_405_4 * t - 1.453_152_1;
    let p = (p * t + 1.421_413_7) * t - 0.284_496_74;
    let p = (p * t + 0.254_829_6) * t;
    let erf = (1.0 - p * exp(-z * z)).copysign(x);
    0.5 * x * (1.0 + erf)
}

/// The Gaussian error linear unit of each number.
pub(super) fn gelu(numbers: &mut [f32]) {
    dispatch!(Level::new(), _simd => gelu_of_each(numbers));
}

#[inline(always)]
fn gelu_of_each(numbers: &mut [f32]) {
    for number in numbers {
        *number = gelu_of(*number);
    }
}

/// The sum of some numbers, added up in eight lanes.
#[inline(always)]
fn sum(numbers: &[f32], each: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let (chunks, rest) = numbers.as_chunks::<8>();
    for chunk in chunks {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane += each(*number);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|number| each(*number)).sum::<f32>()
}

/// Rows brought to mean 0 and variance 1, then scaled and moved (Ba, Kiros and Hinton, "Layer
/// normalization", 2016).
pub(super) struct Norm {
    pub(super) scale: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) epsilon: f32,
}

impl Norm {
    /// Adds `more` to the rows, and normalises each.
    pub(super) fn add(&self, rows: &mut [f32], more: &[f32]) {
        dispatch!(Level::new(), _simd => self.add_in_vectors(rows, more));
    }

    #[inline(always)]
    fn add_in_vectors(&self, rows: &mut [f32], more: &[f32]) {
        let size = self.scale.len().max(1);
        for (row, more) in rows.chunks_exact_mut(size).zip(more.chunks_exact(size)) {
            for (number, more) in row.iter_mut().zip(more) {
                *number += more;
            }
            let mean = sum(row, |number| number) / size as f32;
            let variance = sum(row, |number| (number - mean).powi(2)) / size as f32;
            let inverse = 1.0 / (variance + self.epsilon).sqrt();
            let with = self.scale.iter().zip(&self.bias);
            for (number, (scale, bias)) in row.iter_mut().zip(with) {
                *number = (*number - mean) * inverse * scale + bias;
            }
        }
    }
}

/// One head of attention: queries, keys and values of a text, a row each token.
pub(super) struct Head<'a> {
    /// Queries, keys and values side by side, in rows of `width`…
    pub(super) rows: &'a [f32],
    pub(super) width: usize,
    /// …where those of this head begin, and how many numbers they are.
    pub(super) starts: [usize; 3],
    pub(super) size: usize,
}

/// Room for what is made on the way.
#[derive(Default)]
pub(super) struct Room {
    keys: Vec<f32>,
    weights: Vec<f32>,
}

/// Rows of attention that are made at a time.
const HEADS_ROWS: usize = 4;

impl Head<'_> {
    /// `softmax(Q · Kᵀ / √size) · V`, written to the place of this head in rows of a third of the width
    /// (Vaswani and others, "Attention is all you need", 2017).
    pub(super) fn attend(&self, room: &mut Room, to: &mut [f32]) {
        dispatch!(Level::new(), _simd => self.attend_in_vectors(room, to));
    }

    #[inline(always)]
    fn attend_in_vectors(&self, room: &mut Room, to: &mut [f32]) {
        let tokens = self.rows.len() / self.width;
        let padded = tokens.next_multiple_of(COLUMNS);
        self.turn_keys(padded, &mut room.keys);
        room.weights.clear();
        room.weights.resize(HEADS_ROWS * padded, 0.0);
        for first in (0..tokens).step_by(HEADS_ROWS) {
            let rows = HEADS_ROWS.min(tokens - first);
            self.weigh(first, rows, padded, room);
            for weights in room.weights.chunks_exact_mut(padded).take(rows) {
                softmax(&mut weights[..tokens]);
            }
            let place = first * self.width / 3;
            self.mix(rows, &room.weights, &mut to[place..]);
        }
    }

    /// The keys, a column each token.
    #[inline(always)]
    fn turn_keys(&self, padded: usize, keys: &mut Vec<f32>) {
        keys.clear();
        keys.resize(self.size * padded, 0.0);
        for (t, row) in self.rows.chunks_exact(self.width).enumerate() {
            for (d, key) in row[self.starts[1]..][..self.size].iter().enumerate() {
                keys[d * padded + t] = *key;
            }
        }
    }

    /// How much some tokens attend to each.
    #[inline(always)]
    fn weigh(&self, first: usize, rows: usize, padded: usize, room: &mut Room) {
        let scale = 1.0 / (self.size as f32).sqrt();
        // What there are too few rows for is made of the last one, and not looked at.
        let query = |r: usize| {
            let row = (first + r.min(rows - 1)) * self.width;
            &self.rows[row + self.starts[0]..][..self.size]
        };
        let queries: [&[f32]; HEADS_ROWS] = std::array::from_fn(query);
        for start in (0..padded).step_by(COLUMNS) {
            let mut sums = [[0.0_f32; COLUMNS]; HEADS_ROWS];
            for d in 0..self.size {
                let (keys, _) = room.keys[d * padded + start..].as_chunks::<COLUMNS>();
                add_products(&mut sums, queries.map(|query| query[d]), &keys[0]);
            }
            for (r, sums) in sums.iter().enumerate() {
                let to = &mut room.weights[r * padded + start..][..COLUMNS];
                for (to, sum) in to.iter_mut().zip(sums) {
                    *to = sum * scale;
                }
            }
        }
    }

    /// The values of all tokens, by the weights of some rows.
    #[inline(always)]
    fn mix(&self, rows: usize, weights: &[f32], to: &mut [f32]) {
        let (padded, width) = (weights.len() / HEADS_ROWS, self.width / 3);
        for start in (0..self.size).step_by(COLUMNS) {
            let columns = COLUMNS.min(self.size - start);
            let mut sums = [[0.0_f32; COLUMNS]; HEADS_ROWS];
            for (t, row) in self.rows.chunks_exact(self.width).enumerate() {
                let values = &row[self.starts[2] + start..][..columns];
                let mut block = [0.0; COLUMNS];
                match values.first_chunk::<COLUMNS>() {
                    Some(values) => block = *values,
                    None => block[..columns].copy_from_slice(values),
                }
                let weights = std::array::from_fn(|r| weights[r * padded + t]);
                add_products(&mut sums, weights, &block);
            }
            for (r, sums) in sums.iter().enumerate().take(rows) {
                let place = r * width + self.starts[0] + start;
                to[place..place + columns].copy_from_slice(&sums[..columns]);
            }
        }
    }
}

#[inline(always)]
fn add_products(
    sums: &mut [[f32; COLUMNS]; HEADS_ROWS],
    factors: [f32; HEADS_ROWS],
    block: &[f32; COLUMNS],
) {
    for (sums, factor) in sums.iter_mut().zip(factors) {
        for (sum, number) in sums.iter_mut().zip(block) {
            *sum += factor * number;
        }
    }
}

/// The softmax of some numbers.
#[inline(always)]
fn softmax(numbers: &mut [f32]) {
    let most = numbers.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    for number in numbers.iter_mut() {
        *number = exp(*number - most);
    }
    let inverse = 1.0 / sum(numbers, |number| number);
    for number in numbers {
        *number *= inverse;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_and_errors() {
        for step in 0..2000 {
            let x = -0.02 * step as f32;
            let expected = f64::from(x).exp();
            assert!(
                (f64::from(exp(x)) - expected).abs() <= 4e-7 * expected + 1e-30,
                "{x}"
            );
        }
        // Φ(1) = 0.8413447, Φ(−1) = 0.1586553, Φ(3) = 0.9986501.
        for (x, expected) in [(1.0, 0.841_344_7), (-1.0, -0.158_655_3), (3.0, 2.995_950_4)] {
            assert!((gelu_of(x) - expected).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn products_are_those_of_plain_arithmetic() {
        let (depth, columns, count) = (7, 19, 8);
        let number = |n: usize| ((n * 7919 % 1013) as f32 - 500.0) / 250.0;
        let weights: Vec<f32> = (0..depth * columns).map(number).collect();
        let rows: Vec<f32> = (0..depth * count).map(|n| number(n + 77)).collect();
        let bias: Vec<f32> = (0..columns).map(number).collect();
        let mut result = Vec::new();
        Matrix::new(&weights, bias.clone()).times(&rows, &mut result);
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
            weights.times(&vec![0.5; depth], &mut result);
            let expected = 0.35 * depth as f32;
            assert!(
                (result[0] - expected).abs() < 0.02 * expected,
                "{depth}: {result:?}"
            );
        }
    }
}
