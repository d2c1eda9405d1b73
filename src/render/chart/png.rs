//! Charts as PNG, in the light scheme.
//!
//! In: a chart and a size in pixels. Out: the bytes of a PNG of that size, 8-bit RGB, the same for
//! the same chart; characters missing in Noto Sans are drawn as boxes. Refused: nothing; sizes
//! outside [`MIN_SIDE`] and [`MAX_SIDE`] are clamped.

use plotters::prelude::{BitMapBackend, IntoDrawingArea};
use png::{AdaptiveFilterType, BitDepth, ColorType, Encoder, FilterType};

use super::Chart;
use super::canvas::{CanvasMetrics, FontMetrics};
use super::draw::{ChartHeading, draw};

/// The smallest width and height in pixels: below it, no axis fits.
pub(super) const MIN_SIDE: u32 = 200;

/// The largest width and height in pixels, the width of 4K video: a square of that size takes 180
/// MB while it is drawn.
pub(super) const MAX_SIDE: u32 = 3840;

/// Layout width in pixels, scaled to the requested size.
const LAYOUT_WIDTH: f64 = 860.0;

/// Layout width of small images.
const SMALL_LAYOUT_WIDTH: f64 = 420.0;

/// How plotters draws Noto Sans: its size is the height of 1.362 ems, and its baseline is half that
/// size below the anchor, whatever the anchor. The shifts move texts to their position in SVG.
const FONT: FontMetrics = FontMetrics {
    size_per_em: 1.362,
    shift_top: 0.08,
    shift_center: 0.19,
};

/// Drawn pixels per output pixel, horizontally and vertically; their mean smooths edges.
const SUPERSAMPLING: u32 = 2;

/// Draws a chart as a PNG, including title and subtitle.
#[expect(clippy::missing_panics_doc, reason = "an image is written to memory")]
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
    let scale = f64::from(width) / across;
    let metrics = CanvasMetrics {
        width: across,
        height: f64::from(height) / scale,
        units: scale * f64::from(SUPERSAMPLING),
        font: FONT,
    };
    let drawn = (width * SUPERSAMPLING, height * SUPERSAMPLING);
    let mut pixels = vec![0_u8; bytes_of(drawn)];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, drawn);
        let area = backend.into_drawing_area();
        draw(&area, metrics, chart, ChartHeading::Shown)
            .and_then(|()| area.present())
            .expect("an image is drawn in memory, and its font is part of the program");
    }
    encode(&downsample(&pixels, width), (width, height))
}

fn bytes_of((width, height): (u32, u32)) -> usize {
    width as usize * height as usize * 3
}

/// Averages each square of drawn pixels, for an image `width` pixels wide.
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn downsample(drawn: &[u8], width: u32) -> Vec<u8> {
    let (side, width) = (SUPERSAMPLING as usize, width as usize);
    let row_bytes = width * side * 3;
    let mut pixels = Vec::with_capacity(drawn.len() / (side * side));
    for rows in drawn.chunks_exact(row_bytes * side) {
        for at in 0..width * 3 {
            let (pixel, channel) = (at / 3, at % 3);
            let of_square = |n: usize| {
                let (down, across) = (n / side, n % side);
                u32::from(rows[down * row_bytes + (pixel * side + across) * 3 + channel])
            };
            let sum: u32 = (0..side * side).map(of_square).sum();
            pixels.push((sum / (SUPERSAMPLING * SUPERSAMPLING)) as u8);
        }
    }
    pixels
}

/// PNG filter 2 stores the difference to the row above: charts barely change from row to row.
fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_filter(FilterType::Up);
    encoder.set_adaptive_filter(AdaptiveFilterType::NonAdaptive);
    encoder
        .write_header()
        .and_then(|mut picture| picture.write_image_data(pixels))
        .expect("the number of pixels matches the size, and they are written to memory");
    bytes
}
