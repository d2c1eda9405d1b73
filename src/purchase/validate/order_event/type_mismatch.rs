//! A value of an order event that has another type than its key, as the service names the types.

use std::fmt;

/// The types of JSON, and the whole numbers among its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueType {
    Text,
    Number,
    Integer,
    Array,
    Object,
    Boolean,
    Null,
}

impl ValueType {
    /// The type of a JSON text; a whole number is a number.
    pub(super) fn of(value: &str) -> Self {
        match value.as_bytes().first() {
            Some(b'"') => Self::Text,
            Some(b'[') => Self::Array,
            Some(b'{') => Self::Object,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') => Self::Null,
            _ => Self::Number,
        }
    }

    /// Its name in JSON Schema.
    fn as_str(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Array => "array",
            Self::Object => "object",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }
}

/// The types of a value and of its key. As a text it is the detail of a finding, from which the message
/// of the service is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeMismatch<'a> {
    /// The type of the value.
    pub found: &'a str,
    /// The type of the key.
    pub expected: &'a str,
}

impl TypeMismatch<'static> {
    pub(super) fn new(found: ValueType, expected: ValueType) -> Self {
        Self {
            found: found.as_str(),
            expected: expected.as_str(),
        }
    }
}

const BEFORE: &str = "is of type ";
const BETWEEN: &str = "; it must be of type ";

impl<'a> TypeMismatch<'a> {
    /// The mismatch in the detail of a finding.
    pub fn of_detail(detail: &'a str) -> Option<Self> {
        let (found, expected) = detail.strip_prefix(BEFORE)?.split_once(BETWEEN)?;
        Some(Self { found, expected })
    }
}

impl fmt::Display for TypeMismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEFORE}{}{BETWEEN}{}", self.found, self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_a_detail_are_those_it_was_written_with() {
        for (value, found) in [
            ("\"1\"", "string"),
            ("-1.5", "number"),
            ("[]", "array"),
            ("{}", "object"),
            ("true", "boolean"),
            ("null", "null"),
        ] {
            let mismatch = TypeMismatch::new(ValueType::of(value), ValueType::Integer);
            let detail = mismatch.to_string();
            let read = TypeMismatch::of_detail(&detail).expect("two types");
            assert_eq!((read.found, read.expected), (found, "integer"));
        }
        assert_eq!(TypeMismatch::of_detail("must be a number"), None);
    }
}
