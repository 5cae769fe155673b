//! A search: from the address of a request, and into links.

use form_urlencoded::Serializer;

use super::Parameters;
use crate::index::{BadGlob, SourceFilter};
use crate::query::Spelling;
use crate::search::{Filter, Request};
use crate::serve::problem::Problem;
use crate::serve::state::Effort;

/// The most characters of a query.
const QUERY: usize = 1000;
/// The most hits of a page, and how deep pages go.
const HITS: usize = 100;
const DEPTH: usize = 10_000;

/// What a search is reckoned to cost, in words of a query: a word that is cut short stands for many, the words of
/// a phrase are looked for one by one, brackets have to be taken apart, and so many hits are as much as a word.
const PREFIX: usize = 10;
const PHRASE: usize = 16;
const HITS_PER_WORD: usize = 8;
const BRACKETS_PER_WORD: usize = 4;
/// What costs more than this is large: a question of some forty words is not. Chosen by what 32 clients at once
/// did to the searches of others on 28 thousand passages; docs/measurements.md.
const LARGE: usize = 48;

/// What can be given once: `part` is asked for by the script of the page, `p` of a document.
const ONCE: [&str; 10] = [
    "q",
    "risk",
    "limit",
    "offset",
    "source",
    "exact",
    "corrected",
    "explain",
    "part",
    "p",
];
const OFTEN: [&str; 3] = ["aspect", "condition", "technique"];

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::serve) struct AskedSearch {
    pub(in crate::serve) query: String,
    pub(in crate::serve) aspects: Vec<String>,
    pub(in crate::serve) conditions: Vec<String>,
    pub(in crate::serve) techniques: Vec<String>,
    /// The kind of risk that sentences have to tie them together with.
    pub(in crate::serve) risk: Option<String>,
    pub(in crate::serve) source: Option<String>,
    pub(in crate::serve) limit: Option<usize>,
    pub(in crate::serve) offset: usize,
    pub(in crate::serve) spelling: Spelling,
    pub(in crate::serve) explain: bool,
}

/// What results can be narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::serve) enum Narrowing {
    Aspect,
    Condition,
    Technique,
    Risk,
    Source,
}

impl Narrowing {
    pub(in crate::serve) fn name(self) -> &'static str {
        match self {
            Narrowing::Aspect => "aspect",
            Narrowing::Condition => "condition",
            Narrowing::Technique => "technique",
            Narrowing::Risk => "risk",
            Narrowing::Source => "source",
        }
    }
}

impl AskedSearch {
    /// How much work it is, told by what is asked alone.
    pub(in crate::serve) fn effort(&self) -> Effort {
        let count = |sign: fn(char) -> bool| self.query.chars().filter(|&c| sign(c)).count();
        let words = self.query.split_whitespace().count();
        let stars = count(|c| c == '*');
        let phrases = count(|c| matches!(c, '"' | '“' | '”')).div_ceil(2);
        let brackets = count(|c| matches!(c, '(' | ')')) / BRACKETS_PER_WORD;
        let hits = (self.offset + self.limit.unwrap_or_default()) / HITS_PER_WORD;
        let cost = words + PREFIX * stars + PHRASE * phrases + brackets + hits;
        match cost > LARGE {
            true => Effort::Large,
            false => Effort::Usual,
        }
    }

    /// Reads the part of an address after the question mark.
    pub(in crate::serve) fn read(address: Option<&str>) -> Result<AskedSearch, Problem> {
        let parameters = Parameters::read(address, &ONCE, &OFTEN)?;
        let filled = |name| parameters.filled(name).map(str::to_owned).collect();
        Ok(AskedSearch {
            query: parameters.text("q", "the query", QUERY)?,
            aspects: filled("aspect"),
            conditions: filled("condition"),
            techniques: filled("technique"),
            risk: parameters.filled("risk").last().map(str::to_owned),
            source: parameters.filled("source").last().map(str::to_owned),
            limit: parameters.number("limit", HITS)?,
            offset: parameters.number("offset", DEPTH)?.unwrap_or_default(),
            spelling: match (parameters.flag("exact")?, parameters.flag("corrected")?) {
                (true, _) => Spelling::Exact,
                (false, true) => Spelling::Corrected,
                (false, false) => Spelling::Forgiving,
            },
            explain: parameters.flag("explain")?,
        })
    }

    /// Whether only what is in the page is wanted, as the script asks for it, and not its frame.
    pub(in crate::serve) fn only_results(address: Option<&str>) -> bool {
        let parameters = Parameters::read(address, &ONCE, &OFTEN);
        parameters.is_ok_and(|parameters| parameters.one("part") == Some("results"))
    }

    /// The passage that a document is to be opened at.
    pub(super) fn passage(address: Option<&str>) -> Result<Option<String>, Problem> {
        let parameters = Parameters::read(address, &ONCE, &OFTEN)?;
        Ok(parameters.one("p").map(str::to_owned))
    }

    /// Whether there is nothing to search for.
    pub(in crate::serve) fn is_nothing(&self) -> bool {
        self.query.trim().is_empty() && self.filters().is_empty()
    }

    /// The request for a page of `usual` hits where nobody says otherwise.
    pub(in crate::serve) fn request(&self, usual: usize) -> Result<Request, BadGlob> {
        let source = self.source.as_deref().map(SourceFilter::glob);
        Ok(Request {
            limit: self.limit.unwrap_or(usual),
            offset: self.offset,
            source: source.transpose()?,
            filters: self.filters(),
            facets: true,
            spelling: self.spelling,
            explain: self.explain,
            ..Request::new(self.query.clone())
        })
    }

    fn filters(&self) -> Vec<Filter> {
        let aspects = self.aspects.iter().cloned().map(Filter::Aspect);
        let each = Filter::each(self.risk.as_deref(), &self.techniques, &self.conditions);
        aspects.chain(each).collect()
    }

    /// All that results are narrowed by.
    pub(in crate::serve) fn narrowed(&self) -> Vec<(Narrowing, String)> {
        let of = |group, values: &[String]| -> Vec<(Narrowing, String)> {
            values.iter().map(|value| (group, value.clone())).collect()
        };
        let mut narrowed = of(Narrowing::Aspect, &self.aspects);
        narrowed.extend(of(Narrowing::Condition, &self.conditions));
        narrowed.extend(of(Narrowing::Technique, &self.techniques));
        let once = |group, value: &Option<String>| value.clone().map(|value| (group, value));
        narrowed.extend(once(Narrowing::Risk, &self.risk));
        narrowed.extend(once(Narrowing::Source, &self.source));
        narrowed
    }

    /// The same, from the first hit on, narrowed by one thing more, or not by it any more.
    pub(in crate::serve) fn toggled(&self, group: Narrowing, value: &str) -> AskedSearch {
        let mut asked = AskedSearch {
            offset: 0,
            ..self.clone()
        };
        let values = match group {
            Narrowing::Aspect => &mut asked.aspects,
            Narrowing::Condition => &mut asked.conditions,
            Narrowing::Technique => &mut asked.techniques,
            Narrowing::Risk | Narrowing::Source => {
                let of = match group {
                    Narrowing::Risk => &mut asked.risk,
                    _ => &mut asked.source,
                };
                let same = of.as_deref() == Some(value);
                *of = (!same).then(|| value.to_owned());
                return asked;
            }
        };
        match values.iter().position(|known| known == value) {
            Some(at) => drop(values.remove(at)),
            None => values.push(value.to_owned()),
        }
        asked
    }

    /// The same, from another hit on.
    pub(in crate::serve) fn from(&self, offset: usize) -> AskedSearch {
        AskedSearch {
            offset,
            ..self.clone()
        }
    }

    /// The address of the page that shows this.
    pub(in crate::serve) fn link(&self) -> String {
        self.link_to("/")
    }

    /// The address of another page on the same search.
    pub(in crate::serve) fn link_to(&self, page: &str) -> String {
        let start = format!("{page}?");
        let length = start.len();
        let mut address = Serializer::for_suffix(start, length);
        if !self.query.is_empty() {
            address.append_pair("q", &self.query);
        }
        for (group, value) in self.narrowed() {
            address.append_pair(group.name(), &value);
        }
        if self.offset > 0 {
            address.append_pair("offset", &self.offset.to_string());
        }
        match self.spelling {
            Spelling::Forgiving => {}
            Spelling::Exact => drop(address.append_pair("exact", "true")),
            Spelling::Corrected => drop(address.append_pair("corrected", "true")),
        }
        address.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_costs_much_is_told_by_what_is_asked() {
        let effort = |address: &str| AskedSearch::read(Some(address)).expect("right").effort();
        for usual in [
            "q=osteoporosis+risk",
            "q=what+should+I+ask+before+I+have+my+neck+manipulated+if+I+am+on+blood+thinners+and+pregnant?",
            "q=\"low+back+pain\"+\"physical+therapy\"+osteo*",
            "q=(diabetes+OR+hypertension)+AND+(pregnancy+OR+(age+NOT+child))&offset=40&limit=100",
            "q=source:a*+pain",
        ] {
            assert_eq!(effort(usual), Effort::Usual, "{usual}");
        }
        let many = format!("q={}", "a*+".repeat(300));
        let words = format!("q={}", "the+of+".repeat(40));
        let brackets = format!("q={}pain{}", "(".repeat(120), ")".repeat(120));
        for large in [
            &many,
            &words,
            &brackets,
            "q=pain&offset=9000",
            "q=\"the+of\"+\"in+the\"+\"of+a\"",
            "q=source:*a*b*c*d*e*",
        ] {
            assert_eq!(effort(large), Effort::Large, "{large}");
        }
    }

    #[test]
    fn parameters_are_read_and_limited() {
        let asked = AskedSearch::read(Some("q=a+b&aspect=risk&aspect=&limit=5&offset=7&exact"));
        let asked = asked.expect("it is right");
        assert_eq!(asked.query, "a b");
        assert_eq!(
            (asked.limit, asked.offset, asked.spelling),
            (Some(5), 7, Spelling::Exact)
        );
        assert_eq!(asked.aspects, ["risk"]);
        for wrong in [
            "limit=101",
            "limit=x",
            "limit=-1",
            "offset=10001",
            "exact=maybe",
            "other=1",
            "q=a&q=b",
        ] {
            assert!(AskedSearch::read(Some(wrong)).is_err(), "{wrong}");
        }
        assert!(AskedSearch::read(Some(&format!("q={}", "x".repeat(1001)))).is_err());
    }

    #[test]
    fn what_is_toggled_twice_is_as_before() {
        let asked = AskedSearch::read(Some("q=a&aspect=risk&source=x")).expect("it is right");
        let more = asked.toggled(Narrowing::Condition, "gout");
        assert_eq!(more.link(), "/?q=a&aspect=risk&condition=gout&source=x");
        assert_eq!(more.toggled(Narrowing::Condition, "gout"), asked);
        assert_eq!(asked.toggled(Narrowing::Source, "x").source, None);
    }

    proptest! {
        #[test]
        fn a_link_says_what_was_asked(query in "\\PC{1,20}", aspect in "\\PC{1,9}", offset in 0..99_usize) {
            let asked = AskedSearch { query, offset, ..AskedSearch::default() }.toggled(Narrowing::Aspect, aspect.trim());
            let asked = asked.from(offset);
            let link = asked.link();
            let read = AskedSearch::read(link.strip_prefix("/?")).expect("it is right");
            let mut expected = asked;
            expected.aspects.retain(|aspect| !aspect.is_empty());
            prop_assert_eq!(read, expected);
        }
    }
}
