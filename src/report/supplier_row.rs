//! One supplier purchase as it stands in the table, and how it is read from a frame.
//!
//! In: a frame with the columns of [`columns`]. Out: [`SupplierPurchaseRow`]s in the frame's order.
//! Refused: values that ingestion never writes.

use chrono::{DateTime, FixedOffset, NaiveDate};
use polars::prelude::DataFrame;

use super::ReportError;
use crate::values::money::Amount;

mod columns;

use columns::Columns;
pub(super) use columns::columns;

/// A supplier purchase: the parts that are not known are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchaseRow {
    /// The purchase's number, unique in its company.
    pub id: i64,
    /// The day of the purchase.
    pub registration_date: NaiveDate,
    /// Who sold.
    pub supplier: Party,
    /// Series and number of the invoice.
    pub invoice: Invoice,
    /// Another number of the purchase.
    pub code: Option<i64>,
    /// What the items cost.
    pub value_of_items: Money,
    /// What was taken off.
    pub discount: Money,
    /// What else was to pay.
    pub other_expenses_value: Money,
    /// What was to pay in all.
    pub total: Money,
    /// Free text.
    pub notes: Option<String>,
    /// How the items came.
    pub shipping: Shipping,
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
pub struct Party {
    /// Its number.
    pub id: Option<i64>,
    /// Its name.
    pub name: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invoice {
    /// Its series.
    pub serie: Option<String>,
    /// Its number, as text: zeros in front are part of it.
    pub number: Option<String>,
}

/// An amount in a currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// The amount, in the currency's main unit.
    pub amount: Option<Amount>,
    /// The ISO 4217 code.
    pub currency: Option<String>,
}

/// The shipping of a purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipping {
    /// Whether the buyer pays for it.
    pub pay_shipping: Option<bool>,
    /// Who carries.
    pub carrier: Party,
    /// What it costs.
    pub shipping_value: Money,
}

/// Reads every row of a frame that has the columns of [`columns`].
pub(super) fn rows_of(mut frame: DataFrame) -> Result<Vec<SupplierPurchaseRow>, ReportError> {
    frame.rechunk_mut();
    let columns = Columns::of(&frame).map_err(|source| ReportError::Scan { files: 1, source })?;
    (0..frame.height()).map(|at| columns.row(at)).collect()
}
