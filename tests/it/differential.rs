//! Validation results and values of the oracle against those of the program, record by record.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::Value;

use crate::dump_generator::Dump;
use crate::purchase_fixtures::numbered;
use crate::python::python;
use crate::workdir::{NOW, Workdir, expected, sample};

/// Ingests everything and compares the tables with the oracle. Returns how many accepted, rejected
/// and duplicate records were compared.
#[track_caller]
fn compare(workdir: &Workdir, files: &[PathBuf], zone: &str) -> Value {
    let options = ["--reject-limit", "100%", "--default-timezone", zone].map(OsString::from);
    let inputs = files.iter().map(OsString::from);
    workdir
        .ingest(options.into_iter().chain(inputs.clone()))
        .assert_code(0);
    let fixed = ["--default-tz", zone, "--now", NOW].map(OsString::from);
    let lake = OsString::from(workdir.lake());
    let found = python(
        "compare_oracle.py",
        fixed.into_iter().chain([lake]).chain(inputs),
    );
    let differences = found["differences"].as_array().expect("a list");
    let shown: Vec<String> = differences
        .iter()
        .take(5)
        .map(|found| format!("{found:#}"))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        shown.join("\n")
    );
    found["compared"].clone()
}

#[test]
fn the_samples_are_validated_and_normalised_as_the_oracle_does() {
    for zone in ["UTC", "America/Sao_Paulo"] {
        let workdir = Workdir::new();
        let files = [
            "web_2026-10.ndjson",
            "track_log_2026-10.json",
            "balcao_2026-10.csv",
        ];
        let compared = compare(&workdir, &files.map(sample), zone);
        let counts = &expected("counts.json")["total"];
        assert_eq!(compared["accepted"], counts["accepted"]);
        assert_eq!(compared["rejected"], counts["rejected"]);
    }
}

#[test]
fn the_dirty_samples_are_validated_and_normalised_as_the_oracle_does() {
    let names = ["dirty/records.ndjson", "dirty/cdi.ndjson", "dirty/flat.csv"];
    let expected_files = expected("dirty.json");
    for name in names {
        let workdir = Workdir::new();
        let compared = compare(&workdir, &[sample(name)], "UTC");
        assert_eq!(
            compared["accepted"], expected_files[name]["accepted"],
            "{name}"
        );
        assert_eq!(
            compared["rejected"], expected_files[name]["rejected"],
            "{name}"
        );
    }
}

#[test]
fn a_line_with_an_invalid_byte_is_rejected_as_the_oracle_does() {
    let workdir = Workdir::new();
    let mut lines = numbered(0, 4).into_bytes();
    let key = b"\"external_id\":\"";
    let starts = lines.windows(key.len()).position(|bytes| bytes == key);
    lines[starts.expect("a buyer") + key.len()] = 0xE9;
    let path = workdir.write("lines.ndjson", lines);
    let compared = compare(&workdir, &[path], "UTC");
    assert_eq!(compared["accepted"], 3);
    assert_eq!(compared["rejected"], 1);
}

#[track_caller]
fn compare_dump(shape: &str) {
    let workdir = Workdir::new();
    let plain = [
        "--rows", "6000", "--seed", "17", "--dirt", "0.3", "--warn", "0.3",
    ];
    let dump = Dump::make(
        &workdir,
        "dump",
        &[&plain[..], &["--shape", shape]].concat(),
    );
    let compared = compare(&workdir, &dump.files, "UTC");
    for outcome in ["accepted", "rejected", "duplicate"] {
        assert_eq!(compared[outcome], dump.truth[outcome], "{shape}");
    }
}

#[test]
fn a_very_dirty_dump_of_lines_is_validated_as_the_oracle_does() {
    compare_dump("ndjson");
}

#[test]
fn a_very_dirty_document_is_validated_as_the_oracle_does() {
    compare_dump("document");
}

#[test]
fn a_very_dirty_dump_of_delimited_text_is_validated_as_the_oracle_does() {
    compare_dump("csv");
}

#[test]
fn a_very_dirty_dump_of_currents_events_is_validated_as_the_oracle_does() {
    compare_dump("currents-ndjson");
}

#[test]
fn a_very_dirty_dump_of_cloud_data_ingestion_is_validated_as_the_oracle_does() {
    compare_dump("cdi-ndjson");
}

/// Rules of the program only: the oracle validates records one by one, without runs.
const ACROSS_RECORDS: [&str; 2] = ["BRZ-DUP-EVENT", "BRZ-CURRENTS-DUP"];

/// Rules by record, as `check --format json` lists them: rejecting ones, and all the rest.
fn findings(workdir: &Workdir, name: &str) -> BTreeMap<u64, [BTreeSet<String>; 2]> {
    let arguments = [
        "check",
        "--format",
        "json",
        "--reject-limit",
        "100%",
        "--now",
        NOW,
    ];
    let input = sample(name);
    let input = input.to_str().expect("a path of letters");
    let output = workdir.run(arguments.into_iter().chain([input]));
    output.assert_code(0);
    let mut records: BTreeMap<u64, [BTreeSet<String>; 2]> = BTreeMap::new();
    for line in output.json_lines() {
        let Some(record) = line["record"].as_u64() else {
            continue;
        };
        let rule = line["rule_id"].as_str().expect("a rule");
        let kind = usize::from(line["severity"] != "reject");
        if !ACROSS_RECORDS.contains(&rule) {
            records.entry(record).or_default()[kind].insert(rule.to_owned());
        }
    }
    records
}

#[test]
fn check_lists_for_each_record_the_rules_and_warnings_that_the_oracle_names() {
    let workdir = Workdir::new();
    let expected_files = expected("dirty.json");
    for (name, file) in expected_files.as_object().expect("one entry a file") {
        let found = findings(&workdir, name);
        for record in file["records"].as_array().expect("a list of records") {
            let row = record["row"].as_u64().expect("a number");
            let rules = |name: &str| {
                let listed = record[name].as_array().expect("a list of rules");
                listed
                    .iter()
                    .map(|rule| rule.as_str().expect("a rule").to_owned())
            };
            let [rejecting, others] = found.get(&row).cloned().unwrap_or_default();
            let wanted: BTreeSet<String> = rules("rules").collect();
            assert_eq!(rejecting, wanted, "{name}: record {row}");
            // Further findings on a rejected record are not specified.
            if wanted.is_empty() {
                let wanted: BTreeSet<String> = rules("warnings").chain(rules("infos")).collect();
                assert_eq!(others, wanted, "{name}: record {row}");
            }
        }
    }
}
