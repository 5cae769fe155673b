//! The fields of a passage that words are looked for in.

/// The searchable text of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextField {
    /// The title of the document.
    Title,
    /// The headings above the passage and the lead-in it continues.
    Heading,
    /// The passage itself.
    Body,
}

impl TextField {
    pub const ALL: [TextField; 3] = [TextField::Title, TextField::Heading, TextField::Body];

    /// Its place in [`TextField::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// The name people use for it, in queries and explanations.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TextField::Title => "title",
            TextField::Heading => "heading",
            TextField::Body => "body",
        }
    }
}

/// Numbers of words, in the order of [`TextField::ALL`].
pub(crate) type Words = [u64; TextField::ALL.len()];
