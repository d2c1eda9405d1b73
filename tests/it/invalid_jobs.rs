//! Invalid job files: one error with line, key and remedy, and nothing written; and the schema with
//! which an editor finds the same mistakes.

use std::fs;

use serde_json::{Value, json};

use crate::configuration::JOB;
use crate::schemas::{assert_valid, validate};
use crate::workdir::{Workdir, project};

/// Job files with one mistake each: its position as `line:column: key`, and words of the message and
/// the remedy.
const WRONG: [(&str, &str, &str); 14] = [
    ("lake = \"x\"\n", "1:1: steps: ", "no steps"),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\n",
        "2:1: steps.\"a\": ",
        "use exactly one of `ingest`",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ndashboard = { ouput = \"x\" }\n",
        "4:15: steps.\"a\".dashboard.ouput: ",
        "did you mean `output`?",
    ),
    (
        "lake = \"{env:NO_SUCH_BUCKET}/x\"\n[[steps]]\nname = \"a\"\ndashboard = { output = \"x\" }\n",
        "1:8: lake: ",
        "NO_SUCH_BUCKET is not set; set it, or write {env:NO_SUCH_BUCKET:-default}",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ndashboard = { output = \"{date:%Q}\" }\n",
        "4:24: steps.\"a\".dashboard.output: ",
        "invalid date format",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ndashboard = { output = \"{date:%H}\" }\n",
        "4:24: steps.\"a\".dashboard.output: ",
        "invalid date format",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ndashboard = { output = \"{dat}\" }\n",
        "4:24: steps.\"a\".dashboard.output: ",
        "did you mean `date`?",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\nneeds = [\"b\"]\ndashboard = { output = \"x\" }\n[[steps]]\nname = \"b\"\ndashboard = { output = \"y\" }\n",
        "4:10: steps.\"a\".needs: ",
        "the steps form a cycle",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\nneeds = [\"z\"]\ndashboard = { output = \"x\" }\n",
        "4:10: steps.\"a\".needs: ",
        "unknown step",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ndashboard = { output = \"x\" }\n[[steps]]\nname = \"a\"\ndashboard = { output = \"y\" }\n",
        "6:8: steps.\"a\".name: ",
        "duplicate step name",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ningest = { inputs = [\"x\"], threads = 0 }\n",
        "4:38: steps.\"a\".ingest.threads: ",
        "use a number from 1 to 1024",
    ),
    (
        "lake = \"x\"\n[[steps]]\nname = \"a\"\ningest = { inputs = [\"x\"], lenient = 1 }\n",
        "4:38: steps.\"a\".ingest.lenient: ",
        "write true or false",
    ),
    (
        "lake = \"x\"\n[settings]\nlog_fromat = \"json\"\n[[steps]]\nname = \"a\"\ndashboard = { output = \"x\" }\n",
        "3:1: settings.log_fromat: ",
        "did you mean `log_format`?",
    ),
    ("lake = \"x\n", "1:", "correct the TOML"),
];

#[test]
fn a_wrong_job_file_is_one_error_with_line_key_and_remedy_and_nothing_is_written() {
    for (text, position, words) in WRONG {
        let workdir = Workdir::new();
        workdir.write("job.toml", text);
        let ran = workdir.run(["run", "job.toml", "--date", "2026-10-05"]);
        ran.assert_code(2)
            .assert_stdout("")
            .assert_stderr_contains(&[&format!("job.toml:{position}"), words]);
        assert_eq!(ran.stderr().lines().count(), 1, "{}", ran.transcript());
        assert_eq!(workdir.files().len(), 1, "{text}");
        let checked = workdir.run(["jobs", "check", "job.toml", "--date", "2026-10-05"]);
        checked
            .assert_code(2)
            .assert_stdout_contains(&[&format!("job.toml:{position}"), words]);
    }
}

#[test]
fn options_of_a_run_that_fit_no_job_are_errors() {
    let workdir = Workdir::new();
    workdir.write("job.toml", JOB);
    for (words, message) in [
        (&["--set", "zoen=UTC"][..], "did you mean `zone`?"),
        (&["--set", "zone"], "expected NAME=VALUE"),
        (&["--only", "inn"], "a step of job.toml"),
        (
            &["--from", "2026-10-05", "--to", "2026-10-04"],
            "expected 2026-10-05, the value of --from",
        ),
        (&["--from", "2026-10-05"], "--to"),
        (&["--keep-going"], "--from"),
        (
            &[
                "--date",
                "2026-10-05",
                "--from",
                "2026-10-05",
                "--to",
                "2026-10-06",
            ],
            "cannot be used with",
        ),
        (&["--date", "2026-13-05"], "--date"),
    ] {
        let ran = workdir.run([&["run", "job.toml"], words].concat());
        ran.assert_code(2)
            .assert_stdout("")
            .assert_stderr_contains(&[message]);
    }
    workdir
        .run(["run", "none.toml"])
        .assert_code(2)
        .assert_stderr_contains(&["there is no job file none.toml", "jobs/ has no job files"]);
    assert_eq!(workdir.files().len(), 1);
}

#[test]
fn all_problems_of_all_files_are_listed() {
    let workdir = Workdir::new();
    workdir.write("good.toml", JOB);
    workdir.write(
        "bad.toml",
        "lake = 3\n[[steps]]\nname = \"a\"\ndashboard = { length = \"x\", lenght = 3 }\n",
    );
    let checked = workdir.run([
        "jobs",
        "check",
        "good.toml",
        "bad.toml",
        "none.toml",
        "--format",
        "json",
    ]);
    checked.assert_code(2);
    let files = checked.json();
    assert_eq!(files[0], json!({ "path": "good.toml", "problems": [] }));
    let problems = files[1]["problems"].as_array().expect("a list");
    let keys: Vec<&Value> = problems.iter().map(|problem| &problem["key"]).collect();
    assert_eq!(
        keys,
        [
            "lake",
            "steps.\"a\".dashboard.output",
            "steps.\"a\".dashboard.lenght"
        ]
    );
    assert_eq!(
        (&problems[2]["line"], &problems[2]["column"]),
        (&json!(4), &json!(29))
    );
    assert!(
        files[2]["problems"][0]["message"]
            .as_str()
            .is_some_and(|text| text.contains("none.toml"))
    );
    // `run` reports the first one, and how to list all.
    workdir
        .run(["run", "bad.toml"])
        .assert_code(2)
        .assert_stderr_contains(&["bad.toml:1:8: lake", "2 more", "jobs check bad.toml"]);
    // Storage is not accessed.
    let fine = workdir.run(["jobs", "check", "good.toml"]);
    fine.assert_code(0).assert_stdout("good.toml: ok\n");
}

/// A job file as JSON, for its schema.
fn as_json(text: &str) -> String {
    let value: Value = toml::from_str(text).expect("TOML");
    value.to_string()
}

#[test]
fn settings_that_no_option_takes_are_all_named_before_anything_runs() {
    let workdir = Workdir::new();
    let settings = "[settings]\nstore_deadline = \"soon\"\nstore_retries = -1\nquiet = true";
    let step = "[[steps]]\nname = \"page\"\ndashboard = { output = \"page\" }";
    workdir.write("job.toml", format!("lake = \"lake\"\n{settings}\n{step}\n"));
    let checked = workdir.run(["jobs", "check", "job.toml"]);
    checked.assert_code(2).assert_stdout_contains(&[
        "job.toml:3:18: settings.store_deadline: invalid value \"soon\"; use a duration such as",
        "job.toml:4:17: settings.store_retries: invalid digit",
    ]);
    let ran = workdir.run(["run", "job.toml"]);
    ran.assert_code(2)
        .assert_stderr_contains(&["job.toml:3:18: settings.store_deadline", "and 1 more"]);
    let empty = workdir.run(["run", "job.toml", "--set", "lake="]);
    empty.assert_code(2).assert_stderr_contains(&["lake=PATH"]);
}

#[test]
fn the_schema_of_job_files_is_the_published_one_and_takes_the_ready_jobs() {
    let workdir = Workdir::new();
    let printed = workdir.run(["jobs", "schema"]);
    let path = project().join("schemas/job.schema.json");
    let published = fs::read_to_string(path).expect("the schema");
    assert_eq!(
        printed.stdout(),
        published,
        "purchase-etl jobs schema > schemas/job.schema.json"
    );
    let jobs = fs::read_dir(project().join("jobs")).expect("the ready jobs");
    let jobs: Vec<_> = jobs.map(|entry| entry.expect("a job").path()).collect();
    assert_eq!(jobs.len(), 7);
    for path in &jobs {
        assert_valid(
            "job.schema",
            &as_json(&fs::read_to_string(path).expect("a job")),
        );
    }
    let checked = workdir.run(
        [
            &["jobs".as_ref(), "check".as_ref()][..],
            &jobs.iter().map(|path| path.as_os_str()).collect::<Vec<_>>(),
        ]
        .concat(),
    );
    checked.assert_code(0);
    assert_valid("job.schema", &as_json(JOB));
    // The mistakes that the schema can find: not templates, dependencies and combinations of keys.
    let seen = WRONG
        .iter()
        .filter(|(text, ..)| toml::from_str::<Value>(text).is_ok());
    let refused = seen.filter(|(text, ..)| validate("job.schema", &as_json(text)).is_err());
    assert_eq!(refused.count(), 5);
}
