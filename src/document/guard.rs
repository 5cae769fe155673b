//! Reads a file within limits, whatever the file does to its reader.
//!
//! Formats that a library takes apart are read on a thread of their own, with a stack that is deep
//! enough for what the limits allow. This is what that does:
//!
//! * A reader that panics fails its file and nothing else.
//! * When the time of a file is up, the file has failed and the build goes on. The reader is told
//!   to stop, and stops at its next check: between the elements, pages or rows of a file.
//! * A library that never comes back between two checks keeps one core busy until palpate ends. It
//!   holds up nothing else; but there is no safe way to stop a thread from outside.
//! * Memory is bounded by the limits of size, not by the clock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Instant;

use super::recognise::{FileRecognition, Recogniser};
use super::{Allowance, Document, Limits, Part, ReadError, Reader};

/// The name of the threads that files are read on. What goes wrong there is reported with the name
/// of the file, so that a panic hook can leave it alone.
pub const READER_THREAD: &str = "palpate-reader";

/// Bytes of stack of a thread that reads. Memory is taken only as it is used.
const STACK: usize = 32 << 20;

/// Reads a file, or a part of one, with `reader`, and hands its documents to `sink`, in order.
///
/// An error may come after some documents: bad lines of a file of lines leave the others readable.
/// Neither a panic of the reader nor one that takes too long gets any further than this.
pub fn read(
    reader: &'static dyn Reader,
    source: &str,
    part: Part,
    limits: &Limits,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    read_within(reader, source, part, Allowance::new(limits), sink)
}

/// Reads a file as [`read`] does, and has the text in its pictures recognised. The time that takes is
/// that of the recogniser, a picture at a time, and none of the limit.
pub fn read_recognising(
    reader: &'static dyn Reader,
    source: &str,
    part: Part,
    limits: &Limits,
    recogniser: &Arc<Recogniser>,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let recognition = Arc::new(FileRecognition::new(recogniser));
    read_with(reader, source, part, limits, Some(recognition), sink)
}

/// The same, if there is anything that recognises text. It knows afterwards what there was.
pub(crate) fn read_with(
    reader: &'static dyn Reader,
    source: &str,
    part: Part,
    limits: &Limits,
    recognition: Option<Arc<FileRecognition>>,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    let allowance = Allowance::new(limits).recognising(recognition);
    read_within(reader, source, part, allowance, sink)
}

fn read_within(
    reader: &'static dyn Reader,
    source: &str,
    part: Part,
    allowance: Allowance,
    sink: &mut dyn FnMut(Document),
) -> Result<(), ReadError> {
    if reader.needs_recognition() && !allowance.reads_pictures() {
        return Err(ReadError::Picture);
    }
    if !reader.is_watched() {
        return unless_panics(|| reader.read(source, part, &allowance, sink));
    }
    let (documents, result) = watched(reader, source, part, allowance)?;
    documents.into_iter().for_each(sink);
    result
}

type ReadOutcome = (Vec<Document>, Result<(), ReadError>);

/// Reads on a thread of its own, and waits no longer than the allowance says.
fn watched(
    reader: &'static dyn Reader,
    source: &str,
    part: Part,
    allowance: Allowance,
) -> Result<ReadOutcome, ReadError> {
    let (to_here, outcome) = channel();
    let (source, of_thread) = (source.to_owned(), allowance.clone());
    let work = move || {
        let mut documents = Vec::new();
        let result = unless_panics(|| {
            reader.read(&source, part, &of_thread, &mut |document| {
                documents.push(document);
            })
        });
        // Nobody waits any more for what came too late.
        let _ = to_here.send((documents, result));
    };
    let thread = thread::Builder::new()
        .name(READER_THREAD.to_owned())
        .stack_size(STACK)
        .spawn(work)?;
    let begun = Instant::now();
    let outcome = loop {
        let left = allowance.end_of(begun);
        let left = left.saturating_duration_since(Instant::now());
        match outcome.recv_timeout(left) {
            // It was put off while it was waited for.
            Err(RecvTimeoutError::Timeout) if Instant::now() < allowance.end_of(begun) => {}
            outcome => break outcome,
        }
    };
    if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
        allowance.end();
        // To drop the handle is to detach the thread, and a thread that ends at that very moment
        // may take the process with it (glibc bug 19951). So it is neither joined nor detached.
        std::mem::forget(thread);
        return Err(ReadError::TooSlow {
            limit: allowance.limits.time,
        });
    }
    // It has said its last word, and has nothing to do but end.
    let _ = thread.join();
    outcome.map_err(|_| ReadError::Panicked)
}

fn unless_panics(read: impl FnOnce() -> Result<(), ReadError>) -> Result<(), ReadError> {
    // What the reader had in hand is dropped with it; the documents it gave before are whole.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(ReadError::Panicked))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    enum Odd {
        Panics,
        Sleeps,
    }

    impl Reader for Odd {
        fn name(&self) -> &'static str {
            "odd"
        }

        fn extensions(&self) -> &'static [&'static str] {
            &[]
        }

        fn read(
            &self,
            _: &str,
            _: Part,
            allowance: &Allowance,
            _: &mut dyn FnMut(Document),
        ) -> Result<(), ReadError> {
            match self {
                Odd::Panics => std::panic::resume_unwind(Box::new("odd")),
                Odd::Sleeps => loop {
                    allowance.check()?;
                    thread::sleep(Duration::from_millis(1));
                },
            }
        }
    }

    fn read_with(reader: &'static Odd, limits: &Limits) -> Result<(), ReadError> {
        read(reader, "a", Part::whole(*b""), limits, &mut |_| {})
    }

    #[test]
    fn a_panic_fails_the_file_only() {
        let result = read_with(&Odd::Panics, &Limits::default());
        assert!(matches!(result, Err(ReadError::Panicked)));
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let limits = Limits {
            time: Duration::from_millis(20),
            ..Limits::default()
        };
        let clock = Instant::now();
        let result = read_with(&Odd::Sleeps, &limits);
        assert!(matches!(result, Err(ReadError::TooSlow { .. })));
        assert!(
            clock.elapsed() < Duration::from_secs(20),
            "it waited for the reader"
        );
    }
}
