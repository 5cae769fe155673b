//! Which aspects can be shown beside a passage as what it speaks of: those that were right in four
//! of five passages that nobody had seen when the cues were written.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::data::from_toml;

const TABLE: &str = include_str!("../data/trusted.toml");
/// The least precision.
const LEAST: f64 = 0.8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustTable {
    measured: Vec<Measured>,
}

/// How often an aspect was right where it was shown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    aspect: String,
    precision: f64,
}

static TRUSTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let table: TrustTable = from_toml(TABLE)
        // The file is part of the program; a test reads it.
        .expect("the table of trust is valid");
    let trusted = table.measured.into_iter();
    let trusted = trusted.filter(|measured| measured.precision >= LEAST);
    trusted.map(|measured| measured.aspect).collect()
});

/// Whether an aspect, by its label, is right often enough to be shown as a fact.
pub fn trusted(label: &str) -> bool {
    TRUSTED.iter().any(|known| known == label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Aspect;

    #[test]
    fn what_was_measured_are_aspects() -> Result<(), crate::data::TableFault> {
        let table: TrustTable = from_toml(TABLE)?;
        for measured in &table.measured {
            let label = Aspect::named(&measured.aspect).first().map(|a| a.label());
            assert_eq!(label, Some(measured.aspect.as_str()));
        }
        assert!(trusted("risk") && !trusted("weather"));
        Ok(())
    }
}
