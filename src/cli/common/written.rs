//! A run, written where it was asked for.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::tell;
use anyhow::Context;
use palpate::eval::Run;

use super::stdout;

/// Writes a run to a file, or to standard output, and says on stderr which names are not as they were.
pub(crate) fn write_run(run: &Run, tag: &str, output: Option<&Path>) -> anyhow::Result<()> {
    match output {
        None => stdout(|out| run.write(tag, out))?,
        Some(path) => {
            let write = || -> io::Result<()> {
                let mut file = BufWriter::new(File::create(path)?);
                run.write(tag, &mut file)?;
                file.flush()
            };
            write().with_context(|| path.display().to_string())?;
        }
    }
    if let Some((count, example)) = run.escaped() {
        let others = if count > 1 { " and the like" } else { "" };
        tell(format_args!(
            "palpate: a run has no spaces in names; {count} with white space written as \
             {example}{others}"
        ));
    }
    Ok(())
}
