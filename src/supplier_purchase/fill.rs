//! Fills fields of a supplier purchase with the values that the user has stated: a constant in every
//! record, a default in the records that do not have the field.

use std::borrow::Cow;

use super::field::SupplierFieldType;
use super::raw::RawSupplierPurchase;
use super::read_csv::{ColumnTarget, column_target};
use crate::input::mapping::{FieldFill, FillValue};
use crate::record::Field;

/// Fills the fields of a record. The currency of all amounts fills those without one; it is no default
/// of `--default-currency`, and adds no finding.
pub(super) fn fill(fills: &[FieldFill], raw: &mut RawSupplierPurchase<'_>) {
    for fill in fills {
        let value = value_of(fill);
        match column_target(fill.role) {
            Some(ColumnTarget::Field(name, _)) => {
                let field = raw.get(name);
                let is_empty = matches!(field, Field::Text(text) if text.is_empty());
                let is_missing = field.is_missing() || is_empty;
                if !fill.is_constant && !is_missing {
                    continue;
                }
                raw.has_flat_amounts |= name.spec().field_type == SupplierFieldType::Amount;
                raw.replace(name, value);
                if !fill.is_constant {
                    raw.defaults.push(name);
                }
            }
            Some(ColumnTarget::AllCurrencies) => raw.set_common_currency(&value),
            Some(ColumnTarget::OffsetOf(_) | ColumnTarget::Extra) | None => {}
        }
    }
}

fn value_of<'a>(fill: &FieldFill) -> Field<'a> {
    match &fill.value {
        FillValue::Text(text) => Field::Text(Cow::Owned(text.clone())),
        FillValue::Number(digits) => Field::Number(Cow::Owned(digits.clone())),
        FillValue::Boolean(flag) => Field::Boolean(*flag),
    }
}
