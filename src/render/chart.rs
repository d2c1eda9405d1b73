//! Charts, drawn by plotters as SVG or PNG.
//!
//! In: a [`Chart`] of exact [`Number`]s with its title, units and labels. Out: an SVG text that
//! follows the light or dark scheme of whoever shows it, or the bytes of a PNG; the same for the
//! same chart. Positions are `f64`, which is exact enough for a pixel; whatever is written out as
//! text comes from the exact numbers. Refused: nothing. Labels may hold anything at all: what could
//! steer a reader (control characters, marks of direction) is shown as an escape, what is long is
//! cut, and what does not fit beside its neighbour is left out.

use std::fmt;

mod bars;
mod canvas;
mod columns_and_lines;
mod draw;
mod exact_number;
mod label;
mod label_ticks;
mod palette;
mod png;
mod svg;
#[cfg(test)]
mod tests;
mod value_axis;

pub use exact_number::ExactNumber;
pub(super) use label::printable_text;
pub(super) use palette::{DARK, LIGHT};
pub use png::png;
pub(super) use svg::{color_rules, inline_svg, properties};

/// A chart before it is drawn.
///
/// Each series has one value for each label, in the same order; what is missing at the end of a
/// series is not drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What a reader needs to trust it: time, zone, version of the data, parameters.
    pub subtitle: String,
    /// How it is drawn.
    pub chart_type: ChartType,
    /// What the labels are: `Day, America/Sao_Paulo`.
    pub label_title: String,
    /// What the values are: `Items`, `BRL`.
    pub value_title: String,
    /// Names of the positions, or times as the reports write them, which the axis shortens.
    pub labels: Vec<String>,
    /// The values.
    pub series: Vec<ChartSeries>,
    /// Whether the last label stands for all others together, which is drawn as less than a name.
    pub has_remainder: bool,
    /// The sentence that stands in place of the values when there are none.
    pub empty_text: String,
}

/// One series of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartSeries {
    /// Its name in the legend; a chart of one series has no legend.
    pub name: String,
    /// Its values, one for each label.
    pub values: Vec<ExactNumber>,
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartType {
    /// A column for each label, several series stacked.
    Columns,
    /// A line for each series.
    Lines,
    /// A horizontal bar for each label, with its number written out; only the first series.
    Bars,
}

/// How wide a chart is drawn, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChartWidth {
    /// For screens and paper.
    Wide,
    /// For screens where a table stands beside it.
    Beside,
    /// For telephones.
    Narrow,
}

impl Chart {
    /// Whether there is anything to draw but zeros.
    pub fn is_blank(&self) -> bool {
        let mut values = self.series.iter().flat_map(|series| &series.values);
        self.labels.is_empty() || values.all(|value| value.is_zero())
    }
}

/// Draws a chart as an SVG document of its own, with title and subtitle in it.
///
/// Colours are custom properties, dark where the reader prefers that; whoever knows no style sheets
/// sees the light ones.
pub fn svg(chart: &Chart) -> String {
    svg::document(chart)
}

impl fmt::Display for Chart {
    /// One sentence for those who cannot see it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
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
        if let (Some(first), Some(last)) = (labels.first(), labels.last()) {
            write!(
                f,
                " from {} to {}",
                printable_text(first, 60),
                printable_text(last, 60)
            )?;
        }
        for series in series {
            let largest = series.values.iter().zip(labels).max_by_key(|(n, _)| **n);
            if let Some((value, label)) = largest {
                let name = printable_text(&series.name, 60);
                write!(
                    f,
                    "; {name}: highest {value} at {}",
                    printable_text(label, 60)
                )?;
            }
        }
        f.write_str(".")
    }
}
