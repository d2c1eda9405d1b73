//! What a Parquet file may announce: each limit with a file below, at and above it.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::Value;

use crate::parquet_inputs::{WITHOUT_PRODUCT, assert_refused, shared};
use crate::parquet_text::written;
use crate::workdir::Workdir;

#[test]
fn a_record_has_at_most_its_limit() {
    let workdir = Workdir::new();
    let record = |length: usize| {
        let mut row: Value = serde_json::from_str(WITHOUT_PRODUCT).expect("a row");
        let text = "x".repeat(length);
        row["PRODUCT_ID"] = "pen".into();
        row["SF_CREATED_AT"] = text.into();
        shared(&[&row.to_string()])
    };
    // The row as delimited text without the last cell.
    let other = "s5,u1,,,1712068448,pen,1,USD,{},".len();
    for (length, fits) in [(999, true), (1_000, true), (1_001, false)] {
        workdir.write("a.parquet", record(length - other));
        let limit = [
            "--max-record-bytes",
            "1000",
            "--changed-input",
            "append",
            "a.parquet",
        ];
        let output = workdir.ingest(limit);
        if fits {
            output.assert_code(0);
        } else {
            assert_refused(&output, "FILE-LIMIT", &["1000 bytes"]);
        }
    }
}

/// A file whose first column is packed, and how many times its stored size it unpacks to.
fn packed() -> (Vec<u8>, u64) {
    let ids = vec!["x".repeat(1 << 16); 40];
    let column = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; 40])) };
    let id: ArrayRef = Arc::new(StringArray::from(ids));
    let batch = RecordBatch::try_from_iter([("note", id), ("product_id", column("pen"))]);
    let batch = batch.expect("columns of one length");
    let options = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(false);
    let mut file = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut file, batch.schema(), Some(options.build())).expect("a writer");
    writer.write(&batch).expect("rows");
    let metadata = writer.close().expect("a footer");
    let column = metadata.row_group(0).column(0);
    let unpacked = u64::try_from(column.uncompressed_size()).expect("a size");
    let stored = u64::try_from(column.compressed_size()).expect("a size");
    assert!(unpacked > 1 << 20 && unpacked / stored > 300);
    (file, unpacked.div_ceil(stored))
}

#[test]
fn a_column_unpacks_to_no_more_than_the_ratio() {
    let workdir = Workdir::new();
    let (file, ratio) = packed();
    workdir.write("a.parquet", file);
    let run = |ratio: Option<u64>| {
        let options = ratio.map(|ratio| format!("--max-ratio={ratio}"));
        let fixed = [
            "check",
            "--format",
            "json",
            "--kind",
            "purchases",
            "a.parquet",
        ];
        let fixed = fixed.map(str::to_owned).into_iter();
        workdir.run(fixed.chain(options)).stdout().to_owned()
    };
    for (limit, fits) in [
        (None, false),
        (Some(ratio - 1), false),
        (Some(ratio), true),
        (Some(ratio + 1), true),
    ] {
        let found = run(limit);
        assert_eq!(
            !found.contains("FILE-LIMIT"),
            fits,
            "{limit:?} of {ratio}: {found}"
        );
    }
}

#[test]
fn a_file_has_at_most_two_thousand_columns() {
    let workdir = Workdir::new();
    for (columns, fits) in [(1_999, true), (2_000, true), (2_001, false)] {
        let text = |at: usize| {
            if at == 0 {
                "product_id".to_owned()
            } else {
                format!("c{at}")
            }
        };
        let value: ArrayRef = Arc::new(StringArray::from(vec!["pen"]));
        let columns = (0..columns).map(|at| (text(at), Arc::clone(&value)));
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        workdir.write("a.parquet", written(&batch));
        let check = [
            "check",
            "--format",
            "json",
            "--kind",
            "purchases",
            "a.parquet",
        ];
        let found = workdir.run(check).stdout().to_owned();
        assert_eq!(
            !found.contains("2001 columns, more than the limit"),
            fits,
            "{found:.300}"
        );
    }
}

/// The unpacked size of a page is five bytes of its header: the largest number instead of the true one
/// would make room for two gigabytes.
#[test]
fn a_page_announces_no_more_than_the_footer() {
    let workdir = Workdir::new();
    let (file, ratio) = packed();
    // The first page begins behind the magic bytes: type, then the unpacked size of 2.6 MB in four bytes.
    let head = &file[4..8];
    assert_eq!((head[0], head[1], head[2]), (0x15, 0, 0x15), "{head:?}");
    let length = 1 + file[7..]
        .iter()
        .position(|byte| byte & 0x80 == 0)
        .expect("the end of a number");
    let mut changed = file;
    changed[7..7 + length - 1].fill(0xFE);
    changed[7 + length - 1] = 0x7F;
    workdir.write("a.parquet", changed);
    let ratio = format!("--max-ratio={ratio}");
    let output = workdir.ingest(["--kind", "purchases", &ratio, "a.parquet"]);
    assert_refused(
        &output,
        "FILE-PARQUET-DAMAGED",
        &["column note announce more"],
    );
}
