//! Counts what a page draws, before it is drawn: forms that draw forms, each several times, are a
//! small file and an endless page.
//!
//! Each form is read once for each set of resources that it is drawn with; what it draws in all is
//! its own operators and, for each form it draws, those of that form.

use std::collections::HashMap;

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::content::ops::TypedInstruction;
use hayro_interpret::hayro_syntax::object::{Dict, Name, ObjectIdentifier, Stream};
use hayro_interpret::hayro_syntax::page::Resources;

use super::broken;
use crate::document::{Allowance, ReadError};

/// So many operators a file may draw, all forms counted as often as they are drawn. A large map has
/// some hundred thousand.
const MOST: u64 = 5_000_000;
/// Deeper than this nothing is drawn.
const DEEPEST: usize = 32;

/// An error where the pages of a file draw more than anybody prints.
pub(super) fn check(pdf: &Pdf, allowance: &Allowance) -> Result<(), ReadError> {
    let mut counter = FormCounter {
        allowance,
        known: HashMap::new(),
        scopes: 0,
    };
    let mut all = 0_u64;
    for page in pdf.pages().iter() {
        counter.scopes += 1;
        let scope = (counter.scopes, page.resources());
        let content = page.page_stream().unwrap_or_default();
        all = all.saturating_add(counter.count(content, scope, 0)?);
        if all > MOST {
            return Err(broken(format!(
                "what it draws is more than {MOST} operators, forms within forms counted"
            )));
        }
    }
    Ok(())
}

/// Resources, with a number that tells them from others.
type DrawnWith<'s, 'a> = (usize, &'s Resources<'a>);

struct FormCounter<'l> {
    allowance: &'l Allowance,
    /// What a form draws, by its number and that of the resources it is drawn with. One that is
    /// being counted draws without end if it is met again.
    known: HashMap<(ObjectIdentifier, usize), u64>,
    scopes: usize,
}

impl FormCounter<'_> {
    fn count(
        &mut self,
        content: &[u8],
        scope: DrawnWith<'_, '_>,
        depth: usize,
    ) -> Result<u64, ReadError> {
        self.allowance.check()?;
        let mut drawn = 0_u64;
        let mut operators = TypedIter::new(content);
        while let Some(operator) = operators.next() {
            drawn = drawn.saturating_add(1);
            if let TypedInstruction::XObject(form) = operator
                && depth < DEEPEST
            {
                drawn = drawn.saturating_add(self.form(form.0, scope, depth)?);
            }
            if drawn > MOST {
                break;
            }
        }
        Ok(drawn)
    }

    fn form(
        &mut self,
        name: &Name<'_>,
        (number, resources): DrawnWith<'_, '_>,
        depth: usize,
    ) -> Result<u64, ReadError> {
        let Some(form) = resources.get_x_object(name).filter(is_form) else {
            return Ok(0);
        };
        let own = form.dict().get::<Dict<'_>>("Resources").map(Resources::new);
        let number = if own.is_some() { 0 } else { number };
        let key = (form.obj_id(), number);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        self.known.insert(key, MOST + 1);
        let content = form.decoded().unwrap_or_default();
        let scope = match &own {
            Some(own) => {
                self.scopes += 1;
                (self.scopes, own)
            }
            None => (number, resources),
        };
        let drawn = self.count(&content, scope, depth + 1)?;
        self.known.insert(key, drawn);
        Ok(drawn)
    }
}

fn is_form(stream: &Stream<'_>) -> bool {
    let subtype = stream.dict().get::<Name<'_>>("Subtype");
    subtype.is_some_and(|name| &*name == b"Form")
}
