//! Letters by their numbers in a collection: fonts of Chinese, Japanese and Korean name their letters by
//! numbers (CID) of a collection of Adobe's, which tells the letter of each.
//!
//! The library looks letters up so only where a font is not embedded. Which glyph belongs to which font of the
//! file is told by the name of the font; of fonts with one name the first that knows the letter is asked. A file
//! whose letters are all known is not looked through for fonts.

use std::collections::HashMap;
use std::sync::Arc;

use hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{
    Array, Dict, Name, Object, ObjectIdentifier, Stream, String as PdfString,
};

use crate::document::Allowance;

/// So many fonts of a file are looked at.
const FONTS: usize = 2_000;

/// A code has at most so many bytes.
const CODE_BYTES: u8 = 4;

/// What codes mean in the fonts of a file, by the names of the fonts.
#[derive(Default)]
pub(super) struct Collections {
    fonts: Option<HashMap<String, Vec<CollectionFont>>>,
}

/// A font whose letters are those of a collection.
struct CollectionFont {
    /// Codes to numbers.
    encoding: Arc<CMap>,
    /// Numbers to letters.
    letters: Arc<CMap>,
}

impl Collections {
    /// The letter of a code in the font of a name.
    pub(super) fn letter(
        &mut self,
        pdf: &Pdf,
        font: &str,
        code: u32,
        allowance: &Allowance,
    ) -> Option<BfString> {
        let fonts = self.fonts.get_or_insert_with(|| fonts(pdf, allowance));
        let fonts = fonts.get(font)?;
        fonts.iter().find_map(|font| font.letter(code))
    }
}

impl CollectionFont {
    fn letter(&self, code: u32) -> Option<BfString> {
        let numbers = (1..=CODE_BYTES).filter_map(|len| self.encoding.lookup_cid_code(code, len));
        numbers
            .filter(|number| *number != 0)
            .find_map(|number| self.letters.lookup_bf_string(number))
    }
}

/// Tables of the library and of the file, each parsed once, however many fonts name it.
#[derive(Default)]
struct KnownTables {
    named: HashMap<Vec<u8>, Option<Arc<CMap>>>,
    embedded: HashMap<ObjectIdentifier, Option<Arc<CMap>>>,
}

impl KnownTables {
    fn get(&mut self, name: &CMapName<'_>) -> Option<Arc<CMap>> {
        let key = name.to_bytes().to_vec();
        let known = self.named.entry(key.clone());
        let parsed = known.or_insert_with(|| {
            let data = load_embedded(CMapName::from_bytes(&key))?;
            CMap::parse(data, load_embedded).map(Arc::new)
        });
        parsed.clone()
    }

    fn embedded(&mut self, stream: &Stream<'_>) -> Option<Arc<CMap>> {
        let known = self.embedded.entry(stream.obj_id());
        let parsed = known.or_insert_with(|| {
            let data = stream.decoded().ok()?;
            CMap::parse(&data, load_embedded).map(Arc::new)
        });
        parsed.clone()
    }
}

fn fonts(pdf: &Pdf, allowance: &Allowance) -> HashMap<String, Vec<CollectionFont>> {
    let mut tables = KnownTables::default();
    let mut fonts: HashMap<String, Vec<CollectionFont>> = HashMap::new();
    let mut count = 0;
    for object in pdf.objects() {
        if allowance.is_over() || count >= FONTS {
            break;
        }
        let Object::Dict(dict) = object else { continue };
        if dict.get::<Name<'_>>("Subtype").as_deref() != Some(b"Type0") {
            continue;
        }
        count += 1;
        if let Some(font) = collection_font(&dict, &mut tables)
            && let Some(name) = dict.get::<Name<'_>>("BaseFont")
        {
            let name = without_subset(name.as_str()).to_owned();
            fonts.entry(name).or_default().push(font);
        }
    }
    fonts
}

fn collection_font(dict: &Dict<'_>, tables: &mut KnownTables) -> Option<CollectionFont> {
    let descendant = dict.get::<Array<'_>>("DescendantFonts")?;
    let descendant = descendant.iter::<Dict<'_>>().next()?;
    let encoding = encoding(dict, tables)?;
    let own = descendant
        .get::<Dict<'_>>("CIDSystemInfo")
        .and_then(|info| {
            let text = |key| info.get::<PdfString<'_>>(key);
            let (registry, ordering) = (text("Registry")?, text("Ordering")?);
            let family =
                CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes());
            family.ucs2_cmap()
        });
    let named = encoding.metadata().character_collection.as_ref();
    let name = own.or_else(|| named?.family.ucs2_cmap())?;
    let letters = tables.get(&name)?;
    Some(CollectionFont { encoding, letters })
}

fn encoding(dict: &Dict<'_>, tables: &mut KnownTables) -> Option<Arc<CMap>> {
    match dict.get::<Object<'_>>("Encoding")? {
        Object::Name(name) => match CMapName::from_bytes(&name) {
            CMapName::IdentityH => Some(Arc::new(CMap::identity_h())),
            CMapName::IdentityV => Some(Arc::new(CMap::identity_v())),
            name => tables.get(&name),
        },
        Object::Stream(stream) => tables.embedded(&stream),
        _ => None,
    }
}

/// The name of a font of which a part was embedded, without the letters that say so ("ABCDEF+Arial").
fn without_subset(name: &str) -> &str {
    match name.split_once('+') {
        Some((mark, rest)) if mark.len() == 6 => rest,
        _ => name,
    }
}
