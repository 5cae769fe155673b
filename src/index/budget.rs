//! How long work on an index may go on.
//!
//! Some questions cost a thousand times what others do, and nobody waits for ever. Whoever asks says how
//! long it may take ([`Engine::within`](super::Engine::within)); every loop over entries asks whether it
//! [goes on](Budget::goes_on), and ends with what it has when the time is over, or when nobody waits for it
//! any more. That it was so is known to the budget afterwards: what was answered then is of part of
//! the index only, and has to be called so.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::error::IndexError;

/// A limit that some work has in common: a copy is the same budget. Without a limit, nothing is ever cut
/// short.
///
/// ```
/// use std::time::Duration;
/// use palpate::index::Budget;
/// assert!(Budget::default().goes_on());
/// let over = Budget::of(Duration::ZERO);
/// assert!(!over.goes_on() && over.is_spent());
/// ```
#[derive(Clone, Default)]
pub struct Budget(Option<Arc<Limit>>);

struct Limit {
    /// When it is over; never, where the time is too long to be told.
    end: Option<Instant>,
    stopped: AtomicBool,
    spent: AtomicBool,
}

impl Budget {
    /// So much time, from now on.
    pub fn of(time: Duration) -> Budget {
        Budget(Some(Arc::new(Limit {
            end: Instant::now().checked_add(time),
            stopped: AtomicBool::new(false),
            spent: AtomicBool::new(false),
        })))
    }

    /// As much time as it takes, until it is [stopped](Budget::stop).
    pub fn until_stopped() -> Budget {
        Budget::of(Duration::MAX)
    }

    /// Ends it: nobody waits any more.
    pub fn stop(&self) {
        if let Some(limit) = &self.0 {
            limit.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Whether work goes on. It costs about as much as a look at the clock.
    pub fn goes_on(&self) -> bool {
        let Some(limit) = &self.0 else {
            return true;
        };
        let is_over = limit.stopped.load(Ordering::Relaxed)
            || limit.end.is_some_and(|end| Instant::now() >= end);
        if is_over {
            limit.spent.store(true, Ordering::Relaxed);
        }
        !is_over
    }

    /// An error, where some work was cut short: for what would be wrong if it were not of the whole index.
    pub fn unless_spent(&self) -> Result<(), IndexError> {
        match self.is_spent() {
            true => Err(IndexError::Unfinished),
            false => Ok(()),
        }
    }

    /// Whether some work was cut short: it asked whether it goes on, and it did not.
    pub fn is_spent(&self) -> bool {
        let spent = |limit: &Arc<Limit>| limit.spent.load(Ordering::Relaxed);
        self.0.as_ref().is_some_and(spent)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.as_ref().and_then(|limit| limit.end);
        f.debug_struct("Budget")
            .field("end", &end)
            .field("is_spent", &self.is_spent())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_spent_when_work_was_cut_short_and_not_before() {
        let budget = Budget::until_stopped();
        assert!(budget.goes_on() && !budget.is_spent());
        let same = budget.clone();
        same.stop();
        assert!(!budget.is_spent(), "nothing was cut short yet");
        assert!(!budget.goes_on());
        assert!(same.is_spent());
        assert!(Budget::of(Duration::from_secs(3600)).goes_on());
        let endless = Budget::default();
        endless.stop();
        assert!(endless.goes_on() && !endless.is_spent());
    }
}
