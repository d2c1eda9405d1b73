//! `load --answer`: files of reports in a database.

use crate::load::{load, number};
use crate::postgres_server::PostgresServer;
use crate::purchase_fixtures::numbered;
use crate::workdir::Workdir;

/// A lake with purchases.
fn lake() -> Workdir {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", numbered(0, 30));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    workdir
}

/// Writes the series of the last days as `series.parquet`.
fn report(workdir: &Workdir, days: &str) {
    let of = [
        "report",
        "quantity-series",
        "--lake",
        "lake",
        "--length",
        days,
    ];
    let to = [
        "--ending-at",
        "2026-10-31",
        "--format",
        "parquet",
        "-o",
        "series.parquet",
    ];
    workdir.run(of.iter().chain(&to)).assert_code(0);
}

#[test]
fn an_answer_replaces_the_rows_of_its_table() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = lake();
    let url = server.url();
    let load = || load(&workdir, &url, &["--answer", "per_day=series.parquet"]);
    let days = || number(&server, "SELECT count(*) FROM per_day");
    report(&workdir, "31");
    load()
        .assert_code(0)
        .assert_stderr_contains(&["table loaded", "per_day"]);
    assert_eq!(days(), 31);
    let items = "SELECT sum(purchase_quantity)::bigint FROM per_day";
    let dump = numbered(0, 30).trim_end().replace('\n', ",");
    let dump: serde_json::Value = serde_json::from_str(&format!("[{dump}]")).expect("JSON");
    let expected: i64 = dump
        .as_array()
        .expect("purchases")
        .iter()
        .map(|one| one["quantity"].as_i64().expect("a number"))
        .sum();
    assert_eq!(number(&server, items), expected);
    load()
        .assert_code(0)
        .assert_stderr_contains(&["table is up to date"]);
    report(&workdir, "7");
    load()
        .assert_code(0)
        .assert_stderr_contains(&["table loaded"]);
    assert_eq!(days(), 7);
    // No table of the lake was loaded.
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(number(&server, tables), 2);
}

#[test]
fn a_refused_answer_is_one_error_and_changes_nothing() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let workdir = lake();
    let url = server.url();
    report(&workdir, "7");
    let answer = |answer: &str| load(&workdir, &url, &["--answer", answer]);
    answer("per_day=series.parquet").assert_code(0);
    let own = "CREATE TABLE mine (time text)";
    server.client().batch_execute(own).expect("a table");
    for (text, code, reason) in [
        (
            "mine=series.parquet",
            1,
            "not created by a load of this answer",
        ),
        ("per_day=missing.parquet", 1, "missing.parquet"),
        ("per_day=a.ndjson", 1, "Parquet file of a report"),
        ("purchases=series.parquet", 2, "choose another one"),
        (
            "purchase_etl_loads=series.parquet",
            1,
            "not created by a load",
        ),
        ("series.parquet", 2, "TABLE=FILE"),
    ] {
        let output = answer(text);
        output.assert_code(code).assert_stderr_contains(&[reason]);
    }
    let twice = ["per_day=series.parquet", "per_day=a.ndjson"];
    let twice: Vec<&str> = twice.iter().flat_map(|text| ["--answer", text]).collect();
    let output = load(&workdir, &url, &twice);
    output
        .assert_code(2)
        .assert_stderr_contains(&["two answers"]);
    let days = "SELECT count(*) FROM per_day";
    assert_eq!(number(&server, days), 7);
}
