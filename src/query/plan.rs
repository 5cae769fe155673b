//! From clauses to a plan: which terms to look up, where, and what has to match.

use std::collections::HashSet;

use super::correct::{Correction, DidYouMean};
use super::parse::{Clause, Occur, Pattern, Query, QueryGroup, QueryNode, Scope};
use crate::analysis::{self, Similar, Word, is_stopword};
use crate::annotate::{Asked, is_heading};
use crate::index::TextField;
use crate::lexicon::{Kind, Lexicon};

/// A query is searched for at most this many words; nobody types more, and pasting a book must
/// not take forever.
const MAX_WORDS: usize = 64;
/// Reading stops after this many, function words included.
pub(crate) const READ_WORDS: usize = 4 * MAX_WORDS;
/// A prefix stands for at most this many words of the corpus, the most frequent ones.
const MAX_PREFIX_WORDS: usize = 64;
/// So many beginnings of words a query may have: each stands for as many words as above.
const MAX_PREFIXES: usize = 8;

/// What the spelling of a word counts beside the word: so little that it decides only among equals.
const SPELLING_WEIGHT: f64 = 0.05;

/// Free words of a sentence, at least.
const SENTENCE: usize = 5;
/// At most so many words that no passage has are named.
const ABSENT_NAMED: usize = 8;
/// Where what is narrower has more names than this, none is looked for. Measured on seven collections: 12, 40 and
/// 150 are within 0.001 of none in the mean of nDCG@10; each name takes time.
const NARROWER_NAMES: usize = 40;

/// What planning has to know of the corpus.
pub trait WordSource {
    /// The most frequent words (folded, unstemmed) that begin with `prefix`, at most `limit`.
    fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<String>;

    /// Whether the corpus has a term, so that it can be found. Who cannot tell says yes, here and
    /// below, so that nothing is corrected.
    fn has_term(&self, _term: &str) -> bool {
        true
    }

    /// Whether a word (folded, unstemmed) means something just as it is written: to the corpus, or
    /// to whoever else is asked.
    fn knows(&self, _word: &str) -> bool {
        true
    }

    /// How many passages have a word, in any of its forms.
    fn passages(&self, _word: &str) -> u64 {
        0
    }

    /// The words within `max_distance` edits of `word`.
    fn similar(&self, _word: &str, _max_distance: u8) -> Vec<Similar> {
        Vec::new()
    }

    /// The beginnings of words within `max_distance` edits of `prefix`.
    fn similar_beginnings(&self, _prefix: &str, _max_distance: u8) -> Vec<Similar> {
        Vec::new()
    }
}

/// One word to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanWord {
    /// As typed (folded), for people.
    pub surface: String,
    /// The terms that count as this word: one, or several for a prefix.
    pub terms: Vec<String>,
    /// The only field to look in, if there is one.
    pub field: Option<TextField>,
    pub occur: Occur,
    /// The terms of the parts, where this is the closed form of a compound ("xray" of "x-ray"); they
    /// are words too, and no passage counts for both.
    pub parts: Vec<String>,
    /// How surely the word asks for an aspect rather than names, from 0 to 1.
    pub asks: f64,
    /// What the word counts, where nobody typed it and it joined the query later; one that was typed
    /// counts 1.
    pub joined: Option<f64>,
}

impl PlanWord {
    /// A word that nobody typed.
    pub(crate) fn expansion(surface: String, term: String, weight: f64) -> PlanWord {
        PlanWord {
            surface,
            terms: vec![term],
            field: None,
            occur: Occur::Should,
            parts: Vec::new(),
            asks: 0.0,
            joined: Some(weight),
        }
    }

    /// Whether somebody typed it. What was not typed stands beside what was: the closed form of a
    /// compound, the mark of a spelling, an expansion. It helps to find, and is never demanded, missed or
    /// taken for a neighbour.
    pub(crate) fn is_typed(&self) -> bool {
        self.parts.is_empty() && self.joined.is_none()
    }
}

/// A concept that some words of the query name.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanConcept {
    pub name: String,
    pub kind: Kind,
    /// Which of the scoring words name it.
    pub words: Vec<usize>,
    /// The terms of its other names.
    pub synonyms: Vec<Vec<String>>,
    /// The terms of the names of what is narrower, where they are few.
    pub narrower: Vec<Vec<String>>,
}

impl PlanConcept {
    /// All names by which it is looked for besides the one typed.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[String]> {
        let names = self.synonyms.iter().chain(&self.narrower);
        names.map(Vec::as_slice)
    }
}

/// Words that have to stand next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPhrase {
    pub text: String,
    /// Each term with its offset in the phrase.
    pub terms: Vec<(usize, String)>,
    pub field: Option<TextField>,
    /// Whether the phrase is excluded, rather than required.
    pub excluded: bool,
}

/// A part of what has to match.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanNode {
    Group(PlanGroup),
    /// The words of a clause, each by the terms that count as it: all of them.
    Words(Vec<PlanWord>),
    Phrase(PlanPhrase),
    /// A glob of sources.
    Source(String),
}

/// How the clauses of a query are joined: all of `must` match, or if there are none any of
/// `should`, and none of `not`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanGroup {
    pub must: Vec<PlanNode>,
    pub should: Vec<PlanNode>,
    pub not: Vec<PlanNode>,
}

/// A query, understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The words that score, required ones among them, and those excluded.
    pub words: Vec<PlanWord>,
    pub phrases: Vec<PlanPhrase>,
    /// What has to match besides, where clauses are joined.
    pub filter: Option<PlanGroup>,
    /// Globs of which a source has to match at least one of each list, and those excluded.
    pub sources: Vec<String>,
    pub excluded_sources: Vec<String>,
    /// The concepts that the words name.
    pub concepts: Vec<PlanConcept>,
    /// The aspects that are asked for.
    pub asked: Asked,
    /// How much of what the reading rests on are words that ask, from 0 to 1: the rest are names of what
    /// the query is about ("surgery" in "scar tissue after surgery").
    pub asking_left: f64,
    /// Whether the query is nothing but a question for an aspect: then whatever speaks of it
    /// matches, with the words of the question or without.
    pub lists_aspect: bool,
    /// The words that were read as others; see [`Query::correct`].
    pub corrections: Vec<Correction>,
    /// What may be meant by words that are right, and that the corpus lacks.
    pub did_you_mean: Vec<DidYouMean>,
    /// What a person should know of how the query was read.
    pub notes: Vec<String>,
}

impl Plan {
    /// Plans a query over the words of a corpus.
    pub fn new(query: &Query, corpus: &dyn WordSource, lexicon: &Lexicon) -> Plan {
        let mut plan = Plan {
            corrections: query.corrections.clone(),
            did_you_mean: query.did_you_mean.clone(),
            notes: query.notes.clone(),
            ..Plan::default()
        };
        let asks = is_sentence(query);
        let mut said = HashSet::new();
        for clause in &query.clauses {
            // To say it twice is to say it once.
            if !said.insert(format!("{clause:?}")) {
                continue;
            }
            match asks && is_quoted(clause) {
                true => plan.add_quoted(clause),
                false => plan.add(clause, corpus),
            }
            if plan.words.len() > READ_WORDS {
                break;
            }
        }
        plan.filter = query
            .filter
            .as_ref()
            .map(|group| joined(group, query, corpus));
        plan.understand(query, lexicon);
        plan.drop_stopwords();
        plan.cap();
        plan.name_concepts(query, lexicon);
        plan.drop_needless_suggestions();
        plan.say_what_is_absent(corpus);
        let is_filter = plan.filter.is_some() || !plan.sources.is_empty();
        if plan.scoring_words().next().is_none() && !is_filter {
            plan.notes.push(if query.clauses.is_empty() {
                "the query has no words".into()
            } else {
                "the query names nothing to look for".into()
            });
        }
        plan
    }

    /// The words whose matches score.
    pub(crate) fn scoring_words(&self) -> impl Iterator<Item = &PlanWord> {
        self.words.iter().filter(|word| word.occur != Occur::Not)
    }

    /// Takes all words for words of the topic, as if no aspect could be asked for.
    pub(crate) fn forget_aspects(&mut self) {
        self.asked = Asked::default();
        self.lists_aspect = false;
        self.words.iter_mut().for_each(|word| word.asks = 0.0);
    }

    fn add(&mut self, clause: &Clause, corpus: &dyn WordSource) {
        // What only a part of the query excludes, or demands of the source, is for the filter.
        if clause.nested && (clause.occur == Occur::Not || clause.scope == Scope::Source) {
            return;
        }
        let field = match clause.scope {
            Scope::Source => return self.add_source(clause),
            scope => field(scope),
        };
        if let (Pattern::Phrase(text), true) = (&clause.pattern, clause.nested) {
            return self.add_words(text, field, Occur::Should);
        }
        match &clause.pattern {
            Pattern::Words(text) => self.add_words(text, field, clause.occur),
            Pattern::Phrase(text) => self.add_phrase(text, field, clause.occur),
            Pattern::Prefix(prefix) => self.add_prefix(prefix, field, clause.occur, corpus),
        }
    }

    fn add_words(&mut self, text: &str, field: Option<TextField>, occur: Occur) {
        let words = analysis::words(text);
        for (n, word) in words.iter().enumerate() {
            let parts = match word.compound && word.spelling().is_none() {
                true => parts_of(word, &words[..n]),
                false => Vec::new(),
            };
            self.add_word(word.clone(), parts, field, occur);
        }
    }

    /// A phrase in a sentence is quoted, not demanded.
    fn add_quoted(&mut self, clause: &Clause) {
        let Pattern::Phrase(text) = &clause.pattern else {
            return;
        };
        self.add_words(text, None, Occur::Should);
        let note = "what is quoted in a sentence is read as words; +\"…\" demands the phrase";
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Takes a phrase that no passage has for its words, which are there already.
    pub(crate) fn give_up_phrase(&mut self, at: usize) {
        let phrase = self.phrases.remove(at);
        self.notes.push(format!(
            "no passage has the phrase “{}”; its words were searched for",
            phrase.text
        ));
    }

    fn add_source(&mut self, clause: &Clause) {
        let glob = match &clause.pattern {
            Pattern::Prefix(prefix) => format!("{prefix}*"),
            Pattern::Words(text) | Pattern::Phrase(text) => text.clone(),
        };
        match clause.occur {
            Occur::Not => self.excluded_sources.push(glob),
            Occur::Should | Occur::Must => self.sources.push(glob),
        }
    }

    fn add_word(&mut self, word: Word, parts: Vec<String>, field: Option<TextField>, occur: Occur) {
        // The closed form helps to find; it cannot be demanded or forbidden besides its parts.
        let occur = if word.compound { Occur::Should } else { occur };
        let same = self
            .words
            .iter_mut()
            .find(|w| w.terms == [word.term.as_str()] && w.field == field);
        match same {
            Some(known) if known.occur == Occur::Should => known.occur = occur,
            Some(_) => {}
            None => self.words.push(PlanWord {
                field,
                occur,
                parts,
                asks: 0.0,
                joined: word.spelling().map(|_| SPELLING_WEIGHT),
                surface: match word.spelling() {
                    Some(spelled) => format!("{spelled} so spelled"),
                    None => word.surface,
                },
                terms: vec![word.term],
            }),
        }
    }

    fn add_phrase(&mut self, text: &str, field: Option<TextField>, occur: Occur) {
        let words = signed_words(text);
        let excluded = occur == Occur::Not;
        match &words[..] {
            [] => {}
            [_] => {
                let occur = if excluded { Occur::Not } else { Occur::Must };
                words
                    .into_iter()
                    .for_each(|word| self.add_word(word, Vec::new(), field, occur));
            }
            [first, ..] => {
                let start = first.position;
                self.phrases.push(PlanPhrase {
                    text: text.to_owned(),
                    terms: words
                        .iter()
                        .map(|word| (word.position - start, word.term.clone()))
                        .collect(),
                    field,
                    excluded,
                });
                if !excluded {
                    words
                        .into_iter()
                        .for_each(|word| self.add_word(word, Vec::new(), field, Occur::Should));
                }
            }
        }
    }

    fn add_prefix(
        &mut self,
        prefix: &str,
        field: Option<TextField>,
        occur: Occur,
        corpus: &dyn WordSource,
    ) {
        // The prefix is folded like any word, but not stemmed.
        let Some(word) = analysis::words(prefix).into_iter().next() else {
            return;
        };
        let surface = format!("{}*", word.surface);
        let prefixes = self.words.iter().filter(|word| word.surface.ends_with('*'));
        if prefixes.count() >= MAX_PREFIXES {
            let note =
                format!("only the first {MAX_PREFIXES} beginnings of words were searched for");
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return;
        }
        let mut terms: Vec<String> = corpus
            .with_prefix(&word.surface, MAX_PREFIX_WORDS)
            .iter()
            .flat_map(|known| analysis::words(known))
            .map(|known| known.term)
            .collect();
        terms.sort_unstable();
        terms.dedup();
        if terms.is_empty() {
            self.notes.push(format!("no word begins with “{prefix}”"));
        }
        self.words.push(PlanWord {
            surface,
            terms,
            field,
            occur,
            parts: Vec::new(),
            asks: 0.0,
            joined: None,
        });
    }

    /// Reads which aspect is asked for, and lets the words that ask count less. Where all words
    /// ask ("how is it treated") they are the topic as well.
    fn understand(&mut self, query: &Query, lexicon: &Lexicon) {
        let text = free_text(query);
        let words = free_words(&text);
        let terms: Vec<&str> = words.iter().map(|word| word.term.as_str()).collect();
        let (asked, mut asking) = Asked::read(&terms);
        let all: f64 = asking.iter().sum();
        if asked.best().is_some() && is_heading(&analysis::surfaces(&words)) {
            asking.fill(1.0);
        }
        for mention in lexicon.find(&text, &words) {
            let kind = lexicon.concept(mention.concept).kind;
            if matches!(kind, Kind::Condition | Kind::Technique) {
                asking[mention.words].fill(0.0);
            }
        }
        self.asking_left = match all > 0.0 {
            true => asking.iter().sum::<f64>() / all,
            false => 1.0,
        };
        let names_topic = words
            .iter()
            .zip(&asking)
            .any(|(word, asking)| *asking < 0.5 && !is_stopword(&word.surface));
        self.asked = asked;
        if !names_topic {
            self.lists_aspect = self.asked.best().is_some() && self.is_plain();
            return;
        }
        for (word, asking) in words.iter().zip(asking) {
            let same = |known: &&mut PlanWord| {
                known.terms == [word.term.as_str()]
                    && known.occur == Occur::Should
                    && known.field.is_none()
            };
            if let Some(known) = self.words.iter_mut().find(same) {
                known.asks = known.asks.max(asking.min(1.0));
            }
        }
    }

    /// Whether nothing is demanded or excluded.
    fn is_plain(&self) -> bool {
        let is_plain = |word: &PlanWord| word.occur == Occur::Should && word.field.is_none();
        self.filter.is_none() && self.phrases.is_empty() && self.words.iter().all(is_plain)
    }

    /// Finds the concepts that the words name, with their other names.
    fn name_concepts(&mut self, query: &Query, lexicon: &Lexicon) {
        let text = free_text(query);
        let words = free_words(&text);
        for mention in lexicon.find(&text, &words) {
            let concept = lexicon.concept(mention.concept);
            let named: Vec<String> = words[mention.words]
                .iter()
                .map(|w| w.term.clone())
                .collect();
            let is_named =
                |word: &PlanWord| word.terms.len() == 1 && named.contains(&word.terms[0]);
            let scoring = self.scoring_words().enumerate();
            let indices: Vec<usize> = scoring
                .filter(|(_, w)| is_named(w))
                .map(|(i, _)| i)
                .collect();
            let forms = lexicon.searched_forms(mention.concept).into_iter();
            let synonyms: Vec<_> = forms.filter(|form| *form != named).collect();
            if !indices.is_empty() {
                self.concepts.push(PlanConcept {
                    name: concept.name.to_owned(),
                    kind: concept.kind,
                    words: indices,
                    synonyms,
                    narrower: narrower_forms(lexicon, mention.concept, &named),
                });
            }
        }
    }

    /// Leaves out suggestions that are names of the same concept, which is looked for under all
    /// of its names.
    fn drop_needless_suggestions(&mut self) {
        let words: Vec<&PlanWord> = self.scoring_words().collect();
        let is_name = |suggested: &DidYouMean| {
            let meant = analysis::words(&suggested.meant);
            let meant: Vec<String> = meant.into_iter().map(|word| word.term).collect();
            self.concepts.iter().any(|concept| {
                let mut named = concept.words.iter().map(|&w| &words[w].surface);
                named.any(|surface| *surface == suggested.typed)
                    && concept.synonyms.contains(&meant)
            })
        };
        let needless: Vec<bool> = self.did_you_mean.iter().map(is_name).collect();
        let mut needless = needless.into_iter();
        self.did_you_mean
            .retain(|_| !needless.next().unwrap_or_default());
    }

    /// Says which words of the topic no passage has, where they have no other name either.
    fn say_what_is_absent(&mut self, corpus: &dyn WordSource) {
        if self.lists_aspect {
            return;
        }
        let suggested = |word: &PlanWord| self.did_you_mean.iter().any(|s| s.typed == word.surface);
        let named = |index: &usize| self.concepts.iter().any(|c| c.words.contains(index));
        let scoring = self.scoring_words().enumerate();
        let absent: Vec<&str> = scoring
            .filter(|(index, word)| {
                word.is_typed() && word.asks == 0.0 && !suggested(word) && !named(index)
            })
            .filter(|(_, word)| matches!(&word.terms[..], [term] if !corpus.has_term(term)))
            .map(|(_, word)| word.surface.as_str())
            .take(ABSENT_NAMED)
            .collect();
        if !absent.is_empty() {
            let note = format!("no passage has {}", absent.join(", "));
            self.notes.push(note);
        }
    }

    /// Leaves function words out, unless the query has no others or demands them.
    fn drop_stopwords(&mut self) {
        let is_filler = |word: &PlanWord| word.occur == Occur::Should && is_stopword(&word.surface);
        if self.scoring_words().any(|word| !is_filler(word)) {
            self.words.retain(|word| !is_filler(word));
        }
    }

    fn cap(&mut self) {
        if self.words.len() > MAX_WORDS {
            self.notes.push(format!(
                "the query is very long; only the first {MAX_WORDS} different words count"
            ));
            self.words.truncate(MAX_WORDS);
        }
    }
}

/// Whether a query is a sentence, rather than what is to be looked for: it has so many free words,
/// small ones among them.
fn is_sentence(query: &Query) -> bool {
    let text = free_text(query);
    let words = free_words(&text);
    words.len() >= SENTENCE && words.iter().any(|word| is_stopword(&word.surface))
}

/// Whether a clause is a phrase without any sign.
fn is_quoted(clause: &Clause) -> bool {
    matches!(clause.pattern, Pattern::Phrase(_))
        && clause.occur == Occur::Should
        && clause.scope == Scope::Anywhere
        && !clause.nested
}

/// The terms of the parts of a closed compound, among the words before it: those that it is made of
/// from its end on.
fn parts_of(compound: &Word, before: &[Word]) -> Vec<String> {
    let within = |word: &&Word| !word.compound && word.bytes.start >= compound.bytes.start;
    before
        .iter()
        .filter(within)
        .map(|word| word.term.clone())
        .collect()
}

fn field(scope: Scope) -> Option<TextField> {
    match scope {
        Scope::Anywhere | Scope::Source => None,
        Scope::Title => Some(TextField::Title),
        Scope::Heading => Some(TextField::Heading),
    }
}

/// How clauses are joined, with what each of them looks for.
fn joined(group: &QueryGroup, query: &Query, corpus: &dyn WordSource) -> PlanGroup {
    let all = |nodes: &[QueryNode]| -> Vec<PlanNode> {
        let one = |node: &QueryNode| match node {
            QueryNode::Group(group) => Some(PlanNode::Group(joined(group, query, corpus))),
            QueryNode::Clause(at) => demanded(&query.clauses[*at], corpus),
        };
        nodes.iter().filter_map(one).collect()
    };
    PlanGroup {
        must: all(&group.must),
        should: all(&group.should),
        not: all(&group.not),
    }
}

/// What a clause looks for by itself; nothing where it has no words.
fn demanded(clause: &Clause, corpus: &dyn WordSource) -> Option<PlanNode> {
    let mut plan = Plan::default();
    plan.add(
        &Clause {
            occur: Occur::Must,
            nested: false,
            ..clause.clone()
        },
        corpus,
    );
    let Plan {
        mut words,
        mut phrases,
        mut sources,
        ..
    } = plan;
    words.retain(PlanWord::is_typed);
    let first = phrases.pop().map(PlanNode::Phrase);
    first
        .or_else(|| sources.pop().map(PlanNode::Source))
        .or_else(|| (!words.is_empty()).then_some(PlanNode::Words(words)))
}

/// The words of a query that stand free of syntax, in their order: what a person would say.
fn free_text(query: &Query) -> String {
    let free = query
        .clauses
        .iter()
        .filter_map(|clause| match &clause.pattern {
            Pattern::Words(text)
                if clause.occur != Occur::Not && clause.scope == Scope::Anywhere =>
            {
                Some(text.as_str())
            }
            _ => None,
        });
    free.take(READ_WORDS).collect::<Vec<_>>().join(" ")
}

/// The names of what is narrower than a concept, but for those that have all words of its `named` form: these
/// are found by it. None where there are many: what is that broad is not meant by each of its kinds.
fn narrower_forms(lexicon: &Lexicon, concept: usize, named: &[String]) -> Vec<Vec<String>> {
    let below = lexicon.narrower(concept).into_iter();
    let forms = below.flat_map(|concept| lexicon.searched_forms(concept));
    let others = forms.filter(|form| !named.iter().all(|term| form.contains(term)));
    let forms: Vec<_> = others.take(NARROWER_NAMES + 1).collect();
    match forms.len() {
        ..=NARROWER_NAMES => forms,
        _ => Vec::new(),
    }
}

/// The words of a phrase, of which a number with a sign is one word.
fn signed_words(text: &str) -> Vec<Word> {
    let mut words = analysis::words(text);
    let signed: Vec<Word> = words
        .iter()
        .filter(|word| word.is_signed())
        .cloned()
        .collect();
    words.retain(|word| !word.compound);
    for sign in signed {
        let at_its_place = |word: &&mut Word| word.position == sign.position;
        if let Some(word) = words.iter_mut().find(at_its_place) {
            word.term = sign.term;
        }
    }
    words
}

fn free_words(text: &str) -> Vec<Word> {
    let mut words = analysis::words(text);
    words.retain(|word| !word.compound);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Corpus(&'static [&'static str]);

    impl WordSource for Corpus {
        fn with_prefix(&self, prefix: &str, limit: usize) -> Vec<String> {
            let words = self.0.iter().filter(|word| word.starts_with(prefix));
            words.take(limit).map(|&word| word.to_owned()).collect()
        }
    }

    fn plan(text: &str) -> Plan {
        Plan::new(
            &Query::parse(text),
            &Corpus(&["fractures", "fractured", "rib"]),
            &Lexicon::builtin(),
        )
    }

    fn surfaces(text: &str) -> Vec<String> {
        plan(text)
            .words
            .into_iter()
            .map(|word| word.surface)
            .collect()
    }

    #[test]
    fn function_words_go_when_there_are_others() {
        assert_eq!(surfaces("what is the risk of OMT"), ["risk", "omt"]);
        assert_eq!(surfaces("who is it"), ["who", "is", "it"]);
        assert_eq!(surfaces("+the risk"), ["the", "risk"]);
    }

    #[test]
    fn a_phrase_is_required_and_its_words_score() {
        let plan = plan("\"risk of fracture\"");
        assert_eq!(plan.phrases[0].terms.len(), 3);
        assert_eq!(plan.words.len(), 2);
        assert!(plan.words.iter().all(|word| word.occur == Occur::Should));
    }

    #[test]
    fn a_closed_compound_knows_its_parts() {
        let plan = plan("pre-school x-ray");
        let whole: Vec<&PlanWord> = plan.words.iter().filter(|w| !w.is_typed()).collect();
        let parts: Vec<&[String]> = whole.iter().map(|word| &word.parts[..]).collect();
        assert_eq!(parts, [["pre", "school"], ["x", "ray"]]);
    }

    #[test]
    fn a_prefix_stands_for_the_stems_of_its_words() {
        assert_eq!(plan("fractu*").words[0].terms, ["fractur"]);
        let none = plan("zzz*");
        assert!(none.words[0].terms.is_empty());
        assert_eq!(none.notes.len(), 1);
    }

    #[test]
    fn repeated_words_count_once_and_keep_the_stronger_demand() {
        let plan = plan("risk risks +risk");
        assert_eq!(plan.words.len(), 1);
        assert_eq!(plan.words[0].occur, Occur::Must);
    }

    #[test]
    fn endless_queries_are_cut_with_a_note() {
        let text: String = (0..500).map(|n| format!("word{n} ")).collect();
        let plan = plan(&text);
        assert_eq!(plan.words.len(), MAX_WORDS);
        assert_eq!(plan.notes.len(), 1);
    }

    #[test]
    fn nothing_to_look_for_is_said() {
        assert_eq!(plan("").notes, ["the query has no words"]);
        assert_eq!(plan("-risk").notes, ["the query names nothing to look for"]);
    }
}
