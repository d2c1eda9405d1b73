//! A local OpenTelemetry collector: names, parents and attributes of the spans it receives.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shop;
use crate::http_receiver::{Receiver, Request, unreachable_url};
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir, read_json};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn run(workdir: &Workdir, arguments: &[String], variables: &[(&str, &str)]) -> Output {
    let mut command = workdir.program();
    command.args(arguments).envs(variables.iter().copied());
    let shown = format!("{command:?}");
    Output::new(shown, command.output().expect("the program"))
}

fn of_path<'a>(requests: &'a [Request], path: &str) -> &'a Request {
    let line = format!("POST {path} HTTP/1.1");
    let mut of = requests.iter().filter(|request| request.line == line);
    let first = of
        .next()
        .unwrap_or_else(|| panic!("no {line} in {requests:?}"));
    assert!(of.next().is_none(), "{line} twice");
    first
}

/// `[{"key": k, "value": {"stringValue": v}}]` as a map; integers are texts in OTLP.
fn attributes(list: &Value) -> BTreeMap<String, String> {
    let list = list.as_array().expect("attributes").iter();
    list.map(|item| {
        let key = item["key"].as_str().expect("a key").to_owned();
        let value = item["value"].as_object().expect("a value").values().next();
        let value = value.expect("one value");
        (
            key,
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        )
    })
    .collect()
}

fn spans(request: &Request) -> BTreeMap<String, Value> {
    let spans = &request.body["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let spans = spans.as_array().expect("spans").iter();
    spans
        .map(|span| {
            (
                span["name"].as_str().expect("a name").to_owned(),
                span.clone(),
            )
        })
        .collect()
}

#[test]
fn a_job_is_a_trace_of_its_steps_and_inputs_below_whoever_called() {
    let workdir = Workdir::new();
    let receiver = Receiver::start();
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let ran = run(
        &workdir,
        &shop(&workdir),
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=geheim"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment.name=test",
            ),
            ("TRACEPARENT", &traceparent),
        ],
    );
    ran.assert_code(0);
    let requests = receiver.requests();
    let traces = of_path(&requests, "/v1/traces");
    assert!(
        traces
            .headers
            .iter()
            .any(|header| header == "x-key: geheim"),
        "{traces:?}"
    );
    let resource = attributes(&traces.body["resourceSpans"][0]["resource"]["attributes"]);
    assert_eq!(resource["service.name"], "purchase-etl");
    assert_eq!(resource["deployment.environment.name"], "test");

    let spans = spans(traces);
    let names: Vec<_> = spans.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["input", "purchase-etl run", "step dumps", "step series"]
    );
    assert!(
        spans.values().all(|span| span["traceId"] == TRACE),
        "{spans:?}"
    );
    let root = &spans["purchase-etl run"];
    assert_eq!(root["parentSpanId"], CALLER);
    assert_eq!(attributes(&root["attributes"])["process.exit.code"], "0");
    assert_eq!(attributes(&root["attributes"])["purchase_etl.job"], "shop");
    for step in ["step dumps", "step series"] {
        assert_eq!(spans[step]["parentSpanId"], root["spanId"], "{step}");
    }
    assert_eq!(
        spans["input"]["parentSpanId"],
        spans["step dumps"]["spanId"]
    );
    assert_attributes(&workdir, &spans);
    assert_accepted(&requests, "3");
}

/// Fails unless the spans of the ingest and its input agree with the run report.
#[track_caller]
fn assert_attributes(workdir: &Workdir, spans: &BTreeMap<String, Value>) {
    let report = read_json(&workdir.path("run.json"));
    let step = attributes(&spans["step dumps"]["attributes"]);
    assert_eq!(step["purchase_etl.run_id"], report["run_id"]);
    assert_eq!(step["purchase_etl.date"], "2026-10-05");
    assert_eq!(step["purchase_etl.records.accepted"], "3");
    let input = attributes(&spans["input"]["attributes"]);
    let dump = workdir.path("dumps/good.ndjson");
    assert_eq!(input["file.path"], dump.to_str().expect("a path"));
    assert_eq!(input["purchase_etl.outcome"], "ingested");
    assert_eq!(input["purchase_etl.records.read"], "3");
}

/// Fails unless the metrics have this number of accepted records.
#[track_caller]
fn assert_accepted(requests: &[Request], count: &str) {
    let points = points(requests, "purchase_etl.records");
    let mut points = points.iter();
    let accepted = points.find(|(labels, _)| labels["purchase_etl.outcome"] == "accepted");
    assert_eq!(accepted.expect("accepted").1, count);
}

/// The attributes and counts of the points of a counter; none if it was not sent.
fn points(requests: &[Request], name: &str) -> Vec<(BTreeMap<String, String>, String)> {
    let metrics = of_path(requests, "/v1/metrics");
    let metrics = &metrics.body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let mut metrics = metrics.as_array().expect("metrics").iter();
    let Some(metric) = metrics.find(|metric| metric["name"] == name) else {
        return Vec::new();
    };
    let points = metric["sum"]["dataPoints"].as_array().expect("points");
    let point = |point: &Value| {
        let count = &point["asInt"];
        let text = count.as_str().map(str::to_owned);
        let count = text.unwrap_or_else(|| count.to_string());
        (attributes(&point["attributes"]), count)
    };
    points.iter().map(point).collect()
}

/// A job whose answer is held back if a day has fewer purchases.
fn gated_job(min_records: u32) -> String {
    format!(
        r#"
lake = "lake"
[[steps]]
name = "dumps"
ingest = {{ inputs = ["good.ndjson"] }}
[[steps]]
name = "enough"
expect = {{ min_records = {min_records}, no_empty_days = 1 }}
[[steps]]
name = "series"
report = {{ type = "quantity-series", length = 1, ending_at = "{{date}}", output = "series.json" }}
"#
    )
}

#[test]
fn expectations_are_counted_by_outcome_and_answers_that_are_held_back_by_step() {
    let workdir = Workdir::new();
    workdir.write("good.ndjson", numbered(0, 3));
    let run_job = |min_records, code| {
        let receiver = Receiver::start();
        workdir.write("job.toml", gated_job(min_records));
        let words = ["run", "job.toml", "--date", "2026-10-05"].map(str::to_owned);
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url());
        run(&workdir, &words, &[endpoint]).assert_code(code);
        receiver.requests()
    };
    let outcomes = |requests: &[Request]| {
        let points = points(requests, "purchase_etl.expectations").into_iter();
        let shown = points.map(|(labels, count)| {
            let of = |name: &str| labels[&format!("purchase_etl.{name}")].clone();
            let names = ["job", "step", "table", "expectation", "outcome"].map(of);
            format!("{}: {count}", names.join(" "))
        });
        let mut shown: Vec<String> = shown.collect();
        shown.sort();
        shown
    };
    let requests = run_job(3, 0);
    let expected = [
        "job enough purchases min_records passed: 1",
        "job enough purchases no_empty_days passed: 1",
    ];
    assert_eq!(outcomes(&requests), expected);
    assert_eq!(points(&requests, "purchase_etl.held_back_answers"), []);

    let requests = run_job(4, 6);
    let expected = [
        "job enough purchases min_records failed: 1",
        "job enough purchases no_empty_days passed: 1",
    ];
    assert_eq!(outcomes(&requests), expected);
    let [(labels, count)] = &points(&requests, "purchase_etl.held_back_answers")[..] else {
        panic!("one point: {requests:?}");
    };
    assert_eq!(
        (labels["purchase_etl.step"].as_str(), count.as_str()),
        ("series", "1")
    );
    // The step compares and reads no records.
    let records = points(&requests, "purchase_etl.records");
    assert!(
        records
            .iter()
            .all(|(labels, _)| labels["purchase_etl.step"] == "dumps")
    );
}

#[test]
fn a_failure_is_an_error_of_the_trace() {
    let workdir = Workdir::new();
    let receiver = Receiver::start();
    let arguments = [
        "ingest",
        "missing.json",
        "--lake",
        "lake",
        "--otlp-endpoint",
        receiver.url(),
    ];
    let failed = run(
        &workdir,
        &arguments.map(str::to_owned),
        &[("OTEL_SERVICE_NAME", "shop-etl")],
    );
    failed.assert_code(2);
    let requests = receiver.requests();
    let traces = of_path(&requests, "/v1/traces");
    let resource = attributes(&traces.body["resourceSpans"][0]["resource"]["attributes"]);
    assert_eq!(resource["service.name"], "shop-etl");
    let spans = spans(traces);
    for name in ["purchase-etl ingest", "ingest"] {
        let span = &spans[name];
        assert_eq!(attributes(&span["attributes"])["error.type"], "usage");
        // STATUS_CODE_ERROR
        assert_eq!(span["status"]["code"], 2, "{span}");
        let message = span["status"]["message"].as_str().expect("why");
        assert!(message.contains("missing.json"), "{message}");
    }
}

#[test]
fn an_unreachable_collector_is_one_warning_and_none_when_switched_off() {
    let workdir = Workdir::new();
    workdir.write("good.ndjson", numbered(0, 3));
    let arguments = ["ingest", "good.ndjson", "--lake", "lake"].map(str::to_owned);
    let endpoint = unreachable_url().replace("http://", "http://me:geheim@");
    let variable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let ran = run(&workdir, &arguments, &[(variable, &endpoint)]);
    ran.assert_code(0)
        .assert_stderr_contains(&["OpenTelemetry"]);
    let warnings = ran
        .stderr()
        .lines()
        .filter(|line| line.contains("WARN"))
        .count();
    assert_eq!(warnings, 1, "{}", ran.transcript());
    assert!(!ran.stderr().contains("geheim"), "{}", ran.transcript());

    let receiver = Receiver::start();
    let off = [(variable, receiver.url()), ("OTEL_SDK_DISABLED", "true")];
    run(&workdir, &arguments, &off).assert_code(0);
    assert_eq!(receiver.requests().len(), 0);
}
