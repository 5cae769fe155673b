//! Texts of any size, grown from real ones.
//!
//! The sentences of real pages are put together anew by a seeded generator, so that lengths and
//! the frequencies of words stay those of real text. A corpus that only repeats itself would have
//! no new words, though, where real ones never run out of them (Heaps, "Information retrieval:
//! computational and theoretical aspects", 1978): one word in so many is replaced by one made of
//! the syllables of real words, so often that the vocabulary grows about as `n^0.5`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A document in BEIR form.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    #[serde(rename = "_id")]
    pub id: String,
    #[serde(default)]
    pub title: String,
    pub text: String,
}

/// The documents of a BEIR file, one after the other.
pub fn entries(path: &Path) -> std::io::Result<impl Iterator<Item = Entry>> {
    let lines = BufReader::with_capacity(1 << 20, File::open(path)?).lines();
    Ok(lines
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str(&line).ok()))
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// About as many words as a passage aims at.
const WORDS: usize = 130;

/// Real text to grow a corpus from.
pub struct Seed {
    titles: Vec<String>,
    sentences: Vec<String>,
    syllables: Vec<String>,
}

impl Seed {
    /// Reads the pages of a folder (`.txt`) or the documents of BEIR files.
    pub fn read(paths: &[std::path::PathBuf]) -> std::io::Result<Seed> {
        let mut seed = Seed {
            titles: Vec::new(),
            sentences: Vec::new(),
            syllables: Vec::new(),
        };
        for path in paths {
            if path.is_dir() {
                let mut files: Vec<_> = std::fs::read_dir(path)?
                    .flatten()
                    .map(|e| e.path())
                    .collect();
                files.sort();
                for file in files
                    .iter()
                    .filter(|f| f.extension().is_some_and(|e| e == "txt"))
                {
                    let text = std::fs::read_to_string(file)?;
                    let (title, text) = text.split_once('\n').unwrap_or(("", &text));
                    seed.add(title, text);
                }
            } else {
                entries(path)?.for_each(|entry| seed.add(&entry.title, &entry.text));
            }
        }
        Ok(seed)
    }

    fn add(&mut self, title: &str, text: &str) {
        self.titles.push(title.trim().to_owned());
        for sentence in palpate::document::sentences(text) {
            let sentence = text[sentence]
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if sentence.contains(' ') {
                self.sentences.push(sentence);
            }
        }
        for word in title
            .split_whitespace()
            .filter(|w| w.len() >= 6 && w.is_ascii())
        {
            let word = word.to_lowercase();
            if word.bytes().all(|b| b.is_ascii_lowercase()) {
                self.syllables.push(word[..3].to_owned());
                self.syllables.push(word[word.len() - 3..].to_owned());
            }
        }
    }

    /// Writes so many documents of about one passage each; gives the bytes of title and text.
    pub fn grow(&self, documents: usize, seed: u64, path: &Path) -> std::io::Result<u64> {
        let mut random = Random(seed);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let (mut bytes, mut words) = (0, 0.0_f64);
        for number in 0..documents {
            let entry = self.document(number, &mut random, &mut words);
            bytes += (entry.title.len() + entry.text.len()) as u64;
            serde_json::to_writer(&mut file, &entry)?;
            file.write_all(b"\n")?;
        }
        file.flush()?;
        Ok(bytes)
    }

    fn document(&self, number: usize, random: &mut Random, words: &mut f64) -> Entry {
        let mut text = String::new();
        let mut here = 0;
        let length = WORDS / 2 + random.below(WORDS);
        while here < length {
            for word in random.pick(&self.sentences).split(' ') {
                here += 1;
                *words += 1.0;
                if !text.is_empty() {
                    text.push(' ');
                }
                // The derivative of 30 √n: how many new words the next one brings.
                let chance = 15.0 / words.sqrt().max(15.0);
                if (random.next() >> 11) as f64 / (1u64 << 53) as f64 >= chance {
                    text.push_str(word);
                } else {
                    text.push_str(&self.new_word(random));
                }
            }
            if random.below(4) == 0 {
                text.push_str("\n\n");
            }
        }
        Entry {
            id: format!("d{number}"),
            title: random.pick(&self.titles).clone(),
            text,
        }
    }

    fn new_word(&self, random: &mut Random) -> String {
        (0..3 + random.below(2))
            .map(|_| random.pick(&self.syllables).as_str())
            .collect()
    }

    /// Queries of one to four words, as people would type them: words of titles and sentences.
    pub fn queries(&self, count: usize, seed: u64) -> Vec<String> {
        let mut random = Random(seed);
        let long = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_alphanumeric());
            words
                .filter(|word| word.len() > 3)
                .map(str::to_lowercase)
                .collect()
        };
        let mut queries = Vec::with_capacity(count);
        while queries.len() < count {
            let from = match random.below(2) {
                0 => random.pick(&self.titles),
                _ => random.pick(&self.sentences),
            };
            let words = long(from);
            let length = 1 + random.below(4);
            if words.len() >= length {
                let start = random.below(words.len() - length + 1);
                queries.push(words[start..start + length].join(" "));
            }
        }
        queries
    }
}
