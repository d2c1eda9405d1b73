//! Many small files in one run: they are read together, share data files and a commit, and each
//! row is there once.

use std::fs;

use crate::dump_generator::Dump;
use crate::python::{assert_once, summary};
use crate::workdir::Workdir;

/// More than wait in memory before their rows are on their way into data files.
const MANY: [&str; 6] = ["--rows", "3000", "--files", "300", "--dirt", "0.02"];

/// Some of ten records are rejects now and then.
const ANY_REJECTS: [&str; 2] = ["--reject-limit", "100%"];

#[test]
fn they_share_data_files_and_a_commit() {
    let workdir = Workdir::new();
    let dump = Dump::make(&workdir, "dump", &MANY);
    let folder = workdir.path("dump").join("*.ndjson");
    let arguments = ANY_REJECTS.map(Into::into);
    let output = workdir.ingest(arguments.into_iter().chain([folder.into_os_string()]));
    output.assert_code(0);
    assert_eq!(output.outcomes().len(), 300);
    assert_once(&summary(&workdir.lake()), &dump.truth);
    let below = workdir.lake().join("purchases");
    let logs = fs::read_dir(below.join("_delta_log")).expect("a log");
    assert_eq!(logs.count(), 2, "the table and one commit");
    let data = workdir.files().into_iter().filter(|path| {
        path.extension().is_some_and(|end| end == "parquet")
            && path.to_string_lossy().contains("purchase_date=")
    });
    assert_eq!(data.count(), 30, "one for each day");
}

#[test]
fn a_known_one_among_them_is_left_out_and_the_others_are_there_once() {
    let workdir = Workdir::new();
    let dump = Dump::make(&workdir, "dump", &MANY);
    // The last one: the rows of the others are written by the time it is met.
    let copy = workdir.path("copy");
    let last = dump.files.last().expect("a file");
    fs::copy(last, &copy).expect("a copy");
    let inputs = |files: &[std::path::PathBuf]| {
        let arguments = ANY_REJECTS.map(Into::into);
        let files = files.iter().map(|file| file.clone().into_os_string());
        arguments.into_iter().chain(files).collect::<Vec<_>>()
    };
    workdir.ingest(inputs(&[copy])).assert_code(0);
    let output = workdir.ingest(inputs(&dump.files));
    output.assert_code(0);
    let outcomes = output.outcomes();
    assert_eq!(outcomes.len(), 300);
    assert_eq!(outcomes[299], "already_ingested", "{}", output.transcript());
    let ingested = outcomes.iter().filter(|outcome| *outcome == "ingested");
    assert_eq!(ingested.count(), 299, "{}", output.transcript());
    assert_once(&summary(&workdir.lake()), &dump.truth);
}

#[test]
fn packed_ones_that_hold_more_than_their_size_lets_expect_are_read_in_turn() {
    let workdir = Workdir::new();
    let arguments = ["--rows", "20000", "--files", "4", "--gzip"];
    let dump = Dump::make(&workdir, "dump", &arguments);
    let without_ending = |(at, file): (usize, &std::path::PathBuf)| {
        let stored = fs::read(file).expect("a part of a dump");
        assert!(stored.len() < 256 << 10, "small as it is stored");
        workdir.write(&format!("part {at}"), stored)
    };
    let files: Vec<_> = dump.files.iter().enumerate().map(without_ending).collect();
    let output = workdir.ingest(files);
    output.assert_code(0);
    assert_eq!(output.outcomes(), ["ingested"; 4]);
    assert_once(&summary(&workdir.lake()), &dump.truth);
}
