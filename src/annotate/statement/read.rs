//! Finds what the units of a passage tie together.

use std::ops::Range;

use super::{Statement, TiedCondition};
use crate::analysis::WordId;
use crate::annotate::Claim;
use crate::annotate::aspect::Aspect;
use crate::annotate::assertion::{Advice, Assertion};
use crate::annotate::clause::Gap;
use crate::annotate::context::{Context, LedBy};
use crate::annotate::triggers::{Triggers, WordClass};
use crate::lexicon::{Kind, Lexicon};

/// From this chance on the cues of a unit, or the headings above it, say which kind of risk it speaks
/// of: one strong cue, as a passage needs. Chosen, not measured.
const KIND: f32 = 0.5;
/// A unit of more words is no sentence, and what it names together it does not tie together. Chosen on pages
/// whose lists are written in one line.
const LONGEST: usize = 60;
/// So many words of an order say whether it is about what one has or about what may come.
const OPENING: usize = 9;
/// So many words before something named it is told whether it stands there by the way. Chosen, not measured.
const ASIDE: usize = 4;
/// At most so many statements are kept of a passage: a table of all interactions has no end.
const MOST: usize = 40;

/// The kinds of risk, the gravest first: of two that are as likely, it is the one not to be missed.
const GRAVEST: [Aspect; 6] = [
    Aspect::Contraindication,
    Aspect::RedFlag,
    Aspect::Precaution,
    Aspect::Interaction,
    Aspect::Adverse,
    Aspect::Susceptibility,
];

/// A concept where it stands in a passage.
pub(in crate::annotate) struct FoundConcept {
    /// Its index in the lexicon.
    pub(in crate::annotate) concept: usize,
    pub(in crate::annotate) words: Range<usize>,
    /// What is said of it; `None` of a label.
    pub(in crate::annotate) claim: Option<Claim>,
}

/// What stands above a passage and counts for each unit of it.
#[derive(Default)]
pub(in crate::annotate) struct FromAbove {
    /// The kind of risk that the headings say.
    pub(in crate::annotate) kind: Option<Aspect>,
    /// That of the line which the passage carries along.
    pub(in crate::annotate) carried: Option<Aspect>,
    /// The techniques of the nearest heading that names any, else of the title.
    pub(in crate::annotate) techniques: Vec<usize>,
    /// The conditions of the title: what is treated is no effect of the treatment.
    pub(in crate::annotate) topics: Vec<usize>,
}

/// The kind of risk that some words speak for, if any does, by the chances that their cues give. Who must
/// not is only told with a word that keeps from something; without one, it is to be asked or told.
pub(in crate::annotate) fn kind(
    chances: &[f32; Aspect::COUNT],
    words: &[WordId],
    triggers: &Triggers,
) -> Option<Aspect> {
    let likely = GRAVEST
        .into_iter()
        .filter(|kind| chances[kind.index()] >= KIND);
    // The first of equals.
    let kind = likely.reduce(
        |best, kind| match chances[kind.index()] > chances[best.index()] {
            true => kind,
            false => best,
        },
    );
    let has = |words: &[WordId], class| words.iter().any(|&word| triggers.is(word, class));
    let asks = words
        .first()
        .is_some_and(|&word| triggers.is(word, WordClass::Askers));
    let begins = |class| has(&words[..words.len().min(OPENING)], class);
    match kind {
        // "Tell your doctor if any of these symptoms do not go away."
        Some(Aspect::Contraindication | Aspect::Precaution)
            if asks && begins(WordClass::Onsets) =>
        {
            Some(Aspect::Adverse)
        }
        Some(Aspect::Contraindication) if asks => Some(Aspect::Precaution),
        Some(Aspect::Contraindication) if !has(words, WordClass::Bars) => {
            has(words, WordClass::Askers).then_some(Aspect::Precaution)
        }
        Some(Aspect::Adverse) if !has(words, WordClass::Harms) => None,
        kind => kind,
    }
}

/// What says of a unit which kind of risk it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// What is said of something in it.
    Advice,
    Cue,
    /// The line that leads into it, or a heading.
    Above,
}

/// Whether a claim makes a statement. What a disease does is no adverse effect; a cue alone ("cells do not
/// use insulin") bars nobody from anything, but only together with "if" or "in people with"; and where
/// nothing is named that is done, it has to be said above of what all is.
fn holds(risk: Aspect, says: Says, techniques: &[String], claim: &Claim) -> bool {
    let advised = claim.advice > Some(Advice::Recommended);
    let supposed = claim.assertion == Assertion::Hypothetical;
    match risk {
        Aspect::Adverse => !techniques.is_empty(),
        _ if claim.assertion == Assertion::Negated => false,
        Aspect::Interaction => !techniques.is_empty(),
        Aspect::Contraindication | Aspect::Precaution => match techniques.is_empty() {
            true => supposed && says == Says::Above,
            false => supposed || advised || says == Says::Above,
        },
        _ => true,
    }
}

/// Reads what the units of a passage tie together.
pub(in crate::annotate) struct StatementReader<'a> {
    pub(in crate::annotate) lexicon: &'a Lexicon,
    pub(in crate::annotate) context: &'a Context<'a>,
    pub(in crate::annotate) found: &'a [FoundConcept],
    /// The kind of risk that the cues of each unit speak for.
    pub(in crate::annotate) kinds: &'a [Option<Aspect>],
    pub(in crate::annotate) above: &'a FromAbove,
}

impl StatementReader<'_> {
    /// All statements, in the order of the text.
    pub(in crate::annotate) fn read(&self) -> Vec<Statement> {
        let mut statements = Vec::new();
        let units = self
            .found
            .chunk_by(|a, b| self.unit_of(a) == self.unit_of(b));
        for named in units {
            if statements.len() >= MOST {
                break;
            }
            let unit = self.unit_of(&named[0]);
            let states = |unit: usize| {
                let words = self.context.words_of_unit(unit).len();
                words <= LONGEST && !self.context.asks(unit)
            };
            if let Some(risk) = self.kind_of(unit, named).filter(|_| states(unit)) {
                self.of_unit(unit, risk, named, &mut statements);
            }
        }
        statements.truncate(MOST);
        statements
    }

    fn unit_of(&self, found: &FoundConcept) -> usize {
        self.context.unit_of(found.words.start)
    }

    fn is(&self, found: &FoundConcept, kind: Kind) -> bool {
        self.lexicon.concept(found.concept).kind == kind
    }

    /// What a unit warns of, and what says so: what it advises, its own cues, what leads into it, or its
    /// headings.
    fn kind_of(&self, unit: usize, named: &[FoundConcept]) -> Option<(Aspect, Says)> {
        let claims = named.iter().filter_map(|found| found.claim);
        let is_list = self.context.head(unit).len() < self.context.words_of_unit(unit).len();
        let advice = claims
            .filter_map(|claim| claim.advice)
            .max()
            .filter(|_| !is_list);
        let advised = match advice {
            Some(Advice::Contraindicated | Advice::NotRecommended) => {
                Some(Aspect::Contraindication)
            }
            Some(Advice::Caution) => Some(Aspect::Precaution),
            Some(Advice::Recommended) | None => None,
        };
        // "It reduces the risk of stroke."
        let spares = |&word: &WordId| self.context.triggers().is(word, WordClass::Sparers);
        let spared = || self.context.words_of_unit(unit).iter().any(spares);
        let modal = || {
            let is = |&word: &WordId| self.context.triggers().is(word, WordClass::Modals);
            self.context.words_of_unit(unit).iter().any(is)
        };
        let own = || {
            let kind = self.kinds.get(unit).copied().flatten();
            kind.filter(|kind| match kind {
                Aspect::Adverse => !spared(),
                // "Cells do not use insulin": nobody is told not to.
                Aspect::Contraindication | Aspect::Precaution => {
                    advice.is_none() && (self.context.directs(unit) || modal())
                }
                _ => true,
            })
        };
        let led = || {
            let leads = self.context.led_by(unit).into_iter().rev();
            leads.into_iter().find_map(|lead| match lead {
                LedBy::Unit(unit) => self.kinds.get(unit).copied().flatten(),
                LedBy::Carried => self.above.carried,
                LedBy::Heading => self.above.kind,
            })
        };
        // Under "Who is at risk?" stands much that nobody is at risk of, and under "Other medicines" much
        // that may be taken together.
        let heading = self
            .above
            .kind
            .filter(|kind| !matches!(kind, Aspect::Susceptibility | Aspect::Interaction));
        let advised = advised.map(|kind| (kind, Says::Advice));
        advised
            .or_else(|| own().map(|kind| (kind, Says::Cue)))
            .or_else(|| led().map(|kind| (kind, Says::Above)))
            .or(heading.map(|kind| (kind, Says::Above)))
    }

    fn of_unit(
        &self,
        unit: usize,
        (risk, says): (Aspect, Says),
        named: &[FoundConcept],
        statements: &mut Vec<Statement>,
    ) {
        let objects = self.objects(unit, risk, named);
        let techniques = self.techniques(unit, risk, named);
        let bytes = match self.context.unit(named[0].words.start) {
            Some(unit) => (unit.bytes.start, unit.bytes.end),
            None => return,
        };
        let often = self.often(unit);
        let mut claims: Vec<Claim> = Vec::new();
        for claim in objects.iter().filter_map(|found| found.claim) {
            if !claims.contains(&claim) {
                claims.push(claim);
            }
        }
        for claim in claims {
            let same = objects.iter().filter(|found| found.claim == Some(claim));
            let mut conditions = self.tied(same.clone().copied());
            conditions.retain(|condition| !techniques.contains(&condition.name));
            // Harm "if it is used on patients with osteoporosis" says who should not have it.
            let who = |found: &&FoundConcept| self.is(found, Kind::Condition);
            let implied = risk == Aspect::Adverse
                && claim.assertion == Assertion::Hypothetical
                && named.iter().any(|found| self.is(found, Kind::Technique))
                && same.clone().copied().all(|found| who(&found))
                && same.copied().any(|found| self.has(found));
            if !conditions.is_empty() && holds(risk, says, &techniques, &claim) {
                statements.push(Statement {
                    risk: match implied {
                        true => Aspect::Contraindication,
                        false => risk,
                    },
                    often: often.clone(),
                    techniques: techniques.clone(),
                    conditions,
                    claim,
                    bytes,
                });
            }
        }
        if objects.is_empty() {
            statements.extend(self.advised(named, &techniques, often, bytes));
        }
    }

    /// What is advised of a technique and nothing else: "manipulation is not recommended in children", or of
    /// two together: "do not take ibuprofen with warfarin".
    fn advised(
        &self,
        named: &[FoundConcept],
        techniques: &[String],
        often: Option<String>,
        bytes: (usize, usize),
    ) -> Option<Statement> {
        let done = |found: &&FoundConcept| self.is(found, Kind::Technique);
        let advised = |found: &&FoundConcept| {
            found
                .claim
                .is_some_and(|claim| claim.advice > Some(Advice::Recommended))
        };
        let words = &self.context.reading().words;
        // "Stop your medicines before the biopsy", "patients who cannot have surgery."
        let aside = |word: &WordId| {
            let triggers = self.context.triggers();
            triggers.is(*word, WordClass::Relatives) || triggers.is(*word, WordClass::Occasions)
        };
        let spoken_of = |found: &&FoundConcept| {
            let start = found.words.start;
            !words[start.saturating_sub(ASIDE)..start].iter().any(aside)
        };
        let of = named.iter().filter(done).filter(advised);
        let mut of = of.filter(spoken_of);
        let (first, second) = (of.next()?, of.next());
        let claim = first.claim?;
        let other = second.filter(|second| self.is_after(second, WordClass::Joiners));
        let conditions = self.tied(other.into_iter());
        let risk = match (claim.advice, conditions.is_empty()) {
            (_, false) => Aspect::Interaction,
            (Some(Advice::Caution), true) => Aspect::Precaution,
            _ => Aspect::Contraindication,
        };
        let mut techniques = techniques.to_vec();
        techniques.retain(|name| conditions.iter().all(|condition| condition.name != *name));
        Some(Statement {
            risk,
            techniques,
            conditions,
            often,
            claim,
            bytes,
        })
    }

    /// What the risk is of: the conditions that are named, and of an adverse effect, where none is, the denial
    /// that there is any.
    fn objects<'f>(
        &self,
        unit: usize,
        risk: Aspect,
        named: &'f [FoundConcept],
    ) -> Vec<&'f FoundConcept> {
        let all = named
            .iter()
            .filter(|found| self.is_object(unit, risk, found));
        let (general, mut objects): (Vec<_>, Vec<_>) = all.partition(|found| {
            let name = self.lexicon.concept(found.concept).name;
            self.context.triggers().is_general(name)
        });
        if risk == Aspect::Adverse {
            // "It has no side effects" says something, "a common side effect is …" does not.
            let denied = |found: &&FoundConcept| {
                found
                    .claim
                    .is_some_and(|claim| claim.assertion == Assertion::Negated)
            };
            if objects.is_empty() {
                objects = general.into_iter().filter(denied).collect();
            }
            let mut done = named.iter().filter(|found| self.is(found, Kind::Technique));
            if let Some(technique) = done.next() {
                objects.retain(|object| self.together(technique, object));
            }
        }
        objects
    }

    /// Whether something named is what the risk is of, and not what is done or what it is done for.
    fn is_object(&self, unit: usize, risk: Aspect, found: &FoundConcept) -> bool {
        match self.lexicon.concept(found.concept).kind {
            Kind::Condition | Kind::Risk if risk == Aspect::Adverse => {
                !self.is_indication(found) && !self.above.topics.contains(&found.concept)
            }
            Kind::Condition | Kind::Risk => !self.is_treated(found),
            Kind::Technique => self.is_taken(unit, risk, found),
            Kind::Term => false,
        }
    }

    /// Whether a technique is what somebody has, takes or had already: "tell us if you take warfarin", and
    /// under "do not have it if you": "had surgery".
    fn is_taken(&self, unit: usize, risk: Aspect, found: &FoundConcept) -> bool {
        let supposed = found
            .claim
            .is_some_and(|claim| claim.assertion == Assertion::Hypothetical);
        let led = || !self.context.led_by(unit).is_empty();
        match risk {
            Aspect::Interaction => true,
            Aspect::Precaution => supposed,
            Aspect::Contraindication => supposed && led(),
            _ => false,
        }
    }

    /// Whether a condition is what something is done for: "manipulation for neck pain can cause …", "tablets
    /// used to treat people with heart failure".
    fn is_indication(&self, found: &FoundConcept) -> bool {
        self.is_after(found, WordClass::Indicators) || self.is_treated(found)
    }

    /// Whether something is done about a condition, or to find it.
    fn is_treated(&self, found: &FoundConcept) -> bool {
        let treats = |&word: &WordId| self.context.triggers().is(word, WordClass::Treats);
        self.just_before(found).iter().any(treats)
    }

    /// Whether it is said that somebody has a condition.
    fn has(&self, found: &FoundConcept) -> bool {
        let has = |&word: &WordId| self.context.triggers().is(word, WordClass::Having);
        self.just_before(found).iter().any(has)
    }

    fn just_before(&self, found: &FoundConcept) -> &[WordId] {
        let start = found.words.start;
        &self.context.reading().words[start.saturating_sub(ASIDE)..start]
    }

    /// Whether the word before something named is of a class: "*for* neck pain", "*with* warfarin".
    fn is_after(&self, found: &FoundConcept, class: WordClass) -> bool {
        let words = &self.context.reading().words;
        let at = found.words.start.checked_sub(1);
        let before = at.and_then(|at| words.get(at));
        before.is_some_and(|&word| self.context.triggers().is(word, class))
    }

    /// What a unit speaks of: what it names, else what its lead-ins name, else what stands above.
    fn techniques(&self, unit: usize, risk: Aspect, named: &[FoundConcept]) -> Vec<String> {
        // Who gets something has nothing to do with what is done.
        if risk == Aspect::Susceptibility {
            return Vec::new();
        }
        // "Unlike surgery, it has no risk of …" does not speak of surgery.
        let spoken_of = |found: &FoundConcept| {
            let claim = found.claim;
            claim.is_none_or(|c| c.assertion != Assertion::Negated || c.advice.is_some())
        };
        let done = |found: &&FoundConcept| {
            self.is(found, Kind::Technique)
                && spoken_of(found)
                && !self.is_taken(self.unit_of(found), risk, found)
        };
        let own = named.iter().filter(done);
        let own = own.filter(|found| self.is_of(risk, found, named));
        let own: Vec<usize> = own.map(|found| found.concept).collect();
        if !own.is_empty() {
            return self.names(own.into_iter());
        }
        for lead in self.context.led_by(unit).into_iter().rev() {
            let LedBy::Unit(unit) = lead else { continue };
            let of_lead = self
                .found
                .iter()
                .filter(|found| self.unit_of(found) == unit);
            let led: Vec<usize> = of_lead.filter(done).map(|f| f.concept).collect();
            if !led.is_empty() {
                return self.names(led.into_iter());
            }
        }
        match risk {
            // When to call for help has little to do with it.
            Aspect::RedFlag => Vec::new(),
            _ => self.names(self.above.techniques.iter().copied()),
        }
    }

    /// Whether what a unit warns of can be of a technique, by where it stands: in the same part of it, and
    /// what comes of something comes after it, or it says of what: "bruises after massage".
    fn is_of(&self, risk: Aspect, technique: &FoundConcept, named: &[FoundConcept]) -> bool {
        let is_object =
            |found: &&FoundConcept| !self.is(found, Kind::Technique) && !self.is(found, Kind::Term);
        let Some(object) = named.iter().find(is_object) else {
            return true;
        };
        let before = technique.words.start < object.words.start;
        // "The risk of amputation" is no risk that comes of it.
        let words = &self.context.reading().words;
        let of = technique
            .words
            .start
            .checked_sub(2)
            .and_then(|at| words.get(at));
        let harms =
            of.is_some_and(|&word| self.context.triggers().is(word, WordClass::Transparent));
        let comes_of = before || (self.is_after(technique, WordClass::Sources) && !harms);
        self.together(technique, object) && (risk != Aspect::Adverse || comes_of)
    }

    /// Whether two things named stand in one part of a unit: some lists have their items in one line, with
    /// dashes between them.
    fn together(&self, one: &FoundConcept, other: &FoundConcept) -> bool {
        let (first, last) = match one.words.start < other.words.start {
            true => (one, other),
            false => (other, one),
        };
        let gaps = &self.context.reading().gaps;
        let between = gaps.get(first.words.end..=last.words.start);
        between
            .unwrap_or_default()
            .iter()
            .all(|&gap| gap < Gap::Dash)
    }

    /// Conditions by name and as they are written, each name once.
    fn tied<'f>(&self, found: impl Iterator<Item = &'f FoundConcept>) -> Vec<TiedCondition> {
        let mut tied: Vec<TiedCondition> = Vec::new();
        for found in found {
            let name = self.lexicon.concept(found.concept).name;
            if tied.iter().all(|known| known.name != name) {
                tied.push(TiedCondition {
                    name: name.to_owned(),
                    written: self.written(found).to_owned(),
                });
            }
        }
        tied
    }

    /// What is named, with the words before it that say how bad it is.
    fn written(&self, found: &FoundConcept) -> &str {
        let words = &self.context.reading().words[..found.words.start];
        let triggers = self.context.triggers();
        let qualifies = |word: &&WordId| triggers.is(**word, WordClass::Qualifiers);
        let before = words.iter().rev().take_while(qualifies).count();
        // Some of the names that people use end in the middle: "sore for".
        let own = &self.context.reading().words[found.words.clone()];
        let preposition = |word: &&WordId| triggers.is(**word, WordClass::Prepositions);
        let after = own[1..].iter().rev().take_while(preposition).count();
        let words = found.words.start - before..found.words.end - after;
        self.context.written(&words)
    }

    /// How often a unit says that something is so: the first words for it.
    fn often(&self, unit: usize) -> Option<String> {
        let start = self.context.sentences().get(unit)?.start;
        let words = self.context.words_of_unit(unit);
        let triggers = self.context.triggers();
        let is = |class| move |word: &WordId| triggers.is(*word, class);
        let at = words.iter().position(is(WordClass::Frequencies))?;
        let before = words[..at].iter().rev();
        let degrees = before
            .take_while(|word| is(WordClass::Degrees)(word))
            .count();
        let words = start + at - degrees..start + at + 1;
        Some(self.context.written(&words).to_lowercase())
    }

    /// The names of some concepts, each once.
    fn names(&self, concepts: impl Iterator<Item = usize>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for concept in concepts {
            let name = self.lexicon.concept(concept).name;
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}
