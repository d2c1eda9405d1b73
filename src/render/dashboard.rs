//! The page of a whole lake: what is bought, what it brings, what comes from suppliers, what was
//! rejected.
//!
//! In: a [`Dashboard`] of answers that were worked out elsewhere, each with the table version and the
//! parameters behind it. Out: one HTML file ([`dashboard_html`]), or single charts. Refused: nothing; a section
//! without data says so in one sentence.

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

/// Everything that stands on the page. A part that is `None` was not asked for or has no table; one
/// that is empty has nothing in the time asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// What the page is about.
    pub header: DashboardHeader,
    /// What was bought.
    pub items: ItemQuantities,
    /// Revenue series, one for each currency, which are never added up.
    pub revenue: Vec<WithProvenance<RevenueSeries>>,
    /// Totals by supplier and currency.
    pub suppliers: Option<WithProvenance<Vec<SupplierTotal>>>,
    /// Purchases from suppliers by month and status, months ascending.
    pub status_by_month: Option<WithProvenance<Vec<MonthlyStatusCounts>>>,
    /// Rejected records by rule.
    pub rejects: Option<WithProvenance<Vec<RuleRejectCount>>>,
}

/// What the page is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DashboardHeader {
    /// The lake, as the user names it.
    pub lake: String,
    /// The tables read and their versions.
    pub versions: Vec<TableVersion>,
    /// When the page was made.
    pub generated_at: DateTime<Utc>,
    /// The zone whose days and hours are counted.
    pub timezone: String,
    /// What was asked for, by name.
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

/// The figures on items purchased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemQuantities {
    /// A series by the day.
    pub by_day: Option<WithProvenance<QuantitySeries>>,
    /// A series by the hour.
    pub by_hour: Option<WithProvenance<QuantitySeries>>,
    /// Items by product, in any order.
    pub by_product: Option<WithProvenance<Vec<NamedQuantity>>>,
    /// Items by app, in any order; purchases without an app have no name.
    pub by_app: Option<WithProvenance<Vec<NamedQuantity>>>,
}

/// An answer and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithProvenance<T> {
    /// The answer.
    pub data: T,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Where an answer comes from: enough to work it out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The table and its version.
    pub table: TableVersion,
    /// The zone whose days and hours are counted.
    pub timezone: String,
    /// The parameters, by name.
    pub parameters: Vec<(String, String)>,
}

/// What was bought from a supplier in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierTotal {
    /// The name of the supplier, or its number when it has none.
    pub supplier: String,
    /// The currency of the total.
    pub currency: String,
    /// The exact total; below zero when more was given back than bought.
    pub total: Amount,
}

/// How many purchases of a month are in which status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyStatusCounts {
    /// `2025-01`.
    pub month: String,
    /// Purchases that are awaited.
    pub pending: i64,
    /// Purchases that have arrived.
    pub received: i64,
    /// Purchases whose status is not known.
    pub without_status: i64,
}

/// How often a rule rejected a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRejectCount {
    /// `purchases` or `supplier-purchases`.
    pub record_kind: String,
    /// The code of the rule.
    pub rule_id: String,
    /// What the rule says, in one line.
    pub summary: String,
    /// Records rejected by it first.
    pub rejects: i64,
}

impl Provenance {
    /// One or two sentences to stand below a chart.
    pub fn sentence(&self) -> String {
        let Self {
            table,
            timezone,
            parameters,
        } = self;
        let mut text = format!(
            "Table {}, version {}. Time zone {timezone}.",
            table.table, table.version
        );
        let others = parameters.iter().filter(|(name, _)| name != "timezone");
        let others: Vec<String> = others
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        if !others.is_empty() {
            text.push_str(" Parameters: ");
            text.push_str(&others.join(", "));
            text.push('.');
        }
        text
    }
}

/// Writes the page.
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
            p { "Numbers are exact: digits stand in groups of three, and a point is the decimal mark. Amounts of different currencies are never added up." }
        }
    };
    html_document("Purchases", &body)
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
            "Made at".to_owned(),
            generated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        ),
        ("Time zone".to_owned(), timezone.clone()),
    ];
    pairs.extend(parameters.iter().cloned());
    html! {
        header.top {
            h1 { "Purchases" }
            p.lead { "What was bought, what it brought, what came from suppliers, and which records were rejected." }
            (settings_markup(&pairs))
        }
    }
}

fn section_markup(section: &DashboardSection) -> Markup {
    html! {
        section.card id=(section.id) aria-labelledby={ (section.id) "-title" } {
            h2 id={ (section.id) "-title" } { (section.title) }
            p { (section.lead) }
            @for figure in &section.figures {
                @if let Some(title) = &figure.title { h3 { (isolated_text(title)) } }
                (figure.markup)
            }
        }
    }
}
