//! The parameters of a search: from the address of a request, and into links.

use form_urlencoded::{Serializer, parse};

use super::problem::Problem;
use crate::lexicon::Kind;
use crate::search::{Filter, Request};

/// The most characters of a query.
const QUERY: usize = 1000;
/// The most hits of a page, and how deep pages go.
const HITS: usize = 100;
const DEPTH: usize = 10_000;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) aspects: Vec<String>,
    pub(super) conditions: Vec<String>,
    pub(super) techniques: Vec<String>,
    pub(super) source: Option<String>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    pub(super) exact: bool,
    pub(super) explain: bool,
}

/// What results can be narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Aspect,
    Condition,
    Technique,
    Source,
}

impl Group {
    pub(super) fn name(self) -> &'static str {
        match self {
            Group::Aspect => "aspect",
            Group::Condition => "condition",
            Group::Technique => "technique",
            Group::Source => "source",
        }
    }
}

impl Asked {
    /// Reads the part of an address after the question mark. What is not known there is passed over.
    pub(super) fn read(address: Option<&str>) -> Result<Asked, Problem> {
        let mut asked = Asked::default();
        for (name, value) in parse(address.unwrap_or_default().as_bytes()) {
            let value = value.into_owned();
            match &*name {
                "q" => asked.query = value,
                "aspect" => asked.aspects.extend(some(value)),
                "condition" => asked.conditions.extend(some(value)),
                "technique" => asked.techniques.extend(some(value)),
                "source" => asked.source = some(value),
                "limit" => asked.limit = Some(number(&name, &value, HITS)?),
                "offset" => asked.offset = number(&name, &value, DEPTH)?,
                "exact" => asked.exact = flag(&name, &value)?,
                "explain" => asked.explain = flag(&name, &value)?,
                _ => {}
            }
        }
        let length = asked.query.chars().count();
        if length > QUERY {
            return Err(Problem::bad(format!(
                "the query has {length} characters; {QUERY} are the most"
            )));
        }
        Ok(asked)
    }

    /// Whether there is nothing to search for.
    pub(super) fn is_nothing(&self) -> bool {
        self.query.trim().is_empty() && self.filters().is_empty()
    }

    /// The request for a page of `usual` hits where nobody says otherwise.
    pub(super) fn request(&self, usual: usize) -> Request {
        Request {
            limit: self.limit.unwrap_or(usual),
            offset: self.offset,
            source: self.source.clone(),
            filters: self.filters(),
            facets: true,
            exact: self.exact,
            explain: self.explain,
            ..Request::new(self.query.clone())
        }
    }

    fn filters(&self) -> Vec<Filter> {
        let aspects = self.aspects.iter().cloned().map(Filter::Aspect);
        let of_kind = |kind, names: &[String]| -> Vec<Filter> {
            let names = names.iter().cloned();
            names.map(|name| Filter::Concept(kind, name)).collect()
        };
        aspects
            .chain(of_kind(Kind::Condition, &self.conditions))
            .chain(of_kind(Kind::Technique, &self.techniques))
            .collect()
    }

    /// All that results are narrowed by.
    pub(super) fn narrowed(&self) -> Vec<(Group, String)> {
        let of = |group, values: &[String]| -> Vec<(Group, String)> {
            values.iter().map(|value| (group, value.clone())).collect()
        };
        let mut narrowed = of(Group::Aspect, &self.aspects);
        narrowed.extend(of(Group::Condition, &self.conditions));
        narrowed.extend(of(Group::Technique, &self.techniques));
        narrowed.extend(self.source.clone().map(|source| (Group::Source, source)));
        narrowed
    }

    /// The same, from the first hit on, narrowed by one thing more, or not by it any more.
    pub(super) fn toggled(&self, group: Group, value: &str) -> Asked {
        let mut asked = Asked {
            offset: 0,
            ..self.clone()
        };
        let values = match group {
            Group::Aspect => &mut asked.aspects,
            Group::Condition => &mut asked.conditions,
            Group::Technique => &mut asked.techniques,
            Group::Source => {
                let same = asked.source.as_deref() == Some(value);
                asked.source = (!same).then(|| value.to_owned());
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
    pub(super) fn from(&self, offset: usize) -> Asked {
        Asked {
            offset,
            ..self.clone()
        }
    }

    /// The address of the page that shows this.
    pub(super) fn link(&self) -> String {
        const START: &str = "/?";
        let mut address = Serializer::for_suffix(START.to_owned(), START.len());
        if !self.query.is_empty() {
            address.append_pair("q", &self.query);
        }
        for (group, value) in self.narrowed() {
            address.append_pair(group.name(), &value);
        }
        if self.offset > 0 {
            address.append_pair("offset", &self.offset.to_string());
        }
        if self.exact {
            address.append_pair("exact", "true");
        }
        address.finish()
    }
}

fn some(value: String) -> Option<String> {
    Some(value).filter(|value| !value.trim().is_empty())
}

fn number(name: &str, value: &str, most: usize) -> Result<usize, Problem> {
    let number = value.parse().ok().filter(|number| *number <= most);
    number.ok_or_else(|| Problem::bad(format!("“{name}” is a number from 0 to {most}")))
}

fn flag(name: &str, value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "1" | "" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Problem::bad(format!("“{name}” is true or false"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parameters_are_read_and_limited() {
        let asked = Asked::read(Some(
            "q=a+b&aspect=risk&aspect=&limit=5&offset=7&exact&other=1",
        ));
        let asked = asked.expect("it is right");
        assert_eq!(asked.query, "a b");
        assert_eq!((asked.limit, asked.offset, asked.exact), (Some(5), 7, true));
        assert_eq!(asked.aspects, ["risk"]);
        for wrong in [
            "limit=101",
            "limit=x",
            "limit=-1",
            "offset=10001",
            "exact=maybe",
        ] {
            assert!(Asked::read(Some(wrong)).is_err(), "{wrong}");
        }
        assert!(Asked::read(Some(&format!("q={}", "x".repeat(1001)))).is_err());
    }

    #[test]
    fn what_is_toggled_twice_is_as_before() {
        let asked = Asked::read(Some("q=a&aspect=risk&source=x")).expect("it is right");
        let more = asked.toggled(Group::Condition, "gout");
        assert_eq!(more.link(), "/?q=a&aspect=risk&condition=gout&source=x");
        assert_eq!(more.toggled(Group::Condition, "gout"), asked);
        assert_eq!(asked.toggled(Group::Source, "x").source, None);
    }

    proptest! {
        #[test]
        fn a_link_says_what_was_asked(query in "\\PC{1,20}", aspect in "\\PC{1,9}", offset in 0..99_usize) {
            let asked = Asked { query, offset, ..Asked::default() }.toggled(Group::Aspect, aspect.trim());
            let asked = asked.from(offset);
            let link = asked.link();
            let read = Asked::read(link.strip_prefix("/?")).expect("it is right");
            let mut expected = asked;
            expected.aspects.retain(|aspect| !aspect.is_empty());
            prop_assert_eq!(read, expected);
        }
    }
}
