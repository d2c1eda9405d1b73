//! The columns of a loaded table: the specification of a table of the lake comes in, columns of
//! the target go out, in the same order, the partition columns last.
//!
//! Refused: types that no column of the lake's tables of purchases has.

use arrow::datatypes::{DataType, Field, TimeUnit};

use super::LoadError;
use crate::lake::{PartitionType, TableSpec};

/// A table to load.
#[derive(Clone, Debug)]
pub struct LoadTable {
    /// The table of the lake; the one of the target has its name.
    pub spec: TableSpec,
    /// The columns that identify a row.
    pub key: &'static [&'static str],
    /// The text columns that have JSON objects.
    pub json: &'static [&'static str],
}

/// The type of a column of the target. Each has every value of the lake's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    Json,
    Bytes,
    BigInt,
    SmallInt,
    Boolean,
    Numeric,
    Instant,
    Day,
}

impl ColumnKind {
    /// The type for values of an Arrow type; none if no table and no answer has it.
    fn of(data_type: &DataType) -> Option<Self> {
        Some(match data_type {
            DataType::Utf8 => Self::Text,
            DataType::Dictionary(_, value) if **value == DataType::Utf8 => Self::Text,
            DataType::Binary => Self::Bytes,
            DataType::Int64 => Self::BigInt,
            DataType::Int16 => Self::SmallInt,
            DataType::Boolean => Self::Boolean,
            DataType::Decimal128(38, 9) => Self::Numeric,
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => Self::Instant,
            DataType::Date32 => Self::Day,
            _ => return None,
        })
    }
}

/// A column of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoadColumn {
    pub(super) name: String,
    pub(super) kind: ColumnKind,
    pub(super) is_nullable: bool,
    pub(super) is_partition: bool,
}

impl LoadTable {
    /// The columns, those of the data files first.
    pub(super) fn columns(&self) -> Result<Vec<LoadColumn>, LoadError> {
        let of_files = self.spec.schema.fields().iter().map(|field| {
            let column = LoadColumn::of(field)?;
            let is_json = column.kind == ColumnKind::Text && self.json.contains(&&*column.name);
            let kind = if is_json {
                ColumnKind::Json
            } else {
                column.kind
            };
            Ok(LoadColumn { kind, ..column })
        });
        let partitions = self.spec.partition_columns.iter().map(|column| {
            Ok(LoadColumn {
                name: column.name.to_owned(),
                kind: match column.partition_type {
                    PartitionType::Date => ColumnKind::Day,
                    PartitionType::Integer => ColumnKind::BigInt,
                    PartitionType::String => ColumnKind::Text,
                },
                is_nullable: false,
                is_partition: true,
            })
        });
        of_files.chain(partitions).collect()
    }

    /// The columns of the key, in its order.
    pub(super) fn key_columns(&self) -> Result<Vec<LoadColumn>, LoadError> {
        let columns = self.columns()?;
        let find = |name: &&str| columns.iter().find(|column| column.name == *name).cloned();
        Ok(self.key.iter().filter_map(find).collect())
    }
}

impl LoadColumn {
    /// The column for a field of a data file.
    pub(super) fn of(field: &Field) -> Result<Self, LoadError> {
        let kind = ColumnKind::of(field.data_type());
        let kind = kind.ok_or_else(|| LoadError::Unsupported {
            column: field.name().clone(),
            data_type: field.data_type().to_string(),
        })?;
        Ok(Self {
            name: field.name().clone(),
            kind,
            is_nullable: field.is_nullable(),
            is_partition: false,
        })
    }
}
