use super::*;
use proptest::prelude::*;

use crate::document::Limits;
use crate::document::formats::compound::tests::{file_of, read as read_file};

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

fn begin() -> Vec<u8> {
    record(kind::BEGIN, &[0, 6, 5, 0, 0, 0, 0, 0])
}

/// A workbook with one sheet.
fn workbook(globals: &[u8], cells: &[u8]) -> Vec<u8> {
    let end = record(kind::END, &[]);
    let sheet = |at: u32| {
        let name = b"\x05\0Doses";
        record(
            kind::SHEET,
            &[&at.to_le_bytes()[..], &[0, 0], name].concat(),
        )
    };
    let before = begin().len() + globals.len() + sheet(0).len() + end.len();
    [
        &begin(),
        globals,
        &sheet(before as u32),
        &end,
        &begin(),
        cells,
        &end,
    ]
    .concat()
}

fn cell(kind: u16, (row, column, look): (u16, u16, u16), value: &[u8]) -> Vec<u8> {
    let place = [row, column, look].map(u16::to_le_bytes).concat();
    record(kind, &[&place, value].concat())
}

fn rows(stream: &[u8]) -> Result<Vec<String>, ReadError> {
    let found = read_file(file_of(&[("/Workbook", stream)]), &Allowance::default())?;
    Ok(found
        .into_iter()
        .flat_map(|(source, rows)| [vec![source], rows].concat())
        .collect())
}

/// A workbook with cells of every kind.
fn of_every_kind() -> Vec<u8> {
    let strings = b"\0\0\0\0\0\0\0\0\x04\0\0Drug\x04\0\0Dose\x04\0\x01w\0a\0r\0f\0";
    let strings = [&strings[..], &record(kind::CONTINUE, b"\0ine")[4..]].concat();
    // The third string is cut off in the first record, and goes on in the second.
    let mut third = record(kind::STRINGS, &strings[..strings.len() - 4]);
    let at = third.len() - 11;
    third[at] = 7;
    third.extend(record(kind::CONTINUE, b"\0rin"));
    let looks = [
        record(kind::LOOKS, &[0; 20]),
        record(kind::LOOKS, &[0, 0, 14, 0]),
    ]
    .concat();
    let cells = [
        cell(kind::SHARED_TEXT, (0, 0, 0), &[0, 0, 0, 0]),
        cell(kind::SHARED_TEXT, (0, 1, 0), &[1, 0, 0, 0]),
        cell(kind::TEXT, (0, 2, 0), b"\x05\0\0Since"),
        cell(kind::SHARED_TEXT, (1, 0, 0), &[2, 0, 0, 0]),
        cell(kind::NUMBER, (1, 1, 0), &2.5f64.to_le_bytes()),
        cell(kind::NUMBER, (1, 2, 1), &45_000f64.to_le_bytes()),
        // A chart has cells of its own, which are no text of the sheet.
        begin(),
        cell(kind::NUMBER, (1, 3, 0), &9f64.to_le_bytes()),
        record(kind::END, &[]),
        cell(kind::FORMULA, (2, 0, 0), &[0, 0, 0, 0, 0, 0, 0xff, 0xff]),
        record(kind::RESULT, b"\x04\0\0gout"),
        record(
            kind::NUMBERS,
            &[2, 0, 1, 0, 0, 0, 0x07, 0, 0, 0, 0, 0, 0x1e, 0, 0, 0, 2, 0],
        ),
        cell(kind::TRUTH, (3, 0, 0), &[1, 0]),
        cell(kind::SMALL_NUMBER, (3, 1, 0), &[0, 0, 0xf0, 0x3f]),
    ];
    workbook(&[third, looks].concat(), &cells.concat())
}

#[test]
fn rows_stand_under_the_names_of_their_columns() -> Result<(), ReadError> {
    let rows = rows(&of_every_kind())?;
    assert_eq!(
        rows,
        [
            "a.bin#Doses",
            "Doses",
            "table header: Drug\tDose\tSince",
            "table row: warfrin\t2.5\t2023-03-15",
            "table row: gout\t0.01\t7",
            "table row: true\t1",
        ]
    );
    Ok(())
}

#[test]
fn a_string_in_many_cells_is_counted_each_time() {
    let mut strings = vec![0; 8];
    strings.extend(8000u16.to_le_bytes());
    strings.push(0);
    strings.extend([b'x'; 8000]);
    let cells: Vec<u8> = (0..60_000)
        .flat_map(|row| cell(kind::SHARED_TEXT, (row, 0, 0), &[0; 4]))
        .collect();
    let stream = workbook(&record(kind::STRINGS, &strings), &cells);
    assert!(stream.len() < 1 << 20);
    let limits = Limits {
        expanded_bytes: 4 << 20,
        ..Limits::default()
    };
    let error = read_file(file_of(&[("/Workbook", &stream)]), &Allowance::new(&limits));
    let error = error.expect_err("it is half a gigabyte");
    assert!(matches!(error, ReadError::Expands { .. }), "{error}");
}

#[test]
fn a_workbook_that_is_protected_or_too_old_is_named_so() {
    let protected = workbook(&record(kind::FILE_PASS, &[0; 6]), &[]);
    assert!(matches!(rows(&protected), Err(ReadError::Encrypted)));
    let old = record(0x0409, &[0; 6]);
    let said = rows(&old).expect_err("it is too old").to_string();
    assert!(said.contains("before 1993"), "{said}");
}

#[test]
fn formats_of_dates_are_told_from_others() {
    for (format, is_date) in [
        ("yyyy-mm-dd", true),
        ("[$-409]d-mmm-yy;@", true),
        ("h:mm", true),
        ("General", false),
        ("0.00", false),
        ("0\" days\"", false),
        ("[Red]0.00", false),
        ("#,##0\\ \\d", false),
    ] {
        assert_eq!(shows_date(format), is_date, "{format}");
    }
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
    ) {
        let mut stream = of_every_kind();
        for (at, byte) in changes {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        let _ = read("a.xls", &stream, &Allowance::default(), &mut |_| {});
        stream.truncate(end.index(stream.len()));
        let _ = read("a.xls", &stream, &Allowance::default(), &mut |_| {});
    }
}
