//! The columns of delimited text: which field each fills, and what its values look like. The decisions
//! about the dialect come with them.

use std::sync::Arc;

use super::value_profile::ValueProfile;
use crate::ingest::RunSettings;
use crate::ingest::record_kind::RecordKind;
use crate::input::csv::columns::{ColumnAliases, ColumnRole, normalise_header};
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::refusal::TextPosition;
use crate::input::csv::rows::CsvRowReader;
use crate::input::{ChunkForm, Input, InputReader, ReadError, ReaderOptions};

/// A column of delimited text, or a key of JSON.
#[derive(Clone, Debug)]
pub struct SurveyedColumn {
    /// The header or key.
    pub name: String,
    /// The field or property that it fills.
    pub field: Option<String>,
    /// Its values.
    pub values: ValueProfile,
}

/// The columns of an input of delimited text.
#[derive(Clone, Debug, Default)]
pub(super) struct SurveyedColumns {
    pub(super) columns: Vec<SurveyedColumn>,
    /// What was decided about the dialect, and why; without values of the input.
    pub(super) decisions: Vec<String>,
}

/// Every header is known as that of a property: for a file whose headers or values the reader of its
/// kind refuses.
struct AnyHeaders;

impl ColumnAliases for AnyHeaders {
    fn role_of(&self, _normalised_header: &str) -> Option<usize> {
        None
    }

    fn roles(&self) -> &'static [ColumnRole] {
        &[]
    }

    fn property_of(&self, header: &str) -> Option<String> {
        Some(header.to_owned())
    }
}

/// The columns of an input, by at most `most` of its first rows; none of an input that is not delimited
/// text, or cannot be read.
pub(super) fn survey_columns<K: RecordKind>(
    input: &Input,
    settings: &RunSettings<K>,
    most: u64,
) -> SurveyedColumns {
    let kind = settings.kind.for_input(input);
    let aliases = kind.csv_columns();
    let options = &settings.reader;
    if let Ok(found) = read_columns(input, options, aliases, most) {
        return found;
    }
    // The columns of a refused file are proposed all the same; the check reports why it is refused.
    let found = read_columns(input, options, &AnyHeaders, most);
    let mut found = found.unwrap_or_default();
    found.decisions.clear();
    for column in &mut found.columns {
        let role = aliases.role_of(&normalise_header(&column.name));
        let role = role.and_then(|role| aliases.roles().get(role));
        column.field = role.map(|role| role.name.to_owned());
    }
    found
}

fn read_columns(
    input: &Input,
    options: &ReaderOptions,
    aliases: &dyn ColumnAliases,
    most: u64,
) -> Result<SurveyedColumns, ReadError> {
    let mut options = options.clone();
    loop {
        match read_rows(input, &options, aliases, most) {
            Err(ReadError::NotUtf8(bad)) if options.not_utf8.is_none() => {
                options.not_utf8 = Some(bad);
            }
            read => return read,
        }
    }
}

fn read_rows(
    input: &Input,
    options: &ReaderOptions,
    aliases: &dyn ColumnAliases,
    most: u64,
) -> Result<SurveyedColumns, ReadError> {
    let mut reader = InputReader::open(input, options, aliases, Arc::default())?;
    let mut found = SurveyedColumns::default();
    let mut remaining = most;
    while let Some(chunk) = reader.next_chunk()? {
        let ChunkForm::Rows(layout) = &chunk.form else {
            return Ok(SurveyedColumns::default());
        };
        if found.columns.is_empty() {
            found = described(layout, aliases);
        }
        let start = TextPosition::START;
        let Ok(mut rows) = CsvRowReader::new(&chunk.bytes, start, layout.row_shape()) else {
            break;
        };
        while remaining > 0
            && let Some(row) = rows.next_row()
        {
            remaining -= 1;
            let Ok(row) = row else { continue };
            for (position, column) in found.columns.iter_mut().enumerate() {
                column.values.add(row.get(position).unwrap_or_default());
            }
        }
        if remaining == 0 {
            break;
        }
    }
    Ok(found)
}

fn described(layout: &CsvLayout, aliases: &dyn ColumnAliases) -> SurveyedColumns {
    let columns = layout.columns.iter().map(|plan| {
        let role = plan.role.and_then(|role| aliases.roles().get(role));
        let property = plan.property.as_ref();
        SurveyedColumn {
            name: plan.header.clone(),
            field: role
                .map(|role| role.name.to_owned())
                .or_else(|| property.map(|key| format!("properties.{key}"))),
            values: ValueProfile::default(),
        }
    });
    let decisions = layout.evidence.iter().map(|decision| {
        let line = decision.because.as_ref().map(|value| value.at.line);
        let line = line.map(|line| format!(", as on line {line}"));
        let (what, chosen, why) = (&decision.what, &decision.chosen, &decision.why);
        format!("{what}: {chosen} ({why}{})", line.unwrap_or_default())
    });
    SurveyedColumns {
        columns: columns.collect(),
        decisions: decisions.collect(),
    }
}
