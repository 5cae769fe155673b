//! What changed about saved questions, for feed readers: Atom (RFC 4287).
//!
//! An entry is a passage that came, changed or went. Its id is made of the question and of the texts, not of
//! the generations that were compared: the same change is the same entry, whichever feed it is read in.
//! Entries are as new as the generation in which they changed.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::generations::timestamp;
use super::text::{citation, visible};
use super::watch_list::{asked, only};
use crate::diff::Change;
use crate::index::StoredPassage;
use crate::watch_list::{ChangedAnswer, ListChanges, QuestionChanges, WordingAbout};

const XMLNS: &str = "http://www.w3.org/2005/Atom";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
/// So many entries are in a feed; an entry more says what is not in it.
const ENTRIES: usize = 1_000;

/// What a feed is called, and where it and its page are.
#[derive(Debug, Clone)]
pub struct FeedHead {
    pub title: String,
    /// What tells this feed from others of the same kind, such as the folder that was indexed.
    pub of: String,
    /// The address of the server, with a slash at its end, where there is one.
    pub base: Option<String>,
    /// The part of the addresses of the feed and of its page after the question mark.
    pub query: String,
}

/// A document that is being written.
struct Feed<'w> {
    out: Writer<&'w mut dyn Write>,
    head: &'w FeedHead,
    updated: String,
}

/// Writes a feed of what changed.
pub fn write(out: &mut dyn Write, head: &FeedHead, changes: &ListChanges) -> io::Result<()> {
    let mut feed = Feed {
        out: Writer::new(out),
        head,
        updated: timestamp(changes.now.started / 1_000_000_000),
    };
    feed.begin()?;
    let (mut left, mut beyond) = (ENTRIES, 0);
    for question in &changes.questions {
        let written = feed.question(question, left)?;
        left -= written;
        beyond += question.counts.sum() - question.more() - written;
        let more = question.more();
        if more > 0 && left > 0 {
            left -= 1;
            feed.more(&question.question.name, more, changes.now.generation)?;
        } else {
            beyond += more;
        }
    }
    if beyond > 0 {
        feed.more("", beyond, changes.now.generation)?;
    }
    feed.end("feed")?;
    feed.out.get_mut().write_all(b"\n")
}

/// A name that is always the same for the same parts (RFC 9562, version 8: of a hash).
fn urn(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    format!("urn:uuid:{a}-{b}-{c}-{d}-{e}")
}

impl Feed<'_> {
    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.out.write_event(Event::Start(start))
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        self.out.write_event(Event::End(BytesEnd::new(name)))
    }

    /// Text without what XML has no place for.
    fn text(&mut self, text: &str) -> io::Result<()> {
        let text: Vec<&str> = text.split_whitespace().collect();
        let text = visible(&text.join(" ")).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        self.out.write_event(Event::Text(BytesText::new(&text)))
    }

    fn element(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.start(name, &[])?;
        self.text(text)?;
        self.end(name)
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.out.write_event(Event::Empty(start))
    }

    fn link(&mut self, rel: &str, kind: &str, path: &str) -> io::Result<()> {
        let Some(base) = &self.head.base else {
            return Ok(());
        };
        let address = format!("{base}{path}");
        self.empty("link", &[("rel", rel), ("type", kind), ("href", &address)])
    }

    fn page(&self) -> String {
        format!("watch{}", self.head.query)
    }

    fn begin(&mut self) -> io::Result<()> {
        let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
        self.out.write_event(Event::Decl(declaration))?;
        self.out.get_mut().write_all(b"\n")?;
        self.start("feed", &[("xmlns", XMLNS), ("xml:lang", "en")])?;
        let (title, of) = (self.head.title.clone(), self.head.of.clone());
        self.element("title", &title)?;
        self.element("id", &urn(&["feed", &of, &self.head.query]))?;
        self.dated()?;
        self.start("author", &[])?;
        self.element("name", "palpate")?;
        self.end("author")?;
        let itself = format!("watch.atom{}", self.head.query);
        self.link("self", "application/atom+xml", &itself)?;
        let page = self.page();
        self.link("alternate", "text/html", &page)
    }

    fn dated(&mut self) -> io::Result<()> {
        let updated = self.updated.clone();
        self.element("updated", &updated)
    }

    /// The entries of a question, at most `most`; gives how many there are.
    fn question(&mut self, changes: &QuestionChanges, most: usize) -> io::Result<usize> {
        let mut left = most;
        let mut take = || {
            let any = left > 0;
            left -= usize::from(any);
            any
        };
        for one in changes.changed.iter().filter(|_| take()) {
            self.changed(changes, one)?;
        }
        for passage in changes.came.iter().filter(|_| take()) {
            self.passage(changes, "came", passage)?;
        }
        for passage in changes.went.iter().filter(|_| take()) {
            self.passage(changes, "went", passage)?;
        }
        Ok(most - left)
    }

    /// What all entries begin with, up to the beginning of their content.
    fn entry(
        &mut self,
        changes: &QuestionChanges,
        kind: &str,
        id: &str,
        passage: &StoredPassage,
    ) -> io::Result<()> {
        let name = &changes.question.name;
        self.start("entry", &[])?;
        self.element("title", &format!("{name}: {kind}: {}", heading(passage)))?;
        self.element("id", id)?;
        self.dated()?;
        match kind {
            // There is nothing any more to lead to.
            "went" => self.link("alternate", "text/html", &self.page())?,
            _ => self.link("alternate", "text/html", &format!("p/{}", passage.id))?,
        }
        self.empty("category", &[("term", kind)])?;
        self.start("content", &[("type", "xhtml")])?;
        self.start("div", &[("xmlns", XHTML)])?;
        let cited = citation(passage);
        self.element("p", &format!("{} · {cited}", heading(passage)))
    }

    /// What all entries end with.
    fn asked(&mut self, changes: &QuestionChanges) -> io::Result<()> {
        self.element("p", &format!("Asked: {}", asked(&changes.question)))?;
        self.end("div")?;
        self.end("content")?;
        self.end("entry")
    }

    fn passage(
        &mut self,
        changes: &QuestionChanges,
        kind: &str,
        passage: &StoredPassage,
    ) -> io::Result<()> {
        let id = urn(&[kind, &changes.question.name, passage.id.as_str()]);
        self.entry(changes, kind, &id, passage)?;
        self.element("blockquote", &passage.text)?;
        self.asked(changes)
    }

    /// The new wording, with what was taken out and put in.
    fn changed(&mut self, changes: &QuestionChanges, one: &ChangedAnswer) -> io::Result<()> {
        let (old, new) = (&one.passage.old, &one.passage.new);
        let ids = [old.id.as_str(), new.id.as_str()];
        let id = urn(&["changed", &changes.question.name, ids[0], ids[1]]);
        self.entry(changes, "changed", &id, new)?;
        if citation(old) != citation(new) {
            self.element("p", &format!("It stood at {}.", citation(old)))?;
        }
        if one.about != WordingAbout::Both {
            self.element("p", &format!("It is {}.", only(one.about)))?;
        }
        self.start("blockquote", &[])?;
        for (n, stretch) in one.passage.difference.stretches.iter().enumerate() {
            if n > 0 {
                self.out.write_event(Event::Text(BytesText::new(" ")))?;
            }
            match stretch.change {
                Change::Kept => self.text(&stretch.text)?,
                Change::Removed => self.element("del", &stretch.text)?,
                Change::Added => self.element("ins", &stretch.text)?,
            }
        }
        self.end("blockquote")?;
        self.asked(changes)
    }

    /// An entry that says how much is not in the feed.
    fn more(&mut self, name: &str, more: usize, generation: u64) -> io::Result<()> {
        let said = match name {
            "" => format!("{more} changes more, of several questions"),
            name => format!("{name}: {more} changes more"),
        };
        let of = self.head.of.clone();
        self.start("entry", &[])?;
        self.element("title", &said)?;
        self.element("id", &urn(&["more", &of, name, &generation.to_string()]))?;
        self.dated()?;
        let page = self.page();
        self.link("alternate", "text/html", &page)?;
        self.start("content", &[])?;
        self.text("This feed has the changes of the passages that rank best.")?;
        self.end("content")?;
        self.end("entry")
    }
}

/// The title of a passage with its headings.
fn heading(passage: &StoredPassage) -> String {
    let title = Some(&passage.title).filter(|title| !title.trim().is_empty());
    let parts: Vec<&str> = title
        .into_iter()
        .chain(&passage.headings)
        .map(String::as_str)
        .collect();
    match parts.is_empty() {
        true => passage.source.clone(),
        false => parts.join(" › "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_their_parts() {
        let name = urn(&["came", "a", "b"]);
        assert_eq!(name, urn(&["came", "a", "b"]));
        assert_ne!(name, urn(&["came", "ab", ""]));
        assert_eq!(name.len(), "urn:uuid:".len() + 36);
        let version = &name.as_bytes()["urn:uuid:".len()..];
        assert!(
            version[14] == b'8' && b"89ab".contains(&version[19]),
            "{name}"
        );
    }
}
