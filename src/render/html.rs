//! Pages of HTML: one file each, readable without script and without any other file.
//!
//! In: titles, charts, tables and the settings behind them. Out: HTML that asks nothing of any
//! network (its Content-Security-Policy forbids it), follows the light or dark scheme, fits a
//! telephone and prints on A4. Refused: nothing; texts may hold anything and stay texts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{
    Chart, DARK, LIGHT, Number, Shape, Width, color_rules, inline_svg, properties, visible,
};

#[cfg(test)]
mod tests;

/// Colours and measures; the schemes' properties stand before it.
const STYLE: &str = include_str!("html/page.css");

/// Nothing is loaded, nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// Tables of up to so many rows are shown; longer ones are folded away under their charts.
const SHOWN_ROWS: usize = 14;

/// Characters of a name that are shown; the names are all in the lake.
const SHOWN_CHARS: usize = 160;

/// A table of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it holds.
    pub caption: String,
    /// The heads of its columns.
    pub columns: Vec<Column>,
    /// Its rows, as many cells in each as there are columns; the first one names the row.
    pub rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What its cells are, with their unit.
    pub heading: String,
    /// Whether they are numbers, which stand at the right.
    pub is_number: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A text, which may hold anything.
    Text(String),
    /// An exact number.
    Number(Number),
    /// Nothing is known.
    Absent,
}

impl Column {
    /// A column of texts.
    pub fn text(heading: impl Into<String>) -> Self {
        let heading = heading.into();
        Self {
            heading,
            is_number: false,
        }
    }

    /// A column of numbers.
    pub fn number(heading: impl Into<String>) -> Self {
        let heading = heading.into();
        Self {
            heading,
            is_number: true,
        }
    }
}

/// The page of one answer: its chart if it has one, its table, and the settings behind it.
pub fn html_report(
    title: &str,
    chart: Option<&Chart>,
    table: &Table,
    context: &[(String, String)],
) -> String {
    let body = html! {
        header.top {
            h1 { (name(title)) }
            (settings(context))
        }
        main {
            section.card {
                @if let Some(chart) = chart {
                    figure {
                        figcaption { h2 { (name(&chart.title)) } }
                        (drawings(chart))
                        p.source { (visible(&chart.subtitle, 2_000)) }
                    }
                }
                (table_markup(table))
            }
        }
    };
    document(title, &body)
}

/// A whole document around the body's content.
pub(super) fn document(title: &str, body: &Markup) -> String {
    let style = format!(
        ":root{{{}--page:#F5F6F8;--link:#0B5CAD}}@media screen and (prefers-color-scheme:dark){{:root{{{}--page:#0E1217;--link:#7DBBFA}}}}{}{STYLE}",
        properties(&LIGHT),
        properties(&DARK),
        color_rules("figure "),
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("purchase-etl ", env!("CARGO_PKG_VERSION")));
                title { (visible(title, SHOWN_CHARS)) }
                // Without it, browsers ask the server for a picture.
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

/// Names and values, a line each.
pub(super) fn settings(pairs: &[(String, String)]) -> Markup {
    html! {
        @if !pairs.is_empty() {
            dl.settings {
                @for (key, value) in pairs {
                    div { dt { (visible(key, SHOWN_CHARS)) } dd { (name(value)) } }
                }
            }
        }
    }
}

/// A chart with its table beside or below it.
pub(super) fn figure(chart: &Chart, table: &Table) -> Markup {
    let is_beside = is_beside(chart, table);
    html! {
        div.pair.beside[is_beside] {
            figure {
                @if chart.shape == Shape::Bars && is_beside {
                    (PreEscaped(inline_svg(chart, Width::Beside)))
                    (PreEscaped(inline_svg(chart, Width::Narrow)))
                } @else {
                    (drawings(chart))
                }
                figcaption.source { (visible(&chart.subtitle, 2_000)) }
            }
            (table_markup(table))
        }
    }
}

fn is_beside(chart: &Chart, table: &Table) -> bool {
    chart.shape == Shape::Bars && table.rows.len() <= SHOWN_ROWS && table.columns.len() == 2
}

fn drawings(chart: &Chart) -> Markup {
    html! {
        (PreEscaped(inline_svg(chart, Width::Wide)))
        (PreEscaped(inline_svg(chart, Width::Narrow)))
    }
}

/// A table: short ones as they are, long ones folded.
pub(super) fn table_markup(table: &Table) -> Markup {
    let count = Number::Count(i64::try_from(table.rows.len()).unwrap_or(i64::MAX));
    html! {
        @if table.rows.len() > SHOWN_ROWS {
            details {
                summary { "Table: " (visible(&table.caption, SHOWN_CHARS)) " (" (count) " rows)" }
                (grid(table))
            }
        } @else if !table.rows.is_empty() {
            (grid(table))
        }
    }
}

fn grid(table: &Table) -> Markup {
    let Table {
        caption,
        columns,
        rows,
    } = table;
    let caption = visible(caption, SHOWN_CHARS);
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr {
                    @for column in columns {
                        th.number[column.is_number] scope="col" { (visible(&column.heading, SHOWN_CHARS)) }
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

fn cell_markup(cell: &Cell, names_row: bool) -> Markup {
    match cell {
        Cell::Text(text) if names_row => html! { th scope="row" { (name(text)) } },
        Cell::Text(text) => html! { td { (name(text)) } },
        Cell::Number(number) => {
            html! { td.number { data value=(number.digits()) { (number) } } }
        }
        Cell::Absent => html! { td.number { span.absent title="not known" { "–" } } },
    }
}

/// A text from elsewhere, which keeps its direction to itself.
pub(super) fn name(text: &str) -> Markup {
    html! { bdi { (visible(text, SHOWN_CHARS)) } }
}
