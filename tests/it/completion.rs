//! Completion as the shells ask for it: a real Bash, and the protocols of Zsh and Fish.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::purchase_fixtures::numbered;
use crate::python::interpreter;
use crate::workdir::{Output, Workdir, project};

/// A job with two steps, of which one has a name that Bash must quote, and an invalid key.
const JOB: &str = "nonsense = 1\n\
    [[steps]]\nname = \"read all\"\ningest = { inputs = [\"{date}.json\"] }\n\
    [[steps]]\nname = \"series\"\nreport = { type = \"quantity-series\" }\n";

/// A folder with two jobs, a lake with a run, and a file whose name has a space.
fn workdir() -> Workdir {
    let workdir = Workdir::new();
    workdir.write("jobs/nightly.toml", JOB);
    workdir.write("jobs/monthly.toml", JOB);
    let quotes = JOB.replace("\"read all\"", "'''a=\"b\" $(c) 'd' e'''");
    workdir.write("jobs/quotes.toml", quotes);
    workdir.write("my dump.ndjson", numbered(0, 3));
    workdir.ingest(["my dump.ndjson"]).assert_code(0);
    workdir
}

/// The id of the run of [`workdir`].
fn run_id(workdir: &Workdir) -> String {
    let runs = workdir
        .run(["runs", "list", "--lake", "lake", "--format", "json"])
        .json();
    runs[0]["run_id"].as_str().expect("an id").to_owned()
}

/// The candidates of Fish for the last word.
fn candidates(workdir: &Workdir, words: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    let mut command = workdir.program();
    command
        .env("PURCHASE_ETL_COMPLETE", "fish")
        .envs(environment.iter().copied());
    command.args(["--", "purchase-etl"]).args(words);
    let output = Output::of(command);
    output.assert_code(0);
    assert_eq!(output.stderr(), "", "{}", output.transcript());
    let lines = output.stdout().lines();
    lines
        .map(|line| line.split('\t').next().expect("a value").to_owned())
        .collect()
}

/// Lines without the name of the program as they are typed, and as they are completed.
const LINES: [(&str, &str); 20] = [
    ("rules ex", "rules explain "),
    ("run ni", "run nightly "),
    ("run jobs/mo", "run jobs/monthly.toml "),
    ("jobs check nightly mo", "jobs check nightly monthly "),
    ("run nightly --only rea", r"run nightly --only read\ all "),
    (
        r"run nightly --only read\ a",
        r"run nightly --only read\ all ",
    ),
    (
        "run nightly --only \"read",
        "run nightly --only \"read all\" ",
    ),
    ("run nightly --only 'read", "run nightly --only 'read all' "),
    ("run nightly --only=rea", r"run nightly --only=read\ all "),
    ("rules explain BRZ-QTY-R", "rules explain BRZ-QTY-RANGE "),
    (
        "check x --rule BRZ-QTY-RANGE=o",
        "check x --rule BRZ-QTY-RANGE=off ",
    ),
    (
        "check --rule=BRZ-QTY-RANGE=o",
        "check --rule=BRZ-QTY-RANGE=off ",
    ),
    ("check --format=sa", "check --format=sarif "),
    ("check my", r"check my\ dump.ndjson "),
    ("check \"my", "check \"my dump.ndjson\" "),
    ("check ~/my", r"check ~/my\ dump.ndjson "),
    (
        "run quotes --only \"a",
        r#"run quotes --only "a=\"b\" \$(c) 'd' e" "#,
    ),
    (
        "run quotes --only='a",
        r#"run quotes --only='a="b" $(c) '\''d'\'' e' "#,
    ),
    (
        "run quotes --only='a=",
        r#"run quotes --only='a="b" $(c) '\''d'\'' e' "#,
    ),
    // Nothing fits: the line stays, and nothing is printed into it.
    (
        "runs show --lake s3://bucket/lake 0",
        "runs show --lake s3://bucket/lake 0",
    ),
];

#[test]
fn bash_completes_lines_as_they_are_typed() {
    let workdir = workdir();
    let script = workdir.run(["completions", "bash"]);
    let script = workdir.write("completion.bash", script.assert_code(0).stdout());
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_purchase-etl"));
    let of_run = ["--lake lake", "--lake=lake"].map(|lake| {
        let shown = format!("runs show {lake} {} ", run_id(&workdir));
        (format!("runs show {lake} 0"), shown)
    });
    let fixed = LINES.map(|(typed, completed)| (typed.to_owned(), completed.to_owned()));
    let lines = [&fixed[..], &of_run].concat();
    let mut python = Command::new(interpreter("PURCHASE_ETL_PYTHON"));
    workdir.isolate(&mut python);
    let path = std::env::var("PATH").expect("a path");
    let folder = program.parent().expect("a folder").display();
    python.env("PATH", format!("{folder}:{path}"));
    python
        .arg(project().join("tests/it/bash_lines.py"))
        .arg(script);
    let typed = lines
        .iter()
        .map(|(typed, _)| format!("purchase-etl {typed}"));
    python.args(typed);
    let output = Output::of(python);
    output.assert_code(0);
    let found: Vec<Value> = output.json().as_array().expect("a list").clone();
    for ((typed, completed), found) in lines.iter().zip(&found) {
        assert_eq!(found, &format!("purchase-etl {completed}"), "{typed}");
    }
    assert_eq!(found.len(), lines.len());
}

#[test]
fn the_candidates_are_those_of_the_folder_the_catalogue_and_the_lake() {
    let workdir = workdir();
    let run = run_id(&workdir);
    let of = |words: &[&str]| candidates(&workdir, words, &[]);
    assert_eq!(of(&["run", "n"]), ["nightly"]);
    assert_eq!(
        of(&["run", "--date", "2026-10-01", "nightly", "--only", ""]),
        ["read all", "series"]
    );
    assert_eq!(of(&["run", "jobs/monthly.toml", "--only", "s"]), ["series"]);
    assert!(of(&["run", "none", "--only", "x"]).is_empty());
    let catalogue = workdir.run(["rules", "list", "--format", "json"]).json();
    let catalogue = catalogue.as_array().expect("a list");
    let code = |rule: &Value| rule["code"].as_str().expect("a code").to_owned();
    let codes: Vec<String> = catalogue.iter().map(code).collect();
    let explained = of(&["rules", "explain", ""]);
    assert_eq!(
        explained
            .iter()
            .filter(|one| !one.starts_with('-'))
            .collect::<Vec<_>>(),
        codes.iter().collect::<Vec<_>>()
    );
    let settings: BTreeSet<String> = of(&["ingest", "x", "--rule", ""]).into_iter().collect();
    let expected = catalogue.iter().flat_map(|rule| {
        let choices = rule["can_be"].as_array().expect("a list").iter();
        choices.map(move |choice| format!("{}={}", code(rule), choice.as_str().expect("a word")))
    });
    assert_eq!(settings, expected.collect());
    assert_eq!(of(&["runs", "show", "--lake", "lake", "0"]), [run.as_str()]);
    let with_lake = candidates(
        &workdir,
        &["runs", "show", "0"],
        &[("PURCHASE_ETL_LAKE", "lake")],
    );
    assert_eq!(with_lake, [run.as_str()]);
    assert_eq!(of(&["ingest", "--lake", "la"]), ["lake/"]);
}

/// A store that answers nothing would hold up the line.
#[test]
fn no_store_is_asked_while_a_line_is_completed() {
    let workdir = workdir();
    let endpoint = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", endpoint.local_addr().expect("an address"));
    let environment = [
        ("PURCHASE_ETL_LAKE", "s3://bucket/lake"),
        ("PURCHASE_ETL_S3_ENDPOINT", &address),
        ("AWS_ENDPOINT_URL", &address),
    ];
    assert!(candidates(&workdir, &["runs", "show", "0"], &environment).is_empty());
    endpoint.set_nonblocking(true).expect("it");
    assert!(endpoint.accept().is_err(), "a connection");
}

#[test]
fn unreadable_jobs_and_names_that_no_line_can_show_are_left_out() {
    let workdir = Workdir::new();
    workdir.write("jobs/a\nb.toml", JOB);
    workdir.write("jobs/damaged.toml", b"\xff\xfe[[steps");
    workdir.write("jobs/large.toml", format!("{JOB}# {}", "x".repeat(1 << 20)));
    workdir.write("jobs/limit.toml", {
        let rest = (1 << 20) - JOB.len() - 2;
        format!("{JOB}# {}", "x".repeat(rest))
    });
    workdir.write("jobs/names.toml", JOB.replace("read all", "a\\nb"));
    let of = |words: &[&str]| candidates(&workdir, words, &[]);
    let names = of(&["run", ""]);
    for name in ["damaged", "large", "limit", "names"] {
        assert!(names.iter().any(|one| one == name), "{names:?}");
    }
    assert!(
        !names
            .iter()
            .any(|one| one.starts_with("a\\n") || one == "a" || one == "b"),
        "{names:?}"
    );
    assert!(of(&["run", "damaged", "--only", ""]).is_empty());
    assert!(of(&["run", "large", "--only", ""]).is_empty());
    assert_eq!(of(&["run", "limit", "--only", ""]), ["read all", "series"]);
    assert_eq!(of(&["run", "names", "--only", ""]), ["series"]);
}

#[test]
fn zsh_gets_candidates_with_their_help() {
    let workdir = workdir();
    let mut command = workdir.program();
    command.env("PURCHASE_ETL_COMPLETE", "zsh");
    command.envs([("_CLAP_COMPLETE_INDEX", "3"), ("_CLAP_IFS", "\n")]);
    command.args(["--", "purchase-etl", "rules", "explain", "BRZ-QTY-R"]);
    let output = Output::of(command);
    output
        .assert_code(0)
        .assert_stdout("BRZ-QTY-RANGE:quantity is from 1 to 100");
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    let workdir = Workdir::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = workdir.run(["completions", shell]);
        script
            .assert_code(0)
            .assert_stdout_contains(&["PURCHASE_ETL_COMPLETE"]);
    }
    // A shell without completion gets no message into its line.
    let mut unknown = workdir.program();
    unknown
        .env("PURCHASE_ETL_COMPLETE", "tcsh")
        .args(["--", "purchase-etl", ""]);
    let unknown = Output::of(unknown);
    unknown.assert_code(2).assert_stdout("");
    assert_eq!(unknown.stderr(), "");
    let mut off = workdir.program();
    off.env("PURCHASE_ETL_COMPLETE", "0").arg("--version");
    Output::of(off)
        .assert_code(0)
        .assert_stdout_contains(&["purchase-etl "]);
}
