//! One supplier purchase as it stands in the table, and how it is read from a frame.
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

/// A supplier purchase: the parts that are not known are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchaseRow {
    /// The purchase's number, unique in its company.
    pub id: i64,
    /// The day of the purchase.
    pub registration_date: NaiveDate,
    /// Who sold.
    pub supplier: RowParty,
    /// Series and number of the invoice.
    pub invoice: RowInvoice,
    /// Another number of the purchase.
    pub code: Option<i64>,
    /// What the items cost.
    pub value_of_items: RowMoney,
    /// What was taken off.
    pub discount: RowMoney,
    /// What else was to pay.
    pub other_expenses_value: RowMoney,
    /// What was to pay in all.
    pub total: RowMoney,
    /// Free text.
    pub notes: Option<String>,
    /// How the items came.
    pub shipping: RowShipping,
    /// `pending` or `received`.
    pub status: Option<String>,
    /// The number of the order.
    pub order_number: Option<String>,
    /// Whether stock has moved out.
    pub has_stock_movement_out: Option<bool>,
    /// Whether stock movements were deleted with the purchase; known of deleted purchases only.
    pub were_stock_movements_deleted: Option<bool>,
    /// Whether the purchase is deleted.
    pub is_deleted: bool,
    /// When it was made, in the offset it was written in.
    pub created_at: Option<DateTime<FixedOffset>>,
    /// When it was changed last, in the offset it was written in.
    pub updated_at: DateTime<FixedOffset>,
    /// Undocumented keys as a JSON object.
    pub extra: Option<String>,
}

/// A supplier or a carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowParty {
    /// Its number.
    pub id: Option<i64>,
    /// Its name.
    pub name: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowInvoice {
    /// Its series.
    pub serie: Option<String>,
    /// Its number, as text: zeros in front are part of it.
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
    /// Who carries.
    pub carrier: RowParty,
    /// What it costs.
    pub shipping_value: RowMoney,
}

/// Reads every row of a frame that has the columns of [`columns`].
pub(super) fn read_rows(mut frame: DataFrame) -> Result<Vec<SupplierPurchaseRow>, ReportError> {
    frame.rechunk_mut();
    let columns =
        SupplierRowColumns::of(&frame).map_err(|source| ReportError::Scan { files: 1, source })?;
    (0..frame.height()).map(|at| columns.row(at)).collect()
}
