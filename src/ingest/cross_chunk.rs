//! Findings that depend on several chunks, in a run that writes nothing.

use std::fmt::Debug;

use super::counters::{InputCounters, RunCounters};
use super::error::RunError;
use super::input_reports::InputReports;
use super::record_kind::RecordKind;
use crate::input::{Input, InputTotals};
use crate::json::JsonOptions;

/// A record kind with the state of a check.
pub trait CheckedKind: RecordKind {
    /// State for findings that depend on several chunks.
    type CrossChunk: CrossChunkState<Self>;
}

/// State for findings that depend on several chunks.
pub trait CrossChunkState<K: RecordKind>: Debug + Default {
    /// Adds the rows of a chunk of the open input; its counts are in `counters`.
    ///
    /// # Errors
    /// The rows do not have the columns of the kind.
    fn add_chunk(&mut self, rows: K::Rows, counters: &mut InputCounters) -> Result<(), RunError>;
    /// Discards the open input: it is refused or read again.
    fn discard_input(&mut self);
    /// The open input has ended and is not refused.
    fn finish_input(&mut self, input: &FinishedInput<'_, K>, counters: &mut InputCounters);
    /// Adds the findings on the run as a whole, and on inputs together.
    fn finish_run(
        &mut self,
        read: &mut [CheckedInput],
        reports: &mut InputReports<'_>,
        run: &mut RunCounters,
    );
}

/// An input that has been read to its end.
#[derive(Debug)]
pub struct FinishedInput<'a, K> {
    /// Position among the inputs.
    pub index: usize,
    /// The input.
    pub input: &'a Input,
    /// Its sizes, digest and format.
    pub totals: &'a InputTotals,
    /// The kind of its records.
    pub kind: &'a K,
    /// How its JSON was read.
    pub json: JsonOptions,
}

/// An input that has been read to its end and is not refused, in a run in which nothing is written.
#[derive(Debug)]
pub struct CheckedInput {
    /// Position among the inputs.
    pub index: usize,
    /// Its sizes, digest and format.
    pub totals: InputTotals,
    /// Its counts.
    pub counters: InputCounters,
    /// Whether an earlier input of the run has the same content.
    pub is_copy: bool,
}
