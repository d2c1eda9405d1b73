//! Charts as SVG.
//!
//! In: a chart. Out: an SVG text with the light colours in its attributes and custom properties in
//! its style sheet, with a title and a description for screen readers. Nothing is refused.

use std::fmt::Write as _;

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use super::bars;
use super::canvas::CanvasMetrics;
use super::content::{Chart, ChartType, ChartWidth};
use super::draw::{ChartHeading, draw, height_above};
use super::label::printable_text;
use super::palette::{ColorRole, ColorScheme, DARK, LIGHT, hex};

/// plotters draws in whole units; several units per pixel make columns look equally wide.
pub(super) const UNITS: f64 = 4.0;

/// The font stack of the viewer.
const FONT_STACK: &str = "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",Ubuntu,\"Liberation Sans\",Arial,sans-serif";

/// Draws a chart as a standalone SVG document, including title and subtitle.
///
/// Colours are CSS custom properties that follow the colour scheme of the viewer; viewers without
/// CSS support use the light colours.
pub fn svg(chart: &Chart) -> String {
    let style = format!(
        "<style>svg{{{}color-scheme:light dark;font-family:{FONT_STACK}}}@media (prefers-color-scheme:dark){{svg{{{}}}}}{}</style>\n",
        properties(&LIGHT),
        properties(&DARK),
        color_rules(""),
    );
    let mut svg = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    svg.push_str(&drawing(
        chart,
        ChartWidth::Wide,
        ChartHeading::Shown,
        &style,
        "",
    ));
    svg
}

/// An SVG element for an HTML document that contains the title, the custom properties of the colour
/// schemes and [`color_rules`].
pub(in crate::render) fn inline_svg(chart: &Chart, width: ChartWidth) -> String {
    let class = match width {
        ChartWidth::Wide => "wide",
        ChartWidth::Beside => "wide beside",
        ChartWidth::Narrow => "narrow",
    };
    drawing(chart, width, ChartHeading::Omitted, "", class)
}

/// Style rules that replace the colour values written by plotters with custom properties, for
/// elements matching the selector prefix `below`.
pub(in crate::render) fn color_rules(below: &str) -> String {
    let mut rules = String::new();
    for (role, rgb) in LIGHT {
        let (color, property) = (hex(rgb), role.property());
        for attribute in ["fill", "stroke"] {
            write!(
                rules,
                "{below}[{attribute}=\"{color}\"]{{{attribute}:var({property})}}"
            )
            .expect("writing to a String cannot fail");
        }
    }
    rules
}

/// The custom properties of a colour scheme.
pub(in crate::render) fn properties(scheme: &ColorScheme) -> String {
    let properties = scheme
        .iter()
        .map(|(role, rgb)| format!("{}:{};", role.property(), hex(*rgb)));
    properties.collect::<Vec<_>>().concat()
}

fn metrics(chart: &Chart, width: ChartWidth, heading: ChartHeading) -> CanvasMetrics {
    let across = match (width, heading) {
        (ChartWidth::Narrow, _) => 360.0,
        (ChartWidth::Beside, _) => 620.0,
        (ChartWidth::Wide, ChartHeading::Shown) => 860.0,
        (ChartWidth::Wide, ChartHeading::Omitted) => 840.0,
    };
    let values = match (chart.chart_type, chart.is_blank()) {
        (_, true) => 120.0,
        (ChartType::Bars, false) => bars::height(chart, across),
        (ChartType::Columns | ChartType::Lines, false) => 300.0,
    };
    CanvasMetrics {
        width: across,
        height: (height_above(chart, heading, across) + values).round(),
        units: UNITS,
    }
}

/// An SVG document of a size, with the light colours and without a style sheet.
pub(super) fn image(chart: &Chart, metrics: CanvasMetrics) -> String {
    element(chart, metrics, ChartHeading::Shown, "", "")
}

fn drawing(
    chart: &Chart,
    width: ChartWidth,
    heading: ChartHeading,
    style: &str,
    class: &str,
) -> String {
    element(chart, metrics(chart, width, heading), heading, style, class)
}

fn element(
    chart: &Chart,
    metrics: CanvasMetrics,
    heading: ChartHeading,
    style: &str,
    class: &str,
) -> String {
    let units = |pixels: f64| u32::try_from(metrics.units(pixels)).unwrap_or(1);
    let mut drawn = String::new();
    let size = (units(metrics.width), units(metrics.height));
    let backend = SVGBackend::with_string(&mut drawn, size);
    let area = backend.into_drawing_area();
    draw(&area, metrics, chart, heading)
        .and_then(|()| area.present())
        .expect("an SVG is written to memory, and its font is part of the program");
    drop(area);
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    let title = escaped(&printable_text(&chart.title, 300));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{title}\" font-family=\"sans-serif\"{class}>\n<title>{title}</title>\n<desc>{}</desc>\n{style}{}</svg>\n",
        size.0,
        size.1,
        metrics.width,
        metrics.height,
        escaped(&chart.to_string()),
        elements(&drawn),
    )
}

/// The content of the `svg` element written by plotters, without redundant attributes. A quote in a
/// text is written `&quot;`, so that only attributes match.
fn elements(drawn: &str) -> String {
    let inside = drawn.split_once(">\n").map_or("", |(_, inside)| inside);
    let inside = inside.trim_end().trim_end_matches("</svg>");
    inside
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" \"/>", "\"/>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Both schemes must define every role.
const _: () = assert!(LIGHT.len() == DARK.len() && matches!(LIGHT[0].0, ColorRole::Background));
