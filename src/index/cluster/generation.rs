//! Which generation is the current one, and the files it has beside its passages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::client::{Body, Client};
use crate::index::error::IndexError;
use crate::index::gather::files::{self, Records};
use crate::index::gather::loss::Former;
use crate::index::manifest::Manifest;

/// More parts no file has.
const MOST_PARTS: usize = 10_000;

/// What the index of the current generation says of itself.
struct About {
    name: String,
    manifest: String,
}

/// The index of the current generation, and its manifest; `None` where there is none.
pub(super) fn current(client: &Client) -> Result<Option<(String, Manifest)>, IndexError> {
    let Some(About { name, manifest }) = about(client)? else {
        return Ok(None);
    };
    let manifest = Manifest::checked(manifest.as_bytes()).map_err(|unfit| {
        client.error(format!(
            "{unfit}; rebuild it with `palpate index --engine {}`",
            client.address()
        ))
    })?;
    Ok(Some((name, manifest)))
}

/// What is known of the current generation, of whatever version it is; `None` where there is none.
pub(super) fn former(client: &Client) -> Result<Option<Former>, IndexError> {
    let Some(About { name, manifest }) = about(client)? else {
        return Ok(None);
    };
    let records = Manifest::checked(manifest.as_bytes())
        .ok()
        .and_then(|checked| {
            let records = file(client, &name, &checked, files::FILE).ok()?;
            Records::parse(&records[..])
        });
    Ok(Former::of(manifest.as_bytes(), records))
}

fn about(client: &Client) -> Result<Option<About>, IndexError> {
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
    Ok(Some(About {
        name: name.clone(),
        manifest: about.to_string(),
    }))
}

/// The indexes that the alias stands for, or the one that has its name.
pub(super) fn serving(client: &Client) -> Result<Vec<String>, IndexError> {
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
        "size": MOST_PARTS,
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
