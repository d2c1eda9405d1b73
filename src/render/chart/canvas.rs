//! The canvas of a chart: converts pixels to the units of a plotters backend.
//!
//! In: lengths in pixels, and texts. Out: whole units of the backend, and upper bounds for the
//! widths of texts in common fonts. Nothing is refused.

use std::sync::LazyLock;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend, PathElement, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, ShapeStyle, TextStyle};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

use super::label::{printable_text, truncate_to_width, wrap_to_width};
use super::palette::ColorRole;

/// The rectangle in which the values are drawn, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PlotFrame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// The result of drawing.
pub(super) type DrawResult<DB> =
    Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// The widths of the letters of Noto Sans, for texts that are not bold and for bold ones.
static FONTS: LazyLock<[Advances; 2]> = LazyLock::new(|| {
    [notosans::REGULAR_TTF, notosans::BOLD_TTF].map(|bytes| {
        let font = FontRef::new(bytes).expect("the font is a part of the program");
        let (size, location) = (Size::unscaled(), LocationRef::default());
        Advances {
            letters: font.charmap(),
            glyphs: font.glyph_metrics(size, location),
            units_per_em: font.metrics(size, location).units_per_em.into(),
        }
    })
});

/// plotters divides the size of a font by this when it writes SVG.
const FONT_SIZE_PER_EM: f64 = 1.24;

/// The downward correction of texts anchored at the center, in ems.
const CENTER_SHIFT_EM: f64 = 0.08;

/// Viewers may use a wider font than Noto Sans; `DejaVu` Sans is about an eighth wider.
const WIDTH_ALLOWANCE: f64 = 1.13;

/// Signs that are much wider in other fonts than in Noto Sans, and a letter of about that width,
/// which is measured instead.
const SUBSTITUTED_SIGNS: &str = "<>=+~^|#\u{2212}";
const SUBSTITUTE: char = 'w';

/// From this character on (Hangul), characters missing in Noto Sans are as wide as they are high.
const FIRST_FULL_WIDTH: char = '\u{1100}';

/// The size of a canvas and the scale of its backend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CanvasMetrics {
    /// Width in pixels.
    pub(super) width: f64,
    /// Height in pixels.
    pub(super) height: f64,
    /// Backend units per pixel.
    pub(super) units: f64,
}

/// The widths of the letters of a font.
struct Advances {
    letters: Charmap<'static>,
    glyphs: GlyphMetrics<'static>,
    units_per_em: f64,
}

/// The style of a text and its anchor point.
#[derive(Clone, Copy)]
pub(super) struct LabelStyle {
    pub(super) size: f64,
    pub(super) role: ColorRole,
    pub(super) bold: bool,
    pub(super) anchor: (HPos, VPos),
}

impl CanvasMetrics {
    /// Converts pixels to backend units.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "sizes are limited to some thousand pixels"
    )]
    pub(super) fn units(&self, pixels: f64) -> i32 {
        (pixels * self.units).round() as i32
    }

    /// Converts backend units to pixels.
    pub(super) fn pixels(&self, units: i32) -> f64 {
        f64::from(units) / self.units
    }

    /// A line style with a width in pixels.
    pub(super) fn stroke(&self, role: ColorRole, pixels: f64) -> ShapeStyle {
        let width = u32::try_from(self.units(pixels)).unwrap_or(1).max(1);
        ShapeStyle::from(role.color()).stroke_width(width)
    }
}

impl LabelStyle {
    /// The style of secondary text with the given size and anchor.
    pub(super) const fn soft(size: f64, horizontal: HPos, vertical: VPos) -> Self {
        Self {
            size,
            role: ColorRole::MutedText,
            bold: false,
            anchor: (horizontal, vertical),
        }
    }

    /// The same style with its anchor at the middle of this side of the text.
    pub(super) const fn at_side(self, side: HPos) -> Self {
        Self {
            anchor: (side, VPos::Center),
            ..self
        }
    }

    /// A text truncated to a width in pixels.
    pub(super) fn truncated(&self, text: &str, room: f64) -> String {
        truncate_to_width(text, room, |part| self.width(part))
    }

    /// A text from the data, at most `max_chars` long, wrapped to lines of a width in pixels.
    pub(super) fn wrapped(&self, text: &str, max_chars: usize, room: f64) -> Vec<String> {
        wrap_to_width(&printable_text(text, max_chars), room, |part| {
            self.width(part)
        })
    }

    /// An upper bound for the width of a text, in pixels.
    pub(super) fn width(&self, text: &str) -> f64 {
        let font = &FONTS[usize::from(self.bold)];
        let width_em = |c: char| {
            let is_known = c < FIRST_FULL_WIDTH || ('\u{2000}'..'\u{2E80}').contains(&c);
            if is_known {
                let c = if SUBSTITUTED_SIGNS.contains(c) {
                    SUBSTITUTE
                } else {
                    c
                };
                font.width_em(c) * WIDTH_ALLOWANCE
            } else {
                1.0
            }
        };
        self.size * text.chars().map(width_em).sum::<f64>()
    }
}

impl Advances {
    /// The width of a letter in ems; that of the box for a missing one.
    fn width_em(&self, letter: char) -> f64 {
        let glyph = self.letters.map(letter).unwrap_or_default();
        let units = self.glyphs.advance_width(glyph);
        units.map_or(0.0, f64::from) / self.units_per_em
    }
}

/// A drawing area with its metrics.
pub(super) struct Canvas<'a, DB: DrawingBackend> {
    pub(super) area: &'a DrawingArea<DB, Shift>,
    pub(super) metrics: CanvasMetrics,
}

impl<DB: DrawingBackend> Canvas<'_, DB> {
    /// Draws a line from one y to another, in pixels and one pixel wide.
    pub(super) fn vertical_line(&self, x: f64, ends: [f64; 2], role: ColorRole) -> DrawResult<DB> {
        let line = ends.map(|y| (self.metrics.units(x), self.metrics.units(y)));
        let style = self.metrics.stroke(role, 1.0);
        self.area.draw(&PathElement::new(line.to_vec(), style))
    }

    /// Draws a text centred at a position in pixels; near an edge of the canvas it is moved inwards
    /// instead of being cut off, up to `margin` pixels from the edge.
    pub(super) fn text_inside(
        &self,
        text: &str,
        (x, y): (f64, f64),
        label_style: LabelStyle,
        margin: f64,
    ) -> DrawResult<DB> {
        let half = label_style.width(text) / 2.0 + margin;
        let x = x.clamp(half, (self.metrics.width - half).max(half));
        self.text(text, (x, y), label_style)
    }

    /// Draws a text at a position in pixels.
    pub(super) fn text(
        &self,
        text: &str,
        (x, y): (f64, f64),
        label_style: LabelStyle,
    ) -> DrawResult<DB> {
        let style = if label_style.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let size = label_style.size * self.metrics.units * FONT_SIZE_PER_EM;
        let font = FontDesc::new(FontFamily::SansSerif, size, style);
        let color = label_style.role.color();
        let style = TextStyle::from(font)
            .color(&color)
            .pos(Pos::new(label_style.anchor.0, label_style.anchor.1));
        let shift = match label_style.anchor.1 {
            VPos::Center => CENTER_SHIFT_EM,
            VPos::Top | VPos::Bottom => 0.0,
        };
        let at = (
            self.metrics.units(x),
            self.metrics.units(y + shift * label_style.size),
        );
        self.area.draw(&Text::new(text.to_owned(), at, style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_noto_sans_and_some_more() {
        let label_style = LabelStyle::soft(10.0, HPos::Left, VPos::Top);
        // hmtx of NotoSans-Regular: zero is 572 of 1,000 units wide.
        let zeros = label_style.width("0000");
        assert!((zeros - 22.88 * WIDTH_ALLOWANCE).abs() < 0.1, "{zeros}");
        assert!((label_style.width("日本") - 20.0).abs() < 0.1);
        assert!(label_style.width("") < 0.1);
    }

    #[test]
    fn pixels_and_units_are_turned_into_each_other() {
        let metrics = CanvasMetrics {
            width: 100.0,
            height: 50.0,
            units: 4.0,
        };
        assert_eq!(metrics.units(2.5), 10);
        assert!((metrics.pixels(10) - 2.5).abs() < 1e-9);
    }
}
