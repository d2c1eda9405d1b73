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

/// A reject takes hundreds of times the memory of a line of one byte.
#[test]
fn a_dump_of_tiny_records_needs_no_more_than_another() {
    let workdir = Workdir::new();
    let mut command = workdir.ingest_command();
    command.args(["--input-format", "ndjson", "--reject-limit", "100%", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let lines = b"1\n".repeat(1 << 20);
    stdin.write_all(&lines).expect("the program reads");
    let peak = peak_mib(&child);
    drop(stdin);
    assert!(child.wait().expect("the program ends").success());
    assert!(peak <= MOST_MIB, "{peak} MiB");
}
