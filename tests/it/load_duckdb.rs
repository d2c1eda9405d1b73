//! `load` into a DuckDB file, with the library that `make test` installs.

use std::path::PathBuf;

use crate::purchase_fixtures::numbered;
use crate::python::python;
use crate::workdir::{Output, Workdir, files_below, sample};

/// The library of the tests.
fn library() -> PathBuf {
    let folder = std::env::var_os("PURCHASE_ETL_EMULATORS").expect("`make test` sets it");
    let folder = PathBuf::from(folder).join("node_modules/@duckdb");
    let ending = std::env::consts::DLL_SUFFIX;
    let found = files_below(&folder, ending).into_iter().next();
    found.expect("`make test-tools` installs it")
}

fn load(workdir: &Workdir, more: &[&str]) -> Output {
    let mut command = workdir.program();
    command.args(["load", "--lake", "lake", "--to", "duckdb:warehouse.duckdb"]);
    command.env("PURCHASE_ETL_DUCKDB_LIBRARY", library());
    command.args(more);
    Output::of(command)
}

/// Compares a table of the file with the lake; the number of rows.
#[track_caller]
fn assert_equal(workdir: &Workdir, schema: &str, table: &str) -> u64 {
    let (lake, file) = (workdir.lake(), workdir.path("warehouse.duckdb"));
    let arguments = [
        lake.as_os_str(),
        table.as_ref(),
        file.as_os_str(),
        schema.as_ref(),
    ];
    let compared = python("load_rows.py", arguments);
    assert_eq!(compared["different"], 0, "{compared}");
    compared["rows"].as_u64().expect("a number")
}

/// A lake of the sample data.
fn sample_lake() -> Workdir {
    let workdir = Workdir::new();
    let zone = ["--default-timezone", "America/Sao_Paulo"].map(Into::into);
    let samples = ["web_2026-10.ndjson", "balcao_2026-10.csv"];
    let samples = samples.map(|name| sample(name).into_os_string());
    workdir.ingest(zone.into_iter().chain(samples));
    let suppliers = sample("suppliers/2026-10-31").into_os_string();
    let kind = ["--kind", "supplier-purchases", "--company-id", "12"].map(Into::into);
    workdir.ingest(kind.into_iter().chain([suppliers]));
    workdir
}

#[test]
fn a_duckdb_file_has_the_rows_of_the_lake_after_every_change() {
    let workdir = sample_lake();
    let schema = ["--schema", "b\"i"];
    let equal = || {
        for table in ["purchases", "supplier_purchases", "rejects", "inputs"] {
            assert!(assert_equal(&workdir, "b\"\"i", table) > 0);
        }
    };
    load(&workdir, &schema)
        .assert_code(0)
        .assert_stderr_contains(&["table loaded"]);
    equal();
    let again = load(&workdir, &schema);
    again
        .assert_code(0)
        .assert_stderr_contains(&["table is up to date"]);
    assert!(!again.stderr().contains("table loaded"));

    workdir.write("a.ndjson", numbered(0, 20));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    load(&workdir, &schema).assert_code(0);
    equal();
    workdir.write("a.ndjson", numbered(10, 30));
    workdir
        .ingest(["--changed-input", "replace", "a.ndjson"])
        .assert_code(0);
    load(&workdir, &schema).assert_code(0);
    equal();
    let remove = ["inputs", "remove", "a.ndjson", "--yes", "--lake", "lake"];
    workdir.run(remove).assert_code(0);
    workdir
        .run(["lake", "compact", "--lake", "lake"])
        .assert_code(0);
    load(&workdir, &schema).assert_code(0);
    equal();
    let back = [
        "lake",
        "restore",
        "--lake",
        "lake",
        "--table",
        "purchases",
        "--to-version",
        "1",
    ];
    workdir.run(back).assert_code(0);
    let vacuum = [
        "lake",
        "vacuum",
        "--execute",
        "--retention",
        "0s",
        "--lake",
        "lake",
    ];
    let forced = vacuum.iter().chain(&["--force-short-retention"]);
    workdir.run(forced).assert_code(0);
    load(&workdir, &schema)
        .assert_code(0)
        .assert_stderr_contains(&["comparing all rows"]);
    equal();
}

#[test]
fn without_the_library_the_error_has_the_command_that_installs_it() {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", numbered(0, 5));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    workdir.write("text.so", "no library");
    for library in [
        &[][..],
        &["--duckdb-library", "text.so"],
        &["--duckdb-library", "no.so"],
    ] {
        let to = ["load", "--lake", "lake", "--to", "duckdb:w.duckdb"];
        let output = workdir.run(to.iter().chain(library));
        output
            .assert_code(1)
            .assert_stderr_contains(&["pipx run dbc install duckdb"]);
    }
    for target in ["duckdb:", "duckdb::memory:"] {
        let output = workdir.run(["load", "--lake", "lake", "--to", target]);
        output
            .assert_code(2)
            .assert_stderr_contains(&["duckdb:FILE"]);
    }
    workdir.write("warehouse.duckdb", "no database");
    let output = load(&workdir, &[]);
    output
        .assert_code(1)
        .assert_stderr_contains(&["duckdb:warehouse.duckdb"]);
}
