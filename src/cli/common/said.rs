//! What went wrong with a search, with the command that helps.

use palpate::search::SearchError;

/// The error of a search, with how to list what there is instead of what was named.
pub(crate) fn said<T>(result: Result<T, SearchError>) -> anyhow::Result<T> {
    result.map_err(|error| {
        let listed_by = match &error {
            SearchError::NoAspect { .. } => "`palpate aspects` lists all",
            SearchError::NoConcept { .. } => "`palpate concepts PATTERN` lists those there are",
            SearchError::Index(_)
            | SearchError::NoRisk { .. }
            | SearchError::Glob(_)
            | SearchError::NoWords(_) => {
                return error.into();
            }
        };
        anyhow::anyhow!("{error} ({listed_by})")
    })
}
