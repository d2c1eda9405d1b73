//! Validates one chunk of an input: text or blocks go in; accepted rows, rejects and counts come out.
//!
//! A pure function of the chunk and the settings: the same chunk gives the same result on any
//! thread or machine.

mod blocks;
mod csv;
mod elements;
mod lines;
mod record;
mod row_groups;

use std::sync::Arc;

use super::element_index::{ElementCounts, ElementIndex};
use super::record_kind::{KindLabels, RecordKind};
use crate::input::csv::encoding::Charset;
use crate::input::mapping::Mapping;
use crate::input::{Chunk, ChunkForm, InputLimits, Refusal, SourcePosition};
use crate::json::{JsonCursor, JsonOptions};
use crate::record::{Finding, Findings, RecordError};
use crate::rules::{RuleId, RuleSeverities};
use crate::run_report::SkippedEvents;

/// Settings of the validation of an input.
#[derive(Clone, Debug)]
pub struct ValidationSettings<K> {
    /// The kind of the records, with its rules.
    pub kind: K,
    /// How JSON is read.
    pub json: JsonOptions,
    /// The keys of JSON that the user has mapped; none without such keys.
    pub mapping: Option<Arc<Mapping>>,
    /// Bounds on records and lines.
    pub limits: InputLimits,
    /// Value of the lineage column of the same name.
    pub source_file: Arc<str>,
    /// Value of the lineage column of the same name.
    pub run_id: Arc<str>,
    /// The severities that the user has set; none without any.
    pub severities: Option<Arc<RuleSeverities>>,
    /// Keep the text of warnings, too (for `check`).
    pub with_texts: bool,
}

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
}

/// Validates a chunk.
pub fn validate_chunk<K: RecordKind>(
    chunk: &Chunk,
    settings: &ValidationSettings<K>,
) -> ValidatedChunk<K> {
    let mut validator = ChunkValidator::new(settings, chunk);
    let outcome = match &chunk.form {
        ChunkForm::Lines => validator.lines(&chunk.bytes),
        ChunkForm::Elements { closed, content } => {
            validator.elements(&chunk.bytes, *closed, *content)
        }
        ChunkForm::Value => validator.document(&chunk.bytes),
        ChunkForm::Rows(layout) => validator.rows(&chunk.bytes, layout),
        ChunkForm::Blocks(layout) => validator.blocks(&chunk.bytes, layout),
        ChunkForm::RowGroup { layout, first } => validator.row_group(&chunk.bytes, layout, *first),
    };
    validator.finish(outcome.err())
}

type ValidationResult = Result<(), Box<Refusal>>;

/// The validation of one chunk in progress.
struct ChunkValidator<'s, K: RecordKind> {
    settings: &'s ValidationSettings<K>,
    /// Where the chunk begins.
    start: SourcePosition,
    builder: K::Builder,
    findings: Findings,
    /// Encoding of the stored input; rejects are kept in it.
    charset: Charset,
    /// Position of the current record in its block or row group, from 0, if the input has them.
    block_ordinal: Option<u64>,
    out: ValidatedChunk<K>,
}

/// The text of a record and its position.
#[derive(Clone, Copy)]
struct RecordSpan<'a> {
    text: &'a [u8],
    position: SourcePosition,
}

impl<'s, K: RecordKind> ChunkValidator<'s, K> {
    fn new(settings: &'s ValidationSettings<K>, chunk: &Chunk) -> Self {
        Self {
            settings,
            start: chunk.position,
            builder: K::new_builder(chunk.bytes.len()),
            findings: Findings::new(settings.with_texts)
                .with_severities(settings.severities.clone()),
            charset: Charset::Utf8,
            block_ordinal: None,
            out: ValidatedChunk {
                read: 0,
                rows: None,
                accepted: 0,
                rejects: Vec::new(),
                skipped: 0,
                skipped_events: SkippedEvents::default(),
                skipped_orders: 0,
                elements: ElementCounts::default(),
                warned: [0; RuleId::COUNT],
                warnings: Vec::new(),
                refusal: None,
            },
        }
    }

    fn finish(mut self, refusal: Option<Box<Refusal>>) -> ValidatedChunk<K> {
        self.out.refusal = refusal.map(|refusal| *refusal);
        for (count, &more) in self.out.warned.iter_mut().zip(self.findings.warned()) {
            *count += more;
        }
        self.out.accepted = K::accepted_count(&self.builder) as u64;
        let Self {
            builder,
            settings,
            mut out,
            start,
            ..
        } = self;
        match K::finish(builder, &settings.source_file, &settings.run_id) {
            Ok(rows) => out.rows = Some(rows),
            Err(error) => {
                let message = format!("the rows cannot be converted to Arrow columns: {error}");
                let rule = RuleId::FileLimit;
                out.refusal
                    .get_or_insert(Refusal::new(rule, message).at(start));
            }
        }
        out
    }

    /// Reads the value at the cursor as a record.
    #[inline]
    fn read_record<'a>(
        &self,
        cursor: &mut JsonCursor<'a>,
        raw: &mut K::Raw<'a>,
    ) -> Result<(), RecordError> {
        match &self.settings.mapping {
            None => K::read_record(cursor, raw),
            Some(mapping) => K::read_mapped_record(mapping, cursor, raw),
        }
    }

    /// Counts deviations from JSON that only the lenient mode accepts.
    fn count_lenient_syntax(&mut self, count: u64) {
        self.out.warned[RuleId::FileTrailingComma.index()] += count;
    }

    fn record_too_long(&self, span: RecordSpan<'_>) -> Refusal {
        let message = format!(
            "the record has {} bytes, more than the limit of {}; raise --max-record-bytes if this is intended",
            span.text.len(),
            self.settings.limits.max_record_bytes
        );
        Refusal::new(RuleId::FileLimit, message).at(span.position)
    }

    fn wrong_kind_refusal(&self, rule: RuleId, position: SourcePosition) -> Refusal {
        let KindLabels {
            own,
            other,
            other_option,
        } = K::LABELS;
        let (rule, message) = match rule {
            RuleId::FileUserExport => (
                rule,
                "the input contains aggregates of /users/export (name, first, last, count), from which single purchases cannot be reconstructed; export the events instead".to_owned(),
            ),
            RuleId::FileSeriesResponse => (
                rule,
                "the input is a saved response of a series endpoint, not purchases; compare it with a report instead of ingesting it".to_owned(),
            ),
            RuleId::FileErrorResponse => (
                rule,
                "the input is a saved error response of the service, not purchases; fetch the dump again".to_owned(),
            ),
            _ if self.out.read > 0 => (
                RuleId::FileMixed,
                format!("the input of {own} also contains {other}; split the dump by kind"),
            ),
            _ => (
                rule,
                format!("the input contains {other}, not {own}; ingest it with --kind {other_option}"),
            ),
        };
        Refusal::new(rule, message).at(position)
    }
}

#[cfg(test)]
mod avro_files;
#[cfg(test)]
mod csv_cells;
#[cfg(test)]
mod currency_signs;
#[cfg(test)]
mod currents_events;
#[cfg(test)]
mod edge_cases;
#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod http_events;
#[cfg(test)]
mod input_shapes;
#[cfg(test)]
mod json_test_suite;
#[cfg(test)]
mod line_totals;
#[cfg(test)]
mod mapped_fields;
#[cfg(test)]
mod order_event_forms;
#[cfg(test)]
mod order_events;
#[cfg(test)]
mod property_rules;
#[cfg(test)]
mod severities;
#[cfg(test)]
mod time_formats;
