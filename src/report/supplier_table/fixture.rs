//! For tests: small supplier purchases tables on disk, written by the `parquet` crate with the columns
//! of the table, and read back by the reports through polars, so that one reader checks the other
//! writer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use chrono::{DateTime, NaiveDate};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

use crate::report::supplier_parameters::first_of_month;
use crate::report::{SupplierListParameters, SupplierListRequest, SupplierPurchaseFile};
use crate::supplier_purchase::columns::{SupplierValueColumns, schema};
use crate::supplier_purchase::{
    SupplierPurchaseField as Name, SupplierPurchaseValues, SupplierValue,
};
use crate::values::currency::parse_currency;
use crate::values::instant::Instant;
use crate::values::money::Amount;

/// Rows per row group: few, so that even a small file has several groups.
const ROWS_PER_GROUP: usize = 512;

/// The company of most tests.
pub(crate) const COMPANY: i64 = 12;

/// A purchase of a test.
pub(crate) type TestSupplierPurchase = SupplierPurchaseValues<'static>;

/// A purchase with only the required fields.
pub(crate) fn purchase_row(id: i64, date: &str) -> TestSupplierPurchase {
    let mut row = TestSupplierPurchase::default();
    row.set(Name::Id, Some(SupplierValue::Integer(id)));
    set_date(&mut row, date);
    row.set(Name::Deleted, Some(SupplierValue::Boolean(false)));
    set_time(&mut row, Name::UpdatedAt, "2025-06-01T00:00:00+00:00");
    row
}

pub(crate) fn set_date(row: &mut TestSupplierPurchase, date: &str) {
    let date = SupplierValue::Date(date.parse().expect("a date"));
    row.set(Name::RegistrationDate, Some(date));
}

pub(crate) fn set_time(row: &mut TestSupplierPurchase, field: Name, text: &str) {
    row.set(field, Some(SupplierValue::Time(time(text))));
}

pub(crate) fn set_text(row: &mut TestSupplierPurchase, field: Name, text: Option<&str>) {
    let text = text.map(|text| SupplierValue::Text(Cow::Owned(text.to_owned())));
    row.set(field, text);
}

pub(crate) fn set_integer(row: &mut TestSupplierPurchase, field: Name, number: Option<i64>) {
    row.set(field, number.map(SupplierValue::Integer));
}

pub(crate) fn set_boolean(row: &mut TestSupplierPurchase, field: Name, flag: Option<bool>) {
    row.set(field, flag.map(SupplierValue::Boolean));
}

pub(crate) fn set_supplier(row: &mut TestSupplierPurchase, id: i64, name: &str) {
    set_integer(row, Name::SupplierId, Some(id));
    set_text(row, Name::SupplierName, Some(name));
}

/// Sets an amount in billionths and its currency.
pub(crate) fn set_money(row: &mut TestSupplierPurchase, amount: Name, nanos: i128, currency: &str) {
    let nanos = Amount::from_nanos(nanos).expect("in range");
    row.set(amount, Some(SupplierValue::Amount(nanos)));
    let known = parse_currency(currency).expect("a currency");
    assert_eq!(known.currency.as_str(), currency);
    set_text(row, currency_field(amount), Some(currency));
}

/// The field after an amount.
pub(crate) fn currency_field(amount: Name) -> Name {
    crate::supplier_purchase::FIELDS[amount as usize + 1].field
}

pub(crate) fn time(text: &str) -> Instant {
    let time = DateTime::parse_from_rfc3339(text).expect("an RFC 3339 time");
    let minutes = time.offset().local_minus_utc() / 60;
    Instant {
        micros_utc: time.timestamp_micros(),
        offset_minutes: Some(minutes.try_into().expect("an offset")),
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
    pub(crate) fn of(rows: &[TestSupplierPurchase]) -> Self {
        Self::in_parts(rows, 1)
    }

    /// Distributes the purchases of each month over up to `parts` files.
    pub(crate) fn in_parts(rows: &[TestSupplierPurchase], parts: usize) -> Self {
        let mut table = Self {
            files: Vec::new(),
            folder: tempfile::tempdir().expect("a folder for the test"),
        };
        table.add(COMPANY, rows, parts);
        table
    }

    /// Adds purchases of a company.
    pub(crate) fn add(&mut self, company_id: i64, rows: &[TestSupplierPurchase], parts: usize) {
        let mut groups: BTreeMap<(NaiveDate, usize), Vec<&TestSupplierPurchase>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let group = (
                first_of_month(row.date(Name::RegistrationDate).expect("a date")),
                at % parts,
            );
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
fn write(path: &Path, rows: &[&TestSupplierPurchase]) {
    let file = File::create(path).expect("a data file");
    let mut writer = ArrowWriter::try_new(file, batch(&[]).schema(), None).expect("a writer");
    for group in rows.chunks(ROWS_PER_GROUP) {
        writer.write(&batch(group)).expect("rows");
        writer.flush().expect("a row group");
    }
    writer.close().expect("a footer");
}

/// The columns of the supplier purchases table, in its order; those that no report reads have
/// plausible values.
fn batch(rows: &[&TestSupplierPurchase]) -> RecordBatch {
    let mut values = SupplierValueColumns::default();
    for row in rows {
        values.push(row);
    }
    let mut columns = values.finish();
    let extra: StringArray = rows.iter().map(|row| row.extra.as_deref()).collect();
    columns.push(Arc::new(Int64Array::from(vec![-1; rows.len()])));
    columns.push(Arc::new(extra));
    let zeros = StringArray::from(vec!["0"; rows.len()]);
    for lineage in &schema().fields()[columns.len()..] {
        columns.push(cast(&zeros, lineage.data_type()).expect("a column"));
    }
    RecordBatch::try_new(schema(), columns).expect("columns of one length")
}
