//! An engine that names sources from the folder that was indexed on.
//!
//! Where an index was made from an absolute path, its sources have absolute paths, and these are
//! nobody's business who asks a server. So what comes out of the engine has the folder taken off its
//! sources, and what goes in has it put back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::budget::Budget;
use super::dictionary::Dictionary;
use super::document::WholeDocument;
use super::engine::{Engine, Tallies, ToCount};
use super::error::IndexError;
use super::manifest::Manifest;
use super::passage::{Order, PassageAt, StoredPassage};
use super::table::{CandidateNumber, Positions, Table, TermNumber};
use super::wanted::{Term, Wanted};
use crate::encoder::Meaning;
use crate::lexicon::Lexicon;

/// An engine whose sources are named from a folder on.
pub(crate) struct RelativeSources {
    engine: Arc<dyn Engine>,
    /// What all sources begin with: a path with its last slash, or nothing.
    folder: String,
}

impl RelativeSources {
    /// Names the sources of an engine from the folder on that was indexed; those of several from the
    /// folder on that has all of them.
    pub(crate) fn of(engine: Arc<dyn Engine>) -> Arc<dyn Engine> {
        let roots = &engine.manifest().roots;
        let folder = common_folder(roots.iter().map(|root| root.as_path()));
        match folder {
            Some(folder) => Arc::new(RelativeSources { engine, folder }),
            None => engine,
        }
    }

    fn short(&self, source: &mut String) {
        if let Some(rest) = source.strip_prefix(&self.folder)
            && !rest.is_empty()
        {
            *source = rest.to_owned();
        }
    }

    fn long(&self, source: &str) -> String {
        format!("{}{source}", self.folder)
    }

    /// What is wanted, of sources as the engine names them. A pattern is matched with the short names:
    /// it must not tell what stands before them.
    fn wanted(&self, wanted: &Wanted) -> Result<Wanted, IndexError> {
        let all = |some: &[Wanted]| -> Result<Vec<Wanted>, IndexError> {
            some.iter().map(|one| self.wanted(one)).collect()
        };
        let of_source = |source: &String| Wanted::Term(Term::Source(self.long(source)));
        Ok(match wanted {
            Wanted::Term(Term::Source(source)) => of_source(source),
            Wanted::Times(times, one) => Wanted::Times(*times, Box::new(self.wanted(one)?)),
            Wanted::Any(some) => Wanted::Any(all(some)?),
            Wanted::All(some) => Wanted::All(all(some)?),
            Wanted::Filtered { wanted, must, not } => Wanted::Filtered {
                wanted: Box::new(self.wanted(wanted)?),
                must: all(must)?,
                not: all(not)?,
            },
            Wanted::Sources(glob) => {
                let mut sources = Engine::sources(self, None, usize::MAX)?;
                sources.retain(|source| glob.matches(source));
                Wanted::Any(sources.iter().map(of_source).collect())
            }
            Wanted::Term(_) | Wanted::Phrase(..) => wanted.clone(),
        })
    }
}

/// The folder, with its last slash, that absolute roots have in common; `None` where a root is
/// relative to where the build ran.
fn common_folder<'r>(mut roots: impl Iterator<Item = &'r Path>) -> Option<String> {
    let first = roots.next()?;
    // A file that was indexed by itself is named by its name.
    let folder = |root: &'r Path| match root.extension() {
        Some(_) => root.parent().unwrap_or(root),
        None => root,
    };
    let mut common = folder(first);
    let mut all = vec![first];
    for root in roots {
        all.push(root);
        while !folder(root).starts_with(common) {
            common = common.parent()?;
        }
    }
    let is_absolute = all.iter().all(|root| root.is_absolute());
    let name = common.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let name = name.trim_end_matches('/');
    (is_absolute && !name.is_empty()).then(|| format!("{name}/"))
}

impl Engine for RelativeSources {
    fn manifest(&self) -> &Manifest {
        self.engine.manifest()
    }

    fn lexicon(&self) -> &Arc<Lexicon> {
        self.engine.lexicon()
    }

    fn within(&self, budget: &Budget) -> Arc<dyn Engine> {
        Arc::new(RelativeSources {
            engine: self.engine.within(budget),
            folder: self.folder.clone(),
        })
    }

    fn budget(&self) -> &Budget {
        self.engine.budget()
    }

    fn look_up(&self, read: &mut dyn FnMut(&Dictionary)) -> Result<(), IndexError> {
        self.engine.look_up(read)
    }

    fn original(&self, source: &str) -> Option<PathBuf> {
        self.engine.original(&self.long(source))
    }

    fn is_current(&self) -> Result<bool, IndexError> {
        self.engine.is_current()
    }

    fn troubles(&self) -> Vec<String> {
        self.engine.troubles()
    }

    fn frequencies(&self, terms: &[Term]) -> Result<Vec<u64>, IndexError> {
        self.engine.frequencies(terms)
    }

    fn best(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        self.engine.best(&self.wanted(wanted)?, limit)
    }

    fn best_at_once(&self) -> usize {
        self.engine.best_at_once()
    }

    fn first(&self, wanted: &Wanted, limit: usize) -> Result<Vec<PassageAt>, IndexError> {
        self.engine.first(&self.wanted(wanted)?, limit)
    }

    fn similarities(&self, meant: &Meaning, at: &[Order]) -> Result<Vec<f32>, IndexError> {
        self.engine.similarities(meant, at)
    }

    fn nearest(
        &self,
        meant: &Meaning,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<PassageAt>, IndexError> {
        self.engine.nearest(meant, &self.wanted(wanted)?, limit)
    }

    fn count(&self, wanted: &Wanted) -> Result<u64, IndexError> {
        self.engine.count(&self.wanted(wanted)?)
    }

    fn tallies(&self, wanted: &Wanted, what: ToCount<'_>) -> Result<Tallies, IndexError> {
        let otherwise = what.otherwise;
        let otherwise =
            otherwise.map(|(wanted, at)| self.wanted(wanted).map(|wanted| (wanted, at)));
        let otherwise = otherwise.transpose()?;
        let what = ToCount {
            otherwise: otherwise.as_ref().map(|(wanted, at)| (wanted, *at)),
            ..what
        };
        let mut tallies = self.engine.tallies(&self.wanted(wanted)?, what)?;
        for (source, _) in &mut tallies.sources {
            self.short(source);
        }
        Ok(tallies)
    }

    fn table(
        &self,
        candidates: &[PassageAt],
        terms: &[&str],
        names: &[&[TermNumber]],
    ) -> Result<Table, IndexError> {
        self.engine.table(candidates, terms, names)
    }

    fn positions(
        &self,
        table: &Table,
        chosen: &[CandidateNumber],
        terms: &[&str],
        used: &[TermNumber],
    ) -> Result<Positions, IndexError> {
        self.engine.positions(table, chosen, terms, used)
    }

    fn passages(&self, at: &[PassageAt]) -> Result<Vec<StoredPassage>, IndexError> {
        let mut passages = self.engine.passages(at)?;
        for passage in &mut passages {
            self.short(&mut passage.source);
        }
        Ok(passages)
    }

    fn each(&self, wanted: &Wanted, take: &mut dyn FnMut(StoredPassage)) -> Result<(), IndexError> {
        self.engine.each(&self.wanted(wanted)?, &mut |mut passage| {
            self.short(&mut passage.source);
            take(passage);
        })
    }

    fn passage(&self, id: &str) -> Result<Option<StoredPassage>, IndexError> {
        let mut passage = self.engine.passage(id)?;
        if let Some(passage) = &mut passage {
            self.short(&mut passage.source);
        }
        Ok(passage)
    }

    fn document(&self, source: &str) -> Result<Option<WholeDocument>, IndexError> {
        let mut document = self.engine.document(&self.long(source))?;
        if let Some(document) = &mut document {
            self.short(&mut document.source);
            for passage in &mut document.passages {
                self.short(&mut passage.source);
            }
        }
        Ok(document)
    }

    fn sources(&self, after: Option<&str>, limit: usize) -> Result<Vec<String>, IndexError> {
        let after = after.map(|after| self.long(after));
        let mut sources = self.engine.sources(after.as_deref(), limit)?;
        for source in &mut sources {
            self.short(source);
        }
        Ok(sources)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_that_of_all_roots() {
        let common = |roots: &[&str]| common_folder(roots.iter().map(Path::new));
        assert_eq!(
            common(&["/srv/leaflets"]).as_deref(),
            Some("/srv/leaflets/")
        );
        assert_eq!(
            common(&["/srv/leaflets/"]).as_deref(),
            Some("/srv/leaflets/")
        );
        assert_eq!(common(&["/srv/a.txt"]).as_deref(), Some("/srv/"));
        assert_eq!(common(&["/srv/a", "/srv/b/c"]).as_deref(), Some("/srv/"));
        assert_eq!(common(&["/a", "/b"]), None);
        assert_eq!(common(&["leaflets"]), None);
        assert_eq!(common(&["/srv/a", "b"]), None);
    }
}
