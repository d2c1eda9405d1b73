//! Job files: the demo, dry runs, dependencies between steps.

use std::fs;

use crate::purchase_fixtures::{numbered, quantity_series};
use crate::samples::assert_revenue;
use crate::schemas::assert_valid;
use crate::supplier_fixtures::canonical_json;
use crate::workdir::{Workdir, expected, project, read_json, sample};

/// Runs the job file of the demo unchanged, in a folder of the test.
fn demo(workdir: &Workdir, more: &[&str]) -> crate::workdir::Output {
    let link = workdir.path("sample_data");
    if !link.exists() {
        std::os::unix::fs::symlink(project().join("sample_data"), &link).expect("a link");
    }
    let job = project().join("jobs/demo.toml");
    workdir.run(
        [
            &["run".as_ref(), job.as_os_str()][..],
            &more.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        ]
        .concat(),
    )
}

#[test]
fn the_demo_writes_its_tables_and_all_of_its_answers() {
    let workdir = Workdir::new();
    let first = demo(&workdir, &[]);
    first.assert_code(0);
    assert_eq!(
        first.summary_count("inputs ingested"),
        3,
        "{}",
        first.transcript()
    );

    let days = expected("default_tz_sao_paulo/quantity_series_day_sao_paulo.json");
    let rows: Vec<(String, u32)> = days["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| {
            let quantity = row["purchase_quantity"].as_u64().expect("a count");
            let time = row["time"].as_str().expect("a text");
            (
                time.to_owned(),
                u32::try_from(quantity).expect("a small count"),
            )
        })
        .collect();
    let series = quantity_series(&rows[rows.len() - 7..]);
    let list = first.stdout().strip_prefix(&series);
    let list = list.unwrap_or_else(|| panic!("{}", first.transcript()));
    assert_supplier_answers(&workdir, list);
    let csv = fs::read_to_string(workdir.path("target/demo/quantity_series.csv")).expect("the CSV");
    let lines: Vec<String> = rows
        .iter()
        .map(|(time, quantity)| format!("{time},{quantity}\r\n"))
        .collect();
    assert_eq!(csv, format!("time,purchase_quantity\r\n{}", lines.concat()));
    let path = workdir.path("target/demo/revenue_series.json");
    let revenue = fs::read_to_string(path).expect("the revenue series");
    let name = "default_tz_sao_paulo/revenue_series_day_brl_sao_paulo.json";
    assert_revenue(&revenue, &expected(name));
    let run = read_json(&workdir.path("target/demo/run.json"));
    assert_eq!(run["rejected_by_rule"], expected("rejected_by_rule.json"));

    let again = demo(&workdir, &[]);
    again.assert_code(0).assert_stdout(first.stdout());
    assert_eq!(
        again.summary_count("inputs already ingested"),
        3,
        "{}",
        again.transcript()
    );
    assert_eq!(
        again.summary_count("inputs ingested"),
        0,
        "{}",
        again.transcript()
    );
    let path = workdir.path("target/demo/revenue_series.json");
    assert_eq!(
        fs::read_to_string(path).expect("the revenue series"),
        revenue
    );
}

/// Fails unless the supplier reports of the demo are those of the oracle; `list` is the one on
/// standard output, with two purchases a page.
#[track_caller]
fn assert_supplier_answers(workdir: &Workdir, list: &str) {
    let wanted = |name: &str| {
        let path = sample(&format!("expected/suppliers/list/{name}.json"));
        canonical_json(&fs::read_to_string(path).expect("an answer"))
    };
    assert_valid("supplier_purchases", list);
    let list = canonical_json(list);
    let (two, meta) = list.split_once("]},\"meta\":").expect("a list");
    assert!(wanted("first_page").starts_with(two), "{list}");
    let numbers = "{\"current_page\":1,\"last_page\":26,\"per_page\":2,\"total\":51}}";
    assert_eq!(meta, numbers);
    for (page, name) in [(1, "first_page"), (3, "last_page")] {
        let path = workdir.path(&format!("target/demo/api/company-12/page-{page}.json"));
        let written = fs::read_to_string(path).expect("a page");
        assert_eq!(canonical_json(&written), wanted(name));
    }
    let runs = expected("suppliers/runs.json");
    for (at, by_oracle) in runs.as_array().expect("a list").iter().enumerate() {
        let report = format!("target/demo/suppliers_{}.json", at + 1);
        let report = read_json(&workdir.path(&report));
        for outcome in ["read", "accepted", "superseded", "duplicate", "rejected"] {
            assert_eq!(
                report["counts"][outcome], by_oracle["total"][outcome],
                "run {at}: {outcome}"
            );
        }
    }
    let csv = fs::read_to_string(workdir.path("target/demo/supplier_summary.csv"));
    let rows = expected("suppliers/summary_12.json");
    let lines = csv.expect("the summary").lines().count();
    assert_eq!(Some(lines - 1), rows.as_array().map(Vec::len));
}

#[test]
fn a_dry_run_names_its_steps_and_writes_nothing() {
    let workdir = Workdir::new();
    let planned = demo(&workdir, &["--dry-run", "--date", "2026-11-07"]);
    planned.assert_code(0).assert_stdout_contains(&[
        "2026-11-07: would run",
        "-> tables purchases, rejects, inputs",
        "revenue_series.json (new)",
        "web_2026-10.ndjson",
        "3 of 3 inputs would be read",
        "revenue_series.json",
    ]);
    assert!(!workdir.path("target").exists(), "{:?}", workdir.files());

    let dump = workdir.write("dump.ndjson", numbered(0, 3));
    let before = workdir.files();
    let plan = |expected: &str| {
        let planned = workdir.ingest(["--dry-run".as_ref(), dump.as_os_str()]);
        planned.assert_code(0).assert_stdout_contains(&[expected]);
    };
    plan("1 of 1 inputs would be read");
    assert_eq!(workdir.files(), before);
    workdir.ingest([&dump]).assert_code(0);
    let before = workdir.files();
    plan("0 of 1 inputs would be read");
    assert_eq!(workdir.files(), before);
}

#[test]
fn a_job_may_continue_after_a_refused_input_and_reports_it_in_its_exit_code() {
    let workdir = Workdir::new();
    workdir.write("dumps/good.ndjson", numbered(0, 3));
    workdir.write("dumps/half.json", "{\"purchases\":[{\"external_id\":");
    let job = workdir.write(
        "job.toml",
        r#"
lake = "lake"
[[steps]]
name = "dumps"
ingest = { inputs = ["dumps"], on_refused = "continue" }
[[steps]]
name = "series"
report = { type = "quantity-series", length = 1, ending_at = "2026-10-05" }
"#,
    );
    let ran = workdir.run(["run".as_ref(), job.as_os_str()]);
    ran.assert_code(3)
        .assert_stderr_contains(&["half.json", "FILE-TRUNCATED"]);
    ran.assert_stdout(&quantity_series(&[("2026-10-05", 3)]));
}

#[test]
fn a_job_file_with_an_error_runs_none_of_its_steps() {
    let first =
        "lake = \"lake\"\n[[steps]]\nname = \"one\"\ningest = { inputs = [\"dump.ndjson\"] }\n";
    let cases = [
        (
            "[[steps]]\nname = \"two\"\nreport = { type = \"quantity\" }\n",
            "quantity",
        ),
        (
            "[[steps]]\nname = \"two\"\nreport = { type = \"product-list\", colour = 1 }\n",
            "colour",
        ),
        (
            "[[steps]]\nname = \"two\"\ningest = { inputs = [\"{day}.json\"] }\n",
            "{day}",
        ),
        ("[[steps]]\nname = \"two\"\n", "two"),
        (
            "[[steps]]\nname = \"two\"\ningest = { inputs = [\"x\"], reject_limit = \"many\" }\n",
            "many",
        ),
    ];
    for (second, named) in cases {
        let workdir = Workdir::new();
        workdir.write("dump.ndjson", numbered(0, 3));
        let job = workdir.write("job.toml", format!("{first}{second}"));
        let ran = workdir.run(["run".as_ref(), job.as_os_str()]);
        ran.assert_code(2)
            .assert_stdout("")
            .assert_stderr_contains(&["job.toml", named]);
        assert!(!workdir.lake().exists(), "{named}");
    }
}

/// A job of three steps, of which the last two need the first.
const FORK: &str = r#"
lake = "lake"
[[steps]]
name = "dumps"
ingest = { inputs = ["dumps"], summary = "out/run.json" }
[[steps]]
name = "wrong"
report = { type = "quantity-series", length = 500, output = "out/wrong.json" }
[[steps]]
name = "after wrong"
report = { type = "product-list", output = "out/after.json" }
[[steps]]
name = "beside it"
needs = ["dumps"]
report = { type = "product-list", output = "out/beside.json" }
"#;

#[test]
fn a_failed_step_stops_only_the_steps_that_need_it() {
    let workdir = Workdir::new();
    workdir.write("dumps/good.ndjson", numbered(0, 3));
    workdir.write("job.toml", FORK);
    let ran = workdir.run(["run", "job.toml"]);
    ran.assert_code(2).assert_stderr_contains(&[
        "length",
        "not run: it needs \"wrong\"",
        "step=\"after wrong\"",
    ]);
    assert_valid("error_message", ran.stdout());
    assert!(workdir.path("out/beside.json").exists());
    assert!(!workdir.path("out/after.json").exists());
}

#[test]
fn only_the_named_steps_run_without_what_they_need() {
    let workdir = Workdir::new();
    workdir.write("dumps/good.ndjson", numbered(0, 3));
    workdir.write("job.toml", FORK);
    let only = |steps: &[&str]| {
        let words = steps.iter().flat_map(|step| ["--only", step]);
        workdir.run(["run", "job.toml"].into_iter().chain(words))
    };
    only(&["dumps"]).assert_code(0);
    assert!(!workdir.path("out/beside.json").exists());
    only(&["after wrong", "beside it"]).assert_code(0);
    for name in ["after", "beside"] {
        let path = workdir.path(&format!("out/{name}.json"));
        let list = fs::read_to_string(path).expect("the list");
        assert!(list.contains("product 2"), "{list}");
    }
}

#[test]
fn a_check_that_refuses_an_input_is_a_gate() {
    let workdir = Workdir::new();
    let job = "lake = \"lake\"\n[[steps]]\nname = \"gate\"\ncheck = { inputs = [\"dumps\"], \
        reject_limit = \"0%\", format = \"json\" }\n[[steps]]\nname = \"in\"\n\
        ingest = { inputs = [\"dumps\"], reject_limit = \"100%\" }\n";
    workdir.write("job.toml", job);
    let wrong = "{\"external_id\":\"x\"}\n";
    workdir.write("dumps/a.ndjson", numbered(0, 3) + wrong);
    let ran = workdir.run(["run", "job.toml"]);
    ran.assert_code(3)
        .assert_stderr_contains(&["not run: it needs \"gate\""]);
    assert!(!workdir.lake().exists());
    workdir.write("dumps/a.ndjson", numbered(0, 3));
    workdir.run(["run", "job.toml"]).assert_code(0);
    assert!(workdir.lake().exists());
}

#[test]
fn a_plan_lists_inputs_and_outputs_of_every_day_as_json_and_writes_nothing() {
    let workdir = Workdir::new();
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 3));
    let size = numbered(0, 3).len();
    let job = project().join("jobs/backfill.toml");
    let plan = |to: &str| {
        let words = [
            "--from",
            "2026-10-05",
            "--to",
            to,
            "--dry-run",
            "--log-format",
            "json",
        ];
        let words = words.iter().map(AsRef::as_ref);
        workdir.run(["run".as_ref(), job.as_os_str()].into_iter().chain(words))
    };
    let planned = plan("2026-10-05");
    planned.assert_code(0);
    let found = planned.json();
    assert_eq!(found["job"], "backfill");
    let [ingest, expect, report] = [0, 1, 2].map(|step| found["days"][0]["steps"][step].clone());
    assert_eq!(ingest["ingest"]["inputs"][0]["size_bytes"], size);
    assert_eq!(ingest["ingest"]["inputs"][0]["already_ingested"], false);
    assert_eq!(
        ingest["tables"],
        serde_json::json!(["purchases", "rejects", "inputs"])
    );
    assert_eq!(expect["does"], "expect");
    assert_eq!(expect["needs"][0], "customer purchases of the day");
    assert_eq!(report["needs"][0], "the day has purchases");
    let output = serde_json::json!([{
        "target": { "to": "file", "path": "reports/2026-10-05/quantity_series.json" },
        "exists": false,
    }]);
    assert_eq!(report["outputs"], output);
    // A day without dumps is listed; the exit code is that of the run.
    let planned = plan("2026-10-06");
    planned
        .assert_code(2)
        .assert_stderr_contains(&["inputs are missing"]);
    let days = planned.json()["days"].clone();
    assert_eq!(
        days[1]["steps"][0]["ingest"]["missing"][0],
        "dumps/2026/10/06"
    );
    assert_eq!(workdir.files().len(), 1);
}
