//! `purchase-etl`: raw purchase dumps in, trusted Parquet partitions and two documented answers out.
//!
//! The data goes one way, and each room of this crate does one step of it:
//!
//! ```text
//! dump files -input-> records -purchase-> accepted rows -lake-> Delta tables -report-> answer -render-> text
//!                                  \-----> rejects (verbatim, reason, place) --/
//! ```
//!
//! A customer purchase ([`purchase`]) is an event, a supplier purchase ([`supplier_purchase`]) a
//! state of which the newest stands; what both are read into is in [`record`].
//!
//! [`job`] says what will happen, [`pipeline`] calls the stages in order, [`ingest`] drives the
//! first three of them on all cores, [`rules`] says what is checked and why, [`values`] holds the
//! exact values everything else is made of, [`telemetry`] tells others what has happened.

pub mod cli;
pub mod ingest;
pub mod input;
pub mod job;
pub mod json;
pub mod lake;
pub mod pipeline;
pub mod purchase;
pub mod record;
pub mod render;
pub mod report;
pub mod response;
pub mod rules;
pub mod run_report;
pub mod storage;
pub mod supplier_purchase;
pub mod telemetry;
pub mod values;
