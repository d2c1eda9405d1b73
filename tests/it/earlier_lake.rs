//! A lake that version 0.1.0 wrote is read, verified and extended.

use std::fs;
use std::path::PathBuf;

use crate::purchase_fixtures::quantity_series;
use crate::workdir::{Workdir, files_below, project, sample};

/// A copy of the lake that version 0.1.0 wrote.
fn lake_of_0_1_0(workdir: &Workdir) {
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
    let answer = workdir.report("quantity-series", days);
    answer.assert_code(0).assert_stdout(&series);

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

    let lake = workdir.lake();
    let verify = [
        "lake",
        "verify",
        "--deep",
        "--lake",
        lake.to_str().expect("a path"),
    ];
    workdir.run(verify).assert_code(0);
}

#[test]
fn states_of_version_0_1_0_are_recognised_by_their_hash_and_replaced_as_in_a_new_lake() {
    let old = Workdir::new();
    lake_of_0_1_0(&old);
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
