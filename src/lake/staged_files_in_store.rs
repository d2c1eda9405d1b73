//! Data files that an earlier run has staged: a path that a commit names comes in; the file goes out.

use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::file::metadata::ParquetMetaDataReader;

use super::partition::{Partition, PartitionType, PartitionValue};
use super::staged::{DataFile, DataFileMetadata, stats_json};
use super::table_spec::TableSpec;
use super::{Lake, LakeError};

impl Lake {
    /// A staged data file of a table that is partitioned by whole numbers or not at all; `None` if it
    /// does not exist or is not one.
    pub(super) fn find_staged_file(
        &self,
        spec: &TableSpec,
        relative_path: &str,
    ) -> Result<Option<DataFile>, LakeError> {
        let Some(partition) = partition_of(spec, relative_path) else {
            return Ok(None);
        };
        let store = self.handle(spec.name)?.object_store();
        let head = async { store.head(&Path::from(relative_path)).await };
        let found = match self.runtime().block_on(head) {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => {
                let file = format!("{relative_path} of the log");
                return Err(LakeError::store("read", spec.name, file)(error));
            }
        };
        let opened = self.files(spec.name)?.open(relative_path)?;
        let Ok(footer) = ParquetMetaDataReader::new().parse_and_finish(&opened) else {
            return Ok(None);
        };
        let rows = u64::try_from(footer.file_metadata().num_rows()).unwrap_or_default();
        Ok(Some(DataFile {
            relative_path: relative_path.to_owned(),
            partition,
            rows,
            bytes: found.size,
            stats_json: stats_json(&spec.schema, rows, &footer),
            uploaded: Some(DataFileMetadata {
                bytes: found.size,
                modified_millis: found.last_modified.timestamp_millis(),
            }),
        }))
    }
}

/// The partition of a path such as `company_id=7/x.parquet`.
fn partition_of(spec: &TableSpec, relative_path: &str) -> Option<Partition> {
    let segments: Vec<&str> = relative_path.split('/').collect();
    let (_, folders) = segments.split_last()?;
    let columns = spec.partition_columns;
    if folders.len() != columns.len() {
        return None;
    }
    let values = columns.iter().zip(folders).map(|(column, folder)| {
        let value = folder.strip_prefix(column.name)?.strip_prefix('=')?;
        match column.partition_type {
            PartitionType::Integer => value.parse().ok().map(PartitionValue::integer),
            // Texts are escaped in paths.
            PartitionType::Date | PartitionType::String => None,
        }
    });
    values.collect::<Option<_>>().map(Partition::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::testing::spec;
    use crate::lake::{PartitionColumn, inputs_spec};

    #[test]
    fn a_path_has_a_value_for_each_partition_column() {
        let by_company = TableSpec {
            partition_columns: &[PartitionColumn {
                name: "company_id",
                partition_type: PartitionType::Integer,
            }],
            ..spec()
        };
        let company = |path| partition_of(&by_company, path);
        let seven = Partition::from(PartitionValue::integer(7));
        assert_eq!(company("company_id=7/x.parquet"), Some(seven));
        for path in [
            "x.parquet",
            "company_id=x/x.parquet",
            "company=7/x.parquet",
            "a/b/x.parquet",
        ] {
            assert_eq!(company(path), None, "{path}");
        }
        assert_eq!(
            partition_of(&inputs_spec(), "x.parquet"),
            Some(Partition::default())
        );
    }
}
