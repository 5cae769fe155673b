//! Sentences on the invented disease "zorbitis", each with what it says of it.

use super::*;
use crate::analysis::Analyzer;
use crate::annotate::{Experiencer, Population, Reading, Time};

/// Reads sentences, by one analyzer.
struct SentenceReader {
    analyzer: Analyzer,
    triggers: Triggers,
}

impl SentenceReader {
    fn new() -> SentenceReader {
        let mut analyzer = Analyzer::default();
        SentenceReader {
            triggers: Triggers::builtin(&mut analyzer),
            analyzer,
        }
    }

    /// What a sentence says of some bytes of it.
    fn claim(&mut self, text: &str, bytes: &Range<usize>) -> Claim {
        let tokens = self.analyzer.tokens(text);
        let reading = Reading::new(&self.analyzer, text, &tokens);
        let own = reading.stretch(0..reading.words.len());
        let clauses = Clauses::read(&self.triggers, &[], own);
        clauses.claim(&self.triggers, &reading.words_within(bytes))
    }

    fn of(&mut self, text: &str, name: &str) -> Claim {
        let lower = text.to_lowercase();
        let at = lower.find(name).expect("the name is in the text");
        self.claim(text, &(at..at + name.len()))
    }
}

fn all_say(expected: Assertion, texts: &[&str]) {
    let mut reader = SentenceReader::new();
    let wrong: Vec<String> = texts
        .iter()
        .map(|text| (text, reader.of(text, "zorbitis").assertion))
        .filter(|(_, said)| *said != expected)
        .map(|(text, said)| format!("{said:?}: {text}"))
        .collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
}

#[test]
fn denials() {
    all_say(
        Assertion::Negated,
        &[
            "It carries no risk of zorbitis.",
            "There is no evidence of zorbitis.",
            "The patient denies zorbitis.",
            "They are not at an increased risk of zorbitis.",
            "Growths are not zorbitis.",
            "It does not usually cause zorbitis.",
            "Denies chills, sweats, rash, joint pain, hair loss and zorbitis.",
            "She does not have gout, a fever, swollen glands, a stiff neck, or any zorbitis.",
            "Gout, asthma and zorbitis were ruled out.",
            "Zorbitis and gout have been excluded.",
            "Zorbitis: none.",
            "Massage cannot cause zorbitis.",
            "A cold is not the same thing as zorbitis.",
            "Hair loss has never led to zorbitis.",
            "Unlike zorbitis, gout comes and goes.",
            "It is a strain rather than zorbitis.",
            "The spots come not from zorbitis but from heat.",
            "Swimming won't bring on zorbitis.",
            "Zorbitis does not occur after a massage.",
            "Zorbitis is not a side effect of the tablets.",
            "Zorbitis has never been reported.",
            "Her knee is free of zorbitis.",
            "You are unlikely to develop zorbitis.",
            "There is not enough evidence that it leads to zorbitis.",
            "Never use zorbitis.",
            "Zorbitis must not be given.",
            "Zorbitis doesn't help.",
            "There is no clear benefit from heat, traction or zorbitis.",
            "A pink patch doesn't mean that you have zorbitis.",
            "No evidence of (residual) zorbitis.",
            "No pain (headache) or zorbitis.",
            "No more than a tenth (10%) were without zorbitis.",
            "They do not have pain or develop zorbitis.",
            "Days without fever, cough, or zorbitis.",
            "Without zorbitis, fever, or cough.",
            "Zorbitis after surgery is not recommended.",
            "The limbs show absent zorbitis.",
            "There is no risk of gout or of zorbitis.",
            "She has no pain in the arms or legs and no zorbitis.",
        ],
    );
}

#[test]
fn what_looks_like_a_denial() {
    all_say(
        Assertion::Affirmed,
        &[
            "No cure for zorbitis is known.",
            "There is no vaccine against zorbitis.",
            "Without care, zorbitis spreads and becomes worse.",
            "Lack of sleep leads to zorbitis.",
            "Absent eyelashes - zorbitis.",
            "Lack of energy, headaches, zorbitis.",
            "A clear scan does not exclude zorbitis.",
            "Nobody knows what brings on zorbitis.",
            "It is not only gout, it is zorbitis.",
            "It is not rare to see zorbitis.",
            "There is no pain, but there is zorbitis.",
            "No fracture was seen and the child has zorbitis.",
            "It does not hurt and it helps in zorbitis.",
            "With or without fever, zorbitis hurts.",
            "Severe zorbitis is a contraindication.",
            "Men who have no children often have zorbitis.",
            "No operation is needed in zorbitis.",
            "A rare disorder characterized by zorbitis.",
            "Lack of nail growth 90% Zorbitis 90% Short toes 50%",
            "Lack of tears (dry eyes) zorbitis",
            "The disease leads to absent nails and zorbitis.",
            "A test shows whether a baby has gout, but it has a risk of zorbitis.",
            "If you stand up too fast, you'll have zorbitis.",
            "If it reaches the knees, walking can end in zorbitis.",
            "Avoid contact with zorbitis.",
            "It occurs in the absence of any cause or in people with zorbitis.",
            "They cannot have children (are at risk of zorbitis).",
            "Some see zorbitis (things that are not there).",
            "Wounds heal slowly or not at all, with zorbitis.",
            "Loose clothes help some patients avoid zorbitis.",
            "Attacks are brought on by nights without sleep, zorbitis, or stress.",
            "A non-itchy zorbitis comes and goes.",
            "Other measures include zorbitis, tablets, and an operation if other treatments don't work.",
            "Many have no signs at all, especially early on, some of the older ones develop zorbitis.",
        ],
    );
}

#[test]
fn hedges() {
    all_say(
        Assertion::Hedged,
        &[
            "Rarely, zorbitis occurs.",
            "They have mild or no zorbitis.",
            "You may have pain in the joints, a fever, a headache or zorbitis.",
            "Zorbitis and gout may be due to the tablets.",
            "Zorbitis is rare in children.",
            "A rare complication is zorbitis.",
            "The chance of zorbitis is very small.",
            "In some people it leads to zorbitis.",
            "Zorbitis is an uncommon side effect.",
            "Zorbitis appears to run in families.",
            "It is thought that it causes zorbitis.",
            "Zorbitis happens in fewer than 1 in 100 people.",
            "It is not treated, and zorbitis may follow.",
            "Attacks may have no known reason or be set off by zorbitis.",
            "A delay may be caused by zorbitis.",
            "It is probably due to zorbitis.",
        ],
    );
}

#[test]
fn conditions() {
    all_say(
        Assertion::Hypothetical,
        &[
            "It is not used if there is zorbitis.",
            "If the tablets don't work, zorbitis should be tried.",
            "Without zorbitis, people do not survive.",
            "Without early zorbitis, most of those affected die within a year.",
            "Tell us if you think that you may have had zorbitis.",
            "Tell your doctor if you have: gout (e.g., of the toe), recent ulcers, certain heart \
             diseases (pericarditis, endocarditis), major surgery, high blood pressure, or zorbitis.",
            "Should you have zorbitis, wait.",
            "Anyone who has zorbitis should ask first.",
            "People with gout, asthma or zorbitis should not have a massage.",
            "Seek medical help for zorbitis.",
            "When zorbitis starts, call your doctor.",
            "Blood is tested for zorbitis.",
        ],
    );
    all_say(
        Assertion::Affirmed,
        &[
            "If you smoke, you will get zorbitis.",
            "Most people with zorbitis feel well.",
            "When the lining swells there is zorbitis.",
        ],
    );
}

#[test]
fn what_is_denied_ends_before_a_limit_and_a_named_absence() {
    all_say(
        Assertion::Affirmed,
        &["It does not show until zorbitis sets in."],
    );
    all_say(
        Assertion::Hypothetical,
        &["Without zorbitis it can be hard to tell."],
    );
    let mut reader = SentenceReader::new();
    let text = "There may be no menstrual periods (amenorrhea), and no fever (pyrexia).";
    assert_ne!(reader.of(text, "amenorrhea").assertion, Assertion::Negated);
    assert_eq!(reader.of(text, "pyrexia").assertion, Assertion::Negated);
}

#[test]
fn each_of_a_choice_is_denied() {
    all_say(
        Assertion::Negated,
        &[
            "It is not gout, zorbitis or lupus.",
            "The lump is not cancer or zorbitis.",
            "The rash was never itchy, sore, zorbitis or raised.",
        ],
    );
    all_say(
        Assertion::Affirmed,
        &[
            "The lump is not cancer, and zorbitis or gout causes the pain.",
            "It is not cancer, but zorbitis or gout.",
            "She is not well, tired or has zorbitis.",
            "It is not a cold: zorbitis or flu makes you tired.",
        ],
    );
}

#[test]
fn whose_and_when() {
    let mut reader = SentenceReader::new();
    let mut of = |text: &str| reader.of(text, "zorbitis");
    assert_eq!(
        of("Family history of zorbitis.").experiencer,
        Experiencer::Family
    );
    assert_eq!(
        of("Her mother had zorbitis.").experiencer,
        Experiencer::Family
    );
    assert_eq!(of("He has a history of zorbitis.").time, Time::Historical);
    assert_eq!(of("He has zorbitis.").time, Time::Recent);
    assert_eq!(of("A two day history of zorbitis.").time, Time::Recent);
    let during = of("During pregnancy, zorbitis gets worse.").population;
    assert_eq!(during, Some(Population::Pregnancy));
}

#[test]
fn advice() {
    let mut reader = SentenceReader::new();
    let mut of = |text: &str, name: &str| {
        let claim = reader.of(text, name);
        (claim.assertion, claim.advice)
    };
    let text = "Traction is not recommended for people with zorbitis.";
    assert_eq!(
        of(text, "traction"),
        (Assertion::Negated, Some(Advice::NotRecommended))
    );
    assert_eq!(
        of(text, "zorbitis"),
        (Assertion::Hypothetical, Some(Advice::NotRecommended))
    );
    let text = "Traction is contraindicated in zorbitis.";
    assert_eq!(of(text, "zorbitis").1, Some(Advice::Contraindicated));
    let text = "Exercise is recommended.";
    assert_eq!(
        of(text, "exercise"),
        (Assertion::Affirmed, Some(Advice::Recommended))
    );
    let claim = reader.of("Ultrasound is unlikely to help.", "ultrasound");
    assert!(claim.no_benefit && claim.assertion == Assertion::Negated);
}

mod collected;
