//! Annotation and the reading of questions, against what people judged before they saw any output
//! (`tests/judged/`). The figures are printed; the floors asserted here are what must not be lost.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::common;
use palpate::annotate::{Annotator, Asked, Aspect};
use palpate::document::{Block, BlockKind, Document};
use palpate::lexicon::Lexicon;
use palpate::passage;
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect()
}

/// The text of a judged passage: written out, or a span (bytes, white space folded) of some lines
/// of a page, which is only there where the collections are.
fn text(judged: &Value, collections: Option<&Path>) -> Option<String> {
    if let Some(text) = judged["text"].as_str() {
        return Some(text.to_owned());
    }
    let (file, lines) = judged["origin"].as_str()?.rsplit_once(':')?;
    let (first, last) = lines.split_once('-')?;
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    let page = std::fs::read_to_string(collections?.join(file)).expect("the page is there");
    let words: Vec<&str> = page
        .lines()
        .skip(first - 1)
        .take(last + 1 - first)
        .flat_map(str::split_whitespace)
        .collect();
    let span = |n: usize| judged["span"][n].as_u64().map(|at| at as usize);
    Some(words.join(" ")[span(0)?..span(1)?].to_owned())
}

/// A document of one passage, under its heading if it has one.
fn document(heading: Option<&str>, text: &str) -> Document {
    let mut blocks = Vec::new();
    let mut all = String::new();
    if let Some(heading) = heading {
        all = format!("{heading}\n\n");
        blocks.push(Block {
            kind: BlockKind::Heading { level: 2 },
            bytes: 0..all.len(),
        });
    }
    let start = all.len();
    all.push_str(text);
    blocks.push(Block {
        kind: BlockKind::Paragraph,
        bytes: start..all.len(),
    });
    Document::new("leaflet.txt".into(), "Leaflet".into(), all, blocks)
}

#[derive(Default)]
struct Tally {
    right: f64,
    shown: f64,
    judged: f64,
}

impl Tally {
    fn add(&mut self, shown: bool, judged: bool) {
        self.right += f64::from(u8::from(shown && judged));
        self.shown += f64::from(u8::from(shown));
        self.judged += f64::from(u8::from(judged));
    }

    fn precision(&self) -> f64 {
        self.right / self.shown.max(1.0)
    }

    fn recall(&self) -> f64 {
        self.right / self.judged.max(1.0)
    }
}

/// The aspects that no collection labels, and risk.
const CUED: [&str; 9] = [
    "technique",
    "preparation",
    "procedure",
    "recovery",
    "benefits",
    "alternatives",
    "cost",
    "provider",
    "risk",
];

#[test]
fn aspects_of_judged_passages() {
    let mut annotator = Annotator::new(Arc::new(Lexicon::builtin()));
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    let collections = common::collections();
    for judged in lines(include_str!("../judged/aspects.jsonl")) {
        let Some(text) = text(&judged, collections.as_deref()) else {
            continue;
        };
        let document = document(judged["heading"].as_str(), &text);
        let passages = passage::cut(&document);
        let annotations = annotator.annotate(&document, &passages);
        let labels: Vec<&str> = annotations
            .iter()
            .flat_map(|annotations| annotations.aspects.shown())
            .map(Aspect::label)
            .collect();
        let wanted = judged["aspects"].as_array().expect("aspects");
        for aspect in CUED {
            let (shown, judged) = (labels.contains(&aspect), wanted.iter().any(|a| a == aspect));
            tallies.entry(aspect).or_default().add(shown, judged);
            all.add(shown, judged);
        }
    }
    for (aspect, tally) in &tallies {
        println!(
            "{aspect:<14} precision {:.2} recall {:.2} of {}",
            tally.precision(),
            tally.recall(),
            tally.judged
        );
    }
    println!(
        "{:<14} precision {:.2} recall {:.2} of {}",
        "all",
        all.precision(),
        all.recall(),
        all.judged
    );
    assert!(all.precision() >= 0.67 && all.recall() >= 0.62);
}

#[test]
fn questions_in_words_of_others() {
    let (mut right, mut asked, mut left_alone, mut plain) = (0.0, 0.0, 0.0, 0.0);
    for judged in lines(include_str!("../judged/questions.jsonl")) {
        let reading = Asked::of(judged["text"].as_str().expect("text"));
        let label = reading
            .best()
            .and_then(|name| Aspect::named(name).first().map(|a| a.label()));
        match judged["aspect"].as_str() {
            Some(aspect) => {
                asked += 1.0;
                right += f64::from(u8::from(label == Some(aspect)));
            }
            None => {
                plain += 1.0;
                left_alone += f64::from(u8::from(label.is_none()));
            }
        }
    }
    println!(
        "{right} of {asked} questions read right, {left_alone} of {plain} plain topics left alone"
    );
    assert!(right / asked >= 0.80 && left_alone / plain >= 0.90);
}
