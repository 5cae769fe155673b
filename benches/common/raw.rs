//! Raw tantivy: what the library does by itself with the title and the text of the same documents,
//! stemmed for English, with positions, the id stored. This is the measure palpate is held to.

use std::path::Path;

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TantivyDocument, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::TokenStream;
use tantivy::{Index, IndexWriter, ReloadPolicy, Searcher, Term};

use super::corpus::Entry;

/// The memory the writer may fill, in bytes.
const HEAP: usize = 256 << 20;

pub struct Raw {
    index: Index,
    id: Field,
    title: Field,
    text: Field,
}

impl Raw {
    /// Creates an index in an empty folder.
    pub fn create(dir: &Path) -> tantivy::Result<Raw> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("en_stem")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing);
        let (id, title, text) = (
            schema.add_text_field("id", STRING | STORED),
            schema.add_text_field("title", text.clone()),
            schema.add_text_field("text", text),
        );
        let index = Index::create_in_dir(dir, schema.build())?;
        Ok(Raw {
            index,
            id,
            title,
            text,
        })
    }

    /// Indexes documents with as many threads as there are cores, and waits until they can be
    /// searched.
    pub fn add(&self, entries: impl Iterator<Item = Entry>) -> tantivy::Result<()> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut writer: IndexWriter = self.index.writer_with_num_threads(threads, HEAP)?;
        for entry in entries {
            let mut document = TantivyDocument::default();
            document.add_text(self.id, entry.id);
            document.add_text(self.title, entry.title);
            document.add_text(self.text, entry.text);
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()
    }

    pub fn searcher(&self) -> tantivy::Result<Searcher> {
        let reader = self.index.reader_builder();
        let reader = reader.reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(reader.searcher())
    }

    /// The ten best by BM25 for any of the words, in title or text.
    pub fn top_ten(&self, searcher: &Searcher, words: &str) -> tantivy::Result<usize> {
        let mut analyzer = self.index.tokenizers().get("en_stem").unwrap_or_default();
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut stream = analyzer.token_stream(words);
        while stream.advance() {
            for field in [self.title, self.text] {
                let term = Term::from_field_text(field, &stream.token().text);
                let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(query)));
            }
        }
        let query = BooleanQuery::new(clauses);
        let top = searcher.search(&query, &TopDocs::with_limit(10).order_by_score())?;
        Ok(top.len())
    }
}
