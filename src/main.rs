//! The `palpate` command: parse, dispatch, exit code.

mod cli;
mod panics;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::io;
use std::process::ExitCode;

use cli::{Cli, Outcome};
use palpate::output::text::visible;

fn main() -> ExitCode {
    panics::keep_quiet();
    match panics::caught(|| Cli::read().run()) {
        Ok(outcome) => outcome.into(),
        // Whoever closed the pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let said = format!("{error:#}");
            let lines: Vec<String> = said.lines().map(visible).collect();
            eprintln!("palpate: {}", lines.join("\n"));
            Outcome::Failed.into()
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
