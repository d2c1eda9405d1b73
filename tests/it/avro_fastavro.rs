//! Avro files of every schema that Currents has used and of every codec, written by fastavro, with
//! mutations of each; what the program stores of them is what fastavro reads.

use std::ffi::OsString;

use crate::python::python;
use crate::workdir::Workdir;

/// Mutations of each of the 25 files.
const MUTATIONS: &str = "200";

#[test]
fn fastavro_and_the_program_read_the_same_events() {
    let workdir = Workdir::new();
    let folder = workdir.path("avro").into_os_string();
    let made = python(
        "avro_fastavro.py",
        [OsString::from("make"), folder.clone(), MUTATIONS.into()],
    );
    assert_eq!(made["files"], 25 * 201);
    let output = workdir.ingest(
        ["--reject-limit", "100%", "--max-partitions", "100000"]
            .map(OsString::from)
            .into_iter()
            .chain([folder.clone()]),
    );
    output.assert_code(3);
    assert!(!output.stderr().contains("panicked"), "{}", output.stderr());
    let summary = workdir.write("summary.json", output.stdout());
    let found = python(
        "avro_fastavro.py",
        [
            OsString::from("compare"),
            folder,
            workdir.lake().into(),
            summary.into(),
        ],
    );
    let differences = found["differences"].as_array().expect("a list");
    assert!(differences.is_empty(), "{differences:#?}");
    let counts = &found["counts"];
    let count = |name: &str| counts[name].as_u64().unwrap_or_default();
    // Enough mutations left the structure whole to compare what is in them.
    assert!(count("ingested") > 900, "{counts:#}");
    assert!(count("accepted events") > 6_000, "{counts:#}");
    assert!(count("rejected events") > 300, "{counts:#}");
}
