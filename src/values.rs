//! Exact domain values: text comes in, a value or a typed error goes out; nothing is guessed.
//!
//! Money never passes through a float, an instant is microseconds in UTC with the offset it was
//! written in, and a text that has two readings is refused or noted, not silently resolved.

pub mod currency;
pub mod instant;
pub mod local_day;
pub mod money;
pub mod pt_br;
pub mod text;
