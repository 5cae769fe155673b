//! Putting a lexicon together: the built-in concepts first, then what users' files say.
//!
//! Users' files join what is there. A concept of theirs with a name that a concept has already is
//! that concept: it keeps its kind, its preferred name, its other names and its broader
//! concepts, and gains theirs. A name that another concept has stays with it; nothing is taken away.

use std::collections::{HashMap, HashSet};

use super::compiled::{Form, Parts};
use super::entry::{AtLine, NewConcept, NewForm};
use super::{Kind, inflection, key, terms};
use crate::analysis::{self, Analyzer};

/// Names of more words are no names, and every query would pay for them.
const MOST_WORDS: usize = 24;

/// A concept as it comes together.
pub(super) struct Joined {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) broader: Vec<usize>,
    pub(super) searched: Vec<Vec<String>>,
}

/// What became of the concepts of one file.
#[derive(Default)]
pub(super) struct JoinOutcome {
    /// How many joined a concept that was there.
    pub(super) joined: usize,
    /// How many of each kind are new.
    pub(super) new: [usize; Kind::ALL.len()],
    /// How many names came in.
    pub(super) names: usize,
    pub(super) warnings: Vec<AtLine>,
    pub(super) errors: Vec<AtLine>,
}

/// Concepts and forms so far.
#[derive(Default)]
pub(super) struct FormJoiner {
    analyzer: Analyzer,
    concepts: Vec<Joined>,
    forms: Vec<Form>,
    /// The terms of each form, as [`key`] joins them, to the form.
    keys: HashMap<String, usize>,
    ids: HashMap<String, usize>,
    /// What is narrower, the id of what is broader, and where that is said.
    broader: Vec<(usize, String, usize)>,
}

/// A form with its terms.
struct Read {
    form: NewForm,
    terms: Vec<String>,
    /// Its words, folded, parted by spaces.
    written: String,
}

impl Read {
    fn key(&self) -> String {
        key(self.terms.iter().map(String::as_str))
    }
}

impl FormJoiner {
    /// Adds concepts that are known to have nothing in common.
    pub(super) fn add(&mut self, concepts: Vec<NewConcept>) {
        for concept in concepts {
            let forms = self.read(concept.forms);
            let index = self.begin(concept.name.as_deref(), concept.kind);
            for read in forms {
                self.insert(index, &read);
                self.search_by(index, read);
            }
            self.note(index, concept.id, concept.broader, concept.line);
        }
        self.resolve(&mut JoinOutcome::default());
    }

    /// Joins the concepts of a user's file to what is there.
    pub(super) fn join(&mut self, concepts: Vec<NewConcept>) -> JoinOutcome {
        let mut outcome = JoinOutcome::default();
        // Two concepts of one file that have ids of their own are two, whatever names they share.
        let mut claimed = HashSet::new();
        for concept in concepts {
            self.join_one(concept, &mut claimed, &mut outcome);
        }
        self.resolve(&mut outcome);
        outcome
    }

    /// Whether a concept has this name.
    pub(super) fn knows(&mut self, name: &str) -> bool {
        let read = self.read(vec![NewForm::new(name)]);
        read.first().is_some_and(|read| self.owner(read).is_some())
    }

    fn join_one(
        &mut self,
        new: NewConcept,
        claimed: &mut HashSet<usize>,
        outcome: &mut JoinOutcome,
    ) {
        let line = new.line;
        let forms: Vec<Read> = self.read(new.forms);
        let forms: Vec<Read> = forms
            .into_iter()
            .filter(|read| match unfit(read) {
                None => true,
                Some(cause) => {
                    let what = format!("“{}” is left out: {cause}", read.form.text);
                    outcome.warnings.push((line, what));
                    false
                }
            })
            .collect();
        let by_id = new.id.as_ref().and_then(|id| self.ids.get(id).copied());
        let target = by_id.or_else(|| self.target(&forms, new.id.is_some(), claimed));
        let index = match (target, &new.name) {
            (Some(index), _) => {
                outcome.joined += 1;
                self.keeps_kind(index, new.kind, line, outcome);
                index
            }
            (None, None) => {
                let id = new.id.unwrap_or_default();
                let cause = format!("no concept has the id “{id}”, and a new one needs a name");
                outcome.errors.push((line, cause));
                return;
            }
            (None, Some(_)) if !forms.iter().any(|read| self.is_free(read)) => {
                let what = "nothing is added: no name is left that is not taken";
                outcome.warnings.push((line, what.into()));
                return;
            }
            (None, Some(name)) => {
                let (Ok(kind) | Err(kind)) = new.kind;
                outcome.new[kind as usize] += 1;
                self.begin(Some(name), new.kind)
            }
        };
        if new.id.is_some() {
            claimed.insert(index);
        }
        for read in forms {
            match self.offer(index, &read) {
                Ok(came) => {
                    outcome.names += usize::from(came);
                    self.search_by(index, read);
                }
                Err(what) => outcome.warnings.push((line, what)),
            }
        }
        self.note(index, new.id, new.broader, line);
    }

    /// The concept that has one of some names, its first name before others.
    fn target(&self, forms: &[Read], has_id: bool, claimed: &HashSet<usize>) -> Option<usize> {
        let two_way = || forms.iter().filter(|read| read.form.searched);
        let by_name = two_way().next().and_then(|read| self.owner(read));
        by_name.or_else(|| {
            let owners = two_way().skip(1).filter_map(|read| self.owner(read));
            owners
                .into_iter()
                .find(|owner| !has_id || !claimed.contains(owner))
        })
    }

    /// A concept keeps its kind; whoever says another is told so.
    fn keeps_kind(
        &self,
        index: usize,
        said: Result<Kind, Kind>,
        line: usize,
        outcome: &mut JoinOutcome,
    ) {
        let Joined { name, kind, .. } = &self.concepts[index];
        if said.is_ok_and(|said| said != *kind) {
            let what = format!("“{name}” is a {} already, and stays one", kind.name());
            outcome.warnings.push((line, what));
        }
    }

    fn begin(&mut self, name: Option<&str>, kind: Result<Kind, Kind>) -> usize {
        let (Ok(kind) | Err(kind)) = kind;
        self.concepts.push(Joined {
            name: name.unwrap_or_default().to_owned(),
            kind,
            broader: Vec::new(),
            searched: Vec::new(),
        });
        self.concepts.len() - 1
    }

    /// The forms with their terms, without those that have none.
    fn read(&mut self, forms: Vec<NewForm>) -> Vec<Read> {
        let with_terms = forms.into_iter().map(|form| {
            let words = self.analyzer.words(&form.text);
            Read {
                terms: terms(&words),
                written: analysis::surfaces(&words),
                form,
            }
        });
        with_terms.filter(|read| !read.terms.is_empty()).collect()
    }

    /// The concept that has a form, written as it demands.
    fn owner(&self, read: &Read) -> Option<usize> {
        let form = &self.forms[*self.keys.get(&read.key())?];
        form.fits(&read.form.text).then_some(form.concept)
    }

    fn is_free(&self, read: &Read) -> bool {
        !self.keys.contains_key(&read.key())
    }

    /// Gives a concept a form, unless another has it; says whether it is new.
    fn offer(&mut self, index: usize, read: &Read) -> Result<bool, String> {
        let text = &read.form.text;
        let Some(&known) = self.keys.get(&read.key()) else {
            self.insert(index, read);
            return Ok(true);
        };
        let form = &mut self.forms[known];
        if form.concept == index {
            form.is_also(&read.written);
            // Who writes an abbreviation in small letters means it in any.
            form.exact_case.take_if(|_| !read.form.exact_case);
            return Ok(false);
        }
        let owner = &self.concepts[form.concept].name;
        Err(match form.fits(text) {
            true => format!("“{text}” is a name of “{owner}” already, and stays one"),
            false => format!("“{text}” is left out: an abbreviation of “{owner}” is spelled so"),
        })
    }

    fn insert(&mut self, index: usize, read: &Read) {
        if let Some(&known) = self.keys.get(&read.key()) {
            let form = &mut self.forms[known];
            form.exact_case.take_if(|_| !read.form.exact_case);
            form.is_also(&read.written);
            return;
        }
        let form = self.forms.len();
        self.keys.insert(read.key(), form);
        if let Some(plural) = read.form.plural() {
            let plural = terms(&self.analyzer.words(&plural));
            let key = key(plural.iter().map(String::as_str));
            self.keys.entry(key).or_insert(form);
        }
        self.forms.push(Form {
            concept: index,
            exact_case: read.form.exact_case.then(|| read.form.text.clone()),
            written: vec![read.written.clone()],
        });
        if !read.form.exact_case {
            self.close_up(index, read);
        }
    }

    /// Gives a concept the form without hyphens, where nothing else is called so.
    fn close_up(&mut self, index: usize, read: &Read) {
        let closed = inflection::closed_up(&read.form.text).map(|text| NewForm {
            text,
            ..read.form.clone()
        });
        for variant in self.read(closed.into_iter().collect()) {
            if self.is_free(&variant) {
                self.keys.insert(variant.key(), self.forms.len());
                self.forms.push(Form {
                    concept: index,
                    exact_case: None,
                    written: vec![variant.written.clone()],
                });
                self.search_by(index, variant);
            }
        }
    }

    fn search_by(&mut self, index: usize, read: Read) {
        let searched = &mut self.concepts[index].searched;
        if read.form.searched && !searched.contains(&read.terms) {
            searched.push(read.terms);
        }
    }

    fn note(&mut self, index: usize, id: Option<String>, broader: Vec<String>, line: usize) {
        if let Some(id) = id {
            self.ids.insert(id, index);
        }
        self.broader
            .extend(broader.into_iter().map(|id| (index, id, line)));
    }

    /// Finds the broader concepts, which may stand after the narrower ones.
    fn resolve(&mut self, outcome: &mut JoinOutcome) {
        for (narrow, id, line) in std::mem::take(&mut self.broader) {
            match self.ids.get(&id) {
                Some(&broad) if broad != narrow => {
                    let broader = &mut self.concepts[narrow].broader;
                    if !broader.contains(&broad) {
                        broader.push(broad);
                    }
                }
                Some(_) => {}
                None => {
                    let what = format!("no concept has the id “{id}”, which is to be broader");
                    outcome.warnings.push((line, what));
                }
            }
        }
    }

    pub(super) fn parts(self) -> Parts {
        Parts {
            concepts: self.concepts,
            forms: self.forms,
            keys: self.keys,
        }
    }
}

/// Why a name would do harm.
fn unfit(read: &Read) -> Option<&'static str> {
    let abbreviation = read.form.exact_case && read.form.text.len() > 1;
    let surfaces = analysis::words(&read.form.text);
    let filler = surfaces
        .iter()
        .all(|word| analysis::is_stopword(&word.surface));
    match read.terms.len() {
        _ if filler && !abbreviation => Some("every text has such words"),
        _ if read.form.text.trim().chars().count() == 1 => Some("a single sign is no name"),
        0..=MOST_WORDS => None,
        _ => Some("a name has at most 24 words"),
    }
}
