//! How much memory a run may need, whatever its input looks like.

use std::io::Write;
use std::process::{Child, Stdio};

use crate::workdir::Workdir;

/// The bound of the README.
const MOST_MIB: u64 = 256;

/// The most memory that a process has had so far.
fn peak_mib(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.expect("the program is running");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|line| line.trim().strip_suffix("kB"));
    let kib = kib.expect("a number of KiB").trim().parse::<u64>();
    kib.expect("a number of KiB") / 1024
}

/// What a run needs that is given `text` on standard input, and its exit code.
fn peak_of(format: &str, text: &[u8]) -> (u64, Option<i32>) {
    let workdir = Workdir::new();
    let mut command = workdir.ingest_command();
    command.args(["--input-format", format, "--reject-limit", "100%", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(text).expect("the program reads");
    let peak = peak_mib(&child);
    drop(stdin);
    (peak, child.wait().expect("the program ends").code())
}

/// A reject takes hundreds of times the memory of a record of one byte.
#[test]
fn dumps_of_tiny_records_need_no_more_than_others() {
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

/// A line is judged as a whole, whatever it holds.
#[test]
fn a_line_of_more_records_than_fit_into_one_is_refused() {
    let mut line = b"[".to_vec();
    line.extend(b"1,".repeat(1 << 20));
    line.extend(b"1]\n");
    let (_, code) = peak_of("ndjson", &line);
    assert_eq!(code, Some(3));
}
