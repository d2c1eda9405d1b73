//! One version of a supplier purchase: draws come in, its content comes out. Two versions are the same exactly if a reader
//! must find the same content in them.

use super::catalogue::{CARRIERS, CURRENCY_SHARES, NOTES};
use super::oddity::Oddity;
use crate::rng::Rng;

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const DAY: i64 = 86_400 * SECOND;
/// The UTC offsets in minutes, with their number in 100 versions. São Paulo's is the most common.
const OFFSETS: [(i64, u64); 3] = [(-180, 80), (-240, 10), (0, 10)];

/// The five amounts of a purchase, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    pub(super) items: Option<i64>,
    pub(super) discount: Option<i64>,
    pub(super) other: Option<i64>,
    pub(super) total: Option<i64>,
    pub(super) shipping: Option<i64>,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Received,
}

/// A time and the offset it is written at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) utc_micros: i64,
    pub(super) offset_minutes: i64,
}

impl Moment {
    /// A time of `from..until` at a common offset, mostly to the second.
    pub(super) fn between(from: i64, until: i64, rng: &mut Rng) -> Self {
        let span =
            u64::try_from(until - from).expect("a window that does not end before it begins");
        let exact = from + i64::try_from(rng.below(span)).expect("below the span");
        let whole = exact - exact.rem_euclid(SECOND);
        let keeps = rng.chance(10) || whole < from;
        Self {
            utc_micros: if keeps { exact } else { whole },
            offset_minutes: weighted(OFFSETS, rng),
        }
    }
}

/// The content of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) id: u64,
    /// Days since 1970-01-01.
    pub(super) registration_day: i64,
    /// The id, and whether the supplier has its new name.
    pub(super) supplier: Option<(u64, bool)>,
    pub(super) invoice: Option<u64>,
    pub(super) code: Option<u64>,
    /// Position in the list of currencies.
    pub(super) currency: usize,
    pub(super) amounts: Amounts,
    /// Position in the list of notes.
    pub(super) note: Option<usize>,
    pub(super) pay_shipping: Option<bool>,
    /// Position in the list of carriers.
    pub(super) carrier: Option<usize>,
    pub(super) status: Option<Status>,
    pub(super) order_number: Option<u64>,
    pub(super) movement_out: Option<bool>,
    /// The flag that only deleted purchases have.
    pub(super) deleted: Option<bool>,
    pub(super) created: Option<Moment>,
    pub(super) updated: Moment,
    pub(super) oddity: Option<Oddity>,
}

impl Version {
    /// The first version of purchase `id`, registered on a day and updated before `until`.
    pub(super) fn first(id: u64, day: i64, until: i64, suppliers: u64, rng: &mut Rng) -> Self {
        let opened = day * DAY + 11 * 3600 * SECOND;
        let created = Moment::between(opened, opened + DAY / 3, rng);
        // Few suppliers sell often, many seldom.
        let supplier = rng.below(suppliers);
        let supplier = 1 + rng.below(supplier + 1);
        let currency = weighted([0, 1, 2].map(|at| (at, CURRENCY_SHARES[at])), rng);
        let pay_shipping = (!rng.chance(15)).then(|| rng.chance(60));
        Self {
            id,
            registration_day: day,
            supplier: (!rng.chance(4)).then_some((supplier, false)),
            invoice: (!rng.chance(10)).then(|| 1 + rng.below(99_999)),
            code: (!rng.chance(5)).then_some(id * 3 + 7),
            currency,
            amounts: draw_amounts(pay_shipping, rng),
            note: rng.chance(40).then(|| rng.index(NOTES.len())),
            pay_shipping,
            carrier: rng.chance(60).then(|| rng.index(CARRIERS.len())),
            status: match rng.below(100) {
                0..=2 => None,
                3..=54 => Some(Status::Pending),
                _ => Some(Status::Received),
            },
            order_number: rng.chance(50).then(|| rng.below(1_000_000)),
            movement_out: (!rng.chance(10)).then(|| rng.chance(20)),
            deleted: rng.chance(4).then(|| rng.chance(70)),
            created: (!rng.chance(3)).then_some(created),
            updated: Moment::between(created.utc_micros, until, rng),
            oddity: None,
        }
    }

    /// Changes what a user may change later: one field or a few.
    pub(super) fn change(&mut self, rng: &mut Rng) {
        match rng.below(10) {
            0..=3 => self.status = Some(Status::Received),
            4..=5 => self.amounts = draw_amounts(self.pay_shipping, rng),
            6 => self.registration_day += 1 + i64::try_from(rng.below(45)).expect("a small number"),
            7 => self.note = Some(rng.index(NOTES.len())),
            8 => self.carrier = Some(rng.index(CARRIERS.len())),
            _ => {
                self.status = Some(Status::Received);
                self.invoice = Some(1 + rng.below(99_999));
            }
        }
        if let Some((_, renamed)) = &mut self.supplier {
            *renamed = true;
        }
    }

    /// Other content at the same update time, as a supplier's new name causes without an update.
    pub(super) fn alter(&mut self) {
        let next = self.note.map_or(0, |note| (note + 1) % NOTES.len());
        self.note = Some(next);
    }
}

fn draw_amounts(pay_shipping: Option<bool>, rng: &mut Rng) -> Amounts {
    let mut some = |percent: u32, low: u64, high: u64| {
        let drawn = i64::try_from(rng.between(low, high)).expect("a small number");
        rng.chance(percent).then_some(drawn)
    };
    let items = some(98, 1_000, 2_500_000);
    let (discount, other) = (some(30, 0, 1_000), some(20, 1, 9_999));
    let shipping = some(60, 0, 50_000);
    let paid = shipping.filter(|_| pay_shipping == Some(true)).unwrap_or(0);
    let sum = items.unwrap_or(0) - discount.unwrap_or(0) + other.unwrap_or(0) + paid;
    let total = some(97, 0, 0).map(|_| sum);
    Amounts {
        items,
        discount,
        other,
        // Without items the sum may be negative, which is a separate oddity.
        total: total.filter(|&total| total >= 0),
        shipping,
    }
}

/// One of the values, with a probability proportional to its share.
pub(super) fn weighted<T: Copy, const N: usize>(choices: [(T, u64); N], rng: &mut Rng) -> T {
    let sum = choices.iter().map(|&(_, share)| share).sum();
    let mut left = rng.below(sum);
    for (value, share) in choices {
        if left < share {
            return value;
        }
        left -= share;
    }
    choices[N - 1].0
}
