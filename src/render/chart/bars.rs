//! Horizontal bars: one per label, with its value as text.
//!
//! In: a chart with labels and one series. Out: drawn names, bars and values; on a narrow canvas
//! the names are above their bars. Refused: what the backend refuses.

use plotters::prelude::{DrawingBackend, PathElement, Rectangle};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, DrawResult, LabelStyle, PlotFrame};
use super::columns_and_lines::{are_counts, max_ticks, plane, position};
use super::content::Chart;
use super::exact_number::ExactNumber;
use super::label::printable_text;
use super::palette::ColorRole;
use super::value_axis::{AxisEnds, ValueAxis};

/// Below this width in pixels, the names are above the bars.
const NARROW_WIDTH: f64 = 460.0;

/// The largest share of the width for names.
const MAX_NAME_SHARE: f64 = 0.34;

/// The largest share of the width for values, on each side.
const MAX_NUMBER_SHARE: f64 = 0.27;

/// Height of the ticks and titles below the bars, in pixels.
const AXIS_HEIGHT: f64 = 46.0;

const NAME: LabelStyle = LabelStyle {
    size: 13.0,
    role: ColorRole::Text,
    bold: false,
    anchor: (HPos::Right, VPos::Center),
};
const NUMBER: LabelStyle = NAME.at_side(HPos::Left);

/// The height of all bars with their axis, in pixels.
pub(super) fn height(chart: &Chart, width: f64) -> f64 {
    position(chart.labels.len().max(3)) * row_height(width) + AXIS_HEIGHT
}

fn row_height(width: f64) -> f64 {
    if width < NARROW_WIDTH { 44.0 } else { 29.0 }
}

/// One bar.
struct BarRow {
    at: usize,
    name: String,
    value: ExactNumber,
    /// The value as text; left out when too little room would remain for the bars. Tables show it
    /// in any case.
    number: Option<String>,
    role: ColorRole,
}

/// The positions of all elements.
struct BarLayout {
    rows: Vec<BarRow>,
    /// Whether the names are above their bars.
    is_narrow: bool,
    /// The right edge of the names beside the bars.
    names_end: f64,
    /// The rectangle of the bars.
    plane: PlotFrame,
    axis: ValueAxis,
}

pub(super) fn draw<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    frame: PlotFrame,
) -> DrawResult<DB> {
    let layout = layout(chart, frame);
    let BarLayout {
        rows,
        is_narrow,
        names_end,
        plane: inner,
        axis,
    } = &layout;
    grid(canvas, chart, &layout)?;
    let below = position(rows.len());
    let mut plane = plane(canvas, *inner, (axis.from, axis.until), (below, 0.0))?;
    let axis_line = canvas.metrics.stroke(ColorRole::ValueAxis, 1.2);
    let (top, bottom) = if *is_narrow {
        (0.52, 0.9)
    } else {
        (0.16, 0.84)
    };
    for row in rows {
        let value = row.value.position();
        let y = position(row.at);
        let corners = [(0.0, y + top), (value, y + bottom)];
        plane.draw_series([Rectangle::new(corners, row.role.color().filled())])?;
        if *is_narrow {
            let zero = vec![(0.0, y + top - 0.04), (0.0, y + bottom + 0.04)];
            plane.draw_series([PathElement::new(zero, axis_line)])?;
            let line = inner.top + (y + 0.27) * (inner.bottom - inner.top) / below;
            texts_above(canvas, row, frame, line)?;
        } else {
            let middle = y + f64::midpoint(top, bottom);
            let (end, middle) = plane.backend_coord(&(value, middle));
            let end = (canvas.metrics.pixels(end), canvas.metrics.pixels(middle));
            texts_beside(canvas, row, *names_end, end)?;
        }
    }
    if !is_narrow {
        let zero = vec![(0.0, 0.0), (0.0, below)];
        plane.draw_series([PathElement::new(zero, axis_line)])?;
    }
    Ok(())
}

fn layout(chart: &Chart, frame: PlotFrame) -> BarLayout {
    let width = frame.right - frame.left;
    let is_narrow = width < NARROW_WIDTH;
    let share = if is_narrow { 0.6 } else { MAX_NUMBER_SHARE };
    let rows = rows(chart, width * share);
    let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
    // Values are at the ends of the bars: negative ones left of zero, the others right of it.
    let numbers = |negative: bool| {
        let side = rows
            .iter()
            .filter(|row| row.value.is_negative() == negative);
        let numbers = side.filter_map(|row| row.number.as_deref());
        let widths = &mut numbers.map(|number| NUMBER.width(number) + 10.0);
        if is_narrow { 0.0 } else { widest(widths) }
    };
    let names = if is_narrow {
        0.0
    } else {
        let widths = &mut rows.iter().map(|row| NAME.width(&row.name));
        widest(widths).min(width * MAX_NAME_SHARE) + 10.0
    };
    let plane = PlotFrame {
        left: frame.left + names + numbers(true),
        top: frame.top,
        right: frame.right - numbers(false).max(6.0),
        bottom: frame.bottom - AXIS_HEIGHT,
    };
    let positions = || rows.iter().map(|row| row.value.position());
    let least = positions().fold(0.0, f64::min);
    let greatest = positions().fold(0.0, f64::max);
    let most = max_ticks((plane.right - plane.left) * 0.75);
    let axis = |most| ValueAxis::new(least, greatest, most, are_counts(chart), AxisEnds::Values);
    // Zero and one more tick are too few to read the length of a bar.
    let few = axis(most);
    BarLayout {
        axis: if few.ticks.len() < 3 {
            axis(most + 2)
        } else {
            few
        },
        is_narrow,
        names_end: frame.left + names - 10.0,
        plane,
        rows,
    }
}

fn rows(chart: &Chart, number_room: f64) -> Vec<BarRow> {
    let values = chart.series.first().map(|series| series.values.as_slice());
    let pairs = chart.labels.iter().zip(values.unwrap_or_default());
    pairs
        .enumerate()
        .map(|(at, (label, value))| BarRow {
            at,
            name: printable_text(label, 120),
            value: *value,
            number: Some(value.to_string()).filter(|text| NUMBER.width(text) <= number_room),
            role: if chart.has_remainder && at + 1 == chart.labels.len() {
                ColorRole::Remainder
            } else {
                ColorRole::First
            },
        })
        .collect()
}

/// Draws the grid lines, ticks and title of the value axis below the bars.
fn grid<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    chart: &Chart,
    layout: &BarLayout,
) -> DrawResult<DB> {
    let label_style = LabelStyle::soft(12.0, HPos::Center, VPos::Top);
    let (frame, axis) = (layout.plane, &layout.axis);
    // Full grid lines would cross the names above the bars.
    let line_top = if layout.is_narrow {
        frame.bottom - 4.0
    } else {
        frame.top
    };
    for tick in &axis.ticks {
        let share = (tick - axis.from) / (axis.until - axis.from);
        let x = frame.left + share * (frame.right - frame.left);
        canvas.vertical_line(x, [line_top, frame.bottom], ColorRole::Grid)?;
        let text = axis.text(*tick);
        canvas.text_inside(&text, (x, frame.bottom + 6.0), label_style, 3.0)?;
    }
    let title = printable_text(&chart.value_title, 200);
    let title = label_style.truncated(&title, frame.right - frame.left);
    let middle = f64::midpoint(frame.left, frame.right);
    canvas.text(&title, (middle, frame.bottom + 26.0), label_style)
}

fn texts_beside<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    row: &BarRow,
    names_end: f64,
    (end, middle): (f64, f64),
) -> DrawResult<DB> {
    let room = canvas.metrics.width * MAX_NAME_SHARE;
    let name = NAME.truncated(&row.name, room.min(names_end));
    canvas.text(&name, (names_end, middle), NAME)?;
    let (x, label_style) = if row.value.is_negative() {
        (end - 6.0, NUMBER.at_side(HPos::Right))
    } else {
        (end + 6.0, NUMBER)
    };
    let number = row.number.as_deref().unwrap_or_default();
    canvas.text(number, (x, middle), label_style)
}

fn texts_above<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    row: &BarRow,
    frame: PlotFrame,
    y: f64,
) -> DrawResult<DB> {
    let number = row.number.as_deref().unwrap_or_default();
    canvas.text(number, (frame.right, y), NUMBER.at_side(HPos::Right))?;
    let room = frame.right - frame.left - NUMBER.width(number) - 12.0;
    let name = NAME.truncated(&row.name, room);
    canvas.text(&name, (frame.left, y), NAME.at_side(HPos::Left))
}
