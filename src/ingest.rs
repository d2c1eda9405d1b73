//! The main job: inputs go in, validated chunk by chunk on all cores; committed batches and a report
//! come out. A refused input commits nothing, the others are committed.
//!
//! ```text
//! reader thread --chunks--> validators (thread pool) --in order--> collector --commits--> lake
//! ```
//!
//! What differs by record kind stands behind [`record_kind::RecordKind`]: customer purchases are events that
//! are appended ([`purchases`]); supplier purchases are states, of which the newest stands
//! ([`supplier_purchases`]).

mod check;
mod counters;
mod detect_kind;
mod error;
mod ingested_files;
mod input_reports;
mod input_row;
mod options;
pub mod purchases;
pub mod record_kind;
mod reject_rows;
mod runner;
pub mod supplier_purchases;
pub mod validate;

pub use check::{FindingSink, RecordFindings, check_inputs};
pub use counters::{InputCounters, RunCounters};
pub use detect_kind::{DetectedKind, detect_kind};
pub use error::RunError;
pub use ingested_files::IngestedFiles;
pub use options::{IngestFailure, IngestOptions, IngestOutcome};
pub use runner::{Progress, RunSettings};
