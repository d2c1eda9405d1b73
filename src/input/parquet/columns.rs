//! Compares the types of the columns with those of their fields.

use arrow::datatypes::{DataType, Schema};

use super::cells::CellForm;
use crate::input::csv::columns::{ColumnAliases, CsvValueType};
use crate::input::csv::dialect::CsvLayout;

/// Checks that each column which fills a field can hold its values; returns whether prices are 32-bit
/// floats. The message names the column and its type.
pub(super) fn check_types(
    schema: &Schema,
    layout: &CsvLayout,
    columns: &dyn ColumnAliases,
    forms: &[CellForm],
) -> Result<bool, String> {
    let mut price_is_float32 = false;
    let fields = schema.fields().iter().zip(&layout.columns).zip(forms);
    for ((field, plan), form) in fields {
        if plan.property.is_some() {
            if !form.is_flat() {
                return Err(wrong_type(
                    field.name(),
                    field.data_type(),
                    "text or a number",
                ));
            }
            continue;
        }
        let Some(role) = plan.role.and_then(|role| columns.roles().get(role)) else {
            continue;
        };
        if let Some(wanted) = wanted_instead(role.value_type, *form) {
            return Err(wrong_type(field.name(), field.data_type(), wanted));
        }
        if role.name == "price" && field.data_type() == &DataType::Float32 {
            price_is_float32 = true;
        }
    }
    Ok(price_is_float32)
}

fn wrong_type(column: &str, data_type: &DataType, wanted: &str) -> String {
    format!(
        "the column {column} has the type {data_type}; it must be {wanted}: cast it where the file is written, or map another column with --map"
    )
}

/// What the column must be, if a column of this form cannot hold values of that type.
fn wanted_instead(value_type: CsvValueType, form: CellForm) -> Option<&'static str> {
    use CellForm::{Boolean, Date, Integer, Number, Text, Timestamp};
    let (fits, wanted): (&[CellForm], _) = match value_type {
        CsvValueType::Text => (&[Text, Integer], "text or an integer"),
        CsvValueType::Decimal => (&[Text, Integer, Number], "a number"),
        CsvValueType::Integer => (&[Text, Integer, Number], "an integer"),
        CsvValueType::Timestamp => (
            &[Text, Integer, Date, Timestamp],
            "a timestamp, an integer or text",
        ),
        CsvValueType::Date => (&[Text, Date, Timestamp], "a date, a timestamp or text"),
        CsvValueType::Boolean => (&[Text, Integer, Boolean], "a boolean"),
        CsvValueType::Json => (&[Text], "text"),
    };
    (!fits.contains(&form)).then_some(wanted)
}
