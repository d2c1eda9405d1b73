//! Where each setting comes from: flag, job file, environment, default.

use std::fs;

use serde_json::{Value, json};

use crate::purchase_fixtures::numbered;
use crate::workdir::{NOW, Output, Workdir, read_json};

/// The settings that a command explains, by scope and name: value and origin.
fn explained(output: &Output, scope: &str, name: &str) -> (Value, String) {
    let settings = output.json();
    let mut settings = settings.as_array().expect("a list").iter();
    let found = settings.find(|one| one["scope"] == scope && one["name"] == name);
    let found = found.unwrap_or_else(|| panic!("no {name} of {scope}\n{}", output.transcript()));
    let from = found["from"].as_str().expect("a text").to_owned();
    (found["value"].clone(), from)
}

/// A job with a variable, a setting and a step.
pub(crate) const JOB: &str = r#"
lake = "lakes/{env:SHOP:-all}"
[variables]
zone = "UTC"
[settings]
log_format = "json"
[[steps]]
name = "in"
ingest = { inputs = ["dump-{date}.ndjson"], default_timezone = "{zone}", summary = "run.json", reject_limit = "50%" }
"#;

#[test]
fn a_command_reports_the_source_of_its_settings_and_does_nothing() {
    let workdir = Workdir::new();
    let mut command = workdir.program();
    command
        .args([
            "ingest",
            "x.json",
            "--reject-limit",
            "7%",
            "--explain-config=json",
        ])
        .env("PURCHASE_ETL_LAKE", "https://me:word@host/lake");
    let output = Output::new(format!("{command:?}"), command.output().expect("it starts"));
    output.assert_code(0);
    let of = |name: &str| explained(&output, "ingest", name);
    assert_eq!(of("reject_limit"), text("7%", "flag"));
    assert_eq!(of("inputs"), text("x.json", "flag"));
    assert_eq!(of("max_partitions"), text("1000", "default"));
    assert_eq!(of("max_depth"), text("64", "default"));
    assert_eq!(
        of("lake"),
        text("https://***@host/lake", "environment PURCHASE_ETL_LAKE")
    );
    assert_eq!(
        explained(&output, "global", "quiet"),
        text("false", "default")
    );
    assert!(!output.stdout().contains("word"), "{}", output.transcript());
    assert!(workdir.files().is_empty());

    let explained_command = workdir.run([
        "dashboard",
        "--lake",
        "l",
        "--output",
        "o",
        "--explain-config",
    ]);
    explained_command.assert_code(0).assert_stdout_contains(&[
        "[dashboard]",
        "output",
        "flag",
        "default",
    ]);
}

/// The settings that the job explains, with some environment variables.
fn explain(workdir: &Workdir, more: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = workdir.program();
    command.args(["run", "job.toml", "--date", "2026-10-05"]);
    command.arg("--explain-config=json").args(more);
    command.envs(environment.iter().copied());
    let output = Output::new(format!("{command:?}"), command.output().expect("it starts"));
    output.assert_code(0);
    output
}

/// A line of the job file as an origin.
fn line(wanted: &str) -> String {
    let at = JOB.lines().position(|line| line.contains(wanted));
    format!("job file job.toml:{}", at.expect("a line") + 1)
}

fn text(value: &str, from: &str) -> (Value, String) {
    (json!(value), from.to_owned())
}

#[test]
fn a_flag_goes_before_the_job_file_and_that_before_the_environment() {
    let workdir = Workdir::new();
    let job = workdir.write("job.toml", JOB);
    let log = |more: &[&str], environment: &[(&str, &str)]| {
        explained(
            &explain(&workdir, more, environment),
            "global",
            "log_format",
        )
    };
    let variable = "PURCHASE_ETL_LOG_FORMAT";
    assert_eq!(
        log(&[], &[(variable, "text")]),
        text("json", &line("log_format"))
    );
    let flag = log(&["--log-format", "text"], &[(variable, "json")]);
    assert_eq!(flag, text("text", "flag"));
    // Without the line in the job file, the environment overrides the default.
    fs::remove_file(job).expect("the job file");
    workdir.write("job.toml", JOB.replace("log_format = \"json\"", ""));
    let bare = log(&[], &[(variable, "json")]);
    assert_eq!(bare, text("json", &format!("environment {variable}")));
    assert_eq!(log(&[], &[]), text("text", "default"));
    assert_eq!(workdir.files().len(), 1);
}

#[test]
fn switches_lists_and_numbers_follow_the_same_order() {
    let workdir = Workdir::new();
    let names = ["allow_http", "alert_on", "store_retries"];
    let variables = [
        ("PURCHASE_ETL_ALLOW_HTTP", "true"),
        ("PURCHASE_ETL_ALERT_ON", "done,refused"),
        ("PURCHASE_ETL_STORE_RETRIES", "4"),
    ];
    let found =
        |explained_command: &Output| names.map(|name| explained(explained_command, "global", name));
    workdir.write("job.toml", JOB);
    let from = |at: usize| format!("environment {}", variables[at].0);
    assert_eq!(
        found(&explain(&workdir, &[], &variables)),
        [
            text("true", &from(0)),
            text("done, refused", &from(1)),
            text("4", &from(2))
        ]
    );
    let all = "failed, usage, refused, unmet, unbalanced, conflict, interrupted";
    assert_eq!(
        found(&explain(&workdir, &[], &[])),
        [
            text("false", "default"),
            text(all, "default"),
            text("10", "default")
        ]
    );
    let settings =
        "[settings]\nallow_http = false\nalert_on = [\"failed\", \"conflict\"]\nstore_retries = 3";
    workdir.write("job.toml", JOB.replace("[settings]", settings));
    // The lines after `[settings]`, which is the fifth.
    let line = |at: usize| format!("job file job.toml:{at}");
    assert_eq!(
        found(&explain(&workdir, &[], &variables)),
        [
            text("false", &line(6)),
            text("failed, conflict", &line(7)),
            text("3", &line(8))
        ]
    );
    let flags = ["--allow-http", "--alert-on=usage", "--store-retries=7"];
    assert_eq!(
        found(&explain(&workdir, &flags, &variables)),
        ["true", "usage", "7"].map(|value| text(value, "flag"))
    );
    // An empty list is refused on the command line too.
    workdir.write(
        "job.toml",
        JOB.replace("[settings]", "[settings]\nalert_on = []"),
    );
    let refused = workdir.run(["run", "job.toml"]);
    refused
        .assert_code(2)
        .assert_stderr_contains(&["job.toml:6:12: settings.alert_on", "empty"]);
}

#[test]
fn secrets_are_never_shown() {
    let workdir = Workdir::new();
    let inputs = "[\"a.json\", \"https://me:geheim@host/b?sig=geheim\"]";
    let job = JOB
        .replace("[variables]", "[variables]\napi_key = \"geheim\"")
        .replace("[\"dump-{date}.ndjson\"]", inputs);
    workdir.write("job.toml", job);
    let environment = [
        ("AWS_SECRET_ACCESS_KEY", "geheim"),
        ("AWS_ACCESS_KEY_ID", "geheim"),
        ("OPENLINEAGE_API_KEY", "geheim"),
        ("OPENLINEAGE_URL", "https://me:geheim@host/x"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x=geheim"),
        ("PURCHASE_ETL_ALERT_URL", "https://hooks.example/geheim"),
        ("PURCHASE_ETL_ALERT_COMMAND", "curl -H 'X: geheim' host"),
    ];
    let explained_command = explain(&workdir, &[], &environment);
    for shown in [explained_command.stdout(), explained_command.stderr()] {
        assert!(!shown.contains("geheim"), "{shown}");
    }
    let lake = JOB.replace("\"UTC\"", "\"{env:OPENLINEAGE_API_KEY}\"");
    workdir.write("job.toml", lake);
    let mut command = workdir.program();
    command.args(["run", "job.toml"]).envs(environment);
    let refused = Output::of(command);
    refused
        .assert_code(2)
        .assert_stderr_contains(&["OPENLINEAGE_API_KEY", "job.toml:4:8"]);
    assert!(!refused.stderr().contains("geheim"), "{}", refused.stderr());
}

#[test]
fn a_job_reports_the_source_of_its_settings() {
    let workdir = Workdir::new();
    workdir.write("job.toml", JOB);
    let of = |output: &Output, name: &str| explained(output, "job", name);
    let plain = explain(&workdir, &[], &[("SHOP", "centro")]);
    assert_eq!(of(&plain, "lake"), text("lakes/centro", &line("lake =")));
    let without = explain(&workdir, &[], &[]);
    assert_eq!(of(&without, "lake"), text("lakes/all", &line("lake =")));
    workdir.write("job.toml", JOB.replace("lake = ", "# lake = "));
    let named = explain(&workdir, &[], &[("PURCHASE_ETL_LAKE", "there")]);
    let from = "environment PURCHASE_ETL_LAKE";
    assert_eq!(of(&named, "lake"), text("there", from));
    workdir.write("job.toml", JOB);
    let set = ["--set", "zone=America/Manaus", "--set", "lake=here"];
    let set = explain(&workdir, &set, &[]);
    assert_eq!(of(&set, "zone"), text("America/Manaus", "flag"));
    assert_eq!(of(&set, "lake"), text("here", "flag"));
    let step = |name: &str| explained(&set, "step \"in\"", name);
    assert_eq!(
        step("default_timezone"),
        text("America/Manaus", &line("zone}"))
    );
    assert_eq!(
        step("inputs"),
        text("dump-2026-10-05.ndjson", &line("inputs"))
    );
    assert_eq!(step("kind"), text("purchases", "default"));
}

#[test]
fn settings_of_a_job_file_are_in_force_and_the_run_report_has_them_all() {
    let workdir = Workdir::new();
    workdir.write("dump-2026-10-05.ndjson", numbered(0, 3));
    let job = workdir.write("night.toml", JOB);
    let words = ["run", "night.toml", "--date", "2026-10-05", "--now", NOW];
    let ran = workdir.run(words);
    ran.assert_code(0).assert_stdout("");
    for line in ran.stderr().lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    let report = read_json(&workdir.path("run.json"));
    assert_eq!(report["job"], "night");
    assert_eq!(report["step"], "in");
    assert_eq!(report["data_date"], "2026-10-05");
    let bytes = fs::read(job).expect("the job file");
    assert_eq!(report["job_digest"], blake3::hash(&bytes).to_hex().as_str());
    let settings = report["settings"].as_object().expect("settings");
    for (name, value) in [
        ("reject_limit", "0.5"),
        ("default_timezone", "UTC"),
        ("max_partitions", "1000"),
        ("max_record_bytes", "1048576"),
        ("max_line_bytes", "67108864"),
        ("max_depth", "64"),
        ("max_ratio", "200"),
        ("verify_content", "false"),
        ("min_age", "0s"),
        ("optional", "false"),
        ("full_snapshot", "false"),
        ("now", "2026-11-20T12:00:00.000000Z"),
    ] {
        assert_eq!(settings[name], value, "{name}");
    }
    assert!(
        settings["threads"]
            .as_str()
            .is_some_and(|threads| threads != "0")
    );

    let plain = workdir.run([&words[..], &["--log-format", "text"]].concat());
    plain.assert_code(0).assert_stderr_contains(&[" INFO step"]);
    let alone = workdir.ingest(["dump-2026-10-05.ndjson"]);
    assert_eq!(alone.json().get("job"), None, "no job, no name of one");
}
