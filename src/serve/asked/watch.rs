//! What changed about saved questions: from the address of a request.

use form_urlencoded::Serializer;

use super::Parameters;
use crate::serve::problem::Problem;

/// The most characters of a name.
const NAME: usize = 100;

/// Which questions, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::serve) struct AskedWatch {
    /// The question; all of them where none is named.
    pub(in crate::serve) name: Option<String>,
    /// The generation that is compared with; the one before where none is named.
    pub(in crate::serve) since: Option<u64>,
    /// Leave out so many questions.
    pub(in crate::serve) offset: usize,
}

impl AskedWatch {
    /// Reads the part of an address after the question mark.
    pub(in crate::serve) fn read(address: Option<&str>) -> Result<AskedWatch, Problem> {
        AskedWatch::of(address, &["name", "since", "from"])
    }

    /// The same of a feed, which has no pages.
    pub(in crate::serve) fn read_feed(address: Option<&str>) -> Result<AskedWatch, Problem> {
        AskedWatch::of(address, &["name", "since"])
    }

    fn of(address: Option<&str>, known: &[&str]) -> Result<AskedWatch, Problem> {
        let parameters = Parameters::read(address, known, &[])?;
        let name = parameters.text("name", "the name of a question", NAME)?;
        let since = parameters.number("since", usize::MAX)?;
        Ok(AskedWatch {
            name: Some(name).filter(|name| !name.is_empty()),
            since: since.map(|since| since as u64),
            offset: parameters.number("from", usize::MAX)?.unwrap_or_default(),
        })
    }

    /// The same as the end of an address, with its question mark.
    pub(in crate::serve) fn query(&self) -> String {
        let since = self.since.map(|since| since.to_string());
        let from = (self.offset > 0).then(|| self.offset.to_string());
        let all = [
            ("name", self.name.clone()),
            ("since", since),
            ("from", from),
        ];
        let mut address = Serializer::new(String::new());
        for (name, value) in all {
            address.extend_pairs(value.map(|value| (name, value)));
        }
        match address.finish() {
            empty if empty.is_empty() => empty,
            address => format!("?{address}"),
        }
    }

    /// The address of the page.
    pub(in crate::serve) fn link(&self) -> String {
        format!("/watch{}", self.query())
    }

    /// The address of the feed.
    pub(in crate::serve) fn feed(&self) -> String {
        let asked = AskedWatch {
            offset: 0,
            ..self.clone()
        };
        format!("/watch.atom{}", asked.query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_was_asked() {
        for address in ["", "?name=a+%26+b", "?name=%3Cb%3E&since=3&from=50"] {
            let asked =
                AskedWatch::read(Some(address.trim_start_matches('?'))).expect("it is right");
            assert_eq!(asked.query(), address);
            assert_eq!(asked.link(), format!("/watch{address}"));
            assert!(!asked.feed().contains("from"));
        }
        let long = format!("name={}", "x".repeat(101));
        for wrong in [
            "since=x",
            "since=-1",
            "names=a",
            "name=a&name=b",
            "from=a",
            &long,
        ] {
            assert!(AskedWatch::read(Some(wrong)).is_err(), "{wrong}");
        }
        assert!(AskedWatch::read_feed(Some("from=1")).is_err());
    }
}
