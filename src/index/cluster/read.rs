//! The answers of a cluster: one generation of an index in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tantivy::directory::OwnedBytes;
use tantivy::fieldnorm::FieldNormReader;

use super::super::engine::{
    Counted, Dictionary, Engine, PassageAt, Tallies, ToCount, without_chance,
};
use super::super::gather::{LEXICON_FILE, VOCABULARY_FILE};
use super::super::phrases::{self, Phrases};
use super::super::schema::{Order, StoredPassage};
use super::super::table::{Candidate, FIELDS, Places, Table};
use super::super::wanted::{SourceGlob, Term, Wanted};
use super::super::whole::{Around, WholeDocument};
use super::super::{IndexError, Manifest};
use super::address::ClusterAddress;
use super::client::{Body, Client};
use super::entry::{ReadCandidate, facet_field};
use super::query;
use crate::analysis::{Vocabulary, placed};
use crate::lexicon::Lexicon;

/// So many entries are read with one request.
const PAGE: usize = 1000;
/// So many terms are counted with one request.
const TERMS: usize = 500;
/// No more terms are kept with their frequencies, some ten megabytes.
const MOST_KNOWN: usize = 100_000;
/// Each shard hands over at least so many values of what is counted, so that the first of all are
/// right.
const VALUES_OF_SHARD: usize = 2000;
/// The most values that are counted.
const MOST_VALUES: usize = 10_000;
/// Where no more passages match, their documents are counted, else they are estimated, to within
/// some percent (HyperLogLog++). Clusters count some 65,000 groups at once.
const COUNTED_EXACTLY: u64 = 50_000;

/// An index in a cluster, opened for reading: one generation.
pub struct Cluster {
    client: Client,
    /// The index of the generation.
    name: String,
    manifest: Manifest,
    lexicon: Arc<Lexicon>,
    /// Fetched when first needed.
    dictionary: OnceLock<Dictionary>,
    /// How many passages have a term, as far as it was asked for: a generation does not change.
    frequencies: Mutex<HashMap<Term, u64>>,
}

/// What is asked for of the entries that are found.
struct Search<'a> {
    query: Value,
    size: usize,
    more: Value,
    /// Parameters of the request.
    parameters: &'a str,
}

impl Cluster {
    /// Opens the current generation of an index.
    pub fn open(address: &ClusterAddress) -> Result<Cluster, IndexError> {
        let client = Client::new(address)?;
        let Some((name, manifest)) = current(&client)? else {
            return Err(IndexError::MissingInCluster(address.to_string()));
        };
        let text = file(&client, &name, &manifest, LEXICON_FILE)?;
        let text = String::from_utf8(text).ok();
        let lexicon = text.and_then(|text| Lexicon::parse(&text));
        let lexicon = lexicon.ok_or_else(|| client.error("its lexicon cannot be read"))?;
        Ok(Cluster {
            client,
            name,
            manifest,
            lexicon: lexicon.into(),
            dictionary: OnceLock::new(),
            frequencies: Mutex::default(),
        })
    }

    fn search(&self, search: Search<'_>) -> Result<Value, IndexError> {
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

    fn query(&self, wanted: &Wanted) -> Result<Value, IndexError> {
        query::query(wanted, &mut |glob: &SourceGlob| {
            let mut sources = self.sources(None, usize::MAX)?;
            sources.retain(|source| glob.matches(source));
            Ok(sources)
        })
    }

    fn strange(&self) -> IndexError {
        self.client.error("an answer is not what was asked for")
    }

    fn hits(&self, answer: &mut Value) -> Result<Vec<Value>, IndexError> {
        match answer["hits"]["hits"].take() {
            Value::Array(hits) => Ok(hits),
            _ => Err(self.strange()),
        }
    }

    /// Where hits are that were sorted by their place at last.
    fn addresses(&self, hits: &[Value]) -> Result<Vec<PassageAt>, IndexError> {
        let order = |hit: &Value| hit["sort"].as_array()?.last()?.as_u64();
        let at = |hit| order(hit).map(PassageAt).ok_or_else(|| self.strange());
        hits.iter().map(at).collect()
    }

    /// Parts of entries, in the order given.
    fn entries<T: DeserializeOwned>(
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

    fn part<T: DeserializeOwned>(&self, source: Value) -> Result<T, IndexError> {
        serde_json::from_value(source).map_err(|error| {
            self.client
                .error(format!("an entry cannot be read: {error}"))
        })
    }

    /// Each entry that is found, with its place, in the order of the corpus.
    fn each_entry(
        &self,
        query: &Value,
        parts: &[&str],
        take: &mut dyn FnMut(u64, Value) -> Result<bool, IndexError>,
    ) -> Result<(), IndexError> {
        let mut after: Option<u64> = None;
        loop {
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
                return Ok(());
            }
        }
    }

    /// The best, with their scores, the greatest first.
    fn best_exactly(
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

    fn buckets(&self, aggregation: &mut Value) -> Result<Vec<Value>, IndexError> {
        match aggregation["buckets"].take() {
            Value::Array(buckets) => Ok(buckets),
            _ => Err(self.strange()),
        }
    }

    fn groups(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Value, IndexError> {
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
}

impl Cluster {
    fn known_frequencies(&self) -> MutexGuard<'_, HashMap<Term, u64>> {
        let known = self.frequencies.lock();
        // Whoever panicked with it left whole entries.
        known.unwrap_or_else(PoisonError::into_inner)
    }

    /// How many passages have each of some terms, as the cluster counts them.
    fn counted(&self, terms: &[&Term]) -> Result<Vec<u64>, IndexError> {
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
    fn documents(&self, wanted: &Wanted, passages: u64) -> Result<(u64, bool), IndexError> {
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

impl Engine for Cluster {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn lexicon(&self) -> &Arc<Lexicon> {
        &self.lexicon
    }

    fn dictionary(&self) -> Result<&Dictionary, IndexError> {
        if let Some(dictionary) = self.dictionary.get() {
            return Ok(dictionary);
        }
        let read = |name| file(&self.client, &self.name, &self.manifest, name);
        let owned = |name| read(name).map(OwnedBytes::new);
        let unfit = |error: std::io::Error| self.client.error(error.to_string());
        let (turned, shown) = (owned(phrases::TURNED_FILE)?, owned(phrases::SHOWN_FILE)?);
        let dictionary = Dictionary {
            vocabulary: Vocabulary::new(owned(VOCABULARY_FILE)?).map_err(unfit)?,
            phrases: Phrases::new(turned, shown).map_err(unfit)?,
        };
        Ok(self.dictionary.get_or_init(|| dictionary))
    }

    fn is_current(&self) -> Result<bool, IndexError> {
        let names = generation_of(&self.client)?;
        Ok(names == [self.name.as_str()])
    }

    fn troubles(&self) -> Vec<String> {
        let again = self.client.take_again().into_iter();
        let said = again.map(|(cause, times)| {
            let times = if times == 1 {
                "once"
            } else {
                &format!("{times} times")
            };
            format!("the cluster was asked again {times} ({cause})")
        });
        said.collect()
    }

    fn frequencies(&self, terms: &[Term]) -> Result<Vec<u64>, IndexError> {
        let mut found: HashMap<&Term, u64> = {
            let known = self.known_frequencies();
            let known = terms.iter().filter_map(|t| Some((t, *known.get(t)?)));
            known.collect()
        };
        let new = terms.iter().filter(|term| !found.contains_key(term));
        let new: Vec<&Term> = new.collect::<BTreeSet<_>>().into_iter().collect();
        if !new.is_empty() {
            let counted = self.counted(&new)?;
            let mut known = self.known_frequencies();
            if known.len() > MOST_KNOWN {
                known.clear();
            }
            for (term, count) in new.into_iter().zip(counted) {
                known.insert(term.clone(), count);
                found.insert(term, count);
            }
        }
        // All were known or new.
        Ok(terms.iter().map(|term| found[term]).collect())
    }

    fn best(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        let query = self.query(wanted)?;
        let mut size = limit + limit / 2;
        loop {
            size = size.clamp(1, MOST_VALUES);
            let mut found = self.best_exactly(&query, size)?;
            let score = |at: usize| found.get(at).map(|(score, _)| score);
            let all = found.len() < size || size == MOST_VALUES;
            // Those that are as good as the last one come in the order of the corpus, too.
            if all || score(size - 1) > score(limit.saturating_sub(1)) {
                found.sort_unstable();
                let best = found.into_iter().take(limit);
                return Ok(best.map(|(_, at)| at).collect());
            }
            size *= 4;
        }
    }

    fn first(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        let mut answer = self.search(Search {
            query: self.query(wanted)?,
            size: limit.min(MOST_VALUES),
            more: json!({"sort": [{"order": "asc"}]}),
            parameters: "",
        })?;
        let hits = self.hits(&mut answer)?;
        self.addresses(&hits)
    }

    fn count(&self, wanted: &Wanted) -> Result<u64, IndexError> {
        let answer = self.search(Search {
            query: self.query(wanted)?,
            size: 0,
            more: json!({"track_total_hits": true}),
            parameters: "",
        })?;
        let total = answer["hits"]["total"]["value"].as_u64();
        total.ok_or_else(|| self.strange())
    }

    fn tallies(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Tallies, IndexError> {
        let mut answer = self.groups(wanted, what)?;
        let passages = answer["hits"]["total"]["value"].as_u64();
        let passages = passages.ok_or_else(|| self.strange())?;
        let (documents, about) = self.documents(wanted, passages)?;
        let mut groups = Vec::with_capacity(what.groups.len());
        for group in what.groups {
            let found = self.buckets(&mut answer["aggregations"][format!("in {group}")])?;
            let value = |bucket: &Value| -> Option<Counted> {
                let value = bucket["key"].as_str()?.to_owned();
                Some((value, bucket["doc_count"].as_u64()?))
            };
            groups.push(found.iter().filter_map(value).collect());
        }
        let sources = match what.sources {
            0 => Vec::new(),
            _ => self.buckets(&mut answer["aggregations"]["sources"])?,
        };
        let source = |bucket: &Value| -> Option<Counted> {
            let source = bucket["source"]["buckets"][0]["key"].as_str()?;
            Some((source.to_owned(), bucket["doc_count"].as_u64()?))
        };
        Ok(Tallies {
            passages,
            documents,
            about,
            groups,
            sources: sources.iter().filter_map(source).collect(),
        })
    }

    fn table(
        &self,
        candidates: &[PassageAt],
        terms: &[&str],
        names: &[&[usize]],
    ) -> Result<Table, IndexError> {
        let parts = ["title", "heading", "body", "title_words", "aspects"];
        let mut at = candidates.to_vec();
        at.sort_unstable();
        at.dedup();
        let entries: Vec<ReadCandidate> = self.entries(&at, &parts)?;
        let numbers: HashMap<&str, usize> = terms.iter().copied().zip(0..).collect();
        let mut candidates = Vec::with_capacity(at.len());
        let mut positions = vec![Vec::new(); terms.len() * FIELDS * at.len()];
        for (c, (at, entry)) in at.iter().zip(&entries).enumerate() {
            let mut lengths = [0; FIELDS];
            for (f, pieces) in [&entry.title, &entry.heading, &entry.body]
                .iter()
                .enumerate()
            {
                for (term, place) in placed(pieces) {
                    lengths[f] += 1;
                    if let Some(t) = numbers.get(term) {
                        positions[(t * FIELDS + f) * entries.len() + c].push(place);
                    }
                }
            }
            candidates.push(Candidate {
                at: *at,
                order: Order(at.0),
                aspects: entry.weights().ok_or_else(|| self.strange())?,
                lengths: lengths.map(in_steps),
                title_words: entry.title_words,
            });
        }
        Ok(Table::of_positions(candidates, positions, names))
    }

    fn places(
        &self,
        table: &Table,
        chosen: &[usize],
        _terms: &[&str],
        used: &[usize],
    ) -> Result<Places, IndexError> {
        Ok(table.places(chosen, used))
    }

    fn passages(&self, at: &[PassageAt]) -> Result<Vec<StoredPassage>, IndexError> {
        let entries: Vec<Kept> = self.entries(at, &["stored"])?;
        let stored = |entry: Kept| entry.stored.ok_or_else(|| self.strange());
        entries.into_iter().map(stored).collect()
    }

    fn each(&self, wanted: &Wanted, take: &mut dyn FnMut(StoredPassage)) -> Result<(), IndexError> {
        let parts = query::parts(wanted);
        // Parts overlap, and come in the order of the corpus each by itself.
        let mut waiting: BTreeMap<u64, StoredPassage> = BTreeMap::new();
        for part in &parts {
            self.each_entry(&self.query(part)?, &["stored"], &mut |order, source| {
                match self.part::<Kept>(source)?.stored {
                    Some(passage) if parts.len() == 1 => take(passage),
                    Some(passage) => drop(waiting.insert(order, passage)),
                    // What has only a document to keep is no passage.
                    None => {}
                }
                Ok(true)
            })?;
        }
        waiting.into_values().for_each(take);
        Ok(())
    }

    fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        let query = self.query(&Wanted::Term(Term::Source(source.to_owned())))?;
        let mut entries = Vec::new();
        let mut first: Option<u64> = None;
        self.each_entry(&query, &["stored", "around"], &mut |order, source| {
            let document = Order(order).document();
            let is_of_first = *first.get_or_insert(document) == document;
            if is_of_first {
                let kept: Kept = self.part(source)?;
                entries.push((kept.around, kept.stored));
            }
            Ok(is_of_first)
        })?;
        match entries.is_empty() {
            true => Ok(None),
            false => WholeDocument::of(entries)
                .map(Some)
                .map_err(|cause| self.client.error(cause)),
        }
    }

    fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError> {
        let mut sources: Vec<String> = Vec::new();
        let mut after = after.map(str::to_owned);
        while sources.len() < limit {
            let size = PAGE.min(limit - sources.len());
            let mut composite = json!({
                "size": size,
                "sources": [{"source": {"terms": {"field": "source"}}}],
            });
            if let Some(after) = &after {
                composite["after"] = json!({"source": after});
            }
            let mut answer = self.search(Search {
                query: json!({"match_all": {}}),
                size: 0,
                more: json!({"aggs": {"sources": {"composite": composite}}}),
                parameters: "",
            })?;
            let buckets = self.buckets(&mut answer["aggregations"]["sources"])?;
            let key = |bucket: &Value| bucket["key"]["source"].as_str().map(str::to_owned);
            sources.extend(buckets.iter().filter_map(key));
            if buckets.len() < size {
                break;
            }
            after = sources.last().cloned();
        }
        Ok(sources)
    }
}

/// What an entry keeps of its document and passage.
#[derive(serde::Deserialize)]
struct Kept {
    #[serde(default)]
    around: Around,
    #[serde(default)]
    stored: Option<StoredPassage>,
}

/// A length in the steps in which both engines keep lengths.
fn in_steps(length: u32) -> u32 {
    FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length))
}

/// The index of the current generation, and its manifest; `None` where there is none.
pub(super) fn current(client: &Client) -> Result<Option<(String, Manifest)>, IndexError> {
    let alias = &client.address().index;
    let path = format!("/{alias}/_mapping");
    let answer = client.send("GET", &path, Body::None, client.address().patience)?;
    if answer.status == 404 {
        return Ok(None);
    }
    if !answer.is_fine() {
        return Err(client.error(answer.cause()));
    }
    let Some((name, index)) = answer.body.as_object().and_then(|all| all.iter().next()) else {
        return Ok(None);
    };
    let about = &index["mappings"]["_meta"]["palpate"];
    if about.is_null() {
        return Err(client.error(format!("{name} is no index of palpate")));
    }
    let manifest = Manifest::checked(about.to_string().as_bytes()).map_err(|unfit| {
        client.error(format!(
            "{unfit}; rebuild it with `palpate index --engine {}`",
            client.address()
        ))
    })?;
    Ok(Some((name.clone(), manifest)))
}

/// The indexes that the alias stands for, or the one that has its name.
pub(super) fn generation_of(client: &Client) -> Result<Vec<String>, IndexError> {
    let path = format!("/{}/_settings/index.uuid", client.address().index);
    let answer = client.send("GET", &path, Body::None, client.address().patience)?;
    match answer.status {
        404 => Ok(Vec::new()),
        _ if answer.is_fine() => {
            let names = answer.body.as_object().into_iter().flatten();
            Ok(names.map(|(name, _)| name.clone()).collect())
        }
        _ => Err(client.error(answer.cause())),
    }
}

/// A file of a generation, put together from its parts; it has to have its hash.
pub(super) fn file(
    client: &Client,
    index: &str,
    manifest: &Manifest,
    name: &str,
) -> Result<Vec<u8>, IndexError> {
    let body = json!({
        "query": {"term": {"file": name}},
        "size": MOST_VALUES,
        "sort": [{"part": "asc"}],
        "_source": ["bytes"],
    });
    let path = format!("/{index}-words/_search?allow_partial_search_results=false");
    let answer = client.ask("POST", &path, Body::Json(&body))?;
    let hits = answer["hits"]["hits"].as_array().into_iter().flatten();
    let mut bytes = Vec::new();
    for hit in hits {
        let part = hit["_source"]["bytes"].as_str().unwrap_or_default();
        let part = STANDARD.decode(part);
        bytes.extend(part.map_err(|_| client.error(format!("{name} is damaged")))?);
    }
    let sum = blake3::hash(&bytes).to_hex().to_string();
    match manifest.sums.get(name) == Some(&sum) {
        true => Ok(bytes),
        false => Err(client.error(format!("{name} is damaged"))),
    }
}
