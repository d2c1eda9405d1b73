//! Answers as HTML with chart and table, or as the chart alone (SVG, PNG).

use super::Format;
use super::answer_table::AnswerTable;
use super::chart::{Chart, png, svg};
use super::dashboard::Provenance;
use super::html::html_report;

/// The size of a PNG in pixels: 16 to 9, wide enough for 100 days.
const PNG_SIZE: (u32, u32) = (1280, 720);

/// The chart as SVG or PNG, for every other format the page with chart and table.
pub(super) fn visual_bytes(
    format: Format,
    chart: &Chart,
    table: &AnswerTable,
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
    table: &AnswerTable,
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
