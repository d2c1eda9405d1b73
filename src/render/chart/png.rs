//! Charts as PNG, in the light scheme.
//!
//! In: a chart and a size in pixels. Out: the bytes of a PNG of that size, 8-bit RGBA, the same for
//! the same chart: the SVG of the chart, drawn by resvg with Noto Sans. Characters missing in Noto
//! Sans are drawn as boxes. Refused: nothing; sizes outside [`MIN_SIDE`] and [`MAX_SIDE`] are
//! clamped.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{IntSize, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

use super::canvas::CanvasMetrics;
use super::content::Chart;
use super::svg;

/// The smallest width and height in pixels: below it, no axis fits.
pub(super) const MIN_SIDE: u32 = 200;

/// The largest width and height in pixels, the width of 4K video: a square of that size takes 120
/// MB while it is encoded.
pub(super) const MAX_SIDE: u32 = 3840;

/// Layout width in pixels, scaled to the requested size.
const LAYOUT_WIDTH: f64 = 860.0;

/// Layout width of small images.
const SMALL_LAYOUT_WIDTH: f64 = 420.0;

/// The name of the fonts in [`OPTIONS`], as they contain it.
const FONT_FAMILY: &str = "Noto Sans";

/// No font but those of the program, so that every computer draws the same.
static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for font in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
        fonts.load_font_source(Source::Binary(Arc::new(font)));
    }
    fonts.set_sans_serif_family(FONT_FAMILY);
    Options {
        fontdb: Arc::new(fonts),
        font_family: FONT_FAMILY.to_owned(),
        ..Options::default()
    }
});

/// Draws a chart as a PNG, including title and subtitle.
#[expect(
    clippy::missing_panics_doc,
    reason = "an SVG of the program is drawn in memory"
)]
pub fn png(chart: &Chart, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = (
        width.clamp(MIN_SIDE, MAX_SIDE),
        height.clamp(MIN_SIDE, MAX_SIDE),
    );
    let across = if f64::from(width) < SMALL_LAYOUT_WIDTH * 1.5 {
        SMALL_LAYOUT_WIDTH.min(f64::from(width).max(320.0))
    } else {
        LAYOUT_WIDTH
    };
    let metrics = CanvasMetrics {
        width: across,
        height: f64::from(height) * across / f64::from(width),
        units: svg::UNITS,
    };
    let tree = Tree::from_str(&svg::image(chart, metrics), &OPTIONS)
        .expect("charts are valid SVG, whatever their labels contain");
    let size = IntSize::from_wh(width, height).expect("the size is clamped");
    let mut pixels = Pixmap::new(width, height).expect("the size is clamped");
    let (wanted, drawn) = (size.to_size(), tree.size());
    let transform = Transform::from_scale(
        wanted.width() / drawn.width(),
        wanted.height() / drawn.height(),
    );
    resvg::render(&tree, transform, &mut pixels.as_mut());
    pixels
        .encode_png()
        .expect("the number of pixels matches the size, and they are written to memory")
}
