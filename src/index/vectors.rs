//! What passages mean, kept beside them: one file, in the order of the corpus.
//!
//! ```text
//! magic, components of a vector, passages       8, 8 and 8 bytes
//! for each passage: its place in the corpus     8 bytes
//! for each: the hash of what was encoded       16 bytes
//! for each: the scale of its vector             4 bytes
//! for each: the components, a byte each
//! ```
//!
//! It is read where it lies. By the hash, a text that was encoded once is not encoded again, whatever
//! has become of the files around it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use super::passage::Order;
use crate::analysis::SharedBytes;
use crate::document::Document;
use crate::encoder::{Encoder, Meaning};
use crate::passage::Passage;

pub(super) const FILE: &str = "vectors.bin";

const MAGIC: &[u8; 8] = b"palpate1";
const HEAD: usize = 24;
/// Bytes of a hash.
const HASH: usize = 16;

/// The hash of a text that was encoded.
pub(super) type TextHash = [u8; HASH];

/// A passage with what it means.
#[derive(Clone)]
pub(super) struct Encoded {
    hash: TextHash,
    meaning: Meaning,
}

/// The vectors of an index, as they lie in their file.
pub(super) struct Vectors {
    bytes: SharedBytes,
    passages: usize,
    components: usize,
}

impl Vectors {
    /// The vectors in a file, if that is what it holds.
    pub(super) fn new(bytes: SharedBytes) -> std::io::Result<Vectors> {
        let wrong = || std::io::Error::other(format!("{FILE} holds no vectors"));
        let head = bytes.as_ref().first_chunk::<HEAD>().ok_or_else(wrong)?;
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&head[at..at + 8]);
            usize::try_from(u64::from_le_bytes(eight)).map_err(|_| wrong())
        };
        let (components, passages) = (number(8)?, number(16)?);
        let each = components.checked_add(8 + HASH + 4);
        let size = each.and_then(|each| each.checked_mul(passages)?.checked_add(HEAD));
        let fits = size == Some(bytes.as_ref().len()) && head.starts_with(MAGIC);
        fits.then_some(()).ok_or_else(wrong)?;
        Ok(Vectors {
            bytes,
            passages,
            components,
        })
    }

    /// How many passages have one.
    pub(super) fn len(&self) -> usize {
        self.passages
    }

    /// A stretch of the file: so many bytes of each passage, from there on.
    fn column(&self, before: usize, each: usize) -> &[u8] {
        let start = HEAD + before * self.passages;
        &self.bytes.as_ref()[start..start + each * self.passages]
    }

    fn orders(&self) -> &[[u8; 8]] {
        self.column(0, 8).as_chunks().0
    }

    fn hashes(&self) -> &[TextHash] {
        self.column(8, HASH).as_chunks().0
    }

    /// The row of a passage, looked for from `near` on first, as passages mostly come in order.
    pub(super) fn row(&self, order: Order, near: usize) -> Option<usize> {
        let orders = self.orders();
        if orders
            .get(near)
            .is_some_and(|at| u64::from_le_bytes(*at) == order.0)
        {
            return Some(near);
        }
        orders
            .binary_search_by_key(&order.0, |at| u64::from_le_bytes(*at))
            .ok()
    }

    /// How similar a row is to what is asked.
    pub(super) fn similarity(&self, asked: &Meaning, row: usize) -> f32 {
        let scales: &[[u8; 4]] = self.column(8 + HASH, 4).as_chunks().0;
        let components = self.column(8 + HASH + 4, self.components);
        let components = &components[row * self.components..][..self.components];
        asked.similarity_to(f32::from_le_bytes(scales[row]), components)
    }

    fn encoded(&self, row: usize) -> Encoded {
        let scales: &[[u8; 4]] = self.column(8 + HASH, 4).as_chunks().0;
        let components = self.column(8 + HASH + 4, self.components);
        let components = components[row * self.components..][..self.components].iter();
        Encoded {
            hash: self.hashes()[row],
            meaning: Meaning {
                scale: f32::from_le_bytes(scales[row]),
                components: components.map(|byte| byte.cast_signed()).collect(),
            },
        }
    }

    /// Every passage with its place.
    pub(super) fn all(&self) -> impl Iterator<Item = (Order, Encoded)> + '_ {
        let orders = self.orders().iter().enumerate();
        orders.map(|(row, order)| (Order(u64::from_le_bytes(*order)), self.encoded(row)))
    }
}

/// Writes the vectors of an index; they must all be of one encoder.
pub(super) fn write(folder: &Path, mut all: Vec<(Order, Encoded)>) -> std::io::Result<()> {
    all.sort_unstable_by_key(|(order, _)| *order);
    let components = all
        .first()
        .map_or(0, |(_, one)| one.meaning.components.len());
    let mut file = BufWriter::new(File::create(folder.join(FILE))?);
    file.write_all(MAGIC)?;
    for number in [components, all.len()] {
        file.write_all(&(number as u64).to_le_bytes())?;
    }
    for (order, _) in &all {
        file.write_all(&order.0.to_le_bytes())?;
    }
    for (_, one) in &all {
        file.write_all(&one.hash)?;
    }
    for (_, one) in &all {
        file.write_all(&one.meaning.scale.to_le_bytes())?;
    }
    for (_, one) in &all {
        let bytes: Vec<u8> = one
            .meaning
            .components
            .iter()
            .map(|c| c.cast_unsigned())
            .collect();
        file.write_all(&bytes)?;
    }
    file.flush()
}

/// Encodes passages that nobody has encoded before.
#[derive(Clone)]
pub(super) struct PassageEncoder {
    encoder: Arc<Encoder>,
    /// Those of the generation before, by what was encoded.
    known: Arc<HashMap<TextHash, usize>>,
    before: Option<Arc<Vectors>>,
}

impl PassageEncoder {
    /// One that knows what an index of the same encoder has.
    pub(super) fn new(encoder: Encoder, before: Option<Vectors>) -> PassageEncoder {
        let known = before
            .iter()
            .flat_map(|before| before.hashes().iter().copied().zip(0..));
        PassageEncoder {
            encoder: Arc::new(encoder),
            known: Arc::new(known.collect()),
            before: before.map(Arc::new),
        }
    }

    /// The vectors of the generation before.
    pub(super) fn before(&self) -> Option<&Vectors> {
        self.before.as_deref()
    }

    /// What the passages of a document mean, each with what it stands under.
    pub(super) fn encode(&self, document: &Document, passages: &[Passage]) -> Vec<Encoded> {
        let texts: Vec<String> = passages.iter().map(|p| text_of(document, p)).collect();
        let hash = |text: &String| {
            let mut hash = TextHash::default();
            hash.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..HASH]);
            hash
        };
        let hashes: Vec<TextHash> = texts.iter().map(hash).collect();
        let is_new = |hash: &TextHash| !self.known.contains_key(hash);
        let new = texts.iter().zip(&hashes).filter(|(_, hash)| is_new(hash));
        let new: Vec<&str> = new.map(|(text, _)| text.as_str()).collect();
        let mut new = self.encoder.encode(&new).into_iter();
        let encoded = hashes.into_iter().filter_map(|hash| {
            let known = self.known.get(&hash).copied().zip(self.before.as_ref());
            match known {
                Some((row, before)) => Some(before.encoded(row)),
                // One comes out for each that went in.
                None => new.next().map(|meaning| Encoded { hash, meaning }),
            }
        });
        encoded.collect()
    }
}

/// What of a passage is encoded: title, headings and lead, then its text.
fn text_of(document: &Document, passage: &Passage) -> String {
    let mut text = document.title().to_owned();
    let above = passage
        .headings()
        .iter()
        .map(String::as_str)
        .chain(passage.lead());
    for part in above.chain([passage.text()]) {
        if !text.is_empty() {
            text.push_str(". ");
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(number: u8) -> Encoded {
        Encoded {
            hash: [number; HASH],
            meaning: Meaning::new(&[f32::from(number), 1.0, -2.0]),
        }
    }

    #[test]
    fn vectors_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let all = vec![(Order(9), encoded(3)), (Order(4), encoded(7))];
        write(folder.path(), all).expect("it can be written");
        let bytes = std::fs::read(folder.path().join(FILE)).expect("it is there");
        let vectors = Vectors::new(SharedBytes::new(bytes.clone())).expect("these are vectors");
        assert_eq!(vectors.len(), 2);
        assert_eq!(
            (vectors.row(Order(9), 0), vectors.row(Order(4), 0)),
            (Some(1), Some(0))
        );
        assert_eq!(vectors.row(Order(5), 0), None);
        let same = vectors.similarity(&encoded(7).meaning, 0);
        assert!((same - encoded(7).meaning.similarity(&encoded(7).meaning)).abs() < 1e-6);
        let orders: Vec<u64> = vectors.all().map(|(order, _)| order.0).collect();
        assert_eq!(orders, [4, 9]);
        for damaged in [&bytes[..bytes.len() - 1], &bytes[1..], b"" as &[u8]] {
            assert!(Vectors::new(SharedBytes::new(damaged.to_vec())).is_err());
        }
    }
}
