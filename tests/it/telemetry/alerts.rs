//! Alerts: what a command and a webhook receive, and that they cannot fail a run.

use serde_json::Value;

use crate::http_receiver::{Receiver, unreachable_url};
use crate::purchase_fixtures::numbered;
use crate::workdir::{Workdir, read_json};

const KEEP: &str = "cat > alert.json; echo \"$PURCHASE_ETL_OUTCOME $PURCHASE_ETL_EXIT_CODE $PURCHASE_ETL_RUN_IDS\" > output";

#[test]
fn a_refused_input_raises_an_alert_and_a_successful_run_does_not() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    let ran = workdir.ingest(["--alert-command".as_ref(), KEEP.as_ref(), good.as_os_str()]);
    ran.assert_code(0);
    assert!(!workdir.path("alert.json").exists());

    let half = workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    let ran = workdir.ingest(["--alert-command".as_ref(), KEEP.as_ref(), half.as_os_str()]);
    let report = ran.assert_code(3).json();
    let event = read_json(&workdir.path("alert.json"));
    assert_eq!(event["outcome"], "refused");
    assert_eq!(event["exit_code"], 3);
    assert_eq!(event["command"], "ingest");
    assert_eq!(event["steps"][0]["run_id"], report["run_id"]);
    assert_eq!(event["steps"][0]["counts"], report["counts"]);
    assert_eq!(event["refused_inputs"], 1);
    let refusal = &event["refusals"][0];
    assert_eq!(refusal["rule_id"], "FILE-TRUNCATED");
    assert_eq!(refusal["path"], half.to_str().expect("a path"));
    let printed =
        std::fs::read_to_string(workdir.path("output")).expect("the output of the command");
    let run_id = report["run_id"].as_str().expect("an id");
    assert_eq!(printed.trim_end(), format!("refused 3 {run_id}"));
}

#[test]
fn alert_on_selects_the_outcomes_that_raise_an_alert() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    let receiver = Receiver::start();
    let url = format!("{}/hook?token=geheim", receiver.url());
    let mut command = workdir.ingest_command();
    command.arg(&good).env("PURCHASE_ETL_ALERT_URL", &url);
    assert!(command.status().expect("the program").success());
    assert_eq!(receiver.requests().len(), 0);
    command.args(["--alert-on", "done,failed"]);
    assert!(command.status().expect("the program").success());
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, "POST /hook?token=geheim HTTP/1.1");
    assert_eq!(requests[0].body["outcome"], "done");
    workdir
        .ingest([
            "--alert-on".as_ref(),
            "sometimes".as_ref(),
            good.as_os_str(),
        ])
        .assert_code(2)
        .assert_stderr_contains(&["sometimes", "refused"]);
}

#[test]
fn alerts_that_fail_are_warnings_without_secrets() {
    let workdir = Workdir::new();
    let half = workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    let url = format!("{}/hook?token=geheim", unreachable_url());
    let ran = workdir.ingest([
        "--alert-command".as_ref(),
        "echo noise; echo noise >&2; exit 7".as_ref(),
        "--alert-url".as_ref(),
        url.as_ref(),
        "--log-format=json".as_ref(),
        half.as_os_str(),
    ]);
    ran.assert_code(3)
        .assert_stderr_contains(&["--alert-command", "--alert-url"]);
    assert!(!ran.stderr().contains("geheim"), "{}", ran.transcript());
    assert!(!ran.stderr().contains("noise"), "{}", ran.transcript());
    // An invalid command line and a failed start raise an alert as well.
    let missing = workdir.ingest(["--alert-command", KEEP, "missing.json"]);
    missing.assert_code(2);
    let event: Value = read_json(&workdir.path("alert.json"));
    assert_eq!(event["outcome"], "usage");
    let error = event["steps"][0]["error"].as_str().expect("why");
    assert!(error.contains("missing.json"), "{error}");
    assert_eq!(event["error"], error);
}

#[test]
fn a_command_line_that_cannot_be_parsed_raises_an_alert() {
    let workdir = Workdir::new();
    for words in [
        &["--reject-limit", "500%", "x.json"][..],
        &["--no-such-option", "x.json"],
        &["--reject-limit=500%", "--quiet", "x.json"],
    ] {
        let ran = workdir.ingest([words, &["--alert-command", KEEP]].concat());
        ran.assert_code(2).assert_stdout("");
        let path = workdir.path("alert.json");
        let event: Value = read_json(&path);
        assert_eq!(event["command"], "ingest", "{words:?}");
        assert_eq!(event["outcome"], "usage", "{words:?}");
        let error = event["error"].as_str().expect("why");
        assert!(
            error.contains(words[0].split('=').next().unwrap()),
            "{error}"
        );
        std::fs::remove_file(&path).unwrap();
    }
    for words in [
        &["ingest", "--help", "--alert-command", KEEP][..],
        &["rules", "lisst", "--alert-command", KEEP],
        &[
            "ingest",
            "--no-such-option",
            "--alert-on=done",
            "--alert-command",
            KEEP,
        ],
    ] {
        workdir.run(words);
        assert!(!workdir.path("alert.json").exists(), "{words:?}");
    }
}
