//! The clauses of a sentence, and what they say of the things they name.
//!
//! No grammar is needed for it, and no model: a clause ends at a strong sign, at a word such as
//! "but" or "which", and at "and", "or" or a comma with a new verb behind it, where it has one
//! already. So a denial reaches through a list of any length ("denies pain, fever, chills, or
//! nausea") and not into the next statement ("no fever, and the patient has gout"). What a trigger
//! says of a clause's subject is said of what the clause begins with, and of what stands beside it.
//!
//! A sentence is read together with what leads into it: "Tell us if you have" is part of what each
//! item below it says.

mod back;
mod forward;

use std::ops::Range;

use super::assertion::{Advice, Assertion, Claim};
use super::triggers::{Trigger, Triggers, WordClass};
use crate::analysis::WordId;

/// What stands between a word and the one before it. The greater, the more it parts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    None,
    /// A bracket that closes, or a percentage: what follows is another thing unless a word joins it.
    Closed,
    Bracket,
    Comma,
    Colon,
    /// Between spaces. Two and more of them in a sentence are the signs of a list.
    Dash,
    Strong,
}

impl Gap {
    /// What the text between two words is.
    pub(super) fn of(between: &str) -> Gap {
        if matches!(between, " " | "" | "-") {
            return Gap::None;
        }
        let mut gap = Gap::None;
        // A dash between spaces, whatever stood before them: "cancer. - Exposure".
        let spaced = |at: usize, c: char| {
            between[..at].ends_with(char::is_whitespace)
                && between[at + c.len_utf8()..].starts_with(char::is_whitespace)
        };
        for (at, c) in between.char_indices() {
            gap = gap.max(match c {
                ',' => Gap::Comma,
                ':' => Gap::Colon,
                ';' | '|' => Gap::Strong,
                '—' => Gap::Dash,
                '–' | '-' | '•' | '·' if spaced(at, c) => Gap::Dash,
                ')' | ']' | '%' => Gap::Closed,
                '(' | '[' => Gap::Bracket,
                _ => Gap::None,
            });
        }
        gap
    }
}

/// Words with what stands before each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WordRun<'a> {
    pub(super) words: &'a [WordId],
    pub(super) gaps: &'a [Gap],
    /// Whether it is a sentence that another goes on with: what it denies is not what that one lists.
    pub(super) goes_before: bool,
}

/// How many words a trigger reaches at most: chosen, not measured. A text without sentences would
/// else take time with the square of its length.
const FARTHEST: usize = 200;

/// A trigger where it stands.
#[derive(Debug, Clone, Copy)]
struct FoundTrigger {
    start: usize,
    end: usize,
    trigger: Trigger,
}

/// A sentence with what leads into it, taken apart.
#[derive(Debug)]
pub(super) struct Clauses {
    words: Vec<WordId>,
    gaps: Vec<Gap>,
    found: Vec<FoundTrigger>,
    /// How many of them come first, in order; those that stand beside others follow, in order.
    first: usize,
    /// Where clauses begin, but for the first one.
    breaks: Vec<usize>,
    /// The dashes, where they are the signs of a list.
    items: Vec<usize>,
    /// The sentences that it goes on with.
    before: Vec<Range<usize>>,
    /// Where the sentence itself begins.
    own: usize,
    directs: bool,
}

impl Clauses {
    /// Takes a sentence apart, with what leads into it, outermost first.
    pub(super) fn read(triggers: &Triggers, leads: &[WordRun<'_>], own: WordRun<'_>) -> Clauses {
        let length = leads.iter().map(|lead| lead.words.len()).sum::<usize>();
        let mut clauses = Clauses {
            words: Vec::with_capacity(length + own.words.len()),
            gaps: Vec::with_capacity(length + own.words.len()),
            found: Vec::new(),
            first: 0,
            breaks: Vec::new(),
            items: Vec::new(),
            before: Vec::new(),
            own: length,
            directs: false,
        };
        for part in leads.iter().chain([&own]) {
            let start = clauses.gaps.len();
            clauses.words.extend_from_slice(part.words);
            clauses.gaps.extend_from_slice(part.gaps);
            if part.goes_before {
                clauses.before.push(start..clauses.gaps.len());
            }
            if let Some(gap) = clauses.gaps.get_mut(start) {
                // What stood before its first word parts it from something else.
                *gap = Gap::None;
            }
        }
        clauses.find(triggers);
        if !clauses.found.is_empty() {
            clauses.cut(triggers);
            clauses.directs = clauses.tells(triggers);
        }
        clauses
    }

    /// Whether it tells somebody what to do.
    pub(super) fn directs(&self) -> bool {
        self.directs
    }

    fn rest(&self, at: usize) -> WordRun<'_> {
        WordRun {
            words: &self.words[at..],
            gaps: &self.gaps[at..],
            goes_before: false,
        }
    }

    fn find(&mut self, triggers: &Triggers) {
        let mut at = 0;
        while at < self.words.len() {
            let opens = || self.may_order(triggers, at);
            let found = triggers.at_start(self.rest(at), opens);
            let Some((trigger, length)) = found.filter(|(t, _)| !t.begins || self.begins(at))
            else {
                at += 1;
                continue;
            };
            // "It is not uncommon", "you are unlikely to have": another one begins within it.
            let mut within = at + 1..at + length;
            let hides = |start: usize| {
                let opens = || self.may_order(triggers, start);
                let other = triggers.at_start(self.rest(start), opens);
                other.is_some_and(|(other, longer)| {
                    longer > length
                        || (start + longer > at + length
                            && (other.is_pseudo()
                                || trigger.looks_back()
                                || (longer == length
                                    && other.says_something()
                                    && !trigger.is_pseudo()
                                    && !trigger.directs)))
                })
            };
            if let Some(start) = within.find(|&start| hides(start)) {
                at = start;
                continue;
            }
            self.found.push(FoundTrigger {
                start: at,
                end: at + length,
                trigger: *trigger,
            });
            at += length;
        }
        self.first = self.found.len();
        self.find_beside(triggers);
    }

    /// Whether the sentence begins at a word, or what stands behind a comma.
    fn begins(&self, at: usize) -> bool {
        at == 0 || at == self.own || self.gaps[at] >= Gap::Comma
    }

    /// Whether an order may begin at a word: at the beginning, behind a sign, behind "please" or "and", and
    /// anywhere after "if". What others do or do not is no order.
    fn may_order(&self, triggers: &Triggers, at: usize) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        if self.begins(at) {
            return true;
        }
        let of_others = || (0..at).any(|at| is(at, WordClass::Relatives));
        // "If you don't take steps" orders nothing, "if pregnant do not take it" does.
        let ordered = !is(at - 1, WordClass::Subjects) && !is(at - 1, WordClass::Infinitive);
        (is(0, WordClass::Conditionals) && ordered)
            || is(at - 1, WordClass::Openers)
            || (is(at - 1, WordClass::Coordinators) && !of_others())
    }

    fn find_beside(&mut self, triggers: &Triggers) {
        let mut at = 0;
        while at < self.words.len() {
            let Some((trigger, length)) = triggers.beside(self.rest(at)) else {
                at += 1;
                continue;
            };
            self.found.push(FoundTrigger {
                start: at,
                end: at + length,
                trigger: *trigger,
            });
            at += length;
        }
    }

    /// Finds where clauses begin.
    fn cut(&mut self, triggers: &Triggers) {
        let dashes = (self.own..self.words.len()).filter(|&at| self.gaps[at] == Gap::Dash);
        self.items = dashes.collect();
        if self.items.len() == 1 {
            self.items.clear();
        }
        let strong = match self.items.is_empty() {
            true => Gap::Dash,
            false => Gap::Strong,
        };
        let ends = self.found.iter().filter(|found| found.trigger.ends);
        let ends: Vec<usize> = ends.map(|found| found.start).collect();
        let mut has_verb = false;
        let mut breaks = Vec::new();
        let conceded = self.end_of_concession(triggers);
        for at in 0..self.words.len() {
            // "They cannot have children (are infertile)."
            let remark = self.gaps[at] == Gap::Bracket && self.is_verb(triggers, at);
            let ended = ends.binary_search(&at).is_ok()
                || self.gaps[at] >= strong
                || remark
                || conceded == Some(at);
            if ended || (has_verb && self.opens(triggers, &ends, at)) {
                breaks.push(at);
                has_verb = false;
            }
            has_verb |= self.is_verb(triggers, at);
        }
        self.breaks = breaks;
    }

    /// Where a concession ends that the sentence begins with, if it has only one comma: "although there was no
    /// fever, they had a rash".
    fn end_of_concession(&self, triggers: &Triggers) -> Option<usize> {
        let concedes = |at: usize| self.is(triggers, at, WordClass::Concessives);
        if !concedes(self.own) {
            return None;
        }
        let mut commas = (self.own + 1..self.words.len()).filter(|&at| self.gaps[at] == Gap::Comma);
        let first = commas.next();
        first.filter(|_| commas.next().is_none())
    }

    /// Whether a clause with a verb of its own begins at a comma, or at "and" or "or".
    fn opens(&self, triggers: &Triggers, ends: &[usize], at: usize) -> bool {
        let joins = |at: usize| triggers.is(self.words[at], WordClass::Coordinators);
        let comma = |at: usize| self.gaps[at] >= Gap::Comma;
        if at == self.own || !(comma(at) || joins(at)) {
            return false;
        }
        let mut rest = (at..self.words.len()).skip_while(|&at| joins(at));
        let first = rest.next();
        let segment = first.into_iter().chain(rest);
        segment
            .take_while(|&next| Some(next) == first || !(comma(next) || joins(next)))
            .take_while(|&next| {
                ends.binary_search(&next).is_err()
                    && !triggers.is(self.words[next], WordClass::Relatives)
            })
            .any(|next| {
                let has_subject = Some(next) != first && comma(at);
                self.is_verb(triggers, next) || (has_subject && self.is_plain_verb(triggers, next))
            })
    }

    /// Whether the sentence tells somebody what to do.
    fn tells(&self, triggers: &Triggers) -> bool {
        self.found.iter().any(|found| found.trigger.directs)
            || self.has_imperative(triggers)
            || self
                .words
                .iter()
                .any(|&word| triggers.is(word, WordClass::Directives))
    }

    fn has_imperative(&self, triggers: &Triggers) -> bool {
        (0..self.words.len())
            .any(|at| self.begins(at) && triggers.is(self.words[at], WordClass::Imperatives))
    }

    /// What is said of some words of the sentence, counted from where the sentence itself begins.
    pub(super) fn claim(&self, triggers: &Triggers, words: &Range<usize>) -> Claim {
        let words = self.own + words.start..self.own + words.end;
        let mut claim = Claim::from(Assertion::Affirmed);
        for found in self.near(&words) {
            let trigger = &found.trigger;
            if (trigger.directed && !self.directs) || self.denied_before(found) {
                continue;
            }
            if trigger.tests && self.has_result(triggers, &words) {
                continue;
            }
            if self.is_denied_twice(triggers, found, &words) {
                return Claim::from(Assertion::Affirmed);
            }
            let given = if self.reaches(triggers, found, &words) {
                match self.supposes(triggers, found, words.end) {
                    true => Some(Assertion::Hypothetical),
                    false => trigger.after,
                }
            } else if self.reaches_back(triggers, found, &words) {
                trigger.before
            } else {
                continue;
            };
            if let Some(given) = given {
                claim.no_benefit |= trigger.no_benefit || self.eases(triggers, found, &words);
                claim.assertion = claim.assertion.over(given);
            }
            claim.advice = claim.advice.max(trigger.advice);
            claim.time = trigger.time.unwrap_or(claim.time);
            claim.experiencer = trigger.who.unwrap_or(claim.experiencer);
            claim.population = claim.population.or(trigger.population);
        }
        claim.no_benefit &= claim.assertion == Assertion::Negated;
        claim
    }

    /// Whether what a test has found is said behind what it is for: "the test for gout was negative".
    fn has_result(&self, triggers: &Triggers, words: &Range<usize>) -> bool {
        let is = |at: usize, class| self.is(triggers, at, class);
        let said = |at: usize| is(at, WordClass::Results) && !is(at, WordClass::Verbs);
        is(words.end, WordClass::Verbs) && (words.end + 1..words.end + 4).any(said)
    }

    /// Whether it is denied that it is missing: "nobody gets through it without pain".
    fn is_denied_twice(
        &self,
        triggers: &Triggers,
        found: &FoundTrigger,
        words: &Range<usize>,
    ) -> bool {
        if !triggers.is(self.words[found.start], WordClass::Lacks) || found.start >= words.start {
            return false;
        }
        let begins = self.clause_of(found.start);
        let begins = begins.max(found.start.saturating_sub(FARTHEST));
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let pseudo = |at: usize| {
            let covers = |found: &&FoundTrigger| (found.start..found.end).contains(&at);
            let here = at..at + 1;
            let mut covering = self.near(&here).filter(covers);
            covering.any(|found| found.trigger.is_pseudo())
        };
        let none = (begins..found.start).rfind(|&at| is(at, WordClass::Nones) && !pseudo(at));
        none.is_some_and(|none| {
            let mut between = none + 1..found.start;
            !between.any(|at| self.gaps[at] >= Gap::Comma) && self.reaches(triggers, found, words)
        })
    }

    /// Whether what is denied is that something is good for what is named: "no proof that it eases gout".
    fn eases(&self, triggers: &Triggers, found: &FoundTrigger, words: &Range<usize>) -> bool {
        let denies = found.trigger.after == Some(Assertion::Negated);
        let mut between = found.end..words.start;
        denies && between.any(|at| triggers.is(self.words[at], WordClass::Helps))
    }

    /// Whether a trigger denies something in the sentence before: "without fever. These include a rash". An
    /// order or advice holds for what is listed: "do not use it with some medicines. These include warfarin".
    fn denied_before(&self, found: &FoundTrigger) -> bool {
        let denies = found.trigger.after == Some(Assertion::Negated);
        let orders = found.trigger.advice.is_some() || found.trigger.directs;
        let stands = |before: &Range<usize>| before.contains(&found.start);
        denies && !orders && self.before.iter().any(stands)
    }

    /// The triggers that are near enough to some words to say something of them.
    fn near(&self, words: &Range<usize>) -> impl Iterator<Item = &FoundTrigger> {
        let from = words.start.saturating_sub(FARTHEST);
        let to = words.end + FARTHEST;
        let (first, beside) = self.found.split_at(self.first);
        [first, beside].into_iter().flat_map(move |found| {
            let start = found.partition_point(|found| found.start < from);
            let end = found.partition_point(|found| found.start <= to);
            &found[start..end]
        })
    }

    /// Whether a cue does not mean what it says. Advice against something means it all the same.
    pub(super) fn denies(&self, triggers: &Triggers, words: &Range<usize>) -> bool {
        let claim = self.claim(triggers, words);
        claim.assertion == Assertion::Negated && claim.advice <= Some(Advice::Recommended)
    }

    /// Whether some words of the sentence, counted from where it begins, are only where more can be read: "See the
    /// following pages: …".
    pub(super) fn refers(&self, words: &Range<usize>) -> bool {
        let start = self.own + words.start;
        self.found
            .iter()
            .any(|found| found.trigger.refers && found.start < start)
    }

    /// Whether a clause begins among some words of the sentence, counted from where it begins, or a trigger stands
    /// there that is no part of what is named.
    pub(super) fn says_between(&self, words: &Range<usize>, named: &dyn Fn(usize) -> bool) -> bool {
        let (from, to) = (self.own + words.start, self.own + words.end);
        let says = |found: &FoundTrigger| {
            (found.start.max(from)..found.end.min(to)).any(|at| !named(at - self.own))
        };
        self.parted(from, to - 1) || self.found.iter().any(says)
    }

    /// Whether a word is a finite verb.
    fn is_verb(&self, triggers: &Triggers, at: usize) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        is(at, WordClass::Verbs) && !(at > 0 && is(at - 1, WordClass::Infinitive))
    }

    fn is_plain_verb(&self, triggers: &Triggers, at: usize) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        is(at, WordClass::PlainVerbs) && !is(at - 1, WordClass::Infinitive)
    }

    /// Where the clause begins that a word stands in.
    fn clause_of(&self, at: usize) -> usize {
        let begun = self.breaks.partition_point(|&begins| begins <= at);
        begun.checked_sub(1).map_or(0, |n| self.breaks[n])
    }

    /// Whether a clause begins after `from`, and at `to` or before it, or an item of a list that
    /// `from` does not lead into.
    fn parted(&self, from: usize, to: usize) -> bool {
        let first_after = |places: &[usize]| {
            let next = places.partition_point(|&at| at <= from);
            places.get(next).is_some_and(|&at| at <= to)
        };
        let in_item = self.items.first().is_some_and(|&first| first <= from);
        first_after(&self.breaks) || (in_item && first_after(&self.items))
    }

    fn is(&self, triggers: &Triggers, at: usize, class: WordClass) -> bool {
        let word = self.words.get(at);
        word.is_some_and(|&word| triggers.is(word, class))
    }
}

#[cfg(test)]
mod tests;
