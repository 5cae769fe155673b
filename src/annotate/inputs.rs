//! What the models were learned from, as a hash that stands in their headers: a table that changed
//! cannot ship with a model that was learned from the old one.

use crate::analysis::ANALYSIS_VERSION;

const REQUIREMENTS: &str = include_str!("../models/requirements.txt");

/// The hash of what the model of questions is learned from: the tables, its script and the analysis.
pub fn inputs_of_questions() -> String {
    hash(&[
        include_str!("../data/asks.toml"),
        include_str!("../data/signals.toml"),
        include_str!("../data/conditions.toml"),
        include_str!("../data/techniques.toml"),
        include_str!("../data/risks.toml"),
        include_str!("../models/learn_questions.py"),
    ])
}

/// The same for the model of passages, whose texts are no part of palpate: its script and the analysis.
pub fn inputs_of_passages() -> String {
    hash(&[include_str!("../models/learn_passages.py")])
}

fn hash(files: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in files.iter().chain(&[REQUIREMENTS, ANALYSIS_VERSION]) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::{PASSAGES, question};

    #[test]
    fn the_models_were_learned_from_what_is_there() {
        for (model, inputs, script) in [
            (question::DATA, inputs_of_questions(), "learn_questions.py"),
            (PASSAGES, inputs_of_passages(), "learn_passages.py"),
        ] {
            let said = model
                .lines()
                .find_map(|line| line.strip_prefix("# inputs: "));
            assert_eq!(
                said,
                Some(inputs.as_str()),
                "learn it anew: src/models/{script}"
            );
        }
    }
}
