//! What a dashboard shows: computed answers, each with its provenance.

use chrono::{DateTime, Utc};

use crate::report::{NamedQuantity, QuantitySeries, RevenueSeries};
use crate::values::money::Amount;

/// The content of a dashboard. A part that is `None` was not requested or has no table; an empty
/// part has no data in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// The header.
    pub header: DashboardHeader,
    /// Items purchased.
    pub items: ItemQuantities,
    /// Revenue series, one per currency; amounts of different currencies are never added.
    pub revenue: Vec<WithProvenance<RevenueSeries>>,
    /// Totals by supplier and currency.
    pub suppliers: Option<WithProvenance<Vec<SupplierTotal>>>,
    /// Supplier purchases by month and status, months ascending.
    pub status_by_month: Option<WithProvenance<Vec<MonthlyStatusCounts>>>,
    /// Rejected records by rule.
    pub rejects: Option<WithProvenance<Vec<RuleRejectCount>>>,
}

/// The header of a dashboard: the lake and how the dashboard was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardHeader {
    /// The lake, as given by the user.
    pub lake: String,
    /// The tables read and their versions.
    pub versions: Vec<TableVersion>,
    /// When the dashboard was generated.
    pub generated_at: DateTime<Utc>,
    /// The time zone that defines days and hours.
    pub timezone: String,
    /// The parameters, by name.
    pub parameters: Vec<(String, String)>,
}

/// A table at the version that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableVersion {
    /// The name of the table.
    pub table: String,
    /// Its version in the Delta log.
    pub version: i64,
}

/// Numbers of items purchased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemQuantities {
    /// A series by day.
    pub by_day: Option<WithProvenance<QuantitySeries>>,
    /// A series by hour.
    pub by_hour: Option<WithProvenance<QuantitySeries>>,
    /// Items by product, in any order.
    pub by_product: Option<WithProvenance<Vec<NamedQuantity>>>,
    /// Items by app, in any order; purchases without an app have no name.
    pub by_app: Option<WithProvenance<Vec<NamedQuantity>>>,
}

/// An answer and its provenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithProvenance<T> {
    /// The answer.
    pub data: T,
    /// The provenance of the answer.
    pub provenance: Provenance,
}

/// The provenance of an answer: enough to compute it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The table and its version.
    pub table: TableVersion,
    /// The time zone that defines days and hours.
    pub timezone: String,
    /// The parameters, by name.
    pub parameters: Vec<(String, String)>,
}

/// The total value of the purchases from a supplier in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierTotal {
    /// The name of the supplier, or its id when it has none.
    pub supplier: String,
    /// The currency of the total.
    pub currency: String,
    /// The exact total; below zero when returns exceed purchases.
    pub total: Amount,
}

/// Numbers of supplier purchases of a month by status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyStatusCounts {
    /// `2025-01`.
    pub month: String,
    /// Purchases with status `pending`.
    pub pending: i64,
    /// Purchases with status `received`.
    pub received: i64,
    /// Purchases without a status.
    pub without_status: i64,
}

/// The number of records that a rule rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRejectCount {
    /// `purchases` or `supplier-purchases`.
    pub record_kind: String,
    /// The id of the rule.
    pub rule_id: String,
    /// The summary of the rule, in one line.
    pub summary: String,
    /// Records for which it is the first violated rule.
    pub rejects: i64,
}

impl Provenance {
    /// The provenance as sentences, shown below a chart.
    pub fn sentence(&self) -> String {
        let Self {
            table,
            timezone,
            parameters,
        } = self;
        let mut text = format!(
            "Source: table {}, version {}. Time zone: {timezone}.",
            table.table, table.version
        );
        let settings = parameters.iter().filter(|(name, _)| name != "timezone");
        let settings: Vec<String> = settings
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        if !settings.is_empty() {
            text.push_str(" Parameters: ");
            text.push_str(&settings.join(", "));
            text.push('.');
        }
        text
    }
}
