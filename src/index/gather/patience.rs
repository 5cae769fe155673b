//! Waiting for files, and not for ever.
//!
//! A file of the kernel that never ends, a share that no longer answers: a read of either may not come
//! back, and there is no way to stop it. So files are opened and read on a thread of their own, which
//! is left behind with what it waits for when its time is up. The first few may take the time that a
//! file may take; where many do not answer, the others get less.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::document::READER_THREAD;

/// After so many that did not answer, the others are waited for less long.
const FEW: u32 = 3;
const LESS: u32 = 10;

type Job = Box<dyn FnOnce() + Send>;

/// Has work done on another thread, and waits for it no longer than some time.
pub(super) struct Patience {
    time: Duration,
    given_up: u32,
    /// Who does the work; none before the first, and after one that did not come back.
    worker: Option<Sender<Job>>,
}

impl Patience {
    /// Waits so long for each piece of work.
    pub(super) fn of(time: Duration) -> Patience {
        Patience {
            time,
            given_up: 0,
            worker: None,
        }
    }

    /// What `work` gives; an error where it does not come back in time.
    pub(super) fn wait_for<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (to_here, done) = channel();
        // Nobody waits any more for what comes too late.
        let job: Job = Box::new(move || drop(to_here.send(work())));
        self.give(job)?;
        self.take(&done)
    }

    fn give(&mut self, job: Job) -> io::Result<()> {
        let job = match &self.worker {
            // One that has panicked takes nothing more.
            Some(worker) => match worker.send(job) {
                Ok(()) => return Ok(()),
                Err(unsent) => unsent.0,
            },
            None => job,
        };
        let (worker, jobs) = channel::<Job>();
        let work = move || jobs.into_iter().for_each(|job| job());
        let thread = thread::Builder::new().name(READER_THREAD.to_owned());
        // It is neither joined nor detached: see `document::read`.
        std::mem::forget(thread.spawn(work)?);
        let _ = worker.send(job);
        self.worker = Some(worker);
        Ok(())
    }

    fn take<T>(&mut self, done: &Receiver<io::Result<T>>) -> io::Result<T> {
        let time = match self.given_up < FEW {
            true => self.time,
            false => self.time / LESS,
        };
        done.recv_timeout(time).unwrap_or_else(|_| {
            self.worker = None;
            self.given_up += 1;
            let cause = format!("it did not answer within {} s", time.as_secs_f64());
            Err(io::Error::new(io::ErrorKind::TimedOut, cause))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_come_back_is_left_behind() {
        let mut patience = Patience::of(Duration::from_millis(50));
        assert_eq!(patience.wait_for(|| Ok(1)).ok(), Some(1));
        for _ in 0..5 {
            let never = patience.wait_for(|| -> io::Result<()> {
                loop {
                    thread::park();
                }
            });
            let error = never.expect_err("it never ends");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
        patience.time = Duration::from_secs(60);
        assert_eq!(patience.wait_for(|| Ok(2)).ok(), Some(2));
    }
}
