//! A lake that version 0.1.0 wrote is read, verified and extended, as it is and in the layout of the
//! first commits.
//!
//! Columns, partitions and names of files have been the same since each table exists. The first
//! commits differ in the properties of tables, what commits record, and the encodings of files; the
//! lake in that layout is made from the one of version 0.1.0.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::earlier_tables::{in_first_layout, remove_column};
use crate::lake_maintenance::{lake_command, lake_command_json, status};
use crate::purchase_fixtures::{numbered, quantity_series};
use crate::recovery::unlist;
use crate::workdir::{Workdir, files_below, project, sample};

/// A copy of the lake that version 0.1.0 wrote.
pub(crate) fn lake_of_0_1_0(workdir: &Workdir) {
    let data = project().join("tests/data/lake-0.1.0");
    for path in files_below(&data, "") {
        let relative = path.strip_prefix(&data).expect("a file below it");
        let name = relative.to_str().expect("a path");
        workdir.write(name, fs::read(&path).expect("a file of the lake"));
    }
}

#[test]
fn a_lake_of_version_0_1_0_is_read_verified_and_knows_its_inputs() {
    let workdir = Workdir::new();
    lake_of_0_1_0(&workdir);
    let days = ["--ending-at", "2026-10-07", "--length", "3"];
    let series = quantity_series(&[("2026-10-05", 2), ("2026-10-06", 2), ("2026-10-07", 0)]);
    let assert_answered = || {
        let answer = workdir.report("quantity-series", days);
        answer.assert_code(0).assert_stdout(&series);
        // In which zone its inputs were read is not known.
        assert!(
            !answer.stderr().contains("time zone"),
            "{}",
            answer.transcript()
        );
    };
    assert_answered();

    let refused = workdir.run(["ingest", "--lake", "lake", "events.ndjson"]);
    refused.assert_code(1).assert_stderr_contains(&[
        "table \"purchases\" has no column event_name, total_price",
        "lake upgrade",
    ]);
    upgrade_tables(&workdir);
    assert_answered();
    let inputs = [
        workdir.path("events.ndjson"),
        sample("documents/currents_sample.ndjson"),
    ];
    let limit = ["--reject-limit=50%"].map(PathBuf::from);
    let again = workdir.ingest(limit.iter().chain(&inputs));
    again.assert_code(0);
    assert_eq!(again.outcomes(), ["already_ingested", "already_ingested"]);
    let suppliers = ["--kind", "supplier-purchases", "--company-id", "12"];
    let pages = sample("suppliers/2026-10-31");
    let again = workdir.ingest(suppliers.map(Into::into).into_iter().chain([pages]));
    again.assert_code(0);
    assert_eq!(again.outcomes(), ["already_ingested"; 3]);

    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

/// Adds the columns that the tables of version 0.1.0 lack.
#[track_caller]
fn upgrade_tables(workdir: &Workdir) {
    let upgraded = lake_command_json(workdir, "upgrade", &[]);
    let names = |table: &str| -> Vec<Value> {
        let mut tables = upgraded.as_array().expect("a list").iter();
        let found = tables.find(|report| report["table"] == table);
        let columns = found.expect("the table")["columns"].as_array();
        let columns = columns.expect("a list").iter();
        columns.map(|column| column["name"].clone()).collect()
    };
    assert_eq!(names("inputs"), ADDED_TO_INPUTS);
    assert_eq!(names("purchases"), ["event_name", "total_price"]);
}

const ADDED_TO_INPUTS: [&str; 4] = ["default_timezone", "state", "reading_settings", "reason"];

#[test]
fn states_of_version_0_1_0_are_recognised_by_their_hash_and_replaced_as_in_a_new_lake() {
    let old = Workdir::new();
    lake_of_0_1_0(&old);
    upgrade_tables(&old);
    let new = Workdir::new();
    let suppliers = ["--kind", "supplier-purchases", "--company-id", "12"];
    let ingest = |workdir: &Workdir, dump: PathBuf| {
        let output = workdir.ingest(suppliers.map(Into::into).into_iter().chain([dump]));
        output.assert_code(0);
        output.json()["counts"].clone()
    };
    ingest(&new, sample("suppliers/2026-10-31"));

    // The same states in other bytes: each equals the stored one.
    let page = fs::read_to_string(sample("suppliers/2026-10-31/page-1.json")).expect("a page");
    let copy = old.write("copy/page-1.json", format!("{page}\n"));
    let counts = ingest(&old, copy);
    assert_eq!(counts["duplicate"], counts["read"]);
    assert_ne!(counts["read"], 0);

    let later = sample("suppliers/2026-11-07");
    assert_eq!(ingest(&old, later.clone()), ingest(&new, later));
    let list = [
        "--company-id",
        "12",
        "--deleted",
        "include",
        "--per-page",
        "500",
    ];
    let answer = old.report("supplier-purchases", list);
    answer
        .assert_code(0)
        .assert_stdout(new.report("supplier-purchases", list).stdout());
}

/// The tables in the order of a restore.
const TABLES: [&str; 4] = ["inputs", "purchases", "supplier_purchases", "rejects"];

/// The answers about customer and supplier purchases.
fn answers(workdir: &Workdir) -> [String; 3] {
    let days = ["--ending-at", "2026-10-07", "--length", "3"];
    let items = workdir.report("quantity-series", days);
    let names = workdir.report("product-list", [""; 0]);
    let suppliers = workdir.report("supplier-purchases", ["--company-id", "12"]);
    [items, names, suppliers].map(|answer| answer.assert_code(0).stdout().to_owned())
}

#[test]
fn a_lake_in_the_first_layout_is_answered_upgraded_and_extended() {
    let workdir = Workdir::new();
    lake_of_0_1_0(&workdir);
    let before = answers(&workdir);
    for table in TABLES {
        in_first_layout(&workdir, table);
    }
    assert_eq!(answers(&workdir), before, "to the byte");
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    for table in TABLES {
        lake_command(&workdir, "history", &["--table", table]).assert_code(0);
        lake_command(&workdir, "files", &["--table", table]).assert_code(0);
    }

    upgrade_tables(&workdir);
    let upgraded = lake_command_json(&workdir, "upgrade", &[]);
    let unchanged =
        TABLES.map(|table| json!({"table": table, "columns": [], "committed_version": null}));
    assert_eq!(upgraded, json!(unchanged));
    remove_column(&workdir, "purchases", "update_existing_only");
    let upgraded = lake_command_json(&workdir, "upgrade", &["--table", "purchases"]);
    assert_eq!(upgraded[0]["committed_version"], 3, "{upgraded:#}");
    assert_eq!(upgraded[0]["columns"][0]["type"], "boolean");
    assert_eq!(answers(&workdir), before, "to the byte");

    let rows = status(&workdir, "purchases")["rows"].as_u64();
    // Enough versions for a checkpoint.
    for number in 0..12 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number, 1));
        workdir.ingest([input]).assert_code(0);
    }
    let purchases = status(&workdir, "purchases");
    assert_eq!(purchases["rows"].as_u64(), rows.map(|rows| rows + 12));
    let later = sample("suppliers/2026-11-07");
    let suppliers = ["--kind", "supplier-purchases", "--company-id", "12"];
    let ran = workdir.ingest(suppliers.map(Into::into).into_iter().chain([later]));
    ran.assert_code(0);
    lake_command(&workdir, "compact", &[]).assert_code(0);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    let after = answers(&workdir);
    assert_ne!(after[0], before[0]);
    assert_ne!(after[2], before[2]);
}

#[test]
fn an_input_of_a_stopped_run_whose_commit_names_no_file_is_counted_again() {
    let workdir = Workdir::new();
    lake_of_0_1_0(&workdir);
    for table in TABLES {
        in_first_layout(&workdir, table);
    }
    unlist(&workdir);
    upgrade_tables(&workdir);
    let options = ["--reject-limit=50%", "--default-timezone=America/Sao_Paulo"].map(PathBuf::from);
    let events = [workdir.path("events.ndjson")];
    let again = workdir.ingest(options.iter().chain(&events));
    again
        .assert_code(0)
        .assert_stderr_contains(&["counts of this input in table inputs were recomputed"]);
    assert_eq!(again.outcomes(), ["already_ingested"]);
    let listed = status(&workdir, "inputs");
    assert_eq!(listed["rows"], 1, "{listed:#}");
    assert_ne!(listed["version"], Value::Null);
    // The zone of the second reading need not be that of the first one.
    let answer = workdir.report("quantity-series", ["--length", "1"]);
    assert!(
        !answer.stderr().contains("time zone"),
        "{}",
        answer.transcript()
    );
    let once = workdir.ingest([workdir.path("events.ndjson")]);
    assert_eq!(once.assert_code(0).outcomes(), ["already_ingested"]);
    assert_eq!(status(&workdir, "inputs")["version"], listed["version"]);
}
