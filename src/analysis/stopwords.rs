//! English function words. They are indexed like all others (phrases need them), but a query
//! that has other words is not searched for them.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::data::DataFile;

static STOPWORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| DataFile::Stopwords.text().split_whitespace().collect());

/// Whether a word, by its surface, carries no topic of its own.
pub(crate) fn is_stopword(surface: &str) -> bool {
    STOPWORDS.contains(surface)
}
