//! The interface of a record kind: how a record is read, validated and converted to columns. The
//! run itself (chunks, threads, positions, counts) is the same for every kind.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::error::ArrowError;

use super::error::RunError;
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::rows::CsvRow;
use crate::input::mapping::Mapping;
use crate::input::{ArrayContent, Envelope, Input, InputTotals, Refusal};
use crate::json::{JsonCursor, JsonError, JsonOptions};
use crate::lake::{Digest, TableSpec};
use crate::record::{Findings, RecordError, SkippedRecord};
use crate::rules::RuleId;
use crate::run_report::TableVersions;

/// A kind of record, with the settings of its rules.
pub trait RecordKind: Clone + Debug + Send + Sync + 'static {
    /// A record as it is read; reused for the next one.
    type Raw<'a>: Default;
    /// Reads the rows of one delimited file.
    type CsvRows<'l>;
    /// Collects the accepted records of a chunk.
    type Builder;
    /// The accepted records of a chunk.
    type Rows: Debug + Send + 'static;

    /// Its name in transactions, partitions and options.
    const NAME: &'static str;
    /// Where its records are in a JSON document.
    const ENVELOPE: Envelope;
    /// Its names in messages.
    const LABELS: KindLabels;

    /// The table of its accepted records.
    fn table() -> TableSpec;

    /// The version of that table.
    fn rows_version(versions: &mut TableVersions) -> &mut Option<i64>;

    /// The kind with the settings that depend on the input.
    #[must_use]
    fn for_input(&self, _input: &Input) -> Self {
        self.clone()
    }

    /// The digest that identifies the content of an input; `None` if only its beginning was read.
    fn digest(&self, _input: &Input, totals: &InputTotals) -> Option<Digest> {
        Some(Digest::new(*totals.digest?.as_bytes()))
    }

    /// The columns that are recognised in delimited text.
    fn csv_columns(&self) -> &dyn ColumnAliases;

    /// Reads the value at the cursor into `raw` (cleared first).
    ///
    /// # Errors
    /// The text is not JSON, or not a record.
    fn read_record<'a>(
        cursor: &mut JsonCursor<'a>,
        raw: &mut Self::Raw<'a>,
    ) -> Result<(), RecordError>;

    /// Reads the value at the cursor into `raw` (cleared first), with keys that the user has mapped.
    ///
    /// # Errors
    /// The text is not JSON, or not a record.
    fn read_mapped_record<'a>(
        mapping: &Mapping,
        cursor: &mut JsonCursor<'a>,
        raw: &mut Self::Raw<'a>,
    ) -> Result<(), RecordError>;

    /// Adds what a binary format says about the values of a record beyond its JSON text.
    fn add_decoded_values<'a>(_raw: &mut Self::Raw<'a>, _values: DecodedValues<'a>) {}

    /// Reads the rows of a file with this layout.
    fn csv_rows(layout: &CsvLayout) -> Self::CsvRows<'_>;

    /// Reads a row into `raw`, which is empty.
    fn read_row<'r, 'l: 'r>(rows: &Self::CsvRows<'l>, row: &CsvRow<'r>, raw: &mut Self::Raw<'r>);

    /// The file rule to refuse the input by, if this is a record of another kind.
    fn wrong_kind(raw: &Self::Raw<'_>) -> Option<RuleId>;

    /// Passes an element of `events` beside the records of an envelope; `None` if it is a record
    /// nevertheless.
    ///
    /// # Errors
    /// The text is not JSON.
    fn skip_event(&self, cursor: &mut JsonCursor<'_>) -> Result<Option<SkippedRecord>, JsonError> {
        cursor.skip_value()?;
        Ok(Some(SkippedRecord::default()))
    }

    /// The rule and the remedy if the input lacks information that every record needs.
    fn missing_context(&self, _raw: &Self::Raw<'_>) -> Option<(RuleId, &'static str)> {
        None
    }

    /// The parts of an envelope that was read as a record; empty for a record.
    fn envelope_parts(raw: &Self::Raw<'_>, json: JsonOptions) -> Vec<EnvelopePart>;

    /// Reads what an envelope of `records` records contains beside them; returns the rule it
    /// breaks.
    fn read_envelope_metadata(
        _builder: &mut Self::Builder,
        _raw: &Self::Raw<'_>,
        _records: u64,
        _json: JsonOptions,
    ) -> Option<RuleId> {
        None
    }

    /// Validates a record, and adds it to `builder` if no rejecting rule is broken. `findings` then holds
    /// every rule it breaks, unless it is skipped.
    ///
    /// # Errors
    /// A record embedded in the record cannot be read.
    fn validate_record(
        &self,
        raw: &mut Self::Raw<'_>,
        record: RecordText<'_>,
        json: JsonOptions,
        findings: &mut Findings,
        builder: &mut Self::Builder,
    ) -> Result<RecordOutcome, RecordError>;

    /// An empty builder, with capacity for the records of a chunk of so many bytes.
    fn new_builder(chunk_bytes: usize) -> Self::Builder;

    /// The number of records accepted so far.
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

    /// Why an input that was read to its end is refused as a whole, if it is: by the numbers of its
    /// accepted records with and without a quantity.
    fn refusal_of_input(&self, _with_quantity: u64, _without_quantity: u64) -> Option<Refusal> {
        None
    }

    /// Drops rows that the lake has, and counts them in `rows`. Called on the thread that has
    /// validated the chunk, so that the collecting thread need not read the lake.
    ///
    /// # Errors
    /// The lake cannot be read.
    fn drop_known(&self, _rows: &mut Self::Rows) -> Result<(), RunError> {
        Ok(())
    }
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is a row.
    Accepted,
    /// It breaks a rejecting rule.
    Rejected,
    /// It is no record of the table, although it is among them.
    Skipped(SkippedRecord),
    /// It is an event of several lines, each of which counts as a record.
    AcceptedEvent(EventLines),
    /// It is such an event, and breaks a rejecting rule; it counts as one record.
    RejectedEvent,
}

/// The lines of an accepted event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLines {
    /// Lines that are rows.
    pub rows: u64,
    /// Lines that are none.
    pub skipped: u64,
}

/// What a binary format says about the values of a record beyond its JSON text.
#[derive(Clone, Copy, Debug)]
pub struct DecodedValues<'a> {
    /// Whether the price is a 32-bit float, of which the text is the shortest decimal.
    pub price_is_float32: bool,
    /// The digits of a time that the text has as ISO 8601.
    pub time_digits: Option<&'a str>,
}

/// Names of a record kind in messages.
#[derive(Clone, Copy, Debug)]
pub struct KindLabels {
    /// Records of this kind, e.g. `customer purchases`.
    pub own: &'static str,
    /// Records of the other kind.
    pub other: &'static str,
    /// The value of `--kind` for the other kind.
    pub other_option: &'static str,
}

/// A part of an envelope that is read by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvelopePart {
    /// Byte offset in the envelope's text.
    pub offset: usize,
    /// Length in bytes.
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
