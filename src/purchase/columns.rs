//! The columns of the `purchases` table: accepted purchases go in one by one, Arrow batches
//! grouped by UTC day come out.
//!
//! The columns are those of the [table of fields](super::FIELDS), then the lineage columns.
//!
//! The partition column `purchase_date` (UTC day of `time`) is in the path, not in the files.

mod optional_text_builder;

use std::sync::{Arc, LazyLock};

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Int16Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder, UInt32Array,
};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

use self::optional_text_builder::OptionalTextBuilder;
use super::field::{PurchaseColumnSpec, PurchaseColumnType, PurchaseField, PurchaseFieldSpec};
use super::fields::{FIELDS, columns};
use super::validate::Purchase;
pub use crate::record::shift_source_rows;
use crate::record::{lineage_columns, lineage_fields};
use crate::values::instant::days_since_epoch;
use crate::values::money::Amount;

/// Name of the partition column.
pub const PARTITION_COLUMN: &str = "purchase_date";

/// Digits an amount can have (Decimal128).
const PRECISION: u8 = 38;

/// The fields whose text is stored unchanged.
fn plain_texts() -> impl Iterator<Item = PurchaseField> {
    let is_text = |spec: &&PurchaseFieldSpec| {
        let [column] = spec.columns else { return false };
        column.column_type == PurchaseColumnType::Text
            && !matches!(
                spec.field,
                PurchaseField::Currency | PurchaseField::Properties
            )
    };
    FIELDS.iter().filter(is_text).map(|spec| spec.field)
}

fn amount_type() -> DataType {
    // The scale is 9, which fits an i8.
    DataType::Decimal128(PRECISION, Amount::SCALE.try_into().unwrap_or(i8::MAX))
}

/// Arrow schema of the data files.
pub fn schema() -> SchemaRef {
    let field = |column: &PurchaseColumnSpec| {
        let data_type = match column.column_type {
            PurchaseColumnType::Text => DataType::Utf8,
            PurchaseColumnType::Integer => DataType::Int16,
            PurchaseColumnType::Amount => amount_type(),
            PurchaseColumnType::Time => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            PurchaseColumnType::Boolean => DataType::Boolean,
        };
        Field::new(column.name, data_type, !column.is_required)
    };
    let fields = columns().map(field).chain(lineage_fields());
    Arc::new(Schema::new(fields.collect::<Vec<Field>>()))
}

/// Columns with min/max statistics in the Delta log: no personal data, and none whose statistics
/// could make a reader skip rows wrongly.
pub const STATISTICS_COLUMNS: [&str; 2] = ["time", "quantity"];

/// Columns whose values rarely repeat within a day.
pub static UNIQUE_COLUMNS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let unique = columns().filter(|column| column.is_unique);
    unique.map(|column| column.name).collect()
});

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
    texts: Vec<(PurchaseField, OptionalTextBuilder)>,
    currency: StringBuilder,
    price: Decimal128Builder,
    total_price: Decimal128Builder,
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
            texts: plain_texts()
                .map(|field| (field, OptionalTextBuilder::new(rows, rows * 16)))
                .collect(),
            currency: text(3),
            price: Decimal128Builder::with_capacity(rows).with_data_type(amount_type()),
            total_price: Decimal128Builder::with_capacity(rows).with_data_type(amount_type()),
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
        for (field, builder) in &mut self.texts {
            builder.push(purchase.text(*field));
        }
        let Purchase {
            currency,
            price,
            total_price,
            quantity,
            time,
            revenue,
            ..
        } = purchase;
        self.currency.append_value(currency.as_str());
        self.price.append_value(price.nanos());
        self.total_price
            .append_option(total_price.map(Amount::nanos));
        self.quantity.append_value(*quantity);
        self.time.append_value(time.micros_utc);
        self.time_raw.append_value(&purchase.time_raw);
        self.utc_offset_minutes
            .append_value(time.offset_minutes.unwrap_or(0));
        self.properties.push(purchase.properties.as_deref());
        self.update_existing_only
            .append_option(purchase.update_existing_only);
        self.revenue.append_value(revenue.nanos());
        self.is_refund.append_value(revenue.is_negative());
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
        let mut built: Vec<(&str, ArrayRef)> = vec![
            ("currency", Arc::new(self.currency.finish())),
            ("price", Arc::new(self.price.finish())),
            ("total_price", Arc::new(self.total_price.finish())),
            ("quantity", Arc::new(self.quantity.finish())),
            ("time", Arc::new(self.time.finish())),
            ("time_raw", Arc::new(self.time_raw.finish())),
            (
                "utc_offset_minutes",
                Arc::new(self.utc_offset_minutes.finish()),
            ),
            ("properties", self.properties.finish()),
            (
                "update_existing_only",
                Arc::new(self.update_existing_only.finish()),
            ),
            ("revenue", Arc::new(self.revenue.finish())),
            ("is_refund", Arc::new(self.is_refund.finish())),
            ("extra", self.extra.finish()),
        ];
        let texts = self.texts.into_iter();
        built.extend(texts.flat_map(|(field, builder)| {
            let array = builder.finish();
            let columns = field.spec().columns.iter();
            columns.map(move |column| (column.name, Arc::clone(&array)))
        }));
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(built.len() + 3);
        for column in columns() {
            let at = built.iter().position(|(name, _)| *name == column.name);
            arrays.extend(at.map(|at| built.swap_remove(at).1));
        }
        arrays.extend(lineage_columns(self.source_row, source_file, run_id)?);
        let batch = RecordBatch::try_new(schema(), arrays)?;
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
