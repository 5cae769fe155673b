//! Pseudo-relevance feedback: the words that the best passages have in common join the query.
//!
//! This is RM3, of Abdul-Jaleel and others, "UMass at TREC 2004: Novelty and HARD": the relevance model of
//! Lavrenko and Croft, `P(w|R) = Σ_D P(w|D) · P(D|Q)`, over the passages that are best for the query as it
//! was typed, mixed with that query: `P(w) = λ · P(w|Q) + (1 − λ) · P(w|R)`. It is for runs of researchers
//! alone: who searches for one word is not shown what was found by others.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis;
use crate::index::StoredPassage;
use crate::query::{Plan, PlanWord};

/// How a query is expanded. The usual values are those of Anserini.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feedback {
    /// From so many of the best passages…
    pub passages: usize,
    /// …at most so many words are taken, the typed ones not counted.
    pub words: usize,
    /// λ: what the query as it was typed counts, of 1.
    pub original: f64,
}

impl Default for Feedback {
    fn default() -> Feedback {
        Feedback {
            passages: 10,
            words: 10,
            original: 0.5,
        }
    }
}

impl Feedback {
    /// Adds the words of the relevance model to a plan. `best` are the best passages with their scores.
    pub(super) fn expand<'p>(
        &self,
        plan: &mut Plan,
        best: impl Iterator<Item = (f64, &'p StoredPassage)>,
    ) {
        let typed: BTreeSet<String> = plan
            .words
            .iter()
            .flat_map(|word| word.terms.iter().cloned())
            .collect();
        let words = plan.scoring_words().filter(|word| word.is_typed()).count();
        if words == 0 || self.original <= 0.0 {
            return;
        }
        let mut model: Vec<(String, TermShare)> = relevance_model(best).into_iter().collect();
        model.retain(|(term, _)| !typed.contains(term));
        // The likeliest first; equal ones by their letters, for the same expansion each time.
        model.sort_by(|a, b| b.1.share.total_cmp(&a.1.share).then(a.0.cmp(&b.0)));
        model.truncate(self.words);
        let total: f64 = model.iter().map(|(_, word)| word.share).sum();
        // Each typed word has a share of λ / words of the mixture, and counts 1 here.
        let scale = (1.0 - self.original) / self.original * words as f64;
        for (term, TermShare { surface, share }) in model {
            plan.words
                .push(PlanWord::expansion(surface, term, scale * share / total));
        }
    }
}

/// A term of the relevance model.
struct TermShare {
    /// As it was written first.
    surface: String,
    /// P(w|R).
    share: f64,
}

/// `P(w|R)` of all words that are no stopwords and have letters.
fn relevance_model<'p>(
    best: impl Iterator<Item = (f64, &'p StoredPassage)>,
) -> BTreeMap<String, TermShare> {
    let best: Vec<_> = best.collect();
    let total: f64 = best.iter().map(|(score, _)| score.max(0.0)).sum();
    let mut model: BTreeMap<String, TermShare> = BTreeMap::new();
    if total <= 0.0 {
        return model;
    }
    for (score, passage) in best {
        let mut words = analysis::words(&passage.text);
        words.retain(|word| {
            !word.compound
                && !analysis::is_stopword(&word.surface)
                && word.surface.chars().all(char::is_alphabetic)
                && word.surface.chars().count() > 2
        });
        let each = score.max(0.0) / total / words.len().max(1) as f64;
        for word in words {
            let entry = model.entry(word.term).or_insert_with(|| TermShare {
                surface: word.surface,
                share: 0.0,
            });
            entry.share += each;
        }
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Home, Sources};
    use crate::search::{RankedUnit, Ranking, Searcher};

    /// Passages of which the second has only words that the first one brings.
    fn searcher(folder: &std::path::Path) -> Searcher {
        for (name, text) in [
            (
                "a.txt",
                "Gout hurts. Colchicine, colchicine and colchicine help.",
            ),
            ("b.txt", "Colchicine is a medicine of old."),
            ("c.txt", "The weather was fine."),
        ] {
            std::fs::write(folder.join(name), text).expect("it can be written");
        }
        let home = Home::Folder(folder.join("index"));
        let sources = Sources::of([folder]);
        home.build(&sources, &mut |_| {}).expect("it is built");
        Searcher::open(&home).expect("it opens")
    }

    #[test]
    fn words_of_the_best_passages_find_more() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let searcher = searcher(folder.path());
        let found = |feedback| {
            let ranking = Ranking {
                feedback,
                ..Ranking::default()
            };
            let run = searcher.rank_for_run("gout", 10, RankedUnit::Document, &ranking);
            let names = run.expect("it is searched").into_iter();
            names.map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(found(None).len(), 1);
        let more = found(Some(Feedback::default()));
        assert_eq!(more.len(), 2, "{more:?}");
        assert!(
            more[0].ends_with("a.txt") && more[1].ends_with("b.txt"),
            "{more:?}"
        );
        let none = Feedback {
            original: 1.0,
            ..Feedback::default()
        };
        assert_eq!(found(Some(none))[0], more[0]);
    }

    #[test]
    fn runs_are_of_documents_or_of_passages() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let searcher = searcher(folder.path());
        let run = |of| {
            let ranking = Ranking::default();
            let run = searcher.rank_for_run("colchicine", 10, of, &ranking);
            run.expect("it is searched")
        };
        let (documents, passages) = (run(RankedUnit::Document), run(RankedUnit::Passage));
        assert_eq!(documents.len(), 2);
        assert_eq!(passages.len(), 2);
        let scores = |run: &[(String, f64)]| run.iter().map(|(_, s)| *s).collect::<Vec<_>>();
        assert_eq!(scores(&documents), scores(&passages));
        assert!(passages.iter().all(|(id, _)| !id.contains(".txt")));
    }
}
