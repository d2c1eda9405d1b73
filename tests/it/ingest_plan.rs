//! What `ingest --dry-run` and the plan of a job show of the inputs of an ingest.

use serde_json::{Value, json};

use crate::changed_inputs::inputs;
use crate::purchase_fixtures::numbered;
use crate::supplier_fixtures::{SupplierPurchaseFixture, options};
use crate::workdir::{Output, Workdir};

/// The plan of an ingest of these files of customer purchases.
fn plan(workdir: &Workdir, names: &[&str]) -> Output {
    let planned = workdir.ingest(["--dry-run"].iter().chain(names));
    planned.assert_code(0);
    planned
}

/// The first word of the line of a file, or two of them.
fn state_of(planned: &Output, name: &str) -> String {
    let mut lines = planned.stdout().lines().filter(|line| line.ends_with(name));
    let line = lines.next().expect("a line of the file");
    let state = line.trim().split("  ").next().expect("a state");
    state.to_owned()
}

#[test]
fn an_ignored_file_is_shown_as_such_until_it_changes() {
    let workdir = Workdir::new();
    workdir.write("broken.ndjson", "{\"external_id\":\"x\"}\n");
    workdir.write("good.ndjson", numbered(0, 2));
    let both = ["broken.ndjson", "good.ndjson"];
    workdir.ingest(both).assert_code(3);
    let states = |planned: &Output| both.map(|name| state_of(planned, name));
    assert_eq!(states(&plan(&workdir, &both)), ["new", "already ingested"]);

    let ignore = ["ignore", "broken.ndjson", "--reason", "test data"];
    inputs(&workdir, &ignore).assert_code(0);
    let planned = plan(&workdir, &both);
    assert_eq!(states(&planned), ["ignored", "already ingested"]);
    planned.assert_stdout_contains(&["0 of 2 inputs would be read"]);
    // The run agrees.
    let ran = workdir.ingest(both);
    let outcomes = ["ignored", "already_ingested"];
    assert_eq!(ran.assert_code(0).outcomes(), outcomes);

    workdir.write("broken.ndjson", "{\"external_id\":\"another\"}\n");
    let planned = plan(&workdir, &both);
    assert_eq!(states(&planned), ["new", "already ingested"]);
    planned.assert_stdout_contains(&["1 of 2 inputs would be read"]);
}

/// The ingest of the plan of a job, for a day.
fn planned_ingest(workdir: &Workdir, job: &str, date: &str) -> Value {
    workdir.write("job.toml", job);
    let words = ["run", "job.toml", "--date", date, "--dry-run"];
    let planned = workdir.run(words.iter().chain(&["--plan-format", "json"]));
    planned.assert_code(0);
    planned.json()["days"][0]["steps"][0]["ingest"].clone()
}

#[test]
fn the_plan_of_a_job_has_ignored_inputs_and_no_date_without_a_full_snapshot() {
    let workdir = Workdir::new();
    workdir.write("dumps/broken.ndjson", "{\"external_id\":\"x\"}\n");
    workdir.write("dumps/good.ndjson", numbered(0, 2));
    let ignore = ["ignore", "dumps/broken.ndjson", "--reason", "test data"];
    workdir.ingest(["dumps"]).assert_code(3);
    inputs(&workdir, &ignore).assert_code(0);
    let job = "lake = \"lake\"\n[[steps]]\nname = \"dumps\"\ningest = { inputs = [\"dumps\"] }\n";
    let ingest = planned_ingest(&workdir, job, "2026-11-20");
    let states = |key: &str| {
        let inputs = ingest["inputs"].as_array().expect("inputs").iter();
        inputs.map(|input| input[key].clone()).collect::<Vec<_>>()
    };
    assert_eq!(states("ignored"), [true, false]);
    assert_eq!(states("already_ingested"), [false, true]);
    assert_eq!(states("too_recent"), [false, false]);
    assert_eq!(ingest.get("snapshot_date"), None);
}

#[test]
fn a_full_snapshot_is_shown_with_its_day() {
    let workdir = Workdir::new();
    let purchase = SupplierPurchaseFixture::default().json();
    workdir.write("list.ndjson", purchase + "\n");
    let plan = |more: &[&str]| {
        let mut words = options("12");
        words.extend(["--dry-run", "list.ndjson"].map(Into::into));
        words.extend(more.iter().map(Into::into));
        let planned = workdir.ingest(words);
        planned.assert_code(0);
        let mut lines = planned.stdout().lines();
        lines.next().expect("a line").to_owned()
    };
    // The helper sets the time to 2026-11-20.
    let date = "--snapshot-date=2026-11-18";
    for (more, snapshot) in [
        (
            &["--full-snapshot", date][..],
            ", full snapshot of 2026-11-18",
        ),
        (&["--full-snapshot"], ", full snapshot of 2026-11-20"),
        (&[], ""),
    ] {
        let first = plan(more);
        let expected = format!("/lake/{snapshot}");
        assert!(
            first.ends_with(&expected),
            "{first:?}, expected {expected:?}"
        );
    }
}

#[test]
fn the_full_snapshot_of_a_job_is_that_of_its_data_date_unless_the_step_has_one() {
    let workdir = Workdir::new();
    let purchase = SupplierPurchaseFixture::default().json();
    workdir.write("list.ndjson", purchase + "\n");
    let job = |more: &str| {
        format!(
            "lake = \"lake\"\n[[steps]]\nname = \"list\"\ningest = {{ inputs = [\"list.ndjson\"], \
             kind = \"supplier-purchases\", company_id = 12, full_snapshot = true{more} }}\n"
        )
    };
    for (more, expected) in [
        ("", "2026-11-20"),
        (", snapshot_date = \"2026-11-19\"", "2026-11-19"),
    ] {
        let ingest = planned_ingest(&workdir, &job(more), "2026-11-20");
        assert_eq!(ingest["snapshot_date"], json!(expected), "{more}");
    }
    let shown = workdir.run(["run", "job.toml", "--date", "2026-11-20", "--dry-run"]);
    let shown = shown.assert_code(0);
    shown.assert_stdout_contains(&["full snapshot of 2026-11-19"]);
}
