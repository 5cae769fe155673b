//! # The lexicon
//!
//! What palpate knows of medicine, as data: concepts with their names, synonyms, abbreviations
//! and lay names. "Brittle bones" is osteoporosis, HVLA is a thrust technique, a price is a cost.
//!
//! The built-in concepts are in `src/data/`, written from general knowledge. Users add their
//! own files in the same TOML, the Solr synonyms or the OBO format ([`Lexicon::with_files`]); what
//! they say joins what is there (`join`).
//!
//! All surface forms go through the one analysis chain. A lexicon is compiled once (`compiled`) and
//! kept with an index. A query looks up its few runs of words; for the texts of a build the forms
//! are compiled into an automaton (`Matcher`), which finds the longest forms in one pass, whatever
//! their number.

mod compiled;
mod entry;
mod inflection;
mod join;
mod matcher;
mod nearest;
mod obo;
mod ontology;
mod read;
mod solr;
mod tables;
mod wordings;

pub use entry::Remark;
pub use read::{FileReport, check};
pub use tables::check_table;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fst::Map;

use serde::{Deserialize, Serialize};

use crate::analysis::{self, Word};
use compiled::LexiconTables;
use join::FormJoiner;

pub(crate) use inflection::{is_near_alone, near};
pub(crate) use matcher::Matcher;

/// What a concept is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A disease, symptom or state of health.
    Condition,
    /// Something done about it: treatment, examination, drug.
    Technique,
    /// Something that can go wrong, or that speaks against a technique.
    Risk,
    /// Any other word with synonyms.
    Term,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Condition, Kind::Technique, Kind::Risk, Kind::Term];

    /// The name in data files, output and filters.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Condition => "condition",
            Kind::Technique => "technique",
            Kind::Risk => "risk",
            Kind::Term => "term",
        }
    }

    fn named(name: &str) -> Option<Kind> {
        let all = [Kind::Condition, Kind::Technique, Kind::Risk, Kind::Term];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// A concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concept<'l> {
    /// The preferred name.
    pub name: &'l str,
    pub kind: Kind,
}

/// A concept found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The index of the concept, see [`Lexicon::concept`].
    pub concept: usize,
    /// Which of the words given it covers.
    pub words: Range<usize>,
}

/// Why a lexicon file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    #[error("{path}: {cause}")]
    Io {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{path}:{line}: {cause}")]
    Line {
        path: PathBuf,
        line: usize,
        cause: String,
    },
    #[error("{0}: lexicon files end in .txt (Solr synonyms), .obo or .toml")]
    UnknownType(PathBuf),
}

/// One way a concept may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameForm {
    /// The concept it is a name of, see [`Lexicon::concept`].
    pub concept: usize,
    /// Its terms.
    pub terms: Vec<String>,
    /// Abbreviations count only as they are written here.
    pub exact_case: Option<String>,
    /// The ways its words are written (folded, parted by spaces); without any they count by their stems.
    pub written: Vec<String>,
}

impl NameForm {
    /// Whether a text that has the terms of this form is written as the form demands.
    pub fn fits(&self, written: &str) -> bool {
        fits(self.exact_case.as_deref(), written)
    }

    /// Whether words (folded) that have the terms of this form are its words, or inflections of them.
    pub(crate) fn has_words<'w>(&self, words: impl Iterator<Item = &'w str> + Clone) -> bool {
        is_one_of(self.written.iter().map(String::as_str), words)
    }
}

/// Whether words (folded) are a name in one of the ways in which it is written; where none is known, stems do.
fn is_one_of<'n, 'w>(
    ways: impl Iterator<Item = &'n str>,
    words: impl Iterator<Item = &'w str> + Clone,
) -> bool {
    let mut ways = ways.peekable();
    ways.peek().is_none() || ways.any(|way| spells(way, words.clone()))
}

/// Whether words (folded) are those of a name, or stand for them.
fn spells<'w>(name: &str, mut words: impl Iterator<Item = &'w str>) -> bool {
    let alone = !name.contains(' ');
    let mut of_name = name.split(' ');
    loop {
        match (of_name.next(), words.next()) {
            (None, None) => return true,
            (Some(word), Some(written)) if inflection::stands_for(word, written, alone) => {}
            _ => return false,
        }
    }
}

/// What closes in each term of a key; no term has them.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// Abbreviations of up to this many letters are matched by case.
const SHORT: usize = 4;

/// Concepts, and the forms by which they are found.
pub struct Lexicon {
    tables: LexiconTables,
    places: Vec<u32>,
    text: Box<str>,
    /// The terms of each form, as [`key`] joins them, to the form.
    map: Map<Vec<u8>>,
    /// All of it, as it is written.
    bytes: Box<[u8]>,
    /// By concept, those right below it; made when first asked for.
    below: OnceLock<Vec<Vec<u32>>>,
}

impl Lexicon {
    /// The built-in concepts.
    pub fn builtin() -> Lexicon {
        let mut joiner = FormJoiner::default();
        joiner.add(tables::concepts());
        joiner.parts().compile()
    }

    /// The built-in concepts and those of the user's files, which join what is there.
    pub fn with_files(paths: &[PathBuf]) -> Result<Lexicon, LexiconError> {
        read::with_files(paths)
    }

    /// The number of concepts.
    pub fn len(&self) -> usize {
        self.tables.concepts
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The concept with that index.
    pub fn concept(&self, index: usize) -> Concept<'_> {
        Concept {
            name: self.name_of(index),
            kind: self.kind_of(index),
        }
    }

    /// The forms a concept is searched by as sequences of terms, the preferred name first.
    pub(crate) fn searched_forms(&self, index: usize) -> Vec<Vec<String>> {
        let forms = self.searched_of(index);
        forms
            .map(|terms| terms.split(' ').map(str::to_owned).collect())
            .collect()
    }

    /// The concept that a text names, exactly and as a whole.
    pub fn named(&self, text: &str) -> Option<Concept<'_>> {
        self.index_of(text).map(|index| self.concept(index))
    }

    /// The index of the concept that a text names, exactly and as a whole.
    pub(crate) fn index_of(&self, text: &str) -> Option<usize> {
        let words = analysis::words(text);
        let terms = terms(&words);
        let form = self.form_by_key(&key(terms.iter().map(String::as_str)))?;
        let surfaces = words.iter().filter(|word| !word.compound);
        self.is_spelled(form, surfaces.map(|word| word.surface.as_str()))
            .then(|| self.concept_of_form(form))
    }

    /// Whether a word (folded, unstemmed) is a name of a concept, or a part of one, or an inflection
    /// of that. To have the stem of one is not enough: slips may have it.
    pub(crate) fn has_word(&self, surface: &str) -> bool {
        let words = analysis::words(surface);
        let [word] = &words[..] else {
            return false;
        };
        let part = key(std::iter::once(word.term.as_str()));
        let part = part.as_bytes();
        let mut keys = self.map.stream();
        while let Some((key, form)) = fst::Streamer::next(&mut keys) {
            if memchr::memmem::find(key, part).is_some()
                && self.is_written_in(form as usize, surface)
            {
                return true;
            }
        }
        false
    }

    /// Whether a word stands in one of the ways in which a form is written.
    fn is_written_in(&self, form: usize, surface: &str) -> bool {
        let mut ways = self.written_of(form).peekable();
        ways.peek().is_none()
            || ways.any(|way| {
                let alone = !way.contains(' ');
                way.split(' ')
                    .any(|word| inflection::stands_for(word, surface, alone))
            })
    }

    /// All concepts that are narrower than one, directly or not, in the order of their indices.
    pub fn narrower(&self, concept: usize) -> Vec<usize> {
        let mut found = BTreeSet::new();
        let mut ahead = vec![concept];
        while let Some(index) = ahead.pop() {
            let below = self.right_below(index).iter().map(|&index| index as usize);
            ahead.extend(below.filter(|&index| found.insert(index)));
        }
        found.remove(&concept);
        found.into_iter().collect()
    }

    /// The concepts that name one as broader.
    fn right_below(&self, concept: usize) -> &[u32] {
        let below = self.below.get_or_init(|| {
            let mut below = vec![Vec::new(); self.len()];
            for index in 0..self.len() {
                for &broader in self.broader_of(index) {
                    if let Some(below) = below.get_mut(broader as usize) {
                        below.push(index as u32);
                    }
                }
            }
            below
        });
        below.get(concept).map_or(&[], Vec::as_slice)
    }

    /// Every form by which one of some concepts is recognised, in a fixed order.
    pub(crate) fn forms_of(&self, concepts: &[usize]) -> Vec<NameForm> {
        let mut forms: Vec<NameForm> = Vec::new();
        self.each_key(|terms, form| {
            let concept = self.concept_of_form(form);
            if concepts.contains(&concept) {
                forms.push(NameForm {
                    concept,
                    terms: terms.map(str::to_owned).collect(),
                    exact_case: self.exact_case_of(form).map(str::to_owned),
                    written: self.written_of(form).map(str::to_owned).collect(),
                });
            }
        });
        forms.sort_unstable_by(|a, b| (a.concept, &a.terms).cmp(&(b.concept, &b.terms)));
        forms
    }

    /// Finds the concepts in the analysed words of a short text: the longest forms, from left to
    /// right, not overlapping. Every run of words is looked up, so nothing is compiled first.
    pub fn find(&self, text: &str, words: &[Word]) -> Vec<Mention> {
        let whole: Vec<usize> = (0..words.len()).filter(|&i| !words[i].compound).collect();
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < whole.len() {
            let Some((form, length)) = self.longest_at(words, &whole[at..]) else {
                at += 1;
                continue;
            };
            let covered = whole[at]..whole[at + length - 1] + 1;
            let bytes = words[covered.start].bytes.start..words[covered.end - 1].bytes.end;
            mentions.extend(self.mention(form, &text[bytes], covered));
            at += length;
        }
        mentions
    }

    fn longest_at(&self, words: &[Word], whole: &[usize]) -> Option<(usize, usize)> {
        let lengths = (1..=self.tables.longest.min(whole.len())).rev();
        lengths.into_iter().find_map(|length| {
            let run = whole[..length].iter().map(|&i| &words[i]);
            let form = self.form_by_key(&key(run.clone().map(|word| word.term.as_str())))?;
            let surfaces = run.map(|word| word.surface.as_str());
            self.is_spelled(form, surfaces).then_some((form, length))
        })
    }

    /// Whether words (folded) that have the terms of a form are its words, or inflections of them: alcohol is no
    /// alcoholism, though they have one stem.
    fn is_spelled<'w>(&self, form: usize, words: impl Iterator<Item = &'w str> + Clone) -> bool {
        is_one_of(self.written_of(form), words)
    }

    /// The mention of a form, if what is written is as the form demands.
    fn mention(&self, form: usize, written: &str, words: Range<usize>) -> Option<Mention> {
        let concept = self.concept_of_form(form);
        fits(self.exact_case_of(form), written).then_some(Mention { concept, words })
    }

    /// Writes the lexicon as it is kept with an index.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        std::fs::write(path, &self.bytes)
    }
}

/// White space of any kind as single spaces: a name must not break the file it is written to.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text is the abbreviation demanded, if one is, alone or in the plural.
fn fits(exact_case: Option<&str>, written: &str) -> bool {
    exact_case.is_none_or(|form| {
        written
            .strip_prefix(form)
            .is_some_and(|rest| matches!(rest, "" | "s"))
    })
}

/// A text of a lexicon file without the backslashes that made its next characters plain.
fn unescaped(text: &str) -> String {
    let mut escaped = false;
    text.chars()
        .filter(|&c| {
            escaped = c == '\\' && !escaped;
            !escaped
        })
        .collect()
}

fn terms(words: &[Word]) -> Vec<String> {
    let whole = words.iter().filter(|word| !word.compound);
    whole.map(|word| word.term.clone()).collect()
}

/// Joins terms so that a match in the joined string begins and ends where words do, and two
/// matches can stand side by side: each term is closed in by marks of its own.
fn key<'t>(terms: impl Iterator<Item = &'t str>) -> String {
    let mut joined = String::new();
    terms.for_each(|term| push_key(&mut joined, term));
    joined
}

fn push_key(joined: &mut String, term: &str) {
    joined.push(OPEN);
    joined.push_str(term);
    joined.push(CLOSE);
}

#[cfg(test)]
mod tests {
    use super::entry::{NewConcept, NewForm};
    use super::*;

    fn of(concepts: Vec<NewConcept>) -> Lexicon {
        let mut joiner = FormJoiner::default();
        joiner.add(concepts);
        joiner.parts().compile()
    }

    fn lexicon(entries: &[(&str, Kind, &[&str])]) -> Lexicon {
        of(entries
            .iter()
            .map(|(name, kind, forms)| NewConcept {
                line: 0,
                id: None,
                broader: Vec::new(),
                name: Some((*name).to_owned()),
                kind: Ok(*kind),
                forms: std::iter::once(name)
                    .chain(*forms)
                    .map(|form| NewForm::new(form))
                    .collect(),
            })
            .collect())
    }

    fn found(lexicon: &Lexicon, text: &str) -> Vec<String> {
        let words = analysis::words(text);
        lexicon
            .find(text, &words)
            .into_iter()
            .map(|mention| {
                let bytes =
                    words[mention.words.start].bytes.start..words[mention.words.end - 1].bytes.end;
                format!("{}={}", &text[bytes], lexicon.concept(mention.concept).name)
            })
            .collect()
    }

    #[test]
    fn the_longest_form_wins_and_word_ends_count() {
        let lexicon = lexicon(&[
            (
                "osteoporosis",
                Kind::Condition,
                &["brittle bones", "bone loss"],
            ),
            ("bone", Kind::Term, &[]),
            (
                "thrust technique",
                Kind::Technique,
                &["high-velocity low-amplitude"],
            ),
        ]);
        assert_eq!(
            found(&lexicon, "Brittle bones, bone loss and a backbone: bone"),
            [
                "Brittle bones=osteoporosis",
                "bone loss=osteoporosis",
                "bone=bone"
            ]
        );
        assert_eq!(
            found(&lexicon, "High velocity, low amplitude"),
            ["High velocity, low amplitude=thrust technique"]
        );
    }

    #[test]
    fn short_abbreviations_go_by_case() {
        let lexicon = lexicon(&[("information technology", Kind::Term, &["IT"])]);
        assert_eq!(found(&lexicon, "it is IT"), ["IT=information technology"]);
        let lexicon = Lexicon::builtin();
        assert_eq!(
            found(&lexicon, "MRIs, not mris"),
            ["MRIs=magnetic resonance imaging"]
        );
    }

    #[test]
    fn a_text_names_a_concept_only_as_a_whole() {
        let lexicon = lexicon(&[("rib fracture", Kind::Condition, &["broken rib"])]);
        assert_eq!(
            lexicon.named("Broken ribs").map(|c| c.name),
            Some("rib fracture")
        );
        assert!(lexicon.named("rib").is_none());
    }

    #[test]
    fn a_name_is_one_however_it_is_spelled() {
        let lexicon = Lexicon::builtin();
        for (written, otherwise) in [
            ("esophageal cancer", "oesophageal cancer"),
            ("anemia", "anaemia"),
            ("discitis", "diskitis"),
            ("discectomy", "diskectomy"),
            ("cesarean section", "caesarian section"),
            ("necrotizing fasciitis", "necrotising fasciitis"),
            ("somatization disorder", "somatisation disorder"),
            ("tonsillitis", "tonsilitis"),
            ("whiplash", "whip lash"),
            ("anti-inflammatory drugs", "antiinflammatory drugs"),
        ] {
            let name = |text: &str| lexicon.named(text).map(|concept| concept.name);
            assert!(name(written).is_some(), "{written}");
            assert_eq!(name(written), name(otherwise), "{otherwise}");
        }
    }

    #[test]
    fn narrower_concepts_at_any_depth() {
        let lexicon = Lexicon::builtin();
        let pain = lexicon.index_of("pain").expect("it is in the data");
        let names: Vec<&str> = lexicon
            .narrower(pain)
            .into_iter()
            .map(|index| lexicon.concept(index).name)
            .collect();
        assert!(names.contains(&"chronic pain") && names.contains(&"chronic low back pain"));
        assert!(!names.contains(&"pain") && !names.contains(&"osteoporosis"));
    }

    #[test]
    fn a_circle_of_broader_concepts_ends() {
        let concept = |id: &str, broader: &str| NewConcept {
            line: 0,
            id: Some(id.to_owned()),
            name: Some(id.to_owned()),
            kind: Ok(Kind::Condition),
            forms: vec![NewForm::new(id)],
            broader: vec![broader.to_owned(), "nowhere".to_owned()],
        };
        let lexicon = of(vec![concept("gout", "rash"), concept("rash", "gout")]);
        assert_eq!(lexicon.narrower(0), [1]);
        assert_eq!(lexicon.narrower(1), [0]);
    }

    #[test]
    fn a_written_lexicon_is_the_same_when_read() -> std::io::Result<()> {
        let lexicon = Lexicon::builtin();
        let file = tempfile::NamedTempFile::new()?;
        lexicon.write(file.path())?;
        let back = Lexicon::parse(std::fs::read(file.path())?.into()).expect("it was written");
        assert_eq!(back.len(), lexicon.len());
        for index in 0..back.len() {
            assert_eq!(back.concept(index), lexicon.concept(index));
            assert_eq!(back.broader_of(index), lexicon.broader_of(index));
            assert_eq!(back.searched_forms(index), lexicon.searched_forms(index));
        }
        let text = "Expecting mothers with brittle bones should avoid HVLA.";
        assert_eq!(found(&back, text), found(&lexicon, text));
        std::fs::write(file.path(), "nonsense")?;
        assert!(Lexicon::parse(std::fs::read(file.path())?.into()).is_none());
        Ok(())
    }
}
