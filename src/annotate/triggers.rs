//! The triggers of assertion: phrases that say something of what stands before or after them.
//!
//! After NegEx (Chapman et al., "A simple algorithm for identifying negated findings and diseases
//! in discharge summaries", 2001) and ConText: a trigger has a direction, a reach, and what it says;
//! a pseudo-trigger ("not only") looks like one and says nothing. Here a reach is no number of words:
//! it goes by the clauses of the sentence (`clause`). All of it is data (`src/data/assertion.toml`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::assertion::{Advice, Assertion, Experiencer, Population, Time};
use super::clause::{Gap, WordRun};
use crate::analysis::{Analyzer, Trie, TrieNode, WordId};
use crate::data::{DataFile, TableFault, from_toml};

/// The most words of a remark between commas.
const ASIDE: usize = 7;
/// The most adverbs and remarks within a trigger.
const MOST_SKIPPED: usize = 6;

/// How far a trigger reaches what comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reach {
    /// The words of the trigger itself.
    Within,
    /// The very next words, articles passed over.
    Next,
    /// Up to a comma, a dash or a verb.
    Phrase,
    /// Up to a verb.
    Noun,
    /// As [`Reach::Noun`]; at the beginning of a sentence up to the comma before its verb.
    Adverbial,
    /// Up to the end of the clause.
    Clause,
    /// Up to the main clause.
    Sentence,
}

/// How far a trigger reaches what comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Back {
    /// The word before it.
    Next,
    /// What the clause is about.
    Subject,
    /// Anything in the clause.
    Clause,
    /// What the clause before it is about, which it turns against.
    Turn,
}

/// An assertion that a trigger can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Given {
    Negated,
    Hedged,
    Hypothetical,
}

impl From<Given> for Assertion {
    fn from(given: Given) -> Assertion {
        match given {
            Given::Negated => Assertion::Negated,
            Given::Hedged => Assertion::Hedged,
            Given::Hypothetical => Assertion::Hypothetical,
        }
    }
}

/// What a denial denies besides that something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Denied {
    Benefit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerTable {
    words: BTreeMap<WordClass, Vec<String>>,
    #[serde(default)]
    general: General,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    trigger: Vec<TriggerEntry>,
}

/// The concepts that name a kind of risk and nothing that has it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct General {
    names: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerEntry {
    words: Vec<String>,
    after: Option<Given>,
    reach: Option<Reach>,
    before: Option<Given>,
    back: Option<Back>,
    denies: Option<Denied>,
    advice: Option<Advice>,
    time: Option<Time>,
    who: Option<Experiencer>,
    population: Option<Population>,
    #[serde(default)]
    directs: bool,
    #[serde(default)]
    directed: bool,
    /// Whether it counts only where it opens what is said: "Do not use it", and not "cells do not use it".
    #[serde(default)]
    opens: bool,
    #[serde(default)]
    pseudo: bool,
    #[serde(default)]
    end: bool,
    #[serde(default)]
    refers: bool,
    #[serde(default)]
    tests: bool,
    /// Whether it counts only where a sentence begins: "Should a rash appear".
    #[serde(default)]
    begins: bool,
}

/// What a word does in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WordClass {
    Verbs,
    /// What is a finite verb where its subject stands before it in the clause.
    PlainVerbs,
    /// What begins a clause within another.
    Subordinators,
    /// What begins something else behind "or".
    Elsewhere,
    /// What a list of causes or of parts follows.
    Enumerators,
    Imperatives,
    Subjects,
    /// A subject with its verb in one: "you'll".
    Contractions,
    /// What tells somebody what to do wherever it stands.
    Directives,
    /// What turns to something else.
    Adversatives,
    Modals,
    Prepositions,
    Transparent,
    Determiners,
    /// What a verb behind it is no finite one for.
    Infinitive,
    Articles,
    Relatives,
    Coordinators,
    Adverbs,
    Questions,
    /// Those of them that no sentence begins with which is none.
    Wonders,
    /// A pronoun that goes on with what was said, and the verbs of lists behind it.
    Pronouns,
    Lists,
    /// What says that a list follows.
    Announcers,
    /// An answer to a question, or to a statement.
    Denials,
    Consents,
    Refutations,
    Myths,
    /// What a remark between commas begins with.
    Asides,
    /// What stands before the condition that something is done for.
    Indicators,
    /// What stands before something that has effects.
    Sources,
    /// What makes a risk smaller.
    Sparers,
    /// What is done about a condition, or to find it.
    Treats,
    /// What says that somebody has something.
    Having,
    /// What says when, and not what.
    Occasions,
    /// What may stand before an order.
    Openers,
    /// What an order may depend on.
    Conditionals,
    /// What joins two things that are done together.
    Joiners,
    /// What stands before a condition and says how bad or how new it is.
    Qualifiers,
    /// What somebody is kept from something with.
    Bars,
    /// Who asks to be told.
    Askers,
    /// What begins.
    Onsets,
    /// What says that something comes of it.
    Harms,
    /// What somebody has found of a thing: "shown to", "a known".
    Attested,
    Copula,
    /// What a test may be.
    Results,
    /// What says that something was so.
    Pasts,
    /// What says up to when, or unless what, something is not so.
    Limits,
    /// Names of what is not there.
    Absences,
    /// What stands before the last of several things none of which is so.
    Choices,
    /// What a statement begins with that somebody makes.
    Complementizers,
    /// What a sentence begins with that admits something.
    Concessives,
    /// What says that something is missing.
    Lacks,
    /// What says of nobody or nothing that it is so.
    Nones,
    /// What is good for somebody who has something.
    Helps,
    /// What says behind a thing that it is there.
    Findings,
    /// A small word that a name does not mean the same without: "not gaining weight".
    Weighty,
    /// How often something is so, and what makes it more or less.
    Frequencies,
    Degrees,
}

impl WordClass {
    fn bit(self) -> u64 {
        1 << self as u64
    }
}

/// What a trigger says, and of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) after: Option<Assertion>,
    pub(super) reach: Option<Reach>,
    pub(super) before: Option<Assertion>,
    pub(super) back: Option<Back>,
    pub(super) no_benefit: bool,
    pub(super) advice: Option<Advice>,
    pub(super) time: Option<Time>,
    pub(super) who: Option<Experiencer>,
    pub(super) population: Option<Population>,
    /// Whether it tells somebody what to do.
    pub(super) directs: bool,
    /// Whether it counts only where somebody is told what to do.
    pub(super) directed: bool,
    /// Whether a clause ends with it.
    pub(super) ends: bool,
    /// Whether what follows is only where more can be read.
    pub(super) refers: bool,
    /// Whether what follows is looked for, and what was found may be said behind it.
    pub(super) tests: bool,
    /// Whether it counts only at the beginning of a sentence, or behind a comma.
    pub(super) begins: bool,
    pseudo: bool,
}

impl Trigger {
    fn of(entry: &TriggerEntry) -> Trigger {
        Trigger {
            after: entry.after.map(Assertion::from),
            reach: entry.reach,
            before: entry.before.map(Assertion::from),
            back: entry.back,
            no_benefit: entry.denies.is_some(),
            advice: entry.advice,
            time: entry.time,
            who: entry.who,
            population: entry.population,
            directs: entry.directs,
            directed: entry.directed,
            ends: entry.end,
            refers: entry.refers,
            tests: entry.tests,
            begins: entry.begins,
            pseudo: entry.pseudo,
        }
    }

    /// Whether it may stand within another: it says nothing of whether something is so, or says it of what the
    /// sentence has turned from.
    fn is_beside(&self) -> bool {
        let turns = self.back == Some(Back::Turn);
        self.time.is_some() || self.who.is_some() || self.population.is_some() || turns
    }

    /// Whether it says something of what stands before it, and of nothing else.
    pub(super) fn looks_back(&self) -> bool {
        self.before.is_some() && self.reach.is_none()
    }

    /// Whether it says of anything whether it is so.
    pub(super) fn says_something(&self) -> bool {
        self.after.or(self.before).is_some()
    }

    /// Whether it only looks like a trigger.
    pub(super) fn is_pseudo(&self) -> bool {
        self.pseudo
    }

    /// What a phrase says that stands under two headings of the table: what the first one leaves
    /// open the second one says, unless one of them says that it is no trigger.
    fn and(self, other: Trigger) -> Trigger {
        if self.pseudo || other.pseudo {
            return Trigger {
                pseudo: true,
                ..Trigger::default()
            };
        }
        Trigger {
            after: self.after.or(other.after),
            reach: self.reach.or(other.reach),
            before: self.before.or(other.before),
            back: self.back.or(other.back),
            no_benefit: self.no_benefit || other.no_benefit,
            advice: self.advice.or(other.advice),
            time: self.time.or(other.time),
            who: self.who.or(other.who),
            population: self.population.or(other.population),
            directs: self.directs || other.directs,
            directed: self.directed && other.directed,
            ends: self.ends || other.ends,
            refers: self.refers || other.refers,
            tests: self.tests && other.tests,
            begins: self.begins && other.begins,
            pseudo: false,
        }
    }
}

/// Whether a table of triggers can be read.
pub(super) fn check(text: &str) -> Result<(), TableFault> {
    let table: TriggerTable = from_toml(text)?;
    for phrase in table.trigger.iter().flat_map(|entry| &entry.words) {
        if let Some(name) = unknown_group(phrase, &table.groups) {
            let line = 1 + text
                .lines()
                .take_while(|line| !line.contains(phrase))
                .count();
            let cause = format!("no group is called “{name}”");
            return Err(TableFault { line, cause });
        }
    }
    Ok(())
}

/// The name in braces that is none of a group, if there is one.
fn unknown_group<'p>(phrase: &'p str, groups: &BTreeMap<String, Vec<String>>) -> Option<&'p str> {
    let names = phrase.split('{').skip(1);
    names
        .map(|rest| rest.split('}').next().unwrap_or(rest))
        .find(|name| !groups.contains_key(*name))
}

/// The phrases that a phrase with groups in it stands for.
fn expanded(phrase: &str, groups: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut all = vec![String::new()];
    for (n, piece) in phrase.split('{').enumerate() {
        let (name, rest) = match n {
            0 => (None, piece),
            _ => piece
                .split_once('}')
                .map_or((None, piece), |(name, rest)| (Some(name), rest)),
        };
        let names = name.and_then(|name| groups.get(name));
        all = match names {
            None => all,
            Some(names) => all
                .iter()
                .flat_map(|head| names.iter().map(move |name| format!("{head}{name}")))
                .collect(),
        };
        all.iter_mut().for_each(|head| head.push_str(rest));
    }
    all
}

/// The triggers, compiled for the words of one analyzer.
pub(crate) struct Triggers {
    phrases: Trie<Trigger>,
    /// Those that count only where they open what is said.
    orders: Trie<Trigger>,
    /// Those that say when, whose and in whom: they may stand within the others.
    beside: Trie<Trigger>,
    /// By word, the classes it is of; words met later are of none.
    classes: Vec<u64>,
    general: BTreeSet<String>,
}

impl Triggers {
    /// The built-in table.
    pub(crate) fn builtin(analyzer: &mut Analyzer) -> Triggers {
        let table: TriggerTable = from_toml(DataFile::Assertion.text())
            // Every test of this module reads the built-in file, and one in its place was looked at.
            .expect("the table of assertions is valid");
        let mut triggers = Triggers {
            phrases: Trie::default(),
            orders: Trie::default(),
            beside: Trie::default(),
            classes: Vec::new(),
            general: table.general.names,
        };
        for (class, words) in &table.words {
            for word in words {
                let at = analyzer.word_id(word).index();
                let length = triggers.classes.len().max(at + 1);
                triggers.classes.resize(length, 0);
                triggers.classes[at] |= class.bit();
            }
        }
        for entry in &table.trigger {
            let trigger = Trigger::of(entry);
            let phrases = entry.words.iter();
            for phrase in phrases.flat_map(|phrase| expanded(phrase, &table.groups)) {
                let words = phrase.split(' ').map(|word| analyzer.word_id(word).into());
                let to = match (trigger.is_beside(), entry.opens) {
                    (true, _) => &mut triggers.beside,
                    (false, true) => &mut triggers.orders,
                    (false, false) => &mut triggers.phrases,
                };
                let place = to.entry(words);
                *place = Some(place.map_or(trigger, |known| known.and(trigger)));
            }
        }
        triggers
    }

    pub(super) fn is(&self, word: WordId, class: WordClass) -> bool {
        let classes = self.classes.get(word.index());
        classes.is_some_and(|classes| classes & class.bit() > 0)
    }

    /// Whether a concept only says which kind of risk is spoken of.
    pub(super) fn is_general(&self, concept: &str) -> bool {
        self.general.contains(concept)
    }

    /// The longest trigger that a sentence begins with, with how many words it takes. Adverbs may
    /// stand inside of it, and what stands between commas: "is not usually needed", "does not, as many
    /// believe, cause". Orders are among them where one may open.
    pub(super) fn at_start(
        &self,
        sentence: WordRun<'_>,
        opens: impl FnOnce() -> bool,
    ) -> Option<(&Trigger, usize)> {
        let phrase = self.longest(&self.phrases, sentence);
        // Most words begin no order, and need not be asked whether they may.
        let order = self.longest(&self.orders, sentence);
        let order = order.filter(|_| opens());
        // Of two of one length it is the order.
        let length = |found: &Option<(&Trigger, usize)>| found.map_or(0, |(_, length)| length);
        match length(&order) >= length(&phrase) {
            true => order,
            false => phrase,
        }
    }

    /// The same of the triggers that say when, whose and in whom.
    pub(super) fn beside(&self, sentence: WordRun<'_>) -> Option<(&Trigger, usize)> {
        self.longest(&self.beside, sentence)
    }

    #[inline]
    fn longest<'t>(
        &self,
        phrases: &'t Trie<Trigger>,
        sentence: WordRun<'_>,
    ) -> Option<(&'t Trigger, usize)> {
        // Where most words end.
        let node = phrases.start((*sentence.words.first()?).into())?;
        self.longest_from(phrases, node, sentence, 1, MOST_SKIPPED)
    }

    /// The longest trigger of which some words, up to `at`, have led to a node. A word that is an adverb may be
    /// one of its words or stand between them: "has not been reported", "has not been shown to cause".
    fn longest_from<'t>(
        &self,
        phrases: &'t Trie<Trigger>,
        node: TrieNode,
        sentence: WordRun<'_>,
        at: usize,
        may_skip: usize,
    ) -> Option<(&'t Trigger, usize)> {
        let here = phrases.value(node).map(|trigger| (trigger, at));
        self.beyond(phrases, node, sentence, at, may_skip).or(here)
    }

    /// The longest of those that go on behind a node.
    fn beyond<'t>(
        &self,
        phrases: &'t Trie<Trigger>,
        node: TrieNode,
        sentence: WordRun<'_>,
        at: usize,
        may_skip: usize,
    ) -> Option<(&'t Trigger, usize)> {
        let &word = sentence.words.get(at)?;
        let next = phrases.next(node, word.into());
        let with =
            next.and_then(|next| self.longest_from(phrases, next, sentence, at + 1, may_skip));
        let aside = match next {
            None if sentence.gaps[at] == Gap::Comma => self.aside(sentence, at),
            _ => None,
        };
        let after = aside.or_else(|| self.stands_between(sentence.words, at));
        let without = after
            .filter(|_| may_skip > 0)
            .and_then(|after| self.beyond(phrases, node, sentence, after, may_skip - 1));
        let longer = [without, with].into_iter().flatten();
        longer.max_by_key(|(_, length)| *length)
    }

    /// Where the trigger may go on behind a word that is none of its own: behind an adverb, behind "shown to" or
    /// "shown to be", and behind an adjective that has an article before it ("a known side effect").
    fn stands_between(&self, words: &[WordId], at: usize) -> Option<usize> {
        let is = |at: usize, class| words.get(at).is_some_and(|&word| self.is(word, class));
        if is(at, WordClass::Attested) && is(at + 1, WordClass::Infinitive) {
            return Some(at + 2 + usize::from(is(at + 2, WordClass::Copula)));
        }
        let attributive = is(at, WordClass::Attested) && is(at - 1, WordClass::Articles);
        (attributive || is(at, WordClass::Adverbs)).then_some(at + 1)
    }

    /// Where an aside ends that begins with the word at `at`, if one does: a few words between commas.
    fn aside(&self, sentence: WordRun<'_>, at: usize) -> Option<usize> {
        if !self.is(sentence.words[at], WordClass::Asides) {
            return None;
        }
        let most = sentence.words.len().min(at + ASIDE + 1);
        (at + 1..most).find(|&next| sentence.gaps[next] == Gap::Comma)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_for_each_of_their_phrases() {
        let groups = BTreeMap::from([
            ("a".to_owned(), vec!["x".to_owned(), "y z".to_owned()]),
            ("b".to_owned(), vec!["1".to_owned(), "2".to_owned()]),
        ]);
        let all = expanded("not {a} {b} at all", &groups);
        assert_eq!(
            all,
            [
                "not x 1 at all",
                "not x 2 at all",
                "not y z 1 at all",
                "not y z 2 at all"
            ]
        );
        assert_eq!(unknown_group("not {c}", &groups), Some("c"));
        assert_eq!(expanded("none", &groups), ["none"]);
    }

    #[test]
    fn the_built_in_table_can_be_used() {
        assert_eq!(check(DataFile::Assertion.text()), Ok(()));
        let fault = check("[words]\n\n[[trigger]]\nwords = [\"{x} y\"]\n");
        assert_eq!(fault.map_err(|fault| fault.line), Err(4));
    }

    #[test]
    fn adverbs_may_stand_inside() {
        let mut analyzer = Analyzer::default();
        let triggers = Triggers::builtin(&mut analyzer);
        let mut length = |text: &str| {
            let words: Vec<WordId> = text.split(' ').map(|word| analyzer.word_id(word)).collect();
            let gaps = vec![Gap::None; words.len()];
            let sentence = WordRun {
                words: &words,
                gaps: &gaps,
                goes_before: false,
            };
            triggers
                .at_start(sentence, || true)
                .map(|(_, length)| length)
        };
        assert_eq!(length("is not usually needed here"), Some(4));
        assert_eq!(length("is not there"), Some(3));
        assert_eq!(length("banana"), None);
    }
}
