//! The result of validating one chunk: accepted rows, rejects, findings and counts.

use crate::ingest::element_index::{ElementCounts, ElementIndex};
use crate::ingest::record_kind::RecordKind;
use crate::input::{Refusal, SourcePosition};
use crate::record::Finding;
use crate::rules::RuleId;
use crate::run_report::SkippedEvents;

/// A rejected record, verbatim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Ordinal of the record within the chunk.
    pub ordinal: u64,
    /// Its place in its array, counted within the chunk.
    pub element: ElementIndex,
    /// Where the record begins.
    pub position: SourcePosition,
    /// Its findings, the rejecting ones first.
    pub findings: Vec<Finding>,
    /// Its bytes; of a record of an Avro or Parquet file, the JSON text that it became.
    pub raw: Vec<u8>,
    /// Position in its block, from 0, if the input is an Avro file, or in its row group of a Parquet file.
    pub block_ordinal: Option<u64>,
}

/// A finding in an accepted record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Ordinal of the record within the chunk.
    pub ordinal: u64,
    /// Its place in its array, counted within the chunk.
    pub element: ElementIndex,
    /// Where the record begins.
    pub position: SourcePosition,
    /// Position in its block, from 0, if the input is an Avro file, or in its row group of a Parquet file.
    pub block_ordinal: Option<u64>,
    /// The finding.
    pub finding: Finding,
}

/// The result of validating one chunk.
#[derive(Debug)]
pub struct ValidatedChunk<K: RecordKind> {
    /// Records in the chunk.
    pub read: u64,
    /// The accepted records; `source_row` counts from the start of the chunk. `None` when they
    /// cannot be converted to columns, which refuses the input.
    pub rows: Option<K::Rows>,
    /// Accepted records.
    pub accepted: u64,
    /// Rejected records.
    pub rejects: Vec<Reject>,
    /// Elements beside the records (siblings), which are not validated.
    pub skipped: u64,
    /// The events among them, by name.
    pub skipped_events: SkippedEvents,
    /// The order events among them.
    pub skipped_orders: u64,
    /// The elements of each array.
    pub elements: ElementCounts,
    /// Accepted records with a finding, by [`RuleId::index`] of its rule.
    pub warned: [u64; RuleId::COUNT],
    /// The findings in accepted records, if `with_texts` is set.
    pub warnings: Vec<Warning>,
    /// Why the whole input is refused, if it is.
    pub refusal: Option<Refusal>,
    /// Whether the chunk has more than the records that were to be validated.
    pub limit_reached: bool,
}
