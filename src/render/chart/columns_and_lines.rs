//! Columns and lines along a label axis.
//!
//! In: a chart with labels and values. Out: drawn grid, ticks and values. Refused: what the backend
//! refuses.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    AreaSeries, Cartesian2d, ChartBuilder, ChartContext, Circle, DrawingBackend, LineSeries,
    PathElement, Rectangle,
};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, DrawResult, LabelStyle, PlotFrame};
use super::content::{Chart, ChartSeries, ChartType};
use super::exact_number::ExactNumber;
use super::label::printable_text;
use super::label_ticks::label_ticks;
use super::palette::ColorRole;
use super::value_axis::{AxisEnds, ValueAxis};

type PlotContext<'a, DB> = ChartContext<'a, DB, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Approximate distance between two ticks of the value axis, in pixels.
const PIXELS_PER_TICK: f64 = 52.0;

/// The style of texts below the plot.
const TITLE: LabelStyle = LabelStyle::soft(12.0, HPos::Center, VPos::Top);

/// Line height of the axis title, in pixels.
const TITLE_LINE: f64 = 16.0;

/// The share of its slot that a column fills.
const COLUMN_SHARE: f64 = 0.82;

/// Below this width in pixels, columns fill their slots: gaps would only flicker.
const NARROW_SLOT: f64 = 3.0;

pub(super) fn draw<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    frame: PlotFrame,
) -> DrawResult<DB> {
    let value_look = LabelStyle::soft(12.0, HPos::Right, VPos::Center);
    let title_look = LabelStyle::soft(12.0, HPos::Left, VPos::Top);
    let title = title_lines(chart, frame);
    let below = 27.0 + TITLE_LINE * position(title.len());
    let height = frame.bottom - frame.top - below - 26.0;
    let axis = value_axis(chart, height);
    let ticks: Vec<(f64, String)> = axis.ticks.iter().map(|t| (*t, axis.text(*t))).collect();
    let widest = ticks.iter().map(|(_, text)| value_look.width(text));
    let room = widest.fold(0.0, f64::max) + 10.0;

    let unit = printable_text(&chart.value_title, 80);
    canvas.text(&unit, (frame.left, frame.top), title_look)?;
    let slots = position(chart.labels.len());
    let inner = PlotFrame {
        left: frame.left + room,
        top: frame.top + 26.0,
        right: frame.right - 8.0,
        bottom: frame.bottom - below,
    };
    let mut plane = plane(canvas, inner, (0.0, slots), (axis.from, axis.until))?;
    for (value, text) in &ticks {
        let grid = PathElement::new(
            vec![(0.0, *value), (slots, *value)],
            canvas.metrics.stroke(ColorRole::Grid, 1.0),
        );
        plane.draw_series([grid])?;
        let (_, y) = plane.backend_coord(&(0.0, *value));
        let at = (inner.left - 8.0, canvas.metrics.pixels(y));
        canvas.text(text, at, value_look)?;
    }
    let slot = (inner.right - inner.left) / slots;
    match chart.chart_type {
        ChartType::Lines => lines(canvas, chart, &mut plane)?,
        _ => columns(chart, &mut plane, slot)?,
    }
    let zero = vec![(0.0, 0.0), (slots, 0.0)];
    plane.draw_series([PathElement::new(
        zero,
        canvas.metrics.stroke(ColorRole::ValueAxis, 1.2),
    )])?;
    labels(canvas, chart, inner, slot)?;
    let middle = f64::midpoint(inner.left, inner.right);
    for (at, line) in title.iter().enumerate() {
        let y = inner.bottom + 27.0 + TITLE_LINE * position(at);
        canvas.text(line, (middle, y), TITLE)?;
    }
    Ok(())
}

/// The axis title of the labels, wrapped to lines.
fn title_lines(chart: &Chart, frame: PlotFrame) -> Vec<String> {
    // The plot is narrower than the frame because of the tick texts at its left.
    let room = (frame.right - frame.left) * 0.86;
    TITLE.wrapped(&chart.label_title, 200, room)
}

/// Builds a coordinate system within a frame.
pub(super) fn plane<'a, DB: DrawingBackend>(
    canvas: &Canvas<'a, DB>,
    frame: PlotFrame,
    across: (f64, f64),
    up: (f64, f64),
) -> Result<PlotContext<'a, DB>, plotters::prelude::DrawingAreaErrorKind<DB::ErrorType>> {
    let metrics = canvas.metrics;
    ChartBuilder::on(canvas.area)
        .margin_left(metrics.units(frame.left))
        .margin_top(metrics.units(frame.top))
        .margin_right(metrics.units(metrics.width - frame.right))
        .margin_bottom(metrics.units(metrics.height - frame.bottom))
        .build_cartesian_2d(across.0..across.1, up.0..up.1)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a chart has a few thousand positions"
)]
pub(super) fn position(at: usize) -> f64 {
    at as f64
}

/// Whether all values are counts, which have no fractional ticks.
pub(super) fn are_counts(chart: &Chart) -> bool {
    let mut values = chart.series.iter().flat_map(|series| &series.values);
    values.all(|value| matches!(value, ExactNumber::Count(_)))
}

fn value_axis(chart: &Chart, height: f64) -> ValueAxis {
    let mut least: f64 = 0.0;
    let mut greatest: f64 = 0.0;
    for at in 0..chart.labels.len() {
        let values = chart
            .series
            .iter()
            .filter_map(|series| series.values.get(at));
        let (mut below, mut above): (f64, f64) = (0.0, 0.0);
        for value in values.map(|value| value.position()) {
            if chart.chart_type == ChartType::Columns {
                below += value.min(0.0);
                above += value.max(0.0);
            } else {
                below = below.min(value);
                above = above.max(value);
            }
        }
        least = least.min(below);
        greatest = greatest.max(above);
    }
    let most = max_ticks(height);
    ValueAxis::new(least, greatest, most, are_counts(chart), AxisEnds::Ticks)
}

/// The number of ticks that fit in a length in pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a handful"
)]
pub(super) fn max_ticks(pixels: f64) -> u32 {
    (pixels / PIXELS_PER_TICK).round().clamp(2.0, 8.0) as u32
}

/// Draws columns stacked from zero: positive values upwards, negative values downwards.
fn columns<DB: DrawingBackend>(
    chart: &Chart,
    plane: &mut PlotContext<'_, DB>,
    slot: f64,
) -> DrawResult<DB> {
    let share = if slot < NARROW_SLOT {
        1.0
    } else {
        COLUMN_SHARE
    };
    for at in 0..chart.labels.len() {
        let (mut below, mut above) = (0.0, 0.0);
        let middle = position(at) + 0.5;
        for (of, series) in chart.series.iter().enumerate() {
            let Some(value) = series.values.get(at).filter(|value| !value.is_zero()) else {
                continue;
            };
            let base = if value.is_negative() {
                &mut below
            } else {
                &mut above
            };
            let end = *base + value.position();
            let corners = [(middle - share / 2.0, *base), (middle + share / 2.0, end)];
            let color = ColorRole::for_series(of).color();
            plane.draw_series([Rectangle::new(corners, color.filled())])?;
            *base = end;
        }
    }
    Ok(())
}

fn lines<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    plane: &mut PlotContext<'_, DB>,
) -> DrawResult<DB> {
    let points = |series: &ChartSeries| -> Vec<(f64, f64)> {
        let values = series.values.iter().take(chart.labels.len()).enumerate();
        values
            .map(|(at, value)| (position(at) + 0.5, value.position()))
            .collect()
    };
    for (of, series) in chart.series.iter().enumerate() {
        let role = ColorRole::for_series(of);
        let points = points(series);
        if chart.series.len() == 1 {
            let area = AreaSeries::new(points.iter().copied(), 0.0, role.color().mix(0.16));
            plane.draw_series(area)?;
        }
        if let [only] = points.as_slice() {
            let dot = Circle::new(*only, canvas.metrics.units(4.0), role.color().filled());
            plane.draw_series([dot])?;
        }
        plane.draw_series(LineSeries::new(points, canvas.metrics.stroke(role, 1.6)))?;
    }
    Ok(())
}

/// Draws the ticks and labels below the plot.
fn labels<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    frame: PlotFrame,
    slot: f64,
) -> DrawResult<DB> {
    for tick in label_ticks(&chart.labels, slot, |text| TITLE.width(text)) {
        let x = frame.left + (position(tick.at) + 0.5) * slot;
        let ends = [frame.bottom + 1.0, frame.bottom + 5.0];
        canvas.vertical_line(x, ends, ColorRole::ValueAxis)?;
        canvas.text_inside(&tick.text, (x, frame.bottom + 8.0), TITLE, 0.0)?;
    }
    Ok(())
}
