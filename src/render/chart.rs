//! Charts, drawn by plotters as SVG, and by resvg from the SVG as PNG.
//!
//! In: a [`Chart`] of [`ExactNumber`]s with title, units and labels. Out: an SVG text that follows
//! the light or dark colour scheme of the viewer, or the bytes of a PNG; the same chart always
//! gives the same output. Positions are `f64`, which is exact enough for a pixel; numbers written
//! as text come from the exact numbers. Refused: nothing. Labels may contain any characters:
//! control characters and direction marks are shown as escapes, long labels are truncated, and
//! labels without room are left out.

mod bars;
mod canvas;
mod columns_and_lines;
mod content;
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

pub(super) use content::ChartWidth;
pub use content::{Chart, ChartSeries, ChartType};
pub use exact_number::ExactNumber;
pub(super) use label::printable_text;
pub(super) use palette::{DARK, LIGHT};
pub use png::png;
pub use svg::svg;
pub(super) use svg::{color_rules, inline_svg, properties};
