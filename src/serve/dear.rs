//! Dear work: what takes seconds, of which the same is asked for again and again.
//!
//! It has a place of its own, so that searches never wait for it; it is done once for each state of
//! the index and each question, however many ask. Whoever waits is answered when it is done, or told to come
//! back; when nobody has waited for a while, it is stopped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};

use super::listen::STILL;
use super::problem::Problem;
use crate::index::Budget;

/// How long a program, or who wants a file to keep, waits before it is told to come back: less than a connection
/// may stand still.
pub(super) const PATIENCE: Duration = Duration::from_secs(25);
const _: () = assert!(PATIENCE.as_secs() < STILL.as_secs());
/// So many questions are kept, or worked on, at a time.
const KEPT: usize = 64;
/// So many bytes of answers are kept.
const KEPT_BYTES: usize = 64 << 20;
/// So many questions may wait for their turn.
const WAITING: usize = 16;

/// Who is told to come back does so within this time; a page does within a second. Then nobody wants it any more.
const UNWANTED: Duration = match cfg!(test) {
    true => Duration::from_millis(300),
    false => Duration::from_secs(10),
};
/// How often it is looked whether anybody waits.
const LOOK_EVERY: Duration = match cfg!(test) {
    true => Duration::from_millis(10),
    false => Duration::from_millis(500),
};

/// What is kept of an answer, and about how much memory it takes.
pub(super) trait Weighed {
    fn bytes(&self) -> usize;
}

impl Weighed for Vec<u8> {
    fn bytes(&self) -> usize {
        self.len()
    }
}

/// What came of a question, once it is known.
type DearOutcome<T> = Option<Result<Arc<T>, Problem>>;
type Waiters<T> = HashMap<String, watch::Receiver<DearOutcome<T>>>;

/// The questions of one state of the index.
pub(super) struct DearAnswers<T>(Mutex<Waiters<T>>);

impl<T> Default for DearAnswers<T> {
    fn default() -> DearAnswers<T> {
        DearAnswers(Mutex::default())
    }
}

impl<T: Weighed + Send + Sync + 'static> DearAnswers<T> {
    fn all(&self) -> MutexGuard<'_, Waiters<T>> {
        // The map is whole whatever else went wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is to be asked for an answer: whoever works on it already, or `start`, which is handed
    /// where to put it.
    fn find(
        &self,
        question: &str,
        start: impl FnOnce(watch::Sender<DearOutcome<T>>),
    ) -> Result<watch::Receiver<DearOutcome<T>>, Problem> {
        let mut all = self.all();
        // What failed is tried again.
        all.retain(|_, answer| match &*answer.borrow() {
            Some(outcome) => outcome.is_ok(),
            None => answer.has_changed().is_ok(),
        });
        if let Some(known) = all.get(question) {
            return Ok(known.clone());
        }
        let under_way = all.values().filter(|answer| answer.borrow().is_none());
        if under_way.count() >= WAITING {
            return Err(Problem::busy());
        }
        let bytes = |answer: &watch::Receiver<DearOutcome<T>>| match &*answer.borrow() {
            Some(Ok(answer)) => answer.bytes(),
            _ => 0,
        };
        if all.len() >= KEPT || all.values().map(bytes).sum::<usize>() > KEPT_BYTES {
            all.retain(|_, answer| answer.borrow().is_none());
        }
        let (to, from) = watch::channel(None);
        all.insert(question.to_owned(), from.clone());
        drop(all);
        start(to);
        Ok(from)
    }

    /// The answer to a question; `None` where it is not known after so long. It is worked on in
    /// `places`, on a thread for work.
    pub(super) async fn answer(
        &self,
        question: &str,
        places: &Arc<Semaphore>,
        patience: Duration,
        work: impl FnOnce(&Budget) -> Result<T, Problem> + Send + 'static,
    ) -> Option<Result<Arc<T>, Problem>> {
        let places = places.clone();
        let start = |to: watch::Sender<DearOutcome<T>>| {
            tokio::spawn(async move {
                let budget = Budget::until_stopped();
                let of_work = budget.clone();
                let done = async {
                    // The semaphore is never closed.
                    let place = places.acquire_owned().await;
                    let done = tokio::task::spawn_blocking(move || {
                        let done = work(&of_work);
                        drop(place);
                        done
                    });
                    done.await.unwrap_or_else(|_| Err(Problem::fault()))
                };
                tokio::pin!(done);
                let done = tokio::select! {
                    done = &mut done => done,
                    () = unwanted(&to) => {
                        budget.stop();
                        done.await
                    }
                };
                to.send_replace(Some(done.map(Arc::new)));
            });
        };
        let mut answer = match self.find(question, start) {
            Ok(answer) => answer,
            Err(problem) => return Some(Err(problem)),
        };
        let known = answer.wait_for(Option::is_some);
        let known = tokio::time::timeout(patience, known).await.ok()?;
        match known {
            Ok(known) => known.clone(),
            Err(_) => Some(Err(Problem::fault())),
        }
    }
}

/// Returns when nobody has waited for an answer for a while.
async fn unwanted<T>(to: &watch::Sender<DearOutcome<T>>) {
    let mut since = Instant::now();
    while since.elapsed() < UNWANTED {
        tokio::time::sleep(LOOK_EVERY).await;
        // One is kept for those who come later.
        if to.receiver_count() > 1 {
            since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime can be made").block_on(future)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn the_same_question_is_worked_on_once() {
        let (answers, places) = (
            DearAnswers::<Vec<u8>>::default(),
            Arc::new(Semaphore::new(1)),
        );
        let worked = Arc::new(AtomicUsize::new(0));
        let ask = |question: &'static str| {
            let worked = worked.clone();
            answers.answer(question, &places, LONG, move |_: &Budget| {
                worked.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(50));
                Ok(question.as_bytes().to_vec())
            })
        };
        let (a, b, c) = run(async { tokio::join!(ask("a"), ask("a"), ask("b")) });
        for (answer, expected) in [(a, "a"), (b, "a"), (c, "b")] {
            let answer = answer.expect("it is done").expect("it went well");
            assert_eq!(&**answer, expected.as_bytes());
        }
        assert_eq!(worked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn who_does_not_wait_finds_the_answer_later_and_a_failure_is_tried_again() {
        let (answers, places) = (
            DearAnswers::<Vec<u8>>::default(),
            Arc::new(Semaphore::new(1)),
        );
        let short = Duration::from_millis(1);
        run(async {
            let slow = |_: &Budget| {
                std::thread::sleep(Duration::from_millis(100));
                Ok(vec![1])
            };
            assert!(answers.answer("q", &places, short, slow).await.is_none());
            let other = |_: &Budget| Ok(vec![2]);
            let answer = answers.answer("q", &places, LONG, other).await;
            assert_eq!(answer.and_then(Result::ok).as_deref(), Some(&vec![1]));
            let fails = |_: &Budget| Err(Problem::busy());
            assert!(matches!(
                answers.answer("r", &places, LONG, fails).await,
                Some(Err(_))
            ));
            let again = answers
                .answer("r", &places, LONG, |_: &Budget| Ok(vec![3]))
                .await;
            assert_eq!(again.and_then(Result::ok).as_deref(), Some(&vec![3]));
        });
    }

    #[test]
    fn what_nobody_waits_for_is_stopped_and_what_somebody_waits_for_is_not() {
        let (answers, places) = (
            DearAnswers::<Vec<u8>>::default(),
            Arc::new(Semaphore::new(2)),
        );
        let until_stopped = |budget: &Budget| {
            while budget.goes_on() {
                std::thread::sleep(Duration::from_millis(1));
            }
            budget.unless_spent()?;
            Ok(vec![1])
        };
        let slow = |_: &Budget| {
            std::thread::sleep(2 * UNWANTED);
            Ok(vec![2])
        };
        run(async {
            let short = Duration::from_millis(1);
            let given_up = answers.answer("q", &places, short, until_stopped).await;
            assert!(given_up.is_none());
            let waited_for = answers.answer("r", &places, LONG, slow).await;
            assert_eq!(waited_for.and_then(Result::ok).as_deref(), Some(&vec![2]));
            // Both places are free again, and what was stopped is worked on anew.
            let both = places.acquire_many(2);
            let both = tokio::time::timeout(LONG, both).await;
            drop(both.expect("it was stopped"));
            let again = answers
                .answer("q", &places, LONG, |_: &Budget| Ok(vec![3]))
                .await;
            assert_eq!(again.and_then(Result::ok).as_deref(), Some(&vec![3]));
        });
    }
}
