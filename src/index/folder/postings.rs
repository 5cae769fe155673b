//! How often, and where, words stand in candidates: read from their postings, segment by segment.

use std::ops::Range;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, SegmentReader, TERMINATED, Term};

use super::index::Index;
use super::schema::{AspectReader, Fields, ORDER, TITLE_WORDS};
use crate::index::error::IndexError;
use crate::index::field::TextField;
use crate::index::passage::{Order, PassageAt};
use crate::index::table::{
    Candidate, CandidateNumber, ChosenNumber, Counts, FIELDS, NameNumber, Positions, Table,
    TermNumber, phrase_count, slot,
};

/// Addresses of one segment, ascending, and their places among all.
struct SegmentCandidates<'s> {
    segment: &'s SegmentReader,
    docs: Vec<DocId>,
    numbers: Range<usize>,
}

/// Groups addresses in ascending order.
fn groups<'i>(index: &'i Index, addresses: &[DocAddress]) -> Vec<SegmentCandidates<'i>> {
    let mut groups: Vec<SegmentCandidates<'i>> = Vec::new();
    let mut start = 0;
    for chunk in addresses.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let numbers = start..start + chunk.len();
        start = numbers.end;
        groups.push(SegmentCandidates {
            segment: index.searcher().segment_reader(chunk[0].segment_ord),
            docs: chunk.iter().map(|at| at.doc_id).collect(),
            numbers,
        });
    }
    groups
}

/// Reads the table of candidates.
pub(super) fn table(
    index: &Index,
    candidates: &[PassageAt],
    terms: &[&str],
    names: &[&[TermNumber]],
) -> Result<Table, IndexError> {
    let mut addresses: Vec<DocAddress> = candidates.iter().map(|&at| at.into()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let all = addresses.len();
    let mut table = Table {
        candidates: Vec::with_capacity(all),
        counts: vec![0; terms.len() * FIELDS * all],
        names: vec![vec![Counts::default(); all]; names.len()],
        #[cfg(feature = "cluster")]
        positions: Vec::new(),
    };
    let fields = index.fields();
    let groups = groups(index, &addresses);
    // All of them first: where something stands in the table goes by how many there are.
    for group in &groups {
        group.add_candidates(fields, &addresses, &mut table.candidates)?;
    }
    for group in &groups {
        for (t, term) in terms.iter().enumerate() {
            for field in TextField::ALL {
                let first = CandidateNumber(group.numbers.start);
                let start = slot(TermNumber(t), field, first, all);
                let counts = &mut table.counts[start..start + group.docs.len()];
                let mut count = |c: usize, posting: &mut SegmentPostings| {
                    counts[c] = posting.term_freq();
                };
                let option = IndexRecordOption::WithFreqs;
                visit(
                    group.segment,
                    fields,
                    (term, field),
                    option,
                    &group.docs,
                    &mut count,
                )?;
            }
        }
        for (n, name) in names.iter().enumerate() {
            group.count_name(fields, terms, name, NameNumber(n), &mut table)?;
        }
    }
    Ok(table)
}

impl SegmentCandidates<'_> {
    fn add_candidates(
        &self,
        fields: &Fields,
        addresses: &[DocAddress],
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), IndexError> {
        let column = |name| -> tantivy::Result<_> {
            let column = self.segment.fast_fields().u64(name)?;
            Ok(column.first_or_default_col(0))
        };
        let (orders, title_words) = (column(ORDER)?, column(TITLE_WORDS)?);
        let aspects = AspectReader::open(self.segment)?;
        let mut norms = Vec::with_capacity(FIELDS);
        for field in TextField::ALL {
            norms.push(self.segment.get_fieldnorms_reader(fields.text(field))?);
        }
        let own = &addresses[self.numbers.clone()];
        candidates.extend(own.iter().map(|&at| Candidate {
            at: at.into(),
            order: Order(orders.get_val(at.doc_id)),
            aspects: aspects.weights(at.doc_id),
            lengths: std::array::from_fn(|f| norms[f].fieldnorm(at.doc_id)),
            title_words: title_words.get_val(at.doc_id) as u32,
        }));
        Ok(())
    }

    /// Counts how often terms stand one after the other. Positions are read only where all of the
    /// terms are.
    fn count_name(
        &self,
        fields: &Fields,
        terms: &[&str],
        name: &[TermNumber],
        number: NameNumber,
        table: &mut Table,
    ) -> Result<(), IndexError> {
        if let [term] = name {
            for c in self.numbers.clone() {
                table.names[number.0][c] = table.counts(*term, CandidateNumber(c));
            }
            return Ok(());
        }
        for f in TextField::ALL {
            let all = |&c: &CandidateNumber| name.iter().all(|&t| table.count(t, f, c) > 0);
            let numbers = self.numbers.clone().map(CandidateNumber);
            let having: Vec<CandidateNumber> = numbers.filter(all).collect();
            if having.is_empty() {
                continue;
            }
            let doc = |&c: &CandidateNumber| self.docs[c.0 - self.numbers.start];
            let docs: Vec<DocId> = having.iter().map(doc).collect();
            let mut places = Positions::empty(name, docs.len());
            fill(self.segment, fields, terms, f, &docs, 0, &mut places)?;
            for (at, &c) in (0..).map(ChosenNumber).zip(&having) {
                let in_order: Vec<&[u32]> = name.iter().map(|&t| places.at(t, f, at)).collect();
                table.names[number.0][c.0][f.index()] = phrase_count(&in_order);
            }
        }
        Ok(())
    }
}

/// Reads where the `used` ones of `terms` stand in the `chosen` passages.
pub(super) fn positions(
    index: &Index,
    chosen: &[PassageAt],
    terms: &[&str],
    used: &[TermNumber],
) -> Result<Positions, IndexError> {
    let addresses = chosen.iter().map(|&at| at.into());
    let mut sorted: Vec<(DocAddress, ChosenNumber)> =
        addresses.zip((0..).map(ChosenNumber)).collect();
    sorted.sort_unstable();
    let mut places = Positions::empty(used, chosen.len());
    let addresses: Vec<DocAddress> = sorted.iter().map(|(at, _)| *at).collect();
    for group in groups(index, &addresses) {
        for f in TextField::ALL {
            let start = group.numbers.start;
            fill(
                group.segment,
                index.fields(),
                terms,
                f,
                &group.docs,
                start,
                &mut places,
            )?;
        }
    }
    places.reorder(&sorted.iter().map(|(_, number)| *number).collect::<Vec<_>>());
    Ok(places)
}

/// Reads the positions of the terms of `places` in a field of passages of a segment, ascending, of
/// which the first is the chosen one number `start`.
fn fill(
    segment: &SegmentReader,
    fields: &Fields,
    terms: &[&str],
    f: TextField,
    docs: &[DocId],
    start: usize,
    places: &mut Positions,
) -> Result<(), IndexError> {
    let numbers = places.terms().to_vec();
    for (used, t) in numbers.into_iter().enumerate() {
        let positions = &mut places.of_field(used, f)[start..];
        let mut read = |c: usize, posting: &mut SegmentPostings| {
            posting.positions(&mut positions[c]);
        };
        let option = IndexRecordOption::WithFreqsAndPositions;
        let term = (&terms[t.0], f);
        visit(segment, fields, term, option, docs, &mut read)?;
    }
    Ok(())
}

/// Goes through the postings of a term in a field and stops at those of `docs` (ascending) that
/// have it.
fn visit(
    segment: &SegmentReader,
    fields: &Fields,
    (text, field): (&&str, TextField),
    option: IndexRecordOption,
    docs: &[DocId],
    found: &mut dyn FnMut(usize, &mut SegmentPostings),
) -> Result<(), IndexError> {
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
