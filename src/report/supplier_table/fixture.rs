//! For tests: small supplier purchases tables on disk, written by the `parquet` crate as the lake
//! writes them, and read back by the reports through polars, so that one reader checks the other
//! writer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int16Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Int32Type;
use chrono::{DateTime, FixedOffset, NaiveDate};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

use crate::report::supplier_parameters::first_of_month;
use crate::report::{
    RowInvoice, RowMoney, RowParty, RowShipping, SupplierListParameters, SupplierListRequest,
    SupplierPurchaseFile, SupplierPurchaseRow,
};
use crate::values::money::Amount;

/// Rows per row group: few, so that even a small file has several groups.
const ROWS_PER_GROUP: usize = 512;

/// The company of most tests.
pub(crate) const COMPANY: i64 = 12;

/// A purchase with only the required fields.
pub(crate) fn purchase_row(id: i64, date: &str) -> SupplierPurchaseRow {
    SupplierPurchaseRow {
        id,
        registration_date: date.parse().expect("a date"),
        supplier: RowParty::default(),
        invoice: RowInvoice::default(),
        code: None,
        value_of_items: RowMoney::default(),
        discount: RowMoney::default(),
        other_expenses_value: RowMoney::default(),
        total: RowMoney::default(),
        notes: None,
        shipping: RowShipping::default(),
        status: None,
        order_number: None,
        has_stock_movement_out: None,
        were_stock_movements_deleted: None,
        is_deleted: false,
        created_at: None,
        updated_at: time("2025-06-01T00:00:00+00:00"),
        extra: None,
    }
}

pub(crate) fn time(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).expect("an RFC 3339 time")
}

pub(crate) fn money(nanos: i128, currency: &str) -> RowMoney {
    RowMoney {
        amount: Some(Amount::from_nanos(nanos).expect("in range")),
        currency: Some(currency.to_owned()),
    }
}

pub(crate) fn supplier(id: i64, name: &str) -> RowParty {
    RowParty {
        id: Some(id),
        name: Some(name.to_owned()),
    }
}

/// Parameters for the purchases of [`COMPANY`], with the request modified by `change`.
pub(crate) fn parameters_with(
    change: impl FnOnce(&mut SupplierListRequest),
) -> SupplierListParameters {
    let mut request = SupplierListRequest {
        company_id: Some(COMPANY.to_string()),
        ..SupplierListRequest::default()
    };
    change(&mut request);
    SupplierListParameters::resolve(&request).expect("correct parameters")
}

/// A supplier purchases table in a temporary folder.
#[derive(Debug)]
pub(crate) struct SupplierTableFixture {
    pub(crate) files: Vec<SupplierPurchaseFile>,
    folder: TempDir,
}

impl SupplierTableFixture {
    /// A table of purchases of [`COMPANY`], one file per month.
    pub(crate) fn of(rows: &[SupplierPurchaseRow]) -> Self {
        Self::in_parts(rows, 1)
    }

    /// Distributes the purchases of each month over up to `parts` files.
    pub(crate) fn in_parts(rows: &[SupplierPurchaseRow], parts: usize) -> Self {
        let mut table = Self {
            files: Vec::new(),
            folder: tempfile::tempdir().expect("a folder for the test"),
        };
        table.add(COMPANY, rows, parts);
        table
    }

    /// Adds purchases of a company.
    pub(crate) fn add(&mut self, company_id: i64, rows: &[SupplierPurchaseRow], parts: usize) {
        let mut groups: BTreeMap<(NaiveDate, usize), Vec<&SupplierPurchaseRow>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let group = (first_of_month(row.registration_date), at % parts);
            groups.entry(group).or_default().push(row);
        }
        for ((month, part), rows) in groups {
            let partition = self.folder.path().join(format!(
                "company_id={company_id}/registration_month={}",
                month.format("%Y-%m")
            ));
            fs::create_dir_all(&partition).expect("a partition folder");
            let path = partition.join(format!("part-{part:05}.parquet"));
            write(&path, &rows);
            self.files.push(SupplierPurchaseFile {
                path: path.to_str().expect("a UTF-8 path").to_owned().into(),
                company_id,
                month,
                rows: u64::try_from(rows.len()).ok(),
            });
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "test input that is not read before it is complete"
)]
fn write(path: &Path, rows: &[&SupplierPurchaseRow]) {
    let file = File::create(path).expect("a data file");
    let mut writer = ArrowWriter::try_new(file, batch(&[]).schema(), None).expect("a writer");
    for group in rows.chunks(ROWS_PER_GROUP) {
        writer.write(&batch(group)).expect("rows");
        writer.flush().expect("a row group");
    }
    writer.close().expect("a footer");
}

/// Name, values, and whether the column is nullable.
type SupplierFixtureColumn = (&'static str, ArrayRef, bool);

/// The columns of the supplier purchases table, in its order.
fn batch(rows: &[&SupplierPurchaseRow]) -> RecordBatch {
    let mut columns = first_columns(rows);
    columns.extend(moneys("discount", "discount_currency", rows, |row| {
        &row.discount
    }));
    columns.extend(moneys(
        "other_expenses_value",
        "other_expenses_value_currency",
        rows,
        |row| &row.other_expenses_value,
    ));
    columns.extend(moneys("total", "total_currency", rows, |row| &row.total));
    columns.extend(last_columns(rows));
    columns.extend(end_columns(rows));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

fn first_columns(rows: &[&SupplierPurchaseRow]) -> Vec<SupplierFixtureColumn> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date");
    let days = rows.iter().map(|row| {
        let days = (row.registration_date - epoch).num_days();
        i32::try_from(days).expect("a day of our time")
    });
    let mut columns: Vec<SupplierFixtureColumn> = vec![
        ("id", numbers(rows, |row| Some(row.id)), false),
        (
            "registration_date",
            Arc::new(Date32Array::from_iter_values(days)),
            false,
        ),
        ("supplier_id", numbers(rows, |row| row.supplier.id), true),
        (
            "supplier_name",
            texts(rows, |row| row.supplier.name.as_deref()),
            true,
        ),
        (
            "invoice_serie",
            texts(rows, |row| row.invoice.serie.as_deref()),
            true,
        ),
        (
            "invoice_number",
            texts(rows, |row| row.invoice.number.as_deref()),
            true,
        ),
        ("code", numbers(rows, |row| row.code), true),
    ];
    columns.extend(moneys(
        "value_of_items",
        "value_of_items_currency",
        rows,
        |row| &row.value_of_items,
    ));
    columns
}

fn last_columns(rows: &[&SupplierPurchaseRow]) -> Vec<SupplierFixtureColumn> {
    let mut columns: Vec<SupplierFixtureColumn> = vec![
        ("notes", texts(rows, |row| row.notes.as_deref()), true),
        (
            "pay_shipping",
            flags(rows, |row| row.shipping.pay_shipping),
            true,
        ),
        (
            "carrier_id",
            numbers(rows, |row| row.shipping.carrier.id),
            true,
        ),
        (
            "carrier_name",
            texts(rows, |row| row.shipping.carrier.name.as_deref()),
            true,
        ),
    ];
    columns.extend(moneys(
        "shipping_value",
        "shipping_value_currency",
        rows,
        |row| &row.shipping.shipping_value,
    ));
    columns.extend([
        ("status", texts(rows, |row| row.status.as_deref()), true),
        (
            "order_number",
            texts(rows, |row| row.order_number.as_deref()),
            true,
        ),
        (
            "has_stock_movement_out",
            flags(rows, |row| row.has_stock_movement_out),
            true,
        ),
        (
            "were_stock_movements_deleted",
            flags(rows, |row| row.were_stock_movements_deleted),
            true,
        ),
        ("is_deleted", flags(rows, |row| Some(row.is_deleted)), false),
    ]);
    columns.extend(times(
        "created_at",
        "created_at_offset_minutes",
        true,
        rows.iter().map(|row| row.created_at),
    ));
    columns.extend(times(
        "updated_at",
        "updated_at_offset_minutes",
        false,
        rows.iter().map(|row| Some(row.updated_at)),
    ));
    columns
}

/// `extra`, and the columns that no report reads, with plausible values.
fn end_columns(rows: &[&SupplierPurchaseRow]) -> Vec<SupplierFixtureColumn> {
    let count = rows.len();
    let source_rows = 1..=i64::try_from(count).expect("a small test");
    let source_rows = Int64Array::from_iter_values(source_rows);
    let hashes = Int64Array::from(vec![-1; count]);
    let dictionary = |text| {
        let texts = std::iter::repeat_n(text, count);
        let column: ArrayRef = Arc::new(texts.collect::<DictionaryArray<Int32Type>>());
        column
    };
    vec![
        ("version_hash", Arc::new(hashes), false),
        ("extra", texts(rows, |row| row.extra.as_deref()), true),
        ("source_row", Arc::new(source_rows), false),
        ("source_file", dictionary("dump.json"), false),
        ("run_id", dictionary("run"), false),
    ]
}

fn moneys(
    amount: &'static str,
    currency: &'static str,
    rows: &[&SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> &RowMoney,
) -> [SupplierFixtureColumn; 2] {
    let nanos = rows.iter().map(|row| of(row).amount.map(Amount::nanos));
    let nanos: Decimal128Array = nanos.collect();
    let nanos = nanos.with_precision_and_scale(38, 9).expect("decimals");
    let currencies = rows.iter().map(|row| of(row).currency.as_deref());
    [
        (amount, Arc::new(nanos), true),
        (
            currency,
            Arc::new(currencies.collect::<StringArray>()),
            true,
        ),
    ]
}

fn times(
    time: &'static str,
    offset: &'static str,
    nullable: bool,
    times: impl Iterator<Item = Option<DateTime<FixedOffset>>>,
) -> [SupplierFixtureColumn; 2] {
    let (micros, offsets): (Vec<Option<i64>>, Vec<Option<i16>>) = times
        .map(|time| {
            let minutes = time.map(|time| time.offset().local_minus_utc() / 60);
            let minutes = minutes.map(|minutes| i16::try_from(minutes).expect("an offset"));
            (time.map(|time| time.timestamp_micros()), minutes)
        })
        .unzip();
    let micros = TimestampMicrosecondArray::from(micros).with_timezone("UTC");
    [
        (time, Arc::new(micros), nullable),
        (offset, Arc::new(Int16Array::from(offsets)), nullable),
    ]
}

fn numbers(
    rows: &[&SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> Option<i64>,
) -> ArrayRef {
    Arc::new(rows.iter().map(|row| of(row)).collect::<Int64Array>())
}

fn texts<'a>(
    rows: &[&'a SupplierPurchaseRow],
    of: impl Fn(&'a SupplierPurchaseRow) -> Option<&'a str>,
) -> ArrayRef {
    Arc::new(rows.iter().map(|row| of(row)).collect::<StringArray>())
}

fn flags(
    rows: &[&SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> Option<bool>,
) -> ArrayRef {
    Arc::new(rows.iter().map(|row| of(row)).collect::<BooleanArray>())
}
