//! Jobs of several days, interrupted jobs and invalid job files: each step and each day is reported
//! once, with its outcome.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::http_receiver::Receiver;
use crate::killed_runs::interrupted_while_waiting;
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir, read_json};

/// A step that days may run in parallel, and one that waits for the turn of its day.
const JOB: &str = r#"
lake = "lake"
[[steps]]
name = "dumps"
days_in_parallel = true
ingest = { inputs = ["dumps/{date}"] }
[[steps]]
name = "series"
report = { type = "quantity-series", length = 1, ending_at = "{date}", output = "out/{date}/series.json" }
"#;

const DAYS: [&str; 3] = ["2026-10-05", "2026-10-06", "2026-10-07"];

/// All telemetry outputs, into the folder.
const METRIC_OUTPUTS: [&str; 6] = [
    "--metrics-file=m.prom",
    "--lineage-file=events.ndjson",
    "--alert-on=failed,usage,interrupted",
    "--alert-command=cat > alert.json; echo $PURCHASE_ETL_JOB > job_name",
    "--log-format=json",
    "--quiet",
];

fn backfill(workdir: &Workdir, more: &[&str]) -> Output {
    workdir.write("shop.toml", JOB);
    let days = ["run", "shop.toml", "--from", DAYS[0], "--to", DAYS[2]];
    workdir.run([&days[..], &["--parallel", "3"], &METRIC_OUTPUTS, more].concat())
}

/// Event type, job and data date.
fn events(workdir: &Workdir) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(workdir.path("events.ndjson")).expect("events");
    let events = text.lines().map(|line| {
        let event: Value = serde_json::from_str(line).expect("an event");
        let nominal = &event["run"]["facets"]["nominalTime"]["nominalStartTime"];
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let date = text(nominal)[..10].to_owned();
        (text(&event["eventType"]), text(&event["job"]["name"]), date)
    });
    events.collect()
}

/// The number of each event.
fn counted(events: &[(String, String, String)]) -> BTreeMap<(&str, &str, &str), usize> {
    let mut counted = BTreeMap::new();
    for (what, job, date) in events {
        *counted.entry((&**what, &**job, &**date)).or_default() += 1;
    }
    counted
}

#[track_caller]
fn assert_metric(workdir: &Workdir, line: &str) {
    let metrics = fs::read_to_string(workdir.path("m.prom")).expect("metrics");
    let is_there = metrics
        .lines()
        .any(|one| one == format!("purchase_etl_{line}"));
    assert!(is_there, "no {line} in {metrics}");
}

#[test]
fn parallel_days_are_reported_once_each_with_job_step_and_date() {
    let workdir = Workdir::new();
    for (at, day) in DAYS.iter().enumerate() {
        workdir.write(&format!("dumps/{day}/a.ndjson"), numbered(at * 3, 3));
    }
    let receiver = Receiver::start();
    backfill(&workdir, &["--otlp-endpoint", receiver.url()]).assert_code(0);
    let events = events(&workdir);
    let mut wanted = BTreeMap::new();
    for day in DAYS {
        for job in ["shop", "shop.dumps", "shop.series"] {
            wanted.extend([(("START", job, day), 1), (("COMPLETE", job, day), 1)]);
        }
    }
    assert_eq!(counted(&events), wanted);
    // A day ends when its last step has, and not with the last day.
    let at = |what: &str, job: &str, day: &str| {
        let found = events.iter().position(|(event, name, date)| {
            (event.as_str(), name.as_str(), date.as_str()) == (what, job, day)
        });
        found.expect("the event")
    };
    assert_eq!(
        at("COMPLETE", "shop", DAYS[0]),
        at("COMPLETE", "shop.series", DAYS[0]) + 1
    );
    let ended = "runs_total{command=\"ingest\",etl_job=\"shop\",outcome=\"done\",step=\"dumps\"} 3";
    assert_metric(&workdir, ended);
    let records =
        "records_total{etl_job=\"shop\",kind=\"purchases\",outcome=\"accepted\",step=\"dumps\"} 9";
    assert_metric(&workdir, records);
    assert_metric(&workdir, "lake_table_version{table=\"purchases\"} 3");
    assert!(!workdir.path("alert.json").exists());

    let requests = receiver.requests();
    let traces = requests.iter().find(|one| one.line.contains("/v1/traces"));
    let spans = &traces.expect("a trace").body["resourceSpans"][0]["scopeSpans"][0]["spans"];
    let mut steps: Vec<String> = spans
        .as_array()
        .expect("spans")
        .iter()
        .filter(|span| {
            span["name"]
                .as_str()
                .is_some_and(|name| name.starts_with("step "))
        })
        .map(|span| {
            let attributes = span["attributes"].as_array().expect("attributes").iter();
            let date = attributes
                .filter(|one| one["key"] == "purchase_etl.date")
                .map(|one| one["value"]["stringValue"].as_str().expect("a text"));
            format!("{} {}", span["name"], date.collect::<String>())
        })
        .collect();
    steps.sort();
    let named = ["dumps", "series"]
        .iter()
        .flat_map(|step| DAYS.iter().map(move |day| format!("\"step {step}\" {day}")));
    assert_eq!(steps, named.collect::<Vec<_>>());
}

#[test]
fn parallel_steps_of_an_abandoned_day_are_reported_and_their_day_is_not_complete() {
    let workdir = Workdir::new();
    // The third day has no dumps, and the report of the first cannot be written.
    for (at, day) in DAYS[..2].iter().enumerate() {
        workdir.write(&format!("dumps/{day}/a.ndjson"), numbered(at * 3, 3));
    }
    workdir.write("out/2026-10-05", "in the way");
    let ran = backfill(&workdir, &[]);
    ran.assert_code(1)
        .assert_stderr_contains(&["dumps/2026-10-07"]);
    let events = events(&workdir);
    let counted = counted(&events);
    for (what, job, day) in [
        ("COMPLETE", "shop.dumps", DAYS[0]),
        ("FAIL", "shop.series", DAYS[0]),
        ("FAIL", "shop", DAYS[0]),
        ("COMPLETE", "shop.dumps", DAYS[1]),
        ("ABORT", "shop", DAYS[1]),
        ("FAIL", "shop.dumps", DAYS[2]),
        ("ABORT", "shop", DAYS[2]),
    ] {
        assert_eq!(
            counted.get(&(what, job, day)),
            Some(&1),
            "{what} {job} {day}: {counted:?}"
        );
    }
    assert_eq!(events.len(), 14, "{events:?}");
    // The error of each step is logged as a line of that step.
    let lines = ran.stderr().lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        line
    });
    let failed: Vec<Value> = lines.filter(|line| line["level"] == "ERROR").collect();
    let of: Vec<_> = failed
        .iter()
        .map(|line| (&line["job"], &line["step"], &line["date"]))
        .collect();
    let shop = Value::from("shop");
    let [dumps, series, first, third] = ["dumps", "series", DAYS[0], DAYS[2]].map(Value::from);
    assert_eq!(of, [(&shop, &series, &first), (&shop, &dumps, &third)]);
    assert!(
        failed.iter().all(|line| line["run_id"].is_string()),
        "{failed:?}"
    );
}

#[test]
fn an_interrupted_job_is_reported_as_interrupted() {
    let workdir = Workdir::new();
    workdir.write("shop.toml", JOB.replace("dumps/{date}", "-"));
    let mut command = workdir.program();
    command
        .args(["run", "shop.toml", "--date", DAYS[0]])
        .args(METRIC_OUTPUTS);
    interrupted_while_waiting(&workdir, command, "TERM").assert_code(130);
    let events = events(&workdir);
    let reported: Vec<_> = events
        .iter()
        .map(|(what, job, _)| (what.as_str(), job.as_str()))
        .collect();
    let wanted = [
        ("START", "shop"),
        ("START", "shop.dumps"),
        ("ABORT", "shop.dumps"),
        ("ABORT", "shop"),
    ];
    assert_eq!(reported, wanted);
    for step in ["", "dumps"] {
        let command = if step.is_empty() { "run" } else { "ingest" };
        let labels = format!("command=\"{command}\",etl_job=\"shop\",step=\"{step}\"");
        assert_metric(&workdir, &format!("last_run_exit_code{{{labels}}} 130"));
    }
    let alert = read_json(&workdir.path("alert.json"));
    assert_eq!(
        (&alert["job"], &alert["exit_code"]),
        (&"shop".into(), &130.into())
    );
}

#[test]
fn a_wrong_job_file_is_reported_under_the_name_of_the_job() {
    let workdir = Workdir::new();
    let setting = "[settings]\nquiet = 1\n[[steps]]";
    for (what, wrong) in [
        ("a key", JOB.replace("inputs", "inputz")),
        ("a setting", JOB.replacen("[[steps]]", setting, 1)),
        ("the TOML", "lake =".to_owned()),
    ] {
        workdir.write("shop.toml", wrong);
        let run = ["run", "shop.toml", "--date", DAYS[0]];
        workdir
            .run([&run[..], &METRIC_OUTPUTS].concat())
            .assert_code(2);
        let alert = read_json(&workdir.path("alert.json"));
        assert_eq!(
            (&alert["job"], &alert["outcome"]),
            (&"shop".into(), &"usage".into()),
            "{what}"
        );
        assert!(
            alert["error"]
                .as_str()
                .is_some_and(|error| error.contains("shop.toml:")),
            "{what}: {alert}"
        );
        let job_report =
            fs::read_to_string(workdir.path("job_name")).expect("the report of the job");
        assert_eq!(job_report.trim_end(), "shop", "{what}");
        fs::remove_file(workdir.path("alert.json")).expect("the alert");
    }
    let labels = "command=\"run\",etl_job=\"shop\",outcome=\"usage\",step=\"\"";
    assert_metric(&workdir, &format!("runs_total{{{labels}}} 3"));
    assert!(
        !workdir.path("events.ndjson").exists(),
        "nothing was started"
    );
}
