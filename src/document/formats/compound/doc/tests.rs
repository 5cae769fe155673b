use super::*;
use proptest::prelude::*;

use crate::document::Limits;
use crate::document::formats::compound::tests::{file_of, read as read_file};

/// A list of changes to a paragraph.
type ParagraphChanges = &'static [u8];

const PLAIN: (u16, ParagraphChanges) = (0, &[]);
const CELL: (u16, ParagraphChanges) = (0, &[0x16, 0x24, 1]);
const ROW: (u16, ParagraphChanges) = (0, &[0x16, 0x24, 1, 0x17, 0x24, 1]);
const HEADER: (u16, ParagraphChanges) = (0, &[0x16, 0x24, 1, 0x17, 0x24, 1, 0x04, 0x34, 1]);

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// A table of places in the main stream, as long as one page.
fn one_page(text: usize, end: usize, page: u32) -> Vec<u8> {
    [text as u32, end as u32, page]
        .map(u32::to_le_bytes)
        .concat()
}

/// A document of paragraphs, each with the number of its style and its changes, and of one hidden stretch.
fn document(
    paragraphs: &[(&str, (u16, ParagraphChanges))],
    hidden: &str,
    lengths: &[(usize, usize)],
    styles: &[u8],
) -> Vec<u8> {
    let (main, tables) = streams(paragraphs, hidden, lengths, styles);
    file_of(&[("/WordDocument", &main), ("/1Table", &tables)])
}

/// Its two streams.
fn streams(
    paragraphs: &[(&str, (u16, ParagraphChanges))],
    hidden: &str,
    lengths: &[(usize, usize)],
    styles: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    const TEXT: usize = 2048;
    let text: String = paragraphs.iter().map(|(text, _)| *text).collect();
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let end = TEXT + bytes.len();
    let mut main = vec![0; TEXT];
    main[..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
    put(&mut main, 0x0a, u32::from(TABLE_1));
    for (at, length) in lengths {
        put(&mut main, *at, *length as u32);
    }
    let letters = text.encode_utf16().count();
    if lengths.is_empty() {
        put(&mut main, 0x4c, letters as u32);
    }
    main.extend(&bytes);
    main.resize(main.len().next_multiple_of(PAGE), 0);
    let first_page = (main.len() / PAGE) as u32;

    let mut page = vec![0; PAGE];
    let (mut at, mut free) = (TEXT, PAGE - 1);
    for (number, (text, (style, changes))) in paragraphs.iter().enumerate() {
        put(&mut page, 4 * number, at as u32);
        at += 2 * text.encode_utf16().count();
        let said = [&style.to_le_bytes()[..], changes].concat();
        let length = said.len() + 1;
        free = (free - length - 2) & !1;
        page[free + 1] = said.len().div_ceil(2) as u8;
        page[free + 2..free + 2 + said.len()].copy_from_slice(&said);
        page[4 * (paragraphs.len() + 1) + 13 * number] = (free / 2) as u8;
    }
    put(&mut page, 4 * paragraphs.len(), at as u32);
    page[PAGE - 1] = paragraphs.len() as u8;
    main.extend(page);

    let mut page = vec![0; PAGE];
    let before = text
        .find(hidden)
        .map_or(0, |at| text[..at].encode_utf16().count());
    let from = TEXT + 2 * before;
    put(&mut page, 0, from as u32);
    put(
        &mut page,
        4,
        (from + 2 * hidden.encode_utf16().count()) as u32,
    );
    page[8] = 100;
    page[200..204].copy_from_slice(&[3, 0x00, 0x08, 1]);
    page[PAGE - 1] = 1;
    main.extend(page);

    let mut tables = vec![0; 8];
    let mut table = |main: &mut [u8], at: usize, table: &[u8]| {
        put(main, at, tables.len() as u32);
        put(main, at + 4, table.len() as u32);
        tables.extend(table);
    };
    let pieces = [&[0, letters as u32][..]].concat();
    let pieces: Vec<u8> = pieces.into_iter().flat_map(u32::to_le_bytes).collect();
    let piece = [&[0, 0][..], &(TEXT as u32).to_le_bytes(), &[0, 0]].concat();
    let pieces = [pieces, piece].concat();
    let shared = [1, 2, 0, 9, 9];
    let length = (pieces.len() as u32).to_le_bytes();
    table(
        &mut main,
        PIECES,
        &[&shared[..], &[2], &length, &pieces].concat(),
    );
    table(&mut main, PARAGRAPHS, &one_page(TEXT, end, first_page));
    table(&mut main, LETTERS, &one_page(TEXT, end, first_page + 1));
    table(&mut main, STYLES, styles);
    (main, tables)
}

const PAGE: usize = 512;

/// The two streams of a document of one paragraph.
pub(in crate::document::formats::compound) fn streams_of(text: &str) -> (Vec<u8>, Vec<u8>) {
    streams(&[(text, PLAIN)], "", &[], &[])
}

fn blocks(file: Vec<u8>) -> Result<Vec<String>, ReadError> {
    let found = read_file(file, &Allowance::default())?;
    Ok(found.into_iter().flat_map(|(_, blocks)| blocks).collect())
}

#[test]
fn structure_is_kept() -> Result<(), ReadError> {
    let item: (u16, ParagraphChanges) = (0, &[0x0b, 0x46, 1, 0]);
    let file = document(
        &[
            ("Neck pain\r", (1, &[])),
            ("\r", PLAIN),
            ("Risks & cost\r", (0, &[0x40, 0x26, 1])),
            (
                "Tell us if you \u{13} HYPERLINK x \u{14}have\u{15} any:\u{1}\r",
                PLAIN,
            ),
            ("osteo\u{1f}porosis\r", item),
            ("a gone stent\r", item),
            ("Age\u{7}", CELL),
            ("Dose\u{7}", CELL),
            ("\u{7}", HEADER),
            ("one\r", CELL),
            ("two\u{7}", CELL),
            ("5\u{a0}µg\u{7}", CELL),
            ("\u{7}", ROW),
            ("boxed\r", CELL),
            ("and boxed\u{7}", CELL),
            ("\u{7}", ROW),
            ("after\u{b}it\r", PLAIN),
        ],
        "gone ",
        &[],
        &[],
    );
    assert_eq!(
        blocks(file)?,
        [
            "Neck pain",
            "title: Neck pain",
            "heading: Risks & cost",
            "paragraph: Tell us if you have any:",
            "list item: • osteoporosis",
            "list item: • a stent",
            "table header: Age\tDose",
            "table row: one two\t5 µg",
            "paragraph: boxed",
            "paragraph: and boxed",
            "paragraph: after\nit",
        ]
    );
    Ok(())
}

#[test]
fn fields_within_fields_show_what_they_came_to() {
    let mut fields = WordFields::default();
    let mut shown = String::new();
    for c in "a{x{y|z}x|b{y|c}d}e}{|f{".chars() {
        match c {
            '{' => fields.begin(),
            '|' => fields.show(),
            '}' => fields.end(),
            c if !fields.hide() => shown.push(c),
            _ => {}
        }
    }
    assert_eq!(shown, "abcdef");
}

#[test]
fn notes_follow_the_text_and_margins_come_once() -> Result<(), ReadError> {
    let parts = [
        "Rest.\r",
        "A note.\r",
        "Not with a stent.\r",
        "Not with a stent.\r3\r",
        "a remark\r",
    ];
    let paragraphs: Vec<(&str, (u16, ParagraphChanges))> =
        parts.iter().map(|part| (*part, PLAIN)).collect();
    let length = |part: &str| part.len();
    let lengths = [
        (0x4c, length(parts[0])),
        (0x50, length(parts[1])),
        (0x54, length(parts[2]) + length(parts[3])),
        (0x5c, length(parts[4])),
    ];
    let file = document(&paragraphs, "", &lengths, &[]);
    let found = blocks(file)?;
    assert_eq!(
        found[1..],
        [
            "paragraph: Rest.",
            "paragraph: A note.",
            "header/footer: Not with a stent."
        ]
    );
    Ok(())
}

#[test]
fn styles_say_what_is_a_title_and_what_is_based_on_a_heading() -> Result<(), ReadError> {
    let style = |number: u16, based_on: u16, changes: &[u8]| {
        let head = [number, 1 | based_on << 4, 1, 0, 0]
            .map(u16::to_le_bytes)
            .concat();
        let name = [&1u16.to_le_bytes()[..], &[b'x', 0, 0, 0]].concat();
        let changed = [&[0, 0][..], changes].concat();
        let length = (changed.len() as u16).to_le_bytes();
        let style = [&head[..], &name, &length, &changed].concat();
        [&(style.len() as u16).to_le_bytes()[..], &style].concat()
    };
    let header = [4u16, 4, 10].map(u16::to_le_bytes).concat();
    let styles = [
        header,
        style(0, 0xfff, &[]),
        style(2, 0, &[]),
        style(62, 0, &[]),
        style(0xffe, 1, &[]),
        style(20, 0, &[]),
        style(49, 0, &[0x0b, 0x46, 1, 0]),
        style(0xffe, 6, &[]),
    ]
    .concat();
    let file = document(
        &[
            ("Neck pain\r", (2, &[])),
            ("Risks, page 3\r", (4, &[])),
            ("Risks\r", (3, &[])),
            ("Gout\r", (5, &[])),
            ("Not an item\r", (5, &[0x0b, 0x46, 0, 0])),
            ("Its own base\r", (6, &[])),
        ],
        "",
        &[],
        &styles,
    );
    assert_eq!(
        blocks(file)?,
        [
            "Neck pain",
            "title: Neck pain",
            "furniture: Risks, page 3",
            "heading: Risks",
            "list item: • Gout",
            "paragraph: Not an item",
            "paragraph: Its own base",
        ]
    );
    Ok(())
}

#[test]
fn lists_are_counted_by_level() {
    let level = |format: u8| {
        let mut level = [0; 28];
        level[4] = format;
        level[24] = 2;
        [&level[..], &[9, 9], &[1, 0, 9, 9]].concat()
    };
    let mut list = [0; 28];
    list[0] = 7;
    let lists = [&[1, 0][..], &list].concat();
    let levels: Vec<u8> = [0, 23, 0, 0, 0, 0, 0, 0, 0]
        .into_iter()
        .flat_map(level)
        .collect();
    let mut used = [0; 20];
    used[0] = 1;
    used[4] = 7;
    let mut lists = WordLists::read(&lists, &levels, &used);
    let mut next = |list, level| lists.next_bullet(list, level);
    assert_eq!(next(None, 0), None);
    assert_eq!(next(Some(0), 0), None);
    assert_eq!(next(Some(1), 0).as_deref(), Some("1."));
    assert_eq!(next(Some(1), 1).as_deref(), Some("•"));
    assert_eq!(next(Some(1), 2).as_deref(), Some("1."));
    assert_eq!(next(Some(1), 0).as_deref(), Some("2."));
    assert_eq!(next(Some(1), 2).as_deref(), Some("1."));
    assert_eq!(next(Some(9), 0).as_deref(), Some("•"));
}

#[test]
fn pieces_that_repeat_the_text_are_counted_each_time() {
    let main = vec![b'x'; 1 << 16];
    let count = 8000u32;
    let ends = (0..=count).flat_map(|n| (n << 16).to_le_bytes());
    let piece = [0, 0, 0, 0, 0, 0x40, 0, 0];
    let pieces: Vec<u8> = ends.chain((0..count).flat_map(|_| piece)).collect();
    let table = [&[2][..], &(pieces.len() as u32).to_le_bytes(), &pieces].concat();
    let mut header = vec![0; 0x400];
    header[..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
    put(&mut header, 0x4c, count << 16);
    put(&mut header, PIECES + 4, table.len() as u32);
    let main = [header, main].concat();
    let file = file_of(&[("/WordDocument", &main), ("/0Table", &table)]);
    let limits = Limits {
        expanded_bytes: 1 << 20,
        ..Limits::default()
    };
    let error = read_file(file, &Allowance::new(&limits)).expect_err("it is half a gigabyte");
    assert!(matches!(error, ReadError::Expands { .. }), "{error}");
}

#[test]
fn of_word_95_the_text_is_read() -> Result<(), ReadError> {
    let mut main = vec![0; 512];
    main[..4].copy_from_slice(&[0xdc, 0xa5, 0x68, 0]);
    put(&mut main, 0x18, 512);
    let text = b"Not with a \x93stent\x94.\rRest.\r";
    put(&mut main, 0x1c, 512 + text.len() as u32);
    main.extend(text);
    let found = blocks(file_of(&[("/WordDocument", &main)]))?;
    assert_eq!(
        found[1..],
        ["paragraph: Not with a “stent”.", "paragraph: Rest."]
    );

    // Saved fast, its pieces stand in another order.
    main[0x0a] = COMPLEX as u8;
    let ends = [0u32, 6, 26].map(u32::to_le_bytes).concat();
    let pieces = [[0, 0, 0x14, 2, 0, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0, 0]].concat();
    let table = [ends, pieces].concat();
    let length = (table.len() as u32).to_le_bytes();
    let table = [&[2][..], &length, &table].concat();
    put(&mut main, PIECES_95, 512 + text.len() as u32);
    put(&mut main, PIECES_95 + 4, table.len() as u32);
    put(&mut main, LETTERS_95, 26);
    main.resize(512, 0);
    main.extend(text);
    main.extend(table);
    let found = blocks(file_of(&[("/WordDocument", &main)]))?;
    assert_eq!(
        found[1..],
        ["paragraph: Rest.", "paragraph: Not with a “stent”."]
    );
    Ok(())
}

#[test]
fn of_word_95_the_language_says_the_code_page() -> Result<(), ReadError> {
    for (language, text, read) in [
        (
            0x0419u16,
            &b"\xd0\xe8\xf1\xea: \x93\xe4\xe0\x94\r"[..],
            "Риск: “да”",
        ),
        (0x0c1a, b"\xd0\xe8\xe7\xe8\xea\r", "Ризик"),
        (0x081a, b"Mo\x9eda\r", "Možda"),
        (
            0x0415,
            b"b\xf3l plec\xf3w, \xb3okie\xe6\r",
            "ból pleców, łokieć",
        ),
        (0x0408, b"\xef\xf3\xf4\xdc\r", "οστά"),
        (0x041f, b"a\xf0r\xfd\r", "ağrı"),
        (0x0409, b"na\xefve\r", "naïve"),
        (0, b"na\xefve\r", "naïve"),
    ] {
        let mut main = vec![0; 512];
        main[..4].copy_from_slice(&[0xdc, 0xa5, 0x68, 0]);
        main[LANGUAGE..LANGUAGE + 2].copy_from_slice(&language.to_le_bytes());
        put(&mut main, 0x18, 512);
        put(&mut main, 0x1c, 512 + text.len() as u32);
        main.extend(text);
        let found = blocks(file_of(&[("/WordDocument", &main)]))?;
        assert_eq!(found[1..], [format!("paragraph: {read}")], "{language:x}");
    }
    Ok(())
}

#[test]
fn a_protected_document_is_named_so() {
    let mut main = vec![0; 1024];
    main[..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
    main[0x0b] = 1;
    let file = file_of(&[("/WordDocument", &main)]);
    assert!(matches!(blocks(file), Err(ReadError::Encrypted)));
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        tables_are_cut in any::<prop::sample::Index>(),
    ) {
        let paragraphs = [("Gout\r", (1, PLAIN.1)), ("a\u{7}", CELL), ("\u{7}", ROW), ("gone it\r", PLAIN)];
        let (mut main, mut tables) = streams(&paragraphs, "gone", &[], &[4, 0, 0, 0, 10, 0, 0, 0, 9, 9]);
        // Most of the main stream is empty.
        let places: Vec<usize> = (0..main.len()).filter(|&at| at < 0x0300 || main[at] != 0).collect();
        for (at, byte) in changes {
            let table = at.index(tables.len());
            tables[table] = byte;
            main[places[at.index(places.len())]] = byte;
        }
        let damaged = file_of(&[("/WordDocument", &main), ("/1Table", &tables)]);
        let _ = read_file(damaged, &Allowance::default());
        tables.truncate(tables_are_cut.index(tables.len()));
        let cut = file_of(&[("/WordDocument", &main), ("/1Table", &tables)]);
        let _ = read_file(cut, &Allowance::default());
    }
}
