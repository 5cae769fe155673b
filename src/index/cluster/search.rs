//! A generation in a cluster, opened, and the requests it answers.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::address::ClusterAddress;
use super::client::{Body, Client};
use super::entry::facet_field;
use super::{generation, query};
use crate::index::budget::Budget;
use crate::index::dictionary::Dictionary;
use crate::index::engine::{Engine, ToCount, without_chance};
use crate::index::error::IndexError;
use crate::index::gather::gathering::LEXICON_FILE;
use crate::index::manifest::Manifest;
use crate::index::passage::{Order, PassageAt};
use crate::index::wanted::{SourceGlob, Term, Wanted};
use crate::lexicon::Lexicon;

/// So many entries are read with one request.
pub(super) const PAGE: usize = 1000;
/// So many terms are counted with one request.
const TERMS: usize = 500;
/// No more terms are kept with their frequencies, some ten megabytes.
pub(super) const MOST_KNOWN: usize = 100_000;
/// Each shard hands over at least so many values of what is counted, so that the first of all are
/// right.
const VALUES_OF_SHARD: usize = 2000;
/// The most values that are counted.
pub(super) const MOST_VALUES: usize = 10_000;
/// Where no more passages match, their documents are counted, else they are estimated, to within
/// some percent (HyperLogLog++). Clusters count some 65,000 groups at once.
const COUNTED_EXACTLY: u64 = 50_000;

/// An index in a cluster, opened for reading: one generation.
#[derive(Clone)]
pub struct Cluster {
    pub(super) client: Arc<Client>,
    /// The index of the generation.
    pub(super) name: String,
    pub(super) manifest: Arc<Manifest>,
    pub(super) lexicon: Arc<Lexicon>,
    /// Fetched when first needed.
    pub(super) dictionary: Arc<OnceLock<Dictionary>>,
    /// How many passages have a term, as far as it was asked for: a generation does not change.
    frequencies: Arc<Mutex<HashMap<Term, u64>>>,
    /// How long work goes on: asked between requests, each of which has a limit of its own.
    pub(super) budget: Budget,
}

/// What is asked for of the entries that are found.
pub(super) struct Search<'a> {
    pub(super) query: Value,
    pub(super) size: usize,
    pub(super) more: Value,
    /// Parameters of the request.
    pub(super) parameters: &'a str,
}

impl Cluster {
    /// Opens the current generation of an index.
    pub(crate) fn open(address: &ClusterAddress) -> Result<Cluster, IndexError> {
        let client = Client::new(address)?;
        let Some((name, manifest)) = generation::current(&client)? else {
            return Err(IndexError::MissingInCluster(address.to_string()));
        };
        let bytes = generation::file(&client, &name, &manifest, LEXICON_FILE)?;
        let lexicon = Lexicon::parse(bytes.into());
        let lexicon = lexicon.ok_or_else(|| client.error("its lexicon cannot be read"))?;
        Ok(Cluster {
            client: client.into(),
            name,
            manifest: manifest.into(),
            lexicon: lexicon.into(),
            dictionary: Arc::default(),
            frequencies: Arc::default(),
            budget: Budget::default(),
        })
    }

    pub(super) fn search(&self, search: Search<'_>) -> Result<Value, IndexError> {
        let mut body = json!({
            "query": search.query,
            "size": search.size,
            "_source": false,
            "track_total_hits": false,
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), search.more) {
            body.extend(more);
        }
        // Half an answer could lack a warning, and nobody would know.
        let path = format!(
            "/{}/_search?allow_partial_search_results=false{}",
            self.name, search.parameters
        );
        self.client.ask("POST", &path, Body::Json(&body))
    }

    pub(super) fn query(&self, wanted: &Wanted) -> Result<Value, IndexError> {
        query::query(wanted, &mut |glob: &SourceGlob| {
            let mut sources = self.sources(None, usize::MAX)?;
            sources.retain(|source| glob.matches(source));
            Ok(sources)
        })
    }

    pub(super) fn strange(&self) -> IndexError {
        self.client.error("an answer is not what was asked for")
    }

    pub(super) fn hits(&self, answer: &mut Value) -> Result<Vec<Value>, IndexError> {
        match answer["hits"]["hits"].take() {
            Value::Array(hits) => Ok(hits),
            _ => Err(self.strange()),
        }
    }

    /// Where hits are that were sorted by their place at last.
    pub(super) fn addresses(&self, hits: &[Value]) -> Result<Vec<PassageAt>, IndexError> {
        let order = |hit: &Value| hit["sort"].as_array()?.last()?.as_u64();
        let at = |hit| order(hit).map(PassageAt).ok_or_else(|| self.strange());
        hits.iter().map(at).collect()
    }

    /// Parts of entries, in the order given.
    pub(super) fn entries<T: DeserializeOwned>(
        &self,
        at: &[PassageAt],
        parts: &[&str],
    ) -> Result<Vec<T>, IndexError> {
        let mut found = Vec::with_capacity(at.len());
        for page in at.chunks(PAGE) {
            let one = |&PassageAt(at): &PassageAt| json!({"_id": at.to_string(), "routing": Order(at).document().to_string()});
            let docs: Vec<Value> = page.iter().map(one).collect();
            let path = format!("/{}/_mget?_source_includes={}", self.name, parts.join(","));
            let mut answer = self
                .client
                .ask("POST", &path, Body::Json(&json!({"docs": docs})))?;
            let Value::Array(docs) = answer["docs"].take() else {
                return Err(self.strange());
            };
            for mut doc in docs {
                if let Some(reason) = doc["error"]["reason"].as_str() {
                    return Err(self.client.error(reason));
                }
                found.push(self.part(doc["_source"].take())?);
            }
        }
        match found.len() == at.len() {
            true => Ok(found),
            false => Err(self.strange()),
        }
    }

    pub(super) fn part<T: DeserializeOwned>(&self, source: Value) -> Result<T, IndexError> {
        serde_json::from_value(source).map_err(|error| {
            self.client
                .error(format!("an entry cannot be read: {error}"))
        })
    }

    /// Each entry that is found, with its place, in the order of the corpus.
    pub(super) fn each_entry(
        &self,
        query: &Value,
        parts: &[&str],
        take: &mut dyn FnMut(u64, Value) -> Result<bool, IndexError>,
    ) -> Result<(), IndexError> {
        let mut after: Option<u64> = None;
        while self.budget.goes_on() {
            let mut more = json!({"_source": parts, "sort": [{"order": "asc"}]});
            if let Some(after) = after {
                more["search_after"] = json!([after]);
            }
            let mut answer = self.search(Search {
                query: query.clone(),
                size: PAGE,
                more,
                parameters: "",
            })?;
            let hits = self.hits(&mut answer)?;
            let is_last = hits.len() < PAGE;
            for (PassageAt(order), mut hit) in self.addresses(&hits)?.into_iter().zip(hits) {
                after = Some(order);
                if !take(order, hit["_source"].take())? {
                    return Ok(());
                }
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// The best, with their scores, the greatest first.
    pub(super) fn best_exactly(
        &self,
        query: &Value,
        size: usize,
    ) -> Result<Vec<(Reverse<u32>, PassageAt)>, IndexError> {
        let mut answer = self.search(Search {
            query: query.clone(),
            size,
            more: json!({"sort": [{"_score": "desc"}, {"order": "asc"}]}),
            // Shards count by themselves otherwise, and a score would depend on the shard.
            parameters: "&search_type=dfs_query_then_fetch",
        })?;
        let hits = self.hits(&mut answer)?;
        let addresses = self.addresses(&hits)?.into_iter();
        let score = |hit: &Value| hit["sort"][0].as_f64();
        let scored = hits.iter().zip(addresses).map(|(hit, at)| {
            let score = score(hit).ok_or_else(|| self.strange())?;
            Ok((Reverse(without_chance(score as f32)), at))
        });
        scored.collect()
    }

    pub(super) fn buckets(&self, aggregation: &mut Value) -> Result<Vec<Value>, IndexError> {
        match aggregation["buckets"].take() {
            Value::Array(buckets) => Ok(buckets),
            _ => Err(self.strange()),
        }
    }

    pub(super) fn groups(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Value, IndexError> {
        let values = what.values.clamp(1, MOST_VALUES);
        let mut counts = json!({});
        if what.sources > 0 {
            counts["sources"] = json!({
                "terms": {
                    "field": "document",
                    "size": what.sources,
                    "shard_size": what.sources.max(VALUES_OF_SHARD),
                    "order": [{"_count": "desc"}, {"_key": "asc"}],
                },
                "aggs": {"source": {"terms": {"field": "source", "size": 1}}},
            });
        }
        for group in what.groups {
            counts[format!("in {group}")] = json!({"terms": {
                "field": facet_field(group),
                "size": values,
                "shard_size": values.max(VALUES_OF_SHARD),
            }});
        }
        let mut answer = self.search(Search {
            query: self.query(wanted)?,
            size: 0,
            more: json!({"track_total_hits": true, "aggs": counts}),
            parameters: "",
        })?;
        Ok(answer.take())
    }

    pub(super) fn known_frequencies(&self) -> MutexGuard<'_, HashMap<Term, u64>> {
        let known = self.frequencies.lock();
        // Whoever panicked with it left whole entries.
        known.unwrap_or_else(PoisonError::into_inner)
    }

    /// How many passages have each of some terms, as the cluster counts them.
    pub(super) fn counted(&self, terms: &[&Term]) -> Result<Vec<u64>, IndexError> {
        let mut found = Vec::with_capacity(terms.len());
        for terms in terms.chunks(TERMS) {
            let filter = |term: &&Term| {
                let (field, value) = query::term(term);
                json!({"term": {field: value}})
            };
            let filters: Vec<Value> = terms.iter().map(filter).collect();
            let mut answer = self.search(Search {
                query: json!({"match_all": {}}),
                size: 0,
                more: json!({"aggs": {"terms": {"filters": {"filters": filters}}}}),
                parameters: "",
            })?;
            let buckets = self.buckets(&mut answer["aggregations"]["terms"])?;
            let count = |bucket: &Value| bucket["doc_count"].as_u64();
            found.extend(buckets.iter().filter_map(count));
        }
        match found.len() == terms.len() {
            true => Ok(found),
            false => Err(self.strange()),
        }
    }

    /// How many documents have some of so many passages, and whether that is only about right.
    pub(super) fn documents(
        &self,
        wanted: &Wanted,
        passages: u64,
    ) -> Result<(u64, bool), IndexError> {
        if passages == 0 {
            return Ok((0, false));
        }
        let about = passages > COUNTED_EXACTLY;
        let (counts, path) = match about {
            true => {
                let estimated = json!({"field": "document", "precision_threshold": 40_000});
                (json!({"n": {"cardinality": estimated}}), "value")
            }
            // As many groups as there are documents at most, of which only the number comes back.
            false => {
                let documents = json!({"field": "document", "size": COUNTED_EXACTLY});
                let counted = json!({"stats_bucket": {"buckets_path": "each._count"}});
                (json!({"each": {"terms": documents}, "n": counted}), "count")
            }
        };
        let answer = self.search(Search {
            query: self.query(wanted)?,
            size: 0,
            more: json!({"aggs": counts}),
            parameters: "&filter_path=aggregations.n",
        })?;
        let found = answer["aggregations"]["n"][path].as_u64();
        Ok((found.ok_or_else(|| self.strange())?, about))
    }
}
