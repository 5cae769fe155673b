//! # Queries
//!
//! What a person typed becomes a [`Plan`], in three steps without any I/O:
//!
//! 1. [`Query::parse`] reads the *syntax*: words, `"phrases"`, `+must`, `-exclude`, `field:word`,
//!    `prefix*`, and AND, OR, NOT in capitals as PubMed has them. Nothing is ever an error:
//!    what does not parse is read as words, and a note says so.
//! 2. [`Query::correct`] replaces what looks like a slip of the fingers: words in no list that are
//!    spelled nearly like one the corpus has. What is spelled as it should be stays (`words`), and
//!    its neighbour is a suggestion. It can be left out.
//! 3. [`Plan::new`] works out what the query *asks for*: terms by the one analysis chain,
//!    prefixes by the words of the corpus (through [`WordSource`]), function words left out when
//!    there are others, concepts with their other names by the lexicon, and the aspect it asks
//!    for ([`Asked`](crate::annotate::Asked)).
//!
//! The plan is plain data. Searching it is the next room's business.

mod correct;
mod parse;
mod plan;
mod words;

pub use correct::{Correction, DidYouMean, Spelled, Spelling};
pub use parse::{Clause, Occur, Pattern, Query, QueryGroup, QueryNode, Scope};
pub(crate) use plan::READ_WORDS;
pub use plan::{Plan, PlanConcept, PlanGroup, PlanNode, PlanPhrase, PlanWord, WordSource};
