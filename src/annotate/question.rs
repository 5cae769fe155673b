//! Which aspect a question asks for, and with which of its words: a query, or a heading that is
//! answered by what stands under it.
//!
//! A linear model reads the whole query. It was learned from a table of ways to ask
//! (`src/data/asks.toml`), signal phrases (`src/data/signals.toml`) and the names of the lexicon, by
//! `src/models/learn_questions.py`; the probabilities it gives are kept as they are, so that a doubtful
//! question counts for what it is. Kinds of risk that it was not taught, red flags and interactions, are
//! asked for by phrases of the table of cues.

use std::ops::Range;
use std::sync::LazyLock;

use super::{Aspect, AspectWeights, LinearModel, cues};
use crate::analysis;

pub(super) const DATA: &str = include_str!("../models/questions.tsv");

/// A word with at least this much attribution to the asked aspect asks, rather than names.
const ASKING: f32 = 1.0;
/// How well a passage that says what something is answers any question about it.
const GENERAL: f32 = 0.1;
/// Aspects less likely than this are left out of account.
const NEGLIGIBLE: f64 = 0.02;

static MODEL: LazyLock<LinearModel> = LazyLock::new(|| {
    LinearModel::parse(DATA)
        // The file is part of the program; tests read it.
        .expect("the model of questions is valid")
});

/// Reads the model before it is needed.
pub(super) fn read_builtin() {
    LazyLock::force(&MODEL);
}

/// How sure a phrase is that asks for a kind of risk.
const BY_PHRASE: f64 = 0.9;

/// The phrases that ask for kinds of risk, the longest first.
static PHRASES: LazyLock<Vec<(Aspect, Vec<String>)>> = LazyLock::new(cues::asking_phrases);

/// What a query asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// What may be asked for, most likely first; the rest of the probability is "nothing".
    questions: Vec<(Question, f64)>,
}

/// What can be asked for: an aspect, or any kind of risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Of(Aspect),
    AnyRisk,
}

impl Question {
    fn named(name: &str) -> Option<Question> {
        match name {
            "risk" => Some(Question::AnyRisk),
            _ => Aspect::all().find(|a| a.name() == name).map(Question::Of),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Question::Of(aspect) => aspect.name(),
            Question::AnyRisk => "risk",
        }
    }

    /// The aspects that answer, and how well each does.
    fn answers(self) -> &'static [(Aspect, f32)] {
        use Aspect::*;
        const fn alone(aspect: Aspect) -> [(Aspect, f32); 1] {
            [(aspect, 1.0)]
        }
        match self {
            Question::AnyRisk => &[
                (Susceptibility, 1.0),
                (Contraindication, 0.95),
                (Adverse, 0.8),
                (Precaution, 0.7),
                (Interaction, 0.7),
                (RedFlag, 0.6),
            ],
            Question::Of(Contraindication) => &[
                (Contraindication, 1.0),
                (Precaution, 0.8),
                (Adverse, 0.5),
                (Interaction, 0.4),
            ],
            Question::Of(Adverse) => &[(Adverse, 1.0), (Contraindication, 0.5), (Precaution, 0.3)],
            Question::Of(Precaution) => &[
                (Precaution, 1.0),
                (RedFlag, 0.9),
                (Contraindication, 0.8),
                (Adverse, 0.4),
            ],
            Question::Of(RedFlag) => &[(RedFlag, 1.0), (Precaution, 0.3)],
            Question::Of(Interaction) => &[
                (Interaction, 1.0),
                (Contraindication, 0.4),
                (Precaution, 0.3),
            ],
            Question::Of(Susceptibility) => &[(Susceptibility, 1.0), (Causes, 0.2)],
            Question::Of(Condition) => &[(Condition, 1.0), (Technique, 0.8)],
            Question::Of(Technique) => &[(Technique, 1.0), (Condition, 0.8), (Procedure, 0.5)],
            Question::Of(Symptoms) => const { &alone(Symptoms) },
            Question::Of(Causes) => &[(Causes, 1.0), (Genes, 0.3)],
            Question::Of(Diagnosis) => const { &alone(Diagnosis) },
            Question::Of(Treatment) => const { &alone(Treatment) },
            Question::Of(Prevention) => const { &alone(Prevention) },
            Question::Of(Outlook) => const { &alone(Outlook) },
            Question::Of(Frequency) => const { &alone(Frequency) },
            Question::Of(Inheritance) => &[(Inheritance, 1.0), (Genes, 0.2)],
            Question::Of(Genes) => &[(Genes, 1.0), (Inheritance, 0.1)],
            Question::Of(Stages) => const { &alone(Stages) },
            Question::Of(Preparation) => const { &alone(Preparation) },
            Question::Of(Procedure) => &[(Procedure, 1.0), (Technique, 0.4)],
            Question::Of(Recovery) => const { &alone(Recovery) },
            Question::Of(Benefits) => const { &alone(Benefits) },
            Question::Of(Alternatives) => &[(Alternatives, 1.0), (Treatment, 0.3)],
            Question::Of(Cost) => const { &alone(Cost) },
            Question::Of(Provider) => const { &alone(Provider) },
        }
    }
}

impl Asked {
    /// Reads a query, given the terms of its words in order. With it comes, for each word, how
    /// surely it asks rather than names: 0 for a word of the topic.
    pub(crate) fn read(terms: &[&str]) -> (Asked, Vec<f64>) {
        let mut marked = vec!["<"];
        marked.extend(terms);
        marked.push(">");
        let logs = MODEL.log_probabilities(marked.iter().copied());
        let mut questions: Vec<(Question, f64)> = Vec::new();
        let mut asking = vec![0.0; terms.len()];
        for (class, log) in logs.iter().enumerate() {
            let chance = f64::from(log.exp());
            let Some(question) = Question::named(&MODEL.classes()[class]) else {
                continue;
            };
            if chance < NEGLIGIBLE {
                continue;
            }
            questions.push((question, chance));
            let shares = MODEL.attribution(&marked, class);
            for (asking, share) in asking.iter_mut().zip(&shares[1..]) {
                if *share >= ASKING {
                    *asking += chance;
                }
            }
        }
        if let Some((aspect, words)) = asked_by_phrase(terms) {
            for (_, chance) in &mut questions {
                *chance *= 1.0 - BY_PHRASE;
            }
            questions.push((Question::Of(aspect), BY_PHRASE));
            asking[words].fill(1.0);
        }
        questions.sort_by(|a, b| b.1.total_cmp(&a.1));
        (Asked { questions }, asking)
    }

    /// Reads a question as typed.
    pub fn of(text: &str) -> Asked {
        let words = analysis::words(text);
        let whole = words.iter().filter(|word| !word.compound);
        let terms: Vec<&str> = whole.map(|word| word.term.as_str()).collect();
        Asked::read(&terms).0
    }

    /// How likely each aspect is asked for, by a heading. One for any risk stands above all kinds of it
    /// but interactions and red flags, which say themselves what they are.
    pub(super) fn chances(&self) -> [f32; Aspect::COUNT] {
        let mut chances = [0.0; Aspect::COUNT];
        for &(question, chance) in &self.questions {
            match question {
                Question::Of(aspect) => chances[aspect.index()] += chance as f32,
                Question::AnyRisk => {
                    let named = [Aspect::RedFlag, Aspect::Interaction];
                    let answers = question.answers().iter();
                    for (aspect, worth) in answers.filter(|(aspect, _)| !named.contains(aspect)) {
                        chances[aspect.index()] += chance as f32 * worth;
                    }
                }
            }
        }
        chances
    }

    /// The probability that the query asks for any aspect at all.
    pub(crate) fn certainty(&self) -> f64 {
        self.questions.iter().map(|(_, chance)| chance).sum()
    }

    /// The aspects that would answer, and how well, from 0 to 1.
    pub(crate) fn answers(&self) -> Vec<(Aspect, f64)> {
        let mut answers: Vec<(Aspect, f64)> = Vec::new();
        for &(question, chance) in &self.questions {
            for &(aspect, worth) in question.answers() {
                let worth = chance * f64::from(worth);
                match answers.iter_mut().find(|(known, _)| *known == aspect) {
                    Some((_, known)) => *known += worth,
                    None => answers.push((aspect, worth)),
                }
            }
        }
        answers
    }

    /// The most likely aspect, by name, where it is more likely than none.
    pub fn best(&self) -> Option<&'static str> {
        let (question, chance) = self.questions.first()?;
        (*chance > 1.0 - self.certainty()).then(|| question.name())
    }

    /// The chance that a passage speaks of what is asked, given that something is.
    pub fn chance(&self, aspects: &AspectWeights) -> f64 {
        let general = GENERAL * aspects.chance(Aspect::Condition);
        let answer = |question: Question| {
            let by_aspect = question.answers().iter();
            by_aspect
                .map(|&(aspect, worth)| worth * aspects.chance(aspect))
                .fold(general, f32::max)
        };
        let mixed: f64 = self
            .questions
            .iter()
            .map(|&(question, chance)| chance * f64::from(answer(question)))
            .sum();
        mixed / self.certainty().max(f64::MIN_POSITIVE)
    }
}

/// The kind of risk that a phrase asks for, and the words of the phrase.
fn asked_by_phrase(terms: &[&str]) -> Option<(Aspect, Range<usize>)> {
    PHRASES.iter().find_map(|(aspect, phrase)| {
        let at = terms
            .windows(phrase.len().max(1))
            .position(|window| window.iter().eq(phrase.iter()))?;
        Some((*aspect, at..at + phrase.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Asked, Vec<String>) {
        let words = analysis::words(text);
        let terms: Vec<&str> = words.iter().map(|word| word.term.as_str()).collect();
        let (asked, asking) = Asked::read(&terms);
        let asking = words
            .iter()
            .zip(asking)
            .filter(|(_, asking)| *asking > 0.5)
            .map(|(word, _)| word.surface.clone())
            .collect();
        (asked, asking)
    }

    #[test]
    fn kinds_of_risk_that_no_model_was_taught() {
        for (text, kind) in [
            ("when to call a doctor", "red-flag"),
            ("red flags of back pain", "red-flag"),
            ("when should I worry about a headache?", "red-flag"),
            ("headache warning signs", "red-flag"),
            ("ibuprofen interactions", "interaction"),
            ("what should warfarin not be taken with", "interaction"),
            ("does ginkgo interfere with blood thinners", "interaction"),
            ("who should not have a massage", "contraindication"),
            ("side effects of cupping", "adverse"),
            ("who gets gout", "susceptibility"),
        ] {
            assert_eq!(Asked::of(text).best(), Some(kind), "{text}");
        }
    }

    #[test]
    fn ways_to_ask() {
        for (text, expected) in [
            ("osteoporosis risk", "risk"),
            ("is it safe with osteoporosis", "risk"),
            ("who should not have OMT", "risk"),
            ("how is it treated", "treatment"),
            ("life expectancy", "outlook"),
            ("does it run in families", "inheritance"),
            ("who tends to get gout", "risk"),
            ("remedies for gout", "treatment"),
            ("did I get gout from my parents", "inheritance"),
        ] {
            let best = read(text).0.best().expect("it asks for something");
            let label = Aspect::named(best).first().map(|aspect| aspect.label());
            assert_eq!(label, Some(expected), "{text}");
        }
    }

    #[test]
    fn a_plain_topic_asks_for_nothing() {
        for text in [
            "osteoporosis",
            "carpal tunnel syndrome",
            "asthma and bronchitis",
        ] {
            assert_eq!(read(text).0.best(), None, "{text}");
        }
    }

    #[test]
    fn asking_words_are_told_from_the_topic() {
        assert_eq!(read("osteoporosis risk").1, ["risk"]);
        let (_, asking) = read("does it run in families koolen de vries syndrome");
        assert!(asking.contains(&"families".to_owned()));
        assert!(!asking.contains(&"koolen".to_owned()) && !asking.contains(&"syndrome".to_owned()));
    }
}
