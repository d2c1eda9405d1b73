//! Fills fields of a purchase with the values that the user has stated: a constant in every record, a
//! default in the records that do not have the field.

use std::borrow::Cow;

use super::field::PurchaseField;
use super::raw::RawPurchase;
use super::read_csv::field_of_role;
use crate::input::mapping::{FieldFill, FillValue};
use crate::record::Field;

/// The fields that an event has beside its identifiers; what its lines have is never filled.
const OF_EVENTS: [PurchaseField; 3] = [
    PurchaseField::AppId,
    PurchaseField::Time,
    PurchaseField::UpdateExistingOnly,
];

/// Fills the fields of a record.
pub(super) fn fill(fills: &[FieldFill], raw: &mut RawPurchase<'_>) {
    let has_identifier = PurchaseField::IDENTIFIERS
        .iter()
        .any(|name| !is_missing(raw, *name));
    for fill in fills {
        let Some((name, _)) = field_of_role(fill.role) else {
            continue;
        };
        let is_identifier =
            name == PurchaseField::AliasLabel || PurchaseField::IDENTIFIERS.contains(&name);
        let is_of_event = is_identifier || OF_EVENTS.contains(&name);
        if raw.custom_event.is_some() && !is_of_event {
            continue;
        }
        let value = value_of(fill);
        if fill.is_constant {
            if *raw.get(name) != value {
                raw.replace_and_keep(name, value);
            }
        } else if is_missing(raw, name) && !(is_identifier && has_identifier) {
            raw.replace(name, value);
            raw.add_default(name);
        } else {
            continue;
        }
        if name == PurchaseField::Time {
            raw.time_as_written = None;
        }
        if matches!(name, PurchaseField::AliasName | PurchaseField::AliasLabel) {
            raw.replace(PurchaseField::UserAlias, Field::Boolean(true));
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

/// Whether a record does not have a field; an empty text is none.
fn is_missing(raw: &RawPurchase<'_>, name: PurchaseField) -> bool {
    match raw.get(name) {
        Field::Text(text) => text.is_empty(),
        value => value.is_missing(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::csv::columns::ColumnAliases;
    use crate::input::mapping::Mapping;
    use crate::purchase::PurchaseCsvColumns;

    fn filled<'a>(
        fields: &[(PurchaseField, &'a str)],
        fills: &[(&str, &str, bool)],
    ) -> RawPurchase<'a> {
        let mut mapping = Mapping::default();
        let columns: &dyn ColumnAliases = &PurchaseCsvColumns;
        for (field, value, is_constant) in fills {
            mapping
                .add_fill(columns, field, value, *is_constant)
                .unwrap();
        }
        let mut raw = RawPurchase::default();
        for (name, text) in fields {
            raw.set(*name, Field::Text(Cow::Borrowed(text)));
        }
        fill(mapping.fills(), &mut raw);
        raw
    }

    fn text<'r>(raw: &'r RawPurchase<'_>, name: PurchaseField) -> Cow<'r, str> {
        raw.get(name).shown()
    }

    #[test]
    fn a_default_fills_what_is_missing_and_a_constant_everything() {
        let default = [("currency", "BRL", false)];
        for (currency, expected) in [("USD", "USD"), ("", "BRL")] {
            let raw = filled(&[(PurchaseField::Currency, currency)], &default);
            assert_eq!(text(&raw, PurchaseField::Currency), expected);
        }
        assert_eq!(text(&filled(&[], &default), PurchaseField::Currency), "BRL");
        let constant = [("app_id", "shop", true), ("quantity", "1", true)];
        let raw = filled(&[(PurchaseField::AppId, "other")], &constant);
        assert_eq!(text(&raw, PurchaseField::AppId), "shop");
        assert_eq!(*raw.get(PurchaseField::Quantity), Field::Number("1".into()));
        // The replaced value is not lost.
        assert_eq!(raw.extra.len(), 1);
        assert_eq!(
            (&*raw.extra[0].key, &*raw.extra[0].value),
            ("app_id", "\"other\"")
        );
    }

    #[test]
    fn a_default_identifier_is_for_purchases_without_any() {
        let anonymous = [("external_id", "anonymous", false)];
        let raw = filled(&[(PurchaseField::Email, "ana@example.com")], &anonymous);
        assert_eq!(text(&raw, PurchaseField::ExternalId), "");
        assert!(raw.defaults().next().is_none());
        let raw = filled(&[(PurchaseField::Email, "")], &anonymous);
        assert_eq!(text(&raw, PurchaseField::ExternalId), "anonymous");
        assert!(raw.defaults().eq([PurchaseField::ExternalId]));
    }
}
