//! # The lexicon
//!
//! What palpate knows of medicine, as data: concepts with their names, synonyms, abbreviations
//! and lay names. "Brittle bones" is osteoporosis, HVLA is a thrust technique, a price is a cost.
//!
//! The built-in concepts are in `src/data/`, written from general knowledge. Users add their
//! own files in the Solr synonyms or the OBO format ([`Lexicon::with_files`]).
//!
//! All surface forms go through the one analysis chain. A query looks up its few runs of words; for
//! the texts of a build the forms are compiled into an automaton (`Matcher`), which finds the
//! longest forms in one pass, whatever their number.

mod builtin;
mod matcher;
mod obo;
mod solr;

pub(crate) use builtin::DATA;

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::analysis::{self, Analyzer, Word};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// The preferred name.
    pub name: String,
    pub kind: Kind,
    /// The indices of the directly broader concepts, see [`Lexicon::concept`].
    broader: Vec<usize>,
    /// The terms of every form it can be searched by, the preferred name first.
    forms: Vec<Vec<String>>,
}

impl Concept {
    /// The forms of the concept as sequences of terms, the preferred name first.
    pub fn forms(&self) -> &[Vec<String>] {
        &self.forms
    }
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
    #[error("{0}: lexicon files end in .txt (Solr synonyms) or .obo")]
    UnknownType(PathBuf),
}

/// A form of a concept on its way into the lexicon.
struct NewForm {
    text: String,
    /// Abbreviations count only as they are written: "IT" is not "it".
    exact_case: bool,
    /// Whether a search for the concept looks for this form too. A one-way form only leads in.
    searched: bool,
}

struct NewConcept {
    /// What others call it that are narrower.
    id: Option<String>,
    name: String,
    kind: Kind,
    forms: Vec<NewForm>,
    /// The ids of the directly broader concepts; one that nothing has is left out.
    broader: Vec<String>,
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
}

impl NameForm {
    /// Whether a text that has the terms of this form is written as the form demands.
    pub fn fits(&self, written: &str) -> bool {
        fits(self.exact_case.as_deref(), written)
    }
}

impl NewForm {
    /// A form that is recognised and searched; abbreviations are told by their capitals.
    fn new(text: &str) -> NewForm {
        let letters = text.chars().filter(|c| c.is_alphabetic());
        NewForm {
            text: text.to_owned(),
            exact_case: text.len() <= SHORT
                && letters.clone().count() > 0
                && letters.clone().all(char::is_uppercase),
            searched: true,
        }
    }

    /// The plural of an abbreviation, which no stemmer knows: "MRIs".
    fn plural(&self) -> Option<String> {
        self.exact_case.then(|| format!("{}s", self.text))
    }
}

/// What closes in each term of a key; no term has them.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// Abbreviations of up to this many letters are matched by case.
const SHORT: usize = 4;

/// One way a concept may be written, as the automaton knows it.
struct Form {
    concept: usize,
    exact_case: Option<String>,
}

/// Concepts, and the forms by which they are found.
pub struct Lexicon {
    concepts: Vec<Concept>,
    forms: Vec<Form>,
    /// The terms of each form, as [`key`] joins them, to the form.
    keys: HashMap<String, usize>,
    /// The most words a form has.
    longest: usize,
}

impl Lexicon {
    /// The built-in concepts.
    pub fn builtin() -> Lexicon {
        Lexicon::of(builtin::concepts())
    }

    /// The built-in concepts and those of the user's files. What a file says of a form
    /// overrides what was said before.
    pub fn with_files(paths: &[PathBuf]) -> Result<Lexicon, LexiconError> {
        let mut concepts = builtin::concepts();
        for path in paths {
            concepts.extend(read_file(path)?);
        }
        Ok(Lexicon::of(concepts))
    }

    fn of(new: Vec<NewConcept>) -> Lexicon {
        let mut concepts = Vec::with_capacity(new.len());
        let mut forms: Vec<Form> = Vec::new();
        let mut keys: HashMap<String, usize> = HashMap::new();
        let mut analyzer = Analyzer::default();
        let ids: HashMap<String, usize> = new
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| Some((entry.id.clone()?, index)))
            .collect();
        for entry in new {
            let mut searched: Vec<Vec<String>> = Vec::new();
            for form in entry.forms {
                let terms = terms(&analyzer.words(&form.text));
                if terms.is_empty() {
                    continue;
                }
                keys.insert(key(terms.iter().map(String::as_str)), forms.len());
                if let Some(plural) = form.plural() {
                    let plural = self::terms(&analyzer.words(&plural));
                    let key = key(plural.iter().map(String::as_str));
                    keys.entry(key).or_insert(forms.len());
                }
                forms.push(Form {
                    concept: concepts.len(),
                    exact_case: form.exact_case.then_some(form.text),
                });
                if form.searched && !searched.contains(&terms) {
                    searched.push(terms);
                }
            }
            concepts.push(Concept {
                name: entry.name,
                kind: entry.kind,
                broader: entry
                    .broader
                    .iter()
                    .filter_map(|id| ids.get(id).copied())
                    .collect(),
                forms: searched,
            });
        }
        Lexicon::assemble(concepts, forms, keys)
    }

    fn assemble(concepts: Vec<Concept>, forms: Vec<Form>, keys: HashMap<String, usize>) -> Lexicon {
        let words = |key: &String| key.matches(OPEN).count();
        Lexicon {
            longest: keys.keys().map(words).max().unwrap_or(0),
            concepts,
            forms,
            keys,
        }
    }

    /// The number of concepts.
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }

    /// The concept with that index.
    pub fn concept(&self, index: usize) -> &Concept {
        &self.concepts[index]
    }

    /// The concept that a text names, exactly and as a whole.
    pub fn named(&self, text: &str) -> Option<&Concept> {
        self.index_of(text).map(|index| &self.concepts[index])
    }

    /// The index of the concept that a text names, exactly and as a whole.
    pub fn index_of(&self, text: &str) -> Option<usize> {
        let terms = terms(&analysis::words(text));
        let form = self.keys.get(&key(terms.iter().map(String::as_str)))?;
        Some(self.forms[*form].concept)
    }

    /// Whether a word (folded, unstemmed) is a name of a concept, or a part of one.
    pub fn has_word(&self, surface: &str) -> bool {
        let words = analysis::words(surface);
        let [word] = &words[..] else {
            return false;
        };
        let part = key(std::iter::once(word.term.as_str()));
        self.keys.keys().any(|key| key.contains(&part))
    }

    /// All concepts that are narrower than one, directly or not, in the order of their indices.
    pub fn narrower(&self, concept: usize) -> Vec<usize> {
        let mut below = BTreeSet::from([concept]);
        loop {
            let known = below.len();
            for (index, entry) in self.concepts.iter().enumerate() {
                if entry.broader.iter().any(|broader| below.contains(broader)) {
                    below.insert(index);
                }
            }
            if below.len() == known {
                break;
            }
        }
        below.remove(&concept);
        below.into_iter().collect()
    }

    /// Every form by which one of some concepts is recognised, in a fixed order.
    pub fn forms_of(&self, concepts: &[usize]) -> Vec<NameForm> {
        let of_them = self.keys.iter().filter_map(|(key, &form)| {
            let Form {
                concept,
                exact_case,
            } = &self.forms[form];
            let terms = key.split([OPEN, CLOSE]).filter(|term| !term.is_empty());
            concepts.contains(concept).then(|| NameForm {
                concept: *concept,
                terms: terms.map(str::to_owned).collect(),
                exact_case: exact_case.clone(),
            })
        });
        let mut forms: Vec<NameForm> = of_them.collect();
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
        let lengths = (1..=self.longest.min(whole.len())).rev();
        lengths.into_iter().find_map(|length| {
            let run = whole[..length].iter().map(|&i| words[i].term.as_str());
            Some((*self.keys.get(&key(run))?, length))
        })
    }

    /// The mention of a form, if what is written is as the form demands.
    fn mention(&self, form: usize, written: &str, words: Range<usize>) -> Option<Mention> {
        let form = &self.forms[form];
        form.fits(written).then_some(Mention {
            concept: form.concept,
            words,
        })
    }

    /// Writes the lexicon in a form that is read in a moment.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for concept in &self.concepts {
            writeln!(file, "{}\t{}", concept.kind.name(), one_line(&concept.name))?;
            for terms in &concept.forms {
                writeln!(file, "=\t{}", terms.join(" "))?;
            }
            for broader in &concept.broader {
                writeln!(file, "<\t{broader}")?;
            }
        }
        let mut keys: Vec<_> = self.keys.iter().collect();
        // The same lexicon is the same file.
        keys.sort_unstable();
        for (key, &form) in keys {
            let Form {
                concept,
                exact_case,
            } = &self.forms[form];
            let exact = exact_case.as_deref().map(one_line).unwrap_or_default();
            writeln!(file, "@\t{concept}\t{exact}\t{key}")?;
        }
        file.flush()?;
        file.get_ref().sync_all()
    }

    /// Reads what [`Lexicon::write`] wrote.
    pub(crate) fn read(path: &Path) -> std::io::Result<Lexicon> {
        let text = std::fs::read_to_string(path)?;
        Lexicon::parse(&text).ok_or_else(|| {
            std::io::Error::new(std::io::ErrorKind::InvalidData, "not a compiled lexicon")
        })
    }

    /// Reads what [`Lexicon::write`] wrote; `None` where it is something else.
    pub(crate) fn parse(text: &str) -> Option<Lexicon> {
        let mut concepts: Vec<Concept> = Vec::new();
        let mut forms = Vec::new();
        let mut keys = HashMap::new();
        for line in text.lines() {
            let (mark, rest) = line.split_once('\t')?;
            match mark {
                "=" => {
                    let terms = rest.split(' ').map(str::to_owned).collect();
                    concepts.last_mut()?.forms.push(terms);
                }
                "<" => concepts.last_mut()?.broader.push(rest.parse().ok()?),
                "@" => {
                    let mut fields = rest.splitn(3, '\t');
                    let concept = fields
                        .next()?
                        .parse()
                        .ok()
                        .filter(|&c: &usize| c < concepts.len())?;
                    let exact = fields.next()?;
                    keys.insert(fields.next()?.to_owned(), forms.len());
                    forms.push(Form {
                        concept,
                        exact_case: (!exact.is_empty()).then(|| exact.to_owned()),
                    });
                }
                kind => concepts.push(Concept {
                    name: rest.to_owned(),
                    kind: Kind::named(kind)?,
                    broader: Vec::new(),
                    forms: Vec::new(),
                }),
            }
        }
        let known = |concept: &Concept| concept.broader.iter().all(|&b| b < concepts.len());
        concepts.iter().all(known).then_some(())?;
        Some(Lexicon::assemble(concepts, forms, keys))
    }
}

/// White space of any kind as single spaces: a name must not break the file it is written to.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Form {
    /// Whether a text that has the terms of this form is written as the form demands.
    fn fits(&self, written: &str) -> bool {
        fits(self.exact_case.as_deref(), written)
    }
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

fn read_file(path: &Path) -> Result<Vec<NewConcept>, LexiconError> {
    let text = || {
        std::fs::read_to_string(path).map_err(|cause| LexiconError::Io {
            path: path.to_owned(),
            cause,
        })
    };
    let at_line = |(line, cause): (usize, String)| LexiconError::Line {
        path: path.to_owned(),
        line,
        cause,
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("txt" | "syn" | "synonyms") => solr::parse(&text()?).map_err(at_line),
        Some("obo") => obo::parse(&text()?).map_err(at_line),
        _ => Err(LexiconError::UnknownType(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(entries: &[(&str, Kind, &[&str])]) -> Lexicon {
        Lexicon::of(
            entries
                .iter()
                .map(|(name, kind, forms)| NewConcept {
                    id: None,
                    broader: Vec::new(),
                    name: (*name).to_owned(),
                    kind: *kind,
                    forms: std::iter::once(name)
                        .chain(*forms)
                        .map(|form| NewForm::new(form))
                        .collect(),
                })
                .collect(),
        )
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
            lexicon.named("Broken ribs").map(|c| c.name.as_str()),
            Some("rib fracture")
        );
        assert!(lexicon.named("rib").is_none());
    }

    #[test]
    fn narrower_concepts_at_any_depth() {
        let lexicon = Lexicon::builtin();
        let pain = lexicon.index_of("pain").expect("it is in the data");
        let names: Vec<&str> = lexicon
            .narrower(pain)
            .into_iter()
            .map(|index| lexicon.concept(index).name.as_str())
            .collect();
        assert!(names.contains(&"chronic pain") && names.contains(&"chronic low back pain"));
        assert!(!names.contains(&"pain") && !names.contains(&"osteoporosis"));
    }

    #[test]
    fn a_circle_of_broader_concepts_ends() {
        let concept = |id: &str, broader: &str| NewConcept {
            id: Some(id.to_owned()),
            name: id.to_owned(),
            kind: Kind::Condition,
            forms: vec![NewForm::new(id)],
            broader: vec![broader.to_owned(), "nowhere".to_owned()],
        };
        let lexicon = Lexicon::of(vec![concept("gout", "rash"), concept("rash", "gout")]);
        assert_eq!(lexicon.narrower(0), [1]);
        assert_eq!(lexicon.narrower(1), [0]);
    }

    #[test]
    fn a_written_lexicon_is_the_same_when_read() -> std::io::Result<()> {
        let lexicon = Lexicon::builtin();
        let file = tempfile::NamedTempFile::new()?;
        lexicon.write(file.path())?;
        let back = Lexicon::read(file.path())?;
        assert_eq!(back.concepts, lexicon.concepts);
        let text = "Expecting mothers with brittle bones should avoid HVLA.";
        assert_eq!(found(&back, text), found(&lexicon, text));
        std::fs::write(file.path(), "nonsense")?;
        assert!(Lexicon::read(file.path()).is_err());
        Ok(())
    }
}
