//! The fields of a customer purchase: one table, from which the keys of the JSON object, the headers
//! of delimited text, the columns of the table with their order, types and encodings, and the
//! reference page of the columns follow.
//!
//! A new field with a text column is a variant and a row here; one with another type has a builder in
//! `columns` as well, and one with a rule a line in `validate`.

use super::field::{
    PurchaseColumnSpec, PurchaseColumnType as Type, PurchaseField as Name, PurchaseFieldSpec,
    optional, required,
};
use crate::input::csv::columns::CsvValueType;
use crate::record::KeyTable;

const fn field(field: Name, path: &'static str) -> PurchaseFieldSpec {
    PurchaseFieldSpec::new(field, path)
}

/// The fields, those with columns in the order of the columns. A column `total` of delimited text is
/// deliberately not a price: a price is that of one item.
pub static FIELDS: [PurchaseFieldSpec; Name::COUNT] = [
    field(Name::ExternalId, "external_id")
        .key()
        .csv("external_id", CsvValueType::Text)
        .headers(&["external_user_id"], &["id_usuario_externo"])
        .columns(&[optional("external_id", Type::Text, "the buyer, as in the dump").unique()]),
    field(Name::UserAlias, "user_alias").key(),
    field(Name::AliasName, "user_alias.alias_name")
        .csv("alias_name", CsvValueType::Text)
        .headers(&["user_alias_alias_name"], &[])
        .columns(&[optional("alias_name", Type::Text, "the buyer: name of the alias").unique()]),
    field(Name::AliasLabel, "user_alias.alias_label")
        .csv("alias_label", CsvValueType::Text)
        .headers(&["user_alias_alias_label"], &[])
        .columns(&[optional(
            "alias_label",
            Type::Text,
            "the buyer: label of the alias",
        )]),
    field(Name::BrazeId, "braze_id")
        .key()
        .csv("braze_id", CsvValueType::Text)
        .headers(&["user_id"], &[])
        .columns(&[optional("braze_id", Type::Text, "the buyer, as in the dump").unique()]),
    field(Name::Email, "email")
        .key()
        .csv("email", CsvValueType::Text)
        .columns(&[optional("email", Type::Text, "the buyer, as in the dump").unique()]),
    field(Name::Phone, "phone")
        .key()
        .csv("phone", CsvValueType::Text)
        .headers(&[], &["telefone"])
        .columns(&[optional("phone", Type::Text, "the buyer, as in the dump").unique()]),
    field(Name::AppId, "app_id")
        .key()
        .csv("app_id", CsvValueType::Text)
        .columns(&[optional("app_id", Type::Text, "as in the dump")]),
    field(Name::AppApiId, "app_api_id").csv("app_api_id", CsvValueType::Text),
    field(Name::ProductId, "product_id")
        .key()
        .csv("product_id", CsvValueType::Text)
        .headers(&["product"], &["produto", "id_produto"])
        .columns(&[required(
            "product_id",
            Type::Text,
            "as in the dump, never trimmed",
        )]),
    field(Name::EventId, "id")
        .csv("event_id", CsvValueType::Text)
        .headers(&["id"], &[])
        .columns(&[optional(
            "event_id",
            Type::Text,
            "`id` of a Currents event, with `#` and the number of the line for an order event; null when it is absent, empty or `[REDACTED]`",
        )
        .unique()]),
    field(Name::EventName, "name").columns(&[optional(
        "event_name",
        Type::Text,
        "`ecommerce.order_placed` or `ecommerce.order_refunded` of a line of an order; null for a purchase",
    )]),
    field(Name::Currency, "currency")
        .key()
        .csv("currency", CsvValueType::Text)
        .headers(&[], &["moeda"])
        .columns(&[required(
            "currency",
            Type::Text,
            "ISO 4217 code in upper case",
        )]),
    field(Name::Price, "price")
        .key()
        .csv("price", CsvValueType::Decimal)
        .headers(&[], &["preco", "valor", "valor_unitario"])
        .columns(&[required(
            "price",
            Type::Amount,
            "of one item, in the currency's main unit; negative for a refund",
        )]),
    field(Name::TotalPrice, "total_price")
        .csv("total_price", CsvValueType::Decimal)
        .columns(&[optional(
            "total_price",
            Type::Amount,
            "of all items together, if the record has it; `price` then follows from it",
        )]),
    field(Name::Quantity, "quantity")
        .key()
        .csv("quantity", CsvValueType::Integer)
        .headers(&["qty"], &["quantidade", "qtd"])
        .columns(&[required(
            "quantity",
            Type::Integer,
            "1 to 100; up to 32,767 in a line of an order, and where BRZ-QTY-RANGE does not reject",
        )]),
    field(Name::Time, "time")
        .key()
        .csv("time", CsvValueType::Timestamp)
        .headers(&["timestamp", "purchased_at"], &["data", "data_hora"])
        .columns(&[
            required("time", Type::Time, "instant of the purchase"),
            required("time_raw", Type::Text, "the time as the dump wrote it").unique(),
            required(
                "utc_offset_minutes",
                Type::Integer,
                "the offset it was written with, or that of the default zone",
            ),
        ]),
    field(Name::Properties, "properties")
        .key()
        .csv("properties", CsvValueType::Json)
        .headers(&[], &["propriedades"])
        .columns(&[optional(
            "properties",
            Type::Text,
            "a compact JSON object, keys in source order",
        )
        .unique()]),
    field(Name::UpdateExistingOnly, "_update_existing_only")
        .key()
        .csv("update_existing_only", CsvValueType::Boolean)
        .columns(&[optional(
            "update_existing_only",
            Type::Boolean,
            "`_update_existing_only`",
        )]),
    field(Name::Payload, "payload")
        .key()
        .csv("payload", CsvValueType::Text),
    field(Name::UpdatedAt, "updated_at").csv("updated_at", CsvValueType::Timestamp),
];

/// The columns that follow from several fields, after those of the fields.
static DERIVED_COLUMNS: [PurchaseColumnSpec; 3] = [
    required(
        "revenue",
        Type::Amount,
        "`total_price` if there is one, else exactly price × quantity",
    ),
    required("is_refund", Type::Boolean, "revenue < 0"),
    optional(
        "extra",
        Type::Text,
        "undocumented keys, as a compact JSON object",
    ),
];

/// The columns in their order, without the lineage columns.
pub fn columns() -> impl Iterator<Item = &'static PurchaseColumnSpec> {
    let of_fields = FIELDS.iter().flat_map(|spec| spec.columns);
    of_fields.chain(&DERIVED_COLUMNS)
}

/// The fields by the keys of the purchase object. Snowflake writes `PAYLOAD`.
static KEYS: KeyTable<Name, 64> = {
    let mut keys = KeyTable::empty();
    let mut position = 0;
    while position < FIELDS.len() {
        let spec = &FIELDS[position];
        assert!(spec.field as usize == position);
        if spec.is_key {
            keys.insert(spec.path, spec.field);
        }
        position += 1;
    }
    keys.insert("PAYLOAD", Name::Payload);
    keys
};

impl Name {
    /// The row of the field.
    pub fn spec(self) -> &'static PurchaseFieldSpec {
        &FIELDS[self as usize]
    }

    /// The field as the documentation writes it.
    pub fn as_str(self) -> &'static str {
        self.spec().path
    }

    /// The field of a key of the documented purchase object.
    #[inline]
    pub fn of_key(key: &str) -> Option<Self> {
        KEYS.find(key, |_| true)
    }
}
