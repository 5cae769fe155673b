//! `palpate passages`: shows how a file is cut.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::{Outcome, stdout};
use palpate::document::{Document, Part, reader_for};
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
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let documents = self
            .read()
            .with_context(|| self.file.display().to_string())?;
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
        Ok(Outcome::Found)
    }

    fn read(&self) -> anyhow::Result<Vec<Document>> {
        let Some(reader) = reader_for(&self.file) else {
            bail!("files of this type are not read");
        };
        let bytes = std::fs::read(&self.file)?;
        let source = self.file.display().to_string();
        let mut documents = Vec::new();
        reader.read(&source, Part::whole(bytes), &mut |document| {
            documents.push(document)
        })?;
        Ok(documents)
    }
}
