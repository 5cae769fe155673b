//! Tokens → a vector: the forward pass of BERT (Devlin and others, "BERT: pre-training of deep
//! bidirectional transformers", 2019), the mean of its last layer, brought to length 1 (Reimers and
//! Gurevych, "Sentence-BERT", 2019).
//!
//! Texts are not padded: the tokens of all texts stand one after the other, and only attention knows
//! where a text ends.

use std::panic::resume_unwind;

use serde::Deserialize;

use super::attention::{Head, Room};
use super::kernel::{Norm, gelu};
use super::product::{Matrix, Quantised};
use super::tensors::Tensors;

/// The shape of a model, as `config.json` says it.
#[derive(Deserialize)]
pub(super) struct Shape {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    hidden_act: String,
    #[serde(default = "usual_epsilon")]
    layer_norm_eps: f32,
    #[serde(default = "usual_positions")]
    position_embedding_type: String,
}

fn usual_epsilon() -> f32 {
    1e-12
}

fn usual_positions() -> String {
    "absolute".to_owned()
}

/// How the vectors of tokens become that of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pooling {
    /// The mean of all.
    Mean,
    /// That of the token before the text.
    First,
}

/// A model, ready to run.
pub(super) struct Bert {
    size: usize,
    heads: usize,
    positions: usize,
    /// By token, and by place; the second has the kind of text in it, too.
    words: Vec<f32>,
    places: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    pooling: Pooling,
}

struct Layer {
    /// Queries, keys and values side by side.
    attention: Matrix,
    attended: Matrix,
    attended_norm: Norm,
    wide: Matrix,
    narrow: Matrix,
    norm: Norm,
}

/// The numbers of a model, by name.
struct Numbered<'a> {
    tensors: Tensors<'a>,
    epsilon: f32,
}

impl Numbered<'_> {
    /// The numbers of that shape; 0 stands for any length.
    fn of(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        // Some files have the name of the model before each.
        let tensor = self.tensors.get(name);
        let tensor = tensor.or_else(|| self.tensors.get(&format!("bert.{name}")));
        let tensor = tensor.ok_or_else(|| format!("it has no {name}"))?;
        let fits = |(found, wanted): (&usize, &usize)| *wanted == 0 || found == wanted;
        if tensor.shape.len() != shape.len() || !tensor.shape.iter().zip(shape).all(fits) {
            return Err(format!("{name} has the shape {:?}", tensor.shape));
        }
        let numbers = self.tensors.numbers(tensor);
        let numbers = numbers.map_err(|cause| format!("{name} {cause}"))?;
        match numbers.iter().all(|number| number.is_finite()) {
            true => Ok(numbers),
            false => Err(format!("{name} has what is no number")),
        }
    }

    fn weights(&self, name: &str, columns: usize, depth: usize) -> Result<Matrix, String> {
        let weights = self.of(&format!("{name}.weight"), &[columns, depth])?;
        let bias = self.of(&format!("{name}.bias"), &[columns])?;
        Ok(Matrix::new(&weights, bias))
    }

    fn norm(&self, name: &str, size: usize) -> Result<Norm, String> {
        Ok(Norm {
            scale: self.of(&format!("{name}.weight"), &[size])?,
            bias: self.of(&format!("{name}.bias"), &[size])?,
            epsilon: self.epsilon,
        })
    }

    fn layer(&self, number: usize, size: usize) -> Result<Layer, String> {
        let named = |name: &str| format!("encoder.layer.{number}.{name}");
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for part in ["query", "key", "value"] {
            let part = named(&format!("attention.self.{part}"));
            weights.extend(self.of(&format!("{part}.weight"), &[size, size])?);
            bias.extend(self.of(&format!("{part}.bias"), &[size])?);
        }
        let between = self.of(&named("intermediate.dense.bias"), &[0])?.len();
        Ok(Layer {
            attention: Matrix::new(&weights, bias),
            attended: self.weights(&named("attention.output.dense"), size, size)?,
            attended_norm: self.norm(&named("attention.output.LayerNorm"), size)?,
            wide: self.weights(&named("intermediate.dense"), between, size)?,
            narrow: self.weights(&named("output.dense"), size, between)?,
            norm: self.norm(&named("output.LayerNorm"), size)?,
        })
    }
}

impl Shape {
    /// Says where a model is none that can be run.
    pub(super) fn check(&self) -> Result<(), String> {
        let fault = match self {
            _ if self.model_type != "bert" => {
                format!("the model is a “{}”, no BERT", self.model_type)
            }
            _ if self.hidden_act != "gelu" => format!("its activation is “{}”", self.hidden_act),
            _ if self.position_embedding_type != "absolute" => {
                format!("its positions are “{}”", self.position_embedding_type)
            }
            _ if self.hidden_size == 0
                || self.num_attention_heads == 0
                || !self.hidden_size.is_multiple_of(self.num_attention_heads) =>
            {
                format!(
                    "{} heads do not fit {}",
                    self.num_attention_heads, self.hidden_size
                )
            }
            _ => return Ok(()),
        };
        Err(fault)
    }
}

impl Bert {
    /// A model of that shape with the numbers of `model.safetensors`; the error says what is wrong.
    pub(super) fn new(shape: &Shape, pooling: Pooling, numbers: &[u8]) -> Result<Bert, String> {
        let numbered = Numbered {
            tensors: Tensors::read(numbers)?,
            epsilon: shape.layer_norm_eps,
        };
        let size = shape.hidden_size;
        let positions = shape.max_position_embeddings;
        let mut places =
            numbered.of("embeddings.position_embeddings.weight", &[positions, size])?;
        let kinds = numbered.of("embeddings.token_type_embeddings.weight", &[0, size])?;
        for place in places.chunks_exact_mut(size) {
            for (number, kind) in place.iter_mut().zip(&kinds) {
                *number += kind;
            }
        }
        // Half of the numbers are words; they are read while the others are packed.
        let (words, layers) = std::thread::scope(|scope| {
            let words =
                scope.spawn(|| numbered.of("embeddings.word_embeddings.weight", &[0, size]));
            let layers = 0..shape.num_hidden_layers;
            let layers: Result<_, _> = layers.map(|number| numbered.layer(number, size)).collect();
            (
                words.join().unwrap_or_else(|cause| resume_unwind(cause)),
                layers,
            )
        });
        Ok(Bert {
            size,
            heads: shape.num_attention_heads,
            positions,
            words: words?,
            places,
            norm: numbered.norm("embeddings.LayerNorm", size)?,
            layers: layers?,
            pooling,
        })
    }

    /// How many tokens a text may have.
    pub(super) fn positions(&self) -> usize {
        self.positions
    }

    /// How many tokens there are.
    pub(super) fn vocabulary(&self) -> usize {
        self.words.len() / self.size
    }

    /// The vectors of texts, each of length 1.
    pub(super) fn vectors(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut rows = self.embedded(texts);
        let (mut attention, mut wide, mut narrow) = (Vec::new(), Vec::new(), Vec::new());
        let (mut room, mut whole) = (Room::default(), Quantised::default());
        let mut attended = vec![0.0; rows.len()];
        for layer in &self.layers {
            layer.attention.times(&rows, &mut whole, &mut attention);
            let mut first = 0;
            for text in texts {
                let tokens = first..first + text.len();
                self.attend(&attention, tokens, &mut room, &mut attended);
                first += text.len();
            }
            layer.attended.times(&attended, &mut whole, &mut narrow);
            layer.attended_norm.add(&mut rows, &narrow);
            layer.wide.times(&rows, &mut whole, &mut wide);
            gelu(&mut wide);
            layer.narrow.times(&wide, &mut whole, &mut narrow);
            layer.norm.add(&mut rows, &narrow);
        }
        self.pooled(texts, &rows)
    }

    fn embedded(&self, texts: &[Vec<u32>]) -> Vec<f32> {
        let size = self.size;
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        for text in texts {
            for token in text.iter() {
                rows.extend_from_slice(&self.words[*token as usize * size..][..size]);
            }
            places.extend_from_slice(&self.places[..text.len() * size]);
        }
        self.norm.add(&mut rows, &places);
        rows
    }

    fn attend(
        &self,
        attention: &[f32],
        tokens: std::ops::Range<usize>,
        room: &mut Room,
        attended: &mut [f32],
    ) {
        let (size, width) = (self.size / self.heads, 3 * self.size);
        let rows = &attention[tokens.start * width..tokens.end * width];
        let to = &mut attended[tokens.start * self.size..tokens.end * self.size];
        for start in (0..self.size).step_by(size) {
            let head = Head {
                rows,
                width,
                starts: [start, self.size + start, 2 * self.size + start],
                size,
            };
            head.attend(room, to);
        }
    }

    fn pooled(&self, texts: &[Vec<u32>], rows: &[f32]) -> Vec<Vec<f32>> {
        let mut first = 0;
        let mut vectors = Vec::with_capacity(texts.len());
        for text in texts {
            let tokens = match self.pooling {
                Pooling::Mean => text.len(),
                Pooling::First => 1,
            };
            let mut vector = vec![0.0_f32; self.size];
            for row in rows[first * self.size..]
                .chunks_exact(self.size)
                .take(tokens)
            {
                for (sum, number) in vector.iter_mut().zip(row) {
                    *sum += number;
                }
            }
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            for number in &mut vector {
                *number /= length.max(f32::MIN_POSITIVE);
            }
            vectors.push(vector);
            first += text.len();
        }
        vectors
    }
}
