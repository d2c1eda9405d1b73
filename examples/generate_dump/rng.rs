//! A small seeded generator of pseudo-random numbers: a seed and a row number come in, the same draws come out on
//! every machine. It is not cryptographic.

/// The increment and the mixing constants of `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One stream of draws.
#[derive(Debug)]
pub(crate) struct Rng {
    state: u64,
}

impl Rng {
    /// The stream of one row. Every row has its own, so that the number of draws in one shape does not affect the
    /// next row.
    pub(crate) fn for_row(seed: u64, row: u64) -> Self {
        Self {
            state: mix(mix(seed).wrapping_add(row.wrapping_mul(GOLDEN))),
        }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A number in `0..n` (0 when `n` is 0), by multiply and shift.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(n);
        u64::try_from(wide >> 64).expect("the upper half of a 128-bit product fits 64 bits")
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// An index below `len`.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let wide = u128::from(self.next()) * u128::try_from(len).expect("a length fits 128 bits");
        usize::try_from(wide >> 64)
            .expect("the result is smaller than the length, which is a usize")
    }

    /// One of `items`.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// True in `ppm` of a million draws.
    pub(crate) fn chance_ppm(&mut self, ppm: u32) -> bool {
        self.below(1_000_000) < u64::from(ppm)
    }

    /// True in `percent` of a hundred draws.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.chance_ppm(percent * 10_000)
    }
}
