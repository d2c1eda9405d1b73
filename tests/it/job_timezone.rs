//! The time zone of a job: its steps, its data date, and its origin among the settings.

use serde_json::{Value, json};

use crate::workdir::{Output, Workdir};

const JOB: &str = r#"
lake = "lake"
timezone = "{zone}"
[variables]
zone = "America/Sao_Paulo"
[[steps]]
name = "in"
ingest = { inputs = ["dump-{date}.ndjson"] }
[[steps]]
name = "of the step"
report = { type = "quantity-series", length = 1, timezone = "UTC" }
[[steps]]
name = "of the job"
report = { type = "quantity-series", length = 1 }
[[steps]]
name = "without days"
report = { type = "product-list" }
[[steps]]
name = "maintenance"
lake = { do = "verify" }
"#;

/// Value and origin of a setting; none if the scope does not have it.
fn setting(explained: &Output, scope: &str, name: &str) -> Option<(Value, String)> {
    let settings = explained.assert_code(0).json();
    let mut settings = settings.as_array().expect("a list").iter();
    let found = settings.find(|one| one["scope"] == scope && one["name"] == name)?;
    let from = found["from"].as_str().expect("a text").to_owned();
    Some((found["value"].clone(), from))
}

fn explain(workdir: &Workdir, more: &[&str]) -> Output {
    let arguments = ["run", "job.toml", "--explain-config=json"];
    workdir.run(arguments.iter().chain(more))
}

#[test]
fn the_zone_of_a_job_is_that_of_the_steps_that_set_none() {
    let workdir = Workdir::new();
    workdir.write("job.toml", JOB);
    let explained = explain(&workdir, &["--date", "2026-10-05"]);
    let of = |scope: &str, name: &str| setting(&explained, scope, name);
    let text = |zone: &str, line: u32| Some((json!(zone), format!("job file job.toml:{line}")));
    assert_eq!(of("job", "timezone"), text("America/Sao_Paulo", 3));
    assert_eq!(
        of("step \"in\"", "default_timezone"),
        text("America/Sao_Paulo", 3)
    );
    assert_eq!(of("step \"of the step\"", "timezone"), text("UTC", 11));
    assert_eq!(
        of("step \"of the job\"", "timezone"),
        text("America/Sao_Paulo", 3)
    );
    assert_eq!(of("step \"without days\"", "timezone"), None);

    let other = explain(
        &workdir,
        &["--date", "2026-10-05", "--set", "zone=America/Manaus"],
    );
    let found = setting(&other, "step \"of the job\"", "timezone");
    assert_eq!(found, text("America/Manaus", 3));

    workdir.write("job.toml", JOB.replace("timezone = \"{zone}\"", ""));
    let unset = explain(&workdir, &["--date", "2026-10-05"]);
    assert_eq!(setting(&unset, "job", "timezone"), None);
    let default = Some((json!("the lake's or UTC"), "default".to_owned()));
    assert_eq!(setting(&unset, "step \"of the job\"", "timezone"), default);
    assert_eq!(setting(&unset, "step \"in\"", "default_timezone"), default);
}

#[test]
fn today_is_a_day_of_the_zone_of_the_job_and_else_of_utc() {
    let workdir = Workdir::new();
    let inputs = |job: &str, options: &[&str]| {
        workdir.write("job.toml", job);
        let found = setting(&explain(&workdir, options), "step \"in\"", "inputs");
        found.expect("its inputs").0
    };
    // 23:30 of the 19th in São Paulo.
    let now = ["--now", "2026-11-20T02:30:00Z"];
    assert_eq!(inputs(JOB, &now), "dump-2026-11-19.ndjson");
    let without = JOB.replace("timezone = \"{zone}\"", "");
    assert_eq!(inputs(&without, &now), "dump-2026-11-20.ndjson");
    let date = ["--now", "2026-11-20T02:30:00Z", "--date", "2026-11-20"];
    assert_eq!(inputs(JOB, &date), "dump-2026-11-20.ndjson");
    let noon = ["--now", "2026-11-20T12:00:00Z"];
    assert_eq!(inputs(JOB, &noon), "dump-2026-11-20.ndjson");
}

#[test]
fn a_zone_that_does_not_exist_is_refused_with_its_line() {
    let workdir = Workdir::new();
    for (zone, remedy) in [
        (
            "\"Brasilia\"",
            "it must be an IANA time zone name, such as America/Sao_Paulo",
        ),
        ("\"america/sao_paulo\"", "did you mean America/Sao_Paulo?"),
        ("\"\"", "it must be an IANA time zone name"),
        ("-3", "write it in quotes"),
    ] {
        workdir.write("job.toml", JOB.replace("\"{zone}\"", zone));
        let refused = workdir.run(["jobs", "check", "job.toml"]);
        refused
            .assert_code(2)
            .assert_stdout_contains(&["job.toml:3:12: timezone: ", remedy]);
        let run = workdir.run(["run", "job.toml"]);
        run.assert_code(2)
            .assert_stderr_contains(&["3:12: timezone: "]);
    }
}
