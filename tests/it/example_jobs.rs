//! The jobs of `jobs/` that are there to be copied, each run as it stands.

use std::collections::BTreeSet;
use std::fs;

use crate::purchase_fixtures::{numbered, quantity_series, series_digits};
use crate::schemas::assert_valid;
use crate::supplier_fixtures::{SupplierPurchaseFixture, single_page};
use crate::workdir::{Workdir, project};

/// A purchase that has arrived and one that has not, where the nightly job looks for them.
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

/// Runs a ready job as it stands.
fn ready(workdir: &Workdir, name: &str, more: &[&str]) -> crate::workdir::Output {
    let job = project().join("jobs").join(name);
    let more = more.iter().map(AsRef::as_ref);
    workdir.run(["run".as_ref(), job.as_os_str()].into_iter().chain(more))
}

#[test]
fn the_hourly_job_follows_what_arrives() {
    let workdir = Workdir::new();
    let date = ["--date", "2026-10-05", "--now", "2026-10-05T18:00:00Z"];
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
        // The hours up to the clock, which shows three in the afternoon in São Paulo.
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
    ready(&workdir, "nightly.toml", &date).assert_code(0);
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

    // A file that cannot be written: the last one does not come.
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
    ready(&workdir, "nightly.toml", &["--date", "2026-10-05"]).assert_code(0);
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
