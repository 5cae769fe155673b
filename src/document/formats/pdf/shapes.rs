//! Letters by their shapes: what the tables of an embedded font call a glyph, where the file itself does not say
//! which letter it stands for.
//!
//! A font that was embedded whole, or had its table of characters left in, maps characters to glyphs, and the file
//! names glyphs. The map read backwards gives the letter. Characters for private use say nothing, and neither does a glyph
//! that several letters share, but for the first of these. What has no place in that map may have a name that says its letter,
//! as all glyphs have in fonts of the PostScript kind (CFF).

use std::collections::HashMap;

use hayro_interpret::font::OutlineFontData;
use skrifa::raw::ps::agl;
use skrifa::raw::ps::cff::CffFontRef;
use skrifa::{FontRef, MetadataProvider};

/// A font has no more glyphs.
const GLYPHS: usize = 1 << 16;

/// The letters of the glyphs of each font that was asked about, by the key of the font.
#[derive(Default)]
pub(super) struct Shapes(HashMap<u128, HashMap<u32, char>>);

impl Shapes {
    /// The letter of a glyph, where its font says it.
    pub(super) fn letter(&mut self, font: &OutlineFontData, glyph: u32) -> Option<char> {
        let letters = self.0.entry(font.cache_key);
        let letters = letters.or_insert_with(|| letters_of((*font.data).as_ref()));
        letters.get(&glyph).copied()
    }
}

/// The letter of each glyph of a font. What cannot be read has none.
fn letters_of(font: &[u8]) -> HashMap<u32, char> {
    let mut letters = HashMap::new();
    match FontRef::new(font) {
        Ok(font) => by_tables(&font, &mut letters),
        Err(_) => by_names(font, &mut letters),
    }
    letters.remove(&0);
    letters
}

fn by_tables(font: &FontRef<'_>, letters: &mut HashMap<u32, char>) {
    for (character, glyph) in font.charmap().mappings().take(GLYPHS) {
        if let Some(letter) = char::from_u32(character).filter(|c| says_something(*c)) {
            letters.entry(glyph.to_u32()).or_insert(letter);
        }
    }
    for (glyph, name) in font.glyph_names().iter().take(GLYPHS) {
        if !name.is_synthesized()
            && let Some(letter) = named(name.as_str())
        {
            letters.entry(glyph.to_u32()).or_insert(letter);
        }
    }
}

/// The letters of a font of the PostScript kind that stands by itself.
fn by_names(font: &[u8], letters: &mut HashMap<u32, char>) {
    let Ok(font) = CffFontRef::new_cff(font, 0, None) else {
        return;
    };
    let Some(charset) = font.charset().filter(|_| !font.is_cid()) else {
        return;
    };
    for (glyph, name) in charset.iter().take(GLYPHS) {
        let name = font.string(name).and_then(|name| str::from_utf8(name).ok());
        if let Some(letter) = name.and_then(named) {
            letters.entry(glyph.to_u32()).or_insert(letter);
        }
    }
}

fn named(name: &str) -> Option<char> {
    agl::name_to_char(name).filter(|c| says_something(*c))
}

fn says_something(c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    !private && !c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A font of nothing but a table of characters, each with its glyph.
    fn font(characters: &[(u16, u16)]) -> Vec<u8> {
        let count = characters.len() as u16 + 1;
        let mut ends: Vec<u16> = characters.iter().map(|(c, _)| *c).collect();
        ends.push(0xffff);
        let deltas = characters.iter().map(|(c, glyph)| glyph.wrapping_sub(*c));
        let mut table = vec![4, 16 + 8 * count, 0, 2 * count, 0, 0, 0];
        table.extend(&ends);
        table.push(0);
        table.extend(&ends);
        table.extend(deltas.chain([1]));
        table.extend(vec![0; usize::from(count)]);
        let table: Vec<u8> = table.into_iter().flat_map(u16::to_be_bytes).collect();
        // One encoding: Unicode, at 12 bytes into the table.
        let head = [0u16, 1, 3, 1, 0, 12].map(u16::to_be_bytes).concat();
        let cmap = [head, table].concat();
        let sfnt = [&[0, 1, 0, 0][..], &[0, 1, 0, 16, 0, 0, 0, 0]].concat();
        let place = [0, 28, cmap.len() as u32].map(u32::to_be_bytes).concat();
        [&sfnt[..], b"cmap", &place, &cmap].concat()
    }

    #[test]
    fn the_table_of_characters_is_read_backwards() {
        let letters = letters_of(&font(&[(0x41, 7), (0x2265, 9), (0xe001, 11), (0xf041, 12)]));
        let mut letters: Vec<(u32, char)> = letters.into_iter().collect();
        letters.sort_unstable();
        assert_eq!(letters, [(7, 'A'), (9, '≥')]);
    }

    #[test]
    fn of_letters_that_share_a_glyph_the_first_is_taken_and_the_missing_glyph_is_none() {
        let letters = letters_of(&font(&[(0x41, 7), (0x391, 7), (0x410, 0)]));
        assert_eq!(letters, HashMap::from([(7, 'A')]));
    }

    #[test]
    fn what_is_no_font_has_no_letters() {
        let whole = font(&[(0x41, 7)]);
        for end in 0..whole.len() {
            // Cut off anywhere, it may have letters or not, and breaks nothing.
            let _ = letters_of(&whole[..end]);
        }
        assert!(letters_of(b"no font").is_empty());
    }
}
