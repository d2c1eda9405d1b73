//! Keys and paths of the fields.

use super::*;

#[test]
fn every_documented_path_is_found_key_by_key() {
    for path in [
        "id",
        "registration_date",
        "supplier.id",
        "supplier.name",
        "invoice.serie",
        "invoice.number",
        "code",
        "value_of_items.amount",
        "value_of_items.currency",
        "discount.amount",
        "other_expenses_value.currency",
        "total.amount",
        "notes",
        "shipping.pay_shipping",
        "shipping.carrier.id",
        "shipping.carrier.name",
        "shipping.shipping_value.amount",
        "status",
        "order_number",
        "has_stock_movement_out",
        "were_stock_movements_deleted",
        "created_at",
        "updated_at",
    ] {
        let walk = |parent, key| {
            let found = Name::of_key(parent, key);
            found.unwrap_or_else(|| panic!("{path}: {key}"))
        };
        let name = path
            .split('.')
            .fold(None, |parent, key| Some(walk(parent, key)));
        assert_eq!(name.map(Name::as_str), Some(path));
        assert!(!name.unwrap().is_object(), "{path}");
    }
}

#[test]
fn keys_mean_nothing_in_another_object() {
    for (parent, key) in [
        (None, "amount"),
        (None, "deleted"),
        (Some(Name::Supplier), "serie"),
        (Some(Name::Total), "id"),
        (Some(Name::Shipping), "amount"),
        (Some(Name::Id), "id"),
    ] {
        assert_eq!(Name::of_key(parent, key), None, "{parent:?} {key}");
    }
}
