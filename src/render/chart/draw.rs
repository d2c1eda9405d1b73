//! The frame of a chart: title, subtitle and legend above the values.
//!
//! In: a chart, a paper and a drawing area. Out: everything drawn. Refused: what the backend refuses.

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingBackend, Rectangle};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::{visible, wrapped};
use super::palette::Tone;
use super::paper::{Drawn, Look, Paper, Sheet};
use super::{Chart, Shape, bars, series};

/// Empty paper around everything, in pixels.
pub(super) const MARGIN: f64 = 14.0;

const TITLE: Look = Look {
    size: 17.0,
    tone: Tone::Ink,
    bold: true,
    anchor: (HPos::Left, VPos::Top),
};
const SUBTITLE: Look = Look {
    size: 12.0,
    tone: Tone::Soft,
    bold: false,
    anchor: (HPos::Left, VPos::Top),
};
const LEGEND: Look = Look {
    size: 12.0,
    tone: Tone::Ink,
    bold: false,
    anchor: (HPos::Left, VPos::Center),
};

/// Side of the square before a name of the legend.
const SWATCH: f64 = 11.0;

/// Characters of a title that are looked at; more would not fit any paper.
const MOST_TITLE: usize = 600;

/// What stands above the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// Title and subtitle, for a chart that stands alone.
    Written,
    /// Nothing: the page around has them.
    Left,
}

/// Where the values are drawn, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// Draws a whole chart.
pub(super) fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    paper: Paper,
    chart: &Chart,
    heading: Heading,
) -> Drawn<DB> {
    area.fill(&Tone::Paper.color())?;
    let sheet = Sheet { area, paper };
    let margin = side_margin(heading);
    let mut top = margin;
    if heading == Heading::Written {
        for (look, line) in heading_lines(chart, paper.width) {
            sheet.text(&line, (margin, top), look)?;
            top += line_height(look);
        }
        top += 10.0;
    }
    let frame = Frame {
        left: margin,
        top: top + legend(&sheet, chart, top, margin)?,
        right: paper.width - margin,
        bottom: paper.height - margin,
    };
    if chart.is_blank() {
        return nothing(&sheet, chart, frame);
    }
    match chart.shape {
        Shape::Bars => bars::draw(&sheet, chart, frame),
        Shape::Columns | Shape::Lines => series::draw(&sheet, chart, frame),
    }
}

/// Pixels that a heading and a legend take from the height of a chart.
pub(super) fn height_above(chart: &Chart, heading: Heading, width: f64) -> f64 {
    let lines: f64 = match heading {
        Heading::Written => {
            heading_lines(chart, width)
                .iter()
                .map(|(look, _)| line_height(*look))
                .sum::<f64>()
                + 10.0
        }
        Heading::Left => 0.0,
    };
    let places = legend_places(chart, width, side_margin(heading));
    lines + side_margin(heading) * 2.0 + legend_height(&places)
}

fn side_margin(heading: Heading) -> f64 {
    match heading {
        Heading::Written => MARGIN,
        Heading::Left => 2.0,
    }
}

fn line_height(look: Look) -> f64 {
    look.size * 1.4
}

fn heading_lines(chart: &Chart, width: f64) -> Vec<(Look, String)> {
    [(TITLE, &chart.title), (SUBTITLE, &chart.subtitle)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .flat_map(|(look, text)| {
            let text = visible(text, MOST_TITLE);
            let room = width - 2.0 * MARGIN;
            wrapped(&text, room, |line| look.width(line))
                .into_iter()
                .map(move |line| (look, line))
        })
        .collect()
}

/// Where the names of a legend stand: left edge in pixels, and row.
fn legend_places(chart: &Chart, width: f64, margin: f64) -> Vec<(f64, f64, String)> {
    if chart.series.len() < 2 || chart.shape == Shape::Bars || chart.is_blank() {
        return Vec::new();
    }
    let right = width - margin;
    let (mut left, mut row) = (margin, 0.0);
    let mut places = Vec::new();
    for series in &chart.series {
        let room = right - margin - SWATCH - 6.0;
        let name =
            super::label::fitted(&visible(&series.name, 80), room, |text| LEGEND.width(text));
        let taken = SWATCH + 6.0 + LEGEND.width(&name) + 18.0;
        if left > margin && left + taken - 18.0 > right {
            (left, row) = (margin, row + 1.0);
        }
        places.push((left, row, name));
        left += taken;
    }
    places
}

fn legend_height(places: &[(f64, f64, String)]) -> f64 {
    places
        .last()
        .map_or(0.0, |(_, row, _)| (row + 1.0) * 20.0 + 6.0)
}

/// Draws the legend; returns its height.
fn legend<DB: DrawingBackend>(
    sheet: &Sheet<'_, DB>,
    chart: &Chart,
    top: f64,
    margin: f64,
) -> Result<f64, plotters::prelude::DrawingAreaErrorKind<DB::ErrorType>> {
    let places = legend_places(chart, sheet.paper.width, margin);
    for (at, (left, row, name)) in places.iter().enumerate() {
        let middle = top + row * 20.0 + 9.0;
        let corner = |x: f64, y: f64| (sheet.paper.units(x), sheet.paper.units(y));
        let square = [
            corner(*left, middle - SWATCH / 2.0),
            corner(left + SWATCH, middle + SWATCH / 2.0),
        ];
        let color = Tone::of_series(at).color();
        sheet.area.draw(&Rectangle::new(square, color.filled()))?;
        sheet.text(name, (left + SWATCH + 6.0, middle), LEGEND)?;
    }
    Ok(legend_height(&places))
}

fn nothing<DB: DrawingBackend>(sheet: &Sheet<'_, DB>, chart: &Chart, frame: Frame) -> Drawn<DB> {
    let look = Look::soft(14.0, HPos::Center, VPos::Center);
    let middle = f64::midpoint(frame.left, frame.right);
    let room = frame.right - frame.left;
    let lines = wrapped(&visible(&chart.nothing, MOST_TITLE), room, |text| {
        look.width(text)
    });
    let mut y = f64::midpoint(frame.top, frame.bottom);
    for line in lines {
        sheet.text(&line, (middle, y), look)?;
        y += line_height(look);
    }
    Ok(())
}
