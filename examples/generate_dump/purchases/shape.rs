//! The shapes of a dump: a draft comes in, the bytes of one record in one of the five shapes go out.

mod csv;
mod json;

use crate::cli::ShapeName;
use crate::purchases::draft::{Damage, Draft};

/// The shapes of real dumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One purchase object a line.
    Ndjson,
    /// One `{"purchases":[…]}` next to `attributes` and `events`.
    Document,
    /// One row a purchase, comma and decimal point.
    Csv,
    /// Currents purchase events, one a line: no quantity, epoch seconds, properties as text.
    CurrentsNdjson,
    /// Cloud Data Ingestion lines: identifier outside, the purchase as text in `payload`.
    CdiNdjson,
}

impl TryFrom<ShapeName> for Shape {
    type Error = &'static str;

    fn try_from(name: ShapeName) -> Result<Self, Self::Error> {
        match name {
            ShapeName::Ndjson => Ok(Self::Ndjson),
            ShapeName::Document => Ok(Self::Document),
            ShapeName::Csv => Ok(Self::Csv),
            ShapeName::CurrentsNdjson => Ok(Self::CurrentsNdjson),
            ShapeName::CdiNdjson => Ok(Self::CdiNdjson),
            ShapeName::Pages | ShapeName::PageLines => Err("pages are of supplier purchases only"),
        }
    }
}

impl Shape {
    /// The file extension of this shape.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Document => "json",
            Self::Csv => "csv",
            Self::Ndjson | Self::CurrentsNdjson | Self::CdiNdjson => "ndjson",
        }
    }
}

/// Writes records of one file.
#[derive(Debug)]
pub(crate) struct Writer {
    shape: Shape,
    records: u64,
    line: Vec<u8>,
    payload: Vec<u8>,
    last_good: Vec<u8>,
}

impl Writer {
    /// A writer for files of one shape.
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            shape,
            records: 0,
            line: Vec::new(),
            payload: Vec::new(),
            last_good: Vec::new(),
        }
    }

    /// The text before the first record of a file.
    pub(crate) fn begin(&mut self, out: &mut Vec<u8>) {
        self.records = 0;
        match self.shape {
            Shape::Document => {
                out.extend_from_slice(b"{\"attributes\":[{\"external_id\":\"cli-00000001\",\"city\":\"Recife\"}],\n\"purchases\":[\n");
            }
            Shape::Csv => csv::header(out),
            Shape::Ndjson | Shape::CurrentsNdjson | Shape::CdiNdjson => {}
        }
    }

    /// One record.
    pub(crate) fn record(&mut self, out: &mut Vec<u8>, draft: &Draft) {
        if self.shape == Shape::Document && self.records > 0 {
            out.extend_from_slice(b",\n");
        }
        self.records += 1;
        self.line.clear();
        match (self.shape, draft.damage) {
            (_, Some(Damage::Whole(json))) => self.line.extend_from_slice(json.as_bytes()),
            (_, Some(Damage::Again)) => self.line.extend_from_slice(&self.last_good),
            (Shape::Ndjson | Shape::Document, _) => json::purchase(&mut self.line, draft),
            (Shape::Csv, _) => csv::row(&mut self.line, draft),
            (Shape::CurrentsNdjson, _) => json::currents(&mut self.line, draft),
            (Shape::CdiNdjson, _) => json::cdi(&mut self.line, &mut self.payload, draft),
        }
        if let Some(damage) = draft.damage {
            break_line(&mut self.line, damage);
        }
        out.extend_from_slice(&self.line);
        if self.shape != Shape::Document {
            out.push(b'\n');
        }
    }

    /// Keeps the last record for repetition, as a valid one.
    pub(crate) fn keep(&mut self) {
        if self.shape == Shape::CurrentsNdjson {
            std::mem::swap(&mut self.last_good, &mut self.line);
        }
    }

    /// The text after the last record of a file.
    pub(crate) fn end(&mut self, out: &mut Vec<u8>) {
        if self.shape == Shape::Document {
            out.extend_from_slice(b"\n],\"events\":[]}\n");
        }
    }
}

/// Breaks the syntax of a line of JSON.
fn break_line(line: &mut Vec<u8>, damage: Damage) {
    match damage {
        Damage::Cut => {
            let mut end = line.len() * 3 / 5;
            // Never inside a character: the cut breaks the JSON grammar, not the encoding.
            while end > 1 && line[end] & 0b1100_0000 == 0b1000_0000 {
                end -= 1;
            }
            line.truncate(end);
        }
        Damage::NoColon => {
            if let Some(at) = line.iter().position(|&byte| byte == b':') {
                line[at] = b' ';
            }
        }
        Damage::NoQuote => {
            if let Some(at) = line.iter().position(|&byte| byte == b'"') {
                line.remove(at);
            }
        }
        Damage::Whole(_)
        | Damage::Payload(_)
        | Damage::ExtraColumn
        | Damage::MissingColumns
        | Damage::Again => {}
    }
}
