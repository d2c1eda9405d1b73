//! For tests: small purchases tables on disk, written by the `parquet` crate as the lake writes
//! them, and read back by the reports through polars, so that one reader checks the other writer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int16Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use chrono::{DateTime, NaiveDate, Utc};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

use super::{ScanFile, SeriesParameters, SeriesRequest};

/// One purchase, as far as a report looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) micros: i64,
    pub(crate) quantity: i16,
    pub(crate) product: String,
    pub(crate) app: Option<String>,
    pub(crate) currency: String,
    pub(crate) revenue_nanos: i128,
}

impl Event {
    pub(crate) fn at(time: &str) -> Self {
        let time = DateTime::parse_from_rfc3339(time).expect("an RFC 3339 time");
        Self::at_micros(time.timestamp_micros())
    }

    pub(crate) fn at_micros(micros: i64) -> Self {
        Self {
            micros,
            quantity: 1,
            product: "shirt".to_owned(),
            app: None,
            currency: "USD".to_owned(),
            revenue_nanos: 1_000_000_000,
        }
    }

    pub(crate) fn quantity(self, quantity: i16) -> Self {
        Self { quantity, ..self }
    }

    pub(crate) fn product(self, product: &str) -> Self {
        let product = product.to_owned();
        Self { product, ..self }
    }

    pub(crate) fn app(self, app: &str) -> Self {
        let app = Some(app.to_owned());
        Self { app, ..self }
    }

    /// Revenue in 1e-9 units; below zero, the purchase is a refund.
    pub(crate) fn revenue(self, revenue_nanos: i128, currency: &str) -> Self {
        Self {
            revenue_nanos,
            currency: currency.to_owned(),
            ..self
        }
    }

    pub(crate) fn is_refund(&self) -> bool {
        self.revenue_nanos < 0
    }

    fn utc_date(&self) -> NaiveDate {
        let time: DateTime<Utc> = DateTime::from_timestamp_micros(self.micros).expect("a time");
        time.date_naive()
    }
}

/// A purchases table in a folder that is removed with it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) files: Vec<ScanFile>,
    _folder: TempDir,
}

impl Table {
    pub(crate) fn of(events: &[Event]) -> Self {
        Self::in_parts(events, 1)
    }

    /// Spreads the events of each date over up to so many files.
    pub(crate) fn in_parts(events: &[Event], parts: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut groups: BTreeMap<(NaiveDate, usize), Vec<&Event>> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            let group = (event.utc_date(), at % parts);
            groups.entry(group).or_default().push(event);
        }
        let files = groups
            .into_iter()
            .map(|((purchase_date, part), events)| {
                let partition = folder.path().join(format!("purchase_date={purchase_date}"));
                fs::create_dir_all(&partition).expect("a partition folder");
                let path = partition.join(format!("part-{part:05}.parquet"));
                let batch = batch(&events);
                let file = File::create(&path).expect("a data file");
                let mut writer =
                    ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
                writer.write(&batch).expect("a row group");
                writer.close().expect("a footer");
                ScanFile {
                    path: path.to_str().expect("a UTF-8 path").to_owned(),
                    purchase_date,
                }
            })
            .collect();
        Self {
            files,
            _folder: folder,
        }
    }
}

/// A request with a length and an end; the rest is as when nothing else is typed.
pub(crate) fn request(length: u8, ending_at: &str, unit: &str, timezone: &str) -> SeriesRequest {
    SeriesRequest {
        length: Some(length.to_string()),
        ending_at: Some(ending_at.to_owned()),
        unit: Some(unit.to_owned()),
        timezone: Some(timezone.to_owned()),
        ..SeriesRequest::default()
    }
}

/// Resolves a request that is correct, at a run time after every test's data.
pub(crate) fn resolved(request: &SeriesRequest) -> SeriesParameters {
    let now = "2026-06-01T00:00:00Z".parse().expect("a time");
    SeriesParameters::resolve(request, now).expect("correct parameters")
}

/// The columns of the purchases table; the ones no report reads hold something plausible.
fn batch(events: &[&Event]) -> RecordBatch {
    let count = events.len();
    let source_rows = 0..i64::try_from(count).expect("a small test");
    let times = events.iter().map(|e| e.micros).collect::<Vec<_>>();
    let revenue = decimals(events.iter().map(|e| e.revenue_nanos));
    let price = decimals(
        events
            .iter()
            .map(|e| e.revenue_nanos / i128::from(e.quantity)),
    );
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("external_id", constant("user", count), true),
        ("alias_name", absent(count), true),
        ("alias_label", absent(count), true),
        ("braze_id", absent(count), true),
        ("email", absent(count), true),
        ("phone", absent(count), true),
        (
            "app_id",
            texts(events.iter().map(|e| e.app.as_deref())),
            true,
        ),
        (
            "product_id",
            texts(events.iter().map(|e| Some(e.product.as_str()))),
            false,
        ),
        (
            "currency",
            texts(events.iter().map(|e| Some(e.currency.as_str()))),
            false,
        ),
        ("price", price, false),
        (
            "quantity",
            Arc::new(
                events
                    .iter()
                    .map(|e| Some(e.quantity))
                    .collect::<Int16Array>(),
            ),
            false,
        ),
        (
            "time",
            Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC")),
            false,
        ),
        ("time_raw", constant("as written", count), false),
        (
            "utc_offset_minutes",
            Arc::new(Int16Array::from(vec![Some(0); count])),
            true,
        ),
        ("properties", absent(count), true),
        (
            "update_existing_only",
            Arc::new(BooleanArray::from(vec![None; count])),
            true,
        ),
        ("event_id", absent(count), true),
        ("revenue", revenue, false),
        (
            "is_refund",
            Arc::new(
                events
                    .iter()
                    .map(|e| Some(e.is_refund()))
                    .collect::<BooleanArray>(),
            ),
            false,
        ),
        ("extra", absent(count), true),
        ("source_file", constant("dump.ndjson", count), false),
        (
            "source_row",
            Arc::new(Int64Array::from_iter_values(source_rows)),
            false,
        ),
        ("run_id", constant("run", count), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

fn decimals(nanos: impl Iterator<Item = i128>) -> ArrayRef {
    let column = Decimal128Array::from_iter_values(nanos);
    Arc::new(
        column
            .with_precision_and_scale(38, 9)
            .expect("decimal(38, 9)"),
    )
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn constant(text: &str, count: usize) -> ArrayRef {
    Arc::new(StringArray::from(vec![text; count]))
}

fn absent(count: usize) -> ArrayRef {
    Arc::new(StringArray::new_null(count))
}
