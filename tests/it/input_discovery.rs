//! Which files are found as inputs, and which are skipped.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::check::check;
use crate::emulators::{Cloud, Emulator};
use crate::purchase_fixtures::numbered;
use crate::workdir::{NOW, Output, Workdir};

/// Creates a named pipe.
#[track_caller]
fn pipe(workdir: &Workdir, name: &str) {
    let made = Command::new("mkfifo").arg(workdir.path(name)).status();
    assert!(made.expect("mkfifo starts").success());
}

#[test]
fn a_link_that_leads_nowhere_is_refused_and_the_others_go_on() {
    let workdir = Workdir::new();
    workdir.write("in/a.ndjson", numbered(0, 3));
    workdir.write("in/c.ndjson", numbered(3, 1));
    symlink("gone.ndjson", workdir.path("in/b.ndjson")).expect("a link");
    symlink("d.ndjson", workdir.path("in/d.ndjson")).expect("a link in a circle");
    let outcomes = ["ingested", "refused", "ingested", "refused"];
    for (lake, kind, named) in [
        ("one", "purchases", "in"),
        ("two", "auto", "in"),
        ("three", "purchases", "in/*"),
    ] {
        let output = workdir.run([
            "ingest",
            "--lake",
            lake,
            "--kind",
            kind,
            "--now",
            NOW,
            "--summary",
            "-",
            named,
        ]);
        output
            .assert_code(3)
            .assert_stderr_contains(&["in/b.ndjson", "FILE-UNREADABLE"]);
        assert_eq!(output.outcomes(), outcomes, "{}", output.transcript());
        assert_eq!(output.summary_count("accepted"), 4);
    }
    let direct = workdir.ingest(["in/b.ndjson", "in/a.ndjson"]);
    assert_eq!(direct.assert_code(3).outcomes(), ["refused", "ingested"]);
    let checked = check(&workdir, &["in"]);
    checked
        .assert_code(3)
        .assert_stdout_contains(&["FILE-UNREADABLE"]);
}

#[test]
fn a_file_that_goes_away_between_listing_and_opening_is_refused_and_the_others_go_on() {
    let workdir = Workdir::new();
    let [removed, kept] =
        ["gone.ndjson", "kept.ndjson"].map(|name| workdir.write(name, numbered(0, 2)));
    let mut command = workdir.ingest_command();
    command.arg("-").args([&removed, &kept]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let shown = format!("{command:?}");
    let mut child = command.spawn().expect("the program starts");
    // The tables are created after the inputs have been listed; standard input is read first.
    let deadline = Instant::now() + Duration::from_mins(1);
    while !workdir.lake().join("inputs/_delta_log").exists() {
        assert!(Instant::now() < deadline, "the run creates no tables");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::fs::remove_file(removed).expect("a file");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let text = numbered(2, 3);
    stdin.write_all(text.as_bytes()).expect("the program reads");
    drop(stdin);
    let output = Output::new(shown, child.wait_with_output().expect("the end of the run"));
    output
        .assert_code(3)
        .assert_stderr_contains(&["gone.ndjson", "FILE-UNREADABLE"]);
    assert_eq!(output.outcomes(), ["ingested", "refused", "ingested"]);
}

#[test]
fn a_pipe_in_a_folder_is_left_out_with_a_warning_and_read_when_it_is_named() {
    let workdir = Workdir::new();
    workdir.write("in/a.ndjson", numbered(0, 3));
    pipe(&workdir, "in/b.ndjson");
    for named in ["in", "in/*"] {
        let output = workdir.ingest([named]);
        let message = ["WARN", "in/b.ndjson", "pipe"];
        output.assert_code(0).assert_stderr_contains(&message);
        assert_eq!(output.outcomes().len(), 1, "{}", output.transcript());
        check(&workdir, &[named])
            .assert_code(0)
            .assert_stderr_contains(&message);
        let plan = ["ingest", "--dry-run", "--lake", "lake", named];
        workdir
            .run(plan)
            .assert_code(0)
            .assert_stderr_contains(&message);
    }
    workdir.write("more.ndjson", numbered(3, 2));
    let writer = Command::new("cp")
        .args(["more.ndjson", "in/b.ndjson"])
        .current_dir(workdir.path("."))
        .spawn();
    let read = workdir.ingest(["in/b.ndjson"]);
    assert_eq!(read.assert_code(0).summary_count("accepted"), 2);
    assert!(
        writer
            .expect("cp starts")
            .wait()
            .expect("cp ends")
            .success()
    );
}

#[test]
fn a_pattern_excludes_hidden_names_unless_it_names_them() {
    let workdir = Workdir::new();
    for (at, name) in ["a.ndjson", ".b.ndjson", "_c.ndjson", "_d/e.ndjson"]
        .iter()
        .enumerate()
    {
        workdir.write(&format!("in/{name}"), numbered(at, 1));
    }
    for (named, wanted) in [
        ("in/*", "a.ndjson"),
        ("in/**/*.ndjson", "a.ndjson"),
        ("in/?*", "a.ndjson"),
        ("in/.*.ndjson", ".b.ndjson"),
        ("in/_*.ndjson", "_c.ndjson"),
        ("in/_d/*", "_d/e.ndjson"),
    ] {
        let output = workdir.run(["ingest", "--dry-run", "--lake", "lake", named]);
        let listed = output.assert_code(0).stdout();
        assert!(listed.contains("1 of 1 inputs"), "{}", output.transcript());
        assert!(
            listed.contains(&format!("in/{wanted}\n")),
            "{}",
            output.transcript()
        );
    }
}

/// `ingest` into a lake inside its input folder.
fn into(workdir: &Workdir, lake: &str, named: &str) -> Output {
    workdir.run([
        "ingest",
        "--lake",
        lake,
        "--now",
        NOW,
        "--summary",
        "-",
        named,
    ])
}

#[test]
fn a_lake_among_its_inputs_is_left_out_and_refused_when_it_is_named() {
    let workdir = Workdir::new();
    workdir.write("data/a.ndjson", numbered(0, 3));
    symlink("data", workdir.path("link")).expect("a link");
    let lake = "data/lake";
    into(&workdir, lake, "data").assert_code(0);
    for (lake, named) in [
        (lake, "data"),
        (lake, "link/"),
        ("link/lake", "data/*"),
        (lake, "data/**/*"),
    ] {
        let again = into(&workdir, lake, named);
        again.assert_code(0);
        let known = again.outcomes();
        assert_eq!(known, ["already_ingested"], "{}", again.transcript());
        again.assert_stderr_contains(&["lake: it belongs to the lake"]);
        let planned = workdir.run(["ingest", "--dry-run", "--lake", lake, named]);
        planned
            .assert_code(0)
            .assert_stdout_contains(&["of 1 inputs would be read"]);
    }
    for named in [lake, "data/lake/inputs", "link/lake/purchases"] {
        let refused = into(&workdir, lake, named);
        refused
            .assert_code(2)
            .assert_stderr_contains(&[named, "is inside the lake"]);
    }
}

#[test]
fn a_lake_below_a_prefix_of_inputs_is_left_out() {
    let store = Emulator::start(Cloud::S3, &["shop"]);
    let workdir = Workdir::new();
    store.put("shop", "data/a.ndjson", numbered(0, 3).as_bytes());
    store.put("shop", "data/lake-2/b.ndjson", numbered(3, 1).as_bytes());
    let lake = store.url("shop", "data/lake");
    let run = |arguments: &[&str]| {
        let mut command = workdir.program();
        let variables = store.variables();
        let variables = variables.iter().map(|(name, value)| (name, value));
        command.envs(variables).args(arguments);
        Output::of(command)
    };
    for folder in ["data", "data/*", "data/**/*"] {
        let named = store.url("shop", folder);
        let output = run(&[
            "ingest",
            "--lake",
            &lake,
            "--now",
            NOW,
            "--summary",
            "-",
            &named,
        ]);
        let outcomes = output.assert_code(0).outcomes();
        assert_eq!(outcomes.len(), 2, "{}", output.transcript());
        let planned = run(&["ingest", "--dry-run", "--lake", &lake, &named]);
        planned
            .assert_code(0)
            .assert_stderr_contains(&["belongs to the lake"]);
        planned.assert_stdout_contains(&["of 2 inputs"]);
    }
    let inside = store.url("shop", "data/lake/purchases");
    let refused = run(&["ingest", "--lake", &lake, "--now", NOW, &inside]);
    refused
        .assert_code(2)
        .assert_stderr_contains(&["is inside the lake"]);
}

#[test]
fn lakes_whose_paths_decode_to_each_other_stay_two() {
    let workdir = Workdir::new();
    // A `%` or `\` in a name is part of the name.
    let lakes = ["a b", "a%20b", "a/b", "a\\b", "a%2Fb", "a%b", "a%2520b"];
    for (at, lake) in lakes.iter().enumerate() {
        let name = format!("{at}.ndjson");
        workdir.write(&name, numbered(100 * at, at + 1));
        let first = into(&workdir, lake, &name);
        assert_eq!(
            first.assert_code(0).summary_count("accepted"),
            at as u64 + 1
        );
        let second = format!("{at} more.ndjson");
        workdir.write(&second, numbered(100 * at + 50, 1));
        into(&workdir, lake, &second).assert_code(0);
    }
    for (at, lake) in lakes.iter().enumerate() {
        let again = into(&workdir, lake, &format!("{at}.ndjson"));
        assert_eq!(
            again.assert_code(0).outcomes(),
            ["already_ingested"],
            "{lake}"
        );
        for verb in [
            &["compact"][..],
            &["verify"],
            &["vacuum", "--execute"],
            &["status"],
        ] {
            let words = [&["lake"], verb, &["--lake", lake]].concat();
            workdir.run(words).assert_code(0);
        }
        let listed = workdir
            .program()
            .args(["report", "product-list", "--format", "csv"])
            .args(["--now", NOW, "--lake", lake])
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let products = String::from_utf8_lossy(&listed.stdout).lines().count();
        assert_eq!(products, 1 + at + 2, "{lake}: {listed:?}");
        assert!(
            workdir.path(lake).join("purchases/_delta_log").is_dir(),
            "{lake}"
        );
    }
}

#[test]
fn prefixes_that_decode_to_each_other_stay_two_lakes() {
    let store = Emulator::start(Cloud::S3, &["shop"]);
    let workdir = Workdir::new();
    let run = |arguments: &[&str]| {
        let mut command = workdir.program();
        let variables = store.variables();
        let variables = variables.iter().map(|(name, value)| (name, value));
        command.envs(variables).args(arguments);
        Output::of(command)
    };
    for (at, lake) in ["a b", "a%20b"].iter().enumerate() {
        let lake = store.url("shop", lake);
        for more in [0, 50] {
            let name = format!("{at} {more}.ndjson");
            workdir.write(&name, numbered(100 * at + more, at + 1));
            let read = run(&["ingest", "--lake", &lake, "--now", NOW, &name]);
            assert_eq!(read.assert_code(0).summary_count("accepted"), at as u64 + 1);
        }
        let listed = run(&[
            "report",
            "product-list",
            "--format",
            "csv",
            "--now",
            NOW,
            "--lake",
            &lake,
        ]);
        let products = listed.assert_code(0).stdout().lines().count();
        assert_eq!(products, 1 + 2 * (at + 1), "{}", listed.transcript());
    }
}
