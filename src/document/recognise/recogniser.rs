//! What recognises the text in pictures: it asks the program once for each, and only for so many at a
//! time as there are cores.
//!
//! A program that is slow once is slow for a reason that lies in the picture; one that is slow again and
//! again has something wrong with it. After a few that took all of their time, the others get less, so
//! that a build ends.

use std::borrow::Cow;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::program::{self, ProgramError};
use super::{KnownTexts, OcrCommand, OnRecognised, PictureHash, RecognisedTexts};
use crate::document::{Allowance, ReadError};

/// After so many pictures that took all of their time, the others get less.
const SLOW: usize = 5;
const LESS: u32 = 10;

/// How often it is looked whether the time of a file is up while it waits.
const LOOK: Duration = Duration::from_secs(1);

/// A picture to be recognised.
pub(in crate::document) struct Picture<'p> {
    /// What tells it from others.
    pub(in crate::document) hash: blake3::Hash,
    /// How a file of its kind is called: ".png".
    pub(in crate::document) suffix: &'static str,
    /// Makes the file; only called where the program has to be run.
    pub(in crate::document) bytes: Box<dyn FnOnce() -> Result<Cow<'p, [u8]>, String> + Send + 'p>,
}

/// Recognises the text in pictures by a program of the user's.
///
/// ```no_run
/// use std::sync::Arc;
/// use palpate::document::{Part, RECOGNITION_TIME, Recogniser, read_recognising, reader_for};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let command: palpate::document::OcrCommand = "tesseract {} -".parse()?;
/// command.check()?;
/// let recogniser = Arc::new(Recogniser::new(command, RECOGNITION_TIME));
/// let reader = reader_for("scan.pdf".as_ref()).ok_or("no reader")?;
/// let (part, limits) = (Part::whole(std::fs::read("scan.pdf")?), Default::default());
/// read_recognising(reader, "scan.pdf", part, &limits, &recogniser, &mut |document| {
///     println!("{}", document.text());
/// })?;
/// # Ok(()) }
/// ```
pub struct Recogniser {
    command: OcrCommand,
    /// What one picture may take.
    time: Duration,
    known: Mutex<KnownTexts>,
    on_recognised: Option<OnRecognised>,
    /// How many programs may begin now.
    free: Mutex<usize>,
    freed: Condvar,
    /// How many pictures have taken all of their time.
    slow: AtomicUsize,
}

impl Recogniser {
    /// One that runs a command, and gives it so much time for a picture.
    pub fn new(command: OcrCommand, time: Duration) -> Recogniser {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Recogniser {
            command,
            time,
            known: Mutex::default(),
            on_recognised: None,
            free: Mutex::new(cores),
            freed: Condvar::new(),
            slow: AtomicUsize::new(0),
        }
    }

    /// The same, with what was recognised before, and what takes a text as soon as there is one.
    pub(crate) fn knowing(
        self,
        known: KnownTexts,
        on_recognised: Option<OnRecognised>,
    ) -> Recogniser {
        Recogniser {
            known: Mutex::new(known),
            on_recognised,
            ..self
        }
    }

    /// How long a picture may take now.
    fn time(&self) -> Duration {
        match self.slow.load(Ordering::Relaxed) < SLOW {
            true => self.time,
            false => self.time / LESS,
        }
    }

    /// The text of a picture, and its hash.
    fn text_of(&self, picture: Picture<'_>) -> Result<(PictureHash, String), String> {
        let hash = self.hash_of(&picture.hash);
        if let Some(text) = locked(&self.known).get(&hash) {
            return Ok((hash, text.clone()));
        }
        let text = self.run(picture).map_err(|cause| {
            let program = self.command.program();
            format!("{program}: {cause}")
        })?;
        if let Some(on_recognised) = &self.on_recognised {
            on_recognised(&hash, &text);
        }
        locked(&self.known).insert(hash, text.clone());
        Ok((hash, text))
    }

    /// The hash of a picture and of the command.
    fn hash_of(&self, picture: &blake3::Hash) -> PictureHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(picture.as_bytes());
        for word in self.command.words() {
            // With the length before it, no two lists of words look the same.
            hasher.update(&(word.len() as u64).to_le_bytes());
            hasher.update(word.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    fn run(&self, picture: Picture<'_>) -> Result<String, String> {
        let mut named = tempfile::Builder::new();
        let named = named.prefix("palpate-").suffix(picture.suffix);
        let io = |error: std::io::Error| error.to_string();
        // Others than who builds the index can read neither it nor, later, the text.
        let mut file = named.tempfile().map_err(io)?;
        file.write_all(&(picture.bytes)()?).map_err(io)?;
        // What is still open for writing cannot be opened by others everywhere.
        let path = file.into_temp_path();
        match program::run(&self.command, &path, self.time()) {
            Ok(printed) => Ok(cleaned(&printed)),
            Err(error) => {
                if matches!(error, ProgramError::TooSlow(_)) {
                    self.slow.fetch_add(1, Ordering::Relaxed);
                }
                Err(error.to_string())
            }
        }
    }
}

impl std::fmt::Debug for Recogniser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Recogniser").field(&self.command).finish()
    }
}

/// What a program printed as a text: without signs that steer a terminal.
fn cleaned(printed: &[u8]) -> String {
    let printed = String::from_utf8_lossy(printed);
    let text = printed.replace("\r\n", "\n");
    let is_of_text = |c: &char| !c.is_control() || matches!(*c, '\n' | '\t' | PAGE_END);
    text.chars().filter(is_of_text).collect()
}

/// What stands between the pages of a text.
pub(in crate::document) const PAGE_END: char = '\u{c}';

/// The recognition of the pictures of one file.
#[derive(Debug)]
pub(crate) struct FileRecognition {
    recogniser: Arc<Recogniser>,
    /// What was recognised of it, now or earlier.
    texts: Mutex<RecognisedTexts>,
}

impl FileRecognition {
    pub(crate) fn new(recogniser: &Arc<Recogniser>) -> FileRecognition {
        FileRecognition {
            recogniser: recogniser.clone(),
            texts: Mutex::default(),
        }
    }

    /// The text of a picture, or why there is none.
    pub(in crate::document) fn text_of(&self, picture: Picture<'_>) -> Result<String, String> {
        let (hash, text) = self.recogniser.text_of(picture)?;
        locked(&self.texts).insert(hash, text.clone());
        Ok(text)
    }

    /// What one picture may take.
    pub(in crate::document) fn time(&self) -> Duration {
        self.recogniser.time()
    }

    /// Waits until one more program may run. Until it has ended no time of the file passes.
    pub(in crate::document) fn room(
        &self,
        allowance: &Allowance,
    ) -> Result<RecognitionRoom, ReadError> {
        loop {
            allowance.check()?;
            allowance.put_off(self.time());
            if let Some(room) = self.room_within(LOOK) {
                return Ok(room);
            }
        }
    }

    fn room_within(&self, patience: Duration) -> Option<RecognitionRoom> {
        let free = locked(&self.recogniser.free);
        let waited = self
            .recogniser
            .freed
            .wait_timeout_while(free, patience, |free| *free == 0);
        let (mut free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        drop(free);
        Some(RecognitionRoom(self.recogniser.clone()))
    }

    /// What was recognised.
    pub(crate) fn texts(&self) -> RecognisedTexts {
        locked(&self.texts).clone()
    }
}

/// Room for one program, given back when it is dropped.
pub(in crate::document) struct RecognitionRoom(Arc<Recogniser>);

impl Drop for RecognitionRoom {
    fn drop(&mut self) {
        *locked(&self.0.free) += 1;
        self.0.freed.notify_one();
    }
}

/// What a lock guards: numbers and texts, which are whole whatever else went wrong.
fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn picture(text: &'static str) -> Picture<'static> {
        Picture {
            hash: blake3::hash(text.as_bytes()),
            suffix: ".png",
            bytes: Box::new(move || Ok(Cow::Borrowed(text.as_bytes()))),
        }
    }

    fn recogniser(command: &str, time: Duration) -> Recogniser {
        Recogniser::new(command.parse().expect("it is a command"), time)
    }

    const LONG: Duration = Duration::from_secs(300);

    #[test]
    fn a_picture_is_read_once_by_each_command() {
        let new = Arc::new(Mutex::new(Vec::new()));
        let to_new = new.clone();
        let on_recognised =
            move |_: &PictureHash, text: &str| locked(&to_new).push(text.to_owned());
        let cat = recogniser("cat {}", LONG);
        let cat = cat.knowing(KnownTexts::new(), Some(Box::new(on_recognised)));
        let (hash, text) = cat.text_of(picture("one")).expect("cat reads all");
        assert_eq!(text, "one");
        assert_eq!(cat.text_of(picture("one")), Ok((hash, text)));
        assert_eq!(*locked(&new), ["one"]);
        let known = KnownTexts::from([(hash, "known".to_owned())]);
        let cat = recogniser("cat  '{}'", LONG).knowing(known.clone(), None);
        assert_eq!(
            cat.text_of(picture("one")).map(|(_, text)| text),
            Ok("known".into())
        );
        let other = recogniser("cat -u {}", LONG).knowing(known, None);
        assert_eq!(
            other.text_of(picture("one")).map(|(_, text)| text),
            Ok("one".into())
        );
    }

    #[test]
    fn what_is_printed_becomes_text() {
        assert_eq!(cleaned(b"a\r\nb\x1b[1m\x07\tc\x0cd\0"), "a\nb[1m\tc\x0cd");
        assert_eq!(cleaned(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn a_program_that_is_slow_again_and_again_gets_less_time() {
        let sleep = recogniser("sh -c 'sleep 600' {}", Duration::from_millis(50));
        assert_eq!(sleep.time(), Duration::from_millis(50));
        for _ in 0..SLOW {
            let error = sleep.text_of(picture("one")).expect_err("it never ends");
            assert!(
                error.starts_with("sh: it took longer than 0.05 s"),
                "{error}"
            );
        }
        assert_eq!(sleep.time(), Duration::from_millis(5));
    }

    #[test]
    fn there_is_room_for_so_many_programs() {
        let cat = Arc::new(recogniser("cat {}", LONG));
        let file = FileRecognition::new(&cat);
        let moment = Duration::from_millis(1);
        let mut rooms: Vec<_> = std::iter::from_fn(|| file.room_within(moment)).collect();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(rooms.len(), cores);
        rooms.pop();
        assert!(file.room_within(moment).is_some());
    }
}
