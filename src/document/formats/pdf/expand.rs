//! Counts what the streams of a PDF expand to, before anything is taken into memory.
//!
//! Streams compressed by Flate are the rule; the ones that hold pictures are left out, for pictures
//! are never looked at. A stream may be compressed several times over. What is compressed in another
//! way is not counted; it expands far less.

use std::io::{Read, copy};

use flate2::read::ZlibDecoder;
use memchr::memmem;

use crate::document::{Allowance, ReadError};

/// How far before a stream its dictionary is looked for.
const DICTIONARY: usize = 4096;

/// What any file may expand to, in bytes, and how many times its size besides: text is compressed to a
/// tenth or a twentieth, and only what is made to be large to less than a hundredth.
const FREE: u64 = 32 << 20;
const TIMES: u64 = 100;
/// So many times a stream is expanded over.
const STAGES: usize = 4;

/// An error where the streams of a PDF expand to more than they may.
pub(super) fn check(pdf: &[u8], allowance: &Allowance) -> Result<(), ReadError> {
    let most = allowance
        .limits
        .expanded_bytes
        .min(FREE + TIMES * pdf.len() as u64);
    let mut expanded = 0;
    let mut from = 0;
    while let Some(at) = memmem::find(&pdf[from..], b"stream") {
        let start = from + at;
        from = start + b"stream".len();
        allowance.check()?;
        if pdf[..start].ends_with(b"end")
            || is_picture(&pdf[start.saturating_sub(DICTIONARY)..start])
        {
            continue;
        }
        let data = &pdf[from..];
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        if !is_zlib(data) {
            continue;
        }
        let room = (most + 1).saturating_sub(expanded);
        let mut stream = ZlibDecoder::new(data);
        // What a broken stream gives up to where it breaks counts all the same.
        let mut counter = Counter::default();
        let times = stages(&pdf[start.saturating_sub(DICTIONARY)..start]);
        let mut decoder: Box<dyn Read + '_> = Box::new(&mut stream);
        for _ in 1..times {
            decoder = Box::new(ZlibDecoder::new(decoder));
        }
        let _ = copy(&mut decoder.take(room), &mut counter);
        expanded += counter.0;
        if expanded > most {
            return Err(ReadError::Expands { limit: most });
        }
        from += (stream.total_in() as usize).min(data.len());
    }
    Ok(())
}

#[derive(Default)]
struct Counter(u64);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether the object that a stream belongs to is a picture.
fn is_picture(before: &[u8]) -> bool {
    let start = memmem::rfind(before, b" obj").unwrap_or(0);
    let dictionary = &before[start..];
    memmem::find(dictionary, b"/Image").is_some()
}

/// How many times the stream is compressed, whose dictionary stands `before` it.
fn stages(before: &[u8]) -> usize {
    let start = memmem::rfind(before, b" obj").unwrap_or(0);
    let named = memmem::find_iter(&before[start..], b"FlateDecode").count();
    named.clamp(1, STAGES)
}

/// Whether data begins like a zlib stream (RFC 1950).
fn is_zlib(data: &[u8]) -> bool {
    match data {
        [method, flags, ..] => {
            method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31)
        }
        _ => false,
    }
}
