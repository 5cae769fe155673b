//! Mails (EML) and pages saved with their pictures (MHT), by `mailparse`: the subject is the title, then comes what
//! the mail says; what is attached is read by its own reader, and cited as `mail.eml#leaflet.pdf`.
//!
//! Of the forms that a mail has its text in the web page is taken where there is one, for the sake of its
//! structure; a second text, and a mail within a mail, are attachments. Lines are those of the text that was sent, which mails
//! encode.

use mailparse::{DispositionType, MailHeaderMap, ParsedMail};

use super::{HTML, plain, read_within};
use crate::document::{Allowance, Document, Part, ReadError, Reader};

/// Reader for mails.
pub(super) struct Mail;

pub(super) static MAIL: Mail = Mail;

const FORMAT: &str = "mail";
const MAIL_TYPE: &str = "message/rfc822";
/// What has none of these is no mail.
const HEADERS: [&str; 7] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Received",
    "MIME-Version",
    "Content-Type",
];

impl Reader for Mail {
    fn name(&self) -> &'static str {
        FORMAT
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["eml", "mht", "mhtml"]
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        mail(source, &bytes, &allowance.within()?, sink)
    }
}

fn mail(
    source: &str,
    bytes: &[u8],
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let parsed = mailparse::parse_mail(bytes).map_err(broken)?;
    let has = |name: &&str| parsed.headers.get_first_header(name).is_some();
    if !HEADERS.iter().any(has) {
        return Err(broken("it has no header of a mail"));
    }
    let mut parts = MailParts::default();
    parts.take(&parsed, 0, allowance)?;
    let subject = parsed
        .headers
        .get_first_value("Subject")
        .unwrap_or_default();
    let mut failed = None;
    if let Some(body) = parts.body {
        let bytes = body.get_body().map_err(broken)?.into_bytes();
        let reader: &dyn Reader = match body.ctype.mimetype.as_str() {
            "text/html" => &HTML,
            _ => &plain::PlainText,
        };
        let mut titled = |document: Document| sink(document.called(&subject));
        failed = reader
            .read(source, Part::whole(bytes), allowance, &mut titled)
            .err();
    }
    for (number, attached) in parts.attached.into_iter().enumerate() {
        let name = file_name(attached).unwrap_or_else(|| unnamed(attached, number + 1));
        let source = format!("{source}#{name}");
        let bytes = attached.get_body_raw().map_err(broken)?;
        let read = match attached.ctype.mimetype.as_str() {
            MAIL_TYPE => mail(&source, &bytes, &allowance.within()?, sink),
            _ => read_within(&source, &name, bytes, allowance, sink),
        };
        failed = read.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

fn broken(cause: impl ToString) -> ReadError {
    ReadError::Broken {
        format: FORMAT,
        cause: cause.to_string(),
    }
}

/// What the sender called a part, without folders.
fn file_name(part: &ParsedMail<'_>) -> Option<String> {
    let disposition = part.get_content_disposition();
    let name = disposition
        .params
        .get("filename")
        .or(part.ctype.params.get("name"))?;
    without_folders(name).map(str::to_owned)
}

/// A name that a sender gave, without folders, if anything is left of it.
pub(super) fn without_folders(name: &str) -> Option<&str> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
    (!name.is_empty()).then_some(name)
}

/// What a part is called that the sender gave no name, a second text for one.
fn unnamed(part: &ParsedMail<'_>, number: usize) -> String {
    let extension = match part.ctype.mimetype.as_str() {
        "text/html" => ".html",
        "text/plain" => ".txt",
        _ => "",
    };
    format!("part-{number}{extension}")
}

/// The parts of a mail by what they are for.
#[derive(Default)]
struct MailParts<'m, 'b> {
    /// The first text.
    body: Option<&'m ParsedMail<'b>>,
    attached: Vec<&'m ParsedMail<'b>>,
}

impl<'m, 'b> MailParts<'m, 'b> {
    fn take(
        &mut self,
        part: &'m ParsedMail<'b>,
        depth: usize,
        allowance: &Allowance,
    ) -> Result<(), ReadError> {
        allowance.check_depth(depth)?;
        let disposition = part.get_content_disposition().disposition;
        let is_attached = disposition == DispositionType::Attachment;
        match part.ctype.mimetype.as_str() {
            MAIL_TYPE => self.attached.push(part),
            // They say the same.
            "multipart/alternative" => {
                let mut forms = part.subparts.iter();
                let best = forms.find(|form| has_page(form));
                if let Some(best) = best.or(part.subparts.first()) {
                    self.take(best, depth + 1, allowance)?;
                }
            }
            _ if !part.subparts.is_empty() => {
                for inner in &part.subparts {
                    self.take(inner, depth + 1, allowance)?;
                }
            }
            "text/html" | "text/plain" if !is_attached && self.body.is_none() => {
                self.body = Some(part);
            }
            _ => self.attached.push(part),
        }
        Ok(())
    }
}

/// Whether a part is a web page, or has one. How deep parts are nested the library bounds.
fn has_page(part: &ParsedMail<'_>) -> bool {
    part.ctype.mimetype == "text/html" || part.subparts.iter().any(has_page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String, String)>, ReadError> {
        let mut found = Vec::new();
        let part = Part::whole(text.replace('\n', "\r\n"));
        MAIL.read("a.eml", part, &Allowance::default(), &mut |document| {
            let shown = (document.source(), document.title(), document.text());
            found.push((shown.0.to_owned(), shown.1.to_owned(), shown.2.to_owned()));
        })?;
        Ok(found)
    }

    #[test]
    fn a_mail_is_its_subject_its_text_and_what_is_attached() -> Result<(), ReadError> {
        let text = "From: a@example.org\nSubject: =?utf-8?q?Massage_f=C3=BCr_Neue?=\nMIME-Version: 1.0\n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\
            Content-Transfer-Encoding: quoted-printable\n\nNot with osteo=\nporosis.\n--b\n\
            Content-Type: text/markdown; name=x.md\nContent-Disposition: attachment; filename=\"../list.md\"\n\
            Content-Transfer-Encoding: base64\n\nIyBMaXN0CgpHb3V0Lgo=\n--b\nContent-Type: image/png\n\nxx\n--b\n\
            Content-Type: text/plain\n\nTo leave the list, tell us.\n--b--\n";
        let found = read(text)?;
        assert_eq!(found[0].0, "a.eml");
        assert_eq!(found[0].1, "Massage für Neue");
        assert!(found[0].2.contains("Not with osteoporosis."), "{found:?}");
        assert_eq!(
            (found[1].0.as_str(), found[1].1.as_str()),
            ("a.eml#list.md", "List")
        );
        // A second text is not lost.
        assert_eq!(found[2].0, "a.eml#part-3.txt");
        assert_eq!(found.len(), 3);
        Ok(())
    }

    #[test]
    fn forms_of_one_text_are_one_and_two_texts_are_two() -> Result<(), ReadError> {
        let of = |kind: &str| {
            format!(
                "Subject: Gout\nContent-Type: multipart/{kind}; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
                 Rest.\n--b\nContent-Type: text/html\n\n<p>Rest.</p>\n--b--\n"
            )
        };
        let one = read(&of("alternative"))?;
        assert_eq!(one.len(), 1, "{one:?}");
        assert_eq!(one[0].2, "Rest.\n");
        let two = read(&of("mixed"))?;
        assert_eq!(two.len(), 2, "{two:?}");
        assert_eq!(two[1].0, "a.eml#part-1.html");
        Ok(())
    }

    #[test]
    fn what_is_no_mail_is_said_to_be_none() {
        assert!(read("").is_err());
    }
}
