//! How much memory the pictures of a PDF take when they are drawn, before any is: a small file may hold
//! a picture that is larger than the machine.
//!
//! Each picture is decoded as a whole, so that what it takes is what its width and height say, and what its
//! decoder makes of what the data say besides: Flate streams are expanded and counted, JPEG 2000 and JBIG2
//! have sizes of their own. JPEG data that say more than the picture are cut to it by the library.

use std::io::{Read, copy, sink};

use flate2::read::ZlibDecoder;
use hayro_interpret::Image;
use hayro_interpret::hayro_syntax::object::{Dict, Name, Object, Stream};
use hayro_interpret::hayro_syntax::{Filter, Pdf};
use memchr::memmem;

use super::broken;
use crate::document::{Allowance, ReadError};

/// The most bytes that one picture may take. A page of A4 at 600 dots an inch, in colour, takes 139 MB.
const MOST: u64 = 512 << 20;
/// Bytes of each dot, once it is decoded.
const DOT: u64 = 4;
/// A Flate stream expands to no more than so many times its size.
const FLATE: u64 = 1032;

/// An error where a picture of a file takes more memory than any page needs.
pub(super) fn check(pdf: &Pdf, allowance: &Allowance) -> Result<(), ReadError> {
    for object in pdf.objects() {
        allowance.check()?;
        if let Object::Stream(stream) = object
            && is_picture(&stream)
            && weight(&stream) > MOST
        {
            return Err(too_heavy());
        }
    }
    Ok(())
}

/// What is said of a file with a picture that is too large.
pub(super) fn too_heavy() -> ReadError {
    let most = MOST >> 20;
    broken(format!("a picture in it takes more than {most} MB"))
}

/// Whether a picture that a page draws stands in the page itself, and is too large. Others are objects of
/// the file.
pub(super) fn is_heavy_inline(image: &Image<'_, '_>) -> bool {
    let is_heavy = |stream: &Stream<'_>| !is_picture(stream) && weight(stream) > MOST;
    match image {
        Image::Raster(image) => is_heavy(image.stream()),
        Image::Stencil(image) => is_heavy(image.stream()),
    }
}

fn is_picture(stream: &Stream<'_>) -> bool {
    let subtype = stream.dict().get::<Name<'_>>("Subtype");
    subtype.is_some_and(|name| &*name == b"Image")
}

/// How many bytes a picture takes at most.
fn weight(stream: &Stream<'_>) -> u64 {
    let dict = stream.dict();
    let side = |long: &str, short: &str| {
        let side = dict.get::<i64>(long).or_else(|| dict.get::<i64>(short));
        u64::try_from(side.unwrap_or_default()).unwrap_or_default()
    };
    let (width, height) = (side("Width", "W"), side("Height", "H"));
    let data = stream.raw_data();
    let filters = stream.filters();
    let flates = filters
        .iter()
        .filter(|f| matches!(f, Filter::FlateDecode))
        .count();
    let decoded = match filters.last() {
        Some(Filter::JpxDecode) => jpeg_2000(&data),
        Some(Filter::Jbig2Decode) => jbig2(&data),
        Some(Filter::CcittFaxDecode) => fax(dict).saturating_mul(height),
        _ => 0,
    };
    let dots = width.saturating_mul(height).max(decoded);
    dots.saturating_mul(DOT).max(expanded(&data, flates))
}

/// What streams that are compressed so many times expand to, or one more than may be.
fn expanded(data: &[u8], times: usize) -> u64 {
    let at_most = (data.len() as u64).saturating_mul(FLATE.saturating_pow(times.min(8) as u32));
    if times == 0 || at_most <= MOST {
        return 0;
    }
    let mut decoder: Box<dyn Read + '_> = Box::new(data);
    for _ in 0..times.min(8) {
        decoder = Box::new(ZlibDecoder::new(decoder));
    }
    let mut counted = decoder.take(MOST + 1);
    // What a broken stream gives up to where it breaks counts all the same.
    let _ = copy(&mut counted, &mut sink());
    MOST + 1 - counted.limit()
}

/// The dots of a JPEG 2000 picture, as the head of its stream (SIZ) has them.
fn jpeg_2000(data: &[u8]) -> u64 {
    // Start, then the size: its length, capabilities, right and lower end, left and upper begin.
    let Some(at) = memmem::find(data, b"\xff\x4f\xff\x51") else {
        return 0;
    };
    let Some([right, lower]) = numbers(data.get(at + 8..)) else {
        return 0;
    };
    // Components may be many, each as large.
    let components = data.get(at + 40..at + 42);
    let components = components.map_or(1, |two| u64::from(two[0]) << 8 | u64::from(two[1]));
    right
        .saturating_mul(lower)
        .saturating_mul(components.div_ceil(DOT))
}

/// The dots of a JBIG2 picture, as its page information (segment type 48) has them.
fn jbig2(data: &[u8]) -> u64 {
    // Flags with the type, no segments referred to, the number of the page, and nineteen bytes.
    let heads = memmem::find_iter(data, b"\x00\x00\x00\x13").filter(|at| {
        let head = at.checked_sub(3).and_then(|start| data.get(start..*at));
        head.is_some_and(|head| head[0] & 0x3f == 48)
    });
    let sizes = heads.filter_map(|at| numbers(data.get(at + 4..)));
    // Where the height is not known, it is that of the picture.
    let known = sizes.filter(|[_, height]| *height != u64::from(u32::MAX));
    known
        .map(|[width, height]| width.saturating_mul(height))
        .max()
        .unwrap_or(0)
}

/// The first two numbers of four bytes.
fn numbers(data: Option<&[u8]>) -> Option<[u64; 2]> {
    let data: &[u8; 8] = data?.first_chunk()?;
    let number = |at: usize| {
        let four = [data[at], data[at + 1], data[at + 2], data[at + 3]];
        u64::from(u32::from_be_bytes(four))
    };
    Some([number(0), number(4)])
}

/// The columns of a fax, which need not be those of the picture.
fn fax(dict: &Dict<'_>) -> u64 {
    let parameters = dict
        .get::<Dict<'_>>("DecodeParms")
        .or_else(|| dict.get::<Dict<'_>>("DP"));
    let columns = parameters.and_then(|parameters| parameters.get::<i64>("Columns"));
    u64::try_from(columns.unwrap_or(1728)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_where_formats_have_them() {
        let mut jp2 = b"....\xff\x4f\xff\x51\x00\x2f\x00\x00".to_vec();
        jp2.extend([0, 1, 0, 0, 0, 2, 0, 0]);
        jp2.extend([0; 24]);
        jp2.extend([0, 3]);
        assert_eq!(jpeg_2000(&jp2), 65_536 * 131_072);
        let mut jb2 = b"\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13".to_vec();
        jb2.extend([0, 0, 1, 0, 0, 0, 2, 0]);
        assert_eq!(jbig2(&jb2), 256 * 512);
        for damaged in [
            &b""[..],
            b"\xff\x4f\xff\x51",
            b"\x30\x00\x01\x00\x00\x00\x13\x00",
        ] {
            assert_eq!((jpeg_2000(damaged), jbig2(damaged)), (0, 0));
        }
    }

    #[test]
    fn what_expands_too_far_is_counted_only_so_far() -> std::io::Result<()> {
        let compressed = |bytes: &[u8]| {
            let level = flate2::Compression::best();
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            std::io::Write::write_all(&mut encoder, bytes)?;
            encoder.finish()
        };
        // Of so many bytes that look random nobody knows what they expand to.
        let mut noise = vec![0; 1 << 20];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        let noise = compressed(&noise)?;
        assert_eq!(expanded(&noise, 1), 1 << 20);
        assert_eq!(expanded(&noise, 0), 0);
        let zeros = compressed(&vec![0; 1 << 20])?;
        assert_eq!(
            expanded(&zeros, 1),
            0,
            "so short a stream is never too large"
        );
        Ok(())
    }
}
