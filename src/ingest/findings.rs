//! The findings of records, which a check reports while it reads. In: validated chunks. Out: the
//! findings of each record, in record order.

use super::counters::InputCounters;
use super::element_index::{ElementCounts, ElementIndex};
use super::error::RunError;
use super::record_kind::RecordKind;
use super::validate::ValidatedChunk;
use crate::input::{Input, SourcePosition};
use crate::record::Finding;

/// The findings of one record.
#[derive(Clone, Debug)]
pub struct RecordFindings {
    /// Ordinal of the record in its input, from 0.
    pub ordinal: u64,
    /// Its place in its array.
    pub element: ElementIndex,
    /// Position of its first byte.
    pub position: SourcePosition,
    /// Position in its block or row group, from 0, if the input has them; the line is then their number.
    pub block_ordinal: Option<u64>,
    /// All its findings; it is rejected if one of them is rejecting.
    pub findings: Vec<Finding>,
}

/// What a check reports, input by input and in record order.
#[derive(Debug)]
pub enum CheckEvent<'e> {
    /// A record of this input has findings.
    Record(&'e Input, RecordFindings),
    /// The open input is read again with another encoding: its findings are void.
    Restart,
    /// The open input has ended or is refused.
    InputEnd(&'e InputCounters),
}

/// Receives what a check reports; the check ends with its error.
pub type FindingSink<'s, E = RunError> = dyn FnMut(CheckEvent<'_>) -> Result<(), E> + 's;

/// Takes rejects and warnings out of a chunk, in the order of its records; `base` records of the
/// input precede the chunk, in these numbers of elements.
pub(super) fn findings_by_record<K: RecordKind>(
    validated: &mut ValidatedChunk<K>,
    base: u64,
    elements: ElementCounts,
) -> Vec<RecordFindings> {
    let rejects = std::mem::take(&mut validated.rejects).into_iter();
    let rejected = rejects.map(|reject| RecordFindings {
        ordinal: base + reject.ordinal,
        element: elements.after(reject.element),
        position: reject.position,
        block_ordinal: reject.block_ordinal,
        findings: reject.findings,
    });
    let mut records: Vec<RecordFindings> = rejected.collect();
    for warning in std::mem::take(&mut validated.warnings) {
        let ordinal = base + warning.ordinal;
        // An event without rows has the ordinal of the record after it.
        let is_same = |last: &&mut RecordFindings| {
            last.ordinal == ordinal && last.position == warning.position
        };
        match records.last_mut().filter(is_same) {
            Some(last) => last.findings.push(warning.finding),
            None => records.push(RecordFindings {
                ordinal,
                element: elements.after(warning.element),
                position: warning.position,
                block_ordinal: warning.block_ordinal,
                findings: vec![warning.finding],
            }),
        }
    }
    records.sort_by_key(|record| record.ordinal);
    records
}
