//! `lake verify` finds each damage that was planted, and raises no false alarm.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lake_maintenance::{ingest_each, lake_command, lake_command_json, live};
use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::supplier_fixtures::{SupplierPurchaseFixture, ingest, single_page};
use crate::workdir::{NOW, Output, Workdir, sample};

/// A lake of two inputs with ten rows each.
fn lake() -> Workdir {
    let workdir = Workdir::new();
    for number in 0..2 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number * 10, 10));
        workdir.ingest([input]).assert_code(0);
    }
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    workdir
}

fn first(workdir: &Workdir) -> PathBuf {
    live(workdir, "purchases").remove(0)
}

/// What was found: severity, table, what was compared.
fn found(output: &Output) -> Vec<Value> {
    let reported = output.json();
    let findings = reported["findings"].as_array().expect("findings").iter();
    findings
        .map(|one| json!([one["severity"], one["table"], one["what"]]))
        .collect()
}

#[track_caller]
fn verify(workdir: &Workdir, code: i32, arguments: &[&str]) -> Vec<Value> {
    let arguments = [&["--format", "json"], arguments].concat();
    let output = lake_command(workdir, "verify", &arguments);
    output.assert_code(code);
    found(&output)
}

/// Changes the text of the newest commit of a table.
fn forge(workdir: &Workdir, table: &str, version: u64, from: &str, to: &str) {
    let commit = format!("lake/{table}/_delta_log/{version:020}.json");
    let text = fs::read_to_string(workdir.path(&commit)).expect("a commit");
    assert!(text.contains(from), "{text}");
    workdir.write(&commit, text.replace(from, to));
}

#[test]
fn a_missing_file_is_found() {
    let workdir = lake();
    fs::remove_file(first(&workdir)).expect("a live file");
    for depth in [&[][..], &["--deep"]] {
        let found = verify(&workdir, 1, depth);
        assert_eq!(
            found[0],
            json!(["damage", "purchases", "file"]),
            "{found:?}"
        );
    }
    lake_command(&workdir, "verify", &[])
        .assert_stdout_contains(&["it is missing", "the lake is damaged"]);
}

#[test]
fn a_truncated_file_is_found() {
    let workdir = lake();
    let path = first(&workdir);
    let bytes = fs::read(&path).expect("a live file");
    let name = path.strip_prefix(workdir.path("")).expect("a path below");
    let name = name.to_str().expect("a path of text");
    for (cut, what) in [(bytes.len() - 1, "footer"), (3, "footer")] {
        workdir.write(name, &bytes[..cut]);
        let found = verify(&workdir, 1, &[]);
        assert!(
            found.contains(&json!(["damage", "purchases", "bytes"])),
            "{found:?}"
        );
        assert!(
            found.contains(&json!(["damage", "purchases", what])),
            "{found:?}"
        );
    }
}

#[test]
fn a_page_that_cannot_be_decoded_is_found_by_reading_all() {
    let workdir = lake();
    let path = first(&workdir);
    let mut bytes = fs::read(&path).expect("a live file");
    // The first page begins behind the magic word.
    for byte in &mut bytes[4..64] {
        *byte = !*byte;
    }
    let name = path.strip_prefix(workdir.path("")).expect("a path below");
    workdir.write(name.to_str().expect("a path of text"), &bytes);
    assert_eq!(verify(&workdir, 0, &[]), Vec::<Value>::new());
    let found = verify(&workdir, 1, &["--deep"]);
    assert!(
        found.contains(&json!(["damage", "purchases", "rows"])),
        "{found:?}"
    );
}

#[test]
fn another_row_count_in_the_log_is_found() {
    let workdir = lake();
    forge(
        &workdir,
        "purchases",
        2,
        "\\\"numRecords\\\":10",
        "\\\"numRecords\\\":11",
    );
    let found = verify(&workdir, 1, &[]);
    assert!(
        found.contains(&json!(["damage", "purchases", "rows in the log"])),
        "{found:?}"
    );
    assert!(
        found.contains(&json!(["damage", "purchases", "rows of all inputs"])),
        "{found:?}"
    );
}

#[test]
fn another_least_value_in_the_log_is_found() {
    let workdir = lake();
    forge(
        &workdir,
        "purchases",
        2,
        "2026-10-05T10:00:00.000Z",
        "2026-10-05T11:00:00.000Z",
    );
    assert_eq!(
        verify(&workdir, 1, &[]),
        [json!(["damage", "purchases", "statistics"])]
    );
}

#[test]
fn another_partition_in_the_log_is_found() {
    let workdir = lake();
    forge(
        &workdir,
        "purchases",
        2,
        "\"partitionValues\":{\"purchase_date\":\"2026-10-05\"}",
        "\"partitionValues\":{\"purchase_date\":\"2026-10-06\"}",
    );
    assert_eq!(
        verify(&workdir, 1, &[]),
        [json!(["damage", "purchases", "partition"])]
    );
    let found = verify(&workdir, 1, &["--deep"]);
    assert!(
        found.contains(&json!(["damage", "purchases", "partition of rows"])),
        "{found:?}"
    );
}

#[test]
fn rows_that_are_there_twice_are_found() {
    let workdir = lake();
    // The same file under another name, committed by somebody else.
    let path = first(&workdir);
    let copy = path.with_file_name("part-copy.parquet");
    fs::copy(&path, &copy).expect("a copy");
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    let commit = |version: u64| format!("lake/purchases/_delta_log/{version:020}.json");
    let adding = [1, 2]
        .map(|version| fs::read_to_string(workdir.path(&commit(version))).expect("a commit"))
        .into_iter()
        .find(|text| text.contains(name))
        .expect("the commit of the file");
    let line = adding
        .lines()
        .find(|line| line.contains("\"add\""))
        .expect("an add");
    workdir.write(&commit(3), line.replace(name, "part-copy.parquet"));
    let found = verify(&workdir, 1, &[]);
    assert_eq!(
        found,
        [json!(["damage", "purchases", "rows of all inputs"])]
    );
    let found = verify(&workdir, 1, &["--deep"]);
    assert!(
        found.contains(&json!(["damage", "purchases", "rows that are there twice"])),
        "{found:?}"
    );
    assert!(
        found.contains(&json!(["damage", "purchases", "rows of the input"])),
        "{found:?}"
    );
}

#[test]
fn an_unreferenced_file_is_reported_and_is_no_damage() {
    let workdir = lake();
    workdir.write("lake/purchases/stray.parquet", "12345");
    assert_eq!(
        verify(&workdir, 0, &[]),
        [json!(["note", "purchases", "orphan"])]
    );
}

#[test]
fn a_run_stopped_before_its_last_step_is_reported_and_is_no_damage() {
    let workdir = lake();
    let last = |table: &str| {
        workdir
            .lake()
            .join(table)
            .join(format!("_delta_log/{:020}.json", 2))
    };
    fs::remove_file(last("inputs")).expect("the last commit");
    let found = verify(&workdir, 0, &["--deep"]);
    for table in ["purchases", "rejects"] {
        let note = json!(["note", table, "unfinished runs"]);
        assert!(found.contains(&note), "{found:?}");
    }
    let again = workdir.path("1.ndjson");
    assert_eq!(workdir.ingest([&again]).outcomes(), ["already_ingested"]);
    let found = verify(&workdir, 0, &["--deep"]);
    assert!(
        found.is_empty(),
        "the file of the stopped run is in: {found:?}"
    );
    // The other way round it is damage: the input would never be read again.
    fs::remove_file(last("purchases")).expect("the last commit");
    let found = verify(&workdir, 1, &[]);
    assert!(
        found.contains(&json!(["damage", "inputs", "input"])),
        "{found:?}"
    );
}

#[test]
fn an_input_whose_counts_do_not_add_up_is_found() {
    let workdir = lake();
    let script = "import sys, pyarrow, pyarrow.parquet as p, json, pathlib\n\
        path = pathlib.Path(sys.argv[1]); old = path.stat().st_size\n\
        rows = p.read_table(path); at = rows.schema.get_field_index('duplicate')\n\
        rows = rows.set_column(at, rows.schema.field(at), pyarrow.array([5] * rows.num_rows))\n\
        p.write_table(rows, path, compression='zstd'); print(json.dumps([old, path.stat().st_size]))";
    let script = workdir.write("forge.py", script);
    let path = live(&workdir, "inputs").remove(0);
    crate::python::python(script.to_str().expect("a path of text"), [&path]);
    let found = verify(&workdir, 1, &[]);
    assert!(
        found.contains(&json!(["damage", "inputs", "records read"])),
        "{found:?}"
    );
}

#[test]
fn sums_of_the_largest_amounts_are_exact() {
    let workdir = Workdir::new();
    let price = "99999999999999999999999999999.999999999";
    let records = [price, price, price, "-0.000000001"].map(|price| {
        let record = PurchaseFixture {
            price,
            ..PurchaseFixture::default()
        };
        record.json() + "\n"
    });
    let input = workdir.write("large.ndjson", records.concat());
    workdir.ingest([input]).assert_code(0);
    let verified = lake_command_json(&workdir, "verify", &["--deep"]);
    // 3 × 99999999999999999999999999999.999999999 - 0.000000001, by hand.
    let expected = "299999999999999999999999999999.999999996";
    let sums = &verified["tables"][0]["sums"];
    assert_eq!(sums["price BRL"], expected, "{verified:#}");
    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_eq!(
        lake_command_json(&workdir, "verify", &["--deep"])["tables"][0]["sums"],
        *sums
    );
}

#[test]
fn states_that_were_superseded_deleted_or_moved_raise_no_alarm() {
    let workdir = Workdir::new();
    let state = |id, day: &str, notes| {
        let updated_at = format!("2026-10-{day}T09:00:00-03:00");
        SupplierPurchaseFixture {
            id,
            updated_at: &updated_at,
            notes,
            ..SupplierPurchaseFixture::default()
        }
        .json()
    };
    let inputs = [
        single_page(&[
            state(1, "06", "a"),
            state(2, "06", "a"),
            state(3, "06", "a"),
        ]),
        single_page(&[state(1, "07", "b"), state(2, "05", "older")]),
        single_page(&[state(1, "08", "c")]).replace("2026-10-05", "2026-11-01"),
        single_page(&[state(1, "08", "c"), state(2, "06", "a")]),
    ];
    for (at, text) in inputs.iter().enumerate() {
        let path = workdir.write(&format!("{at}.json"), text);
        ingest(&workdir, "12", [path]).assert_code(0);
        assert_eq!(
            verify(&workdir, 0, &["--deep"]),
            Vec::<Value>::new(),
            "after input {at}"
        );
    }
    let last = workdir.write("full.json", single_page(&[state(2, "09", "d")]));
    let options: [&Path; 2] = [Path::new("--full-snapshot"), &last];
    ingest(&workdir, "12", options).assert_code(0);
    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_eq!(verify(&workdir, 0, &["--deep"]), Vec::<Value>::new());
}

#[test]
fn the_samples_raise_no_alarm() {
    let workdir = Workdir::new();
    for name in [
        "web_2026-10.ndjson",
        "track_log_2026-10.json",
        "balcao_2026-10.csv",
        "dirty",
    ] {
        ingest_each(&workdir, &[sample(name)]);
    }
    for name in ["2026-10-31", "2026-11-07"] {
        let pages = sample("suppliers").join(name);
        ingest(&workdir, "12", [pages]).assert_code(0);
    }
    let text = numbered(0, 4);
    for lines in [&text[..text.len() / 2], &text[text.len() / 2..]] {
        let arguments = ["ingest", "--now", NOW, "--lake", "lake", "-"];
        workdir
            .run_with_stdin(arguments, lines.as_bytes())
            .assert_code(0);
    }
    let found = verify(&workdir, 0, &["--deep"]);
    assert_eq!(found, Vec::<Value>::new());
    for table in ["purchases", "supplier_purchases", "rejects", "inputs"] {
        assert!(!live(&workdir, table).is_empty(), "{table}");
    }
}
