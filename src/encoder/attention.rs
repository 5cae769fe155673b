//! Attention: what every token of a text takes from the others (Vaswani and others, "Attention is all you
//! need", 2017).
//!
//! Sums of some rows stay in registers, as in [`super::product`]; numbers are multiplied and then added,
//! never both at once, so that vectors are the same on every machine.

use std::array::from_fn;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x16};

use super::kernel::softmax;

/// Columns that are summed at a time.
const LANES: usize = 16;
/// Rows of attention that are made at a time: as many as there are registers for the sums.
const QUERIES: usize = 6;

/// One head of attention: queries, keys and values of a text, a row each token.
pub(super) struct Head<'a> {
    /// Queries, keys and values side by side, in rows of `width`…
    pub(super) rows: &'a [f32],
    pub(super) width: usize,
    /// …where those of this head begin, and how many numbers they are.
    pub(super) starts: [usize; 3],
    pub(super) size: usize,
}

/// Room for what is made on the way.
#[derive(Default)]
pub(super) struct Room {
    /// By block of [`LANES`] tokens, by place in a key: that of each token.
    keys: Vec<Lanes>,
    /// By block of [`LANES`] places in a value, by token: what stands at each.
    values: Vec<Lanes>,
    /// How much each of some tokens takes of each token, row by row.
    weights: Vec<f32>,
}

type Lanes = [f32; LANES];

impl Head<'_> {
    /// `softmax(Q · Kᵀ / √size) · V`, written to the place of this head in rows of a third of the width.
    pub(super) fn attend(&self, room: &mut Room, to: &mut [f32]) {
        dispatch!(Level::new(), simd => self.attend_in_vectors(simd, room, to));
    }

    #[inline(always)]
    fn attend_in_vectors<S: Simd>(&self, simd: S, room: &mut Room, to: &mut [f32]) {
        let tokens = self.rows.len() / self.width;
        self.turn(tokens, room);
        let padded = tokens.next_multiple_of(LANES);
        room.weights.resize(QUERIES * padded, 0.0);
        for first in (0..tokens).step_by(QUERIES) {
            self.weigh(simd, first, room);
            for weights in room.weights.chunks_exact_mut(padded) {
                softmax(&mut weights[..tokens]);
            }
            self.mix(simd, first, room, to);
        }
    }

    /// Puts keys and values in blocks.
    #[inline(always)]
    fn turn(&self, tokens: usize, room: &mut Room) {
        let blocks = tokens.div_ceil(LANES);
        room.keys.resize(blocks * self.size, [0.0; LANES]);
        room.values
            .resize(self.size.div_ceil(LANES) * tokens, [0.0; LANES]);
        for (t, row) in self.rows.chunks_exact(self.width).enumerate() {
            let keys = &mut room.keys[t / LANES * self.size..][..self.size];
            for (to, key) in keys.iter_mut().zip(&row[self.starts[1]..]) {
                to[t % LANES] = *key;
            }
            let values = &row[self.starts[2]..][..self.size];
            let (whole, rest) = values.as_chunks::<LANES>();
            let mut to = room.values[t..].iter_mut().step_by(tokens);
            for (value, to) in whole.iter().zip(&mut to) {
                *to = *value;
            }
            if let Some(to) = to.next() {
                to[..rest.len()].copy_from_slice(rest);
            }
        }
    }

    /// How much some tokens attend to each.
    #[inline(always)]
    fn weigh<S: Simd>(&self, simd: S, first: usize, room: &mut Room) {
        let scale = 1.0 / (self.size as f32).sqrt();
        // What there are too few tokens for is made of the last one, and not looked at.
        let last = self.rows.len() / self.width - 1;
        let queries = from_fn(|r| {
            let row = (first + r).min(last) * self.width;
            &self.rows[row + self.starts[0]..][..self.size]
        });
        let padded = room.weights.len() / QUERIES;
        for (n, keys) in room.keys.chunks_exact(self.size).enumerate() {
            for (r, sums) in sums(simd, queries, keys).into_iter().enumerate() {
                let to = &mut room.weights[r * padded + n * LANES..][..LANES];
                (sums * scale).store_slice(to);
            }
        }
    }

    /// The values of all tokens, by the weights of some.
    #[inline(always)]
    fn mix<S: Simd>(&self, simd: S, first: usize, room: &Room, to: &mut [f32]) {
        let (tokens, width) = (self.rows.len() / self.width, self.width / 3);
        let padded = room.weights.len() / QUERIES;
        let weights = from_fn(|r| &room.weights[r * padded..][..tokens]);
        for (n, values) in room.values.chunks_exact(tokens).enumerate() {
            let columns = n * LANES..self.size.min((n + 1) * LANES);
            let sums = sums(simd, weights, values).into_iter();
            for (sums, row) in sums.zip(to.chunks_exact_mut(width).skip(first)) {
                let to = &mut row[self.starts[0]..][columns.clone()];
                match to.first_chunk_mut() {
                    Some(to) => *to = sums.to_array(),
                    None => to.copy_from_slice(&sums.to_array()[..to.len()]),
                }
            }
        }
    }
}

/// The sums of some blocks, by factors of each row.
#[inline(always)]
fn sums<S: Simd>(simd: S, factors: [&[f32]; QUERIES], blocks: &[Lanes]) -> [f32x16<S>; QUERIES] {
    let mut sums = [f32x16::splat(simd, 0.0); QUERIES];
    let factors = factors.map(|row| &row[..blocks.len()]);
    for (at, block) in blocks.iter().enumerate() {
        let block = f32x16::from_slice(simd, block);
        for (sum, row) in sums.iter_mut().zip(factors) {
            *sum += block * row[at];
        }
    }
    sums
}
