//! Plain BM25 by words alone, over whole texts kept in memory: the measure that a ranking is held to.
//!
//! Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with the
//! idf of Lucene, `ln(1 + (N − n + ½) / (n + ½))`, and its defaults k1 = 1.2 and b = 0.75. Words
//! are those of palpate's analysis, without the stopwords of its list.

use std::collections::{HashMap, HashSet};

use palpate::analysis;
use palpate::data::DataFile;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Texts, by the words in them.
#[derive(Default)]
pub struct Plain {
    /// By word, the texts that have it, and how often.
    postings: HashMap<String, Vec<(usize, u32)>>,
    lengths: Vec<f64>,
    /// By text, the document it is of.
    documents: Vec<String>,
}

impl Plain {
    /// Adds a text of a document, which may have several.
    pub fn add(&mut self, document: &str, text: &str) {
        let number = self.documents.len();
        let words = analysis::words(text);
        let mut counts: HashMap<String, u32> = HashMap::new();
        for word in &words {
            *counts.entry(word.term.clone()).or_default() += 1;
        }
        for (term, count) in counts {
            self.postings.entry(term).or_default().push((number, count));
        }
        self.lengths.push(words.len() as f64);
        self.documents.push(document.to_owned());
    }

    /// The best documents for a query, each by its best text, best first; in the order in which they
    /// were added among equals.
    pub fn rank(&self, query: &str, limit: usize) -> Vec<(String, f64)> {
        let all = self.lengths.len() as f64;
        let average = self.lengths.iter().sum::<f64>() / all.max(1.0);
        let mut scores: HashMap<usize, f64> = HashMap::new();
        for term in query_terms(query) {
            let postings = self.postings.get(&term).map_or(&[][..], Vec::as_slice);
            let n = postings.len() as f64;
            let idf = (1.0 + (all - n + 0.5) / (n + 0.5)).ln();
            for &(text, count) in postings {
                let count = f64::from(count);
                let length = 1.0 - B + B * self.lengths[text] / average;
                let saturated = (K1 + 1.0) * count / (count + K1 * length);
                *scores.entry(text).or_default() += idf * saturated;
            }
        }
        let mut scores: Vec<(usize, f64)> = scores.into_iter().collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut seen = HashSet::new();
        let documents = scores
            .into_iter()
            .map(|(text, score)| (&self.documents[text], score))
            .filter(|(document, _)| seen.insert(*document));
        let owned = documents.map(|(document, score)| (document.clone(), score));
        owned.take(limit).collect()
    }
}

/// The words of a query, each once, in their order: sums must not depend on it.
fn query_terms(query: &str) -> Vec<String> {
    let stopwords: HashSet<&str> = DataFile::Stopwords.text().split_whitespace().collect();
    let mut seen = HashSet::new();
    let words = analysis::words(query).into_iter();
    words
        .filter(|word| !stopwords.contains(word.surface.as_str()) && seen.insert(word.term.clone()))
        .map(|word| word.term)
        .collect()
}
