//! # Annotation
//!
//! A passage comes in, [`Annotations`] come out: which aspects it speaks of, and which concepts it
//! names, each with what is said of it.
//!
//! * [`Aspect`] is the closed set of aspects,
//! * `linear` is a small linear model, learned from labelled sections of public health pages,
//! * [`Asked`] reads questions: queries, and headings, which are questions that a section answers,
//! * `cues` are phrases for the aspects that nobody has labelled,
//! * [`Claim`] is what a text says of what it names: [`Assertion`] tells "no risk of" from "risk of" and
//!   "rarely", and beside it stand advice, time and whose it is; `triggers` are the phrases that say so,
//!   `clause` how far they reach, `context` what leads into a sentence,
//! * a [`Statement`] ties a technique, a kind of risk and a condition together, where one sentence does,
//! * `SaidReader` gives the sentences that speak of something, with what they say of it,
//! * concepts come from the [`Lexicon`].
//!
//! The weight of an aspect is one byte: its log-probability in steps of 1/16. It is all that
//! ranking needs; nothing looks at the text of a passage at query time.

mod apart;
mod aspect;
mod assertion;
mod clause;
mod context;
mod cues;
mod inputs;
mod linear;
mod question;
mod said;
mod statement;
mod triggers;
mod trust;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::analysis::{self, Analyzer, JoinedTerms, TermId, Token, VocabularyCounts, WordId};
use crate::data::{DataFile, TableFault};
use crate::document::Document;
use crate::lexicon::{Kind, Lexicon, Matcher};
use crate::passage::{Passage, Units};

pub use aspect::Aspect;
pub use assertion::{Advice, Assertion, Claim, Experiencer, Population, Time};
use clause::{Clauses, Gap, WordRun};
use context::Context;
pub(crate) use context::UnitText;
pub(crate) use cues::is_heading;
use cues::{Cues, Sentence, either};
pub use inputs::{inputs_of_passages, inputs_of_questions};
use linear::{LinearModel, ModelWord, Seen};
pub use question::Asked;
pub use said::TopicNames;
pub(crate) use said::{Said, SaidReader};
pub(crate) use statement::tie;
use statement::{FoundConcept, FromAbove, StatementReader};
pub use statement::{Statement, TiedCondition};
use triggers::Triggers;
pub use trust::trusted;

/// The version of models and tables; an index remembers which one annotated it.
pub const ANNOTATION_VERSION: &str = "11";

/// Steps of a weight per unit of the natural logarithm.
const STEPS: f32 = 16.0;
/// From this chance on an aspect is shown with the passage.
const SHOWN: f32 = 0.4;
/// How much a heading counts that is not the innermost.
const OUTER_HEADING: f32 = 0.5;
/// How much of what the model says is given up where a heading is sure.
const HEADING_OVER_MODEL: f32 = 0.7;
/// Aspects with at least this chance are likely.
const LIKELY: f32 = 0.2;
/// The models that decide what is found in a passage, beside the tables.
pub(crate) const MODELS: [&str; 2] = [PASSAGES, question::DATA];
const PASSAGES: &str = include_str!("../models/passages.tsv");
static MODEL: LazyLock<Arc<LinearModel>> = LazyLock::new(|| {
    let model = LinearModel::parse(PASSAGES);
    // The file is part of the program; tests read it.
    Arc::new(model.expect("the model of passages is valid"))
});
/// What so many different headings said is remembered.
const MOST_HEADINGS: usize = 50_000;
/// How much a cue counts for an aspect that the model was taught.
const CUE_BESIDE_MODEL: f32 = 0.5;

/// Reads what is built in, where there is time for it before it is needed.
pub(crate) fn read_builtin() {
    LazyLock::force(&MODEL);
    cues::read_builtin();
    question::read_builtin();
}

/// Whether a table of cues or of triggers can be read.
pub fn check_table(file: DataFile, text: &str) -> Result<(), TableFault> {
    match file {
        DataFile::Cues => cues::check(text),
        _ => triggers::check(text),
    }
}

/// How strongly a passage speaks of each aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AspectWeights([u8; Aspect::COUNT]);

impl AspectWeights {
    fn new(chances: [f32; Aspect::COUNT]) -> Self {
        AspectWeights(chances.map(|chance| {
            let steps = f32::from(u8::MAX) + STEPS * chance.max(f32::MIN_POSITIVE).ln();
            // Saturates at both ends, as is meant.
            steps.round() as u8
        }))
    }

    /// From bytes as [`AspectWeights::bytes`] gives them.
    pub fn from_bytes(bytes: [u8; Aspect::COUNT]) -> Self {
        AspectWeights(bytes)
    }

    /// One byte an aspect, in the order of their indices.
    pub fn bytes(&self) -> [u8; Aspect::COUNT] {
        self.0
    }

    /// The chance that the passage speaks of an aspect, from 0 to 1.
    pub fn chance(&self, aspect: Aspect) -> f32 {
        ((f32::from(self.0[aspect.index()]) - f32::from(u8::MAX)) / STEPS).exp()
    }

    /// The aspects that an answer can be looked for by.
    pub(crate) fn likely(&self) -> impl Iterator<Item = Aspect> {
        Aspect::all().filter(|&aspect| self.chance(aspect) >= LIKELY)
    }

    /// The aspects that are worth showing, the strongest first.
    pub fn shown(&self) -> Vec<Aspect> {
        let mut shown: Vec<Aspect> = Aspect::all()
            .filter(|&aspect| self.chance(aspect) >= SHOWN)
            .collect();
        shown.sort_by_key(|aspect| std::cmp::Reverse(self.0[aspect.index()]));
        shown
    }
}

/// A concept a passage names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentioned {
    pub name: String,
    pub kind: Kind,
    #[serde(flatten)]
    pub claim: Claim,
}

/// What annotation found in a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotations {
    pub aspects: AspectWeights,
    pub concepts: Vec<Mentioned>,
    /// What its sentences tie together, in the order of the text.
    pub statements: Vec<Statement>,
    /// What it is found by.
    pub terms: FieldTerms,
}

/// The terms of a passage by field, for the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldTerms {
    pub title: JoinedTerms,
    /// How many words of the title name its topic: those that are no stopwords.
    pub title_words: u32,
    /// The headings above the passage and the lead-in it continues.
    pub heading: JoinedTerms,
    pub body: JoinedTerms,
}

/// Annotates passages. One per thread (clone it): it learns the words it sees.
pub struct Annotator {
    lexicon: Arc<Lexicon>,
    /// The aspect of each class of the model; some classes are none.
    classes: Vec<Option<Aspect>>,
    tables: Tables,
    /// What headings said before: most are met again and again.
    headings: HashMap<String, HeadingSays>,
    seen: Seen,
    /// When the time is up for what is being annotated.
    stop_at: Option<Instant>,
}

/// Everything that is compiled for the words of one analyzer.
struct Compiled {
    /// As it was when it knew these words and no others.
    analyzer: Analyzer,
    model: Arc<LinearModel>,
    concepts: Matcher,
    cues: Cues,
    triggers: Triggers,
}

/// What texts are read with: the tables, compiled once however many annotators share them, and the words
/// of one annotator.
struct Tables {
    compiled: Arc<Compiled>,
    analyzer: Analyzer,
    /// For each word, what it is to the model.
    model_words: Vec<ModelWord>,
}

impl Tables {
    fn new(lexicon: Arc<Lexicon>, model: Arc<LinearModel>) -> Tables {
        let mut analyzer = Analyzer::default();
        let compiled = Compiled {
            model,
            concepts: Matcher::new(lexicon, &mut analyzer),
            cues: Cues::builtin(&mut analyzer),
            triggers: Triggers::builtin(&mut analyzer),
            analyzer,
        };
        Tables::of(Arc::new(compiled), None)
    }

    /// The same tables, with the words that they began with.
    fn of(compiled: Arc<Compiled>, counts: Option<Arc<VocabularyCounts>>) -> Tables {
        Tables {
            analyzer: compiled.analyzer.renewed(counts),
            compiled,
            model_words: Vec::new(),
        }
    }

    /// Whether a cue of a line that stands by itself does not mean what it says.
    fn denied(&self, line: &Reading) -> impl Fn(Range<usize>) -> bool {
        let clauses = OnceCell::new();
        move |words| {
            let triggers = &self.compiled.triggers;
            let read = || Clauses::read(triggers, &[], line.stretch(0..line.words.len()));
            clauses.get_or_init(read).denies(triggers, &words)
        }
    }

    fn read(&mut self, text: &str, tokens: &[Token]) -> Reading {
        let reading = Reading::new(&self.analyzer, text, tokens);
        let known = self.model_words.len()..self.analyzer.len();
        let words = known.map(|index| self.analyzer.word(index));
        let model = &self.compiled.model;
        self.model_words
            .extend(words.map(|word| model.word(model_word(word))));
        reading
    }
}

/// What a heading says of what stands under it.
#[derive(Clone)]
struct HeadingSays {
    chances: [f32; Aspect::COUNT],
    /// How surely it asks for something.
    certainty: f32,
    /// The techniques it names.
    techniques: Vec<usize>,
    /// The kind of risk that it says what stands under it is.
    kind: Option<Aspect>,
}

/// A text as it is read for annotation: compounds are left out, so that words stand side by side.
struct Reading {
    tokens: Vec<Token>,
    words: Vec<WordId>,
    terms: Vec<TermId>,
    is_number: Vec<bool>,
    /// What stands before each word.
    gaps: Vec<Gap>,
}

impl Reading {
    fn new(analyzer: &Analyzer, text: &str, tokens: &[Token]) -> Reading {
        let mut reading = Reading {
            tokens: Vec::with_capacity(tokens.len()),
            words: Vec::with_capacity(tokens.len()),
            terms: Vec::with_capacity(tokens.len()),
            is_number: Vec::with_capacity(tokens.len()),
            gaps: Vec::with_capacity(tokens.len()),
        };
        let mut end = 0;
        for token in tokens.iter().filter(|token| !token.compound) {
            reading.words.push(token.word);
            reading.terms.push(analyzer.term_of(token.word));
            reading
                .is_number
                .push(is_number(analyzer.surface(token.word)));
            let between = text.get(end..token.bytes.start).unwrap_or_default();
            reading.gaps.push(Gap::of(between));
            end = token.bytes.end;
            reading.tokens.push(token.clone());
        }
        reading
    }

    fn sentence(&self, words: Range<usize>) -> Sentence<'_> {
        Sentence {
            terms: &self.terms[words.clone()],
            is_number: &self.is_number[words],
        }
    }

    fn all(&self) -> Sentence<'_> {
        self.sentence(0..self.words.len())
    }

    fn stretch(&self, words: Range<usize>) -> WordRun<'_> {
        WordRun {
            words: &self.words[words.clone()],
            gaps: &self.gaps[words],
            goes_before: false,
        }
    }

    /// The words that begin within some bytes of the text.
    fn words_within(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = |byte| {
            self.tokens
                .partition_point(|token| token.bytes.start < byte)
        };
        first(bytes.start)..first(bytes.end)
    }

    /// The words of each unit of the text.
    fn in_units(&self, units: &Units) -> Vec<Range<usize>> {
        let units = units.0.iter();
        units.map(|unit| self.words_within(&unit.bytes)).collect()
    }
}

/// Where the blocks of a passage begin in its text.
fn block_starts(document: &Document, passage: &Passage) -> Vec<usize> {
    let all = document.blocks();
    let starts = passage.blocks().iter().map(|&block| all[block].bytes.start);
    starts
        .filter_map(|start| start.checked_sub(passage.bytes().start))
        .collect()
}

fn is_number(surface: &str) -> bool {
    surface.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// What the model was taught to see in place of a word, by its surface.
pub fn model_word(surface: &str) -> &str {
    match is_number(surface) {
        true => "#",
        false => surface,
    }
}

impl Clone for Annotator {
    fn clone(&self) -> Annotator {
        let counts = self.tables.analyzer.counts();
        Annotator {
            lexicon: self.lexicon.clone(),
            classes: self.classes.clone(),
            tables: Tables::of(self.tables.compiled.clone(), counts),
            headings: HashMap::new(),
            seen: Seen::default(),
            stop_at: None,
        }
    }
}

impl Annotator {
    /// An annotator with the built-in model and cues.
    pub fn new(lexicon: Arc<Lexicon>) -> Annotator {
        Annotator::of(lexicon, MODEL.clone())
    }

    /// An annotator with another model, in the format of the built-in one: to cross-validate, or
    /// for materials of another kind. An error says what is wrong with the model.
    pub fn with_model(lexicon: Arc<Lexicon>, model: &str) -> Result<Annotator, String> {
        let model = LinearModel::parse(model)?;
        Ok(Annotator::of(lexicon, Arc::new(model)))
    }

    fn of(lexicon: Arc<Lexicon>, model: Arc<LinearModel>) -> Annotator {
        let aspect = |class: &String| Aspect::all().find(|aspect| aspect.name() == class);
        Annotator {
            classes: model.classes().iter().map(aspect).collect(),
            tables: Tables::new(lexicon.clone(), model),
            lexicon,
            headings: HashMap::new(),
            seen: Seen::default(),
            stop_at: None,
        }
    }

    /// Says when to stop: a document that is not annotated by then is left as it is.
    pub(crate) fn stop_at(&mut self, end: Option<Instant>) {
        self.stop_at = end;
    }

    fn is_late(&self) -> bool {
        self.stop_at.is_some_and(|end| Instant::now() >= end)
    }

    /// The same, counting the words it sees.
    pub(crate) fn counting(self, counts: Arc<VocabularyCounts>) -> Annotator {
        Annotator {
            tables: Tables::of(self.tables.compiled.clone(), Some(counts)),
            ..self
        }
    }

    /// The lexicon it finds concepts by.
    pub(crate) fn lexicon(&self) -> &Arc<Lexicon> {
        &self.lexicon
    }

    /// Annotates the passages of one document, in order; fewer than there are where the time was up.
    pub fn annotate(&mut self, document: &Document, passages: &[Passage]) -> Vec<Annotations> {
        if self.tables.analyzer.is_full() || self.headings.len() > MOST_HEADINGS {
            // Nothing is lost: words are counted where the analyzer reports to, and whatever is
            // needed again is learned again.
            *self = self.clone();
        }
        let mut title = JoinedTerms::default();
        let tokens = self.join(&mut title, document.title());
        let title_words = self.topic_words(&tokens);
        let of_title = self.tables.read(document.title(), &tokens);
        let of_title = FromAbove {
            techniques: self.named(document.title(), &of_title, Kind::Technique),
            topics: self.named(document.title(), &of_title, Kind::Condition),
            ..FromAbove::default()
        };
        let mut annotations = Vec::with_capacity(passages.len());
        for section in sections(passages) {
            if self.is_late() {
                break;
            }
            self.annotate_section(
                document,
                &passages[section],
                (&title, title_words, &of_title),
                &mut annotations,
            );
        }
        annotations
    }

    /// Annotates passages that stand under the same headings.
    fn annotate_section(
        &mut self,
        document: &Document,
        passages: &[Passage],
        (title, title_words, of_title): (&JoinedTerms, u32, &FromAbove),
        annotations: &mut Vec<Annotations>,
    ) {
        let mut above = JoinedTerms::default();
        let mut innermost = None;
        for heading in passages[0].headings() {
            let tokens = self.join(&mut above, heading);
            innermost = Some(self.tables.read(heading, &tokens));
        }
        let heading = self.by_heading(document, &passages[0]);
        let mut over = FromAbove {
            carried: None,
            ..self.above(&passages[0], of_title)
        };
        let texts: Vec<(JoinedTerms, Reading)> = passages
            .iter()
            .map(|passage| {
                let mut body = JoinedTerms::default();
                let starts = block_starts(document, passage);
                let tokens = self.tables.analyzer.tokens(passage.text());
                body.add(&self.tables.analyzer, &tokens, &starts);
                (body, self.tables.read(passage.text(), &tokens))
            })
            .collect();
        // An answer is of one piece, however it was cut.
        let whole = (passages.len() > 1).then(|| {
            let words = texts.iter().flat_map(|(_, reading)| &reading.words);
            self.log_chances(words)
        });
        for (passage, (body, reading)) in passages.iter().zip(texts) {
            let mut above = above.clone();
            let lead = passage.lead().map(|lead| {
                let tokens = self.join(&mut above, lead);
                self.tables.read(lead, &tokens)
            });
            let own = self.log_chances(&reading.words);
            let learned = self.learned(whole.as_deref(), own);
            let sentences = reading.in_units(passage.units());
            let text = UnitText {
                text: passage.text(),
                units: passage.units(),
                lead: passage.lead(),
                headings: passage.headings(),
            };
            let context = Context::new(
                text,
                (&reading, &sentences),
                (lead.as_ref(), innermost.as_ref()),
                &self.tables.compiled.triggers,
            );
            let cued = self.cued(&context, lead.as_ref());
            let found = self.found(passage.text(), &context);
            over.carried = cued.carried;
            let statements = StatementReader {
                lexicon: &self.lexicon,
                context: &context,
                found: &found,
                kinds: &cued.kinds,
                above: &over,
            };
            annotations.push(Annotations {
                aspects: AspectWeights::new(weighed(learned, &cued.chances, &heading)),
                statements: statements.read(),
                concepts: self.concepts(&found),
                terms: FieldTerms {
                    title: title.clone(),
                    title_words,
                    heading: above,
                    body,
                },
            });
        }
    }

    /// How many words name a topic.
    fn topic_words(&self, tokens: &[Token]) -> u32 {
        let names = |token: &&Token| {
            !token.compound && !analysis::is_stopword(self.tables.analyzer.surface(token.word))
        };
        tokens.iter().filter(names).count() as u32
    }

    /// Analyses a text of a field, and adds it to the terms of the field.
    fn join(&mut self, terms: &mut JoinedTerms, text: &str) -> Vec<Token> {
        let tokens = self.tables.analyzer.tokens(text);
        terms.add(&self.tables.analyzer, &tokens, &[]);
        tokens
    }

    /// What the model says of some words, by class.
    fn log_chances<'w>(&mut self, words: impl IntoIterator<Item = &'w WordId>) -> Vec<f32> {
        let words: Vec<ModelWord> = words
            .into_iter()
            .map(|word| self.tables.model_words[word.index()])
            .collect();
        let model = &self.tables.compiled.model;
        model.log_probabilities_of(&words, &mut self.seen)
    }

    /// The chances of a passage by the model: the mean of what its own words and those of its
    /// whole section say, where that has more than one passage.
    fn learned(&self, section: Option<&[f32]>, passage: Vec<f32>) -> [f32; Aspect::COUNT] {
        let mut chances = [0.0; Aspect::COUNT];
        for (class, aspect) in self.classes.iter().enumerate() {
            if let Some(aspect) = aspect {
                let own = passage[class];
                let log = section.map_or(own, |section| (section[class] + own) / 2.0);
                chances[aspect.index()] = log.exp();
            }
        }
        chances
    }

    /// What the headings above a passage ask, the innermost first to be believed. A title counts
    /// where it is a question.
    fn by_heading(&mut self, document: &Document, passage: &Passage) -> [f32; Aspect::COUNT] {
        let title = Some(document.title()).filter(|title| title.contains('?'));
        let mut chances = [0.0; Aspect::COUNT];
        let mut left = 1.0;
        let inside_out = passage.headings().iter().rev().map(String::as_str);
        for heading in inside_out.chain(title) {
            let says = self.heading(heading);
            for (chance, said) in chances.iter_mut().zip(says.chances) {
                *chance += left * said;
            }
            left *= OUTER_HEADING * (1.0 - says.certainty).max(0.0);
        }
        chances.map(|chance| chance.min(1.0))
    }

    fn heading(&mut self, heading: &str) -> HeadingSays {
        if let Some(known) = self.headings.get(heading) {
            return known.clone();
        }
        let tokens = self.tables.analyzer.uncounted_tokens(heading);
        let reading = self.tables.read(heading, &tokens);
        let words = reading.words.iter();
        let terms: Vec<&str> = words.map(|word| self.tables.analyzer.term(*word)).collect();
        let (asked, _) = Asked::read(&terms);
        let denied = self.tables.denied(&reading);
        let cued = self
            .tables
            .compiled
            .cues
            .in_heading(&reading.all(), &denied);
        let mut chances = asked.chances();
        for (chance, cue) in chances.iter_mut().zip(cued) {
            *chance = chance.max(cue);
        }
        let kind = statement::kind(&chances, &reading.words, &self.tables.compiled.triggers);
        let says = HeadingSays {
            chances,
            certainty: asked.certainty() as f32,
            techniques: self.named(heading, &reading, Kind::Technique),
            // Whether it is safe is asked, and not answered.
            kind: kind.filter(|&kind| !(heading.contains('?') && kind == Aspect::Precaution)),
        };
        self.headings.insert(heading.to_owned(), says.clone());
        says
    }

    /// What the cues of a passage and of the line that leads into it say.
    fn cued(&self, context: &Context<'_>, lead: Option<&Reading>) -> Cued {
        let Compiled { cues, triggers, .. } = &*self.tables.compiled;
        let mut cued = Cued {
            chances: [0.0; Aspect::COUNT],
            carried: None,
            kinds: Vec::with_capacity(context.sentences().len()),
        };
        if let Some(lead) = lead {
            let denied = self.tables.denied(lead);
            let chances = cues.in_sentence(&lead.all(), &denied);
            cued.carried = statement::kind(&chances, &lead.words, triggers);
            add(&mut cued.chances, chances);
        }
        for (unit, words) in context.sentences().iter().enumerate() {
            let sentence = context.reading().sentence(words.clone());
            let denied = |words: Range<usize>| context.denies(unit, &words);
            let chances = cues.in_sentence(&sentence, &denied);
            // A list in one line is warned of by what stands before it.
            let head = context.head(unit);
            let of_head = (head.len() < words.len()).then(|| {
                let head = context.reading().sentence(head.clone());
                cues.in_sentence(&head, &denied)
            });
            let words = &context.reading().words[head];
            let kind = statement::kind(of_head.as_ref().unwrap_or(&chances), words, triggers);
            cued.kinds.push(kind);
            add(&mut cued.chances, chances);
        }
        cued
    }

    /// The concepts named, where they stand, with what is said of each.
    fn found(&self, text: &str, context: &Context<'_>) -> Vec<FoundConcept> {
        let Tables {
            compiled, analyzer, ..
        } = &self.tables;
        let mentions = compiled.concepts.find(
            text,
            (&context.reading().tokens, context.sentences()),
            analyzer,
        );
        let found = mentions.into_iter().map(|mention| {
            let kind = self.lexicon.concept(mention.concept).kind;
            let claim = context.claim(&mention.words);
            FoundConcept {
                concept: mention.concept,
                claim: claim.map(|claim| claim.of_kind(kind)),
                words: mention.words,
            }
        });
        found.collect()
    }

    /// The concepts named, each once, with the strongest thing said of it.
    fn concepts(&self, found: &[FoundConcept]) -> Vec<Mentioned> {
        let mut strongest: BTreeMap<usize, Claim> = BTreeMap::new();
        for found in found {
            // A label says what its passage is about.
            let said = found.claim.unwrap_or_else(|| Assertion::Affirmed.into());
            strongest
                .entry(found.concept)
                .and_modify(|known| *known = stronger(*known, said))
                .or_insert(said);
        }
        let mentioned = strongest.into_iter().map(|(index, claim)| {
            let concept = self.lexicon.concept(index);
            Mentioned {
                name: concept.name.to_owned(),
                kind: concept.kind,
                claim,
            }
        });
        mentioned.collect()
    }

    /// The concepts of a kind that a line names.
    fn named(&self, line: &str, reading: &Reading, kind: Kind) -> Vec<usize> {
        let Tables {
            compiled, analyzer, ..
        } = &self.tables;
        let mentions = compiled
            .concepts
            .find(line, (&reading.tokens, &[]), analyzer);
        let concepts = mentions.into_iter().map(|mention| mention.concept);
        concepts
            .filter(|&concept| self.lexicon.concept(concept).kind == kind)
            .collect()
    }

    /// What the headings above a passage count for in each of its sentences, the innermost first.
    fn above(&mut self, passage: &Passage, of_title: &FromAbove) -> FromAbove {
        let mut above = FromAbove {
            topics: of_title.topics.clone(),
            ..FromAbove::default()
        };
        for heading in passage.headings().iter().rev() {
            let says = self.heading(heading);
            above.kind = above.kind.or(says.kind);
            if above.techniques.is_empty() {
                above.techniques = says.techniques;
            }
        }
        if above.techniques.is_empty() {
            above.techniques.clone_from(&of_title.techniques);
        }
        above
    }
}

/// What the cues of a passage say.
struct Cued {
    chances: [f32; Aspect::COUNT],
    /// The kind of risk by the line that the passage carries along.
    carried: Option<Aspect>,
    /// The kind of risk of each unit by its own cues.
    kinds: Vec<Option<Aspect>>,
}

/// The chances of a passage by all that speaks for them.
fn weighed(
    learned: [f32; Aspect::COUNT],
    cued: &[f32; Aspect::COUNT],
    heading: &[f32; Aspect::COUNT],
) -> [f32; Aspect::COUNT] {
    // What a heading says of the section leaves the model less to say.
    let said = heading.iter().copied().fold(0.0, f32::max);
    let mut chances = learned;
    for (i, chance) in chances.iter_mut().enumerate() {
        let taught = *chance > 0.0;
        let cue = cued[i] * if taught { CUE_BESIDE_MODEL } else { 1.0 };
        *chance = (*chance * (1.0 - HEADING_OVER_MODEL * said))
            .max(cue)
            .max(heading[i]);
    }
    chances
}

fn add(chances: &mut [f32; Aspect::COUNT], more: [f32; Aspect::COUNT]) {
    for (chance, more) in chances.iter_mut().zip(more) {
        *chance = either(*chance, more);
    }
}

/// What a passage says of a concept when it says two things: the one not to be missed.
fn stronger(a: Claim, b: Claim) -> Claim {
    let strength = |claim: Claim| match claim.assertion {
        Assertion::Affirmed => 3,
        Assertion::Hedged => 2,
        Assertion::Hypothetical => 1,
        Assertion::Negated => 0,
    };
    match (strength(b), b.advice) > (strength(a), a.advice) {
        true => b,
        false => a,
    }
}

/// Runs of passages under the same headings.
fn sections(passages: &[Passage]) -> Vec<Range<usize>> {
    let mut sections: Vec<Range<usize>> = Vec::new();
    for i in 0..passages.len() {
        match sections.last_mut() {
            Some(section) if passages[section.start].headings() == passages[i].headings() => {
                section.end = i + 1;
            }
            _ => sections.push(i..i + 1),
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_their_byte() {
        let mut chances = [0.0; Aspect::COUNT];
        chances[0] = 1.0;
        chances[1] = 0.5;
        let weights = AspectWeights::new(chances);
        let back = AspectWeights::from_bytes(weights.bytes());
        assert_eq!(back.chance(Aspect::Condition), 1.0);
        assert!((back.chance(Aspect::Technique) - 0.5).abs() < 0.02);
        assert!(back.chance(Aspect::Provider) < 1e-6);
        assert_eq!(back.shown(), [Aspect::Condition, Aspect::Technique]);
    }
}
