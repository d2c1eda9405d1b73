//! Queries the data files of a table with polars.
//!
//! In: the schema of the table, its files, and a query over lazy frames of some of them. Out: the
//! result of the query. A file may lack nullable columns, which are null in its rows: the file is
//! older than the column. Refused: files that cannot be read, and a file that lacks a column without
//! nulls.

use std::sync::Arc;

use arrow::datatypes::{DataType as ArrowType, Schema as TableSchema, TimeUnit as ArrowUnit};
use polars::prelude::*;
use polars_buffer::Buffer;
use rayon::prelude::*;

use super::data_path::DataPath;

#[cfg(test)]
mod tests;

/// Opens the data files of a table for one query.
pub(super) struct FileScan {
    /// The columns that a query may read; none means those of the file.
    columns: Option<SchemaRef>,
    /// What happens with columns that a file lacks.
    missing: MissingColumnsPolicy,
}

impl FileScan {
    /// Opens files of one lake, without listing folders or parsing partition names.
    pub(super) fn open(&self, paths: &[&DataPath]) -> PolarsResult<LazyFrame> {
        let options = ParquetOptions {
            schema: self.columns.clone(),
            ..ParquetOptions::default()
        };
        let args = UnifiedScanArgs {
            glob: false,
            cloud_options: paths
                .first()
                .map_or(Ok(None), |path| path.cloud_options())?,
            hive_options: HiveOptions {
                enabled: Some(false),
                ..HiveOptions::default()
            },
            missing_columns_policy: self.missing,
            extra_columns_policy: ExtraColumnsPolicy::Ignore,
            ..UnifiedScanArgs::default()
        };
        let paths = paths.iter().map(|path| PlRefPath::new(path.as_str()));
        let sources = ScanSources::Paths(Buffer::from(paths.collect::<Vec<_>>()));
        let plan = DslBuilder::scan_parquet(sources, options, args)?;
        Ok(plan.build().into())
    }
}

/// Runs a query over files of a table.
///
/// polars has one policy for all missing columns of a scan, so the query first runs with an error for
/// any of them, which costs nothing when all files have all columns. After such an error the footers
/// of the files are read; if each has its required columns, the query runs again with nulls for the
/// others.
pub(super) fn query_table<T>(
    table: &TableSchema,
    paths: &[&DataPath],
    query: impl Fn(&FileScan) -> PolarsResult<T>,
) -> PolarsResult<T> {
    let columns: SchemaRef = Arc::new(read_columns(table).collect());
    let run = |missing| {
        query(&FileScan {
            columns: Some(Arc::clone(&columns)),
            missing,
        })
    };
    match run(MissingColumnsPolicy::Raise).map_err(PolarsError::remove_context) {
        Err(PolarsError::ColumnNotFound(_)) => {
            require_columns(table, paths)?;
            run(MissingColumnsPolicy::Insert)
        }
        result => result,
    }
}

/// The columns of a table whose types reports read.
fn read_columns(table: &TableSchema) -> impl Iterator<Item = Field> {
    table.fields().iter().filter_map(|field| {
        let data_type = match field.data_type() {
            ArrowType::Utf8 => DataType::String,
            ArrowType::Boolean => DataType::Boolean,
            ArrowType::Int16 => DataType::Int16,
            ArrowType::Int64 => DataType::Int64,
            ArrowType::Date32 => DataType::Date,
            ArrowType::Decimal128(precision, scale) => {
                DataType::Decimal((*precision).into(), (*scale).try_into().ok()?)
            }
            ArrowType::Timestamp(ArrowUnit::Microsecond, Some(_)) => {
                DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            }
            _ => return None,
        };
        Some(Field::new(field.name().into(), data_type))
    })
}

/// Reads the footers of all files; the error names the first file that lacks a required column.
fn require_columns(table: &TableSchema, paths: &[&DataPath]) -> PolarsResult<()> {
    let footer = FileScan {
        columns: None,
        missing: MissingColumnsPolicy::Raise,
    };
    let check = |path: &&DataPath| {
        let found = footer.open(&[path])?.collect_schema()?;
        let required = table.fields().iter().filter(|field| !field.is_nullable());
        match required
            .map(|field| field.name())
            .find(|name| !found.contains(name))
        {
            Some(column) => Err(missing_column(column, path)),
            None => Ok(()),
        }
    };
    let checks = paths.par_iter().map(check);
    checks.find_first(Result::is_err).unwrap_or(Ok(()))
}

fn missing_column(column: &str, path: &DataPath) -> PolarsError {
    let text = format!(
        "column `{column}` in {}: every data file of the table has it, so the file is damaged; \
         `purchase-etl lake verify --deep` names the remedy",
        path.as_str()
    );
    PolarsError::ColumnNotFound(text.into())
}

/// Runs a plan on the streaming engine, so that memory does not grow with the files.
pub(super) fn collect(plan: LazyFrame) -> PolarsResult<DataFrame> {
    // Plans without sinks, which all of ours are, have a single result.
    let result = plan.collect_with_engine(Engine::Streaming)?;
    Ok(result.unwrap_single())
}
