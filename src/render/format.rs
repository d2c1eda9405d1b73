//! The output formats and their names.
//!
//! In: a name from the command line or a job file. Out: a [`Format`]. Refused: other names
//! ([`UnknownFormat`]), and formats that an answer does not support ([`UnsupportedFormat`]).

use std::fmt;
use std::str::FromStr;

/// The output format of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The documented response, indented by two spaces, with a final newline.
    #[default]
    Json,
    /// A text table for people.
    Table,
    /// RFC 4180 with a header line; a text that a spreadsheet would run as a formula is prefixed
    /// with `'`.
    Csv,
    /// One JSON object a line, without spaces, each line ended by LF.
    Ndjson,
    /// A Parquet file. It has one row group, except for the whole list of supplier purchases.
    Parquet,
    /// A self-contained HTML page with the answer's chart and table.
    Html,
    /// The answer's chart as SVG; it follows the light or dark colour scheme.
    Svg,
    /// The answer's chart as a PNG image.
    Png,
}

impl Format {
    /// Every format, in the order in which messages name them.
    pub const ALL: [Self; 8] = [
        Self::Json,
        Self::Table,
        Self::Csv,
        Self::Ndjson,
        Self::Parquet,
        Self::Html,
        Self::Svg,
        Self::Png,
    ];

    /// The formats of an answer with a table and a chart.
    pub(super) const TABLE_AND_CHART: &'static [Self] = &[
        Self::Json,
        Self::Table,
        Self::Csv,
        Self::Parquet,
        Self::Html,
        Self::Svg,
        Self::Png,
    ];

    /// The name of the format on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Html => "html",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The names of formats, for a message.
pub(super) fn comma_separated(formats: &[Format]) -> String {
    let names: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
    names.join(", ")
}

/// A format that the answer does not support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a {name} cannot be written as {format}; supported formats: {}",
    comma_separated(formats)
)]
pub struct UnsupportedFormat {
    /// What the answer is called.
    pub name: &'static str,
    /// The supported formats, the default first.
    pub formats: &'static [Format],
    /// The requested format.
    pub format: Format,
}

/// An unknown format name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {} or {}", comma_separated(&Format::ALL[..7]), Format::ALL[7])]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or(UnknownFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_known_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert_eq!("parquet".parse(), Ok(Format::Parquet));
    }

    #[test]
    fn an_unknown_format_is_answered_with_the_known_ones() {
        let error = "xlsx".parse::<Format>().expect_err("unknown");
        assert_eq!(
            error.to_string(),
            "expected json, table, csv, ndjson, parquet, html, svg or png"
        );
    }
}
