//! Answers as HTML with chart and table, or as the chart alone (SVG, PNG), and the cells that
//! several tables have.

use super::Format;
use super::amount_text::currency_decimals;
use super::chart::{Chart, ExactNumber, png, svg};
use super::dashboard::Provenance;
use super::html::{HtmlCell, HtmlTable, html_report};
use crate::values::money::Amount;

/// The size of a PNG in pixels: 16 to 9, wide enough for 100 days.
const PNG_SIZE: (u32, u32) = (1280, 720);

/// The chart as SVG or PNG, for every other format the page with chart and table.
pub(super) fn visual_bytes(
    format: Format,
    chart: &Chart,
    table: &HtmlTable,
    provenance: &Provenance,
) -> Vec<u8> {
    match format {
        Format::Svg => svg(chart).into_bytes(),
        Format::Png => png(chart, PNG_SIZE.0, PNG_SIZE.1),
        _ => html_bytes(Some(chart), table, provenance),
    }
}

/// An HTML page; its title is that of the chart, or the caption of the table if there is no chart.
pub(super) fn html_bytes(
    chart: Option<&Chart>,
    table: &HtmlTable,
    provenance: &Provenance,
) -> Vec<u8> {
    let title = chart.map_or(&table.caption, |chart| &chart.title);
    let mut context = vec![
        ("table".to_owned(), provenance.table.table.clone()),
        ("version".to_owned(), provenance.table.version.to_string()),
        ("time zone".to_owned(), provenance.timezone.clone()),
    ];
    context.extend(provenance.parameters.iter().cloned());
    html_report(title, chart, table, &context).into_bytes()
}

/// A text that may be unknown.
pub(super) fn html_text(text: Option<&str>) -> HtmlCell {
    text.map_or(HtmlCell::Absent, |text| HtmlCell::Text(text.to_owned()))
}

/// The name of a supplier, or its id when it has none.
pub(super) fn html_supplier(id: Option<i64>, name: Option<&str>) -> HtmlCell {
    match (name, id) {
        (Some(name), _) => HtmlCell::Text(name.to_owned()),
        (None, Some(id)) => HtmlCell::Text(id.to_string()),
        (None, None) => HtmlCell::Absent,
    }
}

/// An amount that may be unknown, with the decimals of its currency.
pub(super) fn html_money(amount: Option<Amount>, currency: Option<&str>) -> HtmlCell {
    let decimals = currency_decimals(currency).unwrap_or_default();
    amount.map_or(HtmlCell::Absent, |amount| {
        HtmlCell::Number(ExactNumber::Money { amount, decimals })
    })
}
