//! Writes cells of delimited text, for shapes whose rows are read as such.

/// The delimiter of that text.
pub const CELL_DELIMITER: char = ',';

/// Appends a cell, in quotes where it needs them (RFC 4180).
pub fn push_cell(cell: &str, text: &mut String) {
    if !cell.contains([CELL_DELIMITER, '"', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}
