//! The main job: inputs go in, judged piece by piece on all cores; committed batches and a report
//! come out. A refused input commits nothing, the others are committed.
//!
//! ```text
//! reader thread --pieces--> judges (thread pool) --in order--> collector --batches--> lake
//! ```

mod batch;
mod checking;
mod collector;
mod events;
pub mod judge;
mod known_files;
mod reject_rows;
mod runner;
mod table;
mod tally;

pub use checking::{CheckObserver, CheckedInput, CheckedRecord, check_inputs};
pub use collector::{IngestOptions, Ingested, ingest};
pub use known_files::KnownFiles;
pub use runner::{Progress, RunError, RunSettings};
pub use table::purchases_spec;
pub use tally::{InputTally, RunTally};

/// The record kind of customer purchases, as it stands in transactions and partitions.
pub const PURCHASES_KIND: &str = "purchases";
