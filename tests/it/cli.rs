//! The command line: exit codes, standard output and error, inputs, refusals.

use std::fs;

use serde_json::{Value, json};

use crate::check::{ALL, check, mixed};
use crate::dump_generator::Dump;
use crate::purchase_fixtures::numbered;
use crate::python::summary;
use crate::workdir::{NOW, Workdir, sample};

#[test]
fn an_argument_that_is_no_text_is_refused_like_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let workdir = Workdir::new();
    let no_text = std::ffi::OsStr::from_bytes(b"\xff");
    for more in ["--no-such-option", "--log-format=json"] {
        let arguments = ["ingest".as_ref(), no_text, more.as_ref()];
        let refused = workdir.run(arguments);
        refused.assert_code(2);
        assert!(
            !refused.stderr().contains("panicked"),
            "{}",
            refused.transcript()
        );
    }
}

#[test]
fn every_way_to_end_has_its_exit_code() {
    let workdir = Workdir::new();
    workdir.write("good.ndjson", numbered(0, 3));
    workdir.write("half.json", "{\"purchases\":[");
    workdir.write("file", "not a folder");
    let cases: [(i32, &[&str]); 19] = [
        (0, &["ingest", "--lake", "lake", "good.ndjson"]),
        (0, &["check", "good.ndjson"]),
        (0, &["rules", "list"]),
        (0, &["--version"]),
        (0, &["ingest", "--help"]),
        (1, &["ingest", "--lake", "file", "good.ndjson"]),
        (1, &["report", "product-list", "--lake", "no lake"]),
        (2, &[]),
        (2, &["ingest", "good.ndjson"]),
        (2, &["ingest", "--lake", "lake"]),
        (2, &["ingest", "--lake", "lake", "no such file"]),
        (2, &["ingest", "--lake", "lake", "no such*"]),
        (
            2,
            &[
                "ingest",
                "--lake",
                "lake",
                "--reject-limit",
                "5",
                "good.ndjson",
            ],
        ),
        (
            2,
            &[
                "ingest",
                "--lake",
                "lake",
                "--default-timezone",
                "Brasilia",
                "good.ndjson",
            ],
        ),
        (
            2,
            &["ingest", "--lake", "lake", "--now", "soon", "good.ndjson"],
        ),
        (2, &["rules", "explain", "BRZ-NO-SUCH"]),
        (2, &["run", "no such job.toml"]),
        (3, &["ingest", "--lake", "lake", "half.json"]),
        (3, &["check", "good.ndjson", "half.json"]),
    ];
    for (code, arguments) in cases {
        let output = workdir.run(arguments);
        output.assert_code(code);
        if code == 1 || code == 2 {
            output.assert_stdout("");
            assert!(!output.stderr().is_empty(), "{}", output.transcript());
        }
    }
}

#[test]
fn a_wrong_option_is_named_with_what_it_may_be() {
    let workdir = Workdir::new();
    workdir.write("good.ndjson", numbered(0, 3));
    let cases: [(&[&str], &[&str]); 6] = [
        (&["--reject-limit", "5"], &["--reject-limit", "5%"]),
        (
            &["--default-timezone", "Brasilia"],
            &["--default-timezone", "Brasilia", "IANA"],
        ),
        (&["--max-depth", "500"], &["--max-depth", "500", "128"]),
        (&["--delimiter", "x"], &["--delimiter", "tab"]),
        (&["--map", "Total"], &["--map", "SOURCE=FIELD"]),
        (&["--map", "Total=total"], &["--map", "total"]),
    ];
    for (arguments, message) in cases {
        let output = check(&workdir, &[arguments, &["good.ndjson"]].concat());
        output
            .assert_code(2)
            .assert_stdout("")
            .assert_stderr_contains(message);
    }
}

#[test]
fn standard_output_carries_data_only() {
    let workdir = Workdir::new();
    workdir.write("mixed.ndjson", mixed());
    let ingest = [
        "ingest",
        "--lake",
        "lake",
        "--now",
        NOW,
        ALL[0],
        ALL[1],
        "mixed.ndjson",
    ];
    let silent = workdir.run(ingest);
    silent
        .assert_code(0)
        .assert_stdout("")
        .assert_stderr_contains(&["accepted"]);
    let reported = workdir.run(ingest.iter().chain(&["--summary", "-"]));
    assert_eq!(reported.assert_code(0).json()["exit_code"], 0);
    let filed = workdir.run(ingest.iter().chain(&["--summary", "reports/run.json"]));
    filed.assert_code(0).assert_stdout("");
    let text = fs::read_to_string(workdir.path("reports/run.json")).expect("the run report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["inputs"][0]["outcome"], "already_ingested");

    let series = [
        "report",
        "quantity-series",
        "--length",
        "1",
        "--lake",
        "lake",
        "--now",
        NOW,
    ];
    let answer = workdir.run(series.iter().chain(&["--output", "series.json"]));
    answer.assert_code(0).assert_stdout("");
    let direct = workdir.run(series);
    let file = fs::read_to_string(workdir.path("series.json")).expect("the series");
    direct.assert_code(0).assert_stdout(&file);
}

#[test]
fn the_log_can_be_json_and_quiet_leaves_warnings() {
    let workdir = Workdir::new();
    workdir.write("good.ndjson", numbered(0, 3));
    workdir.write("half.json", "{\"purchases\":[");
    let ingest = ["ingest", "--lake", "lake", "good.ndjson", "half.json"];
    let output = workdir.run(ingest.iter().chain(&["--log-format", "json"]));
    output.assert_code(3).assert_stdout("");
    let lines = output.stderr().lines().map(serde_json::from_str::<Value>);
    let lines: Vec<Value> = lines
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("no JSON: {error}\n{}", output.transcript()));
    let refusal = lines.iter().find(|line| line["rule"] == "FILE-TRUNCATED");
    let refusal = refusal.unwrap_or_else(|| panic!("no refusal\n{}", output.transcript()));
    assert_eq!(refusal["level"], "WARN", "{refusal}");
    assert_eq!(
        refusal["input"],
        json!(workdir.path("half.json")),
        "{refusal}"
    );

    let quiet = workdir.run(["--quiet", "ingest", "--lake", "lake", "good.ndjson"]);
    quiet.assert_code(0).assert_stdout("");
    assert_eq!(quiet.stderr(), "", "{}", quiet.transcript());
    let quiet = workdir.run(ingest.iter().chain(&["--quiet"]));
    quiet
        .assert_code(3)
        .assert_stderr_contains(&["half.json", "FILE-TRUNCATED"]);
    assert!(
        !quiet.stderr().contains("records read"),
        "{}",
        quiet.transcript()
    );
}

#[test]
fn dumps_of_other_kinds_are_refused_with_the_reason() {
    let workdir = Workdir::new();
    for (name, rule, reason) in [
        (
            "users_export_aggregate.ndjson",
            "FILE-USER-EXPORT",
            "aggregates",
        ),
        (
            "quantity_series_response.json",
            "FILE-SERIES-RESPONSE",
            "a saved response of a series endpoint",
        ),
        (
            "supplier_purchases_response.json",
            "FILE-WRONG-KIND",
            "supplier",
        ),
    ] {
        let input = sample(&format!("documents/{name}"));
        let output = workdir.ingest([&input]);
        output.assert_code(3).assert_stderr_contains(&[name, rule]);
        let report = output.json();
        let refusal = &report["inputs"][0]["refusal"];
        assert_eq!(refusal["rule_id"], rule);
        let message = refusal["message"].as_str().expect("a text");
        assert!(
            message.contains(reason),
            "{rule} does not report {reason:?}: {message}"
        );
        let checked = check(&workdir, &[input.to_str().expect("a path of letters")]);
        checked.assert_code(3);
        assert!(checked.stdout().contains(rule), "{}", checked.transcript());
    }
    assert_eq!(summary(&workdir.lake())["purchases"]["rows"], 0);
}

#[test]
fn standard_input_is_an_input_like_any_other() {
    let workdir = Workdir::new();
    let dump = Dump::make(&workdir, "dump", &["--rows", "20000", "--dirt", "0.02"]);
    let bytes = fs::read(dump.file()).expect("the dump");
    let lake = workdir.lake();
    let lake = lake.to_str().expect("a path of letters");
    let arguments = [
        "ingest",
        "--lake",
        lake,
        "--now",
        NOW,
        "--summary",
        "-",
        "-",
    ];
    let output = workdir.run_with_stdin(arguments, &bytes);
    let report = output.assert_code(0).json();
    assert_eq!(report["counts"]["accepted"], dump.truth["accepted"]);
    assert_eq!(report["rejected_by_rule"], dump.truth["rejected_by_rule"]);
    assert_eq!(report["inputs"][0]["path"], "-");
    // Its content is ingested then, from standard input and as a file.
    let again = workdir.run_with_stdin(arguments, &bytes);
    assert_eq!(again.assert_code(0).outcomes(), ["already_ingested"]);
    assert_eq!(
        workdir.ingest([dump.file()]).outcomes(),
        ["already_ingested"]
    );
}

#[test]
fn folders_and_globs_are_searched_and_hidden_files_left_out() {
    let workdir = Workdir::new();
    for (at, name) in [
        "in/b.ndjson",
        "in/sub/a.json",
        "in/.hidden",
        "in/_SUCCESS",
        "in/.git/x",
        "in/c [1].txt",
    ]
    .into_iter()
    .enumerate()
    {
        workdir.write(name, numbered(at * 10, at + 1));
    }
    let names = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["--verify-content"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let output = workdir.ingest(arguments);
        let report = output.assert_code(0).json();
        let inputs = report["inputs"].as_array().expect("a list");
        let base = workdir.path("in");
        let base = base.to_str().expect("a path of letters").to_owned() + "/";
        let paths = inputs
            .iter()
            .map(|input| input["path"].as_str().expect("a path"));
        paths
            .map(|path| path.replace(&base, ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["in"]), ["b.ndjson", "c [1].txt", "sub/a.json"]);
    assert_eq!(names(&["in/*.ndjson"]), ["b.ndjson"]);
    assert_eq!(names(&["in/**/*.json"]), ["sub/a.json"]);
    // A name that looks like a pattern is tried as a name first; a file named twice is read once.
    assert_eq!(
        names(&["in/c [1].txt", "in/b.ndjson", "in"]),
        ["c [1].txt", "b.ndjson", "sub/a.json"]
    );
    // A file named explicitly is read, hidden or not.
    assert_eq!(names(&["in/.hidden"]), [".hidden"]);
}
