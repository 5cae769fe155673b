//! A new generation in a cluster.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::address::ClusterAddress;
use super::client::{Body, Client};
use super::entry::ForCluster;
use super::{bulk, generation, mapping};
use crate::document::KnownTexts;
use crate::index::error::IndexError;
use crate::index::gather::files::{self, Listing, Records, Trust};
use crate::index::gather::gathering::{Contents, Gathering};
use crate::index::gather::numbers::Numbers;
use crate::index::gather::sums;
use crate::index::manifest::{CorpusPlaces, Manifest};
use crate::index::recognised::{self, TextsByFile};
use crate::index::report::{BuildEvent, BuildReport, Repeated};
use crate::index::sources::Sources;

/// Files are sent in parts of so many bytes.
const PART: usize = 1 << 20;
/// How long a cluster may be busy, or without a leader, before a build that has begun gives up.
const ENDURANCE: Duration = Duration::from_secs(60);
/// How long making a searchable index of what was sent may take.
const SETTLING: Duration = Duration::from_secs(600);

type OnProgress<'p> = dyn FnMut(BuildEvent<'_>) + 'p;

/// Builds an index in a cluster, whether anything has changed or not.
pub(in crate::index) fn build(
    sources: &Sources,
    address: &ClusterAddress,
    progress: &mut OnProgress<'_>,
) -> Result<BuildReport, IndexError> {
    Building::new(sources, address)?.build(progress)
}

/// Builds an index in a cluster, unless the one there is already of the same files. Where anything
/// has changed, all is sent again.
pub(in crate::index) fn update(
    sources: &Sources,
    address: &ClusterAddress,
    progress: &mut OnProgress<'_>,
) -> Result<BuildReport, IndexError> {
    let building = Building::new(sources, address)?;
    match building.nothing_to_do()? {
        Some(report) => Ok(report),
        None => building.build(progress),
    }
}

/// A build that was asked for.
struct Building<'s> {
    sources: &'s Sources,
    client: Client,
    settings: String,
    listing: Listing,
    clock: Instant,
    started: u64,
}

impl<'s> Building<'s> {
    fn new(sources: &'s Sources, address: &ClusterAddress) -> Result<Building<'s>, IndexError> {
        let (clock, started) = (Instant::now(), files::now());
        sources.check()?;
        if sources.encoder.is_some() {
            return Err(IndexError::NoVectors(address.to_string()));
        }
        Ok(Building {
            settings: sources.settings()?,
            client: Client::new(address)?,
            listing: Listing::of(
                &sources.roots,
                sources.links,
                None,
                sources.reads_pictures(),
            ),
            sources,
            clock,
            started,
        })
    }

    /// The report where the index is of these files as they are.
    fn nothing_to_do(&self) -> Result<Option<BuildReport>, IndexError> {
        // What cannot be read is made anew.
        let Ok(Some((name, manifest))) = generation::current(&self.client) else {
            return Ok(None);
        };
        if manifest.settings != self.settings {
            return Ok(None);
        }
        let records = generation::file(&self.client, &name, &manifest, files::FILE).ok();
        let Some(records) = records.and_then(|text| Records::parse(&text[..])) else {
            return Ok(None);
        };
        let trust = match self.sources.verify {
            true => Trust::Contents,
            false => Trust::Stamps {
                started: manifest.started,
            },
        };
        let difference = records.compare(&self.listing, trust);
        if !difference.changes.is_empty() {
            return Ok(None);
        }
        let kept = difference.kept.values();
        let mut report = self.report(&manifest);
        report
            .failed
            .extend(kept.filter_map(|record| record.failed()));
        report.changes = Some(difference.changes);
        Ok(Some(report))
    }

    fn build(mut self, progress: &mut OnProgress<'_>) -> Result<BuildReport, IndexError> {
        let places = CorpusPlaces::of(&self.sources.roots, None);
        let former = generation::former(&self.client)?;
        if let Some(former) = &former {
            former.unless_lost(self.sources, &places, &self.listing)?;
        }
        let mut manifest = Manifest::new(self.sources, places, &self.settings, self.started);
        let before = self.make_room()?;
        // So much work is not thrown away for a node that takes a moment to be missed.
        self.client.be_patient(ENDURANCE);
        manifest.generation = before.next;
        let name = format!(
            "{}-g{:06}",
            self.client.address().index,
            manifest.generation
        );
        let made = self.write(&name, &mut manifest, progress);
        let made = made.and_then(|contents| {
            if let Some(former) = &former {
                former.unless_fewer(self.sources, &contents.holds)?;
            }
            Ok(contents)
        });
        match made {
            Ok(contents) => {
                self.switch(&name, &before.current)?;
                let mut report = self.report(&manifest);
                report.failed.extend(contents.failed);
                report.read(contents.read);
                Ok(report)
            }
            Err(error) => {
                // What could not be finished is of no use; the old generation stays. If it cannot be
                // removed now, the next build does.
                let _ = self.remove(&name);
                Err(error)
            }
        }
    }

    /// Removes what is neither searched nor will be: generations before the current one, and what
    /// interrupted builds left.
    fn make_room(&self) -> Result<BeforeBuild, IndexError> {
        let alias = &self.client.address().index;
        let current = generation::serving(&self.client)?;
        // Before anything is removed.
        if let Some(strange) = current.iter().find(|name| number_of(alias, name).is_none()) {
            let cause = format!("{strange} is no index of palpate");
            return Err(self.client.error(cause));
        }
        let path = format!("/_cat/indices/{alias}-g*?format=json&h=index");
        let answer = self.client.ask("GET", &path, Body::None)?;
        let names = answer.as_array().into_iter().flatten();
        let mut next = 1;
        for name in names.filter_map(|index| index["index"].as_str()) {
            let Some(number) = number_of(alias, name) else {
                continue;
            };
            next = next.max(number + 1);
            if !current.iter().any(|current| current == name) {
                self.remove(name)?;
            }
        }
        Ok(BeforeBuild { next, current })
    }

    fn write(
        &self,
        name: &str,
        manifest: &mut Manifest,
        progress: &mut OnProgress<'_>,
    ) -> Result<Contents, IndexError> {
        let writing = format!("{name}-writing");
        self.create(name, &mapping::passages(self.shards()?), Some(&writing))?;
        let annotator = self.sources.annotator()?;
        let files = self.listing.files.clone();
        let limits = &self.sources.limits;
        let gathering = Gathering::new(annotator, files, Numbers::default(), limits);
        let known = self.recognised_before();
        let recogniser = self.sources.recogniser(known, None);
        let mut gathering = gathering.recognising(recogniser, TextsByFile::default());
        let entries = bulk::send_all(&self.client, &writing, |bulk| {
            gathering.read_all(&ForCluster, progress, &mut |document, passage, entry| {
                bulk.add(document, passage, &entry)
            })?;
            Ok(bulk.entries)
        })?;
        progress(BuildEvent::Commit);
        self.settle(name, entries)?;
        let contents = gathering.contents();
        self.send_files(name, gathering, manifest)?;
        manifest.holds(&contents.holds);
        let about = json!({"_meta": {"palpate": manifest.signed()}});
        let path = format!("/{name}/_mapping");
        self.client.ask("PUT", &path, Body::Json(&about))?;
        Ok(contents)
    }

    /// What was recognised in the pictures of the index that is there.
    fn recognised_before(&self) -> KnownTexts {
        let Ok(Some((name, manifest))) = generation::current(&self.client) else {
            return KnownTexts::default();
        };
        if manifest.ocr.is_none() || !self.sources.reads_pictures() {
            return KnownTexts::default();
        }
        // What cannot be had is recognised again.
        let texts = generation::file(&self.client, &name, &manifest, recognised::FILE);
        TextsByFile::parse(&texts.unwrap_or_default()).known()
    }

    /// As many shards as there are nodes that keep data, if nobody said how many.
    fn shards(&self) -> Result<u32, IndexError> {
        if let Some(shards) = self.client.address().shards {
            return Ok(shards.max(1));
        }
        let health = self.client.ask("GET", "/_cluster/health", Body::None)?;
        let nodes = health["number_of_data_nodes"].as_u64().unwrap_or(1);
        Ok(u32::try_from(nodes).unwrap_or(u32::MAX).max(1))
    }

    fn create(&self, name: &str, what: &Value, alias: Option<&str>) -> Result<(), IndexError> {
        let mut what = what.clone();
        if let Some(alias) = alias {
            what["aliases"] = json!({alias: {"is_write_index": true}});
        }
        // What is acknowledged before there is a copy could be lost with its node. Where there is
        // nowhere to put one, the wait ends, and no node may be lost.
        let path = format!("/{name}?wait_for_active_shards=all&timeout=25s");
        let answer = self
            .client
            .send("PUT", &path, Body::Json(&what), ENDURANCE)?;
        let exists = answer.body["error"]["type"] == "resource_already_exists_exception";
        // The answer to the first request may have been lost; no other build has this number.
        match answer.is_fine() || exists {
            true => Ok(()),
            false => Err(self.client.error(answer.cause())),
        }
    }

    /// Makes what was sent searchable, and counts it.
    fn settle(&self, name: &str, entries: u64) -> Result<(), IndexError> {
        let settings = json!({"index": {"refresh_interval": null}});
        let path = format!("/{name}/_settings");
        self.client.ask("PUT", &path, Body::Json(&settings))?;
        let path = format!("/{name}/_refresh");
        let answer = self.client.send("POST", &path, Body::None, SETTLING)?;
        if !answer.is_fine() {
            return Err(self.client.error(answer.cause()));
        }
        let path = format!("/{name}/_count");
        let there = self.client.ask("GET", &path, Body::None)?["count"].as_u64();
        match there == Some(entries) {
            true => Ok(()),
            false => Err(self.client.error(format!(
                "it has {} of {entries} entries that were sent",
                there.unwrap_or_default()
            ))),
        }
    }

    /// Sends the files that a folder would have beside the passages.
    fn send_files(
        &self,
        name: &str,
        gathering: Gathering,
        manifest: &mut Manifest,
    ) -> Result<(), IndexError> {
        let words = format!("{name}-words");
        self.create(&words, &mapping::words(), None)?;
        let folder = tempfile::tempdir().map_err(IndexError::io(&std::env::temp_dir()))?;
        let folder = folder.path();
        gathering
            .write(folder, None)
            .map_err(IndexError::io(folder))?;
        manifest.sums = sums::sums(folder, &Default::default()).map_err(IndexError::io(folder))?;
        for file in manifest.sums.keys() {
            let path = folder.join(file);
            let bytes = std::fs::read(&path).map_err(IndexError::io(&path))?;
            for (number, part) in bytes.chunks(PART).enumerate() {
                let part = json!({"file": file, "part": number, "bytes": STANDARD.encode(part)});
                let path = format!("/{words}/_doc/{file}-{number}");
                self.client.ask("PUT", &path, Body::Json(&part))?;
            }
        }
        let path = format!("/{words}/_refresh");
        self.client.ask("POST", &path, Body::None)?;
        Ok(())
    }

    /// Makes a generation the current one, in one step.
    fn switch(&self, name: &str, before: &[String]) -> Result<(), IndexError> {
        let alias = &self.client.address().index;
        let mut actions = vec![
            json!({"remove": {"index": name, "alias": format!("{name}-writing")}}),
            json!({"add": {"index": name, "alias": alias}}),
        ];
        for old in before {
            actions.push(json!({"remove": {"index": old, "alias": alias}}));
        }
        let answer = self.client.ask(
            "POST",
            "/_aliases",
            Body::Json(&json!({"actions": actions})),
        );
        match answer {
            Ok(_) => Ok(()),
            // The answer to an earlier request may have been lost.
            Err(_) if generation::serving(&self.client)? == [name] => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn remove(&self, name: &str) -> Result<(), IndexError> {
        let path = format!("/{name},{name}-words?ignore_unavailable=true");
        self.client.ask("DELETE", &path, Body::None).map(drop)
    }

    fn report(&self, manifest: &Manifest) -> BuildReport {
        let again = self.client.take_again().into_iter();
        BuildReport {
            documents: manifest.documents,
            passages: manifest.passages,
            words: manifest.searched_words(),
            words_left_out: manifest.words_left_out,
            generation: manifest.generation,
            unknown: self.listing.unknown.clone(),
            links: self.listing.links.clone(),
            failed: self.listing.failed.clone(),
            seconds: self.clock.elapsed().as_secs_f64(),
            repeated: again
                .map(|(cause, times)| Repeated { cause, times })
                .collect(),
            ..BuildReport::default()
        }
    }
}

/// What there was before a build.
struct BeforeBuild {
    /// The number of the generation to come.
    next: u64,
    /// The indexes that are searched.
    current: Vec<String>,
}

/// The number of the generation that an index is of.
fn number_of(alias: &str, name: &str) -> Option<u64> {
    let number = name.strip_prefix(alias)?.strip_prefix("-g")?;
    let is_number = number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_indexes_of_this_name_are_touched() {
        assert_eq!(number_of("palpate", "palpate-g000012"), Some(12));
        for other in [
            "palpate",
            "palpate-g000012-words",
            "palpate-g1",
            "clinic-g000012",
        ] {
            assert_eq!(number_of("palpate", other), None, "{other}");
        }
    }
}
