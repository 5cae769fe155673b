//! A linear model over word n-grams: multinomial logistic regression, learned elsewhere, its
//! weights in a text file that says how.
//!
//! ```text
//! # …how it was learned, from what, under which licence…
//! # classes: symptoms causes …
//! # bias: -3 12 …
//! # scale: 0.05
//! # ngrams: 3
//! # opening: 20
//! # opening ngrams: 3
//! # normalised: yes
//!
//! side effects<TAB>0:12 4:-3 …
//! ^ signs of<TAB>…
//! ```
//!
//! Weights (`class:weight`, zeros left out) and biases are integers, to be multiplied by the scale.
//! A feature is an n-gram of up to `ngrams` words, or, with a `^`, one of up to `opening ngrams`
//! within the first `opening` words. A word `#` stands for all that begin with a digit. Features are binary: the logit of a class is its bias plus the sum of the weights of the
//! `n` known features present, divided by `√n` if the model was learned from L2-normalised vectors.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The model.
pub(crate) struct LinearModel {
    classes: Vec<String>,
    bias: Vec<f32>,
    scale: f32,
    ngrams: usize,
    opening: usize,
    opening_ngrams: usize,
    normalised: bool,
    /// From the hash of a feature to its row of weights.
    rows: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    /// A Bloom filter of one hash (Bloom, "Space/time trade-offs in hash coding", 1970): most
    /// n-grams of a text are no features, and this fits the cache.
    perhaps: Vec<u64>,
    /// Row by row, each filled up to whole [`LANES`].
    weights: Vec<i16>,
}

/// So many weights are added up at once.
const LANES: usize = 8;

/// What a word is to a model.
#[derive(Clone, Copy)]
pub(super) struct ModelWord {
    hash: u64,
    /// Its row, where it is a feature by itself.
    alone: Option<u32>,
}

/// The bits of the filter, as a power of two.
const FILTER_BITS: u32 = 20;

/// Hashes that are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        // Keys are u64 and nothing else.
        unreachable!("only u64 keys are hashed")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Where the hash of an n-gram starts, anywhere in a text and in its opening.
const ANYWHERE: u64 = 0x9e37_79b9_7f4a_7c15;
const OPENING: u64 = 0xd1b5_4a32_d192_ed03;

/// The hash of a word: FNV-1a (Fowler, Noll and Vo).
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse()
        .map_err(|_| format!("“{text}” is no fitting number"))
}

/// The hash of an n-gram and one more word; the multiplier is that of SplitMix64.
fn extend(hash: u64, word: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 29)
}

impl LinearModel {
    /// Reads a model; an error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<LinearModel, String> {
        let (header, features) = text
            .split_once("\n\n")
            .ok_or("no blank line after the header")?;
        let field = |key: &str| -> Result<&str, String> {
            header
                .lines()
                .find_map(|line| {
                    line.strip_prefix("# ")?
                        .strip_prefix(key)?
                        .strip_prefix(": ")
                })
                .ok_or_else(|| format!("the header has no “{key}”"))
        };
        let scale: f32 = number(field("scale")?)?;
        let bias = field("bias")?.split(' ').map(number::<f32>);
        let mut model = LinearModel {
            classes: field("classes")?.split(' ').map(str::to_owned).collect(),
            bias: bias
                .map(|b| Ok(b? * scale))
                .collect::<Result<_, String>>()?,
            scale,
            ngrams: number(field("ngrams")?)?,
            opening: number(field("opening")?)?,
            opening_ngrams: number(field("opening ngrams")?)?,
            normalised: field("normalised")? == "yes",
            rows: HashMap::default(),
            perhaps: vec![0; 1 << (FILTER_BITS - u64::BITS.ilog2())],
            weights: Vec::new(),
        };
        if model.bias.len() != model.classes.len() {
            return Err("not every class has a bias".into());
        }
        for line in features.lines() {
            model
                .add(line)
                .map_err(|cause| format!("“{line}”: {cause}"))?;
        }
        Ok(model)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let (feature, weights) = line.split_once('\t').ok_or("no weights")?;
        let (seed, words) = match feature.strip_prefix("^ ") {
            Some(words) => (OPENING, words),
            None => (ANYWHERE, feature),
        };
        let hash = words.split(' ').map(hash).fold(seed, extend);
        if self.rows.insert(hash, self.rows.len() as u32).is_some() {
            return Err("a feature stands twice".into());
        }
        let (word, bit) = filter_place(hash);
        self.perhaps[word] |= bit;
        let row = self.weights.len();
        self.weights.resize(row + self.width(), 0);
        for entry in weights.split(' ') {
            let (class, weight) = entry.split_once(':').ok_or("a weight without a class")?;
            let class: usize = number(class)?;
            let slots = &mut self.weights[row..row + self.classes.len()];
            let slot = slots.get_mut(class).ok_or("no such class")?;
            *slot = i16::from(number::<i8>(weight)?);
        }
        Ok(())
    }

    /// The names of the classes.
    pub(crate) fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The natural logarithm of the probability of each class, given the words of a short text.
    pub(crate) fn log_probabilities<'w>(&self, words: impl Iterator<Item = &'w str>) -> Vec<f32> {
        let words: Vec<ModelWord> = words.map(|word| self.word(word)).collect();
        let mut rows = self.features(&words);
        rows.sort_unstable();
        rows.dedup();
        self.log_probabilities_by(&rows)
    }

    /// The same for one of many texts.
    pub(super) fn log_probabilities_of(&self, words: &[ModelWord], seen: &mut Seen) -> Vec<f32> {
        seen.clear(self.rows.len());
        let mut rows = self.features(words);
        rows.retain(|row| seen.is_new(*row));
        self.log_probabilities_by(&rows)
    }

    /// The same, given the features, each once.
    fn log_probabilities_by(&self, rows: &[u32]) -> Vec<f32> {
        let mut sums = vec![0_i32; self.width()];
        for &row in rows {
            let weights = self.row(row).chunks_exact(LANES);
            for (sums, weights) in sums.chunks_exact_mut(LANES).zip(weights) {
                for (sum, &weight) in sums.iter_mut().zip(weights) {
                    *sum += i32::from(weight);
                }
            }
        }
        let length = match self.normalised {
            true => (rows.len().max(1) as f32).sqrt(),
            false => 1.0,
        };
        let factor = self.scale / length;
        let logits = sums
            .iter()
            .zip(&self.bias)
            .map(|(sum, bias)| *sum as f32 * factor + bias);
        log_softmax(logits.collect())
    }

    /// How much each word speaks for a class: the weights of the n-grams it is in, shared among
    /// their words.
    pub(crate) fn attribution(&self, words: &[&str], class: usize) -> Vec<f32> {
        let hashes: Vec<u64> = words.iter().map(|word| hash(word)).collect();
        let mut shares = vec![0.0; words.len()];
        for start in 0..hashes.len() {
            let mut hash = ANYWHERE;
            for (n, &word) in hashes[start..].iter().take(self.ngrams).enumerate() {
                hash = extend(hash, word);
                if let Some(&row) = self.rows.get(&hash) {
                    let weight = f32::from(self.row(row)[class]) * self.scale;
                    for share in &mut shares[start..=start + n] {
                        *share += weight / (n + 1) as f32;
                    }
                }
            }
        }
        shares
    }

    /// How many weights a row has.
    fn width(&self) -> usize {
        self.classes.len().next_multiple_of(LANES)
    }

    fn row(&self, row: u32) -> &[i16] {
        let at = row as usize * self.width();
        &self.weights[at..at + self.width()]
    }

    /// What a word is to the model: found once for all the places where it stands.
    pub(super) fn word(&self, word: &str) -> ModelWord {
        let hash = hash(word);
        let alone = self.rows.get(&extend(ANYWHERE, hash)).copied();
        ModelWord {
            hash,
            alone: alone.filter(|_| self.ngrams > 0),
        }
    }

    fn features(&self, words: &[ModelWord]) -> Vec<u32> {
        let mut rows = Vec::with_capacity(words.len());
        for (start, word) in words.iter().enumerate() {
            rows.extend(word.alone);
            let end = words.len().min(start + self.ngrams.max(1));
            let seed = extend(ANYWHERE, word.hash);
            self.collect(seed, &words[start + 1..end], &mut rows);
        }
        let opening = &words[..words.len().min(self.opening)];
        for start in 0..opening.len() {
            let end = opening.len().min(start + self.opening_ngrams);
            self.collect(OPENING, &opening[start..end], &mut rows);
        }
        rows
    }

    /// The features that some words make, each with all the words before it and what the hash stands for.
    fn collect(&self, mut hash: u64, words: &[ModelWord], rows: &mut Vec<u32>) {
        for word in words {
            hash = extend(hash, word.hash);
            let (at, bit) = filter_place(hash);
            if self.perhaps[at] & bit != 0 {
                rows.extend(self.rows.get(&hash));
            }
        }
    }
}

/// Which features a text had so far: each counts once.
#[derive(Default)]
pub(crate) struct Seen {
    /// By feature, the number of the last text that had it.
    last: Vec<u32>,
    text: u32,
}

impl Seen {
    /// Forgets what the text before had.
    fn clear(&mut self, features: usize) {
        self.text = self.text.wrapping_add(1);
        if self.last.len() != features || self.text == 0 {
            *self = Seen {
                last: vec![0; features],
                text: 1,
            };
        }
    }

    fn is_new(&mut self, feature: u32) -> bool {
        let last = &mut self.last[feature as usize];
        std::mem::replace(last, self.text) != self.text
    }
}

/// The word of the filter and the bit in it for a hash. The map uses other bits of it.
fn filter_place(hash: u64) -> (usize, u64) {
    let place = hash >> (u64::BITS - FILTER_BITS);
    ((place / 64) as usize, 1 << (place % 64))
}

fn log_softmax(logits: Vec<f32>) -> Vec<f32> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    let shift = most + total.ln();
    logits.into_iter().map(|logit| logit - shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "# a test\n# classes: risk cost\n# bias: 0 10\n# scale: 0.1\n# ngrams: 2\n# opening: 2\n# opening ngrams: 1\n# normalised: yes\n\nside effects\t0:50 1:-50\neffects\t0:10\n^ price\t0:-20 1:40\n";

    fn model() -> LinearModel {
        LinearModel::parse(MODEL).expect("the model is good")
    }

    fn logs(text: &str) -> Vec<f32> {
        model().log_probabilities(text.split(' '))
    }

    #[test]
    fn probabilities_are_those_of_the_formula() {
        // Two features: logits (5 + 1) / √2 and 1 − 5 / √2.
        let (a, b) = (6.0 / 2_f32.sqrt(), 1.0 - 5.0 / 2_f32.sqrt());
        let total = a.exp() + b.exp();
        let found = logs("many side effects and side effects");
        assert!((found[0] - (a.exp() / total).ln()).abs() < 1e-5);
        assert!((found.iter().map(|log| log.exp()).sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn the_opening_has_features_of_its_own() {
        assert!(logs("price of it")[1] > logs("it has a price")[1]);
    }

    #[test]
    fn unknown_words_leave_the_bias() {
        let found = logs("something else");
        assert!((found[1] - found[0] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn words_are_credited_for_their_ngrams() {
        let model = model();
        let shares = model.attribution(&["bad", "side", "effects"], 0);
        assert_eq!(shares[0], 0.0);
        assert!((shares[1] - 2.5).abs() < 1e-5 && (shares[2] - 3.5).abs() < 1e-5);
    }

    #[test]
    fn bad_models_say_what_is_wrong() {
        for (from, to, cause) in [
            ("# scale: 0.1", "# scale: x", "“x” is no fitting number"),
            ("# bias: 0 10", "# bias: 0", "not every class has a bias"),
            ("0:10", "7:10", "no such class"),
            ("\n\n", "\n", "no blank line"),
            ("effects\t0:10", "side effects\t0:10", "stands twice"),
        ] {
            let error = LinearModel::parse(&MODEL.replacen(from, to, 1)).err();
            assert!(error.is_some_and(|error| error.contains(cause)), "{cause}");
        }
    }
}
