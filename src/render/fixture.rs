//! Rendered answers, for tests.

use std::fs::File;
use std::io::Write;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::dashboard::{Provenance, TableVersion};
use super::{Answer, Format, RenderError, check_format, render};

/// A provenance, which only visual formats show.
pub(super) fn provenance() -> Provenance {
    Provenance {
        table: TableVersion {
            table: "purchases".to_owned(),
            version: 42,
        },
        timezone: "UTC".to_owned(),
        parameters: Vec::new(),
    }
}

/// The bytes of an answer.
pub(super) fn bytes(answer: &impl Answer, format: Format) -> Vec<u8> {
    render(answer, format, &provenance(), None).expect("rendered")
}

/// An answer as text.
pub(super) fn text(answer: &impl Answer, format: Format) -> String {
    String::from_utf8(bytes(answer, format)).expect("UTF-8")
}

/// The reader of a Parquet file.
pub(super) fn parquet_reader(bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<File> {
    let mut file = tempfile::tempfile().expect("a file for the test");
    file.write_all(bytes).expect("written");
    ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file")
}

/// An answer written as Parquet, twice with the same bytes, and read again.
pub(super) fn record_batch(answer: &impl Answer) -> RecordBatch {
    let written = bytes(answer, Format::Parquet);
    assert_eq!(written, bytes(answer, Format::Parquet));
    let reader = parquet_reader(&written);
    let mut batches = reader.build().expect("a reader");
    batches.next().expect("a batch").expect("readable")
}

/// Asserts that an answer is written in the formats it names, and in no other.
pub(super) fn assert_only_its_formats<A: Answer>(answer: &A) {
    for format in Format::ALL {
        let is_supported = A::FORMATS.contains(&format);
        assert_eq!(check_format::<A>(format).is_ok(), is_supported, "{format}");
        match answer.render(format, &provenance(), None) {
            Ok(bytes) => assert!(is_supported && !bytes.is_empty(), "{format}"),
            Err(RenderError::Format(refused)) => {
                assert!(!is_supported, "{format}");
                assert_eq!(Err(refused), check_format::<A>(format));
            }
            Err(error) => panic!("{format}: {error}"),
        }
    }
}
