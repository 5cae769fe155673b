//! What is asked for: the part of an address after the question mark, read once and typed.
//!
//! [`Parameters`] is the one reader, with one rule for all: a name that nobody knows, a value given
//! twice that can be given once, and one that is not of its type, or too large, are problems that
//! say so. On top of it, `search`, `audit` and `watch` are what the large requests
//! ask for, with the links that lead to them; the small ones are here.

mod audit;
mod search;
mod watch;

use std::collections::HashSet;

use form_urlencoded::parse;

use super::problem::Problem;

pub(super) use audit::{AskedAudit, COLUMNS};
pub(super) use search::{AskedSearch, Narrowing};
pub(super) use watch::AskedWatch;

/// The most characters of the beginning of a query.
const PREFIX: usize = 200;
/// Suggestions, where nobody says otherwise, and the most.
const SUGGESTIONS: (usize, usize) = (10, 50);
/// Documents listed at once, where nobody says otherwise, and the most.
const LISTED: (usize, usize) = (100, 1000);

/// The beginning of a name that somebody made up.
fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

/// The parameters of an address, in order.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the part of an address after the question mark. Some names stand for one value, some
    /// for several, and there are no others.
    fn read(address: Option<&str>, once: &[&str], often: &[&str]) -> Result<Parameters, Problem> {
        let pairs = parse(address.unwrap_or_default().as_bytes());
        let pairs: Vec<(String, String)> = pairs.into_owned().collect();
        let mut seen = HashSet::new();
        for (name, _) in &pairs {
            let name = name.as_str();
            if !once.contains(&name) && !often.contains(&name) {
                let known = [once, often].concat().join(", ");
                let detail = format!("there is no parameter “{}”; there are {known}", shown(name));
                return Err(Problem::bad(detail));
            }
            if once.contains(&name) && !seen.insert(name) {
                return Err(Problem::bad(format!("“{name}” is given more than once")));
            }
        }
        Ok(Parameters(pairs))
    }

    /// All values of a parameter.
    fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// All values of a parameter that say something.
    fn filled(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.all(name).filter(|value| !value.trim().is_empty())
    }

    /// The value of a parameter that can be given once.
    fn one(&self, name: &'static str) -> Option<&str> {
        self.all(name).last()
    }

    /// A text of at most so many characters, named `what` in the problem.
    fn text(&self, name: &'static str, what: &str, most: usize) -> Result<String, Problem> {
        let text = self.one(name).unwrap_or_default();
        match text.chars().count() {
            length if length > most => Err(Problem::bad(format!(
                "{what} has {length} characters; {most} are the most"
            ))),
            _ => Ok(text.to_owned()),
        }
    }

    /// A number that is at most so large; a field of a form that nobody filled in is none.
    fn number(&self, name: &'static str, most: usize) -> Result<Option<usize>, Problem> {
        let read = |value: &str| value.parse().ok().filter(|number| *number <= most);
        let wrong = || Problem::bad(format!("“{name}” is a number from 0 to {most}"));
        let value = self.filled(name).last();
        value.map(|value| read(value).ok_or_else(wrong)).transpose()
    }

    /// Whether something is wanted. To name it is to want it.
    fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        match self.one(name) {
            Some("true" | "1" | "on" | "") => Ok(true),
            None | Some("false" | "0" | "off") => Ok(false),
            Some(_) => Err(Problem::bad(format!("“{name}” is true or false"))),
        }
    }
}

/// What completes the beginning of a query.
#[derive(Debug)]
pub(super) struct AskedSuggestions {
    pub(super) prefix: String,
    pub(super) limit: usize,
}

impl AskedSuggestions {
    pub(super) fn read(address: Option<&str>) -> Result<AskedSuggestions, Problem> {
        let parameters = Parameters::read(address, &["q", "limit"], &[])?;
        let (usual, most) = SUGGESTIONS;
        Ok(AskedSuggestions {
            prefix: parameters.text("q", "the beginning of a query", PREFIX)?,
            limit: parameters.number("limit", most)?.unwrap_or(usual),
        })
    }
}

/// Some of the documents.
#[derive(Debug)]
pub(super) struct AskedList {
    /// Only those after this one.
    pub(super) after: Option<String>,
    pub(super) limit: usize,
}

impl AskedList {
    pub(super) fn read(address: Option<&str>) -> Result<AskedList, Problem> {
        let parameters = Parameters::read(address, &["after", "limit"], &[])?;
        let (usual, most) = LISTED;
        Ok(AskedList {
            after: parameters.one("after").map(str::to_owned),
            limit: parameters.number("limit", most)?.unwrap_or(usual),
        })
    }
}

/// Some of the materials, by title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AskedMaterials {
    /// Words of the title or the path.
    pub(super) words: String,
    /// The folder they lie in.
    pub(super) folder: Option<String>,
    pub(super) offset: usize,
}

impl AskedMaterials {
    const ONCE: [&str; 3] = ["words", "folder", "from"];

    pub(super) fn read(address: Option<&str>) -> Result<AskedMaterials, Problem> {
        let parameters = Parameters::read(address, &AskedMaterials::ONCE, &[])?;
        Ok(AskedMaterials {
            words: parameters.text("words", "what is looked for", PREFIX)?,
            folder: parameters.one("folder").map(str::to_owned),
            offset: parameters.number("from", usize::MAX)?.unwrap_or_default(),
        })
    }

    /// Those of a search, with the search: its own parameters are among the other's.
    pub(super) fn read_with_search(
        address: Option<&str>,
    ) -> Result<(AskedSearch, AskedMaterials), Problem> {
        let pairs = parse(address.unwrap_or_default().as_bytes());
        let (own, others): (Vec<_>, Vec<_>) =
            pairs.partition(|(name, _)| AskedMaterials::ONCE.contains(&name.as_ref()));
        let [own, others] = [own, others].map(|pairs| {
            let mut address = form_urlencoded::Serializer::new(String::new());
            address.extend_pairs(pairs).finish()
        });
        let search = AskedSearch::read(Some(&others))?;
        Ok((search, AskedMaterials::read(Some(&own))?))
    }

    /// The same as parameters that follow a question mark or others, from another material on.
    pub(super) fn from(&self, offset: usize) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        if !self.words.is_empty() {
            address.append_pair("words", &self.words);
        }
        if let Some(folder) = &self.folder {
            address.append_pair("folder", folder);
        }
        if offset > 0 {
            address.append_pair("from", &offset.to_string());
        }
        address.finish()
    }
}

/// What somebody signs in with.
#[derive(Debug)]
pub(super) struct AskedEntry {
    pub(super) token: String,
    /// Where they were going: an address of this server.
    pub(super) to: String,
}

impl AskedEntry {
    /// Reads the body of a form.
    pub(super) fn read(form: &str) -> Result<AskedEntry, Problem> {
        let parameters = Parameters::read(Some(form), &["to", "token"], &[])?;
        let to = parameters.one("to").unwrap_or("/");
        // What begins with two slashes, or a backslash, is another server.
        let is_here = to.starts_with('/') && !to[1..].starts_with(['/', '\\']);
        Ok(AskedEntry {
            token: parameters.one("token").unwrap_or_default().to_owned(),
            to: if is_here { to } else { "/" }.to_owned(),
        })
    }
}

/// How a document is to be shown.
#[derive(Debug)]
pub(super) struct AskedDocument {
    /// What was searched for.
    pub(super) query: String,
    /// The id of the passage that it is opened at.
    pub(super) passage: Option<String>,
}

impl AskedDocument {
    /// The document that is named by a parameter.
    pub(super) fn named(address: Option<&str>) -> Option<String> {
        AskedSearch::read(address).ok()?.source
    }

    pub(super) fn read(address: Option<&str>) -> Result<AskedDocument, Problem> {
        Ok(AskedDocument {
            // Whoever comes from a search may bring all of its parameters.
            query: AskedSearch::read(address)?.query,
            passage: AskedSearch::passage(address)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_repeated_or_wrong_is_said_so() {
        let once = ["q", "limit", "t", "u", "none"];
        let read = |address| Parameters::read(Some(address), &once, &["s"]);
        assert!(read("x=1").is_err() && read("q=1&q=1").is_err() && read("Q=1").is_err());
        let read = read("q=a+b&limit=5&t=off&s=&s=x").expect("it is right");
        assert_eq!(read.one("q"), Some("a b"));
        assert_eq!(read.number("limit", 5).ok(), Some(Some(5)));
        assert!(read.number("limit", 4).is_err());
        assert!(read.number("q", 4).is_err());
        assert_eq!(read.number("none", 4).ok(), Some(None));
        assert_eq!(read.flag("t").ok(), Some(false));
        assert!(read.flag("q").is_err());
        assert_eq!(read.filled("s").collect::<Vec<_>>(), ["x"]);
        assert!(read.text("q", "it", 2).is_err());
    }

    #[test]
    fn who_signs_in_stays_on_this_server() {
        let to = |form: &str| AskedEntry::read(form).expect("it is a form").to;
        assert_eq!(to("token=x&to=%2F%3Fq%3Drisk"), "/?q=risk");
        for elsewhere in [
            "%2F%2Fevil.example",
            "%2F%5Cevil.example",
            "https:%2F%2Fe.example",
            "",
        ] {
            assert_eq!(to(&format!("to={elsewhere}")), "/", "{elsewhere}");
        }
    }

    #[test]
    fn what_is_completed_and_listed_is_limited() {
        let asked = AskedSuggestions::read(Some("q=ost")).expect("it is right");
        assert_eq!((asked.prefix.as_str(), asked.limit), ("ost", 10));
        assert!(AskedSuggestions::read(Some("limit=51")).is_err());
        assert!(AskedSuggestions::read(Some(&format!("q={}", "x".repeat(201)))).is_err());
        let asked = AskedList::read(Some("after=b.txt&limit=1000")).expect("it is right");
        assert_eq!((asked.after.as_deref(), asked.limit), (Some("b.txt"), 1000));
        assert!(AskedList::read(Some("limit=1001")).is_err());
    }
}
