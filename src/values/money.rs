//! Exact amounts of money.
//!
//! The text of a JSON number becomes an [`Amount`] in billionths of the currency's base unit. Errors:
//! text outside the JSON number grammar, texts beyond the length limits, and values that do not fit a
//! Decimal128(38, 9). No value is computed with floats.

mod amount;
mod float32;
mod parse;

pub use amount::Amount;
pub use float32::widened_float;
pub use parse::{AmountError, ParsedAmount, parse_decimal};
