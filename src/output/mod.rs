//! # Output
//!
//! The last room: plain results in, bytes out. Printers know the results of a search and of a
//! build, and nothing of how either came about.
//!
//! * `statement` puts what passages tie together into plain words,
//! * [`text`] for people, on a terminal or in a pipe,
//! * [`json`] for programs: its field names are a contract,
//! * [`csv`] for spreadsheets,
//! * [`audit`] shows what the sources say, and which are silent,
//! * [`cite`] says what became of citations,
//! * [`diff`] shows what was added, changed and dropped between two indexes,
//! * [`generations`] lists the states of an index that are kept,
//! * [`suggestions`] completes what is being typed,
//! * [`passages`] shows how a document was cut,
//! * [`materials`] lists sources by title,
//! * [`known`] lists what can be asked for by name,
//! * [`watch_list`] says what changed about saved questions, [`atom`] does for feed readers,
//! * [`mod@reference`] is for reference managers,
//! * [`summary`] says what a build did,
//! * [`check`] says whether an index is as it was written.

pub mod atom;
pub mod audit;
pub mod check;
pub mod cite;
pub mod csv;
pub mod diff;
pub mod generations;
pub mod json;
pub mod known;
pub mod materials;
pub mod passages;
pub mod reference;
pub(crate) mod statement;
pub mod suggestions;
pub mod summary;
pub mod text;
pub mod watch_list;
