//! `purchase-etl`: raw purchase dumps in, trusted Parquet partitions and two documented answers out.
//!
//! The data goes one way, and each room of this crate does one step of it:
//!
//! ```text
//! dump files -source-> records -purchase-> accepted rows -lake-> Delta tables -report-> answer -render-> text
//!                                  \-----> rejects (verbatim, reason, place) --/
//! ```
//!
//! [`job`] says what will happen, [`pipeline`] calls the stages in order, [`rules`] says what is
//! checked and why, [`values`] holds the exact values everything else is made of.

pub mod rules;
pub mod source;
pub mod values;
