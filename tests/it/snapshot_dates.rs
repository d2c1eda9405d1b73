//! Full snapshots with dates: which are applied, known or refused, and the purchases afterwards.
//! Expected purchases are worked out by hand.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lake_maintenance::{lake_command_json, status};
use crate::python::{listed_contents, table_rows};
use crate::supplier_fixtures::{
    DELETED, SupplierPurchaseFixture, ingest, ingest_text, options, pairs, single_page,
    stored_notes, supplier_purchases,
};
use crate::workdir::{Output, Workdir, files_below};

pub(crate) const OLDER: &str = "CPL-SNAPSHOT-OLDER";
pub(crate) const REPEATED: &str = "CPL-SNAPSHOT-REPEATED";

/// A state of a purchase, updated on 2026-10-06 at this hour.
fn state(id: u64, hour: u32, notes: &str, more: &str) -> String {
    let updated_at = format!("2026-10-06T{hour:02}:00:00-03:00");
    let purchase = SupplierPurchaseFixture {
        id,
        updated_at: &updated_at,
        notes,
        more,
        ..SupplierPurchaseFixture::default()
    };
    purchase.json()
}

/// The arguments that apply an input as the full snapshot of a day of November 2026.
pub(crate) fn arguments(company: &str, day: u32, input: &Path) -> Vec<OsString> {
    let mut arguments = options(company);
    arguments.push("--full-snapshot".into());
    arguments.push(format!("--snapshot-date=2026-11-{day:02}").into());
    arguments.push(input.into());
    arguments
}

#[track_caller]
pub(crate) fn apply(workdir: &Workdir, company: &str, day: u32, input: &Path) -> Output {
    workdir.ingest(arguments(company, day, input))
}

/// The version of the table, 0 also before it exists.
pub(crate) fn version(workdir: &Workdir) -> usize {
    let log = workdir.lake().join("supplier_purchases/_delta_log");
    let commits = log.exists().then(|| files_below(&log, ".json").len());
    commits.map_or(0, |commits| commits - 1)
}

/// Applies a snapshot, which creates a version of the table.
#[track_caller]
pub(crate) fn assert_applied(workdir: &Workdir, company: &str, day: u32, input: &Path) -> Output {
    let before = version(workdir);
    let output = apply(workdir, company, day, input);
    let found = output.assert_code(0).json()["table_versions"]["supplier_purchases"].clone();
    assert_eq!(found, json!(before + 1));
    output
}

/// Applies a snapshot that was applied before: nothing changes.
#[track_caller]
pub(crate) fn assert_known(workdir: &Workdir, company: &str, day: u32, input: &Path) {
    let before = (stored_notes(workdir), version(workdir));
    let output = apply(workdir, company, day, input);
    let report = output.assert_code(0).json();
    assert_eq!(output.outcomes(), ["already_ingested"]);
    let note = format!("the full snapshot of 2026-11-{day:02} before: this run changed nothing");
    assert!(report["notes"].to_string().contains(&note), "{report:#}");
    assert_eq!(report["table_versions"]["supplier_purchases"], Value::Null);
    assert_eq!((stored_notes(workdir), version(workdir)), before);
}

/// Applies a snapshot that a rule refuses: nothing changes.
#[track_caller]
pub(crate) fn assert_refused(workdir: &Workdir, company: &str, day: u32, input: &Path, rule: &str) {
    let before = (stored_notes(workdir), version(workdir));
    let output = apply(workdir, company, day, input);
    let date = format!("2026-11-{day:02}");
    output
        .assert_code(3)
        .assert_stderr_contains(&[rule, &date, "lake restore"]);
    assert_eq!(output.outcomes(), ["refused"]);
    assert_eq!(output.json()["inputs"][0]["refusal"]["rule_id"], rule);
    assert_eq!((stored_notes(workdir), version(workdir)), before);
}

/// Fails unless the lake is without damage and no run is unfinished.
#[track_caller]
pub(crate) fn assert_intact(workdir: &Workdir) {
    let verified = lake_command_json(workdir, "verify", &["--deep"]);
    let mut findings = verified["findings"].as_array().expect("findings").iter();
    assert!(findings.all(|one| one["what"] == "orphan"), "{verified:#}");
}

/// Writes dumps of these purchases, each with a name of its own.
pub(crate) fn dumps<const N: usize>(workdir: &Workdir, ids: [&[u64]; N]) -> [PathBuf; N] {
    let mut number = 0;
    ids.map(|ids| {
        number += 1;
        let text = single_page(&supplier_purchases(ids.iter().copied()));
        workdir.write(&format!("dump-{number}.json"), text)
    })
}

fn row<'r>(rows: &'r [Value], id: &str) -> &'r Value {
    let mut found = rows.iter().filter(|row| row["id"] == id);
    found.next().expect("a row")
}

#[test]
fn a_state_that_returns_on_a_later_date_is_applied() {
    let workdir = Workdir::new();
    let [a, b, again] = dumps(&workdir, [&[1, 2], &[2, 3], &[1, 2]]);
    assert_applied(&workdir, "12", 1, &a);
    assert_applied(&workdir, "12", 2, &b);
    let of_b = [(3, "first"), (2, "first"), (1, "†first")];
    assert_eq!(stored_notes(&workdir), pairs(&of_b));
    let before = listed_contents(&workdir.lake());

    // The content of the first dump under another name.
    let output = assert_applied(&workdir, "12", 3, &again);
    assert_eq!(output.outcomes(), ["already_ingested"]);
    output.assert_stderr_contains(&[
        "1 purchases missing from the full snapshot were marked as deleted",
        "1 purchases of the full snapshot that were marked as deleted are no longer deleted",
    ]);
    let of_a = [(3, "†first"), (2, "first"), (1, "first")];
    assert_eq!(stored_notes(&workdir), pairs(&of_a));
    assert_eq!(output.json()["settings"]["snapshot_date"], "2026-11-03");

    // The content is one input: it has the row of the run that ingested it.
    let inputs = listed_contents(&workdir.lake());
    assert_eq!(inputs, before);
    let counts =
        |input: &Value| json!([input["records_read"], input["accepted"], input["duplicate"]]);
    assert_eq!(counts(&inputs[0]), json!(["2", "2", "0"]));
    assert_eq!(counts(&inputs[1]), json!(["2", "1", "1"]));
    assert_eq!(table_rows(&workdir.lake(), "rejects").len(), 0);
    let rows = table_rows(&workdir.lake(), "supplier_purchases");
    assert_eq!(row(&rows, "1")["source_file"], json!(a));
    assert_eq!(row(&rows, "1")["run_id"], inputs[0]["run_id"]);
    assert_intact(&workdir);
    assert_known(&workdir, "12", 3, &a);
    assert_known(&workdir, "12", 2, &b);
    assert_known(&workdir, "12", 1, &again);
}

#[test]
fn date_and_content_determine_whether_a_snapshot_is_applied_known_or_refused() {
    let workdir = Workdir::new();
    let [a, b, c] = dumps(&workdir, [&[1, 2], &[2], &[3]]);
    // A correction of the same date.
    assert_applied(&workdir, "12", 10, &a);
    assert_applied(&workdir, "12", 10, &b);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
    assert_known(&workdir, "12", 10, &b);
    // A content that returns after the correction.
    assert_refused(&workdir, "12", 10, &a, REPEATED);
    // An older date with a content of its own.
    assert_refused(&workdir, "12", 9, &a, OLDER);
    assert_refused(&workdir, "12", 9, &c, OLDER);
    // The same content on later dates.
    assert_applied(&workdir, "12", 11, &a);
    assert_applied(&workdir, "12", 12, &a);
    let both = pairs(&[(2, "first"), (1, "first")]);
    assert_eq!(stored_notes(&workdir), both);
    // What was applied on an older date is known, and what was not is refused.
    assert_known(&workdir, "12", 10, &a);
    assert_known(&workdir, "12", 10, &b);
    assert_known(&workdir, "12", 11, &a);
    assert_refused(&workdir, "12", 11, &b, OLDER);
    // After a checkpoint too.
    for id in 10..22 {
        let dump = single_page(&supplier_purchases([id]));
        let dump = workdir.write(&format!("{id}"), dump);
        ingest(&workdir, "34", [dump]).assert_code(0);
    }
    assert!(status(&workdir, "supplier_purchases")["checkpoint"]["version"].as_i64() > Some(5));
    assert_known(&workdir, "12", 12, &a);
    assert_known(&workdir, "12", 10, &b);
    assert_refused(&workdir, "12", 10, &c, OLDER);
    assert_applied(&workdir, "12", 12, &c);
    assert_refused(&workdir, "12", 12, &a, REPEATED);
    assert_intact(&workdir);
}

#[test]
fn companies_have_dates_of_their_own() {
    let workdir = Workdir::new();
    let [a, b, c] = dumps(&workdir, [&[1, 2], &[2], &[3]]);
    assert_applied(&workdir, "12", 20, &a);
    assert_applied(&workdir, "34", 10, &a);
    assert_applied(&workdir, "34", 11, &b);
    assert_refused(&workdir, "12", 11, &b, OLDER);
    assert_refused(&workdir, "34", 9, &c, OLDER);

    // A snapshot of both is applied to both or to none.
    let of = |company: u64, id: u64| {
        let purchase = supplier_purchases([id]).remove(0);
        purchase.replacen('{', &format!("{{\"company_id\":{company},"), 1)
    };
    let both = workdir.write("both", format!("[{},{}]", of(12, 5), of(34, 5)));
    let apply = |day: u32| {
        let date = format!("--snapshot-date=2026-11-{day}");
        let kind = "--kind=supplier-purchases";
        let both = both.to_str().expect("a path");
        workdir.ingest([kind, "--full-snapshot", &date, both])
    };
    let before = version(&workdir);
    apply(15)
        .assert_code(3)
        .assert_stderr_contains(&[OLDER, "company 12"]);
    assert_eq!(version(&workdir), before);
    apply(21).assert_code(0);
    let deleted = [(5, "first"), (2, "†first"), (1, "†first")];
    assert_eq!(stored_notes(&workdir), pairs(&deleted));
    apply(21).assert_code(0);
    assert_refused(&workdir, "34", 20, &c, OLDER);
    assert_known(&workdir, "34", 11, &b);
    assert_intact(&workdir);
}

#[test]
fn the_newest_state_of_a_purchase_that_is_present_again_stays() {
    let workdir = Workdir::new();
    let write = |name: &str, states: &[String]| workdir.write(name, single_page(states));
    let other = state(9, 9, "other", "");
    let a = write(
        "a",
        &[state(1, 9, "a", ""), state(2, 9, "a", ""), other.clone()],
    );
    let b = write("b", &[other]);
    assert_applied(&workdir, "12", 1, &a);
    // Newer states in between, the second with its own sign of deletion.
    let newer = [state(1, 10, "newer", ""), state(2, 10, "gone", DELETED)];
    ingest_text(&workdir, "changes", &single_page(&newer));
    assert_applied(&workdir, "12", 2, &b);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(9, "other"), (2, "†gone"), (1, "†newer")])
    );
    // The first is in the list again: its newest state is current. The second is deleted by its own
    // newest state.
    assert_applied(&workdir, "12", 3, &a).assert_stderr_contains(&["1 purchases of the full"]);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(9, "other"), (2, "†gone"), (1, "newer")])
    );
    assert_intact(&workdir);
    // The same where the dump itself states deletions in a column, without the flag.
    let csv = "id;data;excluido;observacoes;atualizado_em\n";
    let rows = "1;05/10/2026;sim;sold;2026-10-06T14:00:00Z\n";
    ingest_text(&workdir, "deleted.csv", &format!("{csv}{rows}"));
    assert_applied(&workdir, "12", 4, &b);
    assert_applied(&workdir, "12", 5, &a);
    let notes = stored_notes(&workdir);
    assert_eq!(notes[2], (1, "†sold".to_owned()), "{notes:?}");
    assert_intact(&workdir);
}

#[test]
fn of_two_states_of_the_same_time_that_of_the_latest_snapshot_is_current() {
    let workdir = Workdir::new();
    let a = workdir.write(
        "a",
        single_page(&[state(1, 9, "a", ""), state(2, 9, "a", "")]),
    );
    let b = workdir.write("b", single_page(&[state(1, 9, "b", "")]));
    let again = workdir.write("again", std::fs::read(&a).expect("a dump"));
    assert_applied(&workdir, "12", 1, &a);
    assert_applied(&workdir, "12", 2, &b);
    assert_eq!(stored_notes(&workdir), pairs(&[(2, "†a"), (1, "b")]));
    let output = assert_applied(&workdir, "12", 3, &again);
    output.assert_stderr_contains(&["1 purchases have the state of an input again"]);
    assert_eq!(stored_notes(&workdir), pairs(&[(2, "a"), (1, "a")]));
    // The row is of the input and the run that are listed.
    let rows = table_rows(&workdir.lake(), "supplier_purchases");
    let inputs = listed_contents(&workdir.lake());
    assert_eq!(inputs.len(), 2);
    assert_eq!(row(&rows, "1")["source_file"], json!(a));
    assert_eq!(row(&rows, "1")["run_id"], inputs[0]["run_id"]);
    assert_intact(&workdir);
}

#[test]
fn a_snapshot_of_several_files_is_known_by_all_of_them() {
    let workdir = Workdir::new();
    let write = |name: &str, ids: &[u64]| {
        let list = supplier_purchases(ids.iter().copied()).join("\n");
        workdir.write(name, list)
    };
    let [one, two, three] = [write("d/1", &[1]), write("d/2", &[2]), write("d/3", &[3])];
    let run = |day: u32, inputs: &[&PathBuf]| {
        let mut arguments = arguments("12", day, inputs[0]);
        arguments.extend(inputs[1..].iter().map(|input| (*input).into()));
        workdir.ingest(arguments)
    };
    run(1, &[&one, &two]).assert_code(0);
    // Another order, other names and a copy are the same snapshot.
    let renamed = write("e/9", &[1]);
    let before = version(&workdir);
    run(1, &[&two, &renamed]).assert_code(0);
    run(1, &[&two, &renamed, &one]).assert_code(0);
    assert_eq!(version(&workdir), before);
    // One file more or less is another one.
    run(1, &[&one, &two, &three]).assert_code(0);
    run(1, &[&one, &two])
        .assert_code(3)
        .assert_stderr_contains(&[REPEATED]);
    run(2, &[&two]).assert_code(0);
    let last = [(3, "†first"), (2, "first"), (1, "†first")];
    assert_eq!(stored_notes(&workdir), pairs(&last));
    run(3, &[&one, &two]).assert_code(0);
    let last = [(3, "†first"), (2, "first"), (1, "first")];
    assert_eq!(stored_notes(&workdir), pairs(&last));
    assert_intact(&workdir);
}

#[test]
fn an_incomplete_snapshot_has_no_date() {
    let workdir = Workdir::new();
    let [a, b] = dumps(&workdir, [&[1, 2], &[2]]);
    let partial = crate::supplier_fixtures::page(1, 2, 4, &supplier_purchases([2, 3]));
    let partial = workdir.write("partial", partial);
    let output = apply(&workdir, "12", 5, &partial);
    output
        .assert_code(0)
        .assert_stderr_contains(&["CPL-SNAPSHOT-PARTIAL"]);
    assert_applied(&workdir, "12", 4, &a);
    assert_applied(&workdir, "12", 5, &b);
    assert_intact(&workdir);
}
