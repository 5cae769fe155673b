//! A text as it is read, with what leads into its parts: each unit with the lines above it that are
//! part of what it says, taken apart into clauses when it is first asked for.

use std::cell::OnceCell;
use std::ops::Range;

use super::Reading;
use super::assertion::{Advice, Assertion, Claim};
use super::clause::{Clauses, Gap, WordRun};
use super::triggers::{Triggers, WordClass};
use crate::analysis::WordId;
use crate::passage::{LeadIn, Unit, UnitKind, Units, lead_text};

/// The most words of a line that is a label and no sentence.
const LABEL: usize = 8;
/// How many sentences back a sentence may go on with ("These include …").
const GOES_BACK: usize = 3;

/// A text with its structure: a passage, or a line of it.
#[derive(Debug, Clone, Copy)]
pub struct UnitText<'a> {
    pub text: &'a str,
    pub units: &'a Units,
    /// What the passage carries along.
    pub lead: Option<&'a str>,
    /// The headings above it, outermost first.
    pub headings: &'a [String],
}

impl UnitText<'_> {
    /// The text that leads into a unit, if anything does.
    pub(crate) fn lead_in(&self, unit: &Unit) -> Option<String> {
        let leads = unit.led_in_by().iter();
        let texts: Vec<&str> = leads
            .map(|lead| lead_text(lead, self.text, self.lead, self.headings))
            .collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}

/// What leads into a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LedBy {
    /// Another unit of the text.
    Unit(usize),
    /// The line that the text carries along.
    Carried,
    /// The innermost heading.
    Heading,
}

/// A text as it is read, with what leads into its parts.
pub(super) struct Context<'a> {
    text: UnitText<'a>,
    reading: &'a Reading,
    /// The words of each unit.
    sentences: &'a [Range<usize>],
    /// What the passage carries along, read.
    carried: Option<&'a Reading>,
    /// The innermost heading, read.
    heading: Option<&'a Reading>,
    triggers: &'a Triggers,
    clauses: Vec<OnceCell<Clauses>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        text: UnitText<'a>,
        (reading, sentences): (&'a Reading, &'a [Range<usize>]),
        (carried, heading): (Option<&'a Reading>, Option<&'a Reading>),
        triggers: &'a Triggers,
    ) -> Context<'a> {
        Context {
            text,
            reading,
            sentences,
            carried,
            heading,
            triggers,
            clauses: sentences.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    pub(super) fn reading(&self) -> &'a Reading {
        self.reading
    }

    pub(super) fn sentences(&self) -> &'a [Range<usize>] {
        self.sentences
    }

    /// The unit in which a word stands, or, for the number of an item, the next one.
    pub(super) fn unit(&self, word: usize) -> Option<&'a Unit> {
        self.text.units.0.get(self.unit_of(word))
    }

    /// The text that leads into a unit.
    pub(super) fn lead_in(&self, unit: &Unit) -> Option<String> {
        self.text.lead_in(unit)
    }

    /// What leads into a unit, outermost first.
    pub(super) fn led_by(&self, unit: usize) -> Vec<LedBy> {
        let Some(kept) = self.text.units.0.get(unit) else {
            return Vec::new();
        };
        let announced = self.announced_by(unit).filter(|_| self.begins_item(unit));
        let announced = announced.filter(|_| kept.led_in_by().is_empty());
        let leads = kept.led_in_by().iter().filter_map(|lead| match lead {
            LeadIn::Text(bytes) => self.unit_at(bytes.start).map(LedBy::Unit),
            LeadIn::Carried(_) => Some(LedBy::Carried),
            LeadIn::Heading => Some(LedBy::Heading),
        });
        announced
            .map(LedBy::Unit)
            .into_iter()
            .chain(leads)
            .collect()
    }

    /// Whether a unit tells somebody what to do.
    pub(super) fn directs(&self, unit: usize) -> bool {
        unit < self.clauses.len() && self.clauses(unit).directs()
    }

    /// Whether a unit is a question.
    pub(super) fn asks(&self, unit: usize) -> bool {
        self.text.units.0.get(unit).is_some_and(|unit| unit.asks)
    }

    /// The words of a unit or, where it is a list in one line, with dashes between its items, those before the
    /// first dash.
    pub(super) fn head(&self, unit: usize) -> Range<usize> {
        let words = self.sentences.get(unit).cloned().unwrap_or_default();
        let gaps = &self.reading.gaps[words.clone()];
        let mut dashes = (1..gaps.len()).filter(|&at| gaps[at] == Gap::Dash);
        match (dashes.next(), dashes.next()) {
            (Some(first), Some(_)) => words.start..words.start + first,
            _ => words,
        }
    }

    pub(super) fn words_of_unit(&self, unit: usize) -> &'a [WordId] {
        match self.sentences.get(unit) {
            Some(words) => &self.reading.words[words.clone()],
            None => &[],
        }
    }

    pub(super) fn triggers(&self) -> &'a Triggers {
        self.triggers
    }

    /// Some words as they are written.
    pub(super) fn written(&self, words: &Range<usize>) -> &'a str {
        let tokens = &self.reading.tokens;
        let bytes = tokens[words.start].bytes.start..tokens[words.end - 1].bytes.end;
        &self.text.text[bytes]
    }

    /// Whether a word of the text is of a class.
    pub(super) fn is(&self, word: usize, class: WordClass) -> bool {
        self.triggers.is(self.reading.words[word], class)
    }

    /// Whether something is said between some words of a sentence, or a clause or an item of a list ends there.
    pub(super) fn is_parted(&self, words: &Range<usize>, named: &dyn Fn(usize) -> bool) -> bool {
        let unit = self.unit_of(words.start);
        let Some(own) = self.sentences.get(unit) else {
            return false;
        };
        let mut gaps = words.clone().skip(1).map(|at| self.reading.gaps[at]);
        gaps.any(|gap| gap > Gap::Comma)
            || self
                .clauses(unit)
                .says_between(&within(own, words), &|at| named(at + own.start))
    }

    pub(super) fn unit_of(&self, word: usize) -> usize {
        self.sentences
            .partition_point(|sentence| sentence.end <= word)
    }

    /// The clauses of a unit, with what leads into it.
    fn clauses(&self, unit: usize) -> &Clauses {
        self.clauses[unit].get_or_init(|| {
            let mut leads = Vec::new();
            self.lead_into(unit, GOES_BACK, &mut leads);
            let own = self.reading.stretch(self.sentences[unit].clone());
            Clauses::read(self.triggers, &leads, own)
        })
    }

    /// What leads into a unit, outermost first: the lines above it, what a list stands under that is
    /// announced ("Do not take it with any of these."), and what it goes on with ("These include …").
    fn lead_into<'s>(&'s self, unit: usize, depth: usize, leads: &mut Vec<WordRun<'s>>) {
        let before = unit.checked_sub(1).filter(|_| depth > 0);
        let kept = &self.text.units.0[unit];
        if let Some(before) = before.filter(|_| kept.led_in_by().is_empty()) {
            let announced = self.announced_by(unit).filter(|_| self.begins_item(unit));
            if let Some(announced) = announced {
                self.lead_into(announced, depth - 1, leads);
                leads.push(self.stretch_of(announced));
            } else if self.goes_on(self.reading.stretch(self.sentences[unit].clone())) {
                self.lead_into(before, depth - 1, leads);
                leads.push(self.before(before));
            }
        }
        for lead in kept.led_in_by() {
            let words = self.words_of(lead);
            if let LeadIn::Text(bytes) = lead
                && depth > 0
                && self.goes_on(words)
                && let Some(before) = self
                    .unit_at(bytes.start)
                    .and_then(|unit| unit.checked_sub(1))
            {
                leads.push(self.before(before));
            }
            leads.push(words);
        }
    }

    fn stretch_of(&self, unit: usize) -> WordRun<'_> {
        self.reading.stretch(self.sentences[unit].clone())
    }

    /// A sentence that another goes on with.
    fn before(&self, unit: usize) -> WordRun<'_> {
        WordRun {
            goes_before: true,
            ..self.stretch_of(unit)
        }
    }

    fn unit_at(&self, byte: usize) -> Option<usize> {
        let units = &self.text.units.0;
        units
            .binary_search_by_key(&byte, |unit| unit.bytes.start)
            .ok()
    }

    fn begins_item(&self, unit: usize) -> bool {
        matches!(
            self.text.units.0[unit].kind,
            UnitKind::Item { first: true, .. }
        )
    }

    /// The sentence right above the list in which a unit stands, where it says that a list follows.
    fn announced_by(&self, unit: usize) -> Option<usize> {
        let units = &self.text.units.0[..unit];
        let above = units
            .iter()
            .rposition(|unit| !matches!(unit.kind, UnitKind::Item { .. }))?;
        let is_sentence = units[above].kind == UnitKind::Sentence && !units[above].asks;
        let words = self.stretch_of(above).words;
        let announces = |&word| self.triggers.is(word, WordClass::Announcers);
        (is_sentence && words.iter().any(announces)).then_some(above)
    }

    /// Whether a sentence goes on with the one before it.
    fn goes_on(&self, sentence: WordRun<'_>) -> bool {
        match sentence.words {
            [first, second, ..] => {
                self.triggers.is(*first, WordClass::Pronouns)
                    && self.triggers.is(*second, WordClass::Lists)
            }
            _ => false,
        }
    }

    fn words_of(&self, lead: &LeadIn) -> WordRun<'_> {
        match (lead, self.carried, self.heading) {
            (LeadIn::Text(bytes), _, _) => self.reading.stretch(self.reading.words_within(bytes)),
            (LeadIn::Carried(bytes), Some(carried), _) => {
                carried.stretch(carried.words_within(bytes))
            }
            (LeadIn::Heading, _, Some(heading)) => heading.stretch(0..heading.words.len()),
            _ => WordRun::default(),
        }
    }

    /// What is said of some words; `None` where they only stand there, as those of a label or of a link do.
    pub(super) fn claim(&self, words: &Range<usize>) -> Option<Claim> {
        let unit = self.unit_of(words.start);
        let (Some(kept), Some(own)) = (self.text.units.0.get(unit), self.sentences.get(unit))
        else {
            return Some(Claim::from(Assertion::Affirmed));
        };
        let within = within(own, words);
        let clauses = self.clauses(unit);
        if clauses.refers(&within) {
            return None;
        }
        let mut claim = clauses.claim(self.triggers, &within);
        match self.verdict(unit) {
            Some(false) => claim.assertion = Assertion::Negated,
            Some(true) => {}
            // A question states nothing.
            None if kept.asks => claim.assertion = Assertion::Hypothetical,
            None if self.is_label(unit) => return None,
            None => {}
        }
        Some(claim)
    }

    /// What a heading says of some words in it. Most name what stands below them; an order, advice, or a
    /// denial with a verb is a sentence that stands where headings do.
    pub(super) fn claim_of_heading(&self, words: &Range<usize>) -> Option<Claim> {
        let unit = self.unit_of(words.start);
        let claim = self.claim(words)?;
        let sentence = self.stretch_of(unit).words;
        let wonders = |&word: &WordId| self.triggers.is(word, WordClass::Wonders);
        let relates = |&word: &WordId| self.triggers.is(word, WordClass::Relatives);
        if self.asks(unit) || sentence.first().is_some_and(wonders) || sentence.iter().any(relates)
        {
            return None;
        }
        let has_verb = || {
            let is_verb = |&word: &WordId| self.triggers.is(word, WordClass::Verbs);
            sentence.iter().any(is_verb)
        };
        let denied = claim.assertion == Assertion::Negated;
        let warns = claim.advice > Some(Advice::Recommended);
        (warns || (denied && (self.directs(unit) || has_verb()))).then_some(claim)
    }

    /// Whether a cue of a unit does not mean what it says.
    pub(super) fn denies(&self, unit: usize, words: &Range<usize>) -> bool {
        self.clauses(unit).denies(self.triggers, words)
    }

    /// Whether what a unit says or asks is so, where the text says that itself: "True or false?", "Is it
    /// safe? No.", "Myth: …".
    fn verdict(&self, unit: usize) -> Option<bool> {
        let says = |unit: usize, class| {
            let sentence = self.stretch_of(unit);
            let first = sentence.words.first()?;
            let alone = sentence.gaps.get(1).is_none_or(|&gap| gap > Gap::None);
            (alone && self.triggers.is(*first, class)).then_some(())
        };
        let units = &self.text.units.0;
        let refutes = |unit: usize| {
            let class = match units[unit.saturating_sub(1)].asks {
                true => WordClass::Denials,
                false => WordClass::Refutations,
            };
            says(unit, class).is_some()
        };
        let before = unit.checked_sub(1);
        let labelled = |at: usize| says(at, WordClass::Myths).is_some();
        let is_myth = labelled(unit)
            || before.is_some_and(|at| self.sentences[at].len() == 1 && labelled(at));
        if is_myth || (unit + 1 < units.len() && refutes(unit + 1)) {
            return Some(false);
        }
        let affirmed = unit + 1 < units.len() && units[unit].asks;
        (affirmed && says(unit + 1, WordClass::Consents).is_some()).then_some(true)
    }

    /// Whether a unit is a line of its own, without a verb, above a sentence: it says what comes, and
    /// nothing of it.
    fn is_label(&self, unit: usize) -> bool {
        let units = &self.text.units.0;
        let kept = &units[unit];
        let (text, bytes) = (self.text.text, &kept.bytes);
        let has_verb = |unit: usize| {
            let words = self.stretch_of(unit).words;
            words
                .iter()
                .any(|&word| self.triggers.is(word, WordClass::Verbs))
        };
        let sentence = |unit: &Unit| unit.kind == UnitKind::Sentence;
        let follows = units.get(unit + 1).is_some_and(sentence);
        sentence(kept)
            && follows
            && self.sentences[unit].len() <= LABEL
            && !text[bytes.clone()].ends_with(['.', '!'])
            && text[bytes.end..].starts_with(['\n', '\r'])
            && text[..bytes.start]
                .trim_end_matches(' ')
                .chars()
                .next_back()
                .is_none_or(|c| c == '\n')
            && !has_verb(unit)
            && has_verb(unit + 1)
    }
}

/// Some words, counted from where their sentence begins. The number of an item stands before it.
fn within(sentence: &Range<usize>, words: &Range<usize>) -> Range<usize> {
    let from = |at: usize| at.max(sentence.start) - sentence.start;
    from(words.start)..from(words.end)
}
