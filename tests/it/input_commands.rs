//! `inputs`: what the lake lists, inputs that are taken out, and files that stay bad.

use crate::changed_inputs::{assert_whole, inputs, listed, row};
use crate::purchase_fixtures::{lines_of, numbered};
use crate::workdir::Workdir;

#[test]
fn a_removed_input_leaves_no_row_and_may_come_again() {
    let workdir = Workdir::new();
    let bad = format!(
        "{}{{\"external_id\":\"x\"}}\n",
        lines_of(&[("2026-10-01T10:00:00Z", 4)]).repeat(30)
    );
    workdir.write("wrong.ndjson", bad);
    workdir.write("right.ndjson", numbered(0, 3));
    workdir
        .ingest(["wrong.ndjson", "right.ndjson"])
        .assert_code(0);
    let planned = inputs(&workdir, &["remove", "wrong.ndjson", "--dry-run"]);
    let shown = ["30 rows and 1 rejects of run", "would be removed"];
    planned.assert_code(0).assert_stdout_contains(&shown);
    let unasked = inputs(&workdir, &["remove", "wrong.ndjson"]);
    unasked.assert_code(2).assert_stderr_contains(&["--yes"]);
    let unknown = inputs(&workdir, &["remove", "no.ndjson", "--yes"]);
    unknown
        .assert_code(2)
        .assert_stderr_contains(&["unknown input", "inputs list"]);
    assert_eq!(listed(&workdir)[1], row("wrong.ndjson", "current", 31, 30));
    inputs(&workdir, &["remove", "wrong.ndjson", "--yes"]).assert_code(0);
    let expected = [
        row("right.ndjson", "current", 3, 3),
        row("wrong.ndjson", "removed", 31, 30),
    ];
    assert_eq!(listed(&workdir), expected);
    assert_whole(&workdir);
    let nothing = inputs(&workdir, &["remove", "wrong.ndjson", "--yes"]);
    nothing
        .assert_code(0)
        .assert_stdout_contains(&["nothing to remove"]);
    let again = workdir.ingest(["wrong.ndjson"]);
    assert_eq!(again.assert_code(0).outcomes(), ["ingested"]);
    let shown = inputs(&workdir, &["show", "wrong.ndjson"]);
    shown
        .assert_code(0)
        .assert_stdout_contains(&["removed", "current", "31 read: 30 accepted"]);
    assert_whole(&workdir);
}

#[test]
fn a_content_stays_while_one_of_its_paths_brings_it() {
    let workdir = Workdir::new();
    for name in ["a.ndjson", "b.ndjson", "c.ndjson"] {
        workdir.write(name, numbered(0, 5));
    }
    let first = workdir.ingest(["a.ndjson", "b.ndjson"]);
    assert_eq!(
        first.assert_code(0).outcomes(),
        ["ingested", "already_ingested"]
    );
    let copy = workdir.ingest(["c.ndjson"]);
    assert_eq!(copy.assert_code(0).outcomes(), ["already_ingested"]);
    // A copy is listed, and so it is not read again.
    let known = workdir.ingest(["a.ndjson", "b.ndjson", "c.ndjson"]);
    assert_eq!(known.assert_code(0).json()["bytes"], 0);
    inputs(&workdir, &["remove", "a.ndjson", "--yes"]).assert_code(0);
    let expected = [
        row("a.ndjson", "removed", 5, 5),
        row("b.ndjson", "current", 5, 5),
        row("c.ndjson", "current", 0, 0),
    ];
    assert_eq!(listed(&workdir), expected);
    assert_whole(&workdir);
    let digest = inputs(&workdir, &["show", "b.ndjson", "--format", "json"]).json();
    let digest = digest[0]["digest"].as_str().expect("a digest").to_owned();
    inputs(&workdir, &["remove", &digest[..12], "--yes"]).assert_code(0);
    assert!(listed(&workdir).iter().all(|row| row.1 == "removed"));
    assert_whole(&workdir);
}

#[test]
fn a_file_that_stays_bad_is_ignored_until_it_changes() {
    let workdir = Workdir::new();
    workdir.write("broken.ndjson", "{\"external_id\":\"x\"}\n");
    workdir.write("good.ndjson", numbered(0, 2));
    let both = ["broken.ndjson", "good.ndjson"];
    workdir.ingest(both).assert_code(3);
    let ignore = ["ignore", "broken.ndjson", "--reason", "test data"];
    inputs(&workdir, &ignore[..2]).assert_code(2);
    inputs(&workdir, &["ignore", "good.ndjson", "--reason", "?"])
        .assert_code(2)
        .assert_stderr_contains(&["is in the tables"]);
    inputs(&workdir, &ignore).assert_code(0);
    let ignored = workdir.ingest(both);
    assert_eq!(
        ignored.assert_code(0).outcomes(),
        ["ignored", "already_ingested"]
    );
    inputs(&workdir, &["show", "broken.ndjson"])
        .assert_code(0)
        .assert_stdout_contains(&["ignored", "test data"]);
    // The same content under another name is no news, another content is.
    workdir.write("copy.ndjson", "{\"external_id\":\"x\"}\n");
    assert_eq!(
        workdir.ingest(["copy.ndjson"]).assert_code(0).outcomes(),
        ["ignored"]
    );
    workdir.write("broken.ndjson", "{\"external_id\":\"y\"}\n");
    workdir.ingest(["broken.ndjson"]).assert_code(3);
    workdir.write("broken.ndjson", numbered(5, 2));
    assert_eq!(
        workdir.ingest(["broken.ndjson"]).assert_code(0).outcomes(),
        ["ingested"]
    );
    inputs(&workdir, &["remove", "copy.ndjson", "--yes"]).assert_code(2);
    assert_whole(&workdir);
}

#[test]
fn an_acknowledgement_that_is_withdrawn_no_longer_holds() {
    for kind in ["purchases", "supplier-purchases"] {
        let workdir = Workdir::new();
        workdir.write("broken.ndjson", "{\"id\":true}\n");
        let of_kind = ["--kind", kind, "broken.ndjson"];
        workdir.ingest(of_kind).assert_code(3);
        let ignore = [
            "ignore",
            "broken.ndjson",
            "--kind",
            kind,
            "--reason",
            "test",
        ];
        inputs(&workdir, &ignore).assert_code(0);
        let ignored = workdir.ingest(of_kind);
        assert_eq!(ignored.assert_code(0).outcomes(), ["ignored"]);
        inputs(&workdir, &["remove", "broken.ndjson", "--yes"]).assert_code(0);
        assert_eq!(listed(&workdir), [row("broken.ndjson", "removed", 0, 0)]);
        workdir.ingest(of_kind).assert_code(3);
    }
}
