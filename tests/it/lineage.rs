//! `OpenLineage` events: their order and content, validated by the classes of the standard.

use std::fs;

use serde_json::Value;

use crate::http_receiver::{Receiver, unreachable_url};
use crate::killed_runs::interrupted_while_waiting;
use crate::purchase_fixtures::numbered;
use crate::python::python_of;
use crate::telemetry::shop;
use crate::workdir::{Workdir, sample};

/// The events of `events.ndjson`, validated by the classes of the standard and a schema derived
/// from them.
#[track_caller]
fn validated_events(workdir: &Workdir) -> Vec<Value> {
    let mut arguments = vec![workdir.path("events.ndjson").into_os_string()];
    // They are also validated by a folder with the published schemas, if there is one.
    arguments.extend(std::env::var_os("PURCHASE_ETL_OPENLINEAGE_SPEC"));
    let events = python_of(
        "PURCHASE_ETL_WATCHING_PYTHON",
        "lineage_events.py",
        arguments,
    );
    events.as_array().expect("a list").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// The event types and jobs, in order.
fn event_types(events: &[Value]) -> Vec<(&str, &str)> {
    let types = events.iter();
    types
        .map(|event| (text(event, "eventType"), text(&event["job"], "name")))
        .collect()
}

fn names(datasets: &Value) -> Vec<&str> {
    let datasets = datasets.as_array().expect("datasets").iter();
    datasets.map(|dataset| text(dataset, "name")).collect()
}

#[test]
fn an_ingest_reports_its_inputs_its_outputs_and_its_rejects() {
    let workdir = Workdir::new();
    let good = sample("web_2026-10.ndjson");
    let half = workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    let option = ["--lineage-file", "events.ndjson"].map(AsRef::as_ref);
    let ran = workdir.ingest([&option[..], &[good.as_os_str(), half.as_os_str()]].concat());
    let report = ran.assert_code(3).json();
    let events = validated_events(&workdir);
    assert_eq!(
        event_types(&events),
        [("START", "ingest"), ("COMPLETE", "ingest")]
    );
    let end = &events[1];
    assert_eq!(end["run"]["runId"], report["run_id"]);
    assert_eq!(events[0]["run"]["runId"], report["run_id"]);
    let paths = [&good, &half].map(|path| path.to_str().expect("a path"));
    assert_eq!(names(&end["inputs"]), paths);
    let facets = &end["inputs"][0]["inputFacets"];
    assert_eq!(
        facets["inputStatistics"]["rowCount"],
        report["inputs"][0]["counts"]["read"]
    );
    assert_eq!(
        facets["inputStatistics"]["size"],
        report["inputs"][0]["bytes"]
    );
    assert_eq!(
        facets["dataQualityAssertions"]["assertions"][0]["success"],
        false
    );
    let refused = &end["inputs"][1]["inputFacets"]["dataQualityAssertions"]["assertions"][0];
    assert_eq!(refused["assertion"], "FILE-TRUNCATED");

    let lake = workdir.lake();
    let tables =
        ["purchases", "rejects", "inputs"].map(|table| lake.join(table).display().to_string());
    assert_eq!(names(&end["outputs"]), tables);
    for (at, table, rows) in [(0, "purchases", "accepted"), (1, "rejects", "rejected")] {
        let output = &end["outputs"][at];
        assert_eq!(
            output["outputFacets"]["outputStatistics"]["rowCount"],
            report["counts"][rows]
        );
        let version = report["table_versions"][table].to_string();
        assert_eq!(output["facets"]["version"]["datasetVersion"], version);
        let fields = output["facets"]["schema"]["fields"]
            .as_array()
            .expect("columns");
        assert!(
            fields.iter().any(|field| field["name"] == "source_file"),
            "{fields:?}"
        );
    }
    let own = &end["run"]["facets"]["purchaseEtl_run"];
    assert_eq!(own["counts"], report["counts"]);
    assert_eq!(own["rejectedByRule"], report["rejected_by_rule"]);
}

#[test]
fn a_job_is_a_run_around_those_of_its_steps() {
    let workdir = Workdir::new();
    let parent = "0190a5d0-ac96-774b-bcce-b302099a8057";
    let mut command = workdir.program();
    command
        .args(shop(&workdir))
        .args(["--lineage-file", "events.ndjson"])
        .env(
            "OPENLINEAGE_PARENT_ID",
            format!("airflow/shop_dag.night/{parent}"),
        )
        .env("OPENLINEAGE_NAMESPACE", "shop");
    assert!(command.status().expect("the program").success());
    let events = validated_events(&workdir);
    let expected = [
        ("START", "shop"),
        ("START", "shop.dumps"),
        ("COMPLETE", "shop.dumps"),
        ("START", "shop.series"),
        ("COMPLETE", "shop.series"),
        ("COMPLETE", "shop"),
    ];
    assert_eq!(event_types(&events), expected);
    assert!(
        events
            .iter()
            .all(|event| event["job"]["namespace"] == "shop")
    );
    let job = &events[0]["run"];
    assert_eq!(job["runId"], events[5]["run"]["runId"]);
    assert_eq!(job["facets"]["parent"]["run"]["runId"], parent);
    for step in &events[1..5] {
        let facets = &step["run"]["facets"];
        assert_eq!(facets["parent"]["run"]["runId"], job["runId"]);
        assert_eq!(facets["parent"]["job"]["name"], "shop");
        assert_eq!(facets["parent"]["root"]["run"]["runId"], parent);
        assert_eq!(facets["parent"]["root"]["job"]["name"], "shop_dag.night");
        assert_eq!(
            facets["nominalTime"]["nominalStartTime"],
            "2026-10-05T00:00:00Z"
        );
        assert_eq!(
            facets["nominalTime"]["nominalEndTime"],
            "2026-10-06T00:00:00Z"
        );
    }
    // The output of one step is the input of the next.
    assert_eq!(
        names(&events[2]["outputs"])[0],
        names(&events[4]["inputs"])[0]
    );
    let series = workdir.path("series.json").display().to_string();
    assert_eq!(names(&events[4]["outputs"]), [series]);
}

#[test]
fn a_failed_or_interrupted_run_is_reported_as_such() {
    let workdir = Workdir::new();
    let option = ["--lineage-file", "events.ndjson"];
    workdir
        .ingest([&option[..], &["missing.json"]].concat())
        .assert_code(2);
    let mut command = workdir.ingest_command();
    command.args([&option[..], &["-"]].concat());
    interrupted_while_waiting(&workdir, command, "TERM").assert_code(130);
    let events = validated_events(&workdir);
    let expected = ["START", "FAIL", "START", "ABORT"].map(|happened| (happened, "ingest"));
    assert_eq!(event_types(&events), expected);
    let message = &events[1]["run"]["facets"]["errorMessage"]["message"];
    assert!(
        message.as_str().expect("why").contains("missing.json"),
        "{message}"
    );
}

#[test]
fn events_go_to_a_receiver_with_its_key() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    let receiver = Receiver::start();
    let mut command = workdir.ingest_command();
    command
        .arg(good)
        .env("OPENLINEAGE_URL", receiver.url())
        .env("OPENLINEAGE_API_KEY", "geheim");
    assert!(command.status().expect("the program").success());
    let requests = receiver.requests();
    let events: Vec<_> = requests
        .iter()
        .map(|request| text(&request.body, "eventType"))
        .collect();
    assert_eq!(events, ["START", "COMPLETE"]);
    for request in &requests {
        assert_eq!(request.line, "POST /api/v1/lineage HTTP/1.1");
        let key = "authorization: Bearer geheim".to_owned();
        assert!(request.headers.contains(&key), "{request:?}");
    }
}

#[test]
fn an_unreachable_receiver_is_one_warning() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    let url = unreachable_url().replace("http://", "http://me:geheim@");
    let ran = workdir.ingest(["--lineage-url".as_ref(), url.as_ref(), good.as_os_str()]);
    ran.assert_code(0);
    let warnings: Vec<_> = ran
        .stderr()
        .lines()
        .filter(|line| line.contains("WARN"))
        .collect();
    assert_eq!(warnings.len(), 1, "{}", ran.transcript());
    assert!(warnings[0].contains("lineage"), "{warnings:?}");
    assert!(!ran.stderr().contains("geheim"), "{}", ran.transcript());
    let reports = fs::read_dir(workdir.lake().join("_runs"))
        .expect("reports")
        .count();
    assert_eq!(reports, 1);
}

#[test]
fn expectations_are_assertions_about_the_table() {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", numbered(0, 3));
    workdir.ingest(["dump.ndjson"]).assert_code(0);
    let ran = workdir.run([
        "expect",
        "--lake=lake",
        "--date=2026-10-05",
        "--min-records=4",
        "--no-empty-days=1",
        "--change-within=1%",
        "--lineage-file=events.ndjson",
    ]);
    ran.assert_code(6);
    let events = validated_events(&workdir);
    assert_eq!(
        event_types(&events),
        [("START", "expect"), ("FAIL", "expect")]
    );
    let facet = &events[1]["inputs"][0]["inputFacets"]["dataQualityAssertions"];
    // The skipped one is no assertion.
    let expected = serde_json::json!([
        { "assertion": "min_records", "success": false },
        { "assertion": "no_empty_days", "success": true },
    ]);
    assert_eq!(facet["assertions"], expected);
}
