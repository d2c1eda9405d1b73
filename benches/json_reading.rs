//! The cost of reading JSON, by reader, on one thread: `cargo bench --bench json_reading -- FILE`.
//!
//! The file is NDJSON of purchases, as `examples/generate_dump` makes it. Each reader goes over the
//! whole file several times; the median is printed, with the records it found, so that a reader
//! that skips work is noticed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use purchase_etl::ingest::purchases::Purchases;
use purchase_etl::ingest::validate::{ValidationSettings, validate_chunk};
use purchase_etl::input::{Chunk, ChunkForm, InputLimits, SourcePosition};
use purchase_etl::json::{JsonCursor, JsonOptions, StringMarks};
use purchase_etl::purchase::{FuturePolicy, PurchaseRuleSettings, PurchaseValidator};
use serde::de::IgnoredAny;

const ROUNDS: usize = 5;

#[expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]
fn main() {
    let Some(path) = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"))
    else {
        println!("give an NDJSON file: cargo bench --bench json_reading -- FILE");
        return;
    };
    let bytes = std::fs::read(&path).expect("the file can be read");
    let text = std::str::from_utf8(&bytes).expect("the file is UTF-8");
    let megabytes = bytes.len() / 1_000_000;
    println!("{path}: {megabytes} MB, median of {ROUNDS} on one thread");
    let readers: [(&str, &dyn Fn() -> usize); 5] = [
        ("our cursor, checking only", &|| lines(text, ours)),
        ("our cursor with marks, checking only", &|| marked(text)),
        ("serde_json, checking only (IgnoredAny)", &|| {
            lines(text, serde_ignored)
        }),
        ("serde_json, members as a map", &|| lines(text, serde_map)),
        ("our validation: read, check, columns", &|| {
            validated(&bytes)
        }),
    ];
    for (name, reader) in readers {
        let mut times: Vec<u128> = Vec::new();
        let mut found = 0;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            found = reader();
            times.push(start.elapsed().as_millis());
        }
        times.sort_unstable();
        println!("{name:<40} {:>6} ms  {found} records", times[ROUNDS / 2]);
    }
}

fn lines(text: &str, reads: fn(&str) -> bool) -> usize {
    text.lines().filter(|line| reads(line)).count()
}

fn ours(line: &str) -> bool {
    let mut cursor = JsonCursor::new(line, JsonOptions::default());
    cursor.skip_value().and_then(|_| cursor.end()).is_ok()
}

/// As the program reads a chunk, with marks for each chunk.
fn marked(text: &str) -> usize {
    let mut found = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let most = rest.len().min(2 << 20);
        let cut = memchr::memrchr(b'\n', &rest.as_bytes()[..most]).map_or(most, |at| at + 1);
        let (chunk, later) = rest.split_at(cut);
        let marks = StringMarks::of(chunk.as_bytes());
        let mut start = 0;
        for line in chunk.split_inclusive('\n') {
            let line_text = line.trim_end_matches(['\r', '\n']);
            let mut cursor = JsonCursor::marked(line_text, JsonOptions::default(), &marks, start);
            found += usize::from(cursor.skip_value().and_then(|_| cursor.end()).is_ok());
            start += line.len();
        }
        rest = later;
    }
    found
}

fn serde_ignored(line: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(line).is_ok()
}

/// Keys and values as a map: the cheapest way that finds repeated keys; digits of numbers are lost.
fn serde_map(line: &str) -> bool {
    serde_json::from_str::<HashMap<&str, serde_json::Value>>(line).is_ok()
}

fn validated(bytes: &[u8]) -> usize {
    let settings = ValidationSettings {
        kind: Purchases::new(PurchaseValidator::new(PurchaseRuleSettings {
            default_zone: chrono_tz::Tz::UTC,
            now_micros: i64::MAX / 2,
            future: FuturePolicy::Warn,
            fills: Vec::new(),
            has_mapped_quantity: false,
            numbers_as_strings: false,
            decimal: None,
            reject_unknown_fields: false,
            keep_test_events: false,
            order_events: purchase_etl::input::OrderEvents::Skip,
        })),
        json: JsonOptions::default(),
        mapping: None,
        limits: InputLimits::default(),
        source_file: Arc::from("bench"),
        run_id: Arc::from("bench"),
        severities: None,
        with_texts: false,
    };
    let mut accepted = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let most = rest.len().min(2 << 20);
        let cut = memchr::memrchr(b'\n', &rest[..most]).map_or(most, |at| at + 1);
        let chunk = Chunk {
            bytes: rest[..cut].to_vec(),
            position: SourcePosition {
                byte_offset: 0,
                line: 1,
            },
            form: ChunkForm::Lines,
        };
        accepted += usize::try_from(validate_chunk(&chunk, &settings).accepted).expect("fits");
        rest = &rest[cut..];
    }
    accepted
}
