//! CSV tables: RFC 4180, a header line, lines ended by CR LF.

use std::borrow::Cow;
use std::io::Write;

use csv::{Terminator, Writer, WriterBuilder};

use super::RenderError;
use crate::values::text::is_formula;

/// A table with a header line, and the rows that `rows` writes.
pub(super) fn csv_bytes<const N: usize>(
    header: [&str; N],
    rows: impl FnOnce(&mut Writer<&mut Vec<u8>>) -> Result<(), csv::Error>,
) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    let mut table = csv_table(&header, &mut bytes)?;
    rows(&mut table)?;
    table.flush()?;
    drop(table);
    Ok(bytes)
}

/// A table whose header line is written.
pub(super) fn csv_table<W: Write>(header: &[&str], sink: W) -> Result<Writer<W>, csv::Error> {
    let mut table = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(sink);
    table.write_record(header)?;
    Ok(table)
}

/// A text as a CSV cell that a spreadsheet does not run as a formula: a text that begins like a
/// formula is prefixed with `'` (OWASP, "CSV Injection"), and so is a text that already looks
/// prefixed, so that a reader can remove the prefix again. Numbers are not passed through here.
pub(super) fn text_cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
