//! The sections of the dashboard, in order.
//!
//! In: a dashboard. Out: a heading, a sentence and figures for each section; only the sentence
//! where there is no data.

use std::collections::BTreeSet;

use maud::Markup;

use super::charts::{
    ChartWithTable, apps, products, quantity, rejects, revenue, status_by_month,
    suppliers_in_currency,
};
use super::content::{Dashboard, Provenance, WithProvenance};
use crate::render::html::figure_markup;

/// A section of the dashboard.
pub(super) struct DashboardSection {
    /// Its anchor.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What the section shows, or that it has no data.
    pub(super) lead: String,
    pub(super) figures: Vec<SectionFigure>,
}

/// A figure of a section.
pub(super) struct SectionFigure {
    /// Its heading, in a section with several figures.
    pub(super) title: Option<String>,
    pub(super) markup: Markup,
}

/// The texts of a section.
#[derive(Clone, Copy)]
struct SectionText {
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    /// Replaces the lead when there is no data.
    absent: &'static str,
}

impl SectionText {
    fn section(self, lead: &str, figures: Vec<SectionFigure>) -> DashboardSection {
        DashboardSection {
            id: self.id,
            title: self.title,
            lead: lead.to_owned(),
            figures,
        }
    }
}

pub(super) fn sections(dashboard: &Dashboard) -> Vec<DashboardSection> {
    let Dashboard {
        header: _,
        items,
        revenue: revenues,
        suppliers,
        status_by_month: months,
        rejects: rules,
    } = dashboard;
    vec![
        single_figure_section(BY_DAY, items.by_day.as_ref(), quantity),
        single_figure_section(BY_HOUR, items.by_hour.as_ref(), quantity),
        single_figure_section(BY_PRODUCT, items.by_product.as_ref(), |items, of| {
            products(items, of)
        }),
        single_figure_section(BY_APP, items.by_app.as_ref(), |items, of| apps(items, of)),
        multi_figure_section(
            REVENUE,
            revenues.iter().map(|of| {
                let title = of.data.currency_code().unwrap_or("No currency");
                (title.to_owned(), revenue(&of.data, &of.provenance))
            }),
        ),
        multi_figure_section(
            SUPPLIERS,
            suppliers.iter().flat_map(|of| {
                let codes = of.data.iter().map(|bar| bar.currency.as_str());
                let codes: BTreeSet<&str> = codes.collect();
                codes.into_iter().map(|code| {
                    let drawing = suppliers_in_currency(&of.data, code, &of.provenance);
                    (code.to_owned(), drawing)
                })
            }),
        ),
        single_figure_section(MONTHS, months.as_ref(), |months, of| {
            status_by_month(months, of)
        }),
        single_figure_section(REJECTS, rules.as_ref(), |rules, of| rejects(rules, of)),
    ]
}

fn single_figure_section<T>(
    text: SectionText,
    of: Option<&WithProvenance<T>>,
    draw: impl FnOnce(&T, &Provenance) -> ChartWithTable,
) -> DashboardSection {
    match of.map(|of| draw(&of.data, &of.provenance)) {
        None => text.section(text.absent, Vec::new()),
        Some((chart, _)) if chart.is_blank() => text.section(&chart.empty_text, Vec::new()),
        Some((chart, table)) => {
            let figure = SectionFigure {
                title: None,
                markup: figure_markup(&chart, &table),
            };
            text.section(text.lead, vec![figure])
        }
    }
}

fn multi_figure_section(
    text: SectionText,
    drawings: impl Iterator<Item = (String, ChartWithTable)>,
) -> DashboardSection {
    let drawings = drawings.filter(|(_, (chart, _))| !chart.is_blank());
    let figures: Vec<SectionFigure> = drawings
        .map(|(title, (chart, table))| SectionFigure {
            title: Some(title),
            markup: figure_markup(&chart, &table),
        })
        .collect();
    let lead = if figures.is_empty() {
        text.absent
    } else {
        text.lead
    };
    text.section(lead, figures)
}

const NO_PURCHASES: &str = "No purchases in this period.";
const NO_SUPPLIER_PURCHASES: &str = "No supplier purchases in this period.";

const BY_DAY: SectionText = SectionText {
    id: "items-by-day",
    title: "Items by day",
    lead: "Items purchased per day. A purchase of three items counts as three.",
    absent: NO_PURCHASES,
};
const BY_HOUR: SectionText = SectionText {
    id: "items-by-hour",
    title: "Items by hour",
    lead: "Items purchased per hour on the last day of the period.",
    absent: NO_PURCHASES,
};
const BY_PRODUCT: SectionText = SectionText {
    id: "items-by-product",
    title: "Items by product",
    lead: "Products with the most items purchased; all other products are combined.",
    absent: NO_PURCHASES,
};
const BY_APP: SectionText = SectionText {
    id: "items-by-app",
    title: "Items by app",
    lead: "Items purchased per app.",
    absent: NO_PURCHASES,
};
const REVENUE: SectionText = SectionText {
    id: "revenue",
    title: "Revenue",
    lead: "Price times quantity, exact to the last digit, with one chart per currency.",
    absent: NO_PURCHASES,
};
const SUPPLIERS: SectionText = SectionText {
    id: "suppliers",
    title: "Supplier totals",
    lead: "Total value of the purchases from each supplier, with one chart per currency.",
    absent: NO_SUPPLIER_PURCHASES,
};
const MONTHS: SectionText = SectionText {
    id: "supplier-status",
    title: "Supplier purchases by status",
    lead: "Supplier purchases by month of registration and status.",
    absent: NO_SUPPLIER_PURCHASES,
};
const REJECTS: SectionText = SectionText {
    id: "rejects",
    title: "Rejected records",
    lead: "Records that violate a rule. They are stored unchanged in the rejects table.",
    absent: "No records were rejected.",
};
