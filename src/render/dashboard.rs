//! The dashboard of a lake: items purchased, revenue, supplier purchases and rejected records.
//!
//! In: a [`Dashboard`] of computed answers, each with its table version and parameters. Out: one
//! HTML file ([`dashboard_html`]), or single charts. Refused: nothing; a section without data
//! contains one sentence that states so.

use chrono::{DateTime, SecondsFormat, Utc};
use maud::{Markup, html};

use super::html::{html_document, isolated_text, settings_markup};
use crate::report::{NamedQuantity, QuantitySeries, RevenueSeries};
use crate::values::money::Amount;

mod cards;
mod charts;
mod ranking;
mod sections;
mod suppliers;
#[cfg(test)]
mod tests;

pub use charts::{
    ChartWithTable, apps, products, quantity, rejects, revenue, status_by_month,
    suppliers_in_currency,
};

pub use suppliers::{status_counts_by_month, supplier_totals};

use sections::{DashboardSection, sections};

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

/// Writes the dashboard as one HTML file.
pub fn dashboard_html(dashboard: &Dashboard) -> String {
    let sections = sections(dashboard);
    let body = html! {
        (header(&dashboard.header))
        nav aria-label="Sections" { ul {
            @for section in &sections { li { a href={ "#" (section.id) } { (section.title) } } }
        } }
        main {
            (cards::cards(dashboard))
            @for section in &sections { (section_markup(section)) }
        }
        footer {
            p { "Numbers are exact. Digits are grouped in threes, and the decimal separator is a point. Amounts in different currencies are never added." }
        }
    };
    html_document("Purchase dashboard", &body)
}

fn header(header: &DashboardHeader) -> Markup {
    let DashboardHeader {
        lake,
        versions,
        generated_at,
        timezone,
        parameters,
    } = header;
    let versions: Vec<String> = versions
        .iter()
        .map(|version| format!("{} {}", version.table, version.version))
        .collect();
    let mut pairs = vec![
        ("Lake".to_owned(), lake.clone()),
        ("Table versions".to_owned(), versions.join(", ")),
        (
            "Generated at".to_owned(),
            generated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        ),
        ("Time zone".to_owned(), timezone.clone()),
    ];
    pairs.extend(parameters.iter().cloned());
    html! {
        header.top {
            h1 { "Purchase dashboard" }
            p.lead { "Items purchased, revenue, supplier purchases and rejected records." }
            (settings_markup(&pairs))
        }
    }
}

fn section_markup(section: &DashboardSection) -> Markup {
    html! {
        section.panel id=(section.id) aria-labelledby={ (section.id) "-title" } {
            h2 id={ (section.id) "-title" } { (section.title) }
            p { (section.lead) }
            @for figure in &section.figures {
                @if let Some(title) = &figure.title { h3 { (isolated_text(title)) } }
                (figure.markup)
            }
        }
    }
}
