//! Horizontal bars: one for each label, with its number written out.
//!
//! In: a chart with labels and one series. Out: names, bars and numbers drawn; on narrow paper the
//! names stand above their bars. Refused: what the backend refuses.

use plotters::prelude::{DrawingBackend, PathElement, Rectangle};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, Ends};
use super::draw::Frame;
use super::label::{fitted, visible};
use super::palette::Tone;
use super::paper::{Drawn, Look, Sheet};
use super::series::{are_counts, most_ticks, plane, position};
use super::{Chart, Number};

/// Paper narrower than this many pixels has the names above the bars.
const NARROW: f64 = 460.0;

/// The largest share of the width that names take.
const NAME_SHARE: f64 = 0.34;

/// The largest share of the width that numbers take at each side.
const NUMBER_SHARE: f64 = 0.27;

/// Pixels for ticks and titles below the bars.
const BELOW: f64 = 46.0;

const NAME: Look = Look {
    size: 13.0,
    tone: Tone::Ink,
    bold: false,
    anchor: (HPos::Right, VPos::Center),
};
const NUMBER: Look = Look {
    anchor: (HPos::Left, VPos::Center),
    ..NAME
};

/// How high the bars of a chart are drawn with all that belongs to them.
pub(super) fn height(chart: &Chart, width: f64) -> f64 {
    position(chart.labels.len().max(3)) * row_height(width) + BELOW
}

fn row_height(width: f64) -> f64 {
    if width < NARROW { 44.0 } else { 29.0 }
}

/// One bar.
struct Row {
    at: usize,
    name: String,
    value: Number,
    /// The value in digits, unless that would leave no room for the bars; tables have it anyway.
    number: Option<String>,
    tone: Tone,
}

/// Where everything stands.
struct Layout {
    rows: Vec<Row>,
    /// Whether the names stand above their bars.
    is_narrow: bool,
    /// Where the names end that stand beside the bars.
    names_end: f64,
    /// The bars.
    plane: Frame,
    axis: Axis,
}

pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<'_, DB>,
    chart: &Chart,
    frame: Frame,
) -> Drawn<DB> {
    let layout = layout(chart, frame);
    let Layout {
        rows,
        is_narrow,
        names_end,
        plane: inner,
        axis,
    } = &layout;
    grid(sheet, chart, &layout)?;
    let below = position(rows.len());
    let mut plane = plane(sheet, *inner, (axis.from, axis.until), (below, 0.0))?;
    let axis_line = sheet.paper.stroke(Tone::Axis, 1.2);
    let (top, bottom) = if *is_narrow {
        (0.52, 0.9)
    } else {
        (0.16, 0.84)
    };
    for row in rows {
        let value = row.value.position();
        let y = position(row.at);
        let corners = [(0.0, y + top), (value, y + bottom)];
        plane.draw_series([Rectangle::new(corners, row.tone.color().filled())])?;
        if *is_narrow {
            let zero = vec![(0.0, y + top - 0.04), (0.0, y + bottom + 0.04)];
            plane.draw_series([PathElement::new(zero, axis_line)])?;
            let line = inner.top + (y + 0.27) * (inner.bottom - inner.top) / below;
            texts_above(sheet, row, frame, line)?;
        } else {
            let middle = y + f64::midpoint(top, bottom);
            let (end, middle) = plane.backend_coord(&(value, middle));
            let end = (sheet.paper.pixels(end), sheet.paper.pixels(middle));
            texts_beside(sheet, row, *names_end, end)?;
        }
    }
    if !is_narrow {
        let zero = vec![(0.0, 0.0), (0.0, below)];
        plane.draw_series([PathElement::new(zero, axis_line)])?;
    }
    Ok(())
}

fn layout(chart: &Chart, frame: Frame) -> Layout {
    let width = frame.right - frame.left;
    let is_narrow = width < NARROW;
    let share = if is_narrow { 0.6 } else { NUMBER_SHARE };
    let rows = rows(chart, width * share);
    let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
    // Numbers stand at the ends of the bars: some at the left of zero, some at its right.
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
        widest(widths).min(width * NAME_SHARE) + 10.0
    };
    let plane = Frame {
        left: frame.left + names + numbers(true),
        top: frame.top,
        right: frame.right - numbers(false).max(6.0),
        bottom: frame.bottom - BELOW,
    };
    let positions = || rows.iter().map(|row| row.value.position());
    let least = positions().fold(0.0, f64::min);
    let greatest = positions().fold(0.0, f64::max);
    let most = most_ticks((plane.right - plane.left) * 0.75);
    let axis = |most| Axis::new(least, greatest, most, are_counts(chart), Ends::Values);
    // Zero and one more tick say little about the length of a bar.
    let few = axis(most);
    Layout {
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

fn rows(chart: &Chart, number_room: f64) -> Vec<Row> {
    let values = chart.series.first().map(|series| series.values.as_slice());
    let pairs = chart.labels.iter().zip(values.unwrap_or_default());
    pairs
        .enumerate()
        .map(|(at, (label, value))| Row {
            at,
            name: visible(label, 120),
            value: *value,
            number: Some(value.to_string()).filter(|text| NUMBER.width(text) <= number_room),
            tone: if chart.has_rest && at + 1 == chart.labels.len() {
                Tone::Rest
            } else {
                Tone::First
            },
        })
        .collect()
}

/// Lines, ticks and title of the axis of values, which lies below the bars.
fn grid<DB: DrawingBackend>(sheet: &Sheet<'_, DB>, chart: &Chart, layout: &Layout) -> Drawn<DB> {
    let look = Look::soft(12.0, HPos::Center, VPos::Top);
    let (frame, axis) = (layout.plane, &layout.axis);
    // Lines from top to bottom would cross the names that stand above the bars.
    let line_top = if layout.is_narrow {
        frame.bottom - 4.0
    } else {
        frame.top
    };
    for tick in &axis.ticks {
        let share = (tick - axis.from) / (axis.until - axis.from);
        let x = frame.left + share * (frame.right - frame.left);
        let line = [line_top, frame.bottom].map(|y| (sheet.paper.units(x), sheet.paper.units(y)));
        let style = sheet.paper.stroke(Tone::Grid, 1.0);
        sheet.area.draw(&PathElement::new(line.to_vec(), style))?;
        let text = axis.text(*tick);
        let half = look.width(&text) / 2.0 + 3.0;
        let x = x.clamp(half, (sheet.paper.width - half).max(half));
        sheet.text(&text, (x, frame.bottom + 6.0), look)?;
    }
    let title = visible(&chart.value_title, 200);
    let title = fitted(&title, frame.right - frame.left, |text| look.width(text));
    let middle = f64::midpoint(frame.left, frame.right);
    sheet.text(&title, (middle, frame.bottom + 26.0), look)
}

fn texts_beside<DB: DrawingBackend>(
    sheet: &Sheet<'_, DB>,
    row: &Row,
    names_end: f64,
    (end, middle): (f64, f64),
) -> Drawn<DB> {
    let room = sheet.paper.width * NAME_SHARE;
    let name = fitted(&row.name, room.min(names_end), |text| NAME.width(text));
    sheet.text(&name, (names_end, middle), NAME)?;
    let (x, anchor) = if row.value.is_negative() {
        (end - 6.0, (HPos::Right, VPos::Center))
    } else {
        (end + 6.0, (HPos::Left, VPos::Center))
    };
    let look = Look { anchor, ..NUMBER };
    let number = row.number.as_deref().unwrap_or_default();
    sheet.text(number, (x, middle), look)
}

fn texts_above<DB: DrawingBackend>(
    sheet: &Sheet<'_, DB>,
    row: &Row,
    frame: Frame,
    y: f64,
) -> Drawn<DB> {
    let number = row.number.as_deref().unwrap_or_default();
    let look = Look {
        anchor: (HPos::Right, VPos::Center),
        ..NUMBER
    };
    sheet.text(number, (frame.right, y), look)?;
    let room = frame.right - frame.left - NUMBER.width(number) - 12.0;
    let name = fitted(&row.name, room, |text| NAME.width(text));
    let look = Look {
        anchor: (HPos::Left, VPos::Center),
        ..NAME
    };
    sheet.text(&name, (frame.left, y), look)
}
