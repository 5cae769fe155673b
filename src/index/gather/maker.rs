//! What an engine makes of annotated passages.

use crate::annotate::Annotations;
use crate::document::Document;
use crate::passage::Passage;

/// Makes entries of an index out of annotated passages.
pub(in crate::index) trait EntryMaker: Sync {
    type Entry: Send;

    /// The entries of a document from `file`, in order: one a passage, or one that nothing finds
    /// where there is no passage.
    fn entries(
        &self,
        file: &str,
        document: &Document,
        passages: &[Passage],
        annotations: &[Annotations],
    ) -> Vec<Self::Entry>;
}
