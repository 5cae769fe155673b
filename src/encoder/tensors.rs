//! Numbers by name, as `model.safetensors` has them: the length of a table in eight bytes, the table as
//! JSON, then all numbers (format of the safetensors, version 0.4).

use std::collections::HashMap;
use std::ops::Range;

use serde::Deserialize;

/// The numbers of a file, where they lie.
pub(super) struct Tensors<'a> {
    table: HashMap<String, Tensor>,
    numbers: &'a [u8],
}

/// What the table says of some numbers.
#[derive(Deserialize)]
pub(super) struct Tensor {
    dtype: String,
    pub(super) shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// An entry of the table: of numbers, or of the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum TensorEntry {
    Numbers(Tensor),
    Other(serde::de::IgnoredAny),
}

impl<'a> Tensors<'a> {
    /// Reads the table; the error says what is wrong.
    pub(super) fn read(file: &'a [u8]) -> Result<Tensors<'a>, String> {
        let short = "it is cut short";
        let (length, rest) = file.split_first_chunk::<8>().ok_or(short)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| short)?;
        let (table, numbers) = rest.split_at_checked(length).ok_or(short)?;
        let table: HashMap<String, TensorEntry> =
            serde_json::from_slice(table).map_err(|error| error.to_string())?;
        let entries = table.into_iter().filter_map(|(name, entry)| match entry {
            TensorEntry::Numbers(tensor) => Some((name, tensor)),
            TensorEntry::Other(_) => None,
        });
        Ok(Tensors {
            table: entries.collect(),
            numbers,
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Tensor> {
        self.table.get(name)
    }

    /// The numbers themselves; the error says what is wrong with them.
    pub(super) fn numbers(&self, tensor: &Tensor) -> Result<Vec<f32>, String> {
        let (start, end) = tensor.data_offsets;
        let bytes = self
            .numbers
            .get(Range { start, end })
            .ok_or("lies beyond the file")?;
        let numbers: Vec<f32> = match tensor.dtype.as_str() {
            "F32" => {
                let each = bytes.as_chunks().0.iter();
                each.map(|number| f32::from_le_bytes(*number)).collect()
            }
            "BF16" => {
                let wide = |half: &[u8; 2]| u32::from(u16::from_le_bytes(*half)) << 16;
                let each = bytes.as_chunks().0.iter();
                each.map(|half| f32::from_bits(wide(half))).collect()
            }
            other => return Err(format!("is of numbers of the kind {other}")),
        };
        let length = tensor
            .shape
            .iter()
            .try_fold(1_usize, |all, n| all.checked_mul(*n));
        match length == Some(numbers.len()) {
            true => Ok(numbers),
            false => Err("has not as many numbers as its shape says".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told() {
        let file = |table: &str| {
            [
                &(table.len() as u64).to_le_bytes()[..],
                table.as_bytes(),
                &[0; 8],
            ]
            .concat()
        };
        let good = file(
            r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        );
        let tensors = Tensors::read(&good).expect("it is in order");
        let numbers = tensors.get("a").map(|a| tensors.numbers(a));
        assert_eq!(numbers, Some(Ok(vec![0.0, 0.0])));
        assert!(tensors.get("__metadata__").is_none());
        for wrong in [
            r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}"#,
            r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
            r#"{"a":{"dtype":"I8","shape":[8],"data_offsets":[0,8]}}"#,
            r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        ] {
            let wrong = file(wrong);
            let tensors = Tensors::read(&wrong).expect("the table can be read");
            assert!(
                tensors
                    .get("a")
                    .is_some_and(|a| tensors.numbers(a).is_err())
            );
        }
        for cut in [&good[..4], &good[..20]] {
            assert!(Tensors::read(cut).is_err());
        }
    }
}
