//! The values that fill fields of records.

use super::error::MappingError;
use crate::input::csv::columns::CsvValueType;
use crate::values::money::parse_decimal;
use crate::values::pt_br::parse_bool;

/// A value that the user has stated, in the type of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FillValue {
    /// A text, or a time as a text.
    Text(String),
    /// The digits of a decimal number with a point.
    Number(String),
    /// True or false.
    Boolean(bool),
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFill {
    /// Position of the field in [`ColumnAliases::roles`](crate::input::csv::columns::ColumnAliases::roles).
    pub role: usize,
    /// The value.
    pub value: FillValue,
    /// Whether it is the value of every record; otherwise of those that do not have the field.
    pub is_constant: bool,
}

impl FieldFill {
    /// A value of the type of the field.
    ///
    /// # Errors
    /// The value is empty or of another type.
    pub(super) fn of(
        role: usize,
        field: &str,
        value_type: CsvValueType,
        value: &str,
        is_constant: bool,
    ) -> Result<Self, MappingError> {
        let number = || parse_decimal(value).is_ok();
        let text = || FillValue::Text(value.to_owned());
        let found = match value_type {
            CsvValueType::Decimal | CsvValueType::Integer => number()
                .then(|| FillValue::Number(value.to_owned()))
                .ok_or("a number such as 12.50"),
            CsvValueType::Boolean => parse_bool(value)
                .map(FillValue::Boolean)
                .ok_or("true or false"),
            // A field with an object has no single value.
            CsvValueType::Json => Err("a single value"),
            CsvValueType::Text | CsvValueType::Timestamp | CsvValueType::Date => {
                (!value.is_empty()).then(text).ok_or("a value")
            }
        };
        let value = found.map_err(|expected| MappingError::ValueType {
            field: field.to_owned(),
            value: value.to_owned(),
            expected,
        })?;
        Ok(Self {
            role,
            value,
            is_constant,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_type_of_its_field() {
        use CsvValueType::{Boolean, Decimal, Integer, Json, Text};
        for (value_type, value, is_accepted) in [
            (Text, "anonymous", true),
            (Text, "", false),
            (Decimal, "12.50", true),
            (Decimal, "12,50", false),
            (Integer, "1", true),
            (Integer, "one", false),
            (Boolean, "false", true),
            (Boolean, "perhaps", false),
            (Json, "{}", false),
        ] {
            let fill = FieldFill::of(0, "field", value_type, value, false);
            assert_eq!(fill.is_ok(), is_accepted, "{value_type:?} {value:?}");
        }
    }
}
