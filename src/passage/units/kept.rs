//! Units as an index keeps them: numbers, one after the other.

use std::ops::Range;

use super::{LeadIn, Unit, UnitKind, Units};

const SENTENCE: u32 = 0;
const ITEM: u32 = 1;
const CELL: u32 = 2;
const FIRST: u32 = 4;
const ASKS: u32 = 8;
const ANSWERS: u32 = 16;

const TEXT: u32 = 0;
const CARRIED: u32 = 1;
const HEADING: u32 = 2;

impl From<Units> for Vec<u32> {
    fn from(units: Units) -> Vec<u32> {
        let mut kept = Vec::with_capacity(6 * units.0.len());
        for unit in &units.0 {
            keep(unit, &mut kept);
        }
        kept
    }
}

/// Passages are far shorter than 4 GB, for files are.
fn number(n: usize) -> u32 {
    n.min(u32::MAX as usize) as u32
}

fn keep(unit: &Unit, kept: &mut Vec<u32>) {
    let range = |bytes: &Range<usize>| [number(bytes.start), number(bytes.len())];
    let kind = match unit.kind {
        UnitKind::Sentence => SENTENCE,
        UnitKind::Item { first, .. } => ITEM | if first { FIRST } else { 0 },
        UnitKind::Cell { .. } => CELL,
    };
    let asks = if unit.asks { ASKS } else { 0 };
    let answers = if unit.answers.is_some() { ANSWERS } else { 0 };
    kept.push(kind | asks | answers);
    kept.extend(range(&unit.bytes));
    match &unit.kind {
        UnitKind::Sentence => {}
        UnitKind::Item { depth, .. } => kept.extend([u32::from(*depth), number(unit.mark)]),
        UnitKind::Cell { row, column } => {
            kept.extend(range(row));
            kept.push(u32::from(*column));
        }
    }
    kept.extend(unit.answers.map(number));
    kept.push(number(unit.leads.len()));
    for lead in &unit.leads {
        match lead {
            LeadIn::Text(bytes) => kept.extend([TEXT, number(bytes.start), number(bytes.len())]),
            LeadIn::Carried(bytes) => {
                kept.extend([CARRIED, number(bytes.start), number(bytes.len())]);
            }
            LeadIn::Heading => kept.push(HEADING),
        }
    }
}

/// What are no units of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these numbers are no units of a passage")]
pub struct BadUnits;

impl TryFrom<Vec<u32>> for Units {
    type Error = BadUnits;

    fn try_from(kept: Vec<u32>) -> Result<Units, BadUnits> {
        let mut kept = kept.into_iter().map(|n| n as usize);
        let mut units = Vec::new();
        while let Some(kind) = kept.next() {
            units.push(kept_unit(kind as u32, &mut kept).ok_or(BadUnits)?);
        }
        Ok(Units(units))
    }
}

fn kept_unit(flags: u32, kept: &mut impl Iterator<Item = usize>) -> Option<Unit> {
    let bytes = kept_range(kept)?;
    let mut mark = 0;
    let kind = match flags & 3 {
        SENTENCE => UnitKind::Sentence,
        ITEM => {
            let depth = u8::try_from(kept.next()?).ok()?;
            mark = kept.next().filter(|mark| *mark <= bytes.start)?;
            UnitKind::Item {
                depth,
                first: flags & FIRST > 0,
            }
        }
        CELL => UnitKind::Cell {
            row: kept_range(kept)?,
            column: u16::try_from(kept.next()?).ok()?,
        },
        _ => return None,
    };
    let answers = match flags & ANSWERS > 0 {
        true => Some(kept.next()?),
        false => None,
    };
    let count = kept.next()?;
    let mut leads = Vec::new();
    for _ in 0..count {
        leads.push(match kept.next()? as u32 {
            TEXT => LeadIn::Text(kept_range(kept)?),
            CARRIED => LeadIn::Carried(kept_range(kept)?),
            HEADING => LeadIn::Heading,
            _ => return None,
        });
    }
    Some(Unit {
        kind,
        bytes,
        mark,
        leads,
        asks: flags & ASKS > 0,
        answers,
    })
}

fn kept_range(kept: &mut impl Iterator<Item = usize>) -> Option<Range<usize>> {
    let (start, length) = (kept.next()?, kept.next()?);
    Some(start..start.checked_add(length)?)
}
