//! What the indexes of a generation look like to the cluster.

use serde_json::{Map, Value, json};

use crate::index::gather::facets::GROUPS;

/// The index of the passages.
///
/// BM25 is that of the embedded engine: k1 = 1.2, b = 0.75, and a closed compound, which stands where
/// its last part does, counts for the length of a field. Terms at one place are joined by U+0001.
pub(super) fn passages(shards: u32) -> Value {
    let text = json!({
        "type": "text",
        "analyzer": "palpate",
        "similarity": "palpate",
        "index_options": "positions",
        // A gap of one position, as between pieces of text in the embedded index.
        "position_increment_gap": 1,
    });
    let kept = json!({"type": "object", "enabled": false});
    // What is sorted or counted by is made ready when the index is, and not by the first who asks.
    let counted = json!({"type": "keyword", "eager_global_ordinals": true});
    let facets = GROUPS.map(|group| (group.to_owned(), counted.clone()));
    let facets: Map<String, Value> = facets.into_iter().collect();
    json!({
        "settings": {
            "index": {
                "number_of_shards": shards,
                "auto_expand_replicas": "0-1",
                // Nobody reads it before it is complete.
                "refresh_interval": "-1",
                "similarity": {
                    "palpate": {"type": "BM25", "k1": 1.2, "b": 0.75, "discount_overlaps": false},
                },
            },
            "analysis": {
                "tokenizer": {
                    "palpate_terms": {"type": "whitespace", "max_token_length": 4096},
                },
                "filter": {
                    "palpate_places": {
                        "type": "pattern_capture",
                        "preserve_original": false,
                        "patterns": ["([^\u{1}]+)"],
                    },
                },
                "analyzer": {
                    "palpate": {
                        "type": "custom",
                        "tokenizer": "palpate_terms",
                        "filter": ["palpate_places"],
                    },
                },
            },
        },
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "title": text, "heading": text, "body": text,
                "kinds": {"type": "text", "analyzer": "palpate", "similarity": "palpate"},
                "facets": {"properties": facets},
                "source": counted,
                "id": {"type": "keyword", "doc_values": false},
                "document": {"type": "long"},
                "order": {"type": "long"},
                "title_words": {"type": "integer", "index": false, "doc_values": false},
                "aspects": {"type": "binary"},
                "stored": kept, "around": kept,
            },
        },
    })
}

/// The index of the files that a folder would have beside the passages, in parts.
pub(super) fn words() -> Value {
    json!({
        "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "file": {"type": "keyword"},
                "part": {"type": "integer"},
                "bytes": {"type": "binary"},
            },
        },
    })
}
