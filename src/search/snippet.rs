//! Step 4: the sentences of a passage that answer the query, with the matched words marked.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::analysis::{Analyzer, TermId, Token};
use crate::document::word_count;
use crate::index::StoredPassage;
use crate::passage::{LeadIn, Unit, UnitKind, Units};
use crate::query::Plan;

/// A snippet has about this many words; a single sentence may be longer.
const SNIPPET_WORDS: usize = 60;
/// And at most this many sentences.
const SNIPPET_SENTENCES: usize = 4;

/// A stretch of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub text: String,
    /// Whether this is a word of the query.
    pub marked: bool,
}

/// Whole sentences of a passage, in their order. Where sentences were left out, " … " stands
/// between; white space is folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    pub stretches: Vec<Stretch>,
}

/// What a snippet is made of: a unit of the passage, or a row of a table.
struct Excerpt {
    bytes: Range<usize>,
    /// Matched words: where they stand, and the index of the query word.
    matches: Vec<(Range<usize>, usize)>,
    /// The excerpts that lead into this one, or ask what it answers.
    leads: Vec<usize>,
    /// Whether what leads into it is carried along by the passage.
    is_carried: bool,
}

impl Excerpt {
    /// How many words it has. Most excerpts are never asked.
    fn words(&self, text: &str) -> usize {
        word_count(&text[self.bytes.clone()])
    }
}

/// An analyzer that knows more words than this is not kept: some megabytes.
const MOST_WORDS: usize = 50_000;
/// And no more of them than this: about one for each page that is made at a time.
const MOST_KEPT: usize = 16;

/// Analyzers that have read passages before, so that most words need not be stemmed again.
#[derive(Default)]
pub(super) struct WarmAnalyzers(Mutex<Vec<Analyzer>>);

impl WarmAnalyzers {
    fn take(&self) -> Analyzer {
        self.kept().pop().unwrap_or_default()
    }

    fn give_back(&self, analyzer: Analyzer) {
        let mut kept = self.kept();
        if analyzer.len() <= MOST_WORDS && kept.len() < MOST_KEPT {
            kept.push(analyzer);
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Analyzer>> {
        // An analyzer is whole whoever stopped half-way elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another name of what some words of the query name.
struct SoughtName {
    /// The terms after the first.
    rest: Vec<TermId>,
    words: Vec<usize>,
}

/// Makes the snippets of a page.
pub(super) struct SnippetMaker<'a> {
    /// The query word, by its place among the scoring ones, of each term.
    wanted: FxHashMap<TermId, usize>,
    /// The other names of the concepts that the query names, by their first terms.
    names: FxHashMap<TermId, Vec<SoughtName>>,
    weights: Vec<f64>,
    analyzer: Analyzer,
    analyzers: &'a WarmAnalyzers,
}

impl Drop for SnippetMaker<'_> {
    fn drop(&mut self) {
        self.analyzers.give_back(std::mem::take(&mut self.analyzer));
    }
}

impl<'a> SnippetMaker<'a> {
    /// `weights` are those of the plan's scoring words.
    pub(super) fn new(plan: &Plan, weights: Vec<f64>, analyzers: &'a WarmAnalyzers) -> Self {
        let mut analyzer = analyzers.take();
        let mut wanted = FxHashMap::default();
        for (w, word) in plan.scoring_words().enumerate() {
            for term in &word.terms {
                wanted.entry(analyzer.term_id(term)).or_insert(w);
            }
        }
        let mut names: FxHashMap<TermId, Vec<SoughtName>> = FxHashMap::default();
        for concept in &plan.concepts {
            for name in concept.names() {
                let mut terms = name.iter().map(|term| analyzer.term_id(term));
                if let Some(first) = terms.next() {
                    names.entry(first).or_default().push(SoughtName {
                        rest: terms.collect(),
                        words: concept.words.clone(),
                    });
                }
            }
        }
        SnippetMaker {
            wanted,
            names,
            weights,
            analyzer,
            analyzers,
        }
    }

    /// The snippet of a passage.
    pub(super) fn snippet(&mut self, passage: &StoredPassage) -> Snippet {
        let text = &passage.text;
        let excerpts = self.excerpts(text, &passage.units);
        let chosen = choose(text, &excerpts, &self.weights);
        let mut snippet = Snippet::default();
        let first = chosen.first() == Some(&0);
        if let Some(lead) = &passage.lead
            && (first || chosen.iter().any(|&i| excerpts[i].is_carried))
        {
            snippet.push(lead, false);
            snippet.push(if first { " " } else { " … " }, false);
        }
        for (n, &i) in chosen.iter().enumerate() {
            if n > 0 {
                let adjacent = chosen[n - 1] + 1 == i;
                snippet.push(if adjacent { " " } else { " … " }, false);
            }
            snippet.push_excerpt(text, &excerpts[i]);
        }
        snippet
    }

    /// The units of a passage, cells as whole rows, with the words of the plan found in them.
    fn excerpts(&mut self, text: &str, units: &Units) -> Vec<Excerpt> {
        let mut excerpts: Vec<Excerpt> = Vec::new();
        // The excerpt of each unit.
        let mut places: Vec<usize> = Vec::with_capacity(units.0.len());
        for unit in &units.0 {
            let bytes = unit.together();
            if excerpts.last().is_none_or(|last| last.bytes != bytes) {
                let mut leads: Vec<usize> = Vec::new();
                for lead in unit.led_in_by().iter().filter(|_| !is_cell(unit)) {
                    if let LeadIn::Text(lead) = lead {
                        let at = excerpts.partition_point(|other| other.bytes.end <= lead.start);
                        leads.push(at);
                    }
                }
                leads.extend(unit.answers.and_then(|question| places.get(question)));
                excerpts.push(Excerpt {
                    matches: self.matches(&text[bytes.clone()], bytes.start),
                    leads,
                    is_carried: unit
                        .led_in_by()
                        .iter()
                        .any(|lead| matches!(lead, LeadIn::Carried(_))),
                    bytes,
                });
            }
            places.push(excerpts.len() - 1);
        }
        excerpts
    }

    /// Where the words of the plan stand in a text, without overlaps, in order.
    pub(super) fn marks(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for (bytes, _) in self.matches(text, 0) {
            if marks.last().is_none_or(|last| last.end <= bytes.start) {
                marks.push(bytes);
            }
        }
        marks
    }

    /// The words of the query in a sentence that begins at `offset`, and the other names of what they name.
    fn matches(&mut self, sentence: &str, offset: usize) -> Vec<(Range<usize>, usize)> {
        let tokens = self.analyzer.uncounted_tokens(sentence);
        let terms: Vec<TermId> = tokens
            .iter()
            .map(|token| self.analyzer.term_of(token.word))
            .collect();
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let start = token.bytes.start + offset;
            for name in self.names.get(&terms[at]).into_iter().flatten() {
                if let Some(end) = last_of(name, &tokens[at..], &terms[at..]) {
                    let bytes = start..end + offset;
                    found.extend(name.words.iter().map(|&word| (bytes.clone(), word)));
                }
            }
            if let Some(&word) = self.wanted.get(&terms[at]) {
                found.push((start..token.bytes.end + offset, word));
            }
        }
        found
    }
}

/// Where a name ends that begins with the first of some tokens; a closed compound among them stands for words
/// that are there, too.
fn last_of(name: &SoughtName, tokens: &[Token], terms: &[TermId]) -> Option<usize> {
    let (mut at, mut end) = (0, tokens.first()?.bytes.end);
    for term in &name.rest {
        at += 1;
        while tokens.get(at)?.compound {
            at += 1;
        }
        if terms[at] != *term {
            return None;
        }
        end = tokens[at].bytes.end;
    }
    Some(end)
}

impl Snippet {
    /// The text without marks.
    pub fn plain(&self) -> String {
        self.stretches.iter().map(|s| s.text.as_str()).collect()
    }

    fn push_excerpt(&mut self, text: &str, excerpt: &Excerpt) {
        let mut at = excerpt.bytes.start;
        for (bytes, _) in &excerpt.matches {
            // A compound and its parts overlap; what is marked already is passed over.
            if bytes.start >= at {
                self.push(&text[at..bytes.start], false);
                self.push(&text[bytes.clone()], true);
                at = bytes.end;
            }
        }
        self.push(&text[at..excerpt.bytes.end], false);
    }

    fn push(&mut self, text: &str, marked: bool) {
        let mut folded = String::with_capacity(text.len());
        for c in text.chars() {
            match c.is_whitespace() {
                true if folded.ends_with(' ') => {}
                true => folded.push(' '),
                false => folded.push(c),
            }
        }
        if folded.is_empty() {
            return;
        }
        match self.stretches.last_mut() {
            Some(last) if last.marked == marked => last.text.push_str(&folded),
            _ => self.stretches.push(Stretch {
                text: folded,
                marked,
            }),
        }
    }
}

fn is_cell(unit: &Unit) -> bool {
    matches!(unit.kind, UnitKind::Cell { .. })
}

/// Chooses excerpts greedily by the weight of the query words they add; a list item brings the
/// line that leads into it. The first one stands in where nothing matches.
fn choose(text: &str, excerpts: &[Excerpt], weights: &[f64]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut covered = vec![false; weights.len()];
    let mut words = 0;
    while chosen.len() < SNIPPET_SENTENCES {
        let gain = |i: usize| gain(&excerpts[i], &covered, weights);
        let best = (0..excerpts.len())
            .filter(|i| !chosen.contains(i))
            .map(|i| (i, gain(i)))
            .filter(|&(_, gain)| gain > 0.0)
            // Of equal ones the first: max_by would keep the last.
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        let Some((i, _)) = best else { break };
        let leads: Vec<usize> = excerpts[i]
            .leads
            .iter()
            .copied()
            .filter(|lead| *lead != i && !chosen.contains(lead))
            .collect();
        let brought = leads.iter().map(|&lead| excerpts[lead].words(text));
        let cost = excerpts[i].words(text) + brought.sum::<usize>();
        if !chosen.is_empty() && words + cost > SNIPPET_WORDS {
            break;
        }
        words += cost;
        chosen.extend(leads);
        chosen.push(i);
        for &(_, word) in &excerpts[i].matches {
            covered[word] = true;
        }
    }
    if chosen.is_empty() && !excerpts.is_empty() {
        chosen.push(0);
    }
    chosen.sort_unstable();
    fill(text, excerpts, &mut chosen, words);
    chosen
}

/// What an excerpt adds: the weight of words not covered yet, and a little for those that are.
fn gain(excerpt: &Excerpt, covered: &[bool], weights: &[f64]) -> f64 {
    let mut seen = vec![false; weights.len()];
    let mut gain = 0.0;
    for &(_, word) in &excerpt.matches {
        if !std::mem::replace(&mut seen[word], true) {
            gain += weights[word] * if covered[word] { 0.1 } else { 1.0 };
        }
    }
    gain
}

/// Adds what follows the chosen ones while it is short: an answer often ends a sentence later.
fn fill(text: &str, excerpts: &[Excerpt], chosen: &mut Vec<usize>, mut words: usize) {
    let Some(&last) = chosen.last() else { return };
    let next = last + 1;
    if let Some(excerpt) = excerpts.get(next)
        && chosen.len() < SNIPPET_SENTENCES
        && words + excerpt.words(text) <= SNIPPET_WORDS / 2
    {
        words += excerpt.words(text);
        chosen.push(next);
        fill(text, excerpts, chosen, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::query::{Query, WordSource};

    struct NoWords;

    impl WordSource for NoWords {
        fn with_prefix(&self, _: &str, _: usize) -> Vec<String> {
            Vec::new()
        }
    }

    fn snippet(text: &str, lead: Option<&str>, query: &str) -> String {
        let passage = StoredPassage {
            id: String::new().into(),
            document: String::new(),
            source: String::new(),
            title: String::new(),
            headings: Vec::new(),
            lead: lead.map(str::to_owned),
            lines: (1, 1),
            pages: None,
            paragraphs: None,
            recognised: false,
            bytes: (0, text.len()),
            text: text.to_owned(),
            units: Units::for_tests(text, lead),
            aspects: Vec::new(),
            risks: Vec::new(),
            statements: Vec::new(),
            concepts: Vec::new(),
        };
        let plan = Plan::new(&Query::parse(query), &NoWords, &Lexicon::builtin());
        let weights = vec![1.0; plan.scoring_words().count()];
        let analyzers = WarmAnalyzers::default();
        SnippetMaker::new(&plan, weights, &analyzers)
            .snippet(&passage)
            .stretches
            .iter()
            .map(|s| {
                if s.marked {
                    format!("[{}]", s.text)
                } else {
                    s.text.clone()
                }
            })
            .collect()
    }

    #[test]
    fn a_list_item_brings_its_lead_in() {
        let text = "Before. Tell your doctor if you:\n\n  • Had surgery.\n  • Have osteoporosis.\n  • Are pregnant.";
        assert_eq!(
            snippet(text, None, "osteoporosis"),
            "Tell your doctor if you: … • Have [osteoporosis]. • Are pregnant."
        );
    }

    #[test]
    fn whole_sentences_with_gaps_shown() {
        let filler = "Nothing of note is said in this sentence, which is long and goes on for quite a while without end, and on, and on, until it does. ";
        let text = format!("It is safe. {filler}Rarely, a fracture occurs. {filler}");
        assert_eq!(
            snippet(&text, None, "fracture safe"),
            "It is [safe]. … Rarely, a [fracture] occurs."
        );
    }

    #[test]
    fn a_wrapped_line_is_one_sentence_and_white_space_folds() {
        assert_eq!(
            snippet("Risks are\n   low.", None, "risk"),
            "[Risks] are low."
        );
    }

    #[test]
    fn the_lead_of_a_continued_list_comes_first() {
        assert_eq!(
            snippet("• pregnancy", Some("Never treat:"), "pregnancy"),
            "Never treat: • [pregnancy]"
        );
    }

    #[test]
    fn another_name_is_what_was_asked_for() {
        assert_eq!(
            snippet(
                "Rest helps. Myocardial infarction is rare.",
                None,
                "heart attack"
            ),
            "[Myocardial infarction] is rare."
        );
        let filler = "Nothing of note is said in this sentence, which is long and goes on for quite a while. ".repeat(5);
        let text = format!("{filler}After a laminectomy, wait six weeks.");
        assert_eq!(
            snippet(&text, None, "back surgery"),
            "After a [laminectomy], wait six weeks."
        );
    }

    #[test]
    fn compounds_are_marked_once() {
        assert_eq!(
            snippet("An X-ray helps.", None, "x-ray"),
            "An [X]-[ray] helps."
        );
        assert_eq!(
            snippet("An X-ray helps.", None, "xray"),
            "An [X-ray] helps."
        );
    }

    #[test]
    fn without_a_match_it_begins_at_the_beginning() {
        assert_eq!(snippet("First. Second.", None, "zebra"), "First. Second.");
    }
}
