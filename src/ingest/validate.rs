//! Validates one chunk of an input: text or blocks go in; accepted rows, rejects and counts come out.
//!
//! A pure function of the chunk and the settings: the same chunk gives the same result on any
//! thread or machine.

mod blocks;
mod csv;
mod elements;
mod lines;
mod sheet_rows;

use std::sync::Arc;

use super::record_kind::{KindLabels, RecordKind, RecordText, SkippedRecord};
use crate::input::csv::encoding::Charset;
use crate::input::mapping::Mapping;
use crate::input::{Chunk, ChunkForm, InputLimits, Refusal, SourcePosition};
use crate::json::{JsonCursor, JsonError, JsonErrorKind, JsonOptions};
use crate::record::{Finding, Findings, RecordError};
use crate::rules::{RuleId, RuleSeverities};

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
    /// Where the record begins.
    pub position: SourcePosition,
    /// Its findings, the rejecting ones first.
    pub findings: Vec<Finding>,
    /// Its bytes; of a record of an Avro file, the JSON text that it became.
    pub raw: Vec<u8>,
    /// Position in its block, from 0, if the input is an Avro file.
    pub block_ordinal: Option<u64>,
}

/// A finding in an accepted record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Ordinal of the record within the chunk.
    pub ordinal: u64,
    /// Where the record begins.
    pub position: SourcePosition,
    /// Position in its block, from 0, if the input is an Avro file.
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
        ChunkForm::Elements { closed, records } => {
            validator.elements(&chunk.bytes, *closed, *records)
        }
        ChunkForm::Value => validator.document(&chunk.bytes),
        ChunkForm::Rows(layout) => validator.rows(&chunk.bytes, layout),
        ChunkForm::Blocks(layout) => validator.blocks(&chunk.bytes, layout),
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
    /// Position of the current record in its block, from 0, if the input is an Avro file.
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

    /// Counts a record and returns its ordinal among the records, siblings not counted.
    fn next_ordinal(&mut self) -> u64 {
        let ordinal = self.out.read - self.out.skipped;
        self.out.read += 1;
        ordinal
    }

    /// Validates the record in `raw`, whose text is that of the input.
    fn record(&mut self, raw: &mut K::Raw<'_>, span: RecordSpan<'_>) -> ValidationResult {
        if span.text.len() > self.settings.limits.max_record_bytes {
            let wrong_kind = K::wrong_kind(raw);
            return Err(Box::new(match wrong_kind {
                Some(rule) => self.wrong_kind_refusal(rule, span.position),
                None => self.record_too_long(span),
            }));
        }
        self.validate_record(raw, span)
    }

    /// Validates the record in `raw`.
    fn validate_record(&mut self, raw: &mut K::Raw<'_>, span: RecordSpan<'_>) -> ValidationResult {
        if let Some(rule) = K::wrong_kind(raw) {
            return Err(Box::new(self.wrong_kind_refusal(rule, span.position)));
        }
        if let Some(SkippedRecord { rule }) = self.settings.kind.skipped(raw) {
            self.out.skipped += 1;
            self.out.read += 1;
            if let Some(rule) = rule {
                self.out.warned[rule.index()] += 1;
            }
            return Ok(());
        }
        if let Some((rule, message)) = self.settings.kind.missing_context(raw) {
            return Err(Box::new(Refusal::new(rule, message).at(span.position)));
        }
        let ordinal = self.next_ordinal();
        let record = RecordText {
            text: span.text,
            // Records of one chunk are counted in bytes of memory, far below i64.
            ordinal: i64::try_from(ordinal).unwrap_or(i64::MAX),
        };
        let settings = self.settings;
        let (findings, builder) = (&mut self.findings, &mut self.builder);
        match settings
            .kind
            .validate_record(raw, record, settings.json, findings, builder)
        {
            Ok(true) => self.accept(ordinal, span),
            Ok(false) => self.reject(ordinal, span),
            Err(error) => self.reject_unreadable(&error, ordinal, span),
        }
        Ok(())
    }

    /// Counts the findings of an accepted record.
    fn accept(&mut self, ordinal: u64, span: RecordSpan<'_>) {
        self.findings.count_warnings();
        for finding in self.findings.list() {
            let warning = Warning {
                ordinal,
                position: span.position,
                block_ordinal: self.block_ordinal,
                finding: finding.clone(),
            };
            self.out.warnings.push(warning);
        }
    }

    /// Adds the record verbatim to the rejects, with the current findings.
    fn reject(&mut self, ordinal: u64, span: RecordSpan<'_>) {
        let (mut findings, keeping): (Vec<Finding>, Vec<Finding>) = self
            .findings
            .list()
            .iter()
            .cloned()
            .partition(|finding| finding.rejecting);
        findings.extend(keeping);
        let raw = match std::str::from_utf8(span.text) {
            Ok(text) if self.charset != Charset::Utf8 => self.charset.stored(text).into_owned(),
            _ => span.text.to_vec(),
        };
        self.out.rejects.push(Reject {
            ordinal,
            position: span.position,
            findings,
            raw,
            block_ordinal: self.block_ordinal,
        });
    }

    /// Rejects a text that could not be read as a record.
    fn reject_unreadable(&mut self, error: &RecordError, ordinal: u64, span: RecordSpan<'_>) {
        self.findings.clear();
        match error {
            RecordError::Rule { rule, detail } => {
                self.findings.add_rejecting(*rule, "", "", detail);
            }
            RecordError::Syntax(error) => {
                let JsonError { offset, kind } = error;
                let rule = match kind {
                    kind if kind.is_lenient_syntax() => RuleId::FileTrailingComma,
                    JsonErrorKind::TooDeep => RuleId::FileLimit,
                    JsonErrorKind::InvalidUtf8 => RuleId::FileEncoding,
                    _ => RuleId::FileJsonSyntax,
                };
                let around = span
                    .text
                    .get(offset.saturating_sub(10)..)
                    .unwrap_or_default();
                let around = around.get(..around.len().min(30)).unwrap_or_default();
                let detail = format!("{kind}, {offset} bytes into the record");
                self.findings
                    .add_rejecting(rule, "", &String::from_utf8_lossy(around), &detail);
            }
        }
        self.reject(ordinal, span);
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
mod property_rules;
#[cfg(test)]
mod severities;
#[cfg(test)]
mod time_formats;
