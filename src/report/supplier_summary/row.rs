//! A row of the summary.

use chrono::NaiveDate;

use crate::values::money::Amount;

/// The amounts of a purchase and their currencies, by column, in the order of [`SummaryAmounts`]: the
/// sums that the summary has are a choice, and its order is not that of the columns.
pub(super) const AMOUNTS: [(&str, &str); 5] = [
    ("value_of_items", "value_of_items_currency"),
    ("discount", "discount_currency"),
    ("other_expenses_value", "other_expenses_value_currency"),
    ("shipping_value", "shipping_value_currency"),
    ("total", "total_currency"),
];

/// A supplier's purchases of one month in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierSummaryRow {
    /// The supplier id; `None` for purchases without a supplier.
    pub supplier_id: Option<i64>,
    /// The name on the selected purchase that was updated last; of several, the last in byte order.
    /// `None` without a supplier.
    pub supplier_name: Option<String>,
    /// All names on the selected purchases, in byte order.
    pub names_seen: Vec<String>,
    /// The first day of the month.
    pub month: NaiveDate,
    /// The currency of every amount of the row.
    pub currency: Option<String>,
    /// Numbers of purchases.
    pub purchases: PurchaseCounts,
    /// Sums of amounts.
    pub amounts: SummaryAmounts,
    /// The first registration date of the purchases that are counted in this row or have an amount
    /// in it.
    pub first_date: NaiveDate,
    /// The last registration date of these purchases.
    pub last_date: NaiveDate,
}

/// Numbers of purchases whose own currency is that of the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurchaseCounts {
    /// All purchases.
    pub purchases: i64,
    /// Purchases with status `received`.
    pub received: i64,
    /// Purchases with status `pending`.
    pub pending: i64,
    /// Purchases without a status.
    pub without_status: i64,
}

impl PurchaseCounts {
    pub(super) fn add(&mut self, other: Self) {
        let Self {
            purchases,
            received,
            pending,
            without_status,
        } = other;
        self.purchases += purchases;
        self.received += received;
        self.pending += pending;
        self.without_status += without_status;
    }
}

/// Exact sums; zero when all amounts are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryAmounts {
    /// The value of the items.
    pub value_of_items: Amount,
    /// The discounts.
    pub discount: Amount,
    /// The other expenses.
    pub other_expenses: Amount,
    /// The shipping costs, regardless of who pays them.
    pub shipping: Amount,
    /// The totals to pay.
    pub total: Amount,
}

impl SummaryAmounts {
    /// The amounts in the order of their fields.
    pub fn in_order(self) -> [Amount; 5] {
        let Self {
            value_of_items,
            discount,
            other_expenses,
            shipping,
            total,
        } = self;
        [value_of_items, discount, other_expenses, shipping, total]
    }
}
