//! Why an entry of a mapping is refused.

use crate::values::instant::InvalidTimeFormat;

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// No field of the record kind has the name.
    #[error("unknown field {field:?}; valid fields: {}", .accepted.join(", "))]
    UnknownField {
        /// The unknown field.
        field: String,
        /// The canonical names of the valid fields.
        accepted: Vec<&'static str>,
    },
    /// The source is mapped already.
    #[error("{0:?} is mapped already; map each column or key once")]
    MappedTwice(String),
    /// The field has no times.
    #[error("field {0:?} has no format, because it is not a time or a date")]
    NotTime(String),
    /// The format is none.
    #[error(transparent)]
    Format(#[from] InvalidTimeFormat),
    /// The field has a value already.
    #[error("field {0:?} has a value already; set one value for each field")]
    FilledTwice(String),
    /// The value is not of the type of the field.
    #[error("{value:?} is not {expected} for field {field:?}")]
    ValueType {
        /// The field.
        field: String,
        /// The value.
        value: String,
        /// What its type requires.
        expected: &'static str,
    },
}
