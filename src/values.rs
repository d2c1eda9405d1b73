//! Exact domain values: text comes in, a value or a typed error goes out; nothing is guessed.

pub mod currency;
pub mod instant;
pub mod money;
pub mod pt_br;
