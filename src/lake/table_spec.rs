//! Table specifications: a specification comes in, Delta columns and Parquet settings go out.
//!
//! Refused: nested columns, time stamps without a time zone (Delta supports them only above reader
//! 1), a partition column that is also a data column or occurs twice.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::{StructField, StructType};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::schema::types::ColumnPath;

use super::LakeError;
use super::partition::{PartitionColumn, PartitionType};

/// The name and the columns of a table.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The table's name, which is also its directory in the lake.
    pub name: &'static str,
    /// The columns of the data files, without the partition columns.
    pub schema: SchemaRef,
    /// The partition columns, from the outermost folder in; empty for a table without partitions.
    /// Delta lists them after the other columns.
    pub partition_columns: &'static [PartitionColumn],
    /// Columns whose least and greatest values may be in the log and in the file footers.
    ///
    /// Both outlive the deletion of rows: no column with personal data belongs here.
    pub statistics_columns: &'static [&'static str],
    /// Columns whose values rarely repeat, so that a dictionary would not help.
    pub unique_columns: &'static [&'static str],
    /// Columns of 64-bit numbers or instants that mostly grow by little from row to row: they are
    /// delta encoded, without a dictionary.
    pub ascending_columns: &'static [&'static str],
    /// The table with every state of its rows, if it keeps only the newest ones.
    pub states: Option<fn() -> Self>,
}

/// The name of the table of rejects.
pub(super) const REJECTS: &str = "rejects";
/// The name of the table of ingested inputs.
pub(super) const INPUTS: &str = "inputs";

/// A column of time stamps: microseconds in UTC.
fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The table `rejects`, partitioned by `record_kind`: one row per rejected record.
///
/// | column | type | null | content |
/// |---|---|---|---|
/// | `run_id` | text | no | the run that rejected it |
/// | `source_file` | text | no | the input, as given |
/// | `source_row` | int64 | no | ordinal of the record in it, from 0 |
/// | `byte_offset` | int64 | no | where the record begins in the decompressed bytes |
/// | `line` | int64 | no | the line it begins on, from 1 |
/// | `rule_id` | text | no | the first violated rule |
/// | `rule_ids` | text | no | all violated rules, comma separated |
/// | `field` | text | yes | the invalid field |
/// | `message` | text | no | the message of the first violation |
/// | `raw` | binary | no | the record's bytes, verbatim |
pub fn rejects_spec() -> TableSpec {
    let schema = Schema::new(vec![
        Field::new("run_id", DataType::Utf8, false),
        Field::new("source_file", DataType::Utf8, false),
        Field::new("source_row", DataType::Int64, false),
        Field::new("byte_offset", DataType::Int64, false),
        Field::new("line", DataType::Int64, false),
        Field::new("rule_id", DataType::Utf8, false),
        Field::new("rule_ids", DataType::Utf8, false),
        Field::new("field", DataType::Utf8, true),
        Field::new("message", DataType::Utf8, false),
        Field::new("raw", DataType::Binary, false),
    ]);
    TableSpec {
        name: REJECTS,
        schema: Arc::new(schema),
        partition_columns: &[PartitionColumn {
            name: "record_kind",
            partition_type: PartitionType::String,
        }],
        statistics_columns: &["run_id", "rule_id"],
        unique_columns: &["raw"],
        ascending_columns: &["source_row", "byte_offset", "line"],
        states: None,
    }
}

/// The table `inputs`, not partitioned: one row per path and content, in any state.
///
/// Its columns are `run_id`, `record_kind`, and the fields of [`super::InputRow`] and
/// [`super::InputCounts`]. It serves queries and avoids reading files again; authoritative are the
/// `txn` actions of the other tables.
pub fn inputs_spec() -> TableSpec {
    let schema = Schema::new(vec![
        Field::new("run_id", DataType::Utf8, false),
        Field::new("record_kind", DataType::Utf8, false),
        Field::new("path", DataType::Utf8, false),
        Field::new("size_bytes", DataType::Int64, false),
        Field::new("modified_at", timestamp(), true),
        Field::new("digest", DataType::Utf8, false),
        Field::new("shape", DataType::Utf8, false),
        Field::new("records_read", DataType::Int64, false),
        Field::new("accepted", DataType::Int64, false),
        Field::new("rejected", DataType::Int64, false),
        Field::new("duplicate", DataType::Int64, false),
        Field::new("superseded", DataType::Int64, false),
        Field::new("skipped", DataType::Int64, false),
        Field::new("ingested_at", timestamp(), false),
        Field::new("default_timezone", DataType::Utf8, true),
        Field::new("state", DataType::Utf8, true),
        Field::new("reading_settings", DataType::Utf8, true),
        Field::new("reason", DataType::Utf8, true),
    ]);
    TableSpec {
        name: INPUTS,
        schema: Arc::new(schema),
        partition_columns: &[],
        statistics_columns: &["run_id", "record_kind", "ingested_at"],
        unique_columns: &["path", "digest"],
        ascending_columns: &[],
        states: None,
    }
}

impl TableSpec {
    /// The names of the partition columns, in order.
    pub(super) fn partition_names(&self) -> Vec<&'static str> {
        self.partition_columns
            .iter()
            .map(|column| column.name)
            .collect()
    }

    /// All columns in Delta's types, the partition columns last.
    pub(super) fn delta_columns(&self) -> Result<Vec<StructField>, LakeError> {
        let mut fields: Vec<Field> = self
            .schema
            .fields()
            .iter()
            .map(|field| field.as_ref().clone())
            .collect();
        for field in &fields {
            self.check(field)?;
        }
        for (position, column) in self.partition_columns.iter().enumerate() {
            let mut before = self.partition_columns.iter().take(position);
            if before.any(|other| other.name == column.name) {
                return Err(self.refuse(column.name, "it occurs twice in the partition columns"));
            }
            let data_type = match column.partition_type {
                PartitionType::Date => DataType::Date32,
                PartitionType::String => DataType::Utf8,
                PartitionType::Integer => DataType::Int64,
            };
            fields.push(Field::new(column.name, data_type, false));
        }
        let columns: StructType = (&Schema::new(fields))
            .try_into_kernel()
            .map_err(LakeError::arrow("describe the record batches", self.name))?;
        Ok(columns.fields().cloned().collect())
    }

    fn check(&self, field: &Field) -> Result<(), LakeError> {
        let reason = match field.data_type() {
            _ if self.partition_names().contains(&field.name().as_str()) => {
                "it is a partition column, whose value is in the path"
            }
            DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == "UTC" => {
                return Ok(());
            }
            DataType::Timestamp(..) => "time stamps must be microseconds in UTC",
            other if other.is_nested() => "nested columns are not supported",
            _ => return Ok(()),
        };
        Err(self.refuse(field.name(), reason))
    }

    fn refuse(&self, column: &str, reason: &str) -> LakeError {
        LakeError::Spec {
            table: self.name.to_owned(),
            column: column.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// The Parquet settings: the same batches give the same bytes on every machine.
    pub(super) fn writer_properties(
        &self,
        zstd_level: i32,
    ) -> Result<WriterPropertiesPtr, LakeError> {
        let level = ZstdLevel::try_new(zstd_level).map_err(LakeError::parquet(
            "choose the compression of",
            self.name.as_ref(),
        ))?;
        let mut builder = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_dictionary_enabled(true)
            .set_created_by(concat!("purchase-etl version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true);
        for column in self.statistics_columns {
            let path = ColumnPath::from(*column);
            builder = builder.set_column_statistics_enabled(path, EnabledStatistics::Chunk);
        }
        for column in self.unique_columns {
            builder = builder.set_column_dictionary_enabled(ColumnPath::from(*column), false);
        }
        for column in self.ascending_columns {
            let path = ColumnPath::from(*column);
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        Ok(Arc::new(builder.build()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_column_is_last_and_the_rest_in_order() {
        let columns = rejects_spec().delta_columns().unwrap();
        let names: Vec<&str> = columns
            .iter()
            .map(|column| column.name().as_str())
            .collect();
        assert_eq!(names.first(), Some(&"run_id"));
        assert_eq!(names.last(), Some(&"record_kind"));
        assert_eq!(names.len(), 11);
        assert_eq!(inputs_spec().delta_columns().unwrap().len(), 18);
    }

    #[test]
    fn several_partition_columns_keep_their_order_and_are_there_once() {
        const COMPANY: PartitionColumn = PartitionColumn {
            name: "company_id",
            partition_type: PartitionType::Integer,
        };
        const MONTH: PartitionColumn = PartitionColumn {
            name: "registration_month",
            partition_type: PartitionType::String,
        };
        let mut spec = inputs_spec();
        spec.partition_columns = &[COMPANY, MONTH];
        let columns = spec.delta_columns().unwrap();
        let last: Vec<String> = columns[18..]
            .iter()
            .map(|column| format!("{} {}", column.name(), column.data_type()))
            .collect();
        assert_eq!(last, ["company_id long", "registration_month string"]);
        spec.partition_columns = &[COMPANY, MONTH, COMPANY];
        let twice = spec.delta_columns().unwrap_err();
        assert!(
            matches!(&twice, LakeError::Spec { column, .. } if column == "company_id"),
            "{twice}"
        );
    }

    #[test]
    fn columns_that_older_readers_cannot_see_are_refused_by_name() {
        let naive = DataType::Timestamp(TimeUnit::Microsecond, None);
        let list = DataType::new_list(DataType::Int64, true);
        for (name, data_type) in [
            ("at", naive),
            ("many", list),
            ("record_kind", DataType::Utf8),
        ] {
            let mut spec = rejects_spec();
            spec.schema = Arc::new(Schema::new(vec![Field::new(name, data_type, true)]));
            let error = spec.delta_columns().unwrap_err();
            assert!(
                matches!(&error, LakeError::Spec { column, .. } if column == name),
                "{error}"
            );
        }
    }
}
