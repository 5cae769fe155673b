//! Statements in plain words, the same for a terminal and for a page.

use crate::annotate::{Advice, Aspect, Assertion, Claim, Experiencer, Statement, Time};
use crate::index::StoredPassage;

/// The kinds of risk that people are shown, the gravest first, each with its words. How often a passage
/// speaks of a kind was judged for these; red flags and interactions are for programs and filters.
pub(crate) const KINDS: [(Aspect, &str); 4] = [
    (Aspect::Contraindication, "Not for everyone"),
    (Aspect::Adverse, "Can harm"),
    (Aspect::Precaution, "Take care"),
    (Aspect::Susceptibility, "More at risk"),
];

/// What is hedged.
const POSSIBLE: &str = "possible";
/// So many names stand in a line.
const NAMES: usize = 4;

/// A statement as a line, behind the words of its kind: `manual therapy · osteoporosis (if it applies)`.
pub(crate) struct PlainStatement {
    /// The kind of risk, and its words.
    pub(crate) kind: (Aspect, &'static str),
    pub(crate) line: String,
}

/// The statements of a passage that warn, each with the place of its kind among [`KINDS`]. What is denied is no warning.
pub(crate) fn warnings(passage: &StoredPassage) -> impl Iterator<Item = (usize, &Statement)> {
    let gravity = |risk: Aspect| KINDS.iter().position(|(kind, _)| *kind == risk);
    let warns = |statement: &&Statement| !statement.is_denied();
    let statements = passage.statements.iter().filter(warns);
    statements.filter_map(move |statement| Some((gravity(statement.risk)?, statement)))
}

/// What the sentences of a passage say, a line for all that is said of the same in the same way: what the
/// query names first, then the gravest.
pub(crate) fn plain(passage: &StoredPassage, query: &str, most: usize) -> Vec<PlainStatement> {
    let query = query.to_lowercase();
    let asked = |name: &&str| query.contains(&name.to_lowercase());
    let mut shown: Vec<(usize, &Statement)> = warnings(passage).collect();
    shown.sort_by_key(|(gravity, statement)| {
        let conditions = statement.conditions.iter().map(|c| c.name.as_str());
        let techniques = statement.techniques.iter().map(String::as_str);
        let named = conditions.chain(techniques).filter(asked).count();
        (std::cmp::Reverse(named), *gravity)
    });
    let mut lines: Vec<(usize, Vec<&Statement>)> = Vec::new();
    for (gravity, statement) in shown {
        let same = |(of, line): &&mut (usize, Vec<&Statement>)| {
            *of == gravity && says_the_same(line[0], statement)
        };
        match lines.iter_mut().find(same) {
            Some((_, line)) => line.push(statement),
            None => lines.push((gravity, vec![statement])),
        }
    }
    lines.truncate(most);
    let plain = lines
        .into_iter()
        .map(|(gravity, statements)| PlainStatement {
            kind: KINDS[gravity],
            line: line(&statements),
        });
    plain.collect()
}

/// Whether two statements are of the same in the same way, but for the conditions.
fn says_the_same(one: &Statement, other: &Statement) -> bool {
    one.techniques == other.techniques && one.claim == other.claim && one.often == other.often
}

/// The line of some statements that say the same.
fn line(statements: &[&Statement]) -> String {
    let first = statements[0];
    let mut conditions: Vec<&str> = Vec::new();
    for condition in statements
        .iter()
        .flat_map(|statement| &statement.conditions)
    {
        if !conditions.contains(&condition.written.as_str()) {
            conditions.push(&condition.written);
        }
    }
    let techniques: Vec<&str> = first.techniques.iter().map(String::as_str).collect();
    let mut parts = vec![names(&techniques), names(&conditions)];
    parts.retain(|part| !part.is_empty());
    let mut notes: Vec<&str> = notes(&first.claim);
    if let Some(often) = &first.often {
        // "Rarely" says more than that it is possible.
        notes.retain(|note| *note != POSSIBLE);
        notes.push(often);
    }
    match notes.is_empty() {
        true => parts.join(" · "),
        false => format!("{} ({})", parts.join(" · "), notes.join(", ")),
    }
}

fn names(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMES);
    let shown = names[..names.len() - more].join(", ");
    match more {
        0 => shown,
        more => format!("{shown}, {more} more"),
    }
}

/// What is said of something besides that it is so or not, in plain words.
pub(crate) fn notes(claim: &Claim) -> Vec<&'static str> {
    let mut notes: Vec<&str> = Vec::new();
    match (claim.advice, claim.assertion) {
        (Some(Advice::Contraindicated), _) => notes.push("not to be done"),
        (Some(Advice::NotRecommended), _) => notes.push("not recommended"),
        (Some(Advice::Caution), _) => notes.push("with care"),
        (_, Assertion::Hedged) => notes.push(POSSIBLE),
        (_, Assertion::Hypothetical) => notes.push("if it applies"),
        (_, Assertion::Affirmed | Assertion::Negated) => {}
    }
    if claim.time == Time::Historical {
        notes.push("in the past");
    }
    match claim.experiencer {
        Experiencer::Family => notes.push("in the family"),
        Experiencer::Patient | Experiencer::Others => {}
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::TiedCondition;

    fn statement(risk: Aspect, conditions: &[&str], claim: Claim) -> Statement {
        Statement {
            risk,
            techniques: vec!["manual therapy".to_owned()],
            conditions: conditions
                .iter()
                .map(|&name| TiedCondition {
                    name: name.to_owned(),
                    written: name.to_owned(),
                })
                .collect(),
            often: None,
            claim,
            bytes: (0, 0),
        }
    }

    #[test]
    fn a_line_says_what_is_done_with_what_and_how_surely() {
        let supposed = Claim::from(Assertion::Hypothetical);
        let of = statement(Aspect::Contraindication, &["gout", "fracture"], supposed);
        assert_eq!(
            line(&[&of]),
            "manual therapy · gout, fracture (if it applies)"
        );
        let advised = Claim {
            advice: Some(Advice::NotRecommended),
            ..Assertion::Affirmed.into()
        };
        let alone = statement(Aspect::Contraindication, &[], advised);
        assert_eq!(line(&[&alone]), "manual therapy (not recommended)");
        let many = statement(Aspect::Adverse, &["a", "b", "c", "d", "e", "f"], supposed);
        assert_eq!(
            line(&[&many, &of]),
            "manual therapy · a, b, c, d, 4 more (if it applies)"
        );
    }
}
