//! palpate: full-text passage search for clinical documents.
//!
//! The pipeline is the architecture. Data flows from the first module to the last, and a module
//! imports only from those before it:
//!
//! | module | takes → gives |
//! |---|---|
//! | [`data`] | what a clinician may edit → tables |
//! | [`document`] | files → documents: title and blocks |
//! | [`passage`] | document → passages: heading path, lines or pages, stable id |
//! | [`analysis`] | text → terms, the one chain for all |
//! | [`lexicon`] | data files → concepts and the automaton that finds them |
//! | [`annotate`] | passages → aspects, concepts, assertions |
//! | [`encoder`] | text → a vector of what it means (feature `encoder`, on by default) |
//! | [`index`] | annotated passages → a folder on disk → a reader |
//! | [`query`] | a string → a plan |
//! | [`search`] | plan and reader → ranked hits |
//! | [`audit`] | topics and index → what every source says of them, or that it is silent |
//! | [`diff`] | two indexes → what was added, changed, dropped |
//! | [`cite`] | a passage → a citation → what became of it |
//! | [`watch_list`] | saved questions and two indexes → what changed about each |
//! | [`output`] | results → terminal, JSON, CSV, a page |
//! | [`eval`] | rankings and judgments → metrics |
//! | `serve` | all of it → a web page and an API (feature `serve`, on by default) |
//! | `mcp` | all of it → tools of an assistant (feature `mcp`) |
//!
//! # The interface
//!
//! Public is what the command line uses, and no more. There is one door to an index, wherever it is:
//! [`index::Home`] builds it, brings it up to date and opens it; and one to search,
//! [`search::Searcher`].
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let page = folder.path().join("neck.txt");
//! # std::fs::write(&page, "Neck pain\n\nRisks\n\nTell us if you have brittle bones.\n")?;
//! use palpate::index::{Home, Sources};
//! use palpate::search::{Request, Searcher};
//!
//! let home = Home::Folder(folder.path().join("index"));
//! home.build(&Sources::of([&page]), &mut |_| {})?;
//! let searcher = Searcher::open(&home)?;
//! let found = searcher.search(&Request::new("osteoporosis"))?;
//! assert_eq!(found.hits[0].passage.lines, (5, 5));
//!
//! // What every source says of a topic, the silent ones included.
//! use palpate::audit::{Audit, AuditRequest, State};
//! let audit = Audit::of(searcher.engine(), &AuditRequest::new(["osteoporosis"]))?;
//! assert_eq!(audit.rows[0].cells[0].state(), State::Conditional);
//!
//! // A citation to paste, and what became of it.
//! use palpate::cite::{Citation, Verdict, verify};
//! let cited = Citation::of(searcher.engine(), &found.hits[0].passage);
//! assert_eq!(verify(&searcher, &cited)?, Verdict::Unchanged);
//!
//! // What differs between two states of the materials.
//! let newer = Home::Folder(folder.path().join("newer"));
//! newer.build(&Sources::of([&page]), &mut |_| {})?;
//! let changes = palpate::diff::diff(searcher.engine(), &*newer.open()?, "risk")?;
//! assert!(changes.is_empty());
//!
//! // Results as programs read them; `output` has a module for each kind.
//! palpate::output::json::write(&mut Vec::new(), &found, false)?;
//! # Ok(()) }
//! ```
//!
//! How a file is cut is asked of [`document::read`] and [`passage::cut`], how good a ranking is of
//! [`eval::Report`]; `serve::serve` runs the server. Each of them has an example, or a
//! command that is one.

#![forbid(unsafe_code)]

pub mod analysis;
pub mod annotate;
pub mod audit;
pub mod cite;
pub mod data;
pub mod diff;
pub mod document;
pub mod encoder;
pub mod eval;
pub mod index;
pub mod lexicon;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod output;
pub mod passage;
pub mod query;
pub mod search;
#[cfg(feature = "serve")]
pub mod serve;
pub mod watch_list;
