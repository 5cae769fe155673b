//! Runs a program on a picture, and takes what it prints.
//!
//! It is given a path, no input, and a group of processes of its own: what it began ends with it when
//! its time is up. What it prints is bounded; one that prints more is ended. Its output is read on
//! threads that are left behind where somebody keeps the pipe open and neither writes nor ends.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::OcrCommand;
use crate::document::limits::size;

/// The most that a program may print for one picture, in bytes. A page has a few thousand.
const MOST_PRINTED: u64 = 4 << 20;
/// So much of what it says of its errors is looked at.
const MOST_SAID: u64 = 64 << 10;
/// So many characters of that are passed on.
const SHOWN: usize = 200;
/// So often it is looked whether a program that prints no more has ended.
const LOOK: Duration = Duration::from_millis(5);
/// So long it is waited for what an ended program has said.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Why a program gave no text.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    #[error("it cannot be started: {0}")]
    NotStarted(std::io::Error),
    #[error("it took longer than {} s (--ocr-seconds)", .0.as_secs_f64())]
    TooSlow(Duration),
    #[error("it printed more than {}", size(MOST_PRINTED))]
    TooMuch,
    #[error("{status}{}", after_colon(said))]
    Failed { status: ExitStatus, said: String },
    #[error("{0}")]
    Io(std::io::Error),
}

fn after_colon(said: &str) -> String {
    match said {
        "" => String::new(),
        said => format!(": {said}"),
    }
}

/// What a command prints for a picture, which it has so much time for.
pub(super) fn run(
    command: &OcrCommand,
    picture: &Path,
    time: Duration,
) -> Result<Vec<u8>, ProgramError> {
    let end = Instant::now() + time;
    let mut program = Command::new(command.program());
    program
        .args(command.arguments(picture))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // One for each core is at work already; tesseract would begin four threads in each.
    if std::env::var_os(THREADS).is_none() {
        program.env(THREADS, "1");
    }
    in_own_group(&mut program);
    let mut running = Running(program.spawn().map_err(ProgramError::NotStarted)?);
    let printed = read(running.0.stdout.take(), MOST_PRINTED + 1);
    let said = read(running.0.stderr.take(), MOST_SAID);
    let text = match printed.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok(text) => text.map_err(ProgramError::Io)?,
        Err(_) => return Err(ProgramError::TooSlow(time)),
    };
    if text.len() as u64 > MOST_PRINTED {
        return Err(ProgramError::TooMuch);
    }
    let status = running.wait_until(end).map_err(ProgramError::Io)?;
    match status {
        None => Err(ProgramError::TooSlow(time)),
        Some(status) if status.success() => Ok(text),
        Some(status) => Err(ProgramError::Failed {
            status,
            said: last_words(&said),
        }),
    }
}

/// How many threads a program of OpenMP begins, as tesseract is one.
const THREADS: &str = "OMP_THREAD_LIMIT";

/// A program that is ended with all it began when nobody waits for it any more.
struct Running(Child);

impl Running {
    /// How it ended, if it did by then.
    fn wait_until(&mut self, end: Instant) -> std::io::Result<Option<ExitStatus>> {
        loop {
            match self.0.try_wait()? {
                None if Instant::now() < end => thread::sleep(LOOK),
                status => return Ok(status),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end_group(&self.0);
        // It has ended, or is about to: nothing survives that signal. What it leaves is its status.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
fn in_own_group(program: &mut Command) {
    use std::os::unix::process::CommandExt;
    program.process_group(0);
}

#[cfg(not(unix))]
fn in_own_group(_: &mut Command) {}

/// Ends all that is in the group of a program, also what outlived it.
#[cfg(unix)]
fn end_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Mostly there is nobody left.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group(_: &Child) {}

/// Reads no more than so many bytes, on a thread of its own.
fn read(pipe: Option<impl Read + Send + 'static>, most: u64) -> Receiver<std::io::Result<Vec<u8>>> {
    let (to_here, read) = channel();
    let work = move || {
        let mut bytes = Vec::new();
        let result = match pipe {
            Some(pipe) => pipe.take(most).read_to_end(&mut bytes).map(|_| bytes),
            None => Ok(bytes),
        };
        // Nobody waits any more for what comes too late.
        let _ = to_here.send(result);
    };
    // Without a thread its sender is gone, and nothing comes.
    if let Ok(thread) = thread::Builder::new().spawn(work) {
        // To detach a thread that ends at that very moment may take the process with it (glibc bug
        // 19951).
        std::mem::forget(thread);
    }
    read
}

/// The last line of what a program said of its errors, as one can print it.
fn last_words(said: &Receiver<std::io::Result<Vec<u8>>>) -> String {
    let said = match said.recv_timeout(LAST_WORDS) {
        Ok(Ok(said)) => said,
        Ok(Err(_)) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            return String::new();
        }
    };
    let said = String::from_utf8_lossy(&said);
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.next_back().unwrap_or_default();
    let shown = line.chars().filter(|c| !c.is_control()).take(SHOWN);
    shown.collect()
}
