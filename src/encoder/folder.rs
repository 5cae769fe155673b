//! What is in the folder of an encoder.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::bert::{Bert, Pooling, Shape};
use super::tokenizer::Pieces;
use super::{EncoderError, Meaning};

/// Raised when another vector comes of the same text and the same folder.
const VERSION: &str = "1";
/// Texts are not read further than this many tokens. Short passages are read whole; of long ones the
/// first hundred words say what they are about, and to read on would take twice the time.
const MOST_TOKENS: usize = 128;
/// The largest file that is read.
const MOST_BYTES: u64 = 4 << 30;

const SHAPE: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const NUMBERS: &str = "model.safetensors";
const LIMITS: &str = "sentence_bert_config.json";
const POOLING: &str = "1_Pooling/config.json";

/// A sentence encoder, ready to run.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use palpate::encoder::Encoder;
/// let encoder = Encoder::open("all-MiniLM-L6-v2".as_ref())?;
/// let found = encoder.encode(&["brittle bones", "osteoporosis", "a train to Leeds"]);
/// assert!(found[0].similarity(&found[1]) > found[0].similarity(&found[2]));
/// # Ok(()) }
/// ```
pub struct FolderEncoder {
    hash: String,
    pieces: Pieces,
    model: Bert,
    longest: usize,
}

#[derive(Deserialize)]
struct EncoderLimits {
    max_seq_length: Option<usize>,
}

#[derive(Deserialize)]
struct PoolingFile {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
}

impl PoolingFile {
    fn pooling(&self) -> Result<Pooling, String> {
        let others = self.pooling_mode_max_tokens || self.pooling_mode_mean_sqrt_len_tokens;
        match (self.pooling_mode_mean_tokens, self.pooling_mode_cls_token) {
            (true, false) if !others => Ok(Pooling::Mean),
            (false, true) if !others => Ok(Pooling::First),
            _ => Err(format!(
                "{POOLING} pools neither by the mean nor by the first token"
            )),
        }
    }
}

/// The files of a folder, as they are.
struct EncoderFiles {
    folder: PathBuf,
    shape: Vec<u8>,
    tokenizer: Vec<u8>,
    numbers: Vec<u8>,
    limits: Option<Vec<u8>>,
    pooling: Option<Vec<u8>>,
}

impl EncoderFiles {
    fn read(folder: &Path) -> Result<EncoderFiles, EncoderError> {
        let needed = |name: &str| {
            let path = folder.join(name);
            read(&path).map_err(|cause| EncoderError::Io { path, cause })
        };
        let there = |name: &str| match needed(name) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(EncoderError::Io { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        };
        Ok(EncoderFiles {
            folder: folder.to_owned(),
            shape: needed(SHAPE)?,
            tokenizer: needed(TOKENIZER)?,
            numbers: needed(NUMBERS)?,
            limits: there(LIMITS)?,
            pooling: there(POOLING)?,
        })
    }

    /// The hash of all that vectors depend on, in hexadecimal.
    fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let version = Some(VERSION.as_bytes());
        let needed = [&self.shape, &self.tokenizer, &self.numbers].map(|file| Some(&file[..]));
        let others = [&self.limits, &self.pooling].map(Option::as_deref);
        for part in [version].into_iter().chain(needed).chain(others) {
            // With the length before it, no two lists of files look the same.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            hasher.update(&length.to_le_bytes());
            hasher.update(part.unwrap_or_default());
        }
        hasher.finalize().to_hex().to_string()
    }

    fn unfit(&self, file: &str, cause: impl ToString) -> EncoderError {
        EncoderError::Unfit {
            path: self.folder.join(file),
            cause: cause.to_string(),
        }
    }

    fn encoder(&self) -> Result<FolderEncoder, EncoderError> {
        let pieces = Pieces::read(&self.tokenizer).map_err(|e| self.unfit(TOKENIZER, e))?;
        let shape: Shape = serde_json::from_slice(&self.shape).map_err(|e| self.unfit(SHAPE, e))?;
        let pooling = match &self.pooling {
            None => Ok(Pooling::Mean),
            Some(file) => serde_json::from_slice(file)
                .map_err(|error| error.to_string())
                .and_then(|file: PoolingFile| file.pooling()),
        };
        let pooling = pooling.map_err(|cause| self.unfit(POOLING, cause))?;
        let limits: Option<EncoderLimits> = match &self.limits {
            None => None,
            Some(file) => serde_json::from_slice(file).map_err(|e| self.unfit(LIMITS, e))?,
        };
        shape.check().map_err(|cause| self.unfit(SHAPE, cause))?;
        // To hash the numbers takes about as long as to make a model of them.
        let (hash, model) = std::thread::scope(|scope| {
            let hash = scope.spawn(|| self.hash());
            let model = Bert::new(&shape, pooling, &self.numbers);
            (
                hash.join().unwrap_or_else(|cause| resume_unwind(cause)),
                model,
            )
        });
        let model = model.map_err(|cause| self.unfit(NUMBERS, cause))?;
        if pieces.largest() as usize >= model.vocabulary() {
            return Err(self.unfit(TOKENIZER, "it has more tokens than the model"));
        }
        let longest = limits.and_then(|limits| limits.max_seq_length);
        let longest = longest.unwrap_or(MOST_TOKENS).min(MOST_TOKENS);
        Ok(FolderEncoder {
            hash,
            longest: longest.min(model.positions()).max(2),
            pieces,
            model,
        })
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    match std::fs::metadata(path)?.len() {
        ..=MOST_BYTES => std::fs::read(path),
        _ => Err(std::io::Error::other("it is larger than 4 GB")),
    }
}

impl FolderEncoder {
    /// Reads the encoder in a folder: that of a BERT of the sentence-transformers. An error names the
    /// file, and what is wrong with it.
    pub fn open(folder: &Path) -> Result<FolderEncoder, EncoderError> {
        EncoderFiles::read(folder)?.encoder()
    }

    /// The hash that the encoder in a folder has.
    pub(crate) fn hash_of(folder: &Path) -> Result<String, EncoderError> {
        Ok(EncoderFiles::read(folder)?.hash())
    }

    /// The hash of all that its vectors depend on, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What texts mean, in their order. A text is read up to 128 tokens, or fewer where the encoder
    /// was made for fewer.
    pub fn encode(&self, texts: &[&str]) -> Vec<Meaning> {
        let vectors = self.vectors(texts).into_iter();
        vectors.map(|vector| Meaning::new(&vector)).collect()
    }

    /// The same as numbers that nothing was lost of.
    pub fn vectors(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let tokens = texts
            .iter()
            .map(|text| self.pieces.tokens(text, self.longest));
        let tokens: Vec<Vec<u32>> = tokens.collect();
        // A few at a time: then all that is made of them stays near the processor.
        let some = tokens.chunks(2);
        some.flat_map(|tokens| self.model.vectors(tokens)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let told = |folder: &Path| {
            FolderEncoder::open(folder)
                .err()
                .expect("it is none")
                .to_string()
        };
        assert!(told(folder.path()).contains(SHAPE));
        for name in [SHAPE, TOKENIZER, NUMBERS] {
            std::fs::write(folder.path().join(name), "{").expect("it can be written");
        }
        let said = told(folder.path());
        assert!(
            said.contains(TOKENIZER) && said.contains("no use"),
            "{said}"
        );
    }
}
