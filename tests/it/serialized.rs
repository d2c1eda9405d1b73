//! What other programs rely on stays as it is: columns of the tables, keys of run reports, marks, log
//! lines, events and JSON listings, names of metrics.
//!
//! The golden files in `tests/data/serialized` are read like a contract: a difference is a change
//! of a public format. Such a change is made on purpose, and the file with it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs::{self, File};
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

use crate::purchase_fixtures::numbered;
use crate::workdir::{NOW, Output, Workdir, files_below, project, read_json, sample};

/// Compares with a golden file; the text that was found is kept for the one who changes it.
#[track_caller]
#[expect(
    clippy::disallowed_methods,
    reason = "a left-over of a failed test, which no program reads"
)]
fn assert_golden(name: &str, found: &str) {
    let golden = project().join("tests/data/serialized").join(name);
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    if expected != found {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&kept, found).expect("a file below target/");
        let missing: Vec<&str> = expected
            .lines()
            .filter(|line| !found.lines().any(|other| other == *line))
            .collect();
        let added: Vec<&str> = found
            .lines()
            .filter(|line| !expected.lines().any(|other| other == *line))
            .collect();
        panic!(
            "{} differs from {}\nmissing: {missing:#?}\nadded: {added:#?}",
            kept.display(),
            golden.display()
        );
    }
}

/// The options of a customer ingest that takes every sample, the dirty ones included.
fn ingest_samples(workdir: &Workdir, more: &[&str]) {
    let customers = [
        "web_2026-10.ndjson",
        "dirty/records.ndjson",
        "dirty/flat.csv",
    ];
    let files = customers.map(sample);
    let mut command = workdir.ingest_command();
    command
        .args(["--reject-limit", "100%"])
        .args(more)
        .args(files);
    Output::of(command).assert_code(0);
    for (dump, extra) in [
        ("suppliers/2026-10-31", ["--full-snapshot"].as_slice()),
        ("suppliers/2026-11-07", &[]),
        (
            "suppliers_dirty/records.ndjson",
            &["--reject-limit", "100%"],
        ),
    ] {
        let mut command = workdir.ingest_command();
        command
            .args(["--kind", "supplier-purchases", "--company-id", "12"])
            .args(extra)
            .args(more)
            .arg(sample(dump));
        Output::of(command).assert_code(0);
    }
}

#[test]
fn the_columns_of_the_tables_are_the_published_ones() {
    let workdir = Workdir::new();
    ingest_samples(&workdir, &[]);
    let mut found = String::new();
    let tables = [
        "inputs",
        "purchases",
        "rejects",
        "supplier_purchases",
        "supplier_versions",
    ];
    for table in tables {
        let folder = workdir.lake().join(table);
        let log = folder.join("_delta_log/00000000000000000000.json");
        let log = fs::read_to_string(log).expect("a log");
        let metadata = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("an action"))
            .find_map(|action| action.get("metaData").cloned())
            .expect("the metadata of a table");
        writeln!(
            found,
            "{table}: partitioned by {}",
            metadata["partitionColumns"]
        )
        .unwrap();
        let schema = metadata["schemaString"].as_str().expect("a schema");
        let schema: Value = serde_json::from_str(schema).expect("JSON");
        for field in schema["fields"].as_array().expect("a list of fields") {
            let nullable = if field["nullable"] == true {
                "null"
            } else {
                "not null"
            };
            writeln!(found, "  {} {} {nullable}", field["name"], field["type"]).unwrap();
        }
        let data = files_below(&folder, ".parquet");
        found.push_str(&columns_in_parquet(data.last().expect("a data file")));
    }
    assert_golden("tables.txt", &found);
}

/// Type, encodings and compression of the columns of a data file.
fn columns_in_parquet(data: &Path) -> String {
    let mut found = String::from("  in Parquet\n");
    let file = File::open(data).expect("a data file");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    for column in reader.metadata().row_group(0).columns() {
        let encodings: BTreeSet<String> = column
            .encodings()
            .map(|encoding| encoding.to_string())
            .collect();
        writeln!(
            found,
            "    {} {} {} {} {}",
            column.column_path().string(),
            column.column_type(),
            column.column_descr().converted_type(),
            encodings.into_iter().collect::<Vec<_>>().join("+"),
            column.compression(),
        )
        .expect("a text can be written to");
    }
    found
}

/// The paths of all keys of a document; elements of lists are `[]`, keys that are values `*`.
fn keys(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let is_value = key.contains(['-', ' ', '/', '.']);
                let path = format!("{path}.{}", if is_value { "*" } else { key });
                keys(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                keys(element, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}

/// The keys of several documents, a line each, below a heading.
fn section(heading: &str, documents: &[Value]) -> String {
    assert!(!documents.is_empty(), "{heading}: nothing was written");
    let mut found = BTreeSet::new();
    for document in documents {
        keys(document, "", &mut found);
    }
    let mut lines = vec![heading.to_owned()];
    lines.extend(found.iter().map(|key| format!("  {key}")));
    lines.join("\n") + "\n"
}

/// Objects one after another, with or without line breaks between them.
fn objects_of(text: &str) -> Vec<Value> {
    serde_json::Deserializer::from_str(text)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("JSON objects")
}

/// A job of two steps whose day can be finished.
const JOB: &str = r#"
lake = "lake"
[[steps]]
name = "day"
[steps.ingest]
inputs = ["day-{date}.ndjson"]
[[steps]]
name = "list"
[steps.report]
type = "product-list"
output = "{date}.json"
"#;

/// A job with an expectation that is met, one that is skipped and one that is not met.
const GATES: &str = r#"
lake = "lake"
[[steps]]
name = "gate"
expect = { min_records = 999999, max_age = "99d", change_within = "1%", output = "{date}.txt" }
[[steps]]
name = "list"
report = { type = "product-list", output = "{date}.json" }
"#;

/// Options that write metrics, lineage events and alerts.
const TELEMETRY: [&str; 4] = [
    "--metrics-file=metrics.prom",
    "--lineage-file=lineage.ndjson",
    "--alert-command=cat >>alerts.ndjson",
    "--alert-on=done,failed,usage,refused,unbalanced,conflict,unmet,interrupted",
];

/// Commands that list something as JSON.
const LISTINGS: [&[&str]; 12] = [
    &["runs", "list", "--lake=lake"],
    &["rules", "list"],
    &["rules", "explain", "BRZ-QTY-RANGE"],
    &["lake", "status", "--lake=lake"],
    &["lake", "history", "--lake=lake", "--table=purchases"],
    &["lake", "files", "--lake=lake", "--table=purchases"],
    &["lake", "compact", "--lake=lake", "--dry-run"],
    &["lake", "vacuum", "--lake=lake", "--dry-run"],
    &["lake", "verify", "--lake=lake", "--deep"],
    &["lake", "upgrade", "--lake=lake", "--dry-run"],
    &["lake", "set", "--lake=lake", "--no-timezone"],
    &["jobs", "check", "job.toml"],
];

/// Runs the program with JSON log lines, which are added to `log`; its standard output as JSON.
#[track_caller]
fn run(workdir: &Workdir, arguments: &[&str], code: i32, log: &mut Vec<Value>) -> Vec<Value> {
    let output = workdir.run(arguments.iter().chain(&["--log-format=json"]));
    output.assert_code(code);
    log.extend(objects_of(output.stderr()));
    objects_of(output.stdout())
}

/// Runs that end well, with a refused input, and with an error; and a job that finishes a day.
/// Returns their log lines.
fn every_kind_of_run(workdir: &Workdir) -> Vec<Value> {
    let mut log = Vec::new();
    ingest_samples(workdir, &TELEMETRY);
    workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    workdir.write("blocked/purchases", "no folder");
    workdir.write("day-2026-10-05.ndjson", numbered(0, 3));
    workdir.write("job.toml", JOB);
    workdir.write("gates.toml", GATES);
    let runs: [(&[&str], i32); 4] = [
        (&["ingest", "--lake=lake", "half.json"], 3),
        (&["ingest", "--lake=blocked", "day-2026-10-05.ndjson"], 1),
        (
            &["run", "job.toml", "--from=2026-10-05", "--to=2026-10-05"],
            0,
        ),
        (&["run", "gates.toml", "--date=2026-10-07"], 6),
    ];
    for (arguments, code) in runs {
        run(workdir, &[arguments, &TELEMETRY].concat(), code, &mut log);
    }
    log
}

/// Names and labels of all metrics of a file in the text format of Prometheus.
fn metrics_of(text: &str) -> String {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let names: BTreeSet<String> = samples
        .map(|line| {
            let (series, _) = line.rsplit_once(' ').expect("a value");
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            let labels: Vec<&str> = labels
                .split(',')
                .filter_map(|label| Some(label.split_once('=')?.0))
                .collect();
            format!("  {name} {}\n", labels.join(","))
        })
        .collect();
    names.into_iter().collect()
}

#[test]
fn the_keys_of_reports_logs_events_and_listings_are_the_published_ones() {
    let workdir = Workdir::new();
    let mut log = every_kind_of_run(&workdir);

    let mut found = String::new();
    for arguments in LISTINGS {
        let format = [arguments, &["--format=json"]].concat();
        let documents = run(&workdir, &format, 0, &mut log);
        found.push_str(&section(&arguments[..2].join(" "), &documents));
    }
    let dirty = sample("dirty/records.ndjson");
    let dirty = dirty.to_str().expect("a path");
    let check = ["check", "--format=json", "--now", NOW, dirty];
    found.push_str(&section("check", &run(&workdir, &check, 3, &mut log)));

    for folder in ["_runs", "_jobs"] {
        let files = files_below(&workdir.lake().join(folder), ".json");
        let documents: Vec<Value> = files.iter().map(|path| read_json(path)).collect();
        found.push_str(&section(folder, &documents));
    }
    for name in ["lineage.ndjson", "alerts.ndjson"] {
        let text = fs::read_to_string(workdir.path(name)).expect("events");
        found.push_str(&section(name, &objects_of(&text)));
    }
    found.push_str(&section("log lines", &log));
    let metrics = fs::read_to_string(workdir.path("metrics.prom")).expect("metrics");
    found.push_str("metrics\n");
    found.push_str(&metrics_of(&metrics));
    assert_golden("keys.txt", &found);
}
