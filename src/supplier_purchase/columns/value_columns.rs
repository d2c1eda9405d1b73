//! The columns of the fields: values by field come in, Arrow columns in the order of the table of
//! fields go out.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int16Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, TimeUnit};
use chrono::{Datelike, NaiveDate};

use crate::supplier_purchase::field::{SupplierFieldSpec, SupplierFieldType};
use crate::supplier_purchase::fields::FIELDS;
use crate::supplier_purchase::values::{SupplierPurchaseValues, SupplierValue};
use crate::values::money::Amount;

/// Maximum digits of an amount (Decimal128).
const PRECISION: u8 = 38;

fn amount_type() -> DataType {
    // The scale is 9, which fits an i8.
    DataType::Decimal128(PRECISION, Amount::SCALE.try_into().unwrap_or(i8::MAX))
}

/// The fields of the columns; a time has two.
pub fn value_fields() -> Vec<Field> {
    let mut fields = Vec::new();
    for spec in &FIELDS {
        let Some(column) = spec.column else { continue };
        let is_null = !spec.is_required;
        let data_type = match spec.field_type {
            SupplierFieldType::Integer(_) => DataType::Int64,
            SupplierFieldType::Boolean => DataType::Boolean,
            SupplierFieldType::Date => DataType::Date32,
            SupplierFieldType::Amount => amount_type(),
            SupplierFieldType::Time => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            _ => DataType::Utf8,
        };
        fields.push(Field::new(column, data_type, is_null));
        let offset = spec.offset_column;
        fields.extend(offset.map(|column| Field::new(column, DataType::Int16, is_null)));
    }
    fields
}

/// The builders of the columns.
#[derive(Debug)]
pub struct SupplierValueColumns {
    builders: Vec<(&'static SupplierFieldSpec, ValueBuilder)>,
}

/// The builder of the column or the two columns of a field.
#[derive(Debug)]
enum ValueBuilder {
    Integer(Int64Builder),
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Amount(Decimal128Builder),
    Time(TimestampMicrosecondBuilder, Int16Builder),
}

impl Default for SupplierValueColumns {
    fn default() -> Self {
        let stored = FIELDS.iter().filter(|spec| spec.column.is_some());
        let builders = stored.map(|spec| (spec, ValueBuilder::of(spec.field_type)));
        Self {
            builders: builders.collect(),
        }
    }
}

impl SupplierValueColumns {
    /// Appends the values of a purchase.
    pub fn push(&mut self, values: &SupplierPurchaseValues<'_>) {
        for (spec, builder) in &mut self.builders {
            builder.push(values.get(spec.field));
        }
    }

    /// The columns of [`value_fields`].
    pub fn finish(self) -> Vec<ArrayRef> {
        let builders = self.builders.into_iter();
        builders.flat_map(|(_, builder)| builder.finish()).collect()
    }
}

impl ValueBuilder {
    fn of(field_type: SupplierFieldType) -> Self {
        match field_type {
            SupplierFieldType::Integer(_) => Self::Integer(Int64Builder::new()),
            SupplierFieldType::Boolean => Self::Boolean(BooleanBuilder::new()),
            SupplierFieldType::Date => Self::Date(Date32Builder::new()),
            SupplierFieldType::Amount => {
                Self::Amount(Decimal128Builder::new().with_data_type(amount_type()))
            }
            SupplierFieldType::Time => Self::Time(
                TimestampMicrosecondBuilder::new().with_timezone("UTC"),
                Int16Builder::new(),
            ),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Appends a value; one of another type, which no field has, is null.
    fn push(&mut self, value: Option<&SupplierValue<'_>>) {
        match (self, value) {
            (Self::Integer(column), Some(SupplierValue::Integer(number))) => {
                column.append_value(*number);
            }
            (Self::Text(column), Some(SupplierValue::Text(text))) => column.append_value(text),
            (Self::Text(column), Some(SupplierValue::Currency(currency))) => {
                column.append_value(currency.as_str());
            }
            (Self::Boolean(column), Some(SupplierValue::Boolean(flag))) => {
                column.append_value(*flag);
            }
            (Self::Date(column), Some(SupplierValue::Date(date))) => {
                column.append_value(days_since_epoch(*date));
            }
            (Self::Amount(column), Some(SupplierValue::Amount(amount))) => {
                column.append_value(amount.nanos());
            }
            (Self::Time(micros, offsets), Some(SupplierValue::Time(instant))) => {
                micros.append_value(instant.micros_utc);
                offsets.append_value(instant.offset_minutes.unwrap_or(0));
            }
            (Self::Integer(column), _) => column.append_null(),
            (Self::Text(column), _) => column.append_null(),
            (Self::Boolean(column), _) => column.append_null(),
            (Self::Date(column), _) => column.append_null(),
            (Self::Amount(column), _) => column.append_null(),
            (Self::Time(micros, offsets), _) => {
                micros.append_null();
                offsets.append_null();
            }
        }
    }

    fn finish(self) -> Vec<ArrayRef> {
        match self {
            Self::Integer(mut column) => vec![Arc::new(column.finish())],
            Self::Text(mut column) => vec![Arc::new(column.finish())],
            Self::Boolean(mut column) => vec![Arc::new(column.finish())],
            Self::Date(mut column) => vec![Arc::new(column.finish())],
            Self::Amount(mut column) => vec![Arc::new(column.finish())],
            Self::Time(mut micros, mut offsets) => {
                vec![Arc::new(micros.finish()), Arc::new(offsets.finish())]
            }
        }
    }
}

/// Days from 1970-01-01, as in a `Date32` column.
fn days_since_epoch(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - NaiveDate::default().num_days_from_ce()
}
