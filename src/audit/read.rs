//! What the sources say of some topics: postings first, then sentences.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::topic::Column;
use super::{Evidence, State, Zone};
use crate::analysis::is_stopword;
use crate::annotate::{Said, SaidReader, TopicNames, UnitText};
use crate::index::{Engine, StoredPassage, TextField, Wanted};
use crate::lexicon::near;
use crate::search::SearchError;

/// Every passage in which all words of a name occur, in its text, in the headings above
/// or in the title: whatever names the topic is among these.
pub(super) fn wanted(topic: &TopicNames) -> Wanted {
    let mut seen = HashSet::new();
    let mut names: Vec<Wanted> = Vec::new();
    for form in topic.forms.iter().chain(&topic.near) {
        let mut terms: Vec<&str> = form.terms.iter().map(String::as_str).collect();
        // Where words may stand apart, the small ones between them may be others.
        if form.exact_case.is_none() && terms.iter().any(|text| !is_stopword(text)) {
            terms.retain(|text| !is_stopword(text));
        }
        terms.sort_unstable();
        terms.dedup();
        if seen.insert(terms.clone()) {
            names.extend(TextField::ALL.map(|field| all_of(field, &terms)));
        }
    }
    Wanted::Any(names)
}

fn all_of(field: TextField, terms: &[&str]) -> Wanted {
    // What stands for a word in a name that is near will do to read the passage.
    let has = |text: &&str| {
        let near = near(text);
        match near.is_empty() {
            true => Wanted::word(field, *text),
            false => Wanted::Any(near.iter().map(|text| Wanted::word(field, text)).collect()),
        }
    };
    match terms {
        // A name has words, and one without any would not be everything.
        [] => Wanted::Any(Vec::new()),
        _ => Wanted::All(terms.iter().map(has).collect()),
    }
}

/// Whether any passage has all words of a name.
pub(super) fn occurs(engine: &dyn Engine, topic: &TopicNames) -> Result<bool, SearchError> {
    Ok(engine.count(&wanted(topic))? > 0)
}

/// What each source says of each column, in the order of the source.
pub(super) fn said(
    engine: &dyn Engine,
    columns: &[Column],
    sources: &[String],
) -> Result<HashMap<String, Vec<Vec<Evidence>>>, SearchError> {
    let topics: Vec<TopicNames> = columns.iter().map(|c| c.look_for.clone()).collect();
    let mut reader = EvidenceReader {
        engine,
        columns,
        said: SaidReader::new(engine.lexicon().clone(), &topics),
        above: HashMap::new(),
        shown: HashSet::new(),
    };
    let meant: HashSet<&str> = sources.iter().map(String::as_str).collect();
    let mut all: HashMap<String, Vec<Vec<Evidence>>> = HashMap::new();
    let any = Wanted::Any(topics.iter().map(wanted).collect());
    engine.each(&any, &mut |passage| {
        if meant.contains(passage.source.as_str()) {
            let cells = all
                .entry(passage.source.clone())
                .or_insert_with(|| vec![Vec::new(); columns.len()]);
            reader.read(&passage, cells);
        }
    })?;
    Ok(all)
}

struct EvidenceReader<'a> {
    engine: &'a dyn Engine,
    columns: &'a [Column],
    said: SaidReader,
    /// What titles and headings name: most stand above many passages.
    above: HashMap<String, Vec<Said>>,
    /// Titles and headings that have been shown for a source: the source, the line, the zone.
    shown: HashSet<(String, String, Zone)>,
}

impl EvidenceReader<'_> {
    fn read(&mut self, passage: &StoredPassage, cells: &mut [Vec<Evidence>]) {
        self.read_above(passage, &passage.title, Zone::Title, cells);
        for heading in &passage.headings {
            self.read_above(passage, heading, Zone::Heading, cells);
        }
        let text = UnitText {
            text: &passage.text,
            units: &passage.units,
            lead: passage.lead.as_deref(),
            headings: &passage.headings,
        };
        for said in self.said.read(text) {
            let state = self.state(&said);
            self.add(passage, &passage.text, &said, (state, Zone::Text), cells);
        }
    }

    /// A title or heading names what the text below is about, and most state nothing.
    fn read_above(
        &mut self,
        passage: &StoredPassage,
        line: &str,
        zone: Zone,
        cells: &mut [Vec<Evidence>],
    ) {
        let known = (passage.source.clone(), line.to_owned(), zone);
        if !self.shown.insert(known) {
            return;
        }
        let said = match self.above.get(line) {
            Some(said) => said.clone(),
            None => {
                let said = self.said.read_heading(line);
                self.above.insert(line.to_owned(), said.clone());
                said
            }
        };
        for said in said {
            let state = self.state(&said);
            self.add(passage, line, &said, (state, zone), cells);
        }
    }

    /// The state that is said of a topic. To deny one kind of a thing is not to deny the thing: "not heart attacks"
    /// mentions heart disease. Advice against a kind is advice that who asks for the thing has to see.
    fn state(&self, said: &Said) -> State {
        let state = State::of(said.claim.as_ref());
        let name = |concept: usize| self.engine.lexicon().concept(concept).name;
        let is_kind = said
            .concept
            .is_some_and(|concept| *name(concept) != *self.columns[said.topic].topic.name);
        let advised = said.claim.is_some_and(|claim| claim.advice.is_some());
        match state {
            State::Negated if is_kind && !advised => State::Mentioned,
            state => state,
        }
    }

    fn add(
        &self,
        passage: &StoredPassage,
        text: &str,
        said: &Said,
        (state, zone): (State, Zone),
        cells: &mut [Vec<Evidence>],
    ) {
        let column = &self.columns[said.topic];
        let aspects: BTreeSet<&str> = passage.aspects.iter().map(String::as_str).collect();
        if column
            .topic
            .aspect
            .is_some_and(|label| !aspects.contains(label))
        {
            return;
        }
        let cell = &mut cells[said.topic];
        let sentence = text[said.sentence.clone()].to_owned();
        let again = |other: &Evidence| {
            other.id == passage.id && other.state == state && other.sentence == sentence
        };
        if cell.last().is_some_and(again) {
            return;
        }
        let within = |bytes: &Range<usize>| {
            (
                bytes.start - said.sentence.start,
                bytes.end - said.sentence.start,
            )
        };
        cell.push(Evidence {
            state,
            claim: said.claim,
            concept: match said.concept {
                Some(concept) => self.engine.lexicon().concept(concept).name.to_owned(),
                None => column.topic.name.clone(),
            },
            name: within(&said.words),
            zone,
            lead: said.lead.clone(),
            source: passage.source.clone(),
            lines: match zone {
                Zone::Text => passage.lines_of(&said.sentence),
                Zone::Title | Zone::Heading => passage.lines,
            },
            pages: passage.pages,
            recognised: passage.recognised,
            paragraphs: passage.paragraphs,
            headings: passage.headings.clone(),
            id: passage.id.clone(),
            sentence,
        });
    }
}
