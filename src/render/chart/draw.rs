//! Draws a chart: title, subtitle and legend, then the values below them.
//!
//! In: a chart, the canvas metrics and a drawing area. Out: the drawn chart. Refused: what the
//! backend refuses.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend, Rectangle};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, CanvasMetrics, DrawResult, LabelStyle, PlotFrame};
use super::content::{Chart, ChartType};
use super::label::printable_text;
use super::palette::ColorRole;
use super::{bars, columns_and_lines};

/// The margin around the chart, in pixels.
pub(super) const MARGIN: f64 = 14.0;

const TITLE: LabelStyle = LabelStyle {
    size: 17.0,
    role: ColorRole::Text,
    bold: true,
    anchor: (HPos::Left, VPos::Top),
};
const SUBTITLE: LabelStyle = LabelStyle::soft(12.0, HPos::Left, VPos::Top);
const LEGEND: LabelStyle = LabelStyle {
    size: 12.0,
    role: ColorRole::Text,
    bold: false,
    anchor: (HPos::Left, VPos::Center),
};

/// Side of the coloured square before a name of the legend.
const SWATCH: f64 = 11.0;

/// Longest title considered; more does not fit any canvas.
const MAX_TITLE_CHARS: usize = 600;

/// Whether title and subtitle are drawn above the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChartHeading {
    /// Title and subtitle, for a standalone chart.
    Shown,
    /// Nothing: the surrounding document shows them.
    Omitted,
}

/// Draws a whole chart.
pub(super) fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    metrics: CanvasMetrics,
    chart: &Chart,
    heading: ChartHeading,
) -> DrawResult<DB> {
    area.fill(&ColorRole::Background.color())?;
    let canvas = Canvas { area, metrics };
    let margin = side_margin(heading);
    let mut top = margin;
    if heading == ChartHeading::Shown {
        for (label_style, line) in heading_lines(chart, metrics.width) {
            canvas.text(&line, (margin, top), label_style)?;
            top += line_height(label_style);
        }
        top += 10.0;
    }
    let frame = PlotFrame {
        left: margin,
        top: top + legend(&canvas, chart, top, margin)?,
        right: metrics.width - margin,
        bottom: metrics.height - margin,
    };
    if chart.is_blank() {
        return draw_empty(&canvas, chart, frame);
    }
    match chart.chart_type {
        ChartType::Bars => bars::draw(&canvas, chart, frame),
        ChartType::Columns | ChartType::Lines => columns_and_lines::draw(&canvas, chart, frame),
    }
}

/// The height of heading and legend, in pixels.
pub(super) fn height_above(chart: &Chart, heading: ChartHeading, width: f64) -> f64 {
    let lines: f64 = match heading {
        ChartHeading::Shown => {
            heading_lines(chart, width)
                .iter()
                .map(|(label_style, _)| line_height(*label_style))
                .sum::<f64>()
                + 10.0
        }
        ChartHeading::Omitted => 0.0,
    };
    let positions = legend_positions(chart, width, side_margin(heading));
    lines + side_margin(heading) * 2.0 + legend_height(&positions)
}

fn side_margin(heading: ChartHeading) -> f64 {
    match heading {
        ChartHeading::Shown => MARGIN,
        ChartHeading::Omitted => 2.0,
    }
}

fn line_height(label_style: LabelStyle) -> f64 {
    label_style.size * 1.4
}

fn heading_lines(chart: &Chart, width: f64) -> Vec<(LabelStyle, String)> {
    [(TITLE, &chart.title), (SUBTITLE, &chart.subtitle)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .flat_map(|(label_style, text)| {
            let lines = label_style.wrapped(text, MAX_TITLE_CHARS, width - 2.0 * MARGIN);
            lines.into_iter().map(move |line| (label_style, line))
        })
        .collect()
}

/// The positions of the legend entries: left edge in pixels, row, and name.
fn legend_positions(chart: &Chart, width: f64, margin: f64) -> Vec<(f64, f64, String)> {
    if chart.series.len() < 2 || chart.chart_type == ChartType::Bars || chart.is_blank() {
        return Vec::new();
    }
    let right = width - margin;
    let (mut left, mut row) = (margin, 0.0);
    let mut positions = Vec::new();
    for series in &chart.series {
        let room = right - margin - SWATCH - 6.0;
        let name = LEGEND.truncated(&printable_text(&series.name, 80), room);
        let taken = SWATCH + 6.0 + LEGEND.width(&name) + 18.0;
        if left > margin && left + taken - 18.0 > right {
            (left, row) = (margin, row + 1.0);
        }
        positions.push((left, row, name));
        left += taken;
    }
    positions
}

fn legend_height(positions: &[(f64, f64, String)]) -> f64 {
    positions
        .last()
        .map_or(0.0, |(_, row, _)| (row + 1.0) * 20.0 + 6.0)
}

/// Draws the legend; returns its height.
fn legend<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    top: f64,
    margin: f64,
) -> Result<f64, plotters::prelude::DrawingAreaErrorKind<DB::ErrorType>> {
    let positions = legend_positions(chart, canvas.metrics.width, margin);
    for (at, (left, row, name)) in positions.iter().enumerate() {
        let middle = top + row * 20.0 + 9.0;
        let corner = |x: f64, y: f64| (canvas.metrics.units(x), canvas.metrics.units(y));
        let square = [
            corner(*left, middle - SWATCH / 2.0),
            corner(left + SWATCH, middle + SWATCH / 2.0),
        ];
        let color = ColorRole::for_series(at).color();
        canvas.area.draw(&Rectangle::new(square, color.filled()))?;
        canvas.text(name, (left + SWATCH + 6.0, middle), LEGEND)?;
    }
    Ok(legend_height(&positions))
}

fn draw_empty<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    frame: PlotFrame,
) -> DrawResult<DB> {
    let label_style = LabelStyle::soft(14.0, HPos::Center, VPos::Center);
    let middle = f64::midpoint(frame.left, frame.right);
    let room = frame.right - frame.left;
    let mut y = f64::midpoint(frame.top, frame.bottom);
    for line in label_style.wrapped(&chart.empty_text, MAX_TITLE_CHARS, room) {
        canvas.text(&line, (middle, y), label_style)?;
        y += line_height(label_style);
    }
    Ok(())
}
