//! How often, and at which instants, tests repeat what chance decides: kills, interrupts, races and
//! faults.
//!
//! `PURCHASE_ETL_TEST_ROUNDS` multiplies the rounds; `PURCHASE_ETL_KILL_SEED` chooses other instants.

/// Chooses the instants unless `PURCHASE_ETL_KILL_SEED` is set.
const SEED: u64 = 20_261_120;

/// A number from the environment.
fn variable(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| {
        let number = text.parse();
        number.unwrap_or_else(|error| panic!("{name}={text}: {error}"))
    })
}

/// The rounds of a test that has `rounds` by default.
pub(crate) fn rounds(rounds: usize) -> usize {
    let factor = variable("PURCHASE_ETL_TEST_ROUNDS", 1);
    rounds * usize::try_from(factor).expect("a small number")
}

/// `SplitMix64` (Steele, Lea, Flood 2014): enough to choose instants.
pub(crate) struct Instants(u64);

impl Instants {
    /// Starts with the seed from the environment, or with the default; returns the seed as well.
    pub(crate) fn seeded() -> (u64, Self) {
        let seed = variable("PURCHASE_ETL_KILL_SEED", SEED);
        (seed, Self(seed))
    }

    /// A number from 0 to 1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = u32::try_from((mixed ^ (mixed >> 31)) >> 32).expect("the upper half");
        f64::from(bits) / f64::from(u32::MAX)
    }
}
