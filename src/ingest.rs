//! The ingest engine: reads inputs, validates them chunk by chunk on all cores, commits the
//! accepted rows and reports the counts. A refused input commits nothing; the remaining inputs are
//! committed.
//!
//! ```text
//! reader thread --chunks--> validators (thread pool) --in order--> collector --commits--> lake
//! ```
//!
//! What differs by record kind is behind the trait [`record_kind::RecordKind`]: customer purchases
//! are events and are appended ([`purchases`]); supplier purchases are states, of which the table
//! keeps the newest version ([`supplier_purchases`]). One collector serves both: it has a policy of
//! the kind commit the complete inputs. A check is the same without a lake.

mod changed_input;
mod check;
mod collector;
mod counters;
mod detect_kind;
mod element_index;
mod error;
#[cfg(test)]
mod fault_points;
mod findings;
pub mod ignored_input;
mod ingest_run;
mod input_reports;
#[cfg(test)]
pub(crate) mod input_sequences;
mod listed_inputs;
mod options;
mod pending_input;
pub mod purchases;
pub mod record_kind;
mod recovery;
mod reject_rows;
mod removal;
mod runner;
pub mod supplier_purchases;
#[cfg(test)]
pub(crate) mod supplier_sequences;
#[cfg(test)]
pub(crate) mod testing;
pub mod validate;

pub use changed_input::{ChangedInput, ReadingSettings};
pub use counters::{InputCounters, RunCounters};
pub use detect_kind::{DetectedKind, detect_kind};
pub use element_index::{ElementArray, ElementCounts, ElementIndex};
pub use error::RunError;
pub use findings::{CheckEvent, FindingSink, RecordFindings};
pub use listed_inputs::ListedInputs;
pub use options::{IngestFailure, IngestOptions, IngestOutcome};
pub use runner::{Progress, RunSettings};
