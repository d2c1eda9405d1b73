//! A supplier purchase as stored in the table, and how it is read from a frame.
//!
//! In: a frame with the columns of [`columns`]. Out: [`SupplierPurchaseRow`]s in the frame's order.
//! Refused: values that ingestion never writes.

use chrono::{DateTime, FixedOffset, NaiveDate};
use polars::prelude::DataFrame;

use super::ReportError;
use crate::values::money::Amount;

mod columns;

use columns::SupplierRowColumns;
pub(super) use columns::columns;

/// A supplier purchase; unknown values are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchaseRow {
    /// The id of the purchase, unique within its company.
    pub id: i64,
    /// The registration date of the purchase.
    pub registration_date: NaiveDate,
    /// The supplier.
    pub supplier: RowParty,
    /// The invoice.
    pub invoice: RowInvoice,
    /// The code of the purchase.
    pub code: Option<i64>,
    /// The value of the items.
    pub value_of_items: RowMoney,
    /// The discount.
    pub discount: RowMoney,
    /// Other expenses.
    pub other_expenses_value: RowMoney,
    /// The total to pay.
    pub total: RowMoney,
    /// Free text.
    pub notes: Option<String>,
    /// The shipping.
    pub shipping: RowShipping,
    /// `pending` or `received`.
    pub status: Option<String>,
    /// The number of the order.
    pub order_number: Option<String>,
    /// Whether there is an outgoing stock movement.
    pub has_stock_movement_out: Option<bool>,
    /// Whether stock movements were deleted with the purchase; known only for deleted purchases.
    pub were_stock_movements_deleted: Option<bool>,
    /// Whether the purchase is deleted.
    pub is_deleted: bool,
    /// The time of creation, with its original offset.
    pub created_at: Option<DateTime<FixedOffset>>,
    /// The time of the last change, with its original offset.
    pub updated_at: DateTime<FixedOffset>,
    /// Undocumented keys as a JSON object.
    pub extra: Option<String>,
}

/// A supplier or a carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowParty {
    /// The id.
    pub id: Option<i64>,
    /// The name.
    pub name: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowInvoice {
    /// The series.
    pub serie: Option<String>,
    /// The number, as text: leading zeros are part of it.
    pub number: Option<String>,
}

/// An amount in a currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMoney {
    /// The amount, in the currency's main unit.
    pub amount: Option<Amount>,
    /// The ISO 4217 code.
    pub currency: Option<String>,
}

/// The shipping of a purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowShipping {
    /// Whether the buyer pays for it.
    pub pay_shipping: Option<bool>,
    /// The carrier.
    pub carrier: RowParty,
    /// The shipping costs.
    pub shipping_value: RowMoney,
}

/// Reads all rows of a frame that has the columns of [`columns`].
pub(super) fn read_rows(mut frame: DataFrame) -> Result<Vec<SupplierPurchaseRow>, ReportError> {
    frame.rechunk_mut();
    let columns =
        SupplierRowColumns::of(&frame).map_err(|source| ReportError::Scan { files: 1, source })?;
    (0..frame.height()).map(|at| columns.row(at)).collect()
}
