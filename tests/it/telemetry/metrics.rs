//! The metrics file, read by the parser of Prometheus's own client.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::Value;

use super::shop;
use crate::purchase_fixtures::numbered;
use crate::python::python_of;
use crate::workdir::{Output, Workdir, read_json, sample};

/// Samples by name and labels, such as `records_total outcome=accepted`; empty labels are left out.
struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    #[track_caller]
    fn of(workdir: &Workdir) -> Self {
        let arguments = [workdir.path("shop.prom")];
        let samples = python_of("PURCHASE_ETL_WATCHING_PYTHON", "metrics_file.py", arguments);
        let samples = samples.as_array().expect("a list").clone();
        assert!(
            samples.iter().all(|sample| sample["help"] != ""),
            "{samples:?}"
        );
        let by_name = samples.iter().map(|sample| {
            let name = sample["name"].as_str().expect("a name");
            let name = name.strip_prefix("purchase_etl_").expect("our own name");
            assert_eq!(
                name.ends_with("_total"),
                sample["type"] == "counter",
                "{sample}"
            );
            let labels = sample["labels"].as_object().expect("labels");
            let mut labels: Vec<_> = labels
                .iter()
                .filter(|(_, value)| *value != "")
                .map(|(name, value)| format!("{name}={}", value.as_str().expect("a text")))
                .collect();
            labels.sort_unstable();
            let key = [vec![name.to_owned()], labels].concat().join(" ");
            (key, sample["value"].as_f64().expect("a number"))
        });
        Self(by_name.collect())
    }

    #[track_caller]
    fn get(&self, key: &str) -> f64 {
        *self
            .0
            .get(key)
            .unwrap_or_else(|| panic!("no {key:?} in {:#?}", self.0))
    }

    /// Fails unless the value is this count.
    #[track_caller]
    fn assert(&self, key: &str, count: &Value) {
        let count = count.as_f64().expect("a count");
        assert!(
            (self.get(key) - count).abs() < 1e-9,
            "{key}: {} for {count}",
            self.get(key)
        );
    }
}

fn ingest(workdir: &Workdir, inputs: &[&std::path::Path]) -> Output {
    let mut arguments: Vec<OsString> = vec!["--metrics-file".into(), "shop.prom".into()];
    arguments.extend(inputs.iter().map(|input| input.as_os_str().to_owned()));
    workdir.ingest(arguments)
}

#[test]
fn the_metrics_of_a_run_are_the_numbers_of_its_report() {
    let workdir = Workdir::new();
    let half = workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    let output = ingest(&workdir, &[&sample("web_2026-10.ndjson"), &half]);
    let report = output.assert_code(3).json();
    let metrics = Metrics::of(&workdir);
    for outcome in ["accepted", "rejected", "duplicate", "superseded", "skipped"] {
        let key = format!("records_total kind=purchases outcome={outcome}");
        metrics.assert(&key, &report["counts"][outcome]);
    }
    let rules = report["rejected_by_rule"].as_object().expect("rules");
    assert!(rules.len() > 3, "{rules:?}");
    for (rule, count) in rules {
        metrics.assert(
            &format!("rejected_records_total kind=purchases rule={rule}"),
            count,
        );
    }
    metrics.assert("inputs_total kind=purchases outcome=ingested", &1.into());
    metrics.assert("inputs_total kind=purchases outcome=refused", &1.into());
    metrics.assert("read_bytes_total kind=purchases", &report["bytes"]);
    metrics.assert("runs_total command=ingest outcome=refused", &1.into());
    metrics.assert("last_run_exit_code command=ingest", &3.into());
    for table in ["purchases", "rejects", "inputs"] {
        metrics.assert(
            &format!("lake_table_version table={table}"),
            &report["table_versions"][table],
        );
    }
    let version = format!("build_info version={}", env!("CARGO_PKG_VERSION"));
    metrics.assert(&version, &1.into());
    let seconds = metrics.get("last_run_duration_seconds command=ingest");
    let reported = report["elapsed_ms"].as_f64().expect("a time") / 1000.0;
    assert!((reported - seconds).abs() < 5.0, "{reported} for {seconds}");
    // Nothing half-written beside it, and nothing that a collector would take.
    let strays = workdir.files();
    let strays: Vec<_> = strays
        .iter()
        .filter(|path| path.to_string_lossy().contains(".part"))
        .collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn counters_go_on_and_a_failed_run_keeps_the_time_of_the_last_success() {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", numbered(0, 3));
    ingest(&workdir, &[&first]).assert_code(0);
    let before = Metrics::of(&workdir);
    let second = workdir.write("second.ndjson", numbered(3, 4));
    ingest(&workdir, &[&second]).assert_code(0);
    let after = Metrics::of(&workdir);
    after.assert("records_total kind=purchases outcome=accepted", &7.into());
    after.assert("runs_total command=ingest outcome=done", &2.into());
    let success = "last_success_timestamp_seconds command=ingest";
    assert!(after.get(success) > before.get(success));

    ingest(&workdir, &[&workdir.path("missing.json")]).assert_code(2);
    let failed = Metrics::of(&workdir);
    failed.assert("last_run_exit_code command=ingest", &2.into());
    failed.assert("runs_total command=ingest outcome=usage", &1.into());
    failed.assert("runs_total command=ingest outcome=done", &2.into());
    assert!((failed.get(success) - after.get(success)).abs() < 1e-9);
    let last = "last_run_timestamp_seconds command=ingest";
    assert!(failed.get(last) > after.get(last));
}

#[test]
fn the_metrics_of_all_steps_of_a_job_are_in_one_file() {
    let workdir = Workdir::new();
    let job = shop(&workdir);
    let ran = workdir.run(
        job.iter()
            .map(String::as_str)
            .chain(["--metrics-file", "shop.prom"]),
    );
    ran.assert_code(0);
    let report = read_json(&workdir.path("run.json"));
    let metrics = Metrics::of(&workdir);
    let accepted = "records_total etl_job=shop kind=purchases outcome=accepted step=dumps";
    metrics.assert(accepted, &report["counts"]["accepted"]);
    metrics.assert(accepted, &3.into());
    for end in [
        "command=ingest etl_job=shop step=dumps",
        "command=report etl_job=shop step=series",
        "command=run etl_job=shop",
    ] {
        metrics.assert(&format!("last_run_exit_code {end}"), &0.into());
        metrics.get(&format!("last_run_duration_seconds {end}"));
    }
}

#[test]
fn metrics_that_cannot_be_written_are_a_warning() {
    let workdir = Workdir::new();
    let dump = workdir.write("first.ndjson", numbered(0, 3));
    let folder = workdir.write("no folder", "x").join("shop.prom");
    let output = workdir.ingest([
        "--metrics-file".as_ref(),
        folder.as_os_str(),
        dump.as_os_str(),
    ]);
    output
        .assert_code(0)
        .assert_stderr_contains(&["WARN", "shop.prom"]);
}

#[test]
fn metrics_may_go_to_standard_output() {
    let workdir = Workdir::new();
    let dump = workdir.write("first.ndjson", numbered(0, 3));
    let lake = workdir.lake();
    let ran = workdir.run([
        "ingest".as_ref(),
        "--metrics-file=/dev/stdout".as_ref(),
        "--lake".as_ref(),
        lake.as_os_str(),
        dump.as_os_str(),
    ]);
    ran.assert_code(0)
        .assert_stdout_contains(&["purchase_etl_records_total{"]);
}
