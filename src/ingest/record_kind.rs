//! What a kind of record brings to a run: how one is read, validated and put into columns. The run
//! itself (chunks, threads, places, counts) is the same for every kind.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::error::ArrowError;

use super::counters::{InputCounters, RunCounters};
use super::error::RunError;
use super::input_reports::InputReports;
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::rows::CsvRow;
use crate::input::{ArrayContent, Envelope, Input, InputTotals};
use crate::json::{JsonCursor, JsonError, JsonOptions};
use crate::lake::Digest;
use crate::record::{Findings, RecordError};
use crate::rules::RuleId;

/// A kind of record with the settings that decide its outcome.
pub trait RecordKind: Clone + Debug + Send + Sync + 'static {
    /// A record as it is read; used again for the next one.
    type Raw<'a>: Default;
    /// Reads the rows of one delimited file.
    type CsvRows<'l>;
    /// The accepted records of a chunk in the making.
    type Builder;
    /// The accepted records of a chunk.
    type Rows: Debug + Send + 'static;
    /// What only shows across chunks.
    type CrossChunk: CrossChunkState<Self>;

    /// The name in transactions, partitions and options.
    const NAME: &'static str;
    /// Where its records stand in a JSON document.
    const ENVELOPE: Envelope;
    /// How its records are called in messages.
    const LABELS: KindLabels;

    /// The kind with what is known of one input only.
    #[must_use]
    fn for_input(&self, _input: &Input) -> Self {
        self.clone()
    }

    /// What identifies the content of an input.
    fn digest(&self, _input: &Input, totals: &InputTotals) -> Digest {
        Digest::new(*totals.digest.as_bytes())
    }

    /// Which column of delimited text means what.
    fn csv_columns(&self) -> &dyn ColumnAliases;

    /// Reads the value at the cursor into `raw` (cleared first).
    ///
    /// # Errors
    /// The text is not JSON, or no record.
    fn read_record<'a>(
        cursor: &mut JsonCursor<'a>,
        raw: &mut Self::Raw<'a>,
    ) -> Result<(), RecordError>;

    /// Reads the rows of a file with this layout.
    fn csv_rows(layout: &CsvLayout) -> Self::CsvRows<'_>;

    /// Reads a row into `raw`, which is empty.
    fn read_row<'r, 'l: 'r>(rows: &Self::CsvRows<'l>, row: &CsvRow<'r>, raw: &mut Self::Raw<'r>);

    /// The file rule that this record gives away: it is no record of this kind.
    fn wrong_kind(raw: &Self::Raw<'_>) -> Option<RuleId>;

    /// Passes what stands beside the records of an envelope. The file rule that it gives away: it is
    /// something that must not be skipped.
    ///
    /// # Errors
    /// The text is not JSON.
    fn skip_sibling(cursor: &mut JsonCursor<'_>) -> Result<Option<RuleId>, JsonError> {
        cursor.skip_value().map(|_| None)
    }

    /// What the input lacks for any of its records to be validated: the rule and what to do.
    fn missing_context(&self, _raw: &Self::Raw<'_>) -> Option<(RuleId, &'static str)> {
        None
    }

    /// The parts of an envelope that was read as a record; none when it is a record.
    fn envelope_parts(raw: &Self::Raw<'_>, json: JsonOptions) -> Vec<EnvelopePart>;

    /// Notes what an envelope says beside its `records` records; returns the rule it breaks.
    fn read_envelope_metadata(
        _builder: &mut Self::Builder,
        _raw: &Self::Raw<'_>,
        _records: u64,
        _json: JsonOptions,
    ) -> Option<RuleId> {
        None
    }

    /// Validates a record, and keeps it when it breaks no rejecting rule. `findings` then holds every
    /// rule it breaks.
    ///
    /// # Errors
    /// A record inside the record cannot be read.
    fn validate_record(
        &self,
        raw: &mut Self::Raw<'_>,
        record: RecordText<'_>,
        json: JsonOptions,
        findings: &mut Findings,
        builder: &mut Self::Builder,
    ) -> Result<bool, RecordError>;

    /// Nothing accepted yet, with room for the records of a chunk of so many bytes.
    fn new_builder(chunk_bytes: usize) -> Self::Builder;

    /// How many records are accepted so far.
    fn accepted_count(builder: &Self::Builder) -> usize;

    /// The accepted records as rows.
    ///
    /// # Errors
    /// None that accepted records can cause; Arrow's own are passed on.
    fn finish(
        builder: Self::Builder,
        source_file: &Arc<str>,
        run_id: &Arc<str>,
    ) -> Result<Self::Rows, ArrowError>;
}

/// How a kind's records are called in messages.
#[derive(Clone, Copy, Debug)]
pub struct KindLabels {
    /// This kind's, e.g. `customer purchases`.
    pub own: &'static str,
    /// The other kind's.
    pub other: &'static str,
    /// The option that names the other kind.
    pub other_option: &'static str,
}

/// A part of an envelope's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopePart {
    /// Where it begins in the envelope's text.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
    /// What it is.
    pub form: EnvelopePartForm,
}

/// What a part of an envelope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopePartForm {
    /// An array of records or of their siblings.
    Array(ArrayContent),
    /// One record.
    Record,
}

/// A record's own text and its ordinal in the chunk.
#[derive(Clone, Copy, Debug)]
pub struct RecordText<'a> {
    /// Its bytes.
    pub text: &'a [u8],
    /// Position among the records of the chunk, from 0.
    pub ordinal: i64,
}

/// What only shows across the chunks of a run in which nothing is written.
pub trait CrossChunkState<K: RecordKind>: Debug + Default {
    /// Looks at the rows of a chunk of the open input; its counts are in `counters`.
    ///
    /// # Errors
    /// Rows that are not what the kind makes.
    fn add_chunk(&mut self, rows: K::Rows, counters: &mut InputCounters) -> Result<(), RunError>;
    /// None of the open input is kept, or it is read again.
    fn discard_input(&mut self);
    /// The open input has ended and is kept.
    fn finish_input(&mut self, input: &FinishedInput<'_, K>, counters: &mut InputCounters);
    /// Notes what concerns the run as a whole, and the inputs as its parts.
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
    /// What is known of it.
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
    /// What is known of it.
    pub totals: InputTotals,
    /// Its counts.
    pub counters: InputCounters,
    /// Whether an earlier input of the run has the same content.
    pub is_copy: bool,
}
