//! External readers of the tables: deltalake for Python, Polars and DuckDB; and the original bytes
//! of rejects.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::dump_generator::Dump;
use crate::python::python;
use crate::workdir::{Output, Workdir, sample};

/// The columns with guaranteed types, and the name of the type in each reader.
const TYPES: [(&str, &str, [&str; 3]); 10] = [
    (
        "purchases",
        "price",
        [
            "decimal128(38, 9)",
            "Decimal(precision=38, scale=9)",
            "DECIMAL(38,9)",
        ],
    ),
    (
        "purchases",
        "revenue",
        [
            "decimal128(38, 9)",
            "Decimal(precision=38, scale=9)",
            "DECIMAL(38,9)",
        ],
    ),
    ("purchases", "time", TIME),
    (
        "purchases",
        "purchase_date",
        ["date32[day]", "Date", "DATE"],
    ),
    ("purchases", "quantity", ["int16", "Int16", "SMALLINT"]),
    ("purchases", "is_refund", ["bool", "Boolean", "BOOLEAN"]),
    ("purchases", "source_file", ["string", "String", "VARCHAR"]),
    ("rejects", "raw", ["binary", "Binary", "BLOB"]),
    ("rejects", "source_row", ["int64", "Int64", "BIGINT"]),
    ("inputs", "ingested_at", TIME),
];

const TIME: [&str; 3] = [
    "timestamp[us, tz=UTC]",
    "Datetime(time_unit='us', time_zone='UTC')",
    "TIMESTAMP WITH TIME ZONE",
];

#[test]
fn three_external_readers_find_the_same_counts_sums_and_types() {
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "20000", "--seed", "5", "--files", "3", "--dirt", "0.02",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    workdir.ingest(&dump.files).assert_code(0);
    let found = python("external_readers.py", [workdir.lake()]);
    let truth = &dump.truth;
    let days = truth["quantity_per_utc_day"]
        .as_object()
        .expect("quantities by day");
    let sold: Map<String, Value> = days
        .iter()
        .filter(|(_, sold)| **sold != 0)
        .map(|(d, s)| (d.clone(), s.clone()))
        .collect();
    for (at, reader) in ["deltalake", "polars", "duckdb"].into_iter().enumerate() {
        let read = &found[reader];
        assert_eq!(read["rows"], truth["accepted"], "{reader}");
        assert_eq!(read["quantity_per_utc_day"], json!(sold), "{reader}");
        for name in [
            "rows_by_currency",
            "revenue_by_currency",
            "rejected",
            "rejected_by_rule",
        ] {
            assert_eq!(read[name], truth[name], "{reader}: {name}");
        }
        let inputs =
            json!({"rows": 3, "accepted": truth["accepted"], "rejected": truth["rejected"]});
        assert_eq!(read["inputs"], inputs, "{reader}");
        for (table, column, names) in TYPES {
            assert_eq!(
                read["types"][table][column], names[at],
                "{reader}: {table}.{column}"
            );
        }
    }
}

#[test]
fn the_columns_are_those_of_the_documentation_and_in_its_order() {
    let workdir = Workdir::new();
    workdir
        .ingest([sample("web_2026-10.ndjson")])
        .assert_code(0);
    let found = python("external_readers.py", [workdir.lake()]);
    // The documented columns of the purchases table, in order.
    let promised = "external_id alias_name alias_label braze_id email phone app_id product_id currency price total_price quantity \
                    time time_raw utc_offset_minutes properties update_existing_only event_id event_name revenue is_refund extra \
                    source_file source_row run_id purchase_date";
    let columns = |table: &str| {
        let types = found["deltalake"]["types"][table]
            .as_object()
            .expect("types by column");
        types
            .keys()
            .cloned()
            .collect::<std::collections::BTreeSet<_>>()
    };
    let set = |names: &str| names.split_whitespace().map(str::to_owned).collect();
    assert_eq!(columns("purchases"), set(promised));
    let rejects = "run_id source_file source_row byte_offset line record_kind rule_id rule_ids field message raw";
    assert_eq!(columns("rejects"), set(rejects));
}

/// Ingests, and fails unless each reject is a slice of its file at the recorded position.
#[track_caller]
fn assert_verbatim(workdir: &Workdir, files: &[PathBuf], options: &[&str], lines: bool) -> Output {
    let all = ["--reject-limit", "100%"]
        .into_iter()
        .chain(options.iter().copied());
    let arguments = all
        .map(OsString::from)
        .chain(files.iter().map(OsString::from));
    let output = workdir.ingest(arguments);
    output.assert_code(0);
    let mut command: Vec<&OsStr> = vec!["raw".as_ref()];
    command.extend(lines.then_some(OsStr::new("--lines")));
    let lake = workdir.lake();
    command.push(lake.as_os_str());
    command.extend(files.iter().map(|file| file.as_os_str()));
    let found = python("read_lake.py", command);
    assert_eq!(
        found["rejects"].as_u64(),
        Some(output.summary_count("rejected")),
        "{}",
        output.transcript()
    );
    assert!(
        output.summary_count("rejected") > 0,
        "{}",
        output.transcript()
    );
    let wrong = found["wrong"].as_array().expect("a list");
    assert!(
        wrong.is_empty(),
        "{} wrong, such as {:#}",
        wrong.len(),
        wrong[0]
    );
    output
}

#[test]
fn rejects_keep_the_bytes_of_their_record() {
    for (shape, lines) in [
        ("ndjson", true),
        ("document", false),
        ("csv", true),
        ("cdi-ndjson", true),
    ] {
        for packing in [None, Some("--gzip")] {
            let workdir = Workdir::new();
            let plain = [
                "--rows", "15000", "--seed", "5", "--dirt", "0.05", "--shape", shape,
            ];
            let arguments: Vec<&str> = plain.into_iter().chain(packing).collect();
            let dump = Dump::make(&workdir, "dump", &arguments);
            let output = assert_verbatim(&workdir, &dump.files, &[], lines);
            assert_eq!(
                output.summary_count("rejected"),
                dump.count("rejected"),
                "{shape}"
            );
        }
    }
}

#[test]
fn rejects_of_the_samples_keep_their_bytes_whatever_the_encoding() {
    let workdir = Workdir::new();
    let files = [
        "web_2026-10.ndjson",
        "track_log_2026-10.json",
        "balcao_2026-10.csv",
    ]
    .map(sample);
    assert_verbatim(&workdir, &files, &[], false);
    let workdir = Workdir::new();
    let files = ["dirty/records.ndjson", "dirty/cdi.ndjson", "dirty/flat.csv"].map(sample);
    assert_verbatim(&workdir, &files, &[], false);
}

#[test]
fn a_report_as_parquet_has_exact_columns() {
    let workdir = Workdir::new();
    workdir
        .ingest([sample("web_2026-10.ndjson")])
        .assert_code(0);
    let question = [
        "--ending-at",
        "2026-10-31",
        "--length",
        "31",
        "--format",
        "parquet",
        "--output",
    ];
    let read = |report: &str, file: &str, more: &[&str]| {
        let arguments = [&question[..], &[file], more].concat();
        workdir
            .report(report, arguments)
            .assert_code(0)
            .assert_stdout("");
        python(
            "external_readers.py",
            ["--parquet".into(), workdir.path(file)],
        )
    };
    let plain = |report: &str, more: &[&str]| {
        let answer = workdir.report(report, question[..4].iter().chain(more));
        let rows = answer.assert_code(0).json()["data"].clone();
        rows.as_array().expect("rows").clone()
    };
    let found = read("quantity-series", "quantity.parquet", &[]);
    assert_eq!(found["rows"], json!(plain("quantity-series", &[])));
    assert_eq!(
        found["types"],
        json!({"time": "string", "purchase_quantity": "int64"})
    );

    let brl = ["--currency", "BRL"];
    let found = read("revenue-series", "revenue.parquet", &brl);
    let types = json!({"time": "string", "revenue": "decimal128(38, 9)", "currency": "string"});
    assert_eq!(found["types"], types);
    let answer = workdir.report("revenue-series", question[..4].iter().chain(&brl));
    let digits = crate::purchase_fixtures::series_digits(answer.stdout(), "revenue");
    let rows: Vec<Value> = digits
        .iter()
        .map(|(time, revenue)| {
            let revenue = crate::purchase_fixtures::shortest(revenue);
            json!({"time": time, "revenue": revenue, "currency": "BRL"})
        })
        .collect();
    assert_eq!(found["rows"], json!(rows));
}
