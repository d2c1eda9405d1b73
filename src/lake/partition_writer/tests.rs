use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, DictionaryArray, Int64Array, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::*;
use crate::lake::testing::{date, day, lake, paths, read, rows, spec, writer};
use crate::lake::{PartitionValue, inputs_spec, rejects_spec};

fn small_segments(lake: &Lake, run_id: &str, segment_bytes: usize) -> PartitionWriter {
    let options = WriterOptions {
        segment_bytes,
        ..WriterOptions::new(run_id)
    };
    PartitionWriter::new(lake, &spec(), options).unwrap()
}

fn footer(path: &str) -> ParquetMetaData {
    ParquetMetaDataReader::new()
        .parse_and_finish(&fs::File::open(path).unwrap())
        .unwrap()
}

fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn decimals_and_time_stamps_are_read_back_equal() {
    let (_folder, lake) = lake();
    let mut writer = writer(&lake, &spec(), "run");
    let expected = rows("a.json", 0, 1000);
    writer.append(day(1), expected.slice(0, 400)).unwrap();
    writer.append(day(1), expected.slice(400, 600)).unwrap();
    let staged = writer.finish().unwrap();

    assert_eq!((staged.rows, staged.files.len()), (1000, 1));
    let path = &paths(&lake, &spec(), &staged)[0];
    let found = concat_batches(&spec().schema, &read(path)).unwrap();
    assert_eq!(found, expected);
    assert_eq!(found.column(2).data_type(), &DataType::Decimal128(38, 9));
    let keys = footer(path)
        .file_metadata()
        .key_value_metadata()
        .map_or(0, Vec::len);
    assert_eq!(
        keys, 0,
        "nothing in the footer may change the types other readers see"
    );
    assert_eq!(staged.files[0].bytes, fs::metadata(path).unwrap().len());
}

#[test]
fn statistics_name_only_the_columns_that_are_allowed() {
    let (_folder, lake) = lake();
    let mut writer = writer(&lake, &spec(), "run");
    writer.append(day(1), rows("b.json", 5, 1501)).unwrap();
    writer.append(day(1), rows("a.json", 0, 3)).unwrap();
    let staged = writer.finish().unwrap();

    let stats: serde_json::Value = serde_json::from_str(&staged.files[0].stats_json).unwrap();
    let expected = serde_json::json!({
        "numRecords": 1499,
        "minValues": {
            "source_file": "a.json", "source_row": 0, "purchased_at": "1970-01-01T00:00:00.000Z"
        },
        // 1,500 µs do not fit into whole milliseconds: the bound is the next one up.
        "maxValues": {
            "source_file": "b.json", "source_row": 1500, "purchased_at": "1970-01-01T00:00:00.002Z"
        },
        "nullCount": {"source_file": 0, "source_row": 0, "purchased_at": 0},
    });
    assert_eq!(stats, expected);
    let metadata = footer(&paths(&lake, &spec(), &staged)[0]);
    let price = metadata.row_group(0).column(2);
    assert!(price.statistics().is_none(), "the price is not in the list");
}

#[test]
fn a_dictionary_is_stored_as_its_values() {
    let (_folder, lake) = lake();
    let mut writer = writer(&lake, &spec(), "run");
    let plain = rows("a.json", 0, 10);
    let names: DictionaryArray<Int32Type> = (0..10).map(|_| "a.json").collect();
    let mut columns = plain.columns().to_vec();
    columns[0] = Arc::new(names);
    let mut fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|f| f.as_ref().clone())
        .collect();
    fields[0] = Field::new("source_file", columns[0].data_type().clone(), false);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    writer.append(day(1), batch).unwrap();
    let mixed = writer.append(day(1), plain.clone());
    assert!(
        matches!(mixed, Err(LakeError::BatchShape { .. })),
        "one writer, one encoding"
    );
    let staged = writer.finish().unwrap();
    assert_eq!(read(&paths(&lake, &spec(), &staged)[0]), [plain]);
}

#[test]
fn a_full_segment_is_encoded_before_the_end() {
    let (_folder, lake) = lake();
    // 40,000 rows are about 1.6 MB: enough for a row group of their own, twice.
    let mut writer = small_segments(&lake, "run", 1_500_000);
    for part in 0..3 {
        writer
            .append(day(1), rows("a.json", part * 40_000, (part + 1) * 40_000))
            .unwrap();
    }
    writer
        .append(day(1), rows("a.json", 120_000, 120_010))
        .unwrap();
    assert!(writer.pending_bytes < 1_500_000);
    let staged = writer.finish().unwrap();
    let path = &paths(&lake, &spec(), &staged)[0];
    let groups: Vec<i64> = footer(path)
        .row_groups()
        .iter()
        .map(RowGroupMetaData::num_rows)
        .collect();
    assert_eq!(groups, [40_000, 40_000, 40_000, 10]);
    assert_eq!(
        concat_batches(&spec().schema, &read(path)).unwrap(),
        rows("a.json", 0, 120_010)
    );
}

#[test]
fn a_file_is_closed_when_its_metadata_gets_too_long() {
    let (_folder, lake) = lake();
    let options = WriterOptions {
        segment_bytes: 1_500_000,
        max_open_chunks: 1,
        ..WriterOptions::new("run")
    };
    let mut writer = PartitionWriter::new(&lake, &spec(), options).unwrap();
    for part in 0..5 {
        writer
            .append(day(1), rows("a.json", part * 40_000, (part + 1) * 40_000))
            .unwrap();
    }
    let staged = writer.finish().unwrap();
    let paths = paths(&lake, &spec(), &staged);
    let groups = paths.iter().map(|path| footer(path).num_row_groups());
    assert_eq!(groups.collect::<Vec<_>>(), [3, 2]);
    let batches: Vec<_> = paths.iter().flat_map(|path| read(path)).collect();
    assert_eq!(
        concat_batches(&spec().schema, &batches).unwrap(),
        rows("a.json", 0, 200_000)
    );
}

#[test]
fn small_shares_wait_in_the_spill_and_keep_their_order() {
    let (_folder, lake) = lake();
    let mut writer = small_segments(&lake, "run", 200_000);
    for part in 0..60 {
        for partition in 0..5 {
            writer
                .append(day(partition), rows("a.json", part * 300, (part + 1) * 300))
                .unwrap();
        }
    }
    let staged = writer.finish().unwrap();
    assert_eq!((staged.files.len(), staged.rows), (5, 5 * 18_000));
    for path in paths(&lake, &spec(), &staged) {
        assert_eq!(footer(&path).num_row_groups(), 1, "{path}");
        assert_eq!(
            concat_batches(&spec().schema, &read(&path)).unwrap(),
            rows("a.json", 0, 18_000)
        );
    }
    let left = names_in(&lake.table_directory("purchases"));
    assert!(
        left.iter().all(|name| !name.starts_with("_spill")),
        "{left:?}"
    );
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let bytes_with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let (_folder, lake) = lake();
            let mut writer = small_segments(&lake, "run", 2_000_000);
            for part in 0..20 {
                for partition in 0..part % 7 {
                    let from = part * 10_000;
                    let partition = u32::try_from(partition).unwrap();
                    writer
                        .append(day(partition), rows("a.json", from, from + 7_000))
                        .unwrap();
                }
            }
            let staged = writer.finish().unwrap();
            let bytes = |path: String| fs::read(path).unwrap();
            let names: Vec<String> = staged
                .files
                .iter()
                .map(|file| file.relative_path.clone())
                .collect();
            (
                names,
                paths(&lake, &spec(), &staged)
                    .into_iter()
                    .map(bytes)
                    .collect::<Vec<_>>(),
            )
        })
    };
    let one = bytes_with(1);
    assert_eq!(one.0.len(), 6);
    assert!(one == bytes_with(4), "the files differ");
}

#[test]
fn hundreds_of_partitions_do_not_need_hundreds_of_descriptors() {
    let (_folder, lake) = lake();
    let before = fs::read_dir("/proc/self/fd").unwrap().count();
    let mut writer = small_segments(&lake, "run", 150_000);
    let mut most = 0;
    for part in 0..2 {
        for partition in 0..400 {
            writer
                .append(day(partition), rows("a.json", part, part + 1))
                .unwrap();
        }
        most = most.max(fs::read_dir("/proc/self/fd").unwrap().count());
    }
    let staged = writer.finish().unwrap();
    most = most.max(fs::read_dir("/proc/self/fd").unwrap().count());
    assert_eq!((staged.files.len(), staged.rows), (400, 800));
    assert!(most < before + 60, "{most} descriptors, {before} before");
    assert!(
        staged.files[399]
            .relative_path
            .starts_with(&format!("purchase_date={}/", date(399)))
    );
}

#[test]
fn what_does_not_fit_the_table_is_refused_by_name() {
    let (_folder, lake) = lake();
    let options = WriterOptions {
        max_partitions: 2,
        ..WriterOptions::new("run")
    };
    let mut writer = PartitionWriter::new(&lake, &spec(), options).unwrap();
    writer.append(day(1), rows("a.json", 0, 1)).unwrap();
    writer.append(day(2), rows("a.json", 1, 2)).unwrap();
    let third = writer.append(day(3), rows("a.json", 2, 3));
    assert!(matches!(
        third,
        Err(LakeError::TooManyPartitions { limit: 2, .. })
    ));

    let column = Arc::new(Int64Array::from(vec![1]));
    let other = RecordBatch::try_from_iter([("source_file", column as _)]).unwrap();
    let error = writer.append(day(1), other).unwrap_err();
    assert!(matches!(&error, LakeError::BatchShape { column, .. } if column == "source_file"));

    let text = PartitionValue::text("2026-11-20").unwrap();
    let wrong = writer.append(text, rows("a.json", 0, 1));
    assert!(matches!(wrong, Err(LakeError::Partition { .. })));
    assert!(matches!(
        writer.append_unpartitioned(rows("a.json", 0, 1)),
        Err(LakeError::Partition { .. })
    ));
    for run_id in ["", "../x", "a b", "run/1"] {
        let refused = PartitionWriter::new(&lake, &rejects_spec(), WriterOptions::new(run_id));
        assert!(
            matches!(refused, Err(LakeError::RunId { .. })),
            "{run_id:?}"
        );
    }
}

#[test]
fn nothing_is_left_of_a_writer_that_is_discarded_or_dropped() {
    let (_folder, lake) = lake();
    for discard in [true, false] {
        let mut writer = small_segments(&lake, "run", 1_000);
        writer.append(day(1), rows("a.json", 0, 60_000)).unwrap();
        writer.append(day(1), rows("a.json", 0, 60_000)).unwrap();
        if discard {
            writer.discard().unwrap();
        } else {
            drop(writer);
        }
        let partition = lake
            .table_directory("purchases")
            .join(format!("purchase_date={}", date(1)));
        assert_eq!(names_in(&partition), [""; 0]);
    }
    let mut writer = writer(&lake, &spec(), "run");
    writer.append(day(2), rows("a.json", 0, 10)).unwrap();
    let staged = writer.finish().unwrap();
    let path = paths(&lake, &spec(), &staged).remove(0);
    assert!(Path::new(&path).exists());
    staged.discard(&lake).unwrap();
    assert!(!Path::new(&path).exists());
}

#[test]
fn a_writer_without_rows_makes_no_files() {
    let (_folder, lake) = lake();
    let mut writer = writer(&lake, &inputs_spec(), "run");
    writer
        .append_unpartitioned(RecordBatch::new_empty(inputs_spec().schema))
        .unwrap();
    let staged = writer.finish().unwrap();
    assert_eq!((staged.rows, staged.files.len()), (0, 0));
}
