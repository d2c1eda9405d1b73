//! Detects records of another kind by the keys of the element.

use super::RawSupplierPurchase;
use crate::record::{ExtraField, Field, is_users_export};
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;

/// The keys and CSV headers for the product of a customer purchase. A choice like [`PRICE`]: what
/// proves another kind is less than what the reader of that kind accepts.
const PRODUCT: [&str; 4] = ["product_id", "product", "produto", "id_produto"];

/// The keys and CSV headers for the price of one item, as written; without `valor`, which may be the
/// value of a whole purchase.
const PRICE: [&str; 4] = ["price", "preco", "preço", "valor_unitario"];

/// Fields that only a supplier purchase has; not the total, which tables of sales have too.
const IDENTIFYING_FIELDS: [SupplierPurchaseField; 7] = [
    SupplierPurchaseField::Supplier,
    SupplierPurchaseField::SupplierId,
    SupplierPurchaseField::SupplierName,
    SupplierPurchaseField::Invoice,
    SupplierPurchaseField::InvoiceNumber,
    SupplierPurchaseField::ValueOfItems,
    SupplierPurchaseField::ValueOfItemsAmount,
];

/// Fields of which even an incomplete purchase has at least one.
const COMMON_FIELDS: [SupplierPurchaseField; 4] = [
    SupplierPurchaseField::Id,
    SupplierPurchaseField::RegistrationDate,
    SupplierPurchaseField::UpdatedAt,
    SupplierPurchaseField::Status,
];

impl RawSupplierPurchase<'_> {
    /// The violated file rule when the record is not a supplier purchase but of another kind in a
    /// similar envelope. Detected by the keys of the element, never by those of the envelope.
    ///
    /// | keys | rule |
    /// |---|---|
    /// | a product and a price, or a price with `time` and `currency` | FILE-WRONG-KIND |
    /// | `payload` whose text contains a product and a price | FILE-WRONG-KIND |
    /// | `name`, `count` and `first`, or an array `users` | FILE-USER-EXPORT |
    /// | `time` and a value of a series, or `data` that contains one | FILE-SERIES-RESPONSE |
    /// | `message`, and otherwise only `code`, `meta` and `errors` | FILE-ERROR-RESPONSE |
    ///
    /// An element with a supplier, an invoice or the value of its items is a supplier purchase, whatever
    /// other keys it has.
    pub fn wrong_kind(&self) -> Option<RuleId> {
        if self.extra.is_empty()
            || IDENTIFYING_FIELDS
                .iter()
                .any(|name| !self.get(*name).is_missing())
        {
            return None;
        }
        let is_aggregate = ["name", "count", "first"]
            .iter()
            .all(|key| self.has_any(&[key]));
        if is_aggregate || self.extra.iter().any(is_users_export) {
            Some(RuleId::FileUserExport)
        } else if self.is_customer_purchase() {
            Some(RuleId::FileWrongKind)
        } else if self.is_series_response() {
            Some(RuleId::FileSeriesResponse)
        } else if self.is_error_response() {
            Some(RuleId::FileErrorResponse)
        } else {
            None
        }
    }

    fn has_any(&self, keys: &[&str]) -> bool {
        let is_one =
            |extra: &ExtraField<'_>| keys.iter().any(|key| extra.key.eq_ignore_ascii_case(key));
        self.extra.iter().any(is_one)
    }

    fn is_error_response(&self) -> bool {
        let is_part = |extra: &ExtraField<'_>| matches!(&*extra.key, "message" | "meta" | "errors");
        self.has_any(&["message"])
            && self.extra.iter().all(is_part)
            && COMMON_FIELDS
                .iter()
                .all(|name| self.get(*name).is_missing())
    }

    fn is_customer_purchase(&self) -> bool {
        let has_price = self.has_any(&PRICE);
        let is_payload = |extra: &ExtraField<'_>| {
            let holds = |word: &str| extra.value.contains(word);
            extra.key.eq_ignore_ascii_case("payload") && holds("product_id") && holds("price")
        };
        // A row may have one currency column for all amounts, which is not undocumented.
        let has_currency = self.is_row || self.has_any(&["currency"]);
        (self.has_any(&PRODUCT) && has_price)
            || (has_price && has_currency && self.has_any(&["time"]))
            || self.extra.iter().any(is_payload)
    }

    fn is_series_response(&self) -> bool {
        const VALUES: [&str; 2] = ["purchase_quantity", "revenue"];
        let holds_series = |extra: &ExtraField<'_>| {
            let holds = |word: &str| extra.value.contains(&format!("\"{word}\""));
            extra.key == "data" && holds("time") && VALUES.into_iter().any(holds)
        };
        let is_row_of_one = self.has_any(&["time"]) && self.has_any(&VALUES);
        let has_no_id = matches!(self.get(SupplierPurchaseField::Id), Field::Absent);
        has_no_id && (is_row_of_one || self.extra.iter().any(holds_series))
    }
}
