//! `palpate passages`: shows how a file is cut.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::common::{LimitArgs, OcrArgs, Outcome, stdout};
use palpate::document::{
    self, Document, HEAD, Part, ReadError, Recogniser, read_recognising, reader_of,
};
use palpate::index::Recognition;
use palpate::output::passages;
use palpate::passage;

/// Show how a file is cut into passages
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to look at
    file: PathBuf,
    /// Print one JSON object per document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ocr: OcrArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let (documents, read) = self.read();
        stdout(|out| {
            for document in &documents {
                let cut = passage::cut(document);
                match self.json {
                    true => passages::write_json(out, document, &cut)?,
                    false => passages::write(out, document, &cut)?,
                }
            }
            Ok(())
        })?;
        // What could be read is shown, whatever is wrong with the rest.
        read.with_context(|| self.file.display().to_string())?;
        Ok(Outcome::Found)
    }

    fn read(&self) -> (Vec<Document>, anyhow::Result<()>) {
        let mut documents = Vec::new();
        let result = self.read_into(&mut documents);
        (documents, result)
    }

    fn read_into(&self, documents: &mut Vec<Document>) -> anyhow::Result<()> {
        let limits = self.limits.limits();
        let (bytes, limit) = (std::fs::metadata(&self.file)?.len(), limits.file_bytes);
        if bytes > limit {
            return Err(ReadError::TooLarge { bytes, limit }.into());
        }
        let bytes = std::fs::read(&self.file)?;
        let ends = bytes.len().min(HEAD);
        let reader = reader_of(&self.file, &bytes[..ends], &bytes[bytes.len() - ends..]);
        let Some(reader) = reader else {
            bail!("files of this type are not read");
        };
        let source = self.file.display().to_string();
        let part = Part::whole(bytes);
        let sink = &mut |document| documents.push(document);
        let Some(Recognition { command, time }) = self.ocr.recognition() else {
            return Ok(document::read(reader, &source, part, &limits, sink)?);
        };
        command.check().context("--ocr")?;
        let recogniser = Arc::new(Recogniser::new(command, time));
        let read = read_recognising(reader, &source, part, &limits, &recogniser, sink);
        Ok(read?)
    }
}
