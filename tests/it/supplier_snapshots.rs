//! Repeated full snapshots of one date: the last one of a company changes nothing, an earlier one is
//! refused. Snapshots of several dates are in `snapshot_dates`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lake_maintenance::{lake_command, lake_command_json, status};
use crate::supplier_fixtures::{
    ingest, ingest_text, pairs, single_page, stored_notes, supplier_purchases,
};
use crate::workdir::{Output, Workdir};

const RULE: &str = "CPL-SNAPSHOT-REPEATED";

/// Ingests an input as a full snapshot of a company.
#[track_caller]
fn snapshot(workdir: &Workdir, company: &str, input: &Path) -> Output {
    ingest(workdir, company, [Path::new("--full-snapshot"), input])
}

/// Snapshots of purchases 1 and 2, of 2, and of 2 and 3.
fn three(workdir: &Workdir) -> [PathBuf; 3] {
    let write = |name: &str, ids: &[u64]| {
        workdir.write(name, single_page(&supplier_purchases(ids.iter().copied())))
    };
    [write("a", &[1, 2]), write("b", &[2]), write("c", &[2, 3])]
}

#[track_caller]
fn assert_refused(workdir: &Workdir, input: &Path) {
    let before = (
        stored_notes(workdir),
        status(workdir, "supplier_purchases")["version"].clone(),
    );
    let output = snapshot(workdir, "12", input);
    output
        .assert_code(3)
        .assert_stderr_contains(&[RULE, "company 12", "lake restore"]);
    let report = output.json();
    assert_eq!(output.outcomes(), ["refused"]);
    assert_eq!(report["inputs"][0]["refusal"]["rule_id"], RULE);
    assert_eq!(report["exit_code"], 3);
    let after = (
        stored_notes(workdir),
        status(workdir, "supplier_purchases")["version"].clone(),
    );
    assert_eq!(after, before);
}

/// Fails unless a repeated snapshot is known and changes nothing.
#[track_caller]
fn assert_known(workdir: &Workdir, company: &str, input: &Path) {
    let output = snapshot(workdir, company, input);
    output.assert_code(0);
    assert_eq!(output.outcomes(), ["already_ingested"]);
    let versions = &output.json()["table_versions"];
    assert_eq!(versions["supplier_purchases"], Value::Null);
}

#[track_caller]
fn assert_intact(workdir: &Workdir) {
    let verified = lake_command_json(workdir, "verify", &["--deep"]);
    let mut findings = verified["findings"].as_array().expect("findings").iter();
    assert!(findings.all(|one| one["what"] == "orphan"), "{verified:#}");
}

#[test]
fn a_full_snapshot_that_another_has_followed_is_refused_and_the_last_one_is_not() {
    let workdir = Workdir::new();
    let [a, b, c] = three(&workdir);
    snapshot(&workdir, "12", &a).assert_code(0);
    assert_known(&workdir, "12", &a);
    snapshot(&workdir, "12", &b).assert_code(0);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
    assert_refused(&workdir, &a);
    assert_known(&workdir, "12", &b);
    // After a checkpoint too.
    for id in 10..22 {
        ingest_text(
            &workdir,
            &format!("{id}"),
            &single_page(&supplier_purchases([id])),
        );
    }
    assert!(status(&workdir, "supplier_purchases")["checkpoint"]["version"].as_i64() > Some(5));
    assert_refused(&workdir, &a);
    assert_known(&workdir, "12", &b);
    snapshot(&workdir, "12", &c).assert_code(0);
    assert_refused(&workdir, &a);
    assert_refused(&workdir, &b);
    assert_known(&workdir, "12", &c);
    assert_intact(&workdir);
}

#[test]
fn the_examples_of_the_rule_end_as_documented() {
    for (which, codes) in [("accepted", [0, 0, 0]), ("rejected", [0, 0, 3])] {
        let workdir = Workdir::new();
        let rule = workdir
            .run(["rules", "explain", RULE, "--format", "json"])
            .json();
        let text = rule[which].as_str().expect("an example");
        for (at, line) in text.lines().enumerate() {
            let input = workdir.write(&format!("{at}"), line);
            snapshot(&workdir, "12", &input).assert_code(codes[at]);
        }
    }
}

#[test]
fn snapshots_of_other_companies_do_not_follow() {
    let workdir = Workdir::new();
    let [a, b, _] = three(&workdir);
    snapshot(&workdir, "12", &a).assert_code(0);
    snapshot(&workdir, "34", &b).assert_code(0);
    assert_known(&workdir, "12", &a);
    assert_known(&workdir, "34", &b);
    // A snapshot of both companies follows both.
    let of = |company: u64| {
        let purchase = supplier_purchases([5]).remove(0);
        purchase.replacen('{', &format!("{{\"company_id\":{company},"), 1)
    };
    let both = workdir.write("both", format!("[{},{}]", of(12), of(34)));
    let arguments = ["--kind", "supplier-purchases", "--full-snapshot"].map(PathBuf::from);
    let again = || workdir.ingest(arguments.iter().chain([&both]));
    again().assert_code(0);
    again().assert_code(0);
    assert_refused(&workdir, &a);
    snapshot(&workdir, "34", &b).assert_code(3);
}

#[test]
fn the_dates_of_a_job_order_its_snapshots() {
    let workdir = Workdir::new();
    for (day, ids) in [
        ("01", &[1, 2][..]),
        ("02", &[1, 2]),
        ("03", &[2]),
        ("04", &[1, 2]),
    ] {
        let dump = single_page(&supplier_purchases(ids.iter().copied()));
        workdir.write(&format!("dumps/2026-10-{day}/list.json"), dump);
    }
    workdir.write(
        "job.toml",
        "lake = \"lake\"\n[[steps]]\nname = \"suppliers\"\ningest = { inputs = [\"dumps/{date}\"], \
         kind = \"supplier-purchases\", company_id = 12, full_snapshot = true }\n",
    );
    let run = |day: &str| {
        let date = format!("2026-10-{day}");
        workdir.run(["run", "job.toml", "--date", &date])
    };
    for day in ["01", "02", "03", "03", "01", "02"] {
        run(day).assert_code(0);
    }
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
    // Another dump of an earlier day comes too late.
    let late = single_page(&supplier_purchases([1, 2, 3]));
    workdir.write("dumps/2026-10-02/list.json", late);
    run("02").assert_code(3).assert_stderr_contains(&[
        "CPL-SNAPSHOT-OLDER",
        "2026-10-02",
        "2026-10-03",
    ]);
    // The company has its purchases again.
    run("04").assert_code(0);
    let all = pairs(&[(2, "first"), (1, "first")]);
    assert_eq!(stored_notes(&workdir), all);
    run("03").assert_code(0);
    assert_eq!(stored_notes(&workdir), all);
    assert_intact(&workdir);
}

#[test]
fn a_restore_brings_back_which_snapshot_was_the_last() {
    let workdir = Workdir::new();
    let [a, b, _] = three(&workdir);
    snapshot(&workdir, "12", &a).assert_code(0);
    snapshot(&workdir, "12", &b).assert_code(0);
    let back = |version: &str| {
        let words = ["--table", "supplier_purchases", "--to-version", version];
        lake_command_json(&workdir, "restore", &words)
    };
    let reported = back("1");
    assert_eq!(reported[0]["inputs_withdrawn"], 1, "{reported:#}");
    assert_eq!(reported[0]["full_snapshots_withdrawn"], 1, "{reported:#}");
    assert_known(&workdir, "12", &a);
    let reported = back("2");
    assert_eq!(reported[0]["inputs_reinstated"], 1, "{reported:#}");
    assert_eq!(reported[0]["full_snapshots_reinstated"], 1, "{reported:#}");
    assert_known(&workdir, "12", &b);
    assert_refused(&workdir, &a);
    // Withdrawn and ingested again, it is the last one again.
    back("1");
    let output = snapshot(&workdir, "12", &b);
    output.assert_code(0);
    assert_eq!(output.outcomes(), ["ingested"]);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(2, "first"), (1, "†first")])
    );
    assert_refused(&workdir, &a);
    assert_known(&workdir, "12", &b);
    assert_intact(&workdir);
    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_refused(&workdir, &a);
}

#[test]
fn a_snapshot_without_a_marker_is_applied_again_and_has_one_then() {
    let workdir = Workdir::new();
    let [a, b, _] = three(&workdir);
    snapshot(&workdir, "12", &a).assert_code(0);
    let commit = format!("lake/supplier_purchases/_delta_log/{:020}.json", 1);
    let text = std::fs::read_to_string(workdir.path(&commit)).expect("a commit");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("snapshot_of"))
        .collect();
    assert_eq!(lines.len() + 1, text.lines().count(), "{text}");
    workdir.write(&commit, lines.join("\n"));
    snapshot(&workdir, "12", &a).assert_code(0);
    assert_known(&workdir, "12", &a);
    snapshot(&workdir, "12", &b).assert_code(0);
    assert_refused(&workdir, &a);
    assert_known(&workdir, "12", &b);
    assert_eq!(json!(stored_notes(&workdir).len()), json!(2));
}
