//! Collecting the phrases of a corpus: titles and headings, with how many passages stand under each.
//! How they are kept is told in [`dictionary`](crate::index::dictionary).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use fst::MapBuilder;

use crate::analysis::{Analyzer, LayeredMap, is_stopword};
use crate::document::Document;
use crate::index::dictionary::{
    BETWEEN, Dictionary, END, LINE_BITS, SHOWN_CHANGED_FILE, SHOWN_FILE, TURNED_CHANGED_FILE,
    TURNED_FILE, WrittenForms, fold_with,
};
use crate::passage::Passage;

/// Headings of more words are sentences, and nobody wants to be offered those.
const MAX_WORDS: usize = 12;

fn on_one_line(phrase: &str) -> String {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    words.join(" ")
}

fn is_phrase(folded: &str) -> bool {
    !folded.is_empty() && folded.split(' ').count() <= MAX_WORDS
}

/// A phrase of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) struct Phrase {
    folded: Box<str>,
    shown: Box<str>,
    /// How many passages of the document stand under it.
    passages: u64,
}

/// Finds the phrases of documents.
#[derive(Default)]
pub(in crate::index) struct PhraseReader(Analyzer);

impl PhraseReader {
    /// The title and the headings of a document. A phrase that is too long is left out.
    pub(in crate::index) fn read(
        &mut self,
        document: &Document,
        passages: &[Passage],
    ) -> Vec<Phrase> {
        if self.0.is_full() {
            self.0 = Analyzer::default();
        }
        // Neighbouring passages share their headings: each is folded once.
        let mut labels: BTreeMap<&str, u64> = BTreeMap::new();
        for passage in passages {
            let headings = passage.headings();
            for (at, heading) in headings.iter().enumerate() {
                if heading != document.title() && !headings[..at].contains(heading) {
                    *labels.entry(heading).or_default() += 1;
                }
            }
        }
        labels.insert(document.title(), passages.len() as u64);
        let phrases = labels.into_iter();
        phrases
            .filter_map(|(label, n)| self.phrase(label, n))
            .collect()
    }

    fn phrase(&mut self, label: &str, passages: u64) -> Option<Phrase> {
        let shown = on_one_line(label);
        let folded = fold_with(&mut self.0, &shown);
        (passages > 0 && is_phrase(&folded)).then(|| Phrase {
            folded: folded.into(),
            shown: shown.into(),
            passages,
        })
    }
}

/// Collects the phrases of a corpus: by their folded forms, each as it was written, with the number
/// of passages under it.
#[derive(Default)]
pub(in crate::index) struct PhraseCounts {
    counted: BTreeMap<Box<str>, Written>,
    /// What was counted before. Of its phrases those are counted here that something is laid over, there or
    /// here; such a phrase may be gone, and have no forms.
    before: Option<Arc<Dictionary>>,
}

type Written = BTreeMap<Box<str>, u64>;

impl PhraseCounts {
    /// Counts beginning with what a corpus had.
    pub(in crate::index) fn amending(before: Arc<Dictionary>) -> PhraseCounts {
        let mut counts = PhraseCounts::default();
        before.phrases.each_changed(&mut |folded| {
            let written = written_before(Some(&before), folded);
            counts.counted.insert(folded.into(), written);
        });
        PhraseCounts {
            before: Some(before),
            ..counts
        }
    }

    /// The forms of a phrase.
    fn of(&mut self, folded: Box<str>) -> &mut Written {
        let before = self.before.as_deref();
        let counted = self.counted.entry(folded);
        counted.or_insert_with_key(|folded| written_before(before, folded))
    }

    /// Counts phrases.
    pub(in crate::index) fn add(&mut self, phrases: Vec<Phrase>) {
        for phrase in phrases {
            *self.of(phrase.folded).entry(phrase.shown).or_default() += phrase.passages;
        }
    }

    /// Takes back what was counted before. The error says that it was not.
    pub(in crate::index) fn take_back(&mut self, phrases: Vec<Phrase>) -> Result<(), NeverCounted> {
        for phrase in phrases {
            let written = self.of(phrase.folded);
            let count = written.get_mut(&phrase.shown).ok_or(NeverCounted)?;
            *count = count.checked_sub(phrase.passages).ok_or(NeverCounted)?;
            if *count == 0 {
                written.remove(&phrase.shown);
            }
        }
        Ok(())
    }

    /// Writes the phrases to two files of a folder: all of them, or only those that are laid over what was
    /// counted before, where they are few.
    pub(in crate::index) fn write(mut self, folder: &Path) -> io::Result<()> {
        let Some(before) = self.before.take() else {
            return self.write_to(folder, [TURNED_FILE, SHOWN_FILE], None);
        };
        let keys = self
            .counted
            .keys()
            .map(|folded| Turned::all(folded, 0).count());
        if before.phrases.turned().can_bear(keys.sum()) {
            let files = [TURNED_CHANGED_FILE, SHOWN_CHANGED_FILE];
            return self.write_to(folder, files, Some(before.phrases.turned()));
        }
        before.phrases.each(&mut |folded, forms| {
            let counted = self.counted.entry(folded.into());
            counted.or_insert_with(|| owned(forms));
        });
        self.write_to(folder, [TURNED_FILE, SHOWN_FILE], None)
    }

    /// Writes what is counted here; of what is gone, that it is, where it stands in what stays `below`.
    fn write_to(
        &self,
        folder: &Path,
        [keys, lines]: [&str; 2],
        below: Option<&LayeredMap>,
    ) -> io::Result<()> {
        let mut shown = BufWriter::new(File::create(folder.join(lines))?);
        let mut at = 0;
        let mut turned = Vec::new();
        for (folded, written) in &self.counted {
            let value = match written.is_empty() {
                true => 0,
                false => value(written.values().sum(), at),
            };
            turned.extend(Turned::all(folded, value));
            if !written.is_empty() {
                let line = line(written);
                shown.write_all(line.as_bytes())?;
                at += line.len() as u64;
            }
        }
        shown.flush()?;
        let is_told = |turned: &Turned<'_>| {
            let key = || turned.key().collect::<Vec<_>>();
            turned.value > 0 || below.is_some_and(|below| below.is_below(&key()))
        };
        turned.retain(is_told);
        turned.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        write_turned(&turned, &folder.join(keys))
    }
}

/// The forms that a phrase had.
fn written_before(before: Option<&Dictionary>, folded: &str) -> Written {
    let forms = before.map(|before| before.phrases.written(folded));
    forms.map(owned).unwrap_or_default()
}

fn owned(forms: WrittenForms<'_>) -> Written {
    let forms = forms.into_iter();
    forms.map(|(shown, count)| (shown.into(), count)).collect()
}

/// Something was to be taken back that was never counted: the counts are not those of this corpus.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::index) struct NeverCounted;

/// The line of a phrase: as it is written most often, then its other forms, each with its count.
fn line(written: &Written) -> String {
    let mut forms: Vec<_> = written.iter().collect();
    forms.sort_by_key(|(_, passages)| Reverse(**passages));
    let mut line = String::new();
    for (shown, passages) in forms {
        let parted = if line.is_empty() { "" } else { BETWEEN };
        line.push_str(&format!("{parted}{shown}{BETWEEN}{passages}"));
    }
    line.push('\n');
    line
}

fn write_turned(turned: &[Turned<'_>], path: &Path) -> io::Result<()> {
    let as_io = |error: fst::Error| io::Error::other(error);
    let mut file = BufWriter::new(File::create(path)?);
    let mut builder = MapBuilder::new(&mut file).map_err(as_io)?;
    let mut key = Vec::new();
    for phrase in turned {
        key.clear();
        key.extend(phrase.key());
        builder.insert(&key, phrase.value).map_err(as_io)?;
    }
    builder.finish().map_err(as_io)?;
    file.flush()
}

fn value(passages: u64, line: u64) -> u64 {
    let most = (1 << (u64::BITS - LINE_BITS)) - 1;
    passages.min(most) << LINE_BITS | line
}

/// A phrase, turned so that one of its words comes first.
struct Turned<'p> {
    /// From that word to the end…
    first: &'p str,
    /// …and what stands before it.
    rest: &'p str,
    value: u64,
}

impl<'p> Turned<'p> {
    fn all(folded: &'p str, value: u64) -> impl Iterator<Item = Turned<'p>> {
        let whole = Turned {
            first: folded,
            rest: "",
            value,
        };
        let later = folded.match_indices(' ').filter_map(move |(space, _)| {
            let first = &folded[space + 1..];
            let word = first.split(' ').next().unwrap_or(first);
            (!is_stopword(word)).then_some(Turned {
                first,
                rest: &folded[..space],
                value,
            })
        });
        std::iter::once(whole).chain(later)
    }

    fn key(&self) -> impl Iterator<Item = u8> {
        let end = std::iter::once(END);
        self.first.bytes().chain(end).chain(self.rest.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{SharedBytes, Vocabulary, VocabularyCounts};
    use crate::index::dictionary::{PhraseFiles, Phrases, fold};
    use proptest::prelude::*;

    fn phrases(counted: &[(&str, u64)]) -> io::Result<Phrases> {
        let mut counts = PhraseCounts::default();
        for (phrase, passages) in counted {
            counts.add(
                PhraseReader::default()
                    .phrase(phrase, *passages)
                    .into_iter()
                    .collect(),
            );
        }
        let folder = tempfile::tempdir()?;
        counts.write(folder.path())?;
        let read = |name: &str| std::fs::read(folder.path().join(name)).map(SharedBytes::new);
        let files = PhraseFiles {
            turned: read(TURNED_FILE)?,
            shown: read(SHOWN_FILE)?,
        };
        Phrases::new(files, None)
    }

    fn found(phrases: &Phrases, start: &str) -> Vec<String> {
        let found = phrases.starting(start, 10).into_iter();
        found.map(|(text, _)| text).collect()
    }

    #[test]
    fn phrases_are_found_by_any_word_and_the_first_comes_first() -> io::Result<()> {
        let phrases = phrases(&[
            ("Side effects and risks", 9),
            ("Risks and Complications", 2),
            ("Risk factors", 2),
            ("RISKS  AND\ncomplications", 1),
            ("Recovery", 5),
        ])?;
        assert_eq!(
            phrases.starting("risk", 10),
            [
                ("Risks and Complications".into(), 3),
                ("Risk factors".into(), 2),
                ("Side effects and risks".into(), 9)
            ]
        );
        assert_eq!(phrases.starting("risk", 1).len(), 1);
        assert_eq!(found(&phrases, "risks and c"), ["Risks and Complications"]);
        // Nobody looks for what comes after an "and".
        assert_eq!(found(&phrases, "and"), [""; 0]);
        // What stands before a word does not go on after the end.
        assert_eq!(found(&phrases, "risks side"), [""; 0]);
        Ok(())
    }

    #[test]
    fn equals_go_by_length_then_by_the_alphabet() -> io::Result<()> {
        let phrases = phrases(&[("Pain relief", 1), ("Pain at night", 1), ("Pain cancer", 1)])?;
        assert_eq!(
            found(&phrases, "pain"),
            ["Pain cancer", "Pain relief", "Pain at night"]
        );
        Ok(())
    }

    fn phrase(text: &str, passages: u64) -> Vec<Phrase> {
        let phrase = PhraseReader::default().phrase(text, passages);
        phrase.into_iter().collect()
    }

    /// What was written to a folder; what was not, is in the one before.
    fn opened(folder: &Path, before: &Path) -> io::Result<Arc<Dictionary>> {
        let files = |folder: &Path, [turned, shown]: [&str; 2]| {
            let read = |name: &str| std::fs::read(folder.join(name)).map(SharedBytes::new);
            let (turned, shown) = (read(turned)?, read(shown)?);
            io::Result::Ok(PhraseFiles { turned, shown })
        };
        let all = [folder, before].map(|folder| files(folder, [TURNED_FILE, SHOWN_FILE]));
        let [of_it, of_before] = all;
        let changed = files(folder, [TURNED_CHANGED_FILE, SHOWN_CHANGED_FILE]);
        let words = folder.join("words");
        VocabularyCounts::default().write(&words)?;
        Ok(Arc::new(Dictionary {
            vocabulary: Vocabulary::new(SharedBytes::new(std::fs::read(words)?), None)?,
            phrases: Phrases::new(of_it.or(of_before)?, changed.ok())?,
        }))
    }

    #[test]
    fn what_is_laid_over_is_found_as_if_all_were_counted_at_once() -> io::Result<()> {
        let folders = [(); 3].map(|()| tempfile::tempdir());
        let [first, second, third] = folders;
        let (first, second, third) = (first?, second?, third?);
        let mut counts = PhraseCounts::default();
        for (text, passages) in [
            ("Pain at night", 2),
            ("Pain relief", 1),
            ("Gout", 1),
            ("GOUT", 1),
        ] {
            counts.add(phrase(text, passages));
        }
        counts.write(first.path())?;
        let mut before = opened(first.path(), first.path())?;
        // Few are laid over, and many written anew.
        for (folder, many) in [(&second, 3), (&third, 400)] {
            let mut counts = PhraseCounts::amending(before.clone());
            let new = |n: usize| phrase(&format!("Risks of pain {n} and rest"), 1);
            (0..many).for_each(|n| counts.add(new(n)));
            if many == 3 {
                counts.add(phrase("GOUT", 1));
                assert_eq!(counts.take_back(phrase("Pain relief", 1)), Ok(()));
            }
            counts.write(folder.path())?;
            assert_eq!(folder.path().join(TURNED_FILE).exists(), many == 400);
            before = opened(folder.path(), first.path())?;
            let mut at_once = vec![
                ("Pain at night".to_owned(), 2),
                ("GOUT".to_owned(), 2),
                ("Gout".to_owned(), 1),
            ];
            at_once.extend((0..many).map(|n| {
                let passages = 1 + u64::from(many == 400 && n < 3);
                (format!("Risks of pain {n} and rest"), passages)
            }));
            let at_once: Vec<_> = at_once
                .iter()
                .map(|(text, n)| (text.as_str(), *n))
                .collect();
            let at_once = phrases(&at_once)?;
            for start in ["", "pain", "g", "re", "pain 2"] {
                let found = before.phrases.starting(start, 50);
                assert_eq!(found, at_once.starting(start, 50), "{many} {start}");
            }
        }
        let mut counts = PhraseCounts::amending(before);
        assert_eq!(
            counts.take_back(phrase("Pain relief", 1)),
            Err(NeverCounted)
        );
        Ok(())
    }

    #[test]
    fn a_phrase_that_matches_twice_is_one() -> io::Result<()> {
        let phrases = phrases(&[("Pain and more pain", 1)])?;
        assert_eq!(found(&phrases, "pain"), ["Pain and more pain"]);
        Ok(())
    }

    #[test]
    fn sentences_and_empty_sections_are_not_offered() -> io::Result<()> {
        let phrases = phrases(&[
            ("one two three ".repeat(5).as_str(), 3),
            ("Empty", 0),
            ("?", 1),
        ])?;
        assert_eq!(found(&phrases, ""), [""; 0]);
        Ok(())
    }

    proptest! {
        // Files are written in each.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_phrase_is_found_by_its_beginning(texts in proptest::collection::vec("\\PC{1,30}", 1..8)) {
            let counted: Vec<(&str, u64)> = texts.iter().map(|text| (text.as_str(), 1)).collect();
            let phrases = phrases(&counted)?;
            for text in &texts {
                let folded = fold(&on_one_line(text));
                if is_phrase(&folded) {
                    let texts = phrases.starting(&folded, 100).into_iter();
                    prop_assert!(texts.map(|(text, _)| fold(&text)).any(|found| found == folded));
                }
            }
        }
    }
}
