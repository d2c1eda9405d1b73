//! The memory of a run, for any input.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::workdir::Workdir;

/// The documented bound.
const MOST_MIB: u64 = 256;

/// The peak memory of a process so far; `None` once it has ended.
fn peak_kib(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib = peak.trim().strip_suffix("kB").expect("a number of KiB");
    Some(kib.trim().parse().expect("a number of KiB"))
}

/// The peak memory of a process at its end, and its exit code. The end of the input matters: rows
/// are sorted, encoded and committed then.
fn peak_until_end(child: &mut Child) -> (u64, Option<i32>) {
    let mut peak = 0;
    loop {
        let ended = child.try_wait().expect("our own child");
        match (peak_kib(child), ended) {
            (Some(kib), None) => peak = kib.max(peak),
            (_, Some(ended)) => return (peak / 1024, ended.code()),
            // It has ended, but has not been waited for yet.
            (None, None) => {}
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The peak memory and exit code of a run with `text` on standard input.
fn peak_of(format: &str, text: &[u8]) -> (u64, Option<i32>) {
    let workdir = Workdir::new();
    let mut command = workdir.ingest_command();
    command.args(["--input-format", format, "--reject-limit", "100%", "-"]);
    peak_with(command, text)
}

fn peak_with(mut command: Command, text: &[u8]) -> (u64, Option<i32>) {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(text).expect("the program reads");
    drop(stdin);
    peak_until_end(&mut child)
}

/// A reject takes hundreds of times the memory of a record of one byte.
#[test]
fn dumps_of_tiny_records_need_no_more_memory_than_any() {
    let lines = b"1\n".repeat(1 << 20);
    let mut elements = b"[".to_vec();
    elements.extend(b"1,".repeat(1 << 20));
    elements.extend(b"1]");
    for (format, text) in [("ndjson", lines), ("json", elements)] {
        let (peak, code) = peak_of(format, &text);
        assert_eq!(code, Some(0), "{format}");
        assert!(peak <= MOST_MIB, "{format}: {peak} MiB");
    }
}

/// A line is validated as a whole.
#[test]
fn a_line_of_more_records_than_fit_into_one_is_refused() {
    let mut line = b"[".to_vec();
    line.extend(b"1,".repeat(1 << 20));
    line.extend(b"1]\n");
    let (_, code) = peak_of("ndjson", &line);
    assert_eq!(code, Some(3));
}

/// Every record has five findings, which take hundreds of times the memory of the record.
#[test]
fn a_check_needs_no_more_however_many_findings_there_are() {
    let workdir = Workdir::new();
    let text = b"{}\n".repeat(200_000);
    for format in ["text", "json", "response", "github", "sarif"] {
        let mut command = workdir.program();
        command.args(["check", "--input-format", "ndjson", "--findings", "all"]);
        command.args(["--reject-limit", "100%", "--format", format, "-"]);
        let (peak, code) = peak_with(command, &text);
        assert_eq!(code, Some(0), "{format}");
        assert!(peak <= MOST_MIB, "{format}: {peak} MiB");
    }
}
