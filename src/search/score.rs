//! Step 2: the score of a candidate, a sum of named parts.
//!
//! | part | formula | source |
//! |---|---|---|
//! | words | BM25F: `Σ idf · (k1 + 1) · f / (k1 + f)`, `f = Σ_fields weight · tf / (1 − b + b · len / avg)` | Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", 2004 |
//! | closeness | `Σ min(idf_i, idf_j) / d²` over neighbouring words of the query, `d` the least distance at which they stand in one field | after Rasolofo and Savoy, "Term proximity scoring for keyword-based retrieval systems", 2003 |
//! | missing | `−(words + closeness) · (1 − coverage²)`, coverage the share of the query's idf that matched | the coordination factor of the vector space model, weighted by idf |
//! | variety | set by [`super::order`] | Carbonell and Goldstein, "The use of MMR", 1998, in spirit |
//!
//! The idf is that of BM25, `ln(1 + (N − n + ½) / (n + ½))`, over passages.

use std::collections::BTreeMap;

use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, SegmentReader, TERMINATED, Term};

use super::SearchError;
use crate::index::{Index, ORDER, Order, TextField};
use crate::query::{Plan, PlanWord};

/// How soon more occurrences of a word stop to count.
const K1: f64 = 0.9;
/// How much a neighbouring pair counts when it stands side by side.
const CLOSENESS: f64 = 0.5;
/// Pairs further apart than this are not close.
const CLOSE_WORDS: u32 = 8;

/// How much a word in a field counts, relative to one in the body.
pub(super) fn field_weight(field: TextField) -> f64 {
    match field {
        TextField::Title => 2.0,
        TextField::Heading => 1.5,
        TextField::Body => 1.0,
    }
}

/// How much the length of a field counts against it (BM25's b). Passages are cut to a size, so
/// length says less than it does of whole documents.
const B: f64 = 0.4;

/// What a part of a score is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    Words,
    Closeness,
    Missing,
    Variety,
}

impl PartKind {
    /// The name in explanations.
    pub fn name(self) -> &'static str {
        match self {
            PartKind::Words => "words",
            PartKind::Closeness => "closeness",
            PartKind::Missing => "missing",
            PartKind::Variety => "variety",
        }
    }
}

/// One part of a score, with what it comes from, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub kind: PartKind,
    pub value: f64,
    pub reasons: Vec<String>,
}

/// A candidate with its score.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) address: DocAddress,
    pub(super) order: Order,
    pub(super) parts: Vec<Part>,
    /// The weight (idf) of each scoring word of the plan.
    pub(super) weights: Vec<f64>,
}

impl Scored {
    pub(super) fn score(&self) -> f64 {
        self.parts.iter().map(|part| part.value).sum()
    }
}

/// Where a word stands in a candidate.
#[derive(Debug, Clone, Default)]
struct Occurrence {
    /// Positions by field, in the order of [`TextField::ALL`].
    positions: [Vec<u32>; 3],
}

/// What scoring knows of a query word in the whole corpus.
struct WordStats<'p> {
    word: &'p PlanWord,
    /// Passages that have the word.
    passages: u64,
    idf: f64,
}

/// What scoring knows of a candidate.
struct Candidate {
    doc: DocId,
    /// By scoring word of the plan.
    words: Vec<Occurrence>,
    lengths: [u32; 3],
}

/// Scores the candidates of a plan.
pub(super) fn score(
    index: &Index,
    plan: &Plan,
    addresses: &[DocAddress],
) -> Result<Vec<Scored>, SearchError> {
    let words = word_stats(index, plan)?;
    let averages = average_lengths(index)?;
    let mut by_segment: BTreeMap<u32, Vec<DocId>> = BTreeMap::new();
    for address in addresses {
        by_segment
            .entry(address.segment_ord)
            .or_default()
            .push(address.doc_id);
    }
    let mut scored = Vec::with_capacity(addresses.len());
    for (segment_ord, mut docs) in by_segment {
        docs.sort_unstable();
        let segment = index.searcher().segment_reader(segment_ord);
        let order = segment.fast_fields().u64(ORDER)?.first_or_default_col(0);
        for candidate in read_candidates(index, segment, &words, &docs)? {
            scored.push(Scored {
                address: DocAddress::new(segment_ord, candidate.doc),
                order: Order(order.get_val(candidate.doc)),
                parts: parts(&words, &averages, &candidate),
                weights: words.iter().map(|word| word.idf).collect(),
            });
        }
    }
    Ok(scored)
}

fn word_stats<'p>(index: &Index, plan: &'p Plan) -> Result<Vec<WordStats<'p>>, SearchError> {
    let searcher = index.searcher();
    let all = searcher.num_docs() as f64;
    plan.scoring_words()
        .map(|word| {
            let mut passages = 0;
            for field in TextField::ALL {
                let mut in_field = 0;
                for text in &word.terms {
                    let term = Term::from_field_text(index.fields().text(field), text);
                    in_field += searcher.doc_freq(&term)?;
                }
                // No field has them all; the largest count is the closest there is without
                // reading the postings.
                passages = in_field.max(passages);
            }
            let n = (passages as f64).min(all);
            Ok(WordStats {
                word,
                passages,
                idf: (1.0 + (all - n + 0.5) / (n + 0.5)).ln(),
            })
        })
        .collect()
}

fn average_lengths(index: &Index) -> Result<[f64; 3], SearchError> {
    let searcher = index.searcher();
    let mut averages = [1.0; 3];
    for (average, field) in averages.iter_mut().zip(TextField::ALL) {
        let mut tokens = 0;
        for segment in searcher.segment_readers() {
            tokens += segment
                .inverted_index(index.fields().text(field))?
                .total_num_tokens();
        }
        *average = (tokens as f64 / searcher.num_docs().max(1) as f64).max(1.0);
    }
    Ok(averages)
}

/// Reads lengths and positions for the candidates of one segment; `docs` ascending.
fn read_candidates(
    index: &Index,
    segment: &SegmentReader,
    words: &[WordStats<'_>],
    docs: &[DocId],
) -> Result<Vec<Candidate>, SearchError> {
    let mut candidates: Vec<Candidate> = docs
        .iter()
        .map(|&doc| Candidate {
            doc,
            words: vec![Occurrence::default(); words.len()],
            lengths: [0; 3],
        })
        .collect();
    for (f, field) in TextField::ALL.into_iter().enumerate() {
        let tantivy_field = index.fields().text(field);
        let norms = segment.get_fieldnorms_reader(tantivy_field)?;
        for candidate in &mut candidates {
            candidate.lengths[f] = norms.fieldnorm(candidate.doc);
        }
        let inverted = segment.inverted_index(tantivy_field)?;
        for (w, stats) in words.iter().enumerate() {
            if stats.word.field.is_some_and(|only| only != field) {
                continue;
            }
            for text in &stats.word.terms {
                let term = Term::from_field_text(tantivy_field, text);
                let option = IndexRecordOption::WithFreqsAndPositions;
                if let Some(mut postings) = inverted
                    .read_postings(&term, option)
                    .map_err(tantivy::TantivyError::from)?
                {
                    read_positions(&mut postings, &mut candidates, |candidate| {
                        &mut candidate.words[w].positions[f]
                    });
                }
            }
        }
    }
    Ok(candidates)
}

fn read_positions(
    postings: &mut impl Postings,
    candidates: &mut [Candidate],
    target: impl Fn(&mut Candidate) -> &mut Vec<u32>,
) {
    let mut positions = Vec::new();
    for candidate in candidates {
        if postings.doc() < candidate.doc && postings.seek(candidate.doc) == TERMINATED {
            return;
        }
        if postings.doc() == candidate.doc {
            postings.positions(&mut positions);
            let target = target(candidate);
            target.append(&mut positions);
            target.sort_unstable();
        }
    }
}

fn parts(words: &[WordStats<'_>], averages: &[f64; 3], candidate: &Candidate) -> Vec<Part> {
    let mut parts = vec![
        words_part(words, averages, candidate),
        closeness_part(words, candidate),
    ];
    let so_far = parts.iter().map(|part| part.value).sum();
    parts.push(missing_part(words, candidate, so_far));
    parts.retain(|part| part.value != 0.0);
    parts
}

fn words_part(words: &[WordStats<'_>], averages: &[f64; 3], candidate: &Candidate) -> Part {
    let mut part = Part {
        kind: PartKind::Words,
        value: 0.0,
        reasons: Vec::new(),
    };
    for (stats, occurrence) in words.iter().zip(&candidate.words) {
        let mut frequency = 0.0;
        let mut places = Vec::new();
        for (f, field) in TextField::ALL.into_iter().enumerate() {
            let times = occurrence.positions[f].len();
            if times > 0 {
                let length = 1.0 - B + B * f64::from(candidate.lengths[f]) / averages[f];
                frequency += field_weight(field) * times as f64 / length;
                places.push(format!("{times} × in {}", field.name()));
            }
        }
        if frequency > 0.0 {
            let value = stats.idf * (K1 + 1.0) * frequency / (K1 + frequency);
            part.value += value;
            part.reasons.push(format!(
                "{} {value:.2} ({}; in {} passages of the corpus)",
                stats.word.surface,
                places.join(", "),
                stats.passages
            ));
        }
    }
    part
}

fn closeness_part(words: &[WordStats<'_>], candidate: &Candidate) -> Part {
    let mut part = Part {
        kind: PartKind::Closeness,
        value: 0.0,
        reasons: Vec::new(),
    };
    let parts_only: Vec<_> = words
        .iter()
        .zip(&candidate.words)
        .filter(|(stats, _)| !stats.word.compound)
        .collect();
    for pair in parts_only.windows(2) {
        let [(first, a), (second, b)] = pair else {
            continue;
        };
        let distance = (0..TextField::ALL.len())
            .filter_map(|f| least_distance(&a.positions[f], &b.positions[f]))
            .min();
        if let Some(distance) = distance.filter(|&d| d <= CLOSE_WORDS) {
            part.value += CLOSENESS * first.idf.min(second.idf) / f64::from(distance).powi(2);
            part.reasons.push(match distance {
                1 => format!(
                    "{} and {} side by side",
                    first.word.surface, second.word.surface
                ),
                _ => format!(
                    "{} and {} {distance} words apart",
                    first.word.surface, second.word.surface
                ),
            });
        }
    }
    part
}

/// The least distance between two ascending lists of positions.
fn least_distance(a: &[u32], b: &[u32]) -> Option<u32> {
    let (mut i, mut j) = (0, 0);
    let mut least: Option<u32> = None;
    while i < a.len() && j < b.len() {
        let distance = a[i].abs_diff(b[j]).max(1);
        least = Some(least.map_or(distance, |known| known.min(distance)));
        if a[i] < b[j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    least
}

fn missing_part(words: &[WordStats<'_>], candidate: &Candidate, so_far: f64) -> Part {
    let (mut matched, mut all) = (0.0, 0.0);
    let mut missing = Vec::new();
    for (stats, occurrence) in words.iter().zip(&candidate.words) {
        if stats.word.compound {
            continue;
        }
        all += stats.idf;
        if occurrence.positions.iter().any(|at| !at.is_empty()) {
            matched += stats.idf;
        } else {
            missing.push(stats.word.surface.as_str());
        }
    }
    let coverage = if all > 0.0 { matched / all } else { 1.0 };
    // A compound may match without its parts; it then stands for them.
    let coverage = if matched == 0.0 { 1.0 } else { coverage };
    Part {
        kind: PartKind::Missing,
        value: -so_far * (1.0 - coverage.powi(2)),
        reasons: missing
            .iter()
            .map(|word| format!("without {word}"))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(least_distance(&[1, 10], &[4, 11]), Some(1));
        assert_eq!(least_distance(&[20], &[3, 17, 40]), Some(3));
        assert_eq!(least_distance(&[], &[3]), None);
        // A word and its other form can share a place; that is as close as it gets.
        assert_eq!(least_distance(&[3], &[3]), Some(1));
    }
}
