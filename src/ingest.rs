//! The main job: inputs go in, judged piece by piece on all cores; committed batches and a report
//! come out. A refused input commits nothing, the others are committed.
//!
//! ```text
//! reader thread --pieces--> judges (thread pool) --in order--> collector --commits--> lake
//! ```
//!
//! What differs by record kind stands behind [`kind::Kind`]: customer purchases are events that
//! are appended ([`purchases`]); supplier purchases are states, of which the newest stands
//! ([`supplier_purchases`]).

mod checking;
mod error;
mod input_row;
pub mod judge;
pub mod kind;
mod known_files;
mod options;
pub mod purchases;
mod reject_rows;
mod reports;
mod runner;
mod sniff;
pub mod supplier_purchases;
mod tally;

pub use checking::{CheckObserver, CheckedRecord, check_inputs};
pub use error::RunError;
pub use known_files::KnownFiles;
pub use options::{IngestOptions, Ingested, Stopped};
pub use runner::{Progress, RunSettings};
pub use sniff::{Sniffed, sniff};
pub use tally::{InputTally, RunTally};
