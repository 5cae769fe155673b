//! Reading users' lexicon files, and saying what was read.

use std::path::{Path, PathBuf};

use super::entry::{AtLine, Parsed, Remark};
use super::join::{FormJoiner, JoinOutcome};
use super::{Kind, Lexicon, LexiconError, obo, solr, tables};

/// What is in one lexicon file, joined to the built-in lexicon and the files before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    pub path: PathBuf,
    /// Concepts that there were already.
    pub joined: usize,
    /// New concepts of each kind, in the order of [`Kind::ALL`].
    pub new: [usize; Kind::ALL.len()],
    /// Names that nothing had before.
    pub names: usize,
    /// What is read otherwise than it may have been meant, in the order of lines.
    pub warnings: Vec<Remark>,
    /// What is wrong, in the order of lines; such a file is not used.
    pub errors: Vec<Remark>,
}

/// Reads lexicon files one after another, as a build would, and says what is in each.
pub fn check(paths: &[PathBuf]) -> Result<Vec<FileReport>, LexiconError> {
    let mut joiner = builtin();
    paths.iter().map(|path| join(&mut joiner, path)).collect()
}

pub(super) fn with_files(paths: &[PathBuf]) -> Result<Lexicon, LexiconError> {
    let mut joiner = builtin();
    for path in paths {
        if let Some(error) = join(&mut joiner, path)?.errors.into_iter().next() {
            return Err(LexiconError::Line {
                path: error.path,
                line: error.line,
                cause: error.what,
            });
        }
    }
    Ok(joiner.parts().compile())
}

fn builtin() -> FormJoiner {
    let mut joiner = FormJoiner::default();
    joiner.add(tables::concepts());
    joiner
}

fn join(joiner: &mut FormJoiner, path: &Path) -> Result<FileReport, LexiconError> {
    let Parsed {
        concepts,
        mut warnings,
        mut errors,
    } = parse(joiner, path)?;
    let outcome: JoinOutcome = joiner.join(concepts);
    warnings.extend(outcome.warnings);
    errors.extend(outcome.errors);
    Ok(FileReport {
        path: path.to_owned(),
        joined: outcome.joined,
        new: outcome.new,
        names: outcome.names,
        warnings: remarks(path, warnings),
        errors: remarks(path, errors),
    })
}

fn parse(joiner: &mut FormJoiner, path: &Path) -> Result<Parsed, LexiconError> {
    let format = path.extension().and_then(|extension| extension.to_str());
    if !matches!(format, Some("txt" | "syn" | "synonyms" | "obo" | "toml")) {
        return Err(LexiconError::UnknownType(path.to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|cause| LexiconError::Io {
        path: path.to_owned(),
        cause,
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(match format {
        Some("obo") => obo::parse(text, &mut |name| joiner.knows(name)),
        Some("toml") => tables::parse(text),
        _ => solr::parse(text),
    })
}

fn remarks(path: &Path, mut at_lines: Vec<AtLine>) -> Vec<Remark> {
    at_lines.sort_by_key(|(line, _)| *line);
    let remark = |(line, what)| Remark {
        path: path.to_owned(),
        line,
        what,
    };
    at_lines.into_iter().map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lexicon with one file of the user's, and the report on it.
    fn with(name: &str, text: &str) -> (Lexicon, FileReport) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let mut reports = check(std::slice::from_ref(&path)).expect("it can be read");
        let lexicon = Lexicon::with_files(&[path]).expect("it is right");
        (lexicon, reports.remove(0))
    }

    fn name<'l>(lexicon: &'l Lexicon, text: &str) -> Option<&'l str> {
        lexicon.named(text).map(|concept| concept.name)
    }

    #[test]
    fn a_line_joins_the_concept_that_has_one_of_its_names() {
        for line in [
            "osteoporosis, thin bone disease",
            "thin bone disease, osteoporosis",
            "brittle bones, thin bone disease",
            "thin bone disease => osteoporosis",
            "# palpate: id=osteoporosis\nthin bone disease, skeleton of glass",
        ] {
            let (lexicon, report) = with("ours.txt", line);
            let concept = lexicon.named("thin bone disease").expect("it came in");
            assert_eq!(
                (concept.name, concept.kind),
                ("osteoporosis", Kind::Condition)
            );
            assert_eq!(
                name(&lexicon, "brittle bones"),
                Some("osteoporosis"),
                "{line}"
            );
            assert_eq!(
                (report.joined, lexicon.len()),
                (1, Lexicon::builtin().len())
            );
            let index = lexicon.index_of("osteoporosis").expect("it stays");
            let builtin = Lexicon::builtin();
            let known = builtin.searched_forms(index);
            assert_eq!(lexicon.searched_forms(index)[..known.len()], known);
        }
    }

    #[test]
    fn a_name_of_another_concept_stays_with_it_and_that_is_said() {
        let (lexicon, report) = with("ours.txt", "gout, knobbly toe, asthma\n");
        assert_eq!(name(&lexicon, "asthma"), Some("asthma"));
        assert_eq!(name(&lexicon, "knobbly toe"), Some("gout"));
        assert!(report.warnings[0].what.contains("“asthma”"));
    }

    #[test]
    fn new_concepts_have_the_kind_that_is_said() {
        let text = "# palpate: kind=technique\nzorbing, sphere rolling\n";
        let (lexicon, report) = with("ours.txt", text);
        let concept = lexicon.named("sphere rolling").expect("it came in");
        assert_eq!((concept.name, concept.kind), ("zorbing", Kind::Technique));
        assert_eq!(report.new[Kind::Technique as usize], 1);
        let text = "[[concept]]\nid = \"osteoporosis\"\nlay = [\"glass skeleton\"]\n\n\
                    [[concept]]\nname = \"zorbitis\"\nkind = \"condition\"\nbroader = [\"nowhere\"]\n";
        let (lexicon, report) = with("ours.toml", text);
        assert_eq!(name(&lexicon, "glass skeleton"), Some("osteoporosis"));
        assert_eq!(
            lexicon.named("zorbitis").map(|c| c.kind),
            Some(Kind::Condition)
        );
        assert_eq!(report.warnings[0].line, 5);
    }

    #[test]
    fn an_ontology_joins_too_and_its_ids_hold_concepts_apart() {
        let text = "[Term]\nid: T:1\nname: Pyrexia\nsynonym: \"zorb heat\" EXACT []\n\
                    [Term]\nid: T:2\nname: Zorb flush\nsynonym: \"zorb heat\" EXACT []\nis_a: T:1\n";
        let (lexicon, report) = with("terms.obo", text);
        let fever = lexicon.index_of("fever").expect("it is in the data");
        assert_eq!(lexicon.index_of("zorb heat"), Some(fever));
        assert_eq!(lexicon.index_of("high temperature"), Some(fever));
        let flush = lexicon.index_of("zorb flush").expect("it came in");
        assert!(flush != fever && lexicon.narrower(fever).contains(&flush));
        assert_eq!((report.joined, report.warnings.len()), (1, 1));
    }

    #[test]
    fn names_that_every_text_has_are_left_out() {
        let (lexicon, report) = with("ours.txt", "zorbitis, was it, x\n");
        assert_eq!(name(&lexicon, "was it"), None);
        assert_eq!(report.warnings.len(), 2);
    }

    #[test]
    fn what_adds_to_nothing_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ours.toml");
        std::fs::write(&path, "[[concept]]\nid = \"nothing\"\nlay = [\"zorb\"]\n")
            .expect("written");
        let error = Lexicon::with_files(&[path])
            .err()
            .map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("ours.toml:1: ")));
    }
}
