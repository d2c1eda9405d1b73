//! The columns of a file as those of delimited text.

use std::fmt::Write;
use std::sync::Arc;

use arrow::datatypes::Schema;

use super::cells::CellForm;
use super::columns::check_types;
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::delimiter::Delimiter;
use crate::input::csv::dialect::{CsvLayout, CsvSample, DialectOverrides, sniff};
use crate::input::csv::encoding::{Charset, Encoding};
use crate::input::csv::rows::CsvRow;
use crate::input::csv::{CELL_DELIMITER, push_cell};
use crate::input::refusal::Refusal;
use crate::rules::RuleId;
use crate::values::pt_br::DecimalSign;

/// How the rows of a file are written as delimited text.
#[derive(Clone, Debug)]
pub struct RowGroupLayout {
    /// The columns as those of delimited text.
    pub csv: Arc<CsvLayout>,
    /// Whether prices are 32-bit floats, of which the text is the shortest decimal.
    pub price_is_float32: bool,
    forms: Vec<CellForm>,
}

impl RowGroupLayout {
    /// Assigns the columns to fields, by the headers of delimited text and the mapping of the user.
    ///
    /// # Errors
    /// `FILE-PARQUET-SCHEMA`: no column is known, two fill one field, or one has a type that cannot hold
    /// the values of its field.
    pub(super) fn new(
        schema: &Schema,
        columns: &dyn ColumnAliases,
        overrides: &DialectOverrides,
    ) -> Result<Self, Refusal> {
        let refuse = |message: String| Refusal::new(RuleId::FileParquetSchema, message);
        let mut header = String::new();
        for (at, field) in schema.fields().iter().enumerate() {
            if at > 0 {
                header.push(CELL_DELIMITER);
            }
            push_cell(field.name(), &mut header);
        }
        let sample = CsvSample {
            text: &header,
            complete: true,
            encoding: Encoding::chosen(Charset::Utf8, &[]),
        };
        let overrides = DialectOverrides {
            delimiter: Some(Delimiter::COMMA),
            decimal: Some(overrides.decimal.unwrap_or(DecimalSign::Point)),
            ..overrides.clone()
        };
        let layout = sniff(&sample, columns, &overrides)
            .map_err(|refused| refuse(format!(
                "{refused}; map columns with --map SOURCE=FIELD (from Snowflake, unload with HEADER = TRUE)"
            )))?;
        let Some(mut layout) = layout else {
            return Err(refuse("the Parquet file has no columns".to_owned()));
        };
        let forms: Vec<CellForm> = schema.fields().iter().map(CellForm::of).collect();
        for (plan, form) in layout.columns.iter_mut().zip(&forms) {
            if form.is_number() {
                plan.decimal = DecimalSign::Point;
            }
        }
        layout.evidence.clear();
        layout.is_header_only = false;
        let price_is_float32 = check_types(schema, &layout, columns, &forms).map_err(refuse)?;
        Ok(Self {
            csv: Arc::new(layout),
            price_is_float32,
            forms,
        })
    }

    /// A row as one line of JSON, with its columns in order.
    pub fn record_json(&self, row: &CsvRow<'_>) -> String {
        let mut json = String::from("{");
        let columns = self.csv.columns.iter().zip(&self.forms);
        for ((plan, form), cell) in columns.zip(row.fields()) {
            if json.len() > 1 {
                json.push(',');
            }
            let key = serde_json::Value::from(plan.header.as_str());
            // Writing to a string cannot fail.
            let _ = write!(json, "{key}:");
            match cell {
                "" => json.push_str("null"),
                plain if form.is_json_text(plain) => json.push_str(plain),
                text => json.push_str(&serde_json::Value::from(text).to_string()),
            }
        }
        json.push('}');
        json
    }
}
