//! What is wanted, in the query language of the cluster.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::entry::facet_field;
use crate::index::wanted::{SourceGlob, Term, Wanted};

/// Below this many words, fields and filters a query is sent as one: clusters take 1,024.
pub(super) const MOST_CLAUSES: usize = 900;

/// The query for what is wanted. Sources that match a glob are looked up where the language of
/// patterns does not reach: `sources` gives those.
pub(super) fn query<E>(
    wanted: &Wanted,
    sources: &mut dyn FnMut(&SourceGlob) -> Result<Vec<String>, E>,
) -> Result<Value, E> {
    boosted(wanted, 1.0, sources)
}

fn boosted<E>(
    wanted: &Wanted,
    boost: f32,
    sources: &mut dyn FnMut(&SourceGlob) -> Result<Vec<String>, E>,
) -> Result<Value, E> {
    let mut each = |wanted: &[Wanted], boost: f32| -> Result<Vec<Value>, E> {
        let each = wanted.iter().map(|one| boosted(one, boost, sources));
        each.collect()
    };
    Ok(match wanted {
        Wanted::Term(wanted) => {
            let (field, value) = term(wanted);
            json!({"term": {field: {"value": value, "boost": boost}}})
        }
        Wanted::Phrase(field, words) => {
            let texts: Vec<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
            let last = words.last().map_or(0, |(offset, _)| *offset);
            json!({"match_phrase": {field.name(): {
                "query": texts.join(" "),
                // Words in between that are not looked for.
                "slop": (last + 1).saturating_sub(words.len()),
                "boost": boost,
            }}})
        }
        Wanted::Times(times, wanted) => boosted(wanted, boost * times, sources)?,
        Wanted::Any(wanted) if wanted.is_empty() => json!({"match_none": {}}),
        Wanted::Any(wanted) => {
            json!({"bool": {"should": each(wanted, boost)?, "minimum_should_match": 1}})
        }
        Wanted::All(wanted) if wanted.is_empty() => json!({"match_all": {}}),
        Wanted::All(wanted) => json!({"bool": {"must": each(wanted, boost)?}}),
        Wanted::Filtered { wanted, must, not } => json!({"bool": {
            "must": each(std::slice::from_ref(wanted), boost)?,
            "filter": each(must, 1.0)?,
            "must_not": each(not, 1.0)?,
        }}),
        Wanted::Sources(glob) => match patterns(glob.as_str()) {
            Some(patterns) => {
                let like = |pattern| {
                    json!({"wildcard": {"source": {
                        "value": pattern, "case_insensitive": true,
                    }}})
                };
                json!({"bool": {"should": patterns.map(like), "minimum_should_match": 1}})
            }
            None => json!({"terms": {"source": sources(glob)?}}),
        },
    })
}

/// The field of a term, and what it has there.
pub(super) fn term(term: &Term) -> (Cow<'static, str>, &str) {
    match term {
        Term::Word(field, word) => (field.name().into(), word),
        Term::Aspect(aspect) => ("kinds".into(), aspect.name()),
        Term::Tie(tie) => ("kinds".into(), tie),
        Term::Facet(group, value) => (facet_field(group).into(), value),
        Term::Source(source) => ("source".into(), source),
        Term::Id(id) => ("id".into(), id),
    }
}

/// A glob as two patterns, for whole paths and for their ends, where it has nothing but `*` and `?`,
/// which mean the same in both languages.
fn patterns(glob: &str) -> Option<[String; 2]> {
    let plain = !glob.contains(['[', ']', '{', '}', '\\', '!']) && !glob.contains("**");
    plain.then(|| [glob.to_owned(), format!("*/{glob}")])
}

/// How many clauses a query has.
pub(super) fn clauses(wanted: &Wanted) -> usize {
    match wanted {
        Wanted::Term(_) | Wanted::Sources(_) => 1,
        Wanted::Phrase(_, words) => words.len(),
        Wanted::Times(_, wanted) => clauses(wanted),
        Wanted::Any(wanted) | Wanted::All(wanted) => wanted.iter().map(clauses).sum(),
        Wanted::Filtered { wanted, must, not } => {
            let filters = must.iter().chain(not);
            clauses(wanted) + filters.map(clauses).sum::<usize>()
        }
    }
}

/// What is wanted as parts that are small enough to be asked for one by one, where it is a union.
pub(super) fn parts(wanted: &Wanted) -> Vec<Wanted> {
    let Wanted::Any(all) = wanted else {
        return vec![wanted.clone()];
    };
    let mut parts = vec![Vec::new()];
    let mut taken = 0;
    for one in all.iter().flat_map(flattened) {
        let size = clauses(one);
        if taken > 0 && taken + size > MOST_CLAUSES {
            parts.push(Vec::new());
            taken = 0;
        }
        taken += size;
        // There is one to begin with.
        if let Some(part) = parts.last_mut() {
            part.push(one.clone());
        }
    }
    parts.into_iter().map(Wanted::Any).collect()
}

/// The members of a union of unions.
fn flattened(wanted: &Wanted) -> Vec<&Wanted> {
    match wanted {
        Wanted::Any(all) => all.iter().flat_map(flattened).collect(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::field::TextField;

    fn translated(wanted: &Wanted) -> Value {
        let mut none = |_: &SourceGlob| Ok::<_, ()>(vec!["a".to_owned()]);
        query(wanted, &mut none).expect("it cannot fail")
    }

    #[test]
    fn weights_reach_the_terms() {
        let word = Wanted::word(TextField::Body, "neck");
        assert_eq!(
            translated(&word.clone().times(2.0).times(1.5)),
            json!({"term": {"body": {"value": "neck", "boost": 3.0}}})
        );
        let filtered = Wanted::Filtered {
            wanted: Box::new(word.clone()),
            must: vec![Wanted::Any(vec![])],
            not: vec![word],
        };
        let bool = &translated(&filtered.times(2.0))["bool"];
        assert_eq!(bool["must"][0]["term"]["body"]["boost"], 2.0);
        assert_eq!(bool["filter"][0], json!({"match_none": {}}));
        assert_eq!(bool["must_not"][0]["term"]["body"]["boost"], 1.0);
    }

    #[test]
    fn globs_are_patterns_where_both_languages_agree() {
        let glob = |glob: &str| {
            let glob = SourceGlob::new(glob).expect("it is a glob");
            translated(&Wanted::Sources(glob)).to_string()
        };
        assert!(glob("neck*.txt").contains("*/neck*.txt"));
        assert_eq!(glob("{a,b}.txt"), "{\"terms\":{\"source\":[\"a\"]}}");
    }

    #[test]
    fn what_is_too_much_for_one_query_is_parted() {
        let words = (0..2000).map(|n| Wanted::word(TextField::Body, n.to_string()));
        let union = Wanted::Any(vec![Wanted::Any(words.collect())]);
        let parts = parts(&union);
        assert!(parts.iter().all(|part| clauses(part) <= MOST_CLAUSES));
        assert_eq!(parts.iter().map(clauses).sum::<usize>(), 2000);
    }
}
