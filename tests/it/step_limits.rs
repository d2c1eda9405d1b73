//! Timeouts, retries and the deadline of a job, each with a step that keeps to it and one that does
//! not.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::emulators::{Cloud, Emulator, s3_variables};
use crate::faulty_network::{Fault, Faulty};
use crate::killed_runs::interrupted_while_waiting;
use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir, files_below, read_json};

/// Reads standard input, and writes a list that does not need it.
const JOB: &str = r#"
lake = "lake"
[[steps]]
name = "waits"
LIMITS
ingest = { inputs = ["-"] }
[[steps]]
name = "after it"
report = { type = "product-list", output = "out/after.json" }
[[steps]]
name = "beside it"
needs = []
ingest = { inputs = ["dump.ndjson"], kind = "purchases" }
"#;

fn job(limits: &str) -> Workdir {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", numbered(0, 3));
    workdir.write("job.toml", JOB.replace("LIMITS", limits));
    workdir
}

/// Runs the job with a standard input that never ends, and asserts that the run does.
#[track_caller]
fn run_hanging(workdir: &Workdir, more: &[&str]) -> Output {
    let mut command = workdir.program();
    command
        .args(["run", "job.toml", "--date", "2026-10-05"])
        .args(more);
    ended_within(command, Duration::from_mins(1))
}

#[track_caller]
fn ended_within(mut command: Command, most: Duration) -> Output {
    let shown = format!("{command:?} < nothing");
    let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
    let [stdin, stdout, stderr] = pipes;
    let mut child = command
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .expect("the program starts");
    let stdin = child.stdin.take();
    let until = Instant::now() + most;
    while child.try_wait().expect("our own child").is_none() {
        assert!(Instant::now() < until, "the run does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(stdin);
    Output::new(shown, child.wait_with_output().expect("the end"))
}

fn reports(workdir: &Workdir) -> Vec<Value> {
    let files: Vec<PathBuf> = files_below(&workdir.lake().join("_runs"), ".json");
    files.iter().map(|path| read_json(path)).collect()
}

#[test]
fn a_step_that_hangs_is_stopped_after_its_timeout_and_fails() {
    let workdir = job("timeout = \"300ms\"");
    let ran = run_hanging(&workdir, &[]);
    ran.assert_code(1).assert_stderr_contains(&[
        "step=\"waits\"",
        "the step did not end within 300ms and was stopped",
        "not run: it needs \"waits\"",
    ]);
    assert!(!workdir.path("out/after.json").exists());
    // The step that does not need it runs, in the same process.
    let of_steps = reports(&workdir);
    let of = |step: &str| {
        let mut found = of_steps.iter().filter(|report| report["step"] == step);
        found.next().expect("a report").clone()
    };
    assert_eq!(of("beside it")["counts"]["accepted"], 3);
    assert_eq!(of("waits")["exit_code"], 1);
    let error = of("waits")["error"].to_string();
    assert!(error.contains("did not end within 300ms"), "{error}");

    let workdir = job("timeout = \"10min\"");
    let ran = workdir.run_with_stdin(["run", "job.toml"], numbered(3, 2).as_bytes());
    ran.assert_code(0);
    assert!(workdir.path("out/after.json").exists());
}

#[test]
fn an_interruption_of_a_step_with_a_timeout_ends_the_job() {
    let workdir = job("timeout = \"10min\"");
    let mut command = workdir.program();
    command.args(["run", "job.toml", "--deadline", "10min"]);
    let ran = interrupted_while_waiting(&workdir, command, "INT");
    ran.assert_code(130);
    assert_eq!(reports(&workdir)[0]["exit_code"], 130);
}

#[test]
fn a_deadline_stops_the_running_step_and_starts_no_other() {
    let workdir = job("timeout = \"10min\"");
    let ran = run_hanging(&workdir, &["--deadline", "400ms"]);
    ran.assert_code(1).assert_stderr_contains(&[
        "the step was stopped: the deadline of the job, --deadline 400ms, has passed",
        "step=\"beside it\"",
        "not run: the deadline of the job, --deadline 400ms, has passed",
    ]);
    assert_eq!(reports(&workdir).len(), 1);
    let ran = workdir.run_with_stdin(
        ["run", "job.toml", "--deadline", "10min"],
        numbered(3, 2).as_bytes(),
    );
    ran.assert_code(0);
}

#[test]
fn a_backfill_starts_no_day_after_the_deadline() {
    let workdir = job("timeout = \"10min\"");
    let days = ["--from", "2026-10-05", "--to", "2026-10-07"];
    let mut command = workdir.program();
    command
        .args(["run", "job.toml", "--deadline", "400ms", "--keep-going"])
        .args(days);
    let ran = ended_within(command, Duration::from_mins(1));
    ran.assert_code(1)
        .assert_stderr_contains(&["the deadline of the job has passed before this day"]);
    assert_eq!(ran.summary_count("days failed"), 1);
    assert_eq!(ran.summary_count("days not run"), 2);
}

/// Commits to a store that is down for its first requests.
fn on_flaky_store(down: usize, limits: &str) -> Output {
    let store = Emulator::start(Cloud::S3, &["lake"]);
    let network = Faulty::planned(store.address, move |number, _line| {
        if number < down {
            Fault::Down
        } else {
            Fault::None
        }
    });
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", numbered(0, 3));
    let job = format!(
        "[[steps]]\nname = \"load\"\n{limits}\ningest = {{ inputs = [\"dump.ndjson\"], summary = \"run.json\" }}\n"
    );
    workdir.write("job.toml", job);
    let mut command = workdir.program();
    command.envs(s3_variables(network.address));
    let lake = format!("lake={}", store.url("lake", "flaky"));
    command.args(["run", "job.toml", "--set", &lake]);
    command.args(["--store-retries", "0", "--store-deadline", "2s"]);
    let ran = Output::of(command);
    if ran.code() == Some(0) {
        let report: Value = read_json(&workdir.path("run.json"));
        assert_eq!(report["counts"]["accepted"], 3);
    }
    ran
}

#[test]
fn a_step_is_repeated_after_an_error_that_passes_with_growing_pauses() {
    let limits = "retries = 8\nretry_pause = \"10ms\"";
    let ran = on_flaky_store(2, limits);
    ran.assert_code(0).assert_stderr_contains(&[
        "trying again in 10ms",
        "step=\"load\"",
        "attempt=1",
    ]);
    // It fails without retries, and with too few of them.
    let ran = on_flaky_store(2, "");
    ran.assert_code(1);
    assert!(
        !ran.stderr().contains("trying again"),
        "{}",
        ran.transcript()
    );
    let ran = on_flaky_store(1_000, "retries = 2\nretry_pause = \"10ms\"");
    ran.assert_code(1)
        .assert_stderr_contains(&["trying again in 10ms", "trying again in 20ms"]);
    assert!(!ran.stderr().contains("attempt=3"), "{}", ran.transcript());
}

#[test]
fn an_error_that_a_retry_does_not_change_is_not_repeated() {
    let workdir = Workdir::new();
    let job = "lake = \"lake\"\n[[steps]]\nname = \"load\"\nretries = 3\nretry_pause = \"10ms\"\n\
        ingest = { inputs = [\"missing.json\"] }\n";
    workdir.write("job.toml", job);
    let ran = workdir.run(["run", "job.toml"]);
    ran.assert_code(2);
    assert!(
        !ran.stderr().contains("trying again"),
        "{}",
        ran.transcript()
    );
}

#[test]
fn limits_that_are_wrong_are_refused_with_their_line() {
    for (limits, named) in [
        ("timeout = \"soon\"", "expected a duration such as 7d"),
        ("timeout = \"0s\"", "expected a duration above zero"),
        ("timeout = 30", "expected a string"),
        ("retries = 11", "a whole number from 0 to 10"),
        ("retries = \"2\"", "a whole number from 0 to 10"),
        ("retry_pause = \"-1s\"", "expected a duration"),
        ("retires = 2", "did you mean `retries`?"),
    ] {
        let workdir = job(limits);
        workdir
            .run(["jobs", "check", "job.toml"])
            .assert_code(2)
            .assert_stdout_contains(&["job.toml:5:", named]);
    }
    let workdir = job("timeout = \"{env:LIMIT:-1h 30min}\"\nretries = 2\nretry_pause = \"1min\"");
    workdir.run(["jobs", "check", "job.toml"]).assert_code(0);
    workdir
        .run(["run", "job.toml", "--deadline", "soon"])
        .assert_code(2)
        .assert_stderr_contains(&["--deadline"]);
}
