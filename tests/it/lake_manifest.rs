//! `lake manifest` lists exactly the files of the newest version, partition by partition.

use std::ffi::OsString;
use std::fs;

use serde_json::{Value, json};

use crate::changed_inputs::inputs;
use crate::dump_generator::Dump;
use crate::lake_maintenance::{ingest_each, lake_command, lake_command_json, status};
use crate::purchase_fixtures::numbered;
use crate::python::python;
use crate::supplier_fixtures::{ingest, single_page, supplier_purchases};
use crate::workdir::Workdir;

const FOLDER: &str = "lake/purchases/_symlink_format_manifest";

/// Fails unless deltalake for Python finds the files and rows of the manifests in the logs.
#[track_caller]
fn assert_in_step(workdir: &Workdir, tables: &[&str]) -> Value {
    let arguments = [workdir.lake().into_os_string()];
    let tables = tables.iter().map(OsString::from);
    let found = python("lake_manifest.py", arguments.into_iter().chain(tables));
    for (table, compared) in found.as_object().expect("tables") {
        assert_eq!(compared["manifests"], compared["delta"], "{table}");
        let (manifests, delta) = (&compared["manifest_rows"], &compared["delta_rows"]);
        assert_eq!(manifests, delta, "{table}");
        assert_eq!(
            &status(workdir, table)["rows"],
            &delta["rows"],
            "{table}: rows by its status"
        );
    }
    found
}

#[test]
fn manifests_follow_an_ingest_a_replacement_a_compaction_and_a_removal() {
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "900", "--files", "3", "--dirt", "0.05", "--days", "3", "--seed", "6",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    ingest_each(&workdir, &dump.files);
    let tables = ["purchases", "rejects", "inputs"];
    let write = || lake_command_json(&workdir, "manifest", &[]);
    let first = write();
    assert_in_step(&workdir, &tables);
    let by_name = |tables: &Value, name: &str| -> Value {
        let mut tables = tables.as_array().expect("tables").iter();
        tables
            .find(|one| one["table"] == name)
            .cloned()
            .expect("the table")
    };
    let purchases = by_name(&first, "purchases");
    let counts = ["manifests", "files", "removed", "is_newest"].map(|key| &purchases[key]);
    // Each file of the dump is a day.
    assert_eq!(counts, [&json!(3), &json!(3), &json!(0), &json!(true)]);

    let path = workdir.write("dump/later.ndjson", numbered(0, 40));
    workdir.ingest([&path]).assert_code(0);
    write();
    let with_later = assert_in_step(&workdir, &tables);
    // The day of the later dump is no day of the first one.
    let folders = |found: &Value| -> usize {
        let manifests = found["purchases"]["manifests"].as_object();
        manifests.expect("manifests").len()
    };
    assert!(folders(&with_later) > 3, "{with_later:#}");

    workdir.write("dump/later.ndjson", numbered(0, 4));
    let replace = ["--changed-input", "replace", "--"].map(OsString::from);
    workdir
        .ingest(replace.into_iter().chain([path.clone().into_os_string()]))
        .assert_code(0);
    write();
    assert_in_step(&workdir, &tables);

    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_eq!(by_name(&write(), "purchases")["removed"], 0);
    assert_in_step(&workdir, &tables);

    let path = path.display().to_string();
    inputs(&workdir, &["remove", &path, "--yes"]).assert_code(0);
    let removed = by_name(&write(), "purchases");
    assert!(removed["removed"].as_u64() > Some(0), "{removed:#}");
    assert_eq!(folders(&assert_in_step(&workdir, &tables)), 3);
}

#[test]
fn manifests_of_a_restored_table_list_its_older_files_again() {
    let workdir = Workdir::new();
    for number in 0..3 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number * 10, 10));
        workdir.ingest([input]).assert_code(0);
    }
    lake_command(&workdir, "manifest", &[]).assert_code(0);
    let before = assert_in_step(&workdir, &["purchases", "inputs"]);
    lake_command(&workdir, "compact", &[]).assert_code(0);
    lake_command(&workdir, "manifest", &[]).assert_code(0);
    let compacted = assert_in_step(&workdir, &["purchases"]);
    assert_ne!(
        compacted["purchases"]["manifests"],
        before["purchases"]["manifests"]
    );
    let back = ["--table", "purchases", "--to-version", "3"];
    lake_command(&workdir, "restore", &back).assert_code(0);
    lake_command(&workdir, "manifest", &["--table", "purchases"]).assert_code(0);
    let restored = assert_in_step(&workdir, &["purchases"]);
    assert_eq!(
        restored["purchases"]["manifests"],
        before["purchases"]["manifests"]
    );
}

#[test]
fn partitions_with_several_columns_have_the_folders_of_their_files() {
    let workdir = Workdir::new();
    let page = single_page(&supplier_purchases([1, 2]));
    let input = workdir.write("suppliers.json", page);
    ingest(&workdir, "12", [input]).assert_code(0);
    lake_command(&workdir, "manifest", &[]).assert_code(0);
    let found = assert_in_step(&workdir, &["supplier_purchases", "supplier_versions"]);
    let folders = found["supplier_purchases"]["manifests"].as_object();
    let mut folders = folders.expect("manifests").keys();
    let folder = folders.next().expect("a partition");
    assert!(
        folder.starts_with("company_id=") && folder.contains("/registration_month="),
        "{folder}"
    );
}

#[test]
fn only_manifests_of_missing_partitions_are_removed() {
    let workdir = Workdir::new();
    let input = workdir.write("0.ndjson", numbered(0, 5));
    workdir.ingest([input]).assert_code(0);
    let gone = workdir.write(
        &format!("{FOLDER}/purchase_date=2020-01-01/manifest"),
        "old\n",
    );
    let others = [
        format!("{FOLDER}/README.md"),
        format!("{FOLDER}/purchase_date=2020-01-02/notes"),
        "lake/purchases/manifest".to_owned(),
        "lake/purchases/purchase_date=2020-01-01/manifest".to_owned(),
    ];
    let others = others.map(|name| workdir.write(&name, "kept"));
    let done = lake_command_json(&workdir, "manifest", &["--table", "purchases"]);
    assert_eq!(done[0]["removed"], 1, "{done:#}");
    assert!(!gone.parent().expect("a folder").exists());
    for path in others {
        assert_eq!(fs::read(&path).expect("a file"), b"kept");
    }
}

#[test]
fn vacuum_verify_and_status_leave_manifests_alone() {
    let workdir = Workdir::new();
    for number in 0..2 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number * 10, 10));
        workdir.ingest([input]).assert_code(0);
    }
    let orphans = status(&workdir, "purchases")["orphans"].clone();
    lake_command(&workdir, "manifest", &[]).assert_code(0);
    let files = workdir.files();
    assert_eq!(status(&workdir, "purchases")["orphans"], orphans);
    let retention = ["--retention", "0s", "--force-short-retention", "--execute"];
    lake_command(&workdir, "vacuum", &retention).assert_code(0);
    assert_eq!(workdir.files(), files);
    let verified = lake_command_json(&workdir, "verify", &["--deep"]);
    assert_eq!(verified["findings"], json!([]), "{verified:#}");
    assert_in_step(&workdir, &["purchases", "rejects", "inputs"]);
}

#[test]
fn a_job_keeps_the_manifests_in_step() {
    let workdir = Workdir::new();
    workdir.write("0.ndjson", numbered(0, 5));
    let job = r#"
lake = "lake"

[[steps]]
name = "purchases"
[steps.ingest]
inputs = ["*.ndjson"]

[[steps]]
name = "lists of files"
needs = ["purchases"]
[steps.lake]
do = "manifest"
table = "purchases"
"#;
    let job = workdir.write("night.toml", job);
    workdir
        .run(["run".as_ref(), job.as_os_str()])
        .assert_code(0);
    assert_in_step(&workdir, &["purchases"]);
    workdir.write("1.ndjson", numbered(10, 5));
    workdir
        .run(["run".as_ref(), job.as_os_str()])
        .assert_code(0);
    assert_in_step(&workdir, &["purchases"]);
}
