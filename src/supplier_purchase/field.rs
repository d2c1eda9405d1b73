//! What a field of a supplier purchase is; the table of all of them is [`FIELDS`](super::FIELDS).

use crate::input::csv::columns::CsvValueType;
use crate::rules::RuleId;

/// The fields of a supplier purchase: its values, and the objects that contain some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is described by its row of the table"
)]
pub enum SupplierPurchaseField {
    CompanyId,
    Id,
    RegistrationDate,
    Supplier,
    SupplierId,
    SupplierName,
    Invoice,
    InvoiceSerie,
    InvoiceNumber,
    Code,
    ValueOfItems,
    ValueOfItemsAmount,
    ValueOfItemsCurrency,
    Discount,
    DiscountAmount,
    DiscountCurrency,
    OtherExpensesValue,
    OtherExpensesValueAmount,
    OtherExpensesValueCurrency,
    Total,
    TotalAmount,
    TotalCurrency,
    Notes,
    Shipping,
    PayShipping,
    Carrier,
    CarrierId,
    CarrierName,
    ShippingValue,
    ShippingValueAmount,
    ShippingValueCurrency,
    Status,
    OrderNumber,
    HasStockMovementOut,
    WereStockMovementsDeleted,
    Deleted,
    CreatedAt,
    UpdatedAt,
}

/// The type of a field, with the rule that a value of another type violates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupplierFieldType {
    /// An object, whose members are fields of their own.
    Object(RuleId),
    /// A whole number of 64 bits.
    Integer(RuleId),
    /// A text.
    Text(RuleId),
    /// A text that some dumps write as a number: its digits are kept, with a warning.
    TextOrNumber,
    /// `pending` or `received`.
    Status,
    /// `true` or `false`.
    Boolean,
    /// A calendar date.
    Date,
    /// An exact amount in the main unit of the currency in the next row.
    Amount,
    /// An ISO 4217 code.
    Currency,
    /// An instant with the offset it was written with.
    Time,
}

/// How a field appears in the documented JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JsonUse {
    /// It is read and written.
    Documented,
    /// It is read, because some dumps contain it.
    Read,
    /// It is an undocumented key like any other.
    None,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct SupplierFieldSpec {
    /// The field.
    pub field: SupplierPurchaseField,
    /// The documented path, such as `total.amount`; the name of the header for fields that only rows
    /// have.
    pub path: &'static str,
    /// The key in the object that contains it: the last part of the path.
    pub key: &'static str,
    /// The object that contains it.
    pub parent: Option<SupplierPurchaseField>,
    /// The type.
    pub field_type: SupplierFieldType,
    /// The column of the table.
    pub column: Option<&'static str>,
    /// The second column of a time: its offset in minutes east of UTC.
    pub offset_column: Option<&'static str>,
    /// Whether the column has no nulls.
    pub is_required: bool,
    /// Whether values rarely repeat within a month of a company, so that a dictionary does not help.
    pub is_unique: bool,
    /// Whether tables and version hashes were stored before the field was known: a state without a
    /// value has the hash that it had without the field.
    pub is_added: bool,
    /// Headers of delimited text besides the column and the path.
    pub headers: &'static [&'static str],
    /// The same, Portuguese.
    pub portuguese_headers: &'static [&'static str],
    /// What it is, for the reference.
    pub meaning: &'static str,
    json: JsonUse,
}

/// A row of the table.
pub(super) const fn field(
    field: SupplierPurchaseField,
    path: &'static str,
    field_type: SupplierFieldType,
) -> SupplierFieldSpec {
    SupplierFieldSpec::new(field, path, field_type)
}

/// The row of an object.
pub(super) const fn object(
    field: SupplierPurchaseField,
    path: &'static str,
    rule: RuleId,
) -> SupplierFieldSpec {
    SupplierFieldSpec::new(field, path, SupplierFieldType::Object(rule))
}

/// The row of the currency of the amount before it.
pub(super) const fn currency(
    field: SupplierPurchaseField,
    path: &'static str,
) -> SupplierFieldSpec {
    SupplierFieldSpec::new(field, path, SupplierFieldType::Currency)
        .meaning("its currency, ISO 4217, upper case")
}

impl SupplierPurchaseField {
    /// The number of fields.
    pub const COUNT: usize = Self::UpdatedAt as usize + 1;
}

/// What follows the last dot of a path.
const fn last_part(path: &'static str) -> &'static str {
    let mut start = path.len();
    while start > 0 && path.as_bytes()[start - 1] != b'.' {
        start -= 1;
    }
    path.split_at(start).1
}

impl SupplierFieldSpec {
    const fn new(
        field: SupplierPurchaseField,
        path: &'static str,
        field_type: SupplierFieldType,
    ) -> Self {
        Self {
            field,
            path,
            key: last_part(path),
            parent: None,
            field_type,
            column: None,
            offset_column: None,
            is_required: false,
            is_unique: false,
            is_added: false,
            headers: &[],
            portuguese_headers: &[],
            meaning: "",
            json: JsonUse::Documented,
        }
    }

    pub(super) const fn of(mut self, parent: SupplierPurchaseField) -> Self {
        self.parent = Some(parent);
        self
    }

    pub(super) const fn column(mut self, column: &'static str) -> Self {
        self.column = Some(column);
        self
    }

    pub(super) const fn offset_column(mut self, column: &'static str) -> Self {
        self.offset_column = Some(column);
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(super) const fn unique(mut self) -> Self {
        self.is_unique = true;
        self
    }

    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the fields of the first version have no mark")
    )]
    pub(super) const fn added(mut self) -> Self {
        self.is_added = true;
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

    pub(super) const fn meaning(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    pub(super) const fn only_read(mut self) -> Self {
        self.json = JsonUse::Read;
        self
    }

    pub(super) const fn only_in_rows(mut self) -> Self {
        self.json = JsonUse::None;
        self
    }

    /// Whether its key in a JSON object is that of a field.
    pub(super) const fn is_read(&self) -> bool {
        !matches!(self.json, JsonUse::None)
    }

    /// Whether the documented object has it.
    pub fn is_documented(&self) -> bool {
        self.json == JsonUse::Documented
    }

    /// The type of its cells in delimited text; none for objects, which rows do not have.
    pub(super) fn csv_type(&self) -> Option<CsvValueType> {
        Some(match self.field_type {
            SupplierFieldType::Object(_) => return None,
            SupplierFieldType::Integer(_) => CsvValueType::Integer,
            SupplierFieldType::Amount => CsvValueType::Decimal,
            SupplierFieldType::Boolean => CsvValueType::Boolean,
            SupplierFieldType::Date => CsvValueType::Date,
            SupplierFieldType::Time => CsvValueType::Timestamp,
            SupplierFieldType::Text(_)
            | SupplierFieldType::TextOrNumber
            | SupplierFieldType::Status
            | SupplierFieldType::Currency => CsvValueType::Text,
        })
    }
}
