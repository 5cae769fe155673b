//! What scoring reads of the candidates of a segment: how often, and where, each term stands.

use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term};

use super::SearchError;
use crate::index::{Fields, TITLE_WORDS, TextField};

/// The number of fields, in the order of [`TextField::ALL`].
pub(super) const FIELDS: usize = TextField::ALL.len();

/// How often each term stands in each field of each candidate.
pub(super) struct Table {
    docs: Vec<DocId>,
    lengths: [Vec<u32>; FIELDS],
    title_words: Vec<u32>,
    /// By term, field and candidate.
    counts: Vec<u32>,
}

impl Table {
    /// Reads the counts of `terms` in passages of a segment; `docs` ascending.
    pub(super) fn read(
        segment: &SegmentReader,
        fields: &Fields,
        terms: &[&str],
        docs: Vec<DocId>,
    ) -> Result<Table, SearchError> {
        let mut counts = vec![0; terms.len() * FIELDS * docs.len()];
        let mut lengths: [Vec<u32>; FIELDS] = Default::default();
        for (f, field) in TextField::ALL.into_iter().enumerate() {
            let norms = segment.get_fieldnorms_reader(fields.text(field))?;
            lengths[f] = docs.iter().map(|&doc| norms.fieldnorm(doc)).collect();
            for (t, term) in terms.iter().enumerate() {
                let start = (t * FIELDS + f) * docs.len();
                let counts = &mut counts[start..start + docs.len()];
                let option = IndexRecordOption::WithFreqs;
                visit(
                    segment,
                    fields,
                    (term, field),
                    option,
                    &docs,
                    &mut |c, posting| {
                        counts[c] = posting.term_freq();
                    },
                )?;
            }
        }
        let title_words = segment.fast_fields().u64(TITLE_WORDS)?;
        let title_words = title_words.first_or_default_col(0);
        let title_words = docs.iter().map(|&doc| title_words.get_val(doc) as u32);
        Ok(Table {
            title_words: title_words.collect(),
            docs,
            lengths,
            counts,
        })
    }

    /// The candidates, ascending.
    pub(super) fn docs(&self) -> &[DocId] {
        &self.docs
    }

    /// The length of a field of a candidate, in words.
    pub(super) fn length(&self, field: usize, candidate: usize) -> u32 {
        self.lengths[field][candidate]
    }

    /// How many words of the title of a candidate name its topic.
    pub(super) fn title_words(&self, candidate: usize) -> u32 {
        self.title_words[candidate]
    }

    /// How often a term stands in a field of a candidate.
    pub(super) fn count(&self, term: usize, field: usize, candidate: usize) -> u32 {
        self.counts[(term * FIELDS + field) * self.docs.len() + candidate]
    }

    /// How often a term stands in the fields of each candidate.
    pub(super) fn counts(&self, term: usize) -> Vec<[u32; FIELDS]> {
        let of = |c| std::array::from_fn(|f| self.count(term, f, c));
        (0..self.docs.len()).map(of).collect()
    }

    /// How often terms stand one after the other in the fields of each candidate. Positions are
    /// read only where all of the terms are.
    pub(super) fn phrase_counts(
        &self,
        segment: &SegmentReader,
        fields: &Fields,
        terms: &[&str],
        phrase: &[usize],
    ) -> Result<Vec<[u32; FIELDS]>, SearchError> {
        let mut counts = vec![[0; FIELDS]; self.docs.len()];
        for (f, _) in TextField::ALL.iter().enumerate() {
            let all = |&c: &usize| phrase.iter().all(|&t| self.count(t, f, c) > 0);
            let having: Vec<usize> = (0..self.docs.len()).filter(all).collect();
            if having.is_empty() {
                continue;
            }
            let docs: Vec<DocId> = having.iter().map(|&c| self.docs[c]).collect();
            let places = Places::read_field(segment, fields, terms, phrase, f, &docs)?;
            for (at, &c) in having.iter().enumerate() {
                let in_order: Vec<&[u32]> = phrase.iter().map(|&t| places.at(t, f, at)).collect();
                counts[c][f] = phrase_count(&in_order);
            }
        }
        Ok(counts)
    }
}

/// Where terms stand in passages of a segment.
pub(super) struct Places {
    terms: Vec<usize>,
    docs: usize,
    /// By term, field and passage.
    positions: Vec<Vec<u32>>,
}

impl Places {
    /// Reads where the `used` ones of `terms` stand; `docs` ascending.
    pub(super) fn read(
        segment: &SegmentReader,
        fields: &Fields,
        terms: &[&str],
        used: &[usize],
        docs: &[DocId],
    ) -> Result<Places, SearchError> {
        let mut places = Places::empty(used, docs.len());
        for f in 0..FIELDS {
            places.fill(segment, fields, terms, f, docs)?;
        }
        Ok(places)
    }

    fn read_field(
        segment: &SegmentReader,
        fields: &Fields,
        terms: &[&str],
        used: &[usize],
        field: usize,
        docs: &[DocId],
    ) -> Result<Places, SearchError> {
        let mut places = Places::empty(used, docs.len());
        places.fill(segment, fields, terms, field, docs)?;
        Ok(places)
    }

    fn empty(used: &[usize], docs: usize) -> Places {
        Places {
            terms: used.to_vec(),
            docs,
            positions: vec![Vec::new(); used.len() * FIELDS * docs],
        }
    }

    fn fill(
        &mut self,
        segment: &SegmentReader,
        fields: &Fields,
        terms: &[&str],
        f: usize,
        docs: &[DocId],
    ) -> Result<(), SearchError> {
        for (u, &t) in self.terms.iter().enumerate() {
            let start = (u * FIELDS + f) * self.docs;
            let positions = &mut self.positions[start..start + self.docs];
            let option = IndexRecordOption::WithFreqsAndPositions;
            let term = (terms[t], TextField::ALL[f]);
            visit(
                segment,
                fields,
                (&term.0, term.1),
                option,
                docs,
                &mut |c, posting| {
                    posting.positions(&mut positions[c]);
                },
            )?;
        }
        Ok(())
    }

    /// Where a term stands in a field of a passage.
    fn at(&self, term: usize, field: usize, passage: usize) -> &[u32] {
        match self.terms.iter().position(|&known| known == term) {
            Some(u) => &self.positions[(u * FIELDS + field) * self.docs + passage],
            None => &[],
        }
    }

    /// Where any of some terms stand in a field of a passage, ascending.
    pub(super) fn of(&self, terms: &[usize], field: usize, passage: usize) -> Vec<u32> {
        let each = terms.iter().flat_map(|&term| self.at(term, field, passage));
        let mut all: Vec<u32> = each.copied().collect();
        if terms.len() > 1 {
            all.sort_unstable();
        }
        all
    }
}

/// Goes through the postings of a term in a field and stops at those of `docs` (ascending) that
/// have it.
fn visit(
    segment: &SegmentReader,
    fields: &Fields,
    (text, field): (&&str, TextField),
    option: IndexRecordOption,
    docs: &[DocId],
    found: &mut dyn FnMut(usize, &mut tantivy::postings::SegmentPostings),
) -> Result<(), SearchError> {
    let field = fields.text(field);
    let term = Term::from_field_text(field, text);
    let postings = segment
        .inverted_index(field)?
        .read_postings(&term, option)
        .map_err(tantivy::TantivyError::from)?;
    let Some(mut postings) = postings else {
        return Ok(());
    };
    for (c, &doc) in docs.iter().enumerate() {
        if postings.doc() < doc && postings.seek(doc) == TERMINATED {
            break;
        }
        if postings.doc() == doc {
            found(c, &mut postings);
        }
    }
    Ok(())
}

/// How often terms stand one after the other, given where each stands.
fn phrase_count(terms: &[&[u32]]) -> u32 {
    let Some((first, rest)) = terms.split_first() else {
        return 0;
    };
    let follows = |start: &&u32| {
        let mut places = rest.iter().zip(**start + 1..);
        places.all(|(positions, place)| positions.binary_search(&place).is_ok())
    };
    first.iter().filter(follows).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases() {
        assert_eq!(phrase_count(&[&[1, 5, 9], &[2, 7, 10]]), 2);
        assert_eq!(phrase_count(&[&[1, 5, 9], &[]]), 0);
        assert_eq!(phrase_count(&[&[2, 7, 10]]), 3);
        assert_eq!(phrase_count(&[]), 0);
    }
}
