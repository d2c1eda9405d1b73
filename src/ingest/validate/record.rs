//! Validates one record, and keeps what became of it: rows, a reject, or a count.

use super::{ChunkValidator, RecordSpan, Reject, ValidationResult, Warning};
use crate::ingest::element_index::ElementArray;
use crate::ingest::record_kind::{EventLines, RecordKind, RecordOutcome, RecordText};
use crate::input::Refusal;
use crate::input::csv::encoding::Charset;
use crate::json::{JsonError, JsonErrorKind};
use crate::record::{Finding, RecordError, SkippedRecord};
use crate::rules::RuleId;

impl<K: RecordKind> ChunkValidator<'_, K> {
    /// The ordinal of the next record among the records, siblings not counted.
    fn ordinal(&self) -> u64 {
        self.out.read - self.out.skipped
    }

    /// Validates the record in `raw`, whose text is that of the input.
    pub(super) fn record(
        &mut self,
        raw: &mut K::Raw<'_>,
        span: RecordSpan<'_>,
    ) -> ValidationResult {
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
    pub(super) fn validate_record(
        &mut self,
        raw: &mut K::Raw<'_>,
        span: RecordSpan<'_>,
    ) -> ValidationResult {
        if let Some(rule) = K::wrong_kind(raw) {
            return Err(Box::new(self.wrong_kind_refusal(rule, span.position)));
        }
        if let Some((rule, message)) = self.settings.kind.missing_context(raw) {
            return Err(Box::new(Refusal::new(rule, message).at(span.position)));
        }
        let ordinal = self.ordinal();
        let record = RecordText {
            text: span.text,
            // Records of one chunk are counted in bytes of memory, far below i64.
            ordinal: i64::try_from(ordinal).unwrap_or(i64::MAX),
        };
        let settings = self.settings;
        let (findings, builder) = (&mut self.findings, &mut self.builder);
        let outcome = settings
            .kind
            .validate_record(raw, record, settings.json, findings, builder);
        match outcome {
            Ok(RecordOutcome::Accepted) => {
                let lines = EventLines {
                    rows: 1,
                    skipped: 0,
                };
                self.accept(ElementArray::Purchases, lines, span);
            }
            Ok(RecordOutcome::AcceptedEvent(lines)) => {
                self.accept(ElementArray::Events, lines, span);
            }
            Ok(RecordOutcome::Rejected) => self.reject(ElementArray::Purchases, span),
            Ok(RecordOutcome::RejectedEvent) => self.reject(ElementArray::Events, span),
            Ok(RecordOutcome::Skipped(skipped)) => {
                if skipped.event.is_some() {
                    self.out.elements.add_element(ElementArray::Events);
                }
                self.skip(skipped);
            }
            Err(error) => self.reject_unreadable(&error, span),
        }
        Ok(())
    }

    /// Counts an element that is no record.
    pub(super) fn skip(&mut self, skipped: SkippedRecord) {
        let SkippedRecord {
            rule,
            event,
            is_order,
        } = skipped;
        self.out.skipped += 1;
        self.out.read += 1;
        self.out.skipped_orders += u64::from(is_order);
        if let Some(event) = event {
            self.out.skipped_events.add(&event, 1);
        }
        if let Some(rule) = rule {
            self.out.warned[rule.index()] += 1;
        }
    }

    /// Counts the lines and the findings of an accepted record.
    fn accept(&mut self, array: ElementArray, lines: EventLines, span: RecordSpan<'_>) {
        let (ordinal, element) = (self.ordinal(), self.out.elements.add_element(array));
        let EventLines { rows, skipped } = lines;
        self.out.read += rows + skipped;
        self.out.skipped += skipped;
        self.findings.count_warnings();
        for finding in self.findings.list() {
            let warning = Warning {
                ordinal,
                element,
                position: span.position,
                block_ordinal: self.block_ordinal,
                finding: finding.clone(),
            };
            self.out.warnings.push(warning);
        }
    }

    /// Adds the record verbatim to the rejects, with the current findings.
    pub(super) fn reject(&mut self, array: ElementArray, span: RecordSpan<'_>) {
        let (ordinal, element) = (self.ordinal(), self.out.elements.add_element(array));
        self.out.read += 1;
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
            element,
            position: span.position,
            findings,
            raw,
            block_ordinal: self.block_ordinal,
        });
    }

    /// Rejects a text that could not be read as a record.
    pub(super) fn reject_unreadable(&mut self, error: &RecordError, span: RecordSpan<'_>) {
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
        self.reject(ElementArray::Purchases, span);
    }
}
