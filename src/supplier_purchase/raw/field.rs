//! The names of the fields, as the documentation writes them.

/// The fields of a supplier purchase: its values, and the objects some of them stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupplierPurchaseField {
    /// Which purchase of its company.
    Id,
    /// Day of the purchase.
    RegistrationDate,
    /// The supplier, as a whole.
    Supplier,
    /// Number of the supplier.
    SupplierId,
    /// Name of the supplier.
    SupplierName,
    /// The invoice, as a whole.
    Invoice,
    /// Series of the invoice.
    InvoiceSerie,
    /// Number of the invoice.
    InvoiceNumber,
    /// Code of the purchase.
    Code,
    /// What the items cost, as a whole.
    ValueOfItems,
    /// Its amount.
    ValueOfItemsAmount,
    /// Its currency.
    ValueOfItemsCurrency,
    /// Discount, as a whole.
    Discount,
    /// Its amount.
    DiscountAmount,
    /// Its currency.
    DiscountCurrency,
    /// Other expenses, as a whole.
    OtherExpensesValue,
    /// Their amount.
    OtherExpensesValueAmount,
    /// Their currency.
    OtherExpensesValueCurrency,
    /// What the purchase costs, as a whole.
    Total,
    /// Its amount.
    TotalAmount,
    /// Its currency.
    TotalCurrency,
    /// Free text.
    Notes,
    /// Freight, as a whole.
    Shipping,
    /// Whether freight is paid.
    PayShipping,
    /// The carrier, as a whole.
    Carrier,
    /// Number of the carrier.
    CarrierId,
    /// Name of the carrier.
    CarrierName,
    /// What freight costs, as a whole.
    ShippingValue,
    /// Its amount.
    ShippingValueAmount,
    /// Its currency.
    ShippingValueCurrency,
    /// Pending or received.
    Status,
    /// Code of the order.
    OrderNumber,
    /// Whether stock left because of it.
    HasStockMovementOut,
    /// Only there when the purchase is deleted.
    WereStockMovementsDeleted,
    /// When it was made.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// The company; no part of the documented object, but dumps are enriched with it.
    CompanyId,
    /// Rows only: whether it is deleted.
    Deleted,
}

impl SupplierPurchaseField {
    /// How many names there are.
    pub const COUNT: usize = Self::Deleted as usize + 1;

    /// The field as the documentation writes it, with the objects it stands in.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::RegistrationDate => "registration_date",
            Self::Supplier => "supplier",
            Self::SupplierId => "supplier.id",
            Self::SupplierName => "supplier.name",
            Self::Invoice => "invoice",
            Self::InvoiceSerie => "invoice.serie",
            Self::InvoiceNumber => "invoice.number",
            Self::Code => "code",
            Self::ValueOfItems => "value_of_items",
            Self::ValueOfItemsAmount => "value_of_items.amount",
            Self::ValueOfItemsCurrency => "value_of_items.currency",
            Self::Discount => "discount",
            Self::DiscountAmount => "discount.amount",
            Self::DiscountCurrency => "discount.currency",
            Self::OtherExpensesValue => "other_expenses_value",
            Self::OtherExpensesValueAmount => "other_expenses_value.amount",
            Self::OtherExpensesValueCurrency => "other_expenses_value.currency",
            Self::Total => "total",
            Self::TotalAmount => "total.amount",
            Self::TotalCurrency => "total.currency",
            Self::Notes => "notes",
            Self::Shipping => "shipping",
            Self::PayShipping => "shipping.pay_shipping",
            Self::Carrier => "shipping.carrier",
            Self::CarrierId => "shipping.carrier.id",
            Self::CarrierName => "shipping.carrier.name",
            Self::ShippingValue => "shipping.shipping_value",
            Self::ShippingValueAmount => "shipping.shipping_value.amount",
            Self::ShippingValueCurrency => "shipping.shipping_value.currency",
            Self::Status => "status",
            Self::OrderNumber => "order_number",
            Self::HasStockMovementOut => "has_stock_movement_out",
            Self::WereStockMovementsDeleted => "were_stock_movements_deleted",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::CompanyId => "company_id",
            Self::Deleted => "deleted",
        }
    }

    /// The field that a key stands for in the JSON object `parent`, or in the purchase itself.
    pub(in super::super) fn of_key(parent: Option<Self>, key: &str) -> Option<Self> {
        match parent {
            None => Self::of_own_key(key),
            Some(Self::Shipping) => match key {
                "pay_shipping" => Some(Self::PayShipping),
                "carrier" => Some(Self::Carrier),
                "shipping_value" => Some(Self::ShippingValue),
                _ => None,
            },
            Some(object) => object.parts()?.of_key(key),
        }
    }

    fn of_own_key(key: &str) -> Option<Self> {
        Some(match key {
            "id" => Self::Id,
            "registration_date" => Self::RegistrationDate,
            "supplier" => Self::Supplier,
            "invoice" => Self::Invoice,
            "code" => Self::Code,
            "value_of_items" => Self::ValueOfItems,
            "discount" => Self::Discount,
            "other_expenses_value" => Self::OtherExpensesValue,
            "total" => Self::Total,
            "notes" => Self::Notes,
            "shipping" => Self::Shipping,
            "status" => Self::Status,
            "order_number" => Self::OrderNumber,
            "has_stock_movement_out" => Self::HasStockMovementOut,
            "were_stock_movements_deleted" => Self::WereStockMovementsDeleted,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "company_id" => Self::CompanyId,
            _ => return None,
        })
    }

    /// Whether the documented value is an object.
    pub(in super::super) fn is_object(self) -> bool {
        self == Self::Shipping || self.parts().is_some()
    }

    /// The two parts of an object that has two.
    fn parts(self) -> Option<ObjectParts> {
        let (first, second) = match self {
            Self::Supplier => (("id", Self::SupplierId), ("name", Self::SupplierName)),
            Self::Carrier => (("id", Self::CarrierId), ("name", Self::CarrierName)),
            Self::Invoice => (
                ("serie", Self::InvoiceSerie),
                ("number", Self::InvoiceNumber),
            ),
            money => {
                let money = MoneyFields::of(money)?;
                (("amount", money.amount), ("currency", money.currency))
            }
        };
        Some(ObjectParts { first, second })
    }
}

/// The two keys of an object and what they stand for.
struct ObjectParts {
    first: (&'static str, SupplierPurchaseField),
    second: (&'static str, SupplierPurchaseField),
}

impl ObjectParts {
    fn of_key(&self, key: &str) -> Option<SupplierPurchaseField> {
        let mut parts = [self.first, self.second].into_iter();
        parts.find(|(name, _)| *name == key).map(|(_, part)| part)
    }
}

/// The three names of one amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct MoneyFields {
    /// The object.
    pub(in super::super) whole: SupplierPurchaseField,
    /// The number in it.
    pub(in super::super) amount: SupplierPurchaseField,
    /// The currency in it.
    pub(in super::super) currency: SupplierPurchaseField,
}

impl MoneyFields {
    /// The amounts of a purchase, in the order of the documentation.
    pub(in super::super) const ALL: [Self; 5] = [
        Self {
            whole: SupplierPurchaseField::ValueOfItems,
            amount: SupplierPurchaseField::ValueOfItemsAmount,
            currency: SupplierPurchaseField::ValueOfItemsCurrency,
        },
        Self {
            whole: SupplierPurchaseField::Discount,
            amount: SupplierPurchaseField::DiscountAmount,
            currency: SupplierPurchaseField::DiscountCurrency,
        },
        Self {
            whole: SupplierPurchaseField::OtherExpensesValue,
            amount: SupplierPurchaseField::OtherExpensesValueAmount,
            currency: SupplierPurchaseField::OtherExpensesValueCurrency,
        },
        Self {
            whole: SupplierPurchaseField::Total,
            amount: SupplierPurchaseField::TotalAmount,
            currency: SupplierPurchaseField::TotalCurrency,
        },
        Self {
            whole: SupplierPurchaseField::ShippingValue,
            amount: SupplierPurchaseField::ShippingValueAmount,
            currency: SupplierPurchaseField::ShippingValueCurrency,
        },
    ];

    fn of(whole: SupplierPurchaseField) -> Option<Self> {
        Self::ALL.into_iter().find(|money| money.whole == whole)
    }
}

#[cfg(test)]
mod tests {
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
                let found = SupplierPurchaseField::of_key(parent, key);
                found.unwrap_or_else(|| panic!("{path}: {key}"))
            };
            let name = path
                .split('.')
                .fold(None, |parent, key| Some(walk(parent, key)));
            assert_eq!(name.map(SupplierPurchaseField::as_str), Some(path));
            assert!(!name.unwrap().is_object(), "{path}");
        }
    }

    #[test]
    fn keys_mean_nothing_in_another_object() {
        for (parent, key) in [
            (None, "amount"),
            (None, "deleted"),
            (Some(SupplierPurchaseField::Supplier), "serie"),
            (Some(SupplierPurchaseField::Total), "id"),
            (Some(SupplierPurchaseField::Shipping), "amount"),
            (Some(SupplierPurchaseField::Id), "id"),
        ] {
            assert_eq!(
                SupplierPurchaseField::of_key(parent, key),
                None,
                "{parent:?} {key}"
            );
        }
    }
}
