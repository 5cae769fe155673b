//! What a command says to whoever called it: an exit code.

use std::process::ExitCode;

/// The outcome of a command, as grep has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something was found, or done.
    Found,
    /// Nothing was found.
    Nothing,
    /// Something went wrong, and has been said.
    Failed,
}

impl Outcome {
    /// The outcome of what came after a step that may have failed in part.
    pub(crate) fn after(self, before: Outcome) -> Outcome {
        match before {
            Outcome::Failed => Outcome::Failed,
            _ => self,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Found => 0,
            Outcome::Nothing => 1,
            Outcome::Failed => 2,
        })
    }
}
