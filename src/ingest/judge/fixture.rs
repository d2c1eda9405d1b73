//! Reads and judges a text the way a run does, without threads and without a lake.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use arrow::util::display::array_value_to_string;

use super::{JudgeSettings, Judged, judge};
use crate::ingest::kind::Kind;
use crate::ingest::purchases::Purchases;
use crate::input::csv::dialect::DialectOverrides;
use crate::input::{Input, InputFormat, Limits, Place, Problem, Reader, ReaderOptions, Refusal};
use crate::purchase::{Checker, FuturePolicy, PurchaseCsvColumns, RuleSettings};
use crate::rules::RuleId;

/// How a test reads.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) options: ReaderOptions,
    pub(super) rules: RuleSettings,
}

/// What became of a text.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    pub(super) read: u64,
    pub(super) accepted: u64,
    pub(super) skipped: u64,
    /// (`source_row`, `product_id`) of the accepted rows, by row.
    pub(super) rows: Vec<(i64, String)>,
    /// `extra` of the accepted rows that have one.
    pub(super) extras: Vec<String>,
    /// The accepted rows, in columns.
    pub(super) batches: Vec<RecordBatch>,
    /// Rejecting rules, place and bytes of the rejects.
    pub(super) rejects: Vec<(Vec<RuleId>, Place, Vec<u8>)>,
    /// Rules of the findings that kept their record.
    pub(super) warned: Vec<RuleId>,
    /// Trailing commas and comments that were let pass.
    pub(super) habits: u64,
    pub(super) refusal: Option<Refusal>,
}

impl Reading {
    pub(super) fn new() -> Self {
        Self {
            options: ReaderOptions {
                format: InputFormat::Auto,
                lenient: false,
                envelope: Purchases::ENVELOPE,
                limits: Limits::default(),
                piece_bytes: 1 << 20,
                dialect: DialectOverrides::default(),
                not_utf8: None,
            },
            rules: RuleSettings {
                default_zone: chrono_tz::Tz::UTC,
                // 2026-11-20T12:00:00Z
                now_micros: 1_795_176_000_000_000,
                future: FuturePolicy::Warn,
                numbers_as_strings: false,
                reject_unknown_fields: false,
            },
        }
    }

    pub(super) fn pieces_of(mut self, bytes: usize) -> Self {
        self.options.piece_bytes = bytes;
        self
    }

    pub(super) fn format(mut self, format: InputFormat) -> Self {
        self.options.format = format;
        self
    }

    pub(super) fn lenient(mut self) -> Self {
        self.options.lenient = true;
        self
    }

    /// Reads `bytes` to the end or to the refusal.
    pub(super) fn judge(&self, bytes: &[u8]) -> Verdicts {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let input = Input::of_file(file.path().to_owned());
        let mut verdicts = Verdicts::default();
        let read = self.read(&input, &mut verdicts);
        if let Err(problem) = read {
            match problem {
                Problem::Refused(refusal) => verdicts.refusal = Some(refusal),
                other => panic!("{other:?}"),
            }
        }
        verdicts.rows.sort();
        verdicts
    }

    fn read(&self, input: &Input, verdicts: &mut Verdicts) -> Result<(), Problem> {
        let settings = JudgeSettings {
            kind: Purchases {
                checker: Checker::new(self.rules.clone()),
            },
            json: self.options.json(),
            limits: self.options.limits,
            source_file: "test".into(),
            run_id: "run".into(),
            with_texts: true,
        };
        let mut reader = Reader::open(input, &self.options, &PurchaseCsvColumns, Arc::default())?;
        while let Some(piece) = reader.next_piece()? {
            let judged = judge(&piece, &settings);
            let refusal = judged.refusal.clone();
            verdicts.add(judged);
            if let Some(refusal) = refusal {
                return Err(refusal.into());
            }
        }
        Ok(())
    }
}

impl Verdicts {
    fn add(&mut self, judged: Judged<Purchases>) {
        let base = i64::try_from(self.read - self.skipped).unwrap();
        for day in &judged.rows.as_ref().unwrap().days {
            let column = |name: &str| Arc::clone(day.batch.column_by_name(name).unwrap());
            let ordinals = column("source_row");
            let ordinals = ordinals.as_any().downcast_ref::<Int64Array>().unwrap();
            let products = column("product_id");
            let products = products.as_any().downcast_ref::<StringArray>().unwrap();
            let extras = column("extra");
            let extras = extras.as_any().downcast_ref::<StringArray>().unwrap();
            self.extras
                .extend(extras.iter().flatten().map(str::to_owned));
            self.batches.push(day.batch.clone());
            for row in 0..ordinals.len() {
                self.rows
                    .push((base + ordinals.value(row), products.value(row).to_owned()));
            }
        }
        for reject in judged.rejects {
            let rules = reject
                .findings
                .iter()
                .filter(|f| f.rejecting)
                .map(|f| f.rule)
                .collect();
            self.rejects.push((rules, reject.place, reject.raw));
        }
        self.warned
            .extend(judged.warnings.iter().map(|warning| warning.finding.rule));
        self.habits += judged.warned[RuleId::FileTrailingComma.index()];
        self.read += judged.read;
        self.accepted += judged.accepted;
        self.skipped += judged.skipped;
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
