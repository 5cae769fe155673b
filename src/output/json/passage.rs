//! What is kept of a passage.

use std::ops::Range;

use serde::Serialize;

use crate::annotate::{Advice, Assertion, Claim, Mentioned, Population, Statement, TiedCondition};
use crate::index::StoredPassage;
use crate::lexicon::Kind;
use crate::passage::PassageId;

/// The id of a passage: 20 hexadecimal digits (80 bits) of the BLAKE3 hash of its source and
/// text. Among a billion passages the chance of any two sharing one is below one in a million.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = PassageId))]
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct PassageIdJson<'a>(&'a str);

/// A concept a passage names.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Mentioned))]
#[derive(Serialize)]
pub(super) struct MentionedJson<'a> {
    name: &'a str,
    kind: KindJson,
    assertion: AssertionJson,
    #[serde(flatten)]
    beside: BesideJson,
}

/// What a risk is of.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = TiedCondition))]
#[derive(Serialize)]
struct TiedConditionJson<'a> {
    name: &'a str,
    /// As it is written, with what says how bad or how new it is.
    written: &'a str,
}

/// What one sentence ties together: a kind of risk, what is done, and with which condition.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Statement))]
#[derive(Serialize)]
pub(super) struct StatementJson<'a> {
    /// contraindication, precaution, adverse, red-flag, susceptibility, interaction
    risk: &'static str,
    /// The techniques or medicines it is said of; none where it is said of all, or of nothing that is named.
    techniques: &'a [String],
    /// With which conditions, or what may come of it.
    conditions: Vec<TiedConditionJson<'a>>,
    /// How often, as it is written, in small letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    often: Option<&'a str>,
    assertion: AssertionJson,
    #[serde(flatten)]
    beside: BesideJson,
    /// The sentence, the item or the cell, verbatim.
    text: &'a str,
    /// What leads into it: the line above its list, its column.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<String>,
    /// Its first and last line, as `lines` of the passage counts them.
    lines: (usize, usize),
}

/// What is said of something besides whether it is so.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Beside))]
#[derive(Serialize)]
pub(crate) struct BesideJson {
    /// "benefit", where what is denied is that it helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    denies: Option<&'static str>,
    /// recommended, caution, not-recommended, contraindicated
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
    /// "historical", where it was
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'static str>,
    /// family, others
    #[serde(skip_serializing_if = "Option::is_none")]
    experiencer: Option<&'static str>,
    /// children, pregnancy, older
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'static str>,
}

impl BesideJson {
    pub(crate) fn new(claim: Option<&Claim>) -> BesideJson {
        BesideJson {
            denies: claim.filter(|claim| claim.no_benefit).map(|_| "benefit"),
            advice: claim.and_then(|claim| claim.advice).map(Advice::name),
            time: claim.and_then(|claim| claim.time.name()),
            experiencer: claim.and_then(|claim| claim.experiencer.name()),
            population: claim
                .and_then(|claim| claim.population)
                .map(Population::name),
        }
    }
}

/// What a concept is.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Kind))]
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum KindJson {
    /// A disease, symptom or state of health.
    Condition,
    /// Something done about it: treatment, examination, drug.
    Technique,
    /// Something that can go wrong, or that speaks against a technique.
    Risk,
    /// Any other word with synonyms.
    Term,
}

/// What is said of a concept or cue.
#[cfg_attr(feature = "serve", derive(utoipa::ToSchema), schema(as = Assertion))]
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum AssertionJson {
    /// It is so.
    Affirmed,
    /// It is not so: "no risk of addiction".
    Negated,
    /// It is so rarely or perhaps: "rarely, nerve damage".
    Hedged,
    /// It is asked about or supposed: "if you have a fracture".
    Hypothetical,
}

/// A passage as it is kept for showing.
#[cfg(feature = "serve")]
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = StoredPassage)]
pub(crate) struct StoredPassageJson<'a> {
    id: PassageIdJson<'a>,
    /// The id of the document in runs and judgments.
    document: &'a str,
    source: &'a str,
    title: &'a str,
    headings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<&'a str>,
    /// First and last line, counted from 1: of the source, or else of the text drawn out of it.
    lines: (usize, usize),
    /// First and last page, counted from 1, where the source has pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<(usize, usize)>,
    /// Whether the text, or some of it, was recognised in a picture.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recognised: bool,
    /// First and last paragraph, counted from 1, where the source is counted in paragraphs.
    #[serde(skip_serializing_if = "Option::is_none")]
    paragraphs: Option<(usize, usize)>,
    /// First byte, and the one after the last.
    bytes: (usize, usize),
    text: &'a str,
    /// The aspects the passage speaks of, by their labels, the strongest first.
    aspects: &'a [String],
    /// The kinds of risk among them, by name.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    risks: &'a [String],
    concepts: Vec<MentionedJson<'a>>,
    /// What single sentences of it tie together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<StatementJson<'a>>,
}

impl<'a> PassageIdJson<'a> {
    pub(crate) fn new(id: &'a PassageId) -> Self {
        PassageIdJson(id.as_str())
    }
}

impl From<Assertion> for AssertionJson {
    fn from(assertion: Assertion) -> AssertionJson {
        match assertion {
            Assertion::Affirmed => AssertionJson::Affirmed,
            Assertion::Negated => AssertionJson::Negated,
            Assertion::Hedged => AssertionJson::Hedged,
            Assertion::Hypothetical => AssertionJson::Hypothetical,
        }
    }
}

/// The statements of a passage, in the order of its text.
pub(super) fn statements(passage: &StoredPassage) -> Vec<StatementJson<'_>> {
    let of = |statement: &'_ Statement| -> Option<(Range<usize>, &str)> {
        let bytes = statement.bytes.0..statement.bytes.1;
        Some((bytes.clone(), passage.text.get(bytes)?))
    };
    let statements = passage.statements.iter();
    statements
        .filter_map(|statement| {
            let (bytes, text) = of(statement)?;
            Some(StatementJson {
                risk: statement.risk.name(),
                techniques: &statement.techniques,
                conditions: statement
                    .conditions
                    .iter()
                    .map(|TiedCondition { name, written }| TiedConditionJson { name, written })
                    .collect(),
                often: statement.often.as_deref(),
                assertion: statement.claim.assertion.into(),
                beside: BesideJson::new(Some(&statement.claim)),
                text,
                lead: passage.lead_into(&bytes),
                lines: passage.lines_of(&bytes),
            })
        })
        .collect()
}

/// The concepts that a passage names.
pub(super) fn mentioned(concepts: &[Mentioned]) -> Vec<MentionedJson<'_>> {
    concepts.iter().map(MentionedJson::new).collect()
}

impl<'a> MentionedJson<'a> {
    fn new(concept: &'a Mentioned) -> Self {
        MentionedJson {
            name: &concept.name,
            kind: match concept.kind {
                Kind::Condition => KindJson::Condition,
                Kind::Technique => KindJson::Technique,
                Kind::Risk => KindJson::Risk,
                Kind::Term => KindJson::Term,
            },
            assertion: concept.claim.assertion.into(),
            beside: BesideJson::new(Some(&concept.claim)),
        }
    }
}

#[cfg(feature = "serve")]
impl<'a> StoredPassageJson<'a> {
    pub(crate) fn new(passage: &'a StoredPassage) -> Self {
        StoredPassageJson {
            id: PassageIdJson::new(&passage.id),
            document: &passage.document,
            source: &passage.source,
            title: &passage.title,
            headings: &passage.headings,
            lead: passage.lead.as_deref(),
            lines: passage.lines,
            pages: passage.pages,
            recognised: passage.recognised,
            paragraphs: passage.paragraphs,
            bytes: passage.bytes,
            text: &passage.text,
            aspects: &passage.aspects,
            risks: &passage.risks,
            concepts: mentioned(&passage.concepts),
            statements: statements(passage),
        }
    }
}
