//! The page to look at, in a real Chromium.
//!
//! `PURCHASE_ETL_CHROMIUM` names the browser (`/usr/bin/chromium` when it is not set) and
//! `PURCHASE_ETL_CHROMEDRIVER` its driver (`chromedriver`). Only when the first one is `none` is
//! the browser left out, and the test says so.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use serde_json::Value;

use crate::python::python;
use crate::workdir::{Workdir, project, sample};

mod edge_case_data;

/// The headings that every page has.
const HEADINGS: [&str; 9] = [
    "Purchase dashboard",
    "Items by day",
    "Items by hour",
    "Items by product",
    "Items by app",
    "Revenue",
    "Supplier totals",
    "Supplier purchases by status",
    "Rejected records",
];

/// The views that the browser takes: two schemes on two screens, one in between, and paper.
const VIEWS: usize = 6;

/// Opens a page in Chromium, which fails the test when it finds a fault, and leaves screenshots
/// under `target/screenshots` for people to look at. `None` when there is to be no browser.
#[track_caller]
#[expect(
    clippy::print_stderr,
    reason = "a test that leaves something out must say so"
)]
fn open_in_browser(page: PathBuf, name: &str) -> Option<Value> {
    if std::env::var_os("PURCHASE_ETL_CHROMIUM").is_some_and(|name| name == "none") {
        eprintln!("SKIPPED: PURCHASE_ETL_CHROMIUM is none, so that NO BROWSER HAS SEEN THE PAGE");
        return None;
    }
    let folder = project().join("target/screenshots").join(name);
    let mut arguments: Vec<OsString> = vec![page.into(), "--screenshots".into(), folder.into()];
    for heading in HEADINGS {
        arguments.extend(["--heading".into(), heading.into()]);
    }
    let seen = python("../dashboard/check_dashboard.py", arguments);
    let pages = seen["pages"].as_object().expect("the pages by name");
    let views = &pages.values().next().expect("one page")["views"];
    assert_eq!(views.as_object().map_or(0, serde_json::Map::len), VIEWS);
    Some(views.clone())
}

/// How many charts each view shows.
fn charts(views: &Value) -> Vec<u64> {
    let views = views.as_object().expect("the views by name");
    let counts = views.values().map(|view| view["charts"].as_u64());
    counts.map(Option::unwrap_or_default).collect()
}

#[test]
fn a_dashboard_with_every_figure_is_rendered_without_faults() {
    let work = Workdir::new();
    let page = purchase_etl::render::dashboard::dashboard_html(&edge_case_data::data());
    let path = work.write("page.html", page);
    if let Some(views) = open_in_browser(path, "invented") {
        // Four of items, revenue and suppliers in two currencies, months, rejects.
        assert_eq!(charts(&views), [10; VIEWS]);
    }
}

/// The page of the sample data, as the program writes it.
fn dashboard_of_samples(work: &Workdir, ending_at: &str) -> PathBuf {
    let files = ["web_2026-10.ndjson", "track_log_2026-10.json"].map(sample);
    work.ingest(files).assert_code(0);
    let (lake, folder) = (work.lake(), work.path("page"));
    let arguments: [&OsStr; 9] = [
        "page".as_ref(),
        "--lake".as_ref(),
        lake.as_ref(),
        "--output".as_ref(),
        folder.as_ref(),
        "--length".as_ref(),
        "31".as_ref(),
        "--ending-at".as_ref(),
        ending_at.as_ref(),
    ];
    work.run(arguments).assert_code(0);
    folder.join("index.html")
}

#[test]
fn the_dashboard_of_the_samples_is_rendered_without_faults() {
    let work = Workdir::new();
    let page = dashboard_of_samples(&work, "2026-10-31");
    if let Some(views) = open_in_browser(page, "samples") {
        assert!(charts(&views).iter().all(|count| *count > 3), "{views:#}");
    }
}

#[test]
fn the_dashboard_of_a_period_without_purchases_is_rendered_without_faults() {
    let work = Workdir::new();
    open_in_browser(dashboard_of_samples(&work, "2001-01-31"), "empty");
}
