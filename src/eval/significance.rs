//! How much of a result is chance: there are few queries, and others would have given other
//! means.
//!
//! Both methods draw at random, with a generator that starts from the same seed every time: the
//! same files give the same numbers, to the last digit.

use serde::Serialize;

/// How often queries are resampled, and differences flipped.
const ROUNDS: usize = 10_000;
const SEED: u64 = 0x70616C70617465;

/// A mean and where it could as well have been.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    pub mean: f64,
    /// The 95 % confidence interval.
    pub low: f64,
    pub high: f64,
}

/// The mean of some values, with its percentile bootstrap interval: the means of as many values
/// drawn with replacement, 10,000 times, without the lowest and highest 2.5 % (Efron and
/// Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). Without any values all is
/// 0.
pub(super) fn estimate(values: &[f64]) -> Estimate {
    let mut random = SplitMix64(SEED);
    let mut resampled: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let drawn = values.iter().map(|_| values[random.below(values.len())]);
            drawn.sum::<f64>() / values.len().max(1) as f64
        })
        .collect();
    resampled.sort_unstable_by(f64::total_cmp);
    let cut = ROUNDS / 40;
    Estimate {
        mean: mean(values),
        low: resampled[cut - 1],
        high: resampled[ROUNDS - cut - 1],
    }
}

/// The mean, 0 without any values.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// How likely a mean difference at least that far from 0 is if both systems are equally good:
/// the two-sided p of a paired randomisation test (Smucker, Allan and Carterette, "A comparison
/// of statistical significance tests for information retrieval evaluation", CIKM 2007).
///
/// If the systems are equally good, then for each query it is chance which of them got which
/// value, so the sign of each difference is flipped at random, 10,000 times. What was observed
/// counts as one more round: p is then never 0, and the test keeps to its level (Phipson and
/// Smyth, "Permutation p-values should never be zero", 2010).
pub(super) fn randomisation_p(differences: &[f64]) -> f64 {
    let mut random = SplitMix64(SEED);
    // Sums of the same numbers in which rounding differs are equal.
    let observed = differences.iter().sum::<f64>().abs() - 1e-9;
    let as_far = (0..ROUNDS)
        .filter(|_| {
            let flipped = differences
                .iter()
                .map(|d| if random.coin() { *d } else { -d });
            flipped.sum::<f64>().abs() >= observed
        })
        .count();
    (as_far + 1) as f64 / (ROUNDS + 1) as f64
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014): tiny, and good enough to draw queries with.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`: the high half of a product (Lemire, "Fast random integer generation
    /// in an interval", 2019; its correction is not worth the while at these sizes).
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    fn coin(&mut self) -> bool {
        self.next() >> 63 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // From the reference implementation (Vigna, https://prng.di.unimi.it/splitmix64.c).
        let mut random = SplitMix64(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn numbers_are_drawn_evenly() {
        let mut random = SplitMix64(SEED);
        let mut drawn = [0; 7];
        (0..70_000).for_each(|_| drawn[random.below(7)] += 1);
        assert!(
            drawn.iter().all(|n| (9_500..10_500).contains(n)),
            "{drawn:?}"
        );
    }

    #[test]
    fn the_interval_of_a_proportion() {
        // Of 400 values half are 1: the standard error is 0.025, and 1.96 of them are 0.049.
        let values: Vec<f64> = (0..400).map(|n| f64::from(n % 2)).collect();
        let estimate = estimate(&values);
        assert_eq!(estimate.mean, 0.5);
        assert!((estimate.low - 0.451).abs() < 0.003, "{estimate:?}");
        assert!((estimate.high - 0.549).abs() < 0.003, "{estimate:?}");
    }

    #[test]
    fn one_value_leaves_nothing_to_chance() {
        let expected = Estimate {
            mean: 0.25,
            low: 0.25,
            high: 0.25,
        };
        assert_eq!(estimate(&[0.25]), expected);
        assert_eq!(estimate(&[]).high, 0.0);
    }

    #[test]
    fn randomisation_by_hand() {
        // Of the 16 ways to flip four signs, two leave the mean as far from 0 as it is.
        let p = randomisation_p(&[0.1, 0.2, 0.3, 0.4]);
        assert!((p - 2.0 / 16.0).abs() < 0.01, "{p}");
        // The sums are 3, 1, 1, 1 and their opposites: 8 of 8 are at least 1.
        let p = randomisation_p(&[1.0, 1.0, -1.0]);
        assert_eq!(p, 1.0);
        assert_eq!(randomisation_p(&[0.0; 5]), 1.0);
        assert_eq!(randomisation_p(&[]), 1.0);
        // Twenty wins of twenty: once in 2^19, and never in 10,000 rounds.
        assert_eq!(randomisation_p(&[0.5; 20]), 1.0 / 10_001.0);
    }
}
