//! Sentences that others judged: those of the authors of NegEx, where the collections are.

use std::path::PathBuf;

use super::*;

/// How many are judged to be something, are said to be, and are both.
#[derive(Default)]
struct Tallied {
    judged: usize,
    said: usize,
    right: usize,
}

impl Tallied {
    fn add(&mut self, judged: bool, said: bool) {
        self.judged += usize::from(judged);
        self.said += usize::from(said);
        self.right += usize::from(judged && said);
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.said.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.judged.max(1) as f64
    }

    fn line(&self, name: &str) -> String {
        format!(
            "{name}: {} judged, {} said, precision {:.3}, recall {:.3}",
            self.judged,
            self.said,
            self.precision(),
            self.recall()
        )
    }
}

/// A judged sentence of a hospital note.
struct Note {
    sentence: String,
    name: Range<usize>,
    negated: bool,
    historical: bool,
    others: bool,
}

/// The name as it stands in the sentence, in capitals, however the white space falls.
fn named(sentence: &str, name: &str) -> Option<Range<usize>> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = squeezed(name).to_uppercase();
    let at = sentence.find(&name)?;
    Some(at..at + name.len())
}

fn notes() -> Option<Vec<Note>> {
    let folder = std::env::var_os("PALPATE_COLLECTIONS")
        .map_or("../shared/collections".into(), PathBuf::from);
    let text = std::fs::read(folder.join("negex/rsAnnotations-1-120-random.txt")).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let note = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, .., name, sentence, negation, time, who] = fields[..] else {
            return None;
        };
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Note {
            name: named(&sentence, name)?,
            sentence,
            negated: negation == "Negated",
            historical: time == "Historical",
            others: who.trim() != "Patient",
        })
    };
    Some(text.lines().filter_map(note).collect())
}

/// The half of the notes whose misses nobody looked at when the triggers were written, and the other.
fn is_held_out(note: &Note) -> bool {
    blake3::hash(note.sentence.as_bytes()).as_bytes()[0] % 2 == 1
}

#[test]
fn notes_are_as_their_authors_judged_them() {
    let Some(notes) = notes() else {
        println!("skipped: no collection of notes");
        return;
    };
    let mut reader = SentenceReader::new();
    for held_out in [false, true] {
        let [mut negated, mut historical, mut others] = [(); 3].map(|()| Tallied::default());
        for note in notes.iter().filter(|note| is_held_out(note) == held_out) {
            let claim = reader.claim(&note.sentence, &note.name);
            let denied = claim.assertion == Assertion::Negated;
            negated.add(note.negated, denied);
            historical.add(note.historical, claim.time == Time::Historical);
            others.add(note.others, claim.experiencer != Experiencer::Patient);
        }
        println!("held out: {held_out}");
        println!("{}", negated.line("negated"));
        println!("{}", historical.line("historical"));
        println!("{}", others.line("somebody else's"));
        assert!(negated.precision() > 0.96 && negated.recall() > 0.95);
        assert!(historical.precision() > 0.75 && historical.recall() > 0.55);
    }
}
