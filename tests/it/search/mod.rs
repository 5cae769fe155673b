//! What a search finds, how it is understood, and what it forgives.

mod forgiving;
mod language;
mod relevance;
mod twins;
mod understanding;
