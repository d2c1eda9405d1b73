//! The columns of the `purchases` table: accepted purchases go in one by one, Arrow batches
//! grouped by UTC day come out.
//!
//! | column | type | null | from |
//! |---|---|---|---|
//! | `external_id`, `alias_name`, `alias_label`, `braze_id`, `email`, `phone`, `app_id` | Utf8 | yes | as in the dump |
//! | `product_id` | Utf8 | no | as in the dump, never trimmed |
//! | `currency` | Utf8 | no | ISO 4217, upper case |
//! | `price` | Decimal128(38,9) | no | unit price, main unit |
//! | `quantity` | Int16 | no | 1..=100 |
//! | `time` | Timestamp(µs, UTC) | no | instant of the purchase |
//! | `time_raw` | Utf8 | no | the time as the dump wrote it |
//! | `utc_offset_minutes` | Int16 | no | offset the time was written with, or the default zone's |
//! | `properties` | Utf8 | yes | compact JSON object, keys in source order |
//! | `update_existing_only` | Boolean | yes | |
//! | `event_id` | Utf8 | yes | Currents only |
//! | `revenue` | Decimal128(38,9) | no | `price × quantity` |
//! | `is_refund` | Boolean | no | `price < 0` |
//! | `extra` | Utf8 | yes | undocumented keys as a compact JSON object |
//! | `source_file`, `run_id` | Utf8 (dictionary) | no | lineage |
//! | `source_row` | Int64 | no | 0-based ordinal of the record in its input |
//!
//! The partition column `purchase_date` (UTC day of `time`) is in the path, not in the files.

mod optional_text_builder;

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Int16Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder, UInt32Array,
};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

use self::optional_text_builder::OptionalTextBuilder;
use super::raw::PurchaseField;
use super::validate::Purchase;
pub use crate::record::shift_source_rows;
use crate::record::{lineage_columns, lineage_fields};
use crate::values::instant::days_since_epoch;
use crate::values::money::Amount;

/// Name of the partition column.
pub const PARTITION_COLUMN: &str = "purchase_date";

/// Digits an amount can have (Decimal128).
const PRECISION: u8 = 38;

const TEXT_COLUMNS: [PurchaseField; 9] = [
    PurchaseField::ExternalId,
    PurchaseField::AliasName,
    PurchaseField::AliasLabel,
    PurchaseField::BrazeId,
    PurchaseField::Email,
    PurchaseField::Phone,
    PurchaseField::AppId,
    PurchaseField::ProductId,
    PurchaseField::EventId,
];

fn amount_type() -> DataType {
    // The scale is 9, which fits an i8.
    DataType::Decimal128(PRECISION, Amount::SCALE.try_into().unwrap_or(i8::MAX))
}

/// Arrow schema of the data files, as in the table above.
pub fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let mut fields = vec![
        text("external_id"),
        text("alias_name"),
        text("alias_label"),
        text("braze_id"),
        text("email"),
        text("phone"),
        text("app_id"),
        Field::new("product_id", DataType::Utf8, false),
        text("event_id"),
        Field::new("currency", DataType::Utf8, false),
        Field::new("price", amount_type(), false),
        Field::new("quantity", DataType::Int16, false),
        Field::new("time", utc, false),
        Field::new("time_raw", DataType::Utf8, false),
        Field::new("utc_offset_minutes", DataType::Int16, false),
        text("properties"),
        Field::new("update_existing_only", DataType::Boolean, true),
        Field::new("revenue", amount_type(), false),
        Field::new("is_refund", DataType::Boolean, false),
        text("extra"),
    ];
    fields.extend(lineage_fields());
    Arc::new(Schema::new(fields))
}

/// Columns with min/max statistics in the Delta log: no personal data, and none whose statistics
/// could make a reader skip rows wrongly.
pub const STATISTICS_COLUMNS: [&str; 2] = ["time", "quantity"];

/// Columns whose values rarely repeat within a day.
pub const UNIQUE_COLUMNS: [&str; 8] = [
    "external_id",
    "alias_name",
    "braze_id",
    "email",
    "phone",
    "event_id",
    "time_raw",
    "properties",
];

/// Columns that mostly grow from row to row: dumps are written in the order of time.
pub const ASCENDING_COLUMNS: [&str; 2] = ["time", "source_row"];

/// The rows of one UTC day.
#[derive(Clone, Debug)]
pub struct DayRows {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Rows in source order, schema as [`schema`].
    pub batch: RecordBatch,
}

/// Builders of the columns.
#[derive(Debug)]
pub struct PurchaseColumns {
    texts: [OptionalTextBuilder; TEXT_COLUMNS.len()],
    currency: StringBuilder,
    price: Decimal128Builder,
    quantity: Int16Builder,
    time: TimestampMicrosecondBuilder,
    time_raw: StringBuilder,
    utc_offset_minutes: Int16Builder,
    properties: OptionalTextBuilder,
    update_existing_only: BooleanBuilder,
    revenue: Decimal128Builder,
    is_refund: BooleanBuilder,
    extra: OptionalTextBuilder,
    source_row: Vec<i64>,
    days: Vec<i32>,
}

impl Default for PurchaseColumns {
    fn default() -> Self {
        Self::new()
    }
}

/// Typical size of a purchase in a dump: some 280 bytes as JSON, 210 as delimited text.
const TEXT_BYTES: usize = 256;

impl PurchaseColumns {
    /// Empty columns.
    pub fn new() -> Self {
        Self::for_text(0)
    }

    /// Empty columns, with capacity for the purchases in a text of so many bytes.
    pub fn for_text(bytes: usize) -> Self {
        let rows = bytes / TEXT_BYTES;
        let text = |each: usize| StringBuilder::with_capacity(rows, rows * each);
        Self {
            texts: std::array::from_fn(|_| OptionalTextBuilder::new(rows, rows * 16)),
            currency: text(3),
            price: Decimal128Builder::with_capacity(rows).with_data_type(amount_type()),
            quantity: Int16Builder::with_capacity(rows),
            time: TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC"),
            time_raw: text(32),
            utc_offset_minutes: Int16Builder::with_capacity(rows),
            properties: OptionalTextBuilder::new(rows, bytes / 2),
            update_existing_only: BooleanBuilder::with_capacity(rows),
            revenue: Decimal128Builder::with_capacity(rows).with_data_type(amount_type()),
            is_refund: BooleanBuilder::with_capacity(rows),
            extra: OptionalTextBuilder::new(rows, 0),
            source_row: Vec::with_capacity(rows),
            days: Vec::with_capacity(rows),
        }
    }

    /// The number of purchases.
    pub fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether there is no purchase.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Appends a purchase with its ordinal in its chunk.
    pub fn push(&mut self, purchase: &Purchase<'_>, source_row: i64) {
        for (builder, name) in self.texts.iter_mut().zip(TEXT_COLUMNS) {
            builder.push(purchase.text(name));
        }
        let Purchase {
            currency,
            price,
            quantity,
            time,
            revenue,
            ..
        } = purchase;
        self.currency.append_value(currency.as_str());
        self.price.append_value(price.nanos());
        self.quantity.append_value(*quantity);
        self.time.append_value(time.micros_utc);
        self.time_raw.append_value(&purchase.time_raw);
        self.utc_offset_minutes
            .append_value(time.offset_minutes.unwrap_or(0));
        self.properties.push(purchase.properties.as_deref());
        self.update_existing_only
            .append_option(purchase.update_existing_only);
        self.revenue.append_value(revenue.nanos());
        self.is_refund.append_value(price.is_negative());
        self.extra.push(purchase.extra.as_deref());
        self.source_row.push(source_row);
        self.days.push(days_since_epoch(time.micros_utc));
    }

    /// The columns as batches, one per UTC day, days ascending, rows in the order they were added.
    ///
    /// # Errors
    /// Only Arrow's own; valid builders cause none.
    pub fn finish(mut self, source_file: &str, run_id: &str) -> Result<Vec<DayRows>, ArrowError> {
        if self.days.is_empty() {
            return Ok(Vec::new());
        }
        let texts = self.texts.into_iter();
        let mut columns: Vec<ArrayRef> = texts.map(OptionalTextBuilder::finish).collect();
        columns.extend::<[ArrayRef; 11]>([
            Arc::new(self.currency.finish()),
            Arc::new(self.price.finish()),
            Arc::new(self.quantity.finish()),
            Arc::new(self.time.finish()),
            Arc::new(self.time_raw.finish()),
            Arc::new(self.utc_offset_minutes.finish()),
            self.properties.finish(),
            Arc::new(self.update_existing_only.finish()),
            Arc::new(self.revenue.finish()),
            Arc::new(self.is_refund.finish()),
            self.extra.finish(),
        ]);
        columns.extend(lineage_columns(self.source_row, source_file, run_id)?);
        let batch = RecordBatch::try_new(schema(), columns)?;
        by_day(&batch, &self.days)
    }
}

fn by_day(batch: &RecordBatch, days: &[i32]) -> Result<Vec<DayRows>, ArrowError> {
    let mut order: Vec<u32> = (0u32..).take(days.len()).collect();
    let sorted = days.is_sorted();
    let day_of = |row: u32| days.get(row as usize).copied().unwrap_or_default();
    if !sorted {
        // Stable: rows of a day stay in source order.
        order.sort_by_key(|&row| day_of(row));
    }
    let arranged = if sorted {
        batch.clone()
    } else {
        take_record_batch(batch, &UInt32Array::from(order.clone()))?
    };
    let mut groups = Vec::new();
    let mut start = 0;
    for same_day in order.chunk_by(|&a, &b| day_of(a) == day_of(b)) {
        let rows = arranged.slice(start, same_day.len());
        start += same_day.len();
        groups.push(DayRows {
            day: same_day.first().map_or(0, |&row| day_of(row)),
            batch: rows,
        });
    }
    Ok(groups)
}
