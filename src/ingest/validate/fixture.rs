//! Reads and validates a text as a run does, without threads and without a lake.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use arrow::util::display::array_value_to_string;

use super::{ValidatedChunk, ValidationSettings, validate_chunk};
use crate::ingest::purchases::Purchases;
use crate::ingest::record_kind::RecordKind;
use crate::input::csv::dialect::DialectOverrides;
use crate::input::{
    Input, InputFormat, InputLimits, InputLocation, InputReader, OrderEvents, ReadError,
    ReaderOptions, Refusal, SourcePosition,
};
use crate::purchase::{FuturePolicy, PurchaseCsvColumns, PurchaseRuleSettings, PurchaseValidator};
use crate::rules::{RuleId, RuleSeverities};

/// Reads and validates texts with these settings.
#[derive(Clone)]
pub(in crate::ingest) struct TestReader {
    pub(in crate::ingest) options: ReaderOptions,
    pub(in crate::ingest) rules: PurchaseRuleSettings,
    pub(in crate::ingest) severities: Option<RuleSeverities>,
}

/// The result of validating a text.
#[derive(Debug, Default)]
pub(super) struct ValidatedText {
    pub(super) read: u64,
    pub(super) accepted: u64,
    pub(super) skipped: u64,
    /// (`source_row`, `product_id`) of the accepted rows, in order.
    pub(super) rows: Vec<(i64, String)>,
    /// `extra` of the accepted rows that have one.
    pub(super) extras: Vec<String>,
    /// The accepted rows, in columns.
    pub(super) batches: Vec<RecordBatch>,
    /// Rejecting rules, position and bytes of the rejects.
    pub(super) rejects: Vec<(Vec<RuleId>, SourcePosition, Vec<u8>)>,
    /// Rules of the findings in accepted records.
    pub(super) warned: Vec<RuleId>,
    /// Trailing commas and comments that the lenient mode accepted.
    pub(super) lenient_syntax: u64,
    pub(super) refusal: Option<Refusal>,
}

impl TestReader {
    pub(in crate::ingest) fn new() -> Self {
        Self {
            options: ReaderOptions {
                format: InputFormat::Auto,
                lenient: false,
                envelope: Purchases::ENVELOPE,
                order_events: OrderEvents::Skip,
                limits: InputLimits::default(),
                chunk_bytes: 1 << 20,
                dialect: DialectOverrides::default(),
                not_utf8: None,
            },
            rules: PurchaseRuleSettings {
                default_zone: chrono_tz::Tz::UTC,
                // 2026-11-20T12:00:00Z
                now_micros: 1_795_176_000_000_000,
                future: FuturePolicy::Warn,
                fills: Vec::new(),
                has_mapped_quantity: false,
                numbers_as_strings: false,
                decimal: None,
                reject_unknown_fields: false,
                keep_test_events: false,
                order_events: OrderEvents::Skip,
            },
            severities: None,
        }
    }

    pub(in crate::ingest) fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.options.chunk_bytes = bytes;
        self
    }

    pub(super) fn format(mut self, format: InputFormat) -> Self {
        self.options.format = format;
        self
    }

    /// Order events become rows.
    pub(super) fn order_events(mut self) -> Self {
        self.options.order_events = OrderEvents::Rows;
        self.rules.order_events = OrderEvents::Rows;
        self
    }

    pub(super) fn lenient(mut self) -> Self {
        self.options.lenient = true;
        self
    }

    /// Reads `bytes` to the end or to the refusal.
    pub(super) fn validate(&self, bytes: &[u8]) -> ValidatedText {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let input = Input::at(InputLocation::File(file.path().to_owned()));
        let mut outcome = ValidatedText::default();
        let read = self.read(&input, &mut outcome);
        if let Err(problem) = read {
            match problem {
                ReadError::Refused(refusal) => outcome.refusal = Some(refusal),
                other => panic!("{other:?}"),
            }
        }
        outcome.rows.sort();
        outcome
    }

    fn read(&self, input: &Input, outcome: &mut ValidatedText) -> Result<(), ReadError> {
        let settings = ValidationSettings {
            kind: Purchases::new(PurchaseValidator::new(self.rules.clone())),
            json: self.options.json(),
            mapping: self.options.json_mapping(),
            limits: self.options.limits,
            source_file: "test".into(),
            run_id: "run".into(),
            severities: self.severities.clone().map(Arc::new),
            with_texts: true,
        };
        let mut reader =
            InputReader::open(input, &self.options, &PurchaseCsvColumns, Arc::default())?;
        while let Some(chunk) = reader.next_chunk()? {
            let validated = validate_chunk(&chunk, &settings);
            let refusal = validated.refusal.clone();
            outcome.add(validated);
            if let Some(refusal) = refusal {
                return Err(refusal.into());
            }
        }
        Ok(())
    }
}

impl ValidatedText {
    fn add(&mut self, validated: ValidatedChunk<Purchases>) {
        let base = i64::try_from(self.read - self.skipped).unwrap();
        for day in &validated.rows.as_ref().unwrap().days {
            let batch = &day.rows.batch;
            let column = |name: &str| Arc::clone(batch.column_by_name(name).unwrap());
            let ordinals = column("source_row");
            let ordinals = ordinals.as_any().downcast_ref::<Int64Array>().unwrap();
            let products = column("product_id");
            let products = products.as_any().downcast_ref::<StringArray>().unwrap();
            let extras = column("extra");
            let extras = extras.as_any().downcast_ref::<StringArray>().unwrap();
            self.extras
                .extend(extras.iter().flatten().map(str::to_owned));
            self.batches.push(batch.clone());
            for row in 0..ordinals.len() {
                self.rows
                    .push((base + ordinals.value(row), products.value(row).to_owned()));
            }
        }
        for reject in validated.rejects {
            let rules = reject
                .findings
                .iter()
                .filter(|f| f.rejecting)
                .map(|f| f.rule)
                .collect();
            self.rejects.push((rules, reject.position, reject.raw));
        }
        self.warned.extend(
            validated
                .warnings
                .iter()
                .map(|warning| warning.finding.rule),
        );
        self.lenient_syntax += validated.warned[RuleId::FileTrailingComma.index()];
        self.read += validated.read;
        self.accepted += validated.accepted;
        self.skipped += validated.skipped;
    }

    /// A column of the accepted rows as text, `None` where it is null.
    pub(super) fn column(&self, name: &str) -> Vec<Option<String>> {
        let columns = self.batches.iter().map(|batch| {
            let column = batch.column_by_name(name).unwrap();
            (0..column.len()).map(|row| {
                let text = || array_value_to_string(column, row).unwrap();
                column.is_valid(row).then(text)
            })
        });
        columns.flatten().collect()
    }

    /// The rules of the refusal and the rejects.
    pub(super) fn broken(&self) -> Vec<RuleId> {
        let refused = self.refusal.iter().map(|refusal| refusal.rule);
        refused
            .chain(self.rejects.iter().flat_map(|(rules, _, _)| rules.clone()))
            .collect()
    }
}

/// A purchase with braces, brackets, quotes and a comma where they could mislead a scanner.
pub(super) fn purchase(product: &str) -> String {
    format!(
        "{{\"external_id\":\"u}}]1\",\"product_id\":\"{product}\",\"currency\":\"BRL\",\"price\":1.50,\"time\":\"2026-10-01T10:00:00Z\",\"properties\":{{\"note\":\"a, \\\"b\\\" // {{[\",\"list\":[1,{{\"x\":[]}}]}}}}"
    )
}

/// A record without a price.
pub(super) const BAD: &str = "{\"external_id\":\"u2\",\"product_id\":\"bad\",\"currency\":\"BRL\",\"time\":\"2026-10-01T10:00:00Z\"}";
