//! `palpate doctor`: what is installed and what is wrong, in lines to paste into a report.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::common::{HomeArgs, Outcome, stdout};
use palpate::data;
use palpate::document::FORMATS;
use palpate::document::visible;
use palpate::index::{self, FORMAT_VERSION, Home, IndexError, Manifest};
use palpate::lexicon::Lexicon;

/// An index of more bytes than this is not looked at whole: it would take its time.
const LOOKED_AT: u64 = 256 << 20;

/// The cargo features besides those of formats, and whether this palpate was built with each.
const FEATURES: [(&str, bool); 5] = [
    ("cluster", cfg!(feature = "cluster")),
    ("encoder", cfg!(feature = "encoder")),
    ("mcp", cfg!(feature = "mcp")),
    ("serve", cfg!(feature = "serve")),
    ("tls", cfg!(feature = "tls")),
];

/// Say what is installed, which index is used, and what is wrong with it
///
/// What it prints is made to be pasted into a report. It names folders (your home is written as ~), and
/// nothing of what is in the materials.
///
/// Exit code: 0 if nothing is wrong, 2 if something is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    index: HomeArgs,
}

/// What was found out: lines of a name and what there is to say, and what is wrong.
#[derive(Default)]
struct Findings {
    lines: Vec<(&'static str, String)>,
    wrong: Vec<String>,
}

impl Args {
    /// Looks around; `tables` is the folder of tables that was named, if one was.
    pub(super) fn run(self, tables: Option<&Path>) -> anyhow::Result<Outcome> {
        let mut found = Findings::default();
        found.program();
        found.say(
            "tables",
            match tables {
                Some(folder) => format!(
                    "{} over those built in, {}",
                    shown(folder),
                    short(&data::hash())
                ),
                None => format!("built in, {}", short(&data::hash())),
            },
        );
        found.say(
            "lexicon",
            format!("{} concepts built in", Lexicon::builtin().len()),
        );
        match self.index.home() {
            Ok(home) => found.index(&home),
            Err(error) => found.wrong.push(format!("{error:#}")),
        }
        let sound = found.wrong.is_empty();
        stdout(|out| out.write_all(found.text().as_bytes()))?;
        Ok(match sound {
            true => Outcome::Found,
            false => Outcome::Failed,
        })
    }
}

impl Findings {
    fn say(&mut self, name: &'static str, text: String) {
        self.lines.push((name, text));
    }

    fn program(&mut self) {
        let build = match cfg!(debug_assertions) {
            true => "debug build",
            false => "release build",
        };
        let (os, machine) = (std::env::consts::OS, std::env::consts::ARCH);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let version = env!("CARGO_PKG_VERSION");
        self.say(
            "palpate",
            format!(
                "{version}, index format {FORMAT_VERSION}, {build}, {os} {machine}, {cores} cores"
            ),
        );
        let with = |wanted: bool| -> String {
            let all = FEATURES.iter().chain(&FORMATS);
            let features = all.filter(|(_, on)| *on == wanted);
            let mut names: Vec<&str> = features.map(|(name, _)| *name).collect();
            names.sort_unstable();
            names.join(" ")
        };
        let without = match with(false) {
            none if none.is_empty() => String::new(),
            without => format!("; without {without}"),
        };
        self.say("features", format!("{}{without}", with(true)));
        let program = std::env::current_exe();
        self.say(
            "program",
            program.map_or_else(|e| e.to_string(), |path| shown(&path)),
        );
    }

    fn index(&mut self, home: &Home) {
        let place = home.folder().map_or_else(|| home.to_string(), shown);
        match home.open() {
            Ok(engine) => {
                let manifest = engine.manifest();
                self.say("index", format!("{place}, {}", described(manifest)));
                self.materials(&manifest.roots);
                if !manifest.is_of_present_data() {
                    let wrong =
                        "the index was made with other tables; `palpate index` makes it anew";
                    self.wrong.push(wrong.to_owned());
                }
                if let Some(dir) = home.folder() {
                    self.files(dir);
                }
            }
            // Whoever has just installed it has none, and nothing is wrong with that.
            Err(IndexError::Missing(_)) => {
                self.say(
                    "index",
                    format!("none at {place}; `palpate index` builds one"),
                );
            }
            Err(error) => {
                self.say("index", place);
                self.wrong.push(hidden(&error.to_string()));
            }
        }
    }

    /// Whether what was indexed is still there.
    fn materials(&mut self, roots: &[PathBuf]) {
        let named: Vec<String> = roots.iter().map(|root| shown(root)).collect();
        self.say("materials", named.join(", "));
        let gone = roots.iter().filter(|root| !root.exists());
        self.wrong.extend(gone.map(|root| {
            let root = shown(root);
            format!("{root} is not there; an index of it cannot be brought up to date from here")
        }));
    }

    /// Whether the files of an index are as they were written.
    fn files(&mut self, dir: &Path) {
        let files = walkdir::WalkDir::new(dir).into_iter().flatten();
        let bytes: u64 = files
            .filter_map(|file| file.metadata().ok())
            .filter(|about| about.is_file())
            .map(|about| about.len())
            .sum();
        let megabytes = bytes as f64 / 1e6;
        if bytes > LOOKED_AT {
            let text = format!("{megabytes:.0} MB, not looked at; `palpate check` does");
            return self.say("files", text);
        }
        match index::check(dir) {
            Ok(report) if report.damage.is_empty() => {
                self.say(
                    "files",
                    format!("{megabytes:.1} MB, all as they were written"),
                );
            }
            Ok(report) => {
                self.say(
                    "files",
                    format!("{megabytes:.1} MB, {} damaged", report.damage.len()),
                );
                let damage = report.damage.into_iter();
                self.wrong
                    .extend(damage.map(|d| format!("{} is damaged: {}", d.path, d.cause)));
            }
            Err(error) => self.wrong.push(hidden(&error.to_string())),
        }
    }

    fn text(mut self) -> String {
        match self.wrong.is_empty() {
            true => self.say("wrong", "nothing that could be found".to_owned()),
            false => {
                let wrong = std::mem::take(&mut self.wrong);
                wrong.into_iter().for_each(|wrong| self.say("wrong", wrong));
            }
        }
        let mut text = String::new();
        for (name, said) in &self.lines {
            let said: String = said
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            let said = visible(&said);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<10} {said}");
        }
        text
    }
}

fn described(manifest: &Manifest) -> String {
    let Manifest {
        palpate,
        generation,
        documents,
        passages,
        ..
    } = manifest;
    let lexicons = match manifest.lexicons.len() {
        0 => String::new(),
        n => format!(", with {n} lexicons"),
    };
    format!(
        "generation {generation} by palpate {palpate}: {documents} documents, {passages} passages{lexicons}"
    )
}

/// The beginning of a hash, which is enough to compare.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// A path as strangers may read it.
fn shown(path: &Path) -> String {
    hidden(&path.display().to_string())
}

/// A text without the name of who is asking.
fn hidden(text: &str) -> String {
    let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE"));
    match home {
        Ok(home) if home.len() > 1 => text.replace(&home, "~"),
        _ => text.to_owned(),
    }
}
