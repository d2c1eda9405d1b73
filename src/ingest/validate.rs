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
mod sheet_rows;
mod validated_chunk;

use std::sync::Arc;

use super::element_index::ElementCounts;
use super::record_kind::{KindLabels, RecordKind};
use crate::input::csv::encoding::Charset;
use crate::input::mapping::Mapping;
use crate::input::{Chunk, ChunkForm, InputLimits, Refusal, SourcePosition};
use crate::json::{JsonCursor, JsonOptions};
use crate::record::{Findings, RecordError};
use crate::rules::{RuleId, RuleSeverities};
use crate::run_report::SkippedEvents;

pub use validated_chunk::{Reject, ValidatedChunk, Warning};

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

/// Validates a chunk.
pub fn validate_chunk<K: RecordKind>(
    chunk: &Chunk,
    settings: &ValidationSettings<K>,
) -> ValidatedChunk<K> {
    validate_first_records(chunk, settings, u64::MAX)
}

/// Validates the first `most` records of a chunk; nothing after them is looked at.
pub fn validate_first_records<K: RecordKind>(
    chunk: &Chunk,
    settings: &ValidationSettings<K>,
    most: u64,
) -> ValidatedChunk<K> {
    let mut validator = ChunkValidator::new(settings, chunk, most);
    let outcome = match &chunk.form {
        ChunkForm::Lines => validator.lines(&chunk.bytes),
        ChunkForm::Elements { closed, content } => {
            validator.elements(&chunk.bytes, *closed, *content)
        }
        ChunkForm::Value => validator.document(&chunk.bytes),
        ChunkForm::Rows(layout) => validator.rows(&chunk.bytes, layout),
        ChunkForm::Blocks(layout) => validator.blocks(&chunk.bytes, layout),
        ChunkForm::RowGroup { layout, first } => validator.row_group(&chunk.bytes, layout, *first),
        ChunkForm::SheetRows(layout, origins) => {
            validator.sheet_rows(&chunk.bytes, layout, origins)
        }
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
    /// Records that are validated at most.
    most: u64,
    out: ValidatedChunk<K>,
}

/// The text of a record and its position.
#[derive(Clone, Copy)]
struct RecordSpan<'a> {
    text: &'a [u8],
    position: SourcePosition,
}

impl<'s, K: RecordKind> ChunkValidator<'s, K> {
    fn new(settings: &'s ValidationSettings<K>, chunk: &Chunk, most: u64) -> Self {
        Self {
            settings,
            start: chunk.position,
            builder: K::new_builder(chunk.bytes.len()),
            findings: Findings::new(settings.with_texts)
                .with_severities(settings.severities.clone()),
            charset: Charset::Utf8,
            block_ordinal: None,
            most,
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
                limit_reached: false,
            },
        }
    }

    /// Whether the next record is one too many; notes that there is one. Siblings do not count, but
    /// are not read after the last record either.
    fn is_full(&mut self) -> bool {
        self.out.limit_reached = self.out.read - self.out.skipped >= self.most;
        self.out.limit_reached
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
