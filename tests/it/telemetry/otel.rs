//! A collector of OpenTelemetry on this machine: names, parents and attributes of what it gets.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shop;
use crate::http_receiver::{Receiver, Request, nobody};
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

/// Fails unless the spans of the ingest and its input say what the run report says.
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

/// Fails unless the metrics say that so many records were accepted.
#[track_caller]
fn assert_accepted(requests: &[Request], count: &str) {
    let metrics = of_path(requests, "/v1/metrics");
    let metrics = &metrics.body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let metrics = metrics.as_array().expect("metrics");
    let records = metrics
        .iter()
        .find(|metric| metric["name"] == "purchase_etl.records");
    let points = records.expect("records")["sum"]["dataPoints"]
        .as_array()
        .expect("points");
    let accepted = points
        .iter()
        .find(|point| attributes(&point["attributes"])["purchase_etl.outcome"] == "accepted");
    let accepted = accepted.expect("accepted")["asInt"].clone();
    assert_eq!(
        accepted
            .as_str()
            .map_or_else(|| accepted.to_string(), str::to_owned),
        count
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
    let endpoint = nobody().replace("http://", "http://me:geheim@");
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
