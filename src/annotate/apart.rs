//! Words of a name that stand apart and still name it: "pain and swelling in your joints", "an enlarged
//! liver and spleen", "hearing becomes impaired".
//!
//! They do where nothing else is named between them. What joins names (prepositions, verbs, "your") may
//! stand there, and one thing more for each "and" or comma, which shares the rest of the name with it:
//! "enlarged liver and spleen" names both, while in "kidney transplant for heart disease" the kidney is
//! not what is diseased.

use std::collections::BTreeSet;
use std::ops::Range;

use super::clause::Gap;
use super::context::Context;
use super::triggers::WordClass;
use crate::analysis::TermId;

/// How many words a name may stretch over: chosen, not measured.
const WIDEST: usize = 10;

/// What each word of a name that means something by itself may be.
pub(super) type NameWords = [BTreeSet<u32>];

/// The fewest words of a sentence in which every word of a name stands, where one has them all.
pub(super) fn narrowest(
    terms: &[TermId],
    sentence: &Range<usize>,
    name: &NameWords,
) -> Option<Range<usize>> {
    let mut last: Vec<Option<usize>> = vec![None; name.len()];
    let mut best: Option<Range<usize>> = None;
    for at in sentence.clone() {
        let stands = name.iter().zip(&mut last);
        let fresh = stands.filter(|(word, _)| word.contains(&terms[at].into()));
        if fresh.map(|(_, last)| *last = Some(at)).count() == 0 {
            continue;
        }
        let Some(first) = last.iter().copied().min().flatten() else {
            continue;
        };
        if best.as_ref().is_none_or(|best| at + 1 - first < best.len()) {
            best = Some(first..at + 1);
        }
    }
    best
}

/// Whether so many things of a list stand between words that they are of different ones: "hearing loss - short stature -
/// fused bones".
pub(super) fn are_listed_apart(context: &Context<'_>, words: &Range<usize>) -> bool {
    let gaps = words.clone().skip(1).map(|at| context.reading().gaps[at]);
    gaps.filter(|&gap| gap >= Gap::Dash || gap == Gap::Closed)
        .count()
        > 1
}

/// Whether words are close enough to speak of one thing.
pub(super) fn are_near(words: &Range<usize>) -> bool {
    words.len() <= WIDEST
}

/// Whether some words name what a name means, and not only hold the words of it.
pub(super) fn names(context: &Context<'_>, words: &Range<usize>, name: &NameWords) -> bool {
    let named = |at: usize| {
        let term: u32 = context.reading().terms[at].into();
        name.iter().any(|word| word.contains(&term))
    };
    // One word that may stand for another is near it, and no more: "sterile", "red".
    (2..=WIDEST).contains(&words.len())
        && words.clone().filter(|&at| named(at)).count() >= name.len()
        && !describes_another(context, words)
        && !context.is_parted(words, &named)
        && shares(context, words, &named)
}

/// Whether there is no more between the words of a name than what is joined with one of them.
fn shares(context: &Context<'_>, words: &Range<usize>, named: &dyn Fn(usize) -> bool) -> bool {
    let (mut joined, mut others, mut in_other) = (0, 0, false);
    for at in words.clone().skip(1) {
        let joins = context.is(at, WordClass::Coordinators);
        if joins || context.reading().gaps[at] >= Gap::Comma {
            joined += 1;
            in_other = false;
        }
        if joins || named(at) || links(context, at) {
            in_other = false;
        } else if !in_other {
            others += 1;
            in_other = true;
        }
    }
    others <= joined
}

/// Whether a word only holds others together.
fn links(context: &Context<'_>, at: usize) -> bool {
    let classes = [
        WordClass::Determiners,
        WordClass::Prepositions,
        WordClass::Verbs,
        WordClass::Adverbs,
    ];
    classes.iter().any(|&class| context.is(at, class))
}

/// Whether the words stand before another that they describe: "loss of appetite, weight gain".
fn describes_another(context: &Context<'_>, words: &Range<usize>) -> bool {
    let next = words.end;
    let unit = context.unit_of(words.start);
    context.sentences().get(unit).is_some_and(|sentence| {
        next < sentence.end
            && context.reading().gaps[next] == Gap::None
            && !links(context, next)
            && !context.is(next, WordClass::Coordinators)
            && !context.is(next, WordClass::PlainVerbs)
            && !context.is(next, WordClass::Relatives)
    })
}
