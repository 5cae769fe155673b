//! What a text says of something, sentence by sentence.
//!
//! Annotation keeps one word for each concept of a passage. Whoever has to show the sentence reads
//! the passage again, with a [`SaidReader`]: it finds the names of the topics it was given, and says
//! of each place what is said there. Words of a name that do not stand together ("back, neck and
//! shoulder pain") or that are part of a longer name are found too, but not understood.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::apart;
use super::context::{Context, UnitText};
use super::triggers::{Triggers, WordClass};
use super::{Claim, Reading};
use crate::analysis::{self, Analyzer, TermId};
use crate::lexicon::{self, Lexicon, Matcher, NameForm};
use crate::passage::Units;

/// Something to look out for: concepts, or words that name none.
#[derive(Debug, Clone, Default)]
pub struct TopicNames {
    /// Indices of concepts, any of which counts. Without any, the forms are plain words.
    pub concepts: Vec<usize>,
    /// The names to look for.
    pub forms: Vec<NameForm>,
    /// Words that are none of its names, and yet tell that it is spoken of. They stand near each other, and
    /// what is said there is not understood.
    pub near: Vec<NameForm>,
}

/// A place in a text that names a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The index of the topic among those looked out for.
    pub topic: usize,
    /// The concept named; `None` for plain words.
    pub concept: Option<usize>,
    /// The words that name it, in bytes of the text.
    pub words: Range<usize>,
    /// The sentence they stand in, or the list item.
    pub sentence: Range<usize>,
    /// The line that leads into the list, if they stand in one.
    pub lead: Option<String>,
    /// What is said of it; `None` where its words stand, but not as its name, or as a label.
    pub claim: Option<Claim>,
}

/// Finds what texts say of some topics.
pub struct SaidReader {
    lexicon: Arc<Lexicon>,
    analyzer: Analyzer,
    concepts: Matcher,
    triggers: Triggers,
    topics: Vec<WatchedTopic>,
}

struct WatchedTopic {
    concepts: BTreeSet<usize>,
    forms: Vec<WatchedForm>,
}

struct WatchedForm {
    form: NameForm,
    terms: Vec<TermId>,
    /// Whether its words are the topic's name, or only near it.
    names: bool,
    /// What each word that means something by itself may be, if they may stand apart.
    apart: Option<Vec<BTreeSet<u32>>>,
}

/// Words that name a topic.
struct TopicWords {
    topic: usize,
    concept: Option<usize>,
    words: Range<usize>,
    understood: bool,
}

/// A text in which names are looked for.
struct NamedText<'a> {
    text: &'a str,
    context: &'a Context<'a>,
    analyzer: &'a Analyzer,
    /// The terms that it has.
    present: HashSet<u32>,
}

impl<'a> NamedText<'a> {
    fn new(text: &'a str, context: &'a Context<'a>, analyzer: &'a Analyzer) -> NamedText<'a> {
        let terms = context.reading().terms.iter();
        NamedText {
            text,
            context,
            analyzer,
            present: terms.map(|&term| term.into()).collect(),
        }
    }

    /// Some words of it as they are written, folded.
    fn surfaces(&self, words: &Range<usize>) -> impl Iterator<Item = &str> + Clone {
        let words = self.context.reading().words[words.clone()].iter();
        words.map(|&word| self.analyzer.surface(word))
    }
}

/// What a text is taken to say of some words of it.
type Claimed = fn(&Context<'_>, &Range<usize>) -> Option<Claim>;

impl TopicWords {
    fn said(self, context: &Context<'_>, claimed: Claimed) -> Said {
        let tokens = &context.reading().tokens;
        let words = tokens[self.words.start].bytes.start..tokens[self.words.end - 1].bytes.end;
        let unit = context.unit(self.words.start);
        let sentence = match unit {
            Some(unit) => unit.bytes.start.min(words.start)..unit.bytes.end.max(words.end),
            None => words.clone(),
        };
        Said {
            topic: self.topic,
            concept: self.concept,
            words,
            sentence,
            lead: unit.and_then(|unit| context.lead_in(unit)),
            claim: match self.understood {
                true => claimed(context, &self.words),
                false => None,
            },
        }
    }
}

impl SaidReader {
    /// A reader that looks out for some topics of a lexicon.
    pub fn new(lexicon: Arc<Lexicon>, topics: &[TopicNames]) -> SaidReader {
        let mut analyzer = Analyzer::default();
        let triggers = Triggers::builtin(&mut analyzer);
        SaidReader {
            concepts: Matcher::new(lexicon.clone(), &mut analyzer),
            lexicon,
            topics: topics
                .iter()
                .map(|topic| WatchedTopic::new(topic, &triggers, &mut analyzer))
                .collect(),
            triggers,
            analyzer,
        }
    }

    /// All places that name a topic, in the order of the text.
    pub fn read(&mut self, text: UnitText<'_>) -> Vec<Said> {
        self.said(text, |context, words| context.claim(words))
    }

    /// The same of a title or heading. It names what the text below is about, and says something of that only
    /// where it is an order or a denial with a verb of its own ("Do not use ultrasound over a plate").
    pub fn read_heading(&mut self, heading: &str) -> Vec<Said> {
        let text = UnitText {
            text: heading,
            units: &Units::of_text(heading),
            lead: None,
            headings: &[],
        };
        self.said(text, |context, words| context.claim_of_heading(words))
    }

    fn said(&mut self, text: UnitText<'_>, claimed: Claimed) -> Vec<Said> {
        let reading = self.reading(text.text);
        let carried = text.lead.map(|lead| self.reading(lead));
        let heading = text.headings.last().map(|heading| self.reading(heading));
        let sentences = reading.in_units(text.units);
        let context = Context::new(
            text,
            (&reading, &sentences),
            (carried.as_ref(), heading.as_ref()),
            &self.triggers,
        );
        let text = text.text;
        let named = self
            .concepts
            .find(text, (&reading.tokens, &sentences), &self.analyzer);
        let mut all = Vec::new();
        let within = NamedText::new(text, &context, &self.analyzer);
        for (number, topic) in self.topics.iter().enumerate() {
            let mut found: Vec<TopicWords> = Vec::new();
            let concepts = named
                .iter()
                .filter(|mention| topic.concepts.contains(&mention.concept));
            found.extend(concepts.map(|mention| TopicWords {
                topic: number,
                concept: Some(mention.concept),
                words: mention.words.clone(),
                understood: true,
            }));
            topic.together(number, &within, &mut found);
            topic.apart(number, &within, &mut found);
            found.sort_by_key(|found| found.words.start);
            all.extend(found.into_iter().map(|found| found.said(&context, claimed)));
        }
        all.sort_by_key(|said| (said.words.start, said.topic));
        for said in &mut all {
            if let (Some(concept), Some(claim)) = (said.concept, said.claim) {
                said.claim = Some(claim.of_kind(self.lexicon.concept(concept).kind));
            }
        }
        all
    }

    fn reading(&mut self, text: &str) -> Reading {
        let tokens = self.analyzer.uncounted_tokens(text);
        Reading::new(&self.analyzer, text, &tokens)
    }
}

impl WatchedForm {
    /// Whether a text that has some terms has all of this form.
    fn is_among(&self, present: &HashSet<u32>) -> bool {
        let mut terms = self.terms.iter();
        terms.all(|&term| present.contains(&term.into()))
    }

    /// Whether words that have the terms of this form count: those of a name do, those of another wording
    /// where they are close, and are no other words of one stem.
    fn may_stand(&self, within: &NamedText<'_>, words: &Range<usize>) -> bool {
        let is_word = || words.len() > 1 || self.form.has_words(within.surfaces(words));
        !apart::are_listed_apart(within.context, words)
            && (self.names || apart::are_near(words) && is_word())
    }
}

impl WatchedTopic {
    fn new(topic: &TopicNames, triggers: &Triggers, analyzer: &mut Analyzer) -> WatchedTopic {
        let names = topic.forms.iter().map(|form| (form, true));
        let near = topic.near.iter().map(|form| (form, false));
        let forms = names.chain(near).map(|(form, names)| {
            let terms: Vec<TermId> = form.terms.iter().map(|t| analyzer.term_id(t)).collect();
            let mut means: Vec<&String> = form.terms.iter().collect();
            means.retain(|text| {
                let word = analyzer.word_id(text);
                !analysis::is_stopword(text) || triggers.is(word, WordClass::Weighty)
            });
            let alone = means.len() == 1;
            let apart: Vec<BTreeSet<u32>> = means
                .into_iter()
                .map(|text| {
                    let mut near = lexicon::near(text);
                    near.retain(|near| !alone || lexicon::is_near_alone(near));
                    let all = near.iter().chain([text]);
                    all.map(|term| analyzer.term_id(term).into()).collect()
                })
                .collect();
            let several = apart.len() > 1 || apart.iter().any(|near| near.len() > 1);
            WatchedForm {
                apart: (form.exact_case.is_none() && (several || !names)).then_some(apart),
                names,
                form: form.clone(),
                terms,
            }
        });
        WatchedTopic {
            concepts: topic.concepts.iter().copied().collect(),
            forms: forms.collect(),
        }
    }

    /// Where a name stands that was not read as one: inside of a longer name, or as plain words,
    /// which are what was looked for.
    /// A single word has to stand for that of the name, not only to have its stem.
    fn together(&self, topic: usize, within: &NamedText<'_>, found: &mut Vec<TopicWords>) {
        let reading = within.context.reading();
        let names = self.forms.iter().filter(|form| form.names);
        for WatchedForm { form, terms, .. } in names.filter(|form| form.is_among(&within.present)) {
            let places = reading.terms.windows(terms.len().max(1)).enumerate();
            for (at, window) in places.filter(|(_, window)| *window == terms) {
                let words = at..at + window.len();
                let written = reading.tokens[words.start].bytes.start
                    ..reading.tokens[words.end - 1].bytes.end;
                let known = |f: &TopicWords| f.words.start < words.end && words.start < f.words.end;
                if !found.iter().any(known)
                    && form.fits(&within.text[written])
                    && (words.len() > 1 || form.has_words(within.surfaces(&words)))
                {
                    found.push(TopicWords {
                        topic,
                        concept: (!self.concepts.is_empty()).then_some(form.concept),
                        words,
                        understood: self.concepts.is_empty(),
                    });
                }
            }
        }
    }

    /// Sentences that name the topic nowhere, but have all the words of a name, or of another wording.
    fn apart(&self, topic: usize, within: &NamedText<'_>, found: &mut Vec<TopicWords>) {
        let context = within.context;
        let forms = self.forms.iter().filter_map(|form| {
            let name = form.apart.as_ref()?;
            let is_there = |word: &BTreeSet<u32>| word.iter().any(|t| within.present.contains(t));
            name.iter().all(is_there).then_some((form, name))
        });
        let forms: Vec<_> = forms.collect();
        for sentence in context.sentences() {
            let known = |f: &TopicWords| sentence.contains(&f.words.start);
            if found.iter().any(known) {
                continue;
            }
            let terms = &context.reading().terms;
            let with_all = forms.iter().filter_map(|(form, name)| {
                let words = apart::narrowest(terms, sentence, name)?;
                let understood = form.names && apart::names(context, &words, name);
                form.may_stand(within, &words)
                    .then_some((form, words, understood))
            });
            // A name that is understood before one that only has its words there.
            let best = with_all.min_by_key(|(_, words, understood)| (!understood, words.len()));
            if let Some((form, words, understood)) = best {
                found.push(TopicWords {
                    topic,
                    concept: (!self.concepts.is_empty()).then_some(form.form.concept),
                    words,
                    understood,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Assertion;
    use crate::passage::Units;

    fn read(name: &str, text: &str, lead: Option<&str>) -> Vec<(String, Option<Assertion>)> {
        let lexicon = Arc::new(Lexicon::builtin());
        let concept = lexicon.index_of(name).expect("it is in the lexicon");
        let topic = TopicNames {
            forms: lexicon.forms_of(&[concept]),
            near: lexicon.wordings_of(&[concept]),
            concepts: vec![concept],
        };
        let units = Units::for_tests(text, lead);
        let said = SaidReader::new(lexicon, &[topic]).read(UnitText {
            text,
            units: &units,
            lead,
            headings: &[],
        });
        said.into_iter()
            .map(|said| {
                (
                    text[said.sentence].to_owned(),
                    said.claim.map(|claim| claim.assertion),
                )
            })
            .collect()
    }

    #[test]
    fn the_sentence_and_what_it_says() {
        let text = "It is safe. Rarely, “brittle bones” break. There is no osteoporosis.";
        assert_eq!(
            read("osteoporosis", text, None),
            [
                (
                    "Rarely, “brittle bones” break.".to_owned(),
                    Some(Assertion::Hedged)
                ),
                (
                    "There is no osteoporosis.".to_owned(),
                    Some(Assertion::Negated)
                ),
            ]
        );
    }

    #[test]
    fn words_that_are_no_name_are_seen() {
        let apart = read("neck pain", "The neck is stiff without pain.", None);
        assert_eq!(
            apart,
            [("The neck is stiff without pain.".to_owned(), None)]
        );
        let shared = read("neck pain", "Back, neck and shoulder pain.", None);
        assert_eq!(shared[0].1, Some(Assertion::Affirmed));
        assert!(read("neck pain", "Your neck. The pain.", None).is_empty());
        // Of a list, the words of a name belong to different things.
        let listed = "Long neck - Short stature - Joint pain.";
        assert!(read("neck pain", listed, None).is_empty());
        let longer = read("pain", "Low back pain hurts.", None);
        assert_eq!(longer, [("Low back pain hurts.".to_owned(), None)]);
    }

    #[test]
    fn words_that_stand_apart_name_what_nothing_else_stands_between() {
        let said = |name: &str, text: &str| read(name, text, None).first().map(|said| said.1);
        for (name, text) in [
            ("joint pain", "It causes pain and swelling in your joints."),
            (
                "proteinuria",
                "Small amounts of protein in your urine are a sign.",
            ),
            ("splenomegaly", "They have an enlarged liver and spleen."),
            (
                "irregular heartbeat",
                "It can make your heartbeat irregular.",
            ),
            (
                "stomach cancer",
                "Cancers of the mouth, throat and stomach are seen.",
            ),
            ("hearing impairment", "Her hearing becomes impaired."),
        ] {
            assert_eq!(said(name, text), Some(Some(Assertion::Affirmed)), "{text}");
        }
        for (name, text) in [
            ("kidney disease", "A kidney transplant for heart disease."),
            ("joint pain", "Joint stiffness and muscle pain."),
            ("weight loss", "Loss of appetite, weight gain."),
            ("joint pain", "Rash - Joint swelling - Muscle pain - Cough."),
            ("neck pain", "The neck is stiff without pain."),
        ] {
            assert_eq!(said(name, text), Some(None), "{text}");
        }
    }

    #[test]
    fn a_near_word_of_a_name_stands_beside_the_rest_of_it() {
        let found = |name: &str, text: &str| read(name, text, None).len();
        assert_eq!(found("fracture", "Sugar is broken down quickly."), 0);
        assert_eq!(found("hip fracture", "The hip was broken in a fall."), 1);
        assert_eq!(found("jaundice", "The baby is jaundiced."), 1);
    }

    #[test]
    fn a_small_word_that_turns_a_name_around_has_to_be_there() {
        // "Not gaining weight" is a name of it.
        assert!(read("failure to thrive", "He is gaining weight.", None).is_empty());
        assert_eq!(
            read("failure to thrive", "Not gaining weight.", None).len(),
            1
        );
    }

    #[test]
    fn where_more_can_be_read_nothing_is_said() {
        for text in [
            "See the following pages: - Gout - Asthma - Osteoporosis treatment.",
            "More information about osteoporosis is in our library.",
            "These resources address the management of osteoporosis: - A society.",
        ] {
            assert_eq!(read("osteoporosis", text, None)[0].1, None, "{text}");
        }
        let said = read(
            "osteoporosis",
            "It causes osteoporosis. See also gout.",
            None,
        );
        assert_eq!(said[0].1, Some(Assertion::Affirmed));
    }

    #[test]
    fn abbreviations_go_by_case() {
        assert!(read("irritable bowel syndrome", "ibs", None).is_empty());
        assert_eq!(read("irritable bowel syndrome", "IBS", None).len(), 1);
    }

    #[test]
    fn a_carried_lead_in_belongs_to_the_items() {
        let text = "• Have osteoporosis.\n• Have gout.\n\nOsteoporosis is common.";
        let said = read("osteoporosis", text, Some("Tell your doctor if you:"));
        let said: Vec<_> = said.into_iter().map(|(_, assertion)| assertion).collect();
        assert_eq!(
            said,
            [Some(Assertion::Hypothetical), Some(Assertion::Affirmed)]
        );
    }

    #[test]
    fn that_something_does_not_help_a_condition_denies_no_condition() {
        let said = |name: &str, text: &str| read(name, text, None)[0].1;
        for text in [
            "Dialysis does not cure kidney failure.",
            "Kidney failure does not respond to massage.",
            "Massage is unlikely to help kidney failure.",
            "There is no cure for kidney failure.",
        ] {
            assert_eq!(
                said("kidney failure", text),
                Some(Assertion::Affirmed),
                "{text}"
            );
        }
        for text in [
            "Massage does not cure kidney failure.",
            "Kidney failure does not respond to massage.",
            "There is no benefit from massage.",
        ] {
            let massage = said("massage therapy", text);
            assert_eq!(massage, Some(Assertion::Negated), "{text}");
        }
    }

    #[test]
    fn a_heading_states_something_where_it_is_an_order_or_a_denial() {
        let lexicon = Arc::new(Lexicon::builtin());
        let concept = lexicon
            .index_of("therapeutic ultrasound")
            .expect("it is in the lexicon");
        let topic = TopicNames {
            forms: lexicon.forms_of(&[concept]),
            near: lexicon.wordings_of(&[concept]),
            concepts: vec![concept],
        };
        let mut reader = SaidReader::new(lexicon, &[topic]);
        for (heading, states) in [
            ("Do not use ultrasound therapy over a plate", true),
            ("Never use ultrasound therapy over a growth plate", true),
            ("Ultrasound therapy is not recommended in pregnancy", true),
            ("Avoid ultrasound therapy over a pacemaker", true),
            ("Ultrasound therapy does not help a fracture", true),
            ("Ultrasound therapy", false),
            ("Risks of ultrasound therapy", false),
            ("Is ultrasound therapy not recommended?", false),
            ("When not to use ultrasound therapy", false),
            ("Who should not have ultrasound therapy", false),
            ("Healing without ultrasound therapy", false),
            ("Recommended dose of ultrasound therapy", false),
            ("For people who do not need ultrasound therapy", false),
        ] {
            let said = reader.read_heading(heading);
            assert_eq!(said.len(), 1, "{heading}");
            assert_eq!(said[0].claim.is_some(), states, "{heading}");
        }
    }
}
