//! The schema of a container file, as far as records are read with it.

use std::sync::Arc;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AvroType {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    /// `string`
    Text,
    /// So many bytes.
    Fixed(usize),
    /// `long` with `timestamp-millis` or `timestamp-micros`.
    Timestamp(TimestampUnit),
    /// A number with another logical type of dates or times; `is_long` as it is stored.
    OtherTime {
        is_long: bool,
        logical_type: &'static str,
    },
    /// An unscaled number in bytes, or in so many fixed ones.
    Decimal {
        scale: u8,
        fixed: Option<usize>,
    },
    Enum(Arc<[String]>),
    Array(Box<Self>),
    Map(Box<Self>),
    Union(Vec<Self>),
    Record(Arc<AvroRecord>),
}

/// The unit of a timestamp, counted from 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimestampUnit {
    Millis,
    Micros,
}

/// A record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AvroRecord {
    /// With its namespace.
    pub(super) full_name: String,
    /// In the order in which they are stored.
    pub(super) fields: Vec<AvroField>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AvroField {
    pub(super) name: String,
    pub(super) avro_type: AvroType,
}

impl AvroType {
    /// The type as the schema names it, for messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Long => "long".to_owned(),
            Self::Float => "float".to_owned(),
            Self::Double => "double".to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Fixed(_) => "fixed".to_owned(),
            Self::Timestamp(TimestampUnit::Millis) => "timestamp-millis".to_owned(),
            Self::Timestamp(TimestampUnit::Micros) => "timestamp-micros".to_owned(),
            Self::OtherTime { logical_type, .. } => (*logical_type).to_owned(),
            Self::Decimal { .. } => "decimal".to_owned(),
            Self::Enum(_) => "enum".to_owned(),
            Self::Array(_) => "array".to_owned(),
            Self::Map(_) => "map".to_owned(),
            Self::Record(record) => format!("record {}", record.full_name),
            Self::Union(branches) => {
                let branches: Vec<String> = branches.iter().map(Self::shown).collect();
                format!("union of {}", branches.join(", "))
            }
        }
    }

    /// The types that a value can have: the branches of a union without null, or the type itself.
    pub(super) fn alternatives(&self) -> Vec<&Self> {
        match self {
            Self::Union(branches) => branches.iter().filter(|one| **one != Self::Null).collect(),
            one => vec![one],
        }
    }
}

impl AvroRecord {
    /// The field of this name, in any case; the exact one takes precedence.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        let exact = self.fields.iter().position(|field| field.name == name);
        exact.or_else(|| {
            let mut fields = self.fields.iter();
            fields.position(|field| field.name.eq_ignore_ascii_case(name))
        })
    }
}
