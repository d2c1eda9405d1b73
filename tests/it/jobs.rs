//! Job files: the demo, the nightly job for a date, dry runs.

use std::collections::BTreeSet;
use std::fs;

use crate::records::{numbered, quantity_series, series_digits};
use crate::samples::assert_revenue;
use crate::schemas::assert_valid;
use crate::supplier_records::{Bought, exact, whole};
use crate::workdir::{Workdir, expected, project, read_json, sample};

/// Runs the demo's job file as it is, in a folder of the test.
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
    assert_eq!(first.told("inputs ingested"), 3, "{}", first.story());

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
    let list = list.unwrap_or_else(|| panic!("{}", first.story()));
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
        again.told("inputs already ingested"),
        3,
        "{}",
        again.story()
    );
    assert_eq!(again.told("inputs ingested"), 0, "{}", again.story());
    let path = workdir.path("target/demo/revenue_series.json");
    assert_eq!(
        fs::read_to_string(path).expect("the revenue series"),
        revenue
    );
}

/// Fails unless the demo's answers about suppliers are those of the oracle; `list` is the one on
/// standard output, with two purchases a page.
#[track_caller]
fn assert_supplier_answers(workdir: &Workdir, list: &str) {
    let wanted = |name: &str| {
        let path = sample(&format!("expected/suppliers/list/{name}.json"));
        exact(&fs::read_to_string(path).expect("an answer"))
    };
    assert_valid("supplier_purchases", list);
    let list = exact(list);
    let (two, meta) = list.split_once("]},\"meta\":").expect("a list");
    assert!(wanted("first_page").starts_with(two), "{list}");
    let numbers = "{\"current_page\":1,\"last_page\":26,\"per_page\":2,\"total\":51}}";
    assert_eq!(meta, numbers);
    for (page, name) in [(1, "first_page"), (3, "last_page")] {
        let path = workdir.path(&format!("target/demo/api/company-12/page-{page}.json"));
        let written = fs::read_to_string(path).expect("a page");
        assert_eq!(exact(&written), wanted(name));
    }
    let runs = expected("suppliers/runs.json");
    for (at, said) in runs.as_array().expect("a list").iter().enumerate() {
        let report = format!("target/demo/suppliers_{}.json", at + 1);
        let report = read_json(&workdir.path(&report));
        for fate in ["read", "accepted", "superseded", "duplicate", "rejected"] {
            assert_eq!(
                report["counts"][fate], said["total"][fate],
                "run {at}: {fate}"
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
    let planned = demo(&workdir, &["--dry-run"]);
    planned.assert_code(0).assert_shown(&[
        "web_2026-10.ndjson",
        "3 of 3 inputs would be read",
        "revenue_series.json",
    ]);
    assert!(!workdir.path("target").exists(), "{:?}", workdir.files());

    let dump = workdir.write("dump.ndjson", numbered(0, 3));
    let before = workdir.files();
    let plan = |expected: &str| {
        let planned = workdir.ingest(["--dry-run".as_ref(), dump.as_os_str()]);
        planned.assert_code(0).assert_shown(&[expected]);
    };
    plan("1 of 1 inputs would be read");
    assert_eq!(workdir.files(), before);
    workdir.ingest([&dump]).assert_code(0);
    let before = workdir.files();
    plan("0 of 1 inputs would be read");
    assert_eq!(workdir.files(), before);
}

/// A purchase that has arrived and one that has not, where the nightly job looks for them.
fn write_supplier_dump(workdir: &Workdir) {
    let [pending, received] = ["pending", "received"].map(|status| {
        let purchase = Bought {
            id: status.len() as u64,
            more: &format!(",\"status\":\"{status}\""),
            ..Bought::default()
        };
        purchase.json()
    });
    let dump = "supplier_dumps/2026/10/05/company=12/page-1.json";
    workdir.write(dump, whole(&[pending, received]));
}

/// Fails unless the nightly job has written its answers about these two.
#[track_caller]
fn assert_supplier_reports(workdir: &Workdir) {
    let text = |name: &str| {
        let path = workdir.path(&format!("reports/2026-10-05/{name}"));
        fs::read_to_string(path).expect("a report")
    };
    let pending = text("suppliers_pending_12.csv");
    assert_eq!(pending.lines().count(), 2, "{pending}");
    let page = text("api/company-12/page-1.json");
    assert_valid("supplier_purchases", &page);
    let ids: Vec<&str> = page.split("\"id\": ").skip(1).collect();
    // Each purchase and its supplier.
    assert_eq!(ids.len(), 4, "{page}");
    assert!(text("page/index.html").contains("Moinho"));
}

#[test]
fn the_nightly_job_reads_the_dumps_of_its_date() {
    let workdir = Workdir::new();
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 3));
    workdir.write("dumps/2026/10/05/b.ndjson", numbered(3, 4));
    workdir.write("dumps/2026/10/06/a.ndjson", numbered(7, 5));
    write_supplier_dump(&workdir);
    let job = project().join("jobs/nightly.toml");
    let arguments = [
        "run".as_ref(),
        job.as_os_str(),
        "--date".as_ref(),
        "2026-10-05".as_ref(),
    ];
    let ran = workdir.run(arguments);
    ran.assert_code(0).assert_stdout("");
    let reports: BTreeSet<_> = workdir.files();
    for name in [
        "run",
        "quantity_series",
        "quantity_by_hour",
        "revenue_series_brl",
    ] {
        let path = format!("reports/2026-10-05/{name}.json");
        assert!(
            reports.contains(path.as_ref() as &std::path::Path),
            "{path}: {reports:?}"
        );
    }
    let answer = |name: &str| {
        let path = workdir.path(&format!("reports/2026-10-05/{name}.json"));
        fs::read_to_string(path).expect("a report")
    };
    let days = series_digits(&answer("quantity_series"), "purchase_quantity");
    assert_eq!(days.len(), 31);
    assert_eq!(
        days.last(),
        Some(&("2026-10-05".to_owned(), "7".to_owned()))
    );
    let revenue = series_digits(&answer("revenue_series_brl"), "revenue");
    // Seven at 39.90.
    assert_eq!(
        revenue.last(),
        Some(&("2026-10-05".to_owned(), "279.30".to_owned()))
    );
    assert_supplier_reports(&workdir);
    // All of them at ten o'clock UTC, which is seven in São Paulo.
    let hours = series_digits(&answer("quantity_by_hour"), "purchase_quantity");
    assert_eq!(hours.len(), 24);
    assert_eq!(
        hours[7],
        ("2026-10-05T07:00:00-03:00".to_owned(), "7".to_owned())
    );
}

#[test]
fn a_job_goes_on_after_a_refused_input_and_says_so_in_its_exit_code() {
    let workdir = Workdir::new();
    workdir.write("dumps/good.ndjson", numbered(0, 3));
    workdir.write("dumps/half.json", "{\"purchases\":[{\"external_id\":");
    let job = workdir.write(
        "job.toml",
        r#"
lake = "lake"
[[steps]]
name = "dumps"
ingest = { inputs = ["dumps"] }
[[steps]]
name = "series"
report = { question = "quantity-series", length = 1, ending_at = "2026-10-05" }
"#,
    );
    let ran = workdir.run(["run".as_ref(), job.as_os_str()]);
    ran.assert_code(3)
        .assert_said(&["half.json", "FILE-TRUNCATED"]);
    ran.assert_stdout(&quantity_series(&[("2026-10-05", 3)]));
}

#[test]
fn a_job_file_with_an_error_runs_none_of_its_steps() {
    let first =
        "lake = \"lake\"\n[[steps]]\nname = \"one\"\ningest = { inputs = [\"dump.ndjson\"] }\n";
    let cases = [
        (
            "[[steps]]\nname = \"two\"\nreport = { question = \"quantity\" }\n",
            "quantity",
        ),
        (
            "[[steps]]\nname = \"two\"\nreport = { question = \"product-list\", colour = 1 }\n",
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
            .assert_said(&["job.toml", named]);
        assert!(!workdir.lake().exists(), "{named}");
    }
}
