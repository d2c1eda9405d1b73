//! What an answer needs to be written: its name, its formats, and its bytes in each of them.
//!
//! In: an [`Answer`] and a [`Format`]. Out: bytes. Refused: a format that the answer does not
//! support ([`UnsupportedFormat`]).

use super::dashboard::Provenance;
use super::error::RenderError;
use super::format::{Format, UnsupportedFormat};
use super::screen::Screen;

/// An answer of a report that can be written in several formats.
pub trait Answer {
    /// What it is called in messages, such as `quantity series`.
    const NAME: &'static str;

    /// The supported formats, the default first.
    const FORMATS: &'static [Format];

    /// The bytes of the answer in a format of [`Self::FORMATS`]; `provenance` is shown with formats
    /// for people, and a text table is laid out for the screen. The same answer always gives the
    /// same bytes.
    ///
    /// # Errors
    /// [`RenderError::Format`] for another format, another [`RenderError`] when the writer of the
    /// format fails.
    fn render(
        &self,
        format: Format,
        provenance: &Provenance,
        screen: Option<&Screen>,
    ) -> Result<Vec<u8>, RenderError>;
}

impl UnsupportedFormat {
    /// The refusal of a format by an answer.
    pub(super) fn of<A: Answer>(format: Format) -> Self {
        Self {
            name: A::NAME,
            formats: A::FORMATS,
            format,
        }
    }
}

/// Checks that an answer supports a format.
///
/// # Errors
/// [`UnsupportedFormat`], which names the supported formats.
pub fn check_format<A: Answer>(format: Format) -> Result<(), UnsupportedFormat> {
    check_format_of(A::NAME, A::FORMATS, format)
}

/// Checks that a format is one of `formats`; `name` is what is written, such as `quantity series`.
///
/// # Errors
/// [`UnsupportedFormat`], which names the supported formats.
pub(super) fn check_format_of(
    name: &'static str,
    formats: &'static [Format],
    format: Format,
) -> Result<(), UnsupportedFormat> {
    if formats.contains(&format) {
        return Ok(());
    }
    Err(UnsupportedFormat {
        name,
        formats,
        format,
    })
}

/// Writes an answer; `provenance` is shown with formats for people, and a text table is laid out for
/// the screen, if it is for one.
///
/// # Errors
/// [`RenderError::Format`] when the answer does not support the format, another [`RenderError`]
/// when the writer of the format fails.
pub fn render<A: Answer>(
    answer: &A,
    format: Format,
    provenance: &Provenance,
    screen: Option<&Screen>,
) -> Result<Vec<u8>, RenderError> {
    check_format::<A>(format)?;
    answer.render(format, provenance, screen)
}
