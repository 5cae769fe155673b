//! Feeds, read by an XML parser and held to what RFC 4287 demands.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element with what is in it.
#[derive(Debug, Default, Clone)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// All text in it and below.
    pub text: String,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Element {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("it is an attribute");
            let value = quick_xml::escape::unescape(&attribute.value).expect("it is escaped");
            (attribute.key.as_ref().to_owned(), value.into_owned())
        });
        Element {
            name: start.name().as_ref().to_owned(),
            attributes: attributes.collect(),
            ..Element::default()
        }
    }

    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The one element of that name.
    pub fn one(&self, name: &str) -> &Element {
        let found = self.children.iter().filter(|child| child.name == name);
        let found: Vec<&Element> = found.collect();
        assert_eq!(found.len(), 1, "{name} in {self:?}");
        found[0]
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The address of the link of a kind.
    pub fn link(&self, rel: &str) -> Option<&str> {
        let mut links = self.all("link");
        links
            .find(|link| link.attribute("rel") == Some(rel))?
            .attribute("href")
    }
}

/// Reads a document; anything that is no XML fails the test.
pub fn xml(text: &str) -> Element {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(legal), "XML has no place for it: {text:?}");
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().expect("it is XML");
        let last = open.last_mut().expect("the document is open");
        match event {
            Event::Start(start) => open.push(Element::of(&start)),
            Event::Empty(start) => last.children.push(Element::of(&start)),
            Event::End(_) => {
                let element = open.pop().expect("it was opened");
                let outer = open.last_mut().expect("it is in the document");
                outer.text.push_str(&element.text);
                outer.children.push(element);
            }
            Event::Text(text) => last.text.push_str(&text),
            Event::GeneralRef(name) => {
                let character = quick_xml::escape::resolve_xml_entity(&name);
                last.text
                    .push_str(character.expect("it is one of the five"));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((open.len(), open[0].children.len()), (1, 1), "it is whole");
    open.remove(0).children.remove(0)
}

/// Whether a text is a moment of RFC 3339, in UTC.
fn is_moment(text: &str) -> bool {
    let digits = text
        .bytes()
        .map(|b| if b.is_ascii_digit() { '0' } else { b.into() });
    digits.collect::<String>() == "0000-00-00T00:00:00Z"
}

/// Reads a feed, and checks what every feed has to have.
pub fn feed(text: &str) -> Element {
    let feed = xml(text);
    assert_eq!(feed.name, "feed");
    assert_eq!(feed.attribute("xmlns"), Some("http://www.w3.org/2005/Atom"));
    assert!(!feed.one("author").one("name").text.is_empty());
    let mut ids = std::collections::BTreeSet::new();
    for one in std::iter::once(&feed).chain(feed.all("entry")) {
        assert!(!one.one("title").text.trim().is_empty());
        assert!(is_moment(&one.one("updated").text), "{one:?}");
        let id = &one.one("id").text;
        assert!(
            id.starts_with("urn:uuid:") && ids.insert(id.clone()),
            "{id}"
        );
        assert!(one.name == "feed" || !one.one("content").text.is_empty());
    }
    feed
}

#[test]
fn what_is_no_feed_is_noticed() {
    let fails = |text: &'static str| std::panic::catch_unwind(|| feed(text)).is_err();
    for wrong in [
        "",
        "<feed>",
        "<a></b>",
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>",
    ] {
        assert!(fails(wrong), "{wrong}");
    }
}
