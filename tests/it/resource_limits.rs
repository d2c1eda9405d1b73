//! Machines that give no more threads, files or memory: the program says so and ends with exit code 1.
//! It does not panic, wait for ever, or blame the input.

use std::path::Path;
use std::process::Command;

use crate::purchase_fixtures::numbered;
use crate::workdir::{NOW, Output, Workdir};

/// Longer than any of these commands takes on a busy machine, in seconds.
const TIMEOUT: &str = "120";

/// A lake with one input, and another input.
fn prepared() -> Workdir {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", numbered(0, 20));
    workdir.ingest([first]).assert_code(0);
    workdir.write("in.ndjson", numbered(100, 20));
    workdir
}

/// The commands that read, write and answer.
fn commands(lake: &str) -> Vec<Vec<String>> {
    let commands = [
        format!("ingest --lake {lake} in.ndjson --now {NOW}"),
        format!("ingest --lake {lake} in.ndjson --kind auto --now {NOW}"),
        format!("check in.ndjson --now {NOW}"),
        format!(
            "report quantity-series --lake lake --length 30 --ending-at 2026-10-31 --now {NOW} --output a.json"
        ),
        format!("page --lake lake --output site --now {NOW}"),
        "lake compact --lake lake --dry-run".to_owned(),
    ];
    let words = |command: &String| command.split(' ').map(str::to_owned).collect();
    commands.iter().map(words).collect()
}

/// Runs the program under a limit of the shell; a run that does not end is killed.
fn limited(workdir: &Workdir, limit: &str, arguments: &[String]) -> Output {
    let program = workdir.program();
    let mut command = Command::new("timeout");
    command.args(["-s", "KILL", TIMEOUT, "sh", "-c"]);
    command.arg(format!("{limit}; exec \"$0\" \"$@\""));
    command.arg(program.get_program()).args(arguments);
    command.current_dir(program.get_current_dir().unwrap_or(Path::new(".")));
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Output::of(command)
}

#[track_caller]
fn assert_ends(output: &Output, remedies: &[&str]) {
    let stderr = output.stderr();
    assert!(
        matches!(output.code(), Some(0 | 1)),
        "{}",
        output.transcript()
    );
    let is_reported = remedies.iter().any(|remedy| stderr.contains(remedy));
    assert!(
        output.code() == Some(0) || is_reported,
        "{}",
        output.transcript()
    );
    assert!(
        !stderr.contains("stopped unexpectedly"),
        "{}",
        output.transcript()
    );
    assert!(
        !stderr.contains("FILE-UNREADABLE"),
        "{}",
        output.transcript()
    );
}

#[test]
fn without_more_open_files_a_command_ends_with_an_error() {
    let workdir = prepared();
    for files in 6..=20 {
        for arguments in commands(&format!("lake{files}")) {
            let output = limited(&workdir, &format!("ulimit -n {files}"), &arguments);
            assert_ends(&output, &["ulimit -n"]);
        }
    }
}

#[test]
fn without_any_thread_a_command_ends_with_an_error() {
    let workdir = prepared();
    for arguments in commands("lake-of-no-thread") {
        let mut command = workdir.program();
        // No machine has so much room for the stack of a thread.
        command.env("RUST_MIN_STACK", (1_u64 << 46).to_string());
        command.args(&arguments);
        let output = Output::of(command);
        output.assert_code(1);
        assert_ends(&output, &["ulimit -u"]);
    }
}

#[test]
fn a_panic_is_reported_in_one_line_and_ends_with_exit_code_1() {
    let workdir = prepared();
    for form in ["text", "json"] {
        let mut command = workdir.program();
        // Polars takes for granted that this is a number.
        command.env("POLARS_ASYNC_THREAD_COUNT", "many");
        command.args(["page", "--lake", "lake", "--output", "site", "--now", NOW]);
        command.args(["--log-format", form, "--metrics-file", "m.prom"]);
        let output = Output::of(command);
        output
            .assert_code(1)
            .assert_stderr_contains(&["stopped unexpectedly"]);
        assert_eq!(
            output.stderr().lines().count(),
            1,
            "{}",
            output.transcript()
        );
        if form == "json" {
            let line: serde_json::Value =
                serde_json::from_str(output.stderr()).expect("a line of JSON");
            assert_eq!(line["level"], "ERROR");
        }
    }
    let metrics = std::fs::read_to_string(workdir.path("m.prom")).expect("metrics");
    assert!(metrics.contains("outcome=\"failed\""), "{metrics}");
}

/// The program as another user, of whom nobody else has processes: root is bound by no limit of them.
fn as_nobody(workdir: &Workdir, processes: usize) -> Command {
    let program = workdir.program();
    let mut command = Command::new("timeout");
    command.args(["-s", "KILL", TIMEOUT, "setpriv", "--clear-groups"]);
    command.args(["--reuid", "64931", "prlimit"]);
    command.arg(format!("--nproc={processes}"));
    command.arg(program.get_program());
    command.current_dir(workdir.path(""));
    command.env("HOME", workdir.path(""));
    command
}

#[test]
fn with_too_few_threads_a_command_ends_with_an_error() {
    let workdir = prepared();
    let opened = Command::new("chmod")
        .args(["-R", "a+rwX"])
        .arg(workdir.path(""))
        .status();
    assert!(opened.expect("chmod starts").success());
    let tried = as_nobody(&workdir, 1000).arg("--version").output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("only root can be another user: some threads and no more are not tried");
        return;
    }
    for processes in [1, 3, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 20] {
        for arguments in commands(&format!("lake{processes}")) {
            let mut command = as_nobody(&workdir, processes);
            command.args(&arguments);
            assert_ends(&Output::of(command), &["ulimit -u"]);
        }
    }
}
