//! The content of a chart, and its description as text.

use std::fmt;

use super::exact_number::ExactNumber;
use super::label::printable_text;

/// The content of a chart.
///
/// Each series has one value per label, in the same order; values missing at the end of a series
/// are not drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What the chart shows.
    pub title: String,
    /// The provenance of the values: table version, time zone, parameters.
    pub subtitle: String,
    /// How the chart is drawn.
    pub chart_type: ChartType,
    /// The axis title of the labels: `Day, America/Sao_Paulo`.
    pub label_title: String,
    /// The axis title of the values: `Items`, `BRL`.
    pub value_title: String,
    /// Names, or times in the form of the reports, which the axis shortens.
    pub labels: Vec<String>,
    /// The series of values.
    pub series: Vec<ChartSeries>,
    /// Whether the last label combines all others; its bar is drawn in a neutral colour.
    pub has_remainder: bool,
    /// The sentence shown instead of the values when there are none.
    pub empty_text: String,
}

/// One series of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartSeries {
    /// The name in the legend; a chart with one series has no legend.
    pub name: String,
    /// The values, one per label.
    pub values: Vec<ExactNumber>,
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartType {
    /// A column per label, with several series stacked.
    Columns,
    /// A line per series.
    Lines,
    /// A horizontal bar per label, with its value as text; shows only the first series.
    Bars,
}

/// The layout widths of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum ChartWidth {
    /// For wide screens and for print.
    Wide,
    /// For wide screens, with a table beside the chart.
    Beside,
    /// For phone screens.
    Narrow,
}

impl Chart {
    /// Whether there is nothing to draw: no labels, or only zeros.
    pub fn is_blank(&self) -> bool {
        let mut values = self.series.iter().flat_map(|series| &series.values);
        self.labels.is_empty() || values.all(|value| value.is_zero())
    }
}

impl fmt::Display for Chart {
    /// Describes the chart in one sentence, as alternative text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            chart_type,
            label_title,
            value_title,
            labels,
            series,
            empty_text,
            ..
        } = self;
        if self.is_blank() {
            return f.write_str(empty_text);
        }
        let (what, of) = (
            printable_text(value_title, 60),
            printable_text(label_title, 200),
        );
        write!(f, "{what} by {of}: {} values", labels.len())?;
        // Bars are categories, which have no order of their own.
        let is_category = *chart_type == ChartType::Bars;
        if let (Some(first), Some(last), false) = (labels.first(), labels.last(), is_category) {
            let (first, last) = (printable_text(first, 60), printable_text(last, 60));
            write!(f, " from {first} to {last}")?;
        }
        let preposition = if is_category { "for" } else { "at" };
        for series in series {
            let largest = series.values.iter().zip(labels).max_by_key(|(n, _)| **n);
            if let Some((value, label)) = largest {
                let name = printable_text(&series.name, 60);
                let label = printable_text(label, 60);
                write!(f, "; {name}: highest value {value} {preposition} {label}")?;
            }
        }
        f.write_str(".")
    }
}
