//! Atomic output files: one of several writers wins, a power cut leaves no partial file, and long
//! reports for standard output are buffered in the scratch folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::purchase_fixtures::numbered;
use crate::rounds::rounds;
use crate::supplier_fixtures::{ingest_text, single_page, supplier_purchases};
use crate::workdir::{NOW, Output, Workdir, read_json};

/// Temporary files that were not renamed.
fn parts(workdir: &Workdir) -> Vec<PathBuf> {
    let files = workdir.files().into_iter();
    let is_part = |path: &PathBuf| path.to_string_lossy().contains(".part");
    files.filter(is_part).collect()
}

#[test]
fn days_at_the_same_time_may_have_one_summary() {
    let workdir = Workdir::new();
    let mut names = Vec::new();
    for day in 1..=16 {
        let name = format!("dumps/2026-10-{day:02}.ndjson");
        names.push(workdir.write(&name, numbered(day * 100, 20)));
    }
    workdir.write(
        "job.toml",
        "lake = \"lake\"\n[[steps]]\nname = \"in\"\ndays_in_parallel = true\n\
         ingest = { inputs = [\"dumps/{date}.ndjson\"], summary = \"out/run.json\" }\n",
    );
    let days = ["--from", "2026-10-01", "--to", "2026-10-16"];
    let job = ["run", "job.toml", "--now", NOW, "--parallel", "16"];
    workdir.run(job.iter().chain(&days)).assert_code(0);
    let path = read_json(&workdir.path("out/run.json"))["inputs"][0]["path"].clone();
    let last = path.as_str().expect("a path");
    assert!(names.iter().any(|name| *name == Path::new(last)), "{last}");
    assert!(parts(&workdir).is_empty(), "{:?}", parts(&workdir));
}

#[test]
fn processes_that_write_one_file_leave_the_whole_answer_of_one() {
    let workdir = Workdir::new();
    workdir
        .ingest([workdir.write("in.ndjson", numbered(0, 50))])
        .assert_code(0);
    let lengths = ["1", "40"];
    let report = |length: &str| {
        let mut command = workdir.program();
        command.args(["report", "quantity-series", "--now", NOW, "--lake", "lake"]);
        command.args(["--ending-at", "2026-10-31", "--length", length]);
        command
    };
    let answers = lengths.map(|length| Output::of(report(length)).stdout().to_owned());
    let running = lengths.iter().cycle().take(rounds(12)).map(|length| {
        let mut command = report(length);
        command.args(["--output", "out/answer.json"]);
        command.stderr(Stdio::null()).spawn().expect("a process")
    });
    for mut process in running.collect::<Vec<_>>() {
        assert!(process.wait().expect("its end").success());
    }
    let answer = std::fs::read_to_string(workdir.path("out/answer.json")).expect("an answer");
    assert!(answers.contains(&answer), "{answer}");
    assert!(parts(&workdir).is_empty(), "{:?}", parts(&workdir));
}

#[test]
fn a_long_answer_for_standard_output_is_buffered_in_the_scratch_folder() {
    let workdir = Workdir::new();
    ingest_text(
        &workdir,
        "list.json",
        &single_page(&supplier_purchases(1..=3)),
    );
    let mut command = workdir.program();
    command.env("TMPDIR", "/proc/nowhere");
    command.args(["report", "supplier-purchases", "--company-id", "12"]);
    command.args(["--format", "csv", "--lake", "lake", "--scratch", "waiting"]);
    let answer = Output::of(command);
    answer.assert_code(0);
    assert_eq!(
        answer.stdout().lines().count(),
        4,
        "{}",
        answer.transcript()
    );
    let left = std::fs::read_dir(workdir.path("waiting")).expect("the folder");
    assert_eq!(left.count(), 0, "no temporary file remains");
}

#[test]
fn a_pipe_behind_a_name_is_written_to() {
    let workdir = Workdir::new();
    workdir.write("in.ndjson", numbered(0, 5));
    let words = "ingest in.ndjson --lake lake --summary /dev/stdout";
    let run = workdir.run(words.split(' '));
    assert_eq!(run.assert_code(0).json()["counts"]["accepted"], 5);
}

/// The system calls on files, by thread.
fn traced(workdir: &Workdir, arguments: &[&str]) -> Option<Vec<Vec<String>>> {
    // Tracing may be forbidden or unavailable on this machine.
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status();
    tried.ok().filter(ExitStatus::success)?;
    let mut strace = Command::new("strace");
    let calls = "trace=fsync,rename,renameat,renameat2,mkdir,mkdirat";
    strace.args(["-ff", "-y", "-s", "4096", "-e", calls, "-o"]);
    strace.arg(workdir.path("trace"));
    let program = workdir.program();
    strace.arg(program.get_program()).args(arguments);
    strace.current_dir(workdir.path(""));
    let ended = strace.stdin(Stdio::null()).output().expect("strace starts");
    assert!(ended.status.success(), "{ended:?}");
    let mut threads = Vec::new();
    for entry in std::fs::read_dir(workdir.path("")).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.to_string_lossy().contains("/trace.") {
            let text = std::fs::read_to_string(&path).expect("a trace");
            threads.push(text.lines().map(str::to_owned).collect());
            std::fs::remove_file(path).expect("our own file");
        }
    }
    Some(threads)
}

/// The paths that a call names, below the folder.
fn paths(workdir: &Workdir, call: &str) -> Vec<String> {
    let root = workdir.path("").canonicalize().expect("the folder");
    let root = root.to_string_lossy().into_owned();
    let named = call.split(['"', '<', '>']).skip(1).step_by(2);
    let below = named.map(|path| path.trim_start_matches(&root).trim_matches('/').to_owned());
    // `AT_FDCWD` is printed with its folder.
    below
        .filter(|path| !path.is_empty() && path != ".")
        .collect()
}

fn is_synced(workdir: &Workdir, path: &str, calls: &[String]) -> bool {
    let mut syncs = calls.iter().filter(|call| call.starts_with("fsync"));
    syncs.any(|call| paths(workdir, call) == [path])
}

/// Whether a power cut loses neither the file of a call nor the folder that it creates.
fn is_safe(workdir: &Workdir, calls: &[String], at: usize) -> Option<(String, bool)> {
    let (before, after) = (&calls[..at], &calls[at + 1..]);
    let call = &calls[at];
    match paths(workdir, call).as_slice() {
        [part, target] if call.starts_with("rename") => {
            let (folder, _) = target.rsplit_once('/')?;
            let is_safe = is_synced(workdir, part, before) && is_synced(workdir, folder, after);
            Some((target.clone(), is_safe))
        }
        [folder] if call.starts_with("mkdir") => {
            let (parent, _) = folder.rsplit_once('/')?;
            Some((folder.clone(), is_synced(workdir, parent, after)))
        }
        _ => None,
    }
}

#[test]
fn a_file_is_synced_before_it_has_its_name_and_its_folder_afterwards() {
    let workdir = Workdir::new();
    workdir.write("in.ndjson", numbered(0, 5));
    let mut made: BTreeMap<String, bool> = BTreeMap::new();
    for arguments in [
        "ingest in.ndjson --lake lake --summary new/of/run.json --metrics-file new/m.prom",
        "report quantity-series --length 1 --lake lake --output answers/deep/answer.json",
        "dashboard --lake lake --output site/today",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let Some(threads) = traced(&workdir, &words) else {
            eprintln!("strace is not available: the order of syncs is not checked");
            return;
        };
        for calls in threads {
            made.extend((0..calls.len()).filter_map(|at| is_safe(&workdir, &calls, at)));
        }
    }
    let run = made.keys().find(|name| name.starts_with("lake/_runs/"));
    let run = run.expect("the report of the run").clone();
    for name in [
        "new/of",
        "new/of/run.json",
        "new/m.prom",
        "answers/deep",
        "answers/deep/answer.json",
        "site/today",
        "site/today/index.html",
        "lake/_runs",
        &run,
    ] {
        assert_eq!(made.get(name), Some(&true), "{name}: {made:#?}");
    }
}
