//! Tables as earlier versions of the program wrote them, made from those of this version.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde_json::{Value, json};

use crate::workdir::{Workdir, files_below};

/// Rewrites a table as if a version of the program without this column had written it: the data
/// files have no such column, and the log does not name it.
pub(crate) fn remove_column(workdir: &Workdir, table: &str, column: &str) {
    let edit = |action: &mut Value| {
        if let Some(metadata) = action.get_mut("metaData") {
            let schema = metadata["schemaString"].as_str().expect("a schema");
            let mut schema: Value = serde_json::from_str(schema).expect("JSON");
            let fields = schema["fields"].as_array_mut().expect("columns");
            fields.retain(|field| field["name"] != column);
            metadata["schemaString"] = schema.to_string().into();
        }
    };
    rewrite(workdir, table, &edit, &|file| without_column(file, column));
}

/// A data file without a column, with statistics of the same columns. The values of an optional
/// column must all be null.
pub(crate) fn without_column(path: &Path, column: &str) -> Vec<u8> {
    let (metadata, mut batches) = read(path);
    for batch in &mut batches {
        let at = batch.schema().index_of(column).expect("the column");
        let is_nullable = batch.schema().field(at).is_nullable();
        let removed = batch.remove_column(at);
        assert!(!is_nullable || removed.null_count() == batch.num_rows());
    }
    written(&batches, properties_like(&metadata))
}

/// Rewrites a table as the first versions of the program wrote it: without an interval of
/// checkpoints, commits do not name the file of the rows of `inputs` that follow them, and data
/// files have the encodings that the Parquet library chooses.
pub(crate) fn in_first_layout(workdir: &Workdir, table: &str) {
    let edit = |action: &mut Value| {
        if let Some(metadata) = action.get_mut("metaData") {
            let interval = json!({"delta.checkpointInterval": "10"});
            assert_eq!(metadata["configuration"], interval);
            metadata["configuration"] = json!({});
        }
        let info = action.get_mut("commitInfo");
        if let Some(info) = info.and_then(Value::as_object_mut) {
            info.remove("inputsFile");
        }
    };
    rewrite(workdir, table, &edit, &|file| {
        let (metadata, batches) = read(file);
        written(&batches, properties_like(&metadata))
    });
}

/// Edits each action of a table's log, and replaces each data file that it adds.
fn rewrite(
    workdir: &Workdir,
    table: &str,
    edit: &dyn Fn(&mut Value),
    new_file: &dyn Fn(&Path) -> Vec<u8>,
) {
    let folder = workdir.lake().join(table);
    for path in files_below(&folder.join("_delta_log"), ".json") {
        let text = fs::read_to_string(&path).expect("a commit");
        let lines = text.lines().map(|line| {
            let mut action: Value = serde_json::from_str(line).expect("an action");
            edit(&mut action);
            if let Some(add) = action.get_mut("add") {
                let file = folder.join(add["path"].as_str().expect("a path"));
                let bytes = new_file(&file);
                add["size"] = json!(bytes.len());
                replace(workdir, &file, &bytes);
            }
            format!("{action}\n")
        });
        let lines: String = lines.collect();
        replace(workdir, &path, lines.as_bytes());
    }
}

/// Replaces a file of the folder.
pub(crate) fn replace(workdir: &Workdir, path: &Path, bytes: &[u8]) {
    workdir.write(path.to_str().expect("a path of text"), bytes);
}

/// The footer and the rows of a data file.
fn read(path: &Path) -> (ParquetMetaData, Vec<RecordBatch>) {
    let file = fs::File::open(path).expect("a data file");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a footer");
    let metadata = builder.metadata().as_ref().clone();
    let batches = builder.build().expect("a reader");
    (
        metadata,
        batches.map(|batch| batch.expect("rows")).collect(),
    )
}

/// A data file with these rows.
fn written(batches: &[RecordBatch], properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let schema = batches.first().expect("rows").schema();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).expect("a writer");
    for batch in batches {
        writer.write(batch).expect("a row group");
    }
    writer.close().expect("a footer");
    bytes
}

/// Properties that give statistics of the same columns.
fn properties_like(metadata: &ParquetMetaData) -> WriterProperties {
    let builder = WriterProperties::builder().set_statistics_enabled(EnabledStatistics::None);
    let chunks = metadata.row_group(0).columns().iter();
    let with_statistics = chunks.filter(|chunk| chunk.statistics().is_some());
    let builder = with_statistics.fold(builder, |builder, chunk| {
        let path = chunk.column_path().clone();
        builder.set_column_statistics_enabled(path, EnabledStatistics::Chunk)
    });
    builder.build()
}
