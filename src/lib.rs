//! `purchase-etl` ingests raw purchase dumps into a lake of Delta tables and answers two documented
//! reports from it.
//!
//! The data flow in one direction, and each room of this crate does one step:
//!
//! ```text
//! dump files -input-> records -purchase-> accepted rows -lake-> Delta tables -report-> answer -render-> text
//!                                  \---> rejects (verbatim, reason, position) ---/
//! ```
//!
//! A customer purchase ([`purchase`]) is an event; a supplier purchase ([`supplier_purchase`]) is a
//! state, of which the newest is current. [`record`] has what both share.
//!
//! [`cli`] parses the command line, [`job_file`] runs commands as the steps of a job, and each of the
//! [`commands`] has its arguments and what it does with them. [`ingest`] does the first three steps
//! on all cores. [`load`] copies tables of the lake into a database. [`rules`] is the catalogue of validation rules, [`values`] has exact money and time,
//! [`run_report`] counts and outcomes, and [`telemetry`] exports metrics, traces, lineage and alerts.
//! [`input`] and [`lake`] read and write local files and, through [`storage`], object stores.

pub mod cli;
pub mod commands;
pub mod ingest;
pub mod input;
pub mod job_file;
pub mod json;
pub mod lake;
pub mod load;
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
