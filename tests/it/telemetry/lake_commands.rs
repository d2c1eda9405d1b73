//! Alerts, metrics and lineage of commands of `lake` that fail, and of those whose command line is
//! refused.

use std::fs;

use serde_json::{Value, json};

use crate::lake_maintenance::live;
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir, read_json};

/// The commands that change or verify a lake.
const COMMANDS: [&[&str]; 5] = [
    &["compact"],
    &["verify"],
    &["restore", "--table", "purchases", "--to-version", "0"],
    &["vacuum", "--execute"],
    &["upgrade"],
];

const REPORTED: [&str; 8] = [
    "--lake",
    "lake",
    "--alert-command",
    "cat > alert.json; echo \"$PURCHASE_ETL_OUTCOME,$PURCHASE_ETL_COMMAND,$PURCHASE_ETL_RUN_IDS\" > variables",
    "--metrics-file",
    "m.prom",
    "--lineage-file",
    "events.ndjson",
];

/// A lake with three purchases.
fn lake() -> Workdir {
    let workdir = Workdir::new();
    let input = workdir.write("in.ndjson", numbered(0, 3));
    workdir.ingest([input]).assert_code(0);
    workdir
}

fn run(workdir: &Workdir, arguments: &[&str]) -> Output {
    workdir.run([&["lake"], arguments, &REPORTED].concat())
}

/// The alert of the last command, and its variables; none if it raised no alert.
fn alert(workdir: &Workdir) -> Option<(Value, String)> {
    let path = workdir.path("alert.json");
    if !path.exists() {
        return None;
    }
    let event = read_json(&path);
    let variables = fs::read_to_string(workdir.path("variables")).expect("the variables");
    fs::remove_file(path).expect("the alert");
    Some((event, variables.trim_end().to_owned()))
}

/// How many commands of `lake` have ended like this, by the metrics file.
fn metered(workdir: &Workdir, outcome: &str) -> usize {
    let text = fs::read_to_string(workdir.path("m.prom")).expect("metrics");
    let start = "purchase_etl_runs_total{command=\"lake\"";
    let outcome = format!("outcome=\"{outcome}\"");
    let mut lines = text.lines();
    let found = lines.find(|line| line.starts_with(start) && line.contains(&outcome));
    let number = found.and_then(|line| line.rsplit(' ').next());
    number.map_or(0, |number| number.parse().expect("a count"))
}

/// Type and run of each lineage event.
fn lineage(workdir: &Workdir) -> Vec<(String, String)> {
    let text = fs::read_to_string(workdir.path("events.ndjson")).unwrap_or_default();
    let events = text.lines().map(|line| {
        let event: Value = serde_json::from_str(line).expect("an event");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&event["eventType"]), text(&event["run"]["runId"]))
    });
    events.collect()
}

/// Compares an alert with the step of the command; returns the id of its run.
#[track_caller]
fn assert_failed(workdir: &Workdir, output: &Output, error: &Value) -> String {
    output.assert_code(1);
    let (event, variables) = alert(workdir).unwrap_or_else(|| panic!("{}", output.transcript()));
    let run_id = event["steps"][0]["run_id"].as_str().expect("a run id");
    assert_eq!(variables, format!("failed,lake,{run_id}"));
    let step = json!({
        "run_id": run_id, "command": "lake", "step": null, "date": null, "outcome": "failed",
        "exit_code": 1, "lake": "lake", "counts": null, "rejected_by_rule": null, "error": error,
        "expectations": [], "held_back": [],
    });
    assert_eq!(event["steps"], json!([step]));
    let (mut of_command, expected) = (
        event.clone(),
        json!({
            "event": "run_ended", "program": "purchase-etl", "command": "lake", "job": null,
            "program_version": env!("CARGO_PKG_VERSION"), "outcome": "failed", "exit_code": 1,
            "error": error, "refused_inputs": 0, "refusals": [], "held_back": [],
            "counts": {
                "read": 0, "accepted": 0, "rejected": 0, "duplicate": 0, "superseded": 0, "skipped": 0,
            },
        }),
    );
    let members = of_command.as_object_mut().expect("an object");
    for name in ["steps", "started_at", "ended_at"] {
        members.remove(name).expect(name);
    }
    assert_eq!(of_command, expected);
    run_id.to_owned()
}

#[test]
fn a_failed_command_of_lake_is_reported_with_its_run_and_its_error() {
    let workdir = lake();
    let protocol = json!({"protocol": {"minReaderVersion": 2, "minWriterVersion": 5}});
    let path = format!("lake/purchases/_delta_log/{:020}.json", 2);
    workdir.write(&path, format!("{protocol}\n"));
    for (number, command) in COMMANDS.into_iter().enumerate() {
        let output = run(&workdir, command);
        let error = "table \"purchases\" has protocol reader 2, writer 5; at most reader 1, writer 2 \
                     is supported: disable its table features or use another lake";
        output.assert_stderr_contains(&[error]);
        let run_id = assert_failed(&workdir, &output, &json!(error));
        assert_eq!(metered(&workdir, "failed"), number + 1, "{command:?}");
        let ends = lineage(&workdir).split_off(2 * number);
        let run = |what: &str| (what.to_owned(), run_id.clone());
        assert_eq!(ends, [run("START"), run("FAIL")], "{command:?}");
    }
    assert!(alert(&workdir).is_none());
    for shows in [&["status"][..], &["vacuum"], &["upgrade", "--dry-run"]] {
        run(&workdir, shows).assert_code(1);
        assert!(alert(&workdir).is_none(), "{shows:?}");
    }
    assert_eq!(metered(&workdir, "failed"), COMMANDS.len());
}

#[test]
fn damage_that_a_verification_finds_is_a_failed_run_without_an_error() {
    let workdir = lake();
    fs::remove_file(&live(&workdir, "purchases")[0]).expect("a data file");
    let output = run(&workdir, &["verify"]);
    output.assert_stdout_contains(&["the lake is damaged"]);
    assert_failed(&workdir, &output, &Value::Null);
}

#[test]
fn a_command_line_of_lake_that_is_refused_is_reported_without_a_run() {
    let workdir = lake();
    let refused: [(&[&str], &str); 7] = [
        (&["compact", "--target-size", "big"], "--target-size"),
        (&["verify", "--nope"], "--nope"),
        (&["restore", "--table", "purchases"], "--to-version"),
        (
            &["vacuum", "--execute", "--retention", "soon"],
            "--retention",
        ),
        (&["upgrade", "--table", "receipts"], "receipts"),
        // Each option is valid alone.
        (&["vacuum", "--execute", "--retention", "1h"], "--retention"),
        (&["restore", "--all", "--to-version", "0"], "--to-version"),
    ];
    for (number, (arguments, at_fault)) in refused.into_iter().enumerate() {
        let output = run(&workdir, arguments);
        output.assert_code(2).assert_stdout("");
        let (event, variables) = alert(&workdir).expect("an alert");
        assert_eq!(variables, "usage,lake,", "{arguments:?}");
        assert_eq!(event["steps"], json!([]), "{arguments:?}");
        for (name, value) in [
            ("command", json!("lake")),
            ("job", Value::Null),
            ("outcome", json!("usage")),
            ("exit_code", json!(2)),
        ] {
            assert_eq!(event[name], value, "{arguments:?}: {name}");
        }
        let error = event["error"].as_str().expect("why it is refused");
        assert!(error.contains(at_fault), "{arguments:?}: {error}");
        assert!(!error.contains("Usage:"), "{arguments:?}: {error}");
        assert_eq!(metered(&workdir, "usage"), number + 1, "{arguments:?}");
    }
    assert_eq!(lineage(&workdir), [], "nothing was started");
    for shows in [
        &["status", "--small", "big"][..],
        &["history", "--table", "receipts"],
        &["vacuum", "--retention", "soon"],
        &["compact", "--dry-run", "--target-size", "big"],
        &["restore", "--dry-run", "--table", "purchases"],
        &["upgrade", "--dry-run", "--table", "receipts"],
    ] {
        run(&workdir, shows).assert_code(2);
        assert!(alert(&workdir).is_none(), "{shows:?}");
    }
    assert_eq!(metered(&workdir, "usage"), refused.len());
}
