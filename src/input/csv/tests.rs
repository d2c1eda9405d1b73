//! The stages of this room one after the other, from bytes to rows.

mod ambiguous;
mod pt_br;
mod round_trip;
mod spectrum;

use super::columns::tests::TestColumns;
use super::dialect::{CsvLayout, CsvSample, DialectOverrides, sniff};
use super::encoding::{Decoder, Encoding, detect_encoding};
use super::record_cutter::{DEFAULT_MAX_RECORD_BYTES, RecordCutter};
use super::refusal::{CsvRefusal, TextPosition};
use super::rows::{BadRow, CsvRowReader, RowShape};

/// What one file was read as.
#[derive(Debug)]
struct ParsedTable {
    layout: CsvLayout,
    rows: Vec<Vec<String>>,
    bad: Vec<String>,
}

impl ParsedTable {
    fn warns_of(&self, words: &str) -> bool {
        self.layout
            .warnings
            .iter()
            .any(|warning| warning.contains(words))
    }
}

/// Decodes a whole input in chunks, starting again where UTF-8 turns out wrong.
fn decode(bytes: &[u8], size: usize, overrides: &DialectOverrides) -> (Encoding, Vec<u8>) {
    let sample = &bytes[..bytes.len().min(size)];
    let mut encoding = overrides.encoding.map_or_else(
        || detect_encoding(sample, sample.len() == bytes.len()),
        |charset| Encoding::chosen(charset, bytes),
    );
    loop {
        let (mut decoder, mut text) = (Decoder::new(encoding), Vec::new());
        let result = bytes
            .chunks(size)
            .try_for_each(|chunk| decoder.decode(chunk, false, &mut text))
            .and_then(|()| decoder.decode(b"", true, &mut text));
        match result {
            Ok(()) => return (encoding, text),
            Err(bad) => {
                encoding = encoding
                    .fallback(bad)
                    .expect("a file of these tests is text");
            }
        }
    }
}

/// Cuts the text behind the header in buffers of `size` bytes and reads the rows of each chunk.
fn rows_by(
    text: &[u8],
    body: TextPosition,
    shape: RowShape,
    size: usize,
    mut take: impl FnMut(Result<Vec<String>, BadRow<'_>>),
) -> Result<(), CsvRefusal> {
    let start = usize::try_from(body.byte_offset).unwrap();
    let mut cutter = RecordCutter::new(shape.delimiter, DEFAULT_MAX_RECORD_BYTES).starting_at(body);
    let mut chunk = Vec::new();
    let mut read = |chunk: &[u8], at: TextPosition| -> Result<(), CsvRefusal> {
        let mut rows = CsvRowReader::new(chunk, at, shape)?;
        while let Some(row) = rows.next_row() {
            take(row.map(|row| {
                let offset = usize::try_from(row.at().byte_offset).unwrap();
                assert!(text[offset..].starts_with(row.raw().as_bytes()), "{row:?}");
                let ends = line_ends(&text[..offset]);
                assert_eq!(row.at().line, ends + 1, "{row:?}");
                row.fields().map(str::to_owned).collect()
            }));
        }
        Ok(())
    };
    for buffer in text[start..].chunks(size) {
        let at = cutter.next_record();
        let cut = cutter.feed(buffer)?;
        chunk.extend_from_slice(&buffer[..cut.unwrap_or(0)]);
        if cut.is_some() {
            read(&chunk, at)?;
            chunk.clear();
        }
        chunk.extend_from_slice(&buffer[cut.unwrap_or(0)..]);
    }
    read(&chunk, cutter.next_record())?;
    cutter.finish()
}

/// Line ends by the definition: a LF, or a CR that no LF follows.
fn line_ends(text: &[u8]) -> u64 {
    (0..text.len())
        .map(|at| match (text[at], text.get(at + 1)) {
            (b'\n', _) => 1,
            (b'\r', next) if next != Some(&b'\n') => 1,
            _ => 0,
        })
        .sum()
}

/// Reads a whole input as the tests of this room need it.
fn read_in(
    bytes: &[u8],
    size: usize,
    overrides: &DialectOverrides,
) -> Result<Option<ParsedTable>, CsvRefusal> {
    let (encoding, text) = decode(bytes, size, overrides);
    let sample = CsvSample {
        text: std::str::from_utf8(&text).unwrap(),
        complete: true,
        encoding,
    };
    let Some(layout) = sniff(&sample, &TestColumns, overrides)? else {
        return Ok(None);
    };
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    rows_by(
        &text,
        layout.body,
        layout.row_shape(),
        size,
        |row| match row {
            Ok(row) => rows.push(row),
            Err(row) => bad.push(format!("line {}: {row} <{}>", row.at.line, row.raw)),
        },
    )?;
    Ok(Some(ParsedTable { layout, rows, bad }))
}

fn read(bytes: impl AsRef<[u8]>) -> Result<ParsedTable, CsvRefusal> {
    read_in(bytes.as_ref(), 7, &DialectOverrides::default())
        .map(|table| table.expect("the file has a header"))
}

#[test]
fn a_first_line_that_states_the_delimiter_decides_and_is_no_header() {
    for first in [
        "sep=,\r\n",
        "SEP=,\n",
        "\"sep=,\"\n",
        "\"sep=,\",,,\r",
        "sep=,,,\n",
    ] {
        let table = read(format!("{first}external_id,price\na,\"1;5\"\nb,2;5\n")).unwrap();
        assert_eq!(table.layout.delimiter.as_char(), ',', "{first:?}");
        assert_eq!(table.rows, [["a", "1;5"], ["b", "2;5"]], "{first:?}");
        let why = table
            .layout
            .evidence
            .iter()
            .find(|one| one.what == "delimiter");
        assert_eq!(why.unwrap().why, "the first line states it");
    }
    for first in ["sep=x\n", "separator\n"] {
        read(format!("{first}external_id,price\na,1\n")).unwrap_err();
    }
    assert!(
        read_in(b"sep=;\r\n\r\n", 7, &DialectOverrides::default())
            .unwrap()
            .is_none()
    );
}
