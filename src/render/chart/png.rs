//! Charts as PNG, in the light scheme.
//!
//! In: a chart and a size in pixels. Out: the bytes of a PNG of that size, 8-bit RGB, the same for
//! the same chart; letters that Noto Sans lacks are boxes. Refused: nothing; sizes outside
//! [`LEAST`] and [`MOST`] are brought inside.

use std::io::Write;

use flate2::Compression;
use flate2::Crc;
use flate2::write::ZlibEncoder;
use plotters::prelude::{BitMapBackend, IntoDrawingArea};

use super::Chart;
use super::draw::{Heading, draw};
use super::paper::{Font, Paper};

/// The smallest width and height: below it, no axis fits.
pub(super) const LEAST: u32 = 200;

/// The greatest width and height, the width of 4K television: a square of it takes 180 MB while it is
/// drawn.
pub(super) const MOST: u32 = 3840;

/// Pixels across of the layout that is enlarged to the size asked for.
const LAYOUT_WIDTH: f64 = 860.0;

/// Pixels across of the layout of small pictures.
const SMALL_LAYOUT_WIDTH: f64 = 420.0;

/// How plotters draws Noto Sans: its size is the height of 1.362 ems, and its base line half a size
/// below the point where the text is put, whatever the anchor. The shifts bring it to where SVG
/// has it.
const FONT: Font = Font {
    size_per_em: 1.362,
    shift_top: 0.08,
    shift_center: 0.19,
};

/// Pixels that are drawn for one that is kept, across and down; their mean makes edges smooth.
const SMOOTHING: u32 = 2;

/// Draws a chart as a PNG, with title and subtitle in it.
#[expect(clippy::missing_panics_doc, reason = "a picture is written to memory")]
pub fn png(chart: &Chart, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = (width.clamp(LEAST, MOST), height.clamp(LEAST, MOST));
    let across = if f64::from(width) < SMALL_LAYOUT_WIDTH * 1.5 {
        SMALL_LAYOUT_WIDTH.min(f64::from(width).max(320.0))
    } else {
        LAYOUT_WIDTH
    };
    let scale = f64::from(width) / across;
    let paper = Paper {
        width: across,
        height: f64::from(height) / scale,
        units: scale * f64::from(SMOOTHING),
        font: FONT,
    };
    let drawn = (width * SMOOTHING, height * SMOOTHING);
    let mut pixels = vec![0_u8; bytes_of(drawn)];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, drawn);
        let area = backend.into_drawing_area();
        draw(&area, paper, chart, Heading::Written)
            .and_then(|()| area.present())
            .expect("a picture is drawn in memory, and its font is a part of the program");
    }
    encode(&smoothed(&pixels, width), (width, height))
}

fn bytes_of((width, height): (u32, u32)) -> usize {
    width as usize * height as usize * 3
}

/// The mean of each square of drawn pixels, for a picture `width` pixels wide.
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn smoothed(drawn: &[u8], width: u32) -> Vec<u8> {
    let (side, width) = (SMOOTHING as usize, width as usize);
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
            pixels.push((sum / (SMOOTHING * SMOOTHING)) as u8);
        }
    }
    pixels
}

/// PNG, third edition: signature, `IHDR`, one `IDAT`, `IEND`.
fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n'];
    // Depth 8, colour type 2 (RGB), deflate, the five filters, not interlaced.
    const RGB_8: [u8; 5] = [8, 2, 0, 0, 0];
    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend(RGB_8);
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &compressed(pixels, width as usize * 3));
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// Rows under filter 2, the difference to the row above: charts are mostly the same from row to row.
fn compressed(pixels: &[u8], row_bytes: usize) -> Vec<u8> {
    const UP: u8 = 2;
    let mut filtered = Vec::with_capacity(pixels.len() + pixels.len() / row_bytes);
    let mut above = vec![0; row_bytes];
    for row in pixels.chunks_exact(row_bytes) {
        filtered.push(UP);
        let differences = row
            .iter()
            .zip(&above)
            .map(|(byte, up)| byte.wrapping_sub(*up));
        filtered.extend(differences);
        above.copy_from_slice(row);
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder
        .write_all(&filtered)
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("a picture of at most 50 MB");
    png.extend(length.to_be_bytes());
    png.extend(kind);
    png.extend(data);
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    png.extend(sum.sum().to_be_bytes());
}
