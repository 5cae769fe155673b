//! What there is to search: every material by its title, below the folder that was indexed, and
//! questions to start from.
//!
//! It is read once for each state of the index. Of an index with more than [`READ`] passages no
//! titles are read: materials are then called by their paths.

use std::collections::BTreeMap;

use crate::annotate::trusted;
use crate::index::{Engine, IndexError, Manifest, Term, ToCount, Wanted};
use crate::search::Suggestion;

/// The most passages that are read for the titles above them.
const READ: u64 = 500_000;
/// Conditions that questions to start from are about.
const CONDITIONS: usize = 6;
/// Concepts of a kind that are suggested, and how many at a time, from so many letters on.
const CONCEPTS: usize = 5000;
const SUGGESTED: usize = 2;
const LETTERS: usize = 2;
/// Topics to audit that are named where nobody has asked.
const TOPICS: usize = 12;
/// Aspects that are asked of each: risk, and the one that most passages speak of.
const RISK: &str = "risk";

/// A material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Material {
    /// The path it is cited by.
    pub(super) source: String,
    pub(super) title: String,
    /// What stands for its text: it changes when any passage does.
    text: blake3::Hash,
}

/// A question that the materials have passages on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrequentQuestion {
    pub(super) text: String,
    pub(super) passages: u64,
}

/// What came, changed or went between two states of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CatalogueChanges {
    pub(super) came: Vec<Material>,
    pub(super) changed: Vec<Material>,
    pub(super) went: Vec<Material>,
}

/// A condition or technique that passages name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FrequentConcept {
    group: &'static str,
    name: String,
    passages: u64,
}

/// All materials of an index.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// By source, in byte order.
    materials: Vec<Material>,
    /// The folders that were indexed, as sources begin with them.
    roots: Vec<String>,
    pub(super) questions: Vec<FrequentQuestion>,
    /// Conditions and techniques, those that most passages name first.
    concepts: Vec<FrequentConcept>,
    /// Against the state that was served before, if there was one.
    pub(super) changes: Option<CatalogueChanges>,
}

impl Catalogue {
    /// Reads what an index holds.
    pub(super) fn read(engine: &dyn Engine) -> Result<Catalogue, IndexError> {
        let manifest = engine.manifest();
        let mut titles: BTreeMap<String, (String, blake3::Hasher)> = BTreeMap::new();
        if manifest.passages <= READ {
            engine.each(&Wanted::All(Vec::new()), &mut |passage| {
                let (_, text) = titles
                    .entry(passage.source)
                    .or_insert_with(|| (passage.title, blake3::Hasher::new()));
                text.update(passage.id.as_str().as_bytes());
            })?;
        }
        let material = |source: String| {
            let (title, text) = match titles.remove(&source) {
                Some((title, text)) if !title.trim().is_empty() => (title, text.finalize()),
                _ => (file_name(&source).to_owned(), blake3::hash(b"")),
            };
            Material {
                source,
                title,
                text,
            }
        };
        let sources = engine.sources(None, usize::MAX)?;
        Ok(Catalogue {
            materials: sources.into_iter().map(material).collect(),
            roots: roots(manifest),
            questions: questions(engine)?,
            concepts: concepts(engine)?,
            changes: None,
        })
    }

    /// The same, knowing what was served before.
    pub(super) fn after(mut self, before: &Catalogue) -> Catalogue {
        let changes = CatalogueChanges {
            came: missing(&self.materials, before),
            went: missing(&before.materials, &self),
            changed: self.changed_since(before),
        };
        self.changes = Some(changes);
        self
    }

    fn changed_since(&self, before: &Catalogue) -> Vec<Material> {
        let changed = |now: &&Material| before.of(&now.source).is_some_and(|was| was != *now);
        self.materials.iter().filter(changed).cloned().collect()
    }

    /// All of them.
    pub(super) fn materials(&self) -> &[Material] {
        &self.materials
    }

    fn of(&self, source: &str) -> Option<&Material> {
        let at = self
            .materials
            .binary_search_by(|known| known.source.as_str().cmp(source));
        at.ok().map(|at| &self.materials[at])
    }

    /// Whether there is a material that is cited by that path.
    pub(super) fn knows(&self, source: &str) -> bool {
        self.of(source).is_some()
    }

    /// The title of a material; where there is none, the name of its file.
    pub(super) fn title<'a>(&'a self, source: &'a str) -> &'a str {
        match self.of(source) {
            Some(material) => &material.title,
            None => file_name(source),
        }
    }

    /// A path as people know it: below the folder that was indexed, or of several with the name of
    /// its folder.
    pub(super) fn path<'a>(&self, source: &'a str) -> &'a str {
        below(&self.roots, source)
    }

    /// Whether words stand in the title or the path of a material, in whatever case.
    pub(super) fn has(&self, source: &str, words: &str) -> bool {
        let all = format!("{} {}", self.title(source), self.path(source)).to_lowercase();
        let mut words = words.split_whitespace();
        words.all(|word| all.contains(&word.to_lowercase()))
    }

    /// The folders with how many materials each has, in byte order.
    pub(super) fn folders(&self) -> Vec<(&str, usize)> {
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        for material in &self.materials {
            *folders
                .entry(folder(self.path(&material.source)))
                .or_default() += 1;
        }
        folders.into_iter().collect()
    }

    /// Topics that most passages name.
    pub(super) fn topics(&self) -> impl Iterator<Item = &str> {
        let names = self.concepts.iter().map(|concept| concept.name.as_str());
        names.take(TOPICS)
    }

    /// What completes the beginning of a query: of the frequent concepts that begin so their risks,
    /// and they themselves.
    pub(super) fn suggest(
        &self,
        engine: &dyn Engine,
        typed: &str,
    ) -> Result<Vec<Suggestion>, IndexError> {
        let typed = typed.trim_start().to_lowercase();
        let begins = |concept: &&FrequentConcept| {
            let name = concept.name.to_lowercase();
            name.starts_with(&typed) || typed.starts_with(&format!("{name} "))
        };
        let mut suggestions = Vec::new();
        if typed.chars().count() < LETTERS {
            return Ok(suggestions);
        }
        for concept in self.concepts.iter().filter(begins).take(SUGGESTED) {
            let text = format!("{} {RISK}", concept.name);
            let count = engine.count(&Wanted::All(vec![
                facet(concept.group, &concept.name),
                facet("aspect", RISK),
            ]))?;
            suggestions.push(Suggestion { text, count });
            suggestions.push(Suggestion {
                text: concept.name.clone(),
                count: concept.passages,
            });
        }
        suggestions.retain(|one| one.count > 0 && one.text.to_lowercase().starts_with(&typed));
        Ok(suggestions)
    }

    /// The name of the collection: that of the folder that was indexed.
    pub(super) fn name(&self) -> String {
        let names = self.roots.iter().map(|root| file_name(root));
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        match names.is_empty() {
            true => "all materials".to_owned(),
            false => names.join(", "),
        }
    }
}

/// The folder of a path; empty for what lies in none.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn file_name(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn roots(manifest: &Manifest) -> Vec<String> {
    let roots = manifest.roots.iter();
    roots
        .map(|root| {
            let root = root.to_string_lossy();
            root.trim_end_matches('/').to_owned()
        })
        .collect()
}

fn below<'a>(roots: &[String], source: &'a str) -> &'a str {
    let inside = |root: &&String| {
        let rest = source.strip_prefix(root.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || root.is_empty())
    };
    let root = roots.iter().filter(inside).max_by_key(|root| root.len());
    let start = match root {
        // A file that was named itself.
        Some(root) if root == source => source.len() - file_name(source).len(),
        Some(root) if roots.len() > 1 => root.len() - file_name(root).len(),
        Some(root) => root.len(),
        // Whatever it is, the folders of a whole machine are nobody's business.
        None if source.starts_with('/') => source.len() - file_name(source).len(),
        None => 0,
    };
    let path = source[start..].trim_start_matches('/');
    path.strip_prefix("./").unwrap_or(path)
}

fn missing(of: &[Material], from: &Catalogue) -> Vec<Material> {
    let new = |material: &&Material| from.of(&material.source).is_none();
    of.iter().filter(new).cloned().collect()
}

fn concepts(engine: &dyn Engine) -> Result<Vec<FrequentConcept>, IndexError> {
    const GROUPS: [&str; 2] = ["condition", "technique"];
    let what = ToCount {
        groups: &GROUPS,
        values: CONCEPTS,
        sources: 0,
        otherwise: None,
    };
    let groups = engine.tallies(&Wanted::All(Vec::new()), what)?.groups;
    let mut concepts: Vec<FrequentConcept> = Vec::new();
    for (group, counted) in GROUPS.into_iter().zip(groups) {
        concepts.extend(counted.into_iter().map(|(name, passages)| FrequentConcept {
            group,
            name,
            passages,
        }));
    }
    concepts.sort_by_key(|concept| std::cmp::Reverse(concept.passages));
    Ok(concepts)
}

/// Of the conditions that most passages name: their risks, and what most passages say of them
/// besides.
fn questions(engine: &dyn Engine) -> Result<Vec<FrequentQuestion>, IndexError> {
    let everything = Wanted::All(Vec::new());
    let what = ToCount {
        groups: &["condition", "aspect"],
        values: CONDITIONS,
        sources: 0,
        otherwise: None,
    };
    let mut groups = engine.tallies(&everything, what)?.groups.into_iter();
    let conditions = groups.next().unwrap_or_default();
    let aspects = groups.next().unwrap_or_default();
    let mut questions = Vec::new();
    for (condition, _) in conditions {
        let mut best: Option<FrequentQuestion> = None;
        for aspect in asked(&aspects) {
            let passages = engine.count(&Wanted::All(vec![
                facet("condition", &condition),
                facet("aspect", aspect),
            ]))?;
            let question = FrequentQuestion {
                text: format!("{condition} {aspect}"),
                passages,
            };
            match aspect == RISK {
                true if passages > 0 => questions.push(question),
                true => {}
                false if best.as_ref().is_none_or(|best| best.passages < passages) => {
                    best = Some(question);
                }
                false => {}
            }
        }
        questions.extend(best.filter(|best| best.passages > 0));
    }
    Ok(questions)
}

/// The aspects that questions to start from ask: risk, and the frequent ones.
fn asked(frequent: &[(String, u64)]) -> impl Iterator<Item = &str> {
    let others = frequent.iter().map(|(label, _)| label.as_str());
    // What a condition is, nobody has to be told to ask.
    let others = others.filter(|label| trusted(label) && !matches!(*label, RISK | "condition"));
    std::iter::once(RISK).chain(others)
}

fn facet(group: &'static str, value: &str) -> Wanted {
    Wanted::Term(Term::Facet(group, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_below_what_was_indexed() {
        let roots = |roots: &[&str]| -> Vec<String> {
            roots.iter().map(|root| (*root).to_owned()).collect()
        };
        for (given, source, shown) in [
            (
                &["/srv/leaflets"][..],
                "/srv/leaflets/neck/a.txt",
                "neck/a.txt",
            ),
            (&["/srv/leaflets"], "/srv/leaflets2/a.txt", "a.txt"),
            (&["corpus"], "corpus/a.txt", "a.txt"),
            (&["corpus", "more/old"], "more/old/a.txt", "old/a.txt"),
            (&["corpus", "more/old"], "corpus/a.txt", "corpus/a.txt"),
            (&["one/a.txt"], "one/a.txt", "a.txt"),
            (&["."], "./sub/a.txt", "sub/a.txt"),
            (&["."], "sub/a.txt", "sub/a.txt"),
        ] {
            assert_eq!(below(&roots(given), source), shown, "{given:?}: {source}");
        }
    }
}
