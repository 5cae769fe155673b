//! Step 2: the score of a candidate, a sum of named parts.
//!
//! | part | formula | source |
//! |---|---|---|
//! | words | BM25F: `Σ weight · idf · (k1 + 1) · f / (k1 + f)`, `f = Σ_fields weight · tf / (1 − b + b · len / avg)`; a synonym counts as the word at [`SYNONYM`] of its worth | Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", 2004 |
//! | closeness | `Σ min(idf_i, idf_j) / d²` over neighbouring words of the query, `d` the least distance at which they stand in one field | after Rasolofo and Savoy, "Term proximity scoring for keyword-based retrieval systems", 2003 |
//! | title | `Σ weight · idf` of the words in the title, times the share of the title they cover: a document *about* the topic, not one that mentions it | the field-match idea of Kim, Xue and Croft, "A probabilistic retrieval model for semistructured data", 2009 |
//! | aspect | `λ · (1 − P(none)) · (max(ln P, −F) + F)`, `P` the chance that the passage speaks of what is asked | query likelihood over aspects, after Ponte and Croft, "A language modeling approach to information retrieval", 1998 |
//! | variety | set by [`super::order`] | Carbonell and Goldstein, "The use of MMR", 1998, in spirit |
//!
//! The idf is that of BM25, `ln(1 + (N − n + ½) / (n + ½))`, over passages.

use std::collections::BTreeMap;

use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, SegmentReader, TERMINATED, Term};

use super::SearchError;
use crate::annotate::AspectWeights;
use crate::index::{AspectReader, Index, ORDER, Order, TextField};
use crate::query::{Plan, PlanConcept, PlanWord};

/// How soon more occurrences of a word stop to count.
const K1: f64 = 0.9;
/// How much the length of a field counts against it (BM25's b). Passages are cut to a size, so
/// length says less than it does of whole documents.
const B: f64 = 0.4;
/// How much a neighbouring pair counts when it stands side by side.
const CLOSENESS: f64 = 0.5;
/// Pairs further apart than this are not close.
const CLOSE_WORDS: u32 = 8;
/// What a synonym is worth, as a share of the word itself. Below one, so that no expansion
/// outranks the same passage with the word.
pub(super) const SYNONYM: f64 = 0.75;
/// How much a title counts that is all about the topic.
const TITLE: f64 = 4.0;
/// λ: how much the aspect counts, per unit of the natural logarithm.
const ASPECT: f64 = 2.0;
/// F: passages less likely than e^−F to speak of the aspect are all the same.
const ASPECT_FLOOR: f64 = 3.0;

/// How much a word in a field counts, relative to one in the body.
pub(super) fn field_weight(field: TextField) -> f64 {
    match field {
        TextField::Title => 6.0,
        TextField::Heading => 1.5,
        TextField::Body => 1.0,
    }
}

/// What a part of a score is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartKind {
    Words,
    Closeness,
    Title,
    Aspect,
    Variety,
}

impl PartKind {
    /// The name in explanations.
    pub fn name(self) -> &'static str {
        match self {
            PartKind::Words => "words",
            PartKind::Closeness => "closeness",
            PartKind::Title => "title",
            PartKind::Aspect => "aspect",
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

impl Part {
    fn new(kind: PartKind) -> Part {
        Part {
            kind,
            value: 0.0,
            reasons: Vec::new(),
        }
    }
}

/// A candidate with its score.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) address: DocAddress,
    pub(super) order: Order,
    pub(super) parts: Vec<Part>,
}

impl Scored {
    pub(super) fn score(&self) -> f64 {
        self.parts.iter().map(|part| part.value).sum()
    }
}

/// Positions by field, in the order of [`TextField::ALL`].
type Positions = [Vec<u32>; 3];

/// What scoring knows of a query word in the whole corpus.
struct WordStats<'p> {
    word: &'p PlanWord,
    /// Passages that have the word.
    passages: u64,
    idf: f64,
}

impl WordStats<'_> {
    fn weight(&self) -> f64 {
        self.idf * self.word.weight
    }
}

/// Everything about a query that does not depend on the candidate.
pub(super) struct Scorer<'p> {
    index: &'p Index,
    plan: &'p Plan,
    words: Vec<WordStats<'p>>,
    /// The concept of each word, if the query names one with it.
    concepts: Vec<Option<&'p PlanConcept>>,
    /// Every term to look up, words and synonyms, each once.
    terms: BTreeMap<&'p str, usize>,
    averages: [f64; 3],
}

/// What scoring knows of a candidate.
struct Candidate {
    doc: DocId,
    /// By term, see [`Scorer::terms`].
    terms: Vec<Positions>,
    lengths: [u32; 3],
}

impl<'p> Scorer<'p> {
    pub(super) fn new(index: &'p Index, plan: &'p Plan) -> Result<Self, SearchError> {
        let words = word_stats(index, plan)?;
        let concepts = (0..words.len())
            .map(|w| {
                plan.concepts
                    .iter()
                    .find(|concept| concept.words.contains(&w))
            })
            .collect();
        let of_words = words.iter().flat_map(|stats| &stats.word.terms);
        let of_synonyms = plan
            .concepts
            .iter()
            .flat_map(|c| c.synonyms.iter().flatten());
        let mut terms: BTreeMap<&str, usize> = BTreeMap::new();
        for term in of_words.chain(of_synonyms) {
            let next = terms.len();
            terms.entry(term).or_insert(next);
        }
        Ok(Scorer {
            averages: average_lengths(index)?,
            index,
            plan,
            words,
            concepts,
            terms,
        })
    }

    /// The weight of each scoring word of the plan.
    pub(super) fn weights(&self) -> Vec<f64> {
        self.words.iter().map(WordStats::weight).collect()
    }

    /// Scores candidates.
    pub(super) fn score(&self, addresses: &[DocAddress]) -> Result<Vec<Scored>, SearchError> {
        let mut by_segment: BTreeMap<u32, Vec<DocId>> = BTreeMap::new();
        for address in addresses {
            let docs = by_segment.entry(address.segment_ord).or_default();
            docs.push(address.doc_id);
        }
        let mut scored = Vec::with_capacity(addresses.len());
        for (segment_ord, mut docs) in by_segment {
            docs.sort_unstable();
            let segment = self.index.searcher().segment_reader(segment_ord);
            let order = segment.fast_fields().u64(ORDER)?.first_or_default_col(0);
            let aspects = AspectReader::open(segment)?;
            for candidate in self.read(segment, &docs)? {
                scored.push(Scored {
                    address: DocAddress::new(segment_ord, candidate.doc),
                    order: Order(order.get_val(candidate.doc)),
                    parts: self.parts(&candidate, &aspects.weights(candidate.doc)),
                });
            }
        }
        Ok(scored)
    }

    /// Reads lengths and positions for the candidates of one segment; `docs` ascending.
    fn read(&self, segment: &SegmentReader, docs: &[DocId]) -> Result<Vec<Candidate>, SearchError> {
        let empty = |&doc: &DocId| Candidate {
            doc,
            terms: vec![Positions::default(); self.terms.len()],
            lengths: [0; 3],
        };
        let mut candidates: Vec<Candidate> = docs.iter().map(empty).collect();
        for (f, field) in TextField::ALL.into_iter().enumerate() {
            let field = self.index.fields().text(field);
            let norms = segment.get_fieldnorms_reader(field)?;
            for candidate in &mut candidates {
                candidate.lengths[f] = norms.fieldnorm(candidate.doc);
            }
            let inverted = segment.inverted_index(field)?;
            for (text, &t) in &self.terms {
                let term = Term::from_field_text(field, text);
                let postings = inverted
                    .read_postings(&term, IndexRecordOption::WithFreqsAndPositions)
                    .map_err(tantivy::TantivyError::from)?;
                if let Some(mut postings) = postings {
                    read_positions(&mut postings, &mut candidates, t, f);
                }
            }
        }
        Ok(candidates)
    }

    fn parts(&self, candidate: &Candidate, aspects: &AspectWeights) -> Vec<Part> {
        let own: Vec<Positions> = self
            .words
            .iter()
            .map(|stats| self.own(stats, candidate))
            .collect();
        let synonyms: Vec<Option<(Positions, String)>> = self
            .concepts
            .iter()
            .map(|concept| concept.and_then(|concept| self.synonym(concept, candidate)))
            .collect();
        let mut parts = vec![
            self.words_part(candidate, &own, &synonyms),
            self.closeness_part(&own),
            self.title_part(candidate, &own, &synonyms),
        ];
        parts.push(self.aspect_part(aspects));
        parts.retain(|part| part.value != 0.0);
        parts
    }

    /// Where a word itself stands.
    fn own(&self, stats: &WordStats<'_>, candidate: &Candidate) -> Positions {
        let mut found = Positions::default();
        for text in &stats.word.terms {
            let positions = &candidate.terms[self.terms[text.as_str()]];
            for (f, field) in TextField::ALL.into_iter().enumerate() {
                if stats.word.field.is_none_or(|only| only == field) {
                    found[f].extend(&positions[f]);
                }
            }
        }
        found
            .iter_mut()
            .for_each(|positions| positions.sort_unstable());
        found
    }

    /// Where other names of a concept stand, and the one most often used.
    fn synonym(&self, concept: &PlanConcept, candidate: &Candidate) -> Option<(Positions, String)> {
        let mut all = Positions::default();
        let mut most: Option<(usize, String)> = None;
        for terms in &concept.synonyms {
            let places: Vec<&Positions> = terms
                .iter()
                .map(|text| &candidate.terms[self.terms[text.as_str()]])
                .collect();
            let mut count = 0;
            for (f, all) in all.iter_mut().enumerate() {
                let starts = phrase_starts(&places, f);
                count += starts.len();
                all.extend(starts);
            }
            if count > most.as_ref().map_or(0, |(most, _)| *most) {
                most = Some((count, terms.join(" ")));
            }
        }
        most.map(|(_, name)| (all, name))
    }

    /// How often something stands in a candidate, by the weight and length of the fields.
    fn frequency(&self, candidate: &Candidate, positions: &Positions) -> f64 {
        let mut frequency = 0.0;
        for (f, field) in TextField::ALL.into_iter().enumerate() {
            let length = 1.0 - B + B * f64::from(candidate.lengths[f]) / self.averages[f];
            frequency += field_weight(field) * positions[f].len() as f64 / length;
        }
        frequency
    }

    fn words_part(
        &self,
        candidate: &Candidate,
        own: &[Positions],
        synonyms: &[Option<(Positions, String)>],
    ) -> Part {
        let saturated = |frequency: f64| (K1 + 1.0) * frequency / (K1 + frequency);
        let mut part = Part::new(PartKind::Words);
        for ((stats, own), synonym) in self.words.iter().zip(own).zip(synonyms) {
            let exact = saturated(self.frequency(candidate, own));
            let by_synonym = synonym.as_ref().map_or(0.0, |(positions, _)| {
                SYNONYM * saturated(self.frequency(candidate, positions))
            });
            let value = stats.weight() * exact.max(by_synonym);
            if value == 0.0 {
                continue;
            }
            part.value += value;
            part.reasons.push(match synonym {
                Some((_, name)) if by_synonym > exact => {
                    format!("{} {value:.2} (as “{name}”)", stats.word.surface)
                }
                _ => format!(
                    "{} {value:.2} ({}; in {} passages of the corpus)",
                    stats.word.surface,
                    places(own),
                    stats.passages
                ),
            });
        }
        part
    }

    fn closeness_part(&self, own: &[Positions]) -> Part {
        let mut part = Part::new(PartKind::Closeness);
        let whole: Vec<_> = self
            .words
            .iter()
            .zip(own)
            .filter(|(stats, _)| !stats.word.compound)
            .collect();
        for pair in whole.windows(2) {
            let [(first, a), (second, b)] = pair else {
                continue;
            };
            let distance = (0..TextField::ALL.len())
                .filter_map(|f| least_distance(&a[f], &b[f]))
                .min();
            if let Some(distance) = distance.filter(|&d| d <= CLOSE_WORDS) {
                let weight = first.weight().min(second.weight());
                part.value += CLOSENESS * weight / f64::from(distance).powi(2);
                let (first, second) = (&first.word.surface, &second.word.surface);
                part.reasons.push(match distance {
                    1 => format!("{first} and {second} side by side"),
                    _ => format!("{first} and {second} {distance} words apart"),
                });
            }
        }
        part
    }

    fn title_part(
        &self,
        candidate: &Candidate,
        own: &[Positions],
        synonyms: &[Option<(Positions, String)>],
    ) -> Part {
        const TITLE_FIELD: usize = 0;
        let mut part = Part::new(PartKind::Title);
        let mut covered: Vec<u32> = Vec::new();
        let mut weight = 0.0;
        for ((stats, own), synonym) in self.words.iter().zip(own).zip(synonyms) {
            if !own[TITLE_FIELD].is_empty() {
                weight += stats.weight();
                covered.extend(&own[TITLE_FIELD]);
            } else if let Some((positions, _)) = synonym
                && !positions[TITLE_FIELD].is_empty()
            {
                weight += SYNONYM * stats.weight();
                covered.extend(&positions[TITLE_FIELD]);
            }
        }
        covered.sort_unstable();
        covered.dedup();
        let length = candidate.lengths[TITLE_FIELD].max(1);
        let share = (covered.len() as f64 / f64::from(length)).min(1.0);
        part.value = TITLE * weight * share;
        part.reasons
            .push(format!("{:.0} % of the title", share * 100.0));
        part
    }

    fn aspect_part(&self, aspects: &AspectWeights) -> Part {
        let asked = &self.plan.asked;
        let mut part = Part::new(PartKind::Aspect);
        let chance = asked.chance(aspects);
        let above_floor = chance.max(f64::MIN_POSITIVE).ln().max(-ASPECT_FLOOR) + ASPECT_FLOOR;
        part.value = ASPECT * asked.certainty() * above_floor;
        if let Some(aspect) = asked.best() {
            part.reasons.push(format!(
                "speaks of {aspect} with a chance of {:.0} %",
                chance * 100.0
            ));
        }
        part
    }
}

fn places(positions: &Positions) -> String {
    let counts: Vec<String> = TextField::ALL
        .into_iter()
        .zip(positions)
        .filter(|(_, positions)| !positions.is_empty())
        .map(|(field, positions)| format!("{} × in {}", positions.len(), field.name()))
        .collect();
    counts.join(", ")
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
            let inverted = segment.inverted_index(index.fields().text(field))?;
            tokens += inverted.total_num_tokens();
        }
        *average = (tokens as f64 / searcher.num_docs().max(1) as f64).max(1.0);
    }
    Ok(averages)
}

fn read_positions(postings: &mut impl Postings, candidates: &mut [Candidate], t: usize, f: usize) {
    for candidate in candidates {
        if postings.doc() < candidate.doc && postings.seek(candidate.doc) == TERMINATED {
            return;
        }
        if postings.doc() == candidate.doc {
            postings.positions(&mut candidate.terms[t][f]);
        }
    }
}

/// Where terms stand one after the other in a field.
fn phrase_starts(terms: &[&Positions], field: usize) -> Vec<u32> {
    let Some((first, rest)) = terms.split_first() else {
        return Vec::new();
    };
    let follows = |&start: &u32| {
        rest.iter()
            .zip(start + 1..)
            .all(|(positions, place)| positions[field].binary_search(&place).is_ok())
    };
    first[field].iter().copied().filter(follows).collect()
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

    #[test]
    fn phrases() {
        let places = |body: &[u32]| -> Positions { [vec![], vec![], body.to_vec()] };
        let (a, b) = (places(&[1, 5, 9]), places(&[2, 7, 10]));
        assert_eq!(phrase_starts(&[&a, &b], 2), [1, 9]);
        assert!(phrase_starts(&[&a, &b], 0).is_empty());
        assert_eq!(phrase_starts(&[&b], 2), [2, 7, 10]);
    }
}
