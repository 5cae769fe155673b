//! The arithmetic of the encoder that stands between products: loops that the compiler turns into
//! vector instructions where it is told that there are any (`dispatch!`). Numbers are added up in
//! lanes, as many on every machine.

use fearless_simd::{Level, dispatch};

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

/// The softmax of some numbers.
#[inline(always)]
pub(super) fn softmax(numbers: &mut [f32]) {
    let most = largest(numbers);
    for number in numbers.iter_mut() {
        *number = exp(*number - most);
    }
    let inverse = 1.0 / sum(numbers, |number| number);
    for number in numbers {
        *number *= inverse;
    }
}

/// The largest of some numbers.
#[inline(always)]
fn largest(numbers: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 8];
    let (chunks, rest) = numbers.as_chunks::<8>();
    for chunk in chunks {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(*number);
        }
    }
    lanes
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |a, b| a.max(*b))
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
}
