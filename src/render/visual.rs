//! Answers as HTML with chart and table, or as the chart alone (SVG, PNG).

use super::chart::{Chart, ExactNumber, png, svg};
use super::dashboard::{
    ChartWithTable, Provenance, quantity, revenue, status_by_month, status_counts_by_month,
};
use super::html::{HtmlCell, HtmlColumn, HtmlTable, html_report};
use super::{Answer, Format, RenderError, UnsupportedFormat};
use crate::report::{SupplierPurchasePage, SupplierPurchaseRow, SupplierSummary};
use crate::values::currency::{minor_units, parse_currency};
use crate::values::money::Amount;

/// The size of a PNG in pixels: 16 to 9, wide enough for 100 days.
const PNG_SIZE: (u32, u32) = (1280, 720);

/// Renders an answer as HTML, SVG or PNG; `provenance` is shown with it.
///
/// # Errors
/// [`RenderError::Format`] for a format that is not visual, or that the answer does not support.
pub fn render_visual(
    answer: &Answer,
    format: Format,
    provenance: &Provenance,
) -> Result<Vec<u8>, RenderError> {
    let kind = answer.kind();
    kind.check(format)?;
    let refused = || RenderError::Format(UnsupportedFormat { kind, format });
    let (chart, table) = drawing(answer, provenance);
    match (format, chart) {
        (Format::Html, chart) => {
            let title = chart
                .as_ref()
                .map_or(table.caption.as_str(), |chart| chart.title.as_str());
            let page = html_report(title, chart.as_ref(), &table, &context(provenance));
            Ok(page.into_bytes())
        }
        (Format::Svg, Some(chart)) => Ok(svg(&chart).into_bytes()),
        (Format::Png, Some(chart)) => Ok(png(&chart, PNG_SIZE.0, PNG_SIZE.1)),
        _ => Err(refused()),
    }
}

fn context(provenance: &Provenance) -> Vec<(String, String)> {
    let mut context = vec![
        ("table".to_owned(), provenance.table.table.clone()),
        ("version".to_owned(), provenance.table.version.to_string()),
        ("time zone".to_owned(), provenance.timezone.clone()),
    ];
    context.extend(provenance.parameters.iter().cloned());
    context
}

fn drawing(answer: &Answer, provenance: &Provenance) -> (Option<Chart>, HtmlTable) {
    let both = |(chart, table): ChartWithTable| (Some(chart), table);
    match answer {
        Answer::QuantitySeries(series) => both(quantity(series, provenance)),
        Answer::RevenueSeries(series) => both(revenue(series, provenance)),
        Answer::SupplierSummary(summary) => {
            let (chart, _) =
                status_by_month(&status_counts_by_month(summary.rows.iter()), provenance);
            (Some(chart), summary_table(summary))
        }
        Answer::SupplierPurchases(page) => (None, page_table(page)),
        Answer::ProductList(list) => {
            let rows = list.products.iter();
            let table = HtmlTable {
                caption: "Products purchased".to_owned(),
                columns: vec![HtmlColumn::text("Product")],
                rows: rows
                    .map(|name| vec![HtmlCell::Text(name.clone())])
                    .collect(),
            };
            (None, table)
        }
    }
}

fn summary_table(summary: &SupplierSummary) -> HtmlTable {
    let columns = [
        ("Supplier", false),
        ("Month", false),
        ("Currency", false),
        ("Purchases", true),
        ("Received", true),
        ("Pending", true),
        ("Items", true),
        ("Discount", true),
        ("Other expenses", true),
        ("Shipping", true),
        ("Total", true),
    ];
    let rows = summary.rows.iter().map(|row| {
        let currency = row.currency.as_deref();
        let amounts = [
            row.amounts.value_of_items,
            row.amounts.discount,
            row.amounts.other_expenses,
            row.amounts.shipping,
            row.amounts.total,
        ];
        let counts = [
            row.purchases.purchases,
            row.purchases.received,
            row.purchases.pending,
        ];
        let mut cells = vec![
            party(row.supplier_id, row.supplier_name.as_deref()),
            HtmlCell::Text(row.month.format("%Y-%m").to_string()),
            text(currency),
        ];
        cells.extend(counts.map(|count| HtmlCell::Number(ExactNumber::Count(count))));
        cells.extend(amounts.map(|amount| money(Some(amount), currency)));
        cells
    });
    HtmlTable {
        caption: "Supplier purchases by month and currency".to_owned(),
        columns: headings(&columns),
        rows: rows.collect(),
    }
}

fn page_table(page: &SupplierPurchasePage) -> HtmlTable {
    let columns = [
        ("Id", true),
        ("Registered", false),
        ("Supplier", false),
        ("Invoice", false),
        ("Status", false),
        ("Total", true),
        ("Currency", false),
        ("Updated", false),
    ];
    let cells = |row: &SupplierPurchaseRow| {
        let currency = row.total.currency.as_deref();
        let status = row.status.as_deref().filter(|_| !row.is_deleted);
        vec![
            HtmlCell::Number(ExactNumber::Count(row.id)),
            HtmlCell::Text(row.registration_date.to_string()),
            party(row.supplier.id, row.supplier.name.as_deref()),
            text(row.invoice.number.as_deref()),
            text(status.or(row.is_deleted.then_some("deleted"))),
            money(row.total.amount, currency),
            text(currency),
            HtmlCell::Text(row.updated_at.to_rfc3339()),
        ]
    };
    HtmlTable {
        caption: format!(
            "Supplier purchases, page {} of {}, {} in total",
            page.current_page, page.last_page, page.total
        ),
        columns: headings(&columns),
        rows: page.purchases.iter().map(cells).collect(),
    }
}

fn headings(columns: &[(&str, bool)]) -> Vec<HtmlColumn> {
    let column = |(heading, is_number): &(&str, bool)| HtmlColumn {
        heading: (*heading).to_owned(),
        is_number: *is_number,
    };
    columns.iter().map(column).collect()
}

fn text(text: Option<&str>) -> HtmlCell {
    text.map_or(HtmlCell::Absent, |text| HtmlCell::Text(text.to_owned()))
}

fn party(id: Option<i64>, name: Option<&str>) -> HtmlCell {
    match (name, id) {
        (Some(name), _) => HtmlCell::Text(name.to_owned()),
        (None, Some(id)) => HtmlCell::Text(id.to_string()),
        (None, None) => HtmlCell::Absent,
    }
}

fn money(amount: Option<Amount>, currency: Option<&str>) -> HtmlCell {
    let units = currency
        .and_then(|code| parse_currency(code).ok())
        .and_then(|parsed| minor_units(parsed.currency));
    amount.map_or(HtmlCell::Absent, |amount| {
        HtmlCell::Number(ExactNumber::Money {
            amount,
            decimals: units.map_or(0, usize::from),
        })
    })
}
