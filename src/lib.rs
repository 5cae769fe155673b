pub mod analysis;
pub mod document;
pub mod index;
pub mod passage;
pub mod query;
pub mod search;
