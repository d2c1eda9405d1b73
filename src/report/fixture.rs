//! For tests: small purchases tables on disk, written by the `parquet` crate as the lake writes
//! them, and read back by the reports through polars, so that one reader checks the other writer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int16Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use chrono::{DateTime, NaiveDate, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use super::{DataPath, PurchaseFile, SeriesParameters, SeriesRequest};
use crate::purchase::OrderEventName;

/// The values of a purchase that reports read.
#[derive(Clone, Debug)]
pub(crate) struct TestPurchase {
    pub(crate) micros: i64,
    pub(crate) quantity: i16,
    pub(crate) product: String,
    pub(crate) app: Option<String>,
    pub(crate) currency: String,
    pub(crate) revenue_nanos: i128,
    pub(crate) event: Option<OrderEventName>,
}

impl TestPurchase {
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
            event: None,
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

    /// Makes it a line of an order event.
    pub(crate) fn line_of(self, event: OrderEventName) -> Self {
        let event = Some(event);
        Self { event, ..self }
    }

    /// Sets the revenue in units of 1e-9; below zero, the purchase is a refund.
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

/// A purchases table in a temporary folder.
#[derive(Debug)]
pub(crate) struct PurchaseTableFixture {
    pub(crate) files: Vec<PurchaseFile>,
    _folder: TempDir,
}

impl PurchaseTableFixture {
    pub(crate) fn of(events: &[TestPurchase]) -> Self {
        Self::in_parts(events, 1)
    }

    /// Distributes the events of each date over up to `parts` files.
    pub(crate) fn in_parts(events: &[TestPurchase], parts: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut groups: BTreeMap<(NaiveDate, usize), Vec<&TestPurchase>> = BTreeMap::new();
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
                write(&path, &batch(&events));
                PurchaseFile {
                    path: path.to_str().expect("a UTF-8 path").to_owned().into(),
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

#[expect(
    clippy::disallowed_methods,
    reason = "test input that is not read before it is complete"
)]
fn write(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).expect("a data file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(batch).expect("a row group");
    writer.close().expect("a footer");
}

/// Rewrites a data file without a column.
pub(crate) fn remove_column(path: &DataPath, column: &str) {
    let path = Path::new(path.as_str());
    let file = File::open(path).expect("a data file");
    let footer = ParquetRecordBatchReaderBuilder::try_new(file).expect("a footer");
    let mut rows = footer.build().expect("a reader");
    let mut batch = rows.next().expect("rows").expect("a batch");
    let at = batch.schema().index_of(column).expect("the column");
    batch.remove_column(at);
    write(path, &batch);
}

/// A request with length, end, unit and zone; all other parameters have their defaults.
pub(crate) fn request(length: u8, ending_at: &str, unit: &str, timezone: &str) -> SeriesRequest {
    SeriesRequest {
        length: Some(length.to_string()),
        ending_at: Some(ending_at.to_owned()),
        unit: Some(unit.to_owned()),
        timezone: Some(timezone.to_owned()),
        ..SeriesRequest::default()
    }
}

/// A run time after the data of every test.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-06-01T00:00:00Z".parse().expect("a time")
}

/// Resolves a valid request.
pub(crate) fn resolved(request: &SeriesRequest) -> SeriesParameters {
    SeriesParameters::resolve(request, now()).expect("correct parameters")
}

/// Name, values, and whether the column is nullable.
type FixtureColumn = (&'static str, ArrayRef, bool);

/// The columns of the purchases table.
fn batch(events: &[&TestPurchase]) -> RecordBatch {
    let columns = read_columns(events)
        .into_iter()
        .chain(other_columns(events.len()));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

/// The columns that reports read.
fn read_columns(events: &[&TestPurchase]) -> Vec<FixtureColumn> {
    let times: Vec<i64> = events.iter().map(|e| e.micros).collect();
    let times = TimestampMicrosecondArray::from(times).with_timezone("UTC");
    let quantities = Int16Array::from_iter_values(events.iter().map(|e| e.quantity));
    let refunds: Vec<bool> = events.iter().map(|e| e.is_refund()).collect();
    let apps = events.iter().map(|e| e.app.as_deref());
    let products = events.iter().map(|e| Some(e.product.as_str()));
    let currencies = events.iter().map(|e| Some(e.currency.as_str()));
    let revenues = events.iter().map(|e| e.revenue_nanos);
    let names = events.iter().map(|e| e.event.map(OrderEventName::as_str));
    vec![
        ("app_id", texts(apps), true),
        ("event_name", texts(names), true),
        ("product_id", texts(products), false),
        ("currency", texts(currencies), false),
        ("quantity", Arc::new(quantities), false),
        ("time", Arc::new(times), false),
        ("revenue", decimals(revenues), false),
        ("is_refund", Arc::new(BooleanArray::from(refunds)), false),
    ]
}

/// The columns that no report reads, with plausible values.
fn other_columns(count: usize) -> Vec<FixtureColumn> {
    let source_rows = 0..i64::try_from(count).expect("a small test");
    let source_rows = Int64Array::from_iter_values(source_rows);
    let flags = BooleanArray::from(vec![None; count]);
    let offsets = Int16Array::from(vec![Some(0); count]);
    let absent: ArrayRef = Arc::new(StringArray::new_null(count));
    let constant = |text| texts(std::iter::repeat_n(Some(text), count));
    let mut columns: Vec<FixtureColumn> = vec![
        ("external_id", constant("user"), true),
        ("price", decimals(std::iter::repeat_n(1, count)), false),
        ("time_raw", constant("as written"), false),
        ("utc_offset_minutes", Arc::new(offsets), true),
        ("update_existing_only", Arc::new(flags), true),
        ("source_file", constant("dump.ndjson"), false),
        ("source_row", Arc::new(source_rows), false),
        ("run_id", constant("run"), false),
    ];
    let names = [
        "alias_name",
        "alias_label",
        "braze_id",
        "email",
        "phone",
        "properties",
        "event_id",
        "extra",
    ];
    columns.extend(names.map(|name| (name, Arc::clone(&absent), true)));
    columns
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
