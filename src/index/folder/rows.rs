//! What the entries of a segment are counted under: their values, and their documents.
//!
//! Read from columns it takes a few nanoseconds for each value, which for a page of a large topic is more than
//! all else together. So whoever counts a second time in a generation has it laid out in memory, row by row: two
//! bytes for a value and eight for an entry. The first time the columns are read, for a command that counts once
//! would pay for all entries; and so they are where there is too much to lay out.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::columnar::ColumnValues;
use tantivy::fastfield::FacetReader;
use tantivy::{DocAddress, DocId, Searcher, SegmentReader};

use super::counts::SourceCount;
use super::facets::FacetValues;
use super::schema::{FACETS, ORDER};
use crate::index::passage::Order;

/// At most so many entries and values are laid out: some 80 MB.
const MOST_ENTRIES: usize = 1 << 22;
const MOST_VALUES: usize = 1 << 24;

/// The rows of a generation, once they are laid out.
#[derive(Debug, Default)]
pub(super) struct Rows {
    asked: AtomicBool,
    laid_out: OnceLock<LaidOut>,
}

/// The values of some groups, and the documents.
#[derive(Debug, Default)]
struct LaidOut {
    groups: Vec<&'static str>,
    /// By segment; nothing where it would be too much.
    rows: Option<Vec<SegmentRows>>,
}

/// The values that are to be counted.
#[derive(Clone, Copy)]
pub(super) struct ValuesToCount<'a> {
    pub(super) facets: &'a FacetValues,
    pub(super) groups: &'a [&'static str],
}

/// The rows of a segment.
#[derive(Debug, Default)]
struct SegmentRows {
    /// Where the values of each entry begin, and those of the last end.
    starts: Vec<u32>,
    /// Places among the names of values.
    values: Vec<u16>,
    /// By entry: the place of its document among these.
    document_of: Vec<u32>,
    documents: Vec<u64>,
}

/// What is counted.
pub(super) struct RowCounts {
    /// By place among the names of values; nothing where values are not counted.
    pub(super) values: Vec<u64>,
    /// Passages of a document mostly stand side by side, so that this is a line for a document.
    pub(super) sources: Vec<SourceCount>,
}

impl RowCounts {
    /// Nothing yet, of so many values.
    pub(super) fn of(values: usize) -> RowCounts {
        RowCounts {
            values: vec![0; values],
            sources: Vec::new(),
        }
    }

    fn add_source(&mut self, document: u64, at: DocAddress) {
        match self.sources.last_mut() {
            Some(last) if last.document == document => last.passages += 1,
            _ => self.sources.push(SourceCount {
                document,
                passages: 1,
                at,
            }),
        }
    }
}

impl Rows {
    /// Counts some entries of a segment: their documents, and their `values` where they are asked for.
    pub(super) fn count(
        &self,
        searcher: &Searcher,
        segment: u32,
        entries: impl Iterator<Item = DocId>,
        values: Option<ValuesToCount<'_>>,
        counts: &mut RowCounts,
    ) -> tantivy::Result<()> {
        if let Some(values) = values
            && let Some(rows) = self.laid_out(searcher, values)?
        {
            rows[segment as usize].count(segment, entries, counts);
            return Ok(());
        }
        let reader = searcher.segment_reader(segment);
        let columns = CountedColumns::of(reader)?;
        for entry in entries {
            let at = DocAddress::new(segment, entry);
            counts.add_source(columns.document(entry), at);
            if let Some(values) = values {
                columns.each_value(entry, values.facets.places(segment as usize), |place| {
                    counts.values[place as usize] += 1;
                });
            }
        }
        Ok(())
    }

    fn laid_out(
        &self,
        searcher: &Searcher,
        values: ValuesToCount<'_>,
    ) -> tantivy::Result<Option<&[SegmentRows]>> {
        if !self.asked.swap(true, Ordering::Relaxed) {
            return Ok(None);
        }
        let laid_out = match self.laid_out.get() {
            Some(laid_out) => laid_out,
            None => {
                // Two that ask at once read the same.
                let rows = read(searcher, values)?;
                self.laid_out.get_or_init(|| LaidOut {
                    groups: values.groups.to_vec(),
                    rows,
                })
            }
        };
        let rows = laid_out.rows.as_deref();
        Ok(rows.filter(|_| laid_out.groups == values.groups))
    }
}

/// The rows of all segments, unless they are too many.
fn read(
    searcher: &Searcher,
    ValuesToCount { facets, groups }: ValuesToCount<'_>,
) -> tantivy::Result<Option<Vec<SegmentRows>>> {
    let entries = searcher.segment_readers().iter();
    let entries: u64 = entries.map(|segment| u64::from(segment.max_doc())).sum();
    if entries > MOST_ENTRIES as u64 || facets.len() > usize::from(u16::MAX) {
        return Ok(None);
    }
    let is_counted = facets.are_of(groups);
    let (mut rows, mut values) = (Vec::new(), 0);
    for (n, segment) in searcher.segment_readers().iter().enumerate() {
        let of_segment = SegmentRows::read(segment, facets.places(n), &is_counted)?;
        values += of_segment.values.len();
        if values > MOST_VALUES {
            return Ok(None);
        }
        rows.push(of_segment);
    }
    Ok(Some(rows))
}

impl SegmentRows {
    fn read(
        segment: &SegmentReader,
        places: &[u32],
        is_counted: &[bool],
    ) -> tantivy::Result<SegmentRows> {
        let columns = CountedColumns::of(segment)?;
        let mut rows = SegmentRows::default();
        rows.starts.push(0);
        for entry in 0..segment.max_doc() {
            columns.each_value(entry, places, |place| {
                if is_counted[place as usize] {
                    rows.values.push(place as u16);
                }
            });
            rows.starts.push(rows.values.len() as u32);
            let document = columns.document(entry);
            if rows.documents.last() != Some(&document) {
                rows.documents.push(document);
            }
            rows.document_of.push(rows.documents.len() as u32 - 1);
        }
        Ok(rows)
    }

    fn count(&self, segment: u32, entries: impl Iterator<Item = DocId>, counts: &mut RowCounts) {
        for entry in entries {
            let at = entry as usize;
            let document = self.documents[self.document_of[at] as usize];
            counts.add_source(document, DocAddress::new(segment, entry));
            let values = self.starts[at] as usize..self.starts[at + 1] as usize;
            for &value in &self.values[values] {
                counts.values[usize::from(value)] += 1;
            }
        }
    }
}

/// The columns of a segment.
struct CountedColumns {
    facets: FacetReader,
    order: Arc<dyn ColumnValues<u64>>,
}

impl CountedColumns {
    fn of(segment: &SegmentReader) -> tantivy::Result<CountedColumns> {
        let order = segment.fast_fields().u64(ORDER)?;
        Ok(CountedColumns {
            facets: segment.facet_reader(FACETS)?,
            order: order.first_or_default_col(0),
        })
    }

    fn document(&self, entry: DocId) -> u64 {
        Order(self.order.get_val(entry)).document()
    }

    fn each_value(&self, entry: DocId, places: &[u32], mut take: impl FnMut(u32)) {
        for number in self.facets.facet_ords(entry) {
            if let Some(&place) = places.get(number as usize) {
                take(place);
            }
        }
    }
}
