//! The sections of the page, in their order.
//!
//! In: the page's data. Out: a heading, a sentence and figures for each section; the sentence alone
//! where there is nothing to show.

use std::collections::BTreeSet;

use maud::Markup;

use super::charts::{
    Drawing, apps, products, quantity, rejects, revenue, status_by_month, suppliers_in_currency,
};
use super::{PageData, Sourced};
use crate::render::html::figure;

/// A section.
pub(super) struct Section {
    /// Its anchor.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What it shows, or that there is nothing to show.
    pub(super) lead: String,
    pub(super) parts: Vec<Part>,
}

/// A figure of a section.
pub(super) struct Part {
    /// Its heading, where a section has several.
    pub(super) title: Option<String>,
    pub(super) markup: Markup,
}

/// The words of a section.
#[derive(Clone, Copy)]
struct Words {
    id: &'static str,
    title: &'static str,
    lead: &'static str,
    /// Instead of the lead, when there is no such data.
    absent: &'static str,
}

pub(super) fn sections(data: &PageData) -> Vec<Section> {
    let PageData {
        heading: _,
        items,
        revenue: revenues,
        suppliers,
        status_by_month: months,
        rejects: rules,
    } = data;
    vec![
        single(BY_DAY, items.by_day.as_ref(), |of| {
            quantity(&of.data, &of.source)
        }),
        single(BY_HOUR, items.by_hour.as_ref(), |of| {
            quantity(&of.data, &of.source)
        }),
        single(BY_PRODUCT, items.by_product.as_ref(), |of| {
            products(&of.data, &of.source)
        }),
        single(BY_APP, items.by_app.as_ref(), |of| {
            apps(&of.data, &of.source)
        }),
        several(
            REVENUE,
            revenues.iter().map(|of| {
                let title = of.data.currency_code().unwrap_or("No currency");
                (title.to_owned(), revenue(&of.data, &of.source))
            }),
        ),
        several(
            SUPPLIERS,
            suppliers.iter().flat_map(|of| {
                let codes = of.data.iter().map(|bar| bar.currency.as_str());
                let codes: BTreeSet<&str> = codes.collect();
                codes.into_iter().map(|code| {
                    let drawing = suppliers_in_currency(&of.data, code, &of.source);
                    (code.to_owned(), drawing)
                })
            }),
        ),
        single(MONTHS, months.as_ref(), |of| {
            status_by_month(&of.data, &of.source)
        }),
        single(REJECTS, rules.as_ref(), |of| rejects(&of.data, &of.source)),
    ]
}

fn single<T>(
    words: Words,
    of: Option<&Sourced<T>>,
    draw: impl FnOnce(&Sourced<T>) -> Drawing,
) -> Section {
    let drawing = of.map(draw);
    match drawing {
        None => empty(&words, words.absent),
        Some((chart, _)) if chart.is_blank() => empty(&words, &chart.nothing),
        Some((chart, table)) => Section {
            id: words.id,
            title: words.title,
            lead: words.lead.to_owned(),
            parts: vec![Part {
                title: None,
                markup: figure(&chart, &table),
            }],
        },
    }
}

fn several(words: Words, drawings: impl Iterator<Item = (String, Drawing)>) -> Section {
    let drawings = drawings.filter(|(_, (chart, _))| !chart.is_blank());
    let parts: Vec<Part> = drawings
        .map(|(title, (chart, table))| Part {
            title: Some(title),
            markup: figure(&chart, &table),
        })
        .collect();
    if parts.is_empty() {
        return empty(&words, words.absent);
    }
    Section {
        id: words.id,
        title: words.title,
        lead: words.lead.to_owned(),
        parts,
    }
}

fn empty(words: &Words, sentence: &str) -> Section {
    Section {
        id: words.id,
        title: words.title,
        lead: sentence.to_owned(),
        parts: Vec::new(),
    }
}

const NO_PURCHASES: &str = "No purchases in this time.";
const NO_SUPPLIER_PURCHASES: &str = "No purchases from suppliers in this time.";

const BY_DAY: Words = Words {
    id: "items-by-day",
    title: "Items by day",
    lead: "Items, not orders: a purchase of three shirts counts three.",
    absent: NO_PURCHASES,
};
const BY_HOUR: Words = Words {
    id: "items-by-hour",
    title: "Items by hour",
    lead: "The same items over the hours of the last days.",
    absent: NO_PURCHASES,
};
const BY_PRODUCT: Words = Words {
    id: "items-by-product",
    title: "Items by product",
    lead: "The products bought most, and all others together.",
    absent: NO_PURCHASES,
};
const BY_APP: Words = Words {
    id: "items-by-app",
    title: "Items by app",
    lead: "Where the items were bought.",
    absent: NO_PURCHASES,
};
const REVENUE: Words = Words {
    id: "revenue",
    title: "Revenue",
    lead: "Price times quantity, to the last digit; each currency by itself.",
    absent: NO_PURCHASES,
};
const SUPPLIERS: Words = Words {
    id: "suppliers",
    title: "Suppliers",
    lead: "Totals of the purchases from each supplier; each currency by itself.",
    absent: NO_SUPPLIER_PURCHASES,
};
const MONTHS: Words = Words {
    id: "pending-received",
    title: "Pending and received",
    lead: "Purchases from suppliers by the month they were registered in.",
    absent: NO_SUPPLIER_PURCHASES,
};
const REJECTS: Words = Words {
    id: "rejects",
    title: "Rejected records",
    lead: "Records that broke a rule and are kept, as they came, in the table of rejects.",
    absent: "No record was rejected.",
};
