//! Expectations of a table: each one met and not met, and what an unmet one holds back in a job.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::purchase_fixtures::{lines_of, numbered};
use crate::supplier_fixtures::{SupplierPurchaseFixture, single_page, supplier_purchases};
use crate::workdir::{Output, Workdir, files_below, read_json};

/// A Saturday, the three days before it without a purchase on Thursday, and the four Saturdays
/// before: 10, 40, 20 and 30 items, of which the median is 25.
const MONTH: [(&str, u32); 7] = [
    ("2026-10-03T12:00:00Z", 10),
    ("2026-10-10T12:00:00Z", 40),
    ("2026-10-17T12:00:00Z", 20),
    ("2026-10-24T12:00:00Z", 30),
    ("2026-10-28T12:00:00Z", 1),
    ("2026-10-30T12:00:00Z", 1),
    ("2026-10-31T12:00:00Z", 30),
];

fn lake_of(events: &[(&str, u32)]) -> Workdir {
    let workdir = Workdir::new();
    workdir.write("dump.ndjson", lines_of(events));
    workdir.ingest(["dump.ndjson"]).assert_code(0);
    workdir
}

/// `expect` on the Saturday.
fn expect(workdir: &Workdir, options: &[&str]) -> Output {
    let fixed = [
        "expect",
        "--lake",
        "lake",
        "--date",
        "2026-10-31",
        "--now",
        "2026-11-01T06:00:00Z",
        "--format",
        "json",
    ];
    workdir.run(fixed.iter().chain(options))
}

#[test]
fn every_expectation_is_met_at_its_limit_and_not_beyond() {
    let workdir = lake_of(&MONTH);
    for (option, met, unmet, found) in [
        ("--min-records", "1", "2", "1"),
        ("--max-reject-share", "0%", "", "0 of 7 records (0.00%)"),
        // The data date ends twelve hours after its purchase, before the run.
        (
            "--max-age",
            "12h",
            "11h 59min",
            "the newest is of 2026-10-31T12:00:00Z",
        ),
        ("--no-empty-days", "2", "3", "no purchase on 2026-10-29"),
        (
            "--change-within",
            "20%",
            "19.99%",
            "30 on 2026-10-31, median 25 (+20.00%)",
        ),
    ] {
        let result = |value: &str, code| {
            let ran = expect(&workdir, &[option, value]);
            let results = ran.assert_code(code).json();
            assert_eq!(results.as_array().map(Vec::len), Some(1));
            results[0].clone()
        };
        let passed = result(met, 0);
        assert_eq!(passed["outcome"], "passed", "{passed}");
        assert_eq!(passed["severity"], "error");
        assert_eq!(passed["table"], "purchases");
        if unmet.is_empty() {
            assert_eq!(passed["found"], found);
            continue;
        }
        let failed = result(unmet, 6);
        assert_eq!(failed["outcome"], "failed", "{failed}");
        assert_eq!(failed["found"], found);
        let key = option.trim_start_matches('-').replace('-', "_");
        assert_eq!(failed["expectation"], key.as_str());
    }
}

#[test]
fn days_are_those_of_the_zone() {
    // 22:00 on the day before in São Paulo.
    let workdir = lake_of(&[("2026-10-31T01:00:00Z", 1)]);
    expect(&workdir, &["--min-records", "1"]).assert_code(0);
    let zone = ["--min-records", "1", "--timezone", "America/Sao_Paulo"];
    expect(&workdir, &zone).assert_code(6);
}

#[test]
fn an_age_is_measured_to_the_run_while_the_data_date_lasts() {
    let workdir = lake_of(&[("2026-10-31T12:00:00Z", 1)]);
    let at = |now: &str| {
        let words = ["--lake", "lake", "--date", "2026-10-31", "--now", now];
        let fixed = ["expect", "--max-age", "1h"];
        workdir.run(fixed.iter().chain(&words))
    };
    at("2026-10-31T13:00:00Z").assert_code(0);
    at("2026-10-31T13:00:01Z")
        .assert_code(6)
        .assert_stdout_contains(&["max_age", "failed", "1h before 2026-10-31T13:00:01Z"]);
}

#[test]
fn a_change_is_skipped_with_three_weeks_and_says_so() {
    let workdir = lake_of(&MONTH[1..]);
    let skipped = expect(&workdir, &["--change-within", "1%"]);
    let result = &skipped.assert_code(0).json()[0];
    let why = "purchases on that weekday in 3 of the last 4 weeks";
    assert_eq!(result["outcome"], "skipped");
    assert_eq!(result["reason"], why);
    assert_eq!(result["found"], Value::Null);
    skipped.assert_stderr_contains(&["change_within of purchases is skipped", why]);
}

#[test]
fn an_expectation_that_only_warns_does_not_change_the_exit_code() {
    let workdir = lake_of(&MONTH);
    let options = ["--min-records", "2", "--no-empty-days", "2"];
    let warned = expect(
        &workdir,
        &[&options[..], &["--warn", "min-records"]].concat(),
    );
    let results = warned.assert_code(0).json();
    warned.assert_stderr_contains(&["WARN", "min_records of purchases is not met", "found 1"]);
    assert_eq!(results[0]["severity"], "warn");
    assert_eq!(results[0]["outcome"], "failed");
    assert_eq!(results[1]["outcome"], "passed");
    let failed = expect(
        &workdir,
        &[&options[..], &["--warn", "no_empty_days"]].concat(),
    );
    failed
        .assert_code(6)
        .assert_stderr_contains(&["ERROR", "min_records of purchases is not met"]);
    // The run report has both.
    let reports = files_below(&workdir.lake().join("_runs"), ".json");
    let reports: Vec<Value> = reports.iter().map(|path| read_json(path)).collect();
    let of_failed = reports.iter().find(|report| report["exit_code"] == 6);
    let of_failed = of_failed.expect("a report");
    assert_eq!(of_failed["command"], "expect");
    assert_eq!(of_failed["expectations"][0]["outcome"], "failed");
    let note = "min_records of purchases is not met: expected purchases on 2026-10-31: at least 2; found 1";
    assert_eq!(of_failed["notes"], json!([note]));
    let id = of_failed["run_id"].as_str().expect("an id");
    let shown = workdir.run(["runs", "show", id, "--lake", "lake"]);
    let line = "failed min_records: purchases on 2026-10-31: at least 2; 1\n";
    shown.assert_stdout_contains(&["expect\n", line]);
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let workdir = Workdir::new();
    for (options, named) in [
        (&[][..], "another expectation is required"),
        (
            &["--min-records", "1", "--warn", "max-age"],
            "add --max-age",
        ),
        (
            &["--table", "supplier_purchases", "--no-empty-days", "2"],
            "--no-empty-days applies to --table purchases only",
        ),
        (&["--no-empty-days", "101"], "101"),
        (&["--max-age", "soon"], "soon"),
        (&["--max-reject-share", "5%%"], "5%%"),
    ] {
        expect(&workdir, options)
            .assert_code(2)
            .assert_stderr_contains(&[named]);
    }
    assert!(workdir.files().is_empty());
}

#[test]
fn a_table_of_suppliers_has_a_number_and_an_age() {
    let workdir = Workdir::new();
    let fixture = SupplierPurchaseFixture {
        id: 9,
        updated_at: "2026-10-31T20:00:00-03:00",
        ..SupplierPurchaseFixture::default()
    };
    let deleted = SupplierPurchaseFixture {
        id: 8,
        more: ",\"were_stock_movements_deleted\":true",
        ..SupplierPurchaseFixture::default()
    };
    let mut purchases = supplier_purchases([1, 2]);
    purchases.extend([fixture.json(), deleted.json()]);
    workdir.write("page.json", single_page(&purchases));
    let options = ["--kind", "supplier-purchases", "--company-id", "12"];
    let ingested = workdir.ingest(options.iter().chain(&["page.json"]));
    ingested.assert_code(0);
    let table = |more: &[&str]| {
        let table = ["--table", "supplier_purchases"];
        expect(&workdir, &[&table[..], more].concat())
    };
    table(&["--min-records", "3", "--max-age", "1h"]).assert_code(0);
    table(&["--min-records", "4"]).assert_code(6);
    table(&["--max-age", "59min"]).assert_code(6);
}

#[test]
fn a_lake_without_the_table_does_not_meet_what_is_expected_of_it() {
    let workdir = Workdir::new();
    expect(&workdir, &["--min-records", "1", "--max-age", "1h"])
        .assert_code(6)
        .assert_stderr_contains(&["the lake has no table purchases"]);
    // The path may be wrong: no lake is created there.
    assert!(workdir.files().is_empty(), "{:?}", workdir.files());
}

/// A night whose customer dump is small, with the suppliers after it.
const NIGHT: &str = r#"
lake = "lake"
[[steps]]
name = "customers"
ingest = { inputs = ["customers"], reject_limit = "100%" }
[[steps]]
name = "enough"
[steps.expect]
min_records = 3
max_reject_share = "25%"
warn = ["max_reject_share"]
output = "out/expected.txt"
[[steps]]
name = "series"
report = { type = "quantity-series", length = 1, ending_at = "{date}", output = "out/series.json" }
[[steps]]
name = "suppliers"
ingest = { inputs = ["suppliers"], kind = "supplier-purchases", company_id = 12 }
[[steps]]
name = "summary"
report = { type = "supplier-summary", company_id = 12, output = "out/summary.json" }
[[steps]]
name = "charts"
dashboard = { output = "out/charts" }
"#;

fn night(purchases: &str) -> Workdir {
    let workdir = Workdir::new();
    workdir.write("job.toml", NIGHT);
    workdir.write("customers/a.ndjson", purchases);
    let page = single_page(&supplier_purchases([1]));
    workdir.write("suppliers/page.json", page);
    workdir
}

#[test]
fn an_unmet_expectation_holds_back_the_answers_about_its_table() {
    let workdir = night(&numbered(0, 3));
    let day = ["run", "job.toml", "--date", "2026-10-05"];
    workdir.run(day).assert_code(0).assert_stdout("");
    for name in ["series.json", "summary.json", "charts/index.html"] {
        assert!(workdir.path("out").join(name).exists(), "{name}");
    }
    let workdir = night(&numbered(0, 2));
    let events = [
        "--alert-command",
        "cat >alert.json",
        "--metrics-file",
        "m.prom",
    ];
    let ran = workdir.run(day.iter().chain(&events));
    ran.assert_code(6).assert_stderr_contains(&[
        "min_records of purchases is not met",
        "held back: \"enough\" found an expectation that is not met; not written: out/series.json",
        "not written: out/charts/index.html",
    ]);
    assert!(!workdir.path("out/series.json").exists());
    assert!(!workdir.path("out/charts").exists());
    assert!(workdir.path("out/summary.json").exists());
    let results = fs::read_to_string(workdir.path("out/expected.txt")).expect("the results");
    assert!(
        results.contains("purchases on 2026-10-05: at least 3; 2\n"),
        "{results}"
    );
    let event: Value = read_json(&workdir.path("alert.json"));
    assert_eq!(event["outcome"], "unmet");
    let step = &event["steps"][1];
    assert_eq!(step["expectations"][0]["expectation"], "min_records");
    assert_eq!(step["held_back"][0]["step"], "series");
    assert_eq!(event["counts"]["read"], 3);
    assert_eq!(event["held_back"].as_array().map(Vec::len), Some(2));
    let metrics = fs::read_to_string(workdir.path("m.prom")).expect("the metrics");
    for line in [
        "purchase_etl_expectations_total{etl_job=\"job\",expectation=\"min_records\",outcome=\"failed\",step=\"enough\",table=\"purchases\"} 1",
        "purchase_etl_held_back_answers_total{etl_job=\"job\",step=\"series\"} 1",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[test]
fn a_share_of_rejects_is_that_of_the_inputs_of_the_job_also_when_they_are_known() {
    let wrong = numbered(3, 2).replace("\"quantity\":1", "\"quantity\":0");
    let workdir = night(&(numbered(0, 3) + &wrong));
    // Another input of the lake, all of whose records are rejected, is not of the job.
    let other = workdir.write("other.ndjson", &wrong);
    let all = [
        "--reject-limit".as_ref(),
        "100%".as_ref(),
        other.as_os_str(),
    ];
    workdir.ingest(all).assert_code(0);
    for _ in 0..2 {
        let ran = workdir.run(["run", "job.toml", "--date", "2026-10-05"]);
        // It only warns.
        ran.assert_code(0).assert_stderr_contains(&[
            "max_reject_share of purchases is not met",
            "found 2 of 5 records (40.00%)",
        ]);
    }
    assert!(Path::exists(&workdir.path("out/series.json")));
}

#[test]
fn the_worst_code_of_a_job_is_above_3_and_below_2() {
    let workdir = night(&numbered(0, 2));
    workdir.write("suppliers/half.json", "{\"data\":[");
    let job = ["run", "job.toml", "--date", "2026-10-05"];
    workdir.run(job).assert_code(6);
    workdir.write(
        "job.toml",
        NIGHT.replace("[\"suppliers\"]", "[\"nothing\"]"),
    );
    workdir.run(job).assert_code(2);
}

#[test]
fn a_day_with_an_unmet_expectation_is_not_complete() {
    let workdir = night(&numbered(0, 2));
    let days = [
        "run",
        "job.toml",
        "--from",
        "2026-10-05",
        "--to",
        "2026-10-05",
    ];
    let ran = workdir.run(days);
    ran.assert_code(6);
    assert_eq!(ran.summary_count("days held back"), 1);
    assert_eq!(ran.summary_count("days completed"), 0);
    workdir.write("customers/b.ndjson", numbered(2, 1));
    let ran = workdir.run(days);
    assert_eq!(ran.assert_code(0).summary_count("days completed"), 1);
    assert_eq!(workdir.run(days).summary_count("days already complete"), 1);
}
