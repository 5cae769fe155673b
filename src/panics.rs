//! Panics are faults of palpate, and people are told so in one line.
//!
//! Some are expected, and handled where they happen: a broken file may be too much for a reader,
//! and a damaged index for tantivy. Nothing is printed of these.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};
use std::thread::current;

use palpate::document::READER_THREAD;

/// What was said by the first panic.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// From now on, panics are remembered and not printed.
pub(crate) fn keep_quiet() {
    set_hook(Box::new(|panic| {
        if current().name() == Some(READER_THREAD) {
            // It fails its file, and that is said with the name of the file.
            return;
        }
        let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        let said = panic.payload();
        let text = said.downcast_ref::<&str>().copied();
        let text = text.or_else(|| said.downcast_ref::<String>().map(String::as_str));
        let cause = text.unwrap_or("no reason given");
        let place = panic.location().map(|place| format!(" ({place})"));
        first.get_or_insert_with(|| cause.to_owned() + &place.unwrap_or_default());
    }));
}

/// Runs `run`; a panic becomes an error.
pub(crate) fn caught<T>(run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        let cause = first.as_deref().unwrap_or("no reason given");
        Err(anyhow::anyhow!(
            "this is a fault of palpate, please report it: {cause}"
        ))
    })
}
