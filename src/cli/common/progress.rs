//! The progress bar of a build; it shows nothing when stderr is no terminal.

use indicatif::{ProgressBar, ProgressStyle};
use palpate::index::BuildEvent;

pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new() -> Progress {
        Progress {
            bar: ProgressBar::hidden(),
        }
    }

    pub(super) fn show(&mut self, event: BuildEvent<'_>) {
        match event {
            BuildEvent::Start { bytes, .. } => self.bar = bar(bytes),
            BuildEvent::Read { path, bytes } => {
                self.bar.set_message(path.display().to_string());
                self.bar.inc(bytes);
            }
            BuildEvent::Commit => self.bar.set_message("writing the index"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn bar(bytes: u64) -> ProgressBar {
    const TEMPLATE: &str =
        "{bar:30} {bytes:>10} of {total_bytes}  {bytes_per_sec}  {eta} left  {wide_msg}";
    // The template is a constant; if it were wrong, the default bar would do.
    let style = ProgressStyle::with_template(TEMPLATE)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ");
    ProgressBar::new(bytes).with_style(style)
}
