//! The fields of a supplier purchase: one table, from which everything else about a field follows.
//!
//! | follows from the table | where |
//! |---|---|
//! | keys of the JSON object, read and written | `read_json`, the list in the documented shape |
//! | headers of delimited text | `read_csv` |
//! | the rule that a value of another type violates | `validate` |
//! | columns of the table with their order, types and encodings | `columns` |
//! | the bytes of the version hash | `version` |
//! | columns of the list as CSV and Parquet | `report`, `render` |
//! | the reference page of the columns | `make reference` |
//!
//! A new optional field is a variant and a row here with the mark `added`, so that stored hashes stay
//! valid; a field with a rule of its own is a line in `validate` as well. Tables written before get
//! its column by `lake upgrade`.

use super::field::{
    SupplierFieldSpec, SupplierFieldType as Type, SupplierPurchaseField as Name, currency, field,
    object,
};
use super::values::SupplierPurchaseValues;
use crate::record::KeyTable;
use crate::rules::RuleId;

/// The fields in the order of the columns, which is that of the documentation.
pub static FIELDS: [SupplierFieldSpec; Name::COUNT] = [
    field(
        Name::CompanyId,
        "company_id",
        Type::Integer(RuleId::CplCompanyRequired),
    )
    .only_read()
    .headers(&["cplug_company_id"], &["id_empresa", "empresa_id"])
    .meaning("company; the partition column of the same name"),
    field(Name::Id, "id", Type::Integer(RuleId::CplIdRequired))
        .column("id")
        .required()
        .unique()
        .headers(&["purchase_id"], &["id_compra"])
        .meaning("unique within its company, at least 1"),
    field(Name::RegistrationDate, "registration_date", Type::Date)
        .column("registration_date")
        .required()
        .headers(&[], &["data_compra", "data_registro", "data"])
        .meaning("day of the purchase, as it is written"),
    object(Name::Supplier, "supplier", RuleId::CplSupplierShape),
    field(
        Name::SupplierId,
        "supplier.id",
        Type::Integer(RuleId::CplSupplierShape),
    )
    .of(Name::Supplier)
    .column("supplier_id")
    .headers(&[], &["id_fornecedor"])
    .meaning("number of the supplier"),
    field(
        Name::SupplierName,
        "supplier.name",
        Type::Text(RuleId::CplSupplierShape),
    )
    .of(Name::Supplier)
    .column("supplier_name")
    .headers(&[], &["fornecedor"])
    .meaning("name of the supplier"),
    object(Name::Invoice, "invoice", RuleId::CplObjectShape),
    field(Name::InvoiceSerie, "invoice.serie", Type::TextOrNumber)
        .of(Name::Invoice)
        .column("invoice_serie")
        .headers(&[], &["serie"])
        .meaning("series of the invoice, with leading zeros"),
    field(Name::InvoiceNumber, "invoice.number", Type::TextOrNumber)
        .of(Name::Invoice)
        .column("invoice_number")
        .unique()
        .headers(&[], &["numero_nota", "nota_fiscal", "nf"])
        .meaning("number of the invoice, with leading zeros"),
    field(Name::Code, "code", Type::Integer(RuleId::CplIntType))
        .column("code")
        .unique()
        .headers(&[], &["codigo"])
        .meaning("code of the purchase"),
    object(Name::ValueOfItems, "value_of_items", RuleId::CplMoneyShape),
    field(
        Name::ValueOfItemsAmount,
        "value_of_items.amount",
        Type::Amount,
    )
    .of(Name::ValueOfItems)
    .column("value_of_items")
    .headers(&[], &["valor_itens"])
    .meaning("value of the items; amount and currency are both null or neither"),
    currency(Name::ValueOfItemsCurrency, "value_of_items.currency")
        .of(Name::ValueOfItems)
        .column("value_of_items_currency"),
    object(Name::Discount, "discount", RuleId::CplMoneyShape),
    field(Name::DiscountAmount, "discount.amount", Type::Amount)
        .of(Name::Discount)
        .column("discount")
        .headers(&[], &["desconto"])
        .meaning("discount"),
    currency(Name::DiscountCurrency, "discount.currency")
        .of(Name::Discount)
        .column("discount_currency"),
    object(
        Name::OtherExpensesValue,
        "other_expenses_value",
        RuleId::CplMoneyShape,
    ),
    field(
        Name::OtherExpensesValueAmount,
        "other_expenses_value.amount",
        Type::Amount,
    )
    .of(Name::OtherExpensesValue)
    .column("other_expenses_value")
    .headers(&[], &["outras_despesas"])
    .meaning("other expenses"),
    currency(
        Name::OtherExpensesValueCurrency,
        "other_expenses_value.currency",
    )
    .of(Name::OtherExpensesValue)
    .column("other_expenses_value_currency"),
    object(Name::Total, "total", RuleId::CplMoneyShape),
    field(Name::TotalAmount, "total.amount", Type::Amount)
        .of(Name::Total)
        .column("total")
        .meaning("total as in the dump, not computed"),
    currency(Name::TotalCurrency, "total.currency")
        .of(Name::Total)
        .column("total_currency"),
    field(Name::Notes, "notes", Type::Text(RuleId::CplTextType))
        .column("notes")
        .headers(&[], &["observacoes", "obs"])
        .meaning("free text"),
    object(Name::Shipping, "shipping", RuleId::CplObjectShape),
    field(Name::PayShipping, "shipping.pay_shipping", Type::Boolean)
        .of(Name::Shipping)
        .column("pay_shipping")
        .headers(&[], &["frete_pago"])
        .meaning("whether freight is paid"),
    object(Name::Carrier, "shipping.carrier", RuleId::CplObjectShape).of(Name::Shipping),
    field(
        Name::CarrierId,
        "shipping.carrier.id",
        Type::Integer(RuleId::CplIntType),
    )
    .of(Name::Carrier)
    .column("carrier_id")
    .headers(&[], &["id_transportadora"])
    .meaning("number of the carrier"),
    field(
        Name::CarrierName,
        "shipping.carrier.name",
        Type::Text(RuleId::CplTextType),
    )
    .of(Name::Carrier)
    .column("carrier_name")
    .headers(&[], &["transportadora"])
    .meaning("name of the carrier"),
    object(
        Name::ShippingValue,
        "shipping.shipping_value",
        RuleId::CplMoneyShape,
    )
    .of(Name::Shipping),
    field(
        Name::ShippingValueAmount,
        "shipping.shipping_value.amount",
        Type::Amount,
    )
    .of(Name::ShippingValue)
    .column("shipping_value")
    .headers(
        &["shipping_value_amount", "shipping_shipping_value"],
        &["valor_frete"],
    )
    .meaning("cost of freight"),
    currency(
        Name::ShippingValueCurrency,
        "shipping.shipping_value.currency",
    )
    .of(Name::ShippingValue)
    .column("shipping_value_currency"),
    field(Name::Status, "status", Type::Status)
        .column("status")
        .headers(&[], &["situacao"])
        .meaning("`pending` or `received`"),
    field(
        Name::OrderNumber,
        "order_number",
        Type::Text(RuleId::CplTextType),
    )
    .column("order_number")
    .unique()
    .headers(&[], &["numero_pedido", "pedido"])
    .meaning("code of the order"),
    field(
        Name::HasStockMovementOut,
        "has_stock_movement_out",
        Type::Boolean,
    )
    .column("has_stock_movement_out")
    .headers(&[], &["saida_estoque"])
    .meaning("whether stock was moved out"),
    field(
        Name::WereStockMovementsDeleted,
        "were_stock_movements_deleted",
        Type::Boolean,
    )
    .column("were_stock_movements_deleted")
    .meaning("null on rows that are not deleted, and on deleted ones when it is unknown"),
    field(Name::Deleted, "deleted", Type::Boolean)
        .only_in_rows()
        .column("is_deleted")
        .required()
        .headers(&["is_deleted"], &["excluido"])
        .meaning("whether the purchase is deleted; deleted rows stay in the table"),
    field(Name::CreatedAt, "created_at", Type::Time)
        .column("created_at")
        .offset_column("created_at_offset_minutes")
        .headers(&[], &["criado_em"])
        .meaning("time of creation"),
    field(Name::UpdatedAt, "updated_at", Type::Time)
        .column("updated_at")
        .offset_column("updated_at_offset_minutes")
        .required()
        .unique()
        .headers(&[], &["atualizado_em"])
        .meaning("time of the last change, which determines the current state"),
];

/// The names of the columns of the fields, in their order; a time has two.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    let columns = FIELDS
        .iter()
        .flat_map(|spec| [spec.column, spec.offset_column]);
    columns.flatten()
}

/// At least as many as the fields of any object.
const MAX_MEMBERS: usize = 24;

/// The members of an object.
#[derive(Clone, Copy)]
struct ObjectFields {
    fields: [Name; MAX_MEMBERS],
    count: usize,
}

/// The members of each object, by its field; the last are those of the purchase itself.
static MEMBERS: [ObjectFields; Name::COUNT + 1] = {
    let mut members = [ObjectFields {
        fields: [Name::CompanyId; MAX_MEMBERS],
        count: 0,
    }; Name::COUNT + 1];
    let mut position = 0;
    while position < FIELDS.len() {
        let spec = &FIELDS[position];
        assert!(
            spec.field as usize == position,
            "the table is indexed by the fields"
        );
        let object = match spec.parent {
            Some(parent) => parent as usize,
            None => Name::COUNT,
        };
        let object = &mut members[object];
        object.fields[object.count] = spec.field;
        object.count += 1;
        position += 1;
    }
    members
};

/// The fields by their keys in JSON objects.
static KEYS: KeyTable<Name, 128> = {
    let mut keys = KeyTable::empty();
    let mut position = 0;
    while position < FIELDS.len() {
        let spec = &FIELDS[position];
        if spec.is_read() {
            keys.insert(spec.key, spec.field);
        }
        position += 1;
    }
    keys
};

/// The fields of an object, or of the purchase itself, in the order of the documentation.
pub fn members_of(object: Option<Name>) -> impl Iterator<Item = &'static SupplierFieldSpec> {
    let object = &MEMBERS[object.map_or(Name::COUNT, |object| object as usize)];
    object.fields[..object.count]
        .iter()
        .map(|field| field.spec())
}

impl Name {
    /// The row of the field.
    pub fn spec(self) -> &'static SupplierFieldSpec {
        &FIELDS[self as usize]
    }

    /// The documented path of the field.
    pub fn as_str(self) -> &'static str {
        self.spec().path
    }

    /// The field of a key in the JSON object `parent`, or in the purchase itself.
    pub(super) fn of_key(parent: Option<Self>, key: &str) -> Option<Self> {
        KEYS.find(key, |field| field.spec().parent == parent)
    }

    /// Whether the documented value is an object.
    pub(super) fn is_object(self) -> bool {
        matches!(self.spec().field_type, Type::Object(_))
    }
}

impl SupplierPurchaseValues<'_> {
    /// The currency of the amount in a field of amounts.
    pub fn currency_of(&self, amount: Name) -> Option<&str> {
        self.text(MoneyFields::of(amount)?.currency)
    }
}

/// The three fields of one amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MoneyFields {
    /// The object.
    pub(super) whole: Name,
    /// The number in it.
    pub(super) amount: Name,
    /// The currency in it.
    pub(super) currency: Name,
}

impl MoneyFields {
    /// The amounts of a purchase, in documentation order.
    pub(super) const ALL: [Self; 5] = {
        let mut all = [Self {
            whole: Name::Total,
            amount: Name::TotalAmount,
            currency: Name::TotalCurrency,
        }; 5];
        let (mut position, mut count) = (0, 0);
        while position < FIELDS.len() {
            let spec = &FIELDS[position];
            position += 1;
            if let (Type::Amount, Some(whole)) = (spec.field_type, spec.parent) {
                assert!(matches!(FIELDS[position].field_type, Type::Currency));
                all[count] = Self {
                    whole,
                    amount: spec.field,
                    currency: FIELDS[position].field,
                };
                count += 1;
            }
        }
        assert!(count == all.len());
        all
    };

    /// The fields of an amount.
    pub(super) fn of(amount: Name) -> Option<Self> {
        Self::ALL.into_iter().find(|fields| fields.amount == amount)
    }
}

#[cfg(test)]
mod tests;
