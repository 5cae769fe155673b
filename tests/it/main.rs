//! All end-to-end tests, in one binary: what is linked once need not be linked nineteen times. Each
//! module asks one room of the house, mostly through the real binary, as its users do.
//!
//! Tests share a process, and run side by side. None of them changes the variables or the folder of
//! this process: what depends on them is run in a process of its own, in a folder of its own.

mod annotate;
mod audit;
mod cli;
mod common;
mod docs;
mod document;
#[cfg(feature = "encoder")]
mod encoder;
mod eval;
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
mod fuzz;
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
mod growth;
mod index;
mod lexicon;
#[cfg(feature = "mcp")]
mod mcp;
mod names;
#[cfg(all(feature = "docx", feature = "html", feature = "odt", feature = "pdf"))]
mod replay;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod signs;
mod statements;
mod supply;
mod tool;
mod walls;
mod watch_list;
