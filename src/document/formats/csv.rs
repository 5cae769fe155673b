//! Tables as CSV, with named columns: each row is a document.
//!
//! The first row names the columns. By the usual names, in any case, one is the *title*, one the
//! *text* and one the *id*; the names are below, the first that occurs wins. Every other column is
//! kept as a line `name: value`, in its place among the columns, so that nothing of a row is lost.
//! Without a column for the text, such lines are all there is; without one for the id, a row goes
//! by its line. A table whose first row does not look like names at all (an empty or repeated cell,
//! or a number) is refused rather than misread.
//!
//! Columns may be parted by commas, semicolons or tabs, whichever the first line has most of. A row
//! is cited by the lines of the file that it stands on.

use std::collections::HashSet;

use crate::document::draft::{Draft, TextRun, file_stem};
use crate::document::encoding::decode;
use crate::document::{Allowance, BlockKind, Document, Part, Places, ReadError, Reader};

/// Reader for tables with named columns.
pub(super) struct Csv;

const IDS: &[&str] = &[
    "_id",
    "id",
    "doc_id",
    "docid",
    "document_id",
    "uid",
    "pmid",
    "key",
];
const TITLES: &[&str] = &["title", "name", "heading", "subject", "question", "topic"];
const TEXTS: &[&str] = &[
    "text",
    "body",
    "content",
    "contents",
    "passage",
    "answer",
    "abstract",
    "description",
];

impl Reader for Csv {
    fn name(&self) -> &'static str {
        "CSV"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv"]
    }

    fn read(
        &self,
        source: &str,
        Part { bytes, .. }: Part,
        allowance: &Allowance,
        sink: &mut dyn FnMut(Document),
    ) -> Result<(), ReadError> {
        let decoded = decode(bytes, None)?;
        let text = decoded.text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return decoded.error.map_or(Ok(()), Err);
        }
        let read = rows(source, text, allowance, sink);
        match (decoded.error, read) {
            (None, read) => read,
            (Some(error), Ok(())) => Err(error),
            (Some(error), Err(worse)) => Err(worse.and(error)),
        }
    }
}

fn rows(
    source: &str,
    text: &str,
    allowance: &Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(&error))?;
    let columns = CsvHeader::of(header)?;
    let mut record = csv::StringRecord::new();
    let mut bad: Option<ReadError> = None;
    loop {
        allowance.check()?;
        match reader.read_record(&mut record) {
            Ok(false) => return bad.map_or(Ok(()), Err),
            Ok(true) => {}
            Err(error) => return Err(broken(&error)),
        }
        let first_line = record
            .position()
            .map_or(1, |position| position.line() as usize);
        if record.len() != columns.names.len() {
            let error = ReadError::Lines {
                number: first_line,
                cause: format!(
                    "a row of {} cells in a table of {}",
                    record.len(),
                    columns.names.len()
                ),
                bad: 1,
            };
            bad = Some(match bad {
                Some(before) => before.and(error),
                None => error,
            });
        }
        sink(columns.document(source, &record, first_line));
    }
}

fn broken(error: &csv::Error) -> ReadError {
    ReadError::Broken {
        format: "CSV",
        cause: error.to_string(),
    }
}

/// The sign that parts the columns of the first line. What stands in quotes does not count.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let unquoted: Vec<&str> = first.split('"').step_by(2).collect();
    let count = |sign: u8| {
        let all = unquoted.iter().flat_map(|part| part.bytes());
        all.filter(|byte| *byte == sign).count()
    };
    // Of equals the last one is taken.
    *[b'\t', b';', b',']
        .iter()
        .max_by_key(|sign| count(**sign))
        .unwrap_or(&b',')
}

/// What the columns of a table are.
struct CsvHeader {
    names: Vec<String>,
    id: Option<usize>,
    title: Option<usize>,
    text: Option<usize>,
}

impl CsvHeader {
    fn of(header: &csv::StringRecord) -> Result<CsvHeader, ReadError> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut known = HashSet::new();
        let odd = names.iter().enumerate().find(|(_, name)| {
            let is_number = name.parse::<f64>().is_ok();
            name.is_empty() || is_number || !known.insert(name.as_str())
        });
        if let Some((n, name)) = odd {
            return Err(ReadError::Broken {
                format: "CSV",
                cause: format!(
                    "its first row has to name the columns, and names column {} {name:?}",
                    n + 1
                ),
            });
        }
        let called = |wanted: &[&str]| {
            wanted.iter().find_map(|wanted| {
                let is_it = |name: &String| name.eq_ignore_ascii_case(wanted);
                names.iter().position(is_it)
            })
        };
        Ok(CsvHeader {
            id: called(IDS),
            title: called(TITLES),
            text: called(TEXTS),
            names,
        })
    }

    fn document(&self, source: &str, record: &csv::StringRecord, first_line: usize) -> Document {
        let cell = |column: Option<usize>| column.and_then(|n| record.get(n)).map(str::trim);
        let shown = |column| cell(column).filter(|cell| !cell.is_empty());
        let id = shown(self.id).map_or_else(|| first_line.to_string(), str::to_owned);
        let mut draft = Draft::default();
        let mut line = first_line;
        for (n, value) in record.iter().enumerate() {
            let start = line;
            line += value.matches('\n').count();
            let name = self.names.get(n).map(String::as_str).unwrap_or("(no name)");
            let is_known = [self.id, self.title].contains(&Some(n));
            if self.text == Some(n) {
                paragraphs(&mut draft, value, start);
            } else if !is_known && !value.trim().is_empty() {
                let mut run = TextRun::default();
                run.add(&format!("{name}: "), start);
                run.add_lines(value, start);
                draft.add(BlockKind::Paragraph, &run);
            }
        }
        let title = shown(self.title).map_or_else(|| file_stem(source), str::to_owned);
        let of_row = format!("{source}#{id}");
        let document = draft.finish(&of_row, Some(&title), Places::SourceLines);
        document.with_id(id)
    }
}

/// Each line of a cell that shows something is a paragraph.
fn paragraphs(draft: &mut Draft, cell: &str, first_line: usize) {
    for (line, number) in cell.split('\n').zip(first_line..) {
        let mut run = TextRun::default();
        run.add(line, number);
        draft.add(BlockKind::Paragraph, &run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Document>, Option<String>) {
        let mut documents = Vec::new();
        let result = Csv.read(
            "leaflets.csv",
            Part::whole(text),
            &Allowance::default(),
            &mut |document| documents.push(document),
        );
        (documents, result.err().map(|error| error.to_string()))
    }

    #[test]
    fn each_row_is_a_document_at_its_lines() {
        let (documents, error) = read(
            "ID;Title;Year;Text\n\
             7;Neck pain;2020;\"Rest, and\n\nmove; gently.\"\n\
             ;Back pain;;Walk.\n",
        );
        assert_eq!(error, None);
        let [neck, back] = &documents[..] else {
            panic!("{documents:?}");
        };
        assert_eq!((neck.source(), neck.id()), ("leaflets.csv#7", "7"));
        assert_eq!(neck.title(), "Neck pain");
        assert_eq!(neck.text(), "Year: 2020\n\nRest, and\n\nmove; gently.\n");
        let line_of = |word: &str| {
            let at = neck.text().find(word).expect("it is there");
            neck.lines(&(at..at + word.len()))
        };
        assert_eq!(line_of("Rest"), (2, 2));
        assert_eq!(line_of("gently"), (4, 4));
        assert_eq!((back.source(), back.text()), ("leaflets.csv#5", "Walk.\n"));
    }

    #[test]
    fn a_row_of_another_length_is_read_and_said() {
        let (documents, error) = read("title,text\nA,Rest.\nB,Walk.,Never with a fracture.\n");
        assert_eq!(documents.len(), 2);
        assert!(documents[1].text().contains("Never with a fracture."));
        let error = error.expect("it is said");
        assert!(error.starts_with("line 3: a row of 3 cells"), "{error}");
    }

    #[test]
    fn a_table_without_names_is_refused() {
        for text in ["1,2\n3,4\n", "a,a\n1,2\n", "a,\n1,2\n"] {
            let (documents, error) = read(text);
            assert!(documents.is_empty());
            assert!(error.is_some_and(|error| error.contains("name the columns")));
        }
        assert_eq!(read("").1, None);
    }
}
