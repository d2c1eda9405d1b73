//! Prices that are 32-bit floats.

use super::writer::{event, some, validate, with_events};
use crate::rules::RuleId;

#[test]
fn amounts_in_cents_come_back_exactly_from_32_bit_floats() {
    // A linear congruential generator (Numerical Recipes): no amounts were chosen.
    let mut state: u32 = 1;
    let mut cents = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i64::from(state) * 13_107_200 / (1 << 32)
    };
    let all: Vec<i64> = (0..100_000).map(|_| cents()).collect();
    let text = |cents: i64| format!("{}.{:02}0000000", cents / 100, cents % 100);
    for batch in all.chunks(10_000) {
        let events: Vec<Vec<u8>> = batch
            .iter()
            .map(|&cents| {
                let decimal = format!("{}.{:02}", cents / 100, cents % 100);
                event("e", decimal.parse().unwrap(), "USD")
            })
            .collect();
        let outcome = validate(&with_events(&events));
        let expected: Vec<_> = batch.iter().map(|&cents| Some(text(cents))).collect();
        assert_eq!(outcome.column("price"), expected);
        assert_eq!(outcome.warned, []);
    }
}

#[test]
fn a_float_too_large_for_its_decimals_is_kept_and_reported() {
    for (price, currency, stored, found) in [
        (131_071.99_f32, "USD", "131071.990000000", None),
        (
            131_072.02,
            "USD",
            "131072.020000000",
            Some(RuleId::BrzPriceFloat32),
        ),
        (16_777_215.0, "JPY", "16777215.000000000", None),
        (
            16_777_216.0,
            "JPY",
            "16777216.000000000",
            Some(RuleId::BrzPriceFloat32),
        ),
        (16_383.999, "KWD", "16383.999000000", None),
        (
            16_384.0,
            "KWD",
            "16384.000000000",
            Some(RuleId::BrzPriceFloat32),
        ),
        (
            3.141_592_7,
            "USD",
            "3.141592700",
            Some(RuleId::BrzPriceScale),
        ),
        (-0.0, "USD", "0.000000000", None),
    ] {
        let outcome = validate(&with_events(&[event("e1", price, currency)]));
        assert_eq!(outcome.column("price"), [some(stored)], "{price}");
        assert_eq!(outcome.warned, Vec::from_iter(found), "{price}");
        assert_eq!(outcome.column("is_refund"), [some("false")]);
    }
    for price in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let outcome = validate(&with_events(&[event("e1", price, "USD")]));
        assert_eq!(outcome.broken(), [RuleId::BrzPriceType], "{price}");
    }
}
