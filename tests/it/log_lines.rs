//! Log lines as JSON: one object each, with its run, step and date.

use serde_json::Value;

use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir};

/// Standard error as one object a line, each with the common keys.
#[track_caller]
fn lines(output: &Output) -> Vec<Value> {
    let lines = output.stderr().lines().map(|line| {
        let line: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{error}: {line:?}\n{}", output.transcript()));
        for key in ["timestamp", "level", "message"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
        let time = line["timestamp"].as_str().expect("a text");
        chrono::DateTime::parse_from_rfc3339(time).expect("an instant");
        line
    });
    lines.collect()
}

#[test]
fn lines_of_a_run_name_the_run_also_when_it_fails_and_when_it_is_quiet() {
    let workdir = Workdir::new();
    let half = workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    let refused = workdir.ingest(["--log-format".as_ref(), "json".as_ref(), half.as_os_str()]);
    let run_id = refused.assert_code(3).json()["run_id"].clone();
    let logged = lines(&refused);
    assert!(!logged.is_empty());
    assert!(
        logged.iter().all(|line| line["run_id"] == run_id),
        "{logged:?}"
    );
    let refusal = logged
        .iter()
        .find(|line| line["level"] == "WARN")
        .expect("a warning");
    assert_eq!(refusal["rule"], "FILE-TRUNCATED");
    let end = logged.last().expect("an end");
    assert_eq!(end["inputs_refused"], 1, "{end}");
    assert_eq!(end["exit_code"], 3, "{end}");

    // A table that cannot be opened.
    let blocked = Workdir::new();
    let good = blocked.write("good.ndjson", numbered(0, 3));
    blocked.write("lake/purchases", "no folder");
    let failed = blocked.ingest([
        "--log-format=json".as_ref(),
        "--quiet".as_ref(),
        good.as_os_str(),
    ]);
    let logged = lines(failed.assert_code(1));
    assert_eq!(logged.len(), 1, "{logged:?}");
    assert_eq!(logged[0]["level"], "ERROR");
    assert_eq!(
        logged[0]["run_id"].as_str().map(str::len),
        Some(36),
        "{logged:?}"
    );
}

#[test]
fn lines_of_a_job_name_job_step_and_date() {
    let workdir = Workdir::new();
    workdir.write("dumps/good.ndjson", numbered(0, 3));
    let job = workdir.write(
        "shop.toml",
        r#"
lake = "lake"
[[steps]]
name = "dumps"
ingest = { inputs = ["dumps"] }
[[steps]]
name = "series"
report = { type = "quantity-series", length = 500 }
"#,
    );
    let arguments = ["--log-format=json", "--date=2026-10-05"];
    let ran = workdir.run(
        ["run", job.to_str().expect("a path")]
            .iter()
            .chain(&arguments),
    );
    let logged = lines(ran.assert_code(2));
    let end = logged.iter().find(|line| line["message"] == "run ended");
    let end = end.expect("the end of the ingest");
    assert_eq!(
        (&end["job"], &end["step"], &end["date"]),
        (&"shop".into(), &"dumps".into(), &"2026-10-05".into())
    );
    let mut errors = logged.iter().filter(|line| line["level"] == "ERROR");
    let error = errors.next_back().expect("an error");
    assert_eq!(
        (&error["level"], &error["step"]),
        (&"ERROR".into(), &"series".into()),
        "{error}"
    );
    assert_ne!(error["run_id"], end["run_id"]);
}

#[test]
fn a_command_that_is_not_understood_is_one_line_too() {
    let workdir = Workdir::new();
    let wrong = workdir.run(["ingest", "--log-format=json", "--colour"]);
    let logged = lines(wrong.assert_code(2));
    assert_eq!(logged.len(), 1);
    assert!(
        logged[0]["message"]
            .as_str()
            .expect("a text")
            .contains("--colour")
    );
    let text = workdir.run(["ingest", "--colour"]);
    text.assert_code(2)
        .assert_stderr_contains(&["--colour", "Usage"]);
}
