//! What is wanted, as queries of tantivy.

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query,
    TermQuery, TermSetQuery,
};
use tantivy::schema::IndexRecordOption;

use super::index::Index;
use super::schema::facet;
use crate::index::error::IndexError;
use crate::index::field::TextField;
use crate::index::wanted::{Term, Wanted};

/// A term of the index.
pub(super) fn term(index: &Index, term: &Term) -> tantivy::Term {
    let fields = index.fields();
    let text = tantivy::Term::from_field_text;
    match term {
        Term::Word(field, word) => text(fields.text(*field), word),
        Term::Aspect(aspect) => text(fields.kinds, aspect.name()),
        Term::Tie(tie) => text(fields.kinds, tie),
        Term::Facet(group, value) => tantivy::Term::from_facet(fields.facets, &facet(group, value)),
        Term::Source(source) => text(fields.source, source),
        Term::Id(id) => text(fields.id, id),
    }
}

/// The query for what is wanted.
pub(super) fn query(index: &Index, wanted: &Wanted) -> Result<Box<dyn Query>, IndexError> {
    Ok(match wanted {
        Wanted::Term(wanted) => term_query(index, wanted),
        Wanted::Phrase(field, words) => phrase(index, *field, words),
        Wanted::Times(times, wanted) => Box::new(BoostQuery::new(query(index, wanted)?, *times)),
        Wanted::Any(wanted) => any(queries(index, wanted)?),
        Wanted::All(wanted) => all(queries(index, wanted)?),
        Wanted::Filtered { wanted, must, not } => filtered(index, wanted, must, not)?,
        Wanted::Sources(glob) => {
            let field = index.fields().source;
            let sources = index.sources_matching(glob)?;
            let terms = sources.iter();
            let terms = terms.map(|source| tantivy::Term::from_field_text(field, source));
            Box::new(TermSetQuery::new(terms))
        }
    })
}

fn queries(index: &Index, wanted: &[Wanted]) -> Result<Vec<Box<dyn Query>>, IndexError> {
    wanted.iter().map(|wanted| query(index, wanted)).collect()
}

fn term_query(index: &Index, wanted: &Term) -> Box<dyn Query> {
    let option = match wanted {
        Term::Word(..) | Term::Aspect(_) => IndexRecordOption::WithFreqs,
        Term::Tie(_) | Term::Facet(..) | Term::Source(_) | Term::Id(_) => IndexRecordOption::Basic,
    };
    Box::new(TermQuery::new(term(index, wanted), option))
}

fn phrase(index: &Index, field: TextField, words: &[(usize, String)]) -> Box<dyn Query> {
    let field = index.fields().text(field);
    let mut terms: Vec<(usize, tantivy::Term)> = words
        .iter()
        .map(|(offset, word)| (*offset, tantivy::Term::from_field_text(field, word)))
        .collect();
    match terms.len() {
        0 => Box::new(EmptyQuery),
        // tantivy's phrases have two words at least.
        1 => Box::new(TermQuery::new(
            terms.remove(0).1,
            IndexRecordOption::WithFreqs,
        )),
        _ => Box::new(PhraseQuery::new_with_offset(terms)),
    }
}

fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

fn all(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(AllQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::intersection(queries)),
    }
}

fn filtered(
    index: &Index,
    wanted: &Wanted,
    must: &[Wanted],
    not: &[Wanted],
) -> Result<Box<dyn Query>, IndexError> {
    let filter = |occur: Occur| {
        move |wanted: &Wanted| -> Result<(Occur, Box<dyn Query>), IndexError> {
            let query = ConstScoreQuery::new(query(index, wanted)?, 0.0);
            Ok((occur, Box::new(query)))
        }
    };
    let must = must.iter().map(filter(Occur::Must));
    let not = not.iter().map(filter(Occur::MustNot));
    let mut clauses: Vec<_> = must.chain(not).collect::<Result<_, _>>()?;
    let narrows = clauses.iter().any(|(occur, _)| *occur == Occur::Must);
    // To go through everything costs, and changes nothing where something else has to match.
    if !(wanted.is_everything() && narrows) {
        clauses.push((Occur::Must, query(index, wanted)?));
    }
    Ok(match clauses.len() {
        1 => clauses.remove(0).1,
        _ => Box::new(BooleanQuery::new(clauses)),
    })
}
