//! The dashboard of a lake: items purchased, revenue, supplier purchases and rejected records.
//!
//! In: a [`Dashboard`] of computed answers, each with its table version and parameters. Out: one
//! HTML file ([`dashboard_html`]), or single charts. Refused: nothing; a section without data
//! contains one sentence that states so.

use chrono::SecondsFormat;
use maud::{Markup, html};

use super::html::{html_document, isolated_text, settings_markup};

mod cards;
mod charts;
mod content;
mod ranking;
mod sections;
mod suppliers;
#[cfg(test)]
mod tests;

pub use charts::{
    ChartWithTable, apps, products, quantity, rejects, revenue, status_by_month,
    suppliers_in_currency,
};
pub use content::{
    Dashboard, DashboardHeader, ItemQuantities, MonthlyStatusCounts, Provenance, RuleRejectCount,
    SupplierTotal, TableVersion, WithProvenance,
};
pub use suppliers::{status_counts_by_month, supplier_totals};

use sections::{DashboardSection, sections};

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
