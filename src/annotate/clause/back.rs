//! What a trigger says of what stands before it: of the word before ("gout: none"), of what its clause is about
//! ("gout, which they had feared, was ruled out"), of anything in the clause, or of what the sentence turns from ("…,
//! but this was excluded").

use std::ops::Range;

use super::{Clauses, FoundTrigger, Gap};
use crate::annotate::triggers::{Back, Triggers, WordClass};

/// The most auxiliaries and adverbs before a verb: "has not yet been completely".
const MOST_AUXILIARIES: usize = 6;

impl Clauses {
    /// Whether a trigger reaches words before it.
    pub(super) fn reaches_back(
        &self,
        triggers: &Triggers,
        found: &FoundTrigger,
        words: &Range<usize>,
    ) -> bool {
        let Some(back) = found.trigger.back else {
            return false;
        };
        if found.start < words.end {
            return false;
        }
        match back {
            Back::Next => {
                found.start == words.end
                    && self.gaps[found.start] <= Gap::Colon
                    && self.stands_alone(triggers, found)
            }
            Back::Subject => self.is_subject(triggers, words, found.start),
            Back::Turn => {
                let turns = |at: usize| self.is(triggers, at, WordClass::Adversatives);
                let strong = |at: usize| self.gaps[at] == Gap::Strong;
                self.ends_clause(triggers, found)
                    && (self.is(triggers, self.own, WordClass::Concessives)
                        || (words.end..=found.start).any(|at| turns(at) || strong(at)))
            }
            // "Fever and, in some cases, death": that is said of what follows.
            Back::Clause => {
                let follows = found.start > 0
                    && (self.gaps[found.start] == Gap::Comma
                        || triggers.is(self.words[found.start - 1], WordClass::Coordinators));
                !follows && !self.parted(words.start, found.start)
            }
        }
    }

    /// Whether nothing follows a trigger that it could be said of: "but it did not", and not "but it did not help".
    fn ends_clause(&self, triggers: &Triggers, found: &FoundTrigger) -> bool {
        let next = self.words.get(found.end);
        next.is_none_or(|&word| {
            self.gaps[found.end] > Gap::None
                || triggers.is(word, WordClass::Prepositions)
                || triggers.is(word, WordClass::Coordinators)
        })
    }

    /// Whether a word such as "none" or "negative" says something of what stands before it, and does
    /// not begin something else.
    fn stands_alone(&self, triggers: &Triggers, found: &FoundTrigger) -> bool {
        self.ends_clause(triggers, found)
            || self.is(triggers, found.end, WordClass::Verbs)
            || self.is(triggers, found.end, WordClass::Occasions)
    }

    /// Where the verbs begin that a trigger goes on with: "has been" of "has been ruled out".
    fn with_auxiliaries(&self, triggers: &Triggers, verb: usize) -> usize {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let helps = |at: usize| is(at, WordClass::Verbs) || is(at, WordClass::Adverbs);
        let mut from = verb;
        while from > 0
            && verb - from < MOST_AUXILIARIES
            && self.gaps[from] == Gap::None
            && helps(from - 1)
        {
            from -= 1;
        }
        // "The pain from gout": an adverb that no verb stands before is none of them.
        (from..verb)
            .find(|&at| is(at, WordClass::Verbs))
            .unwrap_or(verb)
    }

    /// Where what is said of a subject goes on, where a remark between commas stands behind it: "gout, which
    /// they had feared, was ruled out". Else where the verb stands.
    fn before_remark(&self, triggers: &Triggers, words: &Range<usize>, verb: usize) -> usize {
        let comma = |at: usize| self.gaps[at] == Gap::Comma;
        let is_verb = triggers.is(self.words[verb], WordClass::Verbs);
        if !comma(verb) || !is_verb {
            return verb;
        }
        let first = (words.end..verb).find(|&at| comma(at));
        first.unwrap_or(verb)
    }

    /// Whether some words are what a clause speaks of, whose verb stands at `verb`: they begin it, or
    /// stand in a list that does.
    fn is_subject(&self, triggers: &Triggers, words: &Range<usize>, verb: usize) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let verb = self.with_auxiliaries(triggers, verb);
        let to = self.before_remark(triggers, words, verb);
        let parts = |at| is(at, WordClass::Verbs) || is(at, WordClass::Subordinators);
        // A remark may begin a clause of its own.
        let last = if to < verb { to - 1 } else { to };
        if self.parted(words.start, last) || (words.end..to).any(parts) {
            return false;
        }
        self.heads(triggers, words, to)
    }

    /// Whether some words begin their clause, or stand in a list that does, before its verb.
    fn heads(&self, triggers: &Triggers, words: &Range<usize>, verb: usize) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let start = self.clause_of(words.start);
        let colon = (start..=words.start)
            .rev()
            .find(|&at| self.gaps[at] == Gap::Colon);
        let start = colon.unwrap_or(start);
        // "She was told that gout is not one of them."
        let that = (start + 1..words.start)
            .rfind(|&at| is(at, WordClass::Complementizers) && !is(at - 1, WordClass::Articles));
        let start = that.map_or(start, |that| that + 1);
        // "In severe cases, surgery may be needed."
        let comma = || {
            (start..=words.start)
                .rev()
                .find(|&at| self.gaps[at] == Gap::Comma)
        };
        let fronted = [
            WordClass::Prepositions,
            WordClass::Asides,
            WordClass::Conditionals,
        ];
        let start = match fronted.into_iter().any(|class| is(start, class)) {
            false => start,
            true => match comma() {
                Some(comma) => comma,
                // "After surgery, pain may follow": that is not said of the surgery.
                None if (words.end..=verb).any(|at| self.gaps[at] >= Gap::Comma) => return false,
                // "After gout had been ruled out": nothing ends what the sentence begins with.
                None => words.start.min(start + 1),
            },
        };
        let opaque = |at: usize| {
            is(at, WordClass::Prepositions) && !(at > start && is(at - 1, WordClass::Transparent))
        };
        // "Damage to organs, bleeding, and pain are rare": what belongs to the first thing of a list does not
        // belong to the last, but "drugs for pain, gout and asthma" are for each of them.
        let shared = |at: usize| {
            let own = !(at..=words.start).any(|next| self.gaps[next] == Gap::Comma);
            own || is(at, WordClass::Indicators) || is(at, WordClass::Having)
        };
        let closes = |at: usize| is(at, WordClass::Verbs) || (opaque(at) && shared(at));
        !(start..words.start).any(closes)
    }
}
