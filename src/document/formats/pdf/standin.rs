//! What stands in for fonts that a file names and does not bring.
//!
//! A viewer takes another font then, and stretches its glyphs to the widths that the file gives. Here nothing is drawn, and
//! a stretched glyph would only hide how wide the letter is. So the font that stands in has one glyph, of no width, which
//! the library does not stretch. It has no table of characters either: the glyphs of another font say nothing of the
//! letters of the one that is missing.

use std::sync::Arc;

use hayro_interpret::InterpreterSettings;
use hayro_interpret::font::FontData;
use hayro_interpret::hayro_cmap::{CMapName, load_embedded};

/// The table of letters of a font whose codes are the letters, which files name and do not bring.
const SAME: &[u8] = b"begincmap /CMapName /Identity-H def\n\
    1 begincodespacerange <0000> <ffff> endcodespacerange\n\
    1 begincidrange <0000> <ffff> 0 endcidrange\n\
    1 beginbfrange <0000> <ffff> <0000> endbfrange\nendcmap\n";
/// The size of what a glyph is drawn in.
const UNITS: u16 = 1000;

/// How pages are interpreted to be read.
pub(super) fn settings() -> InterpreterSettings {
    let font: FontData = Arc::new(font());
    InterpreterSettings {
        font_resolver: Arc::new(move |_| Some((font.clone(), 0))),
        cmap_resolver: Arc::new(|name| match name {
            CMapName::IdentityH => Some(SAME),
            name => load_embedded(name),
        }),
        ..InterpreterSettings::default()
    }
}

/// A TrueType font of one glyph without width and outline.
fn font() -> Vec<u8> {
    let words = |values: &[u16]| {
        values
            .iter()
            .flat_map(|value| value.to_be_bytes())
            .collect()
    };
    let mut head = [0_u16; 27];
    // The version, the magic number, the size.
    (head[0], head[6], head[7], head[9]) = (1, 0x5f0f, 0x3cf5, UNITS);
    let mut hhea = [0_u16; 18];
    // The version, and how many glyphs have a width.
    (hhea[0], hhea[17]) = (1, 1);
    let tables: [(&[u8; 4], Vec<u8>); 4] = [
        (b"head", words(&head)),
        (b"hhea", words(&hhea)),
        (b"hmtx", words(&[0, 0])),
        // The version, and the number of glyphs.
        (b"maxp", words(&[0, 0x5000, 1])),
    ];
    let count = tables.len() as u16;
    let mut font: Vec<u8> = words(&[1, 0, count, 64, 2, 0]);
    let mut at = font.len() + 16 * tables.len();
    for (tag, table) in &tables {
        font.extend_from_slice(*tag);
        font.extend(
            [0, at, table.len()]
                .map(|n| n as u32)
                .into_iter()
                .flat_map(u32::to_be_bytes),
        );
        at += table.len();
    }
    tables.into_iter().for_each(|(_, table)| font.extend(table));
    font
}

#[cfg(test)]
mod tests {
    use super::*;
    use skrifa::instance::{LocationRef, Size};
    use skrifa::{FontRef, GlyphId, MetadataProvider};

    #[test]
    fn what_stands_in_has_no_width_and_no_letters() {
        let font = font();
        let font = FontRef::new(&font).expect("it is a font");
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        assert_eq!(metrics.advance_width(GlyphId::new(0)), Some(0.0));
        assert_eq!(font.charmap().mappings().count(), 0);
    }
}
