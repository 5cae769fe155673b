//! What a search finds, how it is understood, and what it forgives.

mod forgiving;
mod relevance;
mod understanding;
