//! Why a row of the table is deleted: the row comes in; whether a full snapshot has marked it goes
//! out. The hash of a state covers its own sign of deletion, and a mark does not change the hash.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    Date32Type, Decimal128Type, Int16Type, Int64Type, TimestampMicrosecondType,
};
use chrono::NaiveDate;

use super::field::{SupplierFieldSpec, SupplierFieldType, SupplierPurchaseField};
use super::fields::FIELDS;
use super::values::{SupplierPurchase, SupplierPurchaseKey, SupplierPurchaseValues, SupplierValue};
use super::version::hash;
use crate::values::instant::Instant;
use crate::values::money::Amount;

/// Whether a row of the table is deleted only because a full snapshot did not contain the purchase:
/// its own state is not deleted. `false` for a row that is not deleted, and for one whose state
/// cannot be computed from its columns.
pub fn is_marked_as_deleted(batch: &RecordBatch, row: usize, company_id: i64) -> bool {
    let Some((mut purchase, stored_hash)) = purchase_of(batch, row, company_id) else {
        return false;
    };
    if !purchase.values.is_deleted() {
        return false;
    }
    let live = Some(SupplierValue::Boolean(false));
    purchase.values.set(SupplierPurchaseField::Deleted, live);
    // An unknown offset is stored as 0.
    let unknown: Vec<SupplierPurchaseField> = FIELDS
        .iter()
        .map(|spec| spec.field)
        .filter(|field| purchase.values.time(*field).is_some_and(is_at_utc))
        .collect();
    (0..1_usize << unknown.len()).any(|without| {
        let mut purchase = purchase.clone();
        let chosen = unknown.iter().enumerate();
        for (_, field) in chosen.filter(|(at, _)| without >> at & 1 == 1) {
            let time = purchase.values.time(*field).map(|time| Instant {
                offset_minutes: None,
                ..time
            });
            purchase.values.set(*field, time.map(SupplierValue::Time));
        }
        hash(&FIELDS, &purchase) == stored_hash
    })
}

fn is_at_utc(time: Instant) -> bool {
    time.offset_minutes == Some(0)
}

/// The purchase of a row, and its version hash.
fn purchase_of(
    batch: &RecordBatch,
    row: usize,
    company_id: i64,
) -> Option<(SupplierPurchase<'_>, i64)> {
    let mut values = SupplierPurchaseValues::default();
    for spec in &FIELDS {
        if let Some(name) = spec.column {
            let column = batch.column_by_name(name)?;
            let value = if column.is_null(row) {
                None
            } else {
                Some(value_of(batch, spec, column, row)?)
            };
            values.set(spec.field, value);
        }
    }
    let extra = batch.column_by_name("extra")?.as_string_opt::<i32>()?;
    values.extra = extra.is_valid(row).then(|| extra.value(row).into());
    let hashes = batch.column_by_name("version_hash")?;
    let purchase = SupplierPurchase {
        key: SupplierPurchaseKey {
            company_id,
            id: values.integer(SupplierPurchaseField::Id)?,
        },
        registration_date: values.date(SupplierPurchaseField::RegistrationDate)?,
        updated_at: values.time(SupplierPurchaseField::UpdatedAt)?,
        values,
    };
    let hashes = hashes.as_primitive_opt::<Int64Type>()?;
    Some((purchase, hashes.value(row)))
}

/// The value of a field in a row that has one; `None` if its column has another type. A currency is
/// returned as text, which has the same hash.
fn value_of<'a>(
    batch: &'a RecordBatch,
    spec: &SupplierFieldSpec,
    column: &'a ArrayRef,
    row: usize,
) -> Option<SupplierValue<'a>> {
    Some(match spec.field_type {
        SupplierFieldType::Integer(_) => {
            SupplierValue::Integer(column.as_primitive_opt::<Int64Type>()?.value(row))
        }
        SupplierFieldType::Boolean => SupplierValue::Boolean(column.as_boolean_opt()?.value(row)),
        SupplierFieldType::Date => {
            let days = column.as_primitive_opt::<Date32Type>()?.value(row);
            SupplierValue::Date(NaiveDate::from_epoch_days(days)?)
        }
        SupplierFieldType::Amount => {
            let nanos = column.as_primitive_opt::<Decimal128Type>()?.value(row);
            SupplierValue::Amount(Amount::from_nanos(nanos)?)
        }
        SupplierFieldType::Time => {
            let micros = column.as_primitive_opt::<TimestampMicrosecondType>()?;
            let offsets = batch.column_by_name(spec.offset_column?)?;
            SupplierValue::Time(Instant {
                micros_utc: micros.value(row),
                offset_minutes: Some(offsets.as_primitive_opt::<Int16Type>()?.value(row)),
            })
        }
        _ => SupplierValue::Text(column.as_string_opt::<i32>()?.value(row).into()),
    })
}
