//! What a field and a column of a customer purchase are; the table of all of them is
//! [`FIELDS`](super::FIELDS).

use crate::input::csv::columns::CsvValueType;

/// The fields of a purchase object and of the envelopes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseField {
    /// Identifier given by the shop.
    ExternalId,
    /// `true` if the alias is an object, whose parts are the next two fields; otherwise its value.
    UserAlias,
    /// `user_alias.alias_name`
    AliasName,
    /// `user_alias.alias_label`
    AliasLabel,
    /// Identifier given by Braze.
    BrazeId,
    /// E-mail address of the buyer.
    Email,
    /// Telephone number of the buyer.
    Phone,
    /// Identifier of the app.
    AppId,
    /// Identifier of the app in Currents events, where `app_id` may be another identifier.
    AppApiId,
    /// What was bought.
    ProductId,
    /// Currents event id.
    EventId,
    /// The name of the order event that a row is a line of.
    EventName,
    /// ISO 4217 code.
    Currency,
    /// Unit price in the currency's base unit.
    Price,
    /// Price of all items together, in the currency's base unit.
    TotalPrice,
    /// Number of items.
    Quantity,
    /// Time of the purchase.
    Time,
    /// Free properties.
    Properties,
    /// `_update_existing_only`
    UpdateExistingOnly,
    /// Cloud Data Ingestion: the purchase as JSON text.
    Payload,
    /// Cloud Data Ingestion: when the row was written.
    UpdatedAt,
}

impl PurchaseField {
    /// The number of fields.
    pub const COUNT: usize = Self::UpdatedAt as usize + 1;

    /// The fields that identify the buyer. A default of one of them is that of a purchase without any: the
    /// buyer of another purchase must not change.
    pub(super) const IDENTIFIERS: [Self; 6] = [
        Self::ExternalId,
        Self::UserAlias,
        Self::AliasName,
        Self::BrazeId,
        Self::Email,
        Self::Phone,
    ];
}

/// A row of the table of fields.
#[derive(Clone, Copy, Debug)]
pub struct PurchaseFieldSpec {
    /// The field.
    pub field: PurchaseField,
    /// The field as the documentation writes it.
    pub path: &'static str,
    /// Whether the path is a key of the purchase object.
    pub is_key: bool,
    /// Its name as a column of delimited text, and the type of the cells.
    pub csv: Option<(&'static str, CsvValueType)>,
    /// Further headers of delimited text.
    pub headers: &'static [&'static str],
    /// The same, Portuguese.
    pub portuguese_headers: &'static [&'static str],
    /// The columns of the table that hold it.
    pub columns: &'static [PurchaseColumnSpec],
}

impl PurchaseFieldSpec {
    pub(super) const fn new(field: PurchaseField, path: &'static str) -> Self {
        Self {
            field,
            path,
            is_key: false,
            csv: None,
            headers: &[],
            portuguese_headers: &[],
            columns: &[],
        }
    }

    pub(super) const fn key(mut self) -> Self {
        self.is_key = true;
        self
    }

    pub(super) const fn csv(mut self, name: &'static str, value_type: CsvValueType) -> Self {
        self.csv = Some((name, value_type));
        self
    }

    pub(super) const fn headers(
        mut self,
        headers: &'static [&'static str],
        portuguese: &'static [&'static str],
    ) -> Self {
        self.headers = headers;
        self.portuguese_headers = portuguese;
        self
    }

    pub(super) const fn columns(mut self, columns: &'static [PurchaseColumnSpec]) -> Self {
        self.columns = columns;
        self
    }
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseColumnType {
    /// Utf8.
    Text,
    /// Int16.
    Integer,
    /// Decimal128(38, 9).
    Amount,
    /// Timestamp(µs, UTC).
    Time,
    /// Boolean.
    Boolean,
}

/// A column of the table.
#[derive(Clone, Copy, Debug)]
pub struct PurchaseColumnSpec {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub column_type: PurchaseColumnType,
    /// Whether it has no nulls.
    pub is_required: bool,
    /// Whether values rarely repeat within a day, so that a dictionary does not help.
    pub is_unique: bool,
    /// What it is, for the reference.
    pub meaning: &'static str,
}

/// A column that may be null.
pub(super) const fn optional(
    name: &'static str,
    column_type: PurchaseColumnType,
    meaning: &'static str,
) -> PurchaseColumnSpec {
    PurchaseColumnSpec {
        name,
        column_type,
        is_required: false,
        is_unique: false,
        meaning,
    }
}

/// A column without nulls.
pub(super) const fn required(
    name: &'static str,
    column_type: PurchaseColumnType,
    meaning: &'static str,
) -> PurchaseColumnSpec {
    PurchaseColumnSpec {
        is_required: true,
        ..optional(name, column_type, meaning)
    }
}

impl PurchaseColumnSpec {
    pub(super) const fn unique(mut self) -> Self {
        self.is_unique = true;
        self
    }
}
