//! What scoring has to know of candidates: how often, and where, each word of a query stands.

use super::field::TextField;
use super::passage::{Order, PassageAt};
use crate::annotate::AspectWeights;

/// The number of fields, in the order of [`TextField::ALL`].
pub const FIELDS: usize = TextField::ALL.len();

/// A number for each field.
pub type Counts = [u32; FIELDS];

/// The place of a term among those that are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermNumber(pub usize);

/// The place of a name among those that are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameNumber(pub usize);

/// The place of a candidate in its [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateNumber(pub usize);

/// The place of a candidate among those chosen for [`Positions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChosenNumber(pub usize);

/// A passage that may be a hit.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub at: PassageAt,
    pub order: Order,
    pub aspects: AspectWeights,
    /// Words of each field, in the steps in which BM25 counts lengths.
    pub lengths: Counts,
    /// How many words of the title name its topic.
    pub title_words: u32,
}

/// Candidates, and how often the words of a query stand in their fields.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub(crate) candidates: Vec<Candidate>,
    /// By term, field and candidate.
    pub(crate) counts: Vec<u32>,
    /// By name, by candidate: how often its words stand one after the other.
    pub(crate) names: Vec<Vec<Counts>>,
    /// By term, field and candidate: where it stands, if the engine has read that already.
    #[cfg(feature = "cluster")]
    pub(crate) positions: Vec<Vec<u32>>,
}

#[cfg(feature = "cluster")]
impl Table {
    /// The table of candidates of which is known where each term stands in each field.
    pub(crate) fn of_positions(
        candidates: Vec<Candidate>,
        positions: Vec<Vec<u32>>,
        names: &[&[TermNumber]],
    ) -> Table {
        let mut table = Table {
            counts: positions.iter().map(|places| places.len() as u32).collect(),
            candidates,
            names: Vec::with_capacity(names.len()),
            positions,
        };
        for name in names {
            let counts = table.numbers().map(|c| table.name_counts_in(name, c));
            let counts = counts.collect();
            table.names.push(counts);
        }
        table
    }

    fn name_counts_in(&self, name: &[TermNumber], candidate: CandidateNumber) -> Counts {
        TextField::ALL.map(|field| {
            let places = name.iter().map(|&t| self.positions_of(t, field, candidate));
            phrase_count(&places.collect::<Vec<_>>())
        })
    }

    fn positions_of(
        &self,
        term: TermNumber,
        field: TextField,
        candidate: CandidateNumber,
    ) -> &[u32] {
        &self.positions[slot(term, field, candidate, self.candidates.len())]
    }

    /// Where the `used` ones of the terms stand in the `chosen` ones of the candidates.
    pub(crate) fn positions(&self, chosen: &[CandidateNumber], used: &[TermNumber]) -> Positions {
        let mut places = Positions::empty(used, chosen.len());
        for (u, &term) in used.iter().enumerate() {
            for field in TextField::ALL {
                let of_field = places.of_field(u, field).iter_mut();
                for (positions, &candidate) in of_field.zip(chosen) {
                    *positions = self.positions_of(term, field, candidate).to_vec();
                }
            }
        }
        places
    }
}

impl Table {
    /// The candidates, in no particular order.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The numbers of the candidates.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = CandidateNumber> + use<> {
        (0..self.candidates.len()).map(CandidateNumber)
    }

    /// The candidate of that number.
    pub(crate) fn candidate(&self, number: CandidateNumber) -> &Candidate {
        &self.candidates[number.0]
    }

    /// How often a term stands in a field of a candidate.
    pub(crate) fn count(
        &self,
        term: TermNumber,
        field: TextField,
        candidate: CandidateNumber,
    ) -> u32 {
        self.counts[slot(term, field, candidate, self.candidates.len())]
    }

    /// How often a term stands in the fields of a candidate.
    pub(crate) fn counts(&self, term: TermNumber, candidate: CandidateNumber) -> Counts {
        TextField::ALL.map(|field| self.count(term, field, candidate))
    }

    /// How often the words of a name stand one after the other in the fields of a candidate.
    pub(crate) fn name_counts(&self, name: NameNumber, candidate: CandidateNumber) -> Counts {
        self.names[name.0][candidate.0]
    }
}

/// The place of what is kept by term, field and candidate, of so many candidates.
pub(super) fn slot(
    term: TermNumber,
    field: TextField,
    candidate: CandidateNumber,
    candidates: usize,
) -> usize {
    (term.0 * FIELDS + field.index()) * candidates + candidate.0
}

/// Where some terms stand in some candidates.
#[derive(Debug, Clone)]
pub struct Positions {
    terms: Vec<TermNumber>,
    candidates: usize,
    /// By term, field and candidate.
    positions: Vec<Vec<u32>>,
}

impl Positions {
    /// No place yet for so many candidates.
    pub(crate) fn empty(terms: &[TermNumber], candidates: usize) -> Positions {
        Positions {
            terms: terms.to_vec(),
            candidates,
            positions: vec![Vec::new(); terms.len() * FIELDS * candidates],
        }
    }

    /// The terms it is about.
    pub(crate) fn terms(&self) -> &[TermNumber] {
        &self.terms
    }

    /// The positions of the term number `used` of [`Positions::terms`] in a field, by candidate.
    pub(crate) fn of_field(&mut self, used: usize, field: TextField) -> &mut [Vec<u32>] {
        let start = (used * FIELDS + field.index()) * self.candidates;
        &mut self.positions[start..start + self.candidates]
    }

    /// Gives the candidate that is now in each place the number it is to have.
    pub(crate) fn reorder(&mut self, numbers: &[ChosenNumber]) {
        if numbers.is_sorted() {
            return;
        }
        for of_field in self.positions.chunks_mut(self.candidates) {
            let mut found = of_field.iter_mut().map(std::mem::take).collect::<Vec<_>>();
            for (positions, &number) in found.iter_mut().zip(numbers) {
                of_field[number.0] = std::mem::take(positions);
            }
        }
    }

    /// Where a term stands in a field of a candidate, ascending.
    pub(crate) fn at(&self, term: TermNumber, field: TextField, chosen: ChosenNumber) -> &[u32] {
        match self.terms.iter().position(|&known| known == term) {
            Some(used) => {
                let in_field = used * FIELDS + field.index();
                &self.positions[in_field * self.candidates + chosen.0]
            }
            None => &[],
        }
    }

    /// Where any of some terms stand in a field of a candidate, ascending.
    pub(crate) fn of(
        &self,
        terms: &[TermNumber],
        field: TextField,
        chosen: ChosenNumber,
    ) -> Vec<u32> {
        let each = terms.iter().flat_map(|&term| self.at(term, field, chosen));
        let mut all: Vec<u32> = each.copied().collect();
        if terms.len() > 1 {
            all.sort_unstable();
        }
        all
    }
}

/// A length in the steps in which every engine keeps lengths, in a byte each (Lucene's
/// `SmallFloat.intToByte4`): exact up to 40, above that with four significant bits.
#[cfg(any(feature = "cluster", test))]
pub(super) fn in_steps(length: u32) -> u32 {
    /// So many codes are left over by the others, and stand for the smallest lengths.
    const FREE: u32 = 24;
    let Some(above) = length.checked_sub(FREE) else {
        return length;
    };
    let spare = (u32::BITS - above.leading_zeros()).saturating_sub(4);
    FREE + (above >> spare << spare)
}

/// How often terms stand one after the other, given where each stands.
pub(crate) fn phrase_count(terms: &[&[u32]]) -> u32 {
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
