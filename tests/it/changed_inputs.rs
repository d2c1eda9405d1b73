//! Paths that bring other content than before, and contents that are read with other settings.

use std::process::Stdio;
use std::thread;

use serde_json::{Value, json};

use crate::purchase_fixtures::{lines_of, numbered};
use crate::workdir::{Output, Workdir};

const REPLACE: [&str; 2] = ["--changed-input", "replace"];

pub(crate) fn inputs(workdir: &Workdir, arguments: &[&str]) -> Output {
    let lake = workdir.lake().display().to_string();
    workdir.run(
        ["inputs"]
            .iter()
            .chain(arguments)
            .copied()
            .chain(["--lake", &lake]),
    )
}

/// Path, state, records read and accepted of the listed inputs.
pub(crate) fn listed(workdir: &Workdir) -> Vec<(String, String, u64, u64)> {
    let output = inputs(workdir, &["list", "--format", "json"]);
    let rows = output.assert_code(0).json();
    let row = |row: &Value| {
        let text = |key: &str| row[key].as_str().expect("a text").to_owned();
        let name = text("path").rsplit('/').next().expect("a name").to_owned();
        let count = |key: &str| row[key].as_u64().expect("a count");
        (
            name,
            text("state"),
            count("records_read"),
            count("accepted"),
        )
    };
    rows.as_array().expect("an array").iter().map(row).collect()
}

pub(crate) fn row(name: &str, state: &str, read: u64, accepted: u64) -> (String, String, u64, u64) {
    (name.to_owned(), state.to_owned(), read, accepted)
}

#[track_caller]
pub(crate) fn assert_whole(workdir: &Workdir) {
    let lake = workdir.lake().display().to_string();
    let verified = workdir.run(["lake", "verify", "--deep", "--lake", &lake]);
    verified
        .assert_code(0)
        .assert_stdout_contains(&["the lake is intact"]);
}

/// The quantities of the days that end with this one.
fn quantities_of(workdir: &Workdir, days: &str, last: &str) -> Value {
    let options = ["--length", days, "--ending-at", last];
    let answer = workdir.report("quantity-series", options);
    let days = answer.assert_code(0).json();
    let series = days["data"].as_array().expect("a series").iter();
    series.map(|day| day["purchase_quantity"].clone()).collect()
}

/// The quantities of 1 and 2 October 2026.
fn quantities(workdir: &Workdir) -> Value {
    quantities_of(workdir, "2", "2026-10-02")
}

/// The quantity of 1 October before the version that an ingest has committed.
fn first_day_before(workdir: &Workdir, ingest: &Output) -> Value {
    let version = ingest.json()["table_versions"]["purchases"].as_u64();
    let before = (version.expect("a version") - 1).to_string();
    let options = ["--length", "1", "--ending-at", "2026-10-01"];
    let at = ["--lake-version", before.as_str()];
    let answer = workdir.report("quantity-series", options.iter().chain(&at));
    answer.assert_code(0).json()["data"][0]["purchase_quantity"].clone()
}

#[test]
fn a_corrected_file_is_refused_and_replaced_on_request() {
    let workdir = Workdir::new();
    let (first, second) = ("2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z");
    workdir.write("day.ndjson", lines_of(&[(first, 20), (second, 29)]));
    workdir.write("other.ndjson", lines_of(&[(second, 3)]));
    workdir
        .ingest(["day.ndjson", "other.ndjson"])
        .assert_code(0);
    assert_eq!(quantities(&workdir), json!([20, 32]));

    workdir.write("day.ndjson", lines_of(&[(first, 23), (second, 29)]));
    let refused = workdir.ingest(["day.ndjson"]);
    refused.assert_code(3).assert_stderr_contains(&[
        "FILE-CHANGED",
        "read 2 records of it, 2 accepted and 0 rejected",
        "--changed-input replace",
        "--changed-input append",
    ]);
    assert_eq!(refused.outcomes(), ["refused"]);
    assert_eq!(
        quantities(&workdir),
        json!([20, 32]),
        "nothing is counted twice"
    );

    let replaced = workdir.ingest(REPLACE.iter().chain(&["day.ndjson"]));
    replaced.assert_code(0);
    assert_eq!(
        replaced.outcomes(),
        ["ingested"],
        "{}",
        replaced.transcript()
    );
    assert_eq!(quantities(&workdir), json!([23, 32]));
    let expected = [
        row("day.ndjson", "replaced", 2, 2),
        row("day.ndjson", "current", 2, 2),
        row("other.ndjson", "current", 1, 1),
    ];
    assert_eq!(listed(&workdir), expected);
    assert_whole(&workdir);
    let again = workdir.ingest(REPLACE.iter().chain(&["day.ndjson", "--verify-content"]));
    assert_eq!(again.assert_code(0).outcomes(), ["already_ingested"]);
    assert_eq!(again.json()["table_versions"]["purchases"], Value::Null);
    // The answer of the version before is as it was.
    assert_eq!(first_day_before(&workdir, &replaced), 20);
}

#[test]
fn a_grown_file_replaces_what_it_was_and_its_old_content_may_come_again() {
    let workdir = Workdir::new();
    let text = numbered(0, 6);
    let lines: Vec<&str> = text.split_inclusive('\n').take(4).collect();
    let part = lines.concat();
    workdir.write("log.ndjson", &part);
    workdir.ingest(["log.ndjson"]).assert_code(0);
    workdir.write("log.ndjson", &text);
    workdir
        .ingest(REPLACE.iter().chain(&["log.ndjson"]))
        .assert_code(0);
    assert_eq!(listed(&workdir)[1], row("log.ndjson", "current", 6, 6));
    workdir.write("log.ndjson", &part);
    let back = workdir.ingest(REPLACE.iter().chain(&["log.ndjson"]));
    assert_eq!(back.assert_code(0).outcomes(), ["ingested"]);
    let states: Vec<_> = listed(&workdir)
        .into_iter()
        .map(|row| (row.1, row.3))
        .collect();
    let state = |state: &str, accepted| (state.to_owned(), accepted);
    assert_eq!(
        states,
        [
            state("replaced", 4),
            state("replaced", 6),
            state("current", 4)
        ]
    );
    assert_whole(&workdir);
}

#[test]
fn appending_standard_input_and_an_empty_file_are_no_changes() {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", numbered(0, 2));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    workdir.write("a.ndjson", numbered(2, 3));
    let added = workdir.ingest(["--changed-input", "append", "a.ndjson"]);
    assert_eq!(added.assert_code(0).outcomes(), ["ingested"]);
    let lake = workdir.lake().display().to_string();
    for from in [10, 20] {
        let piped = ["ingest", "--lake", &lake, "-"];
        workdir
            .run_with_stdin(piped, numbered(from, 1).as_ref())
            .assert_code(0);
    }
    workdir.write("empty.ndjson", "");
    workdir.ingest(["empty.ndjson"]).assert_code(0);
    workdir.write("empty.ndjson", numbered(30, 4));
    let filled = workdir.ingest(["empty.ndjson"]);
    assert_eq!(filled.assert_code(0).outcomes(), ["ingested"]);
    let current: u64 = listed(&workdir).iter().map(|row| row.3).sum();
    assert_eq!(current, 2 + 3 + 1 + 1 + 4);
    assert_whole(&workdir);
}

#[test]
fn a_content_read_with_other_settings_is_refused_unless_they_give_the_same_rows() {
    let workdir = Workdir::new();
    let zone = ["--default-timezone", "America/Sao_Paulo"];
    workdir.write("local.ndjson", lines_of(&[("2026-10-02T01:00:00", 5)]));
    workdir.write("utc.ndjson", lines_of(&[("2026-10-02T01:00:00Z", 7)]));
    let both = ["local.ndjson", "utc.ndjson"];
    workdir.ingest(both).assert_code(0);
    assert_eq!(quantities(&workdir), json!([0, 12]));
    // Only the times of the first file depend on the zone; limits and threads change nothing.
    let refused = workdir.ingest(zone.iter().chain(&both).chain(&["--threads", "1"]));
    refused
        .assert_code(3)
        .assert_stderr_contains(&["FILE-SETTINGS-CHANGED"]);
    assert_eq!(refused.outcomes(), ["refused", "already_ingested"]);
    let limits = workdir.ingest(["--threads", "1", "--max-depth", "9"].iter().chain(&both));
    assert_eq!(limits.assert_code(0).outcomes(), ["already_ingested"; 2]);
    let replaced = workdir.ingest(zone.iter().chain(&REPLACE).chain(&both));
    assert_eq!(
        replaced.assert_code(0).outcomes(),
        ["ingested", "already_ingested"]
    );
    // 01:00 in São Paulo is 04:00 in UTC.
    assert_eq!(quantities(&workdir), json!([0, 12]));
    let again = workdir.ingest(zone.iter().chain(&both));
    assert_eq!(again.assert_code(0).outcomes(), ["already_ingested"; 2]);
    // Under another name, its rows are those of the other path.
    workdir.write("copy.ndjson", lines_of(&[("2026-10-02T01:00:00", 5)]));
    let renamed = workdir.ingest(REPLACE.iter().chain(&["copy.ndjson"]));
    renamed
        .assert_code(3)
        .assert_stderr_contains(&["FILE-SETTINGS-CHANGED", "inputs remove"]);
    let back = workdir.ingest(both);
    back.assert_code(3)
        .assert_stderr_contains(&["FILE-SETTINGS-CHANGED"]);
    assert_whole(&workdir);
}

#[test]
fn events_that_a_later_input_counts_as_duplicates_are_not_taken_out() {
    let workdir = Workdir::new();
    let event = |id: &str, price: u32| {
        format!(
            "{{\"id\":\"{id}\",\"external_user_id\":\"u\",\"product_id\":\"p\",\"currency\":\"BRL\",\"price\":{price},\"time\":1790856000}}\n"
        )
    };
    workdir.write("a.ndjson", event("e1", 1) + &event("e2", 1));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    // Its own events are no duplicates of a corrected file.
    workdir.write("a.ndjson", event("e1", 2) + &event("e2", 1));
    let corrected = workdir.ingest(REPLACE.iter().chain(&["a.ndjson"]));
    assert_eq!(corrected.assert_code(0).summary_count("accepted"), 2);
    workdir.write("b.ndjson", event("e2", 1) + &event("e3", 1));
    assert_eq!(
        workdir
            .ingest(["b.ndjson"])
            .assert_code(0)
            .summary_count("duplicate"),
        1
    );
    workdir.write("a.ndjson", event("e1", 2));
    let refused = workdir.ingest(REPLACE.iter().chain(&["a.ndjson"]));
    refused
        .assert_code(3)
        .assert_stderr_contains(&["FILE-CHANGED", "b.ndjson", "duplicates"]);
    inputs(&workdir, &["remove", "a.ndjson", "--yes"])
        .assert_code(2)
        .assert_stderr_contains(&["b.ndjson", "duplicates"]);
    inputs(&workdir, &["remove", "b.ndjson", "--yes"]).assert_code(0);
    workdir
        .ingest(REPLACE.iter().chain(&["a.ndjson"]))
        .assert_code(0);
    let last = workdir.ingest(["b.ndjson"]);
    assert_eq!(
        last.assert_code(0).summary_count("accepted"),
        2,
        "e2 is nobody else's"
    );
    assert_whole(&workdir);
}

#[test]
fn of_two_processes_that_replace_a_file_one_is_first_and_readers_see_whole_contents() {
    let workdir = Workdir::new();
    let day = "2026-10-01T10:00:00Z";
    workdir.write("a.ndjson", lines_of(&[(day, 1); 40]));
    workdir.ingest(["a.ndjson"]).assert_code(0);
    for round in 2_u32..6 {
        workdir.write("a.ndjson", lines_of(&[(day, round); 40]));
        let children: Vec<_> = (0..2)
            .map(|_| {
                let mut command = workdir.ingest_command();
                command.args(REPLACE).arg("a.ndjson");
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().expect("the program starts")
            })
            .collect();
        let (old, new) = (json!([40 * (round - 1)]), json!([40 * round]));
        thread::scope(|scope| {
            let polled = scope.spawn(|| {
                (0..4)
                    .map(|_| quantities_of(&workdir, "1", "2026-10-01"))
                    .collect::<Vec<_>>()
            });
            for child in children {
                let output = child.wait_with_output().expect("the program ends");
                let output = Output::new("ingest".to_owned(), output);
                output.assert_code(0);
            }
            for answer in polled.join().expect("the polling thread") {
                assert!([&old, &new].contains(&&answer), "{answer}");
            }
        });
        let answer = quantities_of(&workdir, "1", "2026-10-01");
        assert_eq!(answer, new);
        assert_whole(&workdir);
    }
    let current: Vec<_> = listed(&workdir)
        .into_iter()
        .filter(|row| row.1 == "current")
        .collect();
    assert_eq!(current, [row("a.ndjson", "current", 40, 40)]);
}
