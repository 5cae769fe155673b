#![no_main]
//! See the library of this package.

libfuzzer_sys::fuzz_target!(|input: &[u8]| palpate_fuzz::reader(input));
