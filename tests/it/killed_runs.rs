//! Killed and interrupted runs, and their completion by the same command.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::dump_generator::Dump;
use crate::lake_maintenance::lake_command;
use crate::purchase_fixtures::numbered;
use crate::python::{assert_once, summaries, summary};
use crate::recovery::events;
use crate::rounds::{Instants, rounds};
use crate::workdir::{Output, Workdir};

/// The least number of kills that must hit a run.
const KILLS: usize = 20;
/// The most attempts: a run that ends before its kill does not count.
const MOST_ATTEMPTS: usize = 80;

fn spawn(workdir: &Workdir, dump: &Dump) -> Child {
    let mut command = workdir.ingest_command();
    command.arg(dump.file()).args(["--reject-limit", "100%"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

/// Kills a run after `delay`; whether the kill hit it.
pub(crate) fn kill_after(mut child: Child, delay: Duration) -> bool {
    // The instant of the kill is what this test varies.
    std::thread::sleep(delay);
    // Fails only for a process that has been waited for.
    child.kill().expect("a signal to our own child");
    child.wait().expect("the end of our own child").signal() == Some(9)
}

#[test]
fn a_run_killed_at_any_instant_is_completed_by_the_same_command() {
    let dumps = Workdir::new();
    let arguments = ["--rows", "50000", "--dirt", "0.05", "--seed", "3"];
    let dump = Dump::make(&dumps, "dump", &arguments);
    let (seed, mut instants) = Instants::seeded();

    let whole = Workdir::new();
    let started = Instant::now();
    assert!(
        spawn(&whole, &dump)
            .wait()
            .expect("the end of the run")
            .success()
    );
    let duration = started.elapsed();

    let mut killed = Vec::new();
    let mut attempts = 0;
    while killed.len() < rounds(KILLS) {
        attempts += 1;
        assert!(
            attempts <= rounds(MOST_ATTEMPTS),
            "seed {seed}: only {} kills hit a run",
            killed.len()
        );
        let workdir = Workdir::new();
        let delay = duration.mul_f64(instants.next());
        if kill_after(spawn(&workdir, &dump), delay) {
            killed.push((workdir, delay));
        }
    }
    for (workdir, delay) in &killed {
        let mut command = workdir.ingest_command();
        command.arg(dump.file()).args(["--reject-limit", "100%"]);
        let shown = format!("{command:?}");
        let again = Output::new(shown, command.output().expect("the program starts"));
        let code = again.code();
        assert_eq!(
            code,
            Some(0),
            "seed {seed}, killed after {delay:?}: {}",
            again.transcript()
        );
    }
    let lakes: Vec<PathBuf> = killed.iter().map(|(workdir, _)| workdir.lake()).collect();
    for (found, (_, delay)) in summaries(&lakes).iter().zip(&killed) {
        let hit = format!("seed {seed}, killed after {delay:?} of {duration:?}");
        let checked = std::panic::catch_unwind(|| assert_once(found, &dump.truth));
        assert!(checked.is_ok(), "{hit}: {found:#}");
    }
}

/// The least number of kills that must hit a run of events.
const KILLS_OF_EVENTS: usize = 8;

#[test]
fn a_run_of_events_killed_at_any_instant_loses_none_and_counts_none_twice() {
    // Events that are repeated in the same file and in the next one are dropped.
    let (first, second) = (events((0..9_000).chain(0..1_000)), events(8_000..20_000));
    let ingest = |workdir: &Workdir| {
        let mut command = workdir.ingest_command();
        command.args([
            workdir.write("1.ndjson", &first),
            workdir.write("2.ndjson", &second),
        ]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().expect("the program starts")
    };
    let started = Instant::now();
    assert!(
        ingest(&Workdir::new())
            .wait()
            .expect("the end of the run")
            .success()
    );
    let duration = started.elapsed();
    let (seed, mut instants) = Instants::seeded();
    let mut killed = 0;
    for _ in 0..rounds(MOST_ATTEMPTS) {
        let workdir = Workdir::new();
        let delay = duration.mul_f64(instants.next());
        if !kill_after(ingest(&workdir), delay) {
            continue;
        }
        killed += 1;
        assert!(
            ingest(&workdir)
                .wait()
                .expect("the end of the run")
                .success()
        );
        let found = summary(&workdir.lake());
        let hit = format!("seed {seed}, killed after {delay:?} of {duration:?}: {found:#}");
        assert_eq!(found["purchases"]["rows"], 20_000, "{hit}");
        assert_eq!(found["inputs"]["counts"]["accepted"], 20_000, "{hit}");
        assert_eq!(found["inputs"]["counts"]["duplicate"], 2_000, "{hit}");
        lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
        if killed == rounds(KILLS_OF_EVENTS) {
            return;
        }
    }
    panic!("seed {seed}: only {killed} kills hit a run");
}

#[test]
fn an_interrupt_at_any_instant_ends_the_run_or_comes_too_late() {
    let dumps = Workdir::new();
    let arguments = [
        "--rows", "30000", "--files", "3", "--dirt", "0.05", "--seed", "4",
    ];
    let dump = Dump::make(&dumps, "dump", &arguments);
    let start = |workdir: &Workdir| {
        let mut command = workdir.ingest_command();
        command.args(["--reject-limit", "100%"]).args(&dump.files);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        (
            format!("{command:?}"),
            command.spawn().expect("the program starts"),
        )
    };
    let end = |(shown, child): (String, Child)| {
        Output::new(shown, child.wait_with_output().expect("the end of the run"))
    };
    let started = Instant::now();
    end(start(&Workdir::new())).assert_code(0);
    let duration = started.elapsed();

    let (seed, mut instants) = Instants::seeded();
    let workdirs: Vec<Workdir> = (0..rounds(12)).map(|_| Workdir::new()).collect();
    for (round, workdir) in workdirs.iter().enumerate() {
        let run = start(workdir);
        std::thread::sleep(duration.mul_f64(instants.next()));
        // A process that has ended still takes signals until it is waited for.
        signal(&run.1, if round % 2 == 0 { "INT" } else { "TERM" });
        let interrupted = end(run);
        match interrupted.code() {
            // Before the handler is installed, the signal ends the process.
            Some(130) | None => {}
            _ => assert_eq!(
                interrupted.outcomes(),
                ["ingested"; 3],
                "seed {seed}: {}",
                interrupted.transcript()
            ),
        }
        end(start(workdir)).assert_code(0);
    }
    let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
    for found in summaries(&lakes) {
        assert_once(&found, &dump.truth);
    }
}

/// Sends a signal to a child process, by its id.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(sent.expect("the program `kill`").success(), "kill -{name}");
}

/// Feeds purchases to a run endlessly; returns once the run has stopped reading.
pub(crate) fn feed_endlessly(child: &mut Child, name: &str) {
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let text = numbered(0, 5000);
    // At least two chunks have been read by then, whatever the size of the pipe.
    for _ in 0..12 {
        stdin.write_all(text.as_bytes()).expect("the run reads");
    }
    signal(child, name);
    while stdin.write_all(text.as_bytes()).is_ok() {}
}

#[test]
fn an_interrupted_run_ends_with_130_and_leaves_nothing_half_done() {
    for name in ["INT", "TERM"] {
        let workdir = Workdir::new();
        let good = workdir.write("good.ndjson", numbered(0, 3));
        workdir.ingest([good]).assert_code(0);
        let mut command = workdir.ingest_command();
        command
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let shown = format!("{command:?} < endless input, kill -{name}");
        let mut child = command.spawn().expect("the program starts");
        feed_endlessly(&mut child, name);
        let output = Output::new(shown, child.wait_with_output().expect("the end of the run"));
        output
            .assert_code(130)
            .assert_stderr_contains(&["interrupted"]);
        let report = output.json();
        assert_eq!(report["counts"]["read"], 0, "{report:#}");
        assert!(report["error"].is_string(), "{report:#}");
        let found = summary(&workdir.lake());
        assert_eq!(found["purchases"]["rows"], 3, "{found:#}");
        assert_eq!(found["inputs"]["rows"], 1, "{found:#}");
        let more = workdir.write("more.ndjson", numbered(3, 4));
        workdir.ingest([more]).assert_code(0);
        assert_eq!(summary(&workdir.lake())["purchases"]["rows"], 7);
    }
}

#[test]
fn a_job_that_is_terminated_in_an_input_ends_with_130_and_stays_in_the_history() {
    let workdir = Workdir::new();
    let job = workdir.write(
        "job.toml",
        "lake = \"lake\"\n[[steps]]\nname = \"dumps\"\ningest = { inputs = [\"-\"] }\n\
         [[steps]]\nname = \"page\"\ndashboard = { output = \"page\" }\n",
    );
    let mut command = workdir.program();
    command
        .arg("run")
        .arg(job)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let shown = format!("{command:?} < endless input, kill -TERM");
    let mut child = command.spawn().expect("the program starts");
    feed_endlessly(&mut child, "TERM");
    let output = Output::new(shown, child.wait_with_output().expect("the end of the run"));
    output
        .assert_code(130)
        .assert_stdout("")
        .assert_stderr_contains(&["interrupted"]);
    assert!(!workdir.path("page").exists());
    let found = summary(&workdir.lake());
    assert_eq!(found["purchases"]["rows"], 0, "{found:#}");
    let listed = workdir.run(["runs", "list", "--lake", "lake", "--format", "csv"]);
    let lines: Vec<_> = listed.assert_code(0).stdout().lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].contains(",130,interrupted"), "{lines:?}");
}

/// Starts a command that reads customer purchases from standard input into the lake of the folder,
/// and sends it a signal while it waits for more of them.
pub(crate) fn interrupted_while_waiting(
    workdir: &Workdir,
    mut command: Command,
    signal_name: &str,
) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let shown = format!("{command:?} < nothing, kill -{signal_name}");
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin
        .write_all(numbered(0, 3).as_bytes())
        .expect("the pipe holds this much");
    // The lake is created before the input is read.
    let deadline = Instant::now() + Duration::from_mins(1);
    while !workdir.lake().join("inputs/_delta_log").exists() {
        assert!(Instant::now() < deadline, "the run creates no tables");
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, signal_name);
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut ended = false;
    while !ended && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
        ended = child.try_wait().expect("our own child").is_some();
    }
    drop(stdin);
    let output = Output::new(shown, child.wait_with_output().expect("the end of the run"));
    assert!(
        ended,
        "the run waited for the end of its input\n{}",
        output.transcript()
    );
    output
}

#[test]
fn a_run_that_waits_for_its_input_can_be_interrupted() {
    let workdir = Workdir::new();
    let mut command = workdir.ingest_command();
    command.arg("-");
    interrupted_while_waiting(&workdir, command, "INT").assert_code(130);
}
