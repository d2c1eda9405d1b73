//! What ingesting NDJSON costs at least, in its two unavoidable parts:
//! `cargo bench --bench floor -- FILE LAKE`.
//!
//! The first part reads every byte of the file with a strict JSON scanner that builds nothing, in
//! pieces cut at lines, on all cores. The second encodes the rows of a lake's `purchases` table to
//! the Parquet they came from, a task for each file, on all cores, and writes it without syncing.
//! Prints one JSON object; processor time is that of the whole process in hundredths of a second,
//! which Linux tells and other systems do not.

use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use purchase_etl::ingest::purchases::purchases_spec;
use purchase_etl::json::{JsonCursor, JsonOptions, StringMarks};
use purchase_etl::lake::{Lake, WriterOptions, write_data_file};
use purchase_etl::purchase::columns::schema;
use purchase_etl::storage::{StoreSettings, Stores};
use rayon::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

type Failure = Box<dyn Error + Send + Sync>;

/// As large as the pieces that the program cuts.
const CHUNK_BYTES: u64 = 2 << 20;
/// How much is read beyond a piece at a time to find the end of its last line.
const OVERHANG_BYTES: usize = 16 << 10;
/// Clock ticks of `/proc` in a second, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let [file, lake] = arguments.as_slice() else {
        println!(
            "give an NDJSON file and the lake made of it: cargo bench --bench floor -- FILE LAKE"
        );
        return Ok(());
    };
    let scanned = |reads: fn(&str) -> usize| timed(|| scan(file, reads));
    let serde_json = scanned(serde_ignored)?;
    let cursor = scanned(our_cursor)?;
    let files = batches_of(lake)?;
    let scratch = tempfile::tempdir_in(lake)?;
    let encoded = timed(|| encode(&files, scratch.path()))?;
    println!(
        "{}",
        json!({"scan_serde_json": serde_json, "scan_our_cursor": cursor, "encode": encoded})
    );
    Ok(())
}

/// What a piece of work took, beside what it tells.
fn timed(work: impl FnOnce() -> Result<Value, Failure>) -> Result<Value, Failure> {
    let (cpu, start) = (cpu_seconds(), Instant::now());
    let outcome = work()?;
    let wall_s = start.elapsed().as_secs_f64();
    let cpu_s = cpu.and_then(|before| Some(cpu_seconds()? - before));
    Ok(json!({"cpu_s": cpu_s, "wall_s": wall_s, "outcome": outcome}))
}

/// User and system time of this process.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in parentheses; user and system time are fields 14 and 15.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// Reads all lines of a file; `reads` counts those of a piece that are JSON.
fn scan(path: &str, reads: fn(&str) -> usize) -> Result<Value, Failure> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let records = (0..size.div_ceil(CHUNK_BYTES))
        .into_par_iter()
        .map_init(Vec::new, |buffer, chunk| {
            let lines = read_chunk(&file, chunk * CHUNK_BYTES, size, buffer)?;
            let text = simdutf8::basic::from_utf8(lines)?;
            Ok(reads(text))
        })
        .sum::<Result<usize, Failure>>()?;
    Ok(json!({"records": records, "bytes": size}))
}

/// The lines that begin in a piece of the file: from the first line break at or after the byte
/// before `start` to the first one at or after the piece's last byte.
fn read_chunk<'a>(
    file: &File,
    start: u64,
    size: u64,
    buffer: &'a mut Vec<u8>,
) -> Result<&'a [u8], Failure> {
    let from = start.saturating_sub(1);
    let end = size.min(start + CHUNK_BYTES);
    let mut wanted = usize::try_from(end - from)?;
    buffer.resize(wanted, 0);
    file.read_exact_at(buffer, from)?;
    let first = match start {
        0 => Some(0),
        _ => memchr::memchr(b'\n', buffer).map(|at| at + 1),
    };
    let Some(first) = first.filter(|&first| first < wanted) else {
        return Ok(&[]);
    };
    let mut searched = wanted - 1;
    let last = loop {
        if let Some(at) = memchr::memchr(b'\n', &buffer[searched..]) {
            break searched + at + 1;
        }
        let rest = usize::try_from(size - from)? - wanted;
        if rest == 0 {
            break wanted;
        }
        searched = wanted;
        wanted += rest.min(OVERHANG_BYTES);
        buffer.resize(wanted, 0);
        file.read_exact_at(&mut buffer[searched..], from + searched as u64)?;
    };
    Ok(&buffer[first..last])
}

fn serde_ignored(chunk: &str) -> usize {
    let is_json = |line: &&str| serde_json::from_str::<IgnoredAny>(line).is_ok();
    chunk.lines().filter(is_json).count()
}

fn our_cursor(chunk: &str) -> usize {
    let marks = StringMarks::of(chunk.as_bytes());
    let mut start = 0;
    let is_json = |line: &&str| {
        let text = line.trim_end_matches(['\r', '\n']);
        let mut cursor = JsonCursor::marked(text, JsonOptions::default(), &marks, start);
        start += line.len();
        cursor.skip_value().and_then(|_| cursor.end()).is_ok()
    };
    chunk.split_inclusive('\n').filter(is_json).count()
}

/// The row groups of every file of the table, each as one batch in the types the program encodes.
fn batches_of(lake: &str) -> Result<Vec<Vec<RecordBatch>>, Failure> {
    let snapshot = Lake::at(lake, &Stores::new(StoreSettings::default())?)?.snapshot(
        "purchases",
        None,
        None,
    )?;
    let table = schema();
    let read = |path: &str| -> Result<Vec<RecordBatch>, Failure> {
        let groups = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let groups: Vec<usize> = (0..groups.metadata().num_row_groups()).collect();
        let one = |group: usize| -> Result<RecordBatch, Failure> {
            let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
            let rows = usize::try_from(builder.metadata().row_group(group).num_rows())?;
            let mut reader = builder
                .with_row_groups(vec![group])
                .with_batch_size(rows)
                .build()?;
            let batch = reader.next().ok_or("an empty row group")??;
            let columns: Result<Vec<_>, _> = table
                .fields()
                .iter()
                .zip(batch.columns())
                .map(|(field, column)| cast(column, field.data_type()))
                .collect();
            Ok(RecordBatch::try_new(Arc::clone(&table), columns?)?)
        };
        groups.into_iter().map(one).collect()
    };
    snapshot
        .files
        .par_iter()
        .map(|file| read(&file.path))
        .collect()
}

/// Writes every file again, with the same row groups.
fn encode(files: &[Vec<RecordBatch>], folder: &Path) -> Result<Value, Failure> {
    let level = WriterOptions::new("floor").zstd_level;
    let spec = purchases_spec();
    let one = |(number, groups): (usize, &Vec<RecordBatch>)| -> Result<(u64, u64), Failure> {
        let path = folder.join(format!("{number}.parquet"));
        let bytes = write_data_file(&spec, level, &path, groups)?;
        let rows: usize = groups.iter().map(RecordBatch::num_rows).sum();
        Ok((rows as u64, bytes))
    };
    let written: Vec<(u64, u64)> = files
        .par_iter()
        .enumerate()
        .map(one)
        .collect::<Result<_, _>>()?;
    let rows: u64 = written.iter().map(|(rows, _)| rows).sum();
    let bytes: u64 = written.iter().map(|(_, bytes)| bytes).sum();
    Ok(json!({"rows": rows, "bytes": bytes, "files": files.len()}))
}
