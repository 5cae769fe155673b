//! A vector as it is kept.

/// What a text means: a vector of length 1, each component a whole number from −127 to 127 that
/// stands for so many times its scale.
///
/// ```
/// use palpate::encoder::Meaning;
/// let text = Meaning::new(&[0.6, 0.8]);
/// assert!((text.similarity(&text) - 1.0).abs() < 0.01);
/// assert!(text.similarity(&Meaning::new(&[0.8, -0.6])).abs() < 0.01);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    pub(crate) scale: f32,
    pub(crate) components: Vec<i8>,
}

/// The largest component.
const LARGEST: f32 = 127.0;

impl Meaning {
    /// A vector, which should have length 1.
    pub fn new(vector: &[f32]) -> Meaning {
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = most / LARGEST;
        let whole = |x: &f32| match scale > 0.0 {
            // Not above the largest.
            true => (x / scale).round() as i8,
            false => 0,
        };
        Meaning {
            scale,
            components: vector.iter().map(whole).collect(),
        }
    }

    /// The cosine of the angle between two: 1 where they say the same, about 0 where they have
    /// nothing to do with each other.
    pub fn similarity(&self, other: &Meaning) -> f32 {
        let product = product(&self.components, other.components.iter().copied());
        product as f32 * (self.scale * other.scale)
    }

    /// The same with components that are kept as bytes.
    pub(crate) fn similarity_to(&self, scale: f32, components: &[u8]) -> f32 {
        let product = product(&self.components, components.iter().map(|b| b.cast_signed()));
        product as f32 * (self.scale * scale)
    }
}

/// A plain sum of products. The compiler makes many at a time where it is told what the processor has: that
/// takes half the time of what every processor has.
#[cfg(feature = "encoder")]
fn product(a: &[i8], b: impl Iterator<Item = i8>) -> i32 {
    fearless_simd::dispatch!(fearless_simd::Level::new(), _simd => sum_of_products(a, b))
}

#[cfg(not(feature = "encoder"))]
use sum_of_products as product;

#[inline(always)]
fn sum_of_products(a: &[i8], b: impl Iterator<Item = i8>) -> i32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| i32::from(*a) * i32::from(b))
        .sum()
}
