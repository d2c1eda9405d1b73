//! Self-contained HTML documents: one file each, readable without scripts and other files.
//!
//! In: titles, charts, tables and the settings behind them. Out: HTML that loads nothing from the
//! network (its Content-Security-Policy forbids it), follows the light or dark scheme, fits phone
//! screens and prints on A4. Refused: nothing; any text is shown as text.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::answer_table::{AnswerTable, TableCell};
use super::chart::{
    Chart, ChartType, ChartWidth, DARK, ExactNumber, LIGHT, color_rules, inline_svg,
    printable_text, properties,
};

#[cfg(test)]
mod tests;

/// The style sheet; the custom properties of the colour schemes precede it.
const STYLE_SHEET: &str = include_str!("html/style.css");

/// Forbids loading resources and running scripts.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// Tables with more rows are collapsed below their charts.
const MAX_OPEN_ROWS: usize = 14;

/// Longest text shown; longer texts are truncated.
const MAX_TEXT_CHARS: usize = 160;

/// The HTML document of one answer: its chart if it has one, its table, and the settings behind it.
pub fn html_report(
    title: &str,
    chart: Option<&Chart>,
    table: &AnswerTable,
    context: &[(String, String)],
) -> String {
    let body = html! {
        header.top {
            h1 { (isolated_text(title)) }
            (settings_markup(context))
        }
        main {
            section.panel {
                @if let Some(chart) = chart {
                    figure {
                        figcaption { h2 { (isolated_text(&chart.title)) } }
                        (chart_markup(chart))
                        p.source { (printable_text(&chart.subtitle, 2_000)) }
                    }
                }
                (table_markup(table))
            }
        }
    };
    html_document(title, &body)
}

/// A complete document with the given body.
pub(super) fn html_document(title: &str, body: &Markup) -> String {
    let style = format!(
        ":root{{{}--page-background:#F5F6F8;--link:#0B5CAD}}@media screen and (prefers-color-scheme:dark){{:root{{{}--page-background:#0E1217;--link:#7DBBFA}}}}{}{STYLE_SHEET}",
        properties(&LIGHT),
        properties(&DARK),
        color_rules("figure "),
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_SECURITY_POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("purchase-etl ", env!("CARGO_PKG_VERSION")));
                title { (printable_text(title, MAX_TEXT_CHARS)) }
                // Without it, browsers request /favicon.ico.
                link rel="icon" href="data:,";
                style { (PreEscaped(&style)) }
            }
            body { (body) }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// Names and values as a description list.
pub(super) fn settings_markup(pairs: &[(String, String)]) -> Markup {
    html! {
        @if !pairs.is_empty() {
            dl.settings {
                @for (key, value) in pairs {
                    div { dt { (printable_text(key, MAX_TEXT_CHARS)) } dd { (isolated_text(value)) } }
                }
            }
        }
    }
}

/// A chart with its table beside or below it.
pub(super) fn figure_markup(chart: &Chart, table: &AnswerTable) -> Markup {
    let is_beside = is_beside(chart, table);
    html! {
        div.pair.beside[is_beside] {
            figure {
                @if chart.chart_type == ChartType::Bars && is_beside {
                    (PreEscaped(inline_svg(chart, ChartWidth::Beside)))
                    (PreEscaped(inline_svg(chart, ChartWidth::Narrow)))
                } @else {
                    (chart_markup(chart))
                }
                figcaption.source { (printable_text(&chart.subtitle, 2_000)) }
            }
            (table_markup(table))
        }
    }
}

fn is_beside(chart: &Chart, table: &AnswerTable) -> bool {
    chart.chart_type == ChartType::Bars
        && table.rows.len() <= MAX_OPEN_ROWS
        && table.columns.len() == 2
}

fn chart_markup(chart: &Chart) -> Markup {
    html! {
        (PreEscaped(inline_svg(chart, ChartWidth::Wide)))
        (PreEscaped(inline_svg(chart, ChartWidth::Narrow)))
    }
}

/// A table, collapsed when it is long.
pub(super) fn table_markup(table: &AnswerTable) -> Markup {
    let count = ExactNumber::Count(i64::try_from(table.rows.len()).unwrap_or(i64::MAX));
    html! {
        @if table.rows.len() > MAX_OPEN_ROWS {
            details {
                summary { "Table: " (printable_text(&table.caption, MAX_TEXT_CHARS)) " (" (count) " rows)" }
                (table_grid(table))
            }
        } @else if !table.rows.is_empty() {
            (table_grid(table))
        }
    }
}

fn table_grid(table: &AnswerTable) -> Markup {
    let AnswerTable {
        caption,
        columns,
        rows,
    } = table;
    let caption = printable_text(caption, MAX_TEXT_CHARS);
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr {
                    @for column in columns {
                        th.number[column.is_number] scope="col" { (printable_text(&column.heading, MAX_TEXT_CHARS)) }
                    }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() { (cell_markup(cell, at == 0)) }
                        }
                    }
                }
            }
        }
    }
}

fn cell_markup(cell: &TableCell, is_row_header: bool) -> Markup {
    match cell {
        TableCell::Text(text) if is_row_header => {
            html! { th scope="row" { (isolated_text(text)) } }
        }
        TableCell::Text(text) => html! { td { (isolated_text(text)) } },
        TableCell::Number(number) => {
            html! { td.number { data value=(number.digits()) { (number) } } }
        }
        TableCell::Absent => html! { td.number { span.absent title="unknown" { "–" } } },
    }
}

/// A text from the data, isolated so that its direction does not affect the text around it.
pub(super) fn isolated_text(text: &str) -> Markup {
    html! { bdi { (printable_text(text, MAX_TEXT_CHARS)) } }
}
