//! The example jobs in `jobs/`, run unchanged.

use std::collections::BTreeSet;
use std::fs;

use crate::purchase_fixtures::{numbered, quantity_series, series_digits};
use crate::schemas::assert_valid;
use crate::supplier_fixtures::{SupplierPurchaseFixture, single_page};
use crate::workdir::{Workdir, project};

/// A received and a pending purchase, in the folder that the nightly job reads.
fn write_supplier_dump(workdir: &Workdir) {
    let [pending, received] = ["pending", "received"].map(|status| {
        let purchase = SupplierPurchaseFixture {
            id: status.len() as u64,
            more: &format!(",\"status\":\"{status}\""),
            ..SupplierPurchaseFixture::default()
        };
        purchase.json()
    });
    let dump = "supplier_dumps/2026/10/05/company=12/page-1.json";
    workdir.write(dump, single_page(&[pending, received]));
}

/// Fails unless the nightly job has written its reports on these two.
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
    assert!(text("dashboard/index.html").contains("Moinho"));
}

#[test]
fn the_nightly_job_reads_the_dumps_of_its_date() {
    let workdir = Workdir::new();
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 3));
    workdir.write("dumps/2026/10/05/b.ndjson", numbered(3, 4));
    workdir.write("dumps/2026/10/06/a.ndjson", numbered(7, 5));
    write_supplier_dump(&workdir);
    let job = project().join("jobs/nightly.toml");
    let words = ["--date", "2026-10-05", "--set", "settled=0s"];
    let words = words.iter().map(AsRef::as_ref);
    let ran = workdir.run(["run".as_ref(), job.as_os_str()].into_iter().chain(words));
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

/// The night of the dumps, which the test has written just now.
const NIGHT: [&str; 4] = ["--date", "2026-10-05", "--set", "settled=0s"];

#[test]
fn a_night_with_a_dump_of_rejects_publishes_the_suppliers_only() {
    let workdir = Workdir::new();
    let rejected = numbered(0, 40).replace("\"quantity\":1", "\"quantity\":0");
    workdir.write("dumps/2026/10/05/a.ndjson", rejected);
    write_supplier_dump(&workdir);
    let ran = ready(&workdir, "nightly.toml", &NIGHT);
    // The refused input ends with 3; that no purchase is expected of the day is the worse end.
    ran.assert_code(6).assert_stderr_contains(&[
        "not written: reports/2026-10-05/quantity_series.json",
        "not written: reports/2026-10-05/dashboard/index.html",
        "min_records of purchases is not met",
    ]);
    let reports: BTreeSet<_> = workdir.files();
    let has = |name: &str| {
        let path = format!("reports/2026-10-05/{name}");
        reports.contains(path.as_ref() as &std::path::Path)
    };
    for name in [
        "run.json",
        "suppliers_pending_12.csv",
        "api/company-12/page-1.json",
    ] {
        assert!(has(name), "{name}: {reports:?}");
    }
    for name in [
        "quantity_series.json",
        "quantity_by_hour.json",
        "dashboard/index.html",
    ] {
        assert!(!has(name), "{name}: {reports:?}");
    }
    // A corrected dump is published by the same command; the suppliers' pages may be missing.
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 40));
    std::fs::remove_dir_all(workdir.path("supplier_dumps")).expect("the pages");
    ready(&workdir, "nightly.toml", &NIGHT)
        .assert_code(0)
        .assert_stderr_contains(&["it is optional, so no answer is held back"]);
    let series = workdir.path("reports/2026-10-05/quantity_series.json");
    let series = series_digits(
        &fs::read_to_string(series).expect("it"),
        "purchase_quantity",
    );
    assert_eq!(
        series.last().map(|(_, quantity)| quantity.as_str()),
        Some("40")
    );
}

#[test]
fn a_night_leaves_out_files_that_are_being_written() {
    let workdir = Workdir::new();
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 3));
    write_supplier_dump(&workdir);
    ready(&workdir, "nightly.toml", &["--date", "2026-10-05"])
        .assert_code(6)
        .assert_stderr_contains(&["1 of 1 inputs changed less than 10m ago"]);
    assert!(
        !workdir
            .path("reports/2026-10-05/quantity_series.json")
            .exists()
    );
}

/// Runs an example job unchanged.
fn ready(workdir: &Workdir, name: &str, more: &[&str]) -> crate::workdir::Output {
    let job = project().join("jobs").join(name);
    let more = more.iter().map(AsRef::as_ref);
    workdir.run(["run".as_ref(), job.as_os_str()].into_iter().chain(more))
}

#[test]
fn the_hourly_job_follows_what_arrives() {
    let workdir = Workdir::new();
    let date = [
        "--date",
        "2026-10-05",
        "--now",
        "2026-10-05T18:00:00Z",
        "--set",
        "settled=0s",
    ];
    for (file, seven) in [("a", "3"), ("b", "7")] {
        let text = if file == "a" {
            numbered(0, 3)
        } else {
            numbered(3, 4)
        };
        workdir.write(&format!("dumps/2026/10/05/{file}.ndjson"), text);
        ready(&workdir, "hourly_series.toml", &date)
            .assert_code(0)
            .assert_stdout("");
        let path = workdir.path("reports/now/quantity_by_hour.json");
        let series = series_digits(&fs::read_to_string(path).expect("it"), "purchase_quantity");
        // The hours up to the time of the run, which is 15:00 in São Paulo.
        assert_eq!(series.len(), 16);
        // Ten o'clock UTC.
        assert_eq!(
            series[7],
            ("2026-10-05T07:00:00-03:00".to_owned(), seven.to_owned())
        );
        let chart = fs::read_to_string(workdir.path("reports/now/quantity_by_hour.svg"));
        assert!(chart.expect("the chart").contains("<svg"));
    }
}

#[test]
fn the_hand_over_writes_every_file_and_the_completion_marker_last() {
    let workdir = Workdir::new();
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 3));
    write_supplier_dump(&workdir);
    let date = ["--date", "2026-10-05"];
    ready(&workdir, "nightly.toml", &NIGHT).assert_code(0);
    ready(&workdir, "warehouse_handover.toml", &date)
        .assert_code(0)
        .assert_stdout("");
    let folder = workdir.path("handover/2026/10/05");
    for name in [
        "quantity_per_day",
        "revenue_per_day_brl",
        "supplier_purchases_12",
    ] {
        let bytes = fs::read(folder.join(format!("{name}.parquet"))).expect("a file");
        assert!(
            bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"),
            "{name}"
        );
    }
    let lines = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).expect("a file");
        text.lines().count()
    };
    assert_eq!(lines("products.csv"), 4);
    assert_eq!(lines("supplier_summary_12.csv"), 2);
    let done = fs::read_to_string(folder.join("_done.json")).expect("the last file");
    assert_eq!(done, quantity_series(&[("2026-10-05", 3)]));

    // If a file cannot be written, the last one is not written either.
    let other = ["--date", "2026-10-05", "--set", "folder=other"];
    workdir.write("other/products.csv/in the way", "");
    ready(&workdir, "warehouse_handover.toml", &other)
        .assert_code(1)
        .assert_stderr_contains(&["names of the products", "products.csv"]);
    assert!(workdir.path("other/quantity_per_day.parquet").exists());
    assert!(!workdir.path("other/_done.json").exists());
}

#[test]
fn the_month_end_job_sums_a_month_up() {
    let workdir = Workdir::new();
    write_supplier_dump(&workdir);
    workdir.write("dumps/2026/10/05/a.ndjson", numbered(0, 3));
    ready(&workdir, "nightly.toml", &NIGHT).assert_code(0);
    ready(
        &workdir,
        "month_end_suppliers.toml",
        &["--date", "2026-10-31"],
    )
    .assert_code(0);
    let csv = fs::read_to_string(workdir.path("reports/2026-10/supplier_summary_12.csv"));
    let csv = csv.expect("the summary");
    assert!(
        csv.lines().nth(1).is_some_and(
            |line| line.starts_with("12,3,Moinho,") && line.contains(",2026-10,BRL,2,1,1,0,")
        ),
        "{csv}"
    );
}
