//! A lexicon as it is kept and looked up: one run of bytes, made once when an index is built and
//! taken as it is by every search.
//!
//! ```text
//! magic, then little-endian u32: concepts, broader, searched, forms, bytes of text, longest form
//! concepts + 1 times   kind, start of its name in the text, of its broader, of its searched forms
//! broader              the index of a concept
//! searched + 1 times   where its terms start in the text, parted by spaces
//! forms                concept, start in the text of what it demands, start of how it is written (equal:
//!                      nothing is demanded), and its end
//! text                 UTF-8
//! the rest             a finite state transducer from the terms of each form to its index
//! ```

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use fst::{Map, MapBuilder, Streamer};

use super::join::Joined;
use super::{CLOSE, Kind, Lexicon, OPEN, one_line};

const MAGIC: &[u8; 8] = b"lexicon\x02";
const HEADER: usize = 6;
/// Numbers a concept and a form are described by.
const CONCEPT: usize = 4;
const FORM: usize = 4;

/// One way a concept may be written.
pub(super) struct Form {
    pub(super) concept: usize,
    pub(super) exact_case: Option<String>,
    /// The ways its words are written: folded, parted by spaces.
    pub(super) written: Vec<String>,
}

impl Form {
    pub(super) fn fits(&self, written: &str) -> bool {
        super::fits(self.exact_case.as_deref(), written)
    }

    /// Its words may be written in another way, too.
    pub(super) fn is_also(&mut self, written: &str) {
        if !self.written.iter().any(|known| known == written) {
            self.written.push(written.to_owned());
        }
    }
}

/// What a lexicon is made of.
pub(super) struct Parts {
    pub(super) concepts: Vec<Joined>,
    pub(super) forms: Vec<Form>,
    pub(super) keys: HashMap<String, usize>,
}

/// Where the tables of a lexicon begin, in numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct LexiconTables {
    pub(super) concepts: usize,
    broader: usize,
    searched: usize,
    forms: usize,
    pub(super) longest: usize,
}

/// What grows while a lexicon is written.
#[derive(Default)]
struct Writer {
    concepts: Vec<u32>,
    broader: Vec<u32>,
    searched: Vec<u32>,
    forms: Vec<u32>,
    text: String,
}

impl Parts {
    /// The lexicon that they make.
    pub(super) fn compile(self) -> Lexicon {
        let bytes = self.bytes();
        Lexicon::parse(bytes.into()).expect("what is written can be read")
    }

    fn bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.concepts
            .iter()
            .for_each(|concept| writer.concept(concept));
        let end = writer.starts(Kind::Term);
        writer.concepts.extend(end);
        writer.searched.push(number(writer.text.len()));
        for form in &self.forms {
            let start = writer.text.len();
            writer
                .text
                .push_str(&one_line(form.exact_case.as_deref().unwrap_or_default()));
            let written = writer.text.len();
            writer.text.push_str(&form.written.join("\n"));
            let places = [form.concept, start, written, writer.text.len()];
            writer.forms.extend(places.map(number));
        }
        let words = |key: &String| key.matches(OPEN).count();
        let longest = self.keys.keys().map(words).max().unwrap_or(0);
        let header = [
            self.concepts.len(),
            writer.broader.len(),
            writer.searched.len() - 1,
            self.forms.len(),
            writer.text.len(),
            longest,
        ];
        let mut bytes = MAGIC.to_vec();
        let tables = [
            writer.concepts,
            writer.broader,
            writer.searched,
            writer.forms,
        ];
        let numbers = header
            .into_iter()
            .map(number)
            .chain(tables.into_iter().flatten());
        numbers.for_each(|number| bytes.extend(number.to_le_bytes()));
        bytes.extend(writer.text.as_bytes());
        bytes.extend(self.transducer());
        bytes
    }

    fn transducer(&self) -> Vec<u8> {
        let mut keys: Vec<_> = self.keys.iter().collect();
        keys.sort_unstable();
        let mut builder = MapBuilder::memory();
        for (key, &form) in keys {
            builder
                .insert(key, form as u64)
                .expect("keys are sorted and each is there once");
        }
        builder.into_inner().expect("memory can be written to")
    }
}

impl Writer {
    /// A row for what is written next.
    fn starts(&self, kind: Kind) -> [u32; CONCEPT] {
        let broader = self.broader.len();
        let searched = self.searched.len();
        [kind as usize, self.text.len(), broader, searched].map(number)
    }

    fn concept(&mut self, concept: &Joined) {
        let row = self.starts(concept.kind);
        self.concepts.extend(row);
        self.text.push_str(&one_line(&concept.name));
        // The name ends where the first form begins, and there may be none.
        self.text.push('\n');
        self.broader
            .extend(concept.broader.iter().copied().map(number));
        for terms in &concept.searched {
            self.searched.push(number(self.text.len()));
            self.text.push_str(&terms.join(" "));
        }
    }
}

/// Places in a lexicon are below 4 GB, as its text is.
fn number(n: usize) -> u32 {
    u32::try_from(n).expect("a lexicon is smaller than 4 GB")
}

impl Lexicon {
    /// Reads what [`Lexicon::write`] wrote; `None` where it is something else.
    pub(crate) fn parse(bytes: Box<[u8]>) -> Option<Lexicon> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let header: Vec<usize> = numbers(rest.get(..4 * HEADER)?)
            .map(|n| n as usize)
            .collect();
        let &[concepts, broader, searched, forms, text, longest] = header.as_slice() else {
            return None;
        };
        let tables = LexiconTables {
            concepts,
            broader: CONCEPT.checked_mul(concepts + 1)?,
            searched: CONCEPT * (concepts + 1) + broader,
            forms: CONCEPT * (concepts + 1) + broader + searched + 1,
            longest,
        };
        let count = tables.forms + FORM.checked_mul(forms)?;
        let (places, rest) = rest[4 * HEADER..].split_at_checked(4 * count)?;
        let (text, transducer) = rest.split_at_checked(text)?;
        let places: Vec<u32> = numbers(places).collect();
        let map = Map::new(transducer.to_vec()).ok()?;
        map.as_fst().verify().ok()?;
        let text = std::str::from_utf8(text).ok()?.into();
        let lexicon = Lexicon {
            tables,
            places,
            text,
            map,
            bytes,
            below: OnceLock::new(),
        };
        lexicon.is_sound().then_some(lexicon)
    }

    /// Whether all that is looked up later is there.
    fn is_sound(&self) -> bool {
        let LexiconTables {
            concepts,
            broader,
            searched,
            forms,
            ..
        } = self.tables;
        let below = |numbers: &[u32], limit: usize| numbers.iter().all(|&n| (n as usize) < limit);
        let rows = self.places[..broader].chunks_exact(CONCEPT);
        below(&self.places[broader..searched], concepts)
            && self.places[forms..]
                .chunks_exact(FORM)
                .all(|form| (form[0] as usize) < concepts)
            && rows.into_iter().all(|row| {
                (row[0] as usize) < Kind::ALL.len()
                    && row[2] as usize <= searched - broader
                    && (row[3] as usize) < forms - searched
            })
    }

    fn row(&self, concept: usize) -> &[u32] {
        &self.places[CONCEPT * concept..CONCEPT * (concept + 2)]
    }

    /// A piece of the text; what is damaged is empty.
    fn piece(&self, start: u32, end: u32) -> &str {
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    pub(super) fn kind_of(&self, concept: usize) -> Kind {
        Kind::ALL[self.row(concept)[0] as usize]
    }

    pub(super) fn name_of(&self, concept: usize) -> &str {
        let start = self.row(concept)[1] as usize;
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// The indices of the directly broader concepts.
    pub(super) fn broader_of(&self, concept: usize) -> &[u32] {
        let row = self.row(concept);
        let range = row[2] as usize..row[2 + CONCEPT] as usize;
        self.places[self.tables.broader..self.tables.searched]
            .get(range)
            .unwrap_or_default()
    }

    /// The terms of each form that a concept is searched by, parted by spaces.
    pub(super) fn searched_of(&self, concept: usize) -> impl Iterator<Item = &str> {
        let row = self.row(concept);
        let table = &self.places[self.tables.searched..self.tables.forms];
        let (first, end) = (row[3] as usize, row[3 + CONCEPT] as usize);
        (first..end).map(move |n| {
            let start = table[n];
            // The name of the next concept follows the last form.
            let end = match n + 1 < end {
                true => table[n + 1],
                false => row[1 + CONCEPT],
            };
            self.piece(start, end)
        })
    }

    fn form_row(&self, form: usize) -> &[u32] {
        let start = self.tables.forms + FORM * form;
        &self.places[start..start + FORM]
    }

    pub(super) fn concept_of_form(&self, form: usize) -> usize {
        self.form_row(form)[0] as usize
    }

    /// How a form has to be written, where it matters.
    pub(super) fn exact_case_of(&self, form: usize) -> Option<&str> {
        let row = self.form_row(form);
        Some(self.piece(row[1], row[2])).filter(|exact| !exact.is_empty())
    }

    /// The ways the words of a form are written: folded, parted by spaces.
    pub(super) fn written_of(&self, form: usize) -> impl Iterator<Item = &str> {
        let row = self.form_row(form);
        self.piece(row[2], row[3])
            .split('\n')
            .filter(|way| !way.is_empty())
    }

    /// The form that has these terms.
    pub(super) fn form_by_key(&self, key: &str) -> Option<usize> {
        let forms = (self.places.len() - self.tables.forms) / FORM;
        let form = self.map.get(key)? as usize;
        (form < forms).then_some(form)
    }

    /// Calls back with the terms of every form, and the form.
    pub(super) fn each_key(&self, mut each: impl FnMut(&mut dyn Iterator<Item = &str>, usize)) {
        let mut keys = self.map.stream();
        while let Some((key, form)) = keys.next() {
            let key = std::str::from_utf8(key).unwrap_or_default();
            let mut terms = key.split([OPEN, CLOSE]).filter(|term| !term.is_empty());
            each(&mut terms, form as usize);
        }
    }
}

/// Numbers of four bytes.
fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let chunks: Range<usize> = 0..bytes.len() / 4;
    chunks.map(|n| {
        let four = &bytes[4 * n..4 * n + 4];
        u32::from_le_bytes(four.try_into().expect("a chunk has four bytes"))
    })
}
