//! How far a trigger reaches what comes after it: to the next word, to a comma or a verb, to the end of its clause, or up
//! to the main clause; and where what is listed, conceded or supposed ends before that.

use std::ops::Range;

use super::{Clauses, FoundTrigger, Gap};
use crate::annotate::assertion::Assertion;
use crate::annotate::triggers::{Reach, Triggers, WordClass};

/// A list that "or" ends has at most so many words before one of its things, and behind it.
const LONGEST_CHOICE: usize = 12;

impl Clauses {
    /// Whether a trigger reaches words after it.
    pub(super) fn reaches(
        &self,
        triggers: &Triggers,
        found: &FoundTrigger,
        words: &Range<usize>,
    ) -> bool {
        let Some(reach) = found.trigger.reach else {
            return false;
        };
        if found.start >= words.start {
            return false;
        }
        if found.trigger.after == Some(Assertion::Negated) && self.escapes(triggers, found, words) {
            return false;
        }
        // The words may be part of the trigger: "no risk of", "risk of addiction".
        let from = found.end.min(words.start);
        let mut between = from..words.start;
        let comma = || (from..=words.start).any(|at| self.gaps[at] >= Gap::Comma);
        let verb = || (from..words.start).any(|at| self.is_verb(triggers, at));
        let parted = || {
            self.parted(found.start, words.start)
                || self.closes(triggers, from, words.start)
                || self.goes_elsewhere(triggers, from, words.start)
        };
        match reach {
            Reach::Within => words.start < found.end,
            Reach::Next => {
                let next = !comma()
                    && between.all(|at| triggers.is(self.words[at], WordClass::Determiners));
                next || self.is_choice(triggers, found, words)
            }
            Reach::Phrase => {
                let bracket = (from..=words.start).any(|at| self.gaps[at] == Gap::Bracket);
                !comma() && !bracket && !verb() && !parted()
            }
            Reach::Noun | Reach::Adverbial => {
                let apart = (reach == Reach::Adverbial
                    && self.is_fronted(triggers, found, words.start))
                    || (comma() && self.is_in_list(triggers, found));
                // "May have no cause or be brought on by stress."
                let goes_on = |at: usize| {
                    triggers.is(self.words[at], WordClass::PlainVerbs)
                        && triggers.is(self.words[at - 1], WordClass::Coordinators)
                };
                let goes_on = (from..words.start).any(goes_on);
                let listed = || self.has_article(triggers, from, words.start);
                let found = || comma() && self.is_found(triggers, words.end);
                !verb() && !goes_on && !parted() && !apart && !listed() && !found()
            }
            Reach::Clause => !self.parted(self.last_of(triggers, found), words.start),
            Reach::Sentence => {
                let led_in = found.start < self.own;
                let other = || {
                    self.is_main(triggers, found, words.start)
                        || self.turns(triggers, found.end, words.start)
                };
                led_in || !other()
            }
        }
    }

    /// Whether some words are one of several that "or" joins behind a trigger that reaches the next: "it is not itchy,
    /// painful or infectious".
    fn is_choice(&self, triggers: &Triggers, found: &FoundTrigger, words: &Range<usize>) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let listed = |&at: &usize| {
            !self.is_verb(triggers, at)
                && !is(at, WordClass::Prepositions)
                && !is(at, WordClass::Relatives)
                && self.gaps[at] <= Gap::Comma
                && (!is(at, WordClass::Coordinators) || is(at, WordClass::Choices))
        };
        let before = found.end..words.start;
        // "But not limited to": only where something is said not to be.
        let is_not = self.is_verb(triggers, found.start);
        if !is_not || before.is_empty() || before.len() > LONGEST_CHOICE {
            return false;
        }
        let to = self.words.len().min(words.end + LONGEST_CHOICE);
        let mut all = before.clone().chain((words.end..to).take_while(listed));
        let joins = |at: usize| self.gaps[at] == Gap::Comma || is(at, WordClass::Choices);
        before.clone().all(|at| listed(&at))
            && (before.start + 1..=words.start).any(joins)
            && all.any(|at| is(at, WordClass::Choices))
            && !self.parted(found.start, words.start)
    }

    /// Whether what is denied is no denial of these words: "it does not show until old age", and what a bracket calls
    /// the absence of something: "no menstrual periods (amenorrhea)".
    fn escapes(&self, triggers: &Triggers, found: &FoundTrigger, words: &Range<usize>) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let until = || (found.end..words.start).any(|at| is(at, WordClass::Limits));
        // "(Primary amenorrhea)" as well.
        let first = words.start.saturating_sub(1).max(found.end);
        let bracket = || (first..=words.start).any(|at| self.gaps[at] == Gap::Bracket);
        let absence = || words.clone().any(|at| is(at, WordClass::Absences));
        until() || (bracket() && absence())
    }

    /// Where a trigger ends for what it reaches. "Her husband, who has gout": what is said of a person goes on.
    fn last_of(&self, triggers: &Triggers, found: &FoundTrigger) -> usize {
        let person = found.trigger.who.is_some();
        match person && self.is(triggers, found.end, WordClass::Relatives) {
            true => found.end,
            false => found.end - 1,
        }
    }

    /// Whether another thing begins between two places without a word or a comma that joins it: "lack of
    /// skin elasticity 90% Pruritus". A bracket around what only describes the thing does not close it.
    fn closes(&self, triggers: &Triggers, from: usize, to: usize) -> bool {
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let named = (from..to).find(|&at| !is(at, WordClass::Determiners));
        let named = named.filter(|&at| self.gaps[at] != Gap::Bracket);
        let begins = |at: usize| {
            self.gaps[at] == Gap::Closed
                && !is(at, WordClass::Prepositions)
                && !is(at, WordClass::Coordinators)
        };
        named.is_some_and(|first| (first + 1..=to).any(begins))
    }

    /// Whether something else is spoken of from a coordinator on: "in the absence of a cause, or in gout".
    fn goes_elsewhere(&self, triggers: &Triggers, from: usize, to: usize) -> bool {
        (from + 1..to).any(|at| {
            triggers.is(self.words[at], WordClass::Elsewhere)
                && triggers.is(self.words[at - 1], WordClass::Coordinators)
        })
    }

    /// Whether something with an article of its own stands in a list that began without one: "no wet
    /// nappies, a fever".
    fn has_article(&self, triggers: &Triggers, from: usize, to: usize) -> bool {
        let is = |at: usize| triggers.is(self.words[at], WordClass::Articles);
        from < to && !is(from) && (from + 1..to).any(|at| self.gaps[at] == Gap::Comma && is(at))
    }

    /// Whether the word behind a thing says that it is there: "no fever, rash present".
    fn is_found(&self, triggers: &Triggers, at: usize) -> bool {
        self.is(triggers, at, WordClass::Findings) && self.gaps[at] == Gap::None
    }

    /// Whether a trigger stands in the first thing of a list that something before it begins.
    fn is_in_list(&self, triggers: &Triggers, found: &FoundTrigger) -> bool {
        (0..found.start)
            .rev()
            .take_while(|&at| self.gaps[at + 1] < Gap::Comma && !self.is_verb(triggers, at))
            .any(|at| triggers.is(self.words[at], WordClass::Enumerators))
    }

    /// Whether a trigger begins the sentence, and some words stand with the verb after its comma:
    /// "without treatment, gout gets worse".
    fn is_fronted(&self, triggers: &Triggers, found: &FoundTrigger, at: usize) -> bool {
        let begins = self.begins(found.start);
        let comma = (found.end..=at)
            .rev()
            .find(|&at| self.gaps[at] >= Gap::Comma);
        let Some(comma) = comma.filter(|_| begins) else {
            return false;
        };
        let segment = comma..self.words.len();
        segment
            .take_while(|&next| next == comma || self.gaps[next] < Gap::Comma)
            .any(|next| self.is_verb(triggers, next))
    }

    /// Whether what a sentence begins by leaving out is supposed to be left out, for its main clause to tell what
    /// comes of that: "without dialysis, people do not survive" denies no dialysis.
    pub(super) fn supposes(&self, triggers: &Triggers, found: &FoundTrigger, from: usize) -> bool {
        let fronted = self.begins(found.start) && found.trigger.reach == Some(Reach::Adverbial);
        // "Without a test it can be hard to tell."
        let main = |at: usize| {
            self.gaps[at] >= Gap::Comma
                || (self.is(triggers, at, WordClass::Subjects)
                    && self.is(triggers, at + 1, WordClass::Modals))
        };
        let comma = || (from..self.words.len()).find(|&at| main(at));
        let is = |at: usize, class| triggers.is(self.words[at], class);
        let says = |&at: &usize| {
            self.is_verb(triggers, at) || is(at, WordClass::PlainVerbs) || is(at, WordClass::Modals)
        };
        // What was so is no supposition: "without fever, he was sent home".
        let supposed = |verb: usize| !is(verb, WordClass::Pasts);
        let verb = comma().and_then(|comma| (comma + 1..self.words.len()).find(says));
        fronted && verb.is_some_and(supposed)
    }

    /// Whether a condition begins the sentence, and a word stands in the main clause after it: "if you
    /// have gout, it may hurt".
    fn is_main(&self, triggers: &Triggers, found: &FoundTrigger, at: usize) -> bool {
        let mut before = self.own..found.start;
        let comma = |at: usize| self.gaps[at] >= Gap::Comma;
        // "You may use it, and, even if it stings, it does no harm."
        let joined = found.start > self.own
            && comma(found.start)
            && triggers.is(self.words[found.start - 1], WordClass::Coordinators);
        let fronted = joined
            || !before.any(|at| {
                self.is_verb(triggers, at) || triggers.is(self.words[at], WordClass::Imperatives)
            });
        // "If, at any time, you feel ill": what stands between the commas is no clause.
        let from = match found.end <= at && comma(found.end) {
            true => (found.end + 1..=at)
                .rfind(|&next| comma(next))
                .map_or(at, |next| next + 1),
            false => found.end,
        };
        fronted && (from..=at).any(|start| self.begins_main(triggers, start, at))
    }

    /// Whether a main clause begins somewhere that says something of the word at `of`.
    fn begins_main(&self, triggers: &Triggers, at: usize, of: usize) -> bool {
        self.gaps[at] >= Gap::Comma
            && (self.is(triggers, at, WordClass::Imperatives)
                || self.has_subject_and_verb(triggers, at)
                || self.has_name_and_verb(triggers, at, of))
    }

    /// Whether a turn of speech leads to a statement of its own between two places: "whether a baby has it, but
    /// they carry a risk".
    fn turns(&self, triggers: &Triggers, from: usize, to: usize) -> bool {
        let is = |at, class| self.is(triggers, at, class);
        let has_verb = |at: usize| {
            (at + 1..at + 5).any(|next| is(next, WordClass::Verbs) || is(next, WordClass::Modals))
        };
        (from + 1..=to).any(|at| {
            is(at - 1, WordClass::Adversatives)
                && (is(at, WordClass::Contractions)
                    || (is(at, WordClass::Subjects) && has_verb(at)))
        })
    }

    /// Whether what may be a subject stands somewhere, and its verb soon after.
    fn has_subject_and_verb(&self, triggers: &Triggers, at: usize) -> bool {
        let is = |at, class| self.is(triggers, at, class);
        let follows = |class| (at + 1..at + 5).any(|next| is(next, class));
        is(at, WordClass::Contractions)
            || (is(at, WordClass::Subjects)
                && (follows(WordClass::Modals)
                    || (follows(WordClass::Verbs) && !is(at + 1, WordClass::Verbs))))
    }

    /// Whether a subject that is no pronoun stands somewhere, and its verb before the word at `of`, with nothing
    /// between them that could go on with a list: "if it affects the legs, walking can end in a fall". The subject
    /// itself depends on the condition: "if tablets do not help, surgery may".
    fn has_name_and_verb(&self, triggers: &Triggers, at: usize, of: usize) -> bool {
        let is = |at, class| self.is(triggers, at, class);
        let is_verb = |at| is(at, WordClass::Verbs) || is(at, WordClass::Modals);
        let goes_on = |at| {
            [
                WordClass::Coordinators,
                WordClass::Relatives,
                WordClass::Subordinators,
                WordClass::Conditionals,
            ]
            .into_iter()
            .any(|class| is(at, class))
        };
        let mut segment = (at..self.words.len().min(at + 5))
            .take_while(|&next| next == at || self.gaps[next] < Gap::Comma)
            .take_while(|&next| !goes_on(next));
        let verb = segment.find(|&next| is_verb(next));
        verb.is_some_and(|verb| at < verb && verb < of)
    }
}
