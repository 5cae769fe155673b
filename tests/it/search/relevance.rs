//! What must be found: queries over the four texts, each with the passage that has to come up.

use crate::common::{repository, search};
use palpate::index::{Home, Sources};
use palpate::search::{Ranking, RankingPart, Request, Searcher};

/// A query, the source and line the passage must contain, and the worst rank it may have.
struct Case(&'static str, &'static str, u64, usize);

const CASES: &[Case] = &[
    // who must not be treated, and what can go wrong
    Case("osteoporosis", "001_", 34, 3),
    Case("severe osteoporosis HVLA", "003_", 107, 1),
    Case("who should not have HVLA", "003_", 107, 2),
    Case("contraindications", "002_", 150, 1),
    Case("pregnant", "001_", 35, 1),
    Case("fracture", "001_", 33, 2),
    Case("bone cancer", "003_", 107, 1),
    Case("cancer in the spine", "001_", 33, 2),
    Case("nerve damage", "000_", 64, 1),
    Case("side effects", "003_", 107, 1),
    Case("bruising", "000_", 63, 1),
    Case("risk of addiction", "003_", 105, 1),
    Case("acute inflammatory conditions", "002_", 150, 1),
    // conditions
    Case("carpal tunnel syndrome", "001_", 20, 1),
    Case("middle ear infections", "001_", 24, 1),
    Case("irritable bowel syndrome", "003_", 72, 1),
    Case("IBS constipation", "000_", 29, 1),
    Case("bursitis", "002_", 59, 1),
    Case("myofascial pain trigger points", "002_", 60, 1),
    Case("fibromyalgia arthritis", "002_", 80, 1),
    Case("colic infants", "003_", 72, 1),
    Case("scar tissue formation", "002_", 71, 2),
    // techniques
    Case("high-velocity low-amplitude thrust", "003_", 83, 1),
    Case("myofascial release fascia", "003_", 81, 1),
    Case("counterstrain", "000_", 45, 1),
    Case("joint mobilization passive movement", "002_", 41, 1),
    Case("manipulation under anesthesia", "003_", 58, 1),
    // preparing, recovering, paying, choosing
    Case("fasting medication adjustments", "000_", 35, 1),
    Case("soreness 24 to 48 hours", "003_", 32, 2),
    Case("how long does a session last", "002_", 146, 2),
    Case("out-of-pocket fee per session", "003_", 101, 1),
    Case("does insurance cover CPT 97140", "002_", 142, 2),
    Case("Medicare Medicaid", "003_", 99, 1),
    Case("board certified provider", "003_", 117, 1),
    Case("alternatives acupuncture chiropractic", "003_", 109, 1),
    Case("telehealth", "002_", 130, 3),
    Case("success rate", "003_", 10, 1),
    // who does it
    Case("who performs OMT", "001_", 26, 3),
    Case("who can perform manual therapy", "002_", 138, 2),
    Case("occupational therapist", "002_", 138, 1),
    Case("what training do the doctors have", "001_", 26, 3),
    Case("DO designation after the name", "003_", 113, 1),
    // what it resembles
    Case("is it like massage", "003_", 50, 3),
    Case("difference between OMT and massage", "003_", 50, 3),
    Case("what else could I try instead of OMT", "003_", 109, 3),
    Case("physical therapy or OMT", "003_", 109, 3),
    // how long it lasts
    Case("how long is a session", "002_", 146, 3),
    Case("duration of the treatment", "000_", 50, 3),
    Case("30-60 minutes", "000_", 50, 2),
    Case("how many sessions for chronic back pain", "003_", 91, 4),
    Case("how long does soreness last", "003_", 89, 4),
    // what it costs
    Case("how much does it cost", "003_", 36, 3),
    Case("average price in the US", "003_", 12, 1),
    Case("copay and deductible", "003_", 99, 1),
    Case(
        "what will I have to pay out of my own pocket",
        "003_",
        101,
        3,
    ),
    Case("is code 97140 covered by insurance", "002_", 142, 2),
    Case("reimbursement rates by payer", "002_", 119, 1),
    // and the rest
    Case("can newborns have it", "003_", 68, 1),
    Case("asthma", "001_", 22, 3),
    Case("does it need anesthesia", "003_", 58, 2),
    Case("what should I wear", "000_", 36, 1),
    Case("can I eat and drink before the appointment", "001_", 39, 1),
    Case("popping sound", "003_", 83, 2),
    Case("is OMT safe", "003_", 105, 5),
    Case("nerve injury", "000_", 64, 3),
    Case("virtual reality", "002_", 130, 1),
    Case("bursitis swelling", "002_", 59, 1),
    Case("tendon inflammation", "002_", 58, 2),
    Case("muscle spasms", "002_", 96, 1),
    Case("adverse events", "003_", 107, 3),
    Case("lymph drainage", "003_", 85, 1),
    Case("how is somatic dysfunction found", "003_", 78, 1),
    Case("what happens during a session", "003_", 28, 3),
    Case("(osteoporosis OR fracture) AND risk", "002_", 150, 2),
    Case("(osteoporosis OR fracture) AND risk", "003_", 107, 2),
];

#[test]
fn every_query_finds_its_passage() {
    let missed: Vec<String> = CASES.iter().filter_map(missed).collect();
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}

fn missed(Case(query, source, line, worst): &Case) -> Option<String> {
    let results = search(&[query]);
    let hits = results["hits"].as_array().expect("hits is a list");
    let rank = hits.iter().position(|hit| {
        let in_source = hit["source"]
            .as_str()
            .is_some_and(|path| path.starts_with(&format!("corpus/{source}")));
        let within = |n: usize| hit["lines"][n].as_u64();
        in_source && within(0) <= Some(*line) && Some(*line) <= within(1)
    });
    match rank {
        Some(rank) if rank < *worst => None,
        Some(rank) => Some(format!(
            "“{query}”: {source} line {line} is at rank {}, not within {worst}",
            rank + 1
        )),
        None => Some(format!("“{query}”: {source} line {line} is not found")),
    }
}

/// The mean reciprocal rank of the passages over all cases (Voorhees, "The TREC-8 question
/// answering track report", 1999).
fn mean_reciprocal_rank(searcher: &Searcher, ranking: Ranking) -> f64 {
    let reciprocal = |Case(query, source, line, _): &Case| {
        let request = Request {
            ranking,
            ..Request::new(*query)
        };
        let results = searcher.search(&request).expect("it is searched");
        let found = results.hits.iter().find(|hit| {
            let (first, last) = hit.passage.lines;
            hit.passage.source.contains(source) && (first..=last).contains(&(*line as usize))
        });
        found.map_or(0.0, |hit| 1.0 / hit.rank as f64)
    };
    CASES.iter().map(reciprocal).sum::<f64>() / CASES.len() as f64
}

#[test]
fn the_whole_ranking_is_better_than_words_alone() {
    let dir = tempfile::tempdir().expect("a folder for the index");
    let sources = Sources::of([repository().join("corpus")]);
    let home = Home::Folder(dir.path().to_owned());
    home.build(&sources, &mut |_| {}).expect("it is built");
    let searcher = Searcher::open(&home).expect("it opens");
    let steps = [
        ("words", RankingPart::Fields),
        ("+ fields", RankingPart::Proximity),
        ("+ proximity", RankingPart::Concepts),
        ("+ concepts", RankingPart::Aspects),
    ];
    let mut figures = Vec::new();
    for (n, (what, _)) in steps.iter().enumerate() {
        let left_out: Vec<RankingPart> = steps[n..].iter().map(|(_, part)| *part).collect();
        figures.push((
            *what,
            mean_reciprocal_rank(&searcher, Ranking::without(&left_out)),
        ));
    }
    figures.push((
        "+ aspects",
        mean_reciprocal_rank(&searcher, Ranking::default()),
    ));
    for (what, figure) in &figures {
        println!("{what:<12} {figure:.3}");
    }
    assert!(figures[4].1 > figures[0].1);
}

#[test]
fn osteoporosis_risk_shows_the_three_warnings_of_three_sources() {
    let results = search(&["osteoporosis risk"]);
    let top = &results["hits"].as_array().expect("hits is a list")[..3];
    let mut sources: Vec<_> = top
        .iter()
        .filter_map(|hit| hit["source"].as_str())
        .collect();
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources.len(), 3, "{sources:?}");
    for hit in top {
        let text = hit["text"].as_str().expect("text is a string");
        assert!(text.contains("osteoporosis"), "{text}");
    }
    assert!(top.iter().any(|hit| {
        let text = hit["text"].as_str().unwrap_or_default();
        text.contains("Tell your doctor if you") && text.contains("Have osteoporosis")
    }));
}

#[test]
fn words_the_corpus_does_not_know_find_nothing() {
    let results = search(&["zebrafish", "quasar"]);
    assert_eq!(results["total"], 0);
    assert_eq!(results["hits"], serde_json::json!([]));
}

#[test]
fn the_query_language_narrows() {
    let sources = |query: &str| -> Vec<String> {
        search(&["--limit", "100", query])["hits"]
            .as_array()
            .expect("hits is a list")
            .iter()
            .map(|hit| hit["source"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let all = sources("osteoporosis").len();
    assert_eq!(all, 3);
    assert_eq!(sources("osteoporosis -pregnant").len(), 2);
    assert_eq!(sources("osteoporosis NOT pregnant").len(), 2);
    assert_eq!(sources("+osteoporosis +pregnant risk").len(), 1);
    assert_eq!(sources("osteoporosis AND HVLA").len(), 1);
    assert_eq!(sources("\"severe osteoporosis\"").len(), 2);
    // A phrase that no passage has is taken for its words.
    let words = sources("\"osteoporosis severe\"");
    assert!(words.starts_with(&sources("osteoporosis severe")));
    assert_eq!(sources("osteopor*").len(), 3);
    assert!(
        sources("source:001_* osteoporosis")
            .iter()
            .all(|s| s.contains("/001_"))
    );
    assert!(
        sources("osteoporosis -source:corpus/003*")
            .iter()
            .all(|s| !s.contains("003"))
    );
    assert_eq!(sources("title:telehealth").len(), 0);
    assert_eq!(sources("heading:alternatives").len(), 2);
    assert_eq!(
        sources("title:CPT").len(),
        sources("source:002*  CPT").len()
    );
}

#[test]
fn hits_are_what_was_counted_and_none_is_from_a_silent_source() {
    let more = [
        "osteoporosis risk",
        "gout risk",
        "OMT cost",
        "who should not have OMT",
    ];
    for query in CASES.iter().map(|case| case.0).chain(more) {
        let found = search(&[query, "--limit", "100"]);
        let hits = found["hits"].as_array().expect("hits");
        assert_eq!(found["total"], hits.len(), "{query}");
        let silent = found["facets"]["silent"]["sources"]
            .as_array()
            .expect("all are named");
        for hit in hits {
            assert!(
                !silent.contains(&hit["source"]),
                "{query}: {}",
                hit["source"]
            );
        }
    }
}
